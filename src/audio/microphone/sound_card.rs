//! The system's own inputs, by cpal: those of Windows and macOS, and ALSA with the sound server behind
//! it.

use std::collections::HashSet;
use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{
    BufferSize, Data, ErrorKind, SampleFormat, StreamConfig, SupportedBufferSize,
    SupportedStreamConfig,
};

use crate::audio::microphone::failure::MicrophoneError;
use crate::audio::microphone::feed::{Fault, Faults, Feed};
use crate::audio::microphone::host::{Device, Host, Input, MakeFeed, Opened, Shape, named};
use crate::audio::resample::RATES;

/// The block asked for, where the device allows it: long enough that a busy machine keeps up (ALSA
/// holds two of them), short enough for live text.
const BLOCK: Duration = Duration::from_millis(100);
/// How long a backend that honours it may take to open a stream.
const PATIENCE: Duration = Duration::from_secs(5);

/// The inputs of this computer.
#[derive(Clone, Copy, Debug)]
pub struct SoundCard;

/// The name of the default input where the system has no better.
const DEFAULT: &str = "default";

impl Host for SoundCard {
    fn devices(&self) -> Result<Vec<Device>, MicrophoneError> {
        quietly(|| {
            let found = list(&cpal::default_host())?;
            Ok(found.into_iter().map(|(_, device)| device).collect())
        })
    }

    fn open(
        &self,
        name: Option<&str>,
        channels: usize,
        make: MakeFeed<'_>,
    ) -> Result<Opened, MicrophoneError> {
        quietly(|| {
            let host = cpal::default_host();
            let (device, label) = choose(&host, name)?;
            let config = config_for(&device, &label, channels)?;
            let stream = capture(&device, &label, config, make)?;
            stream.play().map_err(|error| explain(&error, &label))?;
            Ok(Opened {
                device: label,
                input: Box::new(Running { _stream: stream }),
            })
        })
    }
}

struct Running {
    _stream: cpal::Stream,
}

impl Input for Running {}

/// The inputs of the host with what is told of each, the default first.
fn list(host: &cpal::Host) -> Result<Vec<(cpal::Device, Device)>, MicrophoneError> {
    let default = host.default_input_device();
    let default_id = default.as_ref().and_then(|device| device.id().ok());
    let others = host
        .input_devices()
        .map_err(|error| MicrophoneError::NoSoundSystem {
            cause: error.to_string(),
        })?;
    let (mut ids, mut names) = (HashSet::new(), HashSet::new());
    let mut found = Vec::new();
    for device in default.into_iter().chain(others) {
        let id = device.id().ok();
        let is_default = id.is_some() && id == default_id && found.is_empty();
        // Asking some of ALSA's for their form starts programs and prints messages.
        if !is_default && !is_offered(id.as_ref().map_or("", |id| id.id())) {
            continue;
        }
        let told = describe(&device, is_default);
        if ids.insert(told.id.clone()) && names.insert(told.name.clone()) {
            found.push((device, told));
        }
    }
    // ALSA always names a default, even where nothing is behind it.
    let has_one = found.iter().any(|(_, device)| {
        !matches!(
            device.problem,
            Some(
                MicrophoneError::NoDevice
                    | MicrophoneError::NotFound { .. }
                    | MicrophoneError::NoSoundSystem { .. }
                    | MicrophoneError::Failed { .. }
            )
        )
    });
    if !has_one {
        found.clear();
    }
    Ok(found)
}

/// Of the dozen ways in which ALSA offers each card, the one that converts; and the sound servers.
fn is_offered(id: &str) -> bool {
    if !cfg!(any(target_os = "linux", target_os = "freebsd")) {
        return true;
    }
    id.starts_with("plughw:") || matches!(id, "pulse" | "pipewire")
}

