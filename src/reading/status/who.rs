//! Whose doing a technique is.

use super::Scene;
use crate::reading::clause::{Clause, Subject, is_past};
use crate::reading::interventions::{Hit, How, Status};
use crate::reading::lexicon::{CueKind, Mark, Reach, Sense};
use crate::session::Mode;

/// Whose doing the technique is. A clause that opens with a verb of doing and names nobody is the
/// clinician's, whoever the clause before it was about; a client's "we" is the client's.
pub(super) fn subject(scene: &Scene<'_>, hit: &Hit) -> Subject {
    let clause = scene.clause;
    let words = &scene.script.utterances[clause.utterance].words;
    if scene.around.mode == Mode::Dictation
        && let Some(subject) = of_verb(clause, hit)
    {
        return subject;
    }
    let verb_first = words
        .get(clause.words.start)
        .is_some_and(|w| is_past(&w.lower));
    if scene.around.mode == Mode::Session && clause.subject == Subject::Clinician {
        return Subject::Client;
    }
    let named_after = clause.own_subject
        && clause
            .marks
            .iter()
            .filter(|m| is_subject(m))
            .all(|m| m.words.start > hit.words.start);
    if (!clause.own_subject && verb_first) || named_after {
        return Subject::Unsaid;
    }
    clause.subject
}

/// Who stands right before the verb of doing, where the clause names several: "when she wavered I
/// supported her right to decide".
pub(super) fn of_verb(clause: &Clause, hit: &Hit) -> Option<Subject> {
    let verb = if hit.how == How::Act {
        hit.words.start
    } else {
        clause
            .cues(CueKind::Act)
            .map(|cue| cue.words.start)
            .filter(|&at| at <= hit.words.start)
            .max()?
    };
    clause.marks.iter().find_map(|m| {
        let near = m.words.end <= verb && verb <= m.words.end + 1;
        let of_provider = || {
            clause
                .cues(CueKind::SubjectProvider)
                .any(|p| p.words.start <= m.words.start && m.words.end <= p.words.end)
        };
        (near && m.what == Sense::Cue(CueKind::SubjectClinician, Reach::Forward) && !of_provider())
            .then_some(Subject::Clinician)
    })
}

/// Whether a mark names who does something.
pub(super) fn is_subject(mark: &Mark) -> bool {
    matches!(
        mark.what,
        Sense::Cue(
            CueKind::SubjectClinician
                | CueKind::SubjectClient
                | CueKind::SubjectRelative
                | CueKind::SubjectProvider
                | CueKind::Report,
            _
        )
    )
}

/// A client who is to do something has an assignment; a clinician who is to, a plan.
pub(super) fn by_agent(status: Status, subject: Subject) -> Status {
    match (status, subject) {
        (Status::Planned, Subject::Client | Subject::Relative) => Status::Assigned,
        (other, _) => other,
    }
}
