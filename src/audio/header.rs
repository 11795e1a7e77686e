//! Headers that do not agree with their file, mended on the way to the demuxer: WAV, CAF and M4A.
//!
//! A recorder that lost power leaves a length of zero, a copy that broke off leaves one that is too
//! long, and past 4 GB a WAV's length is in another chunk (RF64). In each case the samples are
//! there: the demuxer is shown a header with the length that the file really has. The file on the
//! disk is never touched.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use symphonia::core::io::MediaSource;

/// Chunks that are looked at before the samples; real files have under ten.
const MAX_CHUNKS: usize = 64;
/// A length that says "not known yet", and our own for data that no 32 bits can count.
const UNKNOWN: u32 = u32::MAX;

/// What a header says about the length of its data, where that is not what the file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lie {
    /// More bytes are promised than are there.
    TooLong { promised: u64, found: u64 },
    /// The length was never written.
    Unwritten,
}

/// A file with some bytes of its header replaced.
#[derive(Debug)]
pub(super) struct Source {
    file: File,
    len: u64,
    position: u64,
    patches: Vec<Patch>,
    seekable: bool,
}

impl Source {
    /// Wraps `file` of `len` bytes, mending its header where its lengths are wrong.
    pub(super) fn open(mut file: File, len: u64) -> io::Result<(Self, Option<Lie>)> {
        let (patches, lie) = mend(&mut file, len)?;
        file.seek(SeekFrom::Start(0))?;
        Ok((
            Self {
                file,
                len,
                position: 0,
                patches,
                seekable: true,
            },
            lie,
        ))
    }

    /// The same, as a stream of unknown length that is only read forward. Demuxers then neither look
    /// for the end of the file, which a broken copy lacks, nor compare lengths with it.
    pub(super) fn into_stream(self) -> Self {
        Self {
            seekable: false,
            ..self
        }
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        let start = self.position;
        for (at, bytes) in &self.patches {
            for (place, byte) in (*at..).zip(bytes) {
                if let Some(slot) = place
                    .checked_sub(start)
                    .and_then(|offset| usize::try_from(offset).ok())
                    .and_then(|offset| buffer[..read].get_mut(offset))
                {
                    *slot = *byte;
                }
            }
        }
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = self.file.seek(to)?;
        Ok(self.position)
    }
}

impl MediaSource for Source {
    fn is_seekable(&self) -> bool {
        self.seekable
    }

    fn byte_len(&self) -> Option<u64> {
        self.seekable.then_some(self.len)
    }
}

/// Bytes to show in place of the file's own, from an offset on.
type Patch = (u64, Vec<u8>);
type Mended = (Vec<Patch>, Option<Lie>);

fn mend(file: &mut File, file_len: u64) -> io::Result<Mended> {
    let Some(head) = read_at::<12>(file, 0)? else {
        return Ok((Vec::new(), None));
    };
    match (&head[..4], &head[4..8], &head[8..]) {
        (b"RIFF" | b"RF64" | b"BW64", _, b"WAVE") => mend_wav(file, file_len, u32_at(&head, 4)),
        (b"caff", ..) => mend_caf(file, file_len),
        (_, b"ftyp", _) => mend_atoms(file, file_len),
        _ => Ok((Vec::new(), None)),
    }
}

fn mend_wav(file: &mut File, file_len: u64, riff_promised: u32) -> io::Result<Mended> {
    let Some(data) = find_data(file)? else {
        return Ok((Vec::new(), None));
    };
    let found = file_len.saturating_sub(data.start);
    let (len, lie) = match data.promised {
        None => (found, None),
        Some(0) if found > 0 && !chunk_follows(file, data.start, file_len)? => {
            (found, Some(Lie::Unwritten))
        }
        Some(promised) if promised > found => (found, Some(Lie::TooLong { promised, found })),
        Some(promised) => (promised, None),
    };
    let data_len = u32::try_from(len).unwrap_or(UNKNOWN);
    let riff_len = u32::try_from(data.start - 8 + len).unwrap_or(UNKNOWN);
    let mut patches = vec![
        (0, b"RIFF".to_vec()),
        (data.start - 4, data_len.to_le_bytes().to_vec()),
    ];
    // A longer RIFF length is honest where chunks follow the data.
    if lie.is_some() || riff_promised < riff_len || data_len == UNKNOWN {
        let riff_len = if data_len == UNKNOWN {
            UNKNOWN
        } else {
            riff_len
        };
        patches.push((4, riff_len.to_le_bytes().to_vec()));
    }
    Ok((patches, lie))
}

/// CAF: chunks of a name and a length in 64 bits; -1 stands for "to the end of the file".
fn mend_caf(file: &mut File, file_len: u64) -> io::Result<Mended> {
    let mut at = 8_u64;
    for _ in 0..MAX_CHUNKS {
        let Some(head) = read_at::<12>(file, at)? else {
            break;
        };
        let start = at + 12;
        let (promised, found) = (u64_be_at(&head, 4), file_len - start);
        if &head[..4] == b"data" && promised > found && promised != u64::MAX {
            let patches = vec![(at + 4, found.to_be_bytes().to_vec())];
            return Ok((patches, Some(Lie::TooLong { promised, found })));
        }
        let Some(next) = start.checked_add(promised).filter(|next| *next < file_len) else {
            break;
        };
        at = next;
    }
    Ok((Vec::new(), None))
}

