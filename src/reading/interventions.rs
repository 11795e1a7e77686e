//! Which techniques were used, and which were only planned, declined or talked of.
//!
//! A technique's name (or a phrase that says the act) gets its status from the cues of its own
//! clause, by the reach of each cue, in the order of `status`.

use std::collections::HashSet;
use std::ops::Range;

use serde::Serialize;

use crate::reading::Cite;
use crate::reading::alike::{alike, is_unlike};
use crate::reading::clause::{Clause, Subject, is_past};
use crate::reading::details::Details;
use crate::reading::lexicon::{Context, CueKind, Lexicon, Mark, Sense};
use crate::reading::likeness::Heard;
use crate::reading::retests;
use crate::reading::status::{self, Scene};
use crate::session::{Mode, Speaker};
use crate::transcript::script::{Break, Script};

/// What became of a technique.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are those of the note document")]
pub enum Status {
    Performed,
    Attempted,
    Reviewed,
    Assigned,
    Planned,
    Declined,
    Negated,
    Historical,
    Hypothetical,
    ClientUse,
    OtherProvider,
}

impl Status {
    /// The status of a name in the note document.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "performed" => Self::Performed,
            "attempted" => Self::Attempted,
            "reviewed" => Self::Reviewed,
            "assigned" => Self::Assigned,
            "planned" => Self::Planned,
            "declined" => Self::Declined,
            "negated" => Self::Negated,
            "historical" => Self::Historical,
            "hypothetical" => Self::Hypothetical,
            "client_use" => Self::ClientUse,
            "other_provider" => Self::OtherProvider,
            _ => return None,
        })
    }

    /// Whether a technique with this status was used in this session.
    #[must_use]
    pub fn is_used(self) -> bool {
        matches!(self, Self::Performed | Self::Attempted | Self::Reviewed)
    }
}

/// Whose technique it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are those of the note document")]
pub enum Agent {
    Clinician,
    Client,
    OtherProvider,
}

/// A technique that was spoken of.
#[derive(Clone, Debug)]
pub struct Tag {
    /// Place in the lexicon's list of interventions.
    pub intervention: usize,
    /// What became of it.
    pub status: Status,
    /// Who did it, or is to.
    pub agent: Agent,
    /// How sure the reading is, 0 to 1.
    pub confidence: f32,
    /// The words that say so.
    pub cite: Cite,
    /// What was said beside it.
    pub details: Details,
    /// What it was told by.
    pub why: Why,
}

/// What a tag was told by, for `explain`.
#[derive(Clone, Debug)]
pub struct Why {
    /// The words that name the technique or say the act.
    pub words: Range<usize>,
    /// How they do.
    pub how: How,
    /// The cue that told its status, where one did.
    pub cue: Option<Mark>,
    /// Whether the likeness of the words told its status.
    pub heard: bool,
    /// Techniques that the same words also name, and that this one beat.
    pub beat: Vec<usize>,
    /// How like the technique the clause sounds, 0 to 1.
    pub likely: f32,
}

/// A name or act of a technique in a clause.
pub(super) struct Hit {
    pub(super) intervention: usize,
    pub(super) words: Range<usize>,
    pub(super) how: How,
    /// Techniques that it beat.
    pub(super) beat: Vec<usize>,
}

/// How words tell of a technique.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// They name it.
    Term,
    /// They are everyday words that may name it.
    Weak,
    /// They say the act.
    Act,
    /// They are what a clinician says aloud while doing it.
    Talk,
    /// They are like what is said of it, though the lexicon does not know them.
    Like,
}

/// What the reader knows around a clause.
#[derive(Clone, Copy)]
pub struct Around {
    /// Dictation or session.
    pub mode: Mode,
    /// Whether EMDR is the matter of the note or of the utterance.
    pub emdr: bool,
    /// Whether the clause stands in a section that a spoken header opened, and which.
    pub section: Option<SectionKind>,
    /// Whether the sentence before was about what is to come.
    pub after_plan: bool,
}

