//! `notewright-ear`: recognises speech for the library, one window at a time, as its child process.
//!
//! The only file that names `whisper_rs`. Reads requests on standard input and answers on standard
//! output; prints nothing; opens nothing but the model.

use std::ffi::{c_int, c_void};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::Receiver;

use notewright::engine::fence;
use notewright::engine::frame::{Frame, FrameError};
use notewright::engine::model_file::{ModelFault, inspect_whisper};
use notewright::engine::protocol::{
    Answer, EarAnswer, EarLoad, EarReady, EarRequest, Engine, Failure, Hello,
};
use notewright::engine::serve::{self, Answers, Line, Memory, Meter, free_memory};
use notewright::engine::window_sums::{ms, positions, probability, samples_at, speech_left};
use notewright::session::TimeSpan;
use notewright::transcript::transcriber::{HeardSegment, HeardWord};
use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperSegment,
    WhisperState, WhisperSysContext, WhisperSysState, WhisperTokenData, WhisperTokenId,
};

/// Step from one temperature to the next: 0, 0.4, 0.8, so at most two extra decodings.
const TEMPERATURE_STEP: f32 = 0.4;

/// Samplings tried at a temperature above 0, of which the likeliest is taken. whisper.cpp's tools
/// try five; two bound what a hard window costs.
const BEST_OF: c_int = 2;

/// Most passes over one window: what a pass leaves unread at the end is taken up by the next.
const MAX_PASSES: u32 = 3;

fn main() -> ExitCode {
    whisper_rs::install_logging_hooks();
    serve::run(Engine::Ear, work)
}

fn work() -> Result<(), FrameError> {
    let mut line = Line::open(Hello {
        engine: Engine::Ear,
        notewright: env!("CARGO_PKG_VERSION").to_owned(),
        native: format!("whisper.cpp {}", whisper_rs::get_whisper_version()),
        cpu: whisper_rs::print_system_info().trim().to_owned(),
        fence: fence::probe(),
    })?;
    let load = match line.request()? {
        Some(EarRequest::Load(load)) => load,
        Some(EarRequest::Window { .. }) => {
            return line.refuse(Failure::OutOfTurn("a window before a model".to_owned()));
        }
        Some(EarRequest::Bye) | None => return Ok(()),
    };
    match Recogniser::load(load) {
        Ok((mut recogniser, ready)) => {
            line.send(&Answer::Work(EarAnswer::Ready(ready)))?;
            let (requests, answers) = line.listen();
            recogniser.work(&requests, answers)
        }
        Err(fault) => line.refuse(Failure::Model(fault)),
    }
}

struct Recogniser {
    context: WhisperContext,
    state: WhisperState,
    load: EarLoad,
    /// Whether the window under way is to be fast rather than sure.
    brief: bool,
    /// Made once: the binding leaks a copy of the prompt with each.
    params: FullParams<'static, 'static>,
}

impl Recogniser {
    /// Looks at the file, puts up the fence, and only then lets native code read the model.
    fn load(load: EarLoad) -> Result<(Self, EarReady), ModelFault> {
        inspect_whisper(&load.model)?.fits(free_memory())?;
        let mut memory = Memory::open();
        let mut fence = fence::close_around(&load.model);
        let taken = |e: whisper_rs::WhisperError| ModelFault::NotTaken(e.to_string());
        let context =
            WhisperContext::new_with_params(&load.model, context_parameters()).map_err(taken)?;
        let state = context.create_state().map_err(taken)?;
        fence::close_files(&mut fence);
        let ready = EarReady {
            kind: context
                .model_type_readable_str_lossy()
                .map(std::borrow::Cow::into_owned)
                .unwrap_or_default(),
            vocabulary: context.n_vocab() as u32,
            text_context: context.n_text_ctx() as u32,
            audio_context: context.n_audio_ctx() as u32,
            multilingual: context.is_multilingual(),
            prompt_tokens: prompt_tokens(&context, &load),
            memory: memory.resident(),
            fence,
        };
        let recogniser = Self {
            params: parameters(&load, context.is_multilingual(), context.n_text_ctx()),
            context,
            state,
            load,
            brief: false,
        };
        Ok((recogniser, ready))
    }

    fn work(&mut self, requests: &Receiver<Frame>, mut answers: Answers) -> Result<(), FrameError> {
        while let Ok(frame) = requests.recv() {
            match frame.message()? {
                EarRequest::Window {
                    window,
                    carry,
                    brief,
                } => {
                    let Ok(Frame::Audio(samples)) = requests.recv() else {
                        return Err(FrameError::OutOfOrder);
                    };
                    self.brief = brief;
                    self.window(window, carry, &samples, &mut answers)?;
                }
                EarRequest::Bye => break,
                EarRequest::Load(_) => answers.send(&Answer::<()>::Failed(Failure::OutOfTurn(
                    "a second model".to_owned(),
                )))?,
            }
        }
        Ok(())
    }

