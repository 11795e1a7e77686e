//! The lexicon: what techniques, instruments and risk are called, and the words that tell how they
//! were meant. Read from the TOML files in `lexicon/`, strictly; a clinician can correct them.

mod files;
mod sense;

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

pub(in crate::reading) use files::{book, file};

use files::{
    Adder, CueFile, InterventionFile, MeasureFile, RiskFile, add_interventions, add_risk, classes,
};

pub use sense::{CueKind, EmdrPhase, Mark, Reach, RiskWord, ScoreWord, Sense};

use crate::transcript::phrase::{PatternError, Phrasebook};
use crate::transcript::script::Word;

/// The text of the lexicon's files.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// `cues.toml`
    pub cues: &'a str,
    /// The files of `interventions/`: name and text.
    pub interventions: &'a [(&'static str, &'a str)],
    /// `measures.toml`
    pub measures: &'a str,
    /// `risk.toml`
    pub risk: &'a str,
}

macro_rules! interventions {
    ($($name:literal),+) => {
        &[$((
            concat!("interventions/", $name, ".toml"),
            include_str!(concat!("../../../lexicon/interventions/", $name, ".toml")),
        )),+]
    };
}

/// The techniques, a file for each kind of work.
const INTERVENTIONS: &[(&str, &str)] = interventions!(
    "relationship",
    "assessment",
    "planning",
    "case-management",
    "advocacy",
    "crisis",
    "skills",
    "motivational",
    "cognitive",
    "dialectical",
    "solution-focused",
    "acceptance",
    "emdr",
    "depth",
    "family",
    "addiction",
    "groups"
);

/// The files that ship with the program.
pub const EMBEDDED: Sources<'static> = Sources {
    cues: include_str!("../../../lexicon/cues.toml"),
    interventions: INTERVENTIONS,
    measures: include_str!("../../../lexicon/measures.toml"),
    risk: include_str!("../../../lexicon/risk.toml"),
};

/// A lexicon file that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LexiconError {
    /// Not TOML, or keys that the file does not have.
    #[error("{file}: {cause}")]
    Toml {
        /// File name.
        file: &'static str,
        /// What the parser says, with line and column.
        cause: Box<toml::de::Error>,
    },
    /// A phrase that cannot be read.
    #[error("{file}, line {line}: {cause}")]
    Phrase {
        /// File name.
        file: &'static str,
        /// Line on which the phrase stands.
        line: usize,
        /// What is wrong.
        cause: PatternError,
    },
    /// An intervention that is listed twice.
    #[error("{file}: the intervention `{id}` is listed twice")]
    Twice {
        /// File name.
        file: &'static str,
        /// Its id.
        id: String,
    },
}

/// An intervention of the taxonomy and the ways in which it is said.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intervention {
    /// Id in the taxonomy, e.g. `cbt.socratic`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Levels of practice: micro, mezzo, macro.
    pub levels: Vec<String>,
    /// Stage of the work, e.g. `assessment`.
    pub stage: String,
    /// What the technique is called.
    #[serde(default)]
    pub terms: Vec<String>,
    /// Names that count only beside a verb of doing.
    #[serde(default)]
    pub weak: Vec<String>,
    /// Verb phrases that by themselves say that the clinician did it.
    #[serde(default)]
    pub acts: Vec<String>,
    /// How a clinician does it aloud in a session.
    #[serde(default)]
    pub talk: Vec<String>,
    /// Phrases in which terms and acts do not count.
    #[serde(default)]
    pub traps: Vec<String>,
    /// The context that its phrases need.
    #[serde(default)]
    pub needs: Option<Context>,
    /// Whether it is done by the client's own hands in the session: a sand tray, a questionnaire.
    #[serde(default)]
    pub by_client: bool,
}

impl Intervention {
    /// The modality that the id belongs to: `cbt` for `cbt.socratic`.
    #[must_use]
    pub fn family(&self) -> &str {
        self.id.split('.').next().unwrap_or(&self.id)
    }
}

/// A context that ordinary words need before they name a technique.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Context {
    /// An EMDR note, or EMDR words in the same utterance.
    Emdr,
}

/// An instrument with a score.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instrument {
    /// Its name as a note writes it.
    pub name: String,
    /// What it is called aloud.
    pub spoken: Vec<String>,
    /// Lowest and highest score.
    pub range: [f64; 2],
    /// Whether scores have decimals.
    #[serde(default)]
    pub decimals: bool,
    /// Lowest score and name of each severity band.
    #[serde(default)]
    pub bands: Vec<(f64, String)>,
    /// Unit of an EMDR reading.
    #[serde(default)]
    pub unit: Option<String>,
    /// Whether it is a reading that is taken again and again in one session (SUD, VOC).
    #[serde(default)]
    pub reading: bool,
}

