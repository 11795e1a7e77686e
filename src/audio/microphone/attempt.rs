//! Opening an input, on hands that may hang without holding up the recording.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

use crate::audio::microphone::GapWhy;
use crate::audio::microphone::clock::{Clock, Moment};
use crate::audio::microphone::failure::MicrophoneError;
use crate::audio::microphone::feed::Line;
use crate::audio::microphone::hands::Hands;
use crate::audio::microphone::host::{Host, Input, Opened, Shape};

/// How long a sound system may take to open an input, at the start and at first later on.
const OPENING: Duration = Duration::from_secs(10);
/// How long the same device is waited for before the default is taken in its place.
const LOYALTY: Duration = Duration::from_secs(3);
/// Between two attempts to open an input, at first and at most.
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How long it may take to let one go. A server that was killed may keep its client waiting for
/// ever (`PulseAudio` 16, in `pa_memimport_free`).
const LETTING_GO: Duration = Duration::from_millis(500);

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

/// What becomes of an attempt to open an input.
pub(super) type Attempt = Result<(Opened, Line), MicrophoneError>;

/// Where an input comes from, at the beginning and again.
pub(super) struct Door {
    pub(super) host: Arc<dyn Host>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) hands: Hands,
    pub(super) aim: Aim,
}

impl Door {
    /// Opens the input and waits for it.
    pub(super) fn open(&self) -> Attempt {
        match self.start(false, None).recv_timeout(OPENING) {
            Ok(attempt) => attempt,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                Err(MicrophoneError::NoSoundSystem {
                    cause: format!("nothing was heard of it for {} s", OPENING.as_secs()),
                })
            }
        }
    }

    /// Starts opening the input, or any where that one is not there; what was open is let go first.
    fn start(&self, any: bool, old: Option<Box<dyn Input>>) -> Receiver<Attempt> {
        let (host, clock) = (Arc::clone(&self.host), Arc::clone(&self.clock));
        let aim = self.aim.clone();
        let gone = old.map(|old| self.hands.let_go(old));
        self.hands.start(move || {
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
}

/// An input that was lost and is looked for.
pub(super) struct Away {
    pub(super) why: GapWhy,
    /// What is let go before the next attempt.
    pub(super) old: Option<Box<dyn Input>>,
    /// Awake time when it was lost.
    since: Duration,
    next_try: Duration,
    pause: Duration,
    /// With the time at which it began.
    attempt: Option<(Receiver<Attempt>, Duration)>,
    /// How long it may take.
    patience: Duration,
    /// The cause that was told already.
    told: Option<MicrophoneError>,
}

impl Away {
    pub(super) fn new(why: GapWhy, now: Moment) -> Self {
        Self {
            why,
            old: None,
            since: now.awake,
            next_try: now.awake,
            pause: PAUSE,
            attempt: None,
            patience: OPENING,
            told: None,
        }
    }

    /// Starts an attempt where one is due; what became of it, where that is known.
    pub(super) fn look(&mut self, door: &Door, now: Moment) -> Option<Attempt> {
        if self.attempt.is_none() && now.awake >= self.next_try {
            let waited = now.awake.saturating_sub(self.since) >= LOYALTY;
            let any = door.aim.may_be_other && waited;
            self.attempt = Some((door.start(any, self.old.take()), now.awake));
        }
        let (attempt, begun) = self.attempt.as_ref()?;
        match attempt.try_recv() {
            Ok(result) => Some(result),
            Err(TryRecvError::Disconnected) => Some(Err(MicrophoneError::NoDevice)),
            Err(TryRecvError::Empty) if now.awake.saturating_sub(*begun) < self.patience => None,
            Err(TryRecvError::Empty) => {
                // Whoever hangs is left hanging, and fewer each time.
                self.patience *= 2;
                Some(Err(MicrophoneError::NoSoundSystem {
                    cause: "it hangs".to_owned(),
                }))
            }
        }
    }

    /// Takes in that an attempt failed; whether that is news for a person.
    pub(super) fn failed(&mut self, error: &MicrophoneError, now: Moment) -> bool {
        self.attempt = None;
        self.next_try = now.awake + self.pause;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        // That it is not there was told when it went.
        let is_absence = matches!(
            error,
            MicrophoneError::NoDevice
                | MicrophoneError::NotFound { .. }
                | MicrophoneError::NoSoundSystem { .. }
        );
        let is_news = !is_absence && self.told.as_ref() != Some(error);
        if is_news {
            self.told = Some(error.clone());
        }
        is_news
    }
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
