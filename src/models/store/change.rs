//! Adds models from files and removes them.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::super::catalog::Kind;
use super::super::digest::Digest;
use super::super::error::ModelsError;
use super::super::header;
use super::super::ledger::Ledger;
use super::super::part::{Lock, Part, RealDisk};
use super::{Installed, Store, is_model_name, stem};

impl Store<'_> {
    /// Copies a model file into the folder and answers what it is now called. A file that the
    /// catalog knows by its digest gets the catalog's name. `copied` hears bytes done and in all.
    ///
    /// # Errors
    /// When the file is no model, is cut off, or has the name of another model.
    pub fn add(
        &self,
        file: &Path,
        copied: &mut dyn FnMut(u64, u64),
    ) -> Result<Installed, ModelsError> {
        let given = kept_name(file, header::inspect(file)?.kind());
        let _lock = Lock::take(&self.folder, &given, &given)?;
        let fresh = self.folder.join(format!(".{given}.adding"));
        let mut copy = Part::open(&fresh, &mut |_| {})?;
        let named = copy
            .reset()
            .and_then(|()| copy_all(file, &mut copy, copied))
            .and_then(|()| self.name_for(file, &given, copy.digest()));
        let name = match named {
            Ok(name) => name,
            Err(error) => {
                copy.discard()?;
                return Err(error);
            }
        };
        let digest = copy.digest();
        copy.finish(&self.folder.join(&name))?;
        Ledger::record(&self.folder, &name, digest)?;
        Ok(self.look_at(&name, &Ledger::load(&self.folder)))
    }

    /// Removes a model, or what came of it so far, and answers what was removed.
    ///
    /// # Errors
    /// [`ModelsError::Bundled`], [`ModelsError::NotInstalled`] or [`ModelsError::Unknown`].
    pub fn remove(&self, asked: &str) -> Result<Vec<PathBuf>, ModelsError> {
        let entry = self.catalog.get(asked);
        let file = match entry {
            Some(entry) if entry.is_bundled() => {
                return Err(ModelsError::Bundled {
                    name: entry.name.clone(),
                });
            }
            Some(entry) => entry.file.clone(),
            None => self
                .file_names()?
                .into_iter()
                .find(|file| file == asked || stem(file) == asked)
                .ok_or_else(|| self.unknown_name(asked))?,
        };
        let _lock = Lock::take(&self.folder, &file, asked)?;
        let mut removed = Vec::new();
        for path in [
            self.folder.join(&file),
            self.folder.join(format!("{file}.part")),
        ] {
            if path.exists() {
                fs::remove_file(&path)
                    .map_err(|source| ModelsError::io("remove", &path, source))?;
                removed.push(path);
            }
        }
        if removed.is_empty() {
            return Err(ModelsError::NotInstalled {
                name: asked.to_owned(),
            });
        }
        Ledger::forget(&self.folder, &file)?;
        Ok(removed)
    }

    /// The file name under which a copied file with this digest may live.
    fn name_for(&self, file: &Path, given: &str, digest: Digest) -> Result<String, ModelsError> {
        let known = self.catalog.by_digest(digest);
        let name = known.map_or(given, |entry| &entry.file).to_owned();
        if known.is_none() {
            let alike = self
                .catalog
                .get(&name)
                .or_else(|| self.catalog.get(stem(&name)));
            if let Some(entry) = alike {
                return Err(ModelsError::Impostor {
                    path: file.to_owned(),
                    name: entry.name.clone(),
                });
            }
        }
        let path = self.folder.join(&name);
        if known.is_none() && path.exists() {
            let there = Digest::of_file(&path, &mut |_| {})
                .map_err(|source| ModelsError::io("read", &path, source))?;
            if there != digest {
                return Err(ModelsError::NameTaken { path });
            }
        }
        Ok(name)
    }
}

/// The file name under which a file is kept that the catalog does not know: its own, with the
/// ending by which model files are recognised.
fn kept_name(file: &Path, kind: Kind) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let name = name.trim_start_matches('.');
    if is_model_name(name) {
        return name.to_owned();
    }
    let ending = if kind == Kind::Llm { "gguf" } else { "bin" };
    format!("{name}.{ending}")
}

fn copy_all(
    from: &Path,
    to: &mut Part,
    copied: &mut dyn FnMut(u64, u64),
) -> Result<(), ModelsError> {
    let read = |source| ModelsError::io("read", from, source);
    let mut source = File::open(from).map_err(read)?;
    let total = source.metadata().map_err(read)?.len();
    let mut buffer = vec![0; 1 << 18];
    loop {
        let n = source.read(&mut buffer).map_err(read)?;
        if n == 0 {
            return Ok(());
        }
        to.append(&RealDisk, &buffer[..n])
            .map_err(|error| ModelsError::io("write", to.path(), error))?;
        copied(to.len(), total);
    }
}
