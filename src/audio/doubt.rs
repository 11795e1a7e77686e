//! What is doubtful about a recording that was nevertheless used: values that travel with the
//! result, never errors.

use std::fmt;

use crate::session::TimeSpan;

/// Something about a recording that a person should know before trusting what was heard in it.
#[derive(Clone, Debug, PartialEq)]
pub enum Doubt {
    /// The file ends before the length that it promises, or in the middle of a packet.
    Truncated {
        /// Length that was there and was used.
        found_ms: u64,
        /// Length that the header promises, where it promises one.
        promised_ms: Option<u64>,
    },
    /// The recorder never wrote the final length into the header; all data that is there was used.
    Unfinished {
        /// Length that was found.
        found_ms: u64,
    },
    /// Damaged packets were replaced by silence of the same length.
    Corrupt {
        /// Where, in order; only the first [`MAX_CORRUPT_SPANS`].
        spans: Vec<TimeSpan>,
        /// How much in all.
        lost_ms: u64,
    },
    /// The microphone's level was too high: peaks are cut off.
    Clipped {
        /// Share of the samples that stand at full scale, 0 to 1.
        share: f32,
    },
    /// There is hardly any sound.
    NearlySilent {
        /// Level of the loudest twentieth of a second, in dB below full scale (negative), or
        /// negative infinity where every sample is zero.
        loudest_dbfs: f32,
    },
    /// The sound has telephone bandwidth, which recognisers hear less well.
    Telephone {
        /// Samples a second in the file.
        sample_rate: u32,
    },
}

/// How many stretches a [`Doubt::Corrupt`] lists.
pub const MAX_CORRUPT_SPANS: usize = 100;

impl Doubt {
    /// A stable name, e.g. for a finding's code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => "truncated",
            Self::Unfinished { .. } => "unfinished",
            Self::Corrupt { .. } => "corrupt",
            Self::Clipped { .. } => "clipped",
            Self::NearlySilent { .. } => "nearly_silent",
            Self::Telephone { .. } => "telephone",
        }
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated {
                found_ms,
                promised_ms: Some(promised),
            } => write!(
                f,
                "the file promises {} and holds {}; the rest is missing",
                clock(*promised),
                clock(*found_ms)
            ),
            Self::Truncated {
                found_ms,
                promised_ms: None,
            } => {
                write!(f, "the file is cut off after {}", clock(*found_ms))
            }
            Self::Unfinished { found_ms } => write!(
                f,
                "the recorder did not finish the file; the {} found in it were used",
                clock(*found_ms)
            ),
            Self::Corrupt { spans, lost_ms } => {
                write!(
                    f,
                    "{lost_ms} ms of the recording are damaged and count as silence"
                )?;
                if let Some(first) = spans.first() {
                    write!(f, ", first at {}", clock(first.start_ms))?;
                }
                Ok(())
            }
            Self::Clipped { share } => write!(
                f,
                "the recording is clipped: {:.1} % of it stands at full scale; lower the level",
                share * 100.0
            ),
            Self::NearlySilent { loudest_dbfs } if loudest_dbfs.is_finite() => write!(
                f,
                "the recording is nearly silent: its loudest moment is at {loudest_dbfs:.0} dB"
            ),
            Self::NearlySilent { .. } => {
                f.write_str("the recording holds no sound at all; was the microphone muted?")
            }
            Self::Telephone { sample_rate } => write!(
                f,
                "the recording has telephone bandwidth ({sample_rate} samples a second)"
            ),
        }
    }
}

/// `1:02:05` or `2:05`, the fraction of a second cut off; under ten seconds with one decimal.
pub(crate) fn clock(ms: u64) -> String {
    let seconds = ms / 1000;
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) if ms < 10_000 => format!("{:.1} s", ms as f32 / 1000.0),
        (0, 0) => format!("{rest} s"),
        (0, _) => format!("{minutes}:{rest:02} min"),
        _ => format!("{hours}:{minutes:02}:{rest:02} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubts_read_as_sentences() {
        let cases = [
            (
                Doubt::Truncated {
                    found_ms: 61_000,
                    promised_ms: Some(3_725_000),
                },
                "the file promises 1:02:05 h and holds 1:01 min; the rest is missing",
            ),
            (
                Doubt::Corrupt {
                    spans: vec![TimeSpan::new(2500, 2600)],
                    lost_ms: 100,
                },
                "100 ms of the recording are damaged and count as silence, first at 2.5 s",
            ),
            (
                Doubt::NearlySilent {
                    loudest_dbfs: f32::NEG_INFINITY,
                },
                "the recording holds no sound at all; was the microphone muted?",
            ),
        ];
        for (doubt, want) in cases {
            assert_eq!(doubt.to_string(), want);
        }
    }
}
