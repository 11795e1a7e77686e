//! Settings: a TOML file in the platform's folder; a flag or a `NOTEWRIGHT_…` variable outranks it.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::cli::composing::ComposerArg;
use crate::cli::failure::Failure;
use crate::session::Mode;

/// What the settings file can hold. Every key is optional.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Note format where none is asked for.
    pub format: Option<String>,
    /// Dictation or session where neither is asked for.
    pub mode: Option<Mode>,
    /// Recogniser: a name of the catalog or a file.
    pub model: Option<String>,
    /// Folder for models.
    pub models: Option<PathBuf>,
    /// Threads that an engine may use.
    pub threads: Option<usize>,
    /// Where models are pulled from instead of Hugging Face.
    pub mirror: Option<String>,
    /// Language of the speech, e.g. `en`.
    pub language: Option<String>,
    /// Words of the clinic that the recogniser should expect.
    pub vocabulary: Option<String>,
    /// File of the clinic's words, one a line.
    pub vocabulary_file: Option<PathBuf>,
    /// What words the notes: `auto`, `extractive` or `model`.
    pub composer: Option<ComposerArg>,
    /// Language model: a name of the catalog or a file.
    pub llm: Option<String>,
    /// File of the style in which a language model words the notes.
    pub style: Option<PathBuf>,
}

/// The keys of `Settings`, for the nearest one to a mistyped key.
const KEYS: &[&str] = &[
    "format",
    "mode",
    "model",
    "models",
    "threads",
    "mirror",
    "language",
    "vocabulary",
    "vocabulary_file",
    "composer",
    "llm",
    "style",
];

/// The folders that the program uses.
#[derive(Clone, Debug)]
pub struct Folders {
    /// The settings file.
    pub settings: PathBuf,
    /// Where pulled and added models lie.
    pub models: PathBuf,
    /// Where sealed recordings and the key to them lie.
    pub data: PathBuf,
}

impl Folders {
    /// The platform's folders; `home` of the program where the platform has none.
    #[must_use]
    pub fn of_platform() -> Self {
        directories::ProjectDirs::from("", "", "notewright").map_or_else(
            || Self {
                settings: PathBuf::from(".notewright/settings.toml"),
                models: PathBuf::from(".notewright/models"),
                data: PathBuf::from(".notewright"),
            },
            |dirs| Self {
                settings: dirs.config_dir().join("settings.toml"),
                models: dirs.data_dir().join("models"),
                data: dirs.data_dir().to_owned(),
            },
        )
    }
}

impl Settings {
    /// Reads the settings file; one that is not there is empty.
    ///
    /// # Errors
    /// When it cannot be read, is not TOML, or has a key that there is not.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => {
                return Err(Failure::new(format!(
                    "cannot read the settings {}: {error}",
                    path.display()
                ))
                .hint("mend its permissions, or name another file with --settings"));
            }
        };
        Self::parse(&text).map_err(|(cause, hint)| {
            Failure::usage(format!("settings {}: {cause}", path.display())).hint(hint)
        })
    }

    fn parse(text: &str) -> Result<Self, (String, String)> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            (
                error.message().to_owned(),
                "mend the file as it says".to_owned(),
            )
        })?;
        if let Some(unknown) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
            let nearest = KEYS
                .iter()
                .min_by_key(|key| strsim::damerau_levenshtein(key, unknown))
                .copied()
                .unwrap_or_default();
            return Err((
                format!("there is no setting `{unknown}`"),
                format!("the nearest is `{nearest}`; all are: {}", KEYS.join(", ")),
            ));
        }
        toml::from_str(text).map_err(|error| {
            (
                error.message().to_owned(),
                "mend the file as it says".to_owned(),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;

    #[test]
    fn a_mistyped_key_names_the_nearest() {
        let (cause, hint) = Settings::parse("fromat = \"dap\"").unwrap_err();
        assert_eq!(cause, "there is no setting `fromat`");
        assert!(hint.starts_with("the nearest is `format`"), "{hint}");
    }

    #[test]
    fn every_key_is_known() {
        let text = "format = \"dap\"\nmode = \"session\"\nmodel = \"base.en\"\nmodels = \"/m\"\n\
                    threads = 2\nmirror = \"https://m\"\nlanguage = \"en\"\nvocabulary = \"EMDR\"\n\
                    vocabulary_file = \"/v\"\n\
                    composer = \"model\"\nllm = \"qwen\"\nstyle = \"house.toml\"\n";
        assert_eq!(Settings::parse(text).unwrap().threads, Some(2));
    }
}
