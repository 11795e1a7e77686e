//! Sound on its way to the recogniser: decoding, resampling, voice activity, windows of speech.

pub mod window;

/// Samples a second of all audio inside the program: 16 kHz, mono, -1 to 1, as Whisper takes it.
pub const SAMPLE_RATE: u32 = 16_000;
