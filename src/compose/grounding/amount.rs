//! Numbers, dates and times: each of the sentence must be among those that were said, and count the
//! same thing.

use super::Refusal;
use crate::transcript::numbers::Quantity;
use crate::transcript::script::{Number, ScriptUtterance};

/// An amount and what it counts.
#[derive(Debug, PartialEq)]
struct Amount {
    value: Value,
    unit: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq)]
enum Value {
    /// A plain number.
    Plain(f64),
    /// Minutes since midnight.
    Clock(u16),
    /// Month and day.
    Day(u8, u8),
    /// A code.
    Code(String),
}

/// Units, each with the words for it. An amount of one is no amount of another.
const UNITS: &[(&str, &[&str])] = &[
    ("minute", &["minute", "minutes", "min", "mins"]),
    ("hour", &["hour", "hours", "hr", "hrs"]),
    ("second", &["second", "seconds", "sec"]),
    ("day", &["day", "days"]),
    ("night", &["night", "nights"]),
    ("week", &["week", "weeks", "wk"]),
    ("month", &["month", "months", "mo"]),
    ("year", &["year", "years", "yr"]),
    ("mg", &["mg", "milligram", "milligrams"]),
    ("mcg", &["mcg", "microgram", "micrograms"]),
    ("percent", &["percent", "%"]),
    ("pound", &["pound", "pounds", "lb", "lbs"]),
    ("time", &["times", "x"]),
    (
        "session",
        &["session", "sessions", "visits", "appointments"],
    ),
    ("drink", &["drink", "drinks", "beers", "beer"]),
    ("dollar", &["dollars", "$"]),
];

/// Units of which another word may be said: a week has days, and so on.
const LOOSE: &[(&str, &str)] = &[
    ("day", "night"),
    ("time", "day"),
    ("time", "night"),
    ("time", "session"),
];

/// Small numbers as they stand before "'s".
const SMALL: &[&str] = &[
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
];

/// Refuses amounts of the sentence that the evidence does not carry.
pub(super) fn check(
    sentence: &ScriptUtterance,
    evidence: &[ScriptUtterance],
) -> Result<(), Refusal> {
    let said: Vec<Amount> = evidence.iter().flat_map(|u| amounts(u, true)).collect();
    for amount in amounts(sentence, false) {
        let mut same = said
            .iter()
            .filter(|s| carries(&s.value, &amount.value))
            .peekable();
        let right = same.any(|s| units_agree(s.unit, amount.unit));
        if !right {
            return Err(match (&amount.value, amount.unit) {
                (Value::Clock(_) | Value::Day(..), _) => Refusal::Date,
                (_, Some("mg" | "mcg")) => Refusal::Dose,
                _ => Refusal::Number,
            });
        }
    }
    for pair in sentence.numbers.windows(2) {
        let [one, two] = pair else { continue };
        let between: Vec<&str> = sentence
            .words
            .get(one.words.end..two.words.start)
            .unwrap_or_default()
            .iter()
            .map(|w| w.lower.as_str())
            .collect();
        let of = matches!(between[..], ["of"] | ["out", "of"]);
        if let (true, Some(part), Some(whole)) = (of, one.value.amount(), two.value.amount())
            && !parts(evidence, part, whole)
        {
            return Err(Refusal::Number);
        }
    }
    for number in &sentence.numbers {
        if let Quantity::Ratio { part, whole, .. } = &number.value
            && !parts(evidence, part.value, whole.value)
        {
            return Err(Refusal::Number);
        }
    }
    from_to(sentence, evidence)
}

/// Whether one number may be a part of another; on a scale to ten or a hundred any may.
fn parts(evidence: &[ScriptUtterance], part: f64, whole: f64) -> bool {
    (whole - 10.0).abs() < 1e-9
        || (whole - 100.0).abs() < 1e-9
        || evidence.iter().any(|u| shares(u, part, whole))
}

/// Whether an utterance holds two numbers near each other, so that one may be a part of the other.
fn shares(utterance: &ScriptUtterance, part: f64, whole: f64) -> bool {
    let near = |value: &Quantity, wanted: f64| {
        values(value)
            .iter()
            .any(|v| carries(v, &Value::Plain(wanted)))
    };
    utterance.numbers.iter().enumerate().any(|(at, one)| {
        near(&one.value, part)
            && utterance.numbers[at..].iter().take(2).any(|other| {
                near(&other.value, whole) && other.words.start.saturating_sub(one.words.end) <= 6
            })
            || near(&one.value, whole) && part < 3.0
    })
}

