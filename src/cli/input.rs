//! An input of a command: typed text, a transcript or a recording, made into a transcript.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::audio::doubt::Doubt;
use crate::audio::failure::AudioError;
use crate::audio::recording::Recording;
use crate::cli::World;
use crate::cli::failure::Failure;
use crate::cli::hearing::{self, Hearing, HearingArgs};
use crate::cli::progress::HearingBar;
use crate::note::findings::{Finding, Severity};
use crate::pipeline;
use crate::record::tape::{Hear, Survey, TapeEnding, TapeReader, name_gaps};
use crate::session::Mode;
use crate::transcript::assembly::{Heard, Task};
use crate::transcript::document::Transcript;
use crate::transcript::import;

/// A transcript, and what is to be said about how it came about.
#[derive(Debug)]
pub struct Taken {
    /// The transcript.
    pub transcript: Transcript,
    /// Doubts about the input, for the note.
    pub findings: Vec<Finding>,
    /// What went wrong although there is a transcript, for the terminal.
    pub failures: Vec<Failure>,
}

/// Takes inputs in; the engine starts with the first recording and serves all of them.
#[derive(Debug)]
pub struct Taker<'a> {
    world: &'a World,
    args: &'a HearingArgs,
    mode: Option<Mode>,
    quiet: bool,
    hearing: Option<Hearing>,
}

impl<'a> Taker<'a> {
    /// A taker for one run of a command.
    #[must_use]
    pub fn new(world: &'a World, args: &'a HearingArgs, mode: Option<Mode>, quiet: bool) -> Self {
        let mode = mode.or(world.settings.mode);
        Self {
            world,
            args,
            mode,
            quiet,
            hearing: None,
        }
    }

    /// Makes an input into a transcript.
    ///
    /// # Errors
    /// When the input cannot be read at all.
    pub fn take(&mut self, input: &Path) -> Result<Taken, Failure> {
        if is_text(input) {
            self.text(input)
        } else {
            self.recording(input)
        }
    }

    fn text(&self, input: &Path) -> Result<Taken, Failure> {
        let fail = |error: import::ImportError| {
            let hint = error.hint();
            Failure::new(&error).hint(hint)
        };
        let imported = if input.as_os_str() == "-" {
            let mut bytes = Vec::new();
            std::io::stdin()
                .lock()
                .read_to_end(&mut bytes)
                .map_err(|error| Failure::new(format!("cannot read standard input: {error}")))?;
            import::read("standard input", &bytes).map_err(fail)?
        } else {
            import::open(input).map_err(fail)?
        };
        let mut transcript = imported.transcript;
        if let Some(mode) = self.mode {
            transcript.mode = mode;
        }
        let findings = imported
            .notices
            .iter()
            .map(|notice| Finding::new(Severity::Info, "input.notice", notice.to_string()))
            .collect();
        Ok(Taken {
            transcript,
            findings,
            failures: Vec::new(),
        })
    }

    fn recording(&mut self, input: &Path) -> Result<Taken, Failure> {
        let mut recording = Recording::open(input).map_err(|error| {
            let hint = error.hint();
            Failure::new(&error).hint(hint)
        })?;
        let total_ms = recording.duration_ms();
        let name = hearing::shown(input);
        let mut taken = self.hear(&mut recording, &name, total_ms)?;
        let doubts = recording.doubts();
        taken.findings.splice(0..0, doubts.iter().map(of_doubt));
        Ok(taken)
    }

    /// Makes a sealed recording into a transcript; its survey is the one of all of it.
    ///
    /// # Errors
    /// When there is no recogniser.
    pub fn tape(
        &mut self,
        tape: TapeReader,
        survey: &Survey,
        name: &str,
    ) -> Result<Taken, Failure> {
        let blocks = tape.blocks(Hear::Mixed);
        let mut taken = self.hear(blocks, name, Some(survey.length_ms))?;
        let coverage = std::mem::take(&mut taken.transcript.coverage);
        taken.transcript.coverage = name_gaps(coverage, &survey.gaps);
        taken.findings.splice(0..0, of_survey(survey));
        Ok(taken)
    }

    /// Makes a stream of 16 kHz blocks into a transcript.
    fn hear(
        &mut self,
        blocks: impl Iterator<Item = Result<Vec<f32>, AudioError>>,
        name: &str,
        total_ms: Option<u64>,
    ) -> Result<Taken, Failure> {
        if self.hearing.is_none() {
            self.hearing = Some(hearing::open(self.world, self.args, self.quiet)?);
        }
        let Some(hearing) = &mut self.hearing else {
            return Err(Failure::new("the recogniser is gone"));
        };
        let task = Task {
            mode: self.mode.unwrap_or_default(),
            language: hearing.language.clone(),
            total_ms,
        };
        let mut bar = HearingBar::new(name, self.quiet);
        let heard = pipeline::transcribe(blocks, &mut hearing.ear, &task, &mut |event| {
            bar.on(&event);
        });
        bar.finish();
        Ok(self::heard(heard, hearing.is_demo, name))
    }
}

/// What was heard, with what is to be said about it; `name` is that of the recording.
#[must_use]
pub fn heard(heard: Heard, is_demo: bool, name: &str) -> Taken {
    let mut findings = Vec::new();
    if is_demo {
        findings.push(Finding::new(
            Severity::Blocking,
            "demo.recogniser",
            "transcribed by the demo recogniser, which hears synthetic voices only: this is no \
             client's note; pull a recogniser with `notewright models pull recommended`",
        ));
    }
    let failures = heard
        .failures
        .iter()
        .map(|failure| Failure::new(format!("{name}: {failure}")).hint(failure.hint()))
        .collect();
    Taken {
        transcript: heard.transcript,
        findings,
        failures,
    }
}

/// Endings of files that hold text.
const TEXT: &[&str] = &["txt", "text", "md", "markdown", "json", "vtt", "srt"];

/// Whether an input holds text rather than sound, by its name.
fn is_text(input: &Path) -> bool {
    input.as_os_str() == "-"
        || input
            .extension()
            .is_some_and(|e| TEXT.contains(&e.to_string_lossy().to_lowercase().as_str()))
}

fn of_doubt(doubt: &Doubt) -> Finding {
    Finding::new(Severity::Warning, doubt.code(), doubt.to_string())
}

/// What a person should know of a sealed recording before trusting the note.
#[must_use]
pub fn of_survey(survey: &Survey) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut warn = |code: &str, message: String| {
        findings.push(Finding::new(Severity::Warning, code, message));
    };
    for gap in &survey.gaps {
        warn("recording.gap", format!("the recording has {gap}"));
    }
    if survey.ending == TapeEnding::CutOff {
        warn(
            "recording.cut_off",
            "the end of the recording's file is missing, although it was finished".to_owned(),
        );
    } else if !survey.is_finished() {
        warn(
            "recording.broken_off",
            "the recording was not stopped by you: it broke off, and ends within a second of that"
                .to_owned(),
        );
    }
    findings
}

/// The inputs of a command; none given is an error that says how to give one.
///
/// # Errors
/// When there are none.
pub fn given(inputs: &[PathBuf]) -> Result<&[PathBuf], Failure> {
    if inputs.is_empty() {
        return Err(Failure::usage("no input was given")
            .hint("name a text, a transcript or a recording, or - to type or pipe the text in"));
    }
    Ok(inputs)
}
