//! Takes sound in and keeps it, frame by frame.

use std::collections::VecDeque;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::audio::{SAMPLE_RATE, ms_of};
use crate::record::tape::frame::{FRAME_SAMPLES, Frame, Placed, Why, to_i16};
use crate::record::tape::reader::LONGEST_GAP_MS;
use crate::record::tape::rewind::{Place, TapeRewind};
use crate::record::tape::{TapeError, TapeHeader};
use crate::vault::{SealedWriter, UserKey};

/// How much sound waits in memory while the disk is full; what is older becomes a gap.
pub const MAX_WAITING_MS: u64 = 60_000;
/// Frames that are sealed with one sync.
const GROUP: usize = 16;

/// A recording being written. Whole quarters of a second are on disk when a call returns; what is
/// younger than that waits in memory.
///
/// While the disk is full, calls give an error that says so ([`TapeError::is_full`]) and the sound
/// waits in memory, for up to [`MAX_WAITING_MS`]; each later call tries again. You **must** call
/// [`TapeWriter::finish`], or the recording counts as broken off.
#[derive(Debug)]
pub struct TapeWriter {
    sealed: SealedWriter,
    channels: u8,
    /// Sound of the frame under way, by channel.
    partial: Vec<Vec<i16>>,
    /// Frames that are not on disk yet.
    waiting: VecDeque<Placed>,
    /// Whether the disk took nothing the last time.
    is_refused: bool,
    /// Where the next frame stands, in samples.
    position: u64,
    places: Arc<Mutex<Vec<Place>>>,
    /// Held as long as this is the one recording that is made.
    pub(in crate::record) one: Option<File>,
}

impl TapeWriter {
    /// Begins a recording in a new file.
    ///
    /// # Errors
    /// When the file is there already or cannot be written.
    pub fn create(
        path: impl AsRef<Path>,
        key: &UserKey,
        header: &TapeHeader,
    ) -> Result<Self, TapeError> {
        let json = serde_json::to_vec(header).map_err(|error| TapeError::NotATape {
            path: path.as_ref().to_owned(),
            cause: error.to_string(),
        })?;
        Ok(Self {
            sealed: SealedWriter::create(path, key, &json)?,
            channels: header.channels.clamp(1, 2),
            partial: vec![
                Vec::with_capacity(FRAME_SAMPLES);
                usize::from(header.channels.clamp(1, 2))
            ],
            waiting: VecDeque::new(),
            is_refused: false,
            position: 0,
            places: Arc::default(),
            one: None,
        })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.sealed.path()
    }

    /// Length of the recording so far, gaps included and pauses not.
    #[must_use]
    pub fn length_ms(&self) -> u64 {
        ms_of(self.position + self.partial[0].len() as u64)
    }

    /// Sound that is not on disk yet: up to a quarter of a second, more while the disk is full.
    #[must_use]
    pub fn waiting_ms(&self) -> u64 {
        ms_of(self.waiting_samples() + self.partial[0].len() as u64)
    }

    /// Takes in 16 kHz samples of -1 to 1, by channel.
    ///
    /// # Errors
    /// When the channels are not those of the tape (nothing is taken in then), or they cannot be
    /// written now (they wait).
    pub fn audio(&mut self, channels: &[Vec<f32>]) -> Result<(), TapeError> {
        let samples = channels.first().map_or(0, Vec::len);
        if channels.len() != usize::from(self.channels)
            || channels.iter().any(|channel| channel.len() != samples)
        {
            return Err(TapeError::Channels {
                wanted: self.channels,
                given: channels.len(),
            });
        }
        let mut taken = 0;
        while taken < samples {
            let take = (FRAME_SAMPLES - self.partial[0].len()).min(samples - taken);
            for (partial, channel) in self.partial.iter_mut().zip(channels) {
                partial.extend(channel[taken..taken + take].iter().copied().map(to_i16));
            }
            taken += take;
            if self.partial[0].len() == FRAME_SAMPLES {
                self.close_partial();
            }
        }
        if self.waiting.is_empty() {
            return Ok(());
        }
        self.write()
    }

    /// Enters time that was not captured. It counts as part of the recording.
    ///
    /// # Errors
    /// When it cannot be written now; it waits.
    pub fn gap(&mut self, length_ms: u64, why: Why) -> Result<(), TapeError> {
        let length_ms = length_ms.min(LONGEST_GAP_MS);
        self.put(Frame::Gap { length_ms, why })
    }

    /// Enters a pause that has ended. It does not count as part of the recording.
    ///
    /// # Errors
    /// When it cannot be written now; it waits.
    pub fn paused(&mut self, length_ms: u64) -> Result<(), TapeError> {
        self.put(Frame::Paused { length_ms })
    }

    /// Marks this place.
    ///
    /// # Errors
    /// When it cannot be written now; it waits.
    pub fn mark(&mut self) -> Result<(), TapeError> {
        self.put(Frame::Mark)
    }

