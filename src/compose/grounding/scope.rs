//! How far a denial reaches, and what is to come.

use std::ops::Range;

use super::mention::{Item, Three};
use super::stem::is_done;
use super::words::Sense;
use crate::transcript::phrase::Match;
use crate::transcript::script::{Break, Word};

/// How many words of weight a denial surely reaches.
const DENIAL: usize = 4;
/// Words that tie to a statement when it holds.
const TIED: &[&str] = &[
    "since", "when", "while", "after", "before", "until", "during",
];
/// How many words before a denial it may reach.
const BACKWARD: usize = 7;
/// How many words of weight a plan surely reaches.
const PLAN: usize = 7;

fn has_weight(item: &Item) -> bool {
    !item.is(Sense::Grammar) && !item.is(Sense::Note)
}

/// Whether a contraction denies: "didn't", "can't".
pub(super) fn contracted(word: &str) -> bool {
    word.ends_with("n't")
}

/// Whether a word opens a new statement after "and" or a comma, so that no denial reaches it.
fn opens(word: &str) -> bool {
    matches!(
        word,
        "i" | "he"
            | "she"
            | "they"
            | "we"
            | "it"
            | "has"
            | "have"
            | "had"
            | "is"
            | "was"
            | "are"
            | "were"
            | "will"
            | "would"
            | "can"
            | "does"
            | "did"
            | "client"
            | "clinician"
            | "reports"
            | "states"
            | "wants"
            | "made"
            | "patient"
            | "there"
            | "her"
            | "his"
            | "their"
    ) || (word.len() > 5 && word.ends_with("ing"))
        || (word.len() > 4 && word.ends_with("ed"))
        || is_done(word)
}

/// Whether a word makes the next, in "-ing", a verb of now or of what is to come.
fn is_progressive(word: &str) -> bool {
    matches!(word, "am" | "is" | "are") || ["'m", "'re", "'s"].iter().any(|end| word.ends_with(end))
}

/// What of `sense` stands at a word.
fn at(marks: &[Match<Sense>], sense: Sense, at: usize) -> impl Iterator<Item = &Match<Sense>> {
    marks
        .iter()
        .filter(move |m| m.what == sense && m.words.contains(&at))
}

fn stands(marks: &[Match<Sense>], sense: Sense, place: usize) -> bool {
    at(marks, sense, place).next().is_some()
}

/// Whether a word denies what follows, and whether only within a phrase with a meaning of its own.
fn denial(
    words: &[Word],
    marks: &[Match<Sense>],
    items: &[Item],
    n: usize,
) -> (Three, Option<usize>) {
    if stands(marks, Sense::NotNegated, n) || items[n].quoted {
        return (Three::No, None);
    }
    let firm = stands(marks, Sense::Negated, n) || contracted(&words[n].lower);
    let within = marks
        .iter()
        .filter(|m| {
            matches!(m.what, Sense::Means(..))
                && m.words.len() > 1
                && m.words.contains(&n)
                && at(marks, Sense::Negated, n).all(|negated| {
                    negated.words != m.words
                        && m.words.start <= negated.words.start
                        && negated.words.end <= m.words.end
                })
        })
        .map(|m| m.words.end)
        .max();
    match (firm, stands(marks, Sense::NegatedSoftly, n)) {
        (true, _) => (Three::Yes, within),
        (_, true) => (Three::Maybe, None),
        _ => (Three::No, None),
    }
}

/// Whether a word is a subject by itself, alone or with its verb.
fn is_subject(word: &str) -> bool {
    let subject = word.split('\'').next().unwrap_or(word);
    matches!(subject, "i" | "he" | "she" | "they" | "we")
}

/// Whether a word denies a whole list: "denied", "no".
fn lists_denied(word: &str) -> bool {
    matches!(word, "no" | "none" | "nor" | "neither" | "never") || word.starts_with("den")
}

/// Tells what is denied.
pub(super) fn denials(words: &[Word], marks: &[Match<Sense>], items: &mut [Item]) {
    let ends = |n: usize| stands(marks, Sense::End, n) || words[n].break_before >= Break::Clause;
    let mut state = Three::No;
    let mut firm = false;
    let mut left = 0;
    let mut within = None;
    for n in 0..words.len() {
        let lower = words[n].lower.as_str();
        let joins = matches!(lower, "and" | "then");
        let after = words.get(n + 1).map_or("", |w| w.lower.as_str());
        let anew =
            (joins && opens(after)) || (words[n].break_before >= Break::Comma && opens(lower));
        // "No call left a message", "denied it since discharge": what follows is another matter.
        let aside = is_done(lower) || TIED.contains(&lower);
        if aside && n > 0 && state == Three::Yes && left < DENIAL {
            (state, firm) = (Three::Maybe, false);
        }
        if ends(n) || anew {
            state = Three::No;
            firm = false;
        } else if state == Three::Yes
            && (words[n].break_before >= Break::Comma
                || joins
                || within.is_some_and(|end| n >= end)
                || is_subject(lower)
                || lower == "that")
        {
            state = Three::Maybe;
        }
        items[n].meant.denied = state;
        items[n].reached = firm;
        match denial(words, marks, items, n) {
            (Three::Yes, phrase) => {
                (state, left, within) = (Three::Yes, DENIAL, phrase);
                firm |= lists_denied(lower) && after != "longer";
            }
            (Three::Maybe, _) if state == Three::No => (state, left) = (Three::Maybe, DENIAL),
            _ if state != Three::No && has_weight(&items[n]) => {
                left = usize::saturating_sub(left, 1);
                if left == 0 && state == Three::Yes {
                    state = Three::Maybe;
                }
            }
            _ => {}
        }
        if stands(marks, Sense::NegatedBefore, n) {
            backward(words, items, n, &ends);
        }
    }
}

