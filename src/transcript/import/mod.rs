//! Transcripts from files: plain text and Markdown, `WebVTT`, `SubRip` and our own JSON document.
//!
//! Owns telling the kinds apart, decoding their bytes and checking their structure. It never looks
//! for meaning in the words, never opens audio, and its errors and notices never show what was said.

mod encoding;
mod error;
mod json;
mod labels;
mod subtitles;
mod text;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

pub use error::ImportError;

use crate::transcript::document::Transcript;
use encoding::Encoding;

/// Nobody dictates more: 256 MiB of text are some forty million words.
const LONGEST_FILE: u64 = 256 * 1024 * 1024;

/// A transcript, with what a person should know about its making.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The transcript.
    pub transcript: Transcript,
    /// What was assumed or left out on the way.
    pub notices: Vec<Notice>,
}

/// Something about a file that did not stop its reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The text was not UTF-8 and was decoded as something else.
    Encoding {
        /// The encoding's name, e.g. `Windows-1252`.
        name: &'static str,
        /// Some bytes stand for nothing in it; each shows as `\u{fffd}`.
        damaged: bool,
    },
    /// Keys of a JSON document that mean nothing here, e.g. `utterances[].mood`.
    UnknownKeys(Vec<String>),
    /// Speakers are named, and nothing tells who the clinician is.
    SpeakersNotKnown(usize),
    /// The last utterance ends after the recording does.
    BeyondDuration,
    /// The file is sound and nobody speaks in it.
    NoUtterances,
}

impl std::fmt::Display for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Encoding { name, damaged } => {
                write!(f, "the text is not UTF-8; it was read as {name}")?;
                if *damaged {
                    f.write_str(", and some characters could not be read")?;
                }
                Ok(())
            }
            Self::UnknownKeys(keys) => write!(
                f,
                "keys without a meaning were skipped: {}",
                keys.join(", ")
            ),
            Self::SpeakersNotKnown(names) => write!(
                f,
                "{names} speakers are named, but not who they are; write `Therapist:` and `Client:` \
                 before their lines to have them told apart"
            ),
            Self::BeyondDuration => {
                f.write_str("the last utterance ends after the recording's end")
            }
            Self::NoUtterances => f.write_str("nobody speaks in this transcript"),
        }
    }
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Json,
    WebVtt,
    SubRip,
}

/// Reads the transcript in the file at `path`.
///
/// # Errors
/// When the file cannot be read, holds no text, or breaks the rules of its kind.
pub fn open(path: &Path) -> Result<Imported, ImportError> {
    let name = path.display().to_string();
    let failed = |source: io::Error| ImportError::read(&name, source);
    if path.is_dir() {
        return Err(ImportError::Folder { path: name });
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(LONGEST_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    read(&name, &bytes)
}

/// Reads the transcript in `bytes`; `name` is the file's name or `-`, and its ending tells the kind
/// where it is one of `.txt`, `.md`, `.json`, `.vtt` and `.srt`.
///
/// # Errors
/// When the bytes are no text or break the rules of their kind.
pub fn read(name: &str, bytes: &[u8]) -> Result<Imported, ImportError> {
    if bytes.len() as u64 > LONGEST_FILE {
        return Err(ImportError::TooLong {
            path: name.to_owned(),
        });
    }
    let decoded = encoding::decode(bytes).map_err(|what| ImportError::Binary {
        path: name.to_owned(),
        what,
    })?;
    let text = decoded.text.as_ref();
    if text.trim().is_empty() {
        return Err(ImportError::Empty {
            path: name.to_owned(),
        });
    }
    let mut imported = match kind(name, text) {
        Kind::Text => text::read(text),
        Kind::Json => json::read(name, text)?,
        Kind::WebVtt => subtitles::read_vtt(name, text)?,
        Kind::SubRip => subtitles::read_srt(name, text)?,
    };
    if let Encoding::Other { name, damaged } = decoded.encoding {
        imported
            .notices
            .insert(0, Notice::Encoding { name, damaged });
    }
    if imported.transcript.utterances.is_empty() {
        imported.notices.push(Notice::NoUtterances);
    }
    Ok(imported)
}

fn kind(name: &str, text: &str) -> Kind {
    let ending = Path::new(name)
        .extension()
        .and_then(|ending| ending.to_str())
        .map(str::to_ascii_lowercase);
    match ending.as_deref() {
        Some("json") => Kind::Json,
        Some("vtt") => Kind::WebVtt,
        Some("srt") => Kind::SubRip,
        Some("txt" | "md" | "markdown" | "text") => Kind::Text,
        _ if text.starts_with("WEBVTT") => Kind::WebVtt,
        _ if text.trim_start().starts_with('{') => Kind::Json,
        _ => Kind::Text,
    }
}

#[cfg(test)]
mod tests;
