//! `corrections.toml` in the settings folder: the clinician's own corrections, in a file that a
//! person can read and change. Every change is numbered and what it took away is kept, so that it
//! can be taken back.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::cli::World;
use crate::cli::failure::Failure;
use crate::cli::output::Target;
use crate::session::Speech;
use crate::transcript::learning::Slip;

const OPENING: &str = "\
# What the recogniser writes, and what you mean by it. `notewright corrections` keeps this file, and
# you may change it by hand. It lies in the clear: keep names of clients out of it.

";

/// The corrections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Book {
    #[serde(default, rename = "correction", skip_serializing_if = "Vec::is_empty")]
    corrections: Vec<Entry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    removed: Vec<Entry>,
}

/// A correction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// As the recogniser writes it, in lower case.
    pub heard: Speech,
    /// What it stands for.
    pub meant: Speech,
    /// How it came here.
    #[serde(default)]
    pub how: How,
    /// The change that brought it; 0 for what was written by hand.
    #[serde(default)]
    change: u32,
    /// The change that took it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    removed_by: Option<u32>,
}

/// How a correction came into the book.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// A person added it.
    #[default]
    Added,
    /// It was learned from what a person changed.
    Learned,
}

impl Book {
    /// Where it lies: beside the settings file.
    #[must_use]
    pub fn path(world: &World) -> PathBuf {
        world.folders.settings.with_file_name("corrections.toml")
    }

    /// Reads it; one that is not there is empty.
    ///
    /// # Errors
    /// When it cannot be read or is not such a file.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => {
                return Err(Failure::new(format!(
                    "cannot read the corrections {}: {error}",
                    path.display()
                ))
                .hint("mend its permissions, or move the file away to begin anew"));
            }
        };
        toml::from_str(&text).map_err(|error: toml::de::Error| {
            let before = error.span().map_or("", |span| &text[..span.start]);
            let line = before.matches('\n').count() + 1;
            Failure::new(format!(
                "corrections {}, line {line}: {}",
                path.display(),
                error.message()
            ))
            .hint("each is a [[correction]] with heard = \"…\" and meant = \"…\"; mend that line")
        })
    }

    /// Writes it whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Failure> {
        let text = toml::to_string(self)
            .map_err(|error| Failure::new(format!("cannot write the corrections: {error}")))?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| {
                Failure::new(format!("cannot make {}: {error}", folder.display()))
                    .hint("make the folder, or name a settings file elsewhere with --settings")
            })?;
        }
        Target::File(path.to_owned()).write("corrections", "toml", &(OPENING.to_owned() + &text))
    }

    /// The corrections in their order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.corrections
    }

    /// What was heard and what is meant, for each.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.corrections.iter();
        all.map(|entry| (entry.heard.as_str(), entry.meant.as_str()))
    }

    /// Puts corrections in, as one change; those for the same words go. Returns those that were not
    /// there before.
    pub fn add(&mut self, slips: Vec<Slip>, how: How) -> Vec<Slip> {
        let change = self.last_change() + 1;
        let mut added = Vec::new();
        for slip in slips {
            let heard = slip.heard.to_lowercase();
            let known = |entry: &Entry| entry.heard.to_lowercase() == heard;
            if self
                .corrections
                .iter()
                .any(|e| known(e) && e.meant == slip.meant)
            {
                continue;
            }
            self.take_away(change, known);
            self.corrections.push(Entry {
                heard: heard.into(),
                meant: slip.meant.clone(),
                how,
                change,
                removed_by: None,
            });
            added.push(slip);
        }
        added
    }

    /// Takes the correction for these words away, and returns it.
    pub fn remove(&mut self, heard: &str) -> Option<Entry> {
        let change = self.last_change() + 1;
        let heard = heard.trim().to_lowercase();
        let gone = self.take_away(change, |entry| entry.heard.to_lowercase() == heard);
        gone.into_iter().next_back()
    }

    /// Takes the last change back: what it brought goes, what it took comes again. Nothing where
    /// there is no change left.
    pub fn undo(&mut self) -> Option<(Vec<Entry>, Vec<Entry>)> {
        let last = self.last_change();
        if last == 0 {
            return None;
        }
        let (gone, stay) = std::mem::take(&mut self.corrections)
            .into_iter()
            .partition(|entry| entry.change == last);
        self.corrections = stay;
        let (again, away): (Vec<Entry>, Vec<Entry>) = std::mem::take(&mut self.removed)
            .into_iter()
            .partition(|entry| entry.removed_by == Some(last));
        self.removed = away;
        for entry in &again {
            let removed_by = None;
            self.corrections.push(Entry {
                removed_by,
                ..entry.clone()
            });
        }
        Some((gone, again))
    }

    fn take_away(&mut self, change: u32, which: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        let (gone, stay): (Vec<Entry>, Vec<Entry>) = std::mem::take(&mut self.corrections)
            .into_iter()
            .partition(which);
        self.corrections = stay;
        let taken = gone.iter().cloned().map(|entry| Entry {
            removed_by: Some(change),
            ..entry
        });
        self.removed.extend(taken);
        gone
    }

    fn last_change(&self) -> u32 {
        let all = self.corrections.iter().chain(&self.removed);
        all.map(|entry| entry.change.max(entry.removed_by.unwrap_or(0)))
            .max()
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slip(heard: &str, meant: &str) -> Slip {
        Slip {
            heard: heard.into(),
            meant: meant.into(),
        }
    }

    fn pairs(book: &Book) -> Vec<(&str, &str)> {
        book.pairs().collect()
    }

    #[test]
    fn every_change_can_be_taken_back() {
        let mut book = Book::default();
        book.add(vec![slip("Vok", "VOC"), slip("sudz", "SUD")], How::Learned);
        assert!(book.add(vec![slip("vok", "VOC")], How::Added).is_empty());
        book.add(vec![slip("vok", "VoC")], How::Added);
        book.remove(" SUDZ ").unwrap();
        assert!(book.remove("sudz").is_none());
        assert_eq!(pairs(&book), [("vok", "VoC")]);
        let text = toml::to_string(&book).unwrap();
        assert_eq!(toml::from_str::<Book>(&text).unwrap(), book);
        book.undo().unwrap();
        assert_eq!(pairs(&book), [("vok", "VoC"), ("sudz", "SUD")]);
        book.undo().unwrap();
        assert_eq!(pairs(&book), [("sudz", "SUD"), ("vok", "VOC")]);
        book.undo().unwrap();
        assert_eq!(book, Book::default());
        assert!(book.undo().is_none());
    }

    #[test]
    fn a_file_by_hand_is_read_and_a_broken_one_names_its_line() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("corrections.toml");
        assert_eq!(Book::open(&path).unwrap(), Book::default());
        std::fs::write(&path, "[[correction]]\nheard = \"a b\"\nmeant = \"AB\"\n").unwrap();
        let book = Book::open(&path).unwrap();
        assert_eq!(pairs(&book), [("a b", "AB")]);
        book.save(&path).unwrap();
        assert_eq!(Book::open(&path).unwrap(), book);
        std::fs::write(&path, "[[correction]]\nherd = \"hush\"\n").unwrap();
        let failure = format!("{:?}", Book::open(&path).unwrap_err());
        assert!(
            failure.contains("line 2") && !failure.contains("hush"),
            "{failure}"
        );
    }
}
