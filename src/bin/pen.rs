//! `notewright-pen`: writes with a language model for the library, as its child process.
//!
//! The only file that names `llama_cpp_2`. Reads requests on standard input and answers on standard
//! output; prints nothing; opens nothing but the model.

use std::io::IsTerminal;
use std::num::NonZeroU32;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, TryRecvError};

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token::data::LlamaTokenData;
use llama_cpp_2::token::data_array::LlamaTokenDataArray;
use llama_cpp_2::{LogOptions, send_logs_to_tracing};
use notewright::engine::fence::{self, Fence};
use notewright::engine::frame::{Frame, FrameError};
use notewright::engine::model_file::{ModelFault, ModelFile, inspect_gguf};
use notewright::engine::protocol::{
    Answer, Engine, Failure, Generate, Hello, PenAnswer, PenLoad, PenReady, PenRequest, Sampling,
    StopReason,
};
use notewright::engine::serve::{Answers, Line, Memory, Meter, free_memory};
use notewright::engine::stream::{Piece, TextStream};
use notewright::session::Speech;

/// Tokens of a prompt that are computed at once; between batches a cancellation is heard.
const BATCH: usize = 256;

fn main() -> ExitCode {
    send_logs_to_tracing(LogOptions::default().with_logs_enabled(false));
    if std::io::stdin().is_terminal() {
        eprintln!("notewright-pen is started by notewright; there is nothing to do for it here");
        return ExitCode::from(2);
    }
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve() -> Result<(), FrameError> {
    let mut line = Line::open(Hello {
        engine: Engine::Pen,
        notewright: env!("CARGO_PKG_VERSION").to_owned(),
        native: "llama.cpp".to_owned(),
        cpu: cpu_features(),
        fence: fence::probe(),
    })?;
    let load = match line.request()? {
        Some(PenRequest::Load(load)) => load,
        Some(PenRequest::Bye) | None => return Ok(()),
        Some(_) => {
            return line.refuse(Failure::OutOfTurn("a text before a model".to_owned()));
        }
    };
    let loaded = Loaded::load(&load);
    let context = loaded.as_ref().map_err(Clone::clone).and_then(|l| {
        let context = l.context(&load)?;
        Ok((l, context))
    });
    match context {
        Ok((loaded, context)) => {
            let ready = loaded.describe(&context);
            line.send(&Answer::Work(PenAnswer::Ready(ready)))?;
            let (requests, answers) = line.listen();
            Writer {
                model: &loaded.model,
                context,
                requests,
                answers,
            }
            .work()
        }
        Err(fault) => line.refuse(Failure::Model(fault)),
    }
}

/// Features that the native code was built with, as it prints them.
fn cpu_features() -> String {
    // SAFETY: returns a pointer to a static, zero-terminated text that is written on this call only.
    #[allow(unsafe_code)]
    let text = unsafe { std::ffi::CStr::from_ptr(llama_cpp_sys_2::llama_print_system_info()) };
    text.to_string_lossy().trim().to_owned()
}

struct Loaded {
    backend: LlamaBackend,
    model: LlamaModel,
    architecture: String,
    memory: Option<u64>,
    fence: Fence,
}

impl Loaded {
    /// Looks at the file, puts up the fence, and only then lets native code read the model.
    fn load(load: &PenLoad) -> Result<Self, ModelFault> {
        let file = inspect_gguf(&load.model)?;
        file.fits(free_memory())?;
        let ModelFile::Gguf { architecture, .. } = file else {
            return Err(ModelFault::NotTaken("it is no language model".to_owned()));
        };
        let not_taken = |e: llama_cpp_2::LlamaCppError| ModelFault::NotTaken(e.to_string());
        let backend = LlamaBackend::init().map_err(not_taken)?;
        let mut memory = Memory::open();
        let mut fence = fence::close_around(&load.model);
        let params = LlamaModelParams::default().with_n_gpu_layers(0);
        let model = LlamaModel::load_from_file(&backend, &load.model, &params).map_err(|_| {
            ModelFault::NotTaken(format!(
                "llama.cpp refuses it; its architecture is `{architecture}`"
            ))
        })?;
        fence::close_files(&mut fence);
        Ok(Self {
            backend,
            model,
            architecture,
            memory: memory.resident(),
            fence,
        })
    }

    fn context(&self, load: &PenLoad) -> Result<LlamaContext<'_>, ModelFault> {
        let context = load.context.min(self.model.n_ctx_train()).max(1);
        let threads = i32::from(load.threads.max(1));
        let params = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(context))
            .with_n_batch(BATCH as u32)
            .with_n_ubatch(BATCH as u32)
            .with_n_threads(threads)
            .with_n_threads_batch(threads);
        self.model
            .new_context(&self.backend, params)
            .map_err(|_| ModelFault::NotTaken(format!("no context of {context} tokens")))
    }

    fn describe(&self, context: &LlamaContext<'_>) -> PenReady {
        let template = self.model.chat_template(None).ok();
        PenReady {
            architecture: self.architecture.clone(),
            size: self.model.size(),
            parameters: self.model.n_params(),
            context: context.n_ctx(),
            trained_context: self.model.n_ctx_train(),
            vocabulary: self.model.n_vocab() as u32,
            chat_template: template.and_then(|t| t.to_string().ok()),
            memory: self.memory,
            fence: self.fence.clone(),
        }
    }
}

