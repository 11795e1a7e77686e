//! Laws of the whole reading, and tables of what clinicians say and where it goes.

use proptest::prelude::*;

use crate::compose::extractive::Extractive;
use crate::note::document::DraftNote;
use crate::note::format::NoteFormat;
use crate::pipeline::draft;
use crate::reading::lexicon::Lexicon;
use crate::reading::risk::{RiskField, RiskLevel, RiskStatus};
use crate::reading::{Reading, read};
use crate::transcript::document::Transcript;
use crate::transcript::script::Script;

fn drafted(transcript: &Transcript, format: &str) -> DraftNote {
    draft(
        transcript,
        NoteFormat::named(format).unwrap(),
        None,
        &mut Extractive,
    )
}

fn reading(text: &str) -> Reading {
    let lexicon = Lexicon::embedded();
    let script = Script::of(&Transcript::typed(text), &lexicon.instrument_names);
    read(
        lexicon,
        &script,
        &NoteFormat::named("soap").unwrap().purpose(),
    )
}

fn session(turns: &[(&str, &str)]) -> Transcript {
    let utterances: Vec<_> = turns
        .iter()
        .enumerate()
        .map(|(n, (speaker, text))| {
            serde_json::json!({"id": format!("u{}", n + 1), "speaker": speaker, "text": text})
        })
        .collect();
    let document = serde_json::json!({
        "schema": "notewright.transcript/1", "mode": "session", "utterances": utterances
    });
    serde_json::from_value(document).unwrap()
}

/// Section ids of the statements that hold `words`.
fn places(note: &DraftNote, words: &str) -> Vec<String> {
    note.sections
        .iter()
        .filter(|s| {
            s.statements.iter().any(|x| {
                x.evidence()
                    .iter()
                    .any(|e| e.quote().as_str().contains(words))
            })
        })
        .map(|s| s.id.clone())
        .collect()
}

#[test]
fn a_dictation_without_headers_settles_in_its_order() {
    let text = "He reports two good days at the depot and says sleep is short. \
        He was punctual and soft spoken. I taught paced breathing and we rehearsed a phone call. \
        The rehearsal took the fear out of it. Social anxiety is easing. \
        He will phone the depot on Monday. Next session in two weeks.";
    let note = drafted(&Transcript::typed(text), "soap");
    for (words, section) in [
        ("two good days", "subjective"),
        ("punctual", "objective"),
        ("paced breathing", "objective"),
        ("is easing", "assessment"),
        ("phone the depot", "plan"),
        ("in two weeks", "plan"),
    ] {
        assert_eq!(places(&note, words), [section], "{words}");
    }
}

#[test]
fn risk_is_what_was_said_of_the_client() {
    use RiskField::{Hi, Nssi, Plan, Si};
    use RiskStatus::{Denied, Present};
    for (text, field, want) in [
        (
            "She denies SI, her brother's therapist called.",
            Si,
            Some(Denied),
        ),
        ("He isn't suicidal.", Si, Some(Denied)),
        ("She scratched her forearm with a key.", Nssi, Some(Present)),
        ("Denies any plan to hurt herself.", Nssi, None),
        ("Denies any plan to hurt herself.", Plan, Some(Denied)),
        ("Nothing about harming himself, I did not ask.", Nssi, None),
        ("Her brother died by suicide.", Si, None),
        ("No thoughts of hurting anyone else.", Hi, Some(Denied)),
    ] {
        let said = reading(text).risk.status(field).map(|(status, _)| status);
        assert_eq!(said, want, "{field:?} in {text}");
    }
    let level = reading("I rate the risk as moderate.").risk.level[0].0;
    assert_eq!(level, RiskLevel::Moderate);
}

#[test]
fn an_answer_settles_the_risk_that_was_asked() {
    let asked = "Any thoughts of killing yourself?";
    for (answer, want) in [
        ("No, nothing like that.", "denied"),
        ("I'm tired. But no.", "denied"),
        ("Yeah, most nights.", "active"),
        ("The bus was late.", "not_assessed"),
    ] {
        let note = drafted(
            &session(&[("clinician", asked), ("client", answer)]),
            "soap",
        );
        let risk = serde_json::to_value(&note).unwrap()["risk"]["si"]["status"].clone();
        assert_eq!(risk, want, "{answer}");
    }
}