fn describe(device: &cpal::Device, is_default: bool) -> Device {
    let id = device
        .id()
        .map_or_else(|_| String::new(), |id| id.id().to_owned());
    let name = label(device, &id);
    let mut told = Device {
        name,
        id,
        is_default,
        ..Device::default()
    };
    match device.supported_input_configs() {
        Ok(configs) => {
            let mut rates = Vec::new();
            for config in configs {
                told.channels = told.channels.max(config.channels());
                let ends = [config.min_sample_rate(), config.max_sample_rate()];
                rates.extend(ends.map(|rate| rate.clamp(*RATES.start(), *RATES.end())));
            }
            rates.sort_unstable();
            rates.dedup();
            told.rates = rates;
        }
        Err(error) => told.problem = Some(explain(&error, &told.name)),
    }
    told
}

/// What a person calls a device.
fn label(device: &cpal::Device, id: &str) -> String {
    // ALSA's default has no name of its own.
    if id == DEFAULT {
        return DEFAULT.to_owned();
    }
    let name = device
        .description()
        .map(|description| description.name().trim().to_owned())
        .unwrap_or_default();
    match (name.is_empty(), id.is_empty()) {
        (false, _) => name,
        (true, false) => id.to_owned(),
        (true, true) => "microphone".to_owned(),
    }
}

fn choose(
    host: &cpal::Host,
    name: Option<&str>,
) -> Result<(cpal::Device, String), MicrophoneError> {
    let Some(name) = name.filter(|name| *name != DEFAULT) else {
        let device = host
            .default_input_device()
            .ok_or(MicrophoneError::NoDevice)?;
        let id = device.id().ok();
        let label = label(&device, id.as_ref().map_or("", |id| id.id()));
        return Ok((device, label));
    };
    let mut found = list(host)?;
    let told: Vec<Device> = found.iter().map(|(_, device)| device.clone()).collect();
    let chosen = match named(&told, name) {
        Ok(chosen) => chosen.id.clone(),
        Err(error) => {
            // Whatever the system can open by its own name is taken, listed or not.
            let Some(device) = host
                .input_devices()
                .ok()
                .and_then(|mut all| all.find(|d| d.id().is_ok_and(|id| id.id() == name)))
            else {
                return Err(error);
            };
            return Ok((device, name.to_owned()));
        }
    };
    let at = told.iter().position(|device| device.id == chosen);
    let (device, told) = found.swap_remove(at.unwrap_or(0));
    Ok((device, told.name))
}

/// The form in which the device is asked for its sound.
fn config_for(
    device: &cpal::Device,
    label: &str,
    channels: usize,
) -> Result<SupportedStreamConfig, MicrophoneError> {
    let default = match device.default_input_config() {
        Ok(config) if usize::from(config.channels()) >= channels && is_taken(&config) => {
            return Ok(config);
        }
        default => default,
    };
    let all: Vec<SupportedStreamConfig> = device
        .supported_input_configs()
        .map_err(|error| explain(&error, label))?
        .map(cpal::SupportedStreamConfigRange::with_standard_sample_rate)
        .collect();
    let taken = || all.iter().filter(|config| is_taken(config));
    let enough = taken()
        .filter(|config| usize::from(config.channels()) >= channels)
        .min_by_key(|config| (config.channels(), format_rank(config.sample_format())));
    if let Some(config) = enough {
        return Ok(*config);
    }
    let device = label.to_owned();
    if taken().next().is_some() {
        return Err(MicrophoneError::OneChannel { device });
    }
    let cause = match (all.first(), default) {
        (Some(config), _) => format!(
            "{} at {} samples a second",
            config.sample_format(),
            config.sample_rate()
        ),
        (None, Err(error)) => return Err(explain(&error, label)),
        (None, Ok(_)) => "it offers none".to_owned(),
    };
    Err(MicrophoneError::UnsupportedFormat { device, cause })
}

fn is_taken(config: &SupportedStreamConfig) -> bool {
    let format = config.sample_format();
    (format.is_int() || format.is_uint() || format.is_float())
        && RATES.contains(&config.sample_rate())
        && config.channels() > 0
}

fn format_rank(format: SampleFormat) -> u8 {
    match format {
        SampleFormat::F32 => 0,
        SampleFormat::I32 | SampleFormat::I24 => 1,
        SampleFormat::I16 => 2,
        _ => 3,
    }
}

