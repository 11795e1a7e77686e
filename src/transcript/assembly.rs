//! From windows of speech to the transcript: asks the recogniser, judges what it says, and accounts
//! for every stretch of the recording.
//!
//! Neither a failed window nor a recording that breaks off ends the work: what was heard is always
//! returned, and what was not is on the coverage list.

use crate::audio::failure::AudioError;
use crate::audio::packing::Packed;
use crate::audio::window::Window;
use crate::session::{Mode, Speaker, TimeSpan};
use crate::transcript::coverage::Ledger;
use crate::transcript::document::{EngineInfo, GapReason, Transcript, TranscriptSchema, Utterance};
use crate::transcript::event::Event;
use crate::transcript::guards::{Verdict, judge};
use crate::transcript::transcriber::{HeardSegment, TranscribeError, Transcriber};
pub use crate::transcript::utterances::PAUSE_MS;
use crate::transcript::utterances::Utterances;

/// What is known about a recording before it is heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Dictation or session. In a dictation the clinician speaks; in a session nobody is named here,
    /// only turns are told apart.
    pub mode: Mode,
    /// BCP 47 language of the speech.
    pub language: String,
    /// Length of the recording in milliseconds, where its container tells.
    pub total_ms: Option<u64>,
}

/// A transcript, and what went wrong on the way to it.
#[derive(Debug)]
pub struct Heard {
    /// All that was heard.
    pub transcript: Transcript,
    /// What went wrong, in order; each stretch concerned is on the coverage list as failed.
    pub failures: Vec<Failure>,
}

/// Why a stretch of a recording was not heard.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The recording could not be read to its end.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// The engine failed on a window.
    #[error("from {} s to {} s: {error}", span.start_ms / 1000, span.end_ms / 1000)]
    Engine {
        /// Where in the recording.
        span: TimeSpan,
        /// What the engine's side says.
        #[source]
        error: TranscribeError,
    },
}

impl Failure {
    /// What to do next, in one line for a person.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Audio(error) => error.hint(),
            Self::Engine { error, .. } => error.hint.clone(),
        }
    }
}

/// Transcribes a packed recording, telling `events` what happens as it happens.
///
/// Every millisecond of the recording is in an utterance or in the coverage list, never in both.
/// Once the transcriber says that it cannot go on, it is asked no more, and what is left of the
/// recording is failed speech and silence.
pub fn transcribe(
    packed: impl Iterator<Item = Result<Packed, AudioError>>,
    transcriber: &mut dyn Transcriber,
    task: &Task,
    events: &mut dyn FnMut(Event),
) -> Heard {
    let mut assembly = Assembly::new(task.clone());
    for one in packed {
        match one {
            Ok(Packed::Silence(silence)) => assembly.gap(silence.span(), GapReason::Silence),
            Ok(Packed::Speech(window)) => assembly.hear(&window, transcriber, events),
            Err(error) => assembly.break_off(error, events),
        }
        assembly.commit(events);
        assembly.progress(events);
    }
    assembly.close(events);
    assembly.finish(transcriber.engine())
}

/// A transcript under way. [`transcribe`] makes one of a recording that is there already; a
/// recording that is being made feeds it window by window.
#[derive(Debug)]
pub struct Assembly {
    task: Task,
    utterances: Utterances,
    committed: Vec<Utterance>,
    ledger: Ledger,
    failures: Vec<Failure>,
    /// Whether the transcriber can be asked.
    can_go_on: bool,
}

impl Assembly {
    /// An assembly that has heard nothing yet.
    #[must_use]
    pub fn new(task: Task) -> Self {
        let speaker = match task.mode {
            Mode::Dictation => Speaker::Clinician,
            Mode::Session => Speaker::Unknown,
        };
        Self {
            task,
            utterances: Utterances::new(speaker),
            committed: Vec::new(),
            ledger: Ledger::default(),
            failures: Vec::new(),
            can_go_on: true,
        }
    }

    /// Enters a stretch that no window holds. Stretches and windows **must not** overlap.
    pub fn gap(&mut self, span: TimeSpan, why: GapReason) {
        self.ledger.enter(span, why);
    }

