//! A models folder, and a pull into it from a server of the tests.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notewright::models::pull::{Disk, Patience, Proxies, Pulled, Puller, Way};
use notewright::models::{Catalog, Digest, ModelsError, Store};

pub const LEN: usize = 300_000;

/// The file that the catalog of these tests names: the same noise each time.
pub fn model() -> Vec<u8> {
    let mut state = 1_u32;
    (0..LEN)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect()
}

fn catalog(size_is_exact: bool) -> Catalog {
    let sha256 = Digest::of(&model());
    Catalog::parse(&format!(
        r#"
        [licences.mit]
        title = "MIT"
        url = "https://example.org"
        needs_acceptance = false
        summary = "Free."
        [[model]]
        kind = "whisper"
        name = "noise"
        repo = "someone/noise"
        file = "noise.bin"
        sha256 = "{sha256}"
        bytes = {LEN}
        size_is_exact = {size_is_exact}
        licence = "mit"
        memory_mib = 1
        window_cpu_s = 1.0
        quality = 1
        english_only = true
        takes_prompt = true
        good_for = "Tests."
        "#
    ))
    .unwrap()
}

/// A models folder and everything that is asked of a pull into it.
pub struct Scene {
    pub catalog: Catalog,
    pub folder: tempfile::TempDir,
    pub pauses: RefCell<Vec<u64>>,
    pub disk: TestDisk,
    pub patience: Patience,
    pub proxies: Proxies,
}

/// A disk that is full after so many bytes, or says that it has so little room.
pub struct TestDisk {
    pub room: RefCell<usize>,
    pub free: u64,
}

impl Disk for TestDisk {
    fn free_bytes(&self, _: &Path) -> Option<u64> {
        Some(self.free)
    }

    fn append(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        let mut room = self.room.borrow_mut();
        if *room < bytes.len() {
            // As a real one does: some of it fits.
            file.write_all(&bytes[..*room])?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        *room -= bytes.len();
        file.write_all(bytes)
    }
}

impl Scene {
    pub fn new() -> Self {
        Self::with_size(true)
    }

    pub fn with_size(is_exact: bool) -> Self {
        Self {
            catalog: catalog(is_exact),
            folder: tempfile::tempdir().unwrap(),
            pauses: RefCell::default(),
            disk: TestDisk {
                room: RefCell::new(usize::MAX),
                free: u64::MAX,
            },
            // Long enough for a busy machine; only the stalling servers let it pass.
            patience: Patience {
                connect: Duration::from_secs(20),
                read: Duration::from_secs(20),
            },
            proxies: Proxies::default(),
        }
    }

    pub fn impatient(mut self) -> Self {
        // Nothing depends on how long this is, except that a server which does send is not
        // taken for one that stalls.
        self.patience.read = Duration::from_millis(300);
        self
    }

    pub fn with_part(self, bytes: &[u8]) -> Self {
        fs::write(self.part(), bytes).unwrap();
        self
    }

    pub fn store(&self) -> Store<'_> {
        Store::with_catalog(self.folder.path(), &self.catalog)
    }

    pub fn pull_from(&self, address: &str) -> Result<Pulled, ModelsError> {
        let store = self.store();
        let pause = |time: Duration| self.pauses.borrow_mut().push(time.as_secs());
        let way = Way {
            mirror: Some(address.to_owned()),
            proxies: self.proxies.clone(),
            patience: self.patience,
        };
        let puller = Puller::new(&store, way)
            .with_disk(&self.disk)
            .with_pause(&pause);
        puller.pull(&self.catalog.entries()[0], &mut |_| {
            ControlFlow::Continue(())
        })
    }

    pub fn part(&self) -> PathBuf {
        self.folder.path().join("noise.bin.part")
    }

    pub fn final_path(&self) -> PathBuf {
        self.folder.path().join("noise.bin")
    }

    /// Bytes that are kept of an unfinished pull.
    pub fn kept(&self) -> Option<Vec<u8>> {
        fs::read(self.part()).ok()
    }

    pub fn assert_complete(&self, pulled: &Result<Pulled, ModelsError>) {
        let pulled = pulled.as_ref().unwrap();
        assert_eq!(pulled.sha256, Digest::of(&model()));
        assert!(
            fs::read(self.final_path()).unwrap() == model(),
            "the file holds other bytes"
        );
        assert_eq!(self.kept(), None, "nothing is left beside it");
        assert_eq!(self.store().list().unwrap()[0].sha256, Some(pulled.sha256));
    }

    /// The pull failed, told what to do next, and left `kept` bytes that a later pull can use.
    pub fn assert_failed(&self, pulled: Result<Pulled, ModelsError>, kept: usize) -> ModelsError {
        let error = pulled.unwrap_err();
        assert!(!error.hint().is_empty());
        assert!(!self.final_path().exists(), "{error}");
        match self.kept() {
            Some(bytes) => assert!(
                bytes == model()[..kept] && kept > 0,
                "{error}: {} kept",
                bytes.len()
            ),
            None => assert_eq!(kept, 0, "{error}"),
        }
        error
    }
}
