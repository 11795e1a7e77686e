//! Whatever fails, the note comes out and says so once.

use notewright::compose::model::{Author, AuthorError, AuthorInfo, Turn};
use notewright::session::Speech;

use super::authors::{Asked, Fake, faithful, gone, line};
use super::{codes, dictation, facts, lines, loses_nothing, note, own_words};

#[test]
fn an_author_that_is_gone_leaves_the_words_said() {
    let mut fake = Fake::new(|_: &Asked<'_>| Err(gone(false)));
    let failed = note(&dictation(), "soap", &mut fake);
    assert_eq!(lines(&failed), lines(&own_words(&dictation(), "soap")));
    assert_eq!(codes(&failed), ["composer.failed"]);
    let finding = failed
        .findings
        .iter()
        .find(|f| f.code == "composer.failed")
        .unwrap();
    insta::assert_snapshot!(finding.message, @"the language model did not finish: notewright-pen died (signal 9, killed, as when memory runs out); in Subjective, Objective, Plan the speaker's own words stand where it did not get to. To mend it: free memory or choose a smaller model, then try again");
    assert_eq!(fake.prompts.len(), 1, "it is asked no more");
}

#[test]
fn an_author_that_dies_in_the_middle_keeps_what_it_wrote() {
    let mut fake = Fake::new(|asked: &Asked<'_>| {
        if asked.nth == 1 {
            Err(gone(false))
        } else {
            Ok(faithful(asked))
        }
    });
    let note = note(&dictation(), "soap", &mut fake);
    let lines = lines(&note);
    assert!(lines[0].starts_with("subjective*"), "{lines:?}");
    assert!(lines.last().unwrap().starts_with("plan:"), "{lines:?}");
    assert_eq!(codes(&note), ["composer.failed"]);
    loses_nothing(&note, &dictation(), "soap");
}

#[test]
fn one_failure_that_leaves_the_author_alive_costs_one_section() {
    let mut fake = Fake::new(|asked: &Asked<'_>| {
        if asked.nth == 1 {
            Err(gone(true))
        } else {
            Ok(faithful(asked))
        }
    });
    let note = note(&dictation(), "soap", &mut fake);
    let lines = lines(&note);
    assert!(lines.last().unwrap().starts_with("plan*"), "{lines:?}");
    assert_eq!(codes(&note), ["composer.failed"]);
}

#[test]
fn a_failure_while_asking_again_keeps_what_stands() {
    let mut fake = Fake::new(|asked: &Asked<'_>| {
        if asked.is_again() {
            Err(gone(false))
        } else {
            Ok(faithful(asked) + &line(&[1], "She takes sertraline"))
        }
    });
    let note = note(&dictation(), "soap", &mut fake);
    assert!(
        lines(&note)[0].starts_with("subjective*"),
        "{:?}",
        lines(&note)
    );
    assert!(!lines(&note).join("").contains("sertraline"));
    assert_eq!(facts(&note), facts(&own_words(&dictation(), "soap")));
}

#[test]
fn a_context_shorter_than_the_instructions_is_said() {
    for context in [0, 64, 256] {
        let mut fake = Fake::new(|asked: &Asked<'_>| Ok(faithful(asked)));
        fake.context = context;
        let note = note(&dictation(), "soap", &mut fake);
        assert_eq!(lines(&note), lines(&own_words(&dictation(), "soap")));
        assert_eq!(codes(&note), ["composer.failed"]);
        assert!(
            note.findings
                .iter()
                .any(|f| f.message.contains(&format!("context of {context} tokens")))
        );
        assert!(fake.prompts.is_empty());
    }
}

#[test]
fn a_small_context_goes_without_the_examples() {
    let mut fake = Fake::new(|asked: &Asked<'_>| Ok(faithful(asked)));
    fake.context = 1024;
    let note = note(&dictation(), "soap", &mut fake);
    assert!(
        lines(&note)[0].starts_with("subjective*"),
        "{:?}",
        note.findings
    );
    assert!(!fake.prompts[0].contains("Her mum"));
}

/// Fails at everything but its name.
struct Mute;

impl Author for Mute {
    fn info(&self) -> AuthorInfo {
        AuthorInfo {
            model: "mute".to_owned(),
            sha256: None,
            context: 4096,
        }
    }

    fn count(&mut self, _: &str) -> Result<usize, AuthorError> {
        Err(gone(true))
    }

    fn chat(&mut self, _: &[Turn]) -> Result<Speech, AuthorError> {
        Err(gone(true))
    }

    fn write(&mut self, _: &Speech, _: &Speech, _: u32) -> Result<Speech, AuthorError> {
        Err(gone(true))
    }
}

#[test]
fn an_author_that_cannot_even_count_is_asked_no_more() {
    let note = note(&dictation(), "soap", &mut Mute);
    assert_eq!(lines(&note), lines(&own_words(&dictation(), "soap")));
    assert_eq!(codes(&note), ["composer.failed"]);
}

#[test]
fn no_finding_and_no_error_shows_speech() {
    let mut transcript = dictation();
    transcript.utterances[0].text =
        "She told me about the orange boathouse. Plan: boathouse.".into();
    let mut fake = Fake::new(|_: &Asked<'_>| Ok(line(&[1], "The boathouse burned down")));
    let note = note(&transcript, "soap", &mut fake);
    for finding in &note.findings {
        assert!(
            !finding.message.contains("boathouse"),
            "{}",
            finding.message
        );
    }
    assert!(!format!("{note:?}").contains("boathouse"));
}
