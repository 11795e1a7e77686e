//! The lexicon's files as they are written, and how their phrases enter the book.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::{CueKind, Instrument, Intervention, LexiconError, Reach, RiskWord, Sense};
use crate::reading::risk::{RiskField, RiskLevel};
use crate::transcript::phrase::{Classes, Pattern, PatternError, Phrasebook};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CueFile {
    pub(super) classes: HashMap<String, Vec<String>>,
    pub(super) cue: Vec<CueEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CueEntry {
    pub(super) kind: CueKind,
    #[serde(default)]
    pub(super) reach: Reach,
    pub(super) phrases: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InterventionFile {
    pub(super) intervention: Vec<Intervention>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MeasureFile {
    pub(super) measure: Vec<Instrument>,
    pub(super) words: ScoreWords,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScoreWords {
    pub(super) value: Vec<String>,
    pub(super) prior: Vec<String>,
    pub(super) pre: Vec<String>,
    pub(super) post: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RiskFile {
    /// Lists of words that the file's phrases name in braces.
    pub(super) words: BTreeMap<String, String>,
    pub(super) field: Vec<RiskEntry>,
    pub(super) company: Company,
    pub(super) aside: Company,
    pub(super) cues: RiskCues,
    pub(super) level: Levels,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RiskEntry {
    pub(super) id: RiskField,
    pub(super) names: Vec<String>,
    #[serde(default)]
    pub(super) told: Vec<String>,
    #[serde(default)]
    pub(super) never: Vec<String>,
    #[serde(default)]
    pub(super) passive: Vec<String>,
    #[serde(default)]
    pub(super) active: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Company {
    pub(super) words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RiskCues {
    pub(super) denied: Vec<String>,
    pub(super) denied_after: Vec<String>,
    pub(super) present: Vec<String>,
    pub(super) past: Vec<String>,
    pub(super) since: Vec<String>,
    #[serde(rename = "if")]
    pub(super) whether: Vec<String>,
    pub(super) asked: Vec<String>,
    pub(super) other: Vec<String>,
    pub(super) witness: Vec<String>,
    pub(super) pseudo: Vec<String>,
    pub(super) end: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Levels {
    /// What each level is called.
    pub(super) called: BTreeMap<RiskLevel, String>,
    /// How a level is stated; `{level}` stands for what it is called.
    pub(super) stated: Vec<String>,
    pub(super) not_risk: Vec<String>,
}

/// Adds phrases of one file to a book.
pub(super) struct Adder<'a> {
    pub(super) file: &'static str,
    pub(super) source: &'a str,
    pub(super) classes: &'a Classes,
    /// Whether every phrase is checked whole now.
    pub(super) checks: bool,
    pub(super) book: &'a mut Phrasebook<Sense>,
}

/// Reads the classes of words of `cues.toml`.
pub(super) fn classes(file: &CueFile, source: &str) -> Result<Classes, LexiconError> {
    Classes::read(&file.classes).map_err(|cause| LexiconError::Phrase {
        file: "cues.toml",
        line: line_of(source, &cause.phrase),
        cause,
    })
}

/// The line on which a phrase stands, counted from 1. It stands in quotation marks; without them a
/// longer phrase before it could be taken for it.
fn line_of(source: &str, phrase: &str) -> usize {
    let at = source.find(&format!("\"{phrase}\"")).unwrap_or(0);
    source[..at].matches('\n').count() + 1
}

/// Reads phrases of a lexicon file into a book of their own.
///
/// # Errors
/// Names the file, and the line of a phrase that cannot be read.
pub(in crate::reading) fn book<'a, T: Copy>(
    file: &'static str,
    source: &str,
    classes: &Classes,
    phrases: impl IntoIterator<Item = (&'a String, T)>,
) -> Result<Phrasebook<T>, LexiconError> {
    let mut book = Phrasebook::default();
    for (phrase, what) in phrases {
        let pattern = Pattern::parse(phrase, classes).map_err(|cause| LexiconError::Phrase {
            file,
            line: line_of(source, phrase),
            cause,
        })?;
        book.add(pattern, what);
    }
    Ok(book)
}

impl Adder<'_> {
    fn named<T>(&self, phrase: &str, read: Result<T, PatternError>) -> Result<T, LexiconError> {
        read.map_err(|cause| LexiconError::Phrase {
            file: self.file,
            line: line_of(self.source, phrase),
            cause,
        })
    }

    pub(super) fn pattern(&self, phrase: &str) -> Result<Pattern, LexiconError> {
        self.named(phrase, Pattern::parse(phrase, self.classes))
    }

    pub(super) fn add(&mut self, phrases: &[String], sense: Sense) -> Result<(), LexiconError> {
        for phrase in phrases {
            if self.checks {
                let pattern = self.pattern(phrase)?;
                self.book.add(pattern, sense);
            } else {
                let entered = self.book.add_checked(phrase, sense);
                self.named(phrase, entered)?;
            }
        }
        Ok(())
    }
}

/// Reads a lexicon file, strictly.
///
/// # Errors
/// Names the file, line and column of what is no TOML or no key of the file.
pub(in crate::reading) fn file<'de, T: Deserialize<'de>>(
    name: &'static str,
    text: &'de str,
) -> Result<T, LexiconError> {
    toml::from_str(text).map_err(|cause| LexiconError::Toml {
        file: name,
        cause: Box::new(cause),
    })
}

/// Adds the techniques of one file to those read before.
pub(super) fn add_interventions(
    adder: &mut Adder<'_>,
    known: &mut Vec<Intervention>,
    read: Vec<Intervention>,
) -> Result<(), LexiconError> {
    for entry in read {
        if known.iter().any(|other| other.id == entry.id) {
            return Err(LexiconError::Twice {
                file: adder.file,
                id: entry.id,
            });
        }
        let n = known.len() as u16;
        adder.add(&entry.terms, Sense::Term(n))?;
        adder.add(&entry.weak, Sense::Weak(n))?;
        adder.add(&entry.acts, Sense::Act(n))?;
        adder.add(&entry.talk, Sense::Talk(n))?;
        adder.add(&entry.traps, Sense::Trap(n))?;
        known.push(entry);
    }
    Ok(())
}

/// Puts the file's own lists of words in the place of their names in braces.
fn expanded(phrases: &[String], words: &BTreeMap<String, String>) -> Vec<String> {
    let put = |phrase: &String| {
        words.iter().fold(phrase.clone(), |text, (name, list)| {
            text.replace(&format!("{{{name}}}"), list)
        })
    };
    phrases.iter().map(put).collect()
}

pub(super) fn add_risk(adder: &mut Adder<'_>, risk: &RiskFile) -> Result<(), LexiconError> {
    let cues = &risk.cues;
    let lists = [
        (&risk.company.words, RiskWord::Company),
        (&risk.aside.words, RiskWord::Aside),
        (&cues.denied, RiskWord::Denied),
        (&cues.denied_after, RiskWord::DeniedAfter),
        (&cues.present, RiskWord::Present),
        (&cues.past, RiskWord::Past),
        (&cues.since, RiskWord::Since),
        (&cues.whether, RiskWord::If),
        (&cues.asked, RiskWord::Asked),
        (&cues.other, RiskWord::Other),
        (&cues.witness, RiskWord::Witness),
        (&cues.pseudo, RiskWord::Pseudo),
        (&cues.end, RiskWord::End),
        (&risk.level.not_risk, RiskWord::NotRisk),
    ];
    let mut add = |phrases: &[String], word: RiskWord| {
        adder.add(&expanded(phrases, &risk.words), Sense::Risk(word))
    };
    for (phrases, word) in lists {
        add(phrases, word)?;
    }
    for (level, called) in &risk.level.called {
        let named = BTreeMap::from([("level".to_owned(), called.clone())]);
        add(
            &expanded(&risk.level.stated, &named),
            RiskWord::Level(*level),
        )?;
    }
    for field in &risk.field {
        add(&field.names, RiskWord::Named(field.id))?;
        add(&field.told, RiskWord::Told(field.id))?;
        add(&field.never, RiskWord::Never(field.id))?;
        add(&field.passive, RiskWord::Passive)?;
        add(&field.active, RiskWord::Active)?;
    }
    Ok(())
}
