//! `notewright draft`: from text, a transcript or a recording to a note.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::cli::World;
use crate::cli::composing::{Composing, ComposingArgs};
use crate::cli::failure::Failure;
use crate::cli::formats;
use crate::cli::hearing::{HearingArgs, shown};
use crate::cli::input::{self, Taker};
use crate::cli::output::Target;
use crate::cli::own_words;
use crate::cli::show;
use crate::note::document::DraftNote;
use crate::note::format::NoteFormat;
use crate::pipeline;
use crate::session::{Mode, SessionDate};

/// Draft a note from typed text, a transcript or a recording.
#[derive(Debug, Args)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct DraftArgs {
    /// Text (.txt, .md), a transcript (.json, .vtt, .srt), a recording, or - for standard input.
    inputs: Vec<PathBuf>,
    /// Note format: soap, dap, birp, girp, pirp, emdr.
    #[arg(long, short, env = "NOTEWRIGHT_FORMAT")]
    format: Option<String>,
    /// Day of the session, e.g. 2026-03-10.
    #[arg(long, short, value_name = "DATE")]
    date: Option<String>,
    /// A dictation by the clinician alone, or a session of several speakers.
    #[arg(long, value_enum, env = "NOTEWRIGHT_MODE")]
    mode: Option<ModeArg>,
    /// Print the note as a `notewright.note/1` document.
    #[arg(long)]
    json: bool,
    /// Write into this file, or for each input into this folder.
    #[arg(long, short, value_name = "FILE|DIR")]
    output: Option<PathBuf>,
    /// Replace files that are there already.
    #[arg(long)]
    force: bool,
    /// Show no progress and ask nothing.
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    hearing: HearingArgs,
    #[command(flatten)]
    composing: ComposingArgs,
}

/// Dictation or session.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ModeArg {
    /// One clinician speaks the note.
    Dictation,
    /// Clinician and client speak in turn.
    Session,
}

impl From<ModeArg> for Mode {
    fn from(mode: ModeArg) -> Self {
        match mode {
            ModeArg::Dictation => Self::Dictation,
            ModeArg::Session => Self::Session,
        }
    }
}

/// Runs the command: every input is tried, whatever becomes of the others.
///
/// # Errors
/// When the request makes no sense; what is wrong with an input is shown and counts in the exit
/// code.
pub fn run(world: &World, args: &DraftArgs) -> Result<ExitCode, Failure> {
    let inputs = input::given(&args.inputs)?;
    let format = args
        .format
        .as_deref()
        .or(world.settings.format.as_deref())
        .unwrap_or("soap");
    let format = formats::named(format)?;
    let date = args
        .date
        .as_deref()
        .map(str::parse::<SessionDate>)
        .transpose()
        .map_err(|error| {
            Failure::usage(&error)
                .hint("give the day of the session as year-month-day: --date 2026-03-10")
        })?;
    let target = Target::of(args.output.as_deref(), inputs.len(), args.force)?;
    if args.json && inputs.len() > 1 && target.is_standard() {
        return Err(
            Failure::usage("--json prints one note, and several inputs were given")
                .hint("name a folder for the notes with --output, or give one input"),
        );
    }
    let own = own_words::of(world, args.hearing.vocabulary())?;
    let mut taker = Taker::new(world, &args.hearing, args.mode.map(Mode::from), args.quiet);
    let mut composing = Composing::new(world, &args.composing, args.hearing.threads())?;
    let mut all_well = true;
    for (place, input) in inputs.iter().enumerate() {
        let taken = match taker.take(input) {
            Ok(taken) => taken,
            Err(failure) => {
                failure.show();
                all_well = false;
                continue;
            }
        };
        for failure in &taken.failures {
            failure.show();
            all_well = false;
        }
        let mut note = composing.draft(|composer| {
            pipeline::draft_with(&own, &taken.transcript, format, date, composer)
        });
        if let Some(failure) = composing.failure() {
            failure.show();
            all_well = false;
        }
        note.add_findings(taken.findings);
        let name = input.to_string_lossy();
        if place > 0 && target.is_standard() && !args.json {
            anstream::println!();
        }
        if inputs.len() > 1 && target.is_standard() && !args.json {
            anstream::println!("== {} ==\n", shown(input));
        }
        if let Err(failure) = write(&target, &name, &note, format, args.json) {
            failure.show();
            all_well = false;
        }
    }
    Ok(if all_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn write(
    target: &Target,
    name: &str,
    note: &DraftNote,
    format: &NoteFormat,
    json: bool,
) -> Result<(), Failure> {
    if json {
        let text = serde_json::to_string_pretty(note)
            .map_err(|error| Failure::new(format!("cannot write the note as JSON: {error}")))?;
        return target.write(name, "note.json", &(text + "\n"));
    }
    let width = if target.is_standard() {
        show::terminal_width()
    } else {
        80
    };
    target.write(name, "note.txt", &show::note(note, &format.name, width))
}
