//! A technique in what the clinician says in a session.

use super::reach::{reaching, strength};
use super::{Decision, Scene, sure};
use crate::reading::Cite;
use crate::reading::clause::Subject;
use crate::reading::interventions::{Hit, How, Status};
use crate::reading::lexicon::{CueKind, Reach};

/// A technique in what the clinician says in a session: done aloud, set as a task, kept for another
/// time, left out, or offered and refused.
pub(super) fn decide(scene: &Scene<'_>, hit: &Hit) -> Option<Decision> {
    let clause = scene.clause;
    let id = scene.lexicon.interventions[hit.intervention].id.as_str();
    let forward = reaching(scene, hit, Reach::Forward);
    let backward = reaching(scene, hit, Reach::Backward);
    let decided = [forward, backward]
        .into_iter()
        .flatten()
        .max_by_key(|(_, status)| strength(*status));
    let asks = scene.script.utterances[clause.utterance].sentences[clause.sentence].question;
    let decided = decided.filter(|(cue, status)| match status {
        // What is done by saying it was not declined.
        Status::Declined => hit.how != How::Talk,
        // What is done by saying it is not undone by a "no" in what is said.
        Status::Negated => hit.how != How::Talk || is_own(scene, cue.words.start),
        // A question sets no task.
        Status::Assigned => hit.how != How::Talk || !asks,
        _ => true,
    });
    if let Some((cue, status)) = decided
        && (strength(status) >= 3 || status == Status::Reviewed)
    {
        // What the clinician is to do "before Friday" is no task of the client.
        let status = match status {
            Status::Assigned if id == "cm.coordination" => Status::Planned,
            status => status,
        };
        return Some(Decision::by(status, cue));
    }
    if let Some(refusal) = refused(scene) {
        return Some(Decision {
            cite: Some(refusal),
            ..Decision::bare(Status::Declined, sure::ALOUD)
        });
    }
    if id == "homework.assign" {
        return Some(Decision::bare(Status::Assigned, sure::ALOUD));
    }
    if let Some(cue) = clause.cues(CueKind::Hypothetical).next()
        && hit.how != How::Talk
    {
        return Some(Decision::by(Status::Hypothetical, cue));
    }
    if hit.how == How::Talk {
        return Some(Decision::bare(Status::Performed, sure::ALOUD));
    }
    clause
        .cues(CueKind::Act)
        .filter(|cue| cue.words.start <= hit.words.start)
        .max_by_key(|cue| cue.words.start)
        .filter(|_| clause.subject == Subject::Clinician)
        .map(|cue| Decision {
            to: None,
            ..Decision::by(Status::Performed, cue)
        })
}

/// Whether a cue says what the speaker leaves out: "we're not going to".
fn is_own(scene: &Scene<'_>, at: usize) -> bool {
    let words = &scene.script.utterances[scene.clause.utterance].words;
    words[at].lower.starts_with("we") || words[at].lower.starts_with("i'") || words[at].lower == "i"
}

/// Words with which an offer opens.
const OFFERS: &[&[&str]] = &[
    &["would", "you"],
    &["do", "you", "want"],
    &["want", "to"],
    &["how", "about"],
    &["what", "about"],
    &["are", "you", "open"],
    &["could", "we"],
    &["can", "we"],
    &["shall", "we"],
    &["should", "we"],
    &["we", "could"],
    &["you", "could"],
    &["wanna"],
    &["are", "you", "up"],
    &["willing", "to"],
    &["some", "people"],
    &["some", "students"],
    &["i", "can", "also"],
    &["i", "could"],
    &["might", "be", "a"],
    &["what", "do", "you", "think", "about"],
    &["have", "you", "thought", "about"],
    &["would", "it", "help"],
    &["were", "thinking", "about"],
    &["you", "might", "try"],
    &["there", "is", "a"],
    &["there's", "a"],
    &["i've", "got", "a"],
    &["any", "interest"],
];

/// Words with which an offer is refused.
const REFUSALS: &[&str] = &[
    "no", "nah", "nope", "not", "don't", "can't", "i'd", "rather", "won't",
];

/// The client's refusal, where the clause offers something and the next utterance opens with a no.
fn refused(scene: &Scene<'_>) -> Option<Cite> {
    let clause = scene.clause;
    let words = &scene.script.utterances[clause.utterance].words[clause.words.clone()];
    let offered = OFFERS.iter().any(|offer| {
        words
            .windows(offer.len())
            .any(|w| w.iter().zip(*offer).all(|(a, b)| a.lower == *b))
    });
    let asked = words.windows(3).any(|w| {
        w[0].lower == "would"
            && w[1].lower == "you"
            && matches!(
                w[2].lower.as_str(),
                "say" | "tell" | "believe" | "rate" | "describe" | "put"
            )
    });
    let offered = offered && !asked;
    let next = scene.script.utterances.get(clause.utterance + 1)?;
    let no = next
        .words
        .iter()
        .filter(|w| !w.is_filler())
        .take(3)
        .any(|w| REFUSALS.contains(&w.lower.as_str()));
    // "No, go on, I'd like that."
    let yes = next.words.windows(2).any(|w| {
        matches!(
            (w[0].lower.as_str(), w[1].lower.as_str()),
            ("go", "on") | ("i'd", "like" | "love") | ("why", "not")
        )
    });
    (offered && next.speaker.is_client() && no && !yes)
        .then(|| Cite::of(clause.utterance + 1, next.span(&(0..next.words.len()))))
}
