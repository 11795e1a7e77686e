//! What a clinician's turn does.

use std::collections::HashSet;

use super::said::{Clause, Said};
use super::words::Sign;
use super::{Move, MoveKind};
use crate::transcript::phrase::Match;

/// How many words given make a lesson, which a short question at its end does not turn into one.
const LESSON: usize = 20;

/// What stands around a turn.
#[derive(Default)]
pub(super) struct Around<'a> {
    /// What the client has said of late.
    pub(super) heard: HashSet<&'a str>,
    /// Whether the client's last turn asked something.
    pub(super) asked: bool,
    /// Whether the client's last turn was no more than a sign of listening.
    pub(super) listened: bool,
    /// The clinician's turn before.
    pub(super) before: Option<(Move, Option<MoveKind>)>,
}

/// What one sentence of a turn does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Asks(MoveKind),
    /// Checks whether what was said is right.
    Checks,
    Reflects,
    /// Gives something, of this kind.
    Gives(MoveKind),
    /// A statement that nothing but its place tells.
    States,
    Nothing,
}

/// Reads one turn.
pub(super) fn read(said: &Said, around: &Around<'_>) -> (Move, Option<MoveKind>) {
    let acts: Vec<(Act, usize)> = said
        .clauses
        .iter()
        .map(|clause| (act(clause, around), clause.length()))
        .collect();
    let weight = |wanted: &dyn Fn(Act) -> bool| -> usize {
        acts.iter()
            .filter(|(a, _)| wanted(*a))
            .map(|(_, n)| *n)
            .sum()
    };
    let reflected = weight(&|a| a == Act::Reflects);
    let gave = weight(&|a| matches!(a, Act::Gives(_)));
    let asks = weight(&|a| matches!(a, Act::Asks(_)));
    let any = |act: Act| acts.iter().any(|(a, _)| *a == act);
    let (open, closed) = (Act::Asks(MoveKind::Open), Act::Asks(MoveKind::Closed));
    let mostly_gives = gave >= LESSON && gave > 3 * asks;
    if !mostly_gives && any(open) {
        return (Move::Question, Some(MoveKind::Open));
    }
    if !mostly_gives && any(closed) {
        return (Move::Question, Some(MoveKind::Closed));
    }
    let stated = weight(&|a| a == Act::States);
    if gave > 3 && gave >= reflected {
        let kinds = [
            MoveKind::Advice,
            MoveKind::Options,
            MoveKind::Negotiation,
            MoveKind::Information,
        ];
        let heaviest = kinds
            .into_iter()
            .rev()
            .max_by_key(|kind| weight(&|a| a == Act::Gives(*kind)));
        return (Move::Input, heaviest);
    }
    if reflected > 1 {
        return (Move::Reflection, Some(depth(said, around)));
    }
    if let Some(before) = around.before
        && stated > 0
        && match before.0 {
            Move::Reflection => said.continues,
            Move::Input => said.continues || around.listened,
            Move::Question | Move::Other => false,
        }
    {
        return before;
    }
    if stated > 0 && around.asked {
        return (Move::Input, Some(MoveKind::Information));
    }
    if stated > 1 {
        return (Move::Reflection, Some(depth(said, around)));
    }
    if any(Act::Checks) {
        return (Move::Question, Some(MoveKind::Closed));
    }
    if repeats(said, around) {
        return (Move::Reflection, Some(MoveKind::Simple));
    }
    (Move::Other, None)
}

/// Whether it says no more than the client's own words.
fn repeats(said: &Said, around: &Around<'_>) -> bool {
    let own = said.count(Sign::Social) + said.count(Sign::Praise) > 0;
    !own && !said.matter.is_empty()
        && said
            .matter
            .iter()
            .all(|w| around.heard.contains(w.as_str()))
}

/// How much a reflection adds to what the client said.
fn depth(said: &Said, around: &Around<'_>) -> MoveKind {
    let new: HashSet<&str> = said
        .matter
        .iter()
        .map(String::as_str)
        .filter(|w| !around.heard.contains(w))
        .collect();
    let deep = said.count(Sign::Deepens);
    let (deep_least, new_least) = if said.asks() { (2, 6) } else { (2, 4) };
    if new.is_empty() || deep < deep_least && new.len() < new_least {
        MoveKind::Simple
    } else {
        MoveKind::Complex
    }
}

