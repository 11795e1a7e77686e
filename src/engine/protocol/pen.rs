//! What the library asks of the language model, and what that answers.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Cost;
use crate::engine::fence::Fence;
use crate::session::Speech;

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
    /// Write turns of speech as the model was taught to read them.
    Chat(Chat),
    /// Compute the beginning of prompts to come; its state goes out, or comes in, in frames.
    Keep {
        /// The beginning, as it will stand in the prompts.
        head: Speech,
        /// Bytes of a state saved before, which follow in frames of their own.
        state: Option<u64>,
        /// Whether the state shall be given out where it had to be computed.
        give: bool,
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
    /// What measuring chose.
    pub tuning: Tuning,
}

/// What can be set about computing without changing what is computed. The defaults are the best
/// found by `benches/pen.py` (benches/README.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tuning {
    /// Tokens of a prompt that are given to the engine at once; between batches a cancellation is
    /// heard.
    pub batch: u32,
    /// Tokens that the engine computes at once, at most `batch`.
    pub micro_batch: u32,
    /// Whether attention is computed without its whole matrix in memory.
    pub flash: bool,
    /// How the attention's keys and values are kept.
    pub kv: KvType,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            batch: 256,
            micro_batch: 256,
            flash: true,
            kv: KvType::F16,
        }
    }
}

/// Number formats of the attention's memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KvType {
    /// Two bytes a number.
    #[default]
    F16,
    /// A little over one byte a number; needs flash attention.
    Q8_0,
}

/// Whose turn it is in a [`Chat`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Standing instructions.
    System,
    /// What is asked.
    User,
    /// What the model answered, or shall seem to have answered.
    Assistant,
}

/// One turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// Whose.
    pub role: Role,
    /// What is said. Markers of the model's own in it lose their power.
    pub text: Speech,
}

/// Turns of speech that the model shall answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chat {
    /// The turns in their order; the last is the user's.
    pub turns: Vec<Turn>,
    /// Whether a model that thinks aloud may do so; usually not.
    pub open_thinking: bool,
}

/// A [`Chat`] as the model reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChatPrompt {
    /// The whole prompt, up to where the answer begins.
    pub prompt: Speech,
    /// Bytes at its beginning that stay the same whatever the last turn says: what
    /// [`PenRequest::Keep`] is for.
    pub head: usize,
    /// Texts that end the answer.
    pub stop: Vec<String>,
    /// Who knew how to write it.
    pub by: RenderedBy,
}

/// Who knew how a model wants its turns written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RenderedBy {
    /// The template in the model's file.
    Template,
    /// The model's kind, known by its special tokens; the template is missing or not understood.
    Family,
    /// Nobody: plain headings. The answer is likely worse.
    Plain,
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
    /// The prompt of a chat.
    Prompt(ChatPrompt),
    /// The beginning is computed or taken over. Where `bytes` is not 0, that many bytes of its state
    /// follow in frames of their own.
    Kept {
        /// Tokens of the beginning.
        tokens: u32,
        /// Whether the state that came with the request was taken over.
        restored: bool,
        /// Bytes of the state that follow.
        bytes: u64,
        /// What it cost.
        cost: Cost,
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
