//! Beginnings of prompts, computed once and kept beside the model: a file each, found again only by
//! the same model, the same beginning, the same binary and the same settings.
//!
//! A kept beginning **must** hold no client speech: it stays on the disk. Only files of its own
//! ending are read, written or removed.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::session::Speech;

/// Ending of the files.
const ENDING: &str = "prefix";
/// First bytes of the files; the number changes with their layout.
const MAGIC: &[u8; 8] = b"NWPREFX1";
/// So many files of a folder are kept; the oldest make room.
const MOST: usize = 6;

/// Where beginnings are kept for one model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrefixStore {
    /// The folder, as a rule the model's own.
    pub folder: PathBuf,
    /// What tells the model from every other, as a rule its SHA-256.
    pub model: String,
}

/// What a file is found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl PrefixStore {
    /// The key of `head` for an engine whose binary and settings `engine` tells.
    #[must_use]
    pub fn key(&self, head: &Speech, engine: &str) -> Key {
        let mut sum = Sha256::new();
        for part in [self.model.as_str(), engine, head.as_str()] {
            sum.update((part.len() as u64).to_le_bytes());
            sum.update(part.as_bytes());
        }
        Key(sum.finalize().into())
    }

    /// The state kept under `key`; nothing where there is none or it is damaged.
    #[must_use]
    pub fn find(&self, key: &Key) -> Option<Vec<u8>> {
        let mut file = File::open(self.path(key)).ok()?;
        let mut head = [0; 8 + 32 + 32];
        file.read_exact(&mut head).ok()?;
        let mut state = Vec::new();
        file.read_to_end(&mut state).ok()?;
        let sum: [u8; 32] = Sha256::digest(&state).into();
        let whole = head[..8] == *MAGIC && head[8..40] == key.0 && head[40..] == sum;
        (whole && !state.is_empty()).then_some(state)
    }

    /// Keeps a state under `key`, and lets go of the oldest where there are too many. The file
    /// appears whole or not at all, and only its owner may read it.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn keep(&self, key: &Key, state: &[u8]) -> io::Result<()> {
        let path = self.path(key);
        let part = path.with_extension(format!("{ENDING}.part{}", std::process::id()));
        let written = write(&part, key, state).and_then(|()| fs::rename(&part, &path));
        if written.is_err() {
            let _ = fs::remove_file(&part);
        }
        self.make_room(&path);
        written
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.folder.join(format!("{}.{ENDING}", hex(&key.0[..12])))
    }

    fn make_room(&self, newest: &Path) {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return;
        };
        let mut files: Vec<_> = entries
            .filter_map(|entry| {
                let path = entry.ok()?.path();
                let kept = path.extension().is_some_and(|e| e == ENDING) && path != newest;
                let age = fs::metadata(&path).ok()?.modified().ok()?;
                kept.then_some((age, path))
            })
            .collect();
        files.sort();
        let spare = (files.len() + 1).saturating_sub(MOST);
        for (_, path) in files.into_iter().take(spare) {
            let _ = fs::remove_file(path);
        }
    }
}

fn write(path: &Path, key: &Key, state: &[u8]) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(MAGIC)?;
    file.write_all(&key.0)?;
    file.write_all(&Sha256::digest(state))?;
    file.write_all(state)?;
    file.sync_all()
}

/// The digest of a binary, so that another build never takes over a state.
pub(crate) fn digest_of(program: &Path) -> io::Result<String> {
    Ok(hex(&Sha256::digest(fs::read(program)?)))
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<_> = bytes.iter().map(|b| format!("{b:02x}")).collect();
    digits.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(folder: &Path) -> PrefixStore {
        PrefixStore {
            folder: folder.to_owned(),
            model: "m".to_owned(),
        }
    }

    #[test]
    fn a_state_comes_back_for_the_same_model_beginning_and_engine_only() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        let key = store.key(&"You write notes.".into(), "1");
        assert_eq!(store.find(&key), None);
        store.keep(&key, b"state").unwrap();
        assert_eq!(store.find(&key).as_deref(), Some(&b"state"[..]));
        let other = PrefixStore {
            model: "n".to_owned(),
            ..store.clone()
        };
        for key in [
            store.key(&"You write letters.".into(), "1"),
            store.key(&"You write notes.".into(), "2"),
            other.key(&"You write notes.".into(), "1"),
        ] {
            assert_eq!(store.find(&key), None);
        }
    }

    #[test]
    fn what_is_damaged_is_not_found() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        let key = store.key(&"a".into(), "1");
        store.keep(&key, b"state").unwrap();
        let path = store.path(&key);
        let whole = fs::read(&path).unwrap();
        for at in [0, 9, 50, whole.len() - 1] {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            fs::write(&path, &bytes).unwrap();
            assert_eq!(store.find(&key), None, "byte {at}");
        }
        fs::write(&path, &whole[..30]).unwrap();
        assert_eq!(store.find(&key), None);
    }

    #[test]
    fn the_folder_does_not_fill() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        let model = folder.path().join("model.gguf");
        fs::write(&model, "x").unwrap();
        for n in 0..MOST + 3 {
            let key = store.key(&format!("{n}").into(), "1");
            store.keep(&key, b"state").unwrap();
            assert!(store.find(&key).is_some());
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), MOST + 1);
        assert!(model.exists());
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_an_error() {
        let store = store(Path::new("/nowhere"));
        let key = store.key(&"a".into(), "1");
        assert!(store.keep(&key, b"state").is_err());
    }
}
