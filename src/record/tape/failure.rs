//! Why a tape cannot be written or read.

use std::path::{Path, PathBuf};

use crate::vault::VaultError;

/// Why a tape cannot be written or read. [`TapeError::hint`] says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum TapeError {
    /// Sealing or opening failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A sealed file that is no tape, or one of a later version.
    #[error("{} was opened, and is not a recording that this version can read: {cause}", path.display())]
    NotATape {
        /// The file.
        path: PathBuf,
        /// What is wrong with its header.
        cause: String,
    },
    /// Sound came with another number of channels than the tape has, or of different lengths.
    #[error(
        "{given} channels of sound were given for a recording of {wanted}, or they differ in length"
    )]
    Channels {
        /// Channels of the tape.
        wanted: u8,
        /// Channels that came.
        given: usize,
    },
    /// A second recording was begun while one is made.
    #[error("a recording is being made already")]
    Recording,
    /// No recording of that name.
    #[error("there is no recording `{name}`")]
    NoSuch {
        /// The name asked for.
        name: String,
    },
    /// Nothing was left at all.
    #[error("there are no recordings in {}", folder.display())]
    None {
        /// Where they would be.
        folder: PathBuf,
    },
    /// Several recordings, and none was named.
    #[error("there are {count} recordings, and none was named")]
    Several {
        /// How many.
        count: usize,
    },
    /// A folder or a plain file cannot be read or written.
    #[error("cannot {act} {}: {source}", path.display())]
    Io {
        /// What was tried.
        act: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The client's consent was taken back.
    #[error("the client's consent to this recording was taken back")]
    Revoked,
}

impl TapeError {
    pub(in crate::record) fn io(act: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::Io {
            act,
            path: path.to_owned(),
            source,
        }
    }

    /// Whether there is no room on the disk, so that the same can be tried again later.
    #[must_use]
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Vault(error) if error.is_full())
    }

    /// What to do next, in one line for a person.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Vault(error) => error.hint(),
            Self::NotATape { .. } => "install the newest notewright, then try again".into(),
            Self::Channels { .. } => "stop, and record again with the same microphones".into(),
            Self::Recording => "stop the other recording first".into(),
            Self::NoSuch { .. } | Self::Several { .. } => {
                "see their names: notewright recover; then name one".into()
            }
            Self::None { .. } => {
                "nothing was lost: a recording that ends well leaves a note".into()
            }
            Self::Io { path, .. } => format!(
                "check that you may write in {} and that there is room",
                path.parent().unwrap_or(path).display()
            ),
            Self::Revoked => "erase it: notewright recover NAME --erase".into(),
        }
    }
}