/// Whether a change runs the other way: "from 4 to 8" of what was said as "from 8 to 4".
fn from_to(sentence: &ScriptUtterance, evidence: &[ScriptUtterance]) -> Result<(), Refusal> {
    let said: Vec<(f64, f64)> = evidence.iter().flat_map(changes).collect();
    for (from, to) in changes(sentence) {
        if said.contains(&(to, from)) && !said.contains(&(from, to)) {
            return Err(Refusal::Number);
        }
    }
    Ok(())
}

/// Changes from one number to another.
pub(super) fn changes(utterance: &ScriptUtterance) -> Vec<(f64, f64)> {
    let before = |n: &Number, word: &str| {
        n.words
            .start
            .checked_sub(1)
            .and_then(|at| utterance.words.get(at))
            .is_some_and(|w| w.lower == word)
    };
    utterance
        .numbers
        .windows(2)
        .filter_map(|pair| {
            let [one, two] = pair else { return None };
            let (one_value, two_value) = (one.value.amount()?, two.value.amount()?);
            let near = two.words.start.saturating_sub(one.words.end) <= 6;
            let between = utterance
                .words
                .get(one.words.end..two.words.start)
                .unwrap_or_default();
            let runs = between.iter().any(|w| {
                matches!(
                    w.lower.as_str(),
                    "rising" | "increasing" | "falling" | "dropping" | "decreasing" | "climbing"
                )
            });
            match (
                before(one, "from") || runs,
                before(two, "to"),
                before(two, "from"),
            ) {
                (true, true, _) if near => Some((one_value, two_value)),
                (false, _, true) if near => Some((two_value, one_value)),
                _ => None,
            }
        })
        .collect()
}

fn units_agree(said: Option<&str>, told: Option<&str>) -> bool {
    let (Some(said), Some(told)) = (said, told) else {
        return true;
    };
    said == told || LOOSE.contains(&(said, told)) || LOOSE.contains(&(told, said))
}

fn carries(said: &Value, told: &Value) -> bool {
    match (said, told) {
        (Value::Plain(a), Value::Plain(b)) => (a - b).abs() < 1e-9,
        (Value::Clock(a), Value::Clock(b)) => a % 720 == b % 720,
        (Value::Plain(a), Value::Clock(b)) | (Value::Clock(b), Value::Plain(a)) => {
            let (hour, minute) = (b / 60, b % 60);
            let hour = if hour == 0 { 12 } else { hour };
            (minute == 0
                && ((a - f64::from(hour)).abs() < 1e-9 || (a - f64::from(hour % 12)).abs() < 1e-9))
                || (a - f64::from(hour * 100 + minute)).abs() < 1e-9
        }
        (Value::Day(_, a), Value::Plain(b)) => (f64::from(*a) - b).abs() < 1e-9,
        (a, b) => a == b,
    }
}

fn amounts(utterance: &ScriptUtterance, said: bool) -> Vec<Amount> {
    let mut all = Vec::new();
    for number in &utterance.numbers {
        let alone = number.words.len() == 1
            && utterance
                .words
                .get(number.words.start)
                .is_some_and(|w| w.lower == "one");
        if alone && !said {
            continue;
        }
        let unit = unit(utterance, number);
        for value in values(&number.value) {
            all.push(Amount { value, unit });
        }
    }
    if said {
        said_in_words(utterance, &mut all);
    } else {
        told_in_words(utterance, &mut all);
    }
    all
}

/// Amounts that a sentence states without a number: "twice", "a dozen".
fn told_in_words(utterance: &ScriptUtterance, all: &mut Vec<Amount>) {
    for (at, word) in utterance.words.iter().enumerate() {
        let next = utterance.words.get(at + 1).map_or("", |w| w.lower.as_str());
        let often = matches!(
            next,
            "a" | "per" | "each" | "every" | "daily" | "weekly" | "monthly"
        );
        let value = match word.lower.as_str() {
            "once" if often => 1.0,
            "twice" | "bid" | "fortnight" | "biweekly" | "fortnightly" => 2.0,
            "thrice" | "tid" => 3.0,
            "dozen" => 12.0,
            _ => continue,
        };
        all.push(Amount {
            value: Value::Plain(value),
            unit: None,
        });
    }
}

