//! A note document that is read back, so that sections of it can be worded anew: what changes is
//! replaced, everything else stays as it was written, and the version before is kept in it.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::note::document::{ComposerInfo, Evidence, Origin, SCHEMA, Statement};
use crate::note::findings::Finding;
use crate::note::format::{FormatError, NoteFormat};
use crate::reading::Cite;
use crate::session::{Speech, UtteranceId};
use crate::transcript::document::Transcript;

/// A note document in memory.
pub struct SavedNote {
    document: Map<String, Value>,
    format: &'static NoteFormat,
    transcript: Transcript,
}

/// Why a document cannot be worded anew. Holds no speech.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// Not JSON, or not a note.
    #[error("it is no {SCHEMA} document ({what})")]
    NotANote {
        /// What is wrong with it.
        what: String,
    },
    /// A format that this version does not know.
    #[error("{0}")]
    Format(#[from] FormatError),
    /// Signed notes change by an addendum only.
    #[error("the note is {status}, and only a draft can be worded anew")]
    NotADraft {
        /// Its status.
        status: String,
    },
    /// Without the transcript no sentence can be checked.
    #[error("the note carries no transcript, so that no sentence of it can be checked")]
    NoTranscript,
    /// Evidence that the transcript does not hold.
    #[error("a statement of {section} cites words that are not in the note's transcript")]
    Evidence {
        /// The section's id.
        section: String,
    },
    /// Nothing was worded anew yet.
    #[error("the note has no version before this one")]
    NothingBefore,
}

impl SavedError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotANote { .. } => {
                "name a note that was written with --json: notewright draft INPUT --json --output note.json"
            }
            Self::Format(_) => "`notewright formats` lists the formats",
            Self::NotADraft { .. } => "write an addendum to a signed note",
            Self::NoTranscript | Self::Evidence { .. } => {
                "draft the note again from its transcript: notewright draft INPUT --json"
            }
            Self::NothingBefore => "there is nothing to take back",
        }
    }
}

#[derive(Deserialize)]
struct SavedStatement {
    text: Speech,
    origin: Origin,
    evidence: Vec<SavedEvidence>,
}

#[derive(Deserialize)]
struct SavedEvidence {
    utterance: UtteranceId,
    quote: Speech,
}

fn not_a_note(what: &str) -> SavedError {
    SavedError::NotANote {
        what: what.to_owned(),
    }
}

impl SavedNote {
    /// Reads a document.
    ///
    /// # Errors
    /// When it is no draft note with its transcript.
    pub fn read(text: &str) -> Result<Self, SavedError> {
        let document: Map<String, Value> =
            serde_json::from_str(text).map_err(|_| not_a_note("it is not a JSON object"))?;
        let word = |key: &str| document.get(key).and_then(Value::as_str);
        if word("schema") != Some(SCHEMA) {
            return Err(not_a_note("its schema is another"));
        }
        match word("status") {
            Some("draft") => {}
            status => {
                return Err(SavedError::NotADraft {
                    status: match status {
                        Some("signed") => "signed",
                        Some("amended") => "amended",
                        _ => "without a status",
                    }
                    .to_owned(),
                });
            }
        }
        let format = NoteFormat::named(word("format").unwrap_or_default())?;
        let transcript = match document.get("transcript") {
            None | Some(Value::Null) => return Err(SavedError::NoTranscript),
            Some(transcript) => Transcript::deserialize(transcript)
                .map_err(|_| not_a_note("its transcript is none"))?,
        };
        let sections = document
            .get("sections")
            .and_then(Value::as_array)
            .ok_or_else(|| not_a_note("it has no sections"))?;
        let ids = sections.iter().map(|s| s.get("id").and_then(Value::as_str));
        if !ids.eq(format.sections.iter().map(|s| Some(s.id.as_str()))) {
            return Err(not_a_note("its sections are not those of its format"));
        }
        Ok(Self {
            document,
            format,
            transcript,
        })
    }

