//! `notewright`: drafts clinical notes from dictations and recorded sessions, on this machine.

use std::process::ExitCode;

fn main() -> ExitCode {
    notewright::cli::main()
}
