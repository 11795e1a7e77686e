//! Times of day as said: `ten oh five`, `10:05 am`, `half past two`, `nineteen forty`.

use std::fmt;

use super::cardinal::{below_hundred, cardinal, digit};
use super::said::{Said, UNITS};
use crate::session::ClockTime;

/// Which half of the day was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HalfDay {
    /// `a.m.`
    Morning,
    /// `p.m.`
    Afternoon,
}

/// A time of day as it was said; `ten oh five` leaves the half of the day open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// 0 to 23 as said.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// Where it was said.
    pub half: Option<HalfDay>,
}

impl Clock {
    /// The time on a 24-hour clock; an hour said without its half stays as said.
    #[must_use]
    pub fn time(&self) -> ClockTime {
        let hour = match (self.half, self.hour) {
            (Some(HalfDay::Morning), 12) => 0,
            (Some(HalfDay::Afternoon), hour @ 0..=11) => hour + 12,
            (_, hour) => hour,
        };
        ClockTime::new(u16::from(hour.min(23)), u16::from(self.minute.min(59)))
            .unwrap_or_else(|| unreachable!("both parts were brought into range"))
    }

    /// Minutes from here to `end`, counting past noon or midnight where the end would lie before
    /// the start: `eleven thirty to twelve twenty` and `twelve thirty to one twenty` are 50.
    #[must_use]
    pub fn minutes_until(&self, end: &Self) -> u16 {
        let open = self.half.is_none() || end.half.is_none();
        // One half said holds for both: "from 2 to 2:50 pm".
        let start = Self {
            half: self.half.or(end.half),
            ..*self
        };
        let end = Self {
            half: end.half.or(self.half),
            ..*end
        };
        let span = |a: &Self, b: &Self| (1440 + b.time().minutes() - a.time().minutes()) % 1440;
        let minutes = span(&start, &end);
        if minutes >= 720 && open && self.hour <= 12 && end.hour <= 12 {
            minutes - 720
        } else {
            minutes
        }
    }

    /// The clock as written before `end` in a span: the half of the day is written once.
    pub(super) fn beside(self, end: Self) -> Self {
        Self {
            half: self.half.filter(|_| self.half != end.half),
            ..self
        }
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.half, self.minute) {
            (Some(_), 0) => write!(f, "{}", self.hour)?,
            _ => write!(f, "{}:{:02}", self.hour, self.minute)?,
        }
        match self.half {
            Some(HalfDay::Morning) => f.write_str(" am"),
            Some(HalfDay::Afternoon) => f.write_str(" pm"),
            None => Ok(()),
        }
    }
}

/// A clock found in tokens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub clock: Clock,
    pub end: usize,
    /// Nothing but a clock can be meant: minutes after a colon, `a.m.`, `o'clock`, `half past`.
    pub certain: bool,
    /// Hour and minutes were both said.
    pub has_minutes: bool,
}

/// Words before a time of day.
const CUES: &[&str] = &[
    "at", "by", "until", "till", "around", "before", "after", "since", "started", "start", "ended",
    "end", "seen", "time", "from", "to",
];

/// Words before a time between 13:00 and 23:59, whose parts are years as well.
const EVENING_CUES: &[&str] = &[
    "at", "seen", "time", "session", "start", "started", "end", "ended", "visit", "met", "arrived",
];

/// A clock that stands alone at `at`.
pub(super) fn alone(said: &Said, at: usize) -> Option<Found> {
    let found = clock(said, at)?;
    if found.certain {
        return Some(found);
    }
    let words_before = if found.clock.hour > 12 {
        EVENING_CUES
    } else {
        CUES
    };
    let cued = said.after_any(at, words_before) || said.any(at + 1, &["oh", "o"]);
    (found.has_minutes && cued && !counts(said, found.end)).then_some(found)
}

/// `ten oh five to ten fifty eight`, `from four to five thirty`, `2-2:50 pm`.
pub(super) fn span(said: &Said, at: usize) -> Option<(Clock, Clock, usize)> {
    let from = clock(said, at)?;
    let joint = said.any(
        from.end,
        &["to", "until", "till", "through", "-", "\u{2013}"],
    );
    let to = joint.then(|| clock(said, from.end + 1)).flatten()?;
    if counts(said, to.end) {
        return None;
    }
    let minutes = from.clock.minutes_until(&to.clock);
    let cued = said.after_any(at, EVENING_CUES);
    if from.clock.hour > 12 && !from.certain {
        // "nineteen forty to twenty fifteen" can be years as well.
        let session = from.has_minutes && cued && (5..=300).contains(&minutes);
        return session.then_some((from.clock, to.clock, to.end));
    }
    // One bare hour and one that has minutes: "four to five thirty", but no change from eight to
    // three that is followed by another number.
    let half_said = (from.has_minutes || to.has_minutes) && (15..=300).contains(&minutes);
    let sure = from.certain || to.certain || (from.has_minutes && to.has_minutes);
    (sure || half_said).then_some((from.clock, to.clock, to.end))
}

