//! What became of a technique: read from the cues of its clause, by the reach of each cue.
//!
//! The order of `decide` is the order of weight: another time or another person first, then what
//! was refused or left out, what was only talked of, what is to come, and last what was done.

mod aloud;
mod kinds;
mod reach;
mod reply;
mod told;
mod who;

use kinds::{is_clinicians_work, is_done_by_going_over, is_for_clients};
use reach::{reaching, strength};
use who::{by_agent, subject};

use crate::reading::Cite;
use crate::reading::clause::{Clause, Subject};
use crate::reading::interventions::{Around, Hit, How, SectionKind, Status};
use crate::reading::lexicon::{CueKind, EmdrPhase, Lexicon, Mark, Reach, Sense};
use crate::reading::likeness::Heard;
use crate::session::{Mode, Speaker};
use crate::transcript::script::Script;

/// How sure a decision is: the share of tags of its kind that were right, id and status, in the 147
/// labelled cases on which this was measured (72 of development, 75 written blind).
mod sure {
    /// A cue, or a verb of doing, said it: 677 of 755.
    pub(super) const CUE: f32 = 0.9;
    /// What is said aloud while doing it, and what an answer or a task is: 171 of 194.
    pub(super) const ALOUD: f32 = 0.88;
    /// The section, the sentence before or the clause's form said it: 78 of 92.
    pub(super) const CONTEXT: f32 = 0.85;
    /// The bare name, in a note without verbs: 12 of 16.
    pub(super) const BARE: f32 = 0.75;
    /// What the words are like from here on counts where no cue spoke.
    pub(super) const HEARD: f32 = 0.8;
    /// An act in a clause about the client, without a verb of doing: 3 of 12.
    pub(super) const CLIENT_ACT: f32 = 0.3;
}

/// What a decision is made from.
pub(super) struct Scene<'a> {
    pub(super) lexicon: &'a Lexicon,
    pub(super) script: &'a Script,
    pub(super) clause: &'a Clause,
    pub(super) around: Around,
    /// Verbs of doing that start anew, so that a cue before them reaches no further.
    pub(super) independent: &'a [usize],
    /// What the words of the clause are like.
    pub(super) heard: &'a Heard,
}

/// A status and the words that decided it.
pub(super) struct Decision {
    pub(super) status: Status,
    pub(super) confidence: f32,
    /// The cue that decided.
    pub(super) cue: Option<Mark>,
    /// First word of the cue that decided, and one past its last.
    pub(super) from: Option<usize>,
    pub(super) to: Option<usize>,
    /// The words that say so where they stand in another utterance: the answer to an offer.
    pub(super) cite: Option<Cite>,
    /// Whether the likeness of the words decided.
    pub(super) heard: bool,
}

impl Decision {
    fn by(status: Status, cue: &Mark) -> Self {
        Self {
            status,
            confidence: sure::CUE,
            from: Some(cue.words.start),
            to: Some(cue.words.end),
            cue: Some(cue.clone()),
            cite: None,
            heard: false,
        }
    }

    fn heard(status: Status, confidence: f32) -> Self {
        Self {
            heard: true,
            ..Self::bare(status, confidence)
        }
    }

    fn bare(status: Status, confidence: f32) -> Self {
        Self {
            status,
            confidence,
            from: None,
            to: None,
            cue: None,
            cite: None,
            heard: false,
        }
    }
}

/// What became of the technique, or nothing where it was only mentioned.
pub(super) fn decide(scene: &Scene<'_>, hit: &Hit) -> Option<Decision> {
    let id = scene.lexicon.interventions[hit.intervention].id.as_str();
    let probability = scene.heard.probability(id).unwrap_or(0.0);
    // Worked out only where it is needed: it costs a pass over the filters.
    let heard = || scene.heard.status();
    if hit.how == How::Like {
        if let Some(told) = reply::read(scene, hit) {
            return Some(told);
        }
        return heard().map(|(status, _)| Decision::heard(status, probability));
    }
    let mut decision = match known(scene, hit) {
        Some(decision) => decision,
        None if probability >= sure::HEARD => Decision::heard(heard()?.0, probability),
        None => return None,
    };
    // Where nothing but the want of a cue says that it was done, the likeness of the words counts;
    // what was only begun is told by what follows, not by how it sounds.
    if decision.status == Status::Performed
        && let Some((status, surely)) = heard()
        && status != Status::Attempted
        && surely >= sure::HEARD
    {
        decision.heard |= status != decision.status;
        decision.status = status;
    }
    Some(decision)
}

