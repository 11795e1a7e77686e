//! Note formats: sections, what they are called aloud, what goes where, and what an insurer looks
//! for. Each is a TOML file in `formats/`; adding one touches no code.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::reading::Purpose;
use crate::reading::cohesion::Order;
use crate::reading::headings::Headings;
use crate::reading::interventions::SectionKind;
use crate::reading::lexicon::EmdrPhase;
use crate::reading::routing::Kind;

/// A note format.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteFormat {
    /// Its id, as `--format` takes it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is, in one line.
    pub about: String,
    /// Whether the EMDR phase decides on the section before the kind does.
    #[serde(default)]
    pub by_phase: bool,
    /// The section of each kind of thing that is said.
    pub routes: BTreeMap<Kind, String>,
    /// Its sections in order.
    #[serde(rename = "section")]
    pub sections: Vec<SectionFormat>,
    /// What must be there.
    #[serde(rename = "required", default)]
    pub required: Vec<Required>,
}

/// A section of a format.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionFormat {
    /// Its id in the note document.
    pub id: String,
    /// Its heading.
    pub heading: String,
    /// What it tells, in words for whoever writes it.
    pub tells: String,
    /// What it is called aloud.
    pub spoken: Vec<String>,
    /// What it says of the techniques under it.
    #[serde(default)]
    pub role: Option<Role>,
    /// Whether it is told before the others, although it stands after them.
    #[serde(default)]
    pub told_first: bool,
}

/// What a section says of the techniques under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// They are to come.
    Plan,
    /// They were used.
    Intervention,
}

/// Something that an insurer looks for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Required {
    /// What it is.
    pub element: Element,
    /// Code of the finding where it is missing.
    pub code: String,
    /// The finding's words.
    pub message: String,
    /// What to say or type to settle it.
    pub mend: String,
}

/// An element that can be required.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Element {
    /// Start and stop time, or minutes.
    Duration,
    /// A technique used.
    Intervention,
    /// The client's response.
    Response,
    /// What comes next.
    Plan,
    /// Suicidal or homicidal thoughts, denied or present.
    Risk,
}

/// A format that does not exist or cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// No format has this name.
    #[error("there is no note format `{given}`")]
    Unknown {
        /// As given.
        given: String,
        /// The nearest name, where one is near.
        nearest: Option<String>,
    },
    /// Not TOML, or keys that a format does not have.
    #[error("formats/{file}: {cause}")]
    Toml {
        /// File name.
        file: String,
        /// What the parser says.
        cause: Box<toml::de::Error>,
    },
    /// A route to a section that the format lacks.
    #[error("formats/{file}: {kind:?} goes to `{section}`, which is no section of the format")]
    Route {
        /// File name.
        file: String,
        /// The kind.
        kind: Kind,
        /// The section.
        section: String,
    },
}

impl FormatError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Unknown {
                nearest: Some(name),
                ..
            } => {
                format!("did you mean `--format {name}`? `notewright formats` lists them all")
            }
            Self::Unknown { .. } => "`notewright formats` lists them all".to_owned(),
            Self::Toml { .. } | Self::Route { .. } => "mend the file as it says".to_owned(),
        }
    }
}

const FILES: &[(&str, &str)] = &[
    ("soap.toml", include_str!("../../formats/soap.toml")),
    ("dap.toml", include_str!("../../formats/dap.toml")),
    ("birp.toml", include_str!("../../formats/birp.toml")),
    ("girp.toml", include_str!("../../formats/girp.toml")),
    ("pirp.toml", include_str!("../../formats/pirp.toml")),
    ("emdr.toml", include_str!("../../formats/emdr.toml")),
];

/// The formats that ship with the program.
///
/// # Panics
/// Never: a test reads the embedded files.
#[must_use]
pub fn all() -> &'static [NoteFormat] {
    static FORMATS: OnceLock<Vec<NoteFormat>> = OnceLock::new();
    FORMATS.get_or_init(|| {
        FILES
            .iter()
            .map(|(file, text)| {
                NoteFormat::read(file, text).expect("an embedded format is well formed")
            })
            .collect()
    })
}

