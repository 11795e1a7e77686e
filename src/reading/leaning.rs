//! How strongly the words of one clause speak for each kind of thing that a note holds. Only weighs
//! evidence; which kind stands, the clauses around decide (`cohesion`).

use crate::reading::clause::{Clause, Subject, is_past};
use crate::reading::interventions::{Status, Tag};
use crate::reading::lexicon::{CueKind, EmdrPhase, Sense};
use crate::reading::likeness::Heard;
use crate::reading::routing::Kind;
use crate::transcript::script::ScriptUtterance;

/// What the words of a clause speak for. Weights have no unit; 1 is a hint, 2 a plain sign, 3 hardly
/// leaves a doubt.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Leaning {
    /// For each kind.
    pub kinds: Vec<(Kind, f32)>,
    /// For each phase of EMDR.
    pub phases: Vec<(EmdrPhase, f32)>,
    /// For what lies before the treatment.
    pub background: f32,
}

impl Leaning {
    fn add(&mut self, kind: Kind, weight: f32) {
        match self.kinds.iter_mut().find(|(k, _)| *k == kind) {
            Some((_, known)) => *known += weight,
            None => self.kinds.push((kind, weight)),
        }
    }

    fn phase(&mut self, phase: EmdrPhase, weight: f32) {
        match self.phases.iter_mut().find(|(p, _)| *p == phase) {
            Some((_, known)) => *known = known.max(weight),
            None => self.phases.push((phase, weight)),
        }
    }

    /// The weight of a kind.
    #[must_use]
    pub fn of(&self, kind: Kind) -> f32 {
        self.kinds
            .iter()
            .find(|(k, _)| *k == kind)
            .map_or(0.0, |(_, weight)| *weight)
    }
}

/// Where the first cue of a kind begins.
fn first(clause: &Clause, kind: CueKind) -> Option<usize> {
    clause.cues(kind).map(|c| c.words.start).min()
}

/// The first word of the clause that is no filler and no connective.
fn opening(clause: &Clause, utterance: &ScriptUtterance) -> usize {
    clause
        .words
        .clone()
        .find(|&at| {
            let word = &utterance.words[at];
            !word.is_filler()
                && !matches!(
                    word.lower.as_str(),
                    "and" | "then" | "so" | "also" | "but" | "okay" | "next" | "well" | "today"
                )
        })
        .unwrap_or(clause.words.start)
}

/// Whether a word tells of what is over.
pub(super) fn past_tense(word: &str) -> bool {
    is_past(word)
        || matches!(
            word,
            "was"
                | "were"
                | "had"
                | "been"
                | "gone"
                | "came"
                | "got"
                | "kept"
                | "left"
                | "felt"
                | "slept"
                | "woke"
                | "thought"
                | "found"
                | "saw"
                | "sat"
                | "lost"
                | "broke"
                | "ate"
                | "drank"
                | "drove"
                | "spoke"
                | "stood"
                | "knew"
                | "chose"
                | "wore"
                | "fell"
                | "threw"
                | "cut"
        )
}

/// Weighs a clause.
#[must_use]
pub(super) fn of(
    clause: &Clause,
    utterance: &ScriptUtterance,
    tags: &[Tag],
    scored: bool,
    heard: &Heard,
) -> Leaning {
    let mut leaning = Leaning::default();
    of_heard(heard, &mut leaning);
    of_tags(tags, &mut leaning);
    if scored {
        leaning.add(Kind::Score, 2.0);
    }
    of_cues(clause, utterance, &mut leaning);
    of_subject(clause, utterance, &mut leaning);
    of_phases(clause, &mut leaning);
    leaning
}

/// Weighs what a clinician says in a session: the phases of EMDR, which the clinician leads, and what the
/// clinician bids the client to do.
#[must_use]
pub fn of_talk(clause: &Clause, utterance: &ScriptUtterance) -> Leaning {
    let mut leaning = Leaning::default();
    of_phases(clause, &mut leaning);
    let at = opening(clause, utterance);
    if clause.cues(CueKind::Bidding).any(|c| c.words.start == at) {
        leaning.add(Kind::Plan, 1.0);
    }
    leaning
}

/// How much what the words are like weighs, where it is certain. Chosen on cases that the network had
/// not seen.
const LIKE: f32 = 1.5;

/// Weighs what kind of thing the words are like.
fn of_heard(heard: &Heard, leaning: &mut Leaning) {
    for (kind, probability) in heard.kinds() {
        if kind != Kind::Frame {
            leaning.add(kind, LIKE * probability);
        }
    }
    for (phase, probability) in heard.phases() {
        leaning.phase(phase, LIKE * probability);
    }
}

