//! What a text speaks of: each thing with whether it is denied, to come, and whose it is.

use std::ops::Range;

use super::stem::{is_done, stem};
use super::whose::{self, Whose};
use super::words::{Kind, Sense, Words};
use crate::session::{Mode, Speaker};
use crate::transcript::phrase::Match;
use crate::transcript::script::{Break, ScriptUtterance, Standing, Word};

/// Yes, no, or not to be told from the words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Three {
    /// No.
    #[default]
    No,
    /// Not to be told.
    Maybe,
    /// Yes.
    Yes,
}

impl Three {
    /// Whether the two say the contrary.
    pub(super) fn contradicts(self, other: Self) -> bool {
        matches!((self, other), (Self::Yes, Self::No) | (Self::No, Self::Yes))
    }
}

/// A thing that can be spoken of in several words.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Concept {
    /// The stem of a word.
    Stem(String),
    /// One of the lists of what means the same.
    Means(u16),
    /// What carries a general word.
    Cover(u16),
}

/// How a word was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Meant {
    /// Whether it is denied.
    pub(super) denied: Three,
    /// Whether it is to come, or only wished for or offered.
    pub(super) ahead: Three,
    /// Whose it is.
    pub(super) whose: Whose,
    /// Whether it stands in a question that nobody answered.
    pub(super) asked: bool,
}

/// A word of a text.
pub(super) struct Item {
    /// The word in lower case.
    pub(super) lower: String,
    /// Whether it begins with a capital letter.
    pub(super) capital: bool,
    /// Whether it is a person's name.
    pub(super) name: bool,
    /// Whether it is part of a number.
    pub(super) number: bool,
    /// What it speaks of, by itself or in a phrase, with the words of the phrase.
    pub(super) concepts: Vec<(Concept, Range<usize>)>,
    /// The lists' senses of phrases that cover it.
    pub(super) senses: Vec<(Sense, Range<usize>)>,
    /// How it was meant.
    pub(super) meant: Meant,
    /// Whether it stands after a word that surely denies, in its stretch.
    pub(super) reached: bool,
    /// Whether it stands in quotation marks.
    pub(super) quoted: bool,
    /// Its bytes in the text.
    pub(super) span: Range<usize>,
}

impl Item {
    /// Whether a phrase of this sense covers it.
    pub(super) fn is(&self, sense: Sense) -> bool {
        self.senses.iter().any(|(s, _)| *s == sense)
    }

    /// Whether it denies, by itself or perhaps.
    pub(super) fn denies(&self) -> bool {
        self.is(Sense::Negated) || self.is(Sense::NegatedSoftly) || contracted(&self.lower)
    }

    /// Whether it surely denies.
    pub(super) fn surely_denies(&self) -> bool {
        (self.is(Sense::Negated) || contracted(&self.lower)) && !self.is(Sense::NotNegated)
    }

    /// Whether it is itself a word of wishing, offering or putting off, which has a time of its own.
    pub(super) fn of_no_time(&self) -> bool {
        [
            Sense::Ahead,
            Sense::AheadSoftly,
            Sense::Offer,
            Sense::Negated,
            Sense::NegatedSoftly,
        ]
        .into_iter()
        .any(|sense| self.is(sense))
    }

    /// What kinds of things it speaks of.
    pub(super) fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.senses.iter().filter_map(|(sense, _)| match sense {
            Sense::Means(_, kind) | Sense::General(_, kind) => *kind,
            _ => None,
        })
    }
}

/// How many words of weight a denial surely reaches.
const DENIAL: usize = 4;
/// How many words before a denial it may reach.
const BACKWARD: usize = 7;
/// How many words of weight a plan surely reaches.
const PLAN: usize = 7;

