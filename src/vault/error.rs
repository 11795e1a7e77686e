//! Why something cannot be sealed or opened. No error carries a secret or a byte of what was sealed.

use std::io;
use std::path::{Path, PathBuf};

use crate::vault::secret::MIN_PASSPHRASE;

/// Why the vault did not do what was asked. [`VaultError::hint`] says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The system gave an error.
    #[error("cannot {act} {}: {source}", path.display())]
    Io {
        /// What was tried.
        act: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// There is no room for more.
    #[error("no space is left for {}", path.display())]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// The folder or file may not be written by this user.
    #[error("{} may not be written", path.display())]
    NotWritable {
        /// The file or folder.
        path: PathBuf,
    },
    /// No key was set up yet.
    #[error("no key to seal recordings with was set up: there is no {}", path.display())]
    NoKey {
        /// Where its file would be.
        path: PathBuf,
    },
    /// A key was set up already.
    #[error("a key was set up already: {}", path.display())]
    AlreadySetUp {
        /// Its file.
        path: PathBuf,
    },
    /// The passphrase does not open the key. Nothing was changed or erased.
    #[error("the passphrase is wrong; nothing was erased")]
    WrongPassphrase,
    /// A passphrase guards the key, and none was given.
    #[error("the recordings are sealed with a passphrase, and none was given")]
    PassphraseNeeded,
    /// The passphrase is too short to guard a key.
    #[error("the passphrase has fewer than {MIN_PASSPHRASE} characters")]
    PassphraseTooShort,
    /// The file of the key is not as it was written.
    #[error("the key's file {} is damaged: {cause}", path.display())]
    KeyDamaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// The platform has no keyring, or it cannot be reached.
    #[error("no keyring of the platform can be used: {cause}")]
    NoKeyring {
        /// What the platform says.
        cause: String,
    },
    /// The keyring has no entry for this key.
    #[error("the platform's keyring no longer holds the entry `{entry}`")]
    KeyringEntryGone {
        /// The entry's name.
        entry: String,
    },
    /// What the keyring holds does not open the key.
    #[error("what the platform's keyring holds does not open the key")]
    KeyringOther,
    /// The passphrase could not be stretched into a key.
    #[error("the passphrase could not be worked into a key: {cause}")]
    Stretch {
        /// What Argon2 says.
        cause: String,
    },
    /// The system has no randomness to give.
    #[error("the system gives no randomness: {cause}")]
    NoRandomness {
        /// What the system says.
        cause: String,
    },
    /// The file was sealed with another key.
    #[error("{} belongs to another key", path.display())]
    OtherKey {
        /// The file.
        path: PathBuf,
    },
    /// The file is not a sealed one.
    #[error("{} is not a sealed file", path.display())]
    NotSealed {
        /// The file.
        path: PathBuf,
    },
    /// The file holds nothing: its writing ended before its beginning was on disk.
    #[error("{} holds nothing: it broke off as it began", path.display())]
    Unbegun {
        /// The file.
        path: PathBuf,
    },
    /// The file is of a version that this program does not know.
    #[error("{} was sealed by a newer version of this program (form {version})", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version of its form.
        version: u32,
    },
    /// Both copies of the beginning, which hold the file's key, are damaged.
    #[error("both copies of the beginning of {} are damaged, and with them its key", path.display())]
    HeaderDamaged {
        /// The file.
        path: PathBuf,
    },
    /// Somebody writes the file at this moment.
    #[error("{} is being written at this moment", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The header has more bytes than there is room for.
    #[error("a header of {bytes} bytes is too long")]
    HeaderTooLong {
        /// Its length.
        bytes: usize,
    },
    /// The frame has more bytes than a frame may have.
    #[error("a frame of {bytes} bytes is too long")]
    FrameTooLong {
        /// Its length.
        bytes: usize,
    },
    /// The file is finished, or has as many frames as one can have.
    #[error("{} takes no more frames", path.display())]
    Ended {
        /// The file.
        path: PathBuf,
    },
    /// A frame that was written cannot be read back.
    #[error("a part of {} cannot be read back", path.display())]
    FrameLost {
        /// The file.
        path: PathBuf,
    },
}

impl VaultError {
    /// The system's error while doing something with a file, sorted.
    pub(super) fn io(act: &'static str, path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => Self::Full { path },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
                if act != "read" =>
            {
                Self::NotWritable { path }
            }
            _ => Self::Io { act, path, source },
        }
    }

    /// Whether the same can be tried again once there is room on the disk.
    #[must_use]
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full { .. })
    }

    /// What to do next, in one line for a person.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Io { .. } => "check the disk and the folder's permissions, then try again".into(),
            Self::Full { path } => format!(
                "make room on the disk of {}; what was written so far is kept",
                path.parent().unwrap_or(path).display()
            ),
            Self::NotWritable { path } => format!(
                "give yourself the right to write in {}, or name another folder with --data-dir",
                path.parent().unwrap_or(path).display()
            ),
            Self::NoKey { .. } => "set one up: notewright key set".into(),
            Self::AlreadySetUp { .. } => {
                "change what guards it: notewright key change".into()
            }
            Self::WrongPassphrase => {
                "try again; if it is forgotten, only another copy of the key's file with a passphrase that \
                 you know opens these recordings"
                    .into()
            }
            Self::PassphraseNeeded => {
                "run it on a terminal, or name a file that holds the passphrase in \
                 NOTEWRIGHT_PASSPHRASE_FILE"
                    .into()
            }
            Self::PassphraseTooShort => {
                format!("choose {MIN_PASSPHRASE} characters or more, e.g. four words")
            }
            Self::KeyDamaged { path, .. } => format!(
                "put a copy of {} back from a backup; do not set up a new key in its place",
                path.display()
            ),
            Self::NoKeyring { .. } => {
                "use a passphrase: notewright key set, or unlock the keyring and try again".into()
            }
            Self::KeyringEntryGone { .. } | Self::KeyringOther => {
                "log in as the user who set the key up, or restore that user's keyring".into()
            }
            Self::Stretch { .. } => "close other programs to free memory, then try again".into(),
            Self::NoRandomness { .. } => "restart the computer, then try again".into(),
            Self::OtherKey { .. } => {
                "use the data folder with the key it was sealed with: --data-dir DIR".into()
            }
            Self::NotSealed { .. } => "name a recording of `notewright recover`".into(),
            Self::Unbegun { path } => format!(
                "nothing can be saved from it; take it away: notewright recover {} --erase",
                stem(path)
            ),
            Self::Newer { .. } => "install the newest notewright".into(),
            Self::HeaderDamaged { path } => format!(
                "put a copy of {} back from a backup; what is left of it cannot be opened",
                path.display()
            ),
            Self::InUse { .. } => "stop the recording first, then try again".into(),
            Self::HeaderTooLong { .. } => "shorten what is kept with the recording".into(),
            Self::FrameTooLong { .. } | Self::Ended { .. } => "begin another recording".into(),
            Self::FrameLost { .. } => "check the disk; the rest of the recording is kept".into(),
        }
    }
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}
