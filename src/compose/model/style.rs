//! How a practice wants its notes worded: person, tense, length, what the client is called, phrases
//! to avoid. A style changes wording, never facts.

use serde::Deserialize;

/// A style, as `--style FILE` reads it. Every key is optional; unknown ones are errors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Style {
    /// How the clinician is spoken of.
    pub person: Person,
    /// The tense of what happened.
    pub tense: Tense,
    /// How much is said.
    pub length: Length,
    /// What the client is called: `client`, `patient`, `pt`, or initials with full stops.
    pub client_term: ClientTerm,
    /// Phrases that do not belong in the note.
    pub avoid: Vec<Phrase>,
}

/// How the clinician is spoken of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Person {
    /// "Clinician taught …"
    #[default]
    Third,
    /// "I taught …"
    First,
}

/// The tense of what happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tense {
    /// "Client reported …"
    Past,
    /// "Client reports …"
    #[default]
    Present,
}

/// How much is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// As short as the facts allow.
    Short,
    /// What an insurer looks for.
    #[default]
    Medium,
    /// Everything, in whole sentences.
    Full,
}

impl Length {
    /// How many words a sentence may have.
    #[must_use]
    pub fn most_words(self) -> usize {
        match self {
            Self::Short => 28,
            Self::Medium => 38,
            Self::Full => 48,
        }
    }

    /// The share of what was said that a sentence must carry to stand for it.
    #[must_use]
    pub fn least_carried(self) -> f32 {
        match self {
            Self::Short => 0.3,
            Self::Medium => 0.4,
            Self::Full => 0.5,
        }
    }
}

/// What the client is called.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct ClientTerm(String);

/// The plain words for a client.
const TERMS: &[&str] = &["client", "patient", "pt", "cl", "individual", "consumer"];

impl Default for ClientTerm {
    fn default() -> Self {
        Self("client".to_owned())
    }
}

impl TryFrom<String> for ClientTerm {
    type Error = String;

    fn try_from(term: String) -> Result<Self, String> {
        let plain = TERMS.contains(&term.to_lowercase().as_str());
        (plain || is_initials(&term)).then_some(Self(term)).ok_or_else(|| {
            format!(
                "client_term is one of {}, or two or three initials each with its full stop, as in J.D.",
                TERMS.join(", ")
            )
        })
    }
}

/// `J.D.`: two or three capitals, each with a full stop, and no abbreviation of risk or harm.
fn is_initials(term: &str) -> bool {
    let letters: Vec<char> = term.chars().step_by(2).collect();
    let stops = term.chars().skip(1).step_by(2);
    let word: String = letters.iter().collect();
    (2..=3).contains(&letters.len())
        && term.chars().count() == 2 * letters.len()
        && letters.iter().all(char::is_ascii_uppercase)
        && stops.into_iter().all(|c| c == '.')
        && !matches!(
            word.as_str(),
            "SI" | "HI" | "SIB" | "AH" | "VH" | "AVH" | "DV" | "SH" | "SUD" | "VOC" | "OD"
        )
}

impl ClientTerm {
    /// The word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the initials of one client.
    #[must_use]
    pub fn is_initials(&self) -> bool {
        self.0.contains('.')
    }

    /// A sentence with initials written as "client", so that it can be read like any other.
    #[must_use]
    pub fn plain(&self, sentence: &str) -> String {
        if self.is_initials() {
            sentence.replace(&self.0, "client")
        } else {
            sentence.to_owned()
        }
    }
}

/// A phrase to avoid: one line of at most 80 characters.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Phrase(String);

impl TryFrom<String> for Phrase {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let text = text.trim().to_owned();
        let fits = !text.is_empty() && text.chars().count() <= 80;
        (fits && !text.contains(char::is_control))
            .then_some(Self(text))
            .ok_or_else(|| "a phrase to avoid is one line of 1 to 80 characters".to_owned())
    }
}

/// How many phrases a style may list.
const MOST_PHRASES: usize = 50;

impl Style {
    /// Reads a style from the text of its file.
    ///
    /// # Errors
    /// What is wrong in it, in one line.
    pub fn read(text: &str) -> Result<Self, String> {
        let style: Self =
            toml::from_str(text).map_err(|error| error.message().trim().to_owned())?;
        if style.avoid.len() > MOST_PHRASES {
            return Err(format!("avoid lists more than {MOST_PHRASES} phrases"));
        }
        Ok(style)
    }

    /// The style in lines for the model.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![
            match self.person {
                Person::Third => "Write in the third person: \"Clinician taught …\".",
                Person::First => "The clinician writes: \"I taught …\".",
            }
            .to_owned(),
            match self.tense {
                Tense::Past => "What was said and done stands in the past tense.",
                Tense::Present => {
                    "What the client says stands in the present tense, what was done in the past."
                }
            }
            .to_owned(),
            match self.length {
                Length::Short => "As short as the facts allow.",
                Length::Medium => "Whole sentences, as long as an insurer needs and no longer.",
                Length::Full => "Whole sentences with every detail.",
            }
            .to_owned(),
            format!("The client is called \"{}\".", self.client_term.as_str()),
        ];
        if !self.avoid.is_empty() {
            let phrases: Vec<String> = self.avoid.iter().map(|p| format!("\"{}\"", p.0)).collect();
            lines.push(format!("Do not use these phrases: {}.", phrases.join(", ")));
        }
        lines
    }

    /// Whether a sentence uses a phrase to avoid that was not said.
    #[must_use]
    pub fn avoids(&self, sentence: &str) -> bool {
        let sentence = sentence.to_lowercase();
        self.avoid
            .iter()
            .any(|phrase| sentence.contains(&phrase.0.to_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_is_read_strictly() {
        let style = Style::read(
            "person = \"first\"\ntense = \"past\"\nlength = \"short\"\nclient_term = \"pt\"\navoid = [\"appears\"]",
        )
        .unwrap();
        assert_eq!(style.client_term.as_str(), "pt");
        assert!(style.avoids("Pt Appears well."));
        for wrong in [
            "persona = \"first\"",
            "tense = \"future\"",
            "avoid = [\"\"]",
            "avoid = [\"a\\nb\"]",
            "client_term = \"client, who denied suicidal ideation,\"",
            "client_term = \"S.I.\"",
            "client_term = \"SI\"",
        ] {
            assert!(Style::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn initials_are_read_as_the_client() {
        let style = Style::read("client_term = \"J.D.\"").unwrap();
        assert_eq!(
            style.client_term.plain("J.D. slept well."),
            "client slept well."
        );
    }
}
