//! Tables of how risk is said aloud, and of words that say nothing of the client's risk.

use crate::compose::extractive::Extractive;
use crate::note::format::NoteFormat;
use crate::pipeline::draft;
use crate::transcript::document::Transcript;

/// Every fact of risk that a note of `transcript` states, as "si denied, level low".
fn stated(transcript: &Transcript) -> String {
    let format = NoteFormat::named("soap").unwrap();
    let note = draft(transcript, format, None, &mut Extractive);
    let note = serde_json::to_value(&note).unwrap();
    let fields = ["si", "hi", "nssi", "plan", "intent", "level"];
    let said: Vec<String> = fields
        .iter()
        .map(|f| (f, note["risk"][f]["status"].as_str().unwrap()))
        .filter(|(_, s)| !matches!(*s, "not_assessed" | "not_stated"))
        .map(|(f, s)| format!("{f} {s}"))
        .collect();
    said.join(", ")
}

fn session(turns: &[&str]) -> Transcript {
    let utterances: Vec<_> = turns
        .iter()
        .enumerate()
        .map(|(n, text)| {
            let speaker = if n % 2 == 0 { "clinician" } else { "client" };
            serde_json::json!({"id": format!("u{}", n + 1), "speaker": speaker, "text": text})
        })
        .collect();
    let document = serde_json::json!({
        "schema": "notewright.transcript/1", "mode": "session", "utterances": utterances
    });
    serde_json::from_value(document).unwrap()
}

/// The rows of a table in which something else was read than was said.
fn wrong<'a>(rows: impl Iterator<Item = (String, &'a str, String)>) -> Vec<String> {
    rows.filter(|(_, want, got)| want != got)
        .map(|(text, want, got)| format!("{text}\n    want: {want}\n    got:  {got}"))
        .collect()
}

fn check(table: &[(&str, &str)]) {
    let rows = table
        .iter()
        .map(|(text, want)| ((*text).to_owned(), *want, stated(&Transcript::typed(text))));
    let faults = wrong(rows);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The tables: what is said, a bar, and what is stated; one to a line.
fn rows(table: &'static str) -> Vec<(&'static str, &'static str)> {
    table
        .lines()
        .filter_map(|line| line.split_once('|'))
        .map(|(text, want)| (text.trim(), want.trim()))
        .collect()
}

#[test]
fn what_was_said_of_risk_is_stated() {
    let table = rows(include_str!("said.txt"));
    assert!(table.len() >= 80);
    check(&table);
}

#[test]
fn what_was_not_said_of_the_client_is_not_stated() {
    let lines = include_str!("unsaid.txt").lines();
    let table: Vec<_> = lines.map(|text| (text, "")).collect();
    assert!(table.len() >= 60);
    check(&table);
}

#[test]
fn questions_and_answers_are_stated() {
    let table = rows(include_str!("answers.txt"));
    let read = table.iter().map(|(text, want)| {
        let turns: Vec<&str> = text.split(" / ").collect();
        ((*text).to_owned(), *want, stated(&session(&turns)))
    });
    let faults = wrong(read);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
