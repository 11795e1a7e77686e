//! The models that notewright knows, read from `models/catalog.toml`.
//!
//! The file is part of the program and parsed strictly. Nothing here looks at the disk.

mod parse;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use serde::Deserialize;

use super::digest::Digest;
use super::error::ModelsError;

/// Every known model, in the order of the file.
#[derive(Debug)]
pub struct Catalog {
    licences: BTreeMap<String, Licence>,
    entries: Vec<Entry>,
}

/// What a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Recognises speech.
    Whisper,
    /// Finds where somebody speaks.
    Vad,
    /// Helps with wording.
    Llm,
}

/// One known model.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it is for.
    pub kind: Kind,
    /// The name that people type.
    pub name: String,
    /// File name in the models folder; of a bundled model, its path below the program's own files.
    pub file: String,
    /// Where its bytes come from.
    pub source: Source,
    /// Its licence's key in the catalog.
    pub licence: String,
    /// Estimate of the memory that the engine needs with it, in MiB.
    pub memory_mib: u64,
    /// Estimate of the work that it makes.
    pub cost: Cost,
    /// Order within its kind, higher is better; 0 is never recommended.
    pub quality: u32,
    /// Whether it knows English only.
    pub english_only: bool,
    /// Whether it may be given earlier text or vocabulary as a prompt.
    pub takes_prompt: bool,
    /// What it is good for, for a person.
    pub good_for: String,
}

/// Where a model's bytes come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// It comes with the program, where it comes at all.
    Bundled,
    /// It is fetched from a repository.
    Download {
        /// `owner/name` on Hugging Face or a mirror of it.
        repo: String,
        /// Digest of the whole file.
        sha256: Digest,
        /// Size in bytes, as far as known.
        size: Size,
    },
}

/// A file's size in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Known to the byte.
    Exact(u64),
    /// Known roughly.
    About(u64),
}

impl Size {
    /// The number of bytes, exact or not.
    #[must_use]
    pub fn bytes(self) -> u64 {
        match self {
            Self::Exact(bytes) | Self::About(bytes) => bytes,
        }
    }

    /// The number of bytes where it is known to the byte.
    #[must_use]
    pub fn exact(self) -> Option<u64> {
        match self {
            Self::Exact(bytes) => Some(bytes),
            Self::About(_) => None,
        }
    }
}

/// Estimate of the work that a model makes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cost {
    /// CPU seconds for 30 s of speech.
    SpeechWindow(f32),
    /// Million parameters that each token passes through.
    ActiveParameters(u32),
    /// Too little to weigh.
    Slight,
}

/// Under which terms a model may be used.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Licence {
    /// Its usual name.
    pub title: String,
    /// Where it can be read.
    pub url: String,
    /// Whether a person has to agree before the model is fetched.
    pub needs_acceptance: bool,
    /// What it means, in a sentence.
    pub summary: String,
}

impl Catalog {
    /// The catalog that is part of the program.
    ///
    /// # Panics
    /// Never: the embedded file is parsed by the tests.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Catalog> = OnceLock::new();
        BUILTIN.get_or_init(|| {
            Self::parse(include_str!("../../../models/catalog.toml"))
                .expect("models/catalog.toml is part of the program and parsed by its tests")
        })
    }

    /// Reads a catalog.
    ///
    /// # Errors
    /// [`ModelsError::Catalog`] for an unknown key, a missing field, or entries that contradict
    /// each other.
    pub fn parse(text: &str) -> Result<Self, ModelsError> {
        parse::parse(text)
    }

    /// All models, in the order of the file.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// All models of one kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |e| e.kind == kind)
    }

    /// The model with this name, or whose file has this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|e| e.name == name || e.file_name() == name)
    }

    /// The downloadable model with this digest.
    #[must_use]
    pub fn by_digest(&self, digest: Digest) -> Option<&Entry> {
        self.entries.iter().find(|e| e.sha256() == Some(digest))
    }

    /// The licence of a model in this catalog.
    ///
    /// # Panics
    /// Never for an entry of this catalog: parsing checks that its licence exists.
    #[must_use]
    pub fn licence_of(&self, entry: &Entry) -> &Licence {
        self.licences
            .get(&entry.licence)
            .expect("parsing checks that the licence of every entry exists")
    }
}

impl Entry {
    /// Whether it comes with the program instead of being fetched.
    #[must_use]
    pub fn is_bundled(&self) -> bool {
        self.source == Source::Bundled
    }

    /// The last part of [`Entry::file`].
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.file.rsplit('/').next().unwrap_or(&self.file)
    }

    /// Digest of the whole file, where the catalog has one.
    #[must_use]
    pub fn sha256(&self) -> Option<Digest> {
        match &self.source {
            Source::Download { sha256, .. } => Some(*sha256),
            Source::Bundled => None,
        }
    }

    /// Size of the file, where the catalog has one.
    #[must_use]
    pub fn size(&self) -> Option<Size> {
        match &self.source {
            Source::Download { size, .. } => Some(*size),
            Source::Bundled => None,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Whisper => "speech recogniser",
            Self::Vad => "voice detector",
            Self::Llm => "language model",
        })
    }
}

#[cfg(test)]
mod tests;
