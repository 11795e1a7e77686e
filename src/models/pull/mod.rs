//! Fetches a model of the catalog into the models folder.
//!
//! The only room of the program that opens an outgoing connection. The file gets its final name
//! only when its SHA-256 is the catalog's; until then its bytes lie beside it in a `.part` file,
//! which a later pull takes up. Only bytes that proved to be wrong are thrown away.

mod job;

use std::fmt;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::catalog::{Entry, Size, Source};
use super::digest::Digest;
use super::error::ModelsError;
use super::ledger::Ledger;
use super::part::{Lock, Part};
use super::store::Store;
use job::Job;

pub use super::part::{Disk, RealDisk};
pub use super::transport::{Patience, Proxies};

/// Where models come from unless a mirror is named.
pub const HUGGING_FACE: &str = "https://huggingface.co";

/// The way to the server.
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// First part of a mirror's address; [`HUGGING_FACE`] where there is none.
    pub mirror: Option<String>,
    /// Proxies to go through.
    pub proxies: Proxies,
    /// How long to wait for answers.
    pub patience: Patience,
}

/// Pulls models into a store.
pub struct Puller<'a> {
    store: &'a Store<'a>,
    way: Way,
    disk: &'a dyn Disk,
    pause: &'a dyn Fn(Duration),
}

/// How far a pull is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// Bytes that are there.
    pub have: u64,
    /// Bytes of the whole file, as far as known.
    pub total: Option<u64>,
}

/// What a pull is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Reading what is there already.
    Checking,
    /// Fetching.
    Fetching,
    /// Waiting before the next attempt.
    Waiting(Duration),
}

/// A pull that came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulled {
    /// The model file.
    pub path: PathBuf,
    /// Its digest, which is the catalog's.
    pub sha256: Digest,
    /// Whether it was there before, whole and right, so that nothing was fetched.
    pub was_there: bool,
}

/// Hears how far a pull is and may stop it; what has come is kept.
pub type Watch<'w> = dyn FnMut(&Progress) -> ControlFlow<()> + 'w;

impl<'a> Puller<'a> {
    /// Pulls into `store` from where `way` leads.
    #[must_use]
    pub fn new(store: &'a Store<'a>, way: Way) -> Self {
        Self {
            store,
            way,
            disk: &RealDisk,
            pause: &|time| std::thread::sleep(time),
        }
    }

    /// Uses another disk than this computer's.
    #[must_use]
    pub fn with_disk(mut self, disk: &'a dyn Disk) -> Self {
        self.disk = disk;
        self
    }

    /// Lets `pause` do the waiting between attempts.
    #[must_use]
    pub fn with_pause(mut self, pause: &'a dyn Fn(Duration)) -> Self {
        self.pause = pause;
        self
    }

    /// The address from which `entry` would be pulled.
    ///
    /// # Errors
    /// [`ModelsError::BadMirror`], or [`ModelsError::Bundled`] where nothing is to be pulled.
    pub fn url(&self, entry: &Entry) -> Result<Url, ModelsError> {
        let Source::Download { repo, .. } = &entry.source else {
            return Err(bundled(entry));
        };
        let base = self.way.mirror.as_deref().unwrap_or(HUGGING_FACE);
        let refuse = |problem: &str| ModelsError::BadMirror {
            given: base.to_owned(),
            problem: problem.to_owned(),
        };
        let mut url = Url::parse(base).map_err(|error| refuse(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refuse("it must begin with https:// or http://"));
        }
        url.path_segments_mut()
            .map_err(|()| refuse("it has no host"))?
            .pop_if_empty()
            .extend(repo.split('/'))
            .extend(["resolve", "main", &entry.file]);
        Ok(url)
    }

    /// Pulls `entry`, or takes up an earlier pull of it. `watch` hears of progress at least with
    /// every 64 KiB.
    ///
    /// # Errors
    /// Every [`ModelsError`] that names a server, a disk or wrong bytes. What had come by then is
    /// kept, unless it proved to be wrong.
    pub fn pull(&self, entry: &Entry, watch: &mut Watch<'_>) -> Result<Pulled, ModelsError> {
        let expected = entry.sha256().ok_or_else(|| bundled(entry))?;
        let url = self.url(entry)?;
        let path = self.store.path_of(entry);
        let _lock = Lock::take(self.store.folder(), &entry.file, &entry.name)?;
        let was_there = self.is_there(entry, expected, watch)?;
        if !was_there {
            let unfinished = self.store.folder().join(format!("{}.part", entry.file));
            let part = Part::open(&unfinished, &mut |have| {
                // Only bytes of an earlier pull are read here; stopping is offered with the first
                // fetched ones.
                let _ = watch(&progress(Phase::Checking, have, entry));
            })?;
            Job::new(self, entry, expected, &url, part, watch).run(&path)?;
        }
        Ledger::record(self.store.folder(), &entry.file, expected)?;
        Ok(Pulled {
            path,
            sha256: expected,
            was_there,
        })
    }

    /// Whether the right file is there already, under its final name.
    fn is_there(
        &self,
        entry: &Entry,
        expected: Digest,
        watch: &mut Watch<'_>,
    ) -> Result<bool, ModelsError> {
        let path = self.store.path_of(entry);
        if !path.exists() {
            return Ok(false);
        }
        let found = Digest::of_file(&path, &mut |have| {
            let _ = watch(&progress(Phase::Checking, have, entry));
        })
        .map_err(|source| ModelsError::io("read", &path, source))?;
        Ok(found == expected)
    }
}

impl fmt::Debug for Puller<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Puller")
            .field("store", &self.store)
            .field("way", &self.way)
            .finish_non_exhaustive()
    }
}

fn bundled(entry: &Entry) -> ModelsError {
    ModelsError::Bundled {
        name: entry.name.clone(),
    }
}

fn progress(phase: Phase, have: u64, entry: &Entry) -> Progress {
    Progress {
        phase,
        have,
        total: entry.size().map(Size::bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Catalog;
    use super::*;
    use std::path::Path;

    #[test]
    fn addresses_are_built_from_repository_and_file() {
        let store = Store::new(Path::new("m"));
        let entry = Catalog::builtin().get("base.en").unwrap();
        for (mirror, expected) in [
            (
                None,
                "https://huggingface.co/ggerganov/whisper.cpp/resolve/main/ggml-base.en.bin",
            ),
            (
                Some("http://10.0.0.5:8080/hf/"),
                "http://10.0.0.5:8080/hf/ggerganov/whisper.cpp/resolve/main/ggml-base.en.bin",
            ),
        ] {
            let way = Way {
                mirror: mirror.map(str::to_owned),
                ..Way::default()
            };
            assert_eq!(
                Puller::new(&store, way).url(entry).unwrap().as_str(),
                expected
            );
        }
        for mirror in ["models.example.org", "file:///srv/models", "", "https://"] {
            let way = Way {
                mirror: Some(mirror.to_owned()),
                ..Way::default()
            };
            let error = Puller::new(&store, way).url(entry).unwrap_err();
            assert!(
                matches!(error, ModelsError::BadMirror { .. }),
                "{mirror}: {error}"
            );
        }
    }
}
