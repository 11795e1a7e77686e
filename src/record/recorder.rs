//! A recording being made: what the microphone gives goes onto the tape and to the live transcript.
//!
//! The tape comes first: whatever becomes of the transcript, the sound is kept. Knows no terminal;
//! whoever shows the recording asks [`Recorder::step`] again and again.

use std::time::{Duration, Instant};

use crate::audio::microphone::complaint::Complaint;
use crate::audio::microphone::failure::MicrophoneError;
use crate::audio::microphone::meter::{Loudness, Meter};
use crate::audio::microphone::{GapWhy, Microphone, Notice, Taken};
use crate::record::live::Live;
use crate::record::rewind::{Rewind, RewindError};
use crate::record::tape::{TapeError, TapeRewind, TapeWriter, Why};
use crate::session::TimeSpan;
use crate::transcript::assembly::Heard;
use crate::transcript::document::GapReason;

/// Something that the person at the microphone should know at once.
#[derive(Debug)]
pub enum News {
    /// The sound is not as it should be.
    Complaint(Complaint),
    /// Something happened to a microphone.
    Notice(Notice),
    /// A microphone cannot be opened again; it is tried on.
    Microphone(MicrophoneError),
    /// The sound cannot be written; it waits in memory, and writing is tried on.
    NotWritten(TapeError),
    /// Everything that waited is written.
    WrittenAgain,
}

/// What became of a recording.
#[derive(Debug)]
pub struct Recorded {
    /// The transcript, where it was made while it was recorded.
    pub heard: Option<Heard>,
    /// Length of the recording in milliseconds, gaps included and pauses not.
    pub length_ms: u64,
    /// How often sound was lost because it was not taken in time.
    pub overruns: u64,
    /// Why the end of the recording could not be written, where that is so: it counts as broken off
    /// then.
    pub unfinished: Option<TapeError>,
}

/// A recording being made.
///
/// You **must** end it by [`Recorder::finish`], [`Recorder::discard`] or [`Recorder::revoke`]; one
/// that is dropped is kept as far as it was written, and counts as broken off.
pub struct Recorder {
    microphone: Microphone,
    tape: TapeWriter,
    live: Option<Live>,
    meter: Meter,
    paused: Option<Instant>,
    is_failing: bool,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder")
            .field("length_ms", &self.length_ms())
            .field("is_paused", &self.is_paused())
            .finish_non_exhaustive()
    }
}

impl Recorder {
    /// A recording onto `tape` that begins now; the tape **must** have the microphone's channels.
    #[must_use]
    pub fn new(microphone: Microphone, tape: TapeWriter, live: Option<Live>) -> Self {
        Self {
            meter: Meter::new(microphone.channels(), &microphone.devices()),
            microphone,
            tape,
            live,
            paused: None,
            is_failing: false,
        }
    }

    /// Length so far in milliseconds, gaps included and pauses not.
    #[must_use]
    pub fn length_ms(&self) -> u64 {
        self.tape.length_ms()
    }

