//! Single number words and the numbers built of them: `forty two`, `one hundred and five`, `2.5`.
//!
//! Knows words only; which numbers belong together is `grammar`'s.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::grammar::OTHER_STARTS;
use super::quantity::Number;
use super::said::Said;

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] = [
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];
const ORDINALS: [&str; 20] = [
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
];
const TENTHS: [&str; 8] = [
    "twentieth",
    "thirtieth",
    "fortieth",
    "fiftieth",
    "sixtieth",
    "seventieth",
    "eightieth",
    "ninetieth",
];

/// Whether a number can begin with `word`; nearly every word of a text is told off here.
pub(super) fn may_begin(word: &str) -> bool {
    static STARTS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        let lists = [&ONES[..], &TENS[..], &ORDINALS[..], &TENTHS[..]];
        lists.into_iter().flatten().copied().collect()
    });
    STARTS.contains(word) || matches!(word, "nought" | "naught") || OTHER_STARTS.contains(word)
}

/// `zero` to `nineteen`, `twenty` to `ninety`.
pub(crate) fn is_cardinal(word: &str) -> bool {
    small(word).or_else(|| tens(word)).is_some()
}

/// A number and the token after it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cardinal {
    pub number: Number,
    pub end: usize,
}

impl Cardinal {
    pub(super) fn whole(&self) -> Option<u32> {
        self.number.as_whole()
    }
}

fn place(words: &[&str], word: &str) -> Option<u32> {
    words.iter().position(|w| *w == word).map(|n| n as u32)
}

/// `zero` to `nineteen`; `nought` is zero.
pub(super) fn small(word: &str) -> Option<u32> {
    if matches!(word, "nought" | "naught") {
        return Some(0);
    }
    place(&ONES, word)
}

/// `zero` to `nine`.
pub(super) fn digit(word: &str) -> Option<u32> {
    small(word).filter(|n| *n < 10)
}

fn tens(word: &str) -> Option<u32> {
    place(&TENS, word).map(|n| (n + 2) * 10)
}

/// A number below 100 in words at `at`: `seven`, `forty two`, `forty-two`.
pub(super) fn below_hundred(said: &Said, at: usize) -> Option<(u32, usize)> {
    let word = said.word(at)?;
    if let Some(n) = small(word) {
        return Some((n, at + 1));
    }
    let n = tens(word)?;
    let next = if said.joined_by(at + 1, "-") {
        at + 2
    } else {
        at + 1
    };
    match said.word(next).and_then(digit).filter(|d| *d > 0) {
        Some(d) => Some((n + d, next + 1)),
        None => Some((n, at + 1)),
    }
}

/// A whole number below a million in words at `at`.
fn spoken_whole(said: &Said, at: usize) -> Option<(u32, usize)> {
    let (mut value, mut end) = below_thousand(said, at)?;
    if said.is(end, "thousand") {
        value *= 1000;
        end += 1;
        let rest = end + usize::from(said.is(end, "and"));
        if let Some((low, after)) = below_thousand(said, rest).filter(|(low, _)| *low > 0) {
            return Some((value + low, after));
        }
    }
    Some((value, end))
}

/// A number below 1000, and `twelve hundred` to `ninety nine hundred`.
fn below_thousand(said: &Said, at: usize) -> Option<(u32, usize)> {
    let (count, end) = if said.is(at, "a") && said.any(at + 1, &["hundred", "thousand"]) {
        (1, at + 1)
    } else {
        below_hundred(said, at)?
    };
    if count == 0 || !said.is(end, "hundred") {
        return Some((count, end));
    }
    let end = end + 1;
    let rest = end + usize::from(said.is(end, "and"));
    match below_hundred(said, rest).filter(|(low, _)| *low > 0) {
        Some((low, after)) => Some((count * 100 + low, after)),
        None => Some((count * 100, end)),
    }
}

/// A number at `at`, in digits or in words, with decimals and `and a half`.
pub(super) fn cardinal(said: &Said, at: usize) -> Option<Cardinal> {
    if let Some(number) = said.number(at) {
        return Some(Cardinal {
            number,
            end: at + 1,
        });
    }
    if said.is(at, "point") {
        return leading_point(said, at);
    }
    let (whole, end) = spoken_whole(said, at)?;
    // "at one point two of them left" counts people.
    let idiom = whole == 1 && at > 0 && said.is(at - 1, "at");
    if !idiom
        && said.is(end, "point")
        && let Some((tail, after)) = decimals(said, end + 1)
    {
        return Some(with_decimals(whole, &tail, after));
    }
    if said.is(end, "and") && (said.is(end + 1, "half") || said.run(end + 1, &["a", "half"])) {
        let end = end + 2 + usize::from(said.is(end + 1, "a"));
        return Some(with_decimals(whole, "5", end));
    }
    Some(Cardinal {
        number: Number::whole(whole),
        end,
    })
}

/// `point five` after a word that lets an amount follow; a point is a noun elsewhere.
fn leading_point(said: &Said, at: usize) -> Option<Cardinal> {
    let before = at.checked_sub(1)?;
    if !said.any(before, &["of", "by", "is", "was", "about", "took", "on"]) {
        return None;
    }
    let (tail, end) = decimals(said, at + 1)?;
    Some(with_decimals(0, &tail, end))
}

fn with_decimals(whole: u32, tail: &str, end: usize) -> Cardinal {
    let value = format!("{whole}.{tail}").parse().unwrap_or(0.0);
    Cardinal {
        number: Number {
            value,
            decimals: tail.len(),
        },
        end,
    }
}

/// The digits after a spoken point: `one zero`, `oh`, `twenty five`, at most six of them.
pub(super) fn decimals(said: &Said, at: usize) -> Option<(String, usize)> {
    let mut tail = String::new();
    let mut end = at;
    while tail.len() < 6 {
        let Some(d) = said.word(end).and_then(digit_or_oh) else {
            break;
        };
        tail.push_str(&d.to_string());
        end += 1;
    }
    if tail.is_empty() {
        let (n, after) = below_hundred(said, at)?;
        return Some((n.to_string(), after));
    }
    Some((tail, end))
}

/// A digit, where `oh` can stand for zero.
pub(super) fn digit_or_oh(word: &str) -> Option<u32> {
    if matches!(word, "oh" | "o") {
        Some(0)
    } else {
        digit(word)
    }
}

/// An ordinal below 100 at `at`: `third`, `twenty first`, `21st`.
pub(super) fn ordinal(said: &Said, at: usize) -> Option<(u32, usize)> {
    if let Some(n) = said.number(at).and_then(Number::as_whole) {
        let attached = said.touches(at, at + 1) && said.any(at + 1, &["st", "nd", "rd", "th"]);
        return attached.then_some((n, at + 2));
    }
    let word = said.word(at)?;
    if let Some(n) = place(&ORDINALS, word).filter(|n| *n > 0) {
        return Some((n, at + 1));
    }
    if let Some(n) = place(&TENTHS, word) {
        return Some(((n + 2) * 10, at + 1));
    }
    let ten = tens(word)?;
    let next = if said.joined_by(at + 1, "-") {
        at + 2
    } else {
        at + 1
    };
    let one = place(&ORDINALS, said.word(next)?).filter(|n| (1..10).contains(n))?;
    Some((ten + one, next + 1))
}