/// The words of an utterance, sentence after sentence.
/// `quoted` are bytes in quotation marks, whose words turn nothing outside of them.
pub(super) fn items(
    lists: &Words,
    utterance: &ScriptUtterance,
    mode: Mode,
    quoted: &[Range<usize>],
) -> Vec<Item> {
    let mut all = Vec::new();
    let mut other_named = false;
    let utterance_declines = !lists.declining(&utterance.words).is_empty();
    for sentence in &utterance.sentences {
        let Some(words) = utterance.words.get(sentence.words.clone()) else {
            continue;
        };
        let words: Vec<Word> = words
            .iter()
            .filter(|w| w.standing == Standing::Counts)
            .cloned()
            .collect();
        let inside = |word: &Word| {
            quoted
                .iter()
                .any(|q| q.start <= word.span.start && word.span.end <= q.end)
        };
        let marks: Vec<Match<Sense>> = lists
            .find(&words)
            .into_iter()
            .filter(|m| !words[m.words.clone()].iter().any(inside))
            .collect();
        let base = all.len();
        let mut items: Vec<Item> = words
            .iter()
            .enumerate()
            .map(|(at, word)| item(lists, word, at, base, &marks))
            .collect();
        number(utterance, &words, &mut items);
        for (word, item) in words.iter().zip(&mut items) {
            item.quoted = inside(word);
        }
        denials(&words, &marks, &mut items);
        let declined = utterance_declines || items.iter().any(Item::denies);
        ahead(&words, &marks, declined, &mut items);
        whose::tell(
            &words,
            &mut items,
            (mode, utterance.speaker),
            &mut other_named,
        );
        all.append(&mut items);
    }
    all
}

/// Whether an utterance of a session asks, so that what it names is not yet so.
pub(super) fn asks(utterance: &ScriptUtterance) -> bool {
    utterance.speaker == Speaker::Clinician
        && utterance.sentences.last().is_some_and(|s| {
            let words = utterance.words.get(s.words.clone()).unwrap_or_default();
            let polar = |w: &Word| {
                matches!(
                    w.lower.as_str(),
                    "any" | "do" | "did" | "does" | "have" | "has" | "are" | "is" | "were" | "was"
                        | "can" | "could" | "would" | "will" | "ever" | "anything" | "shall"
                        | "want" | "you" | "thoughts"
                )
            };
            let open = |w: &Word| matches!(w.lower.as_str(), "how" | "what" | "why" | "who" | "where" | "when" | "which");
            let first = words
                .iter()
                .find(|w| !w.is_filler() && !matches!(w.lower.as_str(), "and" | "so" | "okay" | "ok" | "well" | "now"));
            s.question && !first.is_some_and(open) || first.is_some_and(polar)
        })
}

fn item(lists: &Words, word: &Word, at: usize, base: usize, marks: &[Match<Sense>]) -> Item {
    let covering = marks.iter().filter(|m| m.words.contains(&at));
    let whole = |m: &Match<Sense>| m.words.start + base..m.words.end + base;
    let stem = stem(&word.lower);
    let alone = at + base..at + base + 1;
    let mut concepts = Vec::new();
    let mut senses = Vec::new();
    for mark in covering {
        senses.push((mark.what, whole(mark)));
        match mark.what {
            Sense::Means(n, _) => concepts.push((Concept::Means(n), whole(mark))),
            Sense::General(n, _) | Sense::Special(n) => {
                concepts.push((Concept::Cover(n), whole(mark)));
            }
            _ => {}
        }
    }
    if senses.is_empty() {
        for sense in lists.by_stem(&word.lower, &stem) {
            senses.push((*sense, alone.clone()));
            if let Sense::Means(n, _) = sense {
                concepts.push((Concept::Means(*n), alone.clone()));
            }
        }
    }
    concepts.push((Concept::Stem(stem), alone));
    Item {
        lower: word.lower.clone(),
        capital: word.capital,
        name: word.name,
        number: false,
        concepts,
        senses,
        meant: Meant {
            denied: Three::No,
            ahead: Three::No,
            whose: Whose::Unsaid,
            asked: false,
        },
        reached: false,
        quoted: false,
        span: word.span.clone(),
    }
}

/// Tells which words are numbers.
fn number(utterance: &ScriptUtterance, words: &[Word], items: &mut [Item]) {
    for number in &utterance.numbers {
        let span = utterance.span(&number.words);
        for (word, item) in words.iter().zip(items.iter_mut()) {
            item.number |= span.start <= word.span.start && word.span.end <= span.end;
        }
    }
}

fn has_weight(item: &Item) -> bool {
    !item.is(Sense::Grammar) && !item.is(Sense::Note)
}

/// Whether a contraction denies: "didn't", "can't".
fn contracted(word: &str) -> bool {
    word.ends_with("n't")
}

/// Whether a word opens a new statement after "and" or a comma, so that no denial reaches it.
fn opens(word: &str) -> bool {
    matches!(
        word,
        "i" | "he" | "she" | "they" | "we" | "it" | "has" | "have" | "had" | "is" | "was" | "are" | "were" | "will"
            | "would" | "can" | "does" | "did" | "client" | "clinician" | "reports" | "states" | "wants" | "made" | "patient" | "there" | "her" | "his" | "their"
    ) || (word.len() > 5 && word.ends_with("ing"))
        || (word.len() > 4 && word.ends_with("ed"))
        || is_done(word)
}

