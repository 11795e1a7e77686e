//! The words of risk in a stretch of talk, and what they do to one another: how far a denial
//! reaches, what is only asked, feared or told of somebody else, and what is past.

use std::ops::Range;

use crate::reading::lexicon::{Lexicon, Mark, RiskWord, Sense};
use crate::reading::risk::{RiskField, RiskLevel};
use crate::transcript::script::{Break, ScriptUtterance, Word};

/// How many words before a name a denial may stand at most and still be its own.
const REACH: usize = 14;
/// How many words before a phrase with a verb of its own.
const VERB_REACH: usize = 8;
/// How many words a sign of the past, or of nothing since, may stand away.
const PAST_REACH: usize = 6;
const SINCE_REACH: usize = 16;

/// A name of a risk.
#[derive(Clone, Debug)]
pub(super) struct Name {
    /// What it names.
    pub(super) field: RiskField,
    /// Its words in the utterance.
    pub(super) range: Range<usize>,
    /// Whether it tells by itself.
    pub(super) manner: Manner,
}

/// How a phrase speaks of a risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Manner {
    /// It denies it by itself.
    Never,
    /// It tells it by itself, unless it is denied.
    Told,
    /// It names it.
    Named,
}

/// The words of risk in a stretch of an utterance.
pub(super) struct RiskWords<'a> {
    found: Vec<(RiskWord, Range<usize>)>,
    words: &'a [Word],
    start: usize,
}

impl<'a> RiskWords<'a> {
    /// Those among `marks`; the stretch begins at word `start` of `words`.
    pub(super) fn of(marks: &[Mark], words: &'a [Word], start: usize) -> Self {
        let all: Vec<(RiskWord, Range<usize>)> = marks
            .iter()
            .filter_map(|m| match m.what {
                Sense::Risk(word) => Some((word, m.words.clone())),
                _ => None,
            })
            .collect();
        let covered = |word: RiskWord, range: &Range<usize>| {
            all.iter()
                .any(|(w, r)| *w == word && r.start <= range.start && range.end <= r.end)
        };
        let found = all
            .iter()
            .filter(|(word, range)| *word != RiskWord::Denied || !covered(RiskWord::Pseudo, range))
            .cloned()
            .collect();
        Self {
            found,
            words,
            start,
        }
    }

    /// Every word with its place.
    pub(super) fn all(&self) -> &[(RiskWord, Range<usize>)] {
        &self.found
    }

    pub(super) fn places(&self, word: RiskWord) -> impl Iterator<Item = &Range<usize>> {
        self.found
            .iter()
            .filter(move |(w, _)| *w == word)
            .map(|(_, r)| r)
    }

    fn inside(&self, word: RiskWord, range: &Range<usize>) -> bool {
        self.places(word)
            .any(|r| r.start <= range.start && range.end <= r.end)
    }

    /// Whether plan or intent at `range` is told in words that only risk uses.
    pub(super) fn in_company(&self, range: &Range<usize>) -> bool {
        self.places(RiskWord::Company)
            .any(|r| r.contains(&range.start))
    }

    /// The names of risks, in order; of those that begin at the same word, the longest.
    pub(super) fn names(&self) -> Vec<Name> {
        let mut names: Vec<Name> = self
            .found
            .iter()
            .filter_map(|(word, range)| {
                let (field, manner) = match *word {
                    RiskWord::Named(field) => (field, Manner::Named),
                    RiskWord::Told(field) => (field, Manner::Told),
                    RiskWord::Never(field) => (field, Manner::Never),
                    _ => return None,
                };
                Some(Name {
                    field,
                    range: range.clone(),
                    manner,
                })
            })
            .filter(|name| !self.inside(RiskWord::Aside, &name.range) && !self.of_plan(name))
            .collect();
        names.sort_by_key(|n| (n.range.start, std::cmp::Reverse(n.range.end), n.manner));
        names
    }

    /// Whether it only tells what a plan or intent is about: "no plan to hurt himself".
    fn of_plan(&self, name: &Name) -> bool {
        !matches!(name.field, RiskField::Plan | RiskField::Intent)
            && self
                .places(RiskWord::Company)
                .any(|r| r.start < name.range.start && name.range.start < r.end)
    }

    /// Where the reach of a denial for the name at `range` begins.
    fn reach(&self, range: &Range<usize>) -> usize {
        self.places(RiskWord::End)
            .filter(|r| r.end <= range.start)
            .map(|r| r.start)
            .max()
            .unwrap_or(self.start)
    }