fn capture(
    device: &cpal::Device,
    label: &str,
    supported: SupportedStreamConfig,
    make: MakeFeed<'_>,
) -> Result<cpal::Stream, MicrophoneError> {
    let mut config: StreamConfig = supported.config();
    let frames = (u128::from(config.sample_rate) * BLOCK.as_millis() / 1000) as u32;
    if let SupportedBufferSize::Range { min, max } = supported.buffer_size()
        && (*min..=*max).contains(&frames)
    {
        config.buffer_size = BufferSize::Fixed(frames);
    }
    match build(device, config, supported.sample_format(), &mut *make) {
        Err(_) if config.buffer_size != BufferSize::Default => {
            config.buffer_size = BufferSize::Default;
            build(device, config, supported.sample_format(), make)
        }
        built => built,
    }
    .map_err(|error| explain(&error, label))
}

fn build(
    device: &cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    make: MakeFeed<'_>,
) -> Result<cpal::Stream, cpal::Error> {
    let (mut feed, faults) = make(Shape {
        rate: config.sample_rate,
        channels: usize::from(config.channels),
    });
    let broken = faults.clone();
    device.build_input_stream_raw(
        config,
        format,
        move |data, _| {
            if !hear(&mut feed, data) {
                broken.broken(Fault::Gone);
            }
        },
        move |error| note(&faults, &error),
        Some(PATIENCE),
    )
}

/// Gives the samples to the ring; whether their form is one that is taken.
fn hear(feed: &mut Feed, data: &Data) -> bool {
    macro_rules! take {
        ($($format:ident => $sample:ty),* $(,)?) => {
            match data.sample_format() {
                $(SampleFormat::$format => data.as_slice::<$sample>().map(|s| feed.take(s)),)*
                _ => None,
            }
        };
    }
    take! {
        F32 => f32, F64 => f64,
        I8 => i8, I16 => i16, I24 => cpal::I24, I32 => i32, I64 => i64,
        U8 => u8, U16 => u16, U24 => cpal::U24, U32 => u32, U64 => u64,
    }
    .is_some()
}

/// What an error of the stream means; called from the capture thread.
fn note(faults: &Faults, error: &cpal::Error) {
    match error.kind() {
        ErrorKind::Xrun => faults.skipped(),
        ErrorKind::DeviceChanged => faults.rerouted(),
        ErrorKind::RealtimeDenied => {}
        ErrorKind::StreamInvalidated => faults.broken(Fault::Changed),
        // An error of another kind may come again and again without sound: opened anew, it is well
        // or it says why not.
        _ => faults.broken(Fault::Gone),
    }
}

fn explain(error: &cpal::Error, label: &str) -> MicrophoneError {
    let device = label.to_owned();
    match error.kind() {
        ErrorKind::DeviceBusy => MicrophoneError::Busy { device },
        ErrorKind::PermissionDenied => MicrophoneError::PermissionRefused { device },
        ErrorKind::DeviceNotAvailable if label == DEFAULT => MicrophoneError::NoDevice,
        ErrorKind::DeviceNotAvailable => MicrophoneError::NotFound {
            name: device,
            known: Vec::new(),
        },
        ErrorKind::HostUnavailable => MicrophoneError::NoSoundSystem {
            cause: error.to_string(),
        },
        ErrorKind::UnsupportedConfig => MicrophoneError::UnsupportedFormat {
            device,
            cause: error.to_string(),
        },
        // How ALSA tells that the sound server behind it is not there.
        _ if error.to_string().contains("refused") => MicrophoneError::NoSoundSystem {
            cause: error.to_string(),
        },
        _ => MicrophoneError::Failed {
            device,
            cause: error.to_string(),
        },
    }
}

/// Runs `work` while ALSA's own messages, of which it prints many for each device that is not
/// there, go nowhere: they would run into the meter.
fn quietly<T>(work: impl FnOnce() -> T) -> T {
    #[cfg(target_os = "linux")]
    let _messages = alsa::Output::local_error_handler();
    work()
}
