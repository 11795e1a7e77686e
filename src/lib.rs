//! notewright turns a spoken dictation or a recorded session into a structured clinical note, on
//! the clinician's own machine.

pub mod audio;
pub mod cli;
pub mod compose;
pub mod engine;
pub mod models;
pub mod note;
pub mod pipeline;
pub mod reading;
pub mod record;
pub mod session;
pub mod transcript;
pub mod vault;
