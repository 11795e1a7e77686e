//! What was said: the transcript document, its making from audio and from text, and the reading of
//! spoken commands and numbers in it. Knows nothing clinical.

pub mod assembly;
pub mod corrections;
mod coverage;
pub mod document;
pub mod event;
pub mod guards;
pub mod import;
pub mod inflect;
pub mod learning;
pub mod names;
pub mod numbers;
pub mod own_words;
pub mod phrase;
pub mod script;
mod sound;
pub mod spoken;
pub mod transcriber;
mod utterances;
pub mod words;
pub mod write;
