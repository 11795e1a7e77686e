//! A stream that runs: its ring, its resamplers, and the blocks that are held back in doubt.

use std::time::Duration;

use crate::audio::microphone::clock::Moment;
use crate::audio::microphone::failure::MicrophoneError;
use crate::audio::microphone::feed::{Block, Line};
use crate::audio::microphone::host::{Input, Opened};
use crate::audio::microphone::pace::{Pace, RateWatch, SECOND, Slip};
use crate::audio::microphone::{GapWhy, Notice};
use crate::audio::resample::Resampler;

/// How long blocks are held back to see whether they catch up with the clock.
const DOUBT: Duration = Duration::from_millis(300);
/// A sample of 16 kHz in nanoseconds.
const SAMPLE: i64 = SECOND / 16_000;

/// What a block showed of the stream.
pub(super) enum Step {
    /// Nothing.
    On,
    /// Samples come at another rate than the input said.
    RateIs(u32),
}

/// A stream that runs.
pub(super) struct Running {
    pub(super) line: Line,
    pub(super) input: Box<dyn Input>,
    /// When the last block came, or the stream began.
    pub(super) last: Moment,
    /// Why there was none before it.
    pub(super) why: GapWhy,
    /// What is told once sound comes.
    pub(super) back: Option<Notice>,
    resamplers: Vec<Resampler>,
    rate: u32,
    watch: RateWatch,
    is_first: bool,
    /// Since when blocks are held back, and how late the least late of them was.
    doubt: Option<(Duration, i64)>,
    held: Vec<Block>,
}

impl Running {
    pub(super) fn new(opened: Opened, line: Line, now: Moment) -> Result<Self, MicrophoneError> {
        let rate = line.shape.rate;
        let resamplers =
            resamplers(rate, line.kept()).ok_or_else(|| MicrophoneError::UnsupportedFormat {
                device: opened.device.clone(),
                cause: format!("{rate} samples a second"),
            })?;
        Ok(Self {
            line,
            input: opened.input,
            last: now,
            why: GapWhy::Unplugged,
            back: None,
            resamplers,
            rate,
            watch: RateWatch::default(),
            is_first: true,
            doubt: None,
            held: Vec::new(),
        })
    }

    /// Looks at a block before anything is done with it.
    pub(super) fn weigh(&mut self, block: &Block) -> Step {
        let stamp = &block.stamp;
        self.last = stamp.arrived;
        if stamp.lost > 0 || stamp.skipped {
            self.watch = RateWatch::default();
            return Step::On;
        }
        self.watch
            .hear(stamp.frames, stamp.arrived.awake, self.rate)
            .map_or(Step::On, Step::RateIs)
    }

    pub(super) fn is_first(&self) -> bool {
        self.is_first
    }

    pub(super) fn begin(&mut self) {
        self.is_first = false;
    }

    /// Nanoseconds that a block and what was lost before it take.
    pub(super) fn length(&self, block: &Block) -> i64 {
        self.length_of(block.stamp.lost) + self.frames_length(block)
    }

    pub(super) fn frames_length(&self, block: &Block) -> i64 {
        self.length_of(block.stamp.frames as u64)
    }

    pub(super) fn length_of(&self, frames: u64) -> i64 {
        let nanos = u128::from(frames) * SECOND.unsigned_abs() as u128 / u128::from(self.rate);
        i64::try_from(nanos).unwrap_or(i64::MAX)
    }

    pub(super) fn held_length(&self) -> i64 {
        self.held.iter().map(|block| self.length(block)).sum()
    }

    pub(super) fn is_in_doubt(&self) -> bool {
        self.doubt.is_some()
    }

    /// Holds a block back, and those after it.
    pub(super) fn doubt(&mut self, block: Block, late: i64) {
        self.doubt = Some((block.stamp.arrived.awake, late));
        self.held.push(block);
    }

    pub(super) fn hold(&mut self, block: Block, late: i64) {
        if let Some((_, least)) = &mut self.doubt {
            *least = late.min(*least);
        }
        self.held.push(block);
    }

    pub(super) fn doubt_is_over(&self, awake: Duration) -> bool {
        self.doubt
            .is_some_and(|(since, _)| awake.saturating_sub(since) >= DOUBT)
    }

    /// The blocks held back and how late they were; nothing where there is no doubt.
    pub(super) fn release(&mut self) -> Option<(Vec<Block>, i64)> {
        let (_, late) = self.doubt.take()?;
        Some((std::mem::take(&mut self.held), late))
    }

    /// A block at 16 kHz, as far as the filter gives it already.
    pub(super) fn resample(&mut self, block: &Block) -> Vec<Vec<f32>> {
        let pairs = self.resamplers.iter_mut().zip(&block.channels);
        pairs
            .map(|(resampler, samples)| {
                let mut out = Vec::with_capacity(samples.len());
                resampler.push(samples, &mut out);
                out
            })
            .collect()
    }

    /// What the filters still hold; they are then ready for what comes after a gap.
    pub(super) fn finish(&mut self) -> Vec<Vec<f32>> {
        let mut out = vec![Vec::new(); self.resamplers.len()];
        for (resampler, out) in self.resamplers.iter_mut().zip(&mut out) {
            resampler.finish(out);
        }
        out
    }

    /// Leads drift back by one sample where it is due; by how much the position moved.
    pub(super) fn slip(&self, pace: &mut Pace, at: Duration, out: &mut [Vec<f32>]) -> i64 {
        if out.first().is_none_or(|channel| channel.len() < 2) {
            return 0;
        }
        match pace.slip(at, SAMPLE) {
            Slip::None => 0,
            Slip::Add => {
                for channel in out {
                    channel.extend(channel.last().copied());
                }
                SAMPLE
            }
            Slip::Drop => {
                for channel in out {
                    channel.pop();
                }
                -SAMPLE
            }
        }
    }

    /// Takes samples at another rate from here on; the rate before, where it could be changed.
    pub(super) fn change_rate(&mut self, rate: u32) -> Option<u32> {
        self.resamplers = resamplers(rate, self.line.kept())?;
        self.watch = RateWatch::default();
        Some(std::mem::replace(&mut self.rate, rate))
    }
}

fn resamplers(rate: u32, channels: usize) -> Option<Vec<Resampler>> {
    (0..channels).map(|_| Resampler::new(rate)).collect()
}