    /// Whether it is paused.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.paused.is_some()
    }

    /// How long the pause under way lasts.
    #[must_use]
    pub fn paused_for(&self) -> Option<Duration> {
        self.paused.map(|since| since.elapsed())
    }

    /// How loud each channel is, paused or not.
    #[must_use]
    pub fn loudness(&self) -> Vec<Loudness> {
        self.meter.loudness()
    }

    /// What is wrong with the sound now.
    #[must_use]
    pub fn complaints(&self) -> &[Complaint] {
        self.meter.standing()
    }

    /// How far the live text is behind what is said, where there is one.
    #[must_use]
    pub fn lag_ms(&self) -> Option<u64> {
        self.live.as_ref().map(Live::lag_ms)
    }

    /// Takes in what comes from the microphone next; waits for it at most so long.
    pub fn step(&mut self, wait: Duration) -> Vec<News> {
        let mut news = Vec::new();
        match self.microphone.next(wait) {
            Ok(taken) => self.take(taken, &mut news),
            Err(error) => news.push(News::Microphone(error)),
        }
        let notices = self.microphone.notices();
        news.extend(notices.into_iter().map(News::Notice));
        news
    }

    fn take(&mut self, taken: Taken, news: &mut Vec<News>) {
        match taken {
            Taken::Samples(channels) => {
                let complaints = self.meter.push(&channels);
                news.extend(complaints.into_iter().map(News::Complaint));
                if self.is_paused() {
                    return;
                }
                let written = self.tape.audio(&channels);
                self.written(written, news);
                if let Some(live) = &self.live {
                    live.push(&mixed(&channels));
                }
            }
            Taken::Gap { length_ms, why } => {
                self.meter.gap();
                if self.is_paused() {
                    return;
                }
                let why = on_tape(why);
                if let Some(live) = &self.live {
                    live.gap(length_ms, GapReason::Other(why.as_str().to_owned()));
                }
                let written = self.tape.gap(length_ms, why);
                self.written(written, news);
            }
            Taken::Nothing => {}
        }
    }

    /// Tells of a change between writing and not being able to.
    fn written(&mut self, written: Result<(), TapeError>, news: &mut Vec<News>) {
        match written {
            Ok(()) => {
                if std::mem::take(&mut self.is_failing) {
                    news.push(News::WrittenAgain);
                }
            }
            Err(error) => {
                if !std::mem::replace(&mut self.is_failing, true) {
                    news.push(News::NotWritten(error));
                }
            }
        }
    }

    /// Pauses: what is said from here on is not recorded.
    pub fn pause(&mut self) -> Vec<News> {
        let mut news = Vec::new();
        if self.paused.is_none() {
            self.paused = Some(Instant::now());
            let written = self.tape.flush();
            self.written(written, &mut news);
            if let Some(live) = &self.live {
                // Nothing that is said later belongs to the sentence under way.
                live.gap(0, GapReason::Silence);
            }
        }
        news
    }

    /// Goes on after a pause.
    pub fn resume(&mut self) -> Vec<News> {
        let mut news = Vec::new();
        if let Some(since) = self.paused.take() {
            let length_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
            let written = self.tape.paused(length_ms);
            self.written(written, &mut news);
        }
        news
    }

    /// Marks this place in the recording.
    pub fn mark(&mut self) -> Vec<News> {
        let mut news = Vec::new();
        let written = self.tape.mark();
        self.written(written, &mut news);
        news
    }

    /// Ends the recording, writes what is still on its way, and has what is left of it heard.
    #[must_use]
    pub fn finish(mut self) -> Recorded {
        self.resume();
        let overruns = self.microphone.overruns();
        let mut last = Vec::new();
        let Self {
            microphone,
            mut tape,
            live,
            ..
        } = self;
        for taken in microphone.stop() {
            match taken {
                Taken::Samples(channels) => {
                    last.push(tape.audio(&channels));
                    if let Some(live) = &live {
                        live.push(&mixed(&channels));
                    }
                }
                Taken::Gap { length_ms, why } => last.push(tape.gap(length_ms, on_tape(why))),
                Taken::Nothing => {}
            }
        }
        // What failed waits, and finishing writes it or says why not.
        drop(last);
        let unfinished = tape.finish().err();
        Recorded {
            length_ms: tape.length_ms(),
            heard: live.map(Live::finish),
            overruns,
            unfinished,
        }
    }

    /// Throws the recording away, for good.
    ///
    /// # Errors
    /// When it cannot be erased.
    pub fn discard(self) -> Result<(), TapeError> {
        drop(self.live);
        self.tape.discard()
    }

    /// The client takes the consent back: the recording is erased, for good.
    ///
    /// # Errors
    /// When it cannot be erased; it counts as revoked then, and is not used.
    pub fn revoke(self) -> Result<(), TapeError> {
        drop(self.live);
        self.tape.revoke()
    }
}

/// All channels in one, as their mean.
fn mixed(channels: &[Vec<f32>]) -> Vec<f32> {
    let [first, rest @ ..] = channels else {
        return Vec::new();
    };
    let mut mixed = first.clone();
    for other in rest {
        for (sample, other) in mixed.iter_mut().zip(other) {
            *sample += other;
        }
    }
    if !rest.is_empty() {
        let share = 1.0 / channels.len() as f32;
        for sample in &mut mixed {
            *sample *= share;
        }
    }
    mixed
}

/// A gap's reason as the tape names it.
fn on_tape(why: GapWhy) -> Why {
    Why::named(why.code())
}

impl Rewind for TapeRewind {
    fn read(&mut self, span: TimeSpan) -> Result<Vec<f32>, RewindError> {
        TapeRewind::read(self, span).map_err(|error| RewindError {
            hint: error.hint(),
            cause: error.to_string(),
        })
    }
}
