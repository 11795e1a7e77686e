//! The checker against the tables of `tests/cases/grounding`, and what holds on any text.

use proptest::prelude::*;

use super::{Ground, Refusal, Said};
use crate::note::format::NoteFormat;
use crate::reading::lexicon::Lexicon;
use crate::session::{Mode, Speaker};

/// A pair of tables, with how many of its inventions pass today and how many of its honest sentences
/// are refused. No figure may grow.
struct Table {
    honest: &'static str,
    invented: &'static str,
    passed: usize,
    refused: usize,
}

/// The first pair is for learning; the others were only counted.
const TABLES: [Table; 3] = [
    Table {
        honest: include_str!("../../../tests/cases/grounding/honest.tsv"),
        invented: include_str!("../../../tests/cases/grounding/invented.tsv"),
        passed: 0,
        refused: 3,
    },
    Table {
        honest: include_str!("../../../tests/cases/grounding/honest-2.tsv"),
        invented: include_str!("../../../tests/cases/grounding/invented-2.tsv"),
        passed: 8,
        refused: 45,
    },
    Table {
        honest: include_str!("../../../tests/cases/grounding/honest-3.tsv"),
        invented: include_str!("../../../tests/cases/grounding/invented-3.tsv"),
        passed: 7,
        refused: 51,
    },
];

fn ground(mode: Mode) -> Ground<'static> {
    Ground {
        lexicon: Lexicon::embedded(),
        format: NoteFormat::named("soap").unwrap(),
        mode,
    }
}

/// A row's evidence: `d:` dictation, `s:` clinician, `c:` client in a session.
fn evidence(column: &str) -> (Mode, Vec<Said<'_>>) {
    let mut mode = Mode::Session;
    let said = column
        .split(" || ")
        .map(|part| {
            let (who, text) = part.split_at(2);
            let speaker = match who {
                "d:" => {
                    mode = Mode::Dictation;
                    Speaker::Clinician
                }
                "s:" => Speaker::Clinician,
                "c:" => Speaker::Client,
                _ => panic!("no speaker: {part}"),
            };
            Said {
                speaker,
                text: text.trim(),
            }
        })
        .collect();
    (mode, said)
}

fn judge(column: &str, sentence: &str) -> Result<(), Refusal> {
    let (mode, said) = evidence(column);
    ground(mode).check(sentence, &said)
}

fn dictated(text: &str) -> Said<'_> {
    Said {
        speaker: Speaker::Clinician,
        text,
    }
}

#[test]
fn inventions_are_refused() {
    for (nth, table) in TABLES.iter().enumerate() {
        let passes = |row: &&str| {
            let [_, said, told] = row.split('\t').collect::<Vec<_>>()[..] else {
                panic!("not a row of three: {row}");
            };
            judge(said, told).is_ok()
        };
        let count = table.invented.lines().filter(passes).count();
        assert!(count <= table.passed, "table {}: {count} pass", nth + 1);
    }
}

#[test]
fn honest_sentences_stand() {
    for (nth, table) in TABLES.iter().enumerate() {
        let refused = |row: &&str| {
            let (said, told) = row.split_once('\t').unwrap();
            judge(said, told).is_err()
        };
        let count = table.honest.lines().filter(refused).count();
        assert!(count <= table.refused, "table {}: {count} refused", nth + 1);
    }
}

#[test]
fn refusals_say_why() {
    let cases: &[(&str, &str, Refusal)] = &[
        ("d: GAD-7 was nine.", "GAD-7 was 11.", Refusal::Number),
        (
            "d: Court is on Monday.",
            "Court is on Friday.",
            Refusal::Date,
        ),
        (
            "c: I just feel heavy.",
            "Client stated, \"I feel empty.\"",
            Refusal::Quotation,
        ),
        (
            "d: Takes sertraline fifty milligrams.",
            "Client takes sertraline 75 mg.",
            Refusal::Dose,
        ),
        ("d: She slept.", " … ", Refusal::Empty),
    ];
    for (said, told, why) in cases {
        assert_eq!(judge(said, told).as_ref(), Err(why), "{told}");
    }
    assert_eq!(
        ground(Mode::Dictation).check("Client slept.", &[dictated("…")]),
        Err(Refusal::NoEvidence)
    );
}

#[test]
fn refusals_show_no_speech() {
    let why = judge(
        "c: Odile shouted at me on the stairs.",
        "Client grieves for Odile.",
    )
    .unwrap_err();
    for shown in [why.to_string(), format!("{why:?}")] {
        assert!(
            !shown.contains("Odile") && !shown.contains("stairs"),
            "{shown}"
        );
    }
    assert!(!format!("{:?}", dictated("Odile")).contains("Odile"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_judged(sentence in ".{0,80}", said in ".{0,80}", session: bool) {
        let mode = if session { Mode::Session } else { Mode::Dictation };
        let _ = ground(mode).check(&sentence, &[dictated(&said)]);
    }

    #[test]
    fn words_of_notes_in_any_order_are_judged(
        words in prop::collection::vec(prop::sample::select(vec![
            "client", "denied", "no", "will", "next week", "\"", ",", ".", "7", "from", "to",
            "PHQ-9", "her mother's", "not", "and", "breathing", "she's", "scratch that", "SI",
        ]), 0..14),
    ) {
        let text = words.join(" ");
        let _ = ground(Mode::Session).check(&text, &[dictated(&text), dictated("no")]);
    }

    #[test]
    fn what_was_dictated_stands_as_it_was(said in "[a-zA-Z][ -~é]{0,80}") {
        prop_assert_eq!(ground(Mode::Dictation).check(&said, &[dictated(&said)]), Ok(()));
    }
}
