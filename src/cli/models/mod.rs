//! `notewright models`: which models there are, which fit, and getting them.
//!
//! Prints for a person and asks before a licence that wants agreement. Decides nothing about
//! models itself: [`crate::models`] does. Settings are the caller's: folders, mirror and proxies
//! come in as plain values.

mod bar;
mod report;

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use crate::models::pull::{Puller, Way};
use crate::models::recommend::{self, Machine};
use crate::models::store::Verdict;
use crate::models::{Catalog, Entry, ModelsError, Store};

/// Name that stands for the recogniser that is recommended for this computer.
pub const RECOMMENDED: &str = "recommended";

/// See which models there are, and install or remove them.
#[derive(Debug, Args)]
pub struct ModelsArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ModelsCommand,
    /// Fetch from this server instead of huggingface.co.
    #[arg(long, global = true, value_name = "URL")]
    pub mirror: Option<String>,
}

/// What to do with models.
#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// Show all models: which are installed, how large they are, what each is good for.
    List,
    /// Say which models suit this computer, and why.
    Recommend {
        /// Sessions are not always in English.
        #[arg(long)]
        any_language: bool,
    },
    /// Fetch a model; goes on where an earlier attempt stopped.
    Pull {
        /// Name from `notewright models list`, or `recommended` for the recogniser that suits
        /// this computer.
        name: String,
        /// I have read the licence of this model and agree to it.
        #[arg(long)]
        accept_licence: bool,
    },
    /// Install a model from a file, for a computer that is not online.
    Add {
        /// A ggml file of whisper.cpp (.bin) or a GGUF file (.gguf).
        file: PathBuf,
    },
    /// Read every installed model to its end and say which are damaged.
    Verify,
    /// Delete a model, or what came of it so far.
    Remove {
        /// Name from `notewright models list`.
        name: String,
    },
}

/// What the command needs to know of the world.
pub struct Surroundings<'a> {
    /// The models folder.
    pub folder: &'a Path,
    /// The folder that holds the files which come with the program (`models/demo`).
    pub program_files: Option<&'a Path>,
    /// The way to the server, from the settings; `--mirror` goes before its mirror.
    pub way: Way,
    /// Columns of the terminal; none where the output goes elsewhere.
    pub width: Option<usize>,
    /// Asks a yes-or-no question; none where nobody is there to answer.
    pub ask: Option<&'a dyn Fn(&str) -> bool>,
    /// This computer.
    pub machine: Machine,
}

/// Runs `notewright models` and prints to `out`; progress goes to standard error.
///
/// # Errors
/// As [`crate::models`] gives them; [`ModelsError::Damaged`] where `verify` found damage.
pub fn run(
    args: &ModelsArgs,
    around: &Surroundings<'_>,
    out: &mut dyn Write,
) -> Result<(), ModelsError> {
    let mut store = Store::new(around.folder);
    if let Some(folder) = around.program_files {
        store = store.with_program_files(folder);
    }
    match &args.command {
        ModelsCommand::List => print(out, &report::list(&store, around.width)?),
        ModelsCommand::Recommend { any_language } => {
            let text = report::recommend(&store, around.machine, !any_language, around.width)?;
            print(out, &text)
        }
        ModelsCommand::Pull {
            name,
            accept_licence,
        } => {
            let mut way = around.way.clone();
            way.mirror = args.mirror.clone().or(way.mirror);
            pull(&store, name, *accept_licence, way, around, out)
        }
        ModelsCommand::Add { file } => add(&store, file, out),
        ModelsCommand::Verify => verify(&store, out),
        ModelsCommand::Remove { name } => {
            let removed = store.remove(name)?;
            let lines = removed
                .iter()
                .map(|path| format!("Removed {}\n", path.display()));
            print(out, &lines.collect::<String>())
        }
    }
}

