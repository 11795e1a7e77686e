//! What time it is for a recording: a clock that runs on while the machine sleeps, and one that
//! does not, so that sleep is told from a stall. Neither follows the wall clock, which people set.

use std::time::{Duration, Instant};

/// A moment on both clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Time since the clock's beginning, sleep included.
    pub boot: Duration,
    /// The same, without the time that the machine slept.
    pub awake: Duration,
}

impl Moment {
    /// How long the machine slept since the clock's beginning.
    #[must_use]
    pub fn slept(self) -> Duration {
        self.boot.saturating_sub(self.awake)
    }
}

/// Tells the time, and waits. The capture callback asks it too: `now` must not block.
pub trait Clock: Send + Sync {
    /// The moment it is.
    fn now(&self) -> Moment;
    /// Waits.
    fn sleep(&self, length: Duration);
}

/// The clocks of the system. Where a platform does not tell sleep (Windows), both run on through
/// it: the gap has its true length and is not called sleep.
#[derive(Debug)]
pub struct SystemClock {
    begun: Instant,
    #[cfg(unix)]
    boot_at_start: Duration,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self {
            begun: Instant::now(),
            #[cfg(unix)]
            boot_at_start: through_sleep(),
        }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        let awake = self.begun.elapsed();
        #[cfg(unix)]
        let boot = through_sleep().saturating_sub(self.boot_at_start);
        #[cfg(not(unix))]
        let boot = awake;
        // The two are read one after the other: a hair's breadth is not sleep.
        let boot = boot.max(awake);
        Moment { boot, awake }
    }

    fn sleep(&self, length: Duration) {
        std::thread::sleep(length);
    }
}

/// The clock that counts sleep: `CLOCK_BOOTTIME` on Linux, `CLOCK_MONOTONIC` on Apple's systems,
/// where Rust's own `Instant` is the one that stands still.
#[cfg(unix)]
fn through_sleep() -> Duration {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const ID: rustix::time::ClockId = rustix::time::ClockId::Boottime;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const ID: rustix::time::ClockId = rustix::time::ClockId::Monotonic;
    let time = rustix::time::clock_gettime(ID);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}
