//! The joint between the composer and whatever writes: [`Author`].
//!
//! The real one is the child process `notewright-pen`; tests use fakes that answer well, invent,
//! leave out, flood and fail.

use crate::session::Speech;

/// Writes text from prompts.
pub trait Author {
    /// Which model writes, and how much it can read at once.
    fn info(&self) -> AuthorInfo;

    /// How many tokens a text has for this model.
    ///
    /// # Errors
    /// When the model is gone or does not answer.
    fn count(&mut self, text: &str) -> Result<usize, AuthorError>;

    /// The turns of a talk as one prompt, in the model's own form, ready to be answered.
    ///
    /// # Errors
    /// When the model's form cannot be made.
    fn chat(&mut self, turns: &[Turn]) -> Result<Speech, AuthorError>;

    /// Writes on from a prompt under a grammar (GBNF, start rule `root`), at most so many tokens.
    /// A text that reaches them is returned as far as it got.
    ///
    /// # Errors
    /// When the model failed on this prompt; whether another can work, the error says.
    fn write(
        &mut self,
        prompt: &Speech,
        grammar: &Speech,
        most: u32,
    ) -> Result<Speech, AuthorError>;
}

/// Which model writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorInfo {
    /// Its name, as the note shows it.
    pub model: String,
    /// SHA-256 of its file in lower-case hexadecimal, where it is known.
    pub sha256: Option<String>,
    /// How many tokens it reads and writes at once.
    pub context: usize,
}

/// Who says a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The rules, before the talk.
    System,
    /// The one who asks.
    User,
    /// The model.
    Assistant,
}

/// A turn of the talk with the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Who says it.
    pub role: Role,
    /// What.
    pub text: Speech,
}

impl Turn {
    /// A turn.
    #[must_use]
    pub fn new(role: Role, text: impl Into<Speech>) -> Self {
        Self {
            role,
            text: text.into(),
        }
    }
}

/// Why nothing was written. Holds no speech.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{cause}")]
pub struct AuthorError {
    /// What happened, in words for a person.
    pub cause: String,
    /// What to do next.
    pub hint: String,
    /// Whether asking for something else can work.
    pub can_go_on: bool,
}