impl NoteFormat {
    /// The format with this name, in any case.
    ///
    /// # Errors
    /// When there is none; the error names the nearest.
    pub fn named(name: &str) -> Result<&'static Self, FormatError> {
        let wanted = name.to_lowercase();
        all()
            .iter()
            .find(|f| f.id == wanted)
            .ok_or_else(|| FormatError::Unknown {
                given: name.to_owned(),
                nearest: all()
                    .iter()
                    .map(|f| (strsim::damerau_levenshtein(&f.id, &wanted), &f.id))
                    .min()
                    .filter(|(distance, _)| *distance <= 2)
                    .map(|(_, id)| id.clone()),
            })
    }

    /// Reads a format from the text of its file.
    ///
    /// # Errors
    /// Names the file and what is wrong in it.
    pub fn read(file: &str, text: &str) -> Result<Self, FormatError> {
        let format: Self = toml::from_str(text).map_err(|cause| FormatError::Toml {
            file: file.to_owned(),
            cause: Box::new(cause),
        })?;
        for (kind, section) in &format.routes {
            if format.section(section).is_none() {
                return Err(FormatError::Route {
                    file: file.to_owned(),
                    kind: *kind,
                    section: section.clone(),
                });
            }
        }
        Ok(format)
    }

    /// The place of the section with this id.
    #[must_use]
    pub fn section(&self, id: &str) -> Option<usize> {
        self.sections.iter().position(|s| s.id == id)
    }

    /// The section that a clause of this kind and phase belongs to; nothing for what no section
    /// takes.
    #[must_use]
    pub fn route(&self, kind: Kind, phase: Option<EmdrPhase>) -> Option<usize> {
        if kind == Kind::Frame {
            return None;
        }
        if self.by_phase && kind != Kind::Plan {
            let id = phase.and_then(|phase| serde_json::to_value(phase).ok());
            if let Some(section) = id
                .as_ref()
                .and_then(|id| id.as_str())
                .and_then(|id| self.section(id))
            {
                return Some(section);
            }
        }
        self.routes
            .get(&kind)
            .and_then(|id| self.section(id))
            .or(Some(0))
    }

    /// The sections as a dictation moves through them.
    fn order(&self) -> Order {
        let place = |id: &str| self.section(id);
        Order {
            turns: self
                .sections
                .iter()
                .enumerate()
                .map(|(at, s)| {
                    if s.told_first {
                        0
                    } else {
                        u8::try_from(at).unwrap_or(u8::MAX)
                    }
                })
                .collect(),
            kinds: self
                .routes
                .iter()
                .filter_map(|(kind, id)| place(id).map(|at| (*kind, at)))
                .collect(),
            phases: EmdrPhase::ALL
                .iter()
                .filter(|_| self.by_phase)
                .filter_map(|phase| place(phase.id()).map(|at| (*phase, at)))
                .collect(),
        }
    }

    /// What the reading needs to know of the format.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        Purpose {
            order: self.order(),
            emdr: self.by_phase,
            headings: Headings {
                ordinary: self.by_phase,
                spoken: self
                    .sections
                    .iter()
                    .map(|s| {
                        s.spoken
                            .iter()
                            .map(|p| p.split_whitespace().map(str::to_owned).collect())
                            .collect()
                    })
                    .collect(),
                kinds: self
                    .sections
                    .iter()
                    .map(|s| {
                        s.role.map(|role| match role {
                            Role::Plan => SectionKind::Plan,
                            Role::Intervention => SectionKind::Intervention,
                        })
                    })
                    .collect(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_format_reads() {
        for (file, text) in FILES {
            if let Err(error) = NoteFormat::read(file, text) {
                panic!("{error}");
            }
        }
    }

    #[test]
    fn an_unknown_format_suggests_the_nearest() {
        let error = NoteFormat::named("soup").unwrap_err();
        assert_eq!(error.to_string(), "there is no note format `soup`");
        assert!(error.hint().contains("--format soap"), "{}", error.hint());
        assert!(NoteFormat::named("SOAP").is_ok());
    }
}
