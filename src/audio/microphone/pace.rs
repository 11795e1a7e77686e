//! Whether an input keeps pace with the clock: how late its blocks come, and what follows from it.
//! Sound cards drift by some seconds a day, blocks come early and late, and sound is lost without a
//! word: only the arrival times tell which is which.

use std::time::Duration;

/// Nanoseconds in a second.
pub(super) const SECOND: i64 = 1_000_000_000;
/// A block this much later than usual is in doubt: sound may have been lost before it.
const DOUBTFUL: i64 = SECOND / 4;
/// The same where the system told of an overrun.
const DOUBTFUL_SKIP: i64 = SECOND / 50;
/// What may be left of a lateness that came without a word before it counts as lost: on a busy
/// machine blocks stay late by some hundredths for a while.
const LEFT: i64 = SECOND * 6 / 100;
/// How long the least lateness is remembered, once to twice.
const BUCKET: Duration = Duration::from_secs(4);
/// Drift up to here is left alone: blocks jitter by that much.
const DRIFT: i64 = SECOND / 100;
/// Between two samples that are added or left out: a thousandth of the time at most, where sound
/// cards are off by a ten thousandth.
const SLIP_PAUSE: Duration = Duration::from_millis(62);

/// What is to be done so that an input's drift does not add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slip {
    /// Nothing.
    None,
    /// The input is slower than the clock: one sample more.
    Add,
    /// It is faster: one sample less.
    Drop,
}

/// How late blocks come, in nanoseconds behind the clock: the least of the last seconds, since
/// lateness by jitter comes and goes and lateness by loss stays.
#[derive(Debug, Default)]
pub(super) struct Pace {
    bucket: Option<(Duration, i64)>,
    before: Option<i64>,
    /// The lateness at the beginning, to which drift is led back.
    reference: Option<i64>,
    slipped: Duration,
}

impl Pace {
    /// How late blocks usually are; nothing before the first.
    pub(super) fn usual(&self) -> Option<i64> {
        let now = self.bucket.map(|(_, least)| least);
        match (now, self.before) {
            (Some(now), Some(before)) => Some(now.min(before)),
            (now, before) => now.or(before),
        }
    }

    /// The lateness that a block should have.
    pub(super) fn expected(&self) -> i64 {
        self.usual().unwrap_or(self.reference())
    }

    /// The lateness that a new stream of the same input should have.
    pub(super) fn reference(&self) -> i64 {
        self.reference.or(self.usual()).unwrap_or(0)
    }

    /// Whether a block that late may follow lost sound.
    pub(super) fn is_doubtful(&self, late: i64, skipped: bool) -> bool {
        let limit = if skipped { DOUBTFUL_SKIP } else { DOUBTFUL };
        late - self.expected() > limit
    }

    /// Whether a lateness that stayed is lost sound; `is_told` where the system said so.
    pub(super) fn is_loss(&self, late: i64, is_told: bool) -> bool {
        late - self.expected() > if is_told { DOUBTFUL_SKIP } else { LEFT }
    }

    /// Takes in the lateness of a block that came at `at`.
    pub(super) fn hear(&mut self, late: i64, at: Duration) {
        match &mut self.bucket {
            Some((begun, least)) if at.saturating_sub(*begun) < BUCKET => *least = late.min(*least),
            bucket => {
                if let Some((_, least)) = bucket.replace((at, late)) {
                    self.before = Some(least);
                    self.reference.get_or_insert(least);
                }
            }
        }
    }

    /// What is to be done at `at`; where it is something, the next answer takes it as done, and the
    /// position is `sample` nanoseconds further on or less far.
    pub(super) fn slip(&mut self, at: Duration, sample: i64) -> Slip {
        let (Some(usual), Some(reference)) = (self.usual(), self.reference) else {
            return Slip::None;
        };
        let off = usual - reference;
        if off.abs() < DRIFT || at.saturating_sub(self.slipped) < SLIP_PAUSE {
            return Slip::None;
        }
        self.slipped = at;
        let (slip, moved) = if off > 0 {
            (Slip::Add, -sample)
        } else {
            (Slip::Drop, sample)
        };
        if let Some((_, least)) = &mut self.bucket {
            *least += moved;
        }
        if let Some(least) = &mut self.before {
            *least += moved;
        }
        slip
    }

