//! From frames to turns: how many voices there are, which frames are whose.

use std::ops::Range;

use super::bell::{Behind, NUMBERS, Sums};
use super::frame::Frame;
use super::voice::{Learner, Voice};
use super::{HOP_MS, MOST_VOICES, Turn};
use super::{groups, path};
use crate::session::TimeSpan;

/// Frames of a stretch at most (1.2 s), and at least where it is to count in the grouping.
const STRETCH: usize = 75;
const LEAST_STRETCH: usize = 25;
/// A pause of so many hops ends a stretch.
const STRETCH_PAUSE: u32 = 8;
/// Stretches that are grouped at most, the longest; the rest is told by what those teach.
const MOST_STRETCHES: usize = 300;
/// Groups to begin with: as many as there are voices, or more, so that none of them holds two. The
/// best outcome counts.
const BEGINNINGS: [usize; 3] = [MOST_VOICES + 1, 3, 2];
/// Frames that a group to begin with has at least (10 s), where there are more than two.
const GROUP_FRAMES: usize = 500;
/// Frames that are looked at on the way, at most: of longer sessions one in so many.
const MOST_LOOKED_AT: usize = 15_000;
/// Rounds of learning the voices and telling by them who speaks, on the way and at the end.
const ROUNDS: usize = 3;
const LAST_ROUNDS: usize = 4;
/// How far apart three voices or more have to be, and how far two ([`groups::apart`]). Measured: two
/// parts of one synthetic voice are at most 0.95 apart when there are three, and 0.33 when there are
/// two; different ones at least 2.3 and 1.0; two people in a telephone call 1.0.
const APART_MANY: f64 = 1.1;
const APART_TWO: f64 = 0.45;
/// What lies so many dB under the loud parts tells no voice.
const QUIET: f32 = 28.0;
/// A turn ends at a pause of so many hops (0.5 s).
const TURN_PAUSE: u32 = 32;

/// The turns of a session. `hops` tells when each frame is; `wanted` how many voices there are, where
/// that is known.
pub(super) fn turns(frames: &[Frame], hops: &[u32], wanted: Option<usize>) -> Vec<Turn> {
    let (frames, hops) = loud(frames, hops);
    let stretches = stretches(&hops);
    let sums: Vec<Sums> = stretches
        .iter()
        .map(|stretch| Sums::of(&frames[stretch.clone()]))
        .collect();
    let behind = Behind::of(&sums);
    let most = (frames.len() / GROUP_FRAMES).max(2);
    let beginnings = BEGINNINGS.map(|groups| groups.min(most).max(wanted.unwrap_or(1)));
    let every = frames.len().div_ceil(MOST_LOOKED_AT).max(1);
    let thin_frames: Vec<Frame> = frames.iter().step_by(every).copied().collect();
    let thin_hops: Vec<u32> = hops.iter().step_by(every).copied().collect();
    let mut best: Option<(f64, Vec<Voice>)> = None;
    for of in groups::join(&sums, &behind, &beginnings) {
        let mut telling = Telling {
            frames: &thin_frames,
            hops: &thin_hops,
            every,
            behind: &behind,
            voices: of.iter().max().map_or(1, |most| most + 1),
            shares: Vec::new(),
            sums: Vec::new(),
        };
        telling.begin(&stretches, &of);
        telling.settle(wanted);
        let gain = telling.gain();
        if best.as_ref().is_none_or(|(most, _)| gain > *most) {
            best = Some((gain, telling.learn()));
        }
    }
    let Some((_, voices)) = best else {
        return Vec::new();
    };
    let mut telling = Telling {
        frames: &frames,
        hops: &hops,
        every: 1,
        behind: &behind,
        voices: voices.len(),
        shares: Vec::new(),
        sums: Vec::new(),
    };
    telling.tell_by(&voices);
    telling.tell(if every > 1 { 1 } else { 0 });
    telling.turns()
}

/// Stretches of speech without a pause in which one voice speaks, most likely; the longest ones.
fn stretches(hops: &[u32]) -> Vec<Range<usize>> {
    let mut stretches = Vec::new();
    let mut start = 0;
    for n in 1..=hops.len() {
        let ends = n == hops.len() || hops[n] > hops[n - 1] + STRETCH_PAUSE || n - start >= STRETCH;
        if ends {
            stretches.push(start..n);
            start = n;
        }
    }
    if stretches.iter().any(|s| s.len() >= LEAST_STRETCH) {
        stretches.retain(|s| s.len() >= LEAST_STRETCH);
    }
    stretches.sort_by_key(|s| (std::cmp::Reverse(s.len()), s.start));
    stretches.truncate(MOST_STRETCHES);
    stretches
}

/// The frames that are loud enough.
fn loud(frames: &[Frame], hops: &[u32]) -> (Vec<Frame>, Vec<u32>) {
    let mut levels: Vec<f32> = frames.iter().map(Frame::level).collect();
    levels.sort_by(f32::total_cmp);
    let Some(level) = levels.get(levels.len() * 9 / 10) else {
        return (Vec::new(), Vec::new());
    };
    let least = level - QUIET;
    let both = frames.iter().zip(hops);
    both.filter(|(frame, _)| frame.level() >= least)
        .map(|(frame, hop)| (*frame, *hop))
        .unzip()
}

