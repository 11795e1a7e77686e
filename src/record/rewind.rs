//! The joint through which audio of a recording under way is heard again: what waits for the
//! recogniser and does not fit into memory is read from where it is kept.

use crate::audio::SAMPLE_RATE;
use crate::audio::window::{Piece, Window};
use crate::session::TimeSpan;

/// Gives audio of the recording under way.
pub trait Rewind {
    /// The 16 kHz mono samples of a stretch that was pushed before, in -1 to 1: 16 for each
    /// millisecond. Times count as they do for the live transcript, gaps included.
    ///
    /// # Errors
    /// When it cannot be read.
    fn read(&mut self, span: TimeSpan) -> Result<Vec<f32>, RewindError>;
}

/// Why audio could not be read again.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct RewindError {
    /// What happened, in words for a person.
    pub cause: String,
    /// What to do next.
    pub hint: String,
}

/// Samples in a millisecond.
const A_MS: u64 = SAMPLE_RATE as u64 / 1000;

/// Puts the samples back into a window of which only the places were kept.
pub(super) fn restore(rewind: &mut dyn Rewind, pieces: Vec<Piece>) -> Result<Window, RewindError> {
    let mut samples = Vec::new();
    for piece in &pieces {
        let end = piece.source + piece.len as u64;
        let span = TimeSpan::new(piece.source / A_MS, end.div_ceil(A_MS));
        let read = rewind.read(span)?;
        let from = (piece.source - span.start_ms * A_MS) as usize;
        let part = read
            .get(from..from + piece.len)
            .ok_or_else(|| RewindError {
                cause: "the recording gave less audio back than it was given".to_owned(),
                hint: "the recording itself is kept; transcribe it again: notewright recover"
                    .to_owned(),
            })?;
        samples.extend_from_slice(part);
    }
    Ok(Window { samples, pieces })
}
