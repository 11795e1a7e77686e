//! Facts about the session itself that were dictated: start, end, minutes.

use crate::reading::Cite;
use crate::session::ClockTime;
use crate::transcript::numbers::Quantity;
use crate::transcript::script::{Script, ScriptUtterance};

/// What was dictated about the session itself.
#[derive(Clone, Debug, Default)]
pub struct SessionFacts {
    /// When it began.
    pub start: Option<(ClockTime, Cite)>,
    /// When it ended.
    pub end: Option<(ClockTime, Cite)>,
    /// How long it was, in minutes.
    pub minutes: Option<(u32, Cite)>,
}

/// Words near a number of minutes that make it the session's length.
const SESSION: &[&str] = &[
    "session",
    "visit",
    "individual",
    "therapy",
    "appointment",
    "met",
    "meeting",
    "telehealth",
    "video",
    "family",
    "couples",
    "group",
    "total",
    "call",
    "psychotherapy",
    "contact",
    "intake",
];

/// Words near a clock time that make it the session's start or end.
const STARTS: &[&str] = &[
    "start", "started", "began", "from", "at", "begin", "time", "met", "session",
];
const ENDS: &[&str] = &["end", "ended", "until", "to", "stop", "finished", "stopped"];

/// Reads the facts of one utterance.
pub fn read(script: &Script, place: usize, into: &mut SessionFacts) {
    let utterance = &script.utterances[place];
    for number in &utterance.numbers {
        let cite = || Cite::of(place, utterance.span(&number.words));
        match number.value {
            Quantity::ClockSpan { from, to } if into.start.is_none() => {
                into.start = Some((from.time(), cite()));
                into.end = Some((to.time(), cite()));
                into.minutes = Some((u32::from(from.minutes_until(&to)), cite()));
            }
            Quantity::Clock(clock) => {
                let time = clock.time();
                let before = before(utterance, number.words.start);
                if before.iter().any(|w| ENDS.contains(w))
                    && into.end.is_none()
                    && into.start.is_some()
                {
                    into.end = Some((time, cite()));
                } else if before.iter().any(|w| STARTS.contains(w))
                    && before
                        .iter()
                        .any(|w| SESSION.contains(w) || matches!(*w, "start" | "started"))
                    && into.start.is_none()
                {
                    into.start = Some((time, cite()));
                }
            }
            Quantity::Number(count)
                if into.minutes.is_none() && (5.0..=480.0).contains(&count.value) =>
            {
                let after = utterance
                    .words
                    .get(number.words.end)
                    .map_or("", |w| w.lower.as_str());
                let wide = number.words.start.saturating_sub(6)
                    ..(number.words.end + 5).min(utterance.words.len());
                let near = utterance.words[wide]
                    .iter()
                    .any(|w| SESSION.contains(&w.lower.as_str()));
                if matches!(after, "minutes" | "minute" | "min") && near {
                    let words = number.words.start..number.words.end + 1;
                    into.minutes =
                        Some((count.value as u32, Cite::of(place, utterance.span(&words))));
                }
            }
            _ => {}
        }
    }
    if let (Some((start, cite)), Some((end, _)), None) = (&into.start, &into.end, &into.minutes)
        && end > start
    {
        into.minutes = Some((u32::from(end.minutes() - start.minutes()), cite.clone()));
    }
}

fn before(utterance: &ScriptUtterance, at: usize) -> Vec<&str> {
    utterance.words[at.saturating_sub(4)..at]
        .iter()
        .map(|w| w.lower.as_str())
        .collect()
}
