//! Frames on the pipe between the library and a child: a header that names the protocol's version,
//! a length, and either a JSON message or raw samples.
//!
//! Knows nothing of what the messages mean. An error tells what is wrong with the bytes and never
//! shows them, since they may be speech.

use std::fmt;
use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Version of frames and messages. It changes whenever either side would misread the other.
pub const PROTOCOL: u8 = 2;

/// Longest JSON message, in bytes: room for a prompt of a 32k context and its grammar.
pub const MAX_MESSAGE: usize = 8 << 20;

/// Longest stretch of audio in one frame, in samples: two windows of 30 s at 16 kHz.
pub const MAX_SAMPLES: usize = 2 * 30 * 16_000;

/// Longest part of a language model's state in one frame, in bytes.
pub const MAX_STATE: usize = 8 << 20;

const MAGIC: [u8; 2] = *b"NW";
const HEADER: usize = 8;
const MESSAGE: u8 = 1;
const AUDIO: u8 = 2;
const STATE: u8 = 3;

/// One frame's content.
#[derive(Clone, PartialEq)]
pub enum Frame {
    /// A message as JSON.
    Message(Vec<u8>),
    /// Samples, 16 kHz mono, sent as little-endian `f32`.
    Audio(Vec<f32>),
    /// A part of a language model's state; which, the messages around it tell.
    State(Vec<u8>),
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(json) => write!(f, "Message({} bytes)", json.len()),
            Self::Audio(samples) => write!(f, "Audio({} samples)", samples.len()),
            Self::State(part) => write!(f, "State({} bytes)", part.len()),
        }
    }
}

/// What is wrong with the bytes on a pipe.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The bytes do not begin like a frame.
    #[error("bytes that are no frame")]
    NotAFrame,
    /// The other side speaks another version of the protocol.
    #[error("protocol {theirs} where this side speaks {PROTOCOL}")]
    Version {
        /// The other side's version.
        theirs: u8,
    },
    /// A kind of frame that this version does not have.
    #[error("a frame of the unknown kind {0}")]
    UnknownKind(u8),
    /// A frame longer than any that this version sends.
    #[error("a frame of {0} bytes, which is too long")]
    TooLong(u64),
    /// The pipe ended inside a frame.
    #[error("a frame that was cut off")]
    CutOff,
    /// Audio whose length is no whole number of samples.
    #[error("audio of {0} bytes, which is no whole number of samples")]
    PartSample(usize),
    /// A message that is not one of those expected here.
    #[error("a message that is not understood (column {column})")]
    Message {
        /// Where in the JSON text reading stopped.
        column: usize,
    },
    /// A frame of one kind where one of another kind was due.
    #[error("frames out of order")]
    OutOfOrder,
    /// The pipe itself failed.
    #[error("the pipe failed: {0}")]
    Pipe(#[from] io::Error),
}

/// Encodes a message as one frame.
///
/// # Errors
/// [`FrameError::TooLong`] where the message exceeds [`MAX_MESSAGE`].
pub fn encode_message<M: Serialize>(message: &M) -> Result<Vec<u8>, FrameError> {
    let mut bytes = vec![0; HEADER];
    serde_json::to_writer(&mut bytes, message)
        .map_err(|e| FrameError::Message { column: e.column() })?;
    let len = bytes.len() - HEADER;
    if len > MAX_MESSAGE {
        return Err(FrameError::TooLong(len as u64));
    }
    bytes[..HEADER].copy_from_slice(&header(MESSAGE, len));
    Ok(bytes)
}

/// Encodes samples as one frame.
///
/// # Errors
/// [`FrameError::TooLong`] where there are more than [`MAX_SAMPLES`].
pub fn encode_audio(samples: &[f32]) -> Result<Vec<u8>, FrameError> {
    let len = samples.len() * 4;
    if samples.len() > MAX_SAMPLES {
        return Err(FrameError::TooLong(len as u64));
    }
    let mut bytes = Vec::with_capacity(HEADER + len);
    bytes.extend_from_slice(&header(AUDIO, len));
    for sample in samples {
        bytes.extend_from_slice(&sample.to_le_bytes());
    }
    Ok(bytes)
}

/// Encodes a part of a state as one frame.
///
/// # Errors
/// [`FrameError::TooLong`] where it exceeds [`MAX_STATE`].
pub fn encode_state(part: &[u8]) -> Result<Vec<u8>, FrameError> {
    if part.len() > MAX_STATE {
        return Err(FrameError::TooLong(part.len() as u64));
    }
    let mut bytes = Vec::with_capacity(HEADER + part.len());
    bytes.extend_from_slice(&header(STATE, part.len()));
    bytes.extend_from_slice(part);
    Ok(bytes)
}

/// Writes an encoded frame at once and flushes it.
///
/// # Errors
/// When the pipe is closed or fails.
pub fn send(out: &mut impl Write, frame: &[u8]) -> Result<(), FrameError> {
    out.write_all(frame)?;
    out.flush()?;
    Ok(())
}

/// Reads the next frame; nothing where the pipe ends between two frames.
///
/// # Errors
/// Any [`FrameError`]; after one the pipe cannot be read on.
pub fn receive(input: &mut impl Read) -> Result<Option<Frame>, FrameError> {
    let mut head = [0; HEADER];
    let got = fill(input, &mut head)?;
    if got == 0 {
        return Ok(None);
    }
    let (kind, len) = parse_header(head, got)?;
    let mut body = vec![0; len];
    if fill(input, &mut body)? < len {
        return Err(FrameError::CutOff);
    }
    match kind {
        MESSAGE => return Ok(Some(Frame::Message(body))),
        STATE => return Ok(Some(Frame::State(body))),
        _ => {}
    }
    if !len.is_multiple_of(4) {
        return Err(FrameError::PartSample(len));
    }
    let samples = body
        .as_chunks::<4>()
        .0
        .iter()
        .map(|b| f32::from_le_bytes(*b))
        .collect();
    Ok(Some(Frame::Audio(samples)))
}

