//! Which number words belong together, tried from the most particular form to the plainest.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use super::cardinal::{
    Cardinal, below_hundred, cardinal, decimals, digit_or_oh, may_begin, ordinal,
};
use super::clock;
use super::quantity::{Joint, MONTHS, Number, Quantity};
use crate::transcript::words::{Token, TokenKind};

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

/// Words before a year.
const YEAR_CUES: &[&str] = &[
    "in", "since", "from", "of", "year", "until", "before", "after", "late", "early", "spring",
    "summer", "fall", "autumn", "winter", "back",
];

/// Words before digits that are said one by one.
const DIGIT_CUES: &[&str] = &[
    "number",
    "code",
    "room",
    "suite",
    "extension",
    "line",
    "call",
    "called",
    "dial",
    "text",
    "texted",
    "zip",
    "ward",
    "cpt",
    "apartment",
    "phone",
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

/// What begins at a token.
pub(super) enum Found {
    /// A number that ends before token `end`.
    Reading { value: Quantity, end: usize },
    /// None; reading goes on at `end`.
    NoNumber { end: usize },
}

type Read = Option<(Quantity, usize)>;

/// Reads the number that begins at `at`, if one does.
pub(super) fn reading_at(said: &Said, at: usize) -> Found {
    if said.number(at).is_none() && !said.word(at).is_some_and(may_begin) {
        return Found::NoNumber { end: at + 1 };
    }
    let forms: [fn(&Said, usize) -> Read; 12] = [
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

fn iso_date(said: &Said, at: usize) -> Read {
    let whole = |at| said.number(at).and_then(Number::as_whole);
    let long =
        said.lower(at)?.len() == 4 && said.joined_by(at + 1, "-") && said.joined_by(at + 3, "-");
    if !long {
        return None;
    }
    calendar(whole(at + 2)?, whole(at + 4)?, Some(whole(at)?), at + 5)
}

fn calendar(month: u32, day: u32, year: Option<u32>, end: usize) -> Read {
    let real = (1..=12).contains(&month) && (1..=31).contains(&day);
    real.then_some((
        Quantity::Date {
            month: month as u8,
            day: day as u8,
            year: year.and_then(|y| u16::try_from(y).ok()),
        },
        end,
    ))
}

/// `F43.10`, `f forty three point one zero`.
fn icd(said: &Said, at: usize) -> Read {
    let letter = said
        .word(at)
        .filter(|w| w.len() == 1 && w.as_bytes()[0].is_ascii_lowercase())?;
    let letter = letter.to_ascii_uppercase();
    if let Some(number) = said.number(at + 1) {
        let digits = said.lower(at + 1)?;
        let (front, _) = digits.split_once('.')?;
        return (front.len() == 2 && number.decimals > 0 && number.decimals <= 4)
            .then(|| (Quantity::Icd(format!("{letter}{digits}")), at + 2));
    }
    let (front, end) = icd_front(said, at + 1)?;
    if !said.is(end, "point") {
        return None;
    }
    let (tail, end) = decimals(said, end + 1).filter(|(tail, _)| tail.len() <= 4)?;
    Some((Quantity::Icd(format!("{letter}{front}.{tail}")), end))
}

/// The two digits before the point: `forty three`, `oh nine`, `four three`.
fn icd_front(said: &Said, at: usize) -> Option<(String, usize)> {
    if let (Some(a), Some(b)) = (
        said.word(at).and_then(digit_or_oh),
        said.word(at + 1).and_then(digit_or_oh),
    ) {
        return Some((format!("{a}{b}"), at + 2));
    }
    below_hundred(said, at)
        .filter(|(n, _)| *n > 9)
        .map(|(n, end)| (n.to_string(), end))
}

/// Five or more digits said one by one, a CPT code, or digits joined by hyphens.
fn long_digits(said: &Said, at: usize) -> Read {
    if let Some(code) = said.number(at).and_then(Number::as_whole) {
        if is_cpt(code) {
            return Some((Quantity::Cpt(code), at + 1));
        }
        let mut run = code.to_string();
        let mut end = at + 1;
        while said.joined_by(end, "-") {
            let Some(part) = said.number(end + 1).and_then(Number::as_whole) else {
                break;
            };
            run.push_str(&part.to_string());
            end += 2;
        }
        return (end > at + 3).then_some((Quantity::Digits(run), end));
    }
    let (mut run, mut end) = digit_run(said, at);
    if run.len() == 3 {
        // "nine oh eight thirty seven"
        if let Some((pair, after)) = below_hundred(said, end).filter(|(n, _)| *n > 9) {
            let code = format!("{run}{pair}").parse().unwrap_or(0);
            return is_cpt(code).then_some((Quantity::Cpt(code), after));
        }
    }
    if let Some(countdown) = countdown(said, at) {
        return Some(countdown);
    }
    if run.len() < 5 {
        return None;
    }
    if let Ok(code) = run[..5].parse::<u32>() {
        if is_cpt(code) {
            end -= run.len() - 5;
            run.truncate(5);
            return Some((Quantity::Cpt(code), end));
        }
    }
    Some((Quantity::Digits(run), end))
}

/// Psychotherapy, testing, self-management and evaluation codes of the CPT.
fn is_cpt(code: u32) -> bool {
    matches!(code, 90785..=90899 | 96105..=96171 | 98960..=98972 | 99202..=99499)
}

/// Single digits in words from `at` on, at most 16.
fn digit_run(said: &Said, at: usize) -> (String, usize) {
    let mut run = String::new();
    let mut end = at;
    while run.len() < 16 {
        match said.word(end).and_then(digit_or_oh) {
            Some(d) => run.push_str(&d.to_string()),
            None => break,
        }
        end += 1;
    }
    (run, end)
}

/// `five four three two one`, with or without commas or hyphens: the name of an exercise.
fn countdown(said: &Said, at: usize) -> Read {
    let mut next = said
        .word(at)
        .and_then(super::cardinal::digit)
        .filter(|d| *d > 2);
    let mut run = String::new();
    let mut end = at;
    while let Some(d) = next {
        run.push_str(&d.to_string());
        end += 1;
        if d == 1 {
            return Some((Quantity::Digits(run), end));
        }
        let gap = usize::from(said.any(end, &[",", "-"]));
        next = said
            .word(end + gap)
            .and_then(super::cardinal::digit)
            .filter(|after| *after + 1 == d);
        end += gap;
    }
    None
}

/// Three or four digits said one by one where they are a number to call or a room.
fn digits(said: &Said, at: usize) -> Read {
    let (run, end) = digit_run(said, at);
    let known = matches!(run.as_str(), "988" | "911");
    let cued = said.after_any(at, DIGIT_CUES);
    ((3..5).contains(&run.len()) && (known || cued)).then_some((Quantity::Digits(run), end))
}

fn month(said: &Said, at: usize) -> Option<u32> {
    let word = said.word(at).filter(|word| word.len() > 2)?;
    let n = MONTHS
        .iter()
        .position(|name| name.eq_ignore_ascii_case(word))?;
    Some(n as u32 + 1)
}

/// `March tenth`, `January 15, 2024`, `the fourth of May`, `15 January`.
fn date(said: &Said, at: usize) -> Read {
    if let Some(month) = month(said, at) {
        let start = at + 1 + usize::from(said.is(at + 1, "the"));
        let (day, end) = ordinal(said, start).or_else(|| day_number(said, start, month))?;
        let (year, end) = year_after(said, end);
        return calendar(month, day, year, end);
    }
    let start = at + usize::from(said.is(at, "the"));
    let (day, end) = match ordinal(said, start) {
        Some(day) => day,
        None => (said.number(start)?.as_whole()?, start + 1),
    };
    let named = end + usize::from(said.is(end, "of"));
    let month = month(said, named)?;
    let (year, end) = year_after(said, named + 1);
    calendar(month, day, year, end)
}

/// A day in digits or as a cardinal; `may` and `march` are verbs before a cardinal in words.
fn day_number(said: &Said, at: usize, month: u32) -> Option<(u32, usize)> {
    let (day, end) = match said.number(at) {
        Some(number) => (number.as_whole()?, at + 1),
        None if matches!(month, 3 | 5) || spoken_year(said, at).is_some() => return None,
        None => below_hundred(said, at)?,
    };
    let more = said.any(end, UNITS) || said.any(end, &[":", "/", "hundred", "point", "of", "out"]);
    (!more).then_some((day, end))
}

fn year_after(said: &Said, at: usize) -> (Option<u32>, usize) {
    let start = at + usize::from(said.is(at, ","));
    match written_year(said, start).or_else(|| spoken_year(said, start)) {
        Some((year, end)) => (Some(year), end),
        None => (None, at),
    }
}

fn written_year(said: &Said, at: usize) -> Option<(u32, usize)> {
    let year = said.number(at)?.as_whole()?;
    let plain = said.lower(at)?.len() == 4;
    (plain && (1900..2100).contains(&year)).then_some((year, at + 1))
}

/// `twenty nineteen`, `nineteen ninety eight`, `twenty oh five`, `two thousand and eight`.
fn spoken_year(said: &Said, at: usize) -> Option<(u32, usize)> {
    let century = match said.word(at)? {
        "twenty" => 20,
        "nineteen" => 19,
        "two" if said.is(at + 1, "thousand") => {
            let year = cardinal(said, at)?;
            return year.whole().filter(|y| *y < 2100).map(|y| (y, year.end));
        }
        _ => return None,
    };
    let (rest, end) = if said.any(at + 1, &["oh", "o"]) {
        let ones = said.word(at + 2).and_then(super::cardinal::digit)?;
        (ones, at + 3)
    } else {
        below_hundred(said, at + 1).filter(|(n, _)| *n > 9)?
    };
    Some((century * 100 + rest, end))
}

fn year(said: &Said, at: usize) -> Read {
    let (year, end) = written_year(said, at).or_else(|| spoken_year(said, at))?;
    let cued = said.after_any(at, YEAR_CUES) || (at > 0 && month(said, at - 1).is_some());
    (cued && !said.any(end, UNITS)).then_some((Quantity::Year(year as u16), end))
}

fn clock_span(said: &Said, at: usize) -> Read {
    let (from, to, end) = clock::span(said, at)?;
    Some((Quantity::ClockSpan { from, to }, end))
}

fn clock_alone(said: &Said, at: usize) -> Read {
    if said.after_any(at, DIGIT_CUES) && !said.after_any(at, &["called", "call", "texted"]) {
        return None;
    }
    clock::alone(said, at).map(|found| (Quantity::Clock(found.clock), found.end))
}

/// `oriented times four`, `oriented x4`.
fn times(said: &Said, at: usize) -> Read {
    if !said.any(at, &["times", "x"]) || !said.after_any(at, &["oriented", "alert", "o"]) {
        return None;
    }
    let count = cardinal(said, at + 1)?;
    let whole = count.whole().filter(|n| (1..=10).contains(n))?;
    Some((Quantity::Times(whole), count.end))
}

/// Two numbers that belong together: a ratio or a span.
fn pair(said: &Said, at: usize) -> Read {
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

fn joined(first: Cardinal, second: Cardinal, joint: Joint) -> Read {
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

fn percent_or_plain(said: &Said, at: usize) -> Read {
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

fn ordinal_alone(said: &Said, at: usize) -> Read {
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
