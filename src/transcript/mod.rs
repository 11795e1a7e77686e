//! What was said: the transcript document, its making from audio and from text, and the reading of
//! spoken commands and numbers in it. Knows nothing clinical.

pub mod assembly;
mod coverage;
pub mod document;
pub mod event;
pub mod guards;
pub mod transcriber;
mod utterances;
pub mod words;
