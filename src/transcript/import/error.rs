//! Why a file could not be read as a transcript, and what to do about it.

use std::io;

/// A file that is no transcript. Its message never holds words of the transcript.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// There is no such file.
    #[error("{path}: there is no such file")]
    Missing {
        /// The file.
        path: String,
    },
    /// The file may not be read.
    #[error("{path}: this account may not read the file")]
    Forbidden {
        /// The file.
        path: String,
    },
    /// It is a folder.
    #[error("{path}: this is a folder")]
    Folder {
        /// The folder.
        path: String,
    },
    /// Reading failed on the way.
    #[error("{path}: reading failed: {source}")]
    Read {
        /// The file.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// It holds nothing, or white space only.
    #[error("{path}: the file is empty")]
    Empty {
        /// The file.
        path: String,
    },
    /// It holds more than 256 MiB.
    #[error("{path}: the file is longer than 256 MiB")]
    TooLong {
        /// The file.
        path: String,
    },
    /// Its bytes are no text.
    #[error("{path}: the file holds {what}, not text")]
    Binary {
        /// The file.
        path: String,
        /// What it looks like.
        what: &'static str,
    },
    /// It breaks the rules of a subtitle file.
    #[error("{path}, line {line}: {cause}")]
    Subtitles {
        /// The file.
        path: String,
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        cause: String,
    },
    /// It is not JSON.
    #[error("{path}, line {line}, column {column}: this is not JSON: {cause}")]
    Syntax {
        /// The file.
        path: String,
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// What is wrong.
        cause: &'static str,
    },
    /// It is JSON, and breaks the rules of the document.
    #[error("{path}: {place}: {cause}")]
    Document {
        /// The file.
        path: String,
        /// Where, e.g. `utterances[3].start_ms`.
        place: String,
        /// What is wrong.
        cause: String,
    },
}

impl ImportError {
    pub(super) fn read(path: &str, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { path },
            io::ErrorKind::PermissionDenied => Self::Forbidden { path },
            io::ErrorKind::IsADirectory => Self::Folder { path },
            _ => Self::Read { path, source },
        }
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "check the name, or give the full path",
            Self::Forbidden { .. } => {
                "give yourself the right to read it, or copy it to your own folder"
            }
            Self::Folder { .. } => "name the files in it, for example with /*.txt at the end",
            Self::Read { .. } => {
                "check the disk or the network drive, copy the file to this machine, try again"
            }
            Self::Empty { .. } => "check that it was saved, and that it is the right file",
            Self::TooLong { .. } => "check that it is the right file, or split it",
            Self::Binary { .. } => {
                "open it in the program that wrote it and save it as plain text (UTF-8); a recording \
                 needs its usual ending, such as .wav or .m4a"
            }
            Self::Subtitles { .. } => {
                "mend that line; a time looks like 00:01:02.500 --> 00:01:04.000, and cues stand in \
                 the order in which they are said"
            }
            Self::Syntax { .. } => {
                "export the transcript again, or mend that place; plain text needs the ending .txt"
            }
            Self::Document { .. } => {
                "mend that place; a document needs `schema` \"notewright.transcript/1\" and \
                 `utterances`, each with `id`, `speaker` and `text`"
            }
        }
    }
}