    /// Forgets the stream, keeps what a new one is measured by.
    pub(super) fn restart(&mut self) {
        self.reference = Some(self.reference());
        self.bucket = None;
        self.before = None;
    }
}

/// Sample rates that devices have; a device that gives another rate than it says gives one of them.
const KNOWN_RATES: [u32; 11] = [
    8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000,
];
/// A window long enough to measure a rate to one in fifty.
const WINDOW: Duration = Duration::from_secs(2);

/// Measures at what rate samples really come, from streams that come steadily.
#[derive(Debug, Default)]
pub(super) struct RateWatch {
    begun: Option<Duration>,
    last: Duration,
    frames: u64,
    blocks: u32,
    longest: Duration,
    /// What the window before showed.
    suspected: Option<u32>,
}

impl RateWatch {
    /// Takes in a block; gives the true rate once two windows agree that it is not `rate`.
    pub(super) fn hear(&mut self, frames: usize, at: Duration, rate: u32) -> Option<u32> {
        let Some(begun) = self.begun else {
            self.begun = Some(at);
            self.last = at;
            return None;
        };
        self.longest = self.longest.max(at.saturating_sub(self.last));
        self.last = at;
        self.frames += frames as u64;
        self.blocks += 1;
        let length = at.saturating_sub(begun);
        if length < WINDOW || self.blocks < 8 {
            return None;
        }
        let measured = self.frames as f64 / length.as_secs_f64();
        let is_steady = self.longest <= 2 * length / self.blocks + Duration::from_millis(20);
        let suspected = self.suspected;
        *self = Self {
            begun: Some(at),
            last: at,
            ..Self::default()
        };
        if !is_steady || (measured / f64::from(rate) - 1.0).abs() < 0.03 {
            return None;
        }
        let nearest = KNOWN_RATES
            .into_iter()
            .find(|known| (measured / f64::from(*known) - 1.0).abs() < 0.03)?;
        self.suspected = Some(nearest);
        (suspected == Some(nearest) && nearest != rate).then(|| {
            self.suspected = None;
            nearest
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: u64 = 20_000_000;

    #[test]
    fn jitter_is_no_doubt_and_loss_is() {
        let mut pace = Pace::default();
        for n in 0..500_u64 {
            let late = i64::from(n % 7 == 0) * SECOND / 10;
            assert!(!pace.is_doubtful(late, false));
            pace.hear(late, Duration::from_nanos(n * BLOCK));
        }
        assert!(!pace.is_doubtful(SECOND / 5, false));
        assert!(pace.is_doubtful(SECOND / 5, true));
        assert!(pace.is_doubtful(SECOND / 3, false));
    }

    #[test]
    fn drift_is_led_back_and_not_overshot() {
        for drift in [-100_000_i64, 100_000] {
            let mut pace = Pace::default();
            let mut position = 0_i64;
            // A minute of blocks off by a hundred thousandth of a second each second, times 50.
            for n in 0..30_000_i64 {
                let true_late = n * drift / 50 - position;
                let at = Duration::from_nanos(n as u64 * BLOCK);
                pace.hear(true_late, at);
                match pace.slip(at, 62_500) {
                    Slip::Add => position += 62_500,
                    Slip::Drop => position -= 62_500,
                    Slip::None => {}
                }
            }
            let left = 30_000 * drift / 50 - position;
            assert!(left.abs() < 2 * DRIFT, "{drift}: {left}");
        }
    }

    #[test]
    fn a_rate_that_is_not_the_promised_one_is_measured() {
        let cases = [
            (44_100, 48_000, Some(44_100)),
            (48_000, 48_000, None),
            (47_990, 48_000, None),
        ];
        for (real, promised, want) in cases {
            let mut watch = RateWatch::default();
            let mut found = None;
            for n in 0..400_u64 {
                let at = Duration::from_nanos(n * BLOCK);
                found = found.or(watch.hear(real as usize / 50, at, promised));
            }
            assert_eq!(found, want, "{real} for {promised}");
        }
    }
}
