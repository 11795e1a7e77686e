//! A stream that runs: its ring, its resamplers, and the blocks that are held back in doubt.

use std::time::Duration;

use crate::audio::microphone::Notice;
use crate::audio::microphone::clock::Moment;
use crate::audio::microphone::failure::MicrophoneError;
use crate::audio::microphone::feed::{Block, Line};
use crate::audio::microphone::host::{Input, Opened};
use crate::audio::microphone::pace::{Pace, RateWatch, SECOND, Slip};
use crate::audio::microphone::shelf::Hole;
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

/// Blocks are held back.
struct Doubt {
    since: Duration,
    /// How late the least late of them was.
    late: i64,
    /// What the time missing is, should it stay missing.
    hole: Hole,
}

/// A stream that runs.
pub(super) struct Running {
    pub(super) line: Line,
    pub(super) input: Box<dyn Input>,
    /// What becomes of the time before the first block.
    before: Hole,
    /// What is told once sound comes.
    pub(super) back: Option<Notice>,
    resamplers: Vec<Resampler>,
    rate: u32,
    watch: RateWatch,
    is_first: bool,
    /// How often the callback was called, and when that was last seen to be more.
    calls: (u64, Duration),
    doubt: Option<Doubt>,
    held: Vec<Block>,
}

impl Running {
    pub(super) fn new(
        opened: Opened,
        line: Line,
        before: Hole,
        now: Moment,
    ) -> Result<Self, MicrophoneError> {
        let rate = line.shape.rate;
        let resamplers =
            resamplers(rate, line.kept()).ok_or_else(|| MicrophoneError::UnsupportedFormat {
                device: opened.device.clone(),
                cause: format!("{rate} samples a second"),
            })?;
        Ok(Self {
            line,
            input: opened.input,
            before,
            back: None,
            resamplers,
            rate,
            watch: RateWatch::default(),
            is_first: true,
            calls: (0, now.awake),
            doubt: None,
            held: Vec::new(),
        })
    }

    /// Looks at a block before anything is done with it.
    pub(super) fn weigh(&mut self, block: &Block) -> Step {
        let stamp = &block.stamp;
        if stamp.lost > 0 || stamp.skipped {
            self.watch = RateWatch::default();
            return Step::On;
        }
        self.watch
            .hear(stamp.frames, stamp.arrived.awake, self.rate)
            .map_or(Step::On, Step::RateIs)
    }

    /// What the time before this block is where it is the first; nothing for all others.
    pub(super) fn begin(&mut self) -> Option<Hole> {
        std::mem::take(&mut self.is_first).then_some(self.before)
    }

    /// Whether nothing came for `longest`, or for `first` where nothing came yet.
    pub(super) fn is_stalled(
        &mut self,
        awake: Duration,
        longest: Duration,
        first: Duration,
    ) -> bool {
        let calls = self.line.faults.calls();
        if calls != self.calls.0 {
            self.calls = (calls, awake);
        }
        let limit = if calls == 0 { first } else { longest };
        awake.saturating_sub(self.calls.1) >= limit
    }

    /// Nanoseconds that a block and what was lost before it take.
    pub(super) fn length(&self, block: &Block) -> i64 {
        self.length_of(block.stamp.lost) + self.frames_length(block)
    }

    pub(super) fn frames_length(&self, block: &Block) -> i64 {
        self.length_of(block.stamp.frames as u64)
    }

    pub(super) fn length_of(&self, frames: u64) -> i64 {
        let nanos = u128::from(frames) * u128::from(SECOND.unsigned_abs()) / u128::from(self.rate);
        i64::try_from(nanos).unwrap_or(i64::MAX)
    }

    pub(super) fn held_length(&self) -> i64 {
        self.held.iter().map(|block| self.length(block)).sum()
    }

    pub(super) fn is_in_doubt(&self) -> bool {
        self.doubt.is_some()
    }

    /// Holds a block back, and those after it; `hole` is what may have been before it.
    pub(super) fn doubt(&mut self, block: Block, late: i64, hole: Hole) {
        let since = block.stamp.arrived.awake;
        self.doubt = Some(Doubt { since, late, hole });
        self.held.push(block);
    }

    pub(super) fn hold(&mut self, block: Block, late: i64) {
        if let Some(doubt) = &mut self.doubt {
            doubt.late = late.min(doubt.late);
        }
        self.held.push(block);
    }

    pub(super) fn doubt_is_over(&self, awake: Duration) -> bool {
        let since = self.doubt.as_ref().map(|doubt| doubt.since);
        since.is_some_and(|since| awake.saturating_sub(since) >= DOUBT)
    }

    /// Whether the system told of lost sound before a block held back.
    pub(super) fn is_told(&self) -> bool {
        self.held.iter().any(|block| block.stamp.skipped)
    }

    /// The blocks held back, how late they were, and what is missing before them; nothing where
    /// there is no doubt.
    pub(super) fn release(&mut self) -> Option<(Vec<Block>, i64, Hole)> {
        let Doubt { late, hole, .. } = self.doubt.take()?;
        Some((std::mem::take(&mut self.held), late, hole))
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

    /// Takes samples at another rate from here on; the rate before, where it could be changed.
    pub(super) fn change_rate(&mut self, rate: u32) -> Option<u32> {
        self.resamplers = resamplers(rate, self.line.kept())?;
        self.watch = RateWatch::default();
        Some(std::mem::replace(&mut self.rate, rate))
    }
}

/// Leads drift back by one sample where it is due; by how much the position moved.
pub(super) fn slip(pace: &mut Pace, at: Duration, out: &mut [Vec<f32>]) -> i64 {
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

fn resamplers(rate: u32, channels: usize) -> Option<Vec<Resampler>> {
    (0..channels).map(|_| Resampler::new(rate)).collect()
}
