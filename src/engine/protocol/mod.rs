//! What library and children say to each other, typed. [`crate::engine::frame`] carries it.
//!
//! A child speaks first: [`Answer::Hello`]. The first request loads a model, once in a child's
//! life, since the child then shuts every other file away. Words of clients are
//! [`Speech`](crate::session::Speech), so that no `Debug` shows them.

mod ear;
mod pen;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::engine::fence::Fence;
use crate::engine::model_file::ModelFault;

pub use ear::{EarAnswer, EarLoad, EarReady, EarRequest};
pub use pen::{
    Chat, ChatPrompt, Generate, KvType, PenAnswer, PenLoad, PenReady, PenRequest, RenderedBy, Role,
    Sampling, StopReason, Tuning, Turn,
};

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
    /// The grammar allows none of the model's tokens at some place.
    #[error("the grammar came to a dead end after {tokens} tokens")]
    DeadEnd {
        /// Tokens written before it.
        tokens: u32,
    },
    /// A request out of turn.
    #[error("{0} was asked out of turn")]
    OutOfTurn(String),
    /// The native engine said no, in a fixed text of its own.
    #[error("the engine failed: {0}")]
    Native(String),
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
    /// Prompt tokens that were known from the work before, so that they were not computed (pen).
    pub reused: u32,
    /// Milliseconds on the clock until the prompt was read (pen).
    pub read_ms: u64,
    /// Most bytes of memory that the child ever held, where the system tells (pen).
    pub peak: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::frame::{encode_message, receive};
    use crate::session::TimeSpan;
    use crate::transcript::transcriber::HeardSegment;

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
