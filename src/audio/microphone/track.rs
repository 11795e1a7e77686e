//! One input over the whole length of a recording: opened, read, lost, found again. What it gives
//! lies on one line of time without a hole that is not told.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

use crate::audio::microphone::clock::{Clock, Moment};
use crate::audio::microphone::failure::MicrophoneError;
use crate::audio::microphone::feed::{Block, Fault, Line};
use crate::audio::microphone::hands::Hands;
use crate::audio::microphone::host::{Host, Input, Opened, Shape};
use crate::audio::microphone::pace::{Pace, SECOND};
use crate::audio::microphone::running::{Running, Step};
use crate::audio::microphone::shelf::{Hole, Piece, Shelf};
use crate::audio::microphone::{GapWhy, Notice};

/// An input that gives nothing for so long while the machine is awake is opened anew.
const STALL: Duration = Duration::from_secs(2);
/// The same before its first sound: a sound server that was idle takes two seconds.
const FIRST_SOUND: Duration = Duration::from_secs(5);
/// How long the same device is waited for before the default is taken in its place.
const LOYALTY: Duration = Duration::from_secs(3);
/// Between two attempts to open an input, at first and at most.
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How long a sound system may take to open an input, at the start and at first later on.
const OPENING: Duration = Duration::from_secs(10);
/// How long it may take to let one go. A server that was killed may keep its client waiting for
/// ever (PulseAudio 16, in `pa_memimport_free`).
const LETTING_GO: Duration = Duration::from_millis(500);
/// A gap that still grows is told by the second, up to this far behind the clock: what the input
/// gives when it is back may have been caught a little before.
const BEHIND: i64 = SECOND / 2;
/// How much is taken in at once.
const DRAINED: i64 = 4 * SECOND;
/// What a machine takes to wake counts as sleep.
const WAKING: i64 = 3 * SECOND;

/// Which input is wanted, and what it must give.
#[derive(Clone, Debug)]
pub(super) struct Aim {
    /// Its name; the default where there is none.
    pub(super) name: Option<String>,
    /// 1 or 2.
    pub(super) channels: usize,
    /// Whether the default may take its place.
    pub(super) may_be_other: bool,
}

type Attempt = Result<(Opened, Line), MicrophoneError>;

enum State {
    Running(Running),
    Away(Away),
}

struct Away {
    /// Awake time when it was lost.
    since: Duration,
    next_try: Duration,
    pause: Duration,
    why: GapWhy,
    /// With the time at which it began.
    attempt: Option<(Receiver<Attempt>, Duration)>,
    /// How long it may take.
    patience: Duration,
    /// What is let go before the next attempt: some devices open once only.
    old: Option<Box<dyn Input>>,
    /// The cause that was told already.
    told: Option<MicrophoneError>,
}

