//! Sound on its way to the recogniser: decoding, resampling, voice activity, windows of speech.
//!
//! A file becomes a [`recording::Recording`], a stream of 16 kHz mono blocks; [`packing::Packer`]
//! turns any such stream into [`window::Window`]s of speech and the silences between. Nothing here
//! knows words, keeps a whole recording in memory, or writes a file.

pub mod activity;
mod decode;
pub mod doubt;
pub mod downmix;
pub mod failure;
mod filling;
mod header;
mod level;
pub mod microphone;
mod packer;
pub mod packing;
pub mod recording;
pub mod resample;
mod smoothing;
mod spectrum;
pub mod window;

/// Samples a second of all audio inside the program: 16 kHz, mono, -1 to 1, as Whisper takes it.
pub const SAMPLE_RATE: u32 = 16_000;

/// Milliseconds at which sample `sample` of a 16 kHz recording stands, rounded down.
#[must_use]
pub fn ms_of(sample: u64) -> u64 {
    sample.saturating_mul(1000) / u64::from(SAMPLE_RATE)
}
