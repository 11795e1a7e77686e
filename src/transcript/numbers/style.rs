//! Whether a number is written in digits in a note, or left as it was said.

use std::ops::Range;

use super::NumberReading;
use super::quantity::{Joint, Quantity};
use super::said::Said;

/// Units after which even a small amount is written in digits.
const DOSES: &[&str] = &[
    "milligram",
    "milligrams",
    "mg",
    "microgram",
    "micrograms",
    "mcg",
    "gram",
    "grams",
    "milliliter",
    "milliliters",
    "ml",
    "units",
    "percent",
];

/// Words after which a number is a label: `session four`, `goal one`.
const LABELS: &[&str] = &[
    "session",
    "phase",
    "week",
    "goal",
    "step",
    "objective",
    "stage",
    "level",
    "grade",
    "item",
    "axis",
    "target",
    "lesson",
    "part",
];

/// Words that can follow a rating or a score, but not a number that counts the word after it.
const CLOSERS: &[&str] = &[
    "and",
    "or",
    "but",
    "on",
    "at",
    "in",
    "with",
    "today",
    "when",
    "to",
    "out",
    "this",
    "that",
    "which",
    "who",
    "for",
    "from",
    "is",
    "was",
    "were",
    "at",
    "by",
    "after",
    "before",
    "since",
    "while",
    "then",
    "now",
    "he",
    "she",
    "they",
    "i",
    "we",
    "it",
    "as",
    "compared",
    "last",
    "again",
    "because",
    "so",
    "if",
    "yesterday",
    "initially",
    "currently",
    "down",
    "up",
];

/// Words before a number that stands for people or things: `the two`, `both of those three`.
const DETERMINERS: &[&str] = &[
    "the", "these", "those", "all", "both", "other", "any", "first", "last", "our", "their", "us",
    "you", "them", "her", "his", "my",
];

pub(super) fn is_written(said: &Said, range: &Range<usize>, value: &Quantity) -> bool {
    let words = said.words(range).count();
    if (words == 0 && !matches!(value, Quantity::Times(_)))
        || is_loose(said, range)
        || is_compound(said, range)
    {
        return false;
    }
    let end = range.end;
    match value {
        Quantity::Number(n) if n.decimals > 0 => true,
        // Thousands are said of money and steps, and read as well in words: "eleven thousand".
        Quantity::Number(n) => n.value < 1000.0 && plain(said, range, n.value),
        Quantity::Ordinal(_) => false,
        Quantity::Ratio { whole, .. } => whole.value >= 10.0,
        Quantity::Span { low, high, joint } => {
            let large = if *joint == Joint::To {
                high.value
            } else {
                low.value
            };
            large >= 10.0 || low.decimals + high.decimals > 0 || said.any(end, DOSES)
        }
        Quantity::Clock(_) => said.number(range.start).is_none() && !said.is(end - 1, "o'clock"),
        Quantity::Date { month, day, .. } => {
            let holiday = *month == 7 && *day == 4 && said.is(range.start, "the");
            let digits = range.clone().any(|at| said.number(at).is_some());
            !holiday && !digits
        }
        Quantity::Digits(run) => !"987654321".ends_with(run.as_str()),
        Quantity::ClockSpan { .. }
        | Quantity::Year(_)
        | Quantity::Percent(_)
        | Quantity::Times(_)
        | Quantity::Icd(_)
        | Quantity::Cpt(_) => true,
    }
}

/// Numbers beside one another are written alike. Two without a word between them stay in words
/// (`one twenty` is no `one 20`); so do small ones in a row where one of them does (`one, two, three`).
pub(super) fn agree(said: &Said, readings: &mut [NumberReading]) {
    let plain = |reading: &NumberReading| match &reading.value {
        Quantity::Number(n) => Some(n.value),
        _ => None,
    };
    let mut pairs: Vec<usize> = (1..readings.len()).collect();
    let back: Vec<usize> = pairs.iter().rev().copied().collect();
    pairs.extend(back);
    for right in pairs {
        let (Some(first), Some(second)) = (plain(&readings[right - 1]), plain(&readings[right]))
        else {
            continue;
        };
        let gap = readings[right - 1].tokens.end..readings[right].tokens.start;
        let row = gap.len() == 1
            && said.any(gap.start, &[",", "and", "or"])
            && first < 10.0
            && second < 10.0
            && readings[right - 1].write != readings[right].write;
        if gap.is_empty() || row {
            readings[right - 1].write = false;
            readings[right].write = false;
        }
    }
}

/// Said so roughly that digits would claim more: `a hundred`, `two and a half`, `half past two`.
fn is_loose(said: &Said, range: &Range<usize>) -> bool {
    let rough = ["half", "quarter", "noon", "midnight", "past"];
    let round = said.is(range.start, "a") && said.any(range.start + 1, &["hundred", "thousand"]);
    let hundreds = said.is(range.end - 1, "hundred")
        && said.any(
            range.end - 2,
            &[
                "eleven",
                "twelve",
                "thirteen",
                "fourteen",
                "fifteen",
                "sixteen",
                "seventeen",
                "eighteen",
                "nineteen",
            ],
        );
    round || hundreds || said.words(range).any(|word| rough.contains(&word))
}

/// Part of a compound such as `two-faced` or `half-five`; `ten-minute` is an amount and stays one.
fn is_compound(said: &Said, range: &Range<usize>) -> bool {
    let after = said.joined_by(range.end, "-")
        && !said.any(
            range.end + 1,
            &[
                "minute",
                "hour",
                "day",
                "week",
                "month",
                "year",
                "item",
                "session",
                "milligram",
            ],
        );
    let before = range.start > 1 && said.joined_by(range.start - 1, "-");
    after || before
}

fn plain(said: &Said, range: &Range<usize>, value: f64) -> bool {
    let (start, end) = (range.start, range.end);
    let decade = said.word(end).is_some_and(|word| word.ends_with("ties"));
    let scale = start > 1 && said.run(start - 2, &["out", "of"]);
    if (said.any(end, &["step", "steps"]) && value >= 12.0) || decade || scale {
        return false;
    }
    if value >= 10.0 || said.any(end, DOSES) {
        return true;
    }
    let closes = said.word(end).is_none_or(|word| CLOSERS.contains(&word));
    let label = said.after_any(start, LABELS);
    closes && !said.after_any(start, DETERMINERS) && (label || !(1.0..2.0).contains(&value))
}
