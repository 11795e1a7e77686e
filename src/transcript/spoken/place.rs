//! Where in a text a phrase stands: what is beside it, and whether the text has marks of its own.

use std::ops::Range;

use super::commands::{COMMANDS, Command, Does, Site, holds};
use super::{Act, Edit};
use crate::transcript::words::{Token, TokenKind};

/// A text with fewer marks than one in so many words has no punctuation of its own.
const WORDS_A_MARK: usize = 40;

/// So many spoken full stops, one at least in every `WORDS_A_MARK` words, and the speaker speaks
/// them all.
const SPOKEN_STOPS: usize = 4;

/// A spoken quotation is closed within so many tokens.
const CLOSED_WITHIN: usize = 60;

/// A text and its tokens.
pub(super) struct Place<'a> {
    pub text: &'a str,
    pub tokens: &'a [Token],
    /// The text carries punctuation beyond what stands behind its commands and at its end.
    punctuated: bool,
    /// The text has capital letters, so that a sentence begins with one.
    cased: bool,
    /// Full stops are spoken throughout.
    spoken: bool,
}

impl<'a> Place<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a [Token]) -> Self {
        let mut place = Self {
            text,
            tokens,
            punctuated: false,
            cased: false,
            spoken: false,
        };
        place.cased = (0..tokens.len()).any(|at| place.is_capital(at));
        let inner = tokens.len().saturating_sub(1);
        let marks = (1..inner)
            .filter(|at| place.is_boundary_mark(*at) && !place.ends_command(*at))
            .count();
        let closed = inner > 0 && place.is_sentence_mark(inner) && !place.ends_command(inner);
        place.punctuated = closed || (marks * WORDS_A_MARK >= tokens.len() && marks > 0);
        let stops = (0..tokens.len())
            .filter(|&at| place.word(at) == Some("period") || place.run_of(at, "full stop"))
            .count();
        place.spoken =
            !place.punctuated && stops >= SPOKEN_STOPS && stops * WORDS_A_MARK >= tokens.len();
        place
    }

    fn run_of(&self, at: usize, phrase: &str) -> bool {
        self.phrase(at, phrase).is_some()
    }

    /// Whether the token before `at` may end a command, so that a mark at `at` is the recogniser's.
    fn ends_command(&self, at: usize) -> bool {
        let last = [
            "period",
            "stop",
            "comma",
            "mark",
            "colon",
            "paragraph",
            "line",
            "that",
            "section",
        ];
        self.word(at - 1).is_some_and(|word| last.contains(&word))
    }

    pub(super) fn word(&self, at: usize) -> Option<&'a str> {
        let token = self.tokens.get(at)?;
        (token.kind == TokenKind::Word).then_some(token.lower.as_str())
    }

    pub(super) fn mark(&self, at: usize) -> Option<&'a str> {
        let token = self.tokens.get(at)?;
        (token.kind == TokenKind::Mark).then_some(token.lower.as_str())
    }

    pub(super) fn run(&self, at: usize, words: &[String]) -> bool {
        words
            .iter()
            .enumerate()
            .all(|(n, word)| self.word(at + n) == Some(word.as_str()))
    }

    /// The words of `phrase` at `at`; the token after them.
    pub(super) fn phrase(&self, at: usize, phrase: &str) -> Option<usize> {
        let mut end = at;
        for word in phrase.split(' ') {
            if self.word(end) != Some(word) {
                return None;
            }
            end += 1;
        }
        Some(end)
    }

    /// A mark that ends a clause.
    pub(super) fn is_boundary_mark(&self, at: usize) -> bool {
        self.mark(at).is_some_and(|mark| {
            matches!(
                mark,
                "." | "," | "?" | "!" | ":" | ";" | "\u{2014}" | "\u{2026}" | "\u{2013}"
            )
        })
    }

    /// A mark that ends a sentence.
    pub(super) fn is_sentence_mark(&self, at: usize) -> bool {
        self.mark(at)
            .is_some_and(|mark| matches!(mark, "." | "?" | "!" | "\u{2026}"))
    }

    /// Whether the word at `at` is written with a capital that only a sentence's start or a name
    /// gives it.
    pub(super) fn is_capital(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at) else {
            return false;
        };
        let first = self.text[token.span.clone()].chars().next();
        let pronoun = token.lower == "i" || token.lower.starts_with("i'");
        first.is_some_and(char::is_uppercase) && !pronoun
    }

    /// Whether a clause starts at `at`: the text, a mark or an obeyed command ends before it.
    pub(super) fn starts_clause(&self, at: usize, edits: &[Edit]) -> bool {
        at == 0
            || self.is_boundary_mark(at - 1)
            || edits
                .last()
                .is_some_and(|edit| edit.tokens.end == at && edit.act != Act::Filler)
    }

    /// Whether something new starts at `at`: a mark, the end, or a capital.
    pub(super) fn breaks(&self, at: usize) -> bool {
        at >= self.tokens.len() || self.is_boundary_mark(at) || self.is_capital(at)
    }

    /// `end`, moved behind one mark that a recogniser put behind a command.
    pub(super) fn with_marks(&self, end: usize) -> usize {
        end + usize::from(self.is_boundary_mark(end))
    }

    /// Whether `command` at `range` is obeyed.
    pub(super) fn fits(&self, command: &Command, range: Range<usize>, edits: &[Edit]) -> bool {
        let before = range.start.checked_sub(1).and_then(|at| self.word(at));
        let determiners = &COMMANDS.file.determiners;
        let after_edit = edits
            .last()
            .is_some_and(|edit| edit.tokens.end == range.start);
        let noun = before.is_some_and(|word| {
            !after_edit && (holds(&command.not_after, word) || holds(determiners, word))
        });
        let goes_on = self
            .word(range.end)
            .is_some_and(|word| !self.is_capital(range.end) && holds(&command.not_before, word));
        // "It was a rough period.": a noun with its article, and the recogniser's own stop.
        let article = range.start.checked_sub(2).and_then(|at| self.word(at));
        let noun = noun
            || (command.site == Site::Spoken
                && before.is_some()
                && !after_edit
                && self.is_boundary_mark(range.end)
                && article.is_some_and(|word| holds(determiners, word)));
        !noun && !goes_on && self.sits(command, &range, edits) && self.closes(command, range.end)
    }

    /// Whether what must close the command follows it.
    fn closes(&self, command: &Command, end: usize) -> bool {
        let closing = |at| {
            command
                .closed_by
                .iter()
                .any(|close| self.phrase(at, close).is_some())
        };
        command.closed_by.is_empty() || (end..end + CLOSED_WITHIN).any(closing)
    }

    fn sits(&self, command: &Command, range: &Range<usize>, edits: &[Edit]) -> bool {
        let starts = self.starts_clause(range.start, edits);
        let breaks = self.breaks(range.end);
        match command.site {
            Site::Anywhere => true,
            // "It was a hard period for him": no sentence begins with a small letter here.
            Site::Spoken if command.does == Does::Mark(".") && self.cased => {
                starts
                    || breaks
                    || self.spoken
                    || self.word(range.end) == Some("i")
                    || self.is_command(range.end)
            }
            Site::Spoken => !self.punctuated || starts || breaks,
            Site::Clause if command.does == Does::StrikeSentence => {
                breaks || self.goes_on(range.end) || self.is_command(range.end)
            }
            Site::Clause => starts || breaks || !self.punctuated,
            Site::Alone => starts && breaks,
            Site::Last => (range.end..self.tokens.len()).all(|at| self.mark(at).is_some()),
        }
    }

    /// Whether a word that begins a sentence stands at `at`.
    fn goes_on(&self, at: usize) -> bool {
        self.word(at)
            .is_some_and(|word| holds(&COMMANDS.file.retract.goes_on, word))
    }

    /// Whether the words of some command stand at `at`.
    fn is_command(&self, at: usize) -> bool {
        COMMANDS.matches(self, at).next().is_some()
    }
}
