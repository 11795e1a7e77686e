//! Reads the catalog's text, strictly, and checks that its entries do not contradict each other.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::digest::Digest;
use super::super::error::ModelsError;
use super::{Catalog, Cost, Entry, Kind, Licence, Size, Source};

pub(super) fn parse(text: &str) -> Result<Catalog, ModelsError> {
    let raw: RawCatalog = toml::from_str(text).map_err(|error| ModelsError::Catalog {
        problem: error.to_string().trim_end().to_owned(),
    })?;
    let mut entries: Vec<Entry> = Vec::with_capacity(raw.model.len());
    for model in raw.model {
        let entry = model.check(&raw.licences)?;
        if let Some(twin) = entries
            .iter()
            .find(|e| e.name == entry.name || e.file == entry.file)
        {
            return Err(fault(
                &entry.name,
                &format!("shares its name or file with `{}`", twin.name),
            ));
        }
        entries.push(entry);
    }
    Ok(Catalog {
        licences: raw.licences,
        entries,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCatalog {
    licences: BTreeMap<String, Licence>,
    model: Vec<RawEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
    kind: Kind,
    name: String,
    #[serde(default)]
    bundled: bool,
    repo: Option<String>,
    file: String,
    sha256: Option<Digest>,
    bytes: Option<u64>,
    size_is_exact: Option<bool>,
    licence: String,
    memory_mib: u64,
    window_cpu_s: Option<f32>,
    active_mparams: Option<u32>,
    quality: u32,
    english_only: bool,
    takes_prompt: bool,
    good_for: String,
}

impl RawEntry {
    fn check(self, licences: &BTreeMap<String, Licence>) -> Result<Entry, ModelsError> {
        let name = self.name.clone();
        let refuse = |problem: &str| Err(fault(&name, problem));
        if !licences.contains_key(&self.licence) {
            return refuse(&format!(
                "names a licence `{}` that is not there",
                self.licence
            ));
        }
        let cost = match (self.kind, self.window_cpu_s, self.active_mparams) {
            (Kind::Whisper, Some(seconds), None) => Cost::SpeechWindow(seconds),
            (Kind::Llm, None, Some(millions)) => Cost::ActiveParameters(millions),
            (Kind::Vad, None, None) => Cost::Slight,
            _ => {
                return refuse(
                    "needs `window_cpu_s` for whisper, `active_mparams` for llm, neither for vad",
                );
            }
        };
        let source = match (self.repo, self.sha256, self.bytes, self.size_is_exact) {
            (None, None, None, None) if self.bundled => Source::Bundled,
            (Some(repo), Some(sha256), Some(bytes), Some(exact)) if !self.bundled => {
                if self.file.contains(['/', '\\']) {
                    return refuse("has a `file` that is not a plain file name");
                }
                let size = if exact {
                    Size::Exact(bytes)
                } else {
                    Size::About(bytes)
                };
                Source::Download { repo, sha256, size }
            }
            _ => {
                return refuse("is either `bundled`, or has repo, sha256, bytes and size_is_exact");
            }
        };
        Ok(Entry {
            kind: self.kind,
            name: self.name,
            file: self.file,
            source,
            licence: self.licence,
            memory_mib: self.memory_mib,
            cost,
            quality: self.quality,
            english_only: self.english_only,
            takes_prompt: self.takes_prompt,
            good_for: self.good_for,
        })
    }
}

fn fault(name: &str, problem: &str) -> ModelsError {
    ModelsError::Catalog {
        problem: format!("model `{name}` {problem}"),
    }
}
