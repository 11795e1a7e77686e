//! An instrument that is named without a score and without a verb: to be given again, or left out.

use crate::reading::clause::Clause;
use crate::reading::interventions::{Hit, How, Status};
use crate::reading::lexicon::{CueKind, Lexicon, Sense};
use crate::transcript::script::Word;

/// The administering of an instrument that the clause names, where something says that it is to come,
/// was left out or refused: "PHQ-9 again in a fortnight", "the PCL was held off".
pub(super) fn named(
    lexicon: &Lexicon,
    words: &[Word],
    clause: &Clause,
    hits: &[Hit],
) -> Option<Hit> {
    let intervention = lexicon.place("assess.measure")?;
    let assessed = |hit: &Hit| lexicon.interventions[hit.intervention].family() == "assess";
    if hits.iter().any(assessed) {
        return None;
    }
    let cued = [
        CueKind::Planned,
        CueKind::Ahead,
        CueKind::Negated,
        CueKind::Declined,
    ];
    let said = |kind: &CueKind| clause.has(*kind);
    let mark = clause.marks.iter().find(|m| {
        matches!(m.what, Sense::Instrument(_)) && !words[m.words.start].lower.starts_with('c')
    })?;
    let left = clause.marks.iter().any(|m| {
        m.words.start == mark.words.end && matches!(m.what, Sense::Cue(CueKind::Negated, _))
    });
    let scored = words
        .get(mark.words.end)
        .filter(|_| mark.words.end < clause.words.end)
        .is_some_and(|w| is_value(&w.lower));
    (cued.iter().any(said) && (left || !scored)).then(|| Hit {
        intervention,
        words: mark.words.clone(),
        how: How::Term,
        beat: Vec::new(),
    })
}

/// Whether a word after an instrument begins its score.
fn is_value(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
        || matches!(
            word,
            "is" | "was"
                | "of"
                | "at"
                | "came"
                | "score"
                | "scored"
                | "scores"
                | "down"
                | "up"
                | "went"
                | "total"
                | "today"
                | "stayed"
                | "fell"
                | "rose"
                | "dropped"
                | "remains"
        )
}

/// What may become of an instrument that is only named.
pub(super) fn settled(status: Status) -> Option<Status> {
    match status {
        Status::Assigned => Some(Status::Planned),
        Status::Planned | Status::Negated | Status::Declined | Status::Hypothetical => Some(status),
        _ => None,
    }
}
