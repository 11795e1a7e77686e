//! From audio as it comes to windows full of speech, without losing a sample from the account.

use std::collections::VecDeque;

use crate::audio::activity::VoiceActivity;
use crate::audio::filling::Filling;
pub use crate::audio::packer::Packer;
use crate::audio::window::Window;
use crate::audio::{SAMPLE_RATE, ms_of};
use crate::session::TimeSpan;

/// Most samples in a window: 29.76 s, the longest that a multiple of 16 encoder positions covers.
/// The kernels take 1488 positions at 85 % of the cost of the full 1500 (benches/README.md).
pub const MAX_WINDOW: usize = 1488 * SAMPLE_RATE as usize / 50;
/// Samples of the surroundings that stay with speech on either side: 200 ms, so that no first or
/// last sound is cut and pieces keep a pause between them.
pub const MARGIN: usize = SAMPLE_RATE as usize / 5;

/// A stretch of a recording, packed.
#[derive(Clone, Debug, PartialEq)]
pub enum Packed {
    /// Speech for the recogniser.
    Speech(Window),
    /// A stretch in which nobody speaks.
    Silence(Silence),
}

/// A stretch of a recording in which nobody speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// First sample in the recording.
    pub source: u64,
    /// Length in samples.
    pub len: u64,
}

impl Silence {
    /// Where in the recording.
    #[must_use]
    pub fn span(self) -> TimeSpan {
        TimeSpan::new(ms_of(self.source), ms_of(self.source + self.len))
    }
}

/// Packs 16 kHz mono audio as it comes; [`Packer`] does the same for a stream that is asked for.
///
/// Besides what a file needs it can be asked, while somebody speaks, for the window under way, and
/// be told to cut it there.
#[derive(Debug)]
pub struct Packing<V> {
    activity: V,
    /// Samples that the detector has not decided on.
    undecided: VecDeque<f32>,
    decided: Vec<f32>,
    filling: Filling,
}

/// The window under way: what has been said since the last cut, up to now.
#[derive(Clone, PartialEq)]
pub struct Open {
    /// 16 kHz mono samples, with those that may turn out to be silence.
    pub samples: Vec<f32>,
    /// Where in the recording it is.
    pub span: TimeSpan,
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open")
            .field("samples", &self.samples.len())
            .field("span", &self.span)
            .finish()
    }
}

/// Hops at the end that a cut leaves undecided, 0.2 s: should the pause turn out to be none, no
/// beginning of a word has been taken for silence.
const LEFT_OPEN: usize = 13;

impl<V: VoiceActivity> Packing<V> {
    /// Packs by what `activity` says.
    #[must_use]
    pub fn new(activity: V) -> Self {
        Self {
            activity,
            undecided: VecDeque::new(),
            decided: Vec::new(),
            filling: Filling::default(),
        }
    }

    /// Takes in the next samples, as many as there are.
    pub fn push(&mut self, block: &[f32]) {
        // A block may be of any length, a whole recording even: it goes in hop by hop.
        let hop = self.activity.hop();
        let mut at = 0;
        while at < block.len() {
            let filled = self.undecided_hop_fill();
            let take = (hop - filled).min(block.len() - at);
            self.undecided.extend(&block[at..at + take]);
            at += take;
            if filled + take == hop {
                self.judge_last(hop);
            }
        }
    }

    /// The next window or silence that is complete.
    pub fn next_ready(&mut self) -> Option<Packed> {
        self.filling.next_ready()
    }

    /// Makes ready all that is left. What is pushed later stands behind it.
    pub fn end(&mut self) {
        let rest = self.undecided_hop_fill();
        if rest > 0 {
            self.judge_last(rest);
        }
        self.activity.finish(&mut self.decided);
        self.pack_decided();
        self.filling.end();
    }

    /// Goes on `len` samples later, since what stands between was not captured. The window under way
    /// ends before it.
    pub fn skip(&mut self, len: u64) {
        self.end();
        self.filling.skip(len);
    }

    /// Samples held at this moment.
    #[must_use]
    pub fn samples_held(&self) -> usize {
        self.undecided.len() + self.filling.samples_held()
    }

    /// Samples of the recording so far, skipped ones included.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.filling.position() + self.undecided.len() as u64
    }

    /// For how many samples nobody has been speaking, as far as can be told by now.
    #[must_use]
    pub fn quiet_for(&self) -> u64 {
        let hop = self.activity.hop();
        let mut likely = Vec::new();
        self.activity.outlook(&mut likely);
        if let Some(last) = likely.iter().rposition(|p| *p >= 0.5) {
            let before = (last + 1) * hop;
            return self.undecided.len().saturating_sub(before) as u64;
        }
        // A detector that tells nothing of what is undecided is not taken at silence.
        let untold = if likely.is_empty() {
            0
        } else {
            self.undecided.len() as u64
        };
        self.filling.silent_for() + untold
    }

    /// For how many samples nobody has been speaking; what is undecided counts as speech.
    #[must_use]
    pub fn silent_for(&self) -> u64 {
        self.filling.silent_for()
    }

    /// The window under way; nothing where nobody has spoken since the last cut.
    #[must_use]
    pub fn open(&self) -> Option<Open> {
        let (source, mut samples) = self.filling.open()?;
        samples.extend(&self.undecided);
        Some(Open {
            samples,
            span: TimeSpan::new(ms_of(source), ms_of(self.position())),
        })
    }

    /// Where in the recording the window under way begins.
    #[must_use]
    pub fn open_since(&self) -> Option<u64> {
        self.filling.open_since()
    }

    /// Samples in the window under way that are decided.
    #[must_use]
    pub fn open_len(&self) -> usize {
        self.filling.open_len()
    }

    /// Ends the window under way here, in the pause that [`Packing::quiet_for`] tells of.
    pub fn cut(&mut self) {
        self.activity.settle(LEFT_OPEN, &mut self.decided);
        self.pack_decided();
        self.filling.cut();
    }

    /// Ends the window under way in its last pause of at least `least` samples; says whether there
    /// was one.
    pub fn cut_at_pause(&mut self, least: u64) -> bool {
        self.filling.cut_at_pause(least)
    }

    /// How many samples of an unfinished hop are waiting.
    fn undecided_hop_fill(&self) -> usize {
        self.undecided.len() % self.activity.hop()
    }

    fn judge_last(&mut self, len: usize) {
        let start = self.undecided.len() - len;
        let hop: Vec<f32> = self.undecided.range(start..).copied().collect();
        self.activity.push(&hop, &mut self.decided);
        self.pack_decided();
    }

    fn pack_decided(&mut self) {
        let hop = self.activity.hop();
        for probability in self.decided.drain(..) {
            let len = hop.min(self.undecided.len());
            let samples: Vec<f32> = self.undecided.drain(..len).collect();
            self.filling.take(&samples, probability >= 0.5);
        }
    }
}

#[cfg(test)]
mod tests;
