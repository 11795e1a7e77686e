//! The recogniser as the library uses it: [`Ear`] is the [`Transcriber`] over `notewright-ear`.
//!
//! Keeps the child alive across windows, restarts it once for a window that it did not survive, and
//! says for good when it fails again and again. Judges nothing that was heard except whether it may
//! steer the next window.

use std::path::PathBuf;

use crate::engine::child::{Child, Patience, Program};
use crate::engine::failure::EngineError;
use crate::engine::frame::FrameError;
use crate::engine::model_file;
use crate::engine::protocol::{
    Cost, EarAnswer, EarLoad, EarReady, EarRequest, Engine, Failure, Hello,
};
use crate::session::Speech;
use crate::transcript::document::EngineInfo;
use crate::transcript::transcriber::{HeardSegment, TranscribeError, Transcriber};

/// Windows that may fail in a row before the ear counts as gone.
const MAX_FAILED: u32 = 3;

/// Text that is less likely than this does not steer the next window: below whisper.cpp's own
/// threshold for decoding again (`logprob_thold`, -1).
const STEERING_LOGPROB: f32 = -1.0;

/// What an [`Ear`] works with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarOptions {
    /// Where the child's binary lies.
    pub program: Program,
    /// The model file.
    pub model: PathBuf,
    /// The model's catalog name or file name, for the transcript.
    pub model_name: String,
    /// SHA-256 of the model file in hexadecimal, where it is known.
    pub sha256: Option<String>,
    /// Threads; physical cores where none are given.
    pub threads: Option<u16>,
    /// Beams; 1 is greedy.
    pub beam: u8,
    /// Vocabulary to expect, as running text.
    pub prompt: Option<Speech>,
    /// Whether the text of one window may steer the next.
    pub allow_context: bool,
    /// Two-letter language, or nothing to detect it.
    pub language: Option<String>,
    /// Whether a model that marks speaker turns shall do so.
    pub mark_turns: bool,
    /// Whether all clips are encoded at their own length, not only those glanced at.
    pub short_audio: bool,
    /// How long to wait; scaled to the model where nothing is given.
    pub patience: Option<Patience>,
}

impl EarOptions {
    /// English, greedy, without context, for the model at `model`.
    #[must_use]
    pub fn new(model: impl Into<PathBuf>) -> Self {
        let model = model.into();
        let model_name = model
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        Self {
            program: Program::Beside,
            model,
            model_name,
            sha256: None,
            threads: None,
            beam: 1,
            prompt: None,
            allow_context: false,
            language: Some("en".to_owned()),
            mark_turns: false,
            short_audio: false,
            patience: None,
        }
    }
}

/// Threads that pay: one for each physical core.
#[must_use]
pub fn physical_cores() -> u16 {
    let allowed = std::thread::available_parallelism().map_or(1, usize::from);
    let cores = sysinfo::System::physical_core_count().unwrap_or(allowed);
    u16::try_from(cores.min(allowed)).unwrap_or(1).max(1)
}

/// Speech recognition in a child process.
#[derive(Debug)]
pub struct Ear {
    options: EarOptions,
    patience: Patience,
    running: Option<Running>,
    hello: Hello,
    facts: EarReady,
    windows: u64,
    failed: u32,
    carry: bool,
    cost: Cost,
}

type EarChild = Child<EarRequest, EarAnswer>;

#[derive(Debug)]
struct Running {
    child: EarChild,
    hello: Hello,
    facts: EarReady,
}

impl Ear {
    /// Looks at the model file, starts the child and loads the model.
    ///
    /// # Errors
    /// Any [`EngineError`].
    pub fn open(options: EarOptions) -> Result<Self, EngineError> {
        let model =
            model_file::inspect_whisper(&options.model).map_err(|fault| EngineError::Model {
                path: options.model.clone(),
                fault,
            })?;
        let patience = options
            .patience
            .unwrap_or_else(|| Patience::for_model(model.bytes()));
        let running = start(&options, patience)?;
        Ok(Self {
            hello: running.hello.clone(),
            facts: running.facts.clone(),
            running: Some(running),
            options,
            patience,
            windows: 0,
            failed: 0,
            carry: false,
            cost: Cost::default(),
        })
    }

    /// What the child said of itself.
    #[must_use]
    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    /// Facts of the loaded model, and the fence around it.
    #[must_use]
    pub fn facts(&self) -> &EarReady {
        &self.facts
    }

    /// What the last window cost.
    #[must_use]
    pub fn last_cost(&self) -> Cost {
        self.cost
    }

