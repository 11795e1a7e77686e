//! What library and children say to each other, typed. [`crate::engine::frame`] carries it.
//!
//! A child speaks first: [`Answer::Hello`]. The first request loads a model, once in a child's
//! life, since the child then shuts every other file away. Words of clients are
//! [`Speech`], so that no `Debug` shows them.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::engine::fence::Fence;
use crate::engine::model_file::ModelFault;
use crate::session::Speech;
use crate::transcript::transcriber::HeardSegment;

/// Which of the two engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// `notewright-ear`: speech recognition.
    Ear,
    /// `notewright-pen`: the language model.
    Pen,
}

impl Engine {
    /// The binary's name without an ending.
    #[must_use]
    pub fn binary(self) -> &'static str {
        match self {
            Self::Ear => "notewright-ear",
            Self::Pen => "notewright-pen",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.binary())
    }
}

/// What a child says of itself before anything is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Which engine this is.
    pub engine: Engine,
    /// Version of the package that it was built from.
    pub notewright: String,
    /// The native engine and its version, e.g. `whisper.cpp 1.8.3`.
    pub native: String,
    /// CPU features that the native engine was built with, as it prints them.
    pub cpu: String,
    /// What this system can shut away from the child.
    pub fence: Fence,
}

/// What any child answers: its introduction, a refusal, or `W`, the work it is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer<W> {
    /// Sent once, first.
    Hello(Hello),
    /// The request could not be done; the child lives on unless the cause says otherwise.
    Failed(Failure),
    /// The request's answer, or a part of it.
    Work(W),
}

/// Why a child could not do what was asked. Holds no speech.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The model could not be loaded.
    #[error("{0}")]
    Model(ModelFault),
    /// The prompt leaves no room in the model's context.
    #[error("the prompt has {tokens} tokens and the context {limit}")]
    PromptTooLong {
        /// Tokens of the prompt.
        tokens: u32,
        /// Tokens of the context.
        limit: u32,
    },
    /// The grammar cannot be read.
    #[error("the grammar is not valid GBNF")]
    Grammar,
    /// A request out of turn.
    #[error("{0} was asked out of turn")]
    OutOfTurn(String),
    /// The native engine said no, in a fixed text of its own.
    #[error("the engine failed: {0}")]
    Native(String),
}

/// What the library asks of `notewright-ear`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EarRequest {
    /// Load a model; the first request.
    Load(EarLoad),
    /// Recognise a window; a frame of audio follows.
    Window {
        /// Counted by the library; comes back in the answers.
        window: u64,
        /// Whether the text of the window before may steer this one.
        carry: bool,
    },
    /// End.
    Bye,
}

/// A recogniser and how it shall work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarLoad {
    /// A model in whisper.cpp's ggml format.
    pub model: PathBuf,
    /// Threads to compute with.
    pub threads: u16,
    /// Two-letter language, or nothing to detect it in each window.
    pub language: Option<String>,
    /// Beams; 1 is greedy.
    pub beam: u8,
    /// Vocabulary to expect, as running text; counts against half the model's text context.
    pub prompt: Option<Speech>,
    /// Whether a model that marks speaker turns shall do so.
    pub mark_turns: bool,
    /// Whether the encoder works on the audio's own length instead of 30 s: faster on short clips,
    /// less sure.
    pub short_audio: bool,
}

/// What `notewright-ear` answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EarAnswer {
    /// The model is loaded and the fence is up.
    Ready(EarReady),
    /// A segment of the window, as soon as it stands.
    Segment {
        /// The window's number.
        window: u64,
        /// What was heard.
        segment: HeardSegment,
    },
    /// The window is done.
    Done {
        /// The window's number.
        window: u64,
        /// How many segments were sent for it.
        segments: usize,
        /// What it cost.
        cost: Cost,
    },
}

/// Facts of a loaded recogniser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarReady {
    /// Size class, e.g. `base`.
    pub kind: String,
    /// Entries of the vocabulary.
    pub vocabulary: u32,
    /// Text context in tokens.
    pub text_context: u32,
    /// Audio context in encoder positions; 1500 is 30 s.
    pub audio_context: u32,
    /// Whether it knows more languages than English.
    pub multilingual: bool,
    /// Tokens of the prompt given at loading.
    pub prompt_tokens: u32,
    /// Bytes of memory that the child holds now, where the system tells.
    pub memory: Option<u64>,
    /// What was shut away.
    pub fence: Fence,
}

/// What a piece of work cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Milliseconds on the clock.
    pub wall_ms: u64,
    /// Milliseconds of CPU over all threads, where the system tells.
    pub cpu_ms: Option<u64>,
    /// Times that the encoder ran (ear), or prompt tokens computed (pen).
    pub passes: u32,
}

