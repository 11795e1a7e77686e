//! `notewright formats`: what the format files hold, for a person.

use std::process::ExitCode;

use clap::Args;

use crate::cli::failure::Failure;
use crate::note::format::{self, NoteFormat};

/// Show the note formats, or one of them.
#[derive(Debug, Args)]
pub struct FormatsArgs {
    /// Name of a format.
    name: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// When there is no format of that name.
pub fn run(args: &FormatsArgs) -> Result<ExitCode, Failure> {
    match &args.name {
        Some(name) => {
            let format = named(name)?;
            anstream::println!("{}: {}\n", format.name, format.about);
            for section in &format.sections {
                anstream::println!("{}", section.heading);
                anstream::println!("  say: {}", section.spoken.join(", "));
            }
            anstream::println!("\nLooked for, and reported where it is missing:");
            for required in &format.required {
                anstream::println!("  {} ({})", required.message, required.mend);
            }
        }
        None => {
            for format in format::all() {
                anstream::println!("{:<6} {}", format.id, format.about);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The format of that name, or the failure that suggests the nearest.
///
/// # Errors
/// When there is none.
pub fn named(name: &str) -> Result<&'static NoteFormat, Failure> {
    NoteFormat::named(name).map_err(|error| Failure::usage(&error).hint(error.hint()))
}
