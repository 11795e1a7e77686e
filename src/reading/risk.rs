//! Risk as it was said: each fact denied or present, and everything that nobody said not assessed.
//!
//! Never infers: a level stands only where it was dictated, and a sign of risk without an answer to
//! a question is no fact.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::reading::Cite;
use crate::reading::lexicon::{Mark, RiskWord, Sense};
use crate::transcript::script::{Script, Sentence};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
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
    let cite = |from: usize, to: usize| Cite::of(place, utterance.span(&(from..to)));
    let words: Vec<(RiskWord, std::ops::Range<usize>)> = marks
        .iter()
        .filter_map(|m| {
            if let Sense::Risk(word) = m.what {
                Some((word, m.words.clone()))
            } else {
                None
            }
        })
        .collect();
    level(&words, &cite, into);
    if told.of_another {
        return;
    }
    let company = |at: usize| {
        words
            .iter()
            .any(|(w, r)| *w == RiskWord::Company && r.contains(&at))
    };
    let ideation = |at: usize| {
        words.iter().any(|(w, r)| {
            matches!(
                w,
                RiskWord::Named(RiskField::Si | RiskField::Hi | RiskField::Nssi)
            ) && r.start < at
        })
    };
    let mut named: Vec<(RiskField, std::ops::Range<usize>)> = words
        .iter()
        .filter_map(|(w, r)| {
            if let RiskWord::Named(f) = w {
                Some((*f, r.clone()))
            } else {
                None
            }
        })
        .collect();
    let inside = |word: RiskWord, range: &std::ops::Range<usize>| {
        words
            .iter()
            .any(|(w, r)| *w == word && r.start <= range.start && range.start < r.end)
    };
    named.retain(|(field, range)| {
        // "No plan to hurt himself" speaks of a plan, and not of self-harm.
        let of_plan = !matches!(field, RiskField::Plan | RiskField::Intent)
            && words.iter().any(|(w, r)| {
                *w == RiskWord::Company && r.start < range.start && range.start < r.end
            });
        !inside(RiskWord::Aside, range) && !of_plan
    });
    named.sort_by_key(|(_, r)| (r.start, std::cmp::Reverse(r.end)));
    let mut reached: BTreeMap<RiskField, usize> = BTreeMap::new();
    for (field, range) in named {
        if reached
            .insert(field, range.end)
            .is_some_and(|end| end > range.start)
        {
            continue;
        }
        let negated = polarity(&words, field, &range, sentence.words.start);
        let aside = matches!(field, RiskField::Plan | RiskField::Intent)
            && !company(range.start)
            && !(ideation(range.start) && matches!(negated, Some((true, _))));
        // "She scratched her forearm" needs no other word to be so.
        let done = field == RiskField::Nssi && is_deed(&utterance.words[range.start].lower);
        let Some((denied, cue)) = negated.or(done.then(|| (false, range.clone()))) else {
            if !matches!(field, RiskField::Plan | RiskField::Intent) {
                into.signals.push((field, cite(range.start, range.end)));
            }
            continue;
        };
        let past = words.iter().any(|(w, r)| {
            *w == RiskWord::Past && r.start + 6 > range.start && r.start < range.end + 6
        });
        // Self-injury of the past, and none since, is denied.
        let none_since = field == RiskField::Nssi
            && words
                .iter()
                .any(|(w, r)| *w == RiskWord::NoneSince && r.start >= range.end);
        let denied = denied || none_since;
        if aside || (past && !denied) {
            continue;
        }
        let near = |wanted: RiskWord| {
            words
                .iter()
                .any(|(w, r)| *w == wanted && r.start + 5 > range.start && r.start < range.end + 5)
        };
        let status = match field {
            _ if denied => RiskStatus::Denied,
            RiskField::Si if near(RiskWord::Passive) => RiskStatus::Passive,
            RiskField::Si => RiskStatus::Active,
            _ => RiskStatus::Present,
        };
        into.say(
            field,
            status,
            cite(cue.start.min(range.start), cue.end.max(range.end)),
        );
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
    let denied = said(&["said", "says", "answered"], &["no", "none", "never"])
        || said(
            &["denied", "denies"],
            &["it", "any", "that", "this", "both", "them", "all"],
        )
        || words
            .last()
            .is_some_and(|w| matches!(w.lower.as_str(), "denied" | "denies"));
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
pub(super) fn level(
    words: &[(RiskWord, std::ops::Range<usize>)],
    cite: &impl Fn(usize, usize) -> Cite,
    into: &mut Risk,
) {
    for (word, range) in words {
        let RiskWord::Level(level) = word else {
            continue;
        };
        let other = words
            .iter()
            .any(|(w, r)| *w == RiskWord::NotRisk && r.start < range.end && range.start < r.end);
        if !other {
            into.level.push((*level, cite(range.start, range.end)));
        }
    }
}

/// Whether the name at `range` is denied or present, and by which words; nothing where neither was
/// said of it.
fn polarity(
    words: &[(RiskWord, std::ops::Range<usize>)],
    field: RiskField,
    range: &std::ops::Range<usize>,
    start: usize,
) -> Option<(bool, std::ops::Range<usize>)> {
    let after_end = words
        .iter()
        .filter(|(w, r)| *w == RiskWord::End && r.end <= range.start)
        .map(|(_, r)| r.start)
        .max()
        .unwrap_or(start);
    let before = words
        .iter()
        .filter(|(w, r)| {
            matches!(w, RiskWord::Denied | RiskWord::Present)
                && r.start >= after_end
                // "not wanting to be alive" is a name, and its "not" no denial; "no HI" is both.
                && (r.start < range.start
                    || (r.start == range.start
                        && (field == RiskField::Hi || *w == RiskWord::Present)))
                && r.end <= range.end
        })
        .max_by_key(|(w, r)| {
            (
                *w == RiskWord::Denied && r.start + 14 > range.start,
                r.start,
            )
        });
    if let Some((word, cue)) = before {
        return Some((*word == RiskWord::Denied, cue.clone()));
    }
    words
        .iter()
        .find(|(w, r)| {
            *w == RiskWord::DeniedAfter && r.start >= range.end && r.start < range.end + 6
        })
        .map(|(_, cue)| (true, cue.clone()))
}

/// Whether a word tells of an injury that was done.
fn is_deed(word: &str) -> bool {
    matches!(
        word,
        "scratched" | "burned" | "burnt" | "one" | "two" | "three"
    )
}