struct Telling<'a> {
    frames: &'a [Frame],
    hops: &'a [u32],
    /// One frame in so many is looked at.
    every: usize,
    behind: &'a Behind,
    voices: usize,
    /// The share of each voice in each frame.
    shares: Vec<f32>,
    /// The frames of each voice, summed.
    sums: Vec<Sums>,
}

impl Telling<'_> {
    /// Begins with the groups that the stretches are in.
    fn begin(&mut self, stretches: &[Range<usize>], of: &[usize]) {
        self.shares = vec![0.0; self.frames.len() * self.voices];
        for (stretch, group) in stretches.iter().zip(of) {
            for frame in stretch.start.div_ceil(self.every)..stretch.end.div_ceil(self.every) {
                self.shares[frame * self.voices + group] = 1.0;
            }
        }
    }

    /// What it saves to describe each voice by itself, less what the bells cost.
    fn gain(&self) -> f64 {
        let Some(all) = self.sums.iter().cloned().reduce(|a, b| a.together(&b)) else {
            return 0.0;
        };
        let apart: f64 = self.sums.iter().map(|sums| sums.cost(self.behind)).sum();
        let price = 0.5 * NUMBERS as f64 * all.count.max(2.0).ln();
        all.cost(self.behind) - apart - price * self.voices as f64
    }

    /// Joins the voices that are nearest to each other until the rest are far enough apart.
    fn settle(&mut self, wanted: Option<usize>) {
        self.tell(ROUNDS);
        while self.voices > 1 {
            let Some((apart, a, b)) = self.nearest() else {
                break;
            };
            let enough = if self.voices > 2 {
                APART_MANY
            } else {
                APART_TWO
            };
            let stays = match wanted {
                Some(wanted) => self.voices <= wanted,
                None => self.voices <= MOST_VOICES && apart >= enough,
            };
            if stays {
                break;
            }
            self.join(a, b);
            self.tell(ROUNDS);
        }
        self.tell(LAST_ROUNDS);
    }

    fn nearest(&self) -> Option<(f64, usize, usize)> {
        let pairs = (0..self.voices).flat_map(|a| (a + 1..self.voices).map(move |b| (a, b)));
        pairs
            .map(|(a, b)| {
                let apart = groups::apart(&self.sums[a], &self.sums[b], self.behind);
                (apart, a, b)
            })
            .min_by(|one, other| one.0.total_cmp(&other.0))
    }

    fn join(&mut self, a: usize, b: usize) {
        let rows = self.shares.chunks(self.voices);
        let joined = rows.flat_map(|row| {
            let share = move |voice: usize| row[voice] + if voice == a { row[b] } else { 0.0 };
            (0..row.len()).filter(move |v| *v != b).map(share)
        });
        self.shares = joined.collect();
        self.voices -= 1;
    }

    fn tell(&mut self, rounds: usize) {
        for _ in 0..rounds {
            let voices = self.learn();
            self.tell_by(&voices);
        }
    }

    fn tell_by(&mut self, voices: &[Voice]) {
        let mut scores = Vec::with_capacity(self.frames.len() * voices.len());
        for frame in self.frames {
            scores.extend(voices.iter().map(|voice| voice.likelihood(frame)));
        }
        self.shares = path::shares(&scores, self.hops, self.voices, self.every);
    }

    /// Learns the voices from what is theirs by now.
    fn learn(&mut self) -> Vec<Voice> {
        let mut learners: Vec<Learner> = (0..self.voices).map(|_| Learner::new()).collect();
        for (frame, row) in self.frames.iter().zip(self.shares.chunks(self.voices)) {
            for (learner, share) in learners.iter_mut().zip(row) {
                learner.add(frame, *share);
            }
        }
        let voices = learners.iter().map(|l| l.voice(self.behind)).collect();
        self.sums = learners.into_iter().map(|learner| learner.sums).collect();
        voices
    }

    fn turns(&self) -> Vec<Turn> {
        let mut turns: Vec<Turn> = Vec::new();
        let mut names: Vec<usize> = Vec::new();
        // Sum of the shares of the turn under way, and how many frames it has.
        let mut sum = (0.0, 0.0);
        let mut last = 0;
        for (hop, row) in self.hops.iter().zip(self.shares.chunks(self.voices)) {
            let best = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            let Some((voice, share)) = best else { continue };
            let voice = names.iter().position(|v| *v == voice).unwrap_or_else(|| {
                names.push(voice);
                names.len() - 1
            });
            let (start_ms, end_ms) = (u64::from(*hop) * HOP_MS, u64::from(hop + 1) * HOP_MS);
            match turns.last_mut() {
                Some(turn) if turn.voice == voice && *hop <= last + TURN_PAUSE => {
                    turn.span.end_ms = end_ms;
                    sum = (sum.0 + share, sum.1 + 1.0);
                    turn.confidence = sum.0 / sum.1;
                }
                _ => {
                    turns.push(Turn {
                        span: TimeSpan::new(start_ms, end_ms),
                        voice,
                        confidence: *share,
                    });
                    sum = (*share, 1.0);
                }
            }
            last = *hop;
        }
        turns
    }
}
