//! notewright turns a spoken dictation or a recorded session into a structured clinical note, on
//! the clinician's own machine.

pub mod audio;
pub mod cli;
pub mod models;
pub mod session;
pub mod transcript;
