//! How loud it is now, for a display, and what is wrong with it.

use std::collections::VecDeque;

use crate::audio::microphone::complaint::{Complaint, Suspicion};
use crate::audio::microphone::ear::{Ear, JUDGED_MS, MOMENT, PAST};

/// Two channels that are alike to this degree carry one sound.
const SAME: f64 = 0.995;
/// Parts of names of inputs that give what the computer plays.
const PLAYBACKS: [&str; 6] = [
    "monitor of",
    ".monitor",
    "loopback",
    "stereo mix",
    "what u hear",
    "blackhole",
];

/// How loud a channel is now, in dB below full scale; negative infinity where it is dead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loudness {
    /// The highest sample of the last second.
    pub peak_dbfs: f32,
    /// The mean power of the last 0.3 s.
    pub rms_dbfs: f32,
}

impl Loudness {
    /// The mean as a share of a bar from -60 dB to full scale, 0 to 1.
    #[must_use]
    pub fn share(self) -> f32 {
        share(self.rms_dbfs)
    }

    /// The peak as a share of the same bar.
    #[must_use]
    pub fn peak_share(self) -> f32 {
        share(self.peak_dbfs)
    }
}

fn share(dbfs: f32) -> f32 {
    ((dbfs + 60.0) / 60.0).clamp(0.0, 1.0)
}

/// Listens to what is recorded.
pub struct Meter {
    ears: Vec<Ear>,
    /// Products of the two channels of the last moments: left, right, both.
    products: VecDeque<[f64; 3]>,
    pending: Vec<[f64; 3]>,
    standing: Vec<Complaint>,
}

impl std::fmt::Debug for Meter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Meter")
            .field("loudness", &self.loudness())
            .field("standing", &self.standing)
            .finish_non_exhaustive()
    }
}

impl Meter {
    /// A meter for so many channels from devices of these names.
    #[must_use]
    pub fn new(channels: usize, devices: &[&str]) -> Self {
        let plays_back = |n: usize| {
            let name = devices.get(n).or(devices.last()).unwrap_or(&"");
            let name = name.to_lowercase();
            PLAYBACKS.iter().any(|part| name.contains(part))
        };
        Self {
            ears: (0..channels).map(|n| Ear::new(plays_back(n))).collect(),
            products: VecDeque::new(),
            pending: Vec::new(),
            standing: Vec::new(),
        }
    }

    /// Takes in samples of every channel, of equal lengths, and gives the complaints that are new.
    pub fn push(&mut self, channels: &[Vec<f32>]) -> Vec<Complaint> {
        for (ear, samples) in self.ears.iter_mut().zip(channels) {
            ear.push(samples);
        }
        if let [left, right] = channels {
            self.compare(left, right);
        }
        let now = self.judge();
        let is_new = |c: &&Complaint| {
            let known = |s: &Complaint| s.code() == c.code() && s.channel() == c.channel();
            !self.standing.iter().any(known)
        };
        let new: Vec<Complaint> = now.iter().filter(is_new).cloned().collect();
        self.standing = now;
        new
    }

    /// Forgets the sound before a gap; who was heard already is kept.
    pub fn gap(&mut self) {
        for ear in &mut self.ears {
            ear.forget();
        }
        self.products.clear();
        self.pending.clear();
    }

    /// How loud each channel is.
    #[must_use]
    pub fn loudness(&self) -> Vec<Loudness> {
        self.ears.iter().map(Ear::loudness).collect()
    }

    /// Everything that is wrong now.
    #[must_use]
    pub fn standing(&self) -> &[Complaint] {
        &self.standing
    }

    /// Whether somebody was heard on the channel at all.
    #[must_use]
    pub fn was_heard(&self, channel: usize) -> bool {
        self.ears.get(channel).is_some_and(|ear| ear.was_heard)
    }

    fn compare(&mut self, left: &[f32], right: &[f32]) {
        for (l, r) in left.iter().zip(right) {
            let (l, r) = (f64::from(*l), f64::from(*r));
            self.pending.push([l * l, r * r, l * r]);
            if self.pending.len() == MOMENT {
                let sum = self.pending.drain(..).fold([0.0; 3], |sum: [f64; 3], one| {
                    [sum[0] + one[0], sum[1] + one[1], sum[2] + one[2]]
                });
                self.products.push_back(sum);
                if self.products.len() > PAST {
                    self.products.pop_front();
                }
            }
        }
    }

