//! What happens while a recording is transcribed, for whoever shows it: terminal, web page, batch.

use crate::session::{Speech, TimeSpan};
use crate::transcript::document::Utterance;

/// Something that happened. Times are those of the recording.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The recording is dealt with up to here.
    Progress {
        /// Milliseconds dealt with.
        audio_done_ms: u64,
        /// Length of the recording, where it is known.
        total_ms: Option<u64>,
    },
    /// The recogniser's first word on a stretch: it may be dropped, split or joined later. It takes
    /// the place of all tentative text that ends after its start; without text it only takes that
    /// away.
    Tentative {
        /// When it was said.
        span: TimeSpan,
        /// What was heard.
        text: Speech,
    },
    /// While recording: how far the text that is shown is behind what is said. Nobody speaking is
    /// no lag.
    Lag {
        /// Milliseconds of the recording.
        lag_ms: u64,
    },
    /// An utterance that stands as it is in the transcript, and ends all tentative text that begins
    /// before its end.
    Committed(Utterance),
    /// The engine failed on a stretch; it is on the coverage list.
    Failed {
        /// Which stretch.
        span: TimeSpan,
        /// What happened, in words for a person.
        cause: String,
        /// What to do next.
        hint: String,
    },
}