/// Whether a word at `at` is counted by a number before it: a unit or a plural.
fn counts(said: &Said, at: usize) -> bool {
    let plural = |word: &str| {
        word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") && word != "this"
    };
    said.any(at, UNITS) || said.word(at).is_some_and(plural)
}

/// Whatever may be a clock at `at`, a bare hour included.
fn clock(said: &Said, at: usize) -> Option<Found> {
    loose(said, at).or_else(|| exact(said, at))
}

fn loose(said: &Said, at: usize) -> Option<Found> {
    let found = |hour: u32, minute: u8, half, end| Found {
        clock: Clock {
            hour: hour as u8,
            minute,
            half,
        },
        end,
        certain: true,
        has_minutes: true,
    };
    match said.word(at)? {
        "noon" => return Some(found(12, 0, Some(HalfDay::Afternoon), at + 1)),
        "midnight" => return Some(found(12, 0, Some(HalfDay::Morning), at + 1)),
        _ => {}
    }
    let start = at + usize::from(said.is(at, "a"));
    let (minute, past) = match (said.word(start)?, said.word(start + 1)?) {
        ("half", "past") => (30, true),
        ("quarter", "past" | "after") => (15, true),
        ("quarter", "to" | "of") => (45, false),
        (word, "past") => (
            super::cardinal::small(word).filter(|m| (1..30).contains(m))? as u8,
            true,
        ),
        _ => return None,
    };
    let hour = hour_of(said, start + 2).filter(|(h, _)| (1..=12).contains(h))?;
    let told = if past { hour.0 } else { (hour.0 + 10) % 12 + 1 };
    let (half, end) = half_day(said, hour.1);
    Some(found(told, minute, half, end))
}

fn hour_of(said: &Said, at: usize) -> Option<(u32, usize)> {
    let hour = cardinal(said, at)?;
    hour.whole().filter(|h| *h < 24).map(|h| (h, hour.end))
}

fn exact(said: &Said, at: usize) -> Option<Found> {
    let (hour, mut end) = match said.number(at) {
        Some(_) => hour_of(said, at)?,
        None => below_hundred(said, at).filter(|(h, _)| *h < 24)?,
    };
    let mut minute = None;
    let mut colon = false;
    if let Some((m, after)) = minutes_after_colon(said, end) {
        (minute, end, colon) = (Some(m), after, true);
    } else if said.number(at).is_none()
        && let Some((m, after)) = spoken_minutes(said, end)
    {
        (minute, end) = (Some(m), after);
    }
    let oclock = minute.is_none() && said.is(end, "o'clock");
    let (half, after) = half_day(said, end + usize::from(oclock));
    if (half.is_some() && !(1..=12).contains(&hour)) || (hour == 0 && !colon) {
        return None;
    }
    Some(Found {
        clock: Clock {
            hour: hour as u8,
            minute: minute.unwrap_or(0) as u8,
            half,
        },
        end: after,
        certain: colon || oclock || half.is_some(),
        has_minutes: minute.is_some(),
    })
}

/// `:05` directly after the hour.
fn minutes_after_colon(said: &Said, at: usize) -> Option<(u32, usize)> {
    if !said.joined_by(at, ":") {
        return None;
    }
    let two = said.lower(at + 1).is_some_and(|text| text.len() == 2);
    let minute = said.number(at + 1)?.as_whole().filter(|m| *m < 60)?;
    two.then_some((minute, at + 2))
}

/// `oh five`, `ten`, `fifty eight` after an hour in words.
fn spoken_minutes(said: &Said, at: usize) -> Option<(u32, usize)> {
    if said.any(at, &["oh", "o"]) {
        let minute = said.word(at + 1).and_then(digit)?;
        return Some((minute, at + 2));
    }
    below_hundred(said, at).filter(|(m, _)| (10..60).contains(m))
}

/// `am`, `a m`, `a.m.` and their like; the dot after `m` is taken only where a dot follows `a`.
fn half_day(said: &Said, at: usize) -> (Option<HalfDay>, usize) {
    let half = |letter: &str| match letter {
        "am" | "a" => Some(HalfDay::Morning),
        "pm" | "p" => Some(HalfDay::Afternoon),
        _ => None,
    };
    let Some(word) = said.word(at) else {
        return (None, at);
    };
    if matches!(word, "am" | "pm") {
        return (half(word), at + 1);
    }
    if matches!(word, "a" | "p") {
        if said.is(at + 1, "m") {
            return (half(word), at + 2);
        }
        if said.is(at + 1, ".") && said.is(at + 2, "m") {
            return (
                half(word),
                at + 3 + usize::from(said.is(at + 3, ".") && said.lower(at + 4).is_some()),
            );
        }
    }
    (None, at)
}