/// One input.
pub(super) struct Track {
    host: Arc<dyn Host>,
    clock: Arc<dyn Clock>,
    hands: Hands,
    aim: Aim,
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
    pub(super) fn open(
        host: Arc<dyn Host>,
        clock: Arc<dyn Clock>,
        hands: Hands,
        aim: Aim,
        origin: Moment,
    ) -> Result<Self, MicrophoneError> {
        let attempt = start(&host, &clock, hands, &aim, false, None);
        let (opened, line) = match attempt.recv_timeout(OPENING) {
            Ok(result) => result?,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                return Err(MicrophoneError::NoSoundSystem {
                    cause: format!("nothing was heard of it for {} s", OPENING.as_secs()),
                });
            }
        };
        let device = opened.device.clone();
        let running = Running::new(opened, line, clock.now())?;
        Ok(Self {
            host,
            clock,
            hands,
            aim,
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
        let now = self.clock.now();
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
        let now = self.clock.now();
        let told = self.notices.len();
        self.lose(GapWhy::Unplugged, now);
        self.notices.truncate(told);
        if let State::Away(away) = &mut self.state
            && let Some(input) = away.old.take()
        {
            drop(self.hands.let_go(input));
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
        let now = self.clock.now();
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
        self.position += running.slip(&mut self.pace, arrived.awake, &mut out);
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
        let away = Away {
            since: now.awake,
            next_try: now.awake,
            pause: PAUSE,
            why,
            attempt: None,
            patience: OPENING,
            old: None,
            told: None,
        };
        if is_news {
            let device = self.device.clone();
            self.notices.push(Notice::Lost { device, why });
        }
        if let State::Running(running) = std::mem::replace(&mut self.state, State::Away(away)) {
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
        if away.attempt.is_none() && now.awake >= away.next_try {
            let waited = now.awake.saturating_sub(away.since) >= LOYALTY;
            let any = self.aim.may_be_other && waited;
            let old = away.old.take();
            let attempt = start(&self.host, &self.clock, self.hands, &self.aim, any, old);
            away.attempt = Some((attempt, now.awake));
        }
        let Some((attempt, begun)) = &away.attempt else {
            return;
        };
        let why = away.why;
        let result = match attempt.try_recv() {
            Err(TryRecvError::Empty) if now.awake.saturating_sub(*begun) < away.patience => return,
            Err(TryRecvError::Empty) => {
                // Whoever hangs is left hanging, and fewer each time.
                away.patience *= 2;
                Err(MicrophoneError::NoSoundSystem {
                    cause: "it hangs".to_owned(),
                })
            }
            Err(TryRecvError::Disconnected) => Err(MicrophoneError::NoDevice),
            Ok(result) => result.and_then(|(opened, line)| {
                let device = opened.device.clone();
                let mut running = Running::new(opened, line, now)?;
                running.before = Hole::Lost(why);
                Ok((device, running))
            }),
        };
        match result {
            Ok((device, mut running)) => {
                let instead_of = (device != self.device).then(|| self.device.clone());
                running.back = Some(Notice::Back { device, instead_of });
                self.state = State::Running(running);
            }
            Err(error) => {
                away.attempt = None;
                away.next_try = now.awake + away.pause;
                away.pause = (away.pause * 2).min(LONGEST_PAUSE);
                // That it is not there was told when it went.
                let is_absence = matches!(
                    error,
                    MicrophoneError::NoDevice
                        | MicrophoneError::NotFound { .. }
                        | MicrophoneError::NoSoundSystem { .. }
                );
                if !is_absence && away.told.as_ref() != Some(&error) {
                    away.told = Some(error.clone());
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

/// Starts opening the input: what was open is let go first.
fn start(
    host: &Arc<dyn Host>,
    clock: &Arc<dyn Clock>,
    hands: Hands,
    aim: &Aim,
    any: bool,
    old: Option<Box<dyn Input>>,
) -> Receiver<Attempt> {
    let (host, clock, aim) = (Arc::clone(host), Arc::clone(clock), aim.clone());
    let gone = old.map(|old| hands.let_go(old));
    hands.start(move || {
        if let Some(gone) = gone {
            // Some devices open once only; whether it was let go shows when it is opened.
            let _ = gone.recv_timeout(LETTING_GO);
        }
        let first = open(&*host, &clock, aim.name.as_deref(), aim.channels);
        match first {
            Err(_) if any && aim.name.is_some() => open(&*host, &clock, None, aim.channels),
            first => first,
        }
    })
}

fn open(host: &dyn Host, clock: &Arc<dyn Clock>, name: Option<&str>, channels: usize) -> Attempt {
    let mut line = None;
    let opened = host.open(name, channels, &mut |shape: Shape| {
        let (feed, made) = Line::new(shape, channels, Arc::clone(clock));
        let faults = made.faults.clone();
        line = Some(made);
        (feed, faults)
    })?;
    let line = line.ok_or_else(|| MicrophoneError::Failed {
        device: opened.device.clone(),
        cause: "it gave no sound".to_owned(),
    })?;
    if line.shape.channels < channels {
        return Err(MicrophoneError::OneChannel {
            device: opened.device,
        });
    }
    Ok((opened, line))
}
