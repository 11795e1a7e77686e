//! What composes the notes of a run: which language model, in which style, and what is said where
//! one was asked for and cannot be had.

use std::path::PathBuf;

use clap::ValueEnum;
use serde::Deserialize;

use crate::cli::World;
use crate::cli::author::PenAuthor;
use crate::cli::failure::Failure;
use crate::cli::hearing;
use crate::cli::progress::WordingBar;
use crate::compose::Composer;
use crate::compose::extractive::Extractive;
use crate::compose::model::{AuthorInfo, ModelComposer, Style, Wording};
use crate::engine::pen::{Pen, PenOptions};
use crate::engine::prefix::PrefixStore;
use crate::models::store::Found;
use crate::models::{Kind, ModelsError};
use crate::note::document::DraftNote;
use crate::note::findings::{Finding, Severity};

/// What the flags say of composing.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ComposingArgs {
    /// What words the note: a language model where one is installed, the speaker's own words, or a
    /// language model in any case.
    #[arg(long, value_enum, env = "NOTEWRIGHT_COMPOSER")]
    composer: Option<ComposerArg>,
    #[command(flatten)]
    wording: WordingArgs,
}

/// What the flags say of a language model's wording.
#[allow(
    clippy::doc_markdown,
    reason = "these comments are the help on the terminal"
)]
#[derive(Clone, Debug, Default, clap::Args)]
pub struct WordingArgs {
    /// Language model: a name of `notewright models list`, or a GGUF file.
    #[arg(long, value_name = "NAME|FILE", env = "NOTEWRIGHT_LLM")]
    llm: Option<String>,
    /// Let chance choose among likely words, the same each time for the same number.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u32>,
    /// How notes are worded: a TOML file with person, tense, length, client_term, avoid.
    #[arg(long, value_name = "FILE", env = "NOTEWRIGHT_STYLE")]
    style: Option<PathBuf>,
}

/// What composes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComposerArg {
    /// A language model where one is installed, else the speaker's own words.
    #[default]
    Auto,
    /// The speaker's own words.
    Extractive,
    /// A language model.
    Model,
}

/// What composes the notes of a run. The language model is loaded with the first note, when the
/// recogniser has heard its recording.
pub struct Composing<'a> {
    world: &'a World,
    args: &'a ComposingArgs,
    threads: Option<u16>,
    style: Style,
    quiet: bool,
    loaded: Option<Result<Option<PenAuthor>, Failed>>,
    is_shown: bool,
}

/// Why there is no author although one was wanted.
struct Failed {
    cause: String,
    hint: String,
}

impl<'a> Composing<'a> {
    /// Settles how notes are composed.
    ///
    /// # Errors
    /// When the style cannot be read.
    pub fn new(
        world: &'a World,
        args: &'a ComposingArgs,
        threads: Option<u16>,
        quiet: bool,
    ) -> Result<Self, Failure> {
        Ok(Self {
            quiet,
            world,
            args,
            threads,
            style: style(world, &args.wording)?,
            loaded: None,
            is_shown: false,
        })
    }

    /// Lets the composer of this run draft a note. A language model that was wanted and cannot be
    /// had is no error: the note is in the speaker's own words then, and says so.
    pub fn draft(&mut self, draft: impl FnOnce(&mut dyn Composer) -> DraftNote) -> DraftNote {
        let loaded = self
            .loaded
            .get_or_insert_with(|| load(self.world, self.args, self.threads, &self.style));
        match loaded {
            Ok(Some(author)) => {
                let mut bar = WordingBar::new(self.quiet);
                let mut tell = |wording: Wording<'_>| bar.on(wording);
                let note = draft(&mut ModelComposer::new(author, &self.style, &mut tell));
                bar.finish();
                note
            }
            Ok(None) => draft(&mut Extractive),
            Err(failed) => {
                let mut note = draft(&mut Extractive);
                note.add_findings(vec![failed.finding()]);
                note
            }
        }
    }

    /// What went wrong with the language model, told once.
    pub fn failure(&mut self) -> Option<Failure> {
        let Some(Err(failed)) = &self.loaded else {
            return None;
        };
        (!std::mem::replace(&mut self.is_shown, true)).then(|| {
            Failure::new(format!(
                "the language model cannot be used: {}",
                failed.cause
            ))
            .hint(&failed.hint)
        })
    }
}

