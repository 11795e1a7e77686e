//! `notewright recover`: what recordings are there, and what can be had of one that broke off.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::audio::doubt::clock;
use crate::cli::World;
use crate::cli::draft::{Drafting, DraftingArgs, Known};
use crate::cli::failure::Failure;
use crate::cli::key;
use crate::record::shelf::{Entry, Shelf};
use crate::record::tape::{self, Survey, TapeEnding, TapeError, TapeHeader, TapeReader};
use crate::session::{Mode, SessionDate};
use crate::vault::{self, UserKey, VaultError};

/// See recordings that were left, and draft a note from one, export it or erase it.
#[derive(Debug, Args)]
pub struct RecoverArgs {
    /// The recording, as the list names it, or `latest`. Without it, all are listed; `--export` and
    /// `--erase` take the only one there is.
    name: Option<String>,
    /// Write the plain sound into this WAV file, which anybody can play, and draft nothing.
    #[arg(long, value_name = "FILE.wav", conflicts_with = "erase")]
    export: Option<PathBuf>,
    /// Erase the recording for good, and draft nothing.
    #[arg(long)]
    erase: bool,
    #[command(flatten)]
    drafting: DraftingArgs,
}

/// Runs the command.
///
/// # Errors
/// When there is no such recording, or it cannot be opened.
pub fn run(world: &World, args: &RecoverArgs) -> Result<ExitCode, Failure> {
    let shelf = Shelf::of(&world.folders.data);
    if args.name.is_none() && args.export.is_none() && !args.erase {
        return list(world, &shelf);
    }
    let entry = find(&shelf, args.name.as_deref())?;
    if args.erase {
        vault::erase(&entry.path).map_err(|error| key::of_vault(&error))?;
        anstream::eprintln!("{} is erased", entry.name);
        return Ok(ExitCode::SUCCESS);
    }
    if entry.is_in_use {
        return Err(key::of_vault(&VaultError::InUse { path: entry.path }));
    }
    let user_key = key::unlock(world)?;
    let survey = open(&entry, &user_key)?.read_through();
    if survey.is_revoked {
        return Err(of_tape(&TapeError::Revoked));
    }
    let tape = open(&entry, &user_key)?;
    if let Some(file) = &args.export {
        return export(tape, file, args.drafting.force());
    }
    draft(world, args, &entry, tape, &survey)
}

fn find(shelf: &Shelf, name: Option<&str>) -> Result<Entry, Failure> {
    let found = if name == Some("latest") {
        shelf.latest()
    } else {
        shelf.find(name)
    };
    found.map_err(|error| of_tape(&error))
}

fn open(entry: &Entry, key: &UserKey) -> Result<TapeReader, Failure> {
    TapeReader::open(&entry.path, key).map_err(|error| of_tape(&error))
}

fn of_tape(error: &TapeError) -> Failure {
    Failure::new(error).hint(error.hint())
}

fn draft(
    world: &World,
    args: &RecoverArgs,
    entry: &Entry,
    tape: TapeReader,
    survey: &Survey,
) -> Result<ExitCode, Failure> {
    let known = Known {
        format: tape.header().format.clone(),
        date: Some(SessionDate(tape.header().made.local().date())),
        mode: Some(tape.header().mode),
    };
    let mut drafting = Drafting::open(world, &args.drafting, 1, &known)?;
    let taken = drafting.taker.tape(tape, survey, &entry.name)?;
    let note = drafting.note(taken);
    drafting.write(&entry.name, &note);
    if !args.drafting.quiet() {
        anstream::eprintln!(
            "note: the recording is kept; when the note is as it should be: notewright recover {} \
             --erase",
            entry.name
        );
    }
    Ok(drafting.code())
}

fn export(tape: TapeReader, file: &std::path::Path, replace: bool) -> Result<ExitCode, Failure> {
    if file.exists() && !replace {
        return Err(Failure::new(format!(
            "{} is there already and was left as it is",
            file.display()
        ))
        .hint("name another file, or replace it with --force"));
    }
    let survey = tape::export_wav(tape, file, replace).map_err(|error| of_tape(&error))?;
    anstream::eprintln!(
        "{}: {} of plain sound, which anybody who has the file can play",
        file.display(),
        clock(survey.length_ms)
    );
    Ok(ExitCode::SUCCESS)
}

fn list(world: &World, shelf: &Shelf) -> Result<ExitCode, Failure> {
    let entries = shelf.entries().map_err(|error| of_tape(&error))?;
    if entries.is_empty() {
        anstream::println!("No recordings were left in {}.", shelf.folder().display());
        return Ok(ExitCode::SUCCESS);
    }
    let user_key = key::unlock(world)?;
    let mut all_well = true;
    for entry in &entries {
        let line = match TapeReader::open(&entry.path, &user_key) {
            Ok(tape) => {
                let header = tape.header().clone();
                described(&header, &tape.read_through(), entry.is_in_use)
            }
            Err(error) => {
                all_well = false;
                format!("cannot be opened: {error}; {}", error.hint())
            }
        };
        anstream::println!("{}  {line}", entry.name);
    }
    anstream::println!(
        "\nDraft a note: notewright recover NAME; plain sound: --export FILE.wav; erase: --erase"
    );
    Ok(if all_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A recording in one line: when, what, how long, and in what state.
fn described(header: &TapeHeader, survey: &Survey, is_in_use: bool) -> String {
    let mode = match header.mode {
        Mode::Dictation => "dictation",
        Mode::Session => "session",
    };
    let state = match survey.ending {
        _ if is_in_use => "being recorded now",
        _ if survey.is_revoked => "consent was taken back: to be erased",
        TapeEnding::CutOff => "finished, and its end is missing",
        TapeEnding::Finished => "finished",
        TapeEnding::BrokenOff | TapeEnding::Torn => "not finished: it broke off",
    };
    let mut line = format!(
        "{}  {mode:9}  {:>9}  {state}",
        header.made,
        clock(survey.length_ms)
    );
    for gap in survey.gaps.iter().take(MOST_GAPS) {
        let _ = write!(line, "; {gap}");
    }
    if survey.gaps.len() > MOST_GAPS {
        let _ = write!(
            line,
            "; {} gaps more, {} in all",
            survey.gaps.len() - MOST_GAPS,
            clock(survey.missing_ms())
        );
    }
    if survey.is_header_damaged {
        line.push_str("; one of the two copies of its beginning is damaged");
    }
    line
}

/// How many gaps the list names.
const MOST_GAPS: usize = 3;
