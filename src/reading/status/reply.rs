//! What was said to an offer, and what broke off what was begun: in the same clause, or in what
//! follows of its sentence.

use std::ops::Range;

use super::{Decision, Scene, sure};
use crate::reading::Cite;
use crate::reading::interventions::{Hit, Status};
use crate::reading::lexicon::{CueKind, Mark, Reach, Sense};
use crate::session::Mode;
use crate::transcript::script::Break;

/// Words that are looked at after a clause.
const AHEAD: usize = 16;

/// Words before an answer: "and she just said no".
const LEAD: usize = 6;

/// What was offered and refused, or begun and broken off.
pub(super) fn read(scene: &Scene<'_>, hit: &Hit) -> Option<Decision> {
    if scene.around.mode == Mode::Session {
        return None;
    }
    let before = |kind| {
        let near = |cue: &&Mark| cue.words.start <= hit.words.end + 2;
        scene.clause.cues(kind).filter(near).last()
    };
    if let Some(offer) = before(CueKind::Offered)
        && let Some(end) = told(scene, hit, &[CueKind::Refused, CueKind::Declined])
    {
        return Some(decision(scene, Status::Declined, offer, hit, end));
    }
    if let Some(begun) = before(CueKind::Begun).filter(|cue| cue.words.start <= hit.words.start)
        && let Some(end) = told(scene, hit, &[CueKind::Broken])
    {
        return Some(decision(scene, Status::Attempted, begun, hit, end));
    }
    left_out(scene, hit)
}

/// What the clause after it says was left out: "wanted the sand tray, and I did not get it out",
/// "thought record: not got to".
fn left_out(scene: &Scene<'_>, hit: &Hit) -> Option<Decision> {
    let after = following(scene)?;
    let words = &scene.script.utterances[scene.clause.utterance].words[after.clone()];
    let same = after.start == scene.clause.words.end
        && words.first().is_some_and(|w| w.break_before < Break::Stop);
    if !same {
        return None;
    }
    let bare = words.first()?.break_before == Break::Clause
        && scene.clause.words.len() <= hit.words.len() + 2;
    let own = words
        .iter()
        .take(3)
        .any(|w| matches!(w.lower.as_str(), "i" | "we"));
    let marks = scene.lexicon.marks(words);
    let cue = marks.iter().find(|m| {
        m.what == Sense::Cue(CueKind::Negated, Reach::Backward)
            && (bare && m.words.start == 0 || own && m.words.start <= 3)
    })?;
    let end = after.start + cue.words.end;
    let utterance = &scene.script.utterances[scene.clause.utterance];
    let start = hit.words.start;
    Some(Decision {
        cite: Some(Cite::of(
            scene.clause.utterance,
            utterance.span(&(start..end.max(hit.words.end))),
        )),
        ..Decision::bare(Status::Negated, sure::CUE)
    })
}

/// A decision that cites the offer, the technique and what was said to it.
fn decision(scene: &Scene<'_>, status: Status, cue: &Mark, hit: &Hit, end: usize) -> Decision {
    let utterance = &scene.script.utterances[scene.clause.utterance];
    let start = cue.words.start.min(hit.words.start);
    let words = start..end.max(hit.words.end);
    Decision {
        cue: Some(cue.clone()),
        cite: Some(Cite::of(scene.clause.utterance, utterance.span(&words))),
        ..Decision::bare(status, sure::CUE)
    }
}

/// One past the last word of the cue that tells it, in the clause or right after.
fn told(scene: &Scene<'_>, hit: &Hit, kinds: &[CueKind]) -> Option<usize> {
    let is_told = |mark: &Mark| matches!(mark.what, Sense::Cue(kind, _) if kinds.contains(&kind));
    let touches =
        |mark: &Mark| mark.words.start < hit.words.end && hit.words.start < mark.words.end;
    let mut own = scene.clause.marks.iter().rev();
    if let Some(mark) = own.find(|m| is_told(m) && !touches(m)) {
        return Some(mark.words.end);
    }
    let after = following(scene)?;
    let words = &scene.script.utterances[scene.clause.utterance].words[after.clone()];
    let marks = scene.lexicon.marks(words);
    let answer = marks
        .iter()
        .filter(|m| is_told(m))
        .min_by_key(|m| m.words.start)
        .filter(|m| m.words.start <= LEAD)?;
    // "Offered grounding, he declined the safety plan": the answer has an object of its own.
    let of_another = marks.iter().any(|m| {
        let named = matches!(m.what, Sense::Term(_) | Sense::Act(_));
        let object = m.words.start <= answer.words.end + 2 && m.words.end > answer.words.end;
        named && object
    });
    (!of_another).then_some(after.start + answer.words.end)
}

/// One past the last word of the clause's sentence.
fn sentence_end(scene: &Scene<'_>) -> usize {
    let utterance = &scene.script.utterances[scene.clause.utterance];
    let own = utterance.sentences.get(scene.clause.sentence);
    own.map_or(utterance.words.len(), |sentence| sentence.words.end)
}

/// The words of the clause's sentence after it, which may still speak of it. The sentence that follows
/// is another matter: it may stand anywhere.
fn following(scene: &Scene<'_>) -> Option<Range<usize>> {
    let start = scene.clause.words.end;
    let end = sentence_end(scene);
    (start < end).then(|| start..end.min(start + AHEAD))
}