/// The whole lexicon, ready to match.
#[derive(Debug)]
pub struct Lexicon {
    /// The interventions, in the order of their files.
    pub interventions: Vec<Intervention>,
    /// The instruments.
    pub instruments: Vec<Instrument>,
    /// Names of instruments, whose digits are no numbers.
    pub instrument_names: Phrasebook<()>,
    book: Phrasebook<Sense>,
    places: HashMap<String, usize>,
}

impl Lexicon {
    /// The lexicon that ships with the program.
    ///
    /// # Panics
    /// Never: a test reads the embedded files.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static LEXICON: OnceLock<Lexicon> = OnceLock::new();
        LEXICON
            .get_or_init(|| Self::of(EMBEDDED, false).expect("the embedded lexicon is well formed"))
    }

    /// Reads a lexicon and checks every phrase.
    ///
    /// # Errors
    /// Names the file, and the line of a phrase that cannot be read.
    pub fn read(sources: Sources<'_>) -> Result<Self, LexiconError> {
        Self::of(sources, true)
    }

    fn of(sources: Sources<'_>, checks: bool) -> Result<Self, LexiconError> {
        let cues: CueFile = file("cues.toml", sources.cues)?;
        let measures: MeasureFile = file("measures.toml", sources.measures)?;
        let risk: RiskFile = file("risk.toml", sources.risk)?;
        let classes = classes(&cues, sources.cues)?;
        let mut lexicon = Self {
            interventions: Vec::new(),
            instruments: measures.measure,
            instrument_names: Phrasebook::default(),
            book: Phrasebook::with(classes.clone()),
            places: HashMap::new(),
        };
        let mut adder = Adder {
            file: "cues.toml",
            source: sources.cues,
            classes: &classes,
            checks,
            book: &mut lexicon.book,
        };
        for cue in &cues.cue {
            adder.add(&cue.phrases, Sense::Cue(cue.kind, cue.reach))?;
        }
        for &(name, text) in sources.interventions {
            (adder.file, adder.source) = (name, text);
            let read: InterventionFile = file(name, text)?;
            add_interventions(&mut adder, &mut lexicon.interventions, read.intervention)?;
        }
        (adder.file, adder.source) = ("measures.toml", sources.measures);
        for (n, instrument) in lexicon.instruments.iter().enumerate() {
            adder.add(&instrument.spoken, Sense::Instrument(n as u16))?;
            for phrase in &instrument.spoken {
                lexicon.instrument_names.add(adder.pattern(phrase)?, ());
            }
        }
        let words = &measures.words;
        adder.add(&words.value, Sense::Score(ScoreWord::Value))?;
        adder.add(&words.prior, Sense::Score(ScoreWord::Prior))?;
        adder.add(&words.pre, Sense::Score(ScoreWord::Pre))?;
        adder.add(&words.post, Sense::Score(ScoreWord::Post))?;
        (adder.file, adder.source) = ("risk.toml", sources.risk);
        add_risk(&mut adder, &risk)?;
        lexicon.places = (lexicon.interventions.iter().map(|i| i.id.clone()))
            .zip(0..)
            .collect();
        Ok(lexicon)
    }

    /// Every phrase of the lexicon in `words`, in order of their first word.
    #[must_use]
    pub fn marks(&self, words: &[Word]) -> Vec<Mark> {
        self.book.find(words)
    }

    /// Every phrase of risk in `words`.
    #[must_use]
    pub fn marks_of_risk(&self, words: &[Word]) -> Vec<Mark> {
        self.book
            .find_only(words, |sense| matches!(sense, Sense::Risk(_)))
    }

    /// Place of an intervention in the list.
    #[must_use]
    pub fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// How many phrases it holds.
    #[must_use]
    pub fn phrases(&self) -> usize {
        self.book.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_lexicon_reads() {
        if let Err(error) = Lexicon::read(EMBEDDED) {
            panic!("{error}");
        }
    }

    #[test]
    fn a_bad_phrase_is_named_with_its_line() {
        let cues = "[classes]\n\n[[cue]]\nkind = \"act\"\nphrases = [\"used\",\n  \"(open\"]\n";
        let error = Lexicon::read(Sources { cues, ..EMBEDDED }).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cues.toml, line 6: the phrase `(open` has a bracket that does not close"
        );
    }

    #[test]
    fn unknown_keys_are_errors() {
        let cues = "[classes]\n[[cue]]\nkind = \"act\"\nphrase = []\n";
        let error = Lexicon::read(Sources { cues, ..EMBEDDED })
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("phrase") && error.contains("line 4"),
            "{error}"
        );
    }
}