/// What a spoken section header says of the techniques under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionKind {
    /// Plan: what is to come.
    Plan,
    /// Interventions: what was done.
    Intervention,
}

/// The techniques of one clause.
pub(super) fn read(
    lexicon: &Lexicon,
    script: &Script,
    clause: &Clause,
    around: Around,
    heard: &Heard,
) -> Vec<Tag> {
    let utterance = &script.utterances[clause.utterance];
    let independent = independent_acts(script, clause);
    let scene = Scene {
        lexicon,
        script,
        clause,
        around,
        independent: &independent,
        heard,
    };
    let mut hits = hits(lexicon, script, clause, around);
    // Beside another technique an act is not expected to sound like the whole clause.
    if hits.len() == 1 {
        hits.retain(|hit| !is_unlike(lexicon, hit, heard));
    }
    hits.extend(alike(lexicon, clause, &hits, around, heard));
    let retest = retests::named(lexicon, &utterance.words, clause, &hits)
        .filter(|_| around.mode == Mode::Dictation);
    let only_named = hits.len();
    let mut tags: Vec<Tag> = hits
        .into_iter()
        .chain(retest)
        .enumerate()
        .filter_map(|(n, hit)| {
            let mut decision = status::decide(&scene, &hit)?;
            if n >= only_named {
                decision.status = retests::settled(decision.status)?;
            }
            let start = decision
                .from
                .map_or(hit.words.start, |at| at.min(hit.words.start));
            let end = decision
                .to
                .map_or(hit.words.end, |at| at.max(hit.words.end));
            Some(Tag {
                intervention: hit.intervention,
                status: decision.status,
                agent: agent(decision.status, clause.subject),
                confidence: decision.confidence,
                details: Details::default(),
                why: Why {
                    words: hit.words.clone(),
                    how: hit.how,
                    cue: decision.cue,
                    heard: decision.heard,
                    beat: hit.beat.clone(),
                    likely: heard
                        .probability(&lexicon.interventions[hit.intervention].id)
                        .unwrap_or_default(),
                },
                cite: decision
                    .cite
                    .unwrap_or_else(|| Cite::of(clause.utterance, utterance.span(&(start..end)))),
            })
        })
        .collect();
    named_tasks(lexicon, &mut tags);
    tags
}

/// Where a task is a technique of the taxonomy, that id says it all.
fn named_tasks(lexicon: &Lexicon, tags: &mut Vec<Tag>) {
    let plain = |tag: &Tag| lexicon.interventions[tag.intervention].id == "homework.assign";
    if tags
        .iter()
        .any(|tag| tag.status == Status::Assigned && !plain(tag))
    {
        tags.retain(|tag| !plain(tag));
    }
}

fn agent(status: Status, subject: Subject) -> Agent {
    match status {
        Status::ClientUse => Agent::Client,
        Status::OtherProvider => Agent::OtherProvider,
        Status::Historical if subject == Subject::Provider => Agent::OtherProvider,
        _ => Agent::Clinician,
    }
}

/// Names and acts that count in the clause: outside traps, and of overlapping ones the longest.
fn hits(lexicon: &Lexicon, script: &Script, clause: &Clause, around: Around) -> Vec<Hit> {
    let speaker = script.utterances[clause.utterance].speaker;
    let traps: HashSet<(u16, usize)> = clause
        .marks
        .iter()
        .filter_map(|m| match m.what {
            Sense::Trap(n) => Some((n, m.words.clone())),
            _ => None,
        })
        .flat_map(|(n, words)| words.map(move |w| (n, w)))
        .collect();
    let mut hits: Vec<Hit> = clause
        .marks
        .iter()
        .filter_map(|mark| {
            let (n, how) = match mark.what {
                Sense::Term(n) => (n, How::Term),
                Sense::Weak(n) => (n, How::Weak),
                Sense::Act(n) => (n, How::Act),
                Sense::Talk(n) if around.mode == Mode::Session && speaker == Speaker::Clinician => {
                    (n, How::Talk)
                }
                _ => return None,
            };
            let emdr_wanted = lexicon.interventions[n as usize].needs == Some(Context::Emdr);
            let trapped = mark.words.clone().any(|w| traps.contains(&(n, w)));
            (!trapped && (!emdr_wanted || around.emdr)).then(|| Hit {
                intervention: n as usize,
                words: mark.words.clone(),
                how,
                beat: Vec::new(),
            })
        })
        .collect();
    hits.sort_by_key(|hit| (hit.words.start, std::cmp::Reverse(hit.words.len())));
    prune(lexicon, hits)
}

