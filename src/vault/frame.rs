//! A frame as it lies in a file: a head of 28 bytes, then the sealed bytes.
//!
//! The head is a marker, the number (u32), how many numbers before it were never used (u32), the
//! length with the end mark in its highest bit (u32), all little-endian, and a check of 8 bytes that
//! only the file's key gives. All of the head is also bound to the sealed bytes.

use crate::vault::cipher::{CHECK, Seal, TAG};

/// Most bytes in a frame.
pub const MAX_FRAME: usize = 64 * 1024;
/// What each head begins with.
pub(super) const MARKER: [u8; 8] = [0xf5, b'n', b'w', b'f', 0x9b, 0x0d, 0x0a, 0x1a];
/// Bytes of a head.
pub(super) const HEAD: usize = MARKER.len() + 3 * 4 + CHECK;
/// A crash leaves no more than this behind the last whole frame: what one append writes, at most.
pub(super) const MAX_TORN: u64 = 32 * (HEAD + MAX_FRAME + TAG) as u64;
const END_MARK: u32 = 1 << 31;

/// What a head says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) number: u32,
    /// Numbers just before this one that were never used: an attempt to write them failed.
    pub(super) unused: u32,
    /// Bytes of the frame before it was sealed.
    pub(super) len: usize,
    pub(super) is_last: bool,
}

impl Head {
    /// Bytes of the whole frame in the file.
    pub(super) fn whole(self) -> u64 {
        (HEAD + self.len + TAG) as u64
    }

    fn encode(self, seal: &Seal) -> [u8; HEAD] {
        let mut bytes = [0; HEAD];
        let end_mark = if self.is_last { END_MARK } else { 0 };
        bytes[..8].copy_from_slice(&MARKER);
        bytes[8..12].copy_from_slice(&self.number.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.unused.to_le_bytes());
        bytes[16..20].copy_from_slice(&(self.len as u32 | end_mark).to_le_bytes());
        let check = seal.check(&bytes[..20]);
        bytes[20..].copy_from_slice(&check);
        bytes
    }

    /// The head in these bytes, where they are one of this file.
    pub(super) fn decode(bytes: &[u8], seal: &Seal) -> Option<Self> {
        if bytes.len() < HEAD || bytes[..8] != MARKER {
            return None;
        }
        let word = |at: usize| {
            u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        let length = word(16);
        let head = Self {
            number: word(8),
            unused: word(12),
            len: (length & !END_MARK) as usize,
            is_last: length & END_MARK != 0,
        };
        let is_own = head.len <= MAX_FRAME && seal.is_checked(&bytes[..20], &bytes[20..HEAD]);
        is_own.then_some(head)
    }
}

/// Appends a whole frame to `out`.
pub(super) fn encode(head: Head, plain: &[u8], seal: &Seal, out: &mut Vec<u8>) {
    let bytes = head.encode(seal);
    out.extend_from_slice(&bytes);
    out.extend_from_slice(&seal.seal(head.number, head.is_last, &bytes, plain));
}

/// Opens a whole frame; nothing where anything of it is not as it was.
pub(super) fn open(head: Head, whole: &[u8], seal: &Seal) -> Option<Vec<u8>> {
    let (bytes, sealed) = whole.split_at_checked(HEAD)?;
    seal.open(head.number, head.is_last, bytes, sealed)
}