fn load(
    world: &World,
    args: &ComposingArgs,
    threads: Option<u16>,
    style: &Style,
) -> Result<Option<PenAuthor>, Failed> {
    let named = args.wording.llm.is_some() || world.settings.llm.is_some();
    match args
        .composer
        .or(world.settings.composer)
        .unwrap_or_default()
    {
        ComposerArg::Extractive => Ok(None),
        ComposerArg::Auto => author(world, &args.wording, threads, style, named),
        ComposerArg::Model => author(world, &args.wording, threads, style, true),
    }
}

/// The author and the style for wording a section anew.
///
/// # Errors
/// When the style cannot be read, or there is no language model that can be used.
pub fn reword(
    world: &World,
    args: &WordingArgs,
    threads: Option<u16>,
) -> Result<(PenAuthor, Style), Failure> {
    let style = style(world, args)?;
    let author = author(world, args, threads, &style, true)
        .map_err(|failed| Failure::new(failed.cause).hint(failed.hint))?;
    author
        .map(|author| (author, style))
        .ok_or_else(none_installed)
}

fn none_installed() -> Failure {
    let failed = Failed::none_installed();
    Failure::new(failed.cause).hint(failed.hint)
}

impl Failed {
    fn finding(&self) -> Finding {
        Finding::new(
            Severity::Warning,
            "composer.failed",
            format!(
                "the language model could not be used: {}; the note is in the speaker's own words. To mend it: {}",
                self.cause, self.hint
            ),
        )
    }

    fn none_installed() -> Self {
        Self {
            cause: "no language model is installed".to_owned(),
            hint: "see what there is with `notewright models list` and pull one, or add a GGUF file: notewright models add FILE".to_owned(),
        }
    }
}

impl From<ModelsError> for Failed {
    fn from(error: ModelsError) -> Self {
        Self {
            hint: error.hint(),
            cause: error.to_string(),
        }
    }
}

/// Loads the language model that was named, or the best one installed. `must` tells that having
/// none is a failure.
fn author(
    world: &World,
    args: &WordingArgs,
    threads: Option<u16>,
    style: &Style,
    must: bool,
) -> Result<Option<PenAuthor>, Failed> {
    let store = hearing::store(world);
    let named = args.llm.as_deref().or(world.settings.llm.as_deref());
    let found: Option<Found<'_>> = match named {
        Some(name) => Some(store.find(name)?),
        None => store.best(Kind::Llm)?,
    };
    let Some(found) = found else {
        return if must {
            Err(Failed::none_installed())
        } else {
            Ok(None)
        };
    };
    if found.format.kind() != Kind::Llm {
        return Err(Failed {
            cause: format!("{} is no language model", found.name),
            hint: "name a language model of `notewright models list`, or a GGUF file".to_owned(),
        });
    }
    let mut options = PenOptions::new(&found.path);
    options.threads = threads.or(world.settings.threads.and_then(|n| u16::try_from(n).ok()));
    let pen = Pen::open(options).map_err(|error| Failed {
        hint: hearing::hint(&error, Kind::Llm, &store),
        cause: error.to_string(),
    })?;
    let sha256 = store.digest(&found).ok().map(|digest| digest.to_string());
    // A client's initials are no thing to leave on the disk.
    let may_keep = sha256.clone().filter(|_| !style.client_term.is_initials());
    let prefixes = may_keep.and_then(|model| {
        let folder = world.folders.models.join(PREFIXES);
        std::fs::create_dir_all(&folder).ok()?;
        Some(PrefixStore { folder, model })
    });
    let info = AuthorInfo {
        model: found.name,
        sha256,
        context: pen.describe().context as usize,
    };
    Ok(Some(PenAuthor::new(pen, info, args.seed, prefixes)))
}

/// Folder beside the models for the openings of prompts, computed once.
const PREFIXES: &str = "prefixes";
/// Largest style file that is read.
const MOST_STYLE: u64 = 64 * 1024;

fn style(world: &World, args: &WordingArgs) -> Result<Style, Failure> {
    let Some(path) = args.style.as_ref().or(world.settings.style.as_ref()) else {
        return Ok(Style::default());
    };
    let large = path.metadata().is_ok_and(|meta| meta.len() > MOST_STYLE);
    if large {
        return Err(Failure::usage(format!(
            "the style {} is no style: it is too large",
            path.display()
        ))
        .hint("name the TOML file that holds the style"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!("cannot read the style {}: {error}", path.display()))
            .hint("name the TOML file that holds the style, or leave --style out")
    })?;
    Style::read(&text).map_err(|error| {
        Failure::usage(format!("the style {}: {error}", path.display())).hint(
            "its keys are person (first, third), tense (past, present), length (short, medium, full), client_term and avoid",
        )
    })
}