    /// Has a window recognised and takes in what was heard. What is complete by that waits for
    /// [`Assembly::commit`].
    pub fn hear(
        &mut self,
        window: &Window,
        transcriber: &mut dyn Transcriber,
        events: &mut dyn FnMut(Event),
    ) {
        if !self.can_go_on {
            self.enter(window, &GapReason::Failed);
            return;
        }
        let mut heard = |segment: &HeardSegment| {
            let span = window.true_span(segment.span);
            events(Event::Tentative {
                span,
                text: segment.text.clone(),
            });
        };
        match transcriber.transcribe(&window.samples, &mut heard) {
            Ok(segments) => {
                self.enter(window, &GapReason::NoText);
                self.take_in(&segments, window);
            }
            Err(error) => self.fail(window, error, events),
        }
    }

    fn take_in(&mut self, segments: &[HeardSegment], window: &Window) {
        for (segment, verdict) in segments.iter().zip(judge(segments, window.length_ms())) {
            match verdict {
                Verdict::Keep => self.utterances.add(segment, window),
                Verdict::Drop(why) => {
                    // No utterance runs on over text that was dropped.
                    self.utterances.close();
                    for piece in &window.pieces {
                        let (start, end) = (segment.span.start_ms, segment.span.end_ms);
                        let span = TimeSpan::new(piece.true_ms(start), piece.true_ms(end));
                        self.ledger.drop_text(span, why.clone());
                    }
                }
            }
        }
        self.utterances.close_if_complete();
    }

    /// Accounts for a window that could not be heard.
    pub fn fail(&mut self, window: &Window, error: TranscribeError, events: &mut dyn FnMut(Event)) {
        self.utterances.close();
        self.enter(window, &GapReason::Failed);
        self.can_go_on = error.can_go_on;
        let span = window.span();
        events(Event::Failed {
            span,
            cause: error.cause.clone(),
            hint: error.hint.clone(),
        });
        self.failures.push(Failure::Engine { span, error });
    }

    /// The recording cannot be read on: what its length promises beyond this point is lost.
    fn break_off(&mut self, error: AudioError, events: &mut dyn FnMut(Event)) {
        self.utterances.close();
        let read = self.ledger.end_ms();
        let span = TimeSpan::new(read, self.task.total_ms.unwrap_or(read));
        self.ledger.enter(span, GapReason::Failed);
        events(Event::Failed {
            span,
            cause: error.to_string(),
            hint: error.hint(),
        });
        self.failures.push(error.into());
    }

    fn enter(&mut self, window: &Window, why: &GapReason) {
        for piece in &window.pieces {
            self.ledger.enter(piece.span(), why.clone());
        }
    }

    /// Tells of the utterances that are complete; they never change from here on.
    pub fn commit(&mut self, events: &mut dyn FnMut(Event)) {
        for utterance in self.utterances.take_ready() {
            events(Event::Committed(utterance.clone()));
            self.committed.push(utterance);
        }
    }

    /// Completes and commits the utterance under way, since nothing that follows belongs to it.
    pub fn close(&mut self, events: &mut dyn FnMut(Event)) {
        self.utterances.close();
        self.commit(events);
    }

    /// The words heard of the utterance under way, and when they were said.
    #[must_use]
    pub fn under_way(&self) -> Option<(TimeSpan, &str)> {
        self.utterances.under_way()
    }

    /// Tells how far the recording is dealt with.
    pub fn progress(&self, events: &mut dyn FnMut(Event)) {
        events(Event::Progress {
            audio_done_ms: self.ledger.end_ms(),
            total_ms: self.task.total_ms,
        });
    }

    /// Whether the transcriber can be asked: it has not said that it is gone for good.
    #[must_use]
    pub fn can_go_on(&self) -> bool {
        self.can_go_on
    }

    /// The transcript of all that was heard; what is under way **must** be closed before.
    #[must_use]
    pub fn finish(self, engine: EngineInfo) -> Heard {
        let spans: Vec<TimeSpan> = self.committed.iter().filter_map(|u| u.span).collect();
        let transcript = Transcript {
            schema: TranscriptSchema::V1,
            mode: self.task.mode,
            language: self.task.language,
            duration_ms: Some(self.ledger.end_ms()),
            engine: Some(engine),
            utterances: self.committed,
            coverage: self.ledger.gaps(&spans),
        };
        Heard {
            transcript,
            failures: self.failures,
        }
    }
}

#[cfg(test)]
mod tests;
