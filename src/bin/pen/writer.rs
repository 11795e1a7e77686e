//! The work on requests: tokens, chats, beginnings to keep, and texts.

use std::sync::mpsc::{Receiver, TryRecvError};

use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::token::LlamaToken;
use notewright::engine::frame::{Frame, FrameError};
use notewright::engine::protocol::{
    Answer, Cost, Failure, Generate, PenAnswer, PenRequest, StopReason,
};
use notewright::engine::serve::{Answers, Memory, Meter};
use notewright::engine::stream::{Piece, TextStream};
use notewright::session::Speech;

use crate::chat::Manners;
use crate::chooser::Chooser;
use crate::memory::Held;

/// How the work on one request ended.
enum End {
    Done(StopReason),
    Failed(Failure),
}

impl From<Failure> for End {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

pub struct Writer<'a> {
    pub model: &'a LlamaModel,
    pub manners: Manners,
    pub held: Held<'a>,
    pub batch: usize,
    pub requests: Receiver<Frame>,
    pub answers: Answers,
    pub memory: Memory,
}

/// What reading a prompt took.
#[derive(Clone, Copy, Default)]
struct Reading {
    reused: u32,
    computed: u32,
    ms: u64,
}

impl Writer<'_> {
    pub fn work(&mut self) -> Result<(), FrameError> {
        while let Ok(frame) = self.requests.recv() {
            match frame.message()? {
                PenRequest::Tokenise { text } => {
                    let tokens = self.model.vocab().tokenize(text.as_bytes(), false, true);
                    let tokens = tokens.into_iter().map(|t| t.0).collect();
                    self.send(PenAnswer::Tokens(tokens))?;
                }
                PenRequest::Chat(chat) => match self.manners.write(self.model, chat) {
                    Ok(prompt) => self.send(PenAnswer::Prompt(prompt))?,
                    Err(failure) => self.fail(failure)?,
                },
                PenRequest::Keep { head, state, give } => self.keep(&head, state, give)?,
                PenRequest::Generate(ask) => self.generate(*ask)?,
                // The text that it meant was complete already.
                PenRequest::Cancel => {}
                PenRequest::Bye => break,
                PenRequest::Load(_) => {
                    self.fail(Failure::OutOfTurn("a second model".to_owned()))?;
                }
            }
        }
        Ok(())
    }

    /// The prompt's tokens, where the context has room for them and for an answer.
    fn tokens(&self, prompt: &Speech) -> Result<Vec<LlamaToken>, Failure> {
        let tokens = self.model.vocab().tokenize(prompt.as_bytes(), true, true);
        let limit = self.held.context.n_ctx();
        if tokens.is_empty() || tokens.len() >= limit as usize {
            return Err(Failure::PromptTooLong {
                tokens: tokens.len() as u32,
                limit,
            });
        }
        Ok(tokens)
    }

    fn keep(&mut self, head: &Speech, state: Option<u64>, give: bool) -> Result<(), FrameError> {
        let meter = Meter::start();
        let state = match state {
            Some(bytes) => Some(self.take_state(bytes)?),
            None => None,
        };
        let tokens = match self.tokens(head) {
            Ok(tokens) => tokens,
            Err(failure) => return self.fail(failure),
        };
        let restored = state.is_some_and(|state| self.held.take_over(&tokens, &state));
        let mut reading = Reading {
            reused: tokens.len() as u32,
            ..Reading::default()
        };
        if !restored
            && !self.held.is(&tokens)
            && let Some(end) = self.read(&tokens, &meter, &mut reading)?
        {
            let failure = match end {
                End::Failed(failure) => failure,
                End::Done(_) => Failure::Native("it was cancelled".to_owned()),
            };
            return self.fail(failure);
        }
        if self.model.is_recurrent() || self.model.is_hybrid() {
            self.held.mark();
        }
        let given = if give && !restored {
            self.held.state()
        } else {
            Vec::new()
        };
        let cost = self.cost(&meter, reading);
        self.send(PenAnswer::Kept {
            tokens: tokens.len() as u32,
            restored,
            bytes: given.len() as u64,
            cost,
        })?;
        self.answers.send_state(&given)
    }

    fn take_state(&mut self, bytes: u64) -> Result<Vec<u8>, FrameError> {
        let mut state = Vec::new();
        while (state.len() as u64) < bytes {
            match self.requests.recv() {
                Ok(Frame::State(part)) if !part.is_empty() => state.extend_from_slice(&part),
                _ => return Err(FrameError::OutOfOrder),
            }
        }
        Ok(state)
    }

    fn generate(&mut self, ask: Generate) -> Result<(), FrameError> {
        let meter = Meter::start();
        let prompt = match self.tokens(&ask.prompt) {
            Ok(prompt) => prompt,
            Err(failure) => return self.fail(failure),
        };
        let Some(mut chooser) = Chooser::new(self.model, &ask) else {
            return self.fail(Failure::Grammar);
        };
        let mut written = 0;
        let mut reading = Reading::default();
        let end = match self.read(&prompt, &meter, &mut reading)? {
            Some(end) => end,
            None => self.write(ask, &mut chooser, &mut written)?,
        };
        match end {
            End::Failed(failure) => self.fail(failure),
            End::Done(reason) => {
                let cost = self.cost(&meter, reading);
                self.send(PenAnswer::Done {
                    reason,
                    tokens: written,
                    cost,
                })
            }
        }
    }

    fn cost(&mut self, meter: &Meter, reading: Reading) -> Cost {
        Cost {
            reused: reading.reused,
            read_ms: reading.ms,
            peak: self.memory.peak(),
            ..meter.read(reading.computed)
        }
    }

    /// Computes of the prompt what is not held; tells an end only where it came to one.
    fn read(
        &mut self,
        prompt: &[LlamaToken],
        meter: &Meter,
        reading: &mut Reading,
    ) -> Result<Option<End>, FrameError> {
        let of = prompt.len() as u32;
        let held = self.held.begin(prompt);
        reading.reused = held as u32;
        for part in prompt[held..].chunks(self.batch) {
            if self.cancelled()? {
                return Ok(Some(End::Done(StopReason::Cancelled)));
            }
            let last = self.held.len() + part.len() == prompt.len();
            if let Err(failure) = self.held.compute(part, last) {
                return Ok(Some(failure.into()));
            }
            reading.computed += part.len() as u32;
            let tokens = self.held.len() as u32;
            self.send(PenAnswer::Read { tokens, of })?;
        }
        reading.ms = meter.read(0).wall_ms;
        Ok(None)
    }

    fn write(
        &mut self,
        ask: Generate,
        chooser: &mut Chooser,
        written: &mut u32,
    ) -> Result<End, FrameError> {
        let ends = self.ends(&ask.stop);
        let mut stream = TextStream::new(ask.stop);
        let reason = loop {
            if self.cancelled()? {
                break StopReason::Cancelled;
            }
            if *written >= ask.max_tokens {
                break StopReason::MaxTokens;
            }
            let token = match chooser.choose(&self.held.context, *written) {
                Ok(token) => token,
                Err(failure) => return Ok(failure.into()),
            };
            let vocab = self.model.vocab();
            if vocab.is_eog(token) || ends.contains(&token) {
                break StopReason::Finished;
            }
            *written += 1;
            let bytes = vocab.token_to_piece(token, false, None);
            match stream.push(&bytes) {
                Piece::More(text) => self.text(text)?,
                Piece::Stopped(text) => {
                    self.text(text)?;
                    return Ok(End::Done(StopReason::StopText));
                }
            }
            if self.held.len() >= self.held.context.n_ctx() as usize {
                break StopReason::ContextFull;
            }
            if let Err(failure) = self.held.compute(&[token], true) {
                return Ok(failure.into());
            }
        };
        self.text(stream.finish())?;
        Ok(End::Done(reason))
    }

    /// Stop texts that are tokens of power: such a token has no text that could be seen, and files
    /// made in haste do not list it among those that end an answer.
    fn ends(&self, stop: &[String]) -> Vec<LlamaToken> {
        let vocab = self.model.vocab();
        let single = |text: &String| {
            let tokens = vocab.tokenize(text.as_bytes(), false, true);
            let &[token] = tokens.as_slice() else {
                return None;
            };
            vocab.is_control(token).then_some(token)
        };
        stop.iter().filter_map(single).collect()
    }

    /// Whether a cancellation has come in. Anything else is out of turn here.
    fn cancelled(&mut self) -> Result<bool, FrameError> {
        match self.requests.try_recv() {
            Err(TryRecvError::Empty) => Ok(false),
            Err(TryRecvError::Disconnected) => Ok(true),
            Ok(frame) => match frame.message()? {
                PenRequest::Cancel => Ok(true),
                _ => Err(FrameError::OutOfOrder),
            },
        }
    }

    fn text(&mut self, text: Speech) -> Result<(), FrameError> {
        // Empty pieces are sent too: each is a sign of life.
        self.send(PenAnswer::Text(text))
    }

    fn send(&mut self, answer: PenAnswer) -> Result<(), FrameError> {
        self.answers.send(&Answer::Work(answer))
    }

    fn fail(&mut self, failure: Failure) -> Result<(), FrameError> {
        self.answers.send(&Answer::<()>::Failed(failure))
    }
}
