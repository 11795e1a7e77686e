//! Sums of the ear that need no engine: how much of a window to encode, whether speech is left over,
//! the share of a token.

use crate::audio::SAMPLE_RATE;

/// Samples that one position of the encoder stands for.
const SAMPLES_A_POSITION: usize = SAMPLE_RATE as usize / 50;

/// Positions added so that short audio is not cut close.
const SPARE_POSITIONS: usize = 128;

/// The fast matrix products take rows of a multiple of this many values only.
const FAST_MULTIPLE: usize = 16;

/// Whether enough of what comes after sample `from` is as loud as speech for another pass: 0.4 s of
/// it within 20 dB of the loud parts before, in at least 1 s.
#[must_use]
pub fn speech_left(samples: &[f32], from: usize) -> bool {
    const FRAME: usize = SAMPLE_RATE as usize / 50;
    let (before, after) = samples.split_at(from.min(samples.len()));
    if after.len() < SAMPLE_RATE as usize {
        return false;
    }
    let power = |frame: &[f32]| frame.iter().map(|s| s * s).sum::<f32>();
    let mut levels: Vec<f32> = before.chunks_exact(FRAME).map(power).collect();
    levels.sort_by(f32::total_cmp);
    let Some(loud) = levels.get(levels.len() * 9 / 10) else {
        return false;
    };
    let threshold = (loud / 100.0).max(f32::MIN_POSITIVE);
    let voiced = after.chunks_exact(FRAME).filter(|f| power(f) > threshold);
    voiced.count() >= 20
}

/// How many of the encoder's `all` positions to compute for so many samples.
///
/// Whisper's 1500 is no multiple of `FAST_MULTIPLE`, which sends a sixth of the encoder's work the
/// slow way; 1488 positions, 29.76 s, leave out nothing but padding where the audio is no longer.
/// With `short` it is the audio's own length, for live text.
#[must_use]
pub fn positions(all: usize, samples: usize, short: bool) -> usize {
    let own = samples.div_ceil(SAMPLES_A_POSITION);
    let fast = all - all % FAST_MULTIPLE;
    let wanted = if short {
        (own + SPARE_POSITIONS).next_multiple_of(FAST_MULTIPLE)
    } else {
        own.max(fast)
    };
    if wanted > fast && own > fast {
        all
    } else {
        wanted.min(fast)
    }
}

/// The share of `nth` in the softmax of `logits`.
#[must_use]
pub fn probability(logits: &[f32], nth: usize) -> Option<f32> {
    let own = *logits.get(nth)?;
    let sum: f32 = logits.iter().map(|logit| (logit - own).exp()).sum();
    Some(1.0 / sum)
}

/// Milliseconds that so many samples last.
#[must_use]
pub fn ms(samples: usize) -> u64 {
    samples as u64 * 1000 / u64::from(SAMPLE_RATE)
}

/// Samples that so many milliseconds have.
#[must_use]
pub fn samples_at(ms: u64) -> usize {
    usize::try_from(ms * u64::from(SAMPLE_RATE) / 1000).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(seconds: f32, loudness: f32) -> Vec<f32> {
        let len = (seconds * SAMPLE_RATE as f32) as usize;
        (0..len)
            .map(|i| loudness * (i as f32 * 0.2).sin())
            .collect()
    }

    #[test]
    fn positions_are_fast_where_nothing_is_lost() {
        let cases = [
            (30 * 16_000, false, 1500),
            (476_161, false, 1500),
            (476_160, false, 1488),
            (16_000, false, 1488),
            (30 * 16_000, true, 1500),
            (29 * 16_000, true, 1488),
            (5 * 16_000, true, 384),
            (1, true, 144),
        ];
        for (samples, short, want) in cases {
            assert_eq!(positions(1500, samples, short), want, "{samples} {short}");
        }
    }

    #[test]
    fn a_probability_is_a_share() {
        assert_eq!(probability(&[1.0, 1.0, 1.0, 1.0], 2), Some(0.25));
        assert!(probability(&[-200.0, 0.0], 0).unwrap() < 1e-30);
        assert_eq!(probability(&[], 0), None);
    }

    #[test]
    fn only_speech_that_is_left_over_is_taken_up() {
        let cases = [
            ("silence", tone(5.0, 0.0), false),
            ("a rest of 0.9 s", tone(0.9, 0.5), false),
            ("speech", tone(2.0, 0.5), true),
            ("quiet speech", tone(2.0, 0.1), true),
            ("noise 30 dB below", tone(2.0, 0.015), false),
            (
                "a word of 0.3 s",
                [tone(0.3, 0.5), tone(2.0, 0.0)].concat(),
                false,
            ),
        ];
        for (what, rest, want) in cases {
            let speech = tone(5.0, 0.5);
            let from = speech.len();
            let samples = [speech, rest].concat();
            assert_eq!(speech_left(&samples, from), want, "{what}");
        }
        assert!(!speech_left(&[], 0));
        assert!(!speech_left(&tone(1.0, 0.5), 1 << 40));
    }
}
