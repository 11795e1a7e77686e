//! Full stops for text without punctuation, as some recognisers write it: a logistic regression
//! over the words around each gap, learned from punctuated dictations and sessions
//! (`models/sentences`). Hashed features, a byte each: no strings are kept, and nothing is loaded.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::transcript::numbers::is_cardinal;

use super::{Break, Number, ScriptUtterance, Sentence, Word};

/// Weights by feature, in hundredths of a logit times [`SCALE`]; the first is the bias.
static WEIGHTS: &[u8] = include_bytes!("../../../models/sentences/weights.bin");

/// What a step of a weight is worth, in hundredths of a logit.
pub const SCALE: i32 = 4;

/// How many weights there are.
pub const SIZE: usize = 1 << 18;

/// How many features a gap has.
pub const FEATURES: usize = 17;

/// How many words an utterance has at least for each full stop before it counts as unpunctuated.
const WORDS_A_STOP: usize = 40;

/// From this score on, in hundredths of a logit, a gap ends a sentence.
const STOP: i32 = -50;

/// From this score on a gap ends a clause.
const CLAUSE: i32 = -150;

/// Small words, which stand for themselves where others stand for their endings.
static SMALL: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "a about after again all am an and any are as at be because been before both but by can \
    client could dad denied denies did do does down each every father first for from had has \
    have he her here him his how i if in into is it its just last less like may me might mom \
    more most mother mum must my next no not now of off okay on only or our out over patient \
    plan pt really reported reports risk said says session she should since so some states still \
    than that the their them then there these they this those through to today told tomorrow too \
    um under until up us very was we well were what when where which while who why will with \
    without would yes yesterday you your"
        .split_whitespace()
        .collect()
});

/// Words with which no sentence ends.
static UNFINISHED: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "a an and are as because but did do does for from had has have he her his i if is my no not \
    of or our she so than that the their they to was we were will with would your"
        .split_whitespace()
        .collect()
});

/// Endings that tell what kind of word it is.
const ENDINGS: &[&str] = &["ing", "ed", "ly", "tion", "ment", "ness", "s"];

/// A word as a feature: itself, or a sign for any number in digits.
fn form(word: &str) -> &str {
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        "#"
    } else {
        word
    }
}

/// The class of a word: itself if it is a small word, else what its ending tells.
fn class(word: &str) -> &str {
    if SMALL.contains(word) {
        return word;
    }
    if word == "^" || word == "#" {
        return word;
    }
    if is_cardinal(word) {
        return "#";
    }
    ENDINGS
        .iter()
        .find(|end| word.len() > end.len() + 2 && word.ends_with(**end))
        .copied()
        .unwrap_or(if word.len() == 1 { "-" } else { "*" })
}

/// Places in the weights of the features of the gap before `words[at]`.
#[must_use]
pub fn features(words: &[&str], at: usize) -> [usize; FEATURES] {
    let word = |k: isize| {
        at.checked_add_signed(k)
            .and_then(|i| words.get(i))
            .map_or("^", |w| form(w))
    };
    let (w2, w1, w, n, nn) = (word(-2), word(-1), word(0), word(1), word(2));
    let (c2, c1, c, d, dd) = (class(w2), class(w1), class(w), class(n), class(nn));
    [
        hash(b'a', &[w1]),
        hash(b'b', &[w]),
        hash(b'c', &[n]),
        hash(b'd', &[w2]),
        hash(b'e', &[nn]),
        hash(b'f', &[w1, w]),
        hash(b'g', &[w, n]),
        hash(b'h', &[w2, w1]),
        hash(b'i', &[c1, c]),
        hash(b'j', &[c, d]),
        hash(b'k', &[c1, c, d]),
        hash(b'l', &[c2, c1, c]),
        hash(b'm', &[c, d, dd]),
        hash(b'n', &[c1, w]),
        hash(b'o', &[c, n]),
        hash(b'p', &[w1, c]),
        hash(b'q', &[w, d]),
    ]
}

/// FNV-1a of a kind of feature and its words, as a place after the bias.
fn hash(kind: u8, parts: &[&str]) -> usize {
    let mut h = (0xcbf2_9ce4_8422_2325 ^ u64::from(kind)).wrapping_mul(0x100_0000_01b3);
    for part in parts {
        for &byte in part.as_bytes().iter().chain(b" ") {
            h = (h ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
    1 + ((h ^ (h >> 32)) as usize) % (SIZE - 1)
}

fn weight(place: usize) -> i32 {
    WEIGHTS
        .get(place)
        .map_or(0, |&w| i32::from(w.cast_signed()) * SCALE)
}

/// How strongly the gap before `words[at]` speaks for the end of a sentence, in hundredths of a
/// logit.
#[must_use]
pub fn score(words: &[&str], at: usize) -> i32 {
    // The bias needs more than one byte holds: it counts eightfold.
    weight(0) * 8 + features(words, at).into_iter().map(weight).sum::<i32>()
}

/// Whether the speaker's recogniser wrote no punctuation.
pub(super) fn are_missing(utterance: &ScriptUtterance) -> bool {
    utterance.words.len() > WORDS_A_STOP * utterance.sentences.len()
}

/// Puts the missing stops into an utterance.
pub(super) fn restore(utterance: &mut ScriptUtterance) {
    let lower: Vec<String> = utterance.words.iter().map(|w| w.lower.clone()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let mut gaps: Vec<(usize, i32)> = (1..utterance.words.len())
        .filter(|&at| {
            utterance.words[at].break_before < Break::Stop
                && !UNFINISHED.contains(lower[at - 1])
                && !inside_number(&utterance.numbers, at)
        })
        .map(|at| (at, score(&lower, at)))
        .filter(|(_, score)| *score >= CLAUSE)
        .collect();
    thin(&mut gaps);
    for (at, score) in gaps {
        let how = if score >= STOP {
            Break::Stop
        } else {
            Break::Clause
        };
        let word = &mut utterance.words[at];
        word.break_before = word.break_before.max(how);
    }
    utterance.sentences = split(&utterance.words, &utterance.sentences);
}

/// Of two gaps that would leave a word or two between them, keeps the surer, unless both are sure.
fn thin(gaps: &mut Vec<(usize, i32)>) {
    let sure = |words: usize| match words {
        1 => 200,
        2 => 50,
        _ => i32::MIN,
    };
    let mut kept: Vec<(usize, i32)> = Vec::with_capacity(gaps.len());
    for &(at, score) in gaps.iter() {
        if let Some(last) = kept.last_mut()
            && last.1.min(score) < sure(at - last.0)
        {
            if score > last.1 {
                *last = (at, score);
            }
            continue;
        }
        kept.push((at, score));
    }
    *gaps = kept;
}

fn inside_number(numbers: &[Number], at: usize) -> bool {
    let near = numbers.partition_point(|n| n.words.end <= at);
    numbers.get(near).is_some_and(|n| n.words.start < at)
}

/// The sentences, divided at the new stops.
fn split(words: &[Word], sentences: &[Sentence]) -> Vec<Sentence> {
    let mut out = Vec::with_capacity(words.len() / 10 + sentences.len());
    for sentence in sentences {
        let mut start = sentence.words.start;
        let stops =
            (start + 1..sentence.words.end).filter(|&at| words[at].break_before >= Break::Stop);
        for end in stops.chain([sentence.words.end]) {
            out.push(Sentence {
                words: start..end,
                opens: sentence
                    .opens
                    .clone()
                    .filter(|_| start == sentence.words.start),
                paragraph: sentence.paragraph && start == sentence.words.start,
                question: sentence.question && end == sentence.words.end,
            });
            start = end;
        }
    }
    out
}
