//! Voice activity: where somebody speaks. The joint, and a detector of our own that needs no model.
//!
//! It errs on the side of speech: a stretch taken for speech wrongly costs computing time, a stretch
//! missed is a sentence lost.

use std::collections::VecDeque;

pub use crate::audio::smoothing::Smoothed;
use crate::audio::spectrum::{BANDS, Bands, HOP, Spectrum};

/// Tells speech from everything else in 16 kHz mono audio, one hop after the other.
///
/// Answers come in the order of the hops, one a hop, and may come late: a detector may want to hear
/// what follows. You **must** call [`VoiceActivity::finish`] at the end to get those outstanding.
pub trait VoiceActivity {
    /// Samples in one hop.
    fn hop(&self) -> usize;

    /// Takes in the next hop (the last may be shorter) and appends the probability of speech, 0 to
    /// 1, of each hop that is decided by now.
    fn push(&mut self, hop: &[f32], decided: &mut Vec<f32>);

    /// Appends the probabilities of all hops still undecided.
    fn finish(&mut self, decided: &mut Vec<f32>);

    /// Appends how likely each hop still undecided is to be speech, as far as can be told by now;
    /// decides nothing. A detector that cannot tell appends nothing.
    fn outlook(&self, _likely: &mut Vec<f32>) {}

    /// Appends the probabilities of the hops still undecided, but for the last `keep`, as far as can
    /// be told by now, and goes on. A detector that decides at once has none.
    fn settle(&mut self, _keep: usize, _decided: &mut Vec<f32>) {}
}

impl<V: VoiceActivity + ?Sized> VoiceActivity for Box<V> {
    fn hop(&self) -> usize {
        (**self).hop()
    }
    fn push(&mut self, hop: &[f32], decided: &mut Vec<f32>) {
        (**self).push(hop, decided);
    }
    fn finish(&mut self, decided: &mut Vec<f32>) {
        (**self).finish(decided);
    }
    fn outlook(&self, likely: &mut Vec<f32>) {
        (**self).outlook(likely);
    }
    fn settle(&mut self, keep: usize, decided: &mut Vec<f32>) {
        (**self).settle(keep, decided);
    }
}

/// Hops of the past whose quietest moments make the noise floor: 3 s, in which everybody draws
/// breath (minimum statistics, Martin 2001).
const PAST: usize = 188;
/// Hops of the future that the floor and the smoothing look at: half a second.
const FUTURE: usize = 32;
/// The minimum of a fluctuating power lies below its mean; this much, for noise smoothed as here.
const FLOOR_BIAS: f32 = 1.6;
/// Hops until the power smoothed for the floor has settled: the first ones hold half a window, and
/// chance, and would pass for a low floor for as long as the past is remembered.
const SETTLING: usize = 8;
/// No band's floor is below this (-100 dBFS): the rounding of 16-bit audio.
const LEAST_FLOOR: f32 = 1e-10;
/// Below this power in all bands together (-72 dBFS) nothing is speech that a recogniser could hear.
const LEAST_POWER: f32 = 6.3e-8;

/// The score at which speech is as likely as not. Measured with synthetic voices (espeak-ng, flite) in
/// white, pink and brown noise, hum and fans: below it more noise passes, above it speech at 0 dB
/// over pink noise gets lost.
const ENOUGH: f32 = 5.6;
/// A stretch goes on for this long after speech, in milliseconds: the longest stop in a word.
const HANG_MS: usize = 160;
/// And has at least this much of it: shorter than a syllable are clicks and chance.
const LEAST_MS: usize = 80;

/// The detector that needs no model, with its smoothing.
#[must_use]
pub fn own() -> Smoothed<NoiseFloor> {
    Smoothed::new(NoiseFloor::new(), HANG_MS, LEAST_MS)
}

/// The detector of our own: the power in each band over that band's noise floor, and how unevenly it
/// is spread. Speech stands out of its surroundings in some bands and syllable by syllable; hum,
/// fans and hiss are their own floor.
pub struct NoiseFloor {
    spectrum: Spectrum,
    /// Band powers of the past, the hop that is judged next, and the future.
    hops: VecDeque<Bands>,
    /// The same, smoothed over time for the floor.
    slow: VecDeque<Bands>,
    /// Place in `hops` of the hop that is judged next.
    next: usize,
    /// Power smoothed over time up to the last hop, and how many hops went into it.
    smooth: (Bands, usize),
}

