//! Tokens as the number rules see them: some are taken by names, and are never read.

use std::ops::Range;

use super::quantity::Number;
use crate::transcript::words::{Token, TokenKind};

/// A value and the token after it.
pub(super) type Read<T> = Option<(T, usize)>;

/// Words that count what a number before them counts, so that the number is no clock and no year.
pub(super) const UNITS: &[&str] = &[
    "minute",
    "minutes",
    "hour",
    "hours",
    "second",
    "seconds",
    "day",
    "days",
    "week",
    "weeks",
    "month",
    "months",
    "year",
    "years",
    "times",
    "sets",
    "set",
    "passes",
    "percent",
    "session",
    "sessions",
    "people",
    "members",
    "milligrams",
    "mg",
    "%",
    "sec",
    "min",
];

/// Tokens, of which some are taken by names.
pub(super) struct Said<'a> {
    tokens: &'a [Token],
    free: &'a [bool],
}

impl<'a> Said<'a> {
    pub(super) fn new(tokens: &'a [Token], free: &'a [bool]) -> Self {
        Self { tokens, free }
    }

    fn token(&self, at: usize) -> Option<&'a Token> {
        self.tokens.get(at).filter(|_| self.free[at])
    }

    /// The token in lower case, whatever it is.
    pub(super) fn lower(&self, at: usize) -> Option<&'a str> {
        self.token(at).map(|t| t.lower.as_str())
    }

    /// The word at `at`, where it is one.
    pub(super) fn word(&self, at: usize) -> Option<&'a str> {
        let token = self.token(at)?;
        (token.kind == TokenKind::Word).then_some(token.lower.as_str())
    }

    /// The digits at `at` as a number.
    pub(super) fn number(&self, at: usize) -> Option<Number> {
        let token = self.token(at).filter(|t| t.kind == TokenKind::Number)?;
        let plain = token.lower.replace(',', "");
        let value: f64 = plain.parse().ok().filter(|v: &f64| *v < 1e15)?;
        let decimals = plain.split_once('.').map_or(0, |(_, tail)| tail.len());
        (decimals <= 6).then_some(Number { value, decimals })
    }

    pub(super) fn is(&self, at: usize, text: &str) -> bool {
        self.lower(at) == Some(text)
    }

    pub(super) fn any(&self, at: usize, texts: &[&str]) -> bool {
        self.lower(at).is_some_and(|lower| texts.contains(&lower))
    }

    /// Whether the token before `at` is one of `texts`.
    pub(super) fn after_any(&self, at: usize, texts: &[&str]) -> bool {
        at > 0 && self.any(at - 1, texts)
    }

    pub(super) fn run(&self, at: usize, texts: &[&str]) -> bool {
        texts
            .iter()
            .enumerate()
            .all(|(n, text)| self.is(at + n, text))
    }

    /// Whether nothing lies between the two tokens.
    pub(super) fn touches(&self, left: usize, right: usize) -> bool {
        match (self.tokens.get(left), self.tokens.get(right)) {
            (Some(left), Some(right)) => left.span.end == right.span.start,
            _ => false,
        }
    }

    /// Whether `mark` stands at `at` without space on either side.
    pub(super) fn joined_by(&self, at: usize, mark: &str) -> bool {
        self.is(at, mark) && at > 0 && self.touches(at - 1, at) && self.touches(at, at + 1)
    }

    pub(super) fn words(&self, range: &Range<usize>) -> impl Iterator<Item = &'a str> {
        let range = range.clone();
        range.filter_map(|at| self.word(at))
    }
}
