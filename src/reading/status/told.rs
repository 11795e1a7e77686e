//! What the form of a clause tells of a technique where no cue does: a plan, a task, somebody else's
//! doing.

use super::kinds::is_for_clients;
use super::who::is_subject;
use super::{Decision, Scene};
use crate::reading::clause::{Subject, is_past};
use crate::reading::interventions::{Hit, How, Status};
use crate::reading::leaning::past_tense;
use crate::reading::lexicon::{CueKind, Mark};
use crate::session::Mode;
use crate::transcript::script::Word;

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

/// Verbs and nouns with which a message to somebody, or a referral, is put on the list of what is to
/// come: "Phone the adviser", "letter to the consultant".
const MESSAGES: &[&str] = &[
    "phone", "ring", "call", "email", "text", "message", "letter", "fax", "chase", "book", "send",
    "update", "contact", "ask", "tell", "referral", "let", "write",
];

/// Words that may stand before a plan.
const LEADS: &[&str] = &[
    "and", "then", "also", "plan", "next", "to", "so", "the", "a", "an",
];

/// What a clause that opens with the base form of a verb and names nobody asks for.
pub(super) fn instructed(scene: &Scene<'_>, id: &str) -> Option<Status> {
    let clause = scene.clause;
    let named = clause.own_subject && clause.subject != Subject::Provider;
    if named || scene.around.mode == Mode::Session {
        return None;
    }
    let words = &scene.script.utterances[clause.utterance].words[clause.words.clone()];
    let mut rest = words.iter().map(|w| w.lower.as_str());
    let first = rest.find(|w| !LEADS.contains(w))?;
    // "Call with the psychiatrist" tells of one that took place.
    let took_place = matches!(
        rest.next(),
        Some("with" | "from" | "call" | "calls" | "in" | "back")
    );
    let work = !is_for_clients(id);
    if TASKS.contains(&first) {
        return Some(if work {
            Status::Planned
        } else {
            Status::Assigned
        });
    }
    let message = MESSAGES.contains(&first) && work && !took_place && !is_over(words);
    (PLANS.contains(&first) || message).then_some(Status::Planned)
}

/// Whether words tell of what is over.
fn is_over(words: &[Word]) -> bool {
    words.iter().any(|w| {
        past_tense(&w.lower)
            || matches!(w.lower.as_str(), "today" | "done" | "sent" | "made" | "in")
    })
}

/// Techniques that a client goes through as a whole, so that having had one is a thing of the past.
fn is_course(id: &str) -> bool {
    id.starts_with("group.")
        || matches!(
            id,
            "cbt"
                | "dbt"
                | "act"
                | "emdr"
                | "cpt"
                | "pe"
                | "tfcbt"
                | "sfbt"
                | "rebt"
                | "ifs"
                | "cbt.erp"
                | "psychodynamic"
                | "somatic"
                | "couples"
                | "family_systems"
                | "grief_work"
                | "play"
                | "art_expressive"
                | "sand_tray"
                | "narrative"
                | "counseling.supportive"
                | "twelve_step_facilitation"
                | "cm.case_management"
                | "skills.sleep"
                | "dbt.skills"
        )
}

/// Verbs with which a client does something.
const DONE_BY_CLIENT: &[&str] = &[
    "did",
    "does",
    "used",
    "uses",
    "kept",
    "keeps",
    "practiced",
    "practised",
    "practises",
    "practices",
    "tried",
    "tries",
    "held",
    "holds",
];

/// What a clause tells of the client alone, though no cue says so: a course that the client "had", and a
/// skill that was used somewhere else.
pub(super) fn of_client(scene: &Scene<'_>, hit: &Hit, subject: Subject) -> Option<Status> {
    let clause = scene.clause;
    let id = scene.lexicon.interventions[hit.intervention].id.as_str();
    if scene.around.mode == Mode::Session || subject == Subject::Clinician {
        return None;
    }
    let words = &scene.script.utterances[clause.utterance].words;
    let before = &words[clause.words.start.max(hit.words.start.saturating_sub(4))..hit.words.start];
    if is_course(id) && hit.how == How::Term && before.iter().any(|w| w.lower == "had") {
        let by = |w: &Word| {
            matches!(
                w.lower.as_str(),
                "i" | "we" | "him" | "her" | "them" | "been"
            )
        };
        return (!before.iter().any(by)).then_some(Status::Historical);
    }
    let opens = words[clause.words.start].lower.as_str();
    let his = words
        .get(clause.words.start + 1)
        .is_some_and(|w| matches!(w.lower.as_str(), "her" | "his" | "their"));
    let skill = matches!(id.split('.').next(), Some("skills" | "dbt" | "act"))
        || matches!(
            id,
            "cbt.erp"
                | "cbt.exposure"
                | "cbt.thought_record"
                | "cbt.behavioral_activation"
                | "emdr.calm_place"
                | "emdr.container"
        );
    let elsewhere = clause
        .cues(CueKind::ClientUse)
        .any(|c| c.words.start > clause.words.start);
    let now = clause.has(CueKind::InSession) || clause.has(CueKind::Ahead);
    (subject == Subject::Unsaid
        && skill
        && DONE_BY_CLIENT.contains(&opens)
        && !now
        && (elsewhere || his && !opens.ends_with("ed")))
    .then_some(Status::ClientUse)
}

/// Whether a time that may be past or to come ("in the summer") stands after a "might" or a "will".
pub(super) fn is_to_come(scene: &Scene<'_>, cue: &Mark, hit: &Hit) -> bool {
    let words = &scene.script.utterances[scene.clause.utterance].words;
    let to_come = |w: &Word| {
        matches!(
            w.lower.as_str(),
            "might" | "may" | "will" | "shall" | "could"
        )
    };
    cue.words.start > hit.words.start
        && words[scene.clause.words.start..hit.words.start]
            .iter()
            .any(to_come)
}

/// Whether the words of a task stand in the present tense: it is to be done.
pub(super) fn is_present(scene: &Scene<'_>, hit: &Hit) -> bool {
    let words = &scene.script.utterances[scene.clause.utterance].words;
    hit.how == How::Act
        && !words[hit.words.clone()]
            .iter()
            .any(|w| past_tense(&w.lower))
}

/// Whether the cue that decided tells that something was handed over: "sent her home with".
pub(super) fn opens_with_giving(scene: &Scene<'_>, decision: &Decision) -> bool {
    let words = &scene.script.utterances[scene.clause.utterance].words;
    let first = decision
        .cue
        .as_ref()
        .and_then(|cue| words.get(cue.words.start));
    first.is_some_and(|w| matches!(w.lower.as_str(), "sent" | "gave"))
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