/// What stands before a denial in the same statement may be what is denied.
fn backward(words: &[Word], items: &mut [Item], from: usize, ends: &dyn Fn(usize) -> bool) {
    for n in (from.saturating_sub(BACKWARD)..from).rev() {
        if is_subject(&words[n].lower) || words[n + 1].break_before >= Break::Clause {
            return;
        }
        if items[n].meant.denied == Three::No {
            items[n].meant.denied = Three::Maybe;
        }
        if ends(n) {
            return;
        }
    }
}

/// Tells what is to come.
pub(super) fn ahead(words: &[Word], marks: &[Match<Sense>], declined: bool, items: &mut [Item]) {
    for part in parts(words, |n| stands(marks, Sense::End, n)) {
        let past = part.clone().any(|n| is_done(&words[n].lower));
        let open = if past { Three::No } else { Three::Maybe };
        let mut state = open;
        let mut left = 0;
        let mut under_offer = false;
        let mut start = part.start;
        for n in part {
            let joins = matches!(words[n].lower.as_str(), "and" | "that" | "who" | "which")
                || words[n].break_before >= Break::Comma;
            if joins {
                start = n;
                let next = n + usize::from(words[n].break_before < Break::Comma);
                let done = words[next.min(words.len())..]
                    .iter()
                    .take(2)
                    .any(|w| is_done(&w.lower));
                if state != Three::No && done {
                    state = open;
                }
            }
            if matches!(words[n].lower.as_str(), "if" | "should") && state == Three::No {
                state = Three::Maybe;
            }
            items[n].meant.ahead = state;
            // "with Priya covering" is of no time.
            let beside = n.saturating_sub(2)..n;
            let participle = words[n].lower.ends_with("ing")
                && items[n].kinds().next().is_none()
                && (words[n].break_before >= Break::Comma
                    || words[beside].iter().any(|w| {
                        matches!(
                            w.lower.as_str(),
                            "with" | "about" | "of" | "for" | "on" | "to" | "against"
                        )
                    })
                    || words[n.saturating_sub(1)..n]
                        .iter()
                        .any(|w| is_progressive(&w.lower)));
            if state == Three::No && participle {
                items[n].meant.ahead = Three::Maybe;
            }
            let heads = n == 0
                && matches!(
                    words[n].lower.as_str(),
                    "homework" | "plan" | "goal" | "next"
                )
                && words.get(1).is_some_and(|w| w.break_before >= Break::Comma);
            let offered = declined && stands(marks, Sense::Offer, n);
            under_offer |= offered;
            if joins && words[n].break_before >= Break::Comma {
                under_offer = false;
            }
            if under_offer && items[n].meant.denied == Three::No {
                items[n].meant.denied = Three::Maybe;
            }
            if stands(marks, Sense::Ahead, n) || offered || heads {
                (state, left) = (Three::Yes, PLAN);
                // "A referral, I'll send that on Monday": what stands before is to come as well.
                let taken_up = words
                    .iter()
                    .skip(n + 1)
                    .take(4)
                    .any(|w| matches!(w.lower.as_str(), "that" | "it" | "this" | "them"))
                    && !words[..n].iter().any(|w| is_done(&w.lower));
                if taken_up {
                    for item in &mut items[..n] {
                        item.meant.ahead = Three::Yes;
                    }
                }
                let to_be = opens_to_be(words, start, n);
                for item in &mut items[start..n] {
                    if to_be {
                        item.meant.ahead = Three::Yes;
                    } else if item.meant.ahead == Three::No {
                        item.meant.ahead = Three::Maybe;
                    }
                }
            } else if stands(marks, Sense::AheadBefore, n) {
                let done = words[start..n].iter().any(|w| is_done(&w.lower));
                for item in &mut items[start..n] {
                    item.meant.ahead = if done { Three::Maybe } else { Three::Yes };
                }
            } else if stands(marks, Sense::AheadSoftly, n) && state == Three::No {
                state = Three::Maybe;
                // "EMDR was deferred": what stands before is not done either.
                if stands(marks, Sense::NegatedSoftly, n) || stands(marks, Sense::Negated, n) {
                    for item in &mut items[start..n] {
                        item.meant.ahead = Three::Maybe;
                    }
                }
            } else if state == Three::Yes && has_weight(&items[n]) {
                left = usize::saturating_sub(left, 1);
                if left == 0 {
                    state = Three::Maybe;
                }
            }
        }
    }
}

/// Whether "to be" stands at a word, after nothing done: "sleep diary to be reviewed".
fn opens_to_be(words: &[Word], start: usize, at: usize) -> bool {
    words[at].lower == "to"
        && words.get(at + 1).is_some_and(|w| w.lower == "be")
        && !words[start..at].iter().any(|w| is_done(&w.lower))
}

/// The stretches between words at which a meaning ends.
fn parts(words: &[Word], ends: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (n, word) in words.iter().enumerate().skip(1) {
        if word.break_before >= Break::Clause || ends(n) {
            parts.push(start..n);
            start = n;
        }
    }
    parts.push(start..words.len());
    parts
}
