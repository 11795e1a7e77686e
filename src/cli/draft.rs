//! `notewright draft`: from text, a transcript or a recording to a note.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::cli::World;
use crate::cli::composing::{Composing, ComposingArgs};
use crate::cli::failure::Failure;
use crate::cli::formats;
use crate::cli::hearing::{HearingArgs, shown};
use crate::cli::input::{self, Taken, Taker};
use crate::cli::output::Target;
use crate::cli::own_words;
use crate::cli::show;
use crate::note::document::DraftNote;
use crate::note::format::NoteFormat;
use crate::pipeline;
use crate::session::{Mode, SessionDate};
use crate::transcript::own_words::OwnWords;

/// Draft a note from typed text, a transcript or a recording.
#[derive(Debug, Args)]
pub struct DraftArgs {
    /// Text (.txt, .md), a transcript (.json, .vtt, .srt), a recording, or - for standard input.
    inputs: Vec<PathBuf>,
    #[command(flatten)]
    drafting: DraftingArgs,
}

/// What the flags say of drafting, wherever the transcript comes from.
#[derive(Debug, Args)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct DraftingArgs {
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

impl DraftingArgs {
    /// Dictation or session, where it is said.
    #[must_use]
    pub fn mode(&self) -> Option<Mode> {
        self.mode.map(Mode::from)
    }

    /// The note format, where it is said.
    #[must_use]
    pub fn format(&self) -> Option<&str> {
        self.format.as_deref()
    }

    /// What the flags say of recognising.
    #[must_use]
    pub fn hearing(&self) -> &HearingArgs {
        &self.hearing
    }

    /// Whether files that are there already are replaced.
    #[must_use]
    pub fn force(&self) -> bool {
        self.force
    }

    /// Whether no progress is shown and nothing asked.
    #[must_use]
    pub fn quiet(&self) -> bool {
        self.quiet
    }
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
    let mut drafting = Drafting::open(world, &args.drafting, inputs.len(), &Known::default())?;
    let is_listing = drafting.target.is_standard() && !args.drafting.json;
    for (place, input) in inputs.iter().enumerate() {
        let taken = match drafting.taker.take(input) {
            Ok(taken) => taken,
            Err(failure) => {
                drafting.fail(&failure);
                continue;
            }
        };
        let note = drafting.note(taken);
        if place > 0 && is_listing {
            anstream::println!();
        }
        if inputs.len() > 1 && is_listing {
            anstream::println!("== {} ==\n", shown(input));
        }
        drafting.write(&input.to_string_lossy(), &note);
    }
    Ok(drafting.code())
}

/// What is known where the flags say nothing.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Note format.
    pub format: Option<String>,
    /// Day of the session.
    pub date: Option<SessionDate>,
    /// Dictation or session.
    pub mode: Option<Mode>,
}

/// A run of drafting: what every note of it shares, and whether all went well.
pub struct Drafting<'a> {
    args: &'a DraftingArgs,
    format: &'static NoteFormat,
    date: Option<SessionDate>,
    target: Target,
    /// Makes inputs into transcripts.
    pub taker: Taker<'a>,
    composing: Composing<'a>,
    own: OwnWords,
    all_well: bool,
}

impl<'a> Drafting<'a> {
    /// Opens a run for so many inputs.
    ///
    /// # Errors
    /// When the request makes no sense.
    pub fn open(
        world: &'a World,
        args: &'a DraftingArgs,
        inputs: usize,
        known: &Known,
    ) -> Result<Self, Failure> {
        let format = args
            .format
            .as_deref()
            .or(known.format.as_deref())
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
        let target = Target::of(args.output.as_deref(), inputs, args.force)?;
        if args.json && inputs > 1 && target.is_standard() {
            return Err(
                Failure::usage("--json prints one note, and several inputs were given")
                    .hint("name a folder for the notes with --output, or give one input"),
            );
        }
        let mode = args.mode.map(Mode::from).or(known.mode);
        Ok(Self {
            args,
            format,
            date: date.or(known.date),
            target,
            taker: Taker::new(world, &args.hearing, mode, args.quiet),
            composing: Composing::new(world, &args.composing, args.hearing.threads(), args.quiet)?,
            own: own_words::of(world, args.hearing.vocabulary())?,
            all_well: true,
        })
    }

    /// Shows what went wrong; it counts in the exit code.
    pub fn fail(&mut self, failure: &Failure) {
        failure.show();
        self.all_well = false;
    }

    /// Drafts the note of a transcript.
    pub fn note(&mut self, taken: Taken) -> DraftNote {
        for failure in &taken.failures {
            self.fail(failure);
        }
        let (format, date, own) = (self.format, self.date, &self.own);
        let mut note = self
            .composing
            .draft(|composer| pipeline::draft_with(own, &taken.transcript, format, date, composer));
        if let Some(failure) = self.composing.failure() {
            failure.show();
            self.all_well = false;
        }
        note.add_findings(taken.findings);
        note
    }

    /// Writes a note where the flags say; `name` is that of its input.
    pub fn write(&mut self, name: &str, note: &DraftNote) {
        if let Err(failure) = write(&self.target, name, note, self.format, self.args.json) {
            self.fail(&failure);
        }
    }

    /// Whether all went well, as an exit code.
    #[must_use]
    pub fn code(&self) -> ExitCode {
        if self.all_well {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
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
