//! The shelf: the folder in which recordings lie, and the one that is being made.

use std::fs;
use std::path::{Path, PathBuf};

use crate::record::tape::{TapeError, TapeHeader, TapeWriter};
use crate::vault::{self, UserKey};

/// What the name of a recording's file ends in.
pub const ENDING: &str = "tape";

/// The folder of the recordings.
#[derive(Clone, Debug)]
pub struct Shelf {
    folder: PathBuf,
}

/// A recording on the shelf, unopened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name: when it was made, e.g. `2026-03-10-140509`.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// Bytes on the disk.
    pub bytes: u64,
    /// Whether it is being made at this moment.
    pub is_in_use: bool,
}

impl Shelf {
    /// The shelf in a data folder.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Self {
            folder: data.join("recordings"),
        }
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Begins a recording, named after its beginning. Only one is made at a time.
    ///
    /// # Errors
    /// When another one is being made, or the folder cannot be written.
    pub fn begin(&self, key: &UserKey, header: &TapeHeader) -> Result<TapeWriter, TapeError> {
        vault::make_folder(&self.folder)?;
        let one = vault::hold(&self.folder.join(".recording.lock"))?.ok_or(TapeError::Recording)?;
        let local = header.made.local();
        let name = format!(
            "{}-{:02}{:02}{:02}",
            local.date(),
            local.hour(),
            local.minute(),
            local.second()
        );
        // A clock that was set back gives a name anew.
        let mut n = 1;
        let path = loop {
            let name = if n == 1 {
                name.clone()
            } else {
                format!("{name}-{n}")
            };
            let path = self.folder.join(format!("{name}.{ENDING}"));
            if !path.exists() {
                break path;
            }
            n += 1;
        };
        let mut writer = TapeWriter::create(path, key, header)?;
        writer.one = Some(one);
        Ok(writer)
    }

    /// What lies on the shelf, oldest first.
    ///
    /// # Errors
    /// When the folder cannot be read. One that is not there is empty.
    pub fn entries(&self) -> Result<Vec<Entry>, TapeError> {
        let listed = match fs::read_dir(&self.folder) {
            Ok(listed) => listed,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(TapeError::io("read", &self.folder, error)),
        };
        let mut entries = Vec::new();
        for file in listed {
            let file = file.map_err(|error| TapeError::io("read", &self.folder, error))?;
            let path = file.path();
            let is_tape = path.extension().is_some_and(|ending| ending == ENDING);
            let (Some(name), Ok(meta)) = (path.file_stem(), fs::symlink_metadata(&path)) else {
                continue;
            };
            if is_tape && meta.is_file() {
                entries.push(Entry {
                    name: name.to_string_lossy().into_owned(),
                    bytes: meta.len(),
                    // One that cannot even be opened is not being made by this user.
                    is_in_use: vault::is_in_use(&path).unwrap_or(false),
                    path,
                });
            }
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// The newest recording.
    ///
    /// # Errors
    /// When there is none.
    pub fn latest(&self) -> Result<Entry, TapeError> {
        let newest = self.entries()?.pop();
        newest.ok_or_else(|| TapeError::None {
            folder: self.folder.clone(),
        })
    }

    /// The recording of that name, or the only one where none is named.
    ///
    /// # Errors
    /// When there is none, or several and none was named.
    pub fn find(&self, name: Option<&str>) -> Result<Entry, TapeError> {
        let mut entries = self.entries()?;
        if let Some(name) = name {
            let wanted = name.strip_suffix(".tape").unwrap_or(name);
            return entries
                .into_iter()
                .find(|entry| entry.name == wanted)
                .ok_or_else(|| TapeError::NoSuch {
                    name: name.to_owned(),
                });
        }
        match (entries.len(), entries.pop()) {
            (1, Some(entry)) => Ok(entry),
            (0, _) | (_, None) => Err(TapeError::None {
                folder: self.folder.clone(),
            }),
            (count, _) => Err(TapeError::Several { count }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Mode;
    use crate::vault::{Cost, Guard, Passphrase, Vault};

    #[test]
    fn one_recording_at_a_time_and_a_clock_set_back_overwrites_none() {
        let data = tempfile::tempdir().unwrap();
        let guard = Guard::Passphrase(Passphrase::new("four plain words".to_owned()));
        let vault = Vault::at(data.path()).with_cost(Cost::LEAST);
        let key = vault.set_up(guard).unwrap();
        let shelf = Shelf::of(data.path());
        assert!(matches!(shelf.find(None), Err(TapeError::None { .. })));
        let header = TapeHeader::now(Mode::Dictation, 1, "a microphone");
        let first = shelf.begin(&key, &header).unwrap();
        let second = shelf.begin(&key, &header);
        assert!(matches!(second, Err(TapeError::Recording)));
        assert!(shelf.find(None).unwrap().is_in_use);
        drop(first);
        // The same second again.
        let mut again = shelf.begin(&key, &header).unwrap();
        again.finish().unwrap();
        drop(again);
        let entries = shelf.entries().unwrap();
        assert_eq!(entries.len(), 2);
        assert!(entries[1].name.ends_with("-2") && !entries[1].is_in_use);
        assert_eq!(shelf.latest().unwrap(), entries[1]);
        assert!(matches!(
            shelf.find(None),
            Err(TapeError::Several { count: 2 })
        ));
        assert_eq!(shelf.find(Some(&entries[0].name)).unwrap(), entries[0]);
        for missing in ["nothing", "../key", ""] {
            let found = shelf.find(Some(missing));
            assert!(matches!(found, Err(TapeError::NoSuch { .. })), "{missing}");
        }
    }
}
