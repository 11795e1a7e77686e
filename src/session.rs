//! The nouns that every room shares: who spoke, when, and the words themselves.
//!
//! Nothing here reads or writes anything outside memory.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Words that a person said or typed. They serialise as a plain string, and `Debug` shows only
/// their length, so that no log and no panic message can carry them.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Speech(String);

impl Speech {
    /// Takes the string out, for a place that shows speech on purpose.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    /// The words as text, for a place that reads or shows speech on purpose.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Speech {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Speech {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Deref for Speech {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Speech {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Speech({} bytes)", self.0.len())
    }
}

/// What kind of talk a recording holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// One clinician speaks the note after the session.
    #[default]
    Dictation,
    /// Clinician and client, or several clients, speak in turn.
    Session,
}

/// Who spoke an utterance.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub enum Speaker {
    /// The clinician whose note this is.
    #[serde(rename = "clinician")]
    Clinician,
    /// The client.
    #[serde(rename = "client")]
    Client,
    /// A second client, as in couples work.
    #[serde(rename = "client_2")]
    Client2,
    /// Somebody else who knows the client: a parent, a teacher.
    #[serde(rename = "collateral")]
    Collateral,
    /// Not known.
    #[default]
    #[serde(rename = "unknown")]
    Unknown,
}

impl Speaker {
    /// The name used in the JSON documents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clinician => "clinician",
            Self::Client => "client",
            Self::Client2 => "client_2",
            Self::Collateral => "collateral",
            Self::Unknown => "unknown",
        }
    }

    /// Whether this is one of the people whom the session is for.
    #[must_use]
    pub fn is_client(self) -> bool {
        matches!(self, Self::Client | Self::Client2)
    }
}

/// Names an utterance within one transcript, e.g. `u12`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UtteranceId(pub String);

impl UtteranceId {
    /// The id of the `n`th utterance, counted from 1.
    #[must_use]
    pub fn nth(n: usize) -> Self {
        Self(format!("u{n}"))
    }
}

impl fmt::Display for UtteranceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A stretch of a recording, in milliseconds from its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TimeSpan {
    /// First millisecond.
    pub start_ms: u64,
    /// One past the last millisecond.
    pub end_ms: u64,
}

impl TimeSpan {
    /// The span from `start_ms` to `end_ms`; an end before the start is moved to it.
    #[must_use]
    pub fn new(start_ms: u64, end_ms: u64) -> Self {
        Self {
            start_ms,
            end_ms: end_ms.max(start_ms),
        }
    }

    /// Length in milliseconds.
    #[must_use]
    pub fn length_ms(self) -> u64 {
        self.end_ms - self.start_ms
    }
}

/// The day of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionDate(pub jiff::civil::Date);

/// A date that is not one.
#[derive(Debug, thiserror::Error)]
#[error("`{given}` is not a date of the form 2026-03-10")]
pub struct DateError {
    given: String,
}

impl FromStr for SessionDate {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        text.parse().map(Self).map_err(|_| DateError {
            given: text.to_owned(),
        })
    }
}

impl fmt::Display for SessionDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A time of day to the minute, written `HH:MM` on a 24-hour clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClockTime {
    /// Minutes since midnight, below 1440.
    minutes: u16,
}

impl ClockTime {
    /// The time at `hour`:`minute`, or nothing where a clock shows no such time.
    #[must_use]
    pub fn new(hour: u16, minute: u16) -> Option<Self> {
        (hour < 24 && minute < 60).then_some(Self {
            minutes: hour * 60 + minute,
        })
    }

    /// Minutes since midnight.
    #[must_use]
    pub fn minutes(self) -> u16 {
        self.minutes
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

impl Serialize for ClockTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_speech_shows_no_words() {
        let speech = Speech::from("my sister Odile");
        assert_eq!(format!("{speech:?}"), "Speech(15 bytes)");
    }

    #[test]
    fn dates_that_are_none_are_refused() {
        for given in ["2026-02-30", "yesterday", "10/03/2026", ""] {
            assert!(given.parse::<SessionDate>().is_err(), "{given}");
        }
        assert_eq!(
            "2026-03-10".parse::<SessionDate>().unwrap().to_string(),
            "2026-03-10"
        );
    }
}