/// Whether a word makes the next, in "-ing", a verb of now or of what is to come.
fn is_progressive(word: &str) -> bool {
    matches!(word, "am" | "is" | "are") || ["'m", "'re", "'s"].iter().any(|end| word.ends_with(end))
}

/// What of `sense` stands at a word.
fn at<'a>(marks: &'a [Match<Sense>], sense: Sense, at: usize) -> impl Iterator<Item = &'a Match<Sense>> {
    marks
        .iter()
        .filter(move |m| m.what == sense && m.words.contains(&at))
}

fn stands(marks: &[Match<Sense>], sense: Sense, place: usize) -> bool {
    at(marks, sense, place).next().is_some()
}

/// Whether a word denies what follows, and whether only within a phrase with a meaning of its own.
fn denial(words: &[Word], marks: &[Match<Sense>], items: &[Item], n: usize) -> (Three, Option<usize>) {
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
fn denials(words: &[Word], marks: &[Match<Sense>], items: &mut [Item]) {
    let ends = |n: usize| stands(marks, Sense::End, n) || words[n].break_before >= Break::Clause;
    let mut state = Three::No;
    let mut firm = false;
    let mut left = 0;
    let mut within = None;
    for n in 0..words.len() {
        let lower = words[n].lower.as_str();
        let joins = matches!(lower, "and" | "then");
        let after = words.get(n + 1).map_or("", |w| w.lower.as_str());
        let anew = (joins && opens(after))
            || (words[n].break_before >= Break::Comma && opens(lower));
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
                firm |= lists_denied(lower);
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
        if is_subject(&words[n].lower)
            || words[n + 1].break_before >= Break::Clause
        {
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
fn ahead(words: &[Word], marks: &[Match<Sense>], declined: bool, items: &mut [Item]) {
    for part in parts(words, |n| stands(marks, Sense::End, n)) {
        let past = part.clone().any(|n| is_done(&words[n].lower));
        let open = if past { Three::No } else { Three::Maybe };
        let mut state = open;
        let mut left = 0;
        let mut start = part.start;
        for n in part {
            let joins = matches!(words[n].lower.as_str(), "and" | "that" | "who" | "which")
                || words[n].break_before >= Break::Comma;
            if joins {
                start = n;
                let next = if words[n].break_before >= Break::Comma { n } else { n + 1 };
                if state == Three::Yes && words.get(next).is_some_and(|w| is_done(&w.lower)) {
                    state = open;
                }
            }
            items[n].meant.ahead = state;
            // "with Priya covering" is of no time.
            let beside = n.saturating_sub(2)..n;
            let participle = words[n].lower.ends_with("ing")
                && items[n].kinds().next().is_none()
                && (words[n].break_before >= Break::Comma
                    || words[beside].iter().any(|w| w.lower == "with")
                    || words[n.saturating_sub(1)..n].iter().any(|w| is_progressive(&w.lower)));
            if state == Three::No && participle {
                items[n].meant.ahead = Three::Maybe;
            }
            let heads = n == 0
                && matches!(words[n].lower.as_str(), "homework" | "plan" | "goal" | "next")
                && words.get(1).is_some_and(|w| w.break_before >= Break::Comma);
            let offered = declined && stands(marks, Sense::Offer, n);
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
                for item in &mut items[start..n] {
                    if item.meant.ahead == Three::No {
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

/// The stretches between words at which a meaning ends.
fn parts(words: &[Word], ends: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = 0;
    for n in 1..words.len() {
        if words[n].break_before >= Break::Clause || ends(n) {
            parts.push(start..n);
            start = n;
        }
    }
    parts.push(start..words.len());
    parts
}

/// How a question was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// With a yes.
    Yes,
    /// With a no.
    No,
    /// With neither.
    Other,
}

/// Settles what a question names by its answer.
pub(super) fn settle(items: &mut [Item], answer: Option<Answer>) {
    for item in items {
        let meant = &mut item.meant;
        match answer {
            Some(Answer::Yes) => {}
            Some(Answer::No) => meant.denied = Three::Yes,
            Some(Answer::Other) => meant.denied = Three::Maybe,
            None => meant.asked = true,
        }
        if answer.is_some() {
            meant.ahead = Three::Maybe;
        }
    }
}