impl Frame {
    /// Reads the frame as a message of type `M`.
    ///
    /// # Errors
    /// [`FrameError::OutOfOrder`] for another kind of frame, [`FrameError::Message`] for JSON that is no `M`.
    pub fn message<M: DeserializeOwned>(&self) -> Result<M, FrameError> {
        match self {
            Self::Audio(_) | Self::State(_) => Err(FrameError::OutOfOrder),
            // The parser's own words could quote the message, so only the place is kept.
            Self::Message(json) => {
                serde_json::from_slice(json).map_err(|e| FrameError::Message { column: e.column() })
            }
        }
    }
}

fn header(kind: u8, len: usize) -> [u8; HEADER] {
    let [a, b, c, d] = (len as u32).to_le_bytes();
    [MAGIC[0], MAGIC[1], PROTOCOL, kind, a, b, c, d]
}

/// Kind and length out of a header of which `got` bytes were there.
fn parse_header(head: [u8; HEADER], got: usize) -> Result<(u8, usize), FrameError> {
    let [m0, m1, version, kind, len @ ..] = head;
    if [m0, m1][..got.min(2)] != MAGIC[..got.min(2)] {
        return Err(FrameError::NotAFrame);
    }
    if got > 2 && version != PROTOCOL {
        return Err(FrameError::Version { theirs: version });
    }
    if got < HEADER {
        return Err(FrameError::CutOff);
    }
    let len = u32::from_le_bytes(len) as usize;
    let limit = match kind {
        MESSAGE => MAX_MESSAGE,
        AUDIO => MAX_SAMPLES * 4,
        STATE => MAX_STATE,
        other => return Err(FrameError::UnknownKind(other)),
    };
    if len > limit {
        return Err(FrameError::TooLong(len as u64));
    }
    Ok((kind, len))
}

/// Reads until `buffer` is full or the pipe ends, and says how much came.
fn fill(input: &mut impl Read, buffer: &mut [u8]) -> Result<usize, FrameError> {
    let mut got = 0;
    while got < buffer.len() {
        match input.read(&mut buffer[got..]) {
            Ok(0) => break,
            Ok(n) => got += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(FrameError::Pipe(e)),
        }
    }
    Ok(got)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_as_they_went() {
        let mut pipe = encode_message(&vec!["a", "b"]).unwrap();
        pipe.extend(encode_audio(&[0.0, -1.0, 0.25]).unwrap());
        pipe.extend(encode_state(&[7, 8, 9]).unwrap());
        let mut pipe = pipe.as_slice();
        let first: Vec<String> = receive(&mut pipe).unwrap().unwrap().message().unwrap();
        assert_eq!(first, ["a", "b"]);
        let second = receive(&mut pipe).unwrap().unwrap();
        assert_eq!(second, Frame::Audio(vec![0.0, -1.0, 0.25]));
        let third = receive(&mut pipe).unwrap().unwrap();
        assert_eq!(third, Frame::State(vec![7, 8, 9]));
        assert!(receive(&mut pipe).unwrap().is_none());
    }

    #[test]
    fn bad_bytes_are_told_apart() {
        let cases: &[(&[u8], &str)] = &[
            (b"hello, this is no frame", "bytes that are no frame"),
            (b"N", "a frame that was cut off"),
            (b"NW\x02", "a frame that was cut off"),
            (
                b"NW\x00\x01\x02\0\0\0{}",
                "protocol 0 where this side speaks 2",
            ),
            (
                b"NW\x07\x01\x02\0\0\0{}",
                "protocol 7 where this side speaks 2",
            ),
            (b"NW\x02\x09\x02\0\0\0{}", "a frame of the unknown kind 9"),
            (
                b"NW\x02\x01\xff\xff\xff\xff",
                "a frame of 4294967295 bytes, which is too long",
            ),
            (b"NW\x02\x01\x09\0\0\0{}", "a frame that was cut off"),
            (
                b"NW\x02\x02\x03\0\0\0abc",
                "audio of 3 bytes, which is no whole number of samples",
            ),
        ];
        for (bytes, want) in cases {
            let error = receive(&mut &bytes[..]).unwrap_err();
            assert_eq!(error.to_string(), *want);
        }
    }

    #[test]
    fn a_message_that_is_not_understood_is_not_shown() {
        let frame = Frame::Message(b"\"Odile said so\"".to_vec());
        let error = frame.message::<u32>().unwrap_err();
        assert!(!format!("{error} {error:?} {frame:?}").contains("Odile"));
        let audio = Frame::Audio(vec![]);
        assert!(matches!(
            audio.message::<u32>(),
            Err(FrameError::OutOfOrder)
        ));
    }

    #[test]
    fn what_is_too_long_is_not_sent() {
        let long = vec![0.0; MAX_SAMPLES + 1];
        assert!(matches!(encode_audio(&long), Err(FrameError::TooLong(_))));
        let long = vec![0; MAX_STATE + 1];
        assert!(matches!(encode_state(&long), Err(FrameError::TooLong(_))));
        let text = "x".repeat(MAX_MESSAGE);
        assert!(matches!(encode_message(&text), Err(FrameError::TooLong(_))));
    }

    proptest::proptest! {
        #[test]
        fn reading_is_total(bytes: Vec<u8>) {
            let _ = receive(&mut bytes.as_slice());
        }
    }
}
