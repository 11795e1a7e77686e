//! `lexicon/grounding.toml`: what means the same in a note, and the words that turn a meaning round.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::stem::stem;
use crate::transcript::phrase::{Classes, Match, Pattern, PatternError, Phrasebook};
use crate::transcript::script::Word;

/// What a list of words speaks of; without a kind it is about anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// Feelings.
    Emotion,
    /// Severity.
    Severity,
    /// How much and how often.
    Extent,
    /// Cause.
    Cause,
    /// Better, worse, kept, refused.
    Direction,
    /// Conditions.
    Diagnosis,
    /// Medication.
    Medication,
    /// People.
    Person,
    /// Days and times.
    Time,
    /// Risk.
    Risk,
    /// What the clinician does and how.
    Technique,
}

/// What a phrase of the file stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Sense {
    /// One of the phrases that mean the same.
    Means(u16, Option<Kind>),
    /// A general word that particular ones carry.
    General(u16, Option<Kind>),
    /// A particular word that carries a general one.
    Special(u16),
    /// A word of grammar.
    Grammar,
    /// A word of notes that says nothing by itself.
    Note,
    /// A word that denies.
    Negated,
    /// A word that denies, or tells of something that is so.
    NegatedSoftly,
    /// A word that denies what stands before it too.
    NegatedBefore,
    /// A word that only looks so.
    NotNegated,
    /// A word of what is to come.
    Ahead,
    /// A word that tells so of what stands before it.
    AheadBefore,
    /// A word that may speak of what is to come.
    AheadSoftly,
    /// A word that offers; where something was declined, what was offered was not done.
    Offer,
    /// A word without which nothing is to come.
    Bid,
    /// A word at which a denial or plan ends.
    End,
    /// A phrase in which no word is of a kind.
    Plain,
    /// A word of manner that says nothing of how much or how well.
    Manner,
}

impl Sense {
    /// The sense, of its kind or of none.
    pub(super) fn of_a_kind(self, of_a_kind: bool) -> Self {
        match self {
            Self::Means(n, _) if !of_a_kind => Self::Means(n, None),
            Self::General(n, _) if !of_a_kind => Self::General(n, None),
            sense => sense,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    classes: HashMap<String, Vec<String>>,
    free: Free,
    scope: Scope,
    same: Vec<Same>,
    covers: Vec<Covers>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Free {
    grammar: Vec<String>,
    note: Vec<String>,
    plain: Vec<String>,
    manner: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scope {
    negated: Vec<String>,
    negated_softly: Vec<String>,
    negated_before: Vec<String>,
    not_negated: Vec<String>,
    ahead: Vec<String>,
    ahead_before: Vec<String>,
    ahead_softly: Vec<String>,
    offers: Vec<String>,
    bids: Vec<String>,
    ends: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Same {
    #[serde(default)]
    kind: Option<Kind>,
    means: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Covers {
    #[serde(default)]
    kind: Option<Kind>,
    general: Vec<String>,
    special: Vec<String>,
}

/// A file that cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum WordsError {
    /// Not TOML, or keys that the file does not have.
    #[error("grounding.toml: {0}")]
    Toml(#[from] Box<toml::de::Error>),
    /// A phrase that cannot be read.
    #[error("grounding.toml: {0}")]
    Phrase(#[from] PatternError),
}

/// The lists, ready to match.
#[derive(Debug)]
pub(super) struct Words {
    book: Phrasebook<Sense>,
    stems: HashMap<String, Vec<Sense>>,
}

/// How many letters a word has at least that is known by its stem.
const PLAIN: usize = 5;

/// The word of a phrase that is one word.
fn plain(phrase: &str, kind: Option<Kind>) -> Option<&str> {
    let word = phrase.strip_suffix('~').unwrap_or(phrase);
    let long = word.len() >= PLAIN || kind == Some(Kind::Person) && word.len() > 2;
    (long && word.bytes().all(|b| b.is_ascii_lowercase())).then_some(word)
}

impl Words {
    /// The lists that ship with the program.
    pub(super) fn embedded() -> &'static Self {
        static WORDS: OnceLock<Words> = OnceLock::new();
        WORDS.get_or_init(|| {
            Self::read(include_str!("../../../lexicon/grounding.toml"))
                .expect("the embedded lists are well formed")
        })
    }

    /// Reads the lists and checks every phrase.
    pub(super) fn read(text: &str) -> Result<Self, WordsError> {
        let file: File = toml::from_str(text).map_err(Box::new)?;
        let classes = Classes::read(&file.classes)?;
        let mut book = Phrasebook::with(classes.clone());
        let mut add = |phrases: &[String], sense: Sense| -> Result<(), PatternError> {
            for phrase in phrases {
                book.add(Pattern::parse(phrase, &classes)?, sense);
            }
            Ok(())
        };
        add(&file.free.grammar, Sense::Grammar)?;
        add(&file.free.note, Sense::Note)?;
        add(&file.free.plain, Sense::Plain)?;
        add(&file.free.manner, Sense::Manner)?;
        add(&file.scope.negated, Sense::Negated)?;
        add(&file.scope.negated_softly, Sense::NegatedSoftly)?;
        add(&file.scope.negated_before, Sense::NegatedBefore)?;
        add(&file.scope.not_negated, Sense::NotNegated)?;
        add(&file.scope.ahead, Sense::Ahead)?;
        add(&file.scope.ahead_before, Sense::AheadBefore)?;
        add(&file.scope.ahead_softly, Sense::AheadSoftly)?;
        add(&file.scope.offers, Sense::Offer)?;
        add(&file.scope.bids, Sense::Bid)?;
        add(&file.scope.ends, Sense::End)?;
        let mut group = 0;
        let mut stems: HashMap<String, Vec<Sense>> = HashMap::new();
        for same in &file.same {
            for means in &same.means {
                let sense = Sense::Means(group, same.kind);
                add(means, sense)?;
                let by_form = matches!(
                    same.kind,
                    Some(Kind::Extent | Kind::Time | Kind::Cause | Kind::Severity)
                );
                for word in means
                    .iter()
                    .filter(|_| !by_form)
                    .filter_map(|phrase| plain(phrase, same.kind))
                {
                    stems.entry(stem(word)).or_default().push(sense);
                }
                group += 1;
            }
        }
        for (n, covers) in file.covers.iter().enumerate() {
            add(&covers.general, Sense::General(n as u16, covers.kind))?;
            add(&covers.special, Sense::Special(n as u16))?;
        }
        Ok(Self { book, stems })
    }

    /// Words that deny or decline.
    pub(super) fn declining(&self, words: &[Word]) -> Vec<Match<Sense>> {
        self.book.find_only(words, |s| {
            matches!(s, Sense::Negated | Sense::NegatedBefore)
        })
    }

    /// What a word that no phrase covers stands for by its stem: "happily" as "happy".
    pub(super) fn by_stem<'a>(
        &'a self,
        word: &'a str,
        stem: &str,
    ) -> impl Iterator<Item = &'a Sense> {
        let known = self.stems.get(stem).filter(|_| word.len() >= PLAIN);
        known.map_or(&[][..], Vec::as_slice).iter().filter(|sense| {
            // "Management" is no manager.
            word.ends_with("'s") || !matches!(sense, Sense::Means(_, Some(Kind::Person)))
        })
    }

    /// Every phrase of the lists in `words`.
    pub(super) fn find(&self, words: &[Word]) -> Vec<Match<Sense>> {
        self.book.find(words)
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn the_embedded_lists_read() {
        let text = include_str!("../../../lexicon/grounding.toml");
        if let Err(error) = Words::read(text) {
            panic!("{error}");
        }
    }
}
