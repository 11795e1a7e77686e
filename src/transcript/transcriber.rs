//! The joint between a recording and whatever recognises speech in it.

use crate::session::{Speech, TimeSpan};
use crate::transcript::document::EngineInfo;

/// Recognises the speech in one window of audio at a time.
///
/// The real one is the child process `notewright-ear`; tests use fakes that answer, crash, hang
/// or answer garbage.
pub trait Transcriber {
    /// What recognises: engine, model and the model's hash.
    fn engine(&self) -> EngineInfo;

    /// Recognises one window of at most 30 s of 16 kHz mono samples in -1 to 1. `heard` is called
    /// with each segment as soon as it stands; the answer holds all of them.
    ///
    /// # Errors
    /// When the engine failed on this window. The transcriber can still be asked for the next one:
    /// it restarts what it needs, or answers with an error that says it is gone for good.
    fn transcribe(
        &mut self,
        samples: &[f32],
        heard: &mut dyn FnMut(&HeardSegment),
    ) -> Result<Vec<HeardSegment>, TranscribeError>;

    /// Recognises a window that is still being spoken, for text that is shown and then thrown away:
    /// as fast as can be, less sure. One that has no faster way transcribes.
    ///
    /// # Errors
    /// As [`Transcriber::transcribe`].
    fn glance(&mut self, samples: &[f32]) -> Result<Vec<HeardSegment>, TranscribeError> {
        self.transcribe(samples, &mut |_| {})
    }
}

/// A segment as the engine gave it; times count from the start of its window.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct HeardSegment {
    /// When, within the window.
    pub span: TimeSpan,
    /// The text.
    pub text: Speech,
    /// Mean probability of the text tokens, 0 to 1.
    pub confidence: f32,
    /// Mean log-probability of the text tokens.
    pub mean_logprob: f32,
    /// The engine's own probability that nobody spoke, 0 to 1.
    pub no_speech: f32,
    /// Words with times within the window; empty where the engine gives none.
    pub words: Vec<HeardWord>,
    /// Whether the speaker changes after this segment, where the model marks turns.
    pub turn_after: bool,
}

/// One word of a segment.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct HeardWord {
    /// The word with its punctuation, without surrounding space.
    pub text: Speech,
    /// When, within the window.
    pub span: TimeSpan,
    /// Probability, 0 to 1.
    pub confidence: f32,
}

/// Why a window was not recognised.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct TranscribeError {
    /// What happened, in words for a person.
    pub cause: String,
    /// What to do next.
    pub hint: String,
    /// Whether asking again with another window can work.
    pub can_go_on: bool,
}