/// MP4: atoms of a length and a name; the last one's length is mended where the file ends before
/// it does. The index tells the true length, so this is no lie by itself.
fn mend_atoms(file: &mut File, file_len: u64) -> io::Result<Mended> {
    let mut at = 0_u64;
    while let Some(head) = read_at::<8>(file, at)? {
        let (long, len) = match u64_be_at(&head, 0) >> 32 {
            0 => break,
            1 => (
                true,
                read_at::<8>(file, at + 8)?.map_or(0, |bytes| u64_be_at(&bytes, 0)),
            ),
            len => (false, len),
        };
        let left = file_len - at;
        if len > left {
            let patch = match u32::try_from(left) {
                _ if long => (at + 8, left.to_be_bytes().to_vec()),
                Ok(left) => (at, left.to_be_bytes().to_vec()),
                Err(_) => break,
            };
            return Ok((vec![patch], None));
        }
        if len < 8 || len == left {
            break;
        }
        at += len;
    }
    Ok((Vec::new(), None))
}

/// Where the samples start, and how many bytes of them the header promises, where it does.
struct Data {
    start: u64,
    promised: Option<u64>,
}

fn find_data(file: &mut File) -> io::Result<Option<Data>> {
    let mut at = 12;
    let mut long = None;
    for _ in 0..MAX_CHUNKS {
        let Some(head) = read_at::<8>(file, at)? else {
            return Ok(None);
        };
        let len = u32_at(&head, 4);
        let start = at + 8;
        match &head[..4] {
            b"data" => {
                let promised = if len == UNKNOWN {
                    long
                } else {
                    Some(u64::from(len))
                };
                return Ok(Some(Data { start, promised }));
            }
            // RF64 (EBU Tech 3306): the RIFF's size, then the data's, in 64 bits each.
            b"ds64" => {
                if let Some(sizes) = read_at::<16>(file, start)? {
                    let data = u64::from(u32_at(&sizes, 8)) | u64::from(u32_at(&sizes, 12)) << 32;
                    long = (data > 0).then_some(data);
                }
            }
            _ => {}
        }
        at = start + u64::from(len) + u64::from(len & 1);
    }
    Ok(None)
}

/// Whether another chunk stands at `at`, so that a data length of zero is honest.
fn chunk_follows(file: &mut File, at: u64, file_len: u64) -> io::Result<bool> {
    Ok(read_at::<8>(file, at)?.is_some_and(|head| {
        let named = head[..4]
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || *b == b' ');
        named && at + 8 + u64::from(u32_at(&head, 4)) <= file_len
    }))
}

fn read_at<const N: usize>(file: &mut File, at: u64) -> io::Result<Option<[u8; N]>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = [0; N];
    match file.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

fn u64_be_at(bytes: &[u8], at: usize) -> u64 {
    bytes[at..at + 8]
        .iter()
        .fold(0, |value, byte| value << 8 | u64::from(*byte))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4]
        .iter()
        .rev()
        .fold(0, |value, byte| value << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn wav(riff: u32, data: u32, body: &[u8]) -> Vec<u8> {
        let mut bytes = b"RIFF".to_vec();
        bytes.extend(riff.to_le_bytes());
        bytes.extend(b"WAVEdata");
        bytes.extend(data.to_le_bytes());
        bytes.extend(body);
        bytes
    }

    fn opened(bytes: &[u8]) -> (Vec<u8>, Option<Lie>) {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        let (mut source, lie) = Source::open(file, bytes.len() as u64).unwrap();
        let mut seen = Vec::new();
        // In steps, so that patches fall across reads.
        let mut step = [0; 3];
        while let Ok(read @ 1..) = source.read(&mut step) {
            seen.extend(&step[..read]);
        }
        (seen, lie)
    }

    #[test]
    fn headers_are_mended_to_what_is_there() {
        let body = [7; 20];
        let honest = wav(32, 20, &body);
        let too_long = Lie::TooLong {
            promised: 4000,
            found: 20,
        };
        let cases = [
            (honest.clone(), None),
            (wav(4012, 4000, &body), Some(too_long)),
            (wav(0, 0, &body), Some(Lie::Unwritten)),
            (wav(u32::MAX, u32::MAX, &body), None),
            (wav(1, 20, &body), None),
        ];
        for (given, want) in cases {
            let (seen, lie) = opened(&given);
            assert_eq!(lie, want);
            // A RIFF that promises more than its chunks is left as it is; the demuxer reads on.
            assert!(
                seen[8..] == honest[8..] && u32_at(&seen, 4) >= 32,
                "{want:?}: {seen:?}"
            );
        }
    }

    #[test]
    fn an_honest_zero_stays_zero() {
        let list = [b"LIST".as_slice(), &4_u32.to_le_bytes(), b"INFO"].concat();
        let given = wav(24, 0, &list);
        assert_eq!(opened(&given), (given, None));
    }

    #[test]
    fn what_is_no_wav_passes_untouched() {
        for given in [
            b"".as_slice(),
            b"RIFF",
            b"RIFF\0\0\0\0AVI data",
            b"OggS and so on, long",
        ] {
            assert_eq!(opened(given), (given.to_vec(), None));
        }
    }
}
