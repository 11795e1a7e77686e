//! What the library asks of the recogniser, and what that answers.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Cost;
use crate::engine::fence::Fence;
use crate::session::Speech;
use crate::transcript::transcriber::HeardSegment;

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
        /// Whether speed goes before sureness: the encoder works on the audio's own length, once.
        #[serde(default)]
        brief: bool,
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
