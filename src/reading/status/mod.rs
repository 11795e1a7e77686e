//! What became of a technique: read from the cues of its clause, by the reach of each cue.
//!
//! The order of `decide` is the order of weight: another time or another person first, then what
//! was refused or left out, what was only talked of, what is to come, and last what was done.

mod aloud;

use crate::reading::Cite;
use crate::reading::clause::{Clause, Subject, is_past};
use crate::reading::interventions::{Around, Hit, How, SectionKind, Status};
use crate::reading::lexicon::{CueKind, EmdrPhase, Lexicon, Mark, Reach, Sense};
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
        }
    }
}

/// What became of the technique, or nothing where it was only mentioned.
pub(super) fn decide(scene: &Scene<'_>, hit: &Hit) -> Option<Decision> {
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

/// Whether "went over" says that it was done: there is nothing from before to be looked at again.
fn is_done_by_going_over(id: &str) -> bool {
    id.starts_with("edu.")
        || matches!(
            id,
            "emdr.preparation" | "emdr.assessment" | "emdr.desensitization" | "emdr.closure"
        )
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
    {
        return Some(Decision::by(Status::Historical, cue));
    }
    if let Some(status) = told_of_another(scene, hit) {
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
        && (cue.words.start <= hit.words.start || doubts_before(scene, cue, hit))
        && !cut_off(scene, cue.words.start, hit)
    {
        return Some(Decision::by(Status::Hypothetical, cue));
    }
    if let Some((cue, status)) = decided
        && strength(status) == 3
    {
        let own_future = status == Status::Assigned
            && (opens_with_will(scene, cue) || cue.words.start >= hit.words.end);
        let clinicians = subject == Subject::Clinician
            || (subject == Subject::Unsaid && is_clinicians_work(scene.lexicon, hit));
        let status = if own_future && clinicians {
            Status::Planned
        } else {
            status
        };
        let status = if opens_with_next(scene, cue) {
            status
        } else {
            by_agent(status, subject)
        };
        return Some(Decision::by(status, cue));
    }
    if let Some(status) = instructed(scene) {
        return Some(Decision::bare(status, sure::CONTEXT));
    }
    if (scene.around.section == Some(SectionKind::Plan) && !done_today(scene))
        || to_come(scene, hit)
        || told_as_plan(scene, hit, subject)
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

/// Whose doing the technique is. A clause that opens with a verb of doing and names nobody is the
/// clinician's, whoever the clause before it was about; a client's "we" is the client's.
fn subject(scene: &Scene<'_>, hit: &Hit) -> Subject {
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

/// Whether a doubt follows the technique at once: "mindfulness might be added".
fn doubts_before(scene: &Scene<'_>, cue: &Mark, hit: &Hit) -> bool {
    let words = &scene.script.utterances[scene.clause.utterance].words;
    cue.words.start == hit.words.end
        && matches!(
            words[cue.words.start].lower.as_str(),
            "might" | "may" | "could"
        )
}

/// Who stands right before the verb of doing, where the clause names several: "when she wavered I
/// supported her right to decide".
fn of_verb(clause: &Clause, hit: &Hit) -> Option<Subject> {
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
fn is_subject(mark: &Mark) -> bool {
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
fn instructed(scene: &Scene<'_>) -> Option<Status> {
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
fn to_come(scene: &Scene<'_>, hit: &Hit) -> bool {
    scene.around.after_plan
        && scene.clause.subject == Subject::Unsaid
        && hit.how != How::Act
        && scene.independent.is_empty()
}

/// Whether the technique is work on the case, which no client is given as a task.
fn is_clinicians_work(lexicon: &Lexicon, hit: &Hit) -> bool {
    let stage = lexicon.interventions[hit.intervention].stage.as_str();
    matches!(
        stage,
        "assessment" | "care_planning" | "evaluation" | "termination"
    )
}

/// What a client tells of somebody who did something "with me": a course of the past, or somebody
/// who does it still.
fn told_of_another(scene: &Scene<'_>, hit: &Hit) -> Option<Status> {
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
fn told_as_plan(scene: &Scene<'_>, hit: &Hit, subject: Subject) -> bool {
    let clause = scene.clause;
    let words = &scene.script.utterances[clause.utterance].words[clause.words.clone()];
    let present = subject == Subject::Clinician
        && scene.independent.is_empty()
        && hit.how == How::Act
        && !words.iter().any(|w| is_past(&w.lower));
    present && (scene.around.after_plan || clause.has(CueKind::Ahead))
}

/// Whether the clause tells under the plan of what was done today: "the referral was sent today".
fn done_today(scene: &Scene<'_>) -> bool {
    let clause = scene.clause;
    let words = &scene.script.utterances[clause.utterance].words[clause.words.clone()];
    let past = words
        .iter()
        .any(|w| is_past(&w.lower) || matches!(w.lower.as_str(), "was" | "were" | "sent"));
    past && words.iter().any(|w| w.lower == "today")
}

/// Whether a cue is "next session" and its like, whoever the clause before it was about.
fn opens_with_next(scene: &Scene<'_>, cue: &Mark) -> bool {
    let words = &scene.script.utterances[scene.clause.utterance].words;
    words[cue.words.start].lower == "next"
        && !scene
            .clause
            .marks
            .iter()
            .any(|m| is_subject(m) && m.words.start == cue.words.end)
}

/// Whether a cue is the bare future: what a clinician "will" do is a plan, no task.
fn opens_with_will(scene: &Scene<'_>, cue: &Mark) -> bool {
    let words = &scene.script.utterances[scene.clause.utterance].words;
    words[cue.words.start].lower == "will"
}

/// A client who is to do something has an assignment; a clinician who is to, a plan.
fn by_agent(status: Status, subject: Subject) -> Status {
    match (status, subject) {
        (Status::Planned, Subject::Client | Subject::Relative) => Status::Assigned,
        (other, _) => other,
    }
}

/// Status cues that reach along a clause, with what each says.
const REACHING: &[(CueKind, Status)] = &[
    (CueKind::Declined, Status::Declined),
    (CueKind::Negated, Status::Negated),
    (CueKind::Assigned, Status::Assigned),
    (CueKind::Planned, Status::Planned),
    (CueKind::Attempted, Status::Attempted),
    (CueKind::Reviewed, Status::Reviewed),
];

/// The cue with this reach that speaks of the hit: the last one before it that no new verb of
/// doing cuts off, or the first one after it.
fn reaching<'a>(scene: &Scene<'a>, hit: &Hit, reach: Reach) -> Option<(&'a Mark, Status)> {
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
    let found = clause
        .marks
        .iter()
        .filter_map(of)
        .filter(|(cue, status)| !cut(cue) && !named(cue, *status) && !done(*status));
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
fn strength(status: Status) -> u8 {
    match status {
        Status::Declined => 5,
        Status::Negated => 4,
        Status::Assigned | Status::Planned => 3,
        Status::Attempted => 2,
        _ => 1,
    }
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
