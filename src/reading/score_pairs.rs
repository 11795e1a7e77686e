//! Several values told of one instrument, or of two at once: which are scores before, and which is whose.

use std::ops::Range;

use crate::reading::lexicon::ScoreWord;
use crate::reading::measures::{Measures, Said};
use crate::transcript::script::{Break, ScriptUtterance, Word};

/// "Twelve, had been sixteen"; "sixteen, then fourteen, and now twelve": which are scores before.
pub(super) fn compare(utterance: &ScriptUtterance, said: &mut [Said<'_>]) {
    for at in 1..said.len() {
        let between = said[at - 1].number.words.end..said[at].number.words.start;
        let between = utterance.words.get(between).unwrap_or_default();
        let any = |list: &[&str]| between.iter().any(|w| list.contains(&w.lower.as_str()));
        // "Eleven today, fifteen at six weeks": that "today" is the eleven's.
        let now = |w: &Word| matches!(w.lower.as_str(), "now" | "today" | "currently");
        let first = between
            .first()
            .is_some_and(|w| now(w) && w.break_before < Break::Comma);
        if !first && said[at].hint != Some(ScoreWord::Prior) && between.iter().any(now) {
            for earlier in &mut said[..at] {
                earlier.hint = earlier.hint.or(Some(ScoreWord::Prior));
            }
        } else if any(&["was", "been", "used"]) && said[at - 1].hint.is_none() {
            said[at].hint = said[at].hint.or(Some(ScoreWord::Prior));
        }
    }
}

/// Whether two instruments are named together and their values told together, of which `first` is
/// the first.
pub(super) fn are_paired(
    utterance: &ScriptUtterance,
    (other, name): (&Range<usize>, &Range<usize>),
    first: &Said<'_>,
    into: &Measures,
) -> bool {
    let joined = |range: Range<usize>| {
        let between = utterance.words.get(range).unwrap_or_default();
        between.len() <= 2 && between.iter().any(|w| w.lower == "and")
    };
    let next = utterance
        .numbers
        .iter()
        .find(|n| n.words.start >= first.number.words.end);
    let known = into.scores.iter().any(|m| {
        m.cite.span.start < utterance.span(name).start
            && m.cite.span.end > utterance.span(other).start
    });
    joined(other.end..name.start)
        && next.is_some_and(|n| joined(first.number.words.end..n.words.start))
        && first.hint.is_none()
        && first.number.words.start > name.end
        && !known
}
