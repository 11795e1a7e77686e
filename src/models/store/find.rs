//! Finds the model that somebody named, or the best one when nobody did.

use std::path::{Path, PathBuf};

use super::super::catalog::{Entry, Kind};
use super::super::digest::Digest;
use super::super::error::ModelsError;
use super::super::header;
use super::super::ledger::Ledger;
use super::{State, Store, stem};
use crate::engine::model_file::ModelFile;

/// A model that can be used.
#[derive(Clone, Debug)]
pub struct Found<'c> {
    /// The catalog's name, or the file's name without its ending.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// What it says of itself.
    pub format: ModelFile,
    /// The catalog's entry, where the file goes by its name.
    pub entry: Option<&'c Entry>,
}

impl Found<'_> {
    /// Whether this is the demo recogniser, which hears synthetic voices only. Copies and variants
    /// of it count too, by their name: rather a warning too many than a client's note without.
    #[must_use]
    pub fn is_demo(&self) -> bool {
        self.entry.is_some_and(Entry::is_bundled)
            || self.name.starts_with("ggml-demo")
            || self.name.starts_with("demo.")
    }

    /// Whether it may be given earlier text or vocabulary as a prompt.
    #[must_use]
    pub fn takes_prompt(&self) -> bool {
        self.entry.map_or(
            self.format.kind() != Kind::Vad && !self.is_demo(),
            |entry| entry.takes_prompt,
        )
    }
}

impl<'c> Store<'c> {
    /// The demo recogniser, where this copy of notewright has a whole one.
    #[must_use]
    pub fn demo(&self) -> Option<Found<'c>> {
        let entry = self.catalog.entries().iter().find(|e| e.is_bundled())?;
        open(entry.name.clone(), self.path_of(entry), Some(entry)).ok()
    }

    /// The model to use when nobody named one: the best of its kind that is installed and whole,
    /// by the catalog's order, then files of one's own. Never the demo recogniser.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn best(&self, kind: Kind) -> Result<Option<Found<'c>>, ModelsError> {
        let mut ready: Vec<Found<'c>> = Vec::new();
        for installed in self.list()? {
            let State::Ready(format) = installed.state else {
                continue;
            };
            let entry = self.catalog.get(&installed.name);
            let found = Found {
                name: installed.name,
                path: installed.path,
                format,
                entry,
            };
            if found.format.kind() == kind && !found.is_demo() {
                ready.push(found);
            }
        }
        ready.sort_by_key(|found| found.entry.map_or(0, |entry| entry.quality));
        Ok(ready.pop())
    }

    /// Finds a model by its name in the catalog, its file name, or its path.
    ///
    /// # Errors
    /// [`ModelsError::NotInstalled`], [`ModelsError::Unknown`] with the nearest name, or what is
    /// wrong with the file.
    pub fn find(&self, asked: &str) -> Result<Found<'c>, ModelsError> {
        if let Some(entry) = self.catalog.get(asked) {
            let path = self.path_of(entry);
            return match (path.exists(), entry.is_bundled()) {
                (true, _) => open(entry.name.clone(), path, Some(entry)),
                (false, true) => Err(ModelsError::DemoAbsent { path }),
                (false, false) => Err(ModelsError::NotInstalled {
                    name: entry.name.clone(),
                }),
            };
        }
        if let Some(file) = self
            .file_names()?
            .into_iter()
            .find(|f| f == asked || stem(f) == asked)
        {
            return open(stem(&file).to_owned(), self.folder.join(&file), None);
        }
        let path = Path::new(asked);
        if path.is_file() || asked.contains(['/', '\\']) {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let entry = self.catalog.get(&file);
            let name = entry.map_or_else(|| stem(&file).to_owned(), |entry| entry.name.clone());
            return open(name, path.to_owned(), entry);
        }
        Err(self.unknown_name(asked))
    }

    /// The digest of a found model, from memory where it was hashed and not changed since.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn digest(&self, found: &Found<'_>) -> Result<Digest, ModelsError> {
        let io = |source| ModelsError::io("read", &found.path, source);
        let meta = found.path.metadata().map_err(io)?;
        let file = found.path.file_name().unwrap_or_default().to_string_lossy();
        let is_here = found.path.parent() == Some(&*self.folder);
        if is_here && let Some(digest) = Ledger::load(&self.folder).digest(&file, &meta) {
            return Ok(digest);
        }
        let digest = Digest::of_file(&found.path, &mut |_| {}).map_err(io)?;
        if is_here {
            Ledger::record(&self.folder, &file, digest)?;
        }
        Ok(digest)
    }

    /// [`ModelsError::Unknown`] for a name, with the nearest one that the catalog or the folder has.
    #[must_use]
    pub fn unknown_name(&self, asked: &str) -> ModelsError {
        let files = self.file_names().unwrap_or_default();
        let names = self
            .catalog
            .entries()
            .iter()
            .map(|entry| entry.name.as_str());
        let nearest = names
            .chain(files.iter().map(|file| stem(file)))
            .map(|name| (strsim::normalized_damerau_levenshtein(asked, name), name))
            .filter(|(likeness, _)| *likeness >= 0.5)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, name)| name.to_owned());
        ModelsError::Unknown {
            name: asked.to_owned(),
            nearest,
        }
    }
}

fn open(name: String, path: PathBuf, entry: Option<&Entry>) -> Result<Found<'_>, ModelsError> {
    let format = header::inspect(&path)?;
    Ok(Found {
        name,
        path,
        format,
        entry,
    })
}
