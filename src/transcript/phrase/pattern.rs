//! A phrase as the lexicon writes it, and where it matches.
//!
//! A pattern matches words in lower case. `word~` stands for every inflection, `word*` for every
//! word with that beginning, `(a|b c)` for alternatives, `[x]` for words that may be missing, `..`
//! for up to four words in between (`..8` for up to eight), `{person}` for a class of words, `{n}`
//! for a number. Hyphens are spaces. A match never crosses the end of a sentence.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, PoisonError};

use crate::transcript::inflect;
use crate::transcript::script::Word;

use super::glance::{Glance, WordSet};

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
pub struct Classes(Arc<HashMap<String, Arc<[Vec<Item>]>>>);

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
                .map(|phrase| Pattern::parse(phrase, &none).map(|p| p.items))
                .collect::<Result<Vec<_>, _>>()?;
            classes.insert(name.clone(), gathered(ways).into());
        }
        Ok(Self(Arc::new(classes)))
    }
}

/// A word, known by 64 bits of its hash: two words of a language that share them are not to be
/// feared, and comparing numbers makes the pass several times as fast.
pub(super) type Key = u64;

/// The key of a word in lower case.
pub(super) fn key(word: &str) -> Key {
    foldhash::fast::FixedState::default().hash_one(word)
}

/// Keys of every form of a word, worked out once for each.
fn forms(base: &str) -> Arc<[Key]> {
    type Forms = HashMap<Box<str>, Arc<[Key]>>;
    static KNOWN: Mutex<Option<Forms>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    if let Some(keys) = known.get(base) {
        return Arc::clone(keys);
    }
    let mut keys: Vec<Key> = inflect::forms(base).iter().map(|f| key(f)).collect();
    keys.sort_unstable();
    let keys: Arc<[Key]> = keys.into();
    known.insert(base.into(), Arc::clone(&keys));
    keys
}

/// One step of a pattern.
#[derive(Clone, Debug)]
pub(super) enum Item {
    Exact(Key),
    /// One of several words, in the order of their keys.
    Forms(Arc<[Key]>),
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
    pub(super) items: Vec<Item>,
    glance: Glance,
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
        let spaced = spaced(phrase);
        let mut rest = &*spaced;
        let items = sequence(&mut rest, classes, Extent::Outermost).map_err(wrong)?;
        if !rest.is_empty() {
            return Err(wrong(format!("has a bracket too many at `{rest}`")));
        }
        if !begins(&items) {
            return Err(wrong(
                "must begin with a word that is always there".to_owned(),
            ));
        }
        let glance = Glance::of(&items);
        Ok(Self { items, glance })
    }

    /// The beginning of a phrase, as far as the word that must stand first.
    pub(super) fn head(phrase: &str, classes: &Classes) -> Result<Vec<Item>, PatternError> {
        let spaced = spaced(phrase);
        sequence(&mut &*spaced, classes, Extent::Head).map_err(|fault| PatternError {
            phrase: phrase.to_owned(),
            fault,
        })
    }

    /// Where a match that begins at word `at` ends, if there is one.
    pub(super) fn end_of(&self, words: Said<'_>, at: usize) -> Option<usize> {
        if !self.glance.allows(words, at) {
            return None;
        }
        let whole = Rest {
            items: &self.items,
            then: None,
        };
        end_of(whole, words, at)
    }
}

/// A phrase in small letters, with spaces for hyphens.
fn spaced(phrase: &str) -> Cow<'_, str> {
    if phrase
        .bytes()
        .all(|b| b.is_ascii() && b != b'-' && !b.is_ascii_uppercase())
    {
        return phrase.into();
    }
    phrase
        .to_lowercase()
        .replace('-', " ")
        .replace('\u{2019}', "'")
        .into()
}

/// How much of a phrase to read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// All of it.
    Outermost,
    /// What stands within brackets.
    Inner,
    /// Up to the first item that may not be missing.
    Head,
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

