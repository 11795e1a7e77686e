//! What was said: the transcript document, its making from audio and from text, and the reading of
//! spoken commands and numbers in it. Knows nothing clinical.

pub mod corrections;
pub mod document;
pub mod import;
pub mod inflect;
pub mod names;
pub mod numbers;
pub mod phrase;
pub mod script;
pub mod spoken;
pub mod transcriber;
pub mod words;
pub mod write;