    /// Whether a name that begins at `start` is joined to what ends at `end`.
    pub(super) fn joined(&self, end: usize, start: usize) -> bool {
        let between = self.words.get(end..start).unwrap_or_default();
        between.len() <= 3
            && between
                .iter()
                .any(|w| matches!(w.lower.as_str(), "and" | "or"))
    }

    /// Whether a phrase states a level of risk: "mood low, risk unchanged" does not.
    pub(super) fn is_level(&self, range: &Range<usize>) -> bool {
        let words = &self.words[range.clone()];
        let leads = words.first().is_some_and(|w| {
            matches!(
                w.lower.as_str(),
                "low" | "lowish" | "moderate" | "medium" | "high" | "elevated" | "imminent"
            )
        });
        let broken = words.iter().skip(1).any(|w| w.break_before >= Break::Comma);
        !((leads && broken) || self.inside(RiskWord::Pseudo, range))
    }

    /// The level that was said last, and its end, where the speaker corrects it: "moderate, no, let me
    /// say low".
    pub(super) fn mended(&self, level: RiskLevel, end: usize) -> (RiskLevel, usize) {
        let after = self.words.get(end..).unwrap_or_default().iter().take(7);
        let mut corrects = false;
        for (at, word) in after.enumerate() {
            let named = match word.lower.as_str() {
                "low" => RiskLevel::Low,
                "moderate" | "medium" => RiskLevel::Moderate,
                "high" => RiskLevel::High,
                "imminent" => RiskLevel::Imminent,
                "no" | "sorry" | "actually" | "rather" | "correction" | "make" => {
                    corrects = true;
                    continue;
                }
                "wait" | "i" | "mean" | "that" | "let" | "me" | "us" | "say" | "call" | "it"
                | "scratch" | "to" => continue,
                _ if word.is_filler() => continue,
                _ => break,
            };
            if !corrects {
                break;
            }
            return (named, end + at + 1);
        }
        (level, end)
    }

    fn before(&self, word: RiskWord, range: &Range<usize>, reach: usize) -> bool {
        self.places(word)
            .any(|r| r.start < range.start && r.end + reach > range.start)
    }

    /// Whether a name is only feared, supposed, or told of somebody else.
    pub(super) fn supposed(&self, range: &Range<usize>) -> bool {
        self.before(RiskWord::If, range, 12) || self.of_other(range)
    }

    /// Whether a name is what the clinician asked about, taught or read.
    pub(super) fn asked(&self, range: &Range<usize>) -> bool {
        self.before(RiskWord::Asked, range, 5)
    }

    /// Whether somebody else is named before it, and the client not after them.
    fn of_other(&self, range: &Range<usize>) -> bool {
        self.places(RiskWord::Other)
            .filter(|r| r.end <= range.start && r.end + 6 > range.start)
            .any(|r| {
                let to_them = r.start.checked_sub(2).is_some_and(|at| {
                    self.words[at..r.start].iter().any(|w| {
                        matches!(w.lower.as_str(), "to" | "with" | "from" | "by" | "without")
                    })
                });
                !to_them
            })
    }

    /// Whether a question is about somebody else's risk: "Is your brother still talking about suicide?"
    pub(super) fn asked_of_other(&self, range: &Range<usize>) -> bool {
        self.places(RiskWord::Other)
            .filter(|r| r.end <= range.start && r.end + 6 > range.start)
            .any(|r| {
                let between = &self.words[r.end..range.start];
                let own = |w: &Word| matches!(w.lower.as_str(), "you" | "any" | "you've" | "you'd");
                let opens = r
                    .start
                    .checked_sub(2)
                    .map_or("", |at| self.words[at].lower.as_str());
                let asks = matches!(
                    opens,
                    "is" | "has" | "does" | "did" | "was" | "and" | "about"
                );
                asks && !between.iter().any(own)
                    && !between.iter().any(|w| w.break_before >= Break::Comma)
            })
    }

    /// Whether the name is denied or present, and by which words; nothing where neither was said.
    pub(super) fn polarity(&self, name: &Name) -> Option<(bool, Range<usize>)> {
        match name.manner {
            Manner::Never => Some((true, name.range.clone())),
            Manner::Told => Some(
                self.denial_of_verb(&name.range)
                    .or_else(|| self.denied_after(&name.range))
                    .map_or((false, name.range.clone()), |cue| (true, cue)),
            ),
            Manner::Named => self.by_cue(name),
        }
    }