/// Of hits that share words, keeps the longest, and the more specific of a family; of the family
/// itself and its members in one clause, the members.
fn prune(lexicon: &Lexicon, hits: Vec<Hit>) -> Vec<Hit> {
    let family = |hit: &Hit| lexicon.interventions[hit.intervention].family();
    let is_family = |hit: &Hit| !lexicon.interventions[hit.intervention].id.contains('.');
    let loses = |hit: &Hit, other: &Hit| {
        let same = hit.intervention == other.intervention;
        let overlap = hit.words.start < other.words.end && other.words.start < hit.words.end;
        if same {
            return overlap
                && (hit.words.len() < other.words.len()
                    || (hit.words == other.words && (hit.how as u8) < (other.how as u8)));
        }
        let parent = is_family(hit) && !is_family(other) && family(hit) == family(other);
        let inside = other.words.start <= hit.words.start && hit.words.end <= other.words.end;
        parent || (overlap && inside && hit.words.len() < other.words.len())
    };
    let keep: Vec<bool> = hits
        .iter()
        .enumerate()
        .map(|(n, hit)| {
            !hits
                .iter()
                .enumerate()
                .any(|(m, other)| m != n && loses(hit, other))
        })
        .collect();
    let beaten: Vec<(usize, Range<usize>)> = hits
        .iter()
        .zip(&keep)
        .filter(|(_, keep)| !**keep)
        .map(|(hit, _)| (hit.intervention, hit.words.clone()))
        .collect();
    let mut kept: Vec<Hit> = hits
        .into_iter()
        .zip(keep)
        .filter_map(|(hit, keep)| keep.then_some(hit))
        .collect();
    for hit in &mut kept {
        let touches =
            |words: &Range<usize>| words.start < hit.words.end && hit.words.start < words.end;
        hit.beat = beaten
            .iter()
            .filter(|(other, words)| *other != hit.intervention && touches(words))
            .map(|(other, _)| *other)
            .collect();
        hit.beat.dedup();
    }
    kept
}

/// Verbs of doing that start anew after "and", a comma or a subject, in the past tense: a cue
/// before them no longer reaches what follows ("did not do the container and practised grounding").
fn independent_acts(script: &Script, clause: &Clause) -> Vec<usize> {
    let words = &script.utterances[clause.utterance].words;
    clause
        .marks
        .iter()
        .filter(|m| matches!(m.what, Sense::Cue(CueKind::Act, _) | Sense::Act(_)))
        .map(|m| m.words.start)
        .filter(|&at| {
            let past = is_past(&words[at].lower);
            let fresh = at == clause.words.start
                || words[at].break_before >= Break::Comma
                || matches!(
                    words[at - 1].lower.as_str(),
                    "and" | "then" | "i" | "we" | "also" | "she" | "he" | "they" | "client"
                );
            past && fresh && !is_to_come(script, clause, at)
        })
        .collect()
}

/// Whether a verb whose past is no other word than its base stands after a time to come: "next week we
/// set up".
fn is_to_come(script: &Script, clause: &Clause, at: usize) -> bool {
    let words = &script.utterances[clause.utterance].words;
    matches!(
        words[at].lower.as_str(),
        "set" | "put" | "cut" | "let" | "read"
    ) && clause
        .cues(CueKind::Ahead)
        .any(|time| time.words.end + 1 == at || time.words.end == at)
}
