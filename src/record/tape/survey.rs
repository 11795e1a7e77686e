//! What is known of a recording once it was read through.

use std::fmt;

use crate::audio::doubt::clock;
use crate::record::tape::frame::Why;
use crate::session::TimeSpan;

/// A stretch of a recording without its sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TapeGap {
    /// Where; without length where it is not known how much is missing, which only happens at the end.
    pub span: TimeSpan,
    /// Why.
    pub why: Why,
}

impl fmt::Display for TapeGap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (at, length) = (clock(self.span.start_ms), self.span.length_ms());
        match length {
            0 => write!(f, "a gap of unknown length at {at}: {}", self.why),
            _ => write!(f, "a gap of {} at {at}: {}", clock(length), self.why),
        }
    }
}

/// A pause that the user made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Where in the recording.
    pub at_ms: u64,
    /// How long, by the clock.
    pub length_ms: u64,
}

/// What is known of a recording; complete once all of it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Length, gaps included and pauses not.
    pub length_ms: u64,
    /// Stretches without their sound, in order.
    pub gaps: Vec<TapeGap>,
    /// Places that the user marked, in milliseconds.
    pub marks: Vec<u64>,
    /// Pauses, in order.
    pub pauses: Vec<Pause>,
    /// How it ends.
    pub ending: TapeEnding,
    /// Whether one copy of the beginning is damaged; nothing is lost by it.
    pub is_header_damaged: bool,
    /// Whether the client's consent was taken back.
    pub is_revoked: bool,
}

/// How a recording ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TapeEnding {
    /// The user stopped it, and its end is there.
    Finished,
    /// It broke off, as a crash or a power cut leaves it; or it is being made.
    #[default]
    BrokenOff,
    /// It broke off in the middle of writing a moment, of which nothing can be had.
    Torn,
    /// It was finished once, and its end is missing.
    CutOff,
}

impl Survey {
    /// Whether the user stopped it, and its end is there.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.ending == TapeEnding::Finished
    }

    /// How much sound is missing, as far as is known.
    #[must_use]
    pub fn missing_ms(&self) -> u64 {
        self.gaps.iter().map(|gap| gap.span.length_ms()).sum()
    }

    /// How much sound is missing because the file is damaged, as far as is known.
    #[must_use]
    pub fn damaged_ms(&self) -> u64 {
        let damaged = self.gaps.iter().filter(|gap| gap.why == Why::Damaged);
        damaged.map(|gap| gap.span.length_ms()).sum()
    }

    /// Whether any part of the file is not as it was written.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.ending == TapeEnding::CutOff
            || self.is_header_damaged
            || self.gaps.iter().any(|gap| gap.why == Why::Damaged)
    }
}
