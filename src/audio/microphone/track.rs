//! One input over the whole length of a recording: opened, read, lost, found again. What it gives
//! lies on one line of time without a hole that is not told.

use std::time::Duration;

use crate::audio::microphone::attempt::{Away, Door};
use crate::audio::microphone::clock::Moment;
use crate::audio::microphone::failure::MicrophoneError;
use crate::audio::microphone::feed::{Block, Fault};
use crate::audio::microphone::pace::{Pace, SECOND};
use crate::audio::microphone::running::{Running, Step, slip};
use crate::audio::microphone::shelf::{Hole, Piece, Shelf};
use crate::audio::microphone::{GapWhy, Notice};

/// An input that gives nothing for so long while the machine is awake is opened anew.
const STALL: Duration = Duration::from_secs(2);
/// The same before its first sound: a sound server that was idle takes two seconds.
const FIRST_SOUND: Duration = Duration::from_secs(5);
/// A gap that still grows is told by the second, up to this far behind the clock: what the input
/// gives when it is back may have been caught a little before.
const BEHIND: i64 = SECOND / 2;
/// How much is taken in at once.
const DRAINED: i64 = 4 * SECOND;
/// What a machine takes to wake counts as sleep.
const WAKING: i64 = 3 * SECOND;

enum State {
    Running(Running),
    Away(Away),
}

/// One input.
pub(super) struct Track {
    door: Door,
    state: State,
    pub(super) device: String,
    /// The moment of sample zero.
    origin: Duration,
    /// Nanoseconds from there to the end of what was given.
    position: i64,
    /// How much of the machine's sleep is in the gaps.
    slept: Duration,
    pace: Pace,
    pub(super) shelf: Shelf,
    pub(super) notices: Vec<Notice>,
    pub(super) failures: Vec<MicrophoneError>,
    overruns_before: u64,
}

impl Track {
    pub(super) fn open(door: Door, origin: Moment) -> Result<Self, MicrophoneError> {
        let (opened, line) = door.open()?;
        let device = opened.device.clone();
        let running = Running::new(opened, line, Hole::Start, door.clock.now())?;
        Ok(Self {
            door,
            state: State::Running(running),
            device,
            origin: origin.boot,
            position: 0,
            slept: origin.slept(),
            pace: Pace::default(),
            shelf: Shelf::default(),
            notices: Vec::new(),
            failures: Vec::new(),
            overruns_before: 0,
        })
    }

    /// How often sound was lost because it was not taken in time.
    pub(super) fn overruns(&self) -> u64 {
        match &self.state {
            State::Running(running) => self.overruns_before + running.line.faults.overruns(),
            State::Away(_) => self.overruns_before,
        }
    }

    /// Takes in whatever came since the last time.
    pub(super) fn poll(&mut self) {
        self.drain();
        let now = self.door.clock.now();
        match &mut self.state {
            State::Running(running) => {
                if running.line.faults.take_rerouted() {
                    let device = self.device.clone();
                    self.notices.push(Notice::Rerouted { device });
                }
                let why = match running.line.faults.fault() {
                    Some(Fault::Gone) => Some(GapWhy::Unplugged),
                    Some(Fault::Changed) => Some(GapWhy::RateChanged),
                    None if running.is_stalled(now.awake, STALL, FIRST_SOUND) => {
                        Some(GapWhy::Unplugged)
                    }
                    None => None,
                };
                if let Some(why) = why {
                    // What came between the look at the ring and the look at the fault.
                    self.drain();
                    self.lose(why, now);
                    self.attempt(now);
                }
            }
            State::Away(_) => self.attempt(now),
        }
        if let State::Away(away) = &self.state {
            let why = away.why;
            let due = self.behind(now.boot) - self.pace.reference() - BEHIND;
            if due >= SECOND {
                self.gap(due, Hole::Lost(why), now);
            }
        }
    }

    /// Ends the input and puts what is left on the shelf.
    pub(super) fn stop(&mut self) {
        self.drain();
        let now = self.door.clock.now();
        let told = self.notices.len();
        self.lose(GapWhy::Unplugged, now);
        self.notices.truncate(told);
        if let State::Away(away) = &mut self.state
            && let Some(input) = away.old.take()
        {
            drop(self.door.hands.let_go(input));
        }
    }

    /// Nanoseconds by which what was given lies behind the moment.
    fn behind(&self, boot: Duration) -> i64 {
        nanos(boot.saturating_sub(self.origin)) - self.position
    }

    /// Takes in what the ring holds, at most some seconds of it: a machine that is slower than the
    /// sound must come back from here.
    fn drain(&mut self) {
        let end = self.position.saturating_add(DRAINED);
        while self.position < end {
            let State::Running(running) = &mut self.state else {
                return;
            };
            let Some(block) = running.line.next() else {
                break;
            };
            self.take(block);
        }
        let now = self.door.clock.now();
        if let State::Running(running) = &self.state
            && running.doubt_is_over(now.awake)
        {
            self.settle(now);
        }
    }

