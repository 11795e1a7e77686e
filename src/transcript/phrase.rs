//! Phrases as the lexicon writes them, and the one pass that finds them all in a sentence.
//!
//! A pattern matches words in lower case. `word~` stands for every inflection, `word*` for every
//! word with that beginning, `(a|b c)` for alternatives, `[x]` for words that may be missing, `..`
//! for up to four words in between (`..8` for up to eight), `{person}` for a class of words, `{n}`
//! for a number. Hyphens are spaces. A match never crosses the end of a sentence.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::transcript::inflect;
use crate::transcript::script::Word;

/// How many words `..` stands for at most.
const GAP: u8 = 4;

/// A phrase that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the phrase `{phrase}` {fault}")]
pub struct PatternError {
    /// The phrase as written.
    pub phrase: String,
    /// What is wrong with it.
    pub fault: String,
}

/// Classes of words that phrases name in braces, each read once from a list of phrases.
#[derive(Clone, Debug, Default)]
pub struct Classes(HashMap<String, Arc<[Vec<Item>]>>);

impl Classes {
    /// Reads classes from lists of phrases, which themselves may name no class but `{n}` and
    /// `{name}`.
    ///
    /// # Errors
    /// When one of the phrases cannot be read.
    pub fn read(lists: &HashMap<String, Vec<String>>) -> Result<Self, PatternError> {
        let none = Self::default();
        let mut classes = HashMap::with_capacity(lists.len());
        for (name, phrases) in lists {
            let ways = phrases
                .iter()
                .map(|phrase| Pattern::parse(phrase, &none).map(|p| p.items));
            classes.insert(name.clone(), ways.collect::<Result<Arc<[_]>, _>>()?);
        }
        Ok(Self(classes))
    }
}

#[derive(Clone, Debug)]
enum Item {
    Exact(Box<str>),
    Forms(Box<[Box<str>]>),
    Prefix(Box<str>),
    Number,
    Person,
    Gap(u8),
    Either(Arc<[Vec<Item>]>),
    Maybe(Vec<Item>),
}

/// A phrase that is ready to match.
#[derive(Clone, Debug)]
pub struct Pattern {
    items: Vec<Item>,
}

impl Pattern {
    /// Reads a phrase.
    ///
    /// # Errors
    /// When brackets do not close, a class is unknown, or the phrase can match nothing at all.
    pub fn parse(phrase: &str, classes: &Classes) -> Result<Self, PatternError> {
        let wrong = |fault: String| PatternError {
            phrase: phrase.to_owned(),
            fault,
        };
        let spaced = phrase
            .to_lowercase()
            .replace('-', " ")
            .replace('\u{2019}', "'");
        let mut rest = spaced.as_str();
        let items = sequence(&mut rest, classes, true).map_err(wrong)?;
        if !rest.is_empty() {
            return Err(wrong(format!("has a bracket too many at `{rest}`")));
        }
        if !begins(&items) {
            return Err(wrong(
                "must begin with a word that is always there".to_owned(),
            ));
        }
        Ok(Self { items })
    }
}

/// Whether some word must stand first: a phrase that may be empty would match everywhere.
fn begins(items: &[Item]) -> bool {
    match items.first() {
        None | Some(Item::Gap(_)) => false,
        Some(Item::Maybe(inner)) => begins(inner) && begins(&items[1..]),
        Some(Item::Either(ways)) => ways.iter().all(|way| begins(way)),
        Some(_) => true,
    }
}

fn sequence(rest: &mut &str, classes: &Classes, outermost: bool) -> Result<Vec<Item>, String> {
    let mut items = Vec::new();
    loop {
        *rest = rest.trim_start();
        let Some(first) = rest.chars().next() else {
            return if outermost {
                Ok(items)
            } else {
                Err("has a bracket that does not close".into())
            };
        };
        match first {
            ')' | ']' | '|' => return Ok(items),
            '(' => items.push(Item::Either(alternatives(rest, ')', classes)?.into())),
            '[' => {
                let ways = alternatives(rest, ']', classes)?;
                items.push(match <[_; 1]>::try_from(ways) {
                    Ok([only]) => Item::Maybe(only),
                    Err(ways) => Item::Maybe(vec![Item::Either(ways.into())]),
                });
            }
            '{' => {
                let end = rest.find('}').ok_or("has a brace that does not close")?;
                let name = rest[1..end].to_owned();
                *rest = &rest[end + 1..];
                items.push(class(&name, classes)?);
            }
            _ => {
                let end = rest
                    .find(|c: char| c.is_whitespace() || "()[]|{}".contains(c))
                    .unwrap_or(rest.len());
                let word = &rest[..end];
                *rest = &rest[end..];
                items.extend(single(word)?);
            }
        }
    }
}

fn alternatives(rest: &mut &str, close: char, classes: &Classes) -> Result<Vec<Vec<Item>>, String> {
    let mut ways = Vec::new();
    loop {
        *rest = &rest[1..];
        let way = sequence(rest, classes, false)?;
        if way.is_empty() {
            return Err(
                "has an alternative without words; use [..] for what may be missing".into(),
            );
        }
        ways.push(way);
        match rest.chars().next() {
            Some('|') => {}
            Some(c) if c == close => {
                *rest = &rest[1..];
                return Ok(ways);
            }
            _ => return Err("has a bracket that does not close".into()),
        }
    }
}

