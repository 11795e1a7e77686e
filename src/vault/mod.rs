//! Sealing: bytes go into a file that only the user's key opens, frame by frame, and what is written
//! survives the end of the program or the power at any moment.
//!
//! [`Vault`] holds the user's key, from a passphrase or the platform's keyring; [`SealedWriter`] and
//! [`SealedReader`] write and read sealed files under it; [`erase`] takes one away. The room knows
//! bytes: what a frame means is somebody else's. It keeps no plain byte on disk, and no secret is in
//! an error or in `Debug`.
//!
//! # A sealed file
//!
//! Two equal preambles (`preamble`), then frames (`frame`). Each file has a key of its own, which
//! lies in its preambles, wrapped by the user's key. Frames are sealed with XChaCha20-Poly1305 in
//! the STREAM construction (`StreamBE32`), so each is bound to its file and its number; its head is
//! authenticated apart, so that after damage the next whole frame is found.

mod cipher;
mod disk;
mod erase;
pub mod error;
mod frame;
mod key_file;
pub mod keyring;
mod preamble;
mod reader;
mod scan;
pub mod secret;
mod writer;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use disk::{hold, make_folder};
pub use erase::{erase, is_in_use};
pub use error::VaultError;
pub use frame::MAX_FRAME;
pub use key_file::Cost;
use key_file::{KeyFile, Stretch};
use keyring::{KeyStore, Platform};
pub use preamble::MAX_HEADER;
pub use reader::{Damage, DamageKind, Ending, Frame, SealedReader};
use secret::Secret;
pub use secret::{Passphrase, UserKey};
pub use writer::{Replay, SealedWriter};

/// What guards the user's key.
#[derive(Clone, Debug)]
pub enum Guard {
    /// A passphrase that the user remembers.
    Passphrase(Passphrase),
    /// The keyring of the platform, which opens when the user logs in.
    Keyring,
}

/// Whether there is a user's key, and what guards it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// None was set up yet.
    NoKey,
    /// A passphrase guards it.
    Passphrase,
    /// The platform's keyring guards it.
    Keyring,
}

/// The place of the user's key: `key.toml` in the data folder.
///
/// The file holds the key wrapped by what guards it; the key itself never changes, so that a new
/// passphrase opens the old recordings. **Without this file nothing that was sealed can be opened.**
#[derive(Debug)]
pub struct Vault {
    folder: PathBuf,
    keyring: Box<dyn KeyStore>,
    cost: Cost,
}

impl Vault {
    /// The vault whose key lies in `folder`, which need not exist yet.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            keyring: Box::new(Platform),
            cost: Cost::default(),
        }
    }

    /// The same with another keyring, e.g. one that a test holds.
    #[must_use]
    pub fn with_keyring(mut self, keyring: Box<dyn KeyStore>) -> Self {
        self.keyring = keyring;
        self
    }

    /// The same with another cost of trying a passphrase, for keys that are set up from now on.
    #[must_use]
    pub fn with_cost(mut self, cost: Cost) -> Self {
        self.cost = cost;
        self
    }

    /// The file of the key.
    #[must_use]
    pub fn key_path(&self) -> PathBuf {
        self.folder.join(key_file::NAME)
    }

    /// The folder of the key.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether the platform has a keyring that can be used now.
    #[must_use]
    pub fn has_keyring(&self) -> bool {
        self.keyring.is_there().is_ok()
    }

    /// Whether a key was set up, and what guards it.
    ///
    /// # Errors
    /// When the key's file cannot be read or is damaged.
    pub fn state(&self) -> Result<State, VaultError> {
        Ok(match KeyFile::read(&self.key_path())? {
            None => State::NoKey,
            Some(file) => match file.stretch {
                Stretch::Passphrase { .. } => State::Passphrase,
                Stretch::Keyring { .. } => State::Keyring,
            },
        })
    }

    /// Makes the user's key, once.
    ///
    /// # Errors
    /// When there is a key already, the passphrase is too short, there is no keyring, or the folder
    /// cannot be written.
    pub fn set_up(&self, guard: Guard) -> Result<UserKey, VaultError> {
        let _lock = key_file::lock(&self.folder)?;
        if KeyFile::read(&self.key_path())?.is_some() {
            return Err(VaultError::AlreadySetUp {
                path: self.key_path(),
            });
        }
        let key = UserKey::new(Secret::random()?);
        self.guard(&key, guard)?;
        Ok(key)
    }

    /// Opens the user's key. A passphrase that is given although the keyring guards the key is not
    /// looked at.
    ///
    /// # Errors
    /// When there is no key, the passphrase is wrong or missing, or the keyring does not answer.
    /// None of them changes or erases anything.
    pub fn unlock(&self, passphrase: Option<&Passphrase>) -> Result<UserKey, VaultError> {
        let path = self.key_path();
        let file = KeyFile::read(&path)?.ok_or_else(|| VaultError::NoKey { path: path.clone() })?;
        let guarding = match &file.stretch {
            Stretch::Passphrase { salt, cost } => passphrase
                .ok_or(VaultError::PassphraseNeeded)?
                .stretch(salt, *cost)?,
            Stretch::Keyring { entry } => self.keyring.get(entry)?,
        };
        match file.open(&guarding) {
            Some(master) => Ok(UserKey::new(master)),
            None => Err(match file.stretch {
                Stretch::Passphrase { .. } => VaultError::WrongPassphrase,
                Stretch::Keyring { .. } => VaultError::KeyringOther,
            }),
        }
    }

    /// Guards the key by something else from now on. What was sealed stays as it is.
    ///
    /// # Errors
    /// When the key given is not that of this vault, the passphrase is too short, there is no
    /// keyring, or the folder cannot be written; then all is as it was.
    pub fn change(&self, key: &UserKey, guard: Guard) -> Result<(), VaultError> {
        let _lock = key_file::lock(&self.folder)?;
        let path = self.key_path();
        let old = KeyFile::read(&path)?.ok_or_else(|| VaultError::NoKey { path: path.clone() })?;
        if old.key_id != key.id() {
            return Err(VaultError::OtherKey { path });
        }
        self.guard(key, guard)?;
        if let Stretch::Keyring { entry } = &old.stretch {
            // What is left in the keyring opens nothing any more.
            let _ = self.keyring.remove(entry);
        }
        Ok(())
    }

    fn guard(&self, key: &UserKey, guard: Guard) -> Result<(), VaultError> {
        let (stretch, guarding) = match guard {
            Guard::Passphrase(passphrase) => {
                passphrase.check()?;
                let salt = secret::random()?;
                let guarding = passphrase.stretch(&salt, self.cost)?;
                let cost = self.cost;
                (Stretch::Passphrase { salt, cost }, guarding)
            }
            Guard::Keyring => {
                let entry = key_file::fresh_entry()?;
                let guarding = Secret::random()?;
                self.keyring.set(&entry, &guarding)?;
                (Stretch::Keyring { entry }, guarding)
            }
        };
        KeyFile::wrap(key, stretch, &guarding)?.write(&self.key_path())
    }
}
