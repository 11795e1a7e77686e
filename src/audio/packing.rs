//! From a stream of audio to windows full of speech, without losing a sample from the account.

use std::collections::VecDeque;

use crate::audio::activity::{self, NoiseFloor, Smoothed, VoiceActivity};
use crate::audio::failure::AudioError;
use crate::audio::filling::Filling;
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

/// Packs the speech in a stream of 16 kHz mono blocks into windows of at most [`MAX_WINDOW`].
///
/// Every sample of the stream is in exactly one piece of one window or in one silence, in order
/// within each kind; a silence may come before the window around it. No window is without speech.
/// It holds less than a window and a second of audio, however long the stream. Where the stream
/// gives an error, what came before is packed first, and the error comes last.
#[derive(Debug)]
pub struct Packer<I, V> {
    blocks: I,
    activity: V,
    /// Samples that the detector has not decided on.
    undecided: VecDeque<f32>,
    decided: Vec<f32>,
    filling: Filling,
    failure: Option<AudioError>,
    ended: bool,
}

impl<I> Packer<I, Smoothed<NoiseFloor>>
where
    I: Iterator<Item = Result<Vec<f32>, AudioError>>,
{
    /// Packs `blocks` with the detector that needs no model.
    #[must_use]
    pub fn new(blocks: I) -> Self {
        Self::with_activity(blocks, activity::own())
    }
}

