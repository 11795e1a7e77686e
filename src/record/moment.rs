//! When something happened, with the clock's offset from universal time at that moment.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment, and how the clock on the wall stood. Written as `2026-03-10T14:05:09+01:00`.
///
/// The offset is kept, not the rules of a time zone, so that a later change of the rules makes no
/// recording unreadable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    at: Timestamp,
    offset: Offset,
}

impl Moment {
    /// Now, by this computer's clock and zone.
    #[must_use]
    pub fn now() -> Self {
        let now = jiff::Zoned::now();
        Self {
            at: now.timestamp(),
            offset: now.offset(),
        }
    }

    /// The moment in universal time.
    #[must_use]
    pub fn timestamp(&self) -> Timestamp {
        self.at
    }

    /// Day and time as the clock on the wall showed them.
    #[must_use]
    pub fn local(&self) -> jiff::civil::DateTime {
        self.offset.to_datetime(self.at)
    }
}

impl fmt::Display for Moment {
    /// `2026-03-10 14:05`, as the clock on the wall showed it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.local();
        write!(
            f,
            "{} {:02}:{:02}",
            local.date(),
            local.hour(),
            local.minute()
        )
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(&self.at.display_with_offset(self.offset))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let fail = |error: jiff::Error| serde::de::Error::custom(error);
        let pieces = jiff::fmt::temporal::Pieces::parse(&text).map_err(fail)?;
        let offset = pieces.to_numeric_offset().unwrap_or(Offset::UTC);
        Ok(Self {
            at: text.parse().map_err(fail)?,
            offset,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_with_its_offset() {
        let text = "\"2026-03-10T14:05:09.25+01:00\"";
        let moment: Moment = serde_json::from_str(text).unwrap();
        assert_eq!(moment.to_string(), "2026-03-10 14:05");
        assert_eq!(moment.timestamp().to_string(), "2026-03-10T13:05:09.25Z");
        assert_eq!(serde_json::to_string(&moment).unwrap(), text);
        let now = Moment::now();
        let again: Moment = serde_json::from_str(&serde_json::to_string(&now).unwrap()).unwrap();
        assert_eq!(now, again);
    }
}
