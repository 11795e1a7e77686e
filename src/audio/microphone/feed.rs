//! The way from the system's capture callback to the rest of the program: a ring that is filled
//! without waiting, without memory being asked for and without a system call but the clock's.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use cpal::{FromSample, Sample};
use rtrb::{Consumer, Producer, RingBuffer};

use crate::audio::microphone::clock::{Clock, Moment};
use crate::audio::microphone::host::Shape;

/// How much sound the ring holds: whatever the reading side does meanwhile, no sound is lost within
/// this time.
const RING_SECONDS: usize = 10;
/// Calls of the callback that the ring holds: ten seconds of blocks of one millisecond.
const RING_BLOCKS: usize = 10_000;

/// Why an input gives no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Fault {
    /// The device went away, or does not work any more.
    Gone = 1,
    /// Its form changed, e.g. its sample rate: it must be opened anew.
    Changed = 2,
}

/// What went wrong with an input, written from any thread.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    fault: AtomicU8,
    /// Overruns that the system told of since the last block.
    skips: AtomicU64,
    /// All overruns: the system's, and those of the ring.
    overruns: AtomicU64,
    rerouted: AtomicU64,
    /// Calls of the callback, those that found no room among them.
    calls: AtomicU64,
}

impl Faults {
    /// Says that the input gives no more.
    pub fn broken(&self, fault: Fault) {
        // The first cause counts.
        let _ = self
            .0
            .fault
            .compare_exchange(0, fault as u8, Ordering::AcqRel, Ordering::Acquire);
    }

    /// Says that the system lost sound before the next block.
    pub fn skipped(&self) {
        self.0.skips.fetch_add(1, Ordering::AcqRel);
        self.0.overruns.fetch_add(1, Ordering::AcqRel);
    }

    /// Says that the system takes the sound from another device from now on.
    pub fn rerouted(&self) {
        self.0.rerouted.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn fault(&self) -> Option<Fault> {
        match self.0.fault.load(Ordering::Acquire) {
            0 => None,
            code if code == Fault::Changed as u8 => Some(Fault::Changed),
            _ => Some(Fault::Gone),
        }
    }

    pub(super) fn take_rerouted(&self) -> bool {
        self.0.rerouted.swap(0, Ordering::AcqRel) > 0
    }

    pub(super) fn calls(&self) -> u64 {
        self.0.calls.load(Ordering::Acquire)
    }

    pub(super) fn overruns(&self) -> u64 {
        self.0.overruns.load(Ordering::Acquire)
    }
}

/// What is known of one block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    pub(super) frames: usize,
    /// Frames that the ring had no room for, just before.
    pub(super) lost: u64,
    /// Whether the system told of an overrun just before.
    pub(super) skipped: bool,
    /// When it came.
    pub(super) arrived: Moment,
}

/// The callback's end. It never blocks, allocates or does input or output.
pub struct Feed {
    samples: Producer<f32>,
    stamps: Producer<Stamp>,
    /// Channels that come in, and that are kept.
    channels: usize,
    kept: usize,
    lost: u64,
    clock: Arc<dyn Clock>,
    faults: Faults,
}

impl std::fmt::Debug for Feed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Feed")
            .field("channels", &self.channels)
            .finish_non_exhaustive()
    }
}

impl Feed {
    /// Takes in interleaved samples of any type: the mean of all channels where one is kept, else
    /// the first of them.
    pub fn take<S>(&mut self, interleaved: &[S])
    where
        S: Sample,
        f32: FromSample<S>,
    {
        let frames = interleaved.len() / self.channels;
        if frames == 0 {
            return;
        }
        self.faults.0.calls.fetch_add(1, Ordering::AcqRel);
        let kept = self.kept;
        // Both rings are asked before either is written.
        let has_room = self.stamps.slots() > 0;
        let chunk = match self.samples.write_chunk_uninit(frames * kept) {
            Ok(chunk) if has_room => chunk,
            _ => {
                if self.lost == 0 {
                    self.faults.0.overruns.fetch_add(1, Ordering::AcqRel);
                }
                self.lost += frames as u64;
                return;
            }
        };
        let blocks = interleaved.chunks_exact(self.channels);
        if kept == 1 {
            let share = 1.0 / self.channels as f32;
            chunk.fill_from_iter(blocks.map(|f| f.iter().map(|s| tame(*s)).sum::<f32>() * share));
        } else {
            chunk.fill_from_iter(blocks.flat_map(|f| f[..kept].iter().map(|s| tame(*s))));
        }
        let stamp = Stamp {
            frames,
            lost: std::mem::take(&mut self.lost),
            skipped: self.faults.0.skips.swap(0, Ordering::AcqRel) > 0,
            arrived: self.clock.now(),
        };
        // Room for it was seen above, and nobody else writes.
        let _ = self.stamps.push(stamp);
    }
}

/// One sample in -1 to 1; what is no number is silence.
fn tame<S: Sample>(sample: S) -> f32
where
    f32: FromSample<S>,
{
    let value = f32::from_sample(sample);
    if value.is_finite() { value } else { 0.0 }
}

/// A block as it left the ring: samples of each kept channel, at the input's own rate.
pub(super) struct Block {
    pub(super) stamp: Stamp,
    pub(super) channels: Vec<Vec<f32>>,
}

/// The reading end.
pub(super) struct Line {
    samples: Consumer<f32>,
    stamps: Consumer<Stamp>,
    kept: usize,
    pub(super) shape: Shape,
    pub(super) faults: Faults,
}

impl Line {
    /// Both ends for an input of that shape, of which `kept` channels are wanted.
    pub(super) fn new(shape: Shape, kept: usize, clock: Arc<dyn Clock>) -> (Feed, Self) {
        let kept = kept.clamp(1, shape.channels.max(1));
        let (to_samples, samples) = RingBuffer::new(shape.rate as usize * kept * RING_SECONDS);
        let (to_stamps, stamps) = RingBuffer::new(RING_BLOCKS);
        let faults = Faults::default();
        let feed = Feed {
            samples: to_samples,
            stamps: to_stamps,
            channels: shape.channels.max(1),
            kept,
            lost: 0,
            clock,
            faults: faults.clone(),
        };
        let line = Self {
            samples,
            stamps,
            kept,
            shape,
            faults,
        };
        (feed, line)
    }

    /// Channels that are kept.
    pub(super) fn kept(&self) -> usize {
        self.kept
    }

    /// The next block, where one is there.
    pub(super) fn next(&mut self) -> Option<Block> {
        let stamp = self.stamps.pop().ok()?;
        // The samples were written before their stamp was.
        let chunk = self.samples.read_chunk(stamp.frames * self.kept).ok()?;
        let mut channels = vec![Vec::with_capacity(stamp.frames); self.kept];
        for (n, sample) in chunk.into_iter().enumerate() {
            channels[n % self.kept].push(sample);
        }
        Some(Block { stamp, channels })
    }
}
