//! `notewright redraft`: sections of a note document worded anew, shown as what changed, with the
//! version before kept in the document.

use std::path::PathBuf;
use std::process::ExitCode;

use anstyle::AnsiColor;
use clap::Args;

use crate::cli::World;
use crate::cli::composing::{self, WordingArgs};
use crate::cli::difference::{self, Line};
use crate::cli::failure::Failure;
use crate::cli::output::Target;
use crate::cli::own_words;
use crate::compose::model::{self, Author, AuthorError, Style};
use crate::note::document::Statement;
use crate::note::findings::Finding;
use crate::note::format::NoteFormat;
use crate::note::saved::{SavedError, SavedNote};
use crate::pipeline;
use crate::transcript::own_words::OwnWords;

/// Word sections of a note anew with a language model, or take that back.
///
/// Only wording changes: every sentence is checked against the words that were said, and one that
/// does not stand leaves the old ones as they were.
#[derive(Debug, Args)]
pub struct RedraftArgs {
    /// The note: a `notewright.note/1` document, as `draft --json` writes it.
    note: PathBuf,
    /// Sections to word anew, by their ids; all of them where none is named.
    #[arg(
        long,
        value_name = "ID,…",
        value_delimiter = ',',
        conflicts_with = "undo"
    )]
    section: Vec<String>,
    /// A wish for the wording, e.g. "shorter". It changes no fact.
    #[arg(long, value_name = "WISH", conflicts_with = "undo")]
    instruction: Option<String>,
    /// Sections that stay as they are.
    #[arg(
        long,
        value_name = "ID,…",
        value_delimiter = ',',
        conflicts_with = "undo"
    )]
    lock: Vec<String>,
    /// Take the last change back.
    #[arg(long)]
    undo: bool,
    /// Threads for the engine; one for each physical core where not given.
    #[arg(long, env = "NOTEWRIGHT_THREADS")]
    threads: Option<u16>,
    #[command(flatten)]
    wording: WordingArgs,
}

/// Longest wish.
const MOST_WISH: usize = 300;

