//! What a sealed file begins with, twice: which key opens it, its own key, and a header.
//!
//! A copy is 4096 bytes: magic, version, name of the user's key, nonces, the file's key wrapped by
//! the user's, the sealed header of fixed length, and the end slot, which is zero until the file is
//! finished and then says, sealed, how long it is. One copy suffices to read the file.

use crate::vault::cipher::{self, NONCE, PREFIX, SLOT_NUMBER, Seal, TAG, WRAPPED};
use crate::vault::error::VaultError;
use crate::vault::secret::{self, Secret, UserKey};

/// Bytes of one copy.
pub(super) const COPY: usize = 4096;
/// Where the frames begin.
pub(super) const FRAMES: u64 = 2 * COPY as u64;
/// Most bytes of a header.
pub const MAX_HEADER: usize = COPY - SLOT - OPEN - TAG - 2;
/// Bytes of the end slot.
pub(super) const SLOT: usize = 4 + 8 + TAG;
/// Where in a copy the end slot is.
pub(super) const SLOT_AT: usize = COPY - SLOT;

const MAGIC: [u8; 8] = *b"nwsealed";
const VERSION: u32 = 1;
const KEY_ID: std::ops::Range<usize> = 12..20;
const PREFIX_AT: usize = 36;
const NONCE_AT: usize = PREFIX_AT + PREFIX;
const WRAPPED_AT: usize = NONCE_AT + NONCE;
const OPEN: usize = WRAPPED_AT + WRAPPED;

/// What an end slot says of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// Number of the last frame.
    pub(super) number: u32,
    /// Bytes of the file.
    pub(super) bytes: u64,
}

/// A preamble that was opened.
pub(super) struct Preamble {
    pub(super) seal: Seal,
    pub(super) header: Vec<u8>,
    pub(super) end: Option<End>,
    /// Whether the end slot holds something that is not its own.
    pub(super) is_slot_damaged: bool,
}

/// Why a copy cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    /// There are fewer bytes, or only zeros.
    Missing,
    NotSealed,
    Damaged,
    Newer(u32),
    OtherKey,
}

/// Makes a copy for a fresh file, and its seal.
pub(super) fn begin(key: &UserKey, header: &[u8]) -> Result<(Vec<u8>, Seal), VaultError> {
    if header.len() > MAX_HEADER {
        return Err(VaultError::HeaderTooLong {
            bytes: header.len(),
        });
    }
    let own = Secret::random()?;
    let mut bytes = Vec::with_capacity(COPY);
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&key.id());
    bytes.extend_from_slice(&secret::random::<16>()?);
    let prefix: [u8; PREFIX] = secret::random()?;
    bytes.extend_from_slice(&prefix);
    let nonce: [u8; NONCE] = secret::random()?;
    bytes.extend_from_slice(&nonce);
    let wrapped = cipher::wrap(key.wrapping(), &nonce, &bytes, &own);
    bytes.extend_from_slice(&wrapped);
    let seal = Seal::new(&own, &prefix);
    let mut plain = Vec::with_capacity(2 + MAX_HEADER);
    plain.extend_from_slice(&(header.len() as u16).to_le_bytes());
    plain.extend_from_slice(header);
    plain.resize(2 + MAX_HEADER, 0);
    let sealed = seal.seal(0, false, &bytes, &plain);
    bytes.extend_from_slice(&sealed);
    bytes.resize(COPY, 0);
    Ok((bytes, seal))
}

/// The end slot of a file that is finished.
pub(super) fn slot(end: End, seal: &Seal) -> Vec<u8> {
    let mut plain = [0; SLOT - TAG];
    plain[..4].copy_from_slice(&end.number.to_le_bytes());
    plain[4..].copy_from_slice(&end.bytes.to_le_bytes());
    seal.seal(SLOT_NUMBER, false, &[], &plain)
}

/// Opens one copy.
pub(super) fn open(copy: &[u8], key: &UserKey) -> Result<Preamble, Fault> {
    if copy.iter().all(|byte| *byte == 0) {
        return Err(Fault::Missing);
    }
    let seen = copy.len().min(MAGIC.len());
    if copy[..seen] != MAGIC[..seen] {
        return Err(Fault::NotSealed);
    }
    if copy.len() < COPY {
        return Err(Fault::Missing);
    }
    let version = u32::from_le_bytes([copy[8], copy[9], copy[10], copy[11]]);
    if version != VERSION {
        return Err(Fault::Newer(version));
    }
    if copy[KEY_ID] != key.id() {
        return Err(Fault::OtherKey);
    }
    let mut prefix = [0; PREFIX];
    prefix.copy_from_slice(&copy[PREFIX_AT..NONCE_AT]);
    let mut nonce = [0; NONCE];
    nonce.copy_from_slice(&copy[NONCE_AT..WRAPPED_AT]);
    let own = cipher::unwrap(
        key.wrapping(),
        &nonce,
        &copy[..WRAPPED_AT],
        &copy[WRAPPED_AT..OPEN],
    )
    .ok_or(Fault::Damaged)?;
    let seal = Seal::new(&own, &prefix);
    let mut header = seal
        .open(0, false, &copy[..OPEN], &copy[OPEN..SLOT_AT])
        .ok_or(Fault::Damaged)?;
    let len = usize::from(u16::from_le_bytes([header[0], header[1]]));
    header.drain(..2);
    header.truncate(len);
    let slot = &copy[SLOT_AT..COPY];
    let end = open_slot(slot, &seal);
    let is_slot_damaged = end.is_none() && slot.iter().any(|byte| *byte != 0);
    Ok(Preamble {
        seal,
        header,
        end,
        is_slot_damaged,
    })
}

fn open_slot(slot: &[u8], seal: &Seal) -> Option<End> {
    let plain = seal.open(SLOT_NUMBER, false, &[], slot)?;
    let (number, bytes) = plain.split_at_checked(4)?;
    Some(End {
        number: u32::from_le_bytes(number.try_into().ok()?),
        bytes: u64::from_le_bytes(bytes.try_into().ok()?),
    })
}
