//! Why a recording cannot be read at all. What is merely doubtful about one that can is a
//! [`crate::audio::doubt::Doubt`].

use std::path::{Path, PathBuf};

/// Why a file gives no audio. Each message names the file and the cause; [`AudioError::hint`] says
/// what to do next.
#[derive(Debug, thiserror::Error)]
pub enum AudioError {
    /// There is no such file.
    #[error("{} does not exist", path.display())]
    NotFound {
        /// The file asked for.
        path: PathBuf,
    },
    /// The path names a folder.
    #[error("{} is a folder", path.display())]
    IsFolder {
        /// The folder.
        path: PathBuf,
    },
    /// The file holds no byte.
    #[error("{} is empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The file may not be read by this user.
    #[error("{} may not be read: permission denied", path.display())]
    NoPermission {
        /// The file.
        path: PathBuf,
    },
    /// The system gave an error while the file was opened or read.
    #[error("{} could not be read after {at_ms} ms of audio: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// How much audio had been read, in milliseconds.
        at_ms: u64,
        /// The system's error.
        source: std::io::Error,
    },
    /// The file is of no audio format known here.
    #[error("{} is not audio in a known format{}", path.display(), seen(*looks_like))]
    UnknownFormat {
        /// The file.
        path: PathBuf,
        /// What its first bytes look like, where that is known.
        looks_like: Option<&'static str>,
    },
    /// The file is a container, e.g. a film, without a track of sound.
    #[error("{} holds no audio track", path.display())]
    NoAudioTrack {
        /// The file.
        path: PathBuf,
    },
    /// The audio is coded in a way that cannot be decoded here.
    #[error("{} holds audio that cannot be decoded here: {cause}", path.display())]
    UnsupportedCodec {
        /// The file.
        path: PathBuf,
        /// The decoder's words.
        cause: String,
    },
    /// The file ends within its header, or the header is damaged.
    #[error("the header of {} is cut off or damaged: {cause}", path.display())]
    BrokenHeader {
        /// The file.
        path: PathBuf,
        /// The demuxer's words.
        cause: String,
    },
    /// The header is whole, and no audio follows it.
    #[error("{} holds no audio: its length is zero", path.display())]
    NoSamples {
        /// The file.
        path: PathBuf,
    },
    /// Audio follows the header, and not one packet of it can be decoded.
    #[error("none of the audio in {} can be decoded: the data is damaged", path.display())]
    Undecodable {
        /// The file.
        path: PathBuf,
    },
}

fn seen(looks_like: Option<&'static str>) -> String {
    looks_like.map_or_else(String::new, |kind| format!("; it looks like {kind}"))
}

impl AudioError {
    /// The file concerned.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::NotFound { path }
            | Self::IsFolder { path }
            | Self::Empty { path }
            | Self::NoPermission { path }
            | Self::Unreadable { path, .. }
            | Self::UnknownFormat { path, .. }
            | Self::NoAudioTrack { path }
            | Self::UnsupportedCodec { path, .. }
            | Self::BrokenHeader { path, .. }
            | Self::NoSamples { path }
            | Self::Undecodable { path } => path,
        }
    }

    /// What to do next, in one line for a person.
    #[must_use]
    pub fn hint(&self) -> String {
        let file = self.path().display();
        match self {
            Self::NotFound { .. } => "check the spelling of the path".to_owned(),
            Self::IsFolder { .. } => format!("name the recordings in it, e.g. {file}/*.m4a"),
            Self::Empty { .. } => {
                "copy it again from the recorder; an empty file often is a copy that was broken off"
                    .to_owned()
            }
            Self::NoPermission { .. } => {
                format!("give yourself the right to read it, e.g. chmod u+r {file}")
            }
            Self::Unreadable { .. } => {
                "check the disk or the connection to it, and copy the file to this machine"
                    .to_owned()
            }
            Self::UnknownFormat { .. } => {
                "give a recording in wav, mp3, m4a, flac, ogg, opus, webm, caf or aiff".to_owned()
            }
            Self::NoAudioTrack { .. } => "give the recording that has the sound".to_owned(),
            Self::UnsupportedCodec { .. } => {
                format!("convert it first, e.g. ffmpeg -i {file} recording.flac")
            }
            Self::BrokenHeader { .. } => {
                "copy it again from the recorder, and keep the original: a repair tool may save it"
                    .to_owned()
            }
            Self::NoSamples { .. } => {
                "check on the recorder whether the recording has a length there".to_owned()
            }
            Self::Undecodable { .. } => {
                "copy it again from the recorder, and keep the original".to_owned()
            }
        }
    }
}
