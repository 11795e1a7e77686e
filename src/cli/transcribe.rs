//! `notewright transcribe`: what was said, and no more.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::World;
use crate::cli::draft::ModeArg;
use crate::cli::failure::Failure;
use crate::cli::hearing::{HearingArgs, shown};
use crate::cli::input::{self, Taker};
use crate::cli::output::Target;
use crate::session::Mode;
use crate::transcript::document::Transcript;
use crate::transcript::write::{self, WriteError};

/// Write down what was said in a recording, and no more.
#[derive(Debug, Args)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct TranscribeArgs {
    /// Recordings, or transcripts to convert.
    inputs: Vec<PathBuf>,
    /// As a `notewright.transcript/1` document.
    #[arg(long, group = "form")]
    json: bool,
    /// As subtitles in `SubRip` form.
    #[arg(long, group = "form")]
    srt: bool,
    /// As subtitles in `WebVTT` form.
    #[arg(long, group = "form")]
    vtt: bool,
    /// As plain text, which is the default.
    #[arg(long, group = "form")]
    text: bool,
    /// A dictation by the clinician alone, or a session of several speakers.
    #[arg(long, value_enum, env = "NOTEWRIGHT_MODE")]
    mode: Option<ModeArg>,
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
}

/// Runs the command: every input is tried, whatever becomes of the others.
///
/// # Errors
/// When the request makes no sense.
pub fn run(world: &World, args: &TranscribeArgs) -> Result<ExitCode, Failure> {
    let inputs = input::given(&args.inputs)?;
    let target = Target::of(args.output.as_deref(), inputs.len(), args.force)?;
    let mut taker = Taker::new(world, &args.hearing, args.mode.map(Mode::from), args.quiet);
    let mut all_well = true;
    for input in inputs {
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
        for finding in &taken.findings {
            anstream::eprintln!("note: {}", finding.message);
        }
        let (ending, text) = written(args, &taken.transcript);
        let done = text
            .map_err(|error| Failure::new(format!("{}: {error}", shown(input))).hint(error.hint()))
            .and_then(|text| target.write(&input.to_string_lossy(), ending, &text));
        if let Err(failure) = done {
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

/// The transcript in the form that was asked for, with the ending of such a file.
fn written(
    args: &TranscribeArgs,
    transcript: &Transcript,
) -> (&'static str, Result<String, WriteError>) {
    if args.json {
        ("transcript.json", write::json(transcript))
    } else if args.srt {
        ("srt", write::srt(transcript))
    } else if args.vtt {
        ("vtt", write::vtt(transcript))
    } else {
        ("txt", Ok(write::text(transcript)))
    }
}