/// What became of a technique that the lexicon found.
fn known(scene: &Scene<'_>, hit: &Hit) -> Option<Decision> {
    let utterance = &scene.script.utterances[scene.clause.utterance];
    let known = &scene.lexicon.interventions[hit.intervention];
    let mut decision = match (scene.around.mode, utterance.speaker) {
        (Mode::Session, Speaker::Clinician | Speaker::Unknown) => aloud::decide(scene, hit),
        _ => dictated(scene, hit),
    }?;
    let at_home = scene.clause.has(CueKind::ClientUse);
    decision.status = match (known.id.as_str(), decision.status) {
        (_, Status::ClientUse) if known.by_client && !at_home => Status::Performed,
        // A task is set and its outcome looked at; neither is "performed".
        ("homework.assign", Status::Performed | Status::Planned) => Status::Assigned,
        ("homework.assign", Status::ClientUse) if told::is_present(scene, hit) => Status::Assigned,
        // What was handed to somebody to take home was done; only a skill or a task is homework.
        (id, Status::Assigned)
            if !is_for_clients(id) && told::opens_with_giving(scene, &decision) =>
        {
            Status::Performed
        }
        ("homework.review", Status::Performed | Status::ClientUse) => Status::Reviewed,
        // Teaching, assessing and the phases of EMDR are gone over by doing them.
        (id, Status::Reviewed) if is_done_by_going_over(id) && !says_reviewed(scene, &decision) => {
            Status::Performed
        }
        // A client who will go on in a group has no task: the group is planned.
        (id, Status::Assigned) if id.starts_with("group.") => Status::Planned,
        (_, status) => status,
    };
    Some(decision)
}

/// Whether the clinician's own word for it was "reviewed".
fn says_reviewed(scene: &Scene<'_>, decision: &Decision) -> bool {
    let words = &scene.script.utterances[scene.clause.utterance].words;
    decision
        .from
        .and_then(|at| words.get(at))
        .is_some_and(|w| w.lower.starts_with("review"))
}

/// A technique in a dictation, or in what a client says of one.
fn dictated(scene: &Scene<'_>, hit: &Hit) -> Option<Decision> {
    let clause = scene.clause;
    let id = scene.lexicon.interventions[hit.intervention].id.as_str();
    let wide = |kind| clause.cues(kind).next();
    // Working with other professionals is the technique itself.
    let with_others =
        id.starts_with("cm.") || id.starts_with("adv.") || id.starts_with("supervision");
    let forward = reaching(scene, hit, Reach::Forward);
    let backward = reaching(scene, hit, Reach::Backward);
    let subject = subject(scene, hit);
    if let Some(cue) = wide(CueKind::Historical)
        && forward.is_none_or(|(_, s)| !matches!(s, Status::Planned | Status::Reviewed))
        && !(subject == Subject::Clinician && forward.is_some_and(|(_, s)| s == Status::Negated))
        && !done_now(scene, hit)
        && !told::is_to_come(scene, cue, hit)
    {
        return Some(Decision::by(Status::Historical, cue));
    }
    if let Some(status) = told::told_of_another(scene, hit) {
        return Some(Decision::bare(status, sure::CONTEXT));
    }
    let by_another = clause.cues(CueKind::OtherProvider).any(|cue| {
        cue.words.start < hit.words.end
            || !scene.independent.iter().any(|&at| at <= hit.words.start)
    });
    let other = clause.subject == Subject::Provider || (!with_others && by_another);
    if other && !scene.independent.contains(&hit.words.start) && subject != Subject::Clinician {
        return Some(Decision::bare(Status::OtherProvider, sure::CONTEXT));
    }
    if let Some(told) = reply::read(scene, hit) {
        return Some(told);
    }
    if let Some(status) = told::of_client(scene, hit, subject) {
        return Some(Decision::bare(status, sure::CONTEXT));
    }
    // A question about risk is not refused by a "no", nor a mere talk of it.
    let asked = id == "assess.risk" && subject != Subject::Client && asks(scene, hit);
    let backward = backward.filter(|(_, status)| !(asked && *status == Status::Declined));
    let decided = [backward, forward]
        .into_iter()
        .flatten()
        .max_by_key(|(_, status)| strength(*status));
    if let Some((cue, status)) = decided
        && strength(status) >= 4
    {
        return Some(Decision::by(status, cue));
    }
    if let Some(cue) = wide(CueKind::Hypothetical)
        && !asked
        && (cue.words.start <= hit.words.start || doubts_before(scene, cue, hit))
        && !cut_off(scene, cue.words.start, hit)
    {
        return Some(Decision::by(Status::Hypothetical, cue));
    }
    if let Some((cue, status)) = decided
        && strength(status) == 3
    {
        let own_future = status == Status::Assigned
            && (told::opens_with_will(scene, cue) || cue.words.start >= hit.words.end);
        let clinicians = subject == Subject::Clinician
            || (subject == Subject::Unsaid
                && (is_clinicians_work(scene.lexicon, hit) || !is_for_clients(id)))
            || told::instructed(scene, id) == Some(Status::Planned);
        let status = if own_future && clinicians {
            Status::Planned
        } else {
            status
        };
        let status = if told::opens_with_next(scene, cue) {
            status
        } else {
            by_agent(status, subject)
        };
        return Some(Decision::by(status, cue));
    }
    if let Some(status) = told::instructed(scene, id) {
        return Some(Decision::bare(status, sure::CONTEXT));
    }
    if (scene.around.section == Some(SectionKind::Plan) && !told::done_today(scene))
        || told::to_come(scene, hit)
        || told::told_as_plan(scene, hit, subject)
    {
        return Some(Decision::bare(
            by_agent(Status::Planned, subject),
            sure::CONTEXT,
        ));
    }
    match subject {
        Subject::Client | Subject::Relative | Subject::Provider => client(clause, hit),
        Subject::Clinician | Subject::Unsaid => {
            if let Some((cue, status)) = decided {
                return Some(Decision::by(status, cue));
            }
            clinician(clause, hit, scene.around, subject)
        }
    }
}

