//! Erasing: first the file's own key, so that nothing of it can be opened, then its name.
//!
//! What a file system or a flash disk keeps of overwritten blocks is out of this program's hands;
//! of such a copy an attacker would need the user's key too.

use std::fs::{self, OpenOptions};
use std::path::Path;

use crate::vault::disk::{self, Storage};
use crate::vault::error::VaultError;
use crate::vault::preamble::FRAMES;
use crate::vault::secret;

/// Erases a sealed file, also one that is damaged: overwrites the beginning, which holds its own key,
/// with randomness, syncs that, and removes the file.
///
/// # Errors
/// When the file is being written, is no plain file, cannot be overwritten, or cannot be removed.
pub fn erase(path: impl AsRef<Path>) -> Result<(), VaultError> {
    let path = path.as_ref();
    let meta = fs::symlink_metadata(path).map_err(|error| VaultError::io("read", path, error))?;
    if !meta.is_file() {
        return Err(VaultError::NotSealed {
            path: path.to_owned(),
        });
    }
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .map_err(|error| VaultError::io("erase", path, error))?;
    match fs4::FileExt::try_lock(&file) {
        Ok(()) => {}
        Err(fs4::TryLockError::WouldBlock) => {
            return Err(VaultError::InUse {
                path: path.to_owned(),
            });
        }
        Err(fs4::TryLockError::Error(error)) => {
            return Err(VaultError::io("lock", path, error));
        }
    }
    overwrite(&file, path)?;
    drop(file);
    unlink(path)
}

/// Makes the key of a file unreadable, for good.
pub(super) fn overwrite(file: &dyn Storage, path: &Path) -> Result<(), VaultError> {
    let fail = |error| VaultError::io("erase", path, error);
    let noise: [u8; FRAMES as usize] = secret::random()?;
    let held = usize::try_from(file.len().map_err(fail)?.min(FRAMES)).unwrap_or(noise.len());
    file.write_at(&noise[..held], 0)
        .and_then(|()| file.sync())
        .map_err(fail)
}

pub(super) fn unlink(path: &Path) -> Result<(), VaultError> {
    fs::remove_file(path).map_err(|error| VaultError::io("remove", path, error))?;
    disk::sync_folder_of(path);
    Ok(())
}

/// Whether somebody writes a sealed file at this moment.
///
/// # Errors
/// When the file cannot be opened.
pub fn is_in_use(path: impl AsRef<Path>) -> Result<bool, VaultError> {
    let path = path.as_ref();
    let file = OpenOptions::new()
        .read(true)
        .open(path)
        .map_err(|error| VaultError::io("read", path, error))?;
    match fs4::FileExt::try_lock_shared(&file) {
        Ok(()) => Ok(false),
        Err(fs4::TryLockError::WouldBlock) => Ok(true),
        Err(fs4::TryLockError::Error(error)) => Err(VaultError::io("lock", path, error)),
    }
}