fn class(name: &str, classes: &Classes) -> Result<Item, String> {
    match name {
        "n" => return Ok(Item::Number),
        "name" => return Ok(Item::Person),
        _ => {}
    }
    classes
        .0
        .get(name)
        .map(|ways| Item::Either(Arc::clone(ways)))
        .ok_or_else(|| format!("names the class {{{name}}}, which is not defined"))
}

fn single(word: &str) -> Result<Option<Item>, String> {
    let word = word.trim_matches(|c: char| matches!(c, ',' | '"' | '?' | '!' | ':' | ';'));
    if let Some(count) = word.strip_prefix("..") {
        let most = if count.is_empty() {
            Ok(GAP)
        } else {
            count.parse()
        };
        return most
            .map(|n| Some(Item::Gap(n)))
            .map_err(|_| format!("has the gap `{word}`"));
    }
    let word = word.trim_end_matches('.');
    Ok(if word.is_empty() {
        None
    } else if let Some(base) = word.strip_suffix('~') {
        Some(Item::Forms(
            inflect::forms(base).into_iter().map(Into::into).collect(),
        ))
    } else if let Some(start) = word.strip_suffix('*') {
        Some(Item::Prefix(start.into()))
    } else {
        Some(Item::Exact(word.into()))
    })
}

/// What is still to match: the items of this level, then those of the levels around it.
#[derive(Clone, Copy)]
struct Rest<'a> {
    items: &'a [Item],
    then: Option<&'a Rest<'a>>,
}

/// Where a match that begins at word `at` ends, if there is one.
fn end_of(rest: Rest<'_>, words: &[Word], at: usize) -> Option<usize> {
    let Some((first, items)) = rest.items.split_first() else {
        return match rest.then {
            Some(outer) => end_of(*outer, words, at),
            None => Some(at),
        };
    };
    let tail = Rest {
        items,
        then: rest.then,
    };
    let inside = |inner| Rest {
        items: inner,
        then: Some(&tail),
    };
    let step = |fits: bool, length: usize| {
        if fits {
            end_of(tail, words, at + length)
        } else {
            None
        }
    };
    let lower = words.get(at).map(|word| word.lower.as_str());
    match first {
        Item::Exact(text) => step(lower == Some(&**text), 1),
        Item::Forms(forms) => step(forms.iter().any(|f| lower == Some(&**f)), 1),
        Item::Prefix(start) => step(lower.is_some_and(|l| l.starts_with(&**start)), 1),
        Item::Person => step(words.get(at).is_some_and(|w| w.name), 1),
        Item::Number => {
            let length = words.get(at).map_or(0, |w| w.number_length);
            step(length > 0 && at + length <= words.len(), length)
        }
        Item::Gap(most) => (0..=usize::from(*most))
            .take_while(|skip| at + skip <= words.len())
            .find_map(|skip| end_of(tail, words, at + skip)),
        Item::Maybe(inner) => end_of(inside(inner), words, at).or_else(|| end_of(tail, words, at)),
        Item::Either(ways) => ways
            .iter()
            .filter_map(|way| end_of(inside(way), words, at))
            .max(),
    }
}

/// A found phrase: what it stands for, and which words of the sentence it covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match<T> {
    /// What the lexicon says of the phrase.
    pub what: T,
    /// Words covered, counted from the start of the searched slice.
    pub words: Range<usize>,
}

/// Many phrases, indexed by the words that they may begin with.
#[derive(Debug)]
pub struct Phrasebook<T> {
    phrases: Vec<(Pattern, T)>,
    by_word: HashMap<Box<str>, Vec<u32>, foldhash::fast::RandomState>,
    by_start: HashMap<char, Vec<(Box<str>, u32)>>,
    by_number: Vec<u32>,
    by_name: Vec<u32>,
}

impl<T> Default for Phrasebook<T> {
    fn default() -> Self {
        Self {
            phrases: Vec::new(),
            by_word: HashMap::default(),
            by_start: HashMap::new(),
            by_number: Vec::new(),
            by_name: Vec::new(),
        }
    }
}

impl<T: Copy> Phrasebook<T> {
    /// Adds a phrase.
    pub fn add(&mut self, pattern: Pattern, what: T) {
        let id = self.phrases.len() as u32;
        self.index(&pattern.items, id);
        self.phrases.push((pattern, what));
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
            Some(Item::Exact(text)) => enter(self.by_word.entry(text.clone()).or_default()),
            Some(Item::Forms(forms)) => {
                for form in forms {
                    enter(self.by_word.entry(form.clone()).or_default());
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
        let mut found = Vec::new();
        let mut candidates: Vec<u32> = Vec::new();
        for (at, word) in words.iter().enumerate() {
            candidates.clear();
            candidates.extend(self.by_word.get(word.lower.as_str()).into_iter().flatten());
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
                let (pattern, what) = &self.phrases[id as usize];
                let whole = Rest {
                    items: &pattern.items,
                    then: None,
                };
                if let Some(end) = end_of(whole, words, at) {
                    found.push(Match {
                        what: *what,
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
        let mut book = Phrasebook::default();
        book.add(Pattern::parse(phrase, &classes).unwrap(), ());
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
        ] {
            let error = Pattern::parse(phrase, &Classes::default()).unwrap_err();
            assert!(error.to_string().contains(phrase), "{error}");
        }
    }
}