    fn window(
        &mut self,
        window: u64,
        carry: bool,
        samples: &[f32],
        answers: &mut Answers,
    ) -> Result<(), FrameError> {
        let meter = Meter::start();
        let mut sent = 0;
        let mut passes = 0;
        let mut from = 0;
        let most = if self.brief { 1 } else { MAX_PASSES };
        while passes < most {
            let part = &samples[from..];
            let offset_ms = ms(from);
            if let Err(error) = self.pass(carry || passes > 0, part) {
                // The binding's errors are fixed texts.
                let failure = Failure::Native(error.to_string());
                return answers.send(&Answer::<()>::Failed(failure));
            }
            passes += 1;
            let limit_ms = ms(part.len());
            let no_speech = self.no_speech(carry || passes > 1);
            let segments: Vec<_> = self
                .state
                .as_iter()
                .filter_map(|segment| self.heard(&segment, offset_ms, limit_ms, no_speech))
                .collect();
            let end_ms = segments.last().map(|s| s.span.end_ms);
            for segment in segments {
                answers.send(&Answer::Work(EarAnswer::Segment { window, segment }))?;
                sent += 1;
            }
            match end_ms.map(samples_at) {
                Some(end) if end > from && speech_left(samples, end) => from = end,
                _ => break,
            }
        }
        answers.send(&Answer::Work(EarAnswer::Done {
            window,
            segments: sent,
            cost: meter.read(passes),
        }))
    }

    /// Encodes and decodes once.
    fn pass(&mut self, carry: bool, samples: &[f32]) -> Result<(), whisper_rs::WhisperError> {
        let mut params = self.params.clone();
        params.set_no_context(!carry);
        let all = usize::try_from(self.context.n_audio_ctx()).unwrap_or(0);
        let positions = positions(all, samples.len(), self.load.short_audio || self.brief);
        params.set_audio_ctx(c_int::try_from(positions).unwrap_or(0));
        ENCODINGS.store(0, Ordering::Relaxed);
        self.state.full(params, samples)
    }

    /// The probability that nobody spoke, where whisper.cpp's own figure is void: it reads the
    /// first row of its logits, which is filled only where the prompt is one token long. Decodes the
    /// start token alone on what was encoded, which is where the figure is defined.
    fn no_speech(&mut self, carried: bool) -> Option<f32> {
        let one_token = !carried && self.load.prompt.is_none() && !self.context.is_multilingual();
        if one_token {
            return None;
        }
        let start = [self.context.token_sot()];
        let threads = usize::from(self.load.threads.max(1));
        self.state.decode(&start, 0, threads).ok()?;
        let logits = self.state.get_logits().ok()?;
        let none = usize::try_from(self.context.token_nosp()).ok()?;
        probability(logits, none)
    }

    /// The segment with its words; nothing where it has no text. `no_speech` stands in for
    /// whisper.cpp's own figure.
    fn heard(
        &self,
        segment: &WhisperSegment<'_>,
        offset_ms: u64,
        limit_ms: u64,
        no_speech: Option<f32>,
    ) -> Option<HeardSegment> {
        let at = |centiseconds: i64| {
            let inside = u64::try_from(centiseconds).unwrap_or(0) * 10;
            offset_ms + inside.min(limit_ms)
        };
        let span = TimeSpan::new(at(segment.start_timestamp()), at(segment.end_timestamp()));
        let mut reading = Reading::new(span);
        for nth in 0..segment.n_tokens() {
            let token = segment.get_token(nth)?;
            let data = token.token_data();
            if data.id < self.context.token_eot() {
                let bytes = token.to_bytes().unwrap_or_default();
                reading.take(bytes, &data, TimeSpan::new(at(data.t0), at(data.t1)));
            }
        }
        reading.finish(
            no_speech.unwrap_or_else(|| segment.no_speech_probability()),
            segment.next_segment_speaker_turn(),
        )
    }
}

/// Puts a segment together from its tokens.
struct Reading {
    span: TimeSpan,
    text: Vec<u8>,
    words: Vec<(Vec<u8>, TimeSpan, f32, u16)>,
    tokens: u16,
    probability: f32,
    logprob: f32,
}

impl Reading {
    fn new(span: TimeSpan) -> Self {
        Self {
            span,
            text: Vec::new(),
            words: Vec::new(),
            tokens: 0,
            probability: 0.0,
            logprob: 0.0,
        }
    }

