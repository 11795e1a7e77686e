//! Reads a recording back while it is still written.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::audio::SAMPLE_RATE;
use crate::record::tape::TapeError;
use crate::record::tape::frame::{Frame, Placed, to_f32};
use crate::record::tape::writer::samples_of;
use crate::session::TimeSpan;
use crate::vault::Replay;

/// Where a frame stands in the recording.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    at: u64,
    len: u64,
    is_sound: bool,
    pub(super) is_end: bool,
}

impl Place {
    pub(super) fn of(placed: &Placed) -> Self {
        Self {
            at: placed.at,
            len: samples_of(&placed.frame),
            is_sound: matches!(placed.frame, Frame::Audio { .. }),
            is_end: placed.frame == Frame::End,
        }
    }
}

/// A way back into a recording that is being made. It sees what is on disk.
#[derive(Clone)]
pub struct TapeRewind {
    replay: Replay,
    places: Arc<Mutex<Vec<Place>>>,
}

impl fmt::Debug for TapeRewind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.replay.fmt(f)
    }
}

impl TapeRewind {
    pub(super) fn new(replay: Replay, places: Arc<Mutex<Vec<Place>>>) -> Self {
        Self { replay, places }
    }

    /// The 16 kHz samples of a stretch, channels mixed; gaps are silence, and what is not on disk
    /// yet is left out at the end.
    ///
    /// # Errors
    /// When a frame cannot be read back.
    pub fn read(&self, span: TimeSpan) -> Result<Vec<f32>, TapeError> {
        let mut channels = self.read_channels(span)?;
        let count = channels.len() as f32;
        let mut mixed = channels.swap_remove(0);
        for other in &channels {
            for (sample, other) in mixed.iter_mut().zip(other) {
                *sample += other;
            }
        }
        for sample in &mut mixed {
            *sample /= count;
        }
        Ok(mixed)
    }

    /// The same by channel; one channel where there is no sound.
    ///
    /// # Errors
    /// When a frame cannot be read back.
    pub fn read_channels(&self, span: TimeSpan) -> Result<Vec<Vec<f32>>, TapeError> {
        let sample = |ms: u64| ms.saturating_mul(u64::from(SAMPLE_RATE) / 1000);
        let (from, to) = (sample(span.start_ms), sample(span.end_ms));
        let wanted: Vec<(usize, Place)> = {
            let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            let first = places.partition_point(|place| place.at + place.len <= from);
            let reached = places[first..].iter().take_while(|place| place.at < to);
            reached
                .enumerate()
                .map(|(n, place)| (first + n, *place))
                .collect()
        };
        let mut channels: Vec<Vec<f32>> = vec![Vec::new()];
        for (n, place) in wanted.into_iter().filter(|(_, place)| place.len > 0) {
            let (start, end) = (from.max(place.at), to.min(place.at + place.len));
            let len = usize::try_from(end.saturating_sub(start)).unwrap_or(0);
            let skip = usize::try_from(start - place.at).unwrap_or(0);
            let sound = if place.is_sound {
                match Placed::decode(&self.replay.frame(n)?) {
                    Some(Placed {
                        frame: Frame::Audio { channels },
                        ..
                    }) => channels,
                    _ => Vec::new(),
                }
            } else {
                Vec::new()
            };
            while channels.len() < sound.len() {
                channels.push(vec![0.0; channels[0].len()]);
            }
            for (c, channel) in channels.iter_mut().enumerate() {
                match sound.get(c) {
                    Some(samples) => {
                        channel.extend(samples.iter().skip(skip).take(len).map(|s| to_f32(*s)));
                    }
                    None => channel.resize(channel.len() + len, 0.0),
                }
            }
        }
        Ok(channels)
    }
}
