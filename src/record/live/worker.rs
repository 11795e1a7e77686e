//! The thread that hears: takes what the inbox says is next, has it recognised, and tells of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::Shared;
use super::inbox::{Job, end};
use crate::audio::packing::Open;
use crate::audio::window::Window;
use crate::record::rewind::{Rewind, RewindError, restore};
use crate::session::TimeSpan;
use crate::transcript::assembly::{Assembly, Heard, Task};
use crate::transcript::document::{EngineInfo, GapReason};
use crate::transcript::event::Event;
use crate::transcript::guards::{Verdict, judge};
use crate::transcript::transcriber::{HeardSegment, TranscribeError, Transcriber};

pub(super) struct Worker<S> {
    pub(super) shared: Arc<Shared>,
    pub(super) transcriber: Guarded,
    pub(super) assembly: Assembly,
    pub(super) rewind: Option<Box<dyn Rewind + Send>>,
    pub(super) sink: S,
    /// Whether the engine failed on the last glance: what is next to be heard will tell why.
    pub(super) blinded: bool,
    pub(super) lag_ms: u64,
}

impl<S: FnMut(Event)> Worker<S> {
    /// Works until the recording has ended and all of it is heard, or it is abandoned.
    pub(super) fn run(mut self) -> Heard {
        loop {
            let (job, news) = self.next();
            match job {
                Job::Hear(window) => self.hear(window),
                Job::Glance(open) => self.glance(&open),
                Job::Close => self.assembly.close(&mut self.sink),
                Job::Wait => self.shared.wait(news),
                Job::End => break,
            }
            self.tell_lag();
        }
        self.assembly.close(&mut self.sink);
        self.assembly.finish(self.transcriber.engine())
    }

    fn next(&mut self) -> (Job, u64) {
        let under_way = self.assembly.under_way().is_some();
        let mut inbox = self.shared.inbox();
        let job = inbox.next_job(under_way);
        let (gaps, news) = (inbox.take_gaps(), inbox.news());
        drop(inbox);
        for (span, why) in gaps {
            self.assembly.gap(span, why);
        }
        (job, news)
    }

    fn hear(&mut self, window: Window) {
        let span = window.span();
        let until = end(&window);
        match self.whole(window) {
            Ok(window) => {
                self.assembly
                    .hear(&window, &mut self.transcriber, &mut self.sink);
            }
            Err((window, error)) => {
                let error = TranscribeError {
                    cause: error.cause,
                    hint: error.hint,
                    can_go_on: self.assembly.can_go_on(),
                };
                self.assembly.fail(&window, error, &mut self.sink);
            }
        }
        self.blinded = !self.assembly.can_go_on();
        self.shared.inbox().heard(until);
        self.assembly.commit(&mut self.sink);
        // What was tentative is settled; the words of a sentence that is not complete stay.
        let (span, text) = match self.assembly.under_way() {
            Some((open, text)) => (open, text.into()),
            None => (span, "".into()),
        };
        (self.sink)(Event::Tentative { span, text });
        self.assembly.progress(&mut self.sink);
    }

    /// The window with its samples, read again where they were not held.
    fn whole(&mut self, window: Window) -> Result<Window, (Window, RewindError)> {
        match &mut self.rewind {
            Some(rewind) if window.samples.is_empty() => {
                let pieces = window.pieces.clone();
                restore(rewind.as_mut(), pieces).map_err(|error| (window, error))
            }
            _ => Ok(window),
        }
    }

    fn glance(&mut self, open: &Open) {
        if self.blinded {
            return;
        }
        match self.transcriber.glance(&open.samples) {
            Ok(segments) => {
                let length_ms = open.span.length_ms();
                let kept = segments.iter().zip(judge(&segments, length_ms));
                let kept = kept.filter(|(_, verdict)| *verdict == Verdict::Keep);
                let texts: Vec<&str> = kept.map(|(segment, _)| segment.text.trim()).collect();
                let text = texts.join(" ").into();
                (self.sink)(Event::Tentative {
                    span: open.span,
                    text,
                });
                self.shared.inbox().glanced();
            }
            // A window that is to stay will say what is the matter.
            Err(_) => self.blinded = true,
        }
    }

    fn tell_lag(&mut self) {
        let lag_ms = self.shared.inbox().lag_ms();
        // Half a second more or less is none.
        if lag_ms / 500 != self.lag_ms / 500 {
            self.lag_ms = lag_ms;
            (self.sink)(Event::Lag { lag_ms });
        }
    }
}

/// A transcriber whose panic is an error like any other: what was heard before must not go with it.
pub(super) struct Guarded(pub(super) Box<dyn Transcriber + Send>);

impl Transcriber for Guarded {
    fn engine(&self) -> EngineInfo {
        self.0.engine()
    }

    fn transcribe(
        &mut self,
        samples: &[f32],
        heard: &mut dyn FnMut(&HeardSegment),
    ) -> Result<Vec<HeardSegment>, TranscribeError> {
        catch_unwind(AssertUnwindSafe(|| self.0.transcribe(samples, heard)))
            .unwrap_or_else(|_| Err(broken()))
    }

    fn glance(&mut self, samples: &[f32]) -> Result<Vec<HeardSegment>, TranscribeError> {
        catch_unwind(AssertUnwindSafe(|| self.0.glance(samples))).unwrap_or_else(|_| Err(broken()))
    }
}

fn broken() -> TranscribeError {
    TranscribeError {
        cause: "the part of the program that transcribes broke off".to_owned(),
        hint: "the recording itself goes on and is kept; transcribe it again: notewright recover"
            .to_owned(),
        can_go_on: false,
    }
}

/// What is to be said of a recording of which the hearing thread is gone.
pub(super) fn lost(task: Task, until_ms: u64) -> Heard {
    let mut assembly = Assembly::new(task);
    assembly.gap(TimeSpan::new(0, until_ms), GapReason::Failed);
    assembly.finish(EngineInfo {
        name: "none".to_owned(),
        model: String::new(),
        sha256: None,
    })
}
