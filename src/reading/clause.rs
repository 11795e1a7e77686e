//! Clauses: the stretches of a sentence that have one subject and say one thing, each with the cues
//! that were found in it.

use std::ops::Range;

use crate::reading::clause_words::{governs, is_preposition, leads};
use crate::reading::lexicon::{CueKind, Lexicon, Mark, Reach, Sense};
use crate::reading::{no_cue, risk_words};
use crate::transcript::script::{Break, ScriptUtterance, Sentence, Word};

/// Whose doing a clause tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The clinician who speaks.
    Clinician,
    /// The client.
    Client,
    /// Somebody of the client's life.
    Relative,
    /// Another professional.
    Provider,
    /// None was said, as in telegraphic notes.
    Unsaid,
}

/// A clause of a sentence. Ranges are words of the utterance.
#[derive(Clone, Debug)]
pub struct Clause {
    /// Place of its utterance in the script.
    pub utterance: usize,
    /// Place of its sentence in the utterance.
    pub sentence: usize,
    /// Its words.
    pub words: Range<usize>,
    /// Whose doing it tells of.
    pub subject: Subject,
    /// Whether the clause itself names its subject, rather than the clause before it.
    pub own_subject: bool,
    /// Lexicon phrases that begin in it, in order.
    pub marks: Vec<Mark>,
}

impl Clause {
    /// The cues of one kind.
    pub fn cues(&self, kind: CueKind) -> impl Iterator<Item = &Mark> {
        self.marks
            .iter()
            .filter(move |mark| matches!(mark.what, Sense::Cue(k, _) if k == kind))
    }

    /// Whether it has a cue of this kind.
    #[must_use]
    pub fn has(&self, kind: CueKind) -> bool {
        self.cues(kind).next().is_some()
    }
}

/// Splits a sentence into clauses. `unpunctuated` tells that the speaker's recogniser wrote no
/// punctuation, so that a new subject with its verb is the only sign of a new clause.
#[must_use]
pub fn split(
    lexicon: &Lexicon,
    utterance: &ScriptUtterance,
    place: (usize, usize),
    sentence: &Sentence,
    unpunctuated: bool,
) -> Vec<Clause> {
    let range = sentence.words.clone();
    let words = &utterance.words[range.clone()];
    let mut marks = lexicon.marks(words);
    no_cue::drop(words, &mut marks);
    if unpunctuated {
        marks.extend(risk_words::overrunning(lexicon, utterance, &range));
    }
    let mut starts = vec![0];
    starts.extend(boundaries(words, &marks, unpunctuated));
    starts.sort_unstable();
    starts.dedup();
    let mut clauses: Vec<Clause> = Vec::with_capacity(starts.len());
    for (n, &start) in starts.iter().enumerate() {
        let end = starts.get(n + 1).copied().unwrap_or(words.len());
        let inside: Vec<Mark> = marks
            .iter()
            .filter(|m| (start..end).contains(&m.words.start))
            .map(|m| {
                // A phrase of risk keeps the words that it has, wherever a clause seems to begin.
                let whole = matches!(m.what, Sense::Risk(_));
                let last = if whole {
                    m.words.end
                } else {
                    m.words.end.min(end.max(m.words.start + 1))
                };
                Mark {
                    what: m.what,
                    words: m.words.start + range.start..last + range.start,
                }
            })
            .collect();
        let own = subject(&utterance.words, &inside, start + range.start);
        let anew = unpunctuated && tells_of_doing(words, &marks, start);
        let before = clauses.last().map(|c| c.subject).filter(|_| !anew);
        clauses.push(Clause {
            utterance: place.0,
            sentence: place.1,
            words: start + range.start..end + range.start,
            subject: own.or(before).unwrap_or(Subject::Unsaid),
            own_subject: own.is_some(),
            marks: inside,
        });
    }
    clauses
}

/// Whether a clause opens with a verb of doing in the past and nothing ties it to the one before:
/// a clinician's telegraphic "taught box breathing", whoever the last clause was about.
fn tells_of_doing(words: &[Word], marks: &[Mark], start: usize) -> bool {
    is_past(&words[start].lower)
        && marks.iter().any(|m| {
            m.words.start == start
                && matches!(
                    m.what,
                    Sense::Act(_)
                        | Sense::Cue(
                            CueKind::Act | CueKind::Reviewed | CueKind::Attempted,
                            Reach::Forward
                        )
                )
        })
}

/// Words of the sentence at which a new clause begins.
fn boundaries(words: &[Word], marks: &[Mark], unpunctuated: bool) -> Vec<usize> {
    let mut starts: Vec<usize> = (1..words.len())
        .filter(|&at| words[at].break_before == Break::Clause)
        .collect();
    let joined: Vec<usize> = marks
        .iter()
        .filter(|m| matches!(m.what, Sense::Cue(CueKind::Joins, _)))
        .map(|m| m.words.end)
        .collect();
    let timed = |at: usize, starts: &[usize]| {
        marks.iter().any(|m| {
            m.words.end == at
                && matches!(m.what, Sense::Cue(CueKind::Ahead | CueKind::Historical, _))
                && (m.words.start == 0 || starts.contains(&m.words.start))
        })
    };
    let inside_subject = |at: usize| {
        marks.iter().any(|m| {
            let names = matches!(
                m.what,
                Sense::Cue(CueKind::SubjectRelative | CueKind::SubjectProvider, _)
            );
            names && m.words.start < at && at < m.words.end
        })
    };
    for mark in marks {
        let at = mark.words.start;
        if inside_subject(at) {
            continue;
        }
        match mark.what {
            Sense::Cue(CueKind::Terminator, _) if at > 0 => {
                let contrast = matches!(
                    words[at].lower.as_str(),
                    "but"
                        | "however"
                        | "although"
                        | "though"
                        | "instead"
                        | "except"
                        | "yet"
                        | "whereas"
                );
                if contrast {
                    starts.push(at);
                }
            }
            Sense::Cue(CueKind::Starter, _) if at > 0 => {
                let mut first = at;
                while first > 1
                    && words[first].break_before == Break::None
                    && leads(&words[first - 1].lower)
                {
                    first -= 1;
                }
                let led = first < at && words[first].break_before < Break::Comma;
                let comma = words[first].break_before >= Break::Comma;
                if joined.contains(&first) && first == at && !comma {
                    continue;
                }
                if unpunctuated && (timed(first, &starts) || closes(words, &starts, first)) {
                    continue;
                }
                if led || comma || (unpunctuated && !governs(&words[first - 1].lower)) {
                    starts.push(first);
                }
            }
            // "Next week we start": the time belongs to what follows it.
            what if unpunctuated && at > 0 && !joined.contains(&at) && !timed(at, &starts) => {
                starts.extend(unmarked(words, what, at));
            }
            _ => {}
        }
    }
    if unpunctuated {
        starts.retain(|&at| !wants_object(words, marks, at));
    }
    starts
}

