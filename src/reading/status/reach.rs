//! The cues that reach a technique along its clause.

use super::Scene;
use crate::reading::clause::is_past;
use crate::reading::interventions::{Hit, How, Status};
use crate::reading::lexicon::{CueKind, Mark, Reach, Sense};

/// Status cues that reach along a clause, with what each says.
const REACHING: &[(CueKind, Status)] = &[
    (CueKind::Declined, Status::Declined),
    (CueKind::Negated, Status::Negated),
    (CueKind::Assigned, Status::Assigned),
    (CueKind::Planned, Status::Planned),
    (CueKind::Attempted, Status::Attempted),
    (CueKind::Reviewed, Status::Reviewed),
];

/// Words that may stand between a bare "no" and what it denies.
const NEAR: usize = 6;

/// Words with which what a bare "no" denies is at an end.
const ENDS: &[&str] = &[
    "at",
    "after",
    "during",
    "since",
    "when",
    "this",
    "today",
    "yesterday",
    "last",
    "because",
    "until",
];

/// The cue with this reach that speaks of the hit: the last one before it that no new verb of
/// doing cuts off, or the first one after it.
pub(super) fn reaching<'a>(
    scene: &Scene<'a>,
    hit: &Hit,
    reach: Reach,
) -> Option<(&'a Mark, Status)> {
    let (clause, independent) = (scene.clause, scene.independent);
    let words = &scene.script.utterances[clause.utterance].words;
    let of = |mark: &'a Mark| {
        REACHING
            .iter()
            .find(|(kind, _)| mark.what == Sense::Cue(*kind, reach))
            .map(|(_, s)| (mark, *s))
    };
    let cut = |cue: &Mark| {
        independent.iter().any(|&at| {
            if reach == Reach::Forward {
                cue.words.start < at && at <= hit.words.start && !cue.words.contains(&at)
            } else {
                hit.words.start < at && at < cue.words.start
            }
        })
    };
    // "Planned ignoring" is a name, and its "planned" no plan; an act may hold its own status
    // ("reviewed the safety plan").
    let named = |cue: &Mark, status: Status| {
        hit.words.start <= cue.words.start
            && cue.words.end <= hit.words.end
            && (hit.how != How::Act || status == Status::Planned)
    };
    // What the clinician already did is not planned by a later "next month", nor set as a task by
    // a later "every night".
    let done = |status: Status| {
        reach == Reach::Backward
            && match status {
                Status::Planned => independent.iter().any(|&at| at <= hit.words.start),
                Status::Assigned => clause
                    .cues(CueKind::Act)
                    .map(|cue| cue.words.start)
                    .chain(independent.iter().copied())
                    .any(|at| {
                        let verb = words[at].lower.as_str();
                        at <= hit.words.start && (is_past(verb) || verb.ends_with("ing"))
                    }),
                _ => false,
            }
    };
    // A bare "no" speaks of the words right after it: "no tears at drop off, for the play work we ..".
    let beyond = |cue: &Mark| {
        let between = words.get(cue.words.end..hit.words.start).unwrap_or(&[]);
        let bare = cue.words.len() == 1 && words[cue.words.start].lower == "no";
        bare && (between.len() > NEAR || between.iter().any(|w| ENDS.contains(&w.lower.as_str())))
    };
    let found = clause.marks.iter().filter_map(of).filter(|(cue, status)| {
        !cut(cue) && !beyond(cue) && !named(cue, *status) && !done(*status)
    });
    if reach == Reach::Forward {
        found
            .filter(|(cue, _)| cue.words.start <= hit.words.start)
            .max_by_key(|(cue, status)| (strength(*status), cue.words.start))
    } else {
        found
            .filter(|(cue, _)| cue.words.start >= hit.words.start)
            .max_by_key(|(cue, status)| (strength(*status), std::cmp::Reverse(cue.words.start)))
    }
}

/// Which of two cues that both reach decides.
pub(super) fn strength(status: Status) -> u8 {
    match status {
        Status::Declined => 5,
        Status::Negated => 4,
        Status::Assigned | Status::Planned => 3,
        Status::Attempted => 2,
        _ => 1,
    }
}
