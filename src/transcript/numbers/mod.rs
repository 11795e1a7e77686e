//! Numbers as people say and type them: counts, ratings, ratios, clock times, dates and codes.
//!
//! Owns the reading of numbers in tokens and their written form. It never decides what a number
//! measures, and it never changes a text: a reading names tokens, the caller writes.

mod cardinal;
mod clock;
mod codes;
mod dates;
mod grammar;
mod quantity;
mod said;
mod style;

use std::ops::Range;

pub use clock::{Clock, HalfDay};
pub use quantity::{Joint, Number, Quantity};

pub(super) use cardinal::is_cardinal;

use crate::transcript::words::{Token, TokenKind};

/// One number found in tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberReading {
    /// The tokens that say it, as indices into the tokens read.
    pub tokens: Range<usize>,
    /// What it says.
    pub value: Quantity,
    /// Whether a note puts the written form in place of the spoken one.
    write: bool,
}

impl NumberReading {
    /// The written form for a note: `14`, `7/10`, `10:05-10:58`, `F43.10`.
    #[must_use]
    pub fn written(&self) -> String {
        self.value.to_string()
    }

    /// Whether the written form belongs in a note. Pronouns (`one of them`), names of techniques
    /// (`five four three two one`), ordinals, small counts before a noun (`two cats`), rounded
    /// amounts (`a hundred`, `half past two`) and what is in digits already stay as they are.
    #[must_use]
    pub fn should_write(&self) -> bool {
        self.write
    }
}

/// Finds every number in `tokens`, in order and without overlap. Total on any tokens; linear.
#[must_use]
pub fn read(tokens: &[Token]) -> Vec<NumberReading> {
    read_excluding(tokens, &[])
}

/// Finds every number outside the ranges `named`, which hold names such as `PHQ nine` whose digits
/// are no values. No reading reaches over a named range.
#[must_use]
pub fn read_excluding(tokens: &[Token], named: &[Range<usize>]) -> Vec<NumberReading> {
    let mut free = vec![true; tokens.len()];
    for range in named {
        let end = range.end.min(tokens.len());
        for taken in free.get_mut(range.start..end).into_iter().flatten() {
            *taken = false;
        }
    }
    let text = said::Said::new(tokens, &free);
    let mut readings = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match grammar::reading_at(&text, at) {
            grammar::Found::Reading { value, end } => {
                let range = at..end;
                let write = style::is_written(&text, &range, &value);
                readings.push(NumberReading {
                    tokens: range,
                    value,
                    write,
                });
                at = end;
            }
            grammar::Found::NoNumber { end } => at = end,
        }
    }
    style::agree(&text, &mut readings);
    readings
}

/// Whether the token is digits or a cardinal number word.
#[must_use]
pub fn is_number_word(token: &Token) -> bool {
    token.kind == TokenKind::Number || cardinal::is_cardinal(&token.lower)
}

#[cfg(test)]
mod tests;
