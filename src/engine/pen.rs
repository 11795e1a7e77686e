//! The language model as the library uses it: [`Pen`] over `notewright-pen`.
//!
//! Loads, describes, tokenises, writes under a grammar, and cancels. What to write is not its
//! matter.

use std::path::{Path, PathBuf};

use crate::engine::child::{Child, Patience, Program};
use crate::engine::ear::physical_cores;
use crate::engine::failure::EngineError;
use crate::engine::frame::FrameError;
use crate::engine::model_file::{self, ModelFile, Need};
use crate::engine::prefix::{self, PrefixStore};
use crate::engine::protocol::{
    Chat, ChatPrompt, Cost, Engine, Generate, Hello, PenAnswer, PenLoad, PenReady, PenRequest,
    StopReason, Tuning,
};
use crate::engine::serve::free_memory;
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
    /// What measuring chose.
    pub tuning: Tuning,
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
            tuning: Tuning::default(),
        }
    }

    /// What the model and its context need of memory, told from the file alone.
    ///
    /// # Errors
    /// When the file is no language model.
    pub fn need(&self) -> Result<Need, EngineError> {
        let file = inspect(&self.model)?;
        Ok(file.need(self.context, &self.tuning))
    }
}

fn inspect(model: &Path) -> Result<ModelFile, EngineError> {
    model_file::inspect_gguf(model).map_err(|fault| EngineError::Model {
        path: model.to_owned(),
        fault,
    })
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

/// The beginning of prompts to come, computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its tokens.
    pub tokens: u32,
    /// Whether it came from the disk instead of being computed.
    pub restored: bool,
    /// Whether it is on the disk now; not where there is no store, or it cannot be written.
    pub stored: bool,
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
        let model = inspect(&options.model)?;
        let patience = options
            .patience
            .unwrap_or_else(|| Patience::for_model(model.bytes()));
        model
            .fits_with(options.context, &options.tuning, free_memory())
            .map_err(|fault| EngineError::Model {
                path: options.model.clone(),
                fault,
            })?;
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
                _ => Err(child.garbage(FrameError::OutOfOrder)),
            }
        })
    }

    /// Writes turns as the model was taught to read them, for [`Pen::generate`]: by the template in
    /// its file, else as its family does, else under plain headings; the answer says which.
    ///
    /// # Errors
    /// Any [`EngineError`], after one restart where that may help.
    pub fn chat(&mut self, chat: &Chat) -> Result<ChatPrompt, EngineError> {
        let request = PenRequest::Chat(chat.clone());
        self.twice(|child, patience| {
            child.ask(&request, None)?;
            match child.answer(patience.work)? {
                PenAnswer::Prompt(prompt) => Ok(prompt),
                _ => Err(child.garbage(FrameError::OutOfOrder)),
            }
        })
    }

    /// Computes the beginning of prompts to come, so that each of them costs only what it adds, or
    /// takes it from `store` where it was kept there by an earlier run. With a store the beginning
    /// **must** hold no client speech. Best ends where a turn ends: [`ChatPrompt::head`].
    ///
    /// # Errors
    /// Any [`EngineError`], after one restart where that may help. A store that cannot be read or
    /// written is none.
    pub fn keep(
        &mut self,
        head: &Speech,
        store: Option<&PrefixStore>,
    ) -> Result<Kept, EngineError> {
        let place = store.and_then(|store| {
            let binary = prefix::digest_of(&self.options.program.find(Engine::Pen).ok()?).ok()?;
            let engine = format!("{binary} {:?} {}", self.options.tuning, self.facts.context);
            Some((store, store.key(head, &engine)))
        });
        let state = place.as_ref().and_then(|(store, key)| store.find(key));
        let request = PenRequest::Keep {
            head: head.clone(),
            state: state.as_ref().map(|state| state.len() as u64),
            give: place.is_some(),
        };
        let (mut kept, given) = self.twice(|child, patience| {
            child.ask(&request, None)?;
            child.give_state(state.as_deref().unwrap_or_default())?;
            take_kept(child, patience)
        })?;
        if let Some((store, key)) = place {
            kept.stored = kept.restored || (!given.is_empty() && store.keep(&key, &given).is_ok());
        }
        Ok(kept)
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
            write(child, patience, ask.max_tokens, &mut shown, watch)
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

/// Waits for a beginning to be computed, and takes its state where one is given out.
fn take_kept(child: &mut PenChild, patience: Patience) -> Result<(Kept, Vec<u8>), EngineError> {
    loop {
        match child.answer(patience.work)? {
            PenAnswer::Read { .. } => {}
            PenAnswer::Kept {
                tokens,
                restored,
                bytes,
                cost,
            } => {
                let state = child.take_state(bytes, patience.work)?;
                let kept = Kept {
                    tokens,
                    restored,
                    stored: false,
                    cost,
                };
                return Ok((kept, state));
            }
            _ => return Err(child.garbage(FrameError::OutOfOrder)),
        }
    }
}

/// Takes text until it is complete. `shown` counts the bytes that `watch` was told. A child that
/// sends more pieces than it may write tokens is out of its mind.
fn write(
    child: &mut PenChild,
    patience: Patience,
    max_tokens: u32,
    shown: &mut usize,
    watch: &mut dyn FnMut(Writing<'_>) -> Wish,
) -> Result<Written, EngineError> {
    let mut text = String::new();
    let mut cancelled = false;
    let mut pieces: u32 = 0;
    loop {
        let wish = match child.answer(patience.work)? {
            PenAnswer::Read { tokens, of } => watch(Writing::Read { tokens, of }),
            PenAnswer::Text(more) => {
                pieces = pieces.saturating_add(1);
                // The last piece is what was held back.
                if pieces > max_tokens.saturating_add(1) {
                    return Err(child.garbage(FrameError::OutOfOrder));
                }
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
            PenAnswer::Ready(_)
            | PenAnswer::Tokens(_)
            | PenAnswer::Prompt(_)
            | PenAnswer::Kept { .. } => return Err(child.garbage(FrameError::OutOfOrder)),
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
        tuning: options.tuning,
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
