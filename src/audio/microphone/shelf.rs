//! What one input gave and nobody took yet: sound and gaps in their order, cut as they are wanted.

use std::collections::VecDeque;

use crate::audio::microphone::GapWhy;

/// Samples up to which a sound takes in the next.
const JOINED: usize = 4_000;

/// Why a stretch has no sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hole {
    /// The input had not begun yet.
    Start,
    /// It was lost.
    Lost(GapWhy),
}

/// A stretch of time, lengths in samples of 16 kHz.
pub(super) enum Piece {
    /// Equal lengths a channel.
    Sound(Vec<Vec<f32>>),
    /// No sound for so many samples.
    Gap(u64, Hole),
}

impl Piece {
    fn len(&self) -> u64 {
        match self {
            Self::Sound(channels) => channels.first().map_or(0, Vec::len) as u64,
            Self::Gap(len, _) => *len,
        }
    }
}

/// The queue.
#[derive(Default)]
pub(super) struct Shelf(VecDeque<Piece>);

impl Shelf {
    /// Adds to the end; short sounds become one, so that a reader who is late has fewer to take.
    pub(super) fn put(&mut self, piece: Piece) {
        if piece.len() == 0 {
            return;
        }
        match (self.0.back_mut(), piece) {
            (Some(Piece::Sound(before)), Piece::Sound(new))
                if before.first().is_some_and(|first| first.len() < JOINED) =>
            {
                for (before, new) in before.iter_mut().zip(new) {
                    before.extend(new);
                }
            }
            (_, piece) => self.0.push_back(piece),
        }
    }

    /// Samples that the first piece has, and its hole where it is one.
    pub(super) fn front(&self) -> Option<(u64, Option<Hole>)> {
        self.0.front().map(|piece| match piece {
            Piece::Sound(_) => (piece.len(), None),
            Piece::Gap(len, hole) => (*len, Some(*hole)),
        })
    }

    /// The first `most` samples of the first piece, or all of it where it is shorter.
    pub(super) fn take(&mut self, most: u64) -> Option<Piece> {
        let front = self.0.front_mut()?;
        if front.len() <= most {
            return self.0.pop_front();
        }
        Some(match front {
            Piece::Sound(channels) => {
                let at = most as usize;
                Piece::Sound(
                    channels
                        .iter_mut()
                        .map(|c| c.drain(..at).collect())
                        .collect(),
                )
            }
            Piece::Gap(len, hole) => {
                *len -= most;
                Piece::Gap(most, *hole)
            }
        })
    }
}
