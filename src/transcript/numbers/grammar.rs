//! Which number words belong together, tried from the most particular form to the plainest.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::cardinal::{Cardinal, below_hundred, cardinal, may_begin, ordinal};
use super::clock;
use super::codes::{DIGIT_CUES, digits, icd, long_digits};
use super::dates::{date, iso_date, year};
use super::quantity::{Joint, MONTHS, Quantity};
use super::said::{Read, Said};

/// What begins at a token.
pub(super) enum Found {
    /// A number that ends before token `end`.
    Reading { value: Quantity, end: usize },
    /// None; reading goes on at `end`.
    NoNumber { end: usize },
}

/// Reads the number that begins at `at`, if one does.
pub(super) fn reading_at(said: &Said, at: usize) -> Found {
    if said.number(at).is_none() && !said.word(at).is_some_and(may_begin) {
        return Found::NoNumber { end: at + 1 };
    }
    let forms: [fn(&Said, usize) -> Read<Quantity>; 12] = [
        iso_date,
        icd,
        long_digits,
        date,
        clock_span,
        clock_alone,
        digits,
        times,
        year,
        pair,
        percent_or_plain,
        ordinal_alone,
    ];
    if let Some(end) = no_number(said, at) {
        return Found::NoNumber { end };
    }
    for form in forms {
        if let Some((value, end)) = form(said, at) {
            return Found::Reading { value, end };
        }
    }
    Found::NoNumber { end: at + 1 }
}

/// Digits and words that look like numbers and are none; the token after them.
fn no_number(said: &Said, at: usize) -> Option<usize> {
    if is_pronoun(said, at) {
        return Some(at + 1);
    }
    said.number(at)?;
    // `3/10/2026`, `01:02:03`: the order of a date's parts is not known, a time stamp is no rating.
    for mark in ["/", ":"] {
        let mut end = at + 1;
        while said.joined_by(end, mark) && said.number(end + 1).is_some() {
            end += 2;
        }
        if end > at + 3 {
            return Some(end);
        }
    }
    None
}

/// `one` where it stands for somebody or something.
fn is_pronoun(said: &Said, at: usize) -> bool {
    if !said.is(at, "one") {
        return false;
    }
    let before = [
        "no", "the", "this", "that", "each", "every", "another", "which", "only", "any", "some",
        "last", "first", "next", "other", "right", "wrong", "new", "old", "older", "younger",
        "little", "big", "good", "bad", "hard", "easy", "loved", "not",
    ];
    // "the one thing", but "the one" alone; a label such as "goal one" is none of these.
    let after = [
        "another", "who", "that", "thing", "day", "time", "on", "way",
    ];
    said.any(at + 1, &after)
        || (said.is(at + 1, "of") && !number_follows(said, at + 2))
        || (said.after_any(at, &before) && !number_follows(said, at + 1))
        || (at > 1 && said.after_any(at, &["on", "to", "by"]) && said.is(at - 2, "one"))
}

fn number_follows(said: &Said, at: usize) -> bool {
    said.any(
        at,
        &["hundred", "thousand", "point", "out", "percent", "oh"],
    ) || said.number(at).is_some()
        || below_hundred(said, at).is_some()
}

fn clock_span(said: &Said, at: usize) -> Read<Quantity> {
    let (from, to, end) = clock::span(said, at)?;
    Some((Quantity::ClockSpan { from, to }, end))
}

fn clock_alone(said: &Said, at: usize) -> Read<Quantity> {
    if said.after_any(at, DIGIT_CUES) && !said.after_any(at, &["called", "call", "texted"]) {
        return None;
    }
    clock::alone(said, at).map(|found| (Quantity::Clock(found.clock), found.end))
}

/// `oriented times four`, `oriented x4`.
fn times(said: &Said, at: usize) -> Read<Quantity> {
    if !said.any(at, &["times", "x"]) || !said.after_any(at, &["oriented", "alert", "o"]) {
        return None;
    }
    let count = cardinal(said, at + 1)?;
    let whole = count.whole().filter(|n| (1..=10).contains(n))?;
    Some((Quantity::Times(whole), count.end))
}

/// Two numbers that belong together: a ratio or a span.
fn pair(said: &Said, at: usize) -> Read<Quantity> {
    let first = cardinal(said, at)?;
    let mark = first.end;
    let (joint, start) = if said.run(mark, &["out", "of"]) {
        (Joint::OutOf, mark + 2)
    } else if said.is(mark, "/") {
        (Joint::Slash, mark + 1)
    } else if said.is(mark, "of") {
        (Joint::Of, mark + 1)
    } else if said.any(mark, &["to", "through", "thru"]) && !said.after_any(at, &["from"]) {
        (Joint::To, mark + 1)
    } else if said.joined_by(mark, "-") || said.is(mark, "\u{2013}") {
        (Joint::Hyphen, mark + 1)
    } else if said.is(mark, "or") {
        (Joint::Or, mark + 1)
    } else {
        return None;
    };
    let second = cardinal(said, start)?;
    joined(first, second, joint)
}

fn joined(first: Cardinal, second: Cardinal, joint: Joint) -> Read<Quantity> {
    let (low, high) = (first.number, second.number);
    let value = match joint {
        Joint::OutOf | Joint::Slash => Quantity::Ratio {
            part: low,
            whole: high,
            joint,
        },
        Joint::Of if low.value <= high.value => Quantity::Ratio {
            part: low,
            whole: high,
            joint,
        },
        Joint::To | Joint::Hyphen if low.value < high.value => Quantity::Span { low, high, joint },
        Joint::Or if (high.value - low.value - 1.0).abs() < 1e-9 => {
            Quantity::Span { low, high, joint }
        }
        _ => return None,
    };
    Some((value, second.end))
}

fn percent_or_plain(said: &Said, at: usize) -> Read<Quantity> {
    let found = cardinal(said, at)?;
    if said.any(found.end, &["percent", "%"]) {
        return Some((Quantity::Percent(found.number), found.end + 1));
    }
    if said.run(found.end, &["per", "cent"]) {
        return Some((Quantity::Percent(found.number), found.end + 2));
    }
    if ordinal(said, at).is_some() {
        return None;
    }
    Some((Quantity::Number(found.number), found.end))
}

fn ordinal_alone(said: &Said, at: usize) -> Read<Quantity> {
    // "second" is a moment as often as a place.
    let (n, end) = ordinal(said, at).filter(|_| !said.is(at, "second"))?;
    Some((Quantity::Ordinal(n), end))
}

/// Words that begin a number of more than cardinal and ordinal words.
pub(super) static OTHER_STARTS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let plain = [
        "a", "the", "half", "quarter", "noon", "midnight", "point", "times", "x",
    ];
    let months = MONTHS.iter().map(|name| name.to_lowercase());
    let letters = ('a'..='z').map(String::from);
    plain
        .map(String::from)
        .into_iter()
        .chain(months)
        .chain(letters)
        .collect()
});
