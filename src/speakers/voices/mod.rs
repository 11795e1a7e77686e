//! Who speaks when in one microphone's sound, told by the voices alone.
//!
//! Classical: the shape of the spectrum and the pitch of each 16 ms of speech, stretches of a second
//! put together by likeness, a bell curve for each voice, and the likeliest way through the voices.
//! Nothing is learned beforehand, nothing of a voice is kept after [`Voices::finish`], and nothing is
//! inferred but who speaks when: no age, no sex, no mood.

mod bell;
mod frame;
mod groups;
mod path;
mod pitch;
mod telling;
mod voice;

use std::collections::VecDeque;

use super::Turn;
use crate::audio::SAMPLE_RATE;
use crate::audio::activity::{self, NoiseFloor, Smoothed, VoiceActivity};
use crate::audio::spectrum::HOP;
use frame::{Frame, Framer};

/// Most voices that are told apart.
pub const MOST_VOICES: usize = 4;
/// Milliseconds of a hop.
const HOP_MS: u64 = HOP as u64 * 1000 / SAMPLE_RATE as u64;

/// Tells voices apart in a stream of 16 kHz mono blocks.
///
/// It holds 24 bytes for each 16 ms of speech: 5 MB an hour, of which no word can be made again. You
/// **must** call [`Voices::finish`] for the turns.
pub struct Voices {
    activity: Smoothed<NoiseFloor>,
    framer: Framer,
    pending: Vec<f32>,
    decided: Vec<f32>,
    /// Frames that the detector of speech has not decided on.
    waiting: VecDeque<Frame>,
    frames: Vec<Frame>,
    /// When each frame is, in hops.
    hops: Vec<u32>,
    next: u32,
    wanted: Option<usize>,
}

impl std::fmt::Debug for Voices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Voices")
            .field("hops", &self.next)
            .field("wanted", &self.wanted)
            .finish_non_exhaustive()
    }
}

impl Default for Voices {
    fn default() -> Self {
        Self::new()
    }
}

impl Voices {
    /// Has heard nothing yet, and finds out how many people speak.
    #[must_use]
    pub fn new() -> Self {
        Self {
            activity: activity::own(),
            framer: Framer::new(),
            pending: Vec::with_capacity(HOP),
            decided: Vec::new(),
            waiting: VecDeque::new(),
            frames: Vec::new(),
            hops: Vec::new(),
            next: 0,
            wanted: None,
        }
    }

    /// Has heard nothing yet, and knows that so many people speak, 1 to [`MOST_VOICES`].
    #[must_use]
    pub fn expecting(people: usize) -> Self {
        Self {
            wanted: Some(people.clamp(1, MOST_VOICES)),
            ..Self::new()
        }
    }

    /// Takes in the next block, of any length.
    pub fn push(&mut self, block: &[f32]) {
        let mut rest = block;
        while !rest.is_empty() {
            let (now, after) = rest.split_at((HOP - self.pending.len()).min(rest.len()));
            self.pending.extend_from_slice(now);
            rest = after;
            if self.pending.len() == HOP {
                self.take_hop();
            }
        }
    }

    /// Passes over a stretch that was not recorded, so that times stay true.
    pub fn skip(&mut self, length_ms: u64) {
        const SILENCE: [f32; HOP] = [0.0; HOP];
        let mut left = length_ms * u64::from(SAMPLE_RATE) / 1000;
        while left > 0 {
            let now = left.min(HOP as u64);
            self.push(&SILENCE[..now as usize]);
            left -= now;
        }
    }

    /// Who spoke when, in order; pauses are in no turn. All that was heard is forgotten.
    #[must_use]
    pub fn finish(mut self) -> Vec<Turn> {
        if !self.pending.is_empty() {
            self.take_hop();
        }
        self.activity.finish(&mut self.decided);
        self.keep_decided();
        telling::turns(&self.frames, &self.hops, self.wanted)
    }

    fn take_hop(&mut self) {
        self.waiting.push_back(self.framer.frame(&self.pending));
        self.activity.push(&self.pending, &mut self.decided);
        self.pending.clear();
        self.keep_decided();
    }

    fn keep_decided(&mut self) {
        for probability in self.decided.drain(..) {
            let Some(frame) = self.waiting.pop_front() else {
                break;
            };
            if probability >= 0.5 {
                self.frames.push(frame);
                self.hops.push(self.next);
            }
            self.next = self.next.saturating_add(1);
        }
    }
}
