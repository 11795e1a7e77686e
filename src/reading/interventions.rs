//! Which techniques were used, and which were only planned, declined or talked of.
//!
//! A technique's name (or a phrase that says the act) gets its status from the cues of its own
//! clause, by the reach of each cue, in the order of `status`.

use std::collections::HashSet;
use std::ops::Range;

use serde::Serialize;

use crate::reading::Cite;
use crate::reading::clause::{Clause, Subject, is_past};
use crate::reading::lexicon::{Context, CueKind, EmdrPhase, Lexicon, Mark, Reach, Sense};
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
}

/// A name or act of a technique in a clause.
struct Hit {
    intervention: usize,
    words: Range<usize>,
    how: How,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Term,
    Weak,
    Act,
    Talk,
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
#[must_use]
pub fn read(lexicon: &Lexicon, script: &Script, clause: &Clause, around: Around) -> Vec<Tag> {
    let hits = hits(lexicon, script, clause, around);
    let utterance = &script.utterances[clause.utterance];
    let independent = independent_acts(script, clause);
    hits.into_iter()
        .filter_map(|hit| {
            let decision = status(
                lexicon,
                clause,
                &hit,
                around,
                &independent,
                utterance.speaker,
            )?;
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
                cite: Cite::of(clause.utterance, utterance.span(&(start..end))),
            })
        })
        .collect()
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
    hits.into_iter()
        .zip(keep)
        .filter_map(|(hit, keep)| keep.then_some(hit))
        .collect()
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
            past && fresh
        })
        .collect()
}

struct Decision {
    status: Status,
    confidence: f32,
    /// First word of the cue that decided, and one past its last.
    from: Option<usize>,
    to: Option<usize>,
}

impl Decision {
    fn by(status: Status, cue: &Mark) -> Self {
        Self {
            status,
            confidence: 0.9,
            from: Some(cue.words.start),
            to: Some(cue.words.end),
        }
    }

    fn bare(status: Status, confidence: f32) -> Self {
        Self {
            status,
            confidence,
            from: None,
            to: None,
        }
    }
}

/// Status cues that reach along a clause, with what each says.
const REACHING: &[(CueKind, Status)] = &[
    (CueKind::Declined, Status::Declined),
    (CueKind::Negated, Status::Negated),
    (CueKind::Assigned, Status::Assigned),
    (CueKind::Planned, Status::Planned),
    (CueKind::Attempted, Status::Attempted),
    (CueKind::Reviewed, Status::Reviewed),
];

/// The cue with this reach that speaks of the hit: the last one before it that no new verb of
/// doing cuts off, or the first one after it.
fn reaching<'a>(
    clause: &'a Clause,
    hit: &Hit,
    reach: Reach,
    independent: &[usize],
) -> Option<(&'a Mark, Status)> {
    let of = |mark: &'a Mark| {
        REACHING
            .iter()
            .find(|(kind, _)| mark.what == Sense::Cue(*kind, reach))
            .map(|(_, s)| (mark, *s))
    };
    let cut = |cue: &Mark| {
        independent.iter().any(|&at| {
            if reach == Reach::Forward {
                cue.words.start < at && at <= hit.words.start && !cue.words.contains(&at)
            } else {
                hit.words.start < at && at < cue.words.start
            }
        })
    };
    let found = clause
        .marks
        .iter()
        .filter_map(of)
        .filter(|(cue, _)| !cut(cue));
    if reach == Reach::Forward {
        found
            .filter(|(cue, _)| cue.words.start <= hit.words.start)
            .max_by_key(|(cue, status)| (strength(*status), cue.words.start))
    } else {
        found
            .filter(|(cue, _)| cue.words.start >= hit.words.start)
            .max_by_key(|(cue, status)| (strength(*status), std::cmp::Reverse(cue.words.start)))
    }
}

/// Which of two cues that both reach decides.
fn strength(status: Status) -> u8 {
    match status {
        Status::Declined => 5,
        Status::Negated => 4,
        Status::Assigned | Status::Planned => 3,
        Status::Attempted => 2,
        _ => 1,
    }
}

