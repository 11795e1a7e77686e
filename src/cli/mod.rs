//! The command line: what each command prints and asks. Nothing here decides anything clinical.

pub mod author;
pub mod composing;
pub mod corrections;
pub mod devices;
pub mod difference;
pub mod doctor;
pub mod draft;
pub mod explain;
pub mod failure;
pub mod formats;
pub mod hearing;
pub mod input;
pub mod interventions;
pub mod key;
pub mod models;
pub mod output;
pub mod own_words;
pub mod progress;
pub mod record;
pub mod recover;
pub mod redraft;
pub mod settings;
pub mod show;
pub mod transcribe;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Failure;
use settings::{Folders, Settings};

/// Turns a dictation or a recorded session into a structured clinical note, on this machine.
///
/// Nothing leaves the computer, except when you pull a model.
#[derive(Debug, Parser)]
#[command(
    name = "notewright",
    version,
    propagate_version = true,
    max_term_width = 100
)]
pub struct Cli {
    /// Settings file, in place of the platform's.
    #[arg(long, global = true, value_name = "FILE", env = "NOTEWRIGHT_SETTINGS")]
    settings: Option<PathBuf>,
    /// Folder for models, in place of the platform's.
    #[arg(long, global = true, value_name = "DIR", env = "NOTEWRIGHT_MODELS")]
    models_dir: Option<PathBuf>,
    /// Folder for sealed recordings and their key, in place of the platform's.
    #[arg(long, global = true, value_name = "DIR", env = "NOTEWRIGHT_DATA")]
    data_dir: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Draft a note from typed text, a transcript or a recording.
    Draft(draft::DraftArgs),
    /// Word sections of a note anew with a language model, or take that back.
    Redraft(redraft::RedraftArgs),
    /// Record a dictation or a session, sealed on this computer, and draft its note.
    Record(record::RecordArgs),
    /// Write down what was said in a recording, and no more.
    Transcribe(transcribe::TranscribeArgs),
    /// Show how a text was read: for each clause its section, and the words that decided.
    Explain(explain::ExplainArgs),
    /// See recordings that were left, and draft a note from one, export it or erase it.
    Recover(recover::RecoverArgs),
    /// See what guards the key of your recordings, set it up or change it.
    Key(key::KeyArgs),
    /// See and change what is put right for you: "vock" is VOC.
    Corrections(corrections::CorrectionsArgs),
    /// See which models there are, and install or remove them.
    Models(models::ModelsArgs),
    /// Show the note formats, or one of them.
    Formats(formats::FormatsArgs),
    /// Show the interventions that are recognised, or those that match a word.
    Interventions(interventions::InterventionsArgs),
    /// Show the microphones there are, and test how well one hears.
    Devices(devices::DevicesArgs),
    /// Say what works on this computer and what to do next.
    Doctor,
}

/// What every command knows: the settings, and where things lie.
#[derive(Debug)]
pub struct World {
    /// What the settings file says.
    pub settings: Settings,
    /// Where things lie.
    pub folders: Folders,
    /// Where models are pulled from, in place of Hugging Face.
    pub mirror: Option<String>,
}

/// Runs the program: reads the command line, does what it asks, and says how it went. Exit codes:
/// 0 done, 1 something did not work, 2 the request made no sense.
#[must_use]
pub fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(failure) => {
            failure.show();
            failure.code()
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode, Failure> {
    progress::stop_on_interrupt()?;
    let mut folders = Folders::of_platform();
    if let Some(path) = cli.settings {
        if !path.is_file() {
            return Err(
                Failure::usage(format!("there is no settings file {}", path.display()))
                    .hint("leave --settings out to use the platform's own, which need not exist"),
            );
        }
        folders.settings = path;
    }
    let settings = Settings::read(&folders.settings)?;
    if let Some(models) = cli.models_dir.or_else(|| settings.models.clone()) {
        folders.models = models;
    }
    if let Some(data) = cli.data_dir {
        folders.data = data;
    }
    let mirror = std::env::var("NOTEWRIGHT_MIRROR")
        .ok()
        .or_else(|| settings.mirror.clone());
    let world = World {
        settings,
        folders,
        mirror,
    };
    match cli.command {
        Command::Draft(args) => draft::run(&world, &args),
        Command::Redraft(args) => redraft::run(&world, &args),
        Command::Record(args) => record::run(&world, &args),
        Command::Transcribe(args) => transcribe::run(&world, &args),
        Command::Explain(args) => explain::run(&world, &args),
        Command::Recover(args) => recover::run(&world, &args),
        Command::Key(args) => key::run(&world, &args),
        Command::Corrections(args) => corrections::run(&world, &args),
        Command::Models(args) => hearing::models(&world, &args),
        Command::Formats(args) => formats::run(&args),
        Command::Interventions(args) => interventions::run(&args),
        Command::Devices(args) => devices::run(&args),
        Command::Doctor => doctor::run(&world),
    }
}
