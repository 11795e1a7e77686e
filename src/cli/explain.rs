//! `notewright explain`: for each clause the section it goes to, and the phrases that decided.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::World;
use crate::cli::failure::Failure;
use crate::cli::formats;
use crate::cli::hearing::HearingArgs;
use crate::cli::input::{self, Taker};
use crate::note::format::NoteFormat;
use crate::reading::lexicon::{Lexicon, Sense};
use crate::reading::{self, ReadClause, Reading};
use crate::transcript::document::Transcript;
use crate::transcript::script::Script;

/// Show how a text was read: for each clause its section, and the words that decided.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Text, transcripts or recordings, or - for standard input.
    inputs: Vec<PathBuf>,
    /// Note format: soap, dap, birp, girp, pirp, emdr.
    #[arg(long, short, env = "NOTEWRIGHT_FORMAT", default_value = "soap")]
    format: String,
    #[command(flatten)]
    hearing: HearingArgs,
}

/// Runs the command.
///
/// # Errors
/// When an input cannot be read or the format does not exist.
pub fn run(world: &World, args: &ExplainArgs) -> Result<ExitCode, Failure> {
    let format = formats::named(&args.format)?;
    let mut taker = Taker::new(world, &args.hearing, None, false);
    for input in input::given(&args.inputs)? {
        let taken = taker.take(input)?;
        anstream::print!("{}", explain(&taken.transcript, format));
    }
    Ok(ExitCode::SUCCESS)
}

/// Explains the reading of a transcript, a paragraph for each clause.
#[must_use]
pub fn explain(transcript: &Transcript, format: &NoteFormat) -> String {
    let lexicon = Lexicon::embedded();
    let script = Script::of(transcript, &lexicon.instrument_names);
    let reading = reading::read(lexicon, &script, &format.purpose());
    let mut text = String::new();
    for read in &reading.clauses {
        clause(&mut text, lexicon, &script, &reading, format, read);
    }
    text
}

fn clause(
    text: &mut String,
    lexicon: &Lexicon,
    script: &Script,
    reading: &Reading,
    format: &NoteFormat,
    read: &ReadClause,
) {
    let clause = &read.clause;
    let utterance = &script.utterances[clause.utterance];
    let section = read.section.or_else(|| format.route(read.kind, read.phase));
    let section = section.map_or("no section", |s| format.sections[s].id.as_str());
    let by = if read.section.is_some() {
        "spoken header"
    } else {
        "kind"
    };
    let _ = writeln!(text, "{}: {}", utterance.id, utterance.quote(&clause.words));
    let _ = writeln!(
        text,
        "    goes to {section} by {by}: {:?}, subject {:?}",
        read.kind, clause.subject
    );
    for mark in &clause.marks {
        let what = match mark.what {
            Sense::Cue(kind, reach) => format!("{kind:?} {reach:?}"),
            Sense::Score(word) => format!("score word {word:?}"),
            Sense::Risk(word) => format!("risk word {word:?}"),
            Sense::Instrument(n) => format!("instrument {}", lexicon.instruments[n as usize].name),
            Sense::Term(n) | Sense::Weak(n) | Sense::Act(n) | Sense::Talk(n) | Sense::Trap(n) => {
                let how = format!("{:?}", mark.what);
                let how = how.split('(').next().unwrap_or_default().to_lowercase();
                format!("{how} of {}", lexicon.interventions[n as usize].id)
            }
        };
        let _ = writeln!(text, "    {what}: {}", utterance.quote(&mark.words));
    }
    let span = utterance.span(&clause.words);
    for tag in &reading.tags {
        let inside = tag.cite.utterance == clause.utterance
            && span.start <= tag.cite.span.start
            && tag.cite.span.end <= span.end;
        if inside {
            let id = &lexicon.interventions[tag.intervention].id;
            let quote = &utterance.text[tag.cite.span.clone()];
            let _ = writeln!(
                text,
                "    => {id} {:?} ({:.1}): {quote}",
                tag.status, tag.confidence
            );
        }
    }
}