    /// Number of the child's process, while it lives.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.running.as_ref().map(|r| r.child.id())
    }

    /// Recognises one window, as [`Transcriber::transcribe`], with the error as it is.
    ///
    /// # Errors
    /// When the engine failed on this window twice, or cannot be started.
    pub fn hear(
        &mut self,
        samples: &[f32],
        heard: &mut dyn FnMut(&HeardSegment),
    ) -> Result<Vec<HeardSegment>, EngineError> {
        self.ask(samples, false, heard)
    }

    fn ask(
        &mut self,
        samples: &[f32],
        brief: bool,
        heard: &mut dyn FnMut(&HeardSegment),
    ) -> Result<Vec<HeardSegment>, EngineError> {
        self.windows += 1;
        let mut told = 0;
        let mut tell = |nth: usize, segment: &HeardSegment| {
            // A restarted window comes from its beginning again; each place is told once.
            if nth >= told {
                told = nth + 1;
                heard(segment);
            }
        };
        let first = self.attempt(samples, brief, &mut tell);
        let result = match first {
            Err(error) if error.worth_restart() => {
                self.running = None;
                self.attempt(samples, brief, &mut tell)
            }
            other => other,
        };
        self.account(result)
    }

    /// Keeps count of failures and decides what may steer the next window.
    fn account(
        &mut self,
        result: Result<Vec<HeardSegment>, EngineError>,
    ) -> Result<Vec<HeardSegment>, EngineError> {
        match result {
            Ok(segments) => {
                self.failed = 0;
                self.carry = self.options.allow_context
                    && segments.iter().all(|s| s.mean_logprob > STEERING_LOGPROB);
                Ok(segments)
            }
            Err(error) if error.worth_restart() => {
                self.running = None;
                self.carry = false;
                self.failed += 1;
                if self.failed < MAX_FAILED {
                    return Err(error);
                }
                Err(EngineError::GaveUp {
                    engine: Engine::Ear,
                    times: self.failed,
                    last: error.to_string(),
                })
            }
            Err(error) => Err(error),
        }
    }

    fn told(
        &mut self,
        samples: &[f32],
        brief: bool,
        heard: &mut dyn FnMut(&HeardSegment),
    ) -> Result<Vec<HeardSegment>, TranscribeError> {
        if self.failed >= MAX_FAILED {
            return Err(gone(self.failed));
        }
        self.ask(samples, brief, heard)
            .map_err(|error| TranscribeError {
                cause: error.to_string(),
                hint: error.hint(),
                can_go_on: can_go_on(&error),
            })
    }

    fn attempt(
        &mut self,
        samples: &[f32],
        brief: bool,
        tell: &mut dyn FnMut(usize, &HeardSegment),
    ) -> Result<Vec<HeardSegment>, EngineError> {
        // A new child has no text to carry, and what is only glanced at steers nothing.
        let carry = self.carry && self.running.is_some() && !brief;
        let running = match self.running.take() {
            Some(running) => running,
            None => start(&self.options, self.patience)?,
        };
        let running = self.running.insert(running);
        let request = EarRequest::Window {
            window: self.windows,
            carry,
            brief,
        };
        running.child.ask(&request, Some(samples))?;
        let (segments, cost) = collect(&mut running.child, self.windows, self.patience, tell)?;
        self.cost = cost;
        Ok(segments)
    }
}

/// Takes segments until the window is done.
fn collect(
    child: &mut EarChild,
    asked: u64,
    patience: Patience,
    tell: &mut dyn FnMut(usize, &HeardSegment),
) -> Result<(Vec<HeardSegment>, Cost), EngineError> {
    let mut segments = Vec::new();
    loop {
        match child.answer(patience.work)? {
            EarAnswer::Segment { window, segment } if window == asked => {
                tell(segments.len(), &segment);
                segments.push(segment);
            }
            EarAnswer::Done {
                window,
                segments: sent,
                cost,
            } if window == asked && sent == segments.len() => return Ok((segments, cost)),
            _ => {
                return Err(EngineError::Garbage {
                    engine: Engine::Ear,
                    what: FrameError::OutOfOrder,
                });
            }
        }
    }
}

fn start(options: &EarOptions, patience: Patience) -> Result<Running, EngineError> {
    let program = options.program.find(Engine::Ear)?;
    let (mut child, hello) = EarChild::start(Engine::Ear, &program, patience)?;
    let load = EarLoad {
        model: options.model.clone(),
        threads: options.threads.unwrap_or_else(physical_cores),
        language: options.language.clone(),
        beam: options.beam,
        prompt: options.prompt.clone(),
        mark_turns: options.mark_turns,
        short_audio: options.short_audio,
    };
    child.ask(&EarRequest::Load(load), None)?;
    match child.loaded(&options.model, patience.load)? {
        EarAnswer::Ready(facts) => Ok(Running {
            child,
            hello,
            facts,
        }),
        EarAnswer::Segment { .. } | EarAnswer::Done { .. } => Err(EngineError::Garbage {
            engine: Engine::Ear,
            what: FrameError::OutOfOrder,
        }),
    }
}

impl Transcriber for Ear {
    fn engine(&self) -> EngineInfo {
        EngineInfo {
            name: self.hello.native.clone(),
            model: self.options.model_name.clone(),
            sha256: self.options.sha256.clone(),
        }
    }

    fn transcribe(
        &mut self,
        samples: &[f32],
        heard: &mut dyn FnMut(&HeardSegment),
    ) -> Result<Vec<HeardSegment>, TranscribeError> {
        self.told(samples, false, heard)
    }

    fn glance(&mut self, samples: &[f32]) -> Result<Vec<HeardSegment>, TranscribeError> {
        let told = self.told(samples, true, &mut |_| {});
        // The engine's text of the window before is the glance's.
        self.carry = false;
        told
    }
}

fn can_go_on(error: &EngineError) -> bool {
    let for_good = matches!(
        error,
        EngineError::Refused {
            failure: Failure::Model(_),
            ..
        }
    );
    error.can_go_on() && !for_good
}

fn gone(times: u32) -> TranscribeError {
    let error = EngineError::GaveUp {
        engine: Engine::Ear,
        times,
        last: "see above".to_owned(),
    };
    TranscribeError {
        hint: error.hint(),
        cause: error.to_string(),
        can_go_on: false,
    }
}
