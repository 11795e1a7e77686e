//! `notewright corrections`: slips of the recogniser that this clinician has put right, kept for the
//! next time.

pub mod book;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::LazyLock;

use clap::{Args, Subcommand};
use serde_json::Value;

use crate::cli::World;
use crate::cli::failure::Failure;
use crate::note::document::SCHEMA;
use crate::reading::lexicon::EMBEDDED;
use crate::session::Speech;
use crate::transcript::import;
use crate::transcript::learning::{Slip, learn};
use crate::transcript::words::{TokenKind, tokenise};
use book::{Book, Entry, How};

/// Longest side of a correction that is added, in words and in characters.
const MOST_WORDS: usize = 6;
const MOST_CHARS: usize = 60;

/// See and change what is put right for you: "vock" is VOC.
#[derive(Debug, Args)]
pub struct CorrectionsArgs {
    #[command(subcommand)]
    command: Option<CorrectionsCommand>,
}

#[derive(Debug, Subcommand)]
enum CorrectionsCommand {
    /// List them, which is the default.
    List,
    /// Read HEARD as MEANT from now on.
    Add {
        /// What the recogniser writes.
        heard: String,
        /// What it stands for, as a note writes it.
        meant: String,
    },
    /// Leave HEARD as it is from now on.
    Remove {
        /// What the recogniser writes.
        heard: String,
    },
    /// Learn from what you changed in a transcript or a note: short changes that sound alike.
    Learn {
        /// The transcript, the note or the text as it was.
        before: PathBuf,
        /// The same as you changed it.
        after: PathBuf,
    },
    /// Take the last change back.
    Undo,
}

/// Runs the command.
///
/// # Errors
/// When the book or a file cannot be read, or the request makes no sense.
pub fn run(world: &World, args: &CorrectionsArgs) -> Result<ExitCode, Failure> {
    let path = Book::path(world);
    let mut book = Book::open(&path)?;
    match args.command.as_ref().unwrap_or(&CorrectionsCommand::List) {
        CorrectionsCommand::List => {
            list(&book, &path);
            return Ok(ExitCode::SUCCESS);
        }
        CorrectionsCommand::Add { heard, meant } => add(&mut book, heard, meant)?,
        CorrectionsCommand::Remove { heard } => {
            let gone = book.remove(heard).ok_or_else(|| {
                Failure::new("there is no correction for these words")
                    .hint("`notewright corrections` lists yours")
            })?;
            anstream::println!("Removed: {}.", shown(&gone));
        }
        CorrectionsCommand::Learn { before, after } => {
            learn_from(&mut book, &text_of(before)?, &text_of(after)?);
        }
        CorrectionsCommand::Undo => {
            let (gone, again) = book.undo().ok_or_else(|| {
                Failure::new("there is no change to take back")
                    .hint("`notewright corrections remove HEARD` removes one written by hand")
            })?;
            for entry in &gone {
                anstream::println!("Removed: {}.", shown(entry));
            }
            for entry in &again {
                anstream::println!("Back again: {}.", shown(entry));
            }
        }
    }
    book.save(&path)?;
    Ok(ExitCode::SUCCESS)
}

fn list(book: &Book, path: &Path) {
    if book.entries().is_empty() {
        anstream::println!(
            "You have no corrections of your own. `notewright corrections add HEARD MEANT` adds one; \
             `notewright corrections learn BEFORE AFTER` learns them from what you changed."
        );
        return;
    }
    for entry in book.entries() {
        let how = match entry.how {
            How::Added => "added",
            How::Learned => "learned",
        };
        anstream::println!("{}  ({how})", shown(entry));
    }
    anstream::eprintln!("They are kept in {}.", path.display());
}

fn shown(entry: &Entry) -> String {
    pair(&entry.heard, &entry.meant)
}

fn pair(heard: &Speech, meant: &Speech) -> String {
    format!("\u{201c}{}\u{201d} is {}", heard.as_str(), meant.as_str())
}

