//! One voice of a session: its bell, and how often it has which pitch.

use super::bell::{Behind, Bell, Sums};
use super::frame::Frame;

/// Steps of pitch: a sixteenth of an octave, four octaves.
const STEPS: usize = 64;
const STEPS_AN_OCTAVE: f32 = 16.0;
/// How a pitch counts for its neighbours.
const BLUR: [f32; 5] = [0.1, 0.2, 0.4, 0.2, 0.1];
/// Nobody's pitch is impossible to another: this share is spread over all steps.
const ANY: f32 = 0.05;
/// No frame speaks against a voice by more than this.
const LEAST: f32 = -200.0;

/// A voice that is being learned.
pub(super) struct Learner {
    pub(super) sums: Sums,
    pitch: [f32; STEPS],
}

/// A voice.
pub(super) struct Voice {
    bell: Bell,
    /// Logarithm of how often each pitch is met with.
    pitch: [f32; STEPS],
}

impl Learner {
    pub(super) fn new() -> Self {
        Self {
            sums: Sums::new(),
            pitch: [0.5 / STEPS as f32; STEPS],
        }
    }

    /// Takes in a frame of which the part `share` is this voice's.
    pub(super) fn add(&mut self, frame: &Frame, share: f32) {
        if share < 1e-3 {
            return;
        }
        self.sums.add(frame, share);
        if let Some(octaves) = frame.pitch() {
            for (n, part) in BLUR.iter().enumerate() {
                let at = (step(octaves) + n).saturating_sub(2).min(STEPS - 1);
                self.pitch[at] += part * share;
            }
        }
    }

    pub(super) fn voice(&self, behind: &Behind) -> Voice {
        let voiced: f32 = self.pitch.iter().sum();
        Voice {
            bell: self.sums.bell(behind),
            pitch: self
                .pitch
                .map(|n| ((1.0 - ANY) * n / voiced + ANY / STEPS as f32).ln()),
        }
    }
}

impl Voice {
    /// The logarithm of how likely the frame is of this voice, but for a constant.
    pub(super) fn likelihood(&self, frame: &Frame) -> f32 {
        let pitch = frame.pitch().map_or(0.0, |at| self.pitch[step(at)]);
        self.bell.likelihood(&frame.shape()).max(LEAST) + pitch
    }
}

fn step(octaves: f32) -> usize {
    ((octaves * STEPS_AN_OCTAVE) as usize).min(STEPS - 1)
}
