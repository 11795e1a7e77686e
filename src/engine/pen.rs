//! The language model as the library uses it: [`Pen`] over `notewright-pen`.
//!
//! Loads, describes, tokenises, writes under a grammar, and cancels. What to write is not its
//! matter.

use std::path::PathBuf;

use crate::engine::child::{Child, Patience, Program};
use crate::engine::ear::physical_cores;
use crate::engine::failure::EngineError;
use crate::engine::frame::FrameError;
use crate::engine::model_file;
use crate::engine::protocol::{
    Cost, Engine, Generate, Hello, PenAnswer, PenLoad, PenReady, PenRequest, StopReason,
};
use crate::session::Speech;

/// What a [`Pen`] works with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PenOptions {
    /// Where the child's binary lies.
    pub program: Program,
    /// The model file.
    pub model: PathBuf,
    /// Context in tokens; the model's own length where it is shorter.
    pub context: u32,
    /// Threads; physical cores where none are given.
    pub threads: Option<u16>,
    /// How long to wait; scaled to the model where nothing is given.
    pub patience: Option<Patience>,
}

impl PenOptions {
    /// A context of 8192 tokens for the model at `model`: a session's transcript and its note.
    #[must_use]
    pub fn new(model: impl Into<PathBuf>) -> Self {
        Self {
            program: Program::Beside,
            model: model.into(),
            context: 8192,
            threads: None,
            patience: None,
        }
    }
}

/// What happens while a text is written.
#[derive(Debug, PartialEq)]
pub enum Writing<'a> {
    /// So many tokens of the prompt are read.
    Read {
        /// Read so far.
        tokens: u32,
        /// Of so many.
        of: u32,
    },
    /// More text.
    Text(&'a Speech),
}

/// What the caller wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// More text.
    GoOn,
    /// No more; what was written is returned.
    Cancel,
}

/// A text that was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The text, without the stop text that ended it.
    pub text: Speech,
    /// Why it ended.
    pub reason: StopReason,
    /// Tokens written.
    pub tokens: u32,
    /// What it cost.
    pub cost: Cost,
}

/// A language model in a child process.
#[derive(Debug)]
pub struct Pen {
    options: PenOptions,
    patience: Patience,
    running: Option<Running>,
    hello: Hello,
    facts: PenReady,
}

type PenChild = Child<PenRequest, PenAnswer>;

#[derive(Debug)]
struct Running {
    child: PenChild,
    hello: Hello,
    facts: PenReady,
}

impl Pen {
    /// Looks at the model file, starts the child and loads the model.
    ///
    /// # Errors
    /// Any [`EngineError`].
    pub fn open(options: PenOptions) -> Result<Self, EngineError> {
        let model =
            model_file::inspect_gguf(&options.model).map_err(|fault| EngineError::Model {
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
        })
    }

    /// What the child said of itself.
    #[must_use]
    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    /// Size, context, architecture, chat template and fence of the loaded model.
    #[must_use]
    pub fn describe(&self) -> &PenReady {
        &self.facts
    }

    /// Number of the child's process, while it lives.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.running.as_ref().map(|r| r.child.id())
    }

    /// Splits `text` into the model's tokens, without begin and end markers.
    ///
    /// # Errors
    /// Any [`EngineError`], after one restart where that may help.
    pub fn tokenise(&mut self, text: &Speech) -> Result<Vec<i32>, EngineError> {
        let request = PenRequest::Tokenise { text: text.clone() };
        self.twice(|child, patience| {
            child.ask(&request, None)?;
            match child.answer(patience.work)? {
                PenAnswer::Tokens(tokens) => Ok(tokens),
                _ => Err(out_of_order()),
            }
        })
    }

    /// Writes on from a prompt. `watch` is told of each step and may cancel. A child that dies is
    /// restarted once, and the text is written from its beginning; `watch` then hears only of what
    /// goes beyond the text that it has already.
    ///
    /// # Errors
    /// Any [`EngineError`], after one restart where that may help.
    pub fn generate(
        &mut self,
        ask: &Generate,
        watch: &mut dyn FnMut(Writing<'_>) -> Wish,
    ) -> Result<Written, EngineError> {
        let request = PenRequest::Generate(Box::new(ask.clone()));
        let mut shown = 0;
        self.twice(|child, patience| {
            child.ask(&request, None)?;
            write(child, patience, &mut shown, watch)
        })
    }

    /// Does `act` with the child, and once more with a new one where the first did not survive it.
    fn twice<T>(
        &mut self,
        mut act: impl FnMut(&mut PenChild, Patience) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        for last in [false, true] {
            let running = match self.running.take() {
                Some(running) => running,
                None => start(&self.options, self.patience)?,
            };
            let child = &mut self.running.insert(running).child;
            match act(child, self.patience) {
                Err(error) if error.worth_restart() => {
                    self.running = None;
                    if last {
                        return Err(error);
                    }
                }
                other => return other,
            }
        }
        // The second round always returns.
        Err(out_of_order())
    }
}

/// Takes text until it is complete. `shown` counts the bytes that `watch` was told.
fn write(
    child: &mut PenChild,
    patience: Patience,
    shown: &mut usize,
    watch: &mut dyn FnMut(Writing<'_>) -> Wish,
) -> Result<Written, EngineError> {
    let mut text = String::new();
    let mut cancelled = false;
    loop {
        let wish = match child.answer(patience.work)? {
            PenAnswer::Read { tokens, of } => watch(Writing::Read { tokens, of }),
            PenAnswer::Text(more) => {
                text.push_str(&more);
                match text.get(*shown..) {
                    Some(new) if !new.is_empty() => {
                        let new = Speech::from(new);
                        *shown = text.len();
                        watch(Writing::Text(&new))
                    }
                    _ => Wish::GoOn,
                }
            }
            PenAnswer::Done {
                reason,
                tokens,
                cost,
            } => {
                return Ok(Written {
                    text: text.into(),
                    reason,
                    tokens,
                    cost,
                });
            }
            PenAnswer::Ready(_) | PenAnswer::Tokens(_) => return Err(out_of_order()),
        };
        if wish == Wish::Cancel && !cancelled {
            cancelled = true;
            child.ask(&PenRequest::Cancel, None)?;
        }
    }
}

fn start(options: &PenOptions, patience: Patience) -> Result<Running, EngineError> {
    let program = options.program.find(Engine::Pen)?;
    let (mut child, hello) = PenChild::start(Engine::Pen, &program, patience)?;
    let load = PenLoad {
        model: options.model.clone(),
        context: options.context,
        threads: options.threads.unwrap_or_else(physical_cores),
    };
    child.ask(&PenRequest::Load(load), None)?;
    match child.loaded(&options.model, patience.load)? {
        PenAnswer::Ready(facts) => Ok(Running {
            child,
            hello,
            facts,
        }),
        _ => Err(out_of_order()),
    }
}

fn out_of_order() -> EngineError {
    EngineError::Garbage {
        engine: Engine::Pen,
        what: FrameError::OutOfOrder,
    }
}
