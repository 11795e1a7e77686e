//! How loud a recording is, measured as it streams by: the doubts about clipping and silence.

use crate::audio::doubt::Doubt;

/// A sample from here on stands at full scale: 32 735 of 32 768, since lossy codecs smear the cut.
pub(super) const FULL_SCALE: f32 = 0.999;
/// Below this share of samples at full scale nobody hears the clipping; normalised recordings touch
/// full scale a few times.
pub(super) const CLIPPED_SHARE: f32 = 0.001;
/// A recording whose loudest moment stays under this is nearly silent: quiet speech into a distant
/// microphone still peaks about 10 dB above it.
pub(super) const NEARLY_SILENT_DBFS: f32 = -50.0;

/// Gathers the level of all samples of a file, before the channels are mixed.
#[derive(Debug)]
pub(super) struct Level {
    samples: u64,
    at_full_scale: u64,
    /// Running sum of squares of the moment under way, and how many samples it holds.
    moment: (f64, u32),
    loudest_power: f64,
}

impl Level {
    pub(super) fn new() -> Self {
        Self {
            samples: 0,
            at_full_scale: 0,
            moment: (0.0, 0),
            loudest_power: 0.0,
        }
    }

    /// Takes in samples of all channels; a moment is a twentieth of a second.
    pub(super) fn hear(&mut self, samples: &[f32], samples_a_second: u32) {
        let moment_len = (samples_a_second / 20).max(1);
        for &sample in samples {
            self.at_full_scale += u64::from(sample.abs() >= FULL_SCALE);
            self.moment.0 += f64::from(sample) * f64::from(sample);
            self.moment.1 += 1;
            if self.moment.1 >= moment_len {
                self.end_moment();
            }
        }
        self.samples += samples.len() as u64;
    }

    fn end_moment(&mut self) {
        if self.moment.1 > 0 {
            self.loudest_power = self
                .loudest_power
                .max(self.moment.0 / f64::from(self.moment.1));
        }
        self.moment = (0.0, 0);
    }

    /// What is doubtful about the level of everything heard.
    pub(super) fn doubts(&mut self) -> Vec<Doubt> {
        self.end_moment();
        let mut doubts = Vec::new();
        let share = self.at_full_scale as f32 / self.samples.max(1) as f32;
        if share >= CLIPPED_SHARE {
            doubts.push(Doubt::Clipped { share });
        }
        let loudest_dbfs = 10.0 * self.loudest_power.log10() as f32;
        if self.samples > 0 && loudest_dbfs < NEARLY_SILENT_DBFS {
            doubts.push(Doubt::NearlySilent { loudest_dbfs });
        }
        doubts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubts_of(samples: impl Iterator<Item = f32>) -> Vec<&'static str> {
        let mut level = Level::new();
        level.hear(&samples.collect::<Vec<_>>(), 16_000);
        level.doubts().iter().map(Doubt::code).collect()
    }

    #[test]
    fn levels_are_doubted_where_they_should_be() {
        let tone = |gain: f32| (0..16_000).map(move |n| gain * (n as f32 * 0.17).sin());
        let cases: [(f32, &[&str]); 4] = [
            (0.5, &[]),
            (3.0, &["clipped"]),
            (0.001, &["nearly_silent"]),
            (0.0, &["nearly_silent"]),
        ];
        for (gain, want) in cases {
            assert_eq!(
                doubts_of(tone(gain).map(|x| x.clamp(-1.0, 1.0))),
                want,
                "gain {gain}"
            );
        }
    }
}
