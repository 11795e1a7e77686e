//! The user's key: set up once, opened by what guards it, and files on a real disk under it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::vault::keyring::KeyStore;
use crate::vault::secret::Secret;
use crate::vault::{
    Cost, Guard, Passphrase, SealedReader, SealedWriter, State, Vault, VaultError, erase, is_in_use,
};

/// A keyring in memory, which can be taken away.
#[derive(Clone, Debug, Default)]
struct FakeKeyring {
    held: Arc<Mutex<HashMap<String, Secret>>>,
    gone: bool,
}

impl KeyStore for FakeKeyring {
    fn is_there(&self) -> Result<(), VaultError> {
        if self.gone {
            return Err(VaultError::NoKeyring {
                cause: "there is none".to_owned(),
            });
        }
        Ok(())
    }

    fn get(&self, entry: &str) -> Result<Secret, VaultError> {
        self.is_there()?;
        let found = self.held.lock().unwrap().get(entry).cloned();
        found.ok_or(VaultError::KeyringEntryGone {
            entry: entry.to_owned(),
        })
    }

    fn set(&self, entry: &str, secret: &Secret) -> Result<(), VaultError> {
        self.is_there()?;
        self.held
            .lock()
            .unwrap()
            .insert(entry.to_owned(), secret.clone());
        Ok(())
    }

    fn remove(&self, entry: &str) -> Result<(), VaultError> {
        self.held.lock().unwrap().remove(entry);
        Ok(())
    }
}

fn phrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned())
}

fn vault(folder: &tempfile::TempDir) -> Vault {
    Vault::at(folder.path().join("data")).with_cost(Cost::LEAST)
}

#[test]
fn a_passphrase_opens_the_key_and_a_wrong_one_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault(&folder);
    assert_eq!(vault.state().unwrap(), State::NoKey);
    assert!(matches!(vault.unlock(None), Err(VaultError::NoKey { .. })));
    let short = vault.set_up(Guard::Passphrase(phrase("short")));
    assert!(matches!(short, Err(VaultError::PassphraseTooShort)));
    assert_eq!(vault.state().unwrap(), State::NoKey);
    let key = vault
        .set_up(Guard::Passphrase(phrase("four plain words")))
        .unwrap();
    assert_eq!(vault.state().unwrap(), State::Passphrase);
    let before = std::fs::read(vault.key_path()).unwrap();
    for _ in 0..3 {
        let wrong = vault.unlock(Some(&phrase("four plain sword")));
        assert!(matches!(wrong, Err(VaultError::WrongPassphrase)));
    }
    assert!(matches!(
        vault.unlock(None),
        Err(VaultError::PassphraseNeeded)
    ));
    let again = vault.set_up(Guard::Passphrase(phrase("another one")));
    assert!(matches!(again, Err(VaultError::AlreadySetUp { .. })));
    assert_eq!(std::fs::read(vault.key_path()).unwrap(), before);
    let opened = vault.unlock(Some(&phrase("four plain words"))).unwrap();
    assert_eq!(opened.id(), key.id());
    assert_eq!(opened.master().bytes(), key.master().bytes());
}

#[test]
fn what_guards_the_key_can_be_changed_and_recordings_stay() {
    let folder = tempfile::tempdir().unwrap();
    let keyring = FakeKeyring::default();
    let vault = vault(&folder).with_keyring(Box::new(keyring.clone()));
    let key = vault.set_up(Guard::Keyring).unwrap();
    assert_eq!(vault.state().unwrap(), State::Keyring);
    let path = folder.path().join("a.tape");
    let mut writer = SealedWriter::create(&path, &key, b"header").unwrap();
    writer.append(b"frame").unwrap();
    drop(writer);
    vault
        .change(&key, Guard::Passphrase(phrase("four plain words")))
        .unwrap();
    assert!(
        keyring.held.lock().unwrap().is_empty(),
        "the old entry is gone"
    );
    vault
        .change(&key, Guard::Passphrase(phrase("five plain words")))
        .unwrap();
    let old = vault.unlock(Some(&phrase("four plain words")));
    assert!(matches!(old, Err(VaultError::WrongPassphrase)));
    let key = vault.unlock(Some(&phrase("five plain words"))).unwrap();
    assert_eq!(SealedReader::open(&path, &key).unwrap().count(), 1);
    vault.change(&key, Guard::Keyring).unwrap();
    let key = vault.unlock(None).unwrap();
    assert_eq!(SealedReader::open(&path, &key).unwrap().count(), 1);
    // The keyring forgets, or goes.
    let held = std::mem::take(&mut *keyring.held.lock().unwrap());
    assert!(matches!(
        vault.unlock(None),
        Err(VaultError::KeyringEntryGone { .. })
    ));
    let other = held.keys().map(|name| (name.clone(), Secret::new([9; 32])));
    *keyring.held.lock().unwrap() = other.collect();
    assert!(matches!(vault.unlock(None), Err(VaultError::KeyringOther)));
    let gone = FakeKeyring {
        gone: true,
        ..FakeKeyring::default()
    };
    let vault = vault.with_keyring(Box::new(gone));
    assert!(matches!(
        vault.unlock(None),
        Err(VaultError::NoKeyring { .. })
    ));
    assert!(!vault.has_keyring());
}

