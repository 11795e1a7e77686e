//! What the form of a clause tells of a technique where no cue does: a plan, a task, somebody else's
//! doing.

use super::Scene;
use super::who::is_subject;
use crate::reading::clause::{Subject, is_past};
use crate::reading::interventions::{Hit, How, Status};
use crate::reading::leaning::past_tense;
use crate::reading::lexicon::{CueKind, Mark};
use crate::session::Mode;

/// Base forms with which a plan is told in telegraphic notes: "Begin exposure", "Repeat PHQ-9".
const PLANS: &[&str] = &[
    "begin",
    "start",
    "finish",
    "repeat",
    "continue",
    "complete",
    "resume",
    "reassess",
    "reevaluate",
    "introduce",
    "explore",
    "install",
    "monitor",
    "follow",
    "schedule",
    "revisit",
    "review",
    "teach",
    "refer",
    "coordinate",
    "build",
    "process",
    "address",
    "discuss",
    "assess",
];

/// Base forms with which a task is told: "Practice the image twice a day".
const TASKS: &[&str] = &[
    "practice", "practise", "keep", "use", "do", "try", "write", "track", "log", "rehearse",
];

/// What a clause that opens with the base form of a verb and names nobody asks for.
pub(super) fn instructed(scene: &Scene<'_>) -> Option<Status> {
    let clause = scene.clause;
    let first = &scene.script.utterances[clause.utterance]
        .words
        .get(clause.words.start)?
        .lower;
    if clause.own_subject || scene.around.mode == Mode::Session {
        return None;
    }
    if TASKS.contains(&first.as_str()) {
        return Some(Status::Assigned);
    }
    PLANS.contains(&first.as_str()).then_some(Status::Planned)
}

/// A clause without subject or verb after a sentence about what is to come is to come as well:
/// "Process group on Thursday."
pub(super) fn to_come(scene: &Scene<'_>, hit: &Hit) -> bool {
    scene.around.after_plan
        && scene.clause.subject == Subject::Unsaid
        && hit.how != How::Act
        && scene.independent.is_empty()
}

/// What a client tells of somebody who did something "with me": a course of the past, or somebody
/// who does it still.
pub(super) fn told_of_another(scene: &Scene<'_>, hit: &Hit) -> Option<Status> {
    let clause = scene.clause;
    let utterance = &scene.script.utterances[clause.utterance];
    if scene.around.mode != Mode::Session || !utterance.speaker.is_client() {
        return None;
    }
    let words = &utterance.words[clause.words.clone()];
    let another = clause.own_subject
        && words
            .iter()
            .take(hit.words.start - clause.words.start + 1)
            .rfind(|w| matches!(w.lower.as_str(), "she" | "he" | "they" | "i" | "we"))
            .is_some_and(|w| !matches!(w.lower.as_str(), "i" | "we"));
    let with_me = words
        .iter()
        .any(|w| matches!(w.lower.as_str(), "me" | "us"));
    let past = words.iter().any(|w| is_past(&w.lower));
    match (another && with_me, past) {
        (true, true) => Some(Status::Historical),
        (true, false) => Some(Status::OtherProvider),
        _ => None,
    }
}

/// A clinician's act in the present tense, where the talk is of what is to come: "I ring the
/// school on Monday", "we do the letter then".
pub(super) fn told_as_plan(scene: &Scene<'_>, hit: &Hit, subject: Subject) -> bool {
    let clause = scene.clause;
    let words = &scene.script.utterances[clause.utterance].words[clause.words.clone()];
    let present = subject == Subject::Clinician
        && scene.independent.is_empty()
        && hit.how == How::Act
        && !words.iter().any(|w| past_tense(&w.lower));
    present && (scene.around.after_plan || clause.has(CueKind::Ahead))
}

/// Whether the clause tells under the plan of what was done today: "the referral was sent today".
pub(super) fn done_today(scene: &Scene<'_>) -> bool {
    let clause = scene.clause;
    let words = &scene.script.utterances[clause.utterance].words[clause.words.clone()];
    let past = words
        .iter()
        .any(|w| is_past(&w.lower) || matches!(w.lower.as_str(), "was" | "were" | "sent"));
    past && words.iter().any(|w| w.lower == "today")
}

/// Whether a cue is "next session" and its like, whoever the clause before it was about.
pub(super) fn opens_with_next(scene: &Scene<'_>, cue: &Mark) -> bool {
    let words = &scene.script.utterances[scene.clause.utterance].words;
    words[cue.words.start].lower == "next"
        && !scene
            .clause
            .marks
            .iter()
            .any(|m| is_subject(m) && m.words.start == cue.words.end)
}

/// Whether a cue is the bare future: what a clinician "will" do is a plan, no task.
pub(super) fn opens_with_will(scene: &Scene<'_>, cue: &Mark) -> bool {
    let words = &scene.script.utterances[scene.clause.utterance].words;
    words[cue.words.start].lower == "will"
}
