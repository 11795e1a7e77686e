//! The product's own reading, run over the sentence and over the evidence: no technique, score or
//! fact of risk of the sentence may be missing from the evidence.

use std::ops::Range;

use super::Refusal;
use crate::reading::Reading;
use crate::reading::interventions::{How, Status, Tag};
use crate::reading::lexicon::Lexicon;
use crate::reading::measures::{Measure, When};
use crate::reading::risk::{RiskField, RiskStatus};

/// What the words tell beside the reading.
pub(super) struct Beside<'a> {
    /// Whether the words of the sentence between two bytes were themselves said, in the same way.
    pub(super) carried: &'a dyn Fn(&Range<usize>) -> bool,
    /// The bytes of words of the sentence.
    pub(super) span: &'a dyn Fn(&Range<usize>) -> Range<usize>,
    /// Whether the words of the sentence between two bytes are denied, as they were when said.
    pub(super) denied_alike: &'a dyn Fn(&Range<usize>) -> bool,
    /// Whether the words of the sentence between two bytes are named as somebody else's:
    /// "brother's suicide".
    pub(super) of_another: &'a dyn Fn(&Range<usize>) -> bool,
    /// Whether words of the sentence between two bytes are not told as done.
    pub(super) offered: &'a dyn Fn(&Range<usize>) -> bool,
    /// Whether the evidence surely speaks of what is to come.
    pub(super) ahead: bool,
    /// Whether both speak of something denied or declined.
    pub(super) denied: bool,
}

/// Refuses facts of the sentence that the evidence does not yield.
pub(super) fn check(
    lexicon: &Lexicon,
    told: &Reading,
    said: &Reading,
    beside: &Beside<'_>,
) -> Result<(), Refusal> {
    measures(told, said)?;
    risk(told, said, beside)?;
    techniques(lexicon, told, said, beside)
}

fn all(reading: &Reading) -> impl Iterator<Item = &Measure> {
    let measures = &reading.measures;
    measures
        .scores
        .iter()
        .chain(&measures.series)
        .chain(&measures.impossible)
}

fn measures(told: &Reading, said: &Reading) -> Result<(), Refusal> {
    for measure in all(told) {
        let mut same = all(said)
            .filter(|m| m.instrument == measure.instrument)
            .peekable();
        if same.peek().is_none() {
            // The reading found no score; its numbers and the instrument's name are looked at as words.
            continue;
        }
        let right = same.any(|m| {
            (m.value - measure.value).abs() < 1e-9
                && !matches!(
                    (m.when, measure.when),
                    (When::Current, When::Prior) | (When::Prior, When::Current)
                )
        });
        if !right {
            return Err(Refusal::Measure);
        }
    }
    Ok(())
}

fn risk(told: &Reading, said: &Reading, beside: &Beside<'_>) -> Result<(), Refusal> {
    for field in [
        RiskField::Si,
        RiskField::Hi,
        RiskField::Nssi,
        RiskField::Plan,
        RiskField::Intent,
    ] {
        let Some((status, cites)) = told.risk.status(field) else {
            continue;
        };
        if cites
            .iter()
            .all(|(_, cite)| (beside.of_another)(&cite.span))
        {
            continue;
        }
        let right = match said.risk.status(field) {
            Some((known, _)) => agrees(known, status),
            // What the client says unasked is a sign that the reading leaves unsettled.
            None if status == RiskStatus::Denied => cites
                .iter()
                .all(|(_, cite)| (beside.denied_alike)(&cite.span)),
            None => said.risk.signals.iter().any(|(f, _)| *f == field),
        };
        if !right {
            return Err(Refusal::Risk { field: Some(field) });
        }
    }
    for (level, _) in &told.risk.level {
        if !said.risk.level.iter().any(|(known, _)| known == level) {
            return Err(Refusal::Risk { field: None });
        }
    }
    Ok(())
}

fn agrees(said: RiskStatus, told: RiskStatus) -> bool {
    said == told
        || (told == RiskStatus::Present && said != RiskStatus::Denied)
        || (told != RiskStatus::Denied && said == RiskStatus::Present)
}

/// What a status says: was it done, is it to come, was it left out, or is it somebody else's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Done,
    Ahead,
    Left,
    Elsewhere,
}

fn outcome(status: Status) -> Outcome {
    match status {
        Status::Performed | Status::Attempted | Status::Reviewed | Status::ClientUse => {
            Outcome::Done
        }
        Status::Assigned | Status::Planned => Outcome::Ahead,
        Status::Declined | Status::Negated => Outcome::Left,
        Status::Historical | Status::Hypothetical | Status::OtherProvider => Outcome::Elsewhere,
    }
}

/// How sure the reading is of the evidence and of the sentence, where the two are opposed: a cue, or
/// words said aloud, must tell of the evidence.
const SURE: f32 = 0.86;
const LIKELY: f32 = 0.7;

fn techniques(
    lexicon: &Lexicon,
    told: &Reading,
    said: &Reading,
    beside: &Beside<'_>,
) -> Result<(), Refusal> {
    for tag in &told.tags {
        let known = |tag: &Tag| &lexicon.interventions[tag.intervention];
        let name = || known(tag).name.clone();
        let same: Vec<&Tag> = said
            .tags
            .iter()
            .filter(|t| t.intervention == tag.intervention)
            .collect();
        let right = same
            .iter()
            .any(|t| outcome(t.status) == outcome(tag.status));
        if right {
            continue;
        }
        let clear = |t: &&Tag| t.confidence >= SURE && tag.confidence >= LIKELY;
        let opposed = same.iter().any(|t| {
            clear(t)
                && matches!(
                    (outcome(t.status), outcome(tag.status)),
                    (Outcome::Left | Outcome::Ahead, Outcome::Done)
                        | (Outcome::Done, Outcome::Left | Outcome::Ahead)
                        | (Outcome::Left, Outcome::Ahead)
                )
        });
        let words_say_so = (beside.carried)(&tag.cite.span)
            && match outcome(tag.status) {
                Outcome::Ahead => beside.ahead || beside.denied,
                Outcome::Left => beside.denied,
                Outcome::Done | Outcome::Elsewhere => {
                    tag.why.how == How::Act || (beside.offered)(&(beside.span)(&tag.why.words))
                }
            };
        if opposed && !words_say_so {
            return Err(Refusal::Status {
                name: name(),
                status: tag.status,
            });
        }
        let relative = said.tags.iter().any(|t| {
            known(t).family() == known(tag).family()
                && !known(tag).id.contains('.')
                && outcome(t.status) == outcome(tag.status)
        });
        if same.is_empty()
            && !relative
            && tag.why.how == How::Term
            && known(tag).id != "homework.assign"
            && !(beside.carried)(&(beside.span)(&tag.why.words))
        {
            return Err(Refusal::Technique { name: name() });
        }
    }
    Ok(())
}
