//! Who is speaking: turns from the voices or from the channels, a transcript split at them, and which
//! voice is the clinician.
//!
//! Knows blocks of sound and transcripts. Keeps nothing of a voice, reads and writes no file, and
//! infers nothing of a person from the sound but that it is another one who speaks.

pub mod voices;

use crate::session::TimeSpan;

/// A stretch in which one voice speaks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    /// When.
    pub span: TimeSpan,
    /// Which voice: in the order in which they are first heard, or the channel.
    pub voice: usize,
    /// How sure it is that it is this one and none of the others, 0 to 1.
    pub confidence: f32,
}
