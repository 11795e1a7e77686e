//! A room with invented microphones and a clock that goes on only when somebody waits: devices that
//! are unplugged, stall, lose sound, change their rate, sleep, or refuse.
//!
//! What a device gives is the time itself: a sample is the moment of its capture in seconds, divided
//! by 100, so that each sample that comes out tells whether it stands where it belongs.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use notewright::audio::microphone::clock::{Clock, Moment};
use notewright::audio::microphone::failure::MicrophoneError;
use notewright::audio::microphone::feed::{Fault, Faults, Feed};
use notewright::audio::microphone::hands::Hands;
use notewright::audio::microphone::host::{Device, Host, Input, MakeFeed, Opened, Shape, named};
use notewright::audio::microphone::{Microphone, Wanted};

const TICK: u64 = 10_000_000;

/// How a device gives its samples.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    F32,
    I16,
    I32,
}

/// An invented microphone.
#[derive(Clone, Debug)]
pub struct Fake {
    pub name: String,
    /// What it says.
    pub rate: u32,
    /// What it does, in samples a second.
    pub real_rate: f64,
    pub channels: usize,
    /// Frames a block.
    pub block: usize,
    pub form: Form,
    pub is_plugged: bool,
    pub is_stalled: bool,
    pub refuses: Option<MicrophoneError>,
}

impl Fake {
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            rate: 48_000,
            real_rate: 48_000.0,
            channels: 1,
            block: 960,
            form: Form::F32,
            is_plugged: true,
            is_stalled: false,
            refuses: None,
        }
    }

    pub fn at(mut self, rate: u32, channels: usize, block: usize, form: Form) -> Self {
        (self.rate, self.real_rate) = (rate, f64::from(rate));
        (self.channels, self.block, self.form) = (channels, block, form);
        self
    }
}

struct Stream {
    id: u64,
    device: String,
    feed: Feed,
    faults: Faults,
    /// Boot time of frame 0, were all frames since at this rate.
    base: f64,
    frames: u64,
}

#[derive(Default)]
struct Inner {
    boot: AtomicU64,
    awake: AtomicU64,
    opened: AtomicU64,
    devices: Mutex<Vec<Fake>>,
    streams: Mutex<Vec<Stream>>,
}

/// The room; a clone is the same room.
#[derive(Clone, Default)]
pub struct Room(Arc<Inner>);

impl Room {
    /// The first device is the default.
    pub fn new(devices: impl IntoIterator<Item = Fake>) -> Self {
        let room = Self::default();
        room.0.devices.lock().unwrap().extend(devices);
        room
    }

    pub fn open(&self, wanted: &Wanted) -> Result<Microphone, MicrophoneError> {
        let host: Arc<dyn Host> = Arc::new(self.clone());
        let clock: Arc<dyn Clock> = Arc::new(self.clone());
        Microphone::open_with(&host, &clock, Hands::Own, wanted)
    }

    pub fn seconds(&self) -> f64 {
        self.0.boot.load(Ordering::SeqCst) as f64 / 1e9
    }

    pub fn opened(&self) -> u64 {
        self.0.opened.load(Ordering::SeqCst)
    }

    fn device(&self, name: &str, change: impl FnOnce(&mut Fake)) {
        let mut devices = self.0.devices.lock().unwrap();
        change(devices.iter_mut().find(|d| d.name == name).unwrap());
    }

    fn streams(&self, name: &str, mut change: impl FnMut(&mut Stream)) {
        let mut streams = self.0.streams.lock().unwrap();
        streams
            .iter_mut()
            .filter(|s| s.device == name)
            .for_each(&mut change);
    }

    pub fn unplug(&self, name: &str) {
        self.device(name, |d| d.is_plugged = false);
        self.streams(name, |s| s.faults.broken(Fault::Gone));
    }

    pub fn plug(&self, name: &str) {
        self.device(name, |d| d.is_plugged = true);
    }

    pub fn refuse(&self, name: &str, why: Option<MicrophoneError>) {
        self.device(name, |d| d.refuses = why);
    }

    /// Holds the device's sound back; what it holds comes when it goes on.
    pub fn stall(&self, name: &str, is_stalled: bool) {
        self.device(name, |d| d.is_stalled = is_stalled);
    }

    /// Loses so much sound at the device.
    pub fn lose(&self, name: &str, seconds: f64, is_told: bool) {
        self.advance(Duration::from_secs_f64(0.02));
        self.streams(name, |s| {
            s.base += seconds;
            if is_told {
                s.faults.skipped();
            }
        });
    }

