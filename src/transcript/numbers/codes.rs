//! Codes and digits said one by one: ICD-10-CM, CPT, numbers to call, `five four three two one`.

use super::cardinal::{below_hundred, decimals, digit, digit_or_oh};
use super::quantity::{Number, Quantity};
use super::said::{Read, Said};

/// Words before digits that are said one by one.
pub(super) const DIGIT_CUES: &[&str] = &[
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

/// `F43.10`, `f forty three point one zero`.
pub(super) fn icd(said: &Said, at: usize) -> Read<Quantity> {
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
pub(super) fn long_digits(said: &Said, at: usize) -> Read<Quantity> {
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
    if let Ok(code) = run[..5].parse::<u32>()
        && is_cpt(code)
    {
        end -= run.len() - 5;
        run.truncate(5);
        return Some((Quantity::Cpt(code), end));
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
fn countdown(said: &Said, at: usize) -> Read<Quantity> {
    let mut next = said.word(at).and_then(digit).filter(|d| *d > 2);
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
            .and_then(digit)
            .filter(|after| *after + 1 == d);
        end += gap;
    }
    None
}

/// Three or four digits said one by one where they are a number to call or a room.
pub(super) fn digits(said: &Said, at: usize) -> Read<Quantity> {
    let (run, end) = digit_run(said, at);
    let known = matches!(run.as_str(), "988" | "911");
    let cued = said.after_any(at, DIGIT_CUES);
    ((3..5).contains(&run.len()) && (known || cued)).then_some((Quantity::Digits(run), end))
}