/// How the work on one request ended.
enum End {
    Done(StopReason),
    Failed(Failure),
}

struct Writer<'a> {
    model: &'a LlamaModel,
    context: LlamaContext<'a>,
    requests: Receiver<Frame>,
    answers: Answers,
}

impl Writer<'_> {
    fn work(&mut self) -> Result<(), FrameError> {
        while let Ok(frame) = self.requests.recv() {
            match frame.message()? {
                PenRequest::Tokenise { text } => {
                    let tokens = self.model.vocab().tokenize(text.as_bytes(), false, true);
                    let tokens = tokens.into_iter().map(|t| t.0).collect();
                    self.send(PenAnswer::Tokens(tokens))?;
                }
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

    fn generate(&mut self, ask: Generate) -> Result<(), FrameError> {
        let meter = Meter::start();
        let prompt = self
            .model
            .vocab()
            .tokenize(ask.prompt.as_bytes(), true, true);
        let limit = self.context.n_ctx();
        if prompt.is_empty() || prompt.len() >= limit as usize {
            return self.fail(Failure::PromptTooLong {
                tokens: prompt.len() as u32,
                limit,
            });
        }
        let Some(mut chooser) = Chooser::new(self.model, &ask) else {
            return self.fail(Failure::Grammar);
        };
        let mut written = 0;
        let end = match self.read(&prompt)? {
            Some(end) => end,
            None => self.write(&prompt, ask, &mut chooser, &mut written)?,
        };
        match end {
            End::Failed(failure) => self.fail(failure),
            End::Done(reason) => self.send(PenAnswer::Done {
                reason,
                tokens: written,
                cost: meter.read(prompt.len() as u32),
            }),
        }
    }

    /// Computes the prompt; tells an end only where it came to one.
    fn read(&mut self, prompt: &[LlamaToken]) -> Result<Option<End>, FrameError> {
        self.context.clear_kv_cache();
        let of = prompt.len() as u32;
        let mut tokens: u32 = 0;
        for part in prompt.chunks(BATCH) {
            if self.cancelled()? {
                return Ok(Some(End::Done(StopReason::Cancelled)));
            }
            let last = tokens as usize + part.len() == prompt.len();
            if let Err(end) = self.compute(part, tokens.cast_signed(), last) {
                return Ok(Some(end));
            }
            tokens += part.len() as u32;
            self.send(PenAnswer::Read { tokens, of })?;
        }
        Ok(None)
    }

    fn write(
        &mut self,
        prompt: &[LlamaToken],
        ask: Generate,
        chooser: &mut Chooser,
        written: &mut u32,
    ) -> Result<End, FrameError> {
        let mut stream = TextStream::new(ask.stop);
        let mut at = prompt.len() as u32;
        let reason = loop {
            if self.cancelled()? {
                break StopReason::Cancelled;
            }
            if *written >= ask.max_tokens {
                break StopReason::MaxTokens;
            }
            let token = match chooser.choose(&self.context) {
                Ok(token) => token,
                Err(failure) => return Ok(End::Failed(failure)),
            };
            let vocab = self.model.vocab();
            if vocab.is_eog(token) {
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
            if at >= self.context.n_ctx() {
                break StopReason::ContextFull;
            }
            if let Err(end) = self.compute(&[token], at.cast_signed(), true) {
                return Ok(end);
            }
            at += 1;
        };
        self.text(stream.finish())?;
        Ok(End::Done(reason))
    }

    /// Computes tokens from position `at` on, with the probabilities after the last if `choose`.
    fn compute(&mut self, tokens: &[LlamaToken], at: i32, choose: bool) -> Result<(), End> {
        let failed = |e: &dyn std::error::Error| End::Failed(Failure::Native(e.to_string()));
        let mut batch = LlamaBatch::new(tokens.len(), 1);
        for (nth, token) in (0..).zip(tokens) {
            let last = nth as usize + 1 == tokens.len();
            batch
                .add(*token, at + nth, &[0], choose && last)
                .map_err(|e| failed(&e))?;
        }
        self.context.decode(&mut batch).map_err(|e| failed(&e))
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

/// Chooses tokens: by likelihood, within the grammar where there is one.
struct Chooser {
    grammar: Option<LlamaSampler>,
    pick: LlamaSampler,
}

impl Chooser {
    /// Nothing where the grammar cannot be read.
    fn new(model: &LlamaModel, ask: &Generate) -> Option<Self> {
        let grammar = match &ask.grammar {
            None => None,
            Some(text) => Some(LlamaSampler::grammar(model, text, "root").ok()?),
        };
        let pick = match ask.sampling {
            Sampling::Greedy => LlamaSampler::greedy(),
            Sampling::Temperature { temperature, seed } => LlamaSampler::chain_simple([
                LlamaSampler::temp(temperature.max(0.01)),
                LlamaSampler::dist(seed),
            ]),
        };
        Some(Self { grammar, pick })
    }

    /// The next token. The grammar looks at the likeliest choice first, and at the whole vocabulary
    /// only where it refuses that one: most tokens pass, and looking at all is slow.
    fn choose(&mut self, context: &LlamaContext<'_>) -> Result<LlamaToken, Failure> {
        let broken = || Failure::Native("no token could be chosen".to_owned());
        let mut all = context.token_data_array();
        if let Some(grammar) = &mut self.grammar {
            let mut free = all.clone();
            free.apply_sampler(&mut self.pick);
            let first = free.selected_token().ok_or_else(broken)?;
            let mut one =
                LlamaTokenDataArray::new(vec![LlamaTokenData::new(first, 1.0, 0.0)], false);
            one.apply_sampler(grammar);
            if one.data.first().is_some_and(|d| d.logit().is_finite()) {
                return self.accept(first);
            }
            all.apply_sampler(grammar);
            if all.data.iter().all(|d| !d.logit().is_finite()) {
                return Err(broken());
            }
        }
        all.apply_sampler(&mut self.pick);
        let token = all.selected_token().ok_or_else(broken)?;
        self.accept(token)
    }

    fn accept(&mut self, token: LlamaToken) -> Result<LlamaToken, Failure> {
        if let Some(grammar) = &mut self.grammar {
            grammar
                .try_accept(token)
                .map_err(|_| Failure::Native("the grammar refused its own token".to_owned()))?;
        }
        Ok(token)
    }
}
