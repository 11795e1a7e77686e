//! What was said beside a technique that was used: the aim it served, how the client took it, how
//! long or how often, and in what measure. Each is words of the transcript.

use std::ops::Range;

use crate::reading::interventions::Tag;
use crate::reading::lexicon::CueKind;
use crate::reading::{Cite, ReadClause};
use crate::transcript::script::{Break, Script, Word};

/// Words said beside a technique.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// The aim it served: "to slow the worry down".
    pub goal: Option<Cite>,
    /// How the client took it: "she found it calming".
    pub response: Option<Cite>,
    /// How long or how often: "four rounds".
    pub dose: Option<Cite>,
    /// In what measure: "briefly".
    pub qualifier: Option<Cite>,
}

/// Finds what was said beside each technique that was used; dictations only.
pub(super) fn read(script: &Script, clauses: &[ReadClause], tags: &mut [Tag]) {
    for tag in tags.iter_mut().filter(|tag| tag.status.is_used()) {
        let words = &script.utterances[tag.cite.utterance].words;
        let (utterance, from) = (tag.cite.utterance, tag.cite.span.start);
        let before = clauses.partition_point(|c| {
            let first = words.get(c.clause.words.start);
            c.clause.utterance < utterance
                || (c.clause.utterance == utterance && first.is_some_and(|w| w.span.start <= from))
        });
        let Some(place) = before.checked_sub(1) else {
            continue;
        };
        let beside = Beside {
            words,
            clauses,
            place,
            utterance: tag.cite.utterance,
            said: words.partition_point(|w| w.span.end <= tag.cite.span.start)
                ..words.partition_point(|w| w.span.start < tag.cite.span.end),
        };
        tag.details = Details {
            goal: beside.goal(),
            response: beside.response(),
            dose: beside.mark(CueKind::Dose),
            qualifier: beside.mark(CueKind::Qualifier),
        };
    }
}

/// How many clauses after a technique may tell how the client took it.
const NEAR: usize = 2;

/// The clause of a technique and what stands around it.
struct Beside<'a> {
    words: &'a [Word],
    clauses: &'a [ReadClause],
    place: usize,
    utterance: usize,
    /// The words of the technique itself.
    said: Range<usize>,
}

impl Beside<'_> {
    fn cite(&self, words: Range<usize>) -> Option<Cite> {
        let first = self.words.get(words.start)?;
        let last = self.words.get(words.end.checked_sub(1)?)?;
        (first.span.start < last.span.end)
            .then(|| Cite::of(self.utterance, first.span.start..last.span.end))
    }

    /// The end of a phrase that begins at `at`: the next comma, or the end of the clause.
    fn phrase_end(&self, at: usize) -> usize {
        let end = self.clauses[self.place].clause.words.end;
        (at + 1..end)
            .find(|&w| self.words[w].break_before >= Break::Comma)
            .unwrap_or(end)
    }

    fn goal(&self) -> Option<Cite> {
        let clause = &self.clauses[self.place].clause;
        let aim = clause
            .cues(CueKind::Aim)
            .find(|m| m.words.start >= self.said.end || m.words.start == clause.words.start)?;
        let end = self.phrase_end(aim.words.start);
        let outcome = clause
            .cues(CueKind::Response)
            .chain(clause.cues(CueKind::Dose))
            .map(|m| m.words.start)
            .filter(|&at| at > aim.words.end)
            .min();
        let mut end = outcome.map_or(end, |at| end.min(at));
        while end > aim.words.end
            && matches!(self.words[end - 1].lower.as_str(), "and" | "for" | "with")
        {
            end -= 1;
        }
        (end > aim.words.end).then(|| self.cite(aim.words.start..end))?
    }

    fn response(&self) -> Option<Cite> {
        let own = &self.clauses[self.place].clause;
        if let Some(told) = own
            .cues(CueKind::Response)
            .find(|m| m.words.start >= self.said.end)
        {
            let mut start = told.words.start;
            while start > self.said.end
                && matches!(
                    self.words[start - 1].lower.as_str(),
                    "she" | "he" | "they" | "client" | "patient" | "which" | "it" | "with" | "good"
                )
            {
                start -= 1;
            }
            return self.cite(start..self.phrase_end(told.words.start));
        }
        self.clauses[self.place + 1..]
            .iter()
            .take(NEAR)
            .take_while(|c| c.clause.utterance == own.utterance && !c.has_tag)
            .find(|c| c.clause.has(CueKind::Response) && !c.clause.has(CueKind::Plan))
            .and_then(|c| {
                let said = c.clause.words.clone();
                let lead = self.words[said.clone()]
                    .iter()
                    .take_while(|w| matches!(w.lower.as_str(), "and" | "but" | "so"))
                    .count();
                self.cite(said.start + lead..said.end)
            })
    }

    /// The first phrase of a kind in the technique's clause.
    fn mark(&self, kind: CueKind) -> Option<Cite> {
        let found = self.clauses[self.place].clause.cues(kind).next()?;
        self.cite(found.words.clone())
    }
}
