//! The recogniser for a run: which model, the offer to pull one, and the engine itself, started when
//! the first recording needs it.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli::World;
use crate::cli::failure::Failure;
use crate::cli::models::{self as models_command, ModelsArgs, ModelsCommand, Surroundings};
use crate::cli::own_words;
use crate::engine::ear::{Ear, EarOptions};
use crate::engine::failure::EngineError;
use crate::models::pull::{Patience, Proxies, Way};
use crate::models::store::Found;
use crate::models::{Kind, ModelsError, Store, recommend};
use crate::session::Speech;

/// Words of the field that a recogniser which takes a prompt should expect.
const VOCABULARY: &str = "EMDR, SUD, VOC, PHQ-9, GAD-7, PCL-5, C-SSRS, SI, HI, CBT, DBT, Socratic \
                          questioning, psychoeducation, grounding, bilateral stimulation.";

/// Tokens of a prompt: half of Whisper's text context, less one that introduces it.
const PROMPT_TOKENS: usize = 223;

/// What the flags say of recognising.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct HearingArgs {
    /// Recogniser: a name of `notewright models list`, or a file.
    #[arg(long, value_name = "NAME|FILE", env = "NOTEWRIGHT_MODEL")]
    model: Option<String>,
    /// Threads for an engine; one for each physical core where not given.
    #[arg(long, env = "NOTEWRIGHT_THREADS")]
    threads: Option<u16>,
    /// Language of the speech in two letters.
    #[arg(long, value_name = "LANGUAGE", env = "NOTEWRIGHT_LANGUAGE")]
    language: Option<String>,
    /// Words of the clinic, one a line: the recogniser is told of them, and they put right what it
    /// writes apart.
    #[arg(long, value_name = "FILE", env = "NOTEWRIGHT_VOCABULARY")]
    vocabulary: Option<PathBuf>,
    /// Beams to search with: more is slower and a little surer.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=8))]
    beam: u8,
}

impl HearingArgs {
    /// Threads that an engine shall compute with, where they are given.
    #[must_use]
    pub fn threads(&self) -> Option<u16> {
        self.threads
    }

    /// File of the clinic's words, where it is given.
    #[must_use]
    pub fn vocabulary(&self) -> Option<&Path> {
        self.vocabulary.as_deref()
    }
}

/// The engine, and what is to be said about it.
#[derive(Debug)]
pub struct Hearing {
    /// The recogniser.
    pub ear: Ear,
    /// Whether it is the demo recogniser, which hears synthetic voices only.
    pub is_demo: bool,
    /// Language of the speech.
    pub language: String,
}

/// The models of this computer.
#[must_use]
pub fn store(world: &World) -> Store<'static> {
    let store = Store::new(&world.folders.models);
    match program_files() {
        Some(folder) => store.with_program_files(&folder),
        None => store,
    }
}

/// The folder that holds `models/demo`: beside the program, or the one it was built from.
fn program_files() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    let beside = own
        .ancestors()
        .skip(1)
        .take(4)
        .flat_map(|dir| [dir.to_owned(), dir.join("share/notewright")]);
    beside
        .chain([PathBuf::from(env!("CARGO_MANIFEST_DIR"))])
        .find(|folder| folder.join("models/demo").is_dir())
}

/// Runs `notewright models`.
///
/// # Errors
/// When it does not work.
pub fn models(world: &World, args: &ModelsArgs) -> Result<ExitCode, Failure> {
    let program_files = program_files();
    let ask: &dyn Fn(&str) -> bool = &models_command::ask_on_terminal;
    let around = Surroundings {
        folder: &world.folders.models,
        program_files: program_files.as_deref(),
        way: Way {
            mirror: world.mirror.clone(),
            proxies: proxies(),
            patience: Patience::default(),
        },
        width: std::io::stdout()
            .is_terminal()
            .then(crate::cli::show::terminal_width),
        ask: std::io::stdin().is_terminal().then_some(ask),
        machine: models_command::measure_machine(),
    };
    models_command::run(args, &around, &mut anstream::stdout())
        .map(|()| ExitCode::SUCCESS)
        .map_err(|error| of_models(&error))
}

/// The proxies that the environment names, in either case of its variables.
fn proxies() -> Proxies {
    let variable = |name: &str| {
        let lower = name.to_lowercase();
        std::env::var(name)
            .or_else(|_| std::env::var(lower))
            .ok()
            .filter(|value| !value.is_empty())
    };
    let all = variable("ALL_PROXY");
    Proxies {
        https: variable("HTTPS_PROXY").or_else(|| all.clone()),
        http: variable("HTTP_PROXY").or(all),
        bypass: variable("NO_PROXY")
            .map(|list| list.split(',').map(|host| host.trim().to_owned()).collect())
            .unwrap_or_default(),
    }
}

fn of_models(error: &ModelsError) -> Failure {
    Failure::new(error).hint(error.hint())
}

/// Opens the recogniser that the flags, the settings or this computer offer.
///
/// # Errors
/// When there is none, or it cannot be loaded.
pub fn open(world: &World, args: &HearingArgs, quiet: bool) -> Result<Hearing, Failure> {
    open_for(world, args, quiet, Purpose::File)
}

/// What is to be heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A recording that is there already.
    File,
    /// What is being said: short clips are encoded at their own length.
    Live,
}

