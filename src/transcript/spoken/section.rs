//! Spoken section headers: `next section plan`, `section R`, and a bare `Plan.` or `plan colon`.

use super::commands::{COMMANDS, holds};
use super::place::Place;
use super::{Act, Edit, Struck};

/// A name that the format does not know has at most so many words.
const LONGEST_NAME: usize = 4;

/// A bare header at `at`: a section's name that is a sentence of its own, with a full stop or a
/// colon behind it, written or spoken.
pub(super) fn header(place: &Place, edits: &[Edit], at: usize) -> Option<Edit> {
    place.word(at)?;
    let sentence = at == 0
        || place.is_sentence_mark(at - 1)
        || edits.last().is_some_and(|edit| {
            let starts = match &edit.act {
                Act::Punctuate(mark) => matches!(*mark, "." | "?" | "!"),
                Act::Paragraph | Act::Section(_) | Act::Filler => true,
                Act::Strike { why } => *why == Struck::Command,
                Act::Supersede { .. } | Act::Capitalise => false,
            };
            starts && edit.tokens.end == at
        });
    if !sentence {
        return None;
    }
    let (name, end) = known_name(place, at)?;
    let after = match place.mark(end) {
        Some("." | ":") => end + 1,
        _ if place.word(end) == Some("colon") => place.with_marks(end + 1),
        _ => return None,
    };
    Some(Edit {
        tokens: at..after,
        act: Act::Section(name),
    })
}

/// The section whose command words are `at..end`. Without a name that can be told from the text
/// after it, the command is a new paragraph, and every word after it stays.
pub(super) fn named(place: &Place, at: usize, end: usize) -> Option<Edit> {
    let bare = place.word(at) == Some("section");
    let start = place.with_marks(end);
    let start = if place.word(start) == Some("colon") {
        place.with_marks(start + 1)
    } else {
        start
    };
    let found = known_name(place, start)
        .or_else(|| letter(place, start))
        .or_else(|| other_name(place, start).filter(|_| !bare));
    match found {
        Some((name, name_end)) => {
            let after = match place.word(name_end) {
                Some("colon" | "period") if !bare || name_end > start => {
                    place.with_marks(name_end + 1)
                }
                _ => place.with_marks(name_end),
            };
            Some(Edit {
                tokens: at..after,
                act: Act::Section(name),
            })
        }
        None if bare => None,
        None => Some(Edit {
            tokens: at..start,
            act: Act::Paragraph,
        }),
    }
}

/// The longest section name at `at`.
fn known_name(place: &Place, at: usize) -> Option<(String, usize)> {
    place.word(at)?;
    COMMANDS
        .file
        .sections
        .iter()
        .filter_map(|name| Some((name, place.phrase(at, name)?)))
        .max_by_key(|(_, end)| *end)
        .map(|(name, end)| (name.clone(), end))
}

/// `R` in `section R`, where a mark, a capital or the end follows.
fn letter(place: &Place, at: usize) -> Option<(String, usize)> {
    let letter = place.word(at)?;
    (holds(&COMMANDS.file.section_letters, letter) && place.breaks(at + 1))
        .then(|| (letter.to_owned(), at + 1))
}

/// A name that no format knows: the words up to the next mark, if they are few.
fn other_name(place: &Place, at: usize) -> Option<(String, usize)> {
    let words: Vec<&str> = (at..=at + LONGEST_NAME)
        .map_while(|at| place.word(at))
        .collect();
    let end = at + words.len();
    let closed =
        place.is_boundary_mark(end) || place.word(end - usize::from(end > at)) == Some("colon");
    if words.is_empty() || words.len() > LONGEST_NAME || !closed {
        return None;
    }
    Some((words.join(" "), end))
}
