//! What a model file is, before an engine touches it.
//!
//! Both engines trust their files: whisper.cpp reads past a cut end without noticing, and aborts on
//! lengths that make no sense. So the file's own structure is walked first, without reading the
//! weights. Nothing here judges whether a model is any good.

#[cfg(test)]
pub(crate) mod samples;

mod ggml;
mod gguf;
mod shape;
mod tensor;

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::engine::protocol::Tuning;

pub use shape::{Need, Shape};

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
    /// A voice detector in whisper.cpp's ggml format.
    Vad {
        /// Length of the file in bytes.
        bytes: u64,
    },
    /// A language model in GGUF.
    Gguf {
        /// Length of the file in bytes.
        bytes: u64,
        /// Its architecture, e.g. `llama`.
        architecture: String,
        /// Its shape.
        shape: Shape,
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
/// A voice detector's kind, as messages name it.
const DETECTOR: &str = "a voice detector";
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
    if meta.len() == 0 {
        return Err(ModelFault::Empty);
    }
    let file = File::open(path).map_err(unreadable)?;
    walk(BufReader::new(file), meta.len()).map_err(|fault| match fault {
        Fault::Io(e) => unreadable(e),
        Fault::NotAModel(why) => ModelFault::NotAModel(why),
        Fault::NotTaken(why) => ModelFault::NotTaken(why),
        Fault::CutOff { needs } => ModelFault::CutOff(format!(
            "it has {} bytes and needs at least {needs}",
            meta.len()
        )),
    })
}

fn walk<R: Read + Seek>(file: BufReader<R>, len: u64) -> Result<ModelFile, Fault> {
    let mut walker = Walker { file, at: 0, len };
    if len < 4 {
        return Err(not_a_model(b""));
    }
    match &walker.array::<4>()? {
        ggml::MAGIC => ggml::walk(&mut walker),
        gguf::MAGIC => gguf::walk(&mut walker),
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
        ModelFile::Vad { .. } => Err(wrong_kind(DETECTOR, WHISPER)),
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
        ModelFile::Vad { .. } => Err(wrong_kind(DETECTOR, LANGUAGE)),
        gguf @ ModelFile::Gguf { .. } => Ok(gguf),
    }
}

impl ModelFile {
    /// Length of the file in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Whisper { bytes, .. } | Self::Vad { bytes } | Self::Gguf { bytes, .. } => *bytes,
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
        enough(self.memory_needed(), free)
    }

    /// What a language model needs with a context of `context` tokens; for another model the
    /// estimate that [`ModelFile::fits`] goes by, as weights.
    #[must_use]
    pub fn need(&self, context: u32, tuning: &Tuning) -> Need {
        match self {
            Self::Gguf { shape, .. } => shape.need(context, tuning),
            Self::Whisper { .. } | Self::Vad { .. } => Need {
                weights: self.memory_needed(),
                ..Need::default()
            },
        }
    }

    /// Like [`ModelFile::fits`], by what [`ModelFile::need`] says.
    ///
    /// # Errors
    /// [`ModelFault::TooLittleMemory`].
    pub fn fits_with(&self, context: u32, tuning: &Tuning, free: u64) -> Result<(), ModelFault> {
        enough(self.need(context, tuning).total(), free)
    }
}

fn enough(needed: u64, free: u64) -> Result<(), ModelFault> {
    if needed > free {
        return Err(ModelFault::TooLittleMemory { needed, free });
    }
    Ok(())
}

/// Why a header does not hold.
#[derive(Debug)]
enum Fault {
    NotAModel(String),
    NotTaken(String),
    /// The file ends before this many bytes, as far as the header got.
    CutOff {
        needs: u64,
    },
    Io(io::Error),
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

fn not_a_model(magic: &[u8]) -> Fault {
    let looks = match magic {
        b"<!DO" | b"<htm" | b"<HTM" => "it is a web page, perhaps a download that went wrong",
        b"vers" => "it is a pointer to a file kept elsewhere (Git LFS)",
        [b'P', b'K', ..] => {
            "it is a zip archive; Whisper files for whisper.cpp are named ggml-….bin"
        }
        [0x1f, 0x8b, ..] => "it is compressed",
        b"ggla" | b"tjgg" | b"fmgg" => "it is in an old format that llama.cpp no longer reads",
        _ => "it does not begin like one",
    };
    Fault::NotAModel(looks.to_owned())
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
mod tests;
