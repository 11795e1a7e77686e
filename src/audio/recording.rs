//! An audio file as a stream of 16 kHz mono blocks, with what is doubtful about it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::audio::decode::Decoder;
use crate::audio::doubt::Doubt;
use crate::audio::downmix::Channels;
use crate::audio::failure::AudioError;
use crate::audio::header::Lie;
use crate::audio::level::Level;
use crate::audio::resample::Resampler;
use crate::audio::{SAMPLE_RATE, ms_of};

/// At this rate and below the sound is that of a telephone.
const TELEPHONE_RATE: u32 = 8_000;
/// A container's length may differ from the samples by this much without a doubt: encoders pad, and
/// some headers round to the second.
const LENGTH_TOLERANCE_MS: u64 = 1_500;

/// A recording being read: an iterator over blocks of 16 kHz mono samples in -1 to 1, of any length
/// but zero. It holds one decoded packet at a time, however long the file.
///
/// After the last block, or after an error, it gives nothing more; [`Recording::doubts`] is complete
/// then.
pub struct Recording {
    path: PathBuf,
    decoder: Decoder,
    channels: Channels,
    resampler: Option<(u32, Resampler)>,
    level: Level,
    mono: Vec<f32>,
    lowest_rate: u32,
    given: u64,
    /// The first block, decoded on opening to know that there is one.
    first: Option<Vec<f32>>,
    ended: bool,
}

impl std::fmt::Debug for Recording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recording")
            .field("path", &self.path)
            .field("given_ms", &ms_of(self.given))
            .finish_non_exhaustive()
    }
}

impl Recording {
    /// Opens `path`, all channels mixed into one.
    ///
    /// # Errors
    /// When the path is no file that can be read, or the file gives no audio at all.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, AudioError> {
        Self::open_channels(path, Channels::All)
    }

    /// Opens `path` and hears only the `channels` wanted.
    ///
    /// # Errors
    /// As for [`Recording::open`].
    pub fn open_channels(path: impl AsRef<Path>, channels: Channels) -> Result<Self, AudioError> {
        let path = path.as_ref();
        let len = length_of(path)?;
        let decoder = Decoder::open(path, len).map_err(|error| explain(error, path))?;
        let mut recording = Self {
            path: path.to_path_buf(),
            decoder,
            channels,
            resampler: None,
            level: Level::new(),
            mono: Vec::new(),
            lowest_rate: u32::MAX,
            given: 0,
            first: None,
            ended: false,
        };
        match recording.read_block()? {
            Some(block) if recording.decoder.decoded_any() => recording.first = Some(block),
            Some(block) => recording.seek_decodable(block)?,
            None => return Err(recording.nothing_there()),
        }
        Ok(recording)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Length of the audio in milliseconds, where the container tells it and was not found lying.
    #[must_use]
    pub fn duration_ms(&self) -> Option<u64> {
        self.decoder.promised_ms
    }

    /// What is doubtful about the audio read so far; complete after the last block.
    #[must_use]
    pub fn doubts(&mut self) -> Vec<Doubt> {
        let found_ms = ms_of(self.given);
        let mut doubts = Vec::from_iter(self.length_doubt(found_ms));
        let damage = &self.decoder.damage;
        if damage.lost_ms > 0 {
            let spans = damage.spans.clone();
            doubts.push(Doubt::Corrupt {
                spans,
                lost_ms: damage.lost_ms,
            });
        }
        doubts.extend(self.level.doubts());
        if self.lowest_rate <= TELEPHONE_RATE {
            doubts.push(Doubt::Telephone {
                sample_rate: self.lowest_rate,
            });
        }
        doubts
    }

    fn length_doubt(&self, found_ms: u64) -> Option<Doubt> {
        let promised_ms = self.decoder.promised_ms.filter(|_| !self.decoder.is_guess);
        match self.decoder.lie {
            Some(Lie::Unwritten) => Some(Doubt::Unfinished { found_ms }),
            Some(Lie::TooLong { promised, found }) => {
                let promised_ms =
                    u128::from(found_ms) * u128::from(promised) / u128::from(found.max(1));
                let promised_ms = u64::try_from(promised_ms).ok();
                Some(Doubt::Truncated {
                    found_ms,
                    promised_ms,
                })
            }
            None if !self.ended => None,
            None => {
                let short = promised_ms.is_some_and(|p| p > found_ms + LENGTH_TOLERANCE_MS);
                (short || self.decoder.damage.broken_off).then_some(Doubt::Truncated {
                    found_ms,
                    promised_ms: promised_ms.filter(|_| short),
                })
            }
        }
    }

    /// Reads on over damaged packets until one can be decoded, keeping their silence.
    fn seek_decodable(&mut self, mut silence: Vec<f32>) -> Result<(), AudioError> {
        /// A file whose first minute cannot be decoded is given up.
        const LONGEST: usize = 60 * SAMPLE_RATE as usize;
        while silence.len() < LONGEST {
            let Some(block) = self.read_block()? else {
                break;
            };
            silence.extend(block);
            if self.decoder.decoded_any() {
                self.first = Some(silence);
                return Ok(());
            }
        }
        Err(AudioError::Undecodable {
            path: self.path.clone(),
        })
    }

    fn nothing_there(&self) -> AudioError {
        let path = self.path.clone();
        if self.decoder.damage.broken_off {
            let cause = "the file ends before the first sample".to_owned();
            AudioError::BrokenHeader { path, cause }
        } else {
            AudioError::NoSamples { path }
        }
    }

    /// The next block of 16 kHz mono that is not empty.
    fn read_block(&mut self) -> Result<Option<Vec<f32>>, AudioError> {
        let mut out = Vec::new();
        while out.is_empty() && !self.ended {
            let Some(block) = self.decoder.next_block(&self.path)? else {
                self.ended = true;
                if let Some((_, resampler)) = &mut self.resampler {
                    resampler.finish(&mut out);
                }
                break;
            };
            let samples_a_second = block.rate.saturating_mul(block.channels as u32);
            self.level.hear(block.samples, samples_a_second);
            self.lowest_rate = self.lowest_rate.min(block.rate);
            self.mono.clear();
            self.channels
                .mix(block.samples, block.channels, &mut self.mono);
            let rate = block.rate;
            self.resample(rate, &mut out)?;
        }
        self.given += out.len() as u64;
        Ok((!out.is_empty()).then_some(out))
    }

    fn resample(&mut self, rate: u32, out: &mut Vec<f32>) -> Result<(), AudioError> {
        if self
            .resampler
            .as_ref()
            .is_none_or(|(from, _)| *from != rate)
        {
            if let Some((_, old)) = &mut self.resampler {
                old.finish(out);
            }
            let new = Resampler::new(rate).ok_or_else(|| AudioError::UnsupportedCodec {
                path: self.path.clone(),
                cause: format!("no recorder takes {rate} samples a second"),
            })?;
            self.resampler = Some((rate, new));
        }
        if let Some((_, resampler)) = &mut self.resampler {
            resampler.push(&self.mono, out);
        }
        Ok(())
    }
}

