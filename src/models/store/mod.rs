//! The models folder: what lies in it, what is added, checked, found and removed.
//!
//! Knows nothing of the network; [`super::pull`] puts files here. Files whose names begin with a
//! dot, and those that end in `.part`, `.json` or `.new`, are never taken for models.

mod change;
mod find;
#[cfg(test)]
mod tests;
mod verify;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::catalog::{Catalog, Entry, Size};
use super::digest::Digest;
use super::error::ModelsError;
use super::header;
use super::ledger::Ledger;
use super::part::{Disk, RealDisk};
use crate::engine::model_file::ModelFile;

pub use find::Found;
pub use verify::{Checked, Verdict};

/// The models folder of one user, with the catalog that names what it may hold.
#[derive(Clone, Debug)]
pub struct Store<'c> {
    folder: PathBuf,
    program_files: Option<PathBuf>,
    catalog: &'c Catalog,
}

/// One file of the models folder.
#[derive(Clone, Debug)]
pub struct Installed {
    /// The catalog's name for it, or the file's name without its ending.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Whether the catalog knows a model of this file name.
    pub is_known: bool,
    /// How it looks from outside; only [`Store::verify`] reads all of it.
    pub state: State,
    /// Its digest, where it was hashed and not changed since.
    pub sha256: Option<Digest>,
}

impl Installed {
    /// Whether it is whole, as far as its header tells.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        matches!(self.state, State::Ready(_))
    }
}

/// How a model file looks from outside.
#[derive(Clone, Debug)]
pub enum State {
    /// Whole, as far as its header tells.
    Ready(ModelFile),
    /// Damaged, or not a model; why, for a person.
    Faulty(String),
}

/// A download that has not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// The catalog's name for it, or the file's name.
    pub name: String,
    /// Bytes that are there.
    pub bytes: u64,
    /// Bytes of the whole file, exact or not, where the catalog knows.
    pub of: Option<u64>,
}

/// Everything about the models on this computer, for a report.
#[derive(Clone, Debug)]
pub struct Survey {
    /// The files of the models folder, by name.
    pub installed: Vec<Installed>,
    /// Downloads that have not come to their end.
    pub unfinished: Vec<Unfinished>,
    /// The demo recogniser, where this copy of notewright has a whole one.
    pub demo: Option<PathBuf>,
    /// Bytes free on the disk of the models folder, where the system says.
    pub free_bytes: Option<u64>,
}

impl Store<'static> {
    /// The models folder at `folder`, which need not exist yet, with the builtin catalog.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Store::with_catalog(folder, Catalog::builtin())
    }
}

impl<'c> Store<'c> {
    /// The models folder at `folder` with a catalog of one's own.
    #[must_use]
    pub fn with_catalog(folder: &Path, catalog: &'c Catalog) -> Self {
        Self {
            folder: folder.to_owned(),
            program_files: None,
            catalog,
        }
    }

    /// Says below which folder the files lie that come with the program: the one that holds
    /// `models/demo`.
    #[must_use]
    pub fn with_program_files(mut self, folder: &Path) -> Self {
        self.program_files = Some(folder.to_owned());
        self
    }

    /// The models folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The catalog in use.
    #[must_use]
    pub fn catalog(&self) -> &'c Catalog {
        self.catalog
    }

    /// Every model file in the folder, by name. A folder that does not exist holds none.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn list(&self) -> Result<Vec<Installed>, ModelsError> {
        let ledger = Ledger::load(&self.folder);
        let mut installed: Vec<Installed> = self
            .file_names()?
            .into_iter()
            .filter(|file| is_model_name(file))
            .map(|file| self.look_at(&file, &ledger))
            .collect();
        installed.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(installed)
    }

    /// Downloads that have not come to their end, by name.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn unfinished(&self) -> Result<Vec<Unfinished>, ModelsError> {
        let mut unfinished = Vec::new();
        for file in self.file_names()? {
            let Some(whole) = file.strip_suffix(".part") else {
                continue;
            };
            let entry = self.catalog.get(whole);
            unfinished.push(Unfinished {
                name: entry.map_or(whole, |entry| &entry.name).to_owned(),
                bytes: self
                    .folder
                    .join(&file)
                    .metadata()
                    .map_or(0, |meta| meta.len()),
                of: entry.and_then(Entry::size).map(Size::bytes),
            });
        }
        unfinished.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(unfinished)
    }

    /// Everything about the models on this computer, for a report.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn survey(&self) -> Result<Survey, ModelsError> {
        Ok(Survey {
            installed: self.list()?,
            unfinished: self.unfinished()?,
            demo: self.demo().map(|found| found.path),
            free_bytes: RealDisk.free_bytes(&self.folder),
        })
    }

    /// Where the file of a catalog entry lies or would lie.
    #[must_use]
    pub fn path_of(&self, entry: &Entry) -> PathBuf {
        match &self.program_files {
            Some(folder) if entry.is_bundled() => folder.join(&entry.file),
            None if entry.is_bundled() => PathBuf::from(&entry.file),
            _ => self.folder.join(&entry.file),
        }
    }

    pub(super) fn look_at(&self, file: &str, ledger: &Ledger) -> Installed {
        let path = self.folder.join(file);
        let meta = path.metadata().ok();
        let bytes = meta.as_ref().map_or(0, fs::Metadata::len);
        let entry = self.catalog.get(file);
        let expected = entry.and_then(Entry::size).and_then(Size::exact);
        let state = match (header::inspect(&path), expected) {
            (Ok(_), Some(expected)) if expected != bytes => State::Faulty(format!(
                "it has {bytes} bytes, the known model has {expected}"
            )),
            (Ok(format), _) => State::Ready(format),
            (Err(ModelsError::NotAModel { reason, .. }), _) => State::Faulty(reason),
            (Err(ModelsError::CutOffModel { .. }), _) => State::Faulty("it is cut off".to_owned()),
            (Err(error), _) => State::Faulty(error.to_string()),
        };
        Installed {
            name: entry.map_or(stem(file), |entry| &entry.name).to_owned(),
            path,
            bytes,
            is_known: entry.is_some(),
            state,
            sha256: meta.and_then(|meta| ledger.digest(file, &meta)),
        }
    }

    /// Names of the files that are models, or downloads of models.
    pub(super) fn file_names(&self) -> Result<Vec<String>, ModelsError> {
        let io = |source| ModelsError::io("read", &self.folder, source);
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(io(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(io)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_ours = is_model_name(&name) || name.strip_suffix(".part").is_some();
            if is_ours && !name.starts_with('.') && entry.path().is_file() {
                names.push(name);
            }
        }
        Ok(names)
    }
}

/// Whether a file's name has an ending that marks it as a model.
fn is_model_name(file: &str) -> bool {
    Path::new(file)
        .extension()
        .is_some_and(|end| end == "bin" || end == "gguf")
}

/// A file's name without the ending that marks it as a model.
fn stem(file: &str) -> &str {
    file.strip_suffix(".bin")
        .or_else(|| file.strip_suffix(".gguf"))
        .unwrap_or(file)
}
