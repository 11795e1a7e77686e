//! The checker against the tables of `tests/cases/grounding`, and what holds on any text.

use proptest::prelude::*;

use super::{Ground, Refusal, Said};
use crate::note::format::NoteFormat;
use crate::reading::lexicon::Lexicon;
use crate::session::{Mode, Speaker};

/// How many inventions of the tables pass today, and how many honest sentences are refused; the
/// even rows, from which nothing was learned, hold all that pass. Neither figure may grow.
const PASSED: usize = 4;
const REFUSED: usize = 20;

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
    let passed: Vec<&str> = include_str!("../../../tests/cases/grounding/invented.tsv")
        .lines()
        .filter(|row| {
            let [_, said, told] = row.split('\t').collect::<Vec<_>>()[..] else {
                panic!("not a row: {row}");
            };
            judge(said, told).is_ok()
        })
        .collect();
    let count = passed.len();
    assert!(count <= PASSED, "{count} pass:\n{}", passed.join("\n"));
}

#[test]
fn honest_sentences_stand() {
    let refused: Vec<String> = include_str!("../../../tests/cases/grounding/honest.tsv")
        .lines()
        .filter_map(|row| {
            let (said, told) = row.split_once('\t').unwrap();
            judge(said, told).err().map(|why| format!("{why}: {row}"))
        })
        .collect();
    let count = refused.len();
    assert!(count <= REFUSED, "{count} refused:\n{}", refused.join("\n"));
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
