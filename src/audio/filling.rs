//! The window under way: takes hops of speech and silence, gives full windows and silences.

use std::collections::VecDeque;

use crate::audio::SAMPLE_RATE;
use crate::audio::packing::{MARGIN, MAX_WINDOW, Packed, Silence};
use crate::audio::window::{Piece, Window};

/// A full window is cut at a pause no earlier than this; else inside speech, where it is quietest.
const EARLIEST_CUT: usize = MAX_WINDOW / 3;
/// A pause of this length is as good as any longer one: 1 s.
const LONG_PAUSE: u64 = SAMPLE_RATE as u64;
/// How much of a long pause a cut at the very end of the window is worth over one at its start.
const FULLNESS: f32 = 1.5;
/// Where no pause is near, the quietest point is looked for this far back from the end.
const QUIET_SEARCH: usize = 6 * SAMPLE_RATE as usize;
/// The length over which quietness is judged: 50 ms.
const QUIET_LENGTH: usize = SAMPLE_RATE as usize / 20;

/// A place where the window under way may be cut.
#[derive(Clone, Copy, Debug)]
struct Pause {
    /// Sample in the window.
    at: usize,
    /// How long nobody speaks there, in samples of the recording.
    len: u64,
}

impl Pause {
    /// How good a place for a cut this is: a long pause, and a full window before it.
    fn worth(self) -> f32 {
        let length = self.len.min(LONG_PAUSE) as f32 / LONG_PAUSE as f32;
        length + FULLNESS * self.at as f32 / MAX_WINDOW as f32
    }
}

/// The window under way, and the silence after it that belongs to no piece yet.
#[derive(Debug, Default)]
pub(super) struct Filling {
    ready: VecDeque<Packed>,
    window: Vec<f32>,
    pieces: Vec<Piece>,
    pauses: Vec<Pause>,
    /// Samples taken in so far. The tail ends here.
    position: u64,
    /// The last samples without speech.
    tail: Vec<f32>,
    /// How long nobody has been speaking, in samples.
    silent_for: u64,
    /// Whether the window has its margin after its last speech.
    margin_given: bool,
    /// The silence under way that is in no piece; it ends where the tail starts.
    silence: Option<Silence>,
}

impl Filling {
    /// Takes in the next hop of the recording.
    pub(super) fn take(&mut self, hop: &[f32], speech: bool) {
        if speech {
            self.make_room(hop.len());
            self.join_tail();
            self.append(hop, self.position);
            self.position += hop.len() as u64;
            (self.silent_for, self.margin_given) = (0, false);
        } else {
            self.tail.extend_from_slice(hop);
            self.position += hop.len() as u64;
            self.silent_for += hop.len() as u64;
            if self.window.is_empty() || self.margin_given || self.tail.len() > 2 * MARGIN {
                self.settle_tail(MARGIN);
            }
        }
    }

    /// Makes ready what is left.
    pub(super) fn end(&mut self) {
        self.settle_tail(0);
        self.ready.extend(self.silence.take().map(Packed::Silence));
        self.emit(self.window.len());
    }

    /// The next window or silence that is complete.
    pub(super) fn next_ready(&mut self) -> Option<Packed> {
        self.ready.pop_front()
    }

    pub(super) fn samples_held(&self) -> usize {
        let ready = self.ready.iter().map(|packed| match packed {
            Packed::Speech(window) => window.samples.len(),
            Packed::Silence(_) => 0,
        });
        self.window.len() + self.tail.len() + ready.sum::<usize>()
    }

    /// Goes on `len` samples later; only after [`Filling::end`].
    pub(super) fn skip(&mut self, len: u64) {
        self.position += len;
        self.silent_for += len;
    }

    /// Samples of the recording so far.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// How long nobody has been speaking, in samples.
    pub(super) fn silent_for(&self) -> u64 {
        self.silent_for
    }

    /// Samples in the window under way.
    pub(super) fn open_len(&self) -> usize {
        self.window.len()
    }

    /// Where in the recording the window under way begins.
    pub(super) fn open_since(&self) -> Option<u64> {
        self.pieces.first().map(|piece| piece.source)
    }

    /// The window under way with the silence after it that belongs to no piece yet, and where in the
    /// recording it begins.
    pub(super) fn open(&self) -> Option<(u64, Vec<f32>)> {
        let first = self.pieces.first()?;
        let mut samples = self.window.clone();
        samples.extend_from_slice(&self.tail);
        Some((first.source, samples))
    }

    /// Ends the window under way where it stands, with its margin.
    pub(super) fn cut(&mut self) {
        self.settle_tail(MARGIN);
        self.emit(self.window.len());
    }

