//! Spoken punctuation, commands, corrections and fillers: what a clinician says to the note and not
//! into it.
//!
//! Owns the decision which words are commands. It never changes a text: an edit names tokens and
//! what they do. The words themselves, and where they are ordinary words, are data
//! (`lexicon/commands.toml`).
//!
//! # The rule
//!
//! A phrase is a command where four things hold:
//! 1. The word before it is none that makes a noun of it (`a period`, `menstrual period`) or a verb
//!    (`to scratch that`), and the word after it is none that does (`period of`, `colon cancer`).
//! 2. Its place fits, by kind. Comma, question mark and quotes: anywhere. Period, colon and dash:
//!    anywhere in a text that has no punctuation of its own; in one that has, only beside a mark or
//!    before a capital, as a recogniser writes `Period.` Sections, paragraphs and scratching: at the
//!    start of a clause, or before what begins one. `Undo`: alone. `End of note`: last.
//! 3. `next section` is followed by a section's name, or by at most four words up to a mark.
//! 4. `scratch that` is followed by a mark, a capital, the end, a command or a word that begins a
//!    sentence; any other word is what is scratched (`scratch that itch`).

mod commands;
mod correct;
mod filler;
mod place;
mod retract;
mod section;

use std::ops::Range;

use commands::{COMMANDS, Does};
use place::Place;

use crate::transcript::words::Token;

/// Something said to the note.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// The tokens concerned, with a mark that a recogniser put behind a command.
    pub tokens: Range<usize>,
    /// What they do.
    pub act: Act,
}

/// What an edit does.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// The tokens stand for this mark: one of `.,?!:;-“”()`.
    Punctuate(&'static str),
    /// The tokens begin a new paragraph, line or bullet.
    Paragraph,
    /// The tokens begin a section; its name as said, in lower case: `plan`, `body scan`, `r`.
    Section(String),
    /// The tokens are no part of the note.
    Strike {
        /// Why.
        why: Struck,
    },
    /// The edit's tokens say that the value at `new` replaces the one at `old`. All the words stay in
    /// the text; the old value does not count.
    Supersede {
        /// Tokens of the value that no longer holds.
        old: Range<usize>,
        /// Tokens of the value that does.
        new: Range<usize>,
    },
    /// The tokens say that the next word is written in capitals.
    Capitalise,
    /// The tokens are a filler.
    Filler,
}

/// Why words are no part of the note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Struck {
    /// They are a command, and done.
    Command,
    /// The speaker took them back.
    Retracted,
    /// They are a command to take back the utterance before this one: it opens its text.
    UtteranceBefore,
    /// They are a command to take something back, and where that began cannot be told. Nothing else
    /// was struck: a person must look.
    Unclear,
}

/// Finds everything that was said to the note in `text`, whose tokens are `tokens`: in order of
/// their first token, without overlap. Total on any text; linear.
#[must_use]
pub fn obey(text: &str, tokens: &[Token]) -> Vec<Edit> {
    let place = Place::new(text, tokens);
    let mut edits: Vec<Edit> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let found = section::header(&place, &edits, at)
            .or_else(|| command(&place, &edits, at))
            .or_else(|| filler::at(&place, at));
        match found {
            Some(mut edit) => {
                let wish = retract::wish(&place, &edit);
                if wish == Some(retract::Wish::Sentence) {
                    edit.tokens.end = retract::remark_after(&place, edit.tokens.end);
                }
                at = edit.tokens.end;
                match wish {
                    Some(wish) => retract::carry_out(&place, &mut edits, edit, wish),
                    None => edits.push(edit),
                }
            }
            None => at += 1,
        }
    }
    edits.extend(correct::supersedings(&place, &edits));
    edits.sort_by_key(|edit| (edit.tokens.start, edit.tokens.end));
    edits
}

/// The command that begins at `at`, other than a bare header.
fn command(place: &Place, edits: &[Edit], at: usize) -> Option<Edit> {
    let (command, end) = COMMANDS
        .matches(place, at)
        .find(|(command, end)| place.fits(command, at..*end, edits))?;
    let act = match command.does {
        Does::Mark(mark) => Act::Punctuate(mark),
        Does::Paragraph => Act::Paragraph,
        Does::Section => return section::named(place, at, end),
        Does::Capitalise => Act::Capitalise,
        Does::StrikeSentence | Does::StrikeWord | Does::StrikeLast | Does::End => Act::Strike {
            why: Struck::Command,
        },
    };
    // What a recogniser puts behind a closing quote ends the sentence around it.
    let closing = matches!(act, Act::Punctuate("\u{201d}" | ")"));
    let end = if closing { end } else { place.with_marks(end) };
    // "He left, period." has one stop: the spoken mark takes the place of the written one.
    let free = edits.last().is_none_or(|edit| edit.tokens.end < at);
    let stop = matches!(act, Act::Punctuate("." | "," | "?" | "!" | ":" | ";"));
    let doubled = stop && free && at > 0 && place.is_boundary_mark(at - 1);
    Some(Edit {
        tokens: at - usize::from(doubled)..end,
        act,
    })
}

#[cfg(test)]
mod tests;
