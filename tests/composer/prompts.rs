//! What the model is told, as pictures.

use notewright::compose::model::Style;
use notewright::session::Speaker;

use super::authors::{Fake, faithful, line};
use super::{dictation, note, session, styled};

#[test]
fn a_section_is_asked_for() {
    let mut fake = Fake::new(|asked| Ok(faithful(asked)));
    note(&dictation(), "soap", &mut fake);
    insta::assert_snapshot!("compose", fake.prompts[0]);
    insta::assert_snapshot!("grammar", fake.grammars[0]);
}

#[test]
fn all_sections_share_the_opening() {
    let mut fake = Fake::new(|asked| Ok(faithful(asked)));
    note(&dictation(), "soap", &mut fake);
    let openings: Vec<&str> = fake
        .prompts
        .iter()
        .map(|p| p.rsplit_once("<|im_start|>user").unwrap().0)
        .collect();
    assert!(openings.len() >= 3);
    assert!(openings.windows(2).all(|two| two[0] == two[1]));
    assert!(openings[0].len() > 1500);
}

#[test]
fn a_refused_sentence_is_asked_for_again() {
    let mut fake = Fake::new(|asked| {
        Ok(if asked.is_again() {
            String::new()
        } else {
            line(&[1], "Client was admitted to hospital in 1987.")
        })
    });
    note(&dictation(), "soap", &mut fake);
    let again = fake
        .prompts
        .iter()
        .find(|p| p.contains("not carried"))
        .unwrap();
    let step = again.rsplit("<|im_start|>user\n").next().unwrap();
    insta::assert_snapshot!("again", step);
}

#[test]
fn a_session_shows_who_speaks_and_the_style_is_told() {
    let transcript = session(&[
        (Speaker::Clinician, "How did you sleep this week?"),
        (
            Speaker::Client,
            "Badly, maybe four hours a night since the move.",
        ),
        (Speaker::Clinician, "Any thoughts of suicide?"),
        (Speaker::Client, "No, nothing like that."),
    ]);
    let style = Style::read(
        "person = \"first\"\ntense = \"past\"\nlength = \"short\"\nclient_term = \"pt\"\navoid = [\"appears to\"]",
    )
    .unwrap();
    let mut fake = Fake::new(|asked| Ok(faithful(asked)));
    styled(&transcript, "dap", &mut fake, &style);
    insta::assert_snapshot!("session", fake.prompts[0]);
}
