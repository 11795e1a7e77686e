//! Words that carry nothing: `um`, `uh`, `, you know,`, `okay so` at the start.

use super::commands::{COMMANDS, holds};
use super::place::Place;
use super::{Act, Edit};

/// The filler at `at`, with the comma that belongs to it.
pub(super) fn at(place: &Place, at: usize) -> Option<Edit> {
    let word = place.word(at)?;
    let filler = &COMMANDS.file.filler;
    let end = if holds(&filler.always, word) && !is_emergency_room(place, at) {
        at + 1
    } else {
        opening(place, at).or_else(|| set_off(place, at))?
    };
    Some(Edit {
        tokens: at..with_comma(place, at, end),
        act: Act::Filler,
    })
}

/// `ER` is a place, `er` a filler.
fn is_emergency_room(place: &Place, at: usize) -> bool {
    let filler = &COMMANDS.file.filler;
    let before = at.checked_sub(1).and_then(|before| place.word(before));
    place.word(at) == Some("er")
        && (place.text[place.tokens[at].span.clone()] == *"ER"
            || before.is_some_and(|word| holds(&filler.er_after, word))
            || place
                .word(at + 1)
                .is_some_and(|word| holds(&filler.er_before, word)))
}

/// `okay so` as the first words of a text or a sentence.
fn opening(place: &Place, at: usize) -> Option<usize> {
    let filler = &COMMANDS.file.filler;
    if at > 0 && !place.is_sentence_mark(at - 1) {
        return None;
    }
    let end = longest(place, &filler.opening, at)?;
    let content = place
        .word(end)
        .is_some_and(|word| holds(&filler.opening_not_before, word));
    // "Okay." alone is an answer.
    (!content && !place.is_sentence_mark(end) && end < place.tokens.len()).then_some(end)
}

fn set_off(place: &Place, at: usize) -> Option<usize> {
    if at > 0 && place.mark(at - 1) != Some(",") {
        return None;
    }
    let end = longest(place, &COMMANDS.file.filler.set_off, at)?;
    (at > 0 && place.mark(end) == Some(",")).then_some(end)
}

fn longest(place: &Place, phrases: &[String], at: usize) -> Option<usize> {
    phrases
        .iter()
        .filter_map(|phrase| place.phrase(at, phrase))
        .max()
}

/// A filler between commas leaves one of them, or none after a word that leans on what follows; at
/// the start of a sentence it takes its comma along.
fn with_comma(place: &Place, at: usize, end: usize) -> usize {
    let after = place.mark(end) == Some(",");
    let opens = at == 0 || place.is_boundary_mark(at - 1);
    let leans = at
        .checked_sub(1)
        .and_then(|before| place.word(before))
        .is_some_and(|word| holds(&COMMANDS.file.filler.leaning, word));
    end + usize::from(after && (opens || leans))
}
