//! Corrections inside a sentence: `fourteen, correction, sixteen`, `Tuesday, I mean Wednesday`.

use std::ops::Range;

use super::commands::{COMMANDS, holds};
use super::place::Place;
use super::{Act, Edit};
use crate::transcript::numbers::{self, NumberReading};

/// How far before and after the cue a value may stand, in tokens.
const REACH: usize = 4;

/// Every cue between two values of one kind. A cue without them is ordinary speech ("I mean the
/// line dropped twice").
pub(super) fn supersedings(place: &Place, edits: &[Edit]) -> Vec<Edit> {
    let cues: Vec<Range<usize>> = (0..place.tokens.len())
        .filter_map(|at| cue(place, at))
        .filter(|cue| !taken(edits, cue.start))
        .collect();
    if cues.is_empty() {
        return Vec::new();
    }
    let numbers = numbers::read(place.tokens);
    let mut found: Vec<Edit> = Vec::new();
    for cue in cues {
        if found.last().is_some_and(|edit| edit.tokens.end > cue.start) {
            continue;
        }
        if let Some((old, new)) = values(place, &numbers, &cue) {
            found.push(Edit {
                tokens: cue,
                act: Act::Supersede { old, new },
            });
        }
    }
    found
}

/// Whether the token belongs to a command; a correction inside struck words is struck with them.
fn taken(edits: &[Edit], at: usize) -> bool {
    let after = edits.partition_point(|edit| edit.tokens.end <= at);
    edits.get(after).is_some_and(|edit| edit.tokens.start <= at)
}

fn cue(place: &Place, at: usize) -> Option<Range<usize>> {
    place.word(at)?;
    let correct = &COMMANDS.file.correct;
    let end = correct
        .cues
        .iter()
        .filter_map(|cue| place.phrase(at, cue))
        .max()?;
    let before = at.checked_sub(1).and_then(|before| place.word(before));
    let ordinary = before.is_some_and(|word| holds(&correct.not_after, word));
    (!ordinary).then_some(at..end)
}

fn values(
    place: &Place,
    numbers: &[NumberReading],
    cue: &Range<usize>,
) -> Option<(Range<usize>, Range<usize>)> {
    let start = value_start(place, cue.end);
    let next = numbers.partition_point(|n| n.tokens.start < start);
    let new = numbers.get(next).filter(|n| n.tokens.start == start);
    if let Some(new) = new {
        let last = numbers.partition_point(|n| n.tokens.end <= cue.start);
        let old = numbers[..last].last()?;
        let near = old.tokens.end + REACH >= cue.start;
        // A recogniser may end the sentence before the cue: "twelve. I'm sorry, thirteen."
        let inner = old.tokens.end..cue.start.saturating_sub(1).max(old.tokens.end);
        let open = near && inner.into_iter().all(|at| !place.is_sentence_mark(at));
        return open.then(|| (old.tokens.clone(), new.tokens.clone()));
    }
    same_kind(place, cue, start)
}

/// Moves over marks and words such as `it was` that may stand before the new value.
fn value_start(place: &Place, at: usize) -> usize {
    let skips = |at: usize| {
        place.is_boundary_mark(at)
            || place
                .word(at)
                .is_some_and(|word| holds(&COMMANDS.file.correct.bridge, word))
    };
    (at..at + REACH)
        .find(|at| !skips(*at))
        .unwrap_or(at + REACH)
}

fn same_kind(
    place: &Place,
    cue: &Range<usize>,
    start: usize,
) -> Option<(Range<usize>, Range<usize>)> {
    let word = place.word(start)?;
    let kind = COMMANDS
        .file
        .correct
        .same_kind
        .iter()
        .find(|kind| holds(kind, word))?;
    let from = cue.start.saturating_sub(REACH);
    let old = (from..cue.start)
        .rev()
        .take_while(|at| !place.is_sentence_mark(*at))
        .find(|at| {
            place
                .word(*at)
                .is_some_and(|old| holds(kind, old) && old != word)
        })?;
    Some((old..old + 1, start..start + 1))
}