/// What one sentence does.
fn act(clause: &Clause, around: &Around<'_>) -> Act {
    let length = clause.length();
    if length == 0 {
        return if clause.question {
            Act::Asks(MoveKind::Closed)
        } else {
            Act::Nothing
        };
    }
    if clause.has(Sign::Invite) && (clause.question || length > 3) {
        return Act::Asks(MoveKind::Open);
    }
    let inverted = (clause.first..clause.words.len())
        .filter(|_| clause.question)
        .filter(|&at| clause.at(Sign::Inverted, at))
        .find_map(|at| opening(clause, at));
    let first = opening(clause, clause.first).or(inverted);
    if !clause.question {
        return match first.filter(|_| length > 2) {
            Some(kind) => Act::Asks(kind),
            None => statement(clause, around),
        };
    }
    if length < 8 && clause.opens(Sign::Check) {
        return Act::Checks;
    }
    let near_end = |m: &Match<Sign>| m.what == Sign::Check && m.words.end + 2 >= clause.words.len();
    let check = clause.signs.iter().any(near_end);
    let openings: Vec<MoveKind> = clause
        .heads()
        .filter_map(|at| opening(clause, at))
        .collect();
    if first.is_some() || !check && !openings.is_empty() {
        let open = openings.contains(&MoveKind::Open) || inverted == Some(MoveKind::Open);
        return Act::Asks(if open {
            MoveKind::Open
        } else {
            MoveKind::Closed
        });
    }
    if clause.opens(Sign::Stem) || check && clause.opens(Sign::Reflects) && length > 3 {
        return Act::Reflects;
    }
    let inside = clause.has(Sign::Open) && !clause.has(Sign::Relative);
    Act::Asks(if inside {
        MoveKind::Open
    } else {
        MoveKind::Closed
    })
}

/// The kind of question that word `at` opens.
fn opening(clause: &Clause, at: usize) -> Option<MoveKind> {
    if clause.at(Sign::Relative, at) {
        None
    } else if clause.at(Sign::Bounded, at) {
        Some(MoveKind::Closed)
    } else if clause.at(Sign::Open, at) {
        Some(MoveKind::Open)
    } else if clause.at(Sign::Closed, at) {
        Some(MoveKind::Closed)
    } else {
        None
    }
}

/// Whether it takes up a word of matter that the client said.
fn shares(clause: &Clause, around: &Around<'_>) -> bool {
    clause.words.iter().any(|word| {
        let stem: String = word.lower.chars().take(5).collect();
        around.heard.contains(stem.as_str())
    })
}

/// What a sentence does that asks nothing.
fn statement(clause: &Clause, around: &Around<'_>) -> Act {
    let length = clause.length();
    let reflects = clause.opens(Sign::Reflects);
    if (clause.has(Sign::Social) || clause.has(Sign::Praise)) && length < 14 {
        return Act::Nothing;
    }
    let informs = clause.count(Sign::Informs);
    let stem = clause.has(Sign::Stem) && !clause.has(Sign::Praise);
    if stem && informs < 3 {
        return Act::Reflects;
    }
    if length > 3 && clause.has(Sign::Advises) {
        return Act::Gives(MoveKind::Advice);
    }
    let teaching =
        around.asked || around.before.is_some_and(|b| b.0 == Move::Input) && (around.listened);
    let of_you = clause.words.iter().any(|w| w.lower.starts_with("you"));
    if teaching && !of_you && informs == 0 && clause.length() > 1 {
        return Act::States;
    }
    if reflects && informs < if teaching { 1 } else { 2 } {
        return Act::Reflects;
    }
    if length > 3 && clause.has(Sign::Options) {
        return Act::Gives(MoveKind::Options);
    }
    if informs > 0 {
        return Act::Gives(MoveKind::Information);
    }
    if length > 3 && clause.has(Sign::Negotiates) {
        return Act::Gives(MoveKind::Negotiation);
    }
    if clause.opens(Sign::Own) {
        return if length > 12 {
            Act::Gives(MoveKind::Information)
        } else {
            Act::Nothing
        };
    }
    if reflects || shares(clause, around) && length > 2 {
        return Act::Reflects;
    }
    if clause.broken && length < 4 {
        return Act::Nothing;
    }
    Act::States
}