fn of_tags(tags: &[Tag], leaning: &mut Leaning) {
    for tag in tags {
        match tag.status {
            Status::Planned | Status::Assigned => leaning.add(Kind::Plan, 2.2),
            status if status.is_used() => leaning.add(Kind::Act, 1.4),
            Status::Declined | Status::Negated => leaning.add(Kind::Omitted, 2.2),
            Status::Hypothetical => {
                leaning.add(Kind::Report, 0.6);
                leaning.add(Kind::Plan, 0.6);
            }
            _ => leaning.add(Kind::Report, 1.8),
        }
    }
    // Several techniques in a clause are one act.
    for (_, weight) in &mut leaning.kinds {
        *weight = weight.min(2.8);
    }
}

fn of_cues(clause: &Clause, utterance: &ScriptUtterance, leaning: &mut Leaning) {
    let told = first(clause, CueKind::Report);
    let before_told = |kind| match (first(clause, kind), told) {
        (Some(at), Some(told)) => Some(at < told),
        (Some(_), None) => Some(true),
        (None, _) => None,
    };
    let by_clinician = clause.subject == Subject::Clinician && clause.own_subject;
    if told.is_some() && !by_clinician {
        leaning.add(Kind::Report, 1.8);
    }
    for (cue, kind, weight) in [
        (CueKind::Plan, Kind::Plan, 2.2),
        (CueKind::Observation, Kind::Observation, 1.5),
        (CueKind::Inference, Kind::Inference, 1.5),
        (CueKind::Response, Kind::Response, 1.3),
    ] {
        match before_told(cue) {
            Some(true) => leaning.add(kind, weight),
            Some(false) => leaning.add(kind, 0.4),
            None => {}
        }
    }
    let at = opening(clause, utterance);
    let bid = clause
        .cues(CueKind::Bidding)
        .any(|c| c.words.start == at || c.words.start == clause.words.start);
    if bid {
        leaning.add(Kind::Plan, 1.6);
    }
    if let Some(goal) = first(clause, CueKind::Goal) {
        leaning.add(Kind::Goal, if goal <= at + 1 { 2.5 } else { 0.8 });
    }
    if clause.has(CueKind::Historical) || clause.has(CueKind::OtherProvider) {
        leaning.background += 0.8;
    }
    let past = clause
        .words
        .clone()
        .any(|at| past_tense(&utterance.words[at].lower));
    let present = clause.words.clone().any(|at| {
        matches!(
            utterance.words[at].lower.as_str(),
            "is" | "are"
                | "remains"
                | "remain"
                | "seems"
                | "continues"
                | "has"
                | "shows"
                | "cannot"
        )
    });
    if present && !past && told.is_none() && !by_clinician && clause.subject != Subject::Provider {
        leaning.add(Kind::Inference, 1.4);
    }
    if clause.has(CueKind::Ahead) {
        leaning.add(Kind::Plan, if past { 0.3 } else { 1.4 });
    }
    if clause.has(CueKind::Recent) {
        leaning.add(Kind::Report, 0.8);
    }
}

fn of_subject(clause: &Clause, utterance: &ScriptUtterance, leaning: &mut Leaning) {
    let at = opening(clause, utterance);
    let past = |at: usize| utterance.words.get(at).is_some_and(|w| is_past(&w.lower));
    let does = |at: usize| {
        clause.marks.iter().any(|m| {
            m.words.start == at
                && matches!(
                    m.what,
                    Sense::Act(_)
                        | Sense::Cue(
                            CueKind::Act | CueKind::Reviewed | CueKind::Attempted,
                            crate::reading::lexicon::Reach::Forward
                        )
                )
        })
    };
    match (clause.subject, clause.own_subject) {
        (Subject::Clinician, true) => {
            let future = leaning.of(Kind::Plan) > 0.0;
            let mut near = clause.words.start..clause.words.end.min(clause.words.start + 6);
            if near.any(past) {
                leaning.add(Kind::Act, 2.2);
            } else if !future {
                leaning.add(Kind::Act, 1.2);
            }
        }
        (Subject::Client, true) => {
            leaning.add(Kind::Report, 0.9);
            leaning.add(Kind::Response, if past(at + 1) { 1.3 } else { 0.7 });
            leaning.add(Kind::Observation, 0.4);
        }
        (Subject::Relative | Subject::Provider, true) => leaning.add(Kind::Report, 1.4),
        (Subject::Unsaid | Subject::Clinician, _) if at < clause.words.end && does(at) => {
            let word = utterance.words[at].lower.as_str();
            if past(at) {
                leaning.add(Kind::Act, 1.8);
            } else if word.ends_with("ing") {
                leaning.add(Kind::Act, 0.4);
            }
        }
        _ => {}
    }
}

fn of_phases(clause: &Clause, leaning: &mut Leaning) {
    for mark in &clause.marks {
        if let Sense::Cue(CueKind::Phase(phase), _) = mark.what {
            let early = if mark.words.start <= clause.words.start + 3 {
                0.5
            } else {
                0.0
            };
            let length = if mark.words.len() > 1 { 0.5 } else { 0.0 };
            leaning.phase(phase, 1.5 + early + length);
        }
    }
}
