//! What is said of risk against `tests/cases/risk.tsv`: each row's field gets its status, and what
//! speaks of no risk of the client's leaves every field not assessed.

// Functions that tests share may unwrap like tests.
#![allow(clippy::unwrap_used)]

use notewright::compose::extractive::Extractive;
use notewright::note::format::NoteFormat;
use notewright::pipeline;
use notewright::transcript::document::Transcript;
use serde_json::Value;

const FIELDS: [&str; 6] = ["si", "hi", "nssi", "plan", "intent", "level"];

fn risk(text: &str) -> Value {
    let format = NoteFormat::named("soap").unwrap();
    let note = pipeline::draft(&Transcript::typed(text), format, None, &mut Extractive);
    serde_json::to_value(&note).unwrap()["risk"].take()
}

#[test]
fn every_row_of_the_table_is_read_as_it_says() {
    let mut wrong = Vec::new();
    let table = include_str!("cases/risk.tsv");
    for row in table.lines().filter(|l| !l.starts_with('#')) {
        let [field, want, text] = row.splitn(3, '\t').collect::<Vec<_>>()[..] else {
            panic!("not a row: {row}");
        };
        let read = risk(text);
        let status = |field: &str| read[field]["status"].as_str().unwrap().to_owned();
        let right = if field == "none" {
            FIELDS.iter().all(|f| status(f).starts_with("not_"))
        } else {
            status(field) == want
        };
        if !right {
            let got: Vec<String> = FIELDS
                .iter()
                .map(|f| format!("{f} {}", status(f)))
                .collect();
            wrong.push(format!(
                "{field} {want}: {text}\n    got {}",
                got.join(", ")
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} rows:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
