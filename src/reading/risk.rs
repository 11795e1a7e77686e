//! Risk as it was said: each fact denied or present, and everything that nobody said not assessed.
//!
//! Never infers: a level stands only where it was dictated, and a sign of risk without an answer to
//! a question is no fact.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::reading::Cite;
use crate::reading::lexicon::{Mark, RiskWord, Sense};
use crate::reading::risk_words::{Manner, Name, RiskWords};
use crate::transcript::script::{Script, Sentence, Word};

/// A fact of risk that a note has a place for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskField {
    /// Suicidal ideation.
    Si,
    /// Homicidal ideation.
    Hi,
    /// Self-injury without the wish to die.
    Nssi,
    /// A plan to act on either ideation.
    Plan,
    /// The intent to act on either ideation.
    Intent,
}

impl RiskField {
    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Si => "Suicidal thoughts",
            Self::Hi => "Homicidal thoughts",
            Self::Nssi => "Self-injury",
            Self::Plan => "Plan",
            Self::Intent => "Intent",
        }
    }
}

/// What was said of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are those of the note document")]
pub enum RiskStatus {
    Denied,
    Present,
    Passive,
    Active,
}

/// A level of risk that a clinician stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are those of the note document")]
pub enum RiskLevel {
    Low,
    Moderate,
    High,
    Imminent,
}

/// What was said of risk.
#[derive(Clone, Debug, Default)]
pub struct Risk {
    /// Every statement, in the order in which it was made.
    pub said: BTreeMap<RiskField, Vec<(RiskStatus, Cite)>>,
    /// Every level that was stated.
    pub level: Vec<(RiskLevel, Cite)>,
    /// Words of risk in a client's talk that no question and answer settle.
    pub signals: Vec<(RiskField, Cite)>,
    /// Risks told of the past only, which "nothing since" would deny.
    pub(super) past: Vec<(RiskField, Cite)>,
}

impl Risk {
    /// The status of a field and the words for it: what is present outweighs what is denied, so
    /// that a contradiction never reads as a denial.
    #[must_use]
    pub fn status(&self, field: RiskField) -> Option<(RiskStatus, &[(RiskStatus, Cite)])> {
        let said = self.said.get(&field)?;
        let present = said
            .iter()
            .rev()
            .find(|(status, _)| *status != RiskStatus::Denied);
        present
            .or_else(|| said.last())
            .map(|(status, _)| (*status, said.as_slice()))
    }

    /// Fields of which both a denial and its contrary were said.
    pub fn contradictions(&self) -> impl Iterator<Item = (RiskField, &Cite, &Cite)> {
        self.said.iter().filter_map(|(field, said)| {
            let denied = said.iter().find(|(s, _)| *s == RiskStatus::Denied)?;
            let present = said.iter().find(|(s, _)| *s != RiskStatus::Denied)?;
            Some((*field, &denied.1, &present.1))
        })
    }

    pub(super) fn say(&mut self, field: RiskField, status: RiskStatus, cite: Cite) {
        self.said.entry(field).or_default().push((status, cite));
    }
}

/// What a sentence's surroundings tell.
#[derive(Clone, Copy)]
pub struct Told {
    /// Whether the sentence is about somebody else's risk.
    pub of_another: bool,
}

/// How many utterances back the ideation may stand that a plan or an intent belongs to.
const TURNS: usize = 8;
/// How many bytes back in the same utterance.
const BYTES: usize = 500;
/// How many bytes after a past risk "nothing since" may follow.
const SINCE: usize = 60;

