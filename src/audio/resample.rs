//! Any sample rate to 16 kHz, as a stream whose length and timing stay those of its source.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Indexing, Resampler as _};

use crate::audio::SAMPLE_RATE;

/// Frames in and out of the resampler at a time, about: 64 ms of 16 kHz. Longer blocks sharpen the
/// filter and cost more delay, which a file does not feel.
const BLOCK: usize = 1024;

/// Sample rates that are taken. Below, nothing is speech; above, no recorder goes, and a header that
/// lies must not make us reserve gigabytes.
pub const RATES: std::ops::RangeInclusive<u32> = 2_000..=768_000;

/// Resamples one channel of audio to 16 kHz. The filter's delay is taken out again: sample `n` of
/// the output stands at the time of sample `n * rate / 16 000` of the input, and the output has
/// `ceil(frames * 16 000 / rate)` samples. You **must** call [`Resampler::finish`] at the end.
pub struct Resampler {
    /// Nothing where the source is at 16 kHz already.
    filter: Option<Fft<f32>>,
    from: u32,
    pending: Vec<f32>,
    block: Vec<f32>,
    /// Output samples still to drop, since the filter answers late.
    delay: usize,
    taken: u64,
    given: u64,
}

impl std::fmt::Debug for Resampler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resampler")
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

impl Resampler {
    /// A resampler from `rate` samples a second; nothing where the rate is outside [`RATES`].
    #[must_use]
    pub fn new(rate: u32) -> Option<Self> {
        if !RATES.contains(&rate) {
            return None;
        }
        let filter = if rate == SAMPLE_RATE {
            None
        } else {
            let (from, to) = (rate as usize, SAMPLE_RATE as usize);
            Some(
                Fft::new_custom(
                    from,
                    to,
                    BLOCK,
                    1,
                    1,
                    rubato::WindowFunction::BlackmanHarris2,
                    FixedSync::Both,
                )
                .ok()?,
            )
        };
        let delay = filter.as_ref().map_or(0, rubato::Resampler::output_delay);
        let block = vec![
            0.0;
            filter
                .as_ref()
                .map_or(0, rubato::Resampler::output_frames_max)
        ];
        Some(Self {
            filter,
            from: rate,
            pending: Vec::new(),
            block,
            delay,
            taken: 0,
            given: 0,
        })
    }

    /// Takes in samples and appends what can be given already to `out`.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.taken += samples.len() as u64;
        let Some(filter) = &self.filter else {
            self.given += samples.len() as u64;
            out.extend_from_slice(samples);
            return;
        };
        let needed = filter.input_frames_next();
        self.pending.extend_from_slice(samples);
        let whole = self.pending.len() / needed * needed;
        for start in (0..whole).step_by(needed) {
            self.run(start, needed, out);
        }
        self.pending.drain(..whole);
    }

    /// Appends what is left; the resampler is then ready for a new stream.
    pub fn finish(&mut self, out: &mut Vec<f32>) {
        let owed = (self.taken * u64::from(SAMPLE_RATE)).div_ceil(u64::from(self.from));
        let mut partial = self.pending.len();
        while self.given < owed {
            let before = self.given;
            self.run(0, partial, out);
            partial = 0;
            if self.given == before && self.delay == 0 {
                break;
            }
        }
        let excess = self.given.saturating_sub(owed) as usize;
        out.truncate(out.len() - excess);
        if let Some(filter) = &mut self.filter {
            filter.reset();
            self.delay = filter.output_delay();
        }
        self.pending.clear();
        (self.taken, self.given) = (0, 0);
    }

    /// Puts `len` pending samples from `start` on through the filter, silence after them where it
    /// needs more.
    fn run(&mut self, start: usize, len: usize, out: &mut Vec<f32>) {
        let Some(filter) = &mut self.filter else {
            return;
        };
        let input = &self.pending[start..start + len];
        let indexing = Indexing::new().partial_len(len);
        let frames = self.block.len();
        let (Ok(from), Ok(mut to)) = (
            InterleavedSlice::new(input, 1, len),
            InterleavedSlice::new_mut(&mut self.block, 1, frames),
        ) else {
            return;
        };
        let made =
            if let Ok((_, made)) = filter.process_into_buffer(&from, &mut to, Some(&indexing)) {
                made
            } else {
                // The buffers are sized by the filter itself; were one refused, silence keeps the time.
                self.block.fill(0.0);
                frames
            };
        let late = self.delay.min(made);
        self.delay -= late;
        out.extend_from_slice(&self.block[late..made]);
        self.given += (made - late) as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resample(rate: u32, source: &[f32], cut: usize) -> Vec<f32> {
        let mut resampler = Resampler::new(rate).unwrap();
        let mut out = Vec::new();
        for part in source.chunks(cut.max(1)) {
            resampler.push(part, &mut out);
        }
        resampler.finish(&mut out);
        out
    }

    #[test]
    fn a_tone_keeps_its_pitch_level_and_phase() {
        for rate in [
            8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 16_000, 44_101,
        ] {
            let tone = |rate: u32, n: usize| {
                (n as f32 / rate as f32 * 440.0 * std::f32::consts::TAU).sin() * 0.5
            };
            let source: Vec<f32> = (0..rate as usize).map(|n| tone(rate, n)).collect();
            let out = resample(rate, &source, 1152);
            assert_eq!(out.len(), 16_000, "{rate}");
            // Away from the edges, where the filter sees silence.
            let worst = (2_000..14_000)
                .map(|n| (out[n] - tone(16_000, n)).abs())
                .fold(0.0, f32::max);
            // One sample of 16 kHz: an odd block's delay is no whole number of samples.
            assert!(worst < 0.09, "{rate}: off by {worst}");
        }
    }

    #[test]
    fn rates_that_no_recorder_has_are_refused() {
        for rate in [0, 1, 1_999, 768_001, u32::MAX] {
            assert!(Resampler::new(rate).is_none(), "{rate}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]
        #[test]
        fn duration_is_kept(
            rate in proptest::sample::select(vec![8_000_u32, 12_000, 16_000, 22_050, 44_100, 48_000]),
            len in 0_usize..60_000,
            cut in 1_usize..5_000,
        ) {
            let out = resample(rate, &vec![0.1; len], cut);
            assert_eq!(out.len() as u64, (len as u64 * 16_000).div_ceil(u64::from(rate)));
        }
    }
}
