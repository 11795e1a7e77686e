//! A file on its way to its final name: bytes go into a file beside it, and only a whole one is
//! renamed. Nothing here decides whether the bytes are the right ones.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::digest::{Digest, Hasher};
use super::error::ModelsError;

/// What a disk does for an unfinished file; a joint, so that a full disk can be had in a test.
pub trait Disk {
    /// Bytes that this user may still write in `folder`; nothing where the system does not say.
    fn free_bytes(&self, folder: &Path) -> Option<u64>;

    /// Writes `bytes` at the end of `file`.
    ///
    /// # Errors
    /// As the system gives them; [`io::ErrorKind::StorageFull`] for a full disk.
    fn append(&self, file: &mut File, bytes: &[u8]) -> io::Result<()>;
}

/// The disk of this computer.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn free_bytes(&self, folder: &Path) -> Option<u64> {
        // A folder that does not exist yet will lie on the disk of the nearest one that does.
        let there = folder.ancestors().find(|f| f.exists())?;
        fs4::available_space(there).ok()
    }

    fn append(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }
}

/// An unfinished file with the digest of what it holds so far.
pub(super) struct Part {
    path: PathBuf,
    file: File,
    hasher: Hasher,
    len: u64,
    /// Whether its first bytes came with another answer than its last ones.
    pub(super) is_pieced: bool,
}

impl Part {
    /// Opens the unfinished file at `path`, or begins one, and hashes what it holds already.
    pub(super) fn open(path: &Path, read: &mut dyn FnMut(u64)) -> Result<Self, ModelsError> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(|source| ModelsError::io("write", path, source))?;
        let mut hasher = Hasher::default();
        let len = hasher
            .read_all(&mut file, read)
            .map_err(|source| ModelsError::io("read", path, source))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            hasher,
            len,
            is_pieced: len > 0,
        })
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds bytes at the end. After an error the file holds what it held before.
    pub(super) fn append(&mut self, disk: &dyn Disk, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = disk.append(&mut self.file, bytes) {
            self.file.set_len(self.len)?;
            self.file.seek(SeekFrom::Start(self.len))?;
            return Err(error);
        }
        self.hasher.update(bytes);
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Throws away what it holds and begins anew.
    pub(super) fn reset(&mut self) -> Result<(), ModelsError> {
        self.file
            .set_len(0)
            .and_then(|()| self.file.seek(SeekFrom::Start(0)))
            .map_err(|source| ModelsError::io("write", &self.path, source))?;
        self.hasher = Hasher::default();
        self.len = 0;
        self.is_pieced = false;
        Ok(())
    }

    pub(super) fn digest(&self) -> Digest {
        self.hasher.clone().finish()
    }

    /// Makes sure that what it holds survives a power cut.
    pub(super) fn keep(&self) -> Result<(), ModelsError> {
        self.file
            .sync_all()
            .map_err(|source| ModelsError::io("write", &self.path, source))
    }

    /// Gives the file its final name, over whatever had it.
    pub(super) fn finish(self, path: &Path) -> Result<(), ModelsError> {
        self.keep()?;
        drop(self.file);
        rename(&self.path, path)
    }

    /// Removes the unfinished file.
    pub(super) fn discard(self) -> Result<(), ModelsError> {
        drop(self.file);
        fs::remove_file(&self.path).map_err(|source| ModelsError::io("remove", &self.path, source))
    }
}

/// Writes a small file so that readers see the old one or the new one, never half of it.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), ModelsError> {
    let fresh = path.with_extension("new");
    let io = |source| ModelsError::io("write", &fresh, source);
    let mut file = File::create(&fresh).map_err(io)?;
    file.write_all(bytes).map_err(io)?;
    file.sync_all().map_err(io)?;
    drop(file);
    rename(&fresh, path)
}

fn rename(from: &Path, to: &Path) -> Result<(), ModelsError> {
    fs::rename(from, to).map_err(|source| ModelsError::io("write", to, source))?;
    sync_folder_of(to);
    Ok(())
}

/// Makes a rename survive a power cut where the system lets folders be synced. Where it does not,
/// the file is there all the same, under its old or its new name.
fn sync_folder_of(path: &Path) {
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        let _ = folder.sync_all();
    }
}

/// Holds one model file for one process, until it is dropped.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock for the model `name`, or says that somebody else has it.
    pub(super) fn take(folder: &Path, file: &str, name: &str) -> Result<Self, ModelsError> {
        let (file, path) = Self::open(folder, file)?;
        match fs4::FileExt::try_lock(&file) {
            Ok(()) => Ok(Self { _file: file }),
            Err(fs4::TryLockError::WouldBlock) => Err(ModelsError::Busy {
                name: name.to_owned(),
            }),
            Err(fs4::TryLockError::Error(source)) => Err(ModelsError::io("lock", &path, source)),
        }
    }

    /// Takes the lock for a file that is held for moments only, waiting for it where necessary.
    pub(super) fn wait(folder: &Path, file: &str) -> Result<Self, ModelsError> {
        let (file, path) = Self::open(folder, file)?;
        fs4::FileExt::lock(&file).map_err(|source| ModelsError::io("lock", &path, source))?;
        Ok(Self { _file: file })
    }

    /// Opens the lock's own file in `folder`, which is made where it is missing. It stays there:
    /// removing it would let a third process lock a name that nobody else sees.
    fn open(folder: &Path, file: &str) -> Result<(File, PathBuf), ModelsError> {
        fs::create_dir_all(folder).map_err(|source| ModelsError::io("make", folder, source))?;
        let path = folder.join(format!(".{file}.lock"));
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|source| ModelsError::io("write", &path, source))?;
        Ok((lock, path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_file_is_taken_up_with_its_digest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.bin.part");
        fs::write(&path, b"ab").unwrap();
        let mut part = Part::open(&path, &mut |_| {}).unwrap();
        assert!(part.is_pieced && part.len() == 2);
        part.append(&RealDisk, b"c").unwrap();
        assert_eq!(part.digest(), Digest::of(b"abc"));
        part.finish(&folder.path().join("m.bin")).unwrap();
        assert_eq!(fs::read(folder.path().join("m.bin")).unwrap(), b"abc");
        assert!(!path.exists());
    }

    #[test]
    fn one_holder_a_lock() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::take(folder.path(), "m.bin", "m").unwrap();
        let second = Lock::take(folder.path(), "m.bin", "m");
        assert!(matches!(second, Err(ModelsError::Busy { .. })));
        drop(first);
        Lock::take(folder.path(), "m.bin", "m").unwrap();
    }
}
