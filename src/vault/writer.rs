//! Writes a sealed file, frame by frame.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::vault::cipher::{SLOT_NUMBER, Seal};
use crate::vault::disk::{self, Storage};
use crate::vault::erase;
use crate::vault::error::VaultError;
use crate::vault::frame::{self, Head, MAX_FRAME};
use crate::vault::preamble::{self, COPY, End, FRAMES, SLOT_AT};
use crate::vault::secret::UserKey;

/// A sealed file being written. What was appended is on disk, and survives a power cut, when
/// [`SealedWriter::append`] returns. The file is locked until the writer is dropped.
///
/// You **must** call [`SealedWriter::finish`], or the file counts as broken off.
pub struct SealedWriter {
    inside: Arc<Inside>,
    /// End of the last whole frame.
    end: u64,
    /// Number of the next frame.
    next: u32,
    /// Numbers just before `next` that were tried and not used. A number seals one content only.
    unused: u32,
    /// Whether there may be bytes past `end`.
    is_torn: bool,
    ended: Option<End>,
}

/// What a writer and those who read its frames back share.
struct Inside {
    path: PathBuf,
    file: Box<dyn Storage>,
    seal: Seal,
    /// Where the frames are, in order.
    places: Mutex<Vec<(u64, Head)>>,
}

impl fmt::Debug for SealedWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedWriter")
            .field("path", &self.inside.path)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

impl SealedWriter {
    /// Begins a file at `path`, where there is none yet. `header` is sealed too, and kept twice.
    ///
    /// # Errors
    /// When the file is there already, cannot be written, or the header is longer than
    /// [`crate::vault::MAX_HEADER`]. No file is left then.
    pub fn create(
        path: impl AsRef<Path>,
        key: &UserKey,
        header: &[u8],
    ) -> Result<Self, VaultError> {
        let path = path.as_ref();
        let (copy, seal) = preamble::begin(key, header)?;
        let file = disk::private()
            .read(true)
            .write(true)
            .create_new(true)
            .open(path)
            .map_err(|error| VaultError::io("create", path, error))?;
        let begun = fs4::FileExt::lock(&file)
            .map_err(|error| VaultError::io("lock", path, error))
            .and_then(|()| Self::begin(path, Box::new(file), &copy, seal));
        if begun.is_err() {
            let _ = std::fs::remove_file(path);
        }
        disk::sync_folder_of(path);
        begun
    }

    fn begin(
        path: &Path,
        file: Box<dyn Storage>,
        copy: &[u8],
        seal: Seal,
    ) -> Result<Self, VaultError> {
        file.write_at(&[copy, copy].concat(), 0)
            .and_then(|()| file.sync())
            .map_err(|error| VaultError::io("write", path, error))?;
        Ok(Self {
            inside: Arc::new(Inside {
                path: path.to_owned(),
                file,
                seal,
                places: Mutex::default(),
            }),
            end: FRAMES,
            next: 1,
            unused: 0,
            is_torn: false,
            ended: None,
        })
    }

    /// Begins a file in a storage of one's own.
    #[cfg(test)]
    pub(super) fn create_in(
        file: Box<dyn Storage>,
        key: &UserKey,
        header: &[u8],
    ) -> Result<Self, VaultError> {
        let (copy, seal) = preamble::begin(key, header)?;
        Self::begin(Path::new("in memory"), file, &copy, seal)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.inside.path
    }