    /// The format.
    #[must_use]
    pub fn format(&self) -> &'static NoteFormat {
        self.format
    }

    /// The transcript.
    #[must_use]
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// The document as text.
    #[must_use]
    pub fn text(&self) -> String {
        let text = serde_json::to_string_pretty(&self.document).unwrap_or_default();
        text + "\n"
    }

    /// The statements of the section at `place`, proven against the transcript.
    ///
    /// # Errors
    /// When a statement has no text or cites what the transcript does not hold.
    pub fn statements(&self, place: usize) -> Result<Vec<Statement>, SavedError> {
        let section = self.format.sections.get(place);
        let fault = || SavedError::Evidence {
            section: section.map(|s| s.id.clone()).unwrap_or_default(),
        };
        let all = self
            .document
            .get("sections")
            .and_then(|s| s.get(place))
            .and_then(|s| s.get("statements"))
            .ok_or_else(|| not_a_note("a section has no statements"))?;
        let all = Vec::<SavedStatement>::deserialize(all)
            .map_err(|_| not_a_note("a statement is not complete"))?;
        all.into_iter()
            .map(|saved| {
                let evidence: Option<Vec<Evidence>> =
                    saved.evidence.iter().map(|e| self.evidence(e)).collect();
                let evidence = evidence.ok_or_else(fault)?;
                Statement::of(saved.text.into_string(), saved.origin, evidence).ok_or_else(fault)
            })
            .collect()
    }

    fn evidence(&self, saved: &SavedEvidence) -> Option<Evidence> {
        let utterances = &self.transcript.utterances;
        let place = utterances.iter().position(|u| u.id == saved.utterance)?;
        let start = utterances[place].text.find(saved.quote.as_str())?;
        let span = start..start + saved.quote.len();
        Evidence::cut(&self.transcript, &Cite::of(place, span))
    }

    /// Puts new statements into sections, and keeps what was there before.
    pub fn replace(
        &mut self,
        changes: &[(usize, Vec<Statement>)],
        composer: &ComposerInfo,
        findings: &[Finding],
    ) {
        let before: Vec<Value> = changes
            .iter()
            .filter_map(|(place, _)| {
                let section = self.document.get("sections")?.get(*place)?;
                Some(json!({"id": section.get("id")?, "statements": section.get("statements")?}))
            })
            .collect();
        let revision = json!({
            "sections": before,
            "composer": self.document.get("composer"),
            "findings": self.document.get("findings"),
        });
        for (place, statements) in changes {
            self.put(*place, json!(statements));
        }
        self.document.insert("composer".to_owned(), json!(composer));
        if let Some(Value::Array(all)) = self.document.get_mut("findings") {
            for finding in findings.iter().map(|finding| json!(finding)) {
                if !all.contains(&finding) {
                    all.push(finding);
                }
            }
        }
        let revisions = self.document.entry("revisions").or_insert(json!([]));
        if let Value::Array(revisions) = revisions {
            revisions.push(revision);
        }
    }

    fn put(&mut self, place: usize, statements: Value) {
        let section = self
            .document
            .get_mut("sections")
            .and_then(|all| all.get_mut(place));
        if let Some(Value::Object(section)) = section {
            section.insert("statements".to_owned(), statements);
        }
    }

    /// Takes the last change back. The sections that it touched come back as places in the format.
    ///
    /// # Errors
    /// When there was none.
    pub fn undo(&mut self) -> Result<Vec<usize>, SavedError> {
        let revisions = self
            .document
            .get_mut("revisions")
            .and_then(Value::as_array_mut);
        let revision = revisions
            .and_then(Vec::pop)
            .ok_or(SavedError::NothingBefore)?;
        let mut places = Vec::new();
        let before = revision.get("sections").and_then(Value::as_array);
        for section in before.into_iter().flatten() {
            let id = section.get("id").and_then(Value::as_str);
            let place = id.and_then(|id| self.format.section(id));
            if let (Some(place), Some(statements)) = (place, section.get("statements")) {
                self.put(place, statements.clone());
                places.push(place);
            }
        }
        for key in ["composer", "findings"] {
            if let Some(value) = revision.get(key) {
                self.document.insert(key.to_owned(), value.clone());
            }
        }
        if self.document.get("revisions") == Some(&json!([])) {
            self.document.shift_remove("revisions");
        }
        Ok(places)
    }
}
