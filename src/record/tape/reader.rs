//! Gives a recording back, in order of time, with every stretch that is missing.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use crate::audio::{SAMPLE_RATE, ms_of};
use crate::record::tape::blocks::{Blocks, Hear};
use crate::record::tape::frame::{Frame, Placed, Why, to_f32};
use crate::record::tape::survey::{Pause, Survey, TapeEnding, TapeGap};
use crate::record::tape::writer::samples_of;
use crate::record::tape::{TapeError, TapeHeader};
use crate::session::TimeSpan;
use crate::vault::{DamageKind, Ending, SealedReader, UserKey};

/// A hole longer than this is not believed; it is taken for one of this length.
pub(super) const LONGEST_GAP_MS: u64 = 48 * 60 * 60 * 1000;

/// A part of a recording.
#[derive(Clone, PartialEq)]
pub enum Piece {
    /// Sound: 16 kHz samples of -1 to 1, by channel; all have the same length.
    Sound(Vec<Vec<f32>>),
    /// A stretch without its sound.
    Gap(TapeGap),
    /// A pause, which has no length in the recording.
    Paused(Pause),
    /// A place that the user marked.
    Mark {
        /// Where.
        at_ms: u64,
    },
}

impl std::fmt::Debug for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sound(channels) => {
                write!(f, "Sound({} samples)", channels.first().map_or(0, Vec::len))
            }
            Self::Gap(gap) => gap.fmt(f),
            Self::Paused(pause) => pause.fmt(f),
            Self::Mark { at_ms } => write!(f, "Mark({at_ms})"),
        }
    }
}

/// A recording being read: an iterator over its pieces. Sound and gaps together are the whole of it,
/// without overlap. It holds a moment at a time.
#[derive(Debug)]
pub struct TapeReader {
    path: PathBuf,
    header: TapeHeader,
    sealed: SealedReader,
    /// How far the pieces go, in samples.
    position: u64,
    /// Whether frames are missing since the last piece.
    is_damaged_here: bool,
    survey: Survey,
    ready: VecDeque<Piece>,
    is_exhausted: bool,
}

impl TapeReader {
    /// Opens a recording. One that is being made gives what is on disk now.
    ///
    /// # Errors
    /// When it cannot be opened with this key, or is no recording.
    pub fn open(path: impl AsRef<Path>, key: &UserKey) -> Result<Self, TapeError> {
        let path = path.as_ref().to_owned();
        let sealed = SealedReader::open(&path, key)?;
        let header: TapeHeader =
            serde_json::from_slice(sealed.header()).map_err(|error| TapeError::NotATape {
                path: path.clone(),
                // What serde says can hold a value of the header; where it went wrong cannot.
                cause: format!("its header is not understood at column {}", error.column()),
            })?;
        Ok(Self {
            path,
            header,
            sealed,
            position: 0,
            is_damaged_here: false,
            survey: Survey::default(),
            ready: VecDeque::new(),
            is_exhausted: false,
        })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is known of the recording since it began.
    #[must_use]
    pub fn header(&self) -> &TapeHeader {
        &self.header
    }

    /// What is known of what was read so far; complete after the last piece.
    #[must_use]
    pub fn survey(&self) -> &Survey {
        &self.survey
    }

    /// Reads to the end, and says what there is.
    #[must_use]
    pub fn read_through(mut self) -> Survey {
        while self.next().is_some() {}
        self.survey
    }

    /// The recording as a stream of blocks for [`crate::audio::packing::Packer`]; gaps are silence of
    /// their length, so that times are true.
    #[must_use]
    pub fn blocks(self, hear: Hear) -> Blocks {
        Blocks::new(self, hear)
    }

    fn take(&mut self, placed: Placed) {
        if placed.at > self.position {
            let hole = ms_of(placed.at - self.position);
            self.gap(hole, Why::Damaged);
            // Less than a millisecond is no gap, and counts all the same.
            self.position = self.position.max(placed.at.min(self.position + 16));
        }
        if std::mem::take(&mut self.is_damaged_here) && !self.is_gap_last() {
            // What is lost has no length: a mark, or a pause.
            self.note_damage_here();
        }
        match placed.frame {
            Frame::Audio { ref channels } => {
                let known = self
                    .position
                    .saturating_sub(placed.at)
                    .min(samples_of(&placed.frame));
                let skip = usize::try_from(known).unwrap_or(0);
                let sound: Vec<Vec<f32>> = self
                    .as_many_channels(channels)
                    .map(|channel| channel[skip..].iter().map(|s| to_f32(*s)).collect())
                    .collect();
                let len = sound.first().map_or(0, Vec::len) as u64;
                if len > 0 {
                    self.position += len;
                    self.ready.push_back(Piece::Sound(sound));
                }
            }
            Frame::Gap { length_ms, why } => self.gap(length_ms, why),
            Frame::Paused { length_ms } => {
                let pause = Pause {
                    at_ms: ms_of(self.position),
                    length_ms,
                };
                self.survey.pauses.push(pause);
                self.ready.push_back(Piece::Paused(pause));
            }
            Frame::Mark => {
                let at_ms = ms_of(self.position);
                self.survey.marks.push(at_ms);
                self.ready.push_back(Piece::Mark { at_ms });
            }
            Frame::ConsentRevoked => self.survey.is_revoked = true,
            Frame::End => {}
        }
        self.survey.length_ms = ms_of(self.position);
    }

    /// The channels that the header promises, whatever a frame has.
    fn as_many_channels<'a>(
        &self,
        channels: &'a [Vec<i16>],
    ) -> impl Iterator<Item = &'a Vec<i16>> + use<'a> {
        let wanted = usize::from(self.header.channels.clamp(1, 2));
        channels.iter().cycle().take(wanted)
    }

