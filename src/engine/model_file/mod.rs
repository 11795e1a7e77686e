//! What a model file is, before an engine touches it.
//!
//! Both engines trust their files: whisper.cpp reads past a cut end without noticing, and aborts on
//! lengths that make no sense. So the file's own structure is walked first, without reading the
//! weights. Nothing here judges whether a model is any good.

mod ggml;
mod gguf;

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// Facts that the file itself states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelFile {
    /// A Whisper recogniser in whisper.cpp's ggml format.
    Whisper {
        /// Length of the file in bytes.
        bytes: u64,
        /// Entries of the vocabulary.
        vocabulary: u32,
        /// Layers of encoder and decoder.
        layers: (u32, u32),
    },
    /// A language model in GGUF.
    Gguf {
        /// Length of the file in bytes.
        bytes: u64,
        /// Its architecture, e.g. `llama`.
        architecture: String,
    },
}

/// Why a model file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ModelFault {
    /// The file is not there or cannot be read.
    #[error("it cannot be read ({0})")]
    Unreadable(String),
    /// The file has no bytes.
    #[error("it is empty")]
    Empty,
    /// The file is something else.
    #[error("it is not a model: {0}")]
    NotAModel(String),
    /// The file ends too early.
    #[error("it is cut off: {0}")]
    CutOff(String),
    /// A model for the other engine.
    #[error("it is {is}, and {wanted} is needed here")]
    WrongKind {
        /// What it is.
        is: String,
        /// What is needed.
        wanted: String,
    },
    /// The engine does not know this kind of network, or finds it inconsistent.
    #[error("the engine does not take it: {0}")]
    NotTaken(String),
    /// The machine has too little free memory for it.
    #[error("it needs about {} MB of memory and {} MB are free", mb(*needed), mb(*free))]
    TooLittleMemory {
        /// Bytes needed, estimated.
        needed: u64,
        /// Bytes free.
        free: u64,
    },
}

impl ModelFault {
    /// What to do next, as a sentence without a full stop.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Unreadable(_) => "check the path, and that the file may be read",
            Self::Empty | Self::NotAModel(_) | Self::CutOff(_) => {
                "get it again: `notewright models pull NAME`, or `notewright models list` to choose"
            }
            Self::WrongKind { .. } | Self::NotTaken(_) => {
                "choose another model: `notewright models list`"
            }
            Self::TooLittleMemory { .. } => {
                "close other programs or choose a smaller model: `notewright models recommend`"
            }
        }
        .to_owned()
    }
}

/// A recogniser's kind, as messages name it.
const WHISPER: &str = "a Whisper recogniser";
/// A language model's kind, as messages name it.
const LANGUAGE: &str = "a language model (GGUF)";

/// Walks the file at `path` and tells what it is.
///
/// # Errors
/// When it cannot be read, is no model, or ends before its contents do.
pub fn inspect(path: &Path) -> Result<ModelFile, ModelFault> {
    let unreadable = |e: io::Error| ModelFault::Unreadable(reason(&e));
    let meta = std::fs::metadata(path).map_err(unreadable)?;
    if meta.is_dir() {
        return Err(ModelFault::NotAModel("it is a folder".to_owned()));
    }
    let bytes = meta.len();
    if bytes == 0 {
        return Err(ModelFault::Empty);
    }
    let mut walk = Walk {
        input: BufReader::new(File::open(path).map_err(unreadable)?),
        at: 0,
        bytes,
    };
    let magic: [u8; 4] = walk.take().map_err(|_| not_a_model(b""))?;
    match &magic {
        ggml::MAGIC => ggml::walk(&mut walk),
        gguf::MAGIC => gguf::walk(&mut walk),
        other => Err(not_a_model(other)),
    }
}

/// Like [`inspect`], and refuses anything but a recogniser.
///
/// # Errors
/// As [`inspect`], or [`ModelFault::WrongKind`].
pub fn inspect_whisper(path: &Path) -> Result<ModelFile, ModelFault> {
    match inspect(path)? {
        ModelFile::Gguf { .. } => Err(wrong_kind(LANGUAGE, WHISPER)),
        whisper @ ModelFile::Whisper { .. } => Ok(whisper),
    }
}

/// Like [`inspect`], and refuses anything but a language model.
///
/// # Errors
/// As [`inspect`], or [`ModelFault::WrongKind`].
pub fn inspect_gguf(path: &Path) -> Result<ModelFile, ModelFault> {
    match inspect(path)? {
        ModelFile::Whisper { .. } => Err(wrong_kind(WHISPER, LANGUAGE)),
        gguf @ ModelFile::Gguf { .. } => Ok(gguf),
    }
}

