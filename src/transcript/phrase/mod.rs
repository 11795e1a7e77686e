//! Phrases as the lexicon writes them, and the one pass that finds them all in a sentence.

mod glance;
mod pattern;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use crate::transcript::script::Word;

use glance::WordSet;
pub use pattern::{Classes, Pattern, PatternError};
use pattern::{Item, Key, Said, key};

/// A found phrase: what it stands for, and which words of the sentence it covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match<T> {
    /// What the lexicon says of the phrase.
    pub what: T,
    /// Words covered, counted from the start of the searched slice.
    pub words: Range<usize>,
}

/// A phrase of a book. What it matches is worked out when a word that it begins with is met: of ten
/// thousand phrases a dictation meets some hundreds.
#[derive(Debug)]
struct Entry<T> {
    written: Box<str>,
    pattern: OnceLock<Option<Pattern>>,
    what: T,
}

/// Many phrases, indexed by the words that they may begin with.
#[derive(Debug)]
pub struct Phrasebook<T> {
    phrases: Vec<Entry<T>>,
    classes: Classes,
    by_word: HashMap<Key, Vec<u32>, foldhash::fast::FixedState>,
    by_start: HashMap<char, Vec<(Box<str>, u32)>>,
    by_number: Vec<u32>,
    by_name: Vec<u32>,
}

impl<T> Default for Phrasebook<T> {
    fn default() -> Self {
        Self {
            phrases: Vec::new(),
            classes: Classes::default(),
            by_word: HashMap::default(),
            by_start: HashMap::new(),
            by_number: Vec::new(),
            by_name: Vec::new(),
        }
    }
}

impl<T: Copy> Phrasebook<T> {
    /// A book whose phrases may name `classes`.
    #[must_use]
    pub fn with(classes: Classes) -> Self {
        Self {
            classes,
            ..Self::default()
        }
    }

    /// Adds a phrase.
    pub fn add(&mut self, pattern: Pattern, what: T) {
        let head = pattern.items.clone();
        self.enter(&head, "", what, OnceLock::from(Some(pattern)));
    }

    /// Adds a phrase of which only the beginning is read now; one that turns out to be malformed
    /// matches nothing. For phrases that a test has checked.
    ///
    /// # Errors
    /// When its beginning cannot be read.
    pub fn add_checked(&mut self, phrase: &str, what: T) -> Result<(), PatternError> {
        let head = Pattern::head(phrase, &self.classes)?;
        self.enter(&head, phrase, what, OnceLock::new());
        Ok(())
    }

    fn enter(&mut self, head: &[Item], phrase: &str, what: T, pattern: OnceLock<Option<Pattern>>) {
        let id = self.phrases.len() as u32;
        self.index(head, id);
        self.phrases.push(Entry {
            written: phrase.into(),
            pattern,
            what,
        });
    }

