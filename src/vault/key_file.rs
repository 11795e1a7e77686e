//! `key.toml`: the user's key, wrapped by what guards it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use argon2::Params;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::vault::cipher::{self, NONCE, WRAPPED};
use crate::vault::disk;
use crate::vault::error::VaultError;
use crate::vault::secret::{self, SALT, Secret, UserKey};

/// The file's name.
pub(super) const NAME: &str = "key.toml";
const VERSION: u32 = 1;
const NOTE: &str = "# The key of your recordings, wrapped. Without this file they cannot be opened: keep a copy.\n";

/// What one try of a passphrase costs, by Argon2id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for Cost {
    /// The second choice of RFC 9106 (section 4), for where memory is short: 64 MiB, 3 passes, 4
    /// lanes.
    fn default() -> Self {
        Self {
            memory_kib: 64 * 1024,
            passes: 3,
            lanes: 4,
        }
    }
}

impl Cost {
    /// The least that Argon2 takes, for tests: it guards nothing.
    pub const LEAST: Self = Self {
        memory_kib: 8,
        passes: 1,
        lanes: 1,
    };

    /// Argon2's parameters. A file cannot ask for more than 1 GiB or 64 passes.
    pub(super) fn params(self) -> Result<Params, VaultError> {
        let refused = |cause: String| VaultError::Stretch { cause };
        if self.memory_kib > 1 << 20 || self.passes > 64 || self.lanes > 64 {
            return Err(refused("the key's file asks for too much".to_owned()));
        }
        Params::new(self.memory_kib, self.passes, self.lanes, Some(32))
            .map_err(|error| refused(error.to_string()))
    }
}

/// How what guards the key becomes a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stretch {
    Passphrase { salt: [u8; SALT], cost: Cost },
    Keyring { entry: String },
}

/// The file, read.
pub(super) struct KeyFile {
    pub(super) key_id: [u8; 8],
    pub(super) stretch: Stretch,
    nonce: [u8; NONCE],
    wrapped: [u8; WRAPPED],
}

/// The file, as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    guard: String,
    key_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entry: Option<String>,
    nonce: String,
    wrapped: String,
    /// SHA-256 of all the rest, so that damage is told from a wrong passphrase.
    check: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    argon2id: Option<Cost>,
}

impl Written {
    fn sum(&self) -> String {
        let mut hasher = Sha256::new();
        let cost = self.argon2id.unwrap_or(Cost::LEAST);
        for part in [
            &self.version.to_string(),
            &self.guard,
            &self.key_id,
            self.salt.as_ref().unwrap_or(&String::new()),
            self.entry.as_ref().unwrap_or(&String::new()),
            &self.nonce,
            &self.wrapped,
            &format!("{} {} {}", cost.memory_kib, cost.passes, cost.lanes),
        ] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        BASE64.encode(hasher.finalize())
    }

    fn take(self) -> Result<KeyFile, String> {
        if self.version != VERSION {
            return Err(format!("its form {} is not known here", self.version));
        }
        if self.sum() != self.check {
            return Err("its check sum is wrong".to_owned());
        }
        let stretch = match (self.guard.as_str(), self.salt, self.argon2id, self.entry) {
            ("passphrase", Some(salt), Some(cost), None) => Stretch::Passphrase {
                salt: bytes(&salt)?,
                cost,
            },
            ("keyring", None, None, Some(entry)) => Stretch::Keyring { entry },
            _ => return Err("its keys do not go together".to_owned()),
        };
        Ok(KeyFile {
            key_id: bytes(&self.key_id)?,
            stretch,
            nonce: bytes(&self.nonce)?,
            wrapped: bytes(&self.wrapped)?,
        })
    }
}

fn bytes<const N: usize>(text: &str) -> Result<[u8; N], String> {
    BASE64
        .decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| format!("a value is not {N} bytes in base64"))
}

impl KeyFile {
    /// Reads the file; nothing where there is none.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, VaultError> {
        let damaged = |cause: String| VaultError::KeyDamaged {
            path: path.to_owned(),
            cause,
        };
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(VaultError::io("read", path, error)),
        };
        let text = std::str::from_utf8(&bytes).map_err(|_| damaged("it is no text".to_owned()))?;
        let table: toml::Table = text
            .parse()
            .map_err(|error: toml::de::Error| damaged(error.message().to_owned()))?;
        if let Some(newer) = table.get("version").and_then(toml::Value::as_integer)
            && newer > i64::from(VERSION)
        {
            return Err(VaultError::Newer {
                path: path.to_owned(),
                version: u32::try_from(newer).unwrap_or(u32::MAX),
            });
        }
        let written: Written = table
            .try_into()
            .map_err(|error: toml::de::Error| damaged(error.message().to_owned()))?;
        written.take().map(Some).map_err(damaged)
    }

    /// The file for a key under what guards it.
    pub(super) fn wrap(
        key: &UserKey,
        stretch: Stretch,
        guarding: &Secret,
    ) -> Result<Self, VaultError> {
        let nonce = secret::random()?;
        let by = cipher::derive(guarding, "notewright: what guards the user's key");
        Ok(Self {
            key_id: key.id(),
            nonce,
            wrapped: cipher::wrap(&by, &nonce, &key.id(), key.master()),
            stretch,
        })
    }

    /// The key, where this is what guards it.
    pub(super) fn open(&self, guarding: &Secret) -> Option<Secret> {
        let by = cipher::derive(guarding, "notewright: what guards the user's key");
        cipher::unwrap(&by, &self.nonce, &self.key_id, &self.wrapped)
    }

    /// Writes the file whole or not at all.
    pub(super) fn write(self, path: &Path) -> Result<(), VaultError> {
        let (guard, salt, argon2id, entry) = match self.stretch {
            Stretch::Passphrase { salt, cost } => {
                ("passphrase", Some(BASE64.encode(salt)), Some(cost), None)
            }
            Stretch::Keyring { entry } => ("keyring", None, None, Some(entry)),
        };
        let mut written = Written {
            version: VERSION,
            guard: guard.to_owned(),
            key_id: BASE64.encode(self.key_id),
            salt,
            entry,
            nonce: BASE64.encode(self.nonce),
            wrapped: BASE64.encode(self.wrapped),
            check: String::new(),
            argon2id,
        };
        written.check = written.sum();
        let text = toml::to_string(&written)
            .map_err(|error| VaultError::io("write", path, io::Error::other(error)))?;
        let fresh = path.with_extension("new");
        let write = || {
            let mut file = disk::private()
                .write(true)
                .create(true)
                .truncate(true)
                .open(&fresh)?;
            file.write_all(NOTE.as_bytes())?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            drop(file);
            fs::rename(&fresh, path)
        };
        write().map_err(|error| {
            let _ = fs::remove_file(&fresh);
            VaultError::io("write", path, error)
        })?;
        disk::sync_folder_of(path);
        Ok(())
    }
}

/// A name for an entry in the keyring that no other data folder has.
pub(super) fn fresh_entry() -> Result<String, VaultError> {
    let id: [u8; 4] = secret::random()?;
    Ok(format!("recordings-{:08x}", u32::from_be_bytes(id)))
}

/// Lets one process at a time set a key up or change it; makes the folder.
pub(super) fn lock(folder: &Path) -> Result<File, VaultError> {
    disk::make_folder(folder)?;
    disk::hold_soon(&folder.join(".key.lock"))
}