fn sequence(rest: &mut &str, classes: &Classes, extent: Extent) -> Result<Vec<Item>, String> {
    let mut items = Vec::new();
    loop {
        if extent == Extent::Head
            && matches!(items.last(), Some(last) if !matches!(last, Item::Maybe(_)))
        {
            return Ok(items);
        }
        *rest = rest.trim_start();
        let Some(first) = rest.chars().next() else {
            return if extent == Extent::Inner {
                Err("has a bracket that does not close".into())
            } else {
                Ok(items)
            };
        };
        match first {
            ')' | ']' | '|' => return Ok(items),
            '(' => items.push(either(alternatives(rest, ')', classes)?)),
            '[' => {
                let ways = alternatives(rest, ']', classes)?;
                items.push(match <[_; 1]>::try_from(ways) {
                    Ok([only]) => Item::Maybe(only),
                    Err(ways) => Item::Maybe(vec![either(ways)]),
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
        let way = sequence(rest, classes, Extent::Inner)?;
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

/// One of several ways; of single words a set.
fn either(ways: Vec<Vec<Item>>) -> Item {
    let mut ways = gathered(ways);
    match ways.as_mut_slice() {
        [way] if way.len() == 1 => way.remove(0),
        _ => Item::Either(ways.into()),
    }
}

/// The ways with those of a single word made into one, whose keys are in order.
fn gathered(ways: Vec<Vec<Item>>) -> Vec<Vec<Item>> {
    let mut keys: Vec<Key> = Vec::new();
    let mut rest = Vec::new();
    for way in ways {
        match way.as_slice() {
            [Item::Exact(key)] => keys.push(*key),
            [Item::Forms(forms)] => keys.extend(forms.iter()),
            _ => rest.push(way),
        }
    }
    if !keys.is_empty() {
        keys.sort_unstable();
        keys.dedup();
        rest.push(vec![Item::Forms(keys.into())]);
    }
    rest
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
    if matches!(word, "~" | "*") {
        return Err(format!("has a `{word}` that stands for no word"));
    }
    Ok(if word.is_empty() {
        None
    } else if let Some(base) = word.strip_suffix('~') {
        Some(Item::Forms(forms(base)))
    } else if let Some(start) = word.strip_suffix('*') {
        Some(Item::Prefix(start.into()))
    } else {
        Some(Item::Exact(key(word)))
    })
}

/// The words of a sentence with their keys.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) words: &'a [Word],
    pub(super) keys: &'a [Key],
    /// The words of the whole sentence.
    pub(super) all: WordSet,
}

/// What is still to match: the items of this level, then those of the levels around it.
#[derive(Clone, Copy)]
struct Rest<'a> {
    items: &'a [Item],
    then: Option<&'a Rest<'a>>,
}

/// Where a match that begins at word `at` ends, if there is one.
fn end_of(rest: Rest<'_>, words: Said<'_>, at: usize) -> Option<usize> {
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
    let said = words.keys.get(at);
    let word = words.words.get(at);
    match first {
        Item::Exact(key) => step(said == Some(key), 1),
        Item::Forms(forms) => step(said.is_some_and(|s| forms.binary_search(s).is_ok()), 1),
        Item::Prefix(start) => step(word.is_some_and(|w| w.lower.starts_with(&**start)), 1),
        Item::Person => step(word.is_some_and(|w| w.name), 1),
        Item::Number => {
            let length = word.map_or(0, |w| w.number_length);
            step(length > 0 && at + length <= words.keys.len(), length)
        }
        Item::Gap(most) => (0..=usize::from(*most))
            .take_while(|skip| at + skip <= words.keys.len())
            .find_map(|skip| end_of(tail, words, at + skip)),
        Item::Maybe(inner) => end_of(inside(inner), words, at).or_else(|| end_of(tail, words, at)),
        Item::Either(ways) => ways
            .iter()
            .filter_map(|way| end_of(inside(way), words, at))
            .max(),
    }
}
