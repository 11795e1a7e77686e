//! Reads a sealed file: every frame that is whole, whatever became of its neighbours.

use std::collections::VecDeque;
use std::fmt;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::vault::cipher::TAG;
use crate::vault::disk::Storage;
use crate::vault::error::VaultError;
use crate::vault::frame::{self, Head, MARKER};
use crate::vault::preamble::{self, COPY, FRAMES, Fault, Preamble, SLOT, SLOT_AT};
use crate::vault::scan::Scan;
use crate::vault::secret::UserKey;

/// A frame as it was appended.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    /// Its number; they ascend, and some may be left out.
    pub number: u32,
    /// What was appended.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({}, {} bytes)", self.number, self.bytes.len())
    }
}

/// A stretch of a sealed file that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// What is damaged.
    pub kind: DamageKind,
    /// First byte in the file.
    pub at: u64,
    /// How many bytes.
    pub bytes: u64,
    /// The frames that are lost with it, by number, as far as is known.
    pub frames: Range<u32>,
}

/// What is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DamageKind {
    /// One copy of the beginning; the other one serves, and nothing is lost.
    Header,
    /// Frames, or bytes in place of frames.
    Frames,
    /// Bytes that belong to no frame, where none is missing.
    Stray,
    /// The file was finished, and its end is missing.
    CutOff,
}

/// How a sealed file ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was finished, and its end is there.
    Finished,
    /// Its writing broke off. `torn` bytes at the end are a frame that was not wholly written.
    BrokenOff {
        /// Bytes of the unfinished frame.
        torn: u64,
    },
    /// It was finished, and its end is missing.
    CutOff,
}

/// A sealed file being read: the header, and an iterator over its frames and its damage, in order.
/// It holds 256 KiB however long the file.
pub struct SealedReader {
    scan: Scan,
    preamble: Preamble,
    at: u64,
    /// Least number of the next frame.
    next: u32,
    is_last_seen: bool,
    torn: u64,
    is_exhausted: bool,
    /// What was found and is still to be given.
    found: VecDeque<Result<Frame, Damage>>,
}

impl fmt::Debug for SealedReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedReader")
            .field("at", &self.at)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