/// Whether "next session" ends what the speaker is about to do ("we start on sleep next session"),
/// rather than beginning something new.
fn closes(words: &[Word], starts: &[usize], at: usize) -> bool {
    let since = starts
        .iter()
        .copied()
        .filter(|&s| s < at)
        .max()
        .unwrap_or(0);
    let said = &words[since..at];
    words[at].lower == "next"
        && said
            .iter()
            .any(|w| matches!(w.lower.as_str(), "i" | "we" | "i'll" | "we'll"))
        && !said
            .iter()
            .any(|w| is_past(&w.lower) || matches!(w.lower.as_str(), "was" | "were"))
}

/// Whether a refusal before this word still wants the thing that was refused: "did not want | the".
fn wants_object(words: &[Word], marks: &[Mark], at: usize) -> bool {
    matches!(
        words[at].lower.as_str(),
        "the" | "a" | "an" | "her" | "his" | "their" | "any" | "another" | "to"
    ) && marks.iter().any(|m| {
        let refuses = matches!(
            m.what,
            Sense::Cue(CueKind::Declined | CueKind::Negated, Reach::Forward)
        );
        refuses && m.words.end == at
    })
}

/// Where a clause begins that no punctuation marks: at a subject pronoun, or at a verb of doing in
/// the past that has no subject before it.
fn unmarked(words: &[Word], what: Sense, at: usize) -> Option<usize> {
    let word = words[at].lower.as_str();
    let begins = match what {
        Sense::Cue(CueKind::SubjectClient | CueKind::SubjectClinician, _) => {
            matches!(word, "i" | "we" | "he" | "she" | "they")
        }
        Sense::Cue(
            CueKind::Act
            | CueKind::Reviewed
            | CueKind::Attempted
            | CueKind::Declined
            | CueKind::Negated
            | CueKind::Report,
            Reach::Forward,
        )
        | Sense::Act(_) => is_past(word) && !governs(&words[at - 1].lower),
        Sense::Instrument(_) | Sense::Cue(CueKind::Opener, _) => {
            !governs(&words[at - 1].lower) && !leads(&words[at - 1].lower)
        }
        _ => false,
    };
    begins.then(|| {
        let led = leads(&words[at - 1].lower);
        if led { at - 1 } else { at }
    })
}

/// Whether a verb stands in the past tense.
#[must_use]
pub fn is_past(word: &str) -> bool {
    word.len() > 3 && word.ends_with("ed")
        || matches!(
            word,
            "did"
                | "taught"
                | "led"
                | "gave"
                | "ran"
                | "held"
                | "went"
                | "took"
                | "built"
                | "wrote"
                | "drew"
                | "made"
                | "began"
                | "set"
                | "met"
                | "told"
                | "spent"
                | "brought"
                | "denies"
                | "reports"
                | "states"
                | "says"
                | "endorses"
                | "said"
        )
}

/// The subject that a clause names: the first one before any verb of doing, telling or planning.
fn subject(words: &[Word], marks: &[Mark], start: usize) -> Option<Subject> {
    let verb = marks
        .iter()
        .filter(|m| {
            matches!(
                m.what,
                Sense::Cue(
                    CueKind::Act | CueKind::Reviewed | CueKind::Attempted | CueKind::Declined,
                    Reach::Forward
                ) | Sense::Act(_)
            )
        })
        .map(|m| m.words.start)
        .min()
        .unwrap_or(start + 6);
    let of = |mark: &Mark| match mark.what {
        Sense::Cue(CueKind::SubjectClinician, _) => Some(Subject::Clinician),
        Sense::Cue(CueKind::SubjectClient, _) => Some(Subject::Client),
        Sense::Cue(CueKind::SubjectRelative, _) => Some(Subject::Relative),
        Sense::Cue(CueKind::SubjectProvider, _) => Some(Subject::Provider),
        _ => None,
    };
    let first = marks
        .iter()
        .filter_map(|m| of(m).map(|s| (m.words.start, usize::MAX - m.words.len(), s)))
        .filter(|(at, _, _)| *at <= verb.min(start + 6))
        .filter(|(at, _, _)| *at == start || !is_preposition(&words[at - 1].lower))
        .min_by_key(|(at, length, _)| (*at, *length));
    if let Some((_, _, subject)) = first {
        return Some(subject);
    }
    let implied = marks
        .iter()
        .any(|m| m.words.start <= start + 1 && matches!(m.what, Sense::Cue(CueKind::Report, _)));
    implied.then_some(Subject::Client)
}