/// The same for a purpose.
///
/// # Errors
/// As for [`open`].
pub fn open_for(
    world: &World,
    args: &HearingArgs,
    quiet: bool,
    purpose: Purpose,
) -> Result<Hearing, Failure> {
    let store = store(world);
    let wanted = args.model.as_ref().or(world.settings.model.as_ref());
    let found = match wanted {
        Some(name) => store.find(name).map_err(|error| of_models(&error))?,
        None => unnamed(world, &store, quiet)?,
    };
    let language = args
        .language
        .clone()
        .or_else(|| world.settings.language.clone())
        .unwrap_or_else(|| "en".to_owned());
    let mut options = EarOptions::new(&found.path);
    options.model_name.clone_from(&found.name);
    options.sha256 = store.digest(&found).ok().map(|digest| digest.to_string());
    options.threads = args
        .threads
        .or(world.settings.threads.and_then(|n| u16::try_from(n).ok()));
    options.beam = args.beam;
    options.short_audio = purpose == Purpose::Live;
    options.language = Some(language.clone());
    let is_demo = found.is_demo();
    let terms = own_words::vocabulary(world, args.vocabulary())?;
    let ear = if found.takes_prompt() {
        prompted(world, &store, &options, &terms, quiet)?
    } else {
        if !terms.is_empty() && !quiet {
            anstream::eprintln!(
                "note: this recogniser cannot be told of the vocabulary; it puts right what is heard"
            );
        }
        started(&store, options)?
    };
    Ok(Hearing {
        ear,
        is_demo,
        language,
    })
}

/// What to do about an engine that did not start; for a model that is too large, which next smaller
/// one has room.
#[must_use]
pub fn hint(error: &EngineError, kind: Kind, store: &Store<'_>) -> String {
    let Some(needed) = error.memory_wanted() else {
        return error.hint();
    };
    let machine = models_command::measure_machine();
    let Some(entry) = recommend::below(store.catalog(), kind, machine, needed >> 20) else {
        return "close other programs, then try again: no smaller model has room either".to_owned();
    };
    let name = &entry.name;
    let step = if store.path_of(entry).is_file() {
        let flag = if kind == Kind::Llm {
            "--llm"
        } else {
            "--model"
        };
        format!("use it: {flag} {name}")
    } else {
        format!("get it: notewright models pull {name}")
    };
    format!(
        "close other programs; or take the next smaller model that has room, {name}, and {step}"
    )
}

fn started(store: &Store<'_>, options: EarOptions) -> Result<Ear, Failure> {
    Ear::open(options).map_err(|error| {
        let hint = hint(&error, Kind::Whisper, store);
        Failure::new(&error).hint(hint)
    })
}

/// Opens the recogniser with as much of the vocabulary as its prompt holds. How many tokens that is
/// only the recogniser can tell, so it is opened again where the estimate was short.
fn prompted(
    world: &World,
    store: &Store<'_>,
    options: &EarOptions,
    terms: &[Speech],
    quiet: bool,
) -> Result<Ear, Failure> {
    let field = world.settings.vocabulary.as_deref().unwrap_or(VOCABULARY);
    let mut budget = PROMPT_TOKENS;
    loop {
        let prompt = own_words::prompt(field, terms, budget);
        let ear = started(
            store,
            EarOptions {
                prompt: Some(prompt.text),
                ..options.clone()
            },
        )?;
        let (used, room) = (
            ear.facts().prompt_tokens as usize,
            (ear.facts().text_context / 2) as usize,
        );
        let shorter = budget * room / used.max(1) * 9 / 10;
        if used < room || prompt.terms == 0 || shorter >= budget {
            if prompt.terms < terms.len() && !quiet {
                anstream::eprintln!(
                    "note: {} of {} words of the vocabulary fit into what the recogniser can be \
                     told; the others still put right what is heard",
                    prompt.terms,
                    terms.len()
                );
            }
            return Ok(ear);
        }
        budget = shorter;
    }
}

/// The best model installed; else, on a terminal, the offer to pull the recommended one; else the
/// demo recogniser, said plainly.
fn unnamed(world: &World, store: &Store<'static>, quiet: bool) -> Result<Found<'static>, Failure> {
    if let Some(found) = store
        .best(Kind::Whisper)
        .map_err(|error| of_models(&error))?
    {
        return Ok(found);
    }
    if !quiet && std::io::stdin().is_terminal() && std::io::stderr().is_terminal() && offer_pull() {
        let args = ModelsArgs {
            mirror: None,
            command: ModelsCommand::Pull {
                name: models_command::RECOMMENDED.to_owned(),
                accept_licence: false,
            },
        };
        models(world, &args)?;
        if let Some(found) = store
            .best(Kind::Whisper)
            .map_err(|error| of_models(&error))?
        {
            return Ok(found);
        }
    }
    let demo = store.demo().ok_or_else(|| {
        Failure::new("no recogniser is installed, so audio cannot be transcribed")
            .hint("pull one: notewright models pull recommended")
    })?;
    anstream::eprintln!(
        "note: no recogniser is installed; using the demo recogniser, which hears synthetic voices only.\n\
         For people's voices: notewright models pull recommended"
    );
    Ok(demo)
}

/// Asks whether to fetch a recogniser.
fn offer_pull() -> bool {
    models_command::ask_on_terminal(
        "No recogniser for people's voices is installed. Pull the recommended one now? It is the \
         only thing that is fetched.",
    )
}

/// A path for messages: as given, `-` for standard input.
#[must_use]
pub fn shown(input: &Path) -> String {
    if input.as_os_str() == "-" {
        "standard input".to_owned()
    } else {
        input.display().to_string()
    }
}