fn status(
    lexicon: &Lexicon,
    clause: &Clause,
    hit: &Hit,
    around: Around,
    independent: &[usize],
    speaker: Speaker,
) -> Option<Decision> {
    let id = lexicon.interventions[hit.intervention].id.as_str();
    let wide = |kind| clause.cues(kind).next();
    let with_others =
        id.starts_with("cm.") || id.starts_with("adv.") || id.starts_with("supervision");
    let forward = reaching(clause, hit, Reach::Forward, independent);
    let backward = reaching(clause, hit, Reach::Backward, independent);
    let subject = match (around.mode, speaker) {
        (Mode::Session, Speaker::Clinician | Speaker::Unknown) => Subject::Clinician,
        (Mode::Session, _) if clause.subject == Subject::Clinician => Subject::Client,
        _ => clause.subject,
    };
    if hit.how == How::Talk {
        return Some(Decision::bare(Status::Performed, 0.8));
    }
    let other = clause.subject == Subject::Provider
        || (!with_others && wide(CueKind::OtherProvider).is_some());
    if let Some(cue) = wide(CueKind::Historical)
        && forward.is_none_or(|(_, s)| !matches!(s, Status::Planned | Status::Reviewed))
        && subject != Subject::Clinician
    {
        return Some(Decision::by(Status::Historical, cue));
    }
    if other && !independent.contains(&hit.words.start) && subject != Subject::Clinician {
        return Some(Decision::bare(Status::OtherProvider, 0.8));
    }
    let decided = [forward, backward]
        .into_iter()
        .flatten()
        .max_by_key(|(_, status)| strength(*status));
    if let Some((cue, status)) = decided
        && strength(status) >= 4
    {
        return Some(Decision::by(status, cue));
    }
    if let Some(cue) = wide(CueKind::Hypothetical)
        && cue.words.start <= hit.words.start
        && !independent
            .iter()
            .any(|&at| cue.words.start < at && at <= hit.words.start)
    {
        return Some(Decision::by(Status::Hypothetical, cue));
    }
    if let Some((cue, status)) = decided
        && strength(status) == 3
    {
        return Some(Decision::by(by_agent(status, subject), cue));
    }
    if around.section == Some(SectionKind::Plan) {
        return Some(Decision::bare(by_agent(Status::Planned, subject), 0.7));
    }
    match subject {
        Subject::Client | Subject::Relative | Subject::Provider => client(clause, hit),
        Subject::Clinician | Subject::Unsaid => {
            if let Some((cue, status)) = decided {
                return Some(Decision::by(status, cue));
            }
            clinician(clause, hit, around, subject)
        }
    }
}

/// A client who is to do something has an assignment; a clinician who is to, a plan.
fn by_agent(status: Status, subject: Subject) -> Status {
    match (status, subject) {
        (Status::Planned, Subject::Client | Subject::Relative) => Status::Assigned,
        (other, _) => other,
    }
}

/// A technique in a clause about the client: a skill that the client used, or a mere mention.
fn client(clause: &Clause, hit: &Hit) -> Option<Decision> {
    let verb = clause
        .cues(CueKind::Act)
        .filter(|cue| cue.words.start <= hit.words.start)
        .max_by_key(|cue| cue.words.start);
    if clause.has(CueKind::InSession) && verb.is_some() {
        return Some(Decision::bare(Status::Performed, 0.6));
    }
    match (verb, hit.how) {
        (Some(cue), _) => Some(Decision {
            to: None,
            confidence: if clause.has(CueKind::ClientUse) {
                0.9
            } else {
                0.7
            },
            ..Decision::by(Status::ClientUse, cue)
        }),
        (None, How::Act) => Some(Decision::bare(Status::ClientUse, 0.6)),
        (None, _) => None,
    }
}

/// A technique in a clause about the clinician, or without a subject.
fn clinician(clause: &Clause, hit: &Hit, around: Around, subject: Subject) -> Option<Decision> {
    if hit.how == How::Act {
        return Some(Decision::bare(Status::Performed, 0.9));
    }
    let before = clause
        .cues(CueKind::Act)
        .filter(|cue| cue.words.start <= hit.words.start)
        .max_by_key(|cue| cue.words.start);
    if let Some(cue) = before {
        return Some(Decision {
            to: None,
            ..Decision::by(Status::Performed, cue)
        });
    }
    let after = clause
        .cues(CueKind::Act)
        .find(|cue| cue.words.start >= hit.words.start);
    if let Some(cue) = after
        && subject == Subject::Unsaid
    {
        return Some(Decision {
            from: None,
            ..Decision::by(Status::Performed, cue)
        });
    }
    let listed = around.section == Some(SectionKind::Intervention)
        || (around.emdr
            && clause.marks.iter().any(
                |m| matches!(m.what, Sense::Cue(CueKind::Phase(p), _) if p != EmdrPhase::History),
            ));
    let told = clause.has(CueKind::Report) || clause.has(CueKind::Observation);
    let term = hit.how == How::Term;
    (term && !told && around.mode == Mode::Dictation && (listed || subject == Subject::Unsaid))
        .then(|| Decision::bare(Status::Performed, if listed { 0.7 } else { 0.5 }))
}
