//! Sound from microphones: one line of 16 kHz samples a person-channel that never stands still and
//! never hides a hole.
//!
//! A device may be unplugged, stall, change its rate, sleep with the machine or be overrun: the line
//! goes on by the clock, and what was not captured is a gap of its true length. The capture
//! callback fills a ring and does nothing else ([`feed`]); everything after it happens in
//! [`Microphone::next`]. Nothing here writes a file or keeps sound longer than it takes to be taken.

mod attempt;
pub mod clock;
pub mod complaint;
mod ear;
pub mod failure;
pub mod feed;
pub mod hands;
pub mod host;
pub mod meter;
mod notice;
mod pace;
mod running;
mod shelf;
pub mod sound_card;
mod track;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use attempt::{Aim, Door};
use clock::{Clock, SystemClock};
use failure::MicrophoneError;
use hands::Hands;
use host::{Device, Host};
pub use notice::Notice;
use shelf::{Hole, Piece};
use sound_card::SoundCard;
use track::Track;

/// The longest stretch of sound given at once: a quarter of a second of 16 kHz.
const LONGEST: u64 = 4_000;
/// How often the ring is looked at while nothing is there.
const LOOK: Duration = Duration::from_millis(10);

/// The inputs of this computer, the default first.
///
/// # Errors
/// When the sound system does not answer.
pub fn devices() -> Result<Vec<Device>, MicrophoneError> {
    SoundCard.devices()
}

/// How many channels a recording has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Channels {
    /// One: all channels of the device, mixed.
    #[default]
    Mono,
    /// Two: the first two of one device, a person on each.
    Stereo,
}

/// What is to be recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The device by name; the default where there is none.
    pub device: Option<String>,
    /// How many channels it gives. With a second device each gives one.
    pub channels: Channels,
    /// A second device, whose sound is the second channel.
    pub second: Option<String>,
}

/// Why a stretch was not captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapWhy {
    /// The computer did not take the sound in time.
    Overrun,
    /// The device was not there.
    Unplugged,
    /// The computer slept.
    Asleep,
    /// The device changed its sample rate or form.
    RateChanged,
}

impl GapWhy {
    /// A stable name, e.g. for a coverage list.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Overrun => "overrun",
            Self::Unplugged => "unplugged",
            Self::Asleep => "asleep",
            Self::RateChanged => "rate_changed",
        }
    }
}

impl std::fmt::Display for GapWhy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Overrun => "the computer was too busy to take the sound in",
            Self::Unplugged => "the microphone gave no sound",
            Self::Asleep => "the computer slept",
            Self::RateChanged => "the microphone changed its sample rate",
        })
    }
}

/// What [`Microphone::next`] gives.
#[derive(Clone, PartialEq)]
pub enum Taken {
    /// 16 kHz samples in -1 to 1, one inner list a channel, of equal lengths of at most 250 ms.
    Samples(Vec<Vec<f32>>),
    /// Nothing was captured on any channel. A gap that lasts is told in parts of about a second.
    Gap {
        /// How long.
        length_ms: u64,
        /// Why.
        why: GapWhy,
    },
    /// Nothing came in the time waited for.
    Nothing,
}

impl std::fmt::Debug for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Samples(channels) => f
                .debug_struct("Samples")
                .field("channels", &channels.len())
                .field("samples", &channels.first().map_or(0, Vec::len))
                .finish(),
            Self::Gap { length_ms, why } => f
                .debug_struct("Gap")
                .field("length_ms", length_ms)
                .field("why", why)
                .finish(),
            Self::Nothing => f.write_str("Nothing"),
        }
    }
}

/// One or two inputs being recorded. Dropping it ends the capture; [`Microphone::stop`] also gives
/// what was still on its way.
pub struct Microphone {
    clock: Arc<dyn Clock>,
    tracks: Vec<Track>,
    channels: usize,
    failures: VecDeque<MicrophoneError>,
    notices: Vec<Notice>,
    /// Samples given so far, gaps counted.
    given: u64,
}

impl std::fmt::Debug for Microphone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Microphone")
            .field("channels", &self.channels)
            .field("given_ms", &self.given_ms())
            .finish_non_exhaustive()
    }
}

impl Microphone {
    /// Opens the inputs wanted and starts to capture.
    ///
    /// # Errors
    /// When one of them is not there or cannot be used.
    pub fn open(wanted: &Wanted) -> Result<Self, MicrophoneError> {
        let clock = Arc::new(SystemClock::default());
        let host: Arc<dyn Host> = Arc::new(SoundCard);
        let clock: Arc<dyn Clock> = clock;
        Self::open_with(&host, &clock, Hands::Thread, wanted)
    }

    /// The same with inputs and a clock of the caller's, e.g. a test's.
    ///
    /// # Errors
    /// As for [`Microphone::open`].
    pub fn open_with(
        host: &Arc<dyn Host>,
        clock: &Arc<dyn Clock>,
        hands: Hands,
        wanted: &Wanted,
    ) -> Result<Self, MicrophoneError> {
        let has_two = wanted.second.is_some();
        let channels = if wanted.channels == Channels::Stereo && !has_two {
            2
        } else {
            1
        };
        let names = std::iter::once(wanted.device.clone()).chain(wanted.second.clone().map(Some));
        let origin = clock.now();
        let mut tracks: Vec<Track> = Vec::new();
        for name in names {
            let aim = Aim {
                name,
                channels,
                // The default may be the other of two: one voice would be on both channels.
                may_be_other: !has_two,
            };
            let door = Door {
                host: Arc::clone(host),
                clock: Arc::clone(clock),
                hands,
                aim,
            };
            let track = Track::open(door, origin)?;
            if tracks.iter().any(|other| other.device == track.device) {
                let device = track.device.clone();
                return Err(MicrophoneError::SameTwice { device });
            }
            tracks.push(track);
        }
        Ok(Self {
            clock: Arc::clone(clock),
            channels: channels.max(tracks.len()),
            tracks,
            failures: VecDeque::new(),
            notices: Vec::new(),
            given: 0,
        })
    }

