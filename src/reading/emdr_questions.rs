//! The questions of `emdr-talk.toml`: how a clinician asks aloud for the fields of an EMDR session.
//! Reads the file, strictly; matches nothing itself.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::reading::lexicon::{self, LexiconError};
use crate::transcript::phrase::{Classes, Phrasebook};

/// What a clinician asks for or names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ask {
    Sud,
    Voc,
    /// The reading that is spoken of.
    Level,
    NegativeCognition,
    PositiveCognition,
    Emotions,
    BodyLocation,
    Image,
    Scan,
    /// The target is named after these words.
    Target,
    /// The target of an earlier session.
    TargetBefore,
    /// The target that was chosen before.
    TargetChosen,
    /// The target is asked for.
    TargetAsked,
    /// The words just given are asked for in another form.
    Reword,
    /// What is put off to another session.
    PutOff,
    /// The positive words are being installed.
    Installing,
    /// The target is worked on.
    Working,
    /// A number that is no reading.
    OtherNumber,
    /// The negative words are said again.
    NegativeWords,
    /// A feeling, in an answer.
    Feeling,
    /// The positive words are said again before their strength is asked for.
    Words,
}

impl Ask {
    /// Whether the client's next words answer it.
    pub(super) fn is_question(self) -> bool {
        matches!(
            self,
            Self::Sud
                | Self::Voc
                | Self::Level
                | Self::NegativeCognition
                | Self::PositiveCognition
                | Self::Emotions
                | Self::BodyLocation
                | Self::Image
                | Self::Scan
                | Self::TargetAsked
                | Self::Reword
        )
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    what: Ask,
    phrases: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    ask: Vec<Listed>,
}

/// The questions of `emdr-talk.toml`, ready to match.
#[derive(Debug)]
pub struct Questions {
    pub(super) book: Phrasebook<Ask>,
}

impl Questions {
    /// The questions that ship with the program.
    ///
    /// # Panics
    /// Never: a test reads the embedded file.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static QUESTIONS: OnceLock<Questions> = OnceLock::new();
        QUESTIONS.get_or_init(|| {
            Self::read(include_str!("../../lexicon/emdr-talk.toml"))
                .expect("emdr-talk.toml is well formed")
        })
    }

    /// Reads the questions from the text of `emdr-talk.toml`.
    ///
    /// # Errors
    /// Names the line of what cannot be read.
    pub fn read(text: &str) -> Result<Self, LexiconError> {
        const FILE: &str = "emdr-talk.toml";
        let file: File = lexicon::file(FILE, text)?;
        let phrases = file
            .ask
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
    fn the_embedded_questions_read() {
        Questions::read(include_str!("../../lexicon/emdr-talk.toml")).unwrap();
    }
}
