//! The words of `talk.toml`, by which talk moves are told. Reads the file, strictly; judges nothing.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::reading::lexicon::{self, LexiconError};
use crate::transcript::phrase::{Classes, Phrasebook};

/// What a phrase of `talk.toml` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Sign {
    /// Leads into a turn and says nothing of its kind.
    Lead,
    /// A word without matter of its own.
    Small,
    /// Checks at the end of a turn whether it was right.
    Check,
    /// Opens an open question.
    Open,
    /// Asks openly wherever it stands, by the order of its words.
    Inverted,
    /// Looks like the opening of an open question and is none.
    Relative,
    /// Opens a closed question.
    Closed,
    /// Asks for a number, a name, a day or leave.
    Bounded,
    /// Asks openly, whatever its form.
    Invite,
    /// Opens what can only be a reflection, even with a question mark behind it.
    Stem,
    /// Opens a reflection.
    Reflects,
    /// Feeling, value, two sides: what a complex reflection adds.
    Deepens,
    Praise,
    Social,
    /// The clinician's own person at the head of a sentence.
    Own,
    Informs,
    Advises,
    Options,
    Negotiates,
    /// The client agrees, or says no.
    Agrees,
    Denies,
    /// The clinician calls up reasons to change, or to stay.
    EvokesChange,
    EvokesSustain,
    Change,
    ChangeLean,
    Sustain,
    SustainLean,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    what: Sign,
    phrases: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    words: Vec<Listed>,
}

/// The phrases of `talk.toml`, ready to match.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) book: Phrasebook<Sign>,
}

impl Words {
    /// The words that ship with the program. A test reads the embedded file, so reading it here
    /// cannot fail.
    pub(super) fn embedded() -> &'static Self {
        static WORDS: OnceLock<Words> = OnceLock::new();
        WORDS.get_or_init(|| {
            Self::read(include_str!("../../../lexicon/talk.toml"))
                .expect("talk.toml is well formed")
        })
    }

    /// Reads the words from the text of `talk.toml`; an error names the line.
    fn read(text: &str) -> Result<Self, LexiconError> {
        const FILE: &str = "talk.toml";
        let file: File = lexicon::file(FILE, text)?;
        let phrases = file
            .words
            .iter()
            .flat_map(|listed| listed.phrases.iter().map(|phrase| (phrase, listed.what)));
        let book = lexicon::book(FILE, text, &Classes::default(), phrases)?;
        Ok(Self { book })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_words_read() {
        if let Err(error) = Words::read(include_str!("../../../lexicon/talk.toml")) {
            panic!("{error}");
        }
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let error = Words::read("[[words]]\nwhat = \"open\"\nphrases = [\"how\",\n \"(what\"]\n");
        assert_eq!(
            error.unwrap_err().to_string(),
            "talk.toml, line 4: the phrase `(what` has a bracket that does not close"
        );
        assert!(Words::read("[[words]]\nwhat = \"opened\"\nphrases = []\n").is_err());
    }
}