impl SealedReader {
    /// Opens a sealed file. One that is being written gives what is there now.
    ///
    /// # Errors
    /// When it cannot be read, is not sealed, belongs to another key, or both copies of its
    /// beginning are damaged.
    pub fn open(path: impl AsRef<Path>, key: &UserKey) -> Result<Self, VaultError> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|error| VaultError::io("read", path, error))?;
        Self::open_in(Box::new(file), path.to_owned(), key)
    }

    pub(super) fn open_in(
        file: Box<dyn Storage>,
        path: PathBuf,
        key: &UserKey,
    ) -> Result<Self, VaultError> {
        let mut scan = Scan::new(file).map_err(|error| VaultError::io("read", &path, error))?;
        let mut opened = None;
        let mut faults = Vec::new();
        let mut found = VecDeque::new();
        for at in [0, COPY as u64] {
            let damage = |at, bytes: usize| {
                Err(Damage {
                    kind: DamageKind::Header,
                    at,
                    bytes: bytes as u64,
                    frames: 0..0,
                })
            };
            let copy = match scan.at(at, COPY) {
                Ok(bytes) => preamble::open(bytes, key),
                Err(_) => Err(Fault::Damaged),
            };
            match copy {
                Ok(copy) => {
                    if copy.is_slot_damaged {
                        found.push_back(damage(at + SLOT_AT as u64, SLOT));
                    }
                    let ended = copy.end;
                    let preamble = opened.get_or_insert(copy);
                    preamble.end = preamble.end.or(ended);
                }
                Err(fault) => {
                    faults.push(fault);
                    found.push_back(damage(at, COPY));
                }
            }
        }
        let Some(preamble) = opened else {
            return Err(match faults.into_iter().max() {
                Some(Fault::OtherKey) => VaultError::OtherKey { path },
                Some(Fault::Newer(version)) => VaultError::Newer { path, version },
                Some(Fault::Damaged) => VaultError::HeaderDamaged { path },
                Some(Fault::NotSealed) => VaultError::NotSealed { path },
                Some(Fault::Missing) | None => VaultError::Unbegun { path },
            });
        };
        if scan.end() < FRAMES && preamble.end.is_none() {
            // Broken off between the two copies: nothing is lost by it.
            found.clear();
        }
        Ok(Self {
            scan,
            preamble,
            at: FRAMES,
            next: 1,
            is_last_seen: false,
            torn: 0,
            is_exhausted: false,
            found,
        })
    }

    /// The header that the file was created with.
    #[must_use]
    pub fn header(&self) -> &[u8] {
        &self.preamble.header
    }

    /// Whether the file was finished and its end is there. Known once the iterator is exhausted, as
    /// is [`SealedReader::ending`].
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.ending() == Some(Ending::Finished)
    }

    /// How the file ends; nothing while the iterator still gives frames.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        let is_known = self.is_exhausted && self.found.is_empty();
        is_known.then_some(if self.is_last_seen {
            Ending::Finished
        } else if self.preamble.end.is_some() {
            Ending::CutOff
        } else {
            Ending::BrokenOff { torn: self.torn }
        })
    }

    /// Looks for the next whole frame, and queues it and what is damaged before it.
    fn advance(&mut self) {
        let start = self.at;
        let mut from = start;
        // A frame that the file ends within, after which nothing whole comes.
        let mut cut: Option<u64> = None;
        // Frames of which only the head is whole.
        let mut past_heads = self.next;
        loop {
            let Some((place, head)) = self.seek(from) else {
                return self.conclude(start, cut, past_heads);
            };
            if place + head.whole() > self.scan.end() {
                cut.get_or_insert(place);
            } else {
                let whole = self
                    .scan
                    .at(place, usize::try_from(head.whole()).unwrap_or(0));
                if let Ok(bytes) = whole
                    && let Some(plain) = frame::open(head, bytes, &self.preamble.seal)
                {
                    return self.take(start, place, head, plain);
                }
                cut = None;
                past_heads = past_heads.max(head.number + 1);
            }
            from = place + 1;
        }
    }

    fn seek(&mut self, from: u64) -> Option<(u64, Head)> {
        let seal = &self.preamble.seal;
        match self.scan.head(from, seal) {
            Ok(Some(head)) if head.number >= self.next => Some((from, head)),
            _ => self.scan.find(from, self.next, seal),
        }
    }

    fn take(&mut self, start: u64, place: u64, head: Head, bytes: Vec<u8>) {
        let lost = self.next..head.number.saturating_sub(head.unused).max(self.next);
        if place > start || !lost.is_empty() {
            let kind = if lost.is_empty() {
                DamageKind::Stray
            } else {
                DamageKind::Frames
            };
            self.damaged(kind, start, place, lost);
        }
        if head.is_last {
            self.is_last_seen = true;
        } else {
            let number = head.number;
            self.found.push_back(Ok(Frame { number, bytes }));
        }
        self.next = head.number + 1;
        self.at = place + head.whole();
        if self.is_last_seen && self.at < self.scan.end() {
            let end = self.scan.end();
            let none = self.next..self.next;
            self.damaged(DamageKind::Stray, self.at, end, none);
            self.at = end;
        }
    }

    /// No whole frame comes any more.
    fn conclude(&mut self, start: u64, cut: Option<u64>, past_heads: u32) {
        let end = self.scan.end().max(start);
        self.at = end;
        self.is_exhausted = true;
        if let Some(last) = self.preamble.end {
            return self.damaged(
                DamageKind::CutOff,
                start,
                end,
                self.next..last.number.max(self.next),
            );
        }
        let torn_from = cut.or_else(|| self.is_torn_off(start, end).then_some(start));
        let whole_until = torn_from.unwrap_or(end);
        self.torn = end - whole_until;
        if whole_until > start {
            let lost = self.next..past_heads.max(self.next + 1);
            self.damaged(DamageKind::Frames, start, whole_until, lost);
        }
    }

    /// Whether what is between the last whole frame and the end of the file is what a crash leaves:
    /// a head that was not wholly written, or a stretch whose end was not written at all.
    fn is_torn_off(&mut self, start: u64, end: u64) -> bool {
        let len = end - start;
        if len > frame::MAX_TORN {
            return false;
        }
        if len < frame::HEAD as u64 {
            let Ok(bytes) = self.scan.at(start, frame::HEAD) else {
                return false;
            };
            let seen = bytes.len().min(MARKER.len());
            if bytes[..seen] == MARKER[..seen] {
                return true;
            }
        }
        let tail = len.min(TAG as u64);
        self.scan
            .at(end - tail, TAG)
            .is_ok_and(|bytes| bytes.iter().all(|byte| *byte == 0))
    }

    fn damaged(&mut self, kind: DamageKind, from: u64, to: u64, frames: Range<u32>) {
        self.found.push_back(Err(Damage {
            kind,
            at: from,
            bytes: to - from,
            frames,
        }));
    }
}

impl Iterator for SealedReader {
    type Item = Result<Frame, Damage>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(found) = self.found.pop_front() {
                return Some(found);
            }
            if self.is_exhausted {
                return None;
            }
            if self.is_last_seen {
                self.is_exhausted = true;
            } else {
                self.advance();
            }
        }
    }
}
