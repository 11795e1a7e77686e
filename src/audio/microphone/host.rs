//! The joint between this room and whatever gives sound: the system's sound cards, or a test.

use crate::audio::microphone::failure::MicrophoneError;
use crate::audio::microphone::feed::{Faults, Feed};

/// An input as the system tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device {
    /// What a person calls it, and what `--device` takes.
    pub name: String,
    /// The system's own name for it, which `--device` takes as well.
    pub id: String,
    /// Whether it is the one taken where none is named.
    pub is_default: bool,
    /// How many channels it gives at most.
    pub channels: u16,
    /// The sample rates it can give, ascending; the ends of a range where it takes any between.
    pub rates: Vec<u32>,
    /// What stands in the way of using it now.
    pub problem: Option<MicrophoneError>,
}

/// What an input turned out to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Samples a second and channel.
    pub rate: u32,
    /// Channels, interleaved.
    pub channels: usize,
}

/// An input that gives sound until it is dropped.
pub trait Input: Send {}

/// An input that was opened and gives sound already.
pub struct Opened {
    /// The device's name.
    pub device: String,
    /// Stops when it is dropped.
    pub input: Box<dyn Input>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened")
            .field("device", &self.device)
            .finish_non_exhaustive()
    }
}

/// Makes the two ends that an input fills: sound, and what went wrong.
pub type MakeFeed<'a> = &'a mut dyn FnMut(Shape) -> (Feed, Faults);

/// Where inputs come from.
pub trait Host: Send + Sync {
    /// All inputs there are now, the default first.
    ///
    /// # Errors
    /// When the sound system does not answer.
    fn devices(&self) -> Result<Vec<Device>, MicrophoneError>;

    /// Opens the input of that name, or the default, with at least `channels` channels, and starts
    /// it. `make` is called once, when the input's shape is known.
    ///
    /// # Errors
    /// When there is none, or it cannot be used.
    fn open(
        &self,
        name: Option<&str>,
        channels: usize,
        make: MakeFeed<'_>,
    ) -> Result<Opened, MicrophoneError>;
}

/// The one device that a name fits: by name, by the system's name, else by a part of the name.
///
/// # Errors
/// When none fits, or several.
pub fn named<'a>(devices: &'a [Device], name: &str) -> Result<&'a Device, MicrophoneError> {
    let wanted = name.trim().to_lowercase();
    if let Some(exact) = devices
        .iter()
        .find(|device| device.name.to_lowercase() == wanted || device.id.to_lowercase() == wanted)
    {
        return Ok(exact);
    }
    let fits: Vec<&Device> = devices
        .iter()
        .filter(|device| !wanted.is_empty() && device.name.to_lowercase().contains(&wanted))
        .collect();
    let names = |list: &mut dyn Iterator<Item = &Device>| list.map(|d| d.name.clone()).collect();
    match fits.as_slice() {
        [one] => Ok(one),
        [] if devices.is_empty() => Err(MicrophoneError::NoDevice),
        [] => Err(MicrophoneError::NotFound {
            name: name.to_owned(),
            known: names(&mut devices.iter()),
        }),
        several => Err(MicrophoneError::Ambiguous {
            name: name.to_owned(),
            known: names(&mut several.iter().copied()),
        }),
    }
}
