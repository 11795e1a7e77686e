//! One channel as the meter hears it: how loud, whether somebody speaks, and what is wrong.

use std::collections::VecDeque;

use crate::audio::activity::{self, NoiseFloor, Smoothed, VoiceActivity};
use crate::audio::level::{CLIPPED_SHARE, FULL_SCALE, NEARLY_SILENT_DBFS};
use crate::audio::microphone::complaint::{Complaint, Suspicion};
use crate::audio::microphone::meter::Loudness;
use crate::audio::{SAMPLE_RATE, ms_of};

/// Samples in a moment, the shortest time that levels are told of: a twentieth of a second.
pub(super) const MOMENT: usize = SAMPLE_RATE as usize / 20;
/// Moments that the peak is held, and that the mean is taken over.
const HELD: usize = 20;
const MEAN: usize = 6;
/// Moments that are remembered: five seconds.
pub(super) const PAST: usize = 100;
/// Moments that clipping is counted over: a second.
const CLIP_MOMENTS: usize = 20;
/// Speech whose loudest moment stays under this is too quiet: what a file is doubted for, and a
/// little more, since here it can be mended.
const TOO_QUIET_DBFS: f32 = NEARLY_SILENT_DBFS + 5.0;
/// Speech in the last five seconds from which on its level is judged.
pub(super) const JUDGED_MS: u64 = 1_000;
/// Below this everything is a dead line: under the last bit of 16.
const DEAD: f32 = 1e-5;
/// A dead line for so long is no microphone.
const DEAD_MS: u64 = 2_000;
/// Nobody heard from the beginning for so long.
const NOBODY_MS: u64 = 8_000;
/// Nobody heard any more for so long; in a session people are silent for half a minute.
const SILENT_MS: u64 = 40_000;

/// What is remembered of a twentieth of a second.
#[derive(Clone, Copy, Default)]
struct Moment {
    peak: f32,
    power: f64,
    clipped: u32,
}

/// One channel.
pub(super) struct Ear {
    plays_back: bool,
    moments: VecDeque<Moment>,
    pending: Vec<f32>,
    activity: Smoothed<NoiseFloor>,
    hop: Vec<f32>,
    /// Hops of the last five seconds in which somebody spoke.
    speech: VecDeque<bool>,
    pub(super) was_heard: bool,
    heard_ms: u64,
    dead_ms: u64,
    since_speech_ms: u64,
}

impl Ear {
    pub(super) fn new(plays_back: bool) -> Self {
        Self {
            plays_back,
            moments: VecDeque::new(),
            pending: Vec::new(),
            activity: activity::own(),
            hop: Vec::new(),
            speech: VecDeque::new(),
            was_heard: false,
            heard_ms: 0,
            dead_ms: 0,
            since_speech_ms: 0,
        }
    }

    pub(super) fn push(&mut self, samples: &[f32]) {
        for &sample in samples {
            self.pending.push(sample);
            if self.pending.len() == MOMENT {
                self.end_moment();
            }
        }
        self.hop.extend_from_slice(samples);
        let hop = self.activity.hop();
        let mut decided = Vec::new();
        let whole = self.hop.len() / hop * hop;
        for one in self.hop[..whole].chunks_exact(hop) {
            self.activity.push(one, &mut decided);
        }
        self.hop.drain(..whole);
        let hop_ms = ms_of(hop as u64);
        for probability in decided {
            self.hear(probability > 0.5, hop_ms);
        }
    }

    /// Forgets the sound so far, and not that somebody was heard.
    pub(super) fn forget(&mut self) {
        self.moments.clear();
        self.pending.clear();
        (self.dead_ms, self.since_speech_ms) = (0, 0);
    }

    fn hear(&mut self, is_speech: bool, hop_ms: u64) {
        self.heard_ms += hop_ms;
        self.speech.push_back(is_speech);
        if self.speech.len() as u64 * hop_ms > 5_000 {
            self.speech.pop_front();
        }
        if is_speech {
            self.since_speech_ms = 0;
            self.was_heard |= self.recent_speech_ms() >= JUDGED_MS / 2;
        } else {
            self.since_speech_ms += hop_ms;
        }
    }

    pub(super) fn recent_speech_ms(&self) -> u64 {
        let hops = self.speech.iter().filter(|is| **is).count();
        ms_of((hops * self.activity.hop()) as u64)
    }

    fn end_moment(&mut self) {
        let mut moment = Moment::default();
        for &sample in &self.pending {
            moment.peak = moment.peak.max(sample.abs());
            moment.power += f64::from(sample) * f64::from(sample) / MOMENT as f64;
            moment.clipped += u32::from(sample.abs() >= FULL_SCALE);
        }
        self.pending.clear();
        if moment.peak < DEAD {
            self.dead_ms += ms_of(MOMENT as u64);
        } else {
            self.dead_ms = 0;
        }
        self.moments.push_back(moment);
        if self.moments.len() > PAST {
            self.moments.pop_front();
        }
    }

    pub(super) fn loudness(&self) -> Loudness {
        let lately = |count: usize| self.moments.iter().rev().take(count);
        let peak = lately(HELD).map(|m| m.peak).fold(0.0, f32::max);
        let count = self.moments.len().clamp(1, MEAN);
        let power = lately(MEAN).map(|m| m.power).sum::<f64>() / count as f64;
        Loudness {
            peak_dbfs: 20.0 * peak.log10(),
            rms_dbfs: 10.0 * power.log10() as f32,
        }
    }

    pub(super) fn judge(&self, channel: usize) -> Vec<Complaint> {
        let wrong = |why| Complaint::WrongDevice { channel, why };
        let mut found = Vec::new();
        if self.plays_back {
            found.push(wrong(Suspicion::PlaysBack));
        }
        // A dead line is silent and unheard as well; one word is enough.
        if self.dead_ms >= DEAD_MS {
            found.push(wrong(Suspicion::DeadSilence));
            return found;
        }
        let lately = self.moments.iter().rev().take(CLIP_MOMENTS);
        let clipped: u32 = lately.map(|m| m.clipped).sum();
        let clip_share = clipped as f32 / (CLIP_MOMENTS * MOMENT) as f32;
        if clip_share >= CLIPPED_SHARE {
            found.push(Complaint::Clipping {
                channel,
                share: clip_share,
            });
        }
        if !self.was_heard && self.heard_ms >= NOBODY_MS && !self.plays_back {
            found.push(wrong(Suspicion::NobodyHeard));
        }
        if self.was_heard && self.since_speech_ms >= SILENT_MS {
            let for_ms = self.since_speech_ms;
            found.push(Complaint::Silent { channel, for_ms });
        }
        let loudest = self.moments.iter().map(|m| m.power).fold(0.0, f64::max);
        let loudest_dbfs = 10.0 * loudest.log10() as f32;
        if self.recent_speech_ms() >= JUDGED_MS && loudest_dbfs < TOO_QUIET_DBFS {
            found.push(Complaint::TooQuiet {
                channel,
                loudest_dbfs,
            });
        }
        found
    }
}
