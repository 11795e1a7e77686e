//! Tells a whole model file from a cut-off one and from anything else, by walking its header.
//!
//! Reads names and shapes and steps over the weights: a few megabytes at most, whatever the size
//! of the file. It never judges whether the weights are the right ones; only a digest can.

pub(super) mod ggml;
pub(super) mod gguf;
mod tensor;

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::catalog::Kind;
use super::error::ModelsError;

/// What a model file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// A recogniser in whisper.cpp's ggml format.
    Whisper {
        /// Whether it knows English only, by the size of its vocabulary.
        english_only: bool,
    },
    /// A voice detector in whisper.cpp's ggml format.
    Vad,
    /// A language model in llama.cpp's format.
    Gguf {
        /// Its `general.architecture`, e.g. `llama`.
        architecture: String,
    },
}

impl Format {
    /// What a model of this format is for.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Whisper { .. } => Kind::Whisper,
            Self::Vad => Kind::Vad,
            Self::Gguf { .. } => Kind::Llm,
        }
    }
}

/// Walks the header of the file at `path`.
///
/// # Errors
/// [`ModelsError::NotAModel`], [`ModelsError::CutOffModel`], or [`ModelsError::Io`].
pub fn inspect(path: &Path) -> Result<Format, ModelsError> {
    let io = |source| ModelsError::io("read", path, source);
    let file = File::open(path).map_err(io)?;
    let meta = file.metadata().map_err(io)?;
    if !meta.is_file() {
        return Err(ModelsError::NotAModel {
            path: path.to_owned(),
            reason: "it is a folder or a device, not a file".to_owned(),
        });
    }
    walk(BufReader::new(file), meta.len()).map_err(|fault| match fault {
        Fault::Io(source) => io(source),
        Fault::NotAModel(reason) => ModelsError::NotAModel {
            path: path.to_owned(),
            reason,
        },
        Fault::CutOff { needs } => ModelsError::CutOffModel {
            path: path.to_owned(),
            has: meta.len(),
            needs,
        },
    })
}

/// Why a header does not hold.
#[derive(Debug)]
enum Fault {
    NotAModel(String),
    /// The file ends before this many bytes, as far as the header got.
    CutOff {
        needs: u64,
    },
    Io(io::Error),
}

fn walk<R: Read + Seek>(file: BufReader<R>, len: u64) -> Result<Format, Fault> {
    let mut walker = Walker { file, at: 0, len };
    if len == 0 {
        return Err(Fault::NotAModel("it is empty".to_owned()));
    }
    if len < 4 {
        return Err(unknown_start());
    }
    match &walker.array::<4>()? {
        b"lmgg" => ggml::walk(&mut walker),
        b"GGUF" => gguf::walk(&mut walker),
        b"ggla" | b"tjgg" | b"fmgg" => Err(Fault::NotAModel(
            "it is in an old format that llama.cpp no longer reads".to_owned(),
        )),
        _ => Err(unknown_start()),
    }
}

fn unknown_start() -> Fault {
    Fault::NotAModel("it starts neither like a whisper.cpp nor like a GGUF file".to_owned())
}

/// A place in a file, with the file's length in view.
struct Walker<R> {
    file: BufReader<R>,
    at: u64,
    len: u64,
}

impl<R: Read + Seek> Walker<R> {
    /// Moves the place on by `n` bytes, or says that the file is too short for it.
    fn claim(&mut self, n: u64) -> Result<(), Fault> {
        let needs = self.at.saturating_add(n);
        if needs > self.len {
            return Err(Fault::CutOff { needs });
        }
        self.at = needs;
        Ok(())
    }

    fn skip(&mut self, n: u64) -> Result<(), Fault> {
        self.claim(n)?;
        match i64::try_from(n) {
            Ok(step) => self.file.seek_relative(step),
            Err(_) => self.file.seek(SeekFrom::Start(self.at)).map(drop),
        }
        .map_err(Fault::Io)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        self.claim(N as u64)?;
        let mut bytes = [0; N];
        self.file.read_exact(&mut bytes).map_err(Fault::Io)?;
        Ok(bytes)
    }

    fn u32(&mut self) -> Result<u32, Fault> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, Fault> {
        self.array().map(u64::from_le_bytes)
    }

    /// A name of at most `most` bytes; bytes that are not UTF-8 are shown as such.
    fn name(&mut self, len: u64, most: u64) -> Result<String, Fault> {
        if len > most {
            return Err(Fault::NotAModel(format!("it holds a name of {len} bytes")));
        }
        self.claim(len)?;
        let mut bytes = vec![0; usize::try_from(len).unwrap_or(0)];
        self.file.read_exact(&mut bytes).map_err(Fault::Io)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn is_at_end(&self) -> bool {
        self.at == self.len
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    pub(super) fn walk_bytes(bytes: &[u8]) -> Result<Format, Fault> {
        walk(BufReader::new(Cursor::new(bytes)), bytes.len() as u64)
    }

    #[test]
    fn other_files_are_refused() {
        for bytes in [
            &b""[..],
            b"lm",
            b"RIFF....WAVE",
            b"<!DOCTYPE html>",
            b"PK\x03\x04zip",
            b"tjgg....",
        ] {
            assert!(
                matches!(walk_bytes(bytes), Err(Fault::NotAModel(_))),
                "{bytes:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_bytes_end_in_an_answer(
            magic in prop_oneof![Just(&b"lmgg"[..]), Just(&b"GGUF\x03\0\0\0"[..]), Just(&b""[..])],
            rest in prop::collection::vec(prop_oneof![3 => 0_u8..4, 1 => any::<u8>()], 0..300),
        ) {
            let _ = walk_bytes(&[magic, &rest].concat());
        }
    }
}
