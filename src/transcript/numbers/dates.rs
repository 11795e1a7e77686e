//! Dates and years: `March tenth`, `the fourth of May`, `in twenty nineteen`, `2026-03-10`.

use super::cardinal::{below_hundred, cardinal, digit, ordinal};
use super::quantity::{MONTHS, Number, Quantity};
use super::said::{Read, Said, UNITS};

/// Words before a year.
const YEAR_CUES: &[&str] = &[
    "in", "since", "from", "of", "year", "until", "before", "after", "late", "early", "spring",
    "summer", "fall", "autumn", "winter", "back",
];

pub(super) fn iso_date(said: &Said, at: usize) -> Read<Quantity> {
    let whole = |at| said.number(at).and_then(Number::as_whole);
    let long =
        said.lower(at)?.len() == 4 && said.joined_by(at + 1, "-") && said.joined_by(at + 3, "-");
    if !long {
        return None;
    }
    calendar(whole(at + 2)?, whole(at + 4)?, Some(whole(at)?), at + 5)
}

fn calendar(month: u32, day: u32, year: Option<u32>, end: usize) -> Read<Quantity> {
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

fn month(said: &Said, at: usize) -> Option<u32> {
    let word = said.word(at).filter(|word| word.len() > 2)?;
    let n = MONTHS
        .iter()
        .position(|name| name.eq_ignore_ascii_case(word))?;
    Some(n as u32 + 1)
}

/// `March tenth`, `January 15, 2024`, `the fourth of May`, `15 January`.
pub(super) fn date(said: &Said, at: usize) -> Read<Quantity> {
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
fn day_number(said: &Said, at: usize, month: u32) -> Read<u32> {
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

fn written_year(said: &Said, at: usize) -> Read<u32> {
    let year = said.number(at)?.as_whole()?;
    let plain = said.lower(at)?.len() == 4;
    (plain && (1900..2100).contains(&year)).then_some((year, at + 1))
}

/// `twenty nineteen`, `nineteen ninety eight`, `twenty oh five`, `two thousand and eight`.
fn spoken_year(said: &Said, at: usize) -> Read<u32> {
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
        let ones = said.word(at + 2).and_then(digit)?;
        (ones, at + 3)
    } else {
        below_hundred(said, at + 1).filter(|(n, _)| *n > 9)?
    };
    Some((century * 100 + rest, end))
}

pub(super) fn year(said: &Said, at: usize) -> Read<Quantity> {
    let (year, end) = written_year(said, at).or_else(|| spoken_year(said, at))?;
    let cued = said.after_any(at, YEAR_CUES) || (at > 0 && month(said, at - 1).is_some());
    (cued && !said.any(end, UNITS)).then_some((Quantity::Year(year as u16), end))
}
