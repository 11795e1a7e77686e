//! What a later clause of the sentence tells of a technique in the one before it.

use std::ops::Range;

use crate::reading::Reading;
use crate::reading::clause::Clause;
use crate::reading::interventions::{Status, Tag};
use crate::reading::lexicon::CueKind;
use crate::transcript::script::ScriptUtterance;

/// A clause without a technique of its own may tell what became of the one just before it: "X was
/// offered, and she declined", "I started X but the portal was down", "X. We ran out of time."
pub(super) fn revise(reading: &mut Reading, utterance: &ScriptUtterance, clause: &Clause) {
    let Some(before) = reading.clauses.last() else {
        return;
    };
    let near = before.clause.utterance == clause.utterance
        && (before.clause.sentence == clause.sentence
            || (before.clause.sentence + 1 == clause.sentence && clause.words.len() <= SHORT));
    if !near {
        return;
    }
    let said = |range: &Range<usize>, list: &[&str]| {
        utterance.words[range.clone()]
            .iter()
            .any(|w| list.iter().any(|l| w.lower.starts_with(l)))
    };
    let begun = said(
        &before.clause.words,
        &["started", "began", "tried", "attempted", "starting"],
    );
    let but = utterance
        .words
        .get(clause.words.start)
        .is_some_and(|w| w.lower == "but");
    let status = if begun && (but || clause.has(CueKind::Attempted)) {
        Status::Attempted
    } else {
        return;
    };
    let span = utterance.span(&before.clause.words);
    let own = |tag: &&mut Tag| {
        tag.cite.utterance == clause.utterance
            && matches!(
                tag.status,
                Status::Performed | Status::Hypothetical | Status::Planned
            )
            && span.start <= tag.cite.span.start
            && tag.cite.span.end <= span.end
    };
    for tag in reading.tags.iter_mut().filter(own) {
        tag.status = status;
        tag.cite.span.end = utterance.span(&clause.words).end;
    }
}

/// Words of a sentence that may belong to the one before it.
const SHORT: usize = 10;
