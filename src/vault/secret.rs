//! Secrets as types: each is wiped from memory when it is dropped, and none shows in `Debug`.

use std::fmt;

use argon2::{Algorithm, Argon2, Version};
use icu_normalizer::ComposingNormalizerBorrowed;
use zeroize::Zeroizing;

use crate::vault::cipher;
use crate::vault::error::VaultError;
use crate::vault::key_file::Cost;

/// Fewest characters of a passphrase. Argon2id makes each guess dear, so that eight characters that
/// are no word hold; more are better.
pub const MIN_PASSPHRASE: usize = 8;

/// Bytes of a salt.
pub(super) const SALT: usize = 16;

/// 32 secret bytes.
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    /// The secret of these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The secret in a slice; nothing where it is of another length.
    #[must_use]
    pub fn of_slice(bytes: &[u8]) -> Option<Self> {
        let mut secret = Zeroizing::new([0; 32]);
        if bytes.len() != secret.len() {
            return None;
        }
        secret.copy_from_slice(bytes);
        Some(Self(secret))
    }

    /// A fresh secret from the system's source of randomness.
    ///
    /// # Errors
    /// When the system gives none.
    pub fn random() -> Result<Self, VaultError> {
        Ok(Self(Zeroizing::new(random()?)))
    }

    /// The bytes, for a cipher or a keyring.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Bytes from the system's source of randomness.
pub(super) fn random<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| VaultError::NoRandomness {
        cause: error.to_string(),
    })?;
    Ok(bytes)
}

/// A passphrase as the user typed it.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes a passphrase in. Characters that can be typed in two ways (an é of one piece or of two)
    /// are made one.
    #[must_use]
    pub fn new(typed: String) -> Self {
        let typed = Zeroizing::new(typed);
        let normal = ComposingNormalizerBorrowed::new_nfc().normalize(&typed);
        Self(Zeroizing::new(normal.into_owned()))
    }

    /// Whether nothing was typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether two passphrases are the same, e.g. the one typed again.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    /// Whether it may guard a key.
    ///
    /// # Errors
    /// When it is too short.
    pub fn check(&self) -> Result<(), VaultError> {
        if self.0.chars().count() < MIN_PASSPHRASE {
            return Err(VaultError::PassphraseTooShort);
        }
        Ok(())
    }

    /// The key that it gives with this salt, by Argon2id.
    pub(super) fn stretch(&self, salt: &[u8; SALT], cost: Cost) -> Result<Secret, VaultError> {
        let params = cost.params()?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(self.0.as_bytes(), salt, &mut *key)
            .map_err(|error| VaultError::Stretch {
                cause: error.to_string(),
            })?;
        Ok(Secret(key))
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase")
    }
}

/// The user's key: it wraps the key of each sealed file.
#[derive(Clone)]
pub struct UserKey {
    master: Secret,
    wrapping: Secret,
    id: [u8; 8],
}

impl UserKey {
    pub(super) fn new(master: Secret) -> Self {
        let wrapping = cipher::derive(&master, "notewright: the user's key wraps file keys");
        let named = cipher::derive(&master, "notewright: name of the user's key");
        let mut id = [0; 8];
        id.copy_from_slice(&named.bytes()[..8]);
        Self {
            master,
            wrapping,
            id,
        }
    }

    /// What is wrapped in the key's file.
    pub(super) fn master(&self) -> &Secret {
        &self.master
    }

    /// What wraps the keys of files.
    pub(super) fn wrapping(&self) -> &Secret {
        &self.wrapping
    }

    /// A name that tells this key from others, and nothing about it.
    pub(super) fn id(&self) -> [u8; 8] {
        self.id
    }
}

impl fmt::Debug for UserKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let passphrase = Passphrase::new("correct horse".to_owned());
        let secret = Secret::new([7; 32]);
        let key = UserKey::new(secret.clone());
        assert_eq!(
            format!("{passphrase:?} {secret:?} {key:?}"),
            "Passphrase Secret UserKey"
        );
    }

    #[test]
    fn an_accent_may_be_typed_either_way() {
        let one = Passphrase::new("caf\u{e9} au lait".to_owned());
        let two = Passphrase::new("cafe\u{301} au lait".to_owned());
        assert!(one.is_same(&two));
        assert!(!one.is_same(&Passphrase::new("cafe au lait".to_owned())));
    }

    #[test]
    fn a_passphrase_has_eight_characters() {
        for (typed, good) in [
            ("", false),
            ("1234567", false),
            ("12345678", true),
            ("åäöåäöå", false),
        ] {
            assert_eq!(Passphrase::new(typed.to_owned()).check().is_ok(), good);
        }
    }
}
