//! The shapes of what is said in an EMDR session: where a name ends, what place in the body an answer
//! names, whether it opens with a reading.

use std::ops::Range;

use crate::reading::emdr_words::{EmdrWords, Part};
use crate::transcript::script::{Break, ScriptUtterance};

/// Where a name that begins at `from` ends: at a break, or at a word that leads on.
pub(super) fn end_of_name(said: &ScriptUtterance, from: usize, phrase: bool) -> usize {
    let least = if phrase { Break::Clause } else { Break::Comma };
    (from..said.words.len())
        .find(|&at| {
            let word = &said.words[at];
            // "How true does it's over now feel": the last word of the name.
            let next = said.words.get(at + 1).map_or("", |w| w.lower.as_str());
            let own = word.lower == "now" && matches!(next, "feel" | "sound" | "ring" | "seem");
            let on = !own
                && matches!(
                    word.lower.as_str(),
                    "now"
                        | "today"
                        | "what"
                        | "do"
                        | "does"
                        | "and"
                        | "with"
                        | "together"
                        | "feel"
                        | "still"
                        | "first"
                        | "again"
                        | "right"
                        | "okay"
                );
            let aside = word.break_before >= Break::Comma
                && (word.lower == "where" && matches!(next, "we" | "you")
                    || word.lower == "the" && next == "one");
            at > from
                && (aside
                    || word.break_before >= least
                    || (on && word.break_before <= Break::Comma))
        })
        .unwrap_or(said.words.len())
}

/// Where a name ends that was chosen for something: before "as", "to" or "for".
pub(super) fn end_of_chosen(said: &ScriptUtterance, from: usize) -> usize {
    (from + 1..said.words.len().min(from + 9))
        .find(|&at| matches!(said.words[at].lower.as_str(), "as" | "to" | "for"))
        .unwrap_or(from)
}

/// Whether a name may begin with the word.
pub(super) fn is_article(word: &str) -> bool {
    matches!(
        word,
        "the" | "that" | "this" | "your" | "when" | "being" | "a" | "an" | "his" | "her" | "their"
    )
}

/// Whether the words after "the" name the work rather than what is worked on.
pub(super) fn is_of_work(word: &str) -> bool {
    matches!(
        word,
        "work"
            | "list"
            | "words"
            | "week"
            | "container"
            | "place"
            | "calm"
            | "safe"
            | "chair"
            | "beginning"
            | "start"
            | "room"
            | "picture"
            | "image"
            | "scene"
            | "good"
            | "positive"
            | "memory"
            | "target"
            | "one"
            | "breathing"
            | "breath"
            | "number"
            | "feeling"
            | "same"
            | "homework"
            | "log"
            | "sets"
            | "tappers"
            | "body"
            | "next"
            | "last"
            | "other"
            | "first"
            | "before"
            | "later"
            | "after"
            | "again"
            | "check"
            | "usual"
            | "worksheet"
            | "worst"
            | "bad"
            | "stop"
            | "eye"
            | "end"
            | "top"
    )
}

/// "The theatre lights as the one to work on", "the lift for our first one".
pub(super) fn is_chosen_for(said: &ScriptUtterance, end: usize) -> bool {
    let word = |at: usize| said.words.get(at).map_or("", |w| w.lower.as_str());
    let aim = (end..end + 5).any(|at| {
        matches!(
            word(at),
            "target" | "one" | "start" | "work" | "first" | "today" | "place"
        )
    });
    matches!(word(end), "as" | "to" | "for") && aim
}

/// Whether a number in an answer tells of an earlier session: "It was a five when we stopped".
pub(super) fn is_recalled(answer: &ScriptUtterance, number: &Range<usize>) -> bool {
    let sentence = answer
        .sentences
        .iter()
        .find(|s| s.words.contains(&number.start))
        .map_or(0..0, |s| s.words.clone());
    answer.words[sentence].iter().any(|w| {
        matches!(
            w.lower.as_str(),
            "last" | "left" | "stopped" | "before" | "ago" | "finished"
        )
    })
}

/// Whether an answer opens with a reading: "Four, about", "It's a six", "Still a zero".
pub(super) fn opens_with_reading(answer: &ScriptUtterance) -> bool {
    let Some(number) = answer.numbers.first() else {
        return false;
    };
    // "Feels true. Seven."
    let sentence = answer
        .sentences
        .iter()
        .take(3)
        .find(|s| s.words.contains(&number.words.start));
    let Some(sentence) = sentence else {
        return false;
    };
    let lead = answer.words[sentence.words.start..number.words.start]
        .iter()
        .all(|w| {
            w.is_filler()
                || matches!(
                    w.lower.as_str(),
                    "it's"
                        | "that's"
                        | "it"
                        | "is"
                        | "still"
                        | "about"
                        | "maybe"
                        | "down"
                        | "to"
                        | "a"
                        | "an"
                        | "now"
                        | "like"
                        | "just"
                        | "only"
                        | "probably"
                        | "at"
                        | "around"
                        | "oh"
                        | "okay"
                        | "well"
                        | "i'd"
                        | "say"
                        | "more"
                        | "honestly"
                )
        });
    let end = number.words.end;
    lead && answer.words.get(end).is_none_or(|next| {
        next.break_before >= Break::Comma
            || matches!(
                next.lower.as_str(),
                "now" | "maybe" | "about" | "i" | "it's" | "still" | "again" | "probably" | "or"
            )
    })
}

/// A place in the body that an answer names, with what it joins to it: "Throat and stomach".
pub(super) fn named_place(answer: &ScriptUtterance) -> Option<Range<usize>> {
    let mut places: Vec<Range<usize>> = EmdrWords::embedded()
        .book
        .find(&answer.words)
        .into_iter()
        .filter(|m| m.what == Part::Body)
        .map(|m| m.words)
        .collect();
    let stands = places_that_stand(answer);
    if places.iter().any(|r| r.start >= stands) {
        places.retain(|r| r.start >= stands);
    }
    places.sort_by_key(|r| (r.start, std::cmp::Reverse(r.end)));
    let mut own = places.first()?.clone();
    for next in &places[1..] {
        let joined = next.start >= own.end
            && next.start <= own.end + 2
            && answer.words[own.end..next.start]
                .iter()
                .all(|w| matches!(w.lower.as_str(), "and" | "my" | "the"))
            && answer.words[own.end..=next.start]
                .iter()
                .all(|w| w.break_before < Break::Clause);
        if joined {
            own.end = next.end;
        }
    }
    Some(own)
}

/// The place that stands in an answer: "My throat. Actually my chest" names the chest.
fn places_that_stand(answer: &ScriptUtterance) -> usize {
    let back = |w: &str| matches!(w, "actually" | "no" | "sorry" | "wait");
    answer
        .words
        .iter()
        .rposition(|w| back(&w.lower) && w.break_before >= Break::Comma)
        .map_or(0, |at| at + 1)
}

/// A place that an answer calls its own, in words that no list holds: "in my left side".
pub(super) fn owned_place(answer: &ScriptUtterance) -> Option<Range<usize>> {
    let owner = answer
        .words
        .iter()
        .position(|w| matches!(w.lower.as_str(), "my" | "the"))?;
    let start = owner + 1;
    let end = (start..answer.words.len())
        .find(|&at| {
            let word = &answer.words[at];
            at > start && word.break_before >= Break::Comma
                || matches!(
                    word.lower.as_str(),
                    "like" | "and" | "it" | "just" | "mostly"
                )
        })
        .unwrap_or(answer.words.len());
    (1..=3)
        .contains(&(end.saturating_sub(start)))
        .then_some(start..end)
}
