//! A first glance at a sentence: most phrases that begin with a word that was said are ruled out by
//! the word after it, or by a word that they need and that was not said at all.

use super::pattern::{Item, Key, Said};

/// A set of words, by seven bits of their keys: it may hold a word that was not put in, and never
/// misses one that was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WordSet(u128);

impl WordSet {
    const NONE: Self = Self(0);
    const ANY: Self = Self(u128::MAX);

    pub(super) fn of(keys: &[Key]) -> Self {
        Self(keys.iter().fold(0, |set, key| set | 1 << (key >> 57)))
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    fn size(self) -> u32 {
        self.0.count_ones()
    }
}

/// What a phrase needs of a sentence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glance {
    /// The words of which one comes after the first.
    second: WordSet,
    /// Words of which one is said.
    needed: WordSet,
}

impl Glance {
    pub(super) fn of(items: &[Item]) -> Self {
        Self {
            second: second(items, WordSet::ANY),
            needed: items
                .get(1..)
                .unwrap_or(&[])
                .iter()
                .map(|item| first(std::slice::from_ref(item), WordSet::ANY))
                .min_by_key(|set| set.size())
                .unwrap_or(WordSet::ANY),
        }
    }

    pub(super) fn allows(self, words: Said<'_>, at: usize) -> bool {
        self.needed.meets(words.all)
            && (self.second == WordSet::ANY
                || words
                    .keys
                    .get(at + 1)
                    .is_some_and(|key| self.second.meets(WordSet::of(&[*key]))))
    }
}

/// The words with which a match of the items may begin; `then` is what may follow them.
fn first(items: &[Item], then: WordSet) -> WordSet {
    match items.split_first() {
        None => then,
        Some((Item::Exact(key), _)) => WordSet::of(&[*key]),
        Some((Item::Forms(forms), _)) => WordSet::of(forms),
        Some((Item::Maybe(inner), rest)) => {
            let after = first(rest, then);
            first(inner, after).and(after)
        }
        Some((Item::Either(ways), rest)) => {
            let after = first(rest, then);
            ways.iter()
                .fold(WordSet::NONE, |set, way| set.and(first(way, after)))
        }
        Some((Item::Prefix(_) | Item::Number | Item::Person | Item::Gap(_), _)) => WordSet::ANY,
    }
}

/// The words that may come after the first word of a match.
fn second(items: &[Item], then: WordSet) -> WordSet {
    match items.split_first() {
        Some((Item::Exact(_) | Item::Forms(_) | Item::Prefix(_) | Item::Person, rest)) => {
            first(rest, then)
        }
        Some((Item::Either(ways), rest)) => {
            let after = first(rest, then);
            ways.iter()
                .fold(WordSet::NONE, |set, way| set.and(second(way, after)))
        }
        None | Some((Item::Maybe(_) | Item::Number | Item::Gap(_), _)) => WordSet::ANY,
    }
}