    /// Changes the rate, and says so or not.
    pub fn change_rate(&self, name: &str, rate: f64, is_told: bool) {
        let now = self.seconds();
        self.device(name, |d| {
            d.real_rate = rate;
            if is_told {
                d.rate = rate as u32;
            }
        });
        self.streams(name, |s| {
            s.base = now - s.frames as f64 / rate;
            if is_told {
                s.faults.broken(Fault::Changed);
            }
        });
    }

    /// The machine sleeps; nothing is captured.
    pub fn sleep_machine(&self, seconds: f64) {
        self.0
            .boot
            .fetch_add((seconds * 1e9) as u64, Ordering::SeqCst);
        self.0
            .streams
            .lock()
            .unwrap()
            .iter_mut()
            .for_each(|s| s.base += seconds);
    }

    /// Time goes on, whether somebody takes the sound or not.
    pub fn advance(&self, length: Duration) {
        let mut left = length.as_nanos() as u64;
        while left > 0 {
            let step = left.min(TICK);
            left -= step;
            self.0.boot.fetch_add(step, Ordering::SeqCst);
            self.0.awake.fetch_add(step, Ordering::SeqCst);
            self.deliver();
        }
    }

    fn deliver(&self) {
        let now = self.seconds();
        let devices = self.0.devices.lock().unwrap().clone();
        for stream in self.0.streams.lock().unwrap().iter_mut() {
            let device = devices.iter().find(|d| d.name == stream.device).unwrap();
            if !device.is_plugged || device.is_stalled {
                continue;
            }
            let rate = device.real_rate;
            let due = (now - stream.base) * rate;
            while due - stream.frames as f64 >= device.block as f64 {
                let times: Vec<f32> = (0..device.block as u64)
                    .map(|n| (stream.base + (stream.frames + n) as f64 / rate) as f32 / 100.0)
                    .flat_map(|time| std::iter::repeat_n(time, device.channels))
                    .collect();
                stream.frames += device.block as u64;
                match device.form {
                    Form::F32 => stream.feed.take(&times),
                    Form::I16 => {
                        let whole: Vec<i16> = times
                            .iter()
                            .map(|t| (t * 32_768.0).round() as i16)
                            .collect();
                        stream.feed.take(&whole);
                    }
                    Form::I32 => {
                        let whole: Vec<i32> = times
                            .iter()
                            .map(|t| (f64::from(*t) * 2_147_483_648.0) as i32)
                            .collect();
                        stream.feed.take(&whole);
                    }
                }
            }
        }
    }
}

impl Clock for Room {
    fn now(&self) -> Moment {
        Moment {
            boot: Duration::from_nanos(self.0.boot.load(Ordering::SeqCst)),
            awake: Duration::from_nanos(self.0.awake.load(Ordering::SeqCst)),
        }
    }

    fn sleep(&self, length: Duration) {
        self.advance(length);
    }
}

struct Held {
    id: u64,
    room: Room,
}

impl Input for Held {}

impl Drop for Held {
    fn drop(&mut self) {
        let mut streams = self.room.0.streams.lock().unwrap();
        streams.retain(|s| s.id != self.id);
    }
}

impl Host for Room {
    fn devices(&self) -> Result<Vec<Device>, MicrophoneError> {
        let devices = self.0.devices.lock().unwrap();
        let there = devices.iter().filter(|d| d.is_plugged);
        Ok(there
            .enumerate()
            .map(|(n, d)| Device {
                name: d.name.clone(),
                id: format!("fake:{}", d.name),
                is_default: n == 0,
                channels: d.channels as u16,
                rates: vec![d.rate],
                problem: d.refuses.clone(),
            })
            .collect())
    }

    fn open(
        &self,
        name: Option<&str>,
        channels: usize,
        make: MakeFeed<'_>,
    ) -> Result<Opened, MicrophoneError> {
        let devices = self.devices()?;
        let chosen = match name {
            Some(name) => named(&devices, name)?,
            None => devices.first().ok_or(MicrophoneError::NoDevice)?,
        };
        if let Some(problem) = &chosen.problem {
            return Err(problem.clone());
        }
        if usize::from(chosen.channels) < channels {
            let device = chosen.name.clone();
            return Err(MicrophoneError::OneChannel { device });
        }
        let (feed, faults) = make(Shape {
            rate: chosen.rates[0],
            channels: usize::from(chosen.channels),
        });
        let id = self.0.opened.fetch_add(1, Ordering::SeqCst);
        self.0.streams.lock().unwrap().push(Stream {
            id,
            device: chosen.name.clone(),
            feed,
            faults,
            base: self.seconds(),
            frames: 0,
        });
        Ok(Opened {
            device: chosen.name.clone(),
            input: Box::new(Held {
                id,
                room: self.clone(),
            }),
        })
    }
}