/// Reads the risk of one sentence of a dictation; `marks` are those of the whole sentence.
pub fn read(
    script: &Script,
    place: usize,
    sentence: &Sentence,
    marks: &[Mark],
    told: Told,
    into: &mut Risk,
) {
    let utterance = &script.utterances[place];
    let words = RiskWords::of(marks, &utterance.words, sentence.words.start);
    let cite = |from: usize, to: usize| Cite::of(place, utterance.span(&(from..to)));
    level(&words, &cite, into);
    if told.of_another && words.places(RiskWord::Witness).next().is_none() {
        return;
    }
    since(&words, &cite, into);
    let mut asked = None;
    let mut reached: BTreeMap<RiskField, usize> = BTreeMap::new();
    for name in words.names() {
        if reached
            .get(&name.field)
            .is_some_and(|end| *end > name.range.start)
        {
            continue;
        }
        reached.insert(name.field, name.range.end);
        let Some((denied, cue)) = settled(&words, &name, &utterance.words) else {
            let here = cite(name.range.start, name.range.end);
            if words.asked(&name.range) {
                asked = Some(name.range.end);
            }
            if of_acting(name.field) {
                continue;
            } else if !words.past(&name.range) {
                into.signals.push((name.field, here));
            } else if let Some(after) = words.since(&name.range) {
                let whole = cite(name.range.start, after.end);
                into.say(name.field, RiskStatus::Denied, whole);
            } else {
                into.past.push((name.field, here.clone()));
                into.signals.push((name.field, here));
            }
            continue;
        };
        let whole = cite(cue.start.min(name.range.start), cue.end.max(name.range.end));
        if of_acting(name.field) && !belongs(&words, &name, denied, &whole, into) {
            continue;
        }
        if !denied && words.supposed(&name.range) && !words.asked(&name.range) {
            continue;
        }
        let together = asked.is_some_and(|end| words.joined(end, name.range.start));
        if !denied && (together || words.asked(&name.range)) {
            asked = Some(name.range.end);
            into.signals.push((name.field, whole));
            continue;
        }
        if !denied && !of_acting(name.field) {
            if let Some(after) = words.since(&name.range) {
                into.say(
                    name.field,
                    RiskStatus::Denied,
                    cite(name.range.start, after.end),
                );
                continue;
            }
            if words.past(&name.range) {
                into.past.push((name.field, whole));
                continue;
            }
        }
        let status = match name.field {
            _ if denied => RiskStatus::Denied,
            RiskField::Si if words.near(RiskWord::Passive, &name.range) => RiskStatus::Passive,
            RiskField::Si => RiskStatus::Active,
            _ => RiskStatus::Present,
        };
        into.say(name.field, status, whole);
    }
}

/// Whether a field is about acting on an ideation.
fn of_acting(field: RiskField) -> bool {
    matches!(field, RiskField::Plan | RiskField::Intent)
}

/// Whether a name is denied or present, and by which words.
fn settled(
    words: &RiskWords<'_>,
    name: &Name,
    talk: &[Word],
) -> Option<(bool, std::ops::Range<usize>)> {
    // "She scratched her forearm" needs no other word to be so.
    let done = name.field == RiskField::Nssi && is_deed(&talk[name.range.start].lower);
    words
        .polarity(name)
        .or_else(|| done.then(|| (false, name.range.clone())))
}

/// Whether a plan or an intent is one to act on an ideation: its words say so, or ideation was told
/// just before it.
fn belongs(words: &RiskWords<'_>, name: &Name, denied: bool, cite: &Cite, into: &Risk) -> bool {
    let told = told_before(into, cite);
    if name.manner != Manner::Named {
        return told == Some(true) && !words.of_something_else(&name.range);
    }
    let beside = words.all().iter().any(|(w, r)| {
        matches!(
            w,
            RiskWord::Named(RiskField::Si | RiskField::Hi | RiskField::Nssi)
        ) && r.start < name.range.start
    });
    words.in_company(&name.range)
        || (beside && denied)
        || (told.is_some() && denied && words.cue_beside(&name.range))
}

/// Whether ideation was told shortly before, and if so whether as present.
pub(super) fn told_before(risk: &Risk, cite: &Cite) -> Option<bool> {
    let near = |other: &Cite| {
        if other.utterance == cite.utterance {
            // A name may stand within the phrase that tells the plan.
            other.span.start <= cite.span.end && other.span.end + BYTES > cite.span.start
        } else {
            other.utterance < cite.utterance && other.utterance + TURNS >= cite.utterance
        }
    };
    let mut said = [RiskField::Si, RiskField::Hi]
        .iter()
        .filter_map(|field| risk.said.get(field))
        .flatten()
        .filter(|(_, other)| near(other))
        .map(|(status, _)| *status != RiskStatus::Denied)
        .peekable();
    said.peek()?;
    Some(said.any(|present| present))
}

/// "Nothing since", said of a risk of the past that was just told.
fn since(words: &RiskWords<'_>, cite: &impl Fn(usize, usize) -> Cite, into: &mut Risk) {
    let Some(range) = words.places(RiskWord::Since).next() else {
        return;
    };
    let here = cite(range.start, range.end);
    let near = |past: &Cite| {
        past.utterance == here.utterance
            && past.span.end <= here.span.start
            && here.span.start - past.span.end <= SINCE
    };
    let ended: Vec<(RiskField, Cite)> = into
        .past
        .iter()
        .filter(|(_, past)| near(past))
        .cloned()
        .collect();
    for (field, past) in ended {
        let span = past.span.start..here.span.end;
        into.say(field, RiskStatus::Denied, Cite::of(past.utterance, span));
    }
}