fn add(book: &mut Book, heard: &str, meant: &str) -> Result<(), Failure> {
    let (heard, meant) = (heard.trim(), meant.trim());
    for (side, text) in [("heard", heard), ("meant", meant)] {
        let words = words(text).len();
        if words == 0 || words > MOST_WORDS || text.chars().count() > MOST_CHARS {
            return Err(Failure::usage(format!(
                "what is {side} has {words} words and {} characters",
                text.chars().count()
            ))
            .hint(format!(
                "give one to {MOST_WORDS} words of at most {MOST_CHARS} characters"
            )));
        }
        if text.contains(char::is_control) {
            return Err(
                Failure::usage(format!("what is {side} has a line break in it"))
                    .hint("give words of one line"),
            );
        }
    }
    if heard == meant {
        return Err(
            Failure::usage("what is heard and what is meant are the same")
                .hint("notewright corrections add vock VOC"),
        );
    }
    let slip = Slip {
        heard: heard.into(),
        meant: meant.into(),
    };
    let added = book.add(vec![slip], How::Added);
    match added.first() {
        Some(slip) => anstream::println!("Added: {}.", pair(&slip.heard, &slip.meant)),
        None => anstream::println!("That is one of your corrections already."),
    }
    if let [word] = words(heard).as_slice()
        && is_everyday(word)
    {
        anstream::eprintln!(
            "note: this is an everyday word, and it is changed wherever it is said; \
             `notewright corrections undo` takes that back"
        );
    }
    Ok(())
}

fn learn_from(book: &mut Book, before: &str, after: &str) {
    let learned = learn(before, after, &is_everyday);
    let added = book.add(learned.slips, How::Learned);
    if added.is_empty() {
        anstream::println!("Nothing new was learned.");
    }
    for slip in &added {
        anstream::println!("Learned: {}.", pair(&slip.heard, &slip.meant));
    }
    for (slip, doubt) in &learned.doubtful {
        anstream::println!("Not learned: {}: {doubt}.", pair(&slip.heard, &slip.meant));
    }
    if !learned.doubtful.is_empty() {
        anstream::println!("`notewright corrections add HEARD MEANT` adds one all the same.");
    }
}

/// What is said in a transcript or a text, or stated in a note.
fn text_of(path: &Path) -> Result<String, Failure> {
    if let Some(text) = note_text(path) {
        return Ok(text);
    }
    let imported = import::open(path).map_err(|error| {
        let hint = error.hint();
        Failure::new(&error).hint(hint)
    })?;
    let said = imported.transcript.utterances.iter();
    let said: Vec<&str> = said.map(|utterance| utterance.text.as_str()).collect();
    Ok(said.join("\n"))
}

/// The statements of a note document; nothing where it is none.
fn note_text(path: &Path) -> Option<String> {
    let note: Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    if note.get("schema")?.as_str()? != SCHEMA {
        return None;
    }
    let mut texts = Vec::new();
    for section in note.get("sections")?.as_array()? {
        for statement in section.get("statements")?.as_array()? {
            texts.push(statement.get("text")?.as_str()?.to_owned());
        }
    }
    Some(texts.join("\n"))
}

/// Whether people say this word anyway: the lexicon writes it without a capital.
fn is_everyday(word: &str) -> bool {
    static WORDS: LazyLock<HashSet<String>> = LazyLock::new(|| {
        let interventions = EMBEDDED.interventions.iter().map(|(_, text)| *text);
        let all = [
            EMBEDDED.cues,
            EMBEDDED.measures,
            EMBEDDED.risk,
            include_str!("../../../lexicon/talk.toml"),
            include_str!("../../../lexicon/emdr-talk.toml"),
            include_str!("../../../lexicon/grounding.toml"),
        ];
        all.into_iter()
            .chain(interventions)
            .flat_map(words)
            .collect()
    });
    WORDS.contains(word)
}

fn words(text: &str) -> Vec<String> {
    let tokens = tokenise(text).into_iter();
    tokens
        .filter(|token| token.kind != TokenKind::Mark)
        .map(|token| token.lower)
        .collect()
}
