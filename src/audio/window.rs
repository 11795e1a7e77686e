//! A window of speech for the recogniser, with the way back to true time.

use crate::audio::{SAMPLE_RATE, ms_of};
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
    /// Length in milliseconds.
    #[must_use]
    pub fn length_ms(&self) -> u64 {
        ms_of(self.samples.len() as u64)
    }

    /// From its first to its last moment in the recording.
    #[must_use]
    pub fn span(&self) -> TimeSpan {
        let first = self.pieces.first().map_or(0, |p| p.span().start_ms);
        TimeSpan::new(first, self.pieces.last().map_or(0, |p| p.span().end_ms))
    }

    /// Milliseconds in the recording for milliseconds in the window. Times past the end give the
    /// end; a time where two pieces meet belongs to the later one.
    #[must_use]
    pub fn true_ms(&self, window_ms: u64) -> u64 {
        self.piece_at(window_ms)
            .map_or(0, |piece| piece.true_ms(window_ms))
    }

    /// The stretch of the recording for a stretch of the window.
    #[must_use]
    pub fn true_span(&self, span: TimeSpan) -> TimeSpan {
        TimeSpan::new(self.true_ms(span.start_ms), self.true_ms(span.end_ms))
    }

    /// The piece that a time in the window falls into; nothing only where there is no piece.
    #[must_use]
    pub fn piece_at(&self, window_ms: u64) -> Option<&Piece> {
        let sample = sample_at(window_ms);
        self.pieces
            .iter()
            .rev()
            .find(|piece| piece.at as u64 <= sample)
            .or(self.pieces.first())
    }
}

impl Piece {
    /// Where in the recording the piece is.
    #[must_use]
    pub fn span(&self) -> TimeSpan {
        TimeSpan::new(ms_of(self.source), ms_of(self.source + self.len as u64))
    }

    /// Where in the window the piece is.
    #[must_use]
    pub fn window_span(&self) -> TimeSpan {
        TimeSpan::new(ms_of(self.at as u64), ms_of((self.at + self.len) as u64))
    }

    /// Milliseconds in the recording for milliseconds in the window; times before and after the
    /// piece give its start and its end.
    #[must_use]
    pub fn true_ms(&self, window_ms: u64) -> u64 {
        let inside = sample_at(window_ms)
            .saturating_sub(self.at as u64)
            .min(self.len as u64);
        ms_of(self.source + inside)
    }
}

fn sample_at(ms: u64) -> u64 {
    ms.saturating_mul(u64::from(SAMPLE_RATE)) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_lead_back_to_the_recording() {
        let second = SAMPLE_RATE as usize;
        let window = Window {
            samples: vec![0.0; 3 * second],
            pieces: vec![
                Piece {
                    at: 0,
                    source: 10 * second as u64,
                    len: second,
                },
                Piece {
                    at: second,
                    source: 20 * second as u64,
                    len: 2 * second,
                },
            ],
        };
        for (there, want) in [
            (0, 10_000),
            (999, 10_999),
            (1_000, 20_000),
            (2_500, 21_500),
            (9_000, 22_000),
        ] {
            assert_eq!(window.true_ms(there), want, "{there}");
        }
        assert_eq!(window.true_ms(u64::MAX), 22_000);
        assert_eq!(
            window.true_span(TimeSpan::new(500, 1_500)),
            TimeSpan::new(10_500, 20_500)
        );
    }
}
