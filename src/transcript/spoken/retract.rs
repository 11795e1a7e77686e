//! What `scratch that`, `scratch word` and `undo` take back.

use std::ops::Range;

use super::commands::{COMMANDS, Does, holds};
use super::place::Place;
use super::{Act, Edit, Struck};

/// What the speaker wants to take back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Sentence,
    Word,
    Last,
}

/// What the command in `edit` takes back, where it is such a command.
pub(super) fn wish(place: &Place, edit: &Edit) -> Option<Wish> {
    if !matches!(edit.act, Act::Strike { .. }) {
        return None;
    }
    let (command, _) = COMMANDS.matches(place, edit.tokens.start).next()?;
    match command.does {
        Does::StrikeSentence => Some(Wish::Sentence),
        Does::StrikeWord => Some(Wish::Word),
        Does::StrikeLast => Some(Wish::Last),
        _ => None,
    }
}

/// Strikes the command's own words, and what it takes back.
pub(super) fn carry_out(place: &Place, edits: &mut Vec<Edit>, mut command: Edit, wish: Wish) {
    if wish == Wish::Sentence {
        command.tokens.start = opener_before(place, edits, command.tokens.start);
    }
    let at = command.tokens.start;
    let taken = match wish {
        // An undone command turns back into plain words, and those are struck like others.
        Wish::Sentence | Wish::Last => sentence_before(place, edits, at),
        Wish::Word => Some(word_before(place, edits, at)),
    };
    let why = match &taken {
        Some(range) if range.is_empty() => Struck::UtteranceBefore,
        Some(_) => Struck::Command,
        None => Struck::Unclear,
    };
    if let Some(mut range) = taken.filter(|range| !range.is_empty()) {
        // A command that took in the mark before it ("word, colon") is taken back with that mark.
        let within = edits.partition_point(|edit| edit.tokens.end <= range.start);
        if let Some(first) = edits.get(within) {
            range.start = range.start.min(first.tokens.start);
        }
        let behind = edits.partition_point(|edit| edit.tokens.start < range.end);
        edits.drain(within..behind);
        let why = Struck::Retracted;
        let retracted = Edit {
            tokens: range,
            act: Act::Strike { why },
        };
        edits.insert(within, retracted);
    }
    edits.push(Edit {
        act: Act::Strike { why },
        ..command
    });
}

/// Where the command begins with the words that open it: "No, wait, strike that."
fn opener_before(place: &Place, edits: &[Edit], at: usize) -> usize {
    let mut start = at;
    for before in (0..at).rev().take(12) {
        let opens = |word| holds(&COMMANDS.file.retract.openers, word);
        match place.word(before) {
            _ if ending_at(edits, before + 1).is_some() => break,
            Some(word) if opens(word) => start = before,
            None if !place.is_sentence_mark(before) => {}
            // The words before are a sentence; what opens the command stands behind its end.
            None => return start,
            Some(_) => break,
        }
    }
    if start == 0 { 0 } else { at }
}

/// The end of a remark that follows the command and says whose the words were: "that was my one
/// o'clock".
pub(super) fn remark_after(place: &Place, at: usize) -> usize {
    let retract = &COMMANDS.file.retract;
    let start = at + usize::from(place.mark(at).is_some());
    let Some(mut end) = retract
        .remark
        .iter()
        .find_map(|remark| place.phrase(start, remark))
    else {
        return at;
    };
    let mut last = "";
    for _ in 0..6 {
        match place.word(end) {
            Some(word) => last = word,
            None => break,
        }
        end += 1;
    }
    let over = end == place.tokens.len() || place.is_boundary_mark(end);
    if over && holds(&retract.of_another, last) {
        place.with_marks(end)
    } else {
        at
    }
}

/// The last sentence before `at`; empty where nothing is left before it in this text, nothing where
/// its start cannot be told.
fn sentence_before(place: &Place, edits: &[Edit], at: usize) -> Option<Range<usize>> {
    let mut end = at;
    // What ends the sentence itself belongs to it, and so does what was struck before.
    let mut start = skip_struck(edits, end);
    end = start.min(end);
    let mut words = 0;
    while start > 0 {
        if let Some(edit) = ending_at(edits, start) {
            let closes = match &edit.act {
                Act::Punctuate(mark) => matches!(*mark, "." | "?" | "!"),
                Act::Paragraph | Act::Section(_) | Act::Strike { .. } => true,
                Act::Capitalise | Act::Filler | Act::Supersede { .. } => false,
            };
            if closes && words > 0 {
                return Some(start..end);
            }
            match &edit.act {
                // Nothing was said since: the header or the paragraph is what is taken back.
                Act::Paragraph | Act::Section(_) => return Some(edit.tokens.start..end),
                Act::Strike { .. } => return None,
                _ => {}
            }
            start = edit.tokens.start;
            continue;
        }
        if place.is_sentence_mark(start - 1) && !inside_abbreviation(place, start - 1) {
            if words > 0 {
                return Some(start..end);
            }
        } else if place.word(start - 1).is_some() {
            words += 1;
            if words > COMMANDS.file.retract.longest_sentence {
                return None;
            }
        }
        start -= 1;
    }
    Some(if words > 0 { 0..end } else { at..at })
}

/// A point after a title or a single letter ends no sentence: `Mr. Dunn`, `9 a.m. today`.
fn inside_abbreviation(place: &Place, at: usize) -> bool {
    let title = at
        .checked_sub(1)
        .and_then(|before| place.word(before))
        .is_some_and(|word| matches!(word, "mr" | "mrs" | "ms" | "dr" | "st") || word.len() == 1);
    title && at + 1 < place.tokens.len()
}

fn word_before(place: &Place, edits: &[Edit], at: usize) -> Range<usize> {
    let end = skip_struck(edits, at);
    let word = (0..end).rev().take(3).find(|at| place.mark(*at).is_none());
    word.map_or(at..at, |word| word..end)
}

/// Moves back over commands and what they struck.
fn skip_struck(edits: &[Edit], at: usize) -> usize {
    let mut end = at;
    // Nobody takes back more than this in a row; it also keeps the work linear.
    for _ in 0..64 {
        match ending_at(edits, end) {
            Some(edit) if matches!(edit.act, Act::Strike { .. }) => end = edit.tokens.start,
            _ => break,
        }
    }
    end
}

/// The edit whose last token is just before `at`; edits lie in order and do not overlap.
fn ending_at(edits: &[Edit], at: usize) -> Option<&Edit> {
    let after = edits.partition_point(|edit| edit.tokens.end < at);
    edits.get(after).filter(|edit| edit.tokens.end == at)
}