impl Default for NoiseFloor {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for NoiseFloor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NoiseFloor")
            .field("hops", &self.hops.len())
            .finish_non_exhaustive()
    }
}

impl NoiseFloor {
    /// A detector that has heard nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            spectrum: Spectrum::new(),
            hops: VecDeque::with_capacity(PAST + FUTURE + 2),
            slow: VecDeque::with_capacity(PAST + FUTURE + 2),
            next: 0,
            smooth: ([0.0; BANDS], 0),
        }
    }

    fn judge_next(&mut self) -> f32 {
        let floor = self.floor();
        let now = self.smoothed(self.next);
        self.next += 1;
        if self.next > PAST {
            self.hops.pop_front();
            self.slow.pop_front();
            self.next -= 1;
        }
        probability(&now, &floor)
    }

    /// The noise floor around the hop that is judged next.
    fn floor(&self) -> Bands {
        let mut floor = [f32::INFINITY; BANDS];
        for bands in &self.slow {
            for (least, power) in floor.iter_mut().zip(bands) {
                *least = least.min(*power);
            }
        }
        floor.map(|least| (least * FLOOR_BIAS).max(LEAST_FLOOR))
    }

    /// Band powers over the hop at `place` and its neighbours.
    fn smoothed(&self, place: usize) -> Bands {
        let mut mean = [0.0; BANDS];
        let near = place.saturating_sub(1)..(place + 2).min(self.hops.len());
        let share = 1.0 / near.len() as f32;
        for bands in self.hops.range(near) {
            for (sum, power) in mean.iter_mut().zip(bands) {
                *sum += power * share;
            }
        }
        mean
    }
}

/// How likely band powers are those of speech over the noise floor.
fn probability(now: &Bands, floor: &Bands) -> f32 {
    if now.iter().sum::<f32>() < LEAST_POWER {
        return 0.0;
    }
    let over: Vec<f32> = now
        .iter()
        .zip(floor)
        .map(|(now, floor)| 10.0 * (now / floor).max(1.0).log10())
        .collect();
    let mean = over.iter().map(|db| db.min(20.0)).sum::<f32>() / BANDS as f32;
    let mut sorted = over;
    sorted.sort_by(|a, b| b.total_cmp(a));
    let top = sorted[..4].iter().map(|db| db.min(25.0)).sum::<f32>() / 4.0;
    let score = mean + 0.5 * top;
    1.0 / (1.0 + (-(score - ENOUGH)).exp())
}

impl VoiceActivity for NoiseFloor {
    fn hop(&self) -> usize {
        HOP
    }

    fn push(&mut self, hop: &[f32], decided: &mut Vec<f32>) {
        let bands = self.spectrum.bands(hop);
        let (slow, heard) = &mut self.smooth;
        for (slow, power) in slow.iter_mut().zip(bands) {
            let weight = if *heard < 2 { 1.0 } else { 0.25 };
            *slow += weight * (power - *slow);
        }
        *heard += 1;
        let settled = *heard > SETTLING;
        self.slow.push_back(if settled {
            *slow
        } else {
            [f32::INFINITY; BANDS]
        });
        self.hops.push_back(bands);
        if self.hops.len() - self.next > FUTURE {
            decided.push(self.judge_next());
        }
    }

    fn finish(&mut self, decided: &mut Vec<f32>) {
        while self.next < self.hops.len() {
            decided.push(self.judge_next());
        }
        *self = Self::new();
    }

    fn outlook(&self, likely: &mut Vec<f32>) {
        let floor = self.floor();
        let waiting = self.next..self.hops.len();
        likely.extend(waiting.map(|place| probability(&self.smoothed(place), &floor)));
    }

    fn settle(&mut self, keep: usize, decided: &mut Vec<f32>) {
        while self.next + keep < self.hops.len() {
            decided.push(self.judge_next());
        }
    }
}
