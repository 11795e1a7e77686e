//! Reads every model file to its end and says which are still what they should be.

use std::path::PathBuf;

use super::super::catalog::Entry;
use super::super::digest::Digest;
use super::super::error::ModelsError;
use super::super::ledger::Ledger;
use super::{State, Store};

/// One file that was read to its end.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The catalog's name for it, or the file's name without its ending.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// What came out.
    pub verdict: Verdict,
}

/// What came of reading a file to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Byte for byte what the catalog names, or what was once added.
    Right,
    /// Not what it should be, or no whole model; why, for a person.
    Damaged(String),
    /// A whole model that the catalog does not know and that nobody added here: nothing to
    /// compare it with. Its digest is remembered from now on.
    Unfamiliar(Digest),
}

impl Store<'_> {
    /// Reads every model file to its end. `read` hears the model's name, the bytes read of it, and
    /// its size.
    ///
    /// # Errors
    /// When the folder cannot be read. A file that cannot be read is a verdict, and the others are
    /// still checked.
    pub fn verify(
        &self,
        read: &mut dyn FnMut(&str, u64, u64),
    ) -> Result<Vec<Checked>, ModelsError> {
        let mut checked = Vec::new();
        for installed in self.list()? {
            let file = installed
                .path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy();
            let digest = Digest::of_file(&installed.path, &mut |done| {
                read(&installed.name, done, installed.bytes);
            });
            let verdict = match (digest, installed.state) {
                (Err(error), _) => Verdict::Damaged(error.to_string()),
                (Ok(_), State::Faulty(why)) => Verdict::Damaged(why),
                (Ok(digest), State::Ready(_)) => self.judge(&file, digest)?,
            };
            checked.push(Checked {
                name: installed.name,
                path: installed.path.clone(),
                verdict,
            });
        }
        Ok(checked)
    }

    fn judge(&self, file: &str, digest: Digest) -> Result<Verdict, ModelsError> {
        let expected = match self.catalog.get(file).and_then(Entry::sha256) {
            Some(expected) => Some(expected),
            None => Ledger::load(&self.folder).digest_when_added(file),
        };
        if let Some(expected) = expected.filter(|expected| *expected != digest) {
            return Ok(Verdict::Damaged(format!(
                "its sha256 is {digest}, it should be {expected}"
            )));
        }
        Ledger::record(&self.folder, file, digest)?;
        Ok(if expected.is_some() {
            Verdict::Right
        } else {
            Verdict::Unfamiliar(digest)
        })
    }
}
