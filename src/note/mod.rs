//! The note itself: its format, its statements and what they stand on, and what a person should
//! look at before signing. Does no I/O and knows no clock.

mod consistency;
pub mod document;
pub mod findings;
pub mod format;
pub mod saved;
