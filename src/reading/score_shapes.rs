//! The shapes of numbers beside a score: what is a count, a bound, a change or a part, which number
//! another one takes back, and what joins a value to the one that it is compared with.

use std::ops::Range;

use crate::transcript::script::{Break, Number, ScriptUtterance};

/// Words after a number that make it a count of something else.
const COUNTED: &[&str] = &[
    "sets",
    "set",
    "minutes",
    "minute",
    "weeks",
    "week",
    "days",
    "day",
    "sessions",
    "session",
    "times",
    "months",
    "month",
    "hours",
    "hour",
    "years",
    "year",
    "percent",
    "passes",
    "trials",
    "trial",
    "feet",
    "people",
    "points",
    "point",
    "of",
    "items",
    "milligrams",
    "mg",
    "nights",
    "night",
    "mornings",
    "visits",
    "drinks",
    "pounds",
    "kilos",
    "stone",
    "miles",
    "kids",
    "children",
    "o'clock",
    "am",
    "pm",
    "degrees",
    "quid",
    "dollars",
    "euros",
    "things",
    "bags",
    "pints",
    "cans",
    "cigarettes",
    "meals",
    "nightmares",
    "dreams",
    "panic",
    "rounds",
    "steps",
    "sheets",
    "pages",
    "goals",
    "values",
    "breaths",
    "others",
    "more",
    "fewer",
    "grams",
];

/// Words before a number that make it a place in a list.
const LISTED: &[&str] = &[
    "item", "question", "session", "week", "visit", "number", "chapter", "page", "age", "aged",
    "room", "step", "module", "day", "set", "phase", "line",
];

/// Words before a number that make it a bound.
const BOUND: &[&str] = &[
    "under",
    "below",
    "above",
    "over",
    "than",
    "cutoff",
    "threshold",
];

/// Words that may stand between a value and the one it is compared with.
pub(super) const JOINING: &[&str] = &[
    "it", "it's", "that", "this", "which", "she", "he", "they", "was", "were", "had", "been",
    "having", "having", "i'd", "he'd", "she'd", "it'd", "we'd", "a", "an", "at", "about", "around",
    "and", "but", "as", "so", "today", "now", "week", "came", "out", "stood", "scored", "the",
    "score", "only", "just", "still", "where", "to", "up", "down", "again", "on", "in", "with",
    "rated", "used", "be", "got", "her", "his", "um", "uh", "well", "me", "time",
];

/// Whether what follows a number makes it a count of something else, or what stands before it a
/// place in a list.
pub(super) fn is_counted(utterance: &ScriptUtterance, number: &Range<usize>) -> bool {
    let word = |at: usize| utterance.words.get(at).map(|w| w.lower.as_str());
    let after = utterance
        .words
        .get(number.end)
        .is_some_and(|w| w.break_before == Break::None && COUNTED.contains(&w.lower.as_str()));
    let back = |by: usize| number.start.checked_sub(by).and_then(word);
    // "Last week sixteen, this week twelve" counts no weeks.
    let of_time = back(2).is_some_and(|w| matches!(w, "last" | "this" | "previous" | "past"));
    let listed = back(1).is_some_and(|w| LISTED.contains(&w)) && !of_time;
    // "Below ten" is an aim or a bound; "a zero on item nine" is a part.
    let bound = back(1).is_some_and(|w| BOUND.contains(&w));
    let part = matches!(word(number.end), Some("on" | "for" | "in"))
        && word(number.end + 1).is_some_and(opens_an_item);
    after || listed || bound || part
}

/// Whether a phrase of time that ends here is followed by a value of its own.
pub(super) fn leads_on(utterance: &ScriptUtterance, end: usize) -> bool {
    let near = utterance.words.get(end..).unwrap_or_default();
    // "A three last time and it was a four today": each has its own time.
    if near.first().is_some_and(|w| w.lower == "and") {
        return false;
    }
    let Some(value) = near.iter().take(5).position(|w| w.number_length > 0) else {
        return false;
    };
    let between = &near[..value];
    let said = |w: &str| matches!(w, "was" | "were" | "had" | "scored" | "stood" | "it'd");
    between.iter().any(|w| said(&w.lower)) && between.iter().all(|w| JOINING.contains(&&*w.lower))
        || (value == 0 && near[0].break_before <= Break::Comma)
}

/// "Down three from last time": how much it changed, not what it was.
pub(super) fn is_difference(utterance: &ScriptUtterance, number: &Range<usize>) -> bool {
    let lower = |at: usize| utterance.words.get(at).map_or("", |w| w.lower.as_str());
    let before = number.start.checked_sub(1).map_or("", lower);
    matches!(before, "down" | "up" | "by") && matches!(lower(number.end), "from" | "on" | "since")
        || before == "by" && lower(number.end) == "to"
}

/// Whether the word opens a part of an instrument, whose numbers are not the instrument's score.
pub(super) fn opens_an_item(word: &str) -> bool {
    matches!(
        word,
        "item" | "items" | "question" | "questions" | "cluster" | "subscale" | "criterion"
    )
}

/// How many words may lie between a number and the one that takes it back.
const TAKEN_BACK: usize = 4;

/// Whether another number takes this one's place at once: "seven, no, eight".
pub(super) fn is_taken_back(utterance: &ScriptUtterance, number: &Number) -> bool {
    let next = utterance
        .numbers
        .iter()
        .find(|n| n.words.start >= number.words.end);
    let Some(next) = next.filter(|n| n.words.start <= number.words.end + TAKEN_BACK) else {
        return false;
    };
    let between = &utterance.words[number.words.end..next.words.start];
    let takes = |w: &str| {
        matches!(
            w,
            "no" | "sorry" | "wait" | "actually" | "rather" | "mean" | "correction"
        )
    };
    let joins = |w: &str| {
        takes(w)
            || matches!(
                w,
                "i" | "i'm" | "it" | "was" | "it's" | "a" | "an" | "at" | "make" | "that" | "or"
            )
    };
    between.iter().any(|w| takes(&w.lower))
        && between.iter().all(|w| joins(&w.lower) || w.is_filler())
        && between[0].break_before != Break::Paragraph
}