    fn take(&mut self, bytes: &[u8], data: &WhisperTokenData, time: TimeSpan) {
        self.text.extend_from_slice(bytes);
        self.tokens = self.tokens.saturating_add(1);
        self.probability += data.p;
        self.logprob += data.plog;
        let time = TimeSpan::new(
            time.start_ms.clamp(self.span.start_ms, self.span.end_ms),
            time.end_ms.clamp(self.span.start_ms, self.span.end_ms),
        );
        match self.words.last_mut() {
            Some((word, span, p, n)) if !bytes.starts_with(b" ") => {
                word.extend_from_slice(bytes);
                *span = TimeSpan::new(span.start_ms, time.end_ms.max(span.end_ms));
                *p += data.p;
                *n = n.saturating_add(1);
            }
            _ => self.words.push((bytes.to_vec(), time, data.p, 1)),
        }
    }

    fn finish(self, no_speech: f32, turn_after: bool) -> Option<HeardSegment> {
        let text = String::from_utf8_lossy(&self.text).trim().to_owned();
        if text.is_empty() {
            return None;
        }
        let words = self.words.into_iter().map(|(bytes, span, p, n)| HeardWord {
            text: String::from_utf8_lossy(&bytes).trim().into(),
            span,
            confidence: p / f32::from(n),
        });
        Some(HeardSegment {
            span: self.span,
            text: text.into(),
            confidence: self.probability / f32::from(self.tokens),
            mean_logprob: self.logprob / f32::from(self.tokens),
            no_speech,
            words: words.filter(|word| !word.text.is_empty()).collect(),
            turn_after,
        })
    }
}

fn context_parameters() -> WhisperContextParameters<'static> {
    let mut parameters = WhisperContextParameters::default();
    parameters.use_gpu(false);
    parameters
}

/// Tokens that Whisper's own models hold in view.
const WHISPER_TEXT_CONTEXT: c_int = 448;

fn parameters(
    load: &EarLoad,
    multilingual: bool,
    text_context: c_int,
) -> FullParams<'static, 'static> {
    let beam = c_int::from(load.beam);
    let mut params = FullParams::new(if beam > 1 {
        SamplingStrategy::BeamSearch {
            beam_size: beam.min(8),
            patience: -1.0,
        }
    } else {
        SamplingStrategy::Greedy { best_of: BEST_OF }
    });
    params.set_n_threads(c_int::from(load.threads.max(1)));
    params.set_language(match &load.language {
        Some(language) if multilingual => known_language(language),
        None if multilingual => None,
        _ => Some("en"),
    });
    // A model with another text context than Whisper's spells its words, and the variety of its
    // pieces, by which whisper.cpp knows a loop, says nothing: no second decoding.
    let spells = text_context != WHISPER_TEXT_CONTEXT;
    params.set_temperature_inc(if spells { 0.0 } else { TEMPERATURE_STEP });
    params.set_token_timestamps(true);
    params.set_tdrz_enable(load.mark_turns);
    params.set_print_progress(false);
    params.set_print_realtime(false);
    params.set_print_timestamps(false);
    if let Some(prompt) = &load.prompt {
        params.set_initial_prompt(&prompt.replace('\0', " "));
    }
    // SAFETY: the callback ignores its pointers and touches one atomic only, so it may be called
    // from any thread at any time.
    #[allow(unsafe_code)]
    unsafe {
        params.set_start_encoder_callback(Some(only_the_first));
    }
    params
}

/// Encodings begun in the current pass.
static ENCODINGS: AtomicU32 = AtomicU32::new(0);

/// Lets whisper.cpp encode once a pass. It would by itself encode a whole 30 s again for whatever
/// the last timestamp leaves over, be it 0.2 s of silence.
#[allow(unsafe_code)]
unsafe extern "C" fn only_the_first(
    _: *mut WhisperSysContext,
    _: *mut WhisperSysState,
    _: *mut c_void,
) -> bool {
    ENCODINGS.fetch_add(1, Ordering::Relaxed) == 0
}

/// The engine's own name for a language that it knows; detection for others, since whisper.cpp reads
/// past its tables for those.
fn known_language(language: &str) -> Option<&'static str> {
    if language.contains('\0') {
        return None;
    }
    whisper_rs::get_lang_id(language).and_then(whisper_rs::get_lang_str)
}

fn prompt_tokens(context: &WhisperContext, load: &EarLoad) -> u32 {
    let Some(prompt) = &load.prompt else {
        return 0;
    };
    let tokens: Vec<WhisperTokenId> = context
        .tokenize(&prompt.replace('\0', " "), prompt.len() + 1)
        .unwrap_or_default();
    tokens.len() as u32
}