#[test]
fn a_keyring_that_is_not_there_leaves_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let gone = FakeKeyring {
        gone: true,
        ..FakeKeyring::default()
    };
    let vault = vault(&folder).with_keyring(Box::new(gone));
    assert!(matches!(
        vault.set_up(Guard::Keyring),
        Err(VaultError::NoKeyring { .. })
    ));
    assert_eq!(vault.state().unwrap(), State::NoKey);
}

#[test]
fn a_damaged_key_file_is_told_from_a_wrong_passphrase() {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault(&folder);
    vault
        .set_up(Guard::Passphrase(phrase("four plain words")))
        .unwrap();
    let good = std::fs::read(vault.key_path()).unwrap();
    let begin = good.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for at in begin..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        std::fs::write(vault.key_path(), &bytes).unwrap();
        match vault.unlock(Some(&phrase("four plain words"))) {
            Err(VaultError::KeyDamaged { .. } | VaultError::Newer { .. }) => {}
            // White space means nothing.
            Ok(_) if good[at].is_ascii_whitespace() || bytes[at].is_ascii_whitespace() => {}
            other => panic!("byte {at}: {other:?}"),
        }
    }
    for cut in [0, 10, good.len() / 2] {
        std::fs::write(vault.key_path(), &good[..cut]).unwrap();
        assert!(matches!(vault.state(), Err(VaultError::KeyDamaged { .. })));
        let again = vault.set_up(Guard::Passphrase(phrase("four plain words")));
        assert!(
            matches!(again, Err(VaultError::KeyDamaged { .. })),
            "never replaced"
        );
    }
}

#[test]
fn files_of_another_key_are_told_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let own = vault(&folder)
        .set_up(Guard::Passphrase(phrase("four plain words")))
        .unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let other = vault(&elsewhere);
    let other_key = other
        .set_up(Guard::Passphrase(phrase("four plain words")))
        .unwrap();
    let path = folder.path().join("a.tape");
    drop(SealedWriter::create(&path, &own, b"header").unwrap());
    let refused = SealedReader::open(&path, &other_key);
    assert!(matches!(refused, Err(VaultError::OtherKey { .. })));
    let refused = other.change(&own, Guard::Passphrase(phrase("five plain words")));
    assert!(matches!(refused, Err(VaultError::OtherKey { .. })));
}

#[test]
fn a_file_under_writing_is_locked_and_erasing_takes_its_key_first() {
    let folder = tempfile::tempdir().unwrap();
    let key = vault(&folder)
        .set_up(Guard::Passphrase(phrase("four plain words")))
        .unwrap();
    let path = folder.path().join("a.tape");
    let mut writer = SealedWriter::create(&path, &key, b"header").unwrap();
    writer.append(b"frame").unwrap();
    assert!(is_in_use(&path).unwrap());
    assert!(matches!(erase(&path), Err(VaultError::InUse { .. })));
    assert!(SealedWriter::create(&path, &key, b"header").is_err());
    assert_eq!(
        SealedReader::open(&path, &key).unwrap().count(),
        1,
        "readable meanwhile"
    );
    drop(writer);
    assert!(!is_in_use(&path).unwrap());
    // A second name for the file shows what is left of it.
    let kept = folder.path().join("kept");
    std::fs::hard_link(&path, &kept).unwrap();
    erase(&path).unwrap();
    assert!(!path.exists());
    let left = SealedReader::open(&kept, &key);
    assert!(matches!(left, Err(VaultError::NotSealed { .. })));
    assert!(matches!(erase(&path), Err(VaultError::Io { .. })));
    assert!(matches!(
        erase(folder.path()),
        Err(VaultError::NotSealed { .. })
    ));
    // A writer can erase its own file while it is locked.
    let writer = SealedWriter::create(&path, &key, b"header").unwrap();
    writer.erase().unwrap();
    assert!(!path.exists());
}

#[cfg(unix)]
#[test]
fn only_the_user_may_read_key_and_recordings() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let vault = vault(&folder);
    let key = vault
        .set_up(Guard::Passphrase(phrase("four plain words")))
        .unwrap();
    let path = vault.folder().join("a.tape");
    drop(SealedWriter::create(&path, &key, b"header").unwrap());
    for (path, want) in [
        (vault.key_path(), 0o600),
        (path, 0o600),
        (vault.folder().to_owned(), 0o700),
    ] {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, want, "{}", path.display());
    }
}