    /// How many channels [`Taken::Samples`] has.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// The names of the devices that sound comes from, or came from last.
    #[must_use]
    pub fn devices(&self) -> Vec<&str> {
        self.tracks.iter().map(|t| t.device.as_str()).collect()
    }

    /// Length of what was given so far, gaps counted.
    #[must_use]
    pub fn given_ms(&self) -> u64 {
        crate::audio::ms_of(self.given)
    }

    /// How often sound was lost because it was not taken in time.
    #[must_use]
    pub fn overruns(&self) -> u64 {
        self.tracks.iter().map(Track::overruns).sum()
    }

    /// What happened since the last time this was asked.
    pub fn notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// The next stretch of sound or of none; waits for it at most so long.
    ///
    /// # Errors
    /// When a device that was lost is there and cannot be opened, once for each cause. It is tried
    /// on, and asking on is right.
    pub fn next(&mut self, wait: Duration) -> Result<Taken, MicrophoneError> {
        let until = self.clock.now().awake + wait;
        loop {
            self.poll();
            if let Some(taken) = self.ready() {
                return Ok(taken);
            }
            if let Some(failure) = self.failures.pop_front() {
                return Err(failure);
            }
            let left = until.saturating_sub(self.clock.now().awake);
            if left.is_zero() {
                return Ok(Taken::Nothing);
            }
            self.clock.sleep(left.min(LOOK));
        }
    }

    /// Ends the capture and gives what was still on its way.
    #[must_use]
    pub fn stop(mut self) -> Vec<Taken> {
        for track in &mut self.tracks {
            track.stop();
        }
        let mut rest: Vec<Taken> = std::iter::from_fn(|| self.ready()).collect();
        // One of two may have given a little more.
        for channel in 0..self.tracks.len() {
            while let Some(Piece::Sound(mut sound)) = self.tracks[channel].shelf.take(LONGEST) {
                if self.tracks.len() > 1 {
                    let other = vec![0.0; sound[0].len()];
                    sound.insert(usize::from(channel == 0), other);
                }
                rest.push(Taken::Samples(sound));
            }
        }
        rest
    }

    fn poll(&mut self) {
        for track in &mut self.tracks {
            track.poll();
            self.notices.append(&mut track.notices);
            self.failures.extend(track.failures.drain(..));
        }
    }

    /// What can be given at once.
    fn ready(&mut self) -> Option<Taken> {
        loop {
            let mut fronts = Vec::with_capacity(self.tracks.len());
            for track in &self.tracks {
                fronts.push(track.shelf.front()?);
            }
            let shared = fronts.iter().map(|(len, _)| *len).min()?;
            let is_hole = fronts.iter().all(|(_, hole)| hole.is_some());
            // A gap is told in whole milliseconds; less of it is silence beside the other's sound.
            let len = if is_hole && shared >= 16 {
                shared / 16 * 16
            } else {
                shared.min(LONGEST)
            };
            let pieces: Vec<Piece> = (self.tracks.iter_mut())
                .filter_map(|track| track.shelf.take(len))
                .collect();
            if is_hole && shared >= 16 {
                let Some(why) = lost(&pieces) else {
                    // Before the beginning.
                    continue;
                };
                self.given += len;
                let length_ms = len / 16;
                return Some(Taken::Gap { length_ms, why });
            }
            let samples = self.side_by_side(pieces, len);
            self.given += len;
            return Some(Taken::Samples(samples));
        }
    }

    /// Pieces of one length each as channels; where one has no sound, silence and a notice.
    fn side_by_side(&mut self, pieces: Vec<Piece>, len: u64) -> Vec<Vec<f32>> {
        let at_ms = self.given_ms();
        let mut samples = Vec::with_capacity(self.channels);
        for (channel, piece) in pieces.into_iter().enumerate() {
            match piece {
                Piece::Sound(sound) => samples.extend(sound),
                Piece::Gap(_, hole) => {
                    samples.push(vec![0.0; len as usize]);
                    if let Hole::Lost(why) = hole {
                        self.miss(channel, at_ms, crate::audio::ms_of(len), why);
                    }
                }
            }
        }
        samples
    }

    /// Notes that a channel has no sound, joined to the notice before where it goes on.
    fn miss(&mut self, channel: usize, at_ms: u64, length_ms: u64, why: GapWhy) {
        if let Some(Notice::Missing {
            channel: c,
            at_ms: at,
            length_ms: length,
            why: w,
        }) = self.notices.last_mut()
            && (*c, *w) == (channel, why)
            && (*at + *length).abs_diff(at_ms) <= 1
        {
            *length = at_ms + length_ms - *at;
            return;
        }
        self.notices.push(Notice::Missing {
            channel,
            at_ms,
            length_ms,
            why,
        });
    }
}

/// Why there is no sound on any channel, where it was lost.
fn lost(pieces: &[Piece]) -> Option<GapWhy> {
    pieces.iter().find_map(|piece| match piece {
        Piece::Gap(_, Hole::Lost(why)) => Some(*why),
        _ => None,
    })
}
