//! The composer with a language model, on fakes of its author: what it is asked, what of its
//! answers stands, and what becomes of a note when it fails.

// Functions that tests share may unwrap like tests.
#![allow(clippy::unwrap_used)]

mod authors;
mod budget;
mod commands;
mod failing;
mod grounded;
mod prompts;
#[cfg(feature = "pen")]
mod real;
mod redraft;
#[path = "../support/mod.rs"]
mod support;

use notewright::compose::extractive::Extractive;
use notewright::compose::model::{Author, ModelComposer, Style, Wording};
use notewright::note::document::{DraftNote, Origin};
use notewright::note::format::NoteFormat;
use notewright::pipeline;
use notewright::transcript::document::Transcript;
use serde_json::Value;
use support::talk::session;

/// A note that `author` composes.
fn note(transcript: &Transcript, format: &str, author: &mut dyn Author) -> DraftNote {
    styled(transcript, format, author, &Style::default())
}

fn styled(
    transcript: &Transcript,
    format: &str,
    author: &mut dyn Author,
    style: &Style,
) -> DraftNote {
    let format = NoteFormat::named(format).unwrap();
    let mut told = 0;
    let mut tell = |wording: Wording<'_>| {
        assert!(wording.section > told && wording.section <= wording.of);
        told = wording.section;
    };
    let mut composer = ModelComposer::new(author, style, &mut tell);
    let note = pipeline::draft(transcript, format, None, &mut composer);
    valid(&note, transcript);
    note
}

/// The note in the speaker's own words.
fn own_words(transcript: &Transcript, format: &str) -> DraftNote {
    pipeline::draft(
        transcript,
        NoteFormat::named(format).unwrap(),
        None,
        &mut Extractive,
    )
}

/// The document follows its schema, and every quote was said.
fn valid(note: &DraftNote, transcript: &Transcript) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/note.schema.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let document = serde_json::to_value(note).unwrap();
    if let Err(error) = jsonschema::validator_for(&schema)
        .unwrap()
        .validate(&document)
    {
        panic!("{error} at {}", error.instance_path());
    }
    for statement in note.sections.iter().flat_map(|s| &s.statements) {
        for evidence in statement.evidence() {
            let said = transcript
                .utterances
                .iter()
                .find(|u| u.id == *evidence.utterance())
                .unwrap();
            assert!(said.text.contains(evidence.quote().as_str()));
        }
    }
}

/// The typed facts of a note, which no composer may change.
fn facts(note: &DraftNote) -> Value {
    let all = serde_json::to_value(note).unwrap();
    serde_json::json!([
        all["session"],
        all["fields"],
        all["interventions"],
        all["measures"],
        all["risk"],
        all["talk"]
    ])
}

/// Every statement of a note as `section: text`, with a star where it is composed.
fn lines(note: &DraftNote) -> Vec<String> {
    note.sections
        .iter()
        .flat_map(|section| {
            section.statements.iter().map(move |s| {
                let star = if s.origin() == Origin::Composed {
                    "*"
                } else {
                    ""
                };
                format!("{}{star}: {}", section.id, s.text().as_str())
            })
        })
        .collect()
}

fn codes(note: &DraftNote) -> Vec<&str> {
    let codes = note.findings.iter().map(|f| f.code.as_str());
    codes.filter(|code| code.starts_with("composer.")).collect()
}

/// Every quote that the statements of a note stand on, by utterance.
fn quotes(note: &DraftNote) -> std::collections::BTreeSet<(String, String)> {
    note.sections
        .iter()
        .flat_map(|s| &s.statements)
        .flat_map(notewright::note::document::Statement::evidence)
        .map(|e| (e.utterance().0.clone(), e.quote().as_str().to_owned()))
        .collect()
}

/// Nothing that the speaker's own note stands on is missing from the other.
fn loses_nothing(note: &DraftNote, transcript: &Transcript, format: &str) {
    let (whole, there) = (quotes(&own_words(transcript, format)), quotes(note));
    for quote in &whole {
        assert!(there.contains(quote), "{} is in no statement", quote.0);
    }
}

fn dictation() -> Transcript {
    Transcript::typed(
        "Client reports that she slept four hours a night this week. She worries about the move. \
         PHQ-9 was fourteen. I taught box breathing. She denies suicidal ideation. \
         Plan: we will start exposure next week.",
    )
}
