//! The note document: its schema, its quotes, its honesty, on the samples and on arbitrary text.

// Functions that tests share may unwrap like tests.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;

use notewright::compose::extractive::Extractive;
use notewright::note::document::DraftNote;
use notewright::note::format;
use notewright::pipeline;
use notewright::session::Speaker;
use notewright::transcript::document::Transcript;
use proptest::prelude::*;
use serde_json::Value;
use support::talk::session;

fn root(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn draft(transcript: &Transcript, format: &str) -> DraftNote {
    let format = format::NoteFormat::named(format).unwrap();
    pipeline::draft(
        transcript,
        format,
        "2026-03-10".parse().ok(),
        &mut Extractive,
    )
}

fn json(note: &DraftNote) -> Value {
    serde_json::to_value(note).unwrap()
}

fn schema(name: &str) -> jsonschema::Validator {
    let text = fs::read_to_string(root("schemas").join(name)).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

fn sample(kind: &str) -> Transcript {
    Transcript::typed(&fs::read_to_string(root(&format!("samples/{kind}.txt"))).unwrap())
}

/// Every quote of the document is a substring of its utterance.
fn quotes_are_said(document: &Value, transcript: &Transcript) {
    match document {
        Value::Object(map) => {
            if let (Some(id), Some(quote)) = (map.get("utterance"), map.get("quote")) {
                let said = transcript
                    .utterances
                    .iter()
                    .find(|u| id == u.id.0.as_str())
                    .unwrap();
                assert!(said.text.contains(quote.as_str().unwrap()));
            }
            map.iter()
                .filter(|(key, _)| *key != "transcript")
                .for_each(|(_, v)| quotes_are_said(v, transcript));
        }
        Value::Array(items) => items.iter().for_each(|v| quotes_are_said(v, transcript)),
        _ => {}
    }
}

fn check(transcript: &Transcript) {
    let valid = schema("note.schema.json");
    for format in format::all() {
        let document = json(&draft(transcript, &format.id));
        if let Err(error) = valid.validate(&document) {
            panic!("{}: {error} at {}", format.id, error.instance_path());
        }
        quotes_are_said(&document, transcript);
    }
}

#[test]
fn samples_in_every_format_follow_the_schema() {
    for kind in ["soap", "dap", "emdr"] {
        let transcript = sample(kind);
        check(&transcript);
        let document = serde_json::to_value(&transcript).unwrap();
        assert!(schema("transcript.schema.json").is_valid(&document));
    }
}

#[test]
fn a_session_follows_the_schema_and_ties_answers_to_questions() {
    let transcript = session(&[
        (Speaker::Clinician, "How was the week with the new shifts?"),
        (
            Speaker::Client,
            "Better, I did the belly breathing on the bus every morning.",
        ),
        (
            Speaker::Clinician,
            "Any thoughts of hurting yourself or of suicide?",
        ),
        (Speaker::Client, "No, nothing like that."),
    ]);
    check(&transcript);
    let document = json(&draft(&transcript, "dap"));
    assert_eq!(document["risk"]["si"]["status"], "denied");
    assert_eq!(document["risk"]["hi"]["status"], "not_assessed");
    assert_eq!(document["talk"]["summary"]["open_questions"], 1);
}

#[test]
fn sample_notes_read_as_they_should() {
    for kind in ["soap", "dap", "emdr"] {
        let note = draft(&sample(kind), kind);
        let shown = notewright::cli::show::note(&note, &kind.to_uppercase(), 90);
        insta::assert_snapshot!(kind, anstream::adapter::strip_str(&shown).to_string());
    }
}

#[test]
fn nothing_said_is_an_honest_note_with_nothing_in_it() {
    let note = json(&draft(&Transcript::typed(""), "soap"));
    assert!(
        note["sections"]
            .as_array()
            .unwrap()
            .iter()
            .all(|s| s["statements"] == Value::Array(vec![]))
    );
    assert_eq!(note["risk"]["si"]["status"], "not_assessed");
    assert_eq!(note["findings"][0]["code"], "empty");
}

#[test]
fn what_cannot_be_is_blocked_and_never_clamped() {
    let note = json(&draft(
        &Transcript::typed("PHQ-9 was 41 today. SUD was twelve."),
        "soap",
    ));
    assert_eq!(note["measures"], Value::Array(vec![]));
    let blocking: Vec<&Value> = note["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["severity"] == "blocking")
        .collect();
    assert_eq!(blocking.len(), 2);
    assert!(
        blocking
            .iter()
            .all(|f| f["code"] == "measure.range" && !f["evidence"].as_array().unwrap().is_empty())
    );
}

#[test]
fn a_contradiction_is_blocked_with_both_quotes() {
    let text = "She denies suicidal ideation. Later on she reports suicidal thoughts most nights.";
    let note = json(&draft(&Transcript::typed(text), "soap"));
    let finding = &note["findings"][0];
    assert_eq!(
        (finding["code"].as_str(), finding["severity"].as_str()),
        (Some("risk.contradiction"), Some("blocking"))
    );
    assert_eq!(finding["evidence"].as_array().unwrap().len(), 2);
    assert_ne!(note["risk"]["si"]["status"], "denied");
}

/// The invented cases of earlier blind rounds, as transcripts.
fn rounds() -> Vec<Transcript> {
    let mut cases = Vec::new();
    for round in fs::read_dir(root("tests/cases/rounds")).unwrap() {
        for case in fs::read_dir(round.unwrap().path()).unwrap() {
            let text = fs::read_to_string(case.unwrap().path()).unwrap();
            let case: Value = serde_json::from_str(&text).unwrap();
            let utterances: Vec<Value> = case["transcript"]
                .as_array()
                .unwrap()
                .iter()
                .enumerate()
                .map(|(n, said)| {
                    serde_json::json!({
                        "id": format!("u{}", n + 1), "speaker": said["speaker"], "text": said["text"]
                    })
                })
                .collect();
            let document = serde_json::json!({
                "schema": "notewright.transcript/1", "mode": case["mode"], "utterances": utterances
            });
            cases.push(serde_json::from_value(document).unwrap());
        }
    }
    cases
}

#[test]
fn invented_cases_give_valid_notes_with_true_quotes() {
    let cases = rounds();
    assert_eq!(cases.len(), 150);
    cases.iter().for_each(check);
}

#[test]
fn a_told_answer_settles_a_told_question() {
    let cases = [
        ("I asked about suicidal thoughts and she said no.", "denied"),
        (
            "I asked about suicidal thoughts, and she denied any.",
            "denied",
        ),
        (
            "I asked whether she thinks of killing herself and she said yes, last night.",
            "active",
        ),
        ("She had suicidal thoughts in her twenties.", "not_assessed"),
        ("I asked about suicidal thoughts.", "not_assessed"),
    ];
    for (text, want) in cases {
        let note = json(&draft(&Transcript::typed(text), "soap"));
        assert_eq!(note["risk"]["si"]["status"], want, "{text}");
        let findings = note["findings"].as_array().unwrap();
        let unsettled = findings.iter().any(|f| f["code"] == "risk.unsettled");
        assert_eq!(
            unsettled,
            text == "I asked about suicidal thoughts.",
            "{text}"
        );
    }
}

#[test]
fn debug_shows_no_speech() {
    let transcript = Transcript::typed("She told me about the orange boathouse and denies SI.");
    let note = draft(&transcript, "soap");
    for shown in [format!("{transcript:?}"), format!("{note:?}")] {
        assert!(!shown.contains("boathouse"), "{shown}");
    }
}

#[test]
fn ten_thousand_sentences_are_read() {
    let text = "She reports sleeping better. I used box breathing. GAD-7 was 9. She denies SI. "
        .repeat(2500);
    let note = draft(&Transcript::typed(&text), "soap");
    assert_eq!(
        note.sections
            .iter()
            .map(|s| s.statements.len())
            .sum::<usize>(),
        10_000
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_gives_a_valid_note(text in ".{0,400}") {
        check(&Transcript::typed(&text));
    }

    #[test]
    fn any_order_of_clinical_words_gives_a_valid_note(words in prop::collection::vec(
        prop::sample::select(vec![
            "she", "denies", "SI", "and", "HI", ".", ",", "used", "box", "breathing", "SUD", "eight", "was", "to",
            "three", "PHQ-9", "of", "fourteen", "plan", "next section", "scratch that", "period", "not", "I",
            "target", "negative cognition", "emotions were", "in her", "chest", "minutes", "ten oh five", "but",
            "she'll", "\u{2019}", "\u{1f642}", "e\u{301}", "sets", "twelve", "body scan", "clear", "declined",
        ]), 0..80)
    ) {
        check(&Transcript::typed(&words.join(" ")));
    }
}