/// Runs the command.
///
/// # Errors
/// When the note cannot be read or written, or the request makes no sense.
pub fn run(world: &World, args: &RedraftArgs) -> Result<ExitCode, Failure> {
    let shown = args.note.display();
    let text = std::fs::read_to_string(&args.note).map_err(|error| {
        Failure::new(format!("cannot read the note {shown}: {error}"))
            .hint("name a note that was written with draft --json")
    })?;
    let of = |error: SavedError| {
        let hint = error.hint();
        Failure::new(format!("{shown}: {error}")).hint(hint)
    };
    let mut note = SavedNote::read(&text).map_err(of)?;
    let target = Target::File(args.note.clone());
    let name = args.note.to_string_lossy();
    if args.undo {
        let before = note_statements(&note).map_err(of)?;
        for place in note.undo().map_err(of)? {
            let now = note.statements(place).map_err(of)?;
            show(note.format(), place, &before[place], &now);
        }
        target.write(&name, "note.json", &note.text())?;
        return Ok(ExitCode::SUCCESS);
    }
    let places = places(note.format(), &args.section, &args.lock)?;
    let wish = wish(args.instruction.as_deref())?;
    // Read before the model is loaded, so that a note that cannot be checked fails at once.
    let all = note_statements(&note).map_err(of)?;
    let (mut author, style) = composing::reword(world, &args.wording, args.threads)?;
    let own = own_words::of(world, None)?;
    let redraft = redraft(&own, &mut author, &style, &note, &places, &all, wish);
    for (place, statements) in &redraft.changes {
        show(note.format(), *place, &all[*place], statements);
    }
    if redraft.changes.is_empty() {
        anstream::println!("Nothing changed.");
    } else {
        note.replace(
            &redraft.changes,
            &model::info(&author.info()),
            &redraft.findings,
        );
        target.write(&name, "note.json", &note.text())?;
    }
    for finding in &redraft.findings {
        anstream::eprintln!("note: {}", finding.message);
    }
    match redraft.failed {
        Some(error) => Err(
            Failure::new(format!("the language model did not finish: {error}")).hint(error.hint),
        ),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// What became of the sections.
#[derive(Debug)]
pub struct Redraft {
    /// The sections that changed, with their new statements.
    pub changes: Vec<(usize, Vec<Statement>)>,
    /// What is to be told of them.
    pub findings: Vec<Finding>,
    /// Why the model stopped, where it did.
    pub failed: Option<AuthorError>,
}

/// Words sections of a note anew. `all` are the statements of every section.
pub fn redraft(
    own: &OwnWords,
    author: &mut dyn Author,
    style: &Style,
    note: &SavedNote,
    places: &[usize],
    all: &[Vec<Statement>],
    wish: Option<&str>,
) -> Redraft {
    let mut redraft = Redraft {
        changes: Vec::new(),
        findings: Vec::new(),
        failed: None,
    };
    pipeline::read(own, note.transcript(), note.format(), None, |matter| {
        for &place in places {
            if redraft.failed.is_some() {
                break;
            }
            let done = model::redraft(author, style, matter, place, &all[place], wish);
            if done.statements != all[place] {
                redraft.changes.push((place, done.statements));
            }
            redraft.findings.extend(done.findings);
            redraft.failed = done.failed;
        }
    });
    redraft
}

/// The statements of every section.
///
/// # Errors
/// When one cites what was not said.
pub fn note_statements(note: &SavedNote) -> Result<Vec<Vec<Statement>>, SavedError> {
    (0..note.format().sections.len())
        .map(|place| note.statements(place))
        .collect()
}

/// The sections to word anew.
fn places(format: &NoteFormat, named: &[String], locked: &[String]) -> Result<Vec<usize>, Failure> {
    let find = |id: &String| {
        format.section(id).ok_or_else(|| {
            let ids: Vec<&str> = format.sections.iter().map(|s| s.id.as_str()).collect();
            Failure::usage(format!("{} has no section `{id}`", format.name))
                .hint(format!("its sections are {}", ids.join(", ")))
        })
    };
    let locked: Vec<usize> = locked.iter().map(find).collect::<Result<_, _>>()?;
    let named: Vec<usize> = named.iter().map(find).collect::<Result<_, _>>()?;
    if let Some(both) = named.iter().find(|place| locked.contains(place)) {
        let id = &format.sections[*both].id;
        return Err(
            Failure::usage(format!("{id} is both to be worded anew and locked"))
                .hint("name it with --section or with --lock"),
        );
    }
    let all = 0..format.sections.len();
    Ok(all
        .filter(|place| named.is_empty() || named.contains(place))
        .filter(|place| !locked.contains(place))
        .collect())
}

fn wish(given: Option<&str>) -> Result<Option<&str>, Failure> {
    let wish = given.map(str::trim).filter(|wish| !wish.is_empty());
    if wish.is_some_and(|wish| wish.chars().count() > MOST_WISH) {
        return Err(Failure::usage(format!(
            "the instruction has more than {MOST_WISH} characters"
        ))
        .hint("say in a few words how the section is to be worded"));
    }
    Ok(wish)
}

/// Shows what changed in a section.
fn show(format: &NoteFormat, place: usize, old: &[Statement], new: &[Statement]) {
    let (gone, came) = (AnsiColor::Red.on_default(), AnsiColor::Green.on_default());
    let bold = anstyle::Style::new().bold();
    anstream::println!("{bold}{}{bold:#}", format.sections[place].heading);
    let texts = |all: &[Statement]| -> Vec<String> {
        all.iter().map(|s| s.text().as_str().to_owned()).collect()
    };
    let (old, new) = (texts(old), texts(new));
    let old: Vec<&str> = old.iter().map(String::as_str).collect();
    let new: Vec<&str> = new.iter().map(String::as_str).collect();
    for line in difference::between(&old, &new) {
        match line {
            Line::Same(text) => anstream::println!("  {text}"),
            Line::Gone(text) => anstream::println!("{gone}- {text}{gone:#}"),
            Line::New(text) => anstream::println!("{came}+ {text}{came:#}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locked_sections_stay() {
        let soap = NoteFormat::named("soap").unwrap();
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        assert_eq!(places(soap, &ids(&["plan"]), &[]).unwrap(), [3]);
        assert_eq!(
            places(soap, &[], &ids(&["plan", "objective"])).unwrap(),
            [0, 2]
        );
        assert!(
            places(soap, &ids(&["plan"]), &ids(&["plan"]))
                .unwrap_err()
                .is_usage()
        );
        assert!(places(soap, &ids(&["plam"]), &[]).unwrap_err().is_usage());
    }
}
