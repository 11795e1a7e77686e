//! A window of speech for the recogniser, with the way back to true time.

use crate::audio::SAMPLE_RATE;
use crate::session::TimeSpan;

/// At most 30 s of speech, cut from a recording and packed without the silence between.
#[derive(Clone, PartialEq)]
pub struct Window {
    /// 16 kHz mono samples.
    pub samples: Vec<f32>,
    /// Where each part of the window comes from, in order, without gaps in the window.
    pub pieces: Vec<Piece>,
}

/// A part of a window that is continuous in the recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// First sample in the window.
    pub at: usize,
    /// First sample in the recording.
    pub source: u64,
    /// Length in samples.
    pub len: usize,
}

impl std::fmt::Debug for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Window")
            .field("samples", &self.samples.len())
            .field("pieces", &self.pieces)
            .finish()
    }
}

impl Window {
    /// Milliseconds in the recording for milliseconds in the window. Times past the end give the
    /// end; a time where two pieces meet belongs to the later one.
    #[must_use]
    pub fn true_ms(&self, window_ms: u64) -> u64 {
        let sample =
            usize::try_from(window_ms * u64::from(SAMPLE_RATE) / 1000).unwrap_or(usize::MAX);
        let Some(piece) = self.pieces.iter().rev().find(|p| p.at <= sample) else {
            return 0;
        };
        let inside = (sample - piece.at).min(piece.len) as u64;
        (piece.source + inside) * 1000 / u64::from(SAMPLE_RATE)
    }

    /// The stretch of the recording for a stretch of the window.
    #[must_use]
    pub fn true_span(&self, span: TimeSpan) -> TimeSpan {
        TimeSpan::new(self.true_ms(span.start_ms), self.true_ms(span.end_ms))
    }
}
