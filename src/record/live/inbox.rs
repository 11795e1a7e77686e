//! What has been recorded and not been heard: packs it, holds it in bounded memory, and says what the
//! recogniser is to do next.
//!
//! Time is the recording's own here, never the clock's: how long a pass takes is how much is
//! recorded meanwhile.

use std::collections::VecDeque;

use crate::audio::activity::VoiceActivity;
use crate::audio::packing::{MARGIN, Open, Packed, Packing};
use crate::audio::window::Window;
use crate::audio::{SAMPLE_RATE, ms_of};
use crate::session::TimeSpan;
use crate::transcript::assembly::PAUSE_MS;
use crate::transcript::document::GapReason;

/// Samples in `ms` milliseconds.
const fn samples(ms: u64) -> u64 {
    ms * SAMPLE_RATE as u64 / 1000
}

/// A pause that ends a window: 0.6 s. The detector goes on for a moment after speech, which is not
/// told of as quiet.
const PAUSE: u64 = samples(500);
/// So much longer is a pause than what is decided to be silent in it: the detector's hang.
const HANG: u64 = samples(160);
/// Nothing that comes after such a silence joins the utterance before it, whatever the times that
/// the recogniser gives: pieces reach into a silence by their margins.
const PARTING: u64 = samples(PAUSE_MS) + 2 * MARGIN as u64;
/// Speech that is worth a glance.
const LEAST_GLANCE: usize = samples(500) as usize;
/// From one glance to the next.
const GLANCE_EVERY: u64 = samples(1_200);
/// A glance that takes longer than this is worth its time rarely.
const QUICK: u64 = samples(1_000);
/// A window that waited longer than this for the recogniser: it is behind.
const BEHIND: u64 = samples(3_000);

/// The shortest decided pause at which a window is cut after speech has gone on: the longer the
/// window, the shorter.
fn inner_pause(open: usize) -> u64 {
    match open as u64 {
        0..128_000 => samples(600) - HANG,
        128_000..256_000 => samples(450) - HANG,
        _ => samples(300) - HANG,
    }
}

/// What the recogniser is to do next.
#[derive(Debug)]
pub(super) enum Job {
    /// Hear a window; one without samples is to be read again first.
    Hear(Window),
    /// Say what is heard so far of the window under way.
    Glance(Open),
    /// Nothing that follows belongs to the utterance under way.
    Close,
    /// Wait for more.
    Wait,
    /// All is done.
    End,
}

/// What has been recorded and not been heard.
pub(super) struct Inbox {
    packing: Packing<Box<dyn VoiceActivity + Send>>,
    waiting: VecDeque<Window>,
    gaps: Vec<(TimeSpan, GapReason)>,
    /// Samples in `waiting`, and how many there may be where the rest can be read again.
    held: usize,
    most_held: Option<usize>,
    /// Where the window begins that is being heard.
    hearing: Option<u64>,
    /// Up to here text is shown.
    shown: u64,
    glanced_at: u64,
    glance_took: u64,
    behind: bool,
    ended: bool,
    abandoned: bool,
    /// How often something was told, and after which of these the recogniser waits for more.
    news: u64,
    waits_since: Option<u64>,
}

impl Inbox {
    /// An empty one; `most_held` samples wait in memory at most, all of them where nothing is given.
    pub(super) fn new(activity: Box<dyn VoiceActivity + Send>, most_held: Option<usize>) -> Self {
        Self {
            packing: Packing::new(activity),
            waiting: VecDeque::new(),
            gaps: Vec::new(),
            held: 0,
            most_held,
            hearing: None,
            shown: 0,
            glanced_at: 0,
            glance_took: 0,
            behind: false,
            ended: false,
            abandoned: false,
            news: 0,
            waits_since: None,
        }
    }

    pub(super) fn push(&mut self, block: &[f32]) {
        self.news += 1;
        self.packing.push(block);
        self.sort();
    }

    /// Goes on later: `length_ms` were not captured.
    pub(super) fn gap(&mut self, length_ms: u64, why: GapReason) {
        self.news += 1;
        let from = self.packing.position();
        self.packing.skip(samples(length_ms));
        self.sort();
        let span = TimeSpan::new(ms_of(from), ms_of(self.packing.position()));
        self.gaps.push((span, why));
    }

    pub(super) fn end(&mut self) {
        self.news += 1;
        self.packing.end();
        self.sort();
        self.ended = true;
    }

