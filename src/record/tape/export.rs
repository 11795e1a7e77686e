//! A recording as a plain WAV file: only because the user asked for it.

use std::fs::OpenOptions;
use std::io::{BufWriter, Seek, Write};
use std::path::Path;

use crate::audio::SAMPLE_RATE;
use crate::record::tape::failure::TapeError;
use crate::record::tape::frame::to_i16;
use crate::record::tape::reader::{Piece, TapeReader};
use crate::record::tape::survey::Survey;

/// Writes a recording as a plain 16-bit WAV file that everybody can play, gaps as silence. The file
/// is written in its place and nowhere else, readable by this user only; where that fails, what was
/// written of it is removed.
///
/// # Errors
/// When the file is there already and `replace` is not said, or cannot be written.
pub fn export_wav(mut tape: TapeReader, path: &Path, replace: bool) -> Result<Survey, TapeError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    if !replace {
        options.create_new(true);
    }
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options
        .open(path)
        .map_err(|error| TapeError::io("write", path, error))?;
    match write(&mut tape, BufWriter::new(file)) {
        Ok(()) => Ok(tape.survey().clone()),
        Err(error) => {
            let _ = std::fs::remove_file(path);
            let source = match error {
                hound::Error::IoError(error) => error,
                other => std::io::Error::other(other),
            };
            Err(TapeError::io("write", path, source))
        }
    }
}

fn write(tape: &mut TapeReader, out: impl Write + Seek) -> hound::Result<()> {
    let channels = u16::from(tape.header().channels.clamp(1, 2));
    let spec = hound::WavSpec {
        channels,
        sample_rate: SAMPLE_RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut wav = hound::WavWriter::new(out, spec)?;
    for piece in tape {
        match piece {
            Piece::Sound(sound) => {
                for n in 0..sound.first().map_or(0, Vec::len) {
                    for channel in &sound {
                        wav.write_sample(to_i16(channel[n]))?;
                    }
                }
            }
            Piece::Gap(gap) => {
                let samples = gap.span.length_ms() * u64::from(SAMPLE_RATE) / 1000;
                for _ in 0..samples * u64::from(channels) {
                    wav.write_sample(0_i16)?;
                }
            }
            _ => {}
        }
    }
    wav.finalize()
}
