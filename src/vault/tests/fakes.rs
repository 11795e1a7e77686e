//! A disk in memory that fills up, and whose power can be cut.

use std::io;
use std::sync::{Arc, Mutex};

use crate::vault::disk::Storage;
use crate::vault::secret::{Secret, UserKey};
use crate::vault::{Damage, Frame, SealedReader, VaultError};

/// A file in memory: what is written is not durable before it is synced.
#[derive(Clone, Default)]
pub(super) struct MemoryFile(Arc<Mutex<Inside>>);

#[derive(Default)]
struct Inside {
    now: Vec<u8>,
    durable: Vec<u8>,
    /// Writes and cuts since the last sync.
    pending: Vec<Change>,
    /// Most bytes that the disk holds.
    room: Option<usize>,
}

#[derive(Clone)]
enum Change {
    Write(u64, Vec<u8>),
    Cut(u64),
}

/// What a disk writes at once.
const PAGE: usize = 512;

impl MemoryFile {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let file = Self::default();
        file.0.lock().unwrap().now = bytes.to_vec();
        file
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().now.clone()
    }

    pub(super) fn set_room(&self, room: Option<usize>) {
        self.0.lock().unwrap().room = room;
    }

    /// What a power cut leaves: all that was synced, and of the rest the pages that `kept` says.
    /// A page that was not kept is zero where the file grew over it.
    pub(super) fn after_power_cut(&self, mut kept: impl FnMut() -> bool) -> Vec<u8> {
        let inside = self.0.lock().unwrap();
        let mut bytes = inside.durable.clone();
        for change in &inside.pending {
            match change {
                Change::Cut(len) => {
                    if kept() {
                        bytes.resize(*len as usize, 0);
                    }
                }
                Change::Write(at, written) => {
                    let end = *at as usize + written.len();
                    if bytes.len() < end && kept() {
                        bytes.resize(end, 0);
                    }
                    for (n, page) in written.chunks(PAGE).enumerate() {
                        let from = *at as usize + n * PAGE;
                        if kept() && bytes.len() >= from + page.len() {
                            bytes[from..from + page.len()].copy_from_slice(page);
                        }
                    }
                }
            }
        }
        bytes
    }
}

impl Storage for MemoryFile {
    fn read_at(&self, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        let inside = self.0.lock().unwrap();
        let from = (at as usize).min(inside.now.len());
        let len = bytes.len().min(inside.now.len() - from);
        bytes[..len].copy_from_slice(&inside.now[from..from + len]);
        Ok(len)
    }

    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        let mut inside = self.0.lock().unwrap();
        let end = at as usize + bytes.len();
        let fits = inside.room.map_or(bytes.len(), |room| {
            bytes.len() - end.saturating_sub(room).min(bytes.len())
        });
        let new_end = at as usize + fits;
        if inside.now.len() < new_end {
            inside.now.resize(new_end, 0);
        }
        inside.now[at as usize..new_end].copy_from_slice(&bytes[..fits]);
        inside
            .pending
            .push(Change::Write(at, bytes[..fits].to_vec()));
        if fits < bytes.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut inside = self.0.lock().unwrap();
        inside.durable = inside.now.clone();
        inside.pending.clear();
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut inside = self.0.lock().unwrap();
        inside.now.resize(len as usize, 0);
        inside.pending.push(Change::Cut(len));
        Ok(())
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap().now.len() as u64)
    }
}

pub(super) fn key() -> UserKey {
    UserKey::new(Secret::new([7; 32]))
}

pub(super) fn reader(bytes: &[u8]) -> Result<SealedReader, VaultError> {
    SealedReader::open_in(Box::new(MemoryFile::of(bytes)), "in memory".into(), &key())
}

/// The frames and the damage in a file, in order, and the reader at its end.
pub(super) fn read(bytes: &[u8]) -> (Vec<Vec<u8>>, Vec<Damage>, SealedReader) {
    let mut reader = reader(bytes).unwrap();
    let (mut frames, mut damage) = (Vec::new(), Vec::new());
    for found in reader.by_ref() {
        match found {
            Ok(Frame { bytes, .. }) => frames.push(bytes),
            Err(found) => damage.push(found),
        }
    }
    (frames, damage, reader)
}
