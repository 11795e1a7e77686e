//! Packs a stream of blocks that is asked for: a file, or a recording that was kept.

use crate::audio::activity::{self, NoiseFloor, Smoothed, VoiceActivity};
use crate::audio::failure::AudioError;
use crate::audio::packing::{Packed, Packing};

/// Packs the speech in a stream of 16 kHz mono blocks into windows of at most
/// [`MAX_WINDOW`](crate::audio::packing::MAX_WINDOW).
///
/// Every sample of the stream is in exactly one piece of one window or in one silence, in order
/// within each kind; a silence may come before the window around it. No window is without speech.
/// It holds less than a window and a second of audio, however long the stream. Where the stream
/// gives an error, what came before is packed first, and the error comes last.
#[derive(Debug)]
pub struct Packer<I, V> {
    blocks: I,
    packing: Packing<V>,
    failure: Option<AudioError>,
    ended: bool,
}

impl<I> Packer<I, Smoothed<NoiseFloor>>
where
    I: Iterator<Item = Result<Vec<f32>, AudioError>>,
{
    /// Packs `blocks` with the detector that needs no model.
    #[must_use]
    pub fn new(blocks: I) -> Self {
        Self::with_activity(blocks, activity::own())
    }
}

impl<I, V> Packer<I, V>
where
    I: Iterator<Item = Result<Vec<f32>, AudioError>>,
    V: VoiceActivity,
{
    /// Packs `blocks` by what `activity` says.
    #[must_use]
    pub fn with_activity(blocks: I, activity: V) -> Self {
        Self {
            blocks,
            packing: Packing::new(activity),
            failure: None,
            ended: false,
        }
    }

    /// The stream of blocks, e.g. to ask a [`crate::audio::recording::Recording`] for its doubts.
    pub fn blocks_mut(&mut self) -> &mut I {
        &mut self.blocks
    }

    /// Samples held at this moment.
    #[must_use]
    pub fn samples_held(&self) -> usize {
        self.packing.samples_held()
    }

    fn end(&mut self) {
        self.ended = true;
        self.packing.end();
    }
}

impl<I, V> Iterator for Packer<I, V>
where
    I: Iterator<Item = Result<Vec<f32>, AudioError>>,
    V: VoiceActivity,
{
    type Item = Result<Packed, AudioError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(packed) = self.packing.next_ready() {
                return Some(Ok(packed));
            }
            if self.ended {
                return self.failure.take().map(Err);
            }
            match self.blocks.next() {
                Some(Ok(block)) => self.packing.push(&block),
                Some(Err(error)) => {
                    self.failure = Some(error);
                    self.end();
                }
                None => self.end(),
            }
        }
    }
}
