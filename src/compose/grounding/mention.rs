//! What a text speaks of: each thing with whether it is denied, to come, and whose it is.

use std::ops::Range;

use super::scope::{ahead, contracted, denials};
use super::stem::{is_done, stem};
use super::whose::{self, Whose};
use super::words::{Kind, Sense, Words};
use crate::session::{Mode, Speaker};
use crate::transcript::phrase::Match;
use crate::transcript::script::{ScriptUtterance, Standing, Word};

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
#[allow(
    clippy::struct_excessive_bools,
    reason = "each says a thing of the word by itself"
)]
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

/// The words of an utterance, sentence after sentence.
/// `quoted` are bytes in quotation marks, whose words turn nothing outside of them.
pub(super) fn items(
    lists: &Words,
    utterance: &ScriptUtterance,
    mode: Mode,
    quoted: &[Range<usize>],
    others: &[&str],
) -> Vec<Item> {
    let mut all = Vec::new();
    let mut other_named = false;
    let mut before = 0;
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
            others,
        );
        // "Asked about suicidal thoughts. None."
        if words
            .first()
            .is_some_and(|w| ALL_DENIED.contains(&w.lower.as_str()))
            && all[before..]
                .iter()
                .any(|i: &Item| ASKED.contains(&i.lower.as_str()))
        {
            for item in &mut all[before..] {
                item.meant.denied = Three::Yes;
            }
        }
        before = all.len();
        all.append(&mut items);
    }
    all
}

/// Words at the head of a sentence that deny what the sentence before asked.
const ALL_DENIED: &[&str] = &[
    "none", "no", "nothing", "nope", "denied", "denies", "never", "neither",
];

/// Words by which a sentence tells of a question.
const ASKED: &[&str] = &[
    "asked", "any", "screened", "checked", "enquired", "inquired", "queried",
];

/// Whether an utterance of a session asks, so that what it names is not yet so.
pub(super) fn asks(utterance: &ScriptUtterance) -> bool {
    utterance.speaker == Speaker::Clinician
        && utterance.sentences.last().is_some_and(|s| {
            let words = utterance.words.get(s.words.clone()).unwrap_or_default();
            let polar = |w: &Word| {
                matches!(
                    w.lower.as_str(),
                    "any"
                        | "do"
                        | "did"
                        | "does"
                        | "have"
                        | "has"
                        | "are"
                        | "is"
                        | "were"
                        | "was"
                        | "can"
                        | "could"
                        | "would"
                        | "will"
                        | "ever"
                        | "anything"
                        | "shall"
                        | "want"
                        | "you"
                        | "thoughts"
                )
            };
            let open = |w: &Word| {
                matches!(
                    w.lower.as_str(),
                    "how" | "what" | "why" | "who" | "where" | "when" | "which"
                )
            };
            let first = words.iter().find(|w| {
                !w.is_filler()
                    && !matches!(
                        w.lower.as_str(),
                        "and" | "so" | "okay" | "ok" | "well" | "now"
                    )
            });
            s.question && !first.is_some_and(open) || first.is_some_and(polar)
        })
}

fn item(lists: &Words, word: &Word, at: usize, base: usize, marks: &[Match<Sense>]) -> Item {
    let covering = marks.iter().filter(|m| m.words.contains(&at));
    let plain = covering.clone().any(|m| m.what == Sense::Plain);
    let whole = |m: &Match<Sense>| m.words.start + base..m.words.end + base;
    let stem = stem(&word.lower);
    let alone = at + base..at + base + 1;
    let mut concepts = Vec::new();
    let mut senses = Vec::new();
    for mark in covering {
        senses.push((mark.what.of_a_kind(!plain), whole(mark)));
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
            senses.push((sense.of_a_kind(!plain), alone.clone()));
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

/// What an open question names is not settled to come.
pub(super) fn leave_open(items: &mut [Item]) {
    for item in items {
        if item.meant.ahead == Three::Yes {
            item.meant.ahead = Three::Maybe;
        }
        if item.meant.denied == Three::No {
            item.meant.denied = Three::Maybe;
        }
    }
}

/// Makes all that stands under a heading of what is to come so.
pub(super) fn put_ahead(items: &mut [Item]) {
    for item in items {
        if !is_done(&item.lower) {
            item.meant.ahead = Three::Yes;
        }
    }
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
