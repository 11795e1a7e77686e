//! A tape: a recording on disk, sealed as it is written.
//!
//! [`TapeWriter`] takes sound in and appends a frame each quarter of a second; [`TapeReader`] gives
//! it back, with every stretch that is missing, whatever became of the file. What is on disk is
//! sealed by [`crate::vault`]; here is what the frames mean. The header is JSON (it is read rarely and
//! grows over the years), frames are binary (`frame`).

mod blocks;
mod coverage;
mod export;
mod failure;
mod frame;
mod reader;
mod rewind;
mod survey;
mod writer;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use blocks::{Blocks, Hear};
pub use coverage::name_gaps;
pub use export::export_wav;
pub use failure::TapeError;
pub use frame::{FRAME_SAMPLES, Frame, Why};
pub use reader::{Piece, TapeReader};
pub use rewind::TapeRewind;
pub use survey::{Pause, Survey, TapeEnding, TapeGap};
pub use writer::{MAX_WAITING_MS, TapeWriter};

use crate::record::moment::Moment;
use crate::session::{Mode, Speech};

/// What is known of a recording when it begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TapeHeader {
    /// When it began.
    pub made: Moment,
    /// Dictation or session.
    pub mode: Mode,
    /// 1, or 2 where each person has a channel.
    pub channels: u8,
    /// The microphone's name, as the system gives it.
    pub device: String,
    /// That the client agreed to be recorded; a dictation needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// The note format that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Language of the speech, where it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Version of the program that recorded.
    #[serde(default)]
    pub program: String,
}

impl TapeHeader {
    /// A header for a recording that begins now.
    #[must_use]
    pub fn now(mode: Mode, channels: u8, device: impl Into<String>) -> Self {
        Self {
            made: Moment::now(),
            mode,
            channels,
            device: device.into(),
            consent: None,
            format: None,
            language: None,
            program: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// That a client agreed to be recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// In the clinician's words, e.g. `written, on file 2026-03-01`.
    pub stated: Speech,
    /// When it was stated.
    pub at: Moment,
}