    fn by_cue(&self, name: &Name) -> Option<(bool, Range<usize>)> {
        let range = &name.range;
        let from = self.reach(range);
        let before = self
            .found
            .iter()
            .filter(|(w, r)| {
                matches!(w, RiskWord::Denied | RiskWord::Present)
                    && r.start >= from
                    // "not wanting to be alive" is a name, and its "not" no denial; "no HI" is both.
                    && (r.start < range.start
                        || (name.field == RiskField::Hi && r.start == range.start))
                    && r.end <= range.end
            })
            .max_by_key(|(w, r)| {
                (
                    *w == RiskWord::Denied && r.start + REACH > range.start,
                    r.start,
                )
            });
        // "Thoughts of harming others: denied."
        if before.is_some_and(|(word, cue)| *word == RiskWord::Present && cue.end > range.start)
            && let Some(cue) = self.denied_after(range)
        {
            return Some((true, cue));
        }
        if let Some((word, cue)) = before {
            return Some((*word == RiskWord::Denied, cue.clone()));
        }
        self.denied_after(range).map(|cue| (true, cue))
    }

    fn denied_after(&self, range: &Range<usize>) -> Option<Range<usize>> {
        self.places(RiskWord::DeniedAfter)
            .find(|r| r.start >= range.end && r.start < range.end + PAST_REACH)
            .cloned()
    }

    /// The denial that governs a phrase with a verb of its own: near, with nothing joined between.
    fn denial_of_verb(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let from = self.reach(range);
        self.places(RiskWord::Denied)
            .filter(|r| r.start >= from && r.start < range.start && r.end <= range.end)
            .filter(|r| r.start + VERB_REACH > range.start)
            .filter(|r| {
                !self.words[r.start..range.start]
                    .iter()
                    .any(|w| matches!(w.lower.as_str(), "and" | "but" | "so" | "then"))
            })
            .max_by_key(|r| r.start)
            .cloned()
    }

    /// Whether a word of denying or telling stands right beside a name.
    pub(super) fn cue_beside(&self, range: &Range<usize>) -> bool {
        self.found.iter().any(|(w, r)| {
            matches!(w, RiskWord::Denied | RiskWord::Present)
                && r.start <= range.start
                && r.end + 3 > range.start
        })
    }

    /// Whether a plan is one for some other thing: "he has a plan to stay with Cal".
    pub(super) fn of_something_else(&self, range: &Range<usize>) -> bool {
        let word = |at: usize| self.words.get(at).map_or("", |w| w.lower.as_str());
        matches!(word(range.end.saturating_sub(1)), "plan" | "plans")
            && matches!(word(range.end), "to" | "for" | "with" | "of" | "on" | "is")
            && !self.in_company(&(range.end - 1..range.end))
    }

    /// Whether a name is told of the past.
    pub(super) fn past(&self, range: &Range<usize>) -> bool {
        self.places(RiskWord::Past)
            .any(|r| r.start + PAST_REACH > range.start && r.start < range.end + PAST_REACH)
    }

    /// The words after a name that tell of nothing since.
    pub(super) fn since(&self, range: &Range<usize>) -> Option<Range<usize>> {
        self.places(RiskWord::Since)
            .find(|r| r.start >= range.end && r.start < range.end + SINCE_REACH)
            .cloned()
    }

    /// Whether a word of this kind stands near a name.
    pub(super) fn near(&self, word: RiskWord, range: &Range<usize>) -> bool {
        self.places(word)
            .any(|r| r.start + 5 > range.start && r.start < range.end + 5)
    }
}

/// How far a phrase of risk may run past a stop that nobody spoke, and where it may begin.
const OVERRUN: usize = 16;

/// Phrases of risk that begin in a sentence and end in the next one, where the stop between them is
/// only guessed: "she is not planning" – "anything".
pub(super) fn overrunning(
    lexicon: &Lexicon,
    utterance: &ScriptUtterance,
    range: &Range<usize>,
) -> Vec<Mark> {
    let from = range.end.saturating_sub(OVERRUN).max(range.start);
    let to = (range.end + OVERRUN).min(utterance.words.len());
    let mut marks = lexicon.marks_of_risk(&utterance.words[from..to]);
    marks.retain(|m| m.words.start + from < range.end && m.words.end + from > range.end);
    for mark in &mut marks {
        mark.words = mark.words.start + from - range.start..mark.words.end + from - range.start;
    }
    marks
}
