//! Sections worded anew in a note document, and taken back.

use notewright::cli::redraft::{Redraft, note_statements, redraft};
use notewright::compose::model::{Author, ModelComposer};
use notewright::compose::model::{Style, info};
use notewright::note::format::NoteFormat;
use notewright::note::saved::{SavedError, SavedNote};
use notewright::pipeline;
use notewright::transcript::own_words::OwnWords;

use super::authors::{Asked, Fake, faithful, gone, line};
use super::{dictation, own_words};

fn document() -> String {
    serde_json::to_string_pretty(&own_words(&dictation(), "soap")).unwrap() + "\n"
}

fn words(saved: &SavedNote, place: usize) -> Vec<String> {
    let all = saved.statements(place).unwrap();
    all.iter().map(|s| s.text().as_str().to_owned()).collect()
}

fn run(saved: &SavedNote, author: &mut dyn Author, place: usize, wish: Option<&str>) -> Redraft {
    let all = note_statements(saved).unwrap();
    redraft(
        &OwnWords::default(),
        author,
        &Style::default(),
        saved,
        &[place],
        &all,
        wish,
    )
}

#[test]
fn a_section_is_worded_anew_and_taken_back() {
    let text = document();
    let mut saved = SavedNote::read(&text).unwrap();
    assert_eq!(saved.text(), text, "reading changes nothing");
    let mut fake = Fake::new(|asked: &Asked<'_>| {
        Ok(asked
            .evidence
            .iter()
            .map(|(id, _, text)| line(&[*id], &text.replace("She worries", "Client worries")))
            .collect())
    });
    let done = run(&saved, &mut fake, 0, Some("say client"));
    assert_eq!(done.changes.len(), 1);
    let step = fake.prompts[0].rsplit("<|im_start|>user\n").next().unwrap();
    insta::assert_snapshot!("redraft", step);
    saved.replace(&done.changes, &info(&fake.info()), &done.findings);
    assert_eq!(words(&saved, 0)[1], "Client worries about the move.");
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/note.schema.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let changed = serde_json::from_str(&saved.text()).unwrap();
    assert!(
        jsonschema::validator_for(&schema)
            .unwrap()
            .is_valid(&changed)
    );
    for key in ["session", "interventions", "measures", "risk", "transcript"] {
        let before: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(before[key], changed[key]);
    }
    let mut again = SavedNote::read(&saved.text()).unwrap();
    assert_eq!(again.undo().unwrap(), [0]);
    assert_eq!(again.text(), text);
    assert!(matches!(again.undo(), Err(SavedError::NothingBefore)));
}

#[test]
fn a_wish_changes_no_fact() {
    let saved = SavedNote::read(&document()).unwrap();
    let mut fake = Fake::new(|asked: &Asked<'_>| {
        assert!(asked.is_again() || asked.step.contains("denied homicidal ideation"));
        let obeyed = line(&[1], "Client denied homicidal ideation.");
        Ok(if asked.is_again() {
            obeyed
        } else {
            faithful(asked) + &obeyed
        })
    });
    let wish = "add that the client denied homicidal ideation";
    let done = run(&saved, &mut fake, 0, Some(wish));
    for (_, statements) in &done.changes {
        assert!(statements.iter().all(|s| !s.text().contains("homicidal")));
    }
    assert!(done.findings.iter().any(|f| f.code == "composer.replaced"));
}

#[test]
fn what_does_not_stand_leaves_the_section_as_it_was() {
    let saved = SavedNote::read(&document()).unwrap();
    let mut invents = Fake::new(|_: &Asked<'_>| Ok(line(&[1, 2], "Client was arrested in May.")));
    assert!(run(&saved, &mut invents, 0, None).changes.is_empty());
    let mut dies = Fake::new(|_: &Asked<'_>| Err(gone(false)));
    let done = run(&saved, &mut dies, 0, None);
    assert!(done.changes.is_empty() && done.failed.is_some());
}

#[test]
fn a_composed_note_can_be_worded_anew_too() {
    let mut fake = Fake::new(|asked: &Asked<'_>| Ok(faithful(asked)));
    let style = Style::default();
    let format = NoteFormat::named("soap").unwrap();
    let note = pipeline::draft(
        &dictation(),
        format,
        None,
        &mut ModelComposer::new(&mut fake, &style, &mut |_| {}),
    );
    let saved = SavedNote::read(&serde_json::to_string(&note).unwrap()).unwrap();
    let done = run(&saved, &mut fake, 0, None);
    assert!(
        done.changes.is_empty() && done.failed.is_none(),
        "the same words again"
    );
}

#[test]
fn what_is_no_draft_note_is_told() {
    let text = document();
    let cases = [
        ("[]".to_owned(), "it is no notewright.note/1 document"),
        (
            text.replace("notewright.note/1", "other/1"),
            "it is no notewright.note/1 document",
        ),
        (
            text.replace("\"status\": \"draft\"", "\"status\": \"signed\""),
            "the note is signed",
        ),
        (
            text.replace("\"format\": \"soap\"", "\"format\": \"dap\""),
            "it is no notewright.note/1 document",
        ),
        (
            text.replace("\"format\": \"soap\"", "\"format\": \"soup\""),
            "there is no note format",
        ),
    ];
    for (text, want) in cases {
        let Err(error) = SavedNote::read(&text) else {
            panic!("{want}");
        };
        assert!(error.to_string().starts_with(want), "{error}");
        assert!(!error.hint().is_empty());
    }
    let mut document: serde_json::Value = serde_json::from_str(&text).unwrap();
    document["sections"][0]["statements"][0]["evidence"][0]["quote"] = "never said".into();
    let saved = SavedNote::read(&document.to_string()).unwrap();
    assert!(matches!(
        saved.statements(0),
        Err(SavedError::Evidence { .. })
    ));
    document["transcript"] = serde_json::Value::Null;
    assert!(matches!(
        SavedNote::read(&document.to_string()),
        Err(SavedError::NoTranscript)
    ));
}