    pub(super) fn abandon(&mut self) {
        self.news += 1;
        self.abandoned = true;
    }

    /// How often something was told: whoever waits for more waits until this changes.
    pub(super) fn news(&self) -> u64 {
        self.news
    }

    /// Notes whether the recogniser waits, having dealt with all news up to `since`.
    pub(super) fn waits_since(&mut self, since: Option<u64>) {
        self.waits_since = since;
    }

    /// Whether the recogniser waits for news that have not come.
    pub(super) fn is_idle(&self) -> bool {
        self.waits_since == Some(self.news)
    }

    /// Samples of the recording so far.
    pub(super) fn position(&self) -> u64 {
        self.packing.position()
    }

    /// Samples held in memory.
    pub(super) fn samples_held(&self) -> usize {
        self.held + self.packing.samples_held()
    }

    /// How far the text that is shown is behind, in milliseconds.
    pub(super) fn lag_ms(&self) -> u64 {
        let waiting = self.hearing.or_else(|| self.waiting.front().map(start));
        let first = waiting.or_else(|| self.packing.open_since());
        first.map_or(0, |first| {
            ms_of(self.position().saturating_sub(first.max(self.shown)))
        })
    }

    /// The stretches without speech since the last time.
    pub(super) fn take_gaps(&mut self) -> Vec<(TimeSpan, GapReason)> {
        std::mem::take(&mut self.gaps)
    }

    /// What to do next; `under_way` says whether an utterance is.
    pub(super) fn next_job(&mut self, under_way: bool) -> Job {
        if self.abandoned {
            return Job::End;
        }
        if self.waiting.is_empty() && !self.ended {
            self.cut();
        }
        if let Some(window) = self.waiting.pop_front() {
            self.held -= window.samples.len();
            self.hearing = Some(start(&window));
            self.behind = self.position() > end(&window) + BEHIND;
            return Job::Hear(window);
        }
        if self.ended {
            return Job::End;
        }
        if self.is_glance_due()
            && let Some(open) = self.packing.open()
        {
            self.glanced_at = self.position();
            return Job::Glance(open);
        }
        let silent = self.packing.open_len() == 0 && self.packing.silent_for() >= PARTING;
        if under_way && silent {
            return Job::Close;
        }
        Job::Wait
    }

    /// Notes that the window that was given last is heard, up to sample `until`.
    pub(super) fn heard(&mut self, until: u64) {
        self.hearing = None;
        self.shown = self.shown.max(until);
    }

    /// Notes that the glance that was begun last is done and shown.
    pub(super) fn glanced(&mut self) {
        self.glance_took = self.position() - self.glanced_at;
        self.shown = self.shown.max(self.glanced_at);
    }

    /// Ends the window under way where somebody has paused. Only the recogniser asks for it, when it
    /// is free: while it is busy the window grows, so that it catches up with fewer, fuller ones.
    fn cut(&mut self) {
        let open = self.packing.open_len();
        if open == 0 {
            return;
        }
        if self.packing.quiet_for() >= PAUSE {
            self.packing.cut();
        } else {
            self.packing.cut_at_pause(inner_pause(open));
        }
        self.sort();
    }

    fn is_glance_due(&self) -> bool {
        let every = if self.glance_took > QUICK {
            10 * self.glance_took
        } else {
            GLANCE_EVERY.max(2 * self.glance_took)
        };
        !self.behind
            && self.packing.open_len() >= LEAST_GLANCE
            && self.position() >= self.glanced_at + every
    }

    fn sort(&mut self) {
        while let Some(packed) = self.packing.next_ready() {
            match packed {
                Packed::Silence(silence) => self.gaps.push((silence.span(), GapReason::Silence)),
                Packed::Speech(mut window) => {
                    let full = self
                        .most_held
                        .is_some_and(|most| self.held + window.samples.len() > most);
                    if full {
                        window.samples = Vec::new();
                    }
                    self.held += window.samples.len();
                    self.waiting.push_back(window);
                }
            }
        }
    }
}

/// The first sample of a window in the recording.
fn start(window: &Window) -> u64 {
    window.pieces.first().map_or(0, |piece| piece.source)
}

/// The last one.
pub(super) fn end(window: &Window) -> u64 {
    let last = window.pieces.last();
    last.map_or(0, |piece| piece.source + piece.len as u64)
}
