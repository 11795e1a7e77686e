//! `notewright explain`: for each clause the section it goes to, what was read of it, and why.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::World;
use crate::cli::failure::Failure;
use crate::cli::formats;
use crate::cli::hearing::HearingArgs;
use crate::cli::input::{self, Taker};
use crate::cli::own_words;
use crate::note::format::NoteFormat;
use crate::reading::interventions::{How, Status, Tag};
use crate::reading::lexicon::{CueKind, Lexicon, Reach, Sense};
use crate::reading::measures::When;
use crate::reading::risk::RiskStatus;
use crate::reading::routing::Kind;
use crate::reading::{self, ReadClause, Reading};
use crate::session::Mode;
use crate::transcript::corrections::Source;
use crate::transcript::document::Transcript;
use crate::transcript::own_words::OwnWords;
use crate::transcript::script::{Corrected, Script, ScriptUtterance};

/// Show how a text was read: for each clause its section, what was found in it, and why.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Text, transcripts or recordings, or - for standard input.
    inputs: Vec<PathBuf>,
    /// Note format: soap, dap, birp, girp, pirp, emdr.
    #[arg(long, short, env = "NOTEWRIGHT_FORMAT", default_value = "soap")]
    format: String,
    /// Also list every phrase of the lexicon that was found.
    #[arg(long)]
    phrases: bool,
    #[command(flatten)]
    hearing: HearingArgs,
}

/// Runs the command.
///
/// # Errors
/// When an input cannot be read or the format does not exist.
pub fn run(world: &World, args: &ExplainArgs) -> Result<ExitCode, Failure> {
    let format = formats::named(&args.format)?;
    let own = own_words::of(world, args.hearing.vocabulary())?;
    let mut taker = Taker::new(world, &args.hearing, None, false);
    for input in input::given(&args.inputs)? {
        let taken = taker.take(input)?;
        anstream::print!("{}", explain(&own, &taken.transcript, format, args.phrases));
    }
    Ok(ExitCode::SUCCESS)
}

/// Explains the reading of a transcript, a paragraph for each clause; with `phrases`, every phrase of
/// the lexicon that was found in it.
#[must_use]
pub fn explain(
    own: &OwnWords,
    transcript: &Transcript,
    format: &NoteFormat,
    phrases: bool,
) -> String {
    let lexicon = Lexicon::embedded();
    let script = Script::with(transcript, &lexicon.instrument_names, own);
    let reading = reading::read(lexicon, &script, &format.purpose());
    let page = Page {
        lexicon,
        script: &script,
        reading: &reading,
        format,
    };
    let mut text = String::new();
    for read in &reading.clauses {
        page.clause(&mut text, read);
        if phrases {
            page.phrases(&mut text, read);
        }
    }
    text
}

struct Page<'a> {
    lexicon: &'a Lexicon,
    script: &'a Script,
    reading: &'a Reading,
    format: &'a NoteFormat,
}

