//! What is said of a score after its instrument's name, past the stops between: its value in a
//! clause or sentence of its own, and the value that it is compared with.
//!
//! Stops that a small model put into text without punctuation may cut a value from its instrument
//! and a comparison from its value, so the words here are read without them.

use std::ops::Range;

use crate::reading::lexicon::{Lexicon, Mark, ScoreWord, Sense};
use crate::reading::measures::{Said, number_of, settled};
use crate::reading::score_shapes::{JOINING, is_counted, is_difference, leads_on, opens_an_item};
use crate::transcript::script::{Break, Number, ScriptUtterance};

/// Words that tell that an instrument was given.
const GIVEN: &[&str] = &[
    "done",
    "given",
    "repeated",
    "taken",
    "completed",
    "administered",
    "filled",
    "redone",
    "here",
    "this",
    "morning",
    "afternoon",
    "session",
    "scale",
    "form",
    "questionnaire",
    "screen",
    "check",
    "complete",
    "collected",
    "scoring",
    "total",
    "came",
    "comes",
    "is",
];

/// How many words ahead are looked at.
const REACH: usize = 16;

/// The words after an instrument's name, up to the next instrument or paragraph.
pub(super) struct Ahead<'a> {
    utterance: &'a ScriptUtterance,
    marks: Vec<Mark>,
    from: usize,
    end: usize,
}

impl<'a> Ahead<'a> {
    /// Those after `from`.
    pub(super) fn of(
        lexicon: &Lexicon,
        utterance: &'a ScriptUtterance,
        from: usize,
        next: Option<usize>,
    ) -> Self {
        let most = (from + 2 * REACH).min(utterance.words.len());
        let mut end = next.unwrap_or(most).min(most).max(from);
        if let Some(new) =
            (from + 1..end).find(|&at| utterance.words[at].break_before >= Break::Paragraph)
        {
            end = new;
        }
        let mut marks: Vec<Mark> = lexicon
            .marks(&utterance.words[from..end])
            .into_iter()
            .map(|m| Mark {
                words: m.words.start + from..m.words.end + from,
                ..m
            })
            .collect();
        if let Some(other) = marks
            .iter()
            .filter(|m| matches!(m.what, Sense::Instrument(_)))
            .map(|m| m.words.start)
            .min()
        {
            end = end.min(other);
        }
        marks.retain(|m| m.words.end <= end && matches!(m.what, Sense::Score(_)));
        Self {
            utterance,
            marks,
            from,
            end,
        }
    }

    fn lower(&self, at: usize) -> &str {
        self.utterance.words.get(at).map_or("", |w| &w.lower)
    }