    fn gap(&mut self, length_ms: u64, why: Why) {
        let length_ms = length_ms.min(LONGEST_GAP_MS);
        if length_ms == 0 {
            return;
        }
        let start_ms = ms_of(self.position);
        self.position += length_ms * u64::from(SAMPLE_RATE) / 1000;
        let gap = TapeGap {
            span: TimeSpan::new(start_ms, ms_of(self.position)),
            why,
        };
        self.survey.gaps.push(gap.clone());
        self.ready.push_back(Piece::Gap(gap));
    }

    fn end(&mut self) {
        self.is_exhausted = true;
        self.survey.ending = match self.sealed.ending() {
            Some(Ending::Finished) => TapeEnding::Finished,
            Some(Ending::CutOff) => TapeEnding::CutOff,
            Some(Ending::BrokenOff { torn: 1.. }) => TapeEnding::Torn,
            Some(Ending::BrokenOff { torn: 0 }) | None => TapeEnding::BrokenOff,
        };
        if self.is_damaged_here {
            self.note_damage_here();
        }
    }

    fn note_damage_here(&mut self) {
        let at_ms = ms_of(self.position);
        let gap = TapeGap {
            span: TimeSpan::new(at_ms, at_ms),
            why: Why::Damaged,
        };
        self.survey.gaps.push(gap.clone());
        self.ready.push_back(Piece::Gap(gap));
    }

    /// Whether the damage found last is on the list already, as a gap that ends here.
    fn is_gap_last(&self) -> bool {
        let last = self.survey.gaps.last();
        last.is_some_and(|gap| {
            gap.why == Why::Damaged
                && gap.span.length_ms() > 0
                && gap.span.end_ms == ms_of(self.position)
        })
    }
}

impl Iterator for TapeReader {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Some(piece);
            }
            if self.is_exhausted {
                return None;
            }
            match self.sealed.next() {
                Some(Ok(frame)) => match Placed::decode(&frame.bytes) {
                    Some(placed) => self.take(placed),
                    // Written by a later version: its time is a gap, as the next frame tells.
                    None => self.is_damaged_here = true,
                },
                Some(Err(damage)) => match damage.kind {
                    DamageKind::Header => self.survey.is_header_damaged = true,
                    DamageKind::Frames => self.is_damaged_here = true,
                    DamageKind::CutOff => self.is_damaged_here |= !damage.frames.is_empty(),
                    DamageKind::Stray => {}
                },
                None => self.end(),
            }
        }
    }
}