/// A table of `emdr_said.txt`: what is said, turns parted by " / ", a bar, and the one field.
#[test]
fn an_emdr_field_is_what_was_said_last() {
    let format = NoteFormat::named("emdr").unwrap();
    for (text, want) in include_str!("emdr_said.txt")
        .lines()
        .filter_map(|line| line.split_once(" | "))
    {
        let turns: Vec<&str> = text.split(" / ").collect();
        let transcript = match turns[..] {
            [only] => Transcript::typed(only),
            _ => session(
                &turns
                    .iter()
                    .enumerate()
                    .map(|(n, turn)| (["clinician", "client"][n % 2], *turn))
                    .collect::<Vec<_>>(),
            ),
        };
        let note = draft(&transcript, format, None, &mut Extractive);
        let fields = serde_json::to_value(&note).unwrap()["fields"].take();
        let (name, value) = want.split_once('=').unwrap_or(("target", ""));
        let said = match &fields[name]["value"] {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Array(items) => items
                .iter()
                .filter_map(|i| i.as_str())
                .collect::<Vec<_>>()
                .join(", "),
            serde_json::Value::Null => String::new(),
            other => other.to_string(),
        };
        assert_eq!(said, value, "{name} in {text}");
    }
}

#[test]
fn scores_find_their_instrument_and_their_time() {
    for (text, want) in [
        (
            "PHQ-9 is nine, it was fourteen at intake.",
            "PHQ-9 9 current, PHQ-9 14 prior",
        ),
        ("PHQ-9 twelve, zero on item nine.", "PHQ-9 12 current"),
        (
            "PHQ-9 twelve, had been sixteen.",
            "PHQ-9 12 current, PHQ-9 16 prior",
        ),
        (
            "PHQ and GAD were twelve and nine.",
            "PHQ-9 12 current, GAD-7 9 current",
        ),
        ("Her goal is a PHQ-9 below ten.", ""),
        (
            "SUD seven, no, eight. It came down to two.",
            "SUD 8 pre, SUD 2 post",
        ),
        (
            "She filled out the AUDIT in the hall and it came to eleven.",
            "AUDIT 11 current",
        ),
        (
            "SUD went from eight to three over four trials.",
            "SUD 8 pre, SUD 3 post",
        ),
        (
            "The SUD was four, down from five when we stopped.",
            "SUD 5 prior, SUD 4 pre",
        ),
        ("Pain is a seven.", ""),
        (
            "PCL-5 done again today. Forty four. It was fifty eight when we started.",
            "PCL-5 44 current, PCL-5 58 prior",
        ),
        (
            "The AUDIT came out at eighteen, last time it was twenty three.",
            "AUDIT 18 current, AUDIT 23 prior",
        ),
        (
            "GAD-7 is twelve, down three from last time.",
            "GAD-7 12 current",
        ),
        (
            "The PHQ-9 was not repeated. His sleep, it was two hours.",
            "",
        ),
        (
            "Desensitization with tappers. SUD was eight, then it came down to nought.",
            "SUD 8 pre, SUD 0 post",
        ),
        (
            "We brought the bus back up, and she put it at a six. It ended on a two.",
            "SUD 6 pre, SUD 2 post",
        ),
        (
            "Installed the good words, and it climbed to a six.",
            "VOC 6 post",
        ),
        ("Reprocessing. She is up to five cigarettes a day.", ""),
    ] {
        let note = serde_json::to_value(drafted(&Transcript::typed(text), "emdr")).unwrap();
        let said: Vec<String> = note["measures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|m| {
                format!(
                    "{} {} {}",
                    m["name"].as_str().unwrap(),
                    m["value"],
                    m["when"].as_str().unwrap()
                )
            })
            .collect();
        assert_eq!(said.join(", "), want, "{text}");
    }
}