/// Measures what matters of this computer for a recommendation.
#[must_use]
pub fn measure_machine() -> Machine {
    let system = System::new_with_specifics(
        RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram()),
    );
    Machine {
        total_mib: system.total_memory() >> 20,
        available_mib: system.available_memory() >> 20,
        cores: System::physical_core_count().map_or(1, |cores| u32::try_from(cores).unwrap_or(1)),
    }
}

/// Asks on standard error and takes a line of standard input that says `y` or `yes` for a yes.
#[must_use]
pub fn ask_on_terminal(question: &str) -> bool {
    eprint!("{question} [y/N] ");
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).is_ok()
        && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

fn pull(
    store: &Store<'_>,
    name: &str,
    accept_licence: bool,
    way: Way,
    around: &Surroundings<'_>,
    out: &mut dyn Write,
) -> Result<(), ModelsError> {
    let entry = entry_to_pull(store, name, around.machine)?;
    let puller = Puller::new(store, way);
    // A wrong mirror is told before anybody reads a licence.
    puller.url(entry)?;
    agree(store.catalog(), entry, accept_licence, around, out)?;
    let bar = bar::Bar::new(&entry.name);
    let done = puller.pull(entry, &mut |progress| bar.show(progress))?;
    bar.finish();
    let how = if done.was_there {
        "was installed already"
    } else {
        "is installed"
    };
    print(
        out,
        &format!("{} {how}: {}\n", entry.name, done.path.display()),
    )
}

/// The entry with this name; the nearest name is told where there is none.
fn entry_to_pull<'c>(
    store: &Store<'c>,
    name: &str,
    machine: Machine,
) -> Result<&'c Entry, ModelsError> {
    let catalog = store.catalog();
    if name == RECOMMENDED {
        let found = recommend::recogniser(catalog, machine, true);
        return found.best.ok_or(ModelsError::NothingFits {
            reason: found.reason,
        });
    }
    catalog.get(name).ok_or_else(|| store.unknown_name(name))
}

fn agree(
    catalog: &Catalog,
    entry: &Entry,
    accepted: bool,
    around: &Surroundings<'_>,
    out: &mut dyn Write,
) -> Result<(), ModelsError> {
    let licence = catalog.licence_of(entry);
    let text = format!(
        "Licence of {}: {}\n{}\n{}\n",
        entry.name, licence.title, licence.summary, licence.url
    );
    print(out, &report::filled(&text, around.width))?;
    let agreed = !licence.needs_acceptance
        || accepted
        || around
            .ask
            .is_some_and(|ask| ask("Have you read this licence, and do you agree to it?"));
    if agreed {
        return Ok(());
    }
    Err(ModelsError::LicenceNotAccepted {
        name: entry.name.clone(),
        title: licence.title.clone(),
        url: licence.url.clone(),
    })
}

fn add(store: &Store<'_>, file: &Path, out: &mut dyn Write) -> Result<(), ModelsError> {
    let bar = bar::Bar::new("copying");
    let added = store.add(file, &mut |done, total| bar.show_bytes(done, total))?;
    bar.finish();
    print(
        out,
        &format!("{} is installed: {}\n", added.name, added.path.display()),
    )
}

fn verify(store: &Store<'_>, out: &mut dyn Write) -> Result<(), ModelsError> {
    let bar = bar::Bar::new("reading");
    let checked = store.verify(&mut |_, done, total| bar.show_bytes(done, total))?;
    bar.finish();
    print(out, &report::checked(&checked))?;
    let names: Vec<String> = checked
        .into_iter()
        .filter(|model| matches!(model.verdict, Verdict::Damaged(_)))
        .map(|model| model.name)
        .collect();
    if names.is_empty() {
        Ok(())
    } else {
        Err(ModelsError::Damaged { names })
    }
}

fn print(out: &mut dyn Write, text: &str) -> Result<(), ModelsError> {
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|source| ModelsError::Io {
            act: "write",
            path: PathBuf::from("standard output"),
            source,
        })
}

#[cfg(test)]
mod tests;
