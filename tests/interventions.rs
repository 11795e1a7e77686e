//! The lexicon against `tests/cases/interventions.tsv`: for each id of the taxonomy phrasings in
//! several statuses that must be found, and traps that must not.

// Functions that tests share may unwrap like tests.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proptest::prelude::*;

use notewright::note::format::NoteFormat;
use notewright::reading::lexicon::Lexicon;
use notewright::reading::{self, Reading};
use notewright::transcript::document::Transcript;
use notewright::transcript::script::Script;

fn read(sentence: &str, format: &str) -> Reading {
    let lexicon = Lexicon::embedded();
    let script = Script::of(&Transcript::typed(sentence), &lexicon.instrument_names);
    reading::read(
        lexicon,
        &script,
        &NoteFormat::named(format).unwrap().purpose(),
    )
}

/// The statuses with which a sentence tags an id, in the names of the note document.
fn statuses(sentence: &str, id: &str) -> Vec<String> {
    let format = if id.starts_with("emdr") {
        "emdr"
    } else {
        "soap"
    };
    let lexicon = Lexicon::embedded();
    read(sentence, format)
        .tags
        .iter()
        .filter(|tag| lexicon.interventions[tag.intervention].id == id)
        .map(|tag| {
            serde_json::to_value(tag.status)
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect()
}

#[test]
fn every_row_of_the_table_is_read_as_it_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/interventions.tsv");
    let table = fs::read_to_string(path).unwrap();
    let mut wrong = Vec::new();
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for row in table
        .lines()
        .skip_while(|l| l.starts_with('#'))
        .filter(|l| !l.starts_with("id\t"))
    {
        let mut cells = row.splitn(3, '\t');
        let (Some(id), Some(want), Some(sentence)) = (cells.next(), cells.next(), cells.next())
        else {
            panic!("not a row: {row}");
        };
        let got = statuses(sentence, id);
        let count = counts.entry(id).or_default();
        let right = if want == "trap" {
            count.1 += 1;
            got.is_empty()
        } else {
            count.0 += 1;
            got.iter().any(|status| status == want)
        };
        if !right {
            wrong.push(format!("{id}\twant {want}, got {got:?}\t{sentence}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} rows:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(counts.len(), Lexicon::embedded().interventions.len());
    for (id, (phrasings, traps)) in counts {
        assert!(
            phrasings >= 4 && traps >= 2,
            "{id} has {phrasings} phrasings and {traps} traps"
        );
    }
}

/// Sentences of the table that name who acts, so that they stand for themselves.
fn whole_sentences() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/interventions.tsv");
    fs::read_to_string(path)
        .unwrap()
        .lines()
        .filter_map(|row| row.splitn(3, '\t').nth(2))
        .filter(|s| s.starts_with("I ") || s.starts_with("She ") || s.starts_with("Client "))
        .map(str::to_owned)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_order_of_unrelated_sentences_changes_no_tag(
        (said, again) in prop::collection::vec(prop::sample::select(whole_sentences()), 2..7)
            .prop_flat_map(|said| (Just(said.clone()), Just(said).prop_shuffle()))
    ) {
        let tags = |sentences: &[String]| -> BTreeSet<(usize, _)> {
            read(&sentences.join(" "), "dap")
                .tags
                .iter()
                .map(|tag| (tag.intervention, tag.status))
                .collect()
        };
        prop_assert_eq!(tags(&said), tags(&again));
    }
}