    /// Writes what waits, also less than a quarter of a second, e.g. when a pause begins.
    ///
    /// # Errors
    /// When it cannot be written now; it waits.
    pub fn flush(&mut self) -> Result<(), TapeError> {
        self.close_partial();
        self.write()
    }

    /// Ends the recording. Can be asked again after an error.
    ///
    /// # Errors
    /// When what waits or the end cannot be written now.
    pub fn finish(&mut self) -> Result<(), TapeError> {
        self.close_partial();
        if self
            .waiting
            .back()
            .is_none_or(|placed| placed.frame != Frame::End)
            && !self.is_ended()
        {
            self.wait(Frame::End);
        }
        self.write()?;
        Ok(self.sealed.finish()?)
    }

    /// The client takes the consent back: that is written, then the recording is erased. Where it
    /// cannot be erased, what was written makes sure that it is not used.
    ///
    /// # Errors
    /// When it cannot be erased.
    pub fn revoke(mut self) -> Result<(), TapeError> {
        // A disk that is full takes no frame; erasing needs no room.
        let _ = self.sealed.append(
            &Placed {
                at: self.position,
                frame: Frame::ConsentRevoked,
            }
            .encode(),
        );
        self.discard()
    }

    /// Throws the recording away: its key first, then the file.
    ///
    /// # Errors
    /// When it cannot be erased.
    pub fn discard(self) -> Result<(), TapeError> {
        Ok(self.sealed.erase()?)
    }

    /// Reads back what is on disk while the recording goes on; any thread may hold one.
    #[must_use]
    pub fn rewind(&self) -> TapeRewind {
        TapeRewind::new(self.sealed.replay(), Arc::clone(&self.places))
    }

    fn is_ended(&self) -> bool {
        self.places
            .lock()
            .is_ok_and(|places| places.last().is_some_and(|place| place.is_end))
    }

    fn put(&mut self, frame: Frame) -> Result<(), TapeError> {
        self.close_partial();
        self.wait(frame);
        self.write()
    }

    fn close_partial(&mut self) {
        if self.partial[0].is_empty() {
            return;
        }
        let channels = self.partial.iter_mut().map(std::mem::take).collect();
        self.wait(Frame::Audio { channels });
    }

    fn wait(&mut self, frame: Frame) {
        let at = self.position;
        self.position = at.saturating_add(samples_of(&frame));
        self.waiting.push_back(Placed { at, frame });
    }

    fn waiting_samples(&self) -> u64 {
        let sound = self.waiting.iter().map(|placed| match &placed.frame {
            Frame::Audio { channels } => channels[0].len() as u64,
            _ => 0,
        });
        sound.sum()
    }

    fn write(&mut self) -> Result<(), TapeError> {
        while !self.waiting.is_empty() {
            // One is enough to find out whether there is room again.
            let most = if self.is_refused { 1 } else { GROUP };
            let count = self.waiting.len().min(most);
            let group: Vec<Vec<u8>> = self.waiting.range(..count).map(Placed::encode).collect();
            let frames: Vec<&[u8]> = group.iter().map(Vec::as_slice).collect();
            if let Err(error) = self.sealed.append_all(&frames) {
                self.is_refused = true;
                self.bound_waiting();
                return Err(error.into());
            }
            self.is_refused = false;
            let written = self.waiting.drain(..count);
            if let Ok(mut places) = self.places.lock() {
                places.extend(written.map(|placed| Place::of(&placed)));
            }
        }
        Ok(())
    }

    /// Makes the oldest sound a gap where too much waits.
    fn bound_waiting(&mut self) {
        let most = MAX_WAITING_MS * u64::from(SAMPLE_RATE) / 1000;
        let mut waiting = self.waiting_samples();
        let mut n = 0;
        while waiting > most && n < self.waiting.len() {
            let Frame::Audio { channels } = &self.waiting[n].frame else {
                n += 1;
                continue;
            };
            let lost = channels[0].len() as u64;
            waiting -= lost;
            let length_ms = ms_of(lost);
            let before = n.checked_sub(1).map(|n| &mut self.waiting[n].frame);
            if let Some(Frame::Gap {
                length_ms: before,
                why: Why::NoRoom,
            }) = before
            {
                *before += length_ms;
                self.waiting.remove(n);
            } else {
                self.waiting[n].frame = Frame::Gap {
                    length_ms,
                    why: Why::NoRoom,
                };
                n += 1;
            }
        }
    }
}

/// How much of the recording a frame stands for.
pub(super) fn samples_of(frame: &Frame) -> u64 {
    match frame {
        Frame::Audio { channels } => channels.first().map_or(0, Vec::len) as u64,
        Frame::Gap { length_ms, .. } => length_ms.saturating_mul(u64::from(SAMPLE_RATE) / 1000),
        _ => 0,
    }
}