/// What the library asks of `notewright-pen`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PenRequest {
    /// Load a model; the first request.
    Load(PenLoad),
    /// Split text into tokens.
    Tokenise {
        /// The text.
        text: Speech,
    },
    /// Write on from a prompt.
    Generate(Box<Generate>),
    /// Stop writing; the answer to the generation is then `Done` with [`StopReason::Cancelled`].
    Cancel,
    /// End.
    Bye,
}

/// A language model and how it shall work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PenLoad {
    /// A model in GGUF.
    pub model: PathBuf,
    /// Context in tokens; the model's own length where it is shorter.
    pub context: u32,
    /// Threads to compute with.
    pub threads: u16,
}

/// A text to write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generate {
    /// The whole prompt, with the model's own markers where it wants them.
    pub prompt: Speech,
    /// A grammar in GBNF with the start rule `root`; speech may stand in it as allowed text.
    pub grammar: Option<Speech>,
    /// Most tokens to write.
    pub max_tokens: u32,
    /// How to choose tokens.
    pub sampling: Sampling,
    /// Texts that end the writing; they are not part of the answer.
    pub stop: Vec<String>,
}

/// How tokens are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// Always the likeliest.
    #[default]
    Greedy,
    /// By chance.
    Temperature {
        /// Above 0; 1 leaves the model's probabilities as they are.
        temperature: f32,
        /// The same seed gives the same text.
        seed: u32,
    },
}

/// What `notewright-pen` answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PenAnswer {
    /// The model is loaded and the fence is up.
    Ready(PenReady),
    /// The tokens of a text.
    Tokens(Vec<i32>),
    /// So many tokens of the prompt are read.
    Read {
        /// Read so far.
        tokens: u32,
        /// Of so many.
        of: u32,
    },
    /// More text.
    Text(Speech),
    /// The text is complete.
    Done {
        /// Why it ended.
        reason: StopReason,
        /// Tokens written.
        tokens: u32,
        /// What it cost.
        cost: Cost,
    },
}

/// Why a text ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// The model, or the grammar, ended it.
    Finished,
    /// One of the stop texts came.
    StopText,
    /// It reached the most tokens allowed.
    MaxTokens,
    /// The context is full.
    ContextFull,
    /// It was cancelled.
    Cancelled,
}

/// Facts of a loaded language model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PenReady {
    /// Architecture, e.g. `llama`.
    pub architecture: String,
    /// Bytes of its tensors.
    pub size: u64,
    /// Number of parameters.
    pub parameters: u64,
    /// Context in tokens as loaded.
    pub context: u32,
    /// Context in tokens that the model was trained for.
    pub trained_context: u32,
    /// Entries of the vocabulary.
    pub vocabulary: u32,
    /// The model's chat template, where it has one.
    pub chat_template: Option<String>,
    /// Bytes of memory that the child holds now, where the system tells.
    pub memory: Option<u64>,
    /// What was shut away.
    pub fence: Fence,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::frame::{encode_message, receive};
    use crate::session::TimeSpan;

    #[test]
    fn requests_and_answers_come_back_as_they_went() {
        let segment = HeardSegment {
            span: TimeSpan::new(0, 900),
            text: "She slept.".into(),
            confidence: 0.75,
            mean_logprob: -0.25,
            no_speech: 0.0,
            words: Vec::new(),
            turn_after: false,
        };
        let answer = Answer::Work(EarAnswer::Segment { window: 3, segment });
        let bytes = encode_message(&answer).unwrap();
        let frame = receive(&mut bytes.as_slice()).unwrap().unwrap();
        assert_eq!(frame.message::<Answer<EarAnswer>>().unwrap(), answer);

        let bytes = encode_message(&EarRequest::Bye).unwrap();
        let frame = receive(&mut bytes.as_slice()).unwrap().unwrap();
        assert_eq!(frame.message::<EarRequest>().unwrap(), EarRequest::Bye);
    }

    #[test]
    fn debug_shows_no_speech() {
        let generate = PenRequest::Generate(Box::new(Generate {
            prompt: "Odile cried".into(),
            grammar: Some("root ::= \"Odile\"".into()),
            max_tokens: 1,
            sampling: Sampling::Greedy,
            stop: Vec::new(),
        }));
        let text = Answer::Work(PenAnswer::Text("Odile".into()));
        assert!(!format!("{generate:?} {text:?}").contains("Odile"));
    }

    #[test]
    fn what_is_not_asked_here_is_refused() {
        for json in [
            "{\"fly\":{}}",
            "{\"load\":{\"model\":\"m\"}}",
            "{\"load\":{\"model\":\"m\",\"context\":1,\"threads\":1,\"extra\":1}}",
            "[]",
        ] {
            assert!(serde_json::from_str::<PenRequest>(json).is_err(), "{json}");
        }
    }
}