    fn is_same_on_both(&self) -> bool {
        let heard = self
            .ears
            .iter()
            .any(|ear| ear.recent_speech_ms() >= JUDGED_MS);
        if !heard || self.products.len() < PAST {
            return false;
        }
        let [ll, rr, lr] = self.products.iter().fold([0.0; 3], |sum: [f64; 3], one| {
            [sum[0] + one[0], sum[1] + one[1], sum[2] + one[2]]
        });
        ll > 0.0 && rr > 0.0 && lr / (ll * rr).sqrt() > SAME
    }

    fn judge(&self) -> Vec<Complaint> {
        let mut found: Vec<Complaint> = (self.ears.iter().enumerate())
            .flat_map(|(channel, ear)| ear.judge(channel))
            .collect();
        if self.is_same_on_both() {
            let why = Suspicion::SameOnBoth;
            found.push(Complaint::WrongDevice { channel: 1, why });
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Something like speech: a tone that comes and goes four times a second, over noise.
    fn voice(gain: f32, seconds: usize) -> Vec<f32> {
        let mut noise = 1_u32;
        (0..seconds * 16_000)
            .map(|n| {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let t = n as f32 / 16_000.0;
                let beat = (t * 4.0 * std::f32::consts::TAU).sin().max(0.0);
                let hum: f32 = (1..12)
                    .map(|k| (t * 140.0 * k as f32 * std::f32::consts::TAU).sin() / k as f32)
                    .sum();
                let hiss = (noise >> 16) as f32 / 65_536.0 - 0.5;
                (gain * beat * hum + 0.0003 * hiss).clamp(-1.0, 1.0)
            })
            .collect()
    }

    fn codes(channels: &[Vec<f32>], device: &str) -> Vec<&'static str> {
        let mut meter = Meter::new(channels.len(), &[device]);
        let mut found = Vec::new();
        for at in (0..channels[0].len()).step_by(1_600) {
            let part: Vec<Vec<f32>> = channels
                .iter()
                .map(|c| c[at..(at + 1_600).min(c.len())].to_vec())
                .collect();
            found.extend(meter.push(&part).iter().map(Complaint::code));
        }
        found
    }

    #[test]
    fn complaints_come_where_they_should() {
        let noise = voice(0.0, 12);
        let mut gone_silent = voice(0.3, 4);
        gone_silent.extend(voice(0.0, 45));
        let cases: Vec<(&str, Vec<f32>, &str, &[&str])> = vec![
            ("well", voice(0.3, 12), "USB Audio", &[]),
            ("quiet", voice(0.004, 12), "USB Audio", &["too_quiet"]),
            ("loud", voice(3.0, 6), "USB Audio", &["clipping"]),
            ("dead", vec![0.0; 64_000], "USB Audio", &["wrong_device"]),
            ("nobody", noise, "USB Audio", &["wrong_device"]),
            ("silent", gone_silent, "USB Audio", &["silent"]),
            (
                "monitor",
                voice(0.3, 4),
                "Monitor of Built-in Audio",
                &["wrong_device"],
            ),
        ];
        for (name, samples, device, want) in cases {
            assert_eq!(codes(&[samples], device), want, "{name}");
        }
    }

    #[test]
    fn one_sound_on_both_channels_is_noticed() {
        let one = voice(0.3, 8);
        let other: Vec<f32> = one.iter().rev().copied().collect();
        assert_eq!(codes(&[one.clone(), one.clone()], ""), ["wrong_device"]);
        assert!(codes(&[one, other], "").is_empty());
    }

    #[test]
    fn levels_are_in_decibels() {
        let mut meter = Meter::new(1, &[""]);
        let tone: Vec<f32> = (0..16_000).map(|n| 0.5 * (n as f32 * 0.17).sin()).collect();
        meter.push(&[tone]);
        let loudness = meter.loudness()[0];
        assert!((loudness.peak_dbfs + 6.0).abs() < 0.2, "{loudness:?}");
        assert!((loudness.rms_dbfs + 9.0).abs() < 0.2, "{loudness:?}");
        let dead = Meter::new(1, &[]).loudness()[0].rms_dbfs;
        assert!(dead.is_infinite() && dead < 0.0, "{dead}");
    }
}
