//! What a sealed file needs of the system: reads and writes at a place, and syncs. A joint, so that
//! full disks, torn writes and power cuts can be had in tests.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use crate::vault::error::VaultError;

/// A file that is written, read and synced at places.
pub(super) trait Storage: Send + Sync {
    /// Reads up to `bytes.len()` bytes at `at`; fewer only at the end.
    fn read_at(&self, bytes: &mut [u8], at: u64) -> io::Result<usize>;
    /// Writes all of `bytes` at `at`. After an error any part of them may be written.
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()>;
    /// Makes what was written, and the length, survive a power cut.
    fn sync(&self) -> io::Result<()>;
    /// Cuts the file off, or fills it with zeros, at this length.
    fn set_len(&self, len: u64) -> io::Result<()>;
    /// Bytes in the file.
    fn len(&self) -> io::Result<u64>;
}

impl Storage for File {
    fn read_at(&self, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        let mut done = 0;
        while done < bytes.len() {
            match read_some(self, &mut bytes[done..], at + done as u64) {
                Ok(0) => break,
                Ok(read) => done += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        let mut done = 0;
        while done < bytes.len() {
            match write_some(self, &bytes[done..], at + done as u64) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => done += written,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        File::set_len(self, len)
    }

    fn len(&self) -> io::Result<u64> {
        self.metadata().map(|meta| meta.len())
    }
}

#[cfg(unix)]
fn read_some(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, bytes, at)
}

#[cfg(unix)]
fn write_some(file: &File, bytes: &[u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::write_at(file, bytes, at)
}

#[cfg(windows)]
fn read_some(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    match std::os::windows::fs::FileExt::seek_read(file, bytes, at) {
        // ERROR_HANDLE_EOF
        Err(error) if error.raw_os_error() == Some(38) => Ok(0),
        other => other,
    }
}

#[cfg(windows)]
fn write_some(file: &File, bytes: &[u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_write(file, bytes, at)
}

/// Options for files that only this user may open.
pub(super) fn private() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a folder, and those above it, that only this user may enter; one that is there stays.
///
/// # Errors
/// When it cannot be made.
pub fn make_folder(folder: &Path) -> Result<(), VaultError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|error| VaultError::io("make", folder, error))
}

/// Holds a name for one process until what is given back is dropped; nothing where another one
/// holds it. The file stays: removing it would let a third process hold a name that nobody else
/// sees.
///
/// # Errors
/// When its file cannot be made or locked.
pub fn hold(path: &Path) -> Result<Option<File>, VaultError> {
    let file = lock_file(path)?;
    for _ in 0..HOLD_TRIES {
        match fs4::FileExt::try_lock(&file) {
            Ok(()) => return Ok(Some(file)),
            Err(fs4::TryLockError::WouldBlock) => std::thread::sleep(HOLD_WAIT),
            Err(fs4::TryLockError::Error(error)) => {
                return Err(VaultError::io("lock", path, error));
            }
        }
    }
    Ok(None)
}

/// How often a name is tried for: a program that starts another one shares its locks with it for a
/// moment, until the other has begun.
const HOLD_TRIES: u32 = 10;
const HOLD_WAIT: std::time::Duration = std::time::Duration::from_millis(20);

/// The same, waiting for it where necessary.
pub(super) fn hold_soon(path: &Path) -> Result<File, VaultError> {
    let file = lock_file(path)?;
    fs4::FileExt::lock(&file).map_err(|error| VaultError::io("lock", path, error))?;
    Ok(file)
}

fn lock_file(path: &Path) -> Result<File, VaultError> {
    private()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(|error| VaultError::io("write", path, error))
}

/// Makes a new name, or the end of one, survive a power cut where the system lets folders be synced.
pub(super) fn sync_folder_of(path: &Path) {
    let folder = path.parent().filter(|f| !f.as_os_str().is_empty());
    if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
        let _ = folder.sync_all();
    }
}
