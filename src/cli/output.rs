//! Where results go: standard output, a file, or a file for each input in a folder. A file is
//! written whole or not at all.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;

/// Where results go.
#[derive(Clone, Debug)]
pub enum Target {
    /// Standard output.
    Standard,
    /// One file.
    File(PathBuf),
    /// A file for each input, named after it, and whether a file that is there is replaced.
    Folder(PathBuf, bool),
}

impl Target {
    /// The target that `--output` names, for so many inputs. A file that is there already is
    /// replaced only where `force` says so.
    ///
    /// # Errors
    /// When several inputs would go into one file, or the file is there already.
    pub fn of(output: Option<&Path>, inputs: usize, force: bool) -> Result<Self, Failure> {
        let Some(path) = output else {
            return Ok(Self::Standard);
        };
        let text = path.to_string_lossy();
        if path.is_dir() || text.ends_with(std::path::MAIN_SEPARATOR) {
            return Ok(Self::Folder(path.to_owned(), force));
        }
        if inputs > 1 {
            return Err(Failure::usage(format!(
                "{inputs} results cannot go into the one file {text}"
            ))
            .hint(format!(
                "name a folder: --output {text}{}",
                std::path::MAIN_SEPARATOR
            )));
        }
        if path.exists() && !force {
            return Err(there_already(path));
        }
        Ok(Self::File(path.to_owned()))
    }

    /// Whether results go to standard output.
    #[must_use]
    pub fn is_standard(&self) -> bool {
        matches!(self, Self::Standard)
    }

    /// Writes one result. `name` is that of its input, `ending` what its file name ends in.
    ///
    /// # Errors
    /// When the file or standard output cannot be written.
    pub fn write(&self, name: &str, ending: &str, text: &str) -> Result<(), Failure> {
        match self {
            Self::Standard => {
                let mut out = anstream::stdout();
                out.write_all(text.as_bytes())
                    .and_then(|()| out.flush())
                    .map_err(|error| Failure::new(format!("cannot write the result: {error}")))
            }
            Self::File(path) => whole(path, text),
            Self::Folder(folder, force) => {
                std::fs::create_dir_all(folder).map_err(|error| {
                    Failure::new(format!(
                        "cannot make the folder {}: {error}",
                        folder.display()
                    ))
                    .hint("name a folder that you may write to")
                })?;
                let stem = Path::new(name)
                    .file_stem()
                    .map_or_else(|| "note".into(), |s| s.to_string_lossy());
                let path = folder.join(format!("{stem}.{ending}"));
                if path.exists() && !force {
                    return Err(there_already(&path));
                }
                whole(&path, text)
            }
        }
    }
}

fn there_already(path: &Path) -> Failure {
    Failure::new(format!(
        "{} is there already and was left as it is",
        path.display()
    ))
    .hint("name another file, or replace it with --force")
}

/// Writes a file whole or not at all: beside it first, then under its name. Styles are left out.
fn whole(path: &Path, text: &str) -> Result<(), Failure> {
    let fail = |error: std::io::Error| {
        Failure::new(format!("cannot write {}: {error}", path.display()))
            .hint("name a file in a folder that you may write to and that has room")
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let write = || {
        let mut file = std::fs::File::create_new(&beside)?;
        file.write_all(anstream::adapter::strip_str(text).to_string().as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    };
    write().map_err(|error| {
        let _ = std::fs::remove_file(&beside);
        fail(error)
    })
}
