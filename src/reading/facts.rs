//! Facts about the session itself that were dictated: start, end, minutes, telehealth, who took part,
//! codes.

use std::ops::Range;

use serde::Serialize;

use crate::reading::Cite;
use crate::reading::clause::Clause;
use crate::session::ClockTime;
use crate::transcript::numbers::Quantity;
use crate::transcript::script::{Break, Script, ScriptUtterance};

/// What was dictated about the session itself.
#[derive(Clone, Debug, Default)]
pub struct SessionFacts {
    /// When it began.
    pub start: Option<(ClockTime, Cite)>,
    /// When it ended.
    pub end: Option<(ClockTime, Cite)>,
    /// How long it was, in minutes.
    pub minutes: Option<(u32, Cite)>,
    /// Whether and how it was held at a distance.
    pub telehealth: Option<(Telehealth, Cite)>,
    /// Who took part, in the speaker's words.
    pub participants: Option<Cite>,
    /// Codes of service and diagnosis that were dictated.
    pub codes: Vec<(Code, Cite)>,
}

/// How a session at a distance was held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Telehealth {
    /// With sound and picture.
    AudioVideo,
    /// With sound only.
    AudioOnly,
}

/// A code that was dictated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Code {
    /// Of a service: five digits of the CPT.
    Cpt(String),
    /// Of a diagnosis: ICD-10-CM.
    Icd10(String),
}

/// Words of a session with sound and picture, and of one with sound only.
const VIDEO: &[&str] = &[
    "telehealth",
    "video",
    "zoom",
    "facetime",
    "virtual",
    "virtually",
    "telemental",
];
const AUDIO: &[&str] = &["phone", "telephone"];

/// Reads how a session was held, and with whom, from a clause that tells who, when and where.
pub fn read_frame(utterance: &ScriptUtterance, clause: &Clause, into: &mut SessionFacts) {
    let words = &utterance.words[clause.words.clone()];
    let cite = |range: Range<usize>| {
        let range = range.start + clause.words.start..range.end + clause.words.start;
        Cite::of(clause.utterance, utterance.span(&range))
    };
    let named = |list: &[&str]| words.iter().position(|w| list.contains(&w.lower.as_str()));
    if into.telehealth.is_none() {
        let heard = named(AUDIO)
            .map(|at| (Telehealth::AudioOnly, at))
            .or_else(|| named(VIDEO).map(|at| (Telehealth::AudioVideo, at)));
        into.telehealth = heard.map(|(how, at)| (how, cite(at..at + 1)));
    }
    if into.participants.is_none()
        && let Some(with) = named(&["with"])
    {
        let end = words
            .iter()
            .enumerate()
            .skip(with + 2)
            .find(|(_, w)| {
                w.break_before >= Break::Comma
                    || matches!(
                        w.lower.as_str(),
                        "for"
                            | "at"
                            | "on"
                            | "from"
                            | "in"
                            | "by"
                            | "via"
                            | "today"
                            | "this"
                            | "over"
                    )
            })
            .map_or(words.len(), |(at, _)| at);
        if with + 1 < end {
            into.participants = Some(cite(with + 1..end));
        }
    }
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
            Quantity::Icd(ref code) => into.codes.push((Code::Icd10(code.clone()), cite())),
            Quantity::Cpt(code) => into.codes.push((Code::Cpt(code.to_string()), cite())),
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