    /// How many frames were appended.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.inside.places().len()
    }

    /// Bytes of the file so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.end
    }

    /// Appends a frame. It is on disk when this returns.
    ///
    /// # Errors
    /// When it cannot be written, e.g. because the disk is full. The frames before it stand, and the
    /// same or another frame can be appended later: what was written of this one is cut off first.
    pub fn append(&mut self, frame: &[u8]) -> Result<(), VaultError> {
        self.append_all(&[frame])
    }

    /// Appends several frames with one sync. After an error none of them counts.
    ///
    /// # Errors
    /// As for [`SealedWriter::append`].
    pub fn append_all(&mut self, frames: &[&[u8]]) -> Result<(), VaultError> {
        self.write(frames, false)
    }

    /// Appends an end to the file, without which it counts as broken off. Can be asked again after
    /// an error; once it is done, asking does nothing.
    ///
    /// # Errors
    /// As for [`SealedWriter::append`].
    pub fn finish(&mut self) -> Result<(), VaultError> {
        if self.ended.is_none() {
            let number = self.next;
            self.write(&[&[]], true)?;
            self.ended = Some(End {
                number,
                bytes: self.end,
            });
        }
        let Some(end) = self.ended else { return Ok(()) };
        let inside = &self.inside;
        let slot = preamble::slot(end, &inside.seal);
        inside
            .file
            .write_at(&slot, SLOT_AT as u64)
            .and_then(|()| inside.file.write_at(&slot, (COPY + SLOT_AT) as u64))
            .and_then(|()| inside.file.sync())
            .map_err(|error| VaultError::io("write", &inside.path, error))
    }

    /// Reads frames back while the file is still written.
    #[must_use]
    pub fn replay(&self) -> Replay {
        Replay {
            inside: Arc::clone(&self.inside),
        }
    }

    /// Erases the file, as [`crate::vault::erase`] does.
    ///
    /// # Errors
    /// When its key cannot be overwritten or the file cannot be removed.
    pub fn erase(self) -> Result<(), VaultError> {
        erase::overwrite(&*self.inside.file, &self.inside.path)?;
        let path = self.inside.path.clone();
        drop(self);
        erase::unlink(&path)
    }

    fn write(&mut self, frames: &[&[u8]], is_last: bool) -> Result<(), VaultError> {
        let inside = Arc::clone(&self.inside);
        let failed = |error| VaultError::io("write", &inside.path, error);
        if let Some(long) = frames.iter().find(|frame| frame.len() > MAX_FRAME) {
            return Err(VaultError::FrameTooLong { bytes: long.len() });
        }
        let count = u32::try_from(frames.len()).unwrap_or(u32::MAX);
        // One number is left for the end, and the highest seals the end slot.
        let room = (SLOT_NUMBER - u32::from(!is_last)).saturating_sub(self.next);
        if self.ended.is_some() || count > room {
            return Err(VaultError::Ended {
                path: inside.path.clone(),
            });
        }
        if self.is_torn {
            inside.file.set_len(self.end).map_err(failed)?;
            self.is_torn = false;
        }
        let mut bytes = Vec::new();
        let mut places = Vec::with_capacity(frames.len());
        for (number, frame) in (self.next..).zip(frames) {
            let head = Head {
                number,
                unused: if number == self.next { self.unused } else { 0 },
                len: frame.len(),
                is_last,
            };
            places.push((self.end + bytes.len() as u64, head));
            frame::encode(head, frame, &inside.seal, &mut bytes);
        }
        self.next += count;
        self.unused += count;
        self.is_torn = true;
        inside
            .file
            .write_at(&bytes, self.end)
            .and_then(|()| inside.file.sync())
            .map_err(failed)?;
        self.is_torn = false;
        self.unused = 0;
        self.end += bytes.len() as u64;
        if !is_last {
            inside.places().extend(places);
        }
        Ok(())
    }
}

impl Inside {
    fn places(&self) -> std::sync::MutexGuard<'_, Vec<(u64, Head)>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads back the frames of a file that is being written; any thread may hold one.
#[derive(Clone)]
pub struct Replay {
    inside: Arc<Inside>,
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay")
            .field("path", &self.inside.path)
            .finish_non_exhaustive()
    }
}

impl Replay {
    /// The `n`th frame that was appended, counted from 0.
    ///
    /// # Errors
    /// When there is no such frame, or it is not as it was written.
    pub fn frame(&self, n: usize) -> Result<Vec<u8>, VaultError> {
        let inside = &self.inside;
        let lost = || VaultError::FrameLost {
            path: inside.path.clone(),
        };
        let (at, head) = inside.places().get(n).copied().ok_or_else(lost)?;
        let mut whole = vec![0; usize::try_from(head.whole()).unwrap_or_default()];
        let read = inside
            .file
            .read_at(&mut whole, at)
            .map_err(|error| VaultError::io("read", &inside.path, error))?;
        whole.truncate(read);
        frame::open(head, &whole, &inside.seal).ok_or_else(lost)
    }
}
