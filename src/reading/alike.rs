//! Where the likeness of the words tells of a technique beside the lexicon, and where it speaks
//! against what the lexicon found.

use crate::reading::clause::Clause;
use crate::reading::interventions::{Around, Hit, How};
use crate::reading::lexicon::{Context, Lexicon, Sense};
use crate::reading::likeness::Heard;

/// How likely a technique is at least that only the likeness of the words tells.
const LIKELY: f32 = 0.5;

/// How likely it is at least where nothing else comes near: [`TIMES`] as likely as the next.
const LIKELY_ALONE: f32 = 0.25;
const TIMES: f32 = 4.0;

/// How likely it is at least beside another that the lexicon names.
const LIKELY_BESIDE: f32 = 0.6;

/// How likely it is at least beside another of its family.
const LIKELY_IN_FAMILY: f32 = 0.8;

/// How unlikely a technique is whose act the lexicon found in words that are nothing like it.
const UNLIKELY: f32 = 0.001;

/// Whether the words of the clause are nothing like the technique, and do not name it.
pub(super) fn is_unlike(lexicon: &Lexicon, hit: &Hit, heard: &Heard) -> bool {
    let id = &lexicon.interventions[hit.intervention].id;
    hit.how != How::Term && heard.probability(id).is_some_and(|p| p < UNLIKELY)
}

/// Techniques that the lexicon does not find and the words of the clause are like.
pub(super) fn alike(
    lexicon: &Lexicon,
    clause: &Clause,
    hits: &[Hit],
    around: Around,
    heard: &Heard,
) -> Vec<Hit> {
    let alone = hits.is_empty();
    heard
        .techniques(lexicon, LIKELY_ALONE)
        .into_iter()
        .filter(|like| {
            if alone {
                like.probability >= LIKELY || like.times >= TIMES
            } else {
                like.probability >= LIKELY_BESIDE
            }
        })
        .filter(|like| {
            let known = &lexicon.interventions[like.intervention];
            let of_family =
                |hit: &Hit| lexicon.interventions[hit.intervention].family() == known.family();
            let same = |hit: &Hit| hit.intervention == like.intervention;
            let trap = Sense::Trap(like.intervention as u16);
            // A bare score tells of no act, and a rating of no phase.
            let scored = clause
                .marks
                .iter()
                .any(|m| matches!(m.what, Sense::Instrument(_)));
            let of_scores = matches!(known.family(), "assess" | "emdr");
            !(scored && of_scores)
                && (known.needs != Some(Context::Emdr) || around.emdr)
                && !clause.marks.iter().any(|mark| mark.what == trap)
                && !hits.iter().any(same)
                && (like.probability >= LIKELY_IN_FAMILY || !hits.iter().any(of_family))
        })
        .map(|like| Hit {
            intervention: like.intervention,
            words: like.words,
            how: How::Like,
            beat: Vec::new(),
        })
        .collect()
}