impl ModelFile {
    /// Length of the file in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Whisper { bytes, .. } | Self::Gguf { bytes, .. } => *bytes,
        }
    }

    /// Bytes of memory that the engine will want, estimated: the weights, a third for what is
    /// computed with them, and 128 MB that do not depend on size (whisper.cpp's README: base 142 MB
    /// on disk takes 388 MB, large 2.9 GB takes 3.9 GB).
    #[must_use]
    pub fn memory_needed(&self) -> u64 {
        self.bytes() + self.bytes() / 3 + (128 << 20)
    }

    /// Refuses the model where `free` bytes of memory are not enough for it.
    ///
    /// # Errors
    /// [`ModelFault::TooLittleMemory`].
    pub fn fits(&self, free: u64) -> Result<(), ModelFault> {
        let needed = self.memory_needed();
        if needed > free {
            return Err(ModelFault::TooLittleMemory { needed, free });
        }
        Ok(())
    }
}

/// Reads a file from front to back without ever passing its end.
struct Walk<R> {
    input: R,
    at: u64,
    bytes: u64,
}

/// The file ended.
struct Ended;

impl<R: Read + Seek> Walk<BufReader<R>> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Ended> {
        let mut buffer = [0; N];
        self.input.read_exact(&mut buffer).map_err(|_| Ended)?;
        self.at += N as u64;
        Ok(buffer)
    }

    fn u32(&mut self) -> Result<u32, Ended> {
        self.take().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, Ended> {
        self.take().map(u64::from_le_bytes)
    }

    fn skip(&mut self, len: u64) -> Result<(), Ended> {
        let end = self.at.checked_add(len).filter(|end| *end <= self.bytes);
        let (Some(end), Ok(step)) = (end, i64::try_from(len)) else {
            return Err(Ended);
        };
        self.input.seek_relative(step).map_err(|_| Ended)?;
        self.at = end;
        Ok(())
    }

    fn at_end(&self) -> bool {
        self.at >= self.bytes
    }

    fn cut_off(&self, what: &str) -> ModelFault {
        ModelFault::CutOff(format!("its {} bytes end inside {what}", self.bytes))
    }
}

fn not_a_model(magic: &[u8]) -> ModelFault {
    let looks = match magic {
        b"<!DO" | b"<htm" | b"<HTM" => "it is a web page, perhaps a download that went wrong",
        b"vers" => "it is a pointer to a file kept elsewhere (Git LFS)",
        [b'P', b'K', ..] => {
            "it is a zip archive; Whisper files for whisper.cpp are named ggml-….bin"
        }
        [0x1f, 0x8b, ..] => "it is compressed",
        _ => "it does not begin like one",
    };
    ModelFault::NotAModel(looks.to_owned())
}

fn wrong_kind(is: &str, wanted: &str) -> ModelFault {
    ModelFault::WrongKind {
        is: is.to_owned(),
        wanted: wanted.to_owned(),
    }
}

/// The reason in an error of the system, without its number.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "no right to read it".to_owned(),
        kind => kind.to_string(),
    }
}

fn mb(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn fault(bytes: &[u8]) -> String {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        inspect(file.path()).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_model_is_named() {
        let cases: &[(&[u8], &str)] = &[
            (b"", "it is empty"),
            (b"abc", "it is not a model: it does not begin like one"),
            (
                b"<!DOCTYPE html>",
                "it is not a model: it is a web page, perhaps a download that went wrong",
            ),
            (
                b"version https://git-lfs",
                "it is not a model: it is a pointer to a file kept elsewhere (Git LFS)",
            ),
            (b"lmgg", "it is cut off: its 4 bytes end inside the header"),
            (
                b"GGUF\x03\0",
                "it is cut off: its 6 bytes end inside the header",
            ),
            (
                b"GGUF\x63\0\0\0aaaaaaaabbbbbbbb",
                "it is not a model: its GGUF version 99 is unknown",
            ),
        ];
        for (bytes, want) in cases {
            assert_eq!(fault(bytes), *want);
        }
        let nothing = inspect(Path::new("/nowhere/model.bin")).unwrap_err();
        assert_eq!(
            nothing.to_string(),
            "it cannot be read (there is no such file)"
        );
        let folder = inspect(std::env::temp_dir().as_path()).unwrap_err();
        assert_eq!(folder.to_string(), "it is not a model: it is a folder");
    }

    #[test]
    fn memory_is_checked_with_room_to_work() {
        let model = ModelFile::Gguf {
            bytes: 300 << 20,
            architecture: "llama".to_owned(),
        };
        assert!(model.fits(528 << 20).is_ok());
        let fault = model.fits(527 << 20).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "it needs about 528 MB of memory and 527 MB are free"
        );
    }

    proptest::proptest! {
        #[test]
        fn walking_is_total(tail: Vec<u8>, gguf: bool) {
            let mut bytes = if gguf { gguf::MAGIC.to_vec() } else { ggml::MAGIC.to_vec() };
            bytes.extend(tail);
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(&bytes).unwrap();
            proptest::prop_assert!(inspect(file.path()).is_err());
        }
    }
}
