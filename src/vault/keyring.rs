//! The joint to the platform's keyring: the Keychain, the Credential Manager, or the Secret Service.

use std::fmt;

use keyring::Entry;
use zeroize::Zeroizing;

use crate::vault::error::VaultError;
use crate::vault::secret::Secret;

/// Keeps secrets by name for the user who is logged in.
pub trait KeyStore: fmt::Debug + Send + Sync {
    /// Whether it can be used now.
    ///
    /// # Errors
    /// When it cannot.
    fn is_there(&self) -> Result<(), VaultError>;

    /// The secret of that name.
    ///
    /// # Errors
    /// When there is none, or the keyring does not answer.
    fn get(&self, entry: &str) -> Result<Secret, VaultError>;

    /// Keeps a secret under that name.
    ///
    /// # Errors
    /// When the keyring does not take it.
    fn set(&self, entry: &str, secret: &Secret) -> Result<(), VaultError>;

    /// Forgets the secret of that name.
    ///
    /// # Errors
    /// When the keyring does not answer.
    fn remove(&self, entry: &str) -> Result<(), VaultError>;
}

/// The keyring of this platform.
#[derive(Clone, Copy, Debug, Default)]
pub struct Platform;

/// Under which name the platform shows the entries.
const SERVICE: &str = "notewright";

fn entry(name: &str) -> Result<Entry, VaultError> {
    Entry::new(SERVICE, name).map_err(|error| explain(&error, name))
}

/// An error of the keyring, without the bytes that some of its errors carry.
fn explain(error: &keyring::Error, entry: &str) -> VaultError {
    match error {
        keyring::Error::NoEntry => VaultError::KeyringEntryGone {
            entry: entry.to_owned(),
        },
        keyring::Error::PlatformFailure(cause) | keyring::Error::NoStorageAccess(cause) => {
            VaultError::NoKeyring {
                cause: cause.to_string(),
            }
        }
        keyring::Error::NoDefaultStore => VaultError::NoKeyring {
            cause: match Entry::store_status() {
                Err(
                    keyring::Error::PlatformFailure(cause) | keyring::Error::NoStorageAccess(cause),
                ) => cause.to_string(),
                _ => "there is none".to_owned(),
            },
        },
        _ => VaultError::NoKeyring {
            cause: "it refused the request".to_owned(),
        },
    }
}

impl KeyStore for Platform {
    fn is_there(&self) -> Result<(), VaultError> {
        entry("recordings").map(|_| ())
    }

    fn get(&self, name: &str) -> Result<Secret, VaultError> {
        let bytes = entry(name)?
            .get_secret()
            .map(Zeroizing::new)
            .map_err(|error| explain(&error, name))?;
        Secret::of_slice(&bytes).ok_or(VaultError::KeyringOther)
    }

    fn set(&self, name: &str, secret: &Secret) -> Result<(), VaultError> {
        entry(name)?
            .set_secret(secret.bytes())
            .map_err(|error| explain(&error, name))
    }

    fn remove(&self, name: &str) -> Result<(), VaultError> {
        entry(name)?
            .delete_credential()
            .map_err(|error| explain(&error, name))
    }
}
