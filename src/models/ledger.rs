//! What is remembered of each file in the models folder, so that a gigabyte is not hashed at every
//! start: `installed.json` beside the files. A record holds only while size and time of change
//! are the same; a lost or damaged ledger costs nothing but the hashing.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::error::ModelsError;
use super::part::{self, Lock};

const FILE: &str = "installed.json";

/// The records, by file name.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Ledger(BTreeMap<String, Record>);

/// What was seen when a file was last hashed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Record {
    sha256: Digest,
    bytes: u64,
    /// Nanoseconds since 1970, as the file system gives them.
    changed_ns: u64,
}

impl Ledger {
    /// The ledger of a models folder; an empty one where it is missing or damaged.
    pub(super) fn load(folder: &Path) -> Self {
        std::fs::read(folder.join(FILE))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// Remembers the digest of a file that was just hashed.
    pub(super) fn record(folder: &Path, file: &str, sha256: Digest) -> Result<(), ModelsError> {
        let path = folder.join(file);
        let meta = path
            .metadata()
            .map_err(|source| ModelsError::io("read", &path, source))?;
        let record = Record {
            sha256,
            bytes: meta.len(),
            changed_ns: changed_ns(&meta),
        };
        Self::change(folder, |records| {
            records.insert(file.to_owned(), record);
        })
    }

    /// Forgets a file that was removed.
    pub(super) fn forget(folder: &Path, file: &str) -> Result<(), ModelsError> {
        Self::change(folder, |records| {
            records.remove(file);
        })
    }

    /// Changes the ledger for one process at a time, or pulls of two files would lose a record.
    fn change(
        folder: &Path,
        change: impl FnOnce(&mut BTreeMap<String, Record>),
    ) -> Result<(), ModelsError> {
        let _lock = Lock::wait(folder, FILE)?;
        let mut ledger = Self::load(folder);
        change(&mut ledger.0);
        let path = folder.join(FILE);
        let json = serde_json::to_vec_pretty(&ledger)
            .map_err(|error| ModelsError::io("write", &path, error.into()))?;
        part::write_whole(&path, &json)
    }

    /// The digest of a file as it is now, where it is known.
    pub(super) fn digest(&self, file: &str, meta: &Metadata) -> Option<Digest> {
        let record = self.0.get(file)?;
        (record.bytes == meta.len() && record.changed_ns == changed_ns(meta))
            .then_some(record.sha256)
    }

    /// The digest that the file had when it was added, whether or not it was changed since.
    pub(super) fn digest_when_added(&self, file: &str) -> Option<Digest> {
        self.0.get(file).map(|record| record.sha256)
    }
}

fn changed_ns(meta: &Metadata) -> u64 {
    meta.modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |since| {
            u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_holds_while_the_file_is_unchanged() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.bin");
        std::fs::write(&file, b"abc").unwrap();
        Ledger::record(folder.path(), "a.bin", Digest::of(b"abc")).unwrap();
        let ledger = Ledger::load(folder.path());
        assert_eq!(
            ledger.digest("a.bin", &file.metadata().unwrap()),
            Some(Digest::of(b"abc"))
        );
        std::fs::write(&file, b"abcd").unwrap();
        assert_eq!(ledger.digest("a.bin", &file.metadata().unwrap()), None);
    }

    #[test]
    fn a_damaged_ledger_is_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), b"{\"a.bin\":").unwrap();
        assert!(Ledger::load(folder.path()).0.is_empty());
    }
}
