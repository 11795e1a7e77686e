//! What kind of thing a clause says, and with it where a note puts it. A format maps kinds to its
//! sections; a spoken header outranks both.

use serde::Deserialize;

use crate::reading::clause::{Clause, Subject};
use crate::reading::interventions::{Status, Tag};
use crate::reading::lexicon::{CueKind, EmdrPhase, Sense};

/// What kind of thing a clause says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// What client or others reported.
    Report,
    /// What the clinician observed.
    Observation,
    /// A score.
    Score,
    /// What the clinician did.
    Act,
    /// What was declined or left out.
    Omitted,
    /// How the client took it.
    Response,
    /// What the clinician makes of it: diagnosis, progress, risk level.
    Inference,
    /// What is to come.
    Plan,
    /// A goal of the treatment.
    Goal,
    /// Who, when, where, and talk to the recorder: in no section.
    Frame,
}

/// What was settled for the clauses before.
#[derive(Clone, Copy, Debug, Default)]
pub struct Before {
    /// Kind of the clause before in the same sentence.
    pub clause: Option<Kind>,
    /// Kind of the last clause of the sentence before.
    pub sentence: Option<Kind>,
    /// How many sentences ago the clinician last did something.
    pub since_act: Option<usize>,
    /// How many sentences came before.
    pub sentences: usize,
}

/// Decides the kind of a clause from its cues, the techniques and scores in it and what came before.
#[must_use]
pub fn kind(clause: &Clause, tags: &[Tag], scored: bool, before: Before) -> Kind {
    let has = |kind| clause.has(kind);
    let first = |kind| clause.cues(kind).map(|c| c.words.start).min();
    let precedes = |a: CueKind, b: CueKind| match (first(a), first(b)) {
        (Some(x), Some(y)) => x < y,
        (Some(_), None) => true,
        _ => false,
    };
    let own = matches!(clause.subject, Subject::Clinician | Subject::Unsaid);
    let tagged = |test: fn(Status) -> bool| tags.iter().any(|t| test(t.status));
    let tells = has(CueKind::Report) || has(CueKind::Observation);
    if has(CueKind::Frame)
        && !tells
        && tags.is_empty()
        && !scored
        && clause.words.len() <= 18
        && !has(CueKind::Inference)
        && before.sentences < 3
    {
        return Kind::Frame;
    }
    if has(CueKind::Frame) && !tells && clause.words.len() <= 5 && tags.is_empty() && !scored {
        return Kind::Frame;
    }
    if has(CueKind::Goal) && !has(CueKind::Plan) {
        return Kind::Goal;
    }
    if tagged(|s| matches!(s, Status::Planned | Status::Assigned)) {
        return Kind::Plan;
    }
    if own && tagged(Status::is_used) {
        return Kind::Act;
    }
    if tagged(|s| matches!(s, Status::Declined | Status::Negated)) {
        return Kind::Omitted;
    }
    if has(CueKind::Plan) && !precedes(CueKind::Report, CueKind::Plan) {
        return Kind::Plan;
    }
    if scored && !has(CueKind::Report) {
        return Kind::Score;
    }
    let told =
        clause.subject != Subject::Clinician && precedes(CueKind::Report, CueKind::Inference);
    if has(CueKind::Inference) && !(told && has(CueKind::Report)) {
        return Kind::Inference;
    }
    let recent = before.since_act.is_some_and(|n| n <= 2);
    if clause.subject == Subject::Client && recent && has(CueKind::Response) && !told_first(clause)
    {
        return Kind::Response;
    }
    if has(CueKind::Observation) && !precedes(CueKind::Report, CueKind::Observation) {
        return Kind::Observation;
    }
    if own && clause.subject == Subject::Clinician && (has(CueKind::Act) || clause.own_subject) {
        return Kind::Act;
    }
    // A clause that only goes on says the same kind of thing as the one that it goes on from.
    if let Some(kind) = before.clause.filter(|_| !has(CueKind::Report))
        && kind != Kind::Frame
    {
        return kind;
    }
    if has(CueKind::Report)
        || matches!(
            clause.subject,
            Subject::Client | Subject::Relative | Subject::Provider
        )
    {
        return Kind::Report;
    }
    if has(CueKind::Act) && clause.subject == Subject::Unsaid {
        return Kind::Act;
    }
    before
        .clause
        .or(before.sentence.filter(|k| *k != Kind::Frame))
        .unwrap_or(Kind::Report)
}

/// Whether the clause opens with a verb of telling ("she reports that she found it helpful").
fn told_first(clause: &Clause) -> bool {
    let report = clause.cues(CueKind::Report).map(|c| c.words.start).min();
    report.is_some_and(|at| at <= clause.words.start + 2)
}

/// The order in which the phases are dictated: the look back comes first.
fn rank(phase: EmdrPhase) -> u8 {
    match phase {
        EmdrPhase::Reevaluation => 0,
        EmdrPhase::History => 1,
        EmdrPhase::Preparation => 2,
        EmdrPhase::Assessment => 3,
        EmdrPhase::Desensitization => 4,
        EmdrPhase::Installation => 5,
        EmdrPhase::BodyScan => 6,
        EmdrPhase::Closure => 7,
    }
}

/// The phase that a clause belongs to: of those that its words name, the next one on from where the
/// dictation stands; where it names none, the phase stays.
#[must_use]
pub fn phase(clause: &Clause, current: Option<EmdrPhase>) -> Option<EmdrPhase> {
    let mut named: Vec<(EmdrPhase, usize)> = clause
        .marks
        .iter()
        .filter_map(|m| match m.what {
            Sense::Cue(CueKind::Phase(phase), _) => Some((phase, m.words.len())),
            _ => None,
        })
        .collect();
    named.sort_by_key(|(phase, _)| rank(*phase));
    let Some(current) = current else {
        return named.first().map(|(phase, _)| *phase);
    };
    let ahead = named
        .iter()
        .find(|(phase, _)| rank(*phase) >= rank(current));
    let back = named.iter().find(|(phase, length)| {
        *length >= 2
            && matches!(
                phase,
                EmdrPhase::Reevaluation | EmdrPhase::History | EmdrPhase::Preparation
            )
    });
    ahead.or(back).map(|(phase, _)| *phase).or(Some(current))
}