    fn number_at(&self, at: usize) -> Option<&'a Number> {
        let numbers = &self.utterance.numbers;
        let found = numbers.binary_search_by_key(&at, |n| n.words.start).ok()?;
        numbers.get(found).filter(|n| n.words.end <= self.end)
    }

    /// The longest phrase of a time before that begins here: its end, and what it says.
    fn time_at(&self, at: usize, reading: bool) -> Option<(usize, ScoreWord)> {
        self.marks
            .iter()
            .filter(|m| m.words.start == at)
            .filter_map(|m| match m.what {
                Sense::Score(word @ (ScoreWord::Prior | ScoreWord::Pre)) => {
                    let words = &self.utterance.words[m.words.clone()];
                    Some((m.words.end, settled(word, reading, words)))
                }
                _ => None,
            })
            .max_by_key(|(end, _)| *end)
    }

    /// The time that follows a number and belongs to it, not to a value after it: "eleven last
    /// week", but "eleven, last week it was nine".
    fn time_after(&self, number: &Number, reading: bool) -> Option<ScoreWord> {
        let (end, word) = self.time_at(number.words.end, reading)?;
        (!leads_on(self.utterance, end)).then_some(word)
    }

    /// A value after words that only tell that the instrument was given: "PHQ nine done again
    /// today, nineteen".
    pub(super) fn given(
        &self,
        (instrument, reading): (usize, bool),
        name: &Range<usize>,
    ) -> Option<Said<'a>> {
        for at in self.from..self.end.min(self.from + REACH / 2) {
            if let Some(number) = self.number_at(at) {
                if is_counted(self.utterance, &number.words)
                    || is_difference(self.utterance, &number.words)
                {
                    return None;
                }
                let mut said = number_of(instrument, number, name.start..number.words.end)?;
                said.hint = self.time_after(number, reading);
                return Some(said);
            }
            let word = self.lower(at);
            if !GIVEN.contains(&word) && !JOINING.contains(&word) {
                return None;
            }
        }
        None
    }

    /// A value that a verb of scoring joins to a name further back: "the DES that you filled out in
    /// the waiting room came to nine", "I gave her the PHQ. It was twelve".
    pub(super) fn told(
        &self,
        (instrument, reading): (usize, bool),
        name: &Range<usize>,
    ) -> Option<Said<'a>> {
        let most = (self.from + REACH).min(self.end);
        let mut stops = 0;
        for at in self.from..most {
            if at > self.from && self.utterance.words[at].break_before >= Break::Stop {
                stops += 1;
            }
            if stops > 1 && !self.utterance.unpunctuated || opens_an_item(self.lower(at)) {
                return None;
            }
            let opens = self.utterance.words[at].break_before >= Break::Comma
                || matches!(self.lower(at.saturating_sub(1)), "and" | "which" | "so");
            let Some(value) = self.said_at(at, (opens || stops == 0, reading && stops == 0)) else {
                if stops > 0 && !self.utterance.unpunctuated {
                    return None;
                }
                continue;
            };
            if let Some(number) = self.number_at(value)
                && !is_counted(self.utterance, &number.words)
            {
                let mut said = number_of(instrument, number, name.start..number.words.end)?;
                said.hint = self.time_after(number, reading);
                return Some(said);
            }
        }
        None
    }

    /// Where a number would stand if a verb of scoring begins at `at`.
    #[allow(clippy::match_same_arms, reason = "each arm is a way of saying it")]
    fn said_at(&self, at: usize, (opens, reading): (bool, bool)) -> Option<usize> {
        let (first, second) = (self.lower(at), self.lower(at + 1));
        let mut next = match (first, second) {
            ("came" | "comes" | "worked" | "works" | "adds" | "added", "to") => at + 2,
            ("came" | "comes", "out" | "in" | "back" | "up") => at + 2,
            ("scored" | "scores" | "scoring" | "totaled" | "totalled" | "totals", _) => at + 1,
            ("score" | "total" | "result", "was" | "is" | "of") => at + 2,
            ("it" | "that" | "this", "was" | "is") if opens => at + 2,
            ("it's" | "that's" | "you're" | "she's" | "he's", _) if opens => at + 1,
            ("got" | "had", _) if opens => at + 1,
            ("it" | "she" | "he" | "you", "got" | "had") if opens => at + 2,
            ("was" | "is", _) if reading => at + 1,
            _ => return None,
        };
        while matches!(
            self.lower(next),
            "a" | "an" | "at" | "to" | "as" | "up" | "about" | "still" | "today" | "now" | "only"
        ) {
            next += 1;
        }
        Some(next)
    }

    /// The value that the one before `from` is compared with: "last time it was twenty three",
    /// "it was fifty eight when we started", "fifteen last Thursday".
    pub(super) fn compared(
        &self,
        (instrument, reading): (usize, bool),
        from: usize,
    ) -> Option<Said<'a>> {
        let mut time = None;
        let (mut it, mut was) = (false, false);
        let mut at = from;
        while at < self.end && at < from + REACH {
            if let Some((end, word)) = self.time_at(at, reading) {
                time = Some(word);
                at = end;
                continue;
            }
            if let Some(number) = self.number_at(at) {
                if is_counted(self.utterance, &number.words)
                    || is_difference(self.utterance, &number.words)
                {
                    return None;
                }
                let after = self.time_after(number, reading);
                let told = (!reading && it && was).then_some(ScoreWord::Prior);
                let mut said = number_of(instrument, number, number.words.clone())?;
                said.hint = Some(after.or(time).or(told)?);
                return Some(said);
            }
            let word = self.lower(at);
            if !JOINING.contains(&word) {
                return None;
            }
            it |= matches!(word, "it" | "that" | "which" | "she" | "he" | "it'd");
            was |= matches!(
                word,
                "was" | "were" | "had" | "been" | "stood" | "it'd" | "used"
            );
            at += 1;
        }
        None
    }

    /// The same, where an earlier utterance told the value: only with words of time.
    pub(super) fn recalled(&self, (instrument, reading): (usize, bool)) -> Option<Said<'a>> {
        let opens = matches!(
            self.lower(self.from),
            "it" | "that" | "and" | "last" | "at" | "in"
        ) || self.time_at(self.from, reading).is_some();
        let timed = self
            .marks
            .iter()
            .any(|m| m.what == Sense::Score(ScoreWord::Prior));
        (opens && timed)
            .then(|| self.compared((instrument, reading), self.from))
            .flatten()
    }
}