    /// Ends the window under way in its last pause of at least `least` samples.
    pub(super) fn cut_at_pause(&mut self, least: u64) -> bool {
        let pause = self.pauses.iter().rev().find(|pause| pause.len >= least);
        let at = pause.map_or(0, |pause| pause.at);
        self.emit(at);
        at > 0
    }

    /// Gives the window its margin, as far as it has room, and all of the tail but the last `keep`
    /// samples to the silence.
    fn settle_tail(&mut self, keep: usize) {
        if !self.window.is_empty() && !self.margin_given {
            let room = MAX_WINDOW.saturating_sub(self.window.len());
            let margin: Vec<f32> = self
                .tail
                .drain(..MARGIN.min(self.tail.len()).min(room))
                .collect();
            self.append(
                &margin,
                self.position - (self.tail.len() + margin.len()) as u64,
            );
            self.margin_given = true;
        }
        let dropped = self.tail.len().saturating_sub(keep);
        if dropped > 0 {
            let source = self.position - self.tail.len() as u64;
            self.tail.drain(..dropped);
            self.silence.get_or_insert(Silence { source, len: 0 }).len += dropped as u64;
        }
    }

    /// Speech begins again: the tail becomes the pause within a piece, or the margin before a new
    /// one.
    fn join_tail(&mut self) {
        self.ready.extend(self.silence.take().map(Packed::Silence));
        let tail = std::mem::take(&mut self.tail);
        if !self.window.is_empty() && self.silent_for > 0 {
            let into = if self.margin_given { 0 } else { tail.len() / 2 };
            self.pauses.push(Pause {
                at: self.window.len() + into,
                len: self.silent_for,
            });
        }
        self.append(&tail, self.position - tail.len() as u64);
    }

    /// Appends samples that stand at `source` in the recording.
    fn append(&mut self, samples: &[f32], source: u64) {
        let (at, len) = (self.window.len(), samples.len());
        match self.pieces.last_mut() {
            _ if len == 0 => {}
            Some(last) if last.source + last.len as u64 == source => last.len += len,
            _ => self.pieces.push(Piece { at, source, len }),
        }
        self.window.extend_from_slice(samples);
    }

    /// Cuts the window where that is best, should the tail and `coming` samples find no room.
    fn make_room(&mut self, coming: usize) {
        if self.window.is_empty() || self.window.len() + self.tail.len() + coming <= MAX_WINDOW {
            return;
        }
        let now = Pause {
            at: self.window.len(),
            len: self.silent_for,
        };
        let best = self
            .pauses
            .iter()
            .copied()
            .filter(|pause| pause.at >= EARLIEST_CUT)
            .chain((now.len > 0).then_some(now))
            .max_by(|a, b| a.worth().total_cmp(&b.worth()));
        match best {
            Some(pause) if pause.at == now.at => {
                self.settle_tail(MARGIN);
                self.emit(self.window.len());
            }
            Some(pause) => self.emit(pause.at),
            None => self.emit(self.quietest()),
        }
    }

    /// The quietest place near the end of the window, never its very end.
    fn quietest(&self) -> usize {
        let last = self.window.len().saturating_sub(QUIET_LENGTH);
        let first = last.saturating_sub(QUIET_SEARCH);
        let energy = |at: usize| {
            self.window[at..at + QUIET_LENGTH]
                .iter()
                .map(|s| s * s)
                .sum::<f32>()
        };
        let quietest = (first..last)
            .step_by(QUIET_LENGTH / 4)
            .min_by(|a, b| energy(*a).total_cmp(&energy(*b)));
        quietest.unwrap_or(first) + QUIET_LENGTH / 2
    }

    /// Makes the first `len` samples of the window ready, and keeps the rest.
    fn emit(&mut self, len: usize) {
        if len == 0 {
            return;
        }
        let mut samples = std::mem::take(&mut self.window);
        self.window = samples.split_off(len);
        samples.shrink_to_fit();
        let mut pieces = Vec::new();
        for piece in std::mem::take(&mut self.pieces) {
            let before = len.saturating_sub(piece.at).min(piece.len);
            if before > 0 {
                pieces.push(Piece {
                    len: before,
                    ..piece
                });
            }
            if before < piece.len {
                self.pieces.push(Piece {
                    at: piece.at + before - len,
                    source: piece.source + before as u64,
                    len: piece.len - before,
                });
            }
        }
        self.pauses.retain_mut(|pause| {
            let after = pause.at > len;
            pause.at = pause.at.saturating_sub(len);
            after
        });
        self.ready
            .push_back(Packed::Speech(Window { samples, pieces }));
    }
}
