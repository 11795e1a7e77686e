//! The document `notewright.transcript/1`: what was said, by whom and when.

use serde::{Deserialize, Serialize};

use crate::session::{Mode, Speaker, Speech, TimeSpan, UtteranceId};

/// Everything that was said, with an account of every stretch of audio that carries no words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// Always `notewright.transcript/1`.
    pub schema: TranscriptSchema,
    /// Dictation or session.
    #[serde(default)]
    pub mode: Mode,
    /// BCP 47 language of the speech.
    #[serde(default = "english")]
    pub language: String,
    /// Length of the recording; absent for typed text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// What recognised the speech; absent for typed text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<EngineInfo>,
    /// What was said, in order.
    pub utterances: Vec<Utterance>,
    /// Every stretch of audio without an utterance, and why.
    #[serde(default)]
    pub coverage: Vec<Gap>,
}

impl Transcript {
    /// The transcript of one typed dictation.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        Self {
            schema: TranscriptSchema::V1,
            mode: Mode::Dictation,
            language: english(),
            duration_ms: None,
            engine: None,
            utterances: vec![Utterance {
                id: UtteranceId::nth(1),
                speaker: Speaker::Clinician,
                span: None,
                text: text.into(),
                confidence: None,
                words: Vec::new(),
            }],
            coverage: Vec::new(),
        }
    }
}

fn english() -> String {
    "en".to_owned()
}

/// The schema's name, as a type with one value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TranscriptSchema {
    /// `notewright.transcript/1`
    #[default]
    #[serde(rename = "notewright.transcript/1")]
    V1,
}

/// The recogniser that made a transcript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineInfo {
    /// Engine, e.g. `whisper.cpp`.
    pub name: String,
    /// Model, by its catalog name or file name.
    #[serde(default)]
    pub model: String,
    /// SHA-256 of the model file in lower-case hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// One turn of speech, or one segment of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Utterance {
    /// Unique in the transcript.
    pub id: UtteranceId,
    /// Who spoke.
    pub speaker: Speaker,
    /// When, where it is known.
    #[serde(default, flatten, with = "optional_span")]
    pub span: Option<TimeSpan>,
    /// The words as recognised or typed; every quote is a substring of them.
    pub text: Speech,
    /// Mean probability of the recognised tokens, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f32>,
    /// Word times, where the recogniser gave them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<SpokenWord>,
}

/// One recognised word and its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpokenWord {
    /// The word with its punctuation, without surrounding space.
    pub text: Speech,
    /// When it was said.
    #[serde(flatten)]
    pub span: TimeSpan,
    /// Probability, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f32>,
}

/// A stretch of audio that carries no utterance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Where.
    #[serde(flatten)]
    pub span: TimeSpan,
    /// Why.
    pub why: GapReason,
}

/// Why a stretch of audio carries no utterance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapReason {
    /// Nobody spoke.
    Silence,
    /// Speech was detected, and the recogniser gave no text for it.
    NoText,
    /// The recogniser looped; its text was dropped.
    Repetition,
    /// The recogniser's text did not stand on speech; it was dropped.
    Invented,
    /// The engine or the decoder failed on it.
    Failed,
    /// A reason that another program gave.
    #[serde(untagged)]
    Other(String),
}

mod optional_span {
    //! `start_ms` and `end_ms` beside the other keys, both or neither.
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::session::TimeSpan;

    #[derive(Serialize, Deserialize)]
    struct Keys {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        start_ms: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end_ms: Option<u64>,
    }

    #[allow(clippy::ref_option, reason = "the signature is serde's")]
    pub fn serialize<S: Serializer>(span: &Option<TimeSpan>, out: S) -> Result<S::Ok, S::Error> {
        Keys {
            start_ms: span.map(|s| s.start_ms),
            end_ms: span.map(|s| s.end_ms),
        }
        .serialize(out)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(de: D) -> Result<Option<TimeSpan>, D::Error> {
        let keys = Keys::deserialize(de)?;
        match (keys.start_ms, keys.end_ms) {
            (Some(start_ms), Some(end_ms)) => Ok(Some(TimeSpan { start_ms, end_ms })),
            (None, None) => Ok(None),
            _ => Err(serde::de::Error::custom(
                "an utterance has one of start_ms and end_ms without the other",
            )),
        }
    }
}
