//! Words that look like a cue and are none.

use std::ops::Range;

use crate::reading::lexicon::{CueKind, Mark, Sense};
use crate::transcript::script::{Break, Word};

/// Takes out the cues that a pseudo cue covers ("no change", "not only"), and those that begin with a
/// "no" by which the speaker mends his own words ("the shed, no, the jetty").
pub(super) fn drop(words: &[Word], marks: &mut Vec<Mark>) {
    let covered: Vec<Range<usize>> = marks
        .iter()
        .filter(|m| matches!(m.what, Sense::Cue(CueKind::Pseudo, _)))
        .map(|m| m.words.clone())
        .collect();
    marks.retain(|m| {
        !matches!(m.what, Sense::Cue(..))
            || !(mends(words, m.words.start)
                || covered
                    .iter()
                    .any(|c| c.start <= m.words.start && m.words.end <= c.end))
    });
}

/// Whether a "no" stands alone between two pauses, after something to be mended and before what
/// takes its place.
fn mends(words: &[Word], at: usize) -> bool {
    let pause = |at: usize| {
        words
            .get(at)
            .is_some_and(|w| w.break_before >= Break::Comma)
    };
    at > 0 && matches!(words[at].lower.as_str(), "no" | "wait") && pause(at) && pause(at + 1)
}
