//! The words of `spoken.toml`. Reads the file, strictly; judges nothing.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::reading::lexicon::{self, LexiconError};
use crate::transcript::phrase::{Classes, Phrasebook};

/// What a phrase of `spoken.toml` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Sign {
    /// The clinician had something in mind.
    Meant,
    /// It is left out after all.
    LeftOut,
    /// The clinician offers something.
    Offers,
    /// The client says no to it.
    Refuses,
    /// The client's no leads into a yes.
    Agrees,
    /// When a task is for.
    Span,
    /// How often a task is to be done.
    Rate,
    /// What is a task whenever it is said.
    Bids,
    /// A promise opens.
    Promises,
    /// It is kept at once.
    AtOnce,
    /// It hangs on something.
    OnCondition,
    /// The time after this session.
    Later,
    /// Something that the client was set is asked for.
    SetBefore,
    /// How it went is asked.
    HowWent,
    /// A thing of the client's is taken out to be gone over.
    TakesOut,
    /// A skill is gone over that was taught before.
    Again,
    /// The client did the thing that was just named.
    DidThat,
    /// Long ago, or somewhere else.
    Earlier,
    /// Somebody else's work, now.
    Elsewhere,
    /// By the client's own means, lately.
    OfLate,
    /// The step of EMDR that is kept for later.
    Ahead(Step),
    /// Ordinary talk that is also said in doing a technique.
    Aside,
}

/// The steps of EMDR that are kept for later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Step {
    #[serde(rename = "emdr.reevaluation")]
    Reevaluation,
    #[serde(rename = "emdr.desensitization")]
    Desensitization,
    #[serde(rename = "emdr.assessment")]
    Assessment,
    #[serde(rename = "emdr.installation")]
    Installation,
    #[serde(rename = "emdr.future_template")]
    FutureTemplate,
}

impl Step {
    /// The technique's id.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Reevaluation => "emdr.reevaluation",
            Self::Desensitization => "emdr.desensitization",
            Self::Assessment => "emdr.assessment",
            Self::Installation => "emdr.installation",
            Self::FutureTemplate => "emdr.future_template",
        }
    }
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
    said: Vec<Listed>,
}

/// The phrases of `spoken.toml`, ready to match.
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
            Self::read(include_str!("../../../lexicon/spoken.toml"))
                .expect("spoken.toml is well formed")
        })
    }

    /// Reads the words from the text of `spoken.toml`; an error names the line.
    fn read(text: &str) -> Result<Self, LexiconError> {
        const FILE: &str = "spoken.toml";
        let file: File = lexicon::file(FILE, text)?;
        let phrases = file
            .said
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
        if let Err(error) = Words::read(include_str!("../../../lexicon/spoken.toml")) {
            panic!("{error}");
        }
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let error = Words::read("[[said]]\nwhat = \"meant\"\nphrases = [\"i had\",\n \"(what\"]\n");
        assert_eq!(
            error.unwrap_err().to_string(),
            "spoken.toml, line 4: the phrase `(what` has a bracket that does not close"
        );
    }
}
