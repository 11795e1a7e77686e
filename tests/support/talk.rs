//! Sessions as tests write them.

use notewright::session::{Mode, Speaker, UtteranceId};
use notewright::transcript::document::Transcript;

/// A session of these turns.
pub fn session(lines: &[(Speaker, &str)]) -> Transcript {
    let mut transcript = Transcript::typed("");
    transcript.mode = Mode::Session;
    let one = transcript.utterances.remove(0);
    for (n, (speaker, text)) in lines.iter().enumerate() {
        let mut next = one.clone();
        (next.id, next.speaker, next.text) = (UtteranceId::nth(n + 1), *speaker, (*text).into());
        transcript.utterances.push(next);
    }
    transcript
}
