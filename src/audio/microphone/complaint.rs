//! What is wrong with the sound while it can still be mended. The same doubts about a file, when it
//! is too late, are [`crate::audio::doubt::Doubt`]s.

use std::fmt;

/// Something about the sound that a person should mend now.
#[derive(Clone, Debug, PartialEq)]
pub enum Complaint {
    /// Somebody speaks, and too softly to be heard well.
    TooQuiet {
        /// Counted from 0.
        channel: usize,
        /// Level of the loudest moment lately, in dB below full scale (negative).
        loudest_dbfs: f32,
    },
    /// Peaks are cut off.
    Clipping {
        /// Counted from 0.
        channel: usize,
        /// Share of the samples at full scale in the last second, 0 to 1.
        share: f32,
    },
    /// Nothing but the noise of the room for a while.
    Silent {
        /// Counted from 0.
        channel: usize,
        /// How long.
        for_ms: u64,
    },
    /// Probably not the microphone that was meant.
    WrongDevice {
        /// Counted from 0.
        channel: usize,
        /// What tells so.
        why: Suspicion,
    },
}

/// What tells that a device is the wrong one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspicion {
    /// Every sample is zero: muted, or nothing is plugged in.
    DeadSilence,
    /// From the beginning nothing was heard but an even noise.
    NobodyHeard,
    /// By its name it gives what the computer plays.
    PlaysBack,
    /// Both channels carry the same sound.
    SameOnBoth,
}

impl Complaint {
    /// A stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooQuiet { .. } => "too_quiet",
            Self::Clipping { .. } => "clipping",
            Self::Silent { .. } => "silent",
            Self::WrongDevice { .. } => "wrong_device",
        }
    }

    /// The channel concerned, counted from 0.
    #[must_use]
    pub fn channel(&self) -> usize {
        match self {
            Self::TooQuiet { channel, .. }
            | Self::Clipping { channel, .. }
            | Self::Silent { channel, .. }
            | Self::WrongDevice { channel, .. } => *channel,
        }
    }

    /// What to do about it, in one line for a person.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::TooQuiet { .. } => "move the microphone nearer, or raise its level",
            Self::Clipping { .. } => "move the microphone away, or lower its level",
            Self::Silent { .. } => "say something; where the level stays, the microphone is muted",
            Self::WrongDevice { why, .. } => match why {
                Suspicion::DeadSilence => {
                    "look for a mute switch on the microphone and in the sound settings"
                }
                Suspicion::NobodyHeard => "say something, or choose another: notewright devices",
                Suspicion::PlaysBack => "choose a microphone: notewright devices",
                Suspicion::SameOnBoth => "give each person a microphone, or record one channel",
            },
        }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooQuiet { loudest_dbfs, .. } => {
                write!(
                    f,
                    "too quiet: the loudest lately is at {loudest_dbfs:.0} dB"
                )
            }
            Self::Clipping { share, .. } => write!(
                f,
                "too loud: {:.1} % of the sound is cut off at full scale",
                share * 100.0
            ),
            Self::Silent { for_ms, .. } => {
                write!(f, "nothing was heard for {} s", for_ms / 1000)
            }
            Self::WrongDevice { why, .. } => f.write_str(match why {
                Suspicion::DeadSilence => "no sound at all comes from the microphone",
                Suspicion::NobodyHeard => "nobody was heard yet: this may be the wrong microphone",
                Suspicion::PlaysBack => {
                    "this device gives what the computer plays, not what is said in the room"
                }
                Suspicion::SameOnBoth => "both channels carry the same sound",
            }),
        }
    }
}
