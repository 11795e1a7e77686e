//! The models that notewright knows, read from `models/catalog.toml`.
//!
//! The file is part of the program and parsed strictly. Nothing here looks at the disk.

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
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Catalog> = OnceLock::new();
        BUILTIN.get_or_init(|| {
            Self::parse(include_str!("../../models/catalog.toml"))
                .expect("models/catalog.toml is part of the program and parsed by its tests")
        })
    }

    /// Reads a catalog.
    ///
    /// # Errors
    /// [`ModelsError::Catalog`] for an unknown key, a missing field, or entries that contradict
    /// each other.
    pub fn parse(text: &str) -> Result<Self, ModelsError> {
        let raw: RawCatalog = toml::from_str(text).map_err(|error| ModelsError::Catalog {
            problem: error.to_string().trim_end().to_owned(),
        })?;
        let mut entries: Vec<Entry> = Vec::with_capacity(raw.model.len());
        for model in raw.model {
            let entry = model.check(&raw.licences)?;
            if let Some(twin) = entries
                .iter()
                .find(|e| e.name == entry.name || e.file == entry.file)
            {
                return Err(fault(
                    &entry.name,
                    &format!("shares its name or file with `{}`", twin.name),
                ));
            }
            entries.push(entry);
        }
        Ok(Self {
            licences: raw.licences,
            entries,
        })
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCatalog {
    licences: BTreeMap<String, Licence>,
    model: Vec<RawEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
    kind: Kind,
    name: String,
    #[serde(default)]
    bundled: bool,
    repo: Option<String>,
    file: String,
    sha256: Option<Digest>,
    bytes: Option<u64>,
    size_is_exact: Option<bool>,
    licence: String,
    memory_mib: u64,
    window_cpu_s: Option<f32>,
    active_mparams: Option<u32>,
    quality: u32,
    english_only: bool,
    takes_prompt: bool,
    good_for: String,
}

impl RawEntry {
    fn check(self, licences: &BTreeMap<String, Licence>) -> Result<Entry, ModelsError> {
        let name = self.name.clone();
        let refuse = |problem: &str| Err(fault(&name, problem));
        if !licences.contains_key(&self.licence) {
            return refuse(&format!(
                "names a licence `{}` that is not there",
                self.licence
            ));
        }
        let cost = match (self.kind, self.window_cpu_s, self.active_mparams) {
            (Kind::Whisper, Some(seconds), None) => Cost::SpeechWindow(seconds),
            (Kind::Llm, None, Some(millions)) => Cost::ActiveParameters(millions),
            (Kind::Vad, None, None) => Cost::Slight,
            _ => {
                return refuse(
                    "needs `window_cpu_s` for whisper, `active_mparams` for llm, neither for vad",
                );
            }
        };
        let source = match (self.repo, self.sha256, self.bytes, self.size_is_exact) {
            (None, None, None, None) if self.bundled => Source::Bundled,
            (Some(repo), Some(sha256), Some(bytes), Some(exact)) if !self.bundled => {
                if self.file.contains(['/', '\\']) {
                    return refuse("has a `file` that is not a plain file name");
                }
                let size = if exact {
                    Size::Exact(bytes)
                } else {
                    Size::About(bytes)
                };
                Source::Download { repo, sha256, size }
            }
            _ => {
                return refuse("is either `bundled`, or has repo, sha256, bytes and size_is_exact");
            }
        };
        Ok(Entry {
            kind: self.kind,
            name: self.name,
            file: self.file,
            source,
            licence: self.licence,
            memory_mib: self.memory_mib,
            cost,
            quality: self.quality,
            english_only: self.english_only,
            takes_prompt: self.takes_prompt,
            good_for: self.good_for,
        })
    }
}

fn fault(name: &str, problem: &str) -> ModelsError {
    ModelsError::Catalog {
        problem: format!("model `{name}` {problem}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builtin_catalog_holds_every_model_and_the_demo() {
        let catalog = Catalog::builtin();
        let count = |kind| catalog.of_kind(kind).count();
        assert_eq!(
            (count(Kind::Whisper), count(Kind::Vad), count(Kind::Llm)),
            (14, 1, 9)
        );
        let demo = catalog.get("demo.en").unwrap();
        assert!(demo.is_bundled() && !demo.takes_prompt && demo.english_only);
        assert_eq!(demo.file, "models/demo/ggml-demo.en.bin");
        for entry in catalog.entries() {
            assert!(
                entry.memory_mib >= entry.size().map_or(0, Size::bytes) >> 20,
                "{}",
                entry.name
            );
            assert!(entry.good_for.ends_with('.'), "{}", entry.name);
        }
    }

    #[test]
    fn licences_with_terms_of_their_own_need_acceptance() {
        let catalog = Catalog::builtin();
        for entry in catalog.entries() {
            let own_terms = entry.name.starts_with("gemma") || entry.name.starts_with("llama");
            assert_eq!(
                catalog.licence_of(entry).needs_acceptance,
                own_terms,
                "{}",
                entry.name
            );
        }
    }

    #[test]
    fn faults_in_a_catalog_are_named() {
        const GOOD: &str = r#"
            [licences.mit]
            title = "MIT"
            url = "u"
            needs_acceptance = false
            summary = "s"
            [[model]]
            kind = "vad"
            name = "v"
            repo = "a/b"
            file = "v.bin"
            sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            bytes = 3
            size_is_exact = true
            licence = "mit"
            memory_mib = 1
            quality = 1
            english_only = false
            takes_prompt = false
            good_for = "x."
        "#;
        assert!(Catalog::parse(GOOD).is_ok());
        for (from, to, says) in [
            ("bytes = 3", "byte = 3", "unknown field `byte`"),
            ("title = ", "titel = ", "unknown field `titel`"),
            ("licence = \"mit\"", "licence = \"bsd\"", "`bsd`"),
            ("ba7816", "ba78", "not a SHA-256"),
            ("v.bin", "../v.bin", "plain file name"),
            ("bytes = 3", "", "either `bundled`"),
            (
                "quality = 1",
                "quality = 1\nbundled = true",
                "either `bundled`",
            ),
            (
                "quality = 1",
                "quality = 1\nwindow_cpu_s = 1.0",
                "window_cpu_s",
            ),
            ("\"vad\"", "\"tts\"", "unknown variant `tts`"),
        ] {
            let error = Catalog::parse(&GOOD.replacen(from, to, 1))
                .unwrap_err()
                .to_string();
            assert!(error.contains(says), "{from} -> {to}: {error}");
        }
        let model = &GOOD[GOOD.find("[[model]]").unwrap()..];
        let error = Catalog::parse(&format!("{GOOD}{model}"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("shares its name"), "{error}");
    }
}
