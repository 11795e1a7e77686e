//! Why a sentence does not stand, in one plain sentence. Never holds speech of the evidence.

use std::fmt;

use crate::reading::interventions::Status;
use crate::reading::risk::RiskField;
use crate::session::Speech;

/// Why a sentence does not stand. `Display` is one plain sentence for the model and the person; it
/// names no words, neither of the evidence nor of the sentence.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// It cites nothing, or only silence.
    NoEvidence,
    /// It has no words.
    Empty,
    /// It holds a spoken command such as "scratch that", so that its words cannot be relied on.
    Command,
    /// Words in quotation marks that were not said so.
    Quotation,
    /// A number that was not said, or not of this.
    Number,
    /// A date, day or time that was not said.
    Date,
    /// An amount of medication that was not said.
    Dose,
    /// A name that was not said.
    Name(Speech),
    /// A condition that was not named.
    Diagnosis(Speech),
    /// A technique that was not spoken of.
    Technique {
        /// Its name in the taxonomy.
        name: String,
    },
    /// A word of a technique that was not said.
    TechniqueWord(Speech),
    /// A technique that was spoken of, but of which something else became.
    Status {
        /// Its name in the taxonomy.
        name: String,
        /// What the sentence says became of it.
        status: Status,
    },
    /// A fact of risk, or a level, that was not said so.
    Risk {
        /// The field; none for the level.
        field: Option<RiskField>,
    },
    /// A word of risk that was not said.
    RiskWord(Speech),
    /// Something said to be so that was denied, or the reverse.
    Negation(Speech),
    /// An instrument or score that was not said, or not of this time.
    Measure,
    /// A word of severity that nobody used.
    Band(Speech),
    /// A feeling that nobody named.
    Emotion(Speech),
    /// A medication that nobody named.
    Medication(Speech),
    /// A person of whom nobody spoke, or somebody else's matter told as another's.
    Person(Speech),
    /// Something to come that nobody set, or something to come told as done.
    Plan(Speech),
    /// A cause that nobody named.
    Cause(Speech),
    /// More, less, oftener or seldomer than was said.
    Extent(Speech),
    /// Better, worse, kept or refused, where that was not said.
    Change(Speech),
    /// Too many of its words are not carried.
    Content {
        /// The share of its words that is, 0 to 1.
        share: f32,
        /// The words that are not.
        words: Vec<Speech>,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoEvidence => "the sentence cites nothing that was said",
            Self::Empty => "the sentence has no words",
            Self::Command => "the sentence holds a spoken command",
            Self::Quotation => "the words in quotation marks were not said so",
            Self::Number => "a number in the sentence was not said, or not of this",
            Self::Date => "a date or time in the sentence was not said",
            Self::Dose => "an amount in the sentence was not said",
            Self::Name(_) => "a name in the sentence was not said",
            Self::Diagnosis(_) => "a condition in the sentence was not named",
            Self::Technique { name } => {
                return write!(f, "the technique `{name}` was not spoken of");
            }
            Self::Status { name, .. } => {
                return write!(
                    f,
                    "what became of the technique `{name}` was said differently"
                );
            }
            Self::Risk { field: None } => "the level of risk was not stated so",
            Self::Risk { field: Some(field) } => {
                let field = match field {
                    RiskField::Si => "suicidal ideation",
                    RiskField::Hi => "homicidal ideation",
                    RiskField::Nssi => "self-injury",
                    RiskField::Plan => "a plan to act",
                    RiskField::Intent => "intent to act",
                };
                return write!(f, "what the sentence says of {field} was not said so");
            }
            Self::TechniqueWord(_) => "a word of a technique in the sentence was not said",
            Self::RiskWord(_) => "a word of risk in the sentence was not said",
            Self::Negation(_) => "the sentence denies what was said, or says what was denied",
            Self::Measure => "an instrument or score in the sentence was not said so",
            Self::Band(_) => "a word of severity in the sentence was not used",
            Self::Emotion(_) => "a feeling in the sentence was not named",
            Self::Medication(_) => "a medication in the sentence was not named",
            Self::Person(_) => "the sentence speaks of somebody else than what was said",
            Self::Plan(_) => "the sentence tells as planned or done what was not said so",
            Self::Cause(_) => "the sentence names a cause that was not named",
            Self::Extent(_) => "how much or how often was not said so",
            Self::Change(_) => "a change, or its absence, was not said so",
            Self::Content { share, .. } => {
                return write!(
                    f,
                    "only {:.0} % of the sentence's words are carried by what was said",
                    share * 100.0
                );
            }
        })
    }
}

impl Refusal {
    /// The words of the sentence that were refused, where they can be named.
    #[must_use]
    pub fn words(&self) -> &[Speech] {
        match self {
            Self::Name(word)
            | Self::Diagnosis(word)
            | Self::TechniqueWord(word)
            | Self::RiskWord(word)
            | Self::Negation(word)
            | Self::Band(word)
            | Self::Emotion(word)
            | Self::Medication(word)
            | Self::Person(word)
            | Self::Plan(word)
            | Self::Cause(word)
            | Self::Extent(word)
            | Self::Change(word) => std::slice::from_ref(word),
            Self::Content { words, .. } => words,
            _ => &[],
        }
    }
}
