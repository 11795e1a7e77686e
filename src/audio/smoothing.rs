//! From a probability each hop to stretches of speech: a decorator for any detector.

use crate::audio::activity::VoiceActivity;

/// A hop this likely to be speech begins a stretch.
const BEGINS: f32 = 0.5;
/// A hop this likely to be speech continues one.
const CONTINUES: f32 = 0.3;

/// Bridges the short holes within words and drops what is too short for a syllable, such as clicks.
/// Its probabilities are 0 and 1.
#[derive(Debug)]
pub struct Smoothed<V> {
    inner: V,
    raw: Vec<f32>,
    /// Hops without speech that a stretch goes on for.
    hang: usize,
    /// Hops of speech that make a stretch.
    least: usize,
    /// Hops of the stretch under way whose fate is open, since it has too little speech so far.
    open: usize,
    /// Hops of speech in the stretch under way; 0 between stretches.
    speech: usize,
    /// Hops since the last one of speech.
    since: usize,
}

impl<V: VoiceActivity> Smoothed<V> {
    /// Smooths `inner`: a stretch goes on for `hang_ms` after speech, and has at least `least_ms` of
    /// speech.
    #[must_use]
    pub fn new(inner: V, hang_ms: usize, least_ms: usize) -> Self {
        let hops = |ms: usize| (ms * 16).div_ceil(inner.hop().max(1));
        let (hang, least) = (hops(hang_ms), hops(least_ms).max(1));
        Self {
            inner,
            raw: Vec::new(),
            hang,
            least,
            open: 0,
            speech: 0,
            since: 0,
        }
    }

    fn decide(&mut self, probability: f32, decided: &mut Vec<f32>) {
        let under_way = self.speech > 0;
        if probability >= if under_way { CONTINUES } else { BEGINS } {
            self.speech += 1;
            self.since = 0;
            self.open += 1;
            if self.speech >= self.least {
                self.settle(1.0, decided);
            }
        } else if !under_way {
            decided.push(0.0);
        } else {
            self.since += 1;
            self.open += 1;
            if self.since > self.hang {
                // The hop that ends the stretch is not part of it.
                self.open -= 1;
                self.end(decided);
                decided.push(0.0);
            } else if self.speech >= self.least {
                self.settle(1.0, decided);
            }
        }
    }

    fn settle(&mut self, probability: f32, decided: &mut Vec<f32>) {
        decided.resize(decided.len() + self.open, probability);
        self.open = 0;
    }

    fn end(&mut self, decided: &mut Vec<f32>) {
        let long_enough = self.speech >= self.least;
        self.settle(if long_enough { 1.0 } else { 0.0 }, decided);
        (self.speech, self.since) = (0, 0);
    }

    fn decide_all(&mut self, decided: &mut Vec<f32>) {
        let raw = std::mem::take(&mut self.raw);
        for &probability in &raw {
            self.decide(probability, decided);
        }
        self.raw = raw;
        self.raw.clear();
    }
}

impl<V: VoiceActivity> VoiceActivity for Smoothed<V> {
    fn hop(&self) -> usize {
        self.inner.hop()
    }

    fn push(&mut self, hop: &[f32], decided: &mut Vec<f32>) {
        self.inner.push(hop, &mut self.raw);
        self.decide_all(decided);
    }

    fn finish(&mut self, decided: &mut Vec<f32>) {
        self.inner.finish(&mut self.raw);
        self.decide_all(decided);
        self.end(decided);
    }

    fn outlook(&self, likely: &mut Vec<f32>) {
        // Hops whose fate is open: silent since the last of speech.
        let silent = self.since.min(self.open);
        likely.resize(likely.len() + self.open - silent, 1.0);
        likely.resize(likely.len() + silent, 0.0);
        let from = likely.len();
        self.inner.outlook(likely);
        for probability in &mut likely[from..] {
            let enough = if self.speech > 0 { CONTINUES } else { BEGINS };
            *probability = if *probability >= enough { 1.0 } else { 0.0 };
        }
    }

    fn settle(&mut self, keep: usize, decided: &mut Vec<f32>) {
        self.inner.settle(keep, &mut self.raw);
        self.decide_all(decided);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says of each hop the value of its first sample, two hops late.
    struct Said(Vec<f32>);

    impl VoiceActivity for Said {
        fn hop(&self) -> usize {
            160
        }
        fn push(&mut self, hop: &[f32], decided: &mut Vec<f32>) {
            self.0.push(hop[0]);
            if self.0.len() > 2 {
                decided.push(self.0.remove(0));
            }
        }
        fn finish(&mut self, decided: &mut Vec<f32>) {
            decided.append(&mut self.0);
        }
    }

    fn smooth(hops: &str) -> String {
        let mut smoothed = Smoothed::new(Said(Vec::new()), 20, 30);
        let mut decided = Vec::new();
        for hop in hops.chars() {
            let probability = match hop {
                '#' => 0.9,
                '+' => 0.4,
                _ => 0.0,
            };
            smoothed.push(&[probability; 160], &mut decided);
        }
        smoothed.finish(&mut decided);
        decided
            .iter()
            .map(|p| if *p > 0.5 { '#' } else { '.' })
            .collect()
    }

    #[test]
    fn stretches_come_out_of_hops() {
        let cases = [
            ("", ""),
            ("......", "......"),
            (".##......", "........."),     // too short
            (".###.....", ".#####..."),     // hangs on for two
            (".#.#..#....", ".########.."), // holes bridged, speech counts together
            ("..++++....", ".........."),   // not likely enough to begin
            ("..#++.....", "..#####..."),   // but to go on
            ("..###", "..###"),
            ("...##", "....."),
        ];
        for (hops, want) in cases {
            assert_eq!(smooth(hops), want, "{hops}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_hop_is_decided(hops in "[.#+]{0,80}") {
            assert_eq!(smooth(&hops).len(), hops.len());
        }
    }
}
