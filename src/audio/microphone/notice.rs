//! What a person should know of the devices while they are recorded.

use crate::audio::microphone::GapWhy;

/// Something that a person should know while it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A device gives no more; it is being looked for.
    Lost {
        /// Which.
        device: String,
        /// Why.
        why: GapWhy,
    },
    /// Sound comes again.
    Back {
        /// From this device.
        device: String,
        /// The one before, where it is another.
        instead_of: Option<String>,
    },
    /// The system took another device for the default, without a break.
    Rerouted {
        /// The name under which it was opened.
        device: String,
    },
    /// A device gives samples at another rate than it said; they are taken at that rate.
    RateChanged {
        /// Which.
        device: String,
        /// What it said.
        before: u32,
        /// What it gives.
        now: u32,
    },
    /// One channel of two was not captured: it holds silence there, and the other has its sound.
    Missing {
        /// Counted from 0.
        channel: usize,
        /// Where in the recording, gaps counted.
        at_ms: u64,
        /// How long; a longer stretch is told in parts.
        length_ms: u64,
        /// Why.
        why: GapWhy,
    },
}

impl std::fmt::Display for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Lost { device, why } => {
                write!(f, "no sound from `{device}`: {why}; looking for it")
            }
            Self::Back {
                device,
                instead_of: None,
            } => write!(f, "`{device}` is back, and the recording goes on"),
            Self::Back {
                device,
                instead_of: Some(before),
            } => write!(
                f,
                "the recording goes on with `{device}` in place of `{before}`"
            ),
            Self::Rerouted { device } => {
                write!(f, "the system gave `{device}` another microphone")
            }
            Self::RateChanged {
                device,
                before,
                now,
            } => write!(f, "`{device}` gives {now} samples a second, not {before}"),
            Self::Missing {
                channel,
                length_ms,
                why,
                ..
            } => write!(
                f,
                "channel {} has no sound for {:.1} s: {why}",
                channel + 1,
                *length_ms as f64 / 1000.0
            ),
        }
    }
}
