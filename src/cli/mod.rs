//! The command line: what each command prints and asks. Nothing here decides anything clinical.

pub mod models;
