//! Looks into a sealed file at places, and finds the next head of a frame after damage.

use std::fmt;
use std::io;

use crate::vault::cipher::Seal;
use crate::vault::disk::Storage;
use crate::vault::frame::{HEAD, Head, MARKER};

/// Bytes read at once; more than two frames.
const CHUNK: usize = 256 * 1024;
/// Where the disk cannot be read, the next try is at the next multiple of this.
const SECTOR: u64 = 4096;

/// A window on a file, with its end as it was when the file was opened.
pub(super) struct Scan {
    file: Box<dyn Storage>,
    end: u64,
    held: Vec<u8>,
    held_at: u64,
}

impl fmt::Debug for Scan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan")
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

impl Scan {
    pub(super) fn new(file: Box<dyn Storage>) -> io::Result<Self> {
        let end = file.len()?;
        Ok(Self {
            file,
            end,
            held: Vec::new(),
            held_at: 0,
        })
    }

    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// The `len` bytes at `at`, fewer only at the end. A bad place elsewhere on the disk does not
    /// hinder.
    pub(super) fn at(&mut self, at: u64, len: usize) -> io::Result<&[u8]> {
        let len = len.min(usize::try_from(self.end.saturating_sub(at)).unwrap_or(usize::MAX));
        let is_held =
            at >= self.held_at && at + len as u64 <= self.held_at + self.held.len() as u64;
        if !is_held {
            self.fill(at, CHUNK.max(len))
                .or_else(|_| self.fill(at, len))?;
        }
        let from = usize::try_from(at - self.held_at).unwrap_or(usize::MAX);
        let held = self.held.get(from..).unwrap_or_default();
        Ok(&held[..len.min(held.len())])
    }

    fn fill(&mut self, at: u64, len: usize) -> io::Result<()> {
        let len = len.min(usize::try_from(self.end.saturating_sub(at)).unwrap_or(usize::MAX));
        self.held.resize(len, 0);
        self.held_at = at;
        match self.file.read_at(&mut self.held, at) {
            Ok(read) => {
                self.held.truncate(read);
                Ok(())
            }
            Err(error) => {
                self.held.clear();
                Err(error)
            }
        }
    }

    /// The head at `at`, where there is one of this file.
    pub(super) fn head(&mut self, at: u64, seal: &Seal) -> io::Result<Option<Head>> {
        Ok(Head::decode(self.at(at, HEAD)?, seal))
    }

    /// The first head at `from` or after it that has at least this number.
    pub(super) fn find(&mut self, from: u64, least: u32, seal: &Seal) -> Option<(u64, Head)> {
        let mut at = from;
        while at < self.end {
            let Some(marker) = self.find_marker(&mut at) else {
                continue;
            };
            match self.head(marker, seal) {
                Ok(Some(head)) if head.number >= least => return Some((marker, head)),
                _ => at = marker + 1,
            }
        }
        None
    }

    /// Looks for a marker in the next stretch, and moves `at` on where there is none.
    fn find_marker(&mut self, at: &mut u64) -> Option<u64> {
        let from = *at;
        match self.at(from, SECTOR as usize) {
            Ok(bytes) if bytes.len() >= MARKER.len() => {
                let found = bytes.windows(MARKER.len()).position(|w| w == MARKER);
                *at = from + (bytes.len() - (MARKER.len() - 1)) as u64;
                found.map(|place| from + place as u64)
            }
            Ok(_) => {
                *at = self.end;
                None
            }
            Err(_) => {
                *at = (from / SECTOR + 1) * SECTOR;
                None
            }
        }
    }
}
