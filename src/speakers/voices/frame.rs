//! What is kept of 16 ms of speech until the session's end: the shape of its spectrum and its pitch,
//! coarsely. No word can be made of it again.

use super::pitch::Pitch;
use crate::audio::spectrum::{BANDS, Spectrum};

/// Coefficients that describe the shape of a spectrum.
pub(super) const SHAPE: usize = 16;
/// Shapes are kept in steps of this many dB.
const STEP: f32 = 0.75;
/// Below this power a band counts as silent (-90 dBFS).
const LEAST: f32 = 1e-9;

/// The shape of a spectrum: the mel cepstrum without its first coefficient, in dB.
pub(super) type Shape = [f32; SHAPE];

/// One hop.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    shape: [i8; SHAPE],
    /// 128ths of an octave over 32 Hz; 0 where nothing is voiced.
    pitch: u16,
    /// Level in dB below full scale.
    level: i8,
}

impl Frame {
    pub(super) fn shape(&self) -> Shape {
        self.shape.map(|c| f32::from(c) * STEP)
    }

    /// Octaves over 32 Hz.
    pub(super) fn pitch(&self) -> Option<f32> {
        (self.pitch > 0).then(|| f32::from(self.pitch) / 128.0)
    }

    pub(super) fn level(&self) -> f32 {
        f32::from(self.level)
    }
}

/// Makes frames of a stream of hops.
pub(super) struct Framer {
    spectrum: Spectrum,
    pitch: Pitch,
    /// The cosines of the transform from bands to shape.
    turns: Vec<[f32; BANDS]>,
}

impl Framer {
    pub(super) fn new() -> Self {
        let scale = (2.0 / BANDS as f32).sqrt();
        let turn = |k: usize, band: usize| {
            (std::f32::consts::PI * k as f32 * (band as f32 + 0.5) / BANDS as f32).cos() * scale
        };
        Self {
            spectrum: Spectrum::new(),
            pitch: Pitch::new(),
            turns: (1..=SHAPE)
                .map(|k| std::array::from_fn(|band| turn(k, band)))
                .collect(),
        }
    }

    pub(super) fn frame(&mut self, hop: &[f32]) -> Frame {
        let bands = self.spectrum.bands(hop);
        let db = bands.map(|power| 10.0 * power.max(LEAST).log10());
        let mut shape = [0; SHAPE];
        for (to, turns) in shape.iter_mut().zip(&self.turns) {
            let sum: f32 = turns.iter().zip(&db).map(|(a, b)| a * b).sum();
            *to = (sum / STEP).round().clamp(-127.0, 127.0) as i8;
        }
        let power: f32 = bands.iter().sum();
        let pitch = self.pitch.measure(hop);
        Frame {
            shape,
            pitch: pitch.map_or(0, |octaves| ((octaves - 5.0) * 128.0).max(1.0) as u16),
            level: (10.0 * power.max(LEAST).log10()).clamp(-127.0, 0.0) as i8,
        }
    }
}