/// Whether a risk is named before the first person of the clause who is not the client: "denies SI,
/// his individual therapist …".
#[must_use]
pub fn named_before_subject(marks: &[Mark]) -> bool {
    use crate::reading::lexicon::CueKind::{SubjectProvider, SubjectRelative};
    let risk = marks
        .iter()
        .filter(|m| matches!(m.what, Sense::Risk(RiskWord::Named(_))))
        .map(|m| m.words.start)
        .min();
    let other = marks
        .iter()
        .filter(|m| matches!(m.what, Sense::Cue(SubjectRelative | SubjectProvider, _)))
        .map(|m| m.words.start)
        .min();
    matches!((risk, other), (Some(risk), Some(other)) if risk < other)
}

/// How many bytes may lie between a question that is told and its answer.
const ANSWER_REACH: usize = 80;

/// Reads a told answer to a told question: "I asked about suicidal thoughts, and she said no."
pub fn read_told_answer(
    script: &Script,
    place: usize,
    clause: &std::ops::Range<usize>,
    marks: &[Mark],
    into: &mut Risk,
) {
    let utterance = &script.utterances[place];
    let words = &utterance.words[clause.clone()];
    let names = |m: &Mark| matches!(m.what, Sense::Risk(RiskWord::Named(_)));
    let said = |verbs: &[&str], what: &[&str]| {
        words.windows(2).any(|pair| {
            verbs.contains(&pair[0].lower.as_str()) && what.contains(&pair[1].lower.as_str())
        })
    };
    let shook = words
        .windows(3)
        .any(|w| w[0].lower == "shook" && w[2].lower == "head");
    let denied = said(
        &["said", "says", "answered"],
        &["no", "none", "never", "nope"],
    ) || shook
        || said(&["not"], &["at"]) && said(&["at"], &["all"])
        || said(
            &["denied", "denies"],
            &["it", "any", "that", "this", "both", "them", "all"],
        )
        || words
            .last()
            .is_some_and(|w| matches!(w.lower.as_str(), "denied" | "denies"))
        || said(&["no"], &["to", "twice"])
            && said(&["to", "twice"], &["that", "both", "it", "all"])
        || bare_no(words);
    let affirmed = said(&["said", "says", "answered"], &["yes", "yeah"]);
    if denied == affirmed || marks.iter().any(names) {
        return;
    }
    let span = utterance.span(clause);
    let near = |cite: &Cite| {
        cite.utterance == place
            && cite.span.end <= span.start
            && span.start - cite.span.end <= ANSWER_REACH
    };
    let asked: Vec<(RiskField, Cite)> = into
        .signals
        .iter()
        .filter(|(_, cite)| near(cite))
        .cloned()
        .collect();
    into.signals.retain(|(_, cite)| !near(cite));
    for (field, cite) in asked {
        let status = match field {
            _ if denied => RiskStatus::Denied,
            RiskField::Si => RiskStatus::Active,
            _ => RiskStatus::Present,
        };
        into.say(field, status, Cite::of(place, cite.span.start..span.end));
    }
}

/// Takes in the levels that are stated.
pub(super) fn level(words: &RiskWords<'_>, cite: &impl Fn(usize, usize) -> Cite, into: &mut Risk) {
    for (word, range) in words.all() {
        let RiskWord::Level(level) = word else {
            continue;
        };
        let other = words
            .places(RiskWord::NotRisk)
            .any(|r| r.start < range.end && range.start < r.end);
        if !other && !words.supposed(range) && words.is_level(range) {
            let (level, end) = words.mended(*level, range.end);
            into.level.push((level, cite(range.start, end)));
        }
    }
}

/// Whether a word tells of an injury that was done.
fn is_deed(word: &str) -> bool {
    matches!(
        word,
        "scratched" | "burned" | "burnt" | "one" | "two" | "three"
    )
}

/// Whether a clause is a no and nothing else: "Asked about suicide. No, none."
fn bare_no(words: &[Word]) -> bool {
    const NO: &[&str] = &["no", "none", "neither", "never", "nope", "nothing"];
    const BESIDE: &[&str] = &[
        "not",
        "at",
        "all",
        "god",
        "absolutely",
        "flatly",
        "firmly",
        "to",
        "both",
    ];
    let said = |list: &[&str], word: &Word| list.contains(&word.lower.as_str());
    words.iter().any(|w| said(NO, w))
        && words
            .iter()
            .all(|w| said(NO, w) || said(BESIDE, w) || w.is_filler())
}

#[cfg(test)]
mod tests;
