//! The frames of a tape in bytes. Reading is total: bytes that are no frame give nothing.
//!
//! Version, kind, and the sample of the recording at which the frame stands (u64); then by kind.
//! Sound is 16-bit, one channel after the other. All numbers are little-endian.

use std::fmt;

use crate::audio::SAMPLE_RATE;

/// Most samples a channel in a frame: 250 ms.
pub const FRAME_SAMPLES: usize = SAMPLE_RATE as usize / 4;
const VERSION: u8 = 1;
const START: usize = 10;

/// What a frame holds.
#[derive(Clone, PartialEq)]
pub enum Frame {
    /// Sound, at most [`FRAME_SAMPLES`] a channel; all channels have the same length.
    Audio {
        /// Samples by channel.
        channels: Vec<Vec<i16>>,
    },
    /// Time that belongs to the recording, and was not captured.
    Gap {
        /// How long.
        length_ms: u64,
        /// Why.
        why: Why,
    },
    /// Time that the user took out; it does not count as part of the recording.
    Paused {
        /// How long.
        length_ms: u64,
    },
    /// A place that the user marked.
    Mark,
    /// The client's consent was taken back: nothing of this recording may be used.
    ConsentRevoked,
    /// The recording was stopped by the user.
    End,
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Audio { channels } => {
                let samples = channels.first().map_or(0, Vec::len);
                write!(f, "Audio({} channels of {samples})", channels.len())
            }
            Self::Gap { length_ms, why } => write!(f, "Gap({length_ms} ms, {why:?})"),
            Self::Paused { length_ms } => write!(f, "Paused({length_ms} ms)"),
            Self::Mark => f.write_str("Mark"),
            Self::ConsentRevoked => f.write_str("ConsentRevoked"),
            Self::End => f.write_str("End"),
        }
    }
}

/// Why a stretch of a recording was not captured, or cannot be had again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The computer was too busy to take the sound in time.
    Overrun,
    /// The microphone was unplugged.
    Unplugged,
    /// The computer slept.
    Asleep,
    /// The device changed its sample rate.
    RateChanged,
    /// There was no room on the disk for longer than sound can wait in memory.
    NoRoom,
    /// The file is damaged there.
    Damaged,
    /// A reason that another version of the program gave.
    Other(String),
}

impl Why {
    /// A stable name, as it is written on the tape and in coverage lists.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Overrun => "overrun",
            Self::Unplugged => "unplugged",
            Self::Asleep => "asleep",
            Self::RateChanged => "rate_changed",
            Self::NoRoom => "no_room",
            Self::Damaged => "damaged",
            Self::Other(name) => name,
        }
    }

    /// The reason of that name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "overrun" => Self::Overrun,
            "unplugged" => Self::Unplugged,
            "asleep" => Self::Asleep,
            "rate_changed" => Self::RateChanged,
            "no_room" => Self::NoRoom,
            "damaged" => Self::Damaged,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Overrun => "the computer was too busy",
            Self::Unplugged => "the microphone was unplugged",
            Self::Asleep => "the computer slept",
            Self::RateChanged => "the microphone changed its sample rate",
            Self::NoRoom => "no room on the disk",
            Self::Damaged => "the file is damaged",
            Self::Other(name) => name,
        })
    }
}

/// A frame and the sample of the recording at which it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Placed {
    pub(super) at: u64,
    pub(super) frame: Frame,
}

impl Placed {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION, self.frame.kind()];
        bytes.extend_from_slice(&self.at.to_le_bytes());
        match &self.frame {
            Frame::Audio { channels } => {
                let samples = channels.first().map_or(0, Vec::len);
                bytes.push(channels.len() as u8);
                bytes.extend_from_slice(&(samples as u16).to_le_bytes());
                for sample in channels.iter().flatten() {
                    bytes.extend_from_slice(&sample.to_le_bytes());
                }
            }
            Frame::Gap { length_ms, why } => {
                bytes.extend_from_slice(&length_ms.to_le_bytes());
                bytes.extend_from_slice(why.as_str().as_bytes());
            }
            Frame::Paused { length_ms } => bytes.extend_from_slice(&length_ms.to_le_bytes()),
            Frame::Mark | Frame::ConsentRevoked | Frame::End => {}
        }
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (start, rest) = bytes.split_at_checked(START)?;
        if start[0] != VERSION {
            return None;
        }
        let at = u64::from_le_bytes(start[2..].try_into().ok()?);
        let frame = match (start[1], rest) {
            (1, _) => audio(rest)?,
            (2, _) => {
                let (length, why) = rest.split_at_checked(8)?;
                Frame::Gap {
                    length_ms: u64::from_le_bytes(length.try_into().ok()?),
                    why: Why::named(std::str::from_utf8(why).ok()?),
                }
            }
            (3, _) => Frame::Paused {
                length_ms: u64::from_le_bytes(rest.try_into().ok()?),
            },
            (4, []) => Frame::Mark,
            (5, []) => Frame::ConsentRevoked,
            (6, []) => Frame::End,
            _ => return None,
        };
        Some(Self { at, frame })
    }
}

impl Frame {
    fn kind(&self) -> u8 {
        match self {
            Self::Audio { .. } => 1,
            Self::Gap { .. } => 2,
            Self::Paused { .. } => 3,
            Self::Mark => 4,
            Self::ConsentRevoked => 5,
            Self::End => 6,
        }
    }
}

fn audio(rest: &[u8]) -> Option<Frame> {
    let (start, sound) = rest.split_at_checked(3)?;
    let count = usize::from(start[0]);
    let samples = usize::from(u16::from_le_bytes([start[1], start[2]]));
    if !(1..=2).contains(&count) || sound.len() != count * samples * 2 || samples == 0 {
        return None;
    }
    let channels = sound
        .chunks_exact(samples * 2)
        .map(|channel| {
            channel
                .chunks_exact(2)
                .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
                .collect()
        })
        .collect();
    Some(Frame::Audio { channels })
}

/// A sample of -1 to 1 in 16 bits; what is louder is cut off, and what is no number is silence.
pub(super) fn to_i16(sample: f32) -> i16 {
    (sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16
}

/// A sample of 16 bits in -1 to 1.
pub(super) fn to_f32(sample: i16) -> f32 {
    f32::from(sample) / 32_768.0
}