/// Whether the clinician asks: the words of the technique open with it.
fn asks(scene: &Scene<'_>, hit: &Hit) -> bool {
    let words = &scene.script.utterances[scene.clause.utterance].words;
    let near = hit
        .words
        .start
        .saturating_sub(2)
        .max(scene.clause.words.start)..hit.words.end;
    words[near]
        .iter()
        .any(|w| w.lower == "asked" || w.lower == "asking")
}

/// Whether a doubt follows the technique at once: "mindfulness might be added".
fn doubts_before(scene: &Scene<'_>, cue: &Mark, hit: &Hit) -> bool {
    let words = &scene.script.utterances[scene.clause.utterance].words;
    cue.words.start == hit.words.end
        && matches!(
            words[cue.words.start].lower.as_str(),
            "might" | "may" | "could"
        )
}

/// Whether the clinician's own verb of doing stands between any cue and the technique.
fn done_now(scene: &Scene<'_>, hit: &Hit) -> bool {
    scene.clause.subject == Subject::Clinician
        && scene.independent.iter().any(|&at| at <= hit.words.start)
        && scene
            .clause
            .cues(CueKind::Historical)
            .all(|cue| cue.words.start > hit.words.end)
}

/// Whether a verb that starts anew cuts a cue off from the technique.
fn cut_off(scene: &Scene<'_>, cue: usize, hit: &Hit) -> bool {
    scene
        .independent
        .iter()
        .any(|&at| cue < at && at <= hit.words.start)
}

/// A technique in a clause about the client: a skill that the client used, or a mere mention.
fn client(clause: &Clause, hit: &Hit) -> Option<Decision> {
    let verb = clause
        .cues(CueKind::Act)
        .filter(|cue| cue.words.start <= hit.words.start)
        .max_by_key(|cue| cue.words.start);
    if clause.has(CueKind::InSession) && verb.is_some() {
        return Some(Decision::bare(Status::Performed, sure::BARE));
    }
    match (verb, hit.how) {
        (Some(cue), _) => Some(Decision {
            to: None,
            confidence: if clause.has(CueKind::ClientUse) {
                sure::CUE
            } else {
                sure::CONTEXT
            },
            ..Decision::by(Status::ClientUse, cue)
        }),
        (None, How::Act) => Some(Decision::bare(Status::ClientUse, sure::CLIENT_ACT)),
        (None, _) => None,
    }
}

/// A technique in a clause about the clinician, or without a subject.
fn clinician(clause: &Clause, hit: &Hit, around: Around, subject: Subject) -> Option<Decision> {
    if hit.how == How::Act {
        return Some(Decision::bare(Status::Performed, sure::CUE));
    }
    let before = clause
        .cues(CueKind::Act)
        .filter(|cue| cue.words.start <= hit.words.start)
        .max_by_key(|cue| cue.words.start);
    if let Some(cue) = before {
        return Some(Decision {
            to: None,
            ..Decision::by(Status::Performed, cue)
        });
    }
    let after = clause
        .cues(CueKind::Act)
        .find(|cue| cue.words.start >= hit.words.start);
    if let Some(cue) = after
        && subject == Subject::Unsaid
    {
        return Some(Decision {
            from: None,
            ..Decision::by(Status::Performed, cue)
        });
    }
    let listed = around.section == Some(SectionKind::Intervention)
        || (around.emdr
            && clause.marks.iter().any(
                |m| matches!(m.what, Sense::Cue(CueKind::Phase(p), _) if p != EmdrPhase::History),
            ));
    let told = clause.has(CueKind::Report) || clause.has(CueKind::Observation);
    let term = hit.how == How::Term;
    (term && !told && around.mode == Mode::Dictation && (listed || subject == Subject::Unsaid))
        .then(|| {
            Decision::bare(
                Status::Performed,
                if listed { sure::CONTEXT } else { sure::BARE },
            )
        })
}