    /// How many phrases it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.phrases.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.phrases.is_empty()
    }

    fn index(&mut self, items: &[Item], id: u32) {
        let enter = |list: &mut Vec<u32>| {
            if list.last() != Some(&id) {
                list.push(id);
            }
        };
        match items.first() {
            Some(Item::Exact(key)) => enter(self.by_word.entry(*key).or_default()),
            Some(Item::Forms(forms)) => {
                for form in forms.iter() {
                    enter(self.by_word.entry(*form).or_default());
                }
            }
            Some(Item::Prefix(start)) => {
                let key = start.chars().next().unwrap_or(' ');
                self.by_start
                    .entry(key)
                    .or_default()
                    .push((start.clone(), id));
            }
            Some(Item::Number) => enter(&mut self.by_number),
            Some(Item::Person) => enter(&mut self.by_name),
            Some(Item::Either(ways)) => {
                for way in ways.iter() {
                    self.index(way, id);
                }
            }
            Some(Item::Maybe(inner)) => {
                self.index(inner, id);
                self.index(&items[1..], id);
            }
            Some(Item::Gap(_)) | None => {}
        }
    }

    /// Every phrase that occurs in `words`, in order of its first word; for phrases that stand for
    /// the same thing at the same place, the longer one only.
    #[must_use]
    pub fn find(&self, words: &[Word]) -> Vec<Match<T>> {
        self.find_only(words, |_| true)
    }

    /// Like [`Self::find`], for the phrases whose meaning is `wanted`; the others are not tried.
    #[must_use]
    pub fn find_only(&self, words: &[Word], wanted: impl Fn(T) -> bool) -> Vec<Match<T>> {
        let keys: Vec<Key> = words.iter().map(|w| key(&w.lower)).collect();
        let said = Said {
            words,
            keys: &keys,
            all: WordSet::of(&keys),
        };
        let mut found = Vec::new();
        let mut candidates: Vec<u32> = Vec::new();
        for (at, word) in words.iter().enumerate() {
            candidates.clear();
            candidates.extend(self.by_word.get(&keys[at]).into_iter().flatten());
            if let Some(first) = word.lower.chars().next() {
                let starts = self.by_start.get(&first).into_iter().flatten();
                candidates.extend(
                    starts
                        .filter(|(start, _)| word.lower.starts_with(&**start))
                        .map(|(_, id)| id),
                );
            }
            if word.number_length > 0 {
                candidates.extend(&self.by_number);
            }
            if word.name {
                candidates.extend(&self.by_name);
            }
            candidates.sort_unstable();
            candidates.dedup();
            for &id in &candidates {
                let entry = &self.phrases[id as usize];
                if !wanted(entry.what) {
                    continue;
                }
                let pattern = entry
                    .pattern
                    .get_or_init(|| Pattern::parse(&entry.written, &self.classes).ok());
                if let Some(end) = pattern.as_ref().and_then(|p| p.end_of(said, at)) {
                    found.push(Match {
                        what: entry.what,
                        words: at..end,
                    });
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::document::Transcript;
    use crate::transcript::script::Script;

    fn finds(phrase: &str, text: &str) -> Option<String> {
        let person = ["her", "the client", "{name}"].map(str::to_owned).to_vec();
        let classes = Classes::read(&HashMap::from([("person".to_owned(), person)])).unwrap();
        let mut book = Phrasebook::with(classes);
        book.add_checked(phrase, ()).unwrap();
        let script = Script::of(&Transcript::typed(text), &Phrasebook::default());
        let words = &script.utterances[0].words;
        book.find(words).first().map(|m| {
            words[m.words.clone()]
                .iter()
                .map(|w| w.lower.as_str())
                .collect::<Vec<_>>()
                .join(" ")
        })
    }

    #[test]
    fn phrases_match_as_written() {
        let cases = [
            (
                "teach~ .. breathing",
                "I taught her box breathing",
                Some("taught her box breathing"),
            ),
            (
                "teach~ .. breathing",
                "I taught her how to stop and then do breathing",
                None,
            ),
            ("5-4-3-2-1", "Used 5-4-3-2-1", Some("5 4 3 2 1")),
            (
                "(label~|name~) the thought",
                "labelled the thought",
                Some("labelled the thought"),
            ),
            (
                "ground~ {person}",
                "I grounded the client",
                Some("grounded the client"),
            ),
            (
                "safety (plan|planning)",
                "a safety plan",
                Some("safety plan"),
            ),
            (
                "catastroph*",
                "Her catastrophizing",
                Some("catastrophizing"),
            ),
            (
                "score of {n}",
                "a score of twenty one today",
                Some("score of twenty one"),
            ),
        ];
        for (phrase, text, want) in cases {
            assert_eq!(finds(phrase, text).as_deref(), want, "{phrase} in {text}");
        }
    }

    #[test]
    fn phrases_that_cannot_be_read_say_why() {
        for phrase in [
            "",
            "..",
            "(a|b",
            "a]",
            "[x] ..",
            "{nobody} said",
            "()",
            "a {b",
            "(teach|lead)~ her",
        ] {
            let error = Pattern::parse(phrase, &Classes::default()).unwrap_err();
            assert!(error.to_string().contains(phrase), "{error}");
        }
    }
}