/// Amounts that words of the evidence carry beside its numbers.
fn said_in_words(utterance: &ScriptUtterance, all: &mut Vec<Amount>) {
    for (at, word) in utterance.words.iter().enumerate() {
        let next = utterance.words.get(at + 1).and_then(|w| unit_of(&w.lower));
        let possessed = SMALL
            .iter()
            .position(|s| word.lower.strip_suffix("'s") == Some(s));
        if let Some(n) = possessed {
            all.push(Amount {
                value: Value::Plain(n as f64 + 1.0),
                unit: None,
            });
        }
        if let Some(clock) = clock(utterance, at) {
            all.push(Amount {
                value: Value::Clock(clock),
                unit: None,
            });
        }
        let value = match word.lower.as_str() {
            "per" | "each" | "every" | "last" | "next" | "past" if next.is_some() => 1.0,
            "once" | "weekly" | "daily" | "one" | "a" | "an" | "never" | "single" | "another" => {
                1.0
            }
            "twice" | "couple" | "both" | "pair" | "fortnight" | "biweekly" | "fortnightly"
            | "two" | "bid" => 2.0,
            "half" => 30.0,
            "quarter" => 15.0,
            "thrice" | "three" | "tid" => 3.0,
            "dozen" => 12.0,
            _ => continue,
        };
        // "A word or two" is one of something, but no amount of anything that is measured.
        let article = matches!(
            word.lower.as_str(),
            "a" | "an" | "never" | "single" | "another"
        );
        let unit = match next {
            Some(_) if value < 2.0 => next,
            None if article => Some("thing"),
            _ => None,
        };
        all.push(Amount {
            value: Value::Plain(value),
            unit,
        });
    }
}

/// A time of day in words that the numbers do not give: "eight thirty", "half past midnight".
fn clock(utterance: &ScriptUtterance, at: usize) -> Option<u16> {
    let word = |at: usize| utterance.words.get(at).map_or("", |w| w.lower.as_str());
    let past_half = at >= 2 && word(at - 1) == "past" && word(at - 2) == "half";
    match word(at) {
        "midnight" => return Some(if past_half { 30 } else { 0 }),
        "noon" | "midday" => return Some(if past_half { 750 } else { 720 }),
        _ => {}
    }
    let hour = SMALL.iter().position(|s| *s == word(at))? as u16 + 1;
    let minutes = match (word(at + 1), word(at + 2)) {
        ("fifteen", _) => 15,
        ("thirty", _) => 30,
        ("forty", "five") => 45,
        _ => return None,
    };
    Some(hour * 60 + minutes)
}

fn unit(utterance: &ScriptUtterance, number: &Number) -> Option<&'static str> {
    if matches!(number.value, Quantity::Percent(_)) {
        return Some("percent");
    }
    let end = utterance
        .words
        .get(number.words.end.checked_sub(1)?)?
        .span
        .end;
    let after = utterance
        .text
        .get(end..)
        .unwrap_or_default()
        .trim_start_matches(['-', ' ']);
    if after.starts_with('%') {
        return Some("percent");
    }
    utterance
        .words
        .get(number.words.end)
        .and_then(|w| unit_of(&w.lower))
}

fn unit_of(word: &str) -> Option<&'static str> {
    UNITS
        .iter()
        .find(|(_, words)| words.contains(&word))
        .map(|(unit, _)| *unit)
}

fn values(quantity: &Quantity) -> Vec<Value> {
    let plain = |n: f64| Value::Plain(n);
    match quantity {
        Quantity::Number(n) | Quantity::Percent(n) => vec![plain(n.value)],
        Quantity::Ordinal(n) | Quantity::Times(n) | Quantity::Cpt(n) => vec![plain(f64::from(*n))],
        Quantity::Ratio { part, whole, .. } => vec![plain(part.value), plain(whole.value)],
        Quantity::Span { low, high, .. } => vec![plain(low.value), plain(high.value)],
        Quantity::Clock(clock) => vec![Value::Clock(clock.time().minutes())],
        Quantity::ClockSpan { from, to } => vec![
            Value::Clock(from.time().minutes()),
            Value::Clock(to.time().minutes()),
        ],
        Quantity::Date { month, day, year } => {
            let mut all = vec![Value::Day(*month, *day)];
            all.extend(year.map(|y| plain(f64::from(y))));
            all
        }
        Quantity::Year(year) => vec![plain(f64::from(*year))],
        Quantity::Digits(code) => match code.parse::<f64>() {
            Ok(value) => vec![plain(value)],
            Err(_) => vec![Value::Code(code.clone())],
        },
        Quantity::Icd(code) => vec![Value::Code(code.clone())],
    }
}