impl<I, V> Packer<I, V>
where
    I: Iterator<Item = Result<Vec<f32>, AudioError>>,
    V: VoiceActivity,
{
    /// Packs `blocks` by what `activity` says.
    #[must_use]
    pub fn with_activity(blocks: I, activity: V) -> Self {
        Self {
            blocks,
            activity,
            undecided: VecDeque::new(),
            decided: Vec::new(),
            filling: Filling::default(),
            failure: None,
            ended: false,
        }
    }

    /// The stream of blocks, e.g. to ask a [`crate::audio::recording::Recording`] for its doubts.
    pub fn blocks_mut(&mut self) -> &mut I {
        &mut self.blocks
    }

    /// Samples held at this moment.
    #[must_use]
    pub fn samples_held(&self) -> usize {
        self.undecided.len() + self.filling.samples_held()
    }

    fn take_in(&mut self, block: &[f32]) {
        // A block may be of any length, a whole recording even: it goes in hop by hop.
        let hop = self.activity.hop();
        let mut at = 0;
        while at < block.len() {
            let filled = self.undecided_hop_fill(hop);
            let take = (hop - filled).min(block.len() - at);
            self.undecided.extend(&block[at..at + take]);
            at += take;
            if filled + take == hop {
                self.judge_last(hop);
            }
        }
    }

    /// How many samples of an unfinished hop are waiting.
    fn undecided_hop_fill(&self, hop: usize) -> usize {
        self.undecided.len() % hop
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

    fn end(&mut self) {
        self.ended = true;
        let rest = self.undecided_hop_fill(self.activity.hop());
        if rest > 0 {
            self.judge_last(rest);
        }
        self.activity.finish(&mut self.decided);
        self.pack_decided();
        self.filling.end();
    }
}

impl<I, V> Iterator for Packer<I, V>
where
    I: Iterator<Item = Result<Vec<f32>, AudioError>>,
    V: VoiceActivity,
{
    type Item = Result<Packed, AudioError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(packed) = self.filling.next_ready() {
                return Some(Ok(packed));
            }
            if self.ended {
                return self.failure.take().map(Err);
            }
            match self.blocks.next() {
                Some(Ok(block)) => self.take_in(&block),
                Some(Err(error)) => {
                    self.failure = Some(error);
                    self.end();
                }
                None => self.end(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Takes every sample that is not zero for speech.
    #[derive(Debug)]
    struct NotZero;

    const HOP: usize = 160;

    impl VoiceActivity for NotZero {
        fn hop(&self) -> usize {
            HOP
        }
        fn push(&mut self, hop: &[f32], decided: &mut Vec<f32>) {
            decided.push(if hop.iter().any(|s| *s != 0.0) {
                1.0
            } else {
                0.0
            });
        }
        fn finish(&mut self, _: &mut Vec<f32>) {}
    }

    /// A recording in which each sample tells its place, silent where the layout says so; lengths
    /// in hops, speech first.
    fn recording(layout: &[usize], rest: usize) -> Vec<f32> {
        let mut samples = Vec::new();
        for (n, hops) in layout.iter().enumerate() {
            for _ in 0..hops * HOP {
                let place = samples.len() as f32 + 1.0;
                samples.push(if n % 2 == 0 { place } else { 0.0 });
            }
        }
        samples.resize(samples.len() + rest, 0.0);
        samples
    }

    fn pack(samples: &[f32], block: usize) -> Vec<Packed> {
        let blocks = samples.chunks(block).map(|b| Ok(b.to_vec()));
        Packer::with_activity(blocks, NotZero)
            .map(Result::unwrap)
            .collect()
    }

    /// Checks the account of every sample, and answers with the windows.
    fn checked(samples: &[f32], packed: Vec<Packed>) -> Vec<Window> {
        let mut seen = vec![0_u8; samples.len()];
        let mut windows = Vec::new();
        for one in packed {
            match one {
                Packed::Silence(Silence { source, len }) => {
                    let range = source as usize..(source + len) as usize;
                    assert!(!range.is_empty());
                    assert!(
                        samples[range.clone()].iter().all(|s| *s == 0.0),
                        "speech in a silence"
                    );
                    seen[range].iter_mut().for_each(|n| *n += 1);
                }
                Packed::Speech(window) => {
                    assert!(window.samples.len() <= MAX_WINDOW);
                    assert!(
                        window.samples.iter().any(|s| *s != 0.0),
                        "a window without speech"
                    );
                    let mut at = 0;
                    for piece in &window.pieces {
                        assert_eq!(piece.at, at);
                        let range = piece.source as usize..piece.source as usize + piece.len;
                        assert_eq!(window.samples[at..at + piece.len], samples[range.clone()]);
                        seen[range].iter_mut().for_each(|n| *n += 1);
                        at += piece.len;
                    }
                    assert_eq!(at, window.samples.len());
                    windows.push(window);
                }
            }
        }
        assert!(seen.iter().all(|n| *n == 1), "each sample is in one place");
        windows
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn every_sample_is_accounted_for(
            layout in prop::collection::vec(
                prop_oneof![0_usize..60, 20_usize..400, 500_usize..3_500], 0..14),
            rest in 0_usize..HOP,
            block in 100_usize..9_000,
        ) {
            let samples = recording(&layout, rest);
            let windows = checked(&samples, pack(&samples, block));
            let mut last = 0;
            for window in &windows {
                for ms in (0..=window.samples.len() as u64 / 16).step_by(250) {
                    let there = window.true_ms(ms);
                    assert!(there >= last, "times run forward");
                    last = there;
                }
            }
        }
    }

    #[test]
    fn windows_are_cut_where_a_pause_is() {
        // 20 s of speech, 1 s of pause, 8 s, 50 ms, 10 s: the long pause wins over the last one.
        let samples = recording(&[2000, 100, 800, 5, 1000], 0);
        let windows = checked(&samples, pack(&samples, 1000));
        assert_eq!(windows.len(), 2);
        assert_eq!(windows[0].samples.len(), 2000 * HOP + MARGIN);
        // Without a long pause, the last short one.
        let samples = recording(&[1500, 5, 1000, 5, 1000], 0);
        let windows = checked(&samples, pack(&samples, 1000));
        assert_eq!(windows[0].samples.len(), 2505 * HOP + 2 * HOP + HOP / 2);
    }

    #[test]
    fn speech_without_pause_is_cut_where_it_is_quietest() {
        let mut samples = vec![0.5; 70 * 16_000];
        samples[27 * 16_000..27 * 16_000 + 1_600].fill(0.1);
        let windows = checked(&samples, pack(&samples, 4_000));
        assert!(windows[0].samples.len().abs_diff(27 * 16_000 + 800) <= 800);
        assert_eq!(windows.len(), 3);
    }

    #[test]
    fn pieces_are_packed_together_with_pauses_between() {
        let samples = recording(&[300, 1000, 300, 1000, 300], 0);
        let packed = pack(&samples, 1000);
        let silences = packed
            .iter()
            .filter(|p| matches!(p, Packed::Silence(_)))
            .count();
        let windows = checked(&samples, packed);
        assert_eq!((windows.len(), silences), (1, 2));
        assert_eq!(windows[0].pieces.len(), 3);
        assert_eq!(windows[0].samples.len(), 900 * HOP + 4 * MARGIN);
    }

    #[test]
    fn what_came_before_an_error_is_packed_first() {
        let lost = || AudioError::Undecodable {
            path: "x.wav".into(),
        };
        let blocks = vec![Ok(vec![0.5; 5_000]), Err(lost()), Ok(vec![0.5; 5_000])];
        let packed: Vec<_> = Packer::with_activity(blocks.into_iter(), NotZero).collect();
        assert_eq!(packed.len(), 2);
        assert!(matches!(&packed[0], Ok(Packed::Speech(w)) if w.samples.len() == 5_000));
        assert!(packed[1].is_err());
    }

    #[test]
    fn an_endless_stream_is_held_in_little_memory() {
        // Three hours of talk with pauses, made as it is asked for.
        let block = |n: usize| Ok(vec![if n % 7 < 5 { 0.5 } else { 0.0 }; 8_000]);
        let mut packer = Packer::with_activity((0..3 * 3600 * 2).map(block), NotZero);
        let mut most = 0;
        while let Some(packed) = packer.next() {
            packed.unwrap();
            most = most.max(packer.samples_held());
        }
        assert!(most <= MAX_WINDOW + SAMPLE_RATE as usize, "{most}");
    }
}
