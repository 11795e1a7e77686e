//! How high a voice is, hop by hop.

use crate::audio::SAMPLE_RATE;

/// Samples from one measurement to the next.
const HOP: usize = 256;
/// The sound is looked at with a quarter of its samples: pitch lies far below 2 kHz.
const THINNED: usize = 4;
const RATE: f32 = SAMPLE_RATE as f32 / THINNED as f32;
/// Thinned samples that one measurement looks at: 64 ms, two periods and a half of the lowest voice.
const LOOK: usize = 256;
/// Lags that are tried: 400 Hz down to 60 Hz.
const SHORTEST: usize = 10;
const LONGEST: usize = 66;
/// Self-likeness from which a sound counts as voiced.
const VOICED: f32 = 0.55;
/// A shorter period wins over a longer one that is hardly better: its multiples fit as well.
const NEARLY: f32 = 0.9;

/// Measures pitch in a stream of hops.
#[derive(Debug)]
pub(super) struct Pitch {
    recent: Vec<f32>,
    /// The last samples of the hop before, for the filter.
    tail: [f32; THINNED],
}

impl Pitch {
    pub(super) fn new() -> Self {
        Self {
            recent: vec![0.0; LOOK],
            tail: [0.0; THINNED],
        }
    }

    /// Takes in one hop; gives the pitch in octaves over 1 Hz, or nothing where nothing is voiced.
    pub(super) fn measure(&mut self, hop: &[f32]) -> Option<f32> {
        self.take(hop);
        let mut likeness = [0.0_f32; LONGEST + 2];
        for (lag, like) in likeness.iter_mut().enumerate().skip(SHORTEST - 1) {
            *like = self.likeness(lag);
        }
        let peak =
            |lag: usize| likeness[lag] >= likeness[lag - 1] && likeness[lag] >= likeness[lag + 1];
        let peaks = || (SHORTEST..=LONGEST).filter(|lag| peak(*lag));
        let best = peaks().map(|lag| likeness[lag]).fold(0.0, f32::max);
        if best < VOICED {
            return None;
        }
        let lag = peaks().find(|lag| likeness[*lag] >= NEARLY * best)?;
        // The true peak of the parabola through three points.
        let (before, at, after) = (likeness[lag - 1], likeness[lag], likeness[lag + 1]);
        let bend = before - 2.0 * at + after;
        let shift = if bend.abs() > 1e-6 {
            (0.5 * (before - after) / bend).clamp(-0.5, 0.5)
        } else {
            0.0
        };
        Some((RATE / (lag as f32 + shift)).log2())
    }

    fn take(&mut self, hop: &[f32]) {
        let fresh = HOP / THINNED;
        self.recent.copy_within(fresh.., 0);
        let from = LOOK - fresh;
        for n in 0..fresh {
            let at = |k: usize| hop.get(k).copied().unwrap_or(0.0);
            // A triangle over eight samples: zero at the frequencies that would fold onto pitch.
            let mut sum = 0.0;
            for k in 0..THINNED {
                let weight = (k + 1) as f32 / 20.0;
                let old = if n == 0 {
                    self.tail[k]
                } else {
                    at(n * THINNED - THINNED + k)
                };
                sum += weight * old + (0.25 - weight) * at(n * THINNED + k);
            }
            self.recent[from + n] = sum;
        }
        for (k, tail) in self.tail.iter_mut().enumerate() {
            *tail = hop.get(HOP - THINNED + k).copied().unwrap_or(0.0);
        }
    }

    /// How alike the sound is to itself `lag` samples later, at most 1.
    fn likeness(&self, lag: usize) -> f32 {
        let (mut both, mut one, mut other) = (0.0, 1e-9, 1e-9);
        for (a, b) in self.recent.iter().zip(&self.recent[lag..]) {
            both += a * b;
            one += a * a;
            other += b * b;
        }
        both / f32::sqrt(one * other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buzz_has_its_pitch() {
        for hz in [80.0_f32, 110.0, 155.0, 210.0, 300.0] {
            let mut pitch = Pitch::new();
            let sample = |n: usize| {
                let turn = n as f32 * hz / 16_000.0 * std::f32::consts::TAU;
                (1..6)
                    .map(|k| (turn * k as f32).sin() / k as f32)
                    .sum::<f32>()
                    * 0.1
            };
            let samples: Vec<f32> = (0..HOP * 8).map(sample).collect();
            let heard = samples
                .chunks(HOP)
                .filter_map(|hop| pitch.measure(hop))
                .last();
            let found = heard.map(f32::exp2).unwrap();
            assert!((found / hz - 1.0).abs() < 0.02, "{hz}: {found}");
        }
    }

    #[test]
    fn silence_has_none() {
        assert_eq!(Pitch::new().measure(&[0.0; HOP]), None);
    }
}