impl Page<'_> {
    fn clause(&self, text: &mut String, read: &ReadClause) {
        let clause = &read.clause;
        let utterance = &self.script.utterances[clause.utterance];
        let _ = writeln!(text, "\u{201c}{}\u{201d}", utterance.quote(&clause.words));
        let _ = writeln!(text, "    {}", self.section(read));
        for slip in &utterance.corrected {
            if clause.words.start <= slip.words.start && slip.words.end <= clause.words.end {
                let _ = writeln!(text, "    {}", corrected(utterance, slip));
            }
        }
        let span = utterance.span(&clause.words);
        for tag in &self.reading.tags {
            let inside = tag.why.words.start >= clause.words.start
                && tag.why.words.end <= clause.words.end
                && tag.cite.utterance == clause.utterance
                && tag.cite.span.start < span.end;
            if inside {
                let _ = writeln!(text, "    {}", self.tag(utterance, tag));
            }
        }
        let within = |cite: &reading::Cite| {
            cite.utterance == clause.utterance
                && span.start <= cite.span.start
                && cite.span.start < span.end
        };
        for (field, said) in &self.reading.risk.said {
            for (status, cite) in said.iter().filter(|(_, cite)| within(cite)) {
                let quote = &utterance.text[cite.span.clone()];
                let (field, status) = (field.name(), risk_said(*status));
                let _ = writeln!(
                    text,
                    "    Risk: {field}: {status} (\u{201c}{quote}\u{201d})."
                );
            }
        }
        for score in self
            .reading
            .measures
            .scores
            .iter()
            .filter(|m| within(&m.cite))
        {
            let name = &self.lexicon.instruments[score.instrument].name;
            let _ = writeln!(
                text,
                "    Score: {name} {}, {}.",
                score.value,
                when(score.when)
            );
        }
        text.push('\n');
    }

    /// The section and why it is that one.
    fn section(&self, read: &ReadClause) -> String {
        let place = if self.script.mode == Mode::Dictation {
            read.place()
        } else {
            self.format.route(read.kind, read.phase)
        };
        let Some(place) = place else {
            return format!("No section: {}.", told(read.kind));
        };
        let heading = &self.format.sections[place].heading;
        if read.section.is_some() {
            return format!("{heading}: a heading was spoken.");
        }
        let mut signs: Vec<_> = read
            .leaning
            .kinds
            .iter()
            .filter(|(_, w)| *w > 0.0)
            .collect();
        signs.sort_by(|a, b| b.1.total_cmp(&a.1));
        let signs: Vec<&str> = signs.iter().take(2).map(|(kind, _)| told(*kind)).collect();
        let own = signs.join(", or ");
        match self.format.route(read.kind, read.phase) {
            Some(route) if route == place => format!("{heading}: {}.", told(read.kind)),
            _ if own.is_empty() => format!("{heading}: goes with the sentences around it."),
            _ => format!("{heading}: {own}; settled by the sentences around it."),
        }
    }

    fn tag(&self, utterance: &ScriptUtterance, tag: &Tag) -> String {
        let name = |n: usize| self.lexicon.interventions[n].name.as_str();
        let why = &tag.why;
        let mut line = format!(
            "{}: {}. \u{201c}{}\u{201d} is {}",
            name(tag.intervention),
            became(tag.status),
            utterance.quote(&why.words),
            match why.how {
                How::Term => "its name",
                How::Weak => "an everyday word for it beside a verb of doing",
                How::Act => "the act itself",
                How::Talk => "what is said aloud while doing it",
                How::Like => "like what is said of it, though no phrase of the lexicon",
            }
        );
        if let Some(cue) = &why.cue
            && let Sense::Cue(kind, reach) = cue.what
        {
            let reach = match reach {
                Reach::Forward => "reaches what follows",
                Reach::Backward => "reaches what stands before",
                Reach::Clause => "reaches the whole clause",
            };
            let _ = write!(
                line,
                "; \u{201c}{}\u{201d} {} and {reach}",
                utterance.quote(&cue.words),
                tells(kind)
            );
        }
        if why.heard {
            line.push_str("; what became of it is told by words that are like such words");
        }
        if !why.beat.is_empty() {
            let beaten: Vec<&str> = why.beat.iter().map(|n| name(*n)).collect();
            let _ = write!(line, "; counted rather than {}", beaten.join(", "));
        }
        let _ = write!(line, ". Sureness {:.1}.", tag.confidence);
        line
    }

    fn phrases(&self, text: &mut String, read: &ReadClause) {
        let clause = &read.clause;
        let utterance = &self.script.utterances[clause.utterance];
        for mark in &clause.marks {
            let what = match mark.what {
                Sense::Cue(kind, reach) => format!("cue {kind:?} {reach:?}"),
                Sense::Score(word) => format!("score word {word:?}"),
                Sense::Risk(word) => format!("risk word {word:?}"),
                Sense::Instrument(n) => {
                    format!("instrument {}", self.lexicon.instruments[n as usize].name)
                }
                Sense::Term(n)
                | Sense::Weak(n)
                | Sense::Act(n)
                | Sense::Talk(n)
                | Sense::Trap(n) => {
                    let how = format!("{:?}", mark.what);
                    let how = how.split('(').next().unwrap_or_default().to_lowercase();
                    format!("{how} of {}", self.lexicon.interventions[n as usize].id)
                }
            };
            let _ = writeln!(text, "        {what}: {}", utterance.quote(&mark.words));
        }
        text.push('\n');
    }
}

/// What was heard, what it is read as, and why.
fn corrected(utterance: &ScriptUtterance, slip: &Corrected) -> String {
    let written: Vec<&str> = utterance.words[slip.words.clone()]
        .iter()
        .filter_map(|word| word.written.as_deref())
        .filter(|written| !written.is_empty())
        .collect();
    format!(
        "Read as {}: \u{201c}{}\u{201d} is {}.",
        written.join(" "),
        utterance.quote(&slip.words),
        match slip.source {
            Source::Embedded => "how recognisers write it",
            Source::Own => "one of your corrections",
            Source::Vocabulary => "a word of your vocabulary",
        }
    )
}

/// What a kind of clause tells.
fn told(kind: Kind) -> &'static str {
    match kind {
        Kind::Report => "what was reported",
        Kind::Observation => "what you observed",
        Kind::Score => "a score",
        Kind::Act => "what you did",
        Kind::Omitted => "what was declined or left out",
        Kind::Response => "how the client took it",
        Kind::Inference => "what you make of it",
        Kind::Plan => "what is to come",
        Kind::Goal => "a goal",
        Kind::Frame => "who, when and where, or talk to the recorder",
    }
}

fn risk_said(status: RiskStatus) -> &'static str {
    match status {
        RiskStatus::Denied => "denied",
        RiskStatus::Present => "present",
        RiskStatus::Passive => "passive",
        RiskStatus::Active => "active",
    }
}

fn when(when: When) -> &'static str {
    match when {
        When::Current => "now",
        When::Prior => "before",
        When::Pre => "at the start",
        When::Post => "at the end",
    }
}

fn became(status: Status) -> &'static str {
    match status {
        Status::Performed => "used",
        Status::Attempted => "attempted",
        Status::Reviewed => "reviewed",
        Status::Assigned => "assigned",
        Status::Planned => "planned",
        Status::Declined => "declined by the client",
        Status::Negated => "left out by you",
        Status::Historical => "used earlier",
        Status::Hypothetical => "only talked of",
        Status::ClientUse => "used by the client",
        Status::OtherProvider => "used by somebody else",
    }
}

/// What a cue tells of a technique.
fn tells(kind: CueKind) -> &'static str {
    match kind {
        CueKind::Negated => "says it was left out",
        CueKind::Declined => "says no to it",
        CueKind::Planned => "says it is to come",
        CueKind::Assigned => "sets it as a task",
        CueKind::Attempted => "says it was begun",
        CueKind::Reviewed => "says it was looked at again",
        CueKind::Historical => "says it was earlier",
        CueKind::Hypothetical => "says it is only possible",
        CueKind::ClientUse => "says the client did it",
        CueKind::OtherProvider => "says somebody else did it",
        _ => "says it was done",
    }
}