#[test]
fn emdr_fields_are_the_speakers_own_words() {
    for (text, field, want) in [
        (
            "The bus crash is the target still.",
            "target",
            "The bus crash",
        ),
        (
            "Target is complete. Set up the new target, the lift.",
            "target",
            "the lift",
        ),
        ("We pulled the convoy back up.", "target", "the convoy"),
        (
            "The positive words are I am safe.",
            "positive_cognition",
            "I am safe",
        ),
        (
            "Buzzies in his socks, nine sets, I mean ten sets.",
            "sets",
            "10",
        ),
        (
            "Scanned from toes up, nothing left anywhere.",
            "body_scan_clear",
            "true",
        ),
        (
            "Body scan found a knot in the jaw.",
            "body_scan_clear",
            "false",
        ),
        (
            "Body scan was skipped, nothing else to add.",
            "body_scan_clear",
            "",
        ),
        (
            "We did not get to the body scan. Nothing else to add.",
            "body_scan_clear",
            "",
        ),
        ("Body scan deferred.", "body_scan_clear", ""),
        ("Time ran out, target not finished.", "complete", "false"),
    ] {
        let note = serde_json::to_value(drafted(&Transcript::typed(text), "emdr")).unwrap();
        let value = &note["fields"][field]["value"];
        let said = match value {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Number(count) => count.as_f64().unwrap().to_string(),
            other => other.to_string(),
        };
        assert_eq!(said, want, "{text}");
    }
}

#[test]
fn a_session_reading_may_be_told_unasked() {
    let talk = session(&[
        ("clinician", "Nought to ten, how bad is it?"),
        ("client", "An eight."),
        ("clinician", "Go with that."),
        ("client", "It's a three now."),
        ("clinician", "Hold I survived together with the van."),
        ("client", "Feels true. Seven."),
        ("clinician", "How many kids were in it?"),
        ("client", "Two."),
    ]);
    let note = serde_json::to_value(drafted(&talk, "emdr")).unwrap();
    let value = |field: &str| note["fields"][field]["value"].as_f64();
    assert_eq!(value("sud_start"), Some(8.0));
    assert_eq!(value("sud_end"), Some(3.0));
    assert_eq!(value("voc_start"), Some(7.0));
    assert_eq!(value("voc_end"), None);
}

#[test]
fn a_score_may_follow_its_instrument_by_an_utterance() {
    let talk = session(&[
        (
            "clinician",
            "You filled out the PHQ-9 again, is that right?",
        ),
        ("client", "Yes, outside."),
        (
            "clinician",
            "It's a nine today, and it was sixteen when you started.",
        ),
    ]);
    let note = serde_json::to_value(drafted(&talk, "soap")).unwrap();
    let values: Vec<_> = note["measures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| &m["value"])
        .collect();
    assert_eq!(values, [9, 16]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn reading_is_total_and_every_quote_is_said(
        text in "\\PC{0,300}",
        format in prop::sample::select(vec!["soap", "dap", "birp", "girp", "emdr"]),
    ) {
        let note = drafted(&Transcript::typed(&text), format);
        for section in &note.sections {
            for statement in &section.statements {
                for evidence in statement.evidence() {
                    prop_assert!(text.contains(evidence.quote().as_str()));
                }
            }
        }
    }

    #[test]
    fn talk_of_any_words_is_read(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "SUD", "zero", "to", "ten", "how", "true", "no", "I", "want", "die", "plan", "in",
                "my", "chest", "?", ".", "the", "target", "body", "scan", "PHQ-9", "was", "nine", "next",
                "week", "she", "denies", "and", "period", "\u{e9}\u{301}", "\u{1f642}",
            ]),
            0..120,
        ),
    ) {
        let half = words.len() / 2;
        let (a, b) = (words[..half].join(" "), words[half..].join(" "));
        let talk = session(&[("clinician", &a), ("client", &b), ("clinician", &b), ("client", &a)]);
        drafted(&talk, "emdr");
        drafted(&Transcript::typed(format!("{a} {b}").as_str()), "birp");
    }
}

#[test]
fn a_very_long_sentence_is_read() {
    let text = "she says the week was long and i taught breathing ".repeat(2_000);
    let note = drafted(&Transcript::typed(&text), "dap");
    assert!(note.sections.iter().any(|s| !s.statements.is_empty()));
}