impl Iterator for Recording {
    type Item = Result<Vec<f32>, AudioError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(first) = self.first.take() {
            return Some(Ok(first));
        }
        let block = self.read_block();
        self.ended |= block.is_err();
        block.transpose()
    }
}

/// Length in bytes of the file at `path`, where it is one that can be read.
fn length_of(path: &Path) -> Result<u64, AudioError> {
    let failed = |error: std::io::Error| {
        let path = path.to_path_buf();
        match error.kind() {
            std::io::ErrorKind::NotFound => AudioError::NotFound { path },
            std::io::ErrorKind::PermissionDenied => AudioError::NoPermission { path },
            _ => AudioError::Unreadable {
                path,
                at_ms: 0,
                source: error,
            },
        }
    };
    let facts = std::fs::metadata(path).map_err(failed)?;
    if facts.is_dir() {
        return Err(AudioError::IsFolder {
            path: path.to_path_buf(),
        });
    }
    if facts.is_file() && facts.len() == 0 {
        return Err(AudioError::Empty {
            path: path.to_path_buf(),
        });
    }
    File::open(path).map_err(failed)?;
    Ok(facts.len())
}

/// Tells a file that is no audio from audio whose header is cut off, by its first bytes.
fn explain(error: AudioError, path: &Path) -> AudioError {
    if !matches!(
        error,
        AudioError::UnknownFormat { .. } | AudioError::BrokenHeader { .. }
    ) {
        return error;
    }
    let mut head = Vec::new();
    if let Ok(file) = File::open(path) {
        // What cannot be read again is merely not explained.
        let _ = file.take(64).read_to_end(&mut head);
    }
    match (error, known_start(&head), looks_like(&head)) {
        (AudioError::UnknownFormat { path, .. }, Some(format), _) => AudioError::BrokenHeader {
            path,
            cause: format!("it starts as {format} and goes no further"),
        },
        (AudioError::UnknownFormat { path, .. }, None, looks_like)
        | (AudioError::BrokenHeader { path, .. }, None, looks_like @ Some(_)) => {
            AudioError::UnknownFormat { path, looks_like }
        }
        (error, ..) => error,
    }
}

fn known_start(head: &[u8]) -> Option<&'static str> {
    const STARTS: &[(usize, &[u8], &str)] = &[
        (0, b"RIFF", "wav"),
        (0, b"RF64", "wav"),
        (0, b"OggS", "ogg"),
        (0, b"fLaC", "flac"),
        (0, b"caff", "caf"),
        (0, b"FORM", "aiff"),
        (0, b"ID3", "mp3"),
        (0, &[0x1a, 0x45, 0xdf, 0xa3], "webm"),
        (4, b"ftyp", "m4a"),
    ];
    STARTS
        .iter()
        .find(|(at, bytes, _)| head.get(*at..).is_some_and(|rest| rest.starts_with(bytes)))
        .map(|(_, _, name)| *name)
}

fn looks_like(head: &[u8]) -> Option<&'static str> {
    const STARTS: &[(&[u8], &str)] = &[
        (b"%PDF", "a PDF document"),
        (b"PK\x03\x04", "a zip archive or an office document"),
        (b"\x89PNG", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"{", "JSON text"),
        (b"<", "a web page"),
    ];
    let known = STARTS.iter().find(|(bytes, _)| head.starts_with(bytes));
    known.map(|(_, kind)| *kind).or_else(|| {
        let text = std::str::from_utf8(head).or_else(|error| {
            // A character may be cut by the end of the head.
            std::str::from_utf8(&head[..error.valid_up_to()])
                .ok()
                .filter(|text| text.len() + 4 > head.len())
                .ok_or(error)
        });
        text.is_ok_and(|text| !text.chars().any(|c| c.is_control() && !c.is_whitespace()))
            .then_some("text")
    })
}