    fn take(&mut self, block: Block) {
        let arrived = block.stamp.arrived;
        let State::Running(running) = &mut self.state else {
            return;
        };
        let step = running.weigh(&block);
        let end = running.held_length() + running.length(&block);
        let late = nanos(arrived.boot.saturating_sub(self.origin)) - self.position - end;
        if let Some(hole) = running.begin() {
            self.notices.extend(running.back.take());
            if let Some(Notice::Back { device, .. }) = self.notices.last() {
                self.device.clone_from(device);
            }
            running.doubt(block, late, hole);
            return;
        }
        if running.is_in_doubt() {
            running.hold(block, late);
            let caught_up = !self.pace.is_loss(late, true);
            if caught_up || running.doubt_is_over(arrived.awake) {
                self.settle(arrived);
            }
        } else if self.pace.is_doubtful(late, block.stamp.skipped) {
            running.doubt(block, late, Hole::Lost(GapWhy::Overrun));
        } else {
            self.slept = arrived.slept();
            self.pace.hear(late, arrived.awake);
            self.emit(&block);
        }
        if let Step::RateIs(rate) = step {
            self.change_rate(rate, arrived);
        }
    }

    /// Decides what is in doubt: the blocks held back caught up with the clock, or sound was lost
    /// before them. So it is with the first blocks of a stream, which come in a burst or late.
    fn settle(&mut self, now: Moment) {
        let State::Running(running) = &mut self.state else {
            return;
        };
        let is_told = running.is_told();
        let Some((held, late, hole)) = running.release() else {
            return;
        };
        let missing = late - self.pace.expected();
        if hole == Hole::Start || self.pace.is_loss(late, is_told) {
            self.flush();
            self.gap(missing, hole, now);
        }
        self.slept = now.slept();
        self.pace.hear(late.min(self.pace.expected()), now.awake);
        for block in held {
            self.emit(&block);
        }
    }

    /// Resamples a block and puts it on the shelf, after the gap that the ring left before it.
    fn emit(&mut self, block: &Block) {
        let arrived = block.stamp.arrived;
        let State::Running(running) = &mut self.state else {
            return;
        };
        if block.stamp.lost > 0 {
            let lost = running.length_of(block.stamp.lost);
            self.flush();
            self.gap(lost, Hole::Lost(GapWhy::Overrun), arrived);
        }
        let State::Running(running) = &mut self.state else {
            return;
        };
        self.position += running.frames_length(block);
        let mut out = running.resample(block);
        self.position += slip(&mut self.pace, arrived.awake, &mut out);
        self.shelf.put(Piece::Sound(out));
    }

    fn flush(&mut self) {
        if let State::Running(running) = &mut self.state {
            let out = running.finish();
            self.shelf.put(Piece::Sound(out));
        }
    }

    /// From here on samples are taken at `rate`, which is what the clock shows of them.
    fn change_rate(&mut self, rate: u32, now: Moment) {
        self.settle(now);
        self.flush();
        let State::Running(running) = &mut self.state else {
            return;
        };
        let Some(before) = running.change_rate(rate) else {
            return;
        };
        let device = self.device.clone();
        self.notices.push(Notice::RateChanged {
            device,
            before,
            now: rate,
        });
        let missing = self.behind(now.boot) - self.pace.reference();
        self.pace.restart();
        self.gap(missing, Hole::Lost(GapWhy::RateChanged), now);
    }

    /// Puts a gap on the shelf, in whole milliseconds; sleep in it is told apart.
    fn gap(&mut self, length: i64, hole: Hole, now: Moment) {
        let Hole::Lost(_) = hole else {
            return self.put_gap(length, hole);
        };
        let slept = nanos(now.slept().saturating_sub(self.slept));
        let mut asleep = slept.min(length);
        if asleep < SECOND / 10 {
            return self.put_gap(length, hole);
        }
        self.slept += Duration::from_nanos(asleep.unsigned_abs());
        if length - asleep < WAKING {
            asleep = length;
        }
        self.put_gap(asleep, Hole::Lost(GapWhy::Asleep));
        self.put_gap(length - asleep, hole);
    }

    fn put_gap(&mut self, length: i64, hole: Hole) {
        let ms = length.max(0) / 1_000_000;
        self.position += ms * 1_000_000;
        self.shelf.put(Piece::Gap(ms.unsigned_abs() * 16, hole));
    }

    /// Ends the stream that runs.
    fn lose(&mut self, why: GapWhy, now: Moment) {
        let State::Running(running) = &self.state else {
            return;
        };
        let is_news = running.back.is_none();
        self.settle(now);
        self.flush();
        self.pace.restart();
        if is_news {
            let device = self.device.clone();
            self.notices.push(Notice::Lost { device, why });
        }
        let away = State::Away(Away::new(why, now));
        if let State::Running(running) = std::mem::replace(&mut self.state, away) {
            self.overruns_before += running.line.faults.overruns();
            if let State::Away(away) = &mut self.state {
                away.old = Some(running.input);
            }
        }
    }

    /// Tries to open the input again, or looks how far that is.
    fn attempt(&mut self, now: Moment) {
        let State::Away(away) = &mut self.state else {
            return;
        };
        let Some(attempt) = away.look(&self.door, now) else {
            return;
        };
        let before = Hole::Lost(away.why);
        let result = attempt.and_then(|(opened, line)| {
            let device = opened.device.clone();
            Ok((device, Running::new(opened, line, before, now)?))
        });
        match result {
            Ok((device, mut running)) => {
                let instead_of = (device != self.device).then(|| self.device.clone());
                running.back = Some(Notice::Back { device, instead_of });
                self.state = State::Running(running);
            }
            Err(error) => {
                if away.failed(&error, now) {
                    self.failures.push(error);
                }
            }
        }
    }
}

impl Drop for Track {
    fn drop(&mut self) {
        self.stop();
    }
}

fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}
