//! Long sessions on short contexts: everything is counted before it is sent, nothing is cut.

use notewright::session::Speaker;
use notewright::transcript::document::Transcript;

use super::authors::{Asked, Fake, faithful, line};
use super::{codes, lines, loses_nothing, note, session};

/// A session of three hours: about 27,000 words.
fn three_hours() -> Transcript {
    const TOPICS: &[&str] = &[
        "the move to the new flat",
        "the night shifts",
        "my sister's wedding",
        "the back pain",
        "the argument with my landlord",
        "sleeping badly",
        "the panic on the bus",
        "my father's letter",
        "the job centre",
        "drinking less",
        "the school meeting",
        "the dog that died",
    ];
    let mut talk = Vec::new();
    for n in 0..540 {
        let topic = TOPICS[n % TOPICS.len()];
        talk.push((
            Speaker::Clinician,
            format!("And how has it been with {topic} since we last spoke about it?"),
        ));
        talk.push((
            Speaker::Client,
            format!(
                "Well, {topic} is still on my mind most days, I told my friend about it on day {} and I wrote \
                 it down as you asked, and it felt a little lighter afterwards than before.",
                n + 1
            ),
        ));
    }
    let lines: Vec<(Speaker, &str)> = talk.iter().map(|(s, t)| (*s, t.as_str())).collect();
    session(&lines)
}

#[test]
fn three_hours_fit_a_context_of_4096_tokens() {
    let transcript = three_hours();
    let mut fake = Fake::new(|asked: &Asked<'_>| Ok(faithful(asked)));
    fake.context = 4096;
    let note = note(&transcript, "dap", &mut fake);
    loses_nothing(&note, &transcript, "dap");
    assert!(fake.prompts.len() > 20, "{}", fake.prompts.len());
    let finding = note
        .findings
        .iter()
        .find(|f| f.code == "composer.parts")
        .unwrap();
    assert!(
        finding.message.contains("pieces of evidence did not fit"),
        "{}",
        finding.message
    );
    assert!(
        fake.prompts
            .iter()
            .any(|p| p.contains("The section was written in parts"))
    );
}

#[test]
fn parts_are_joined_where_they_say_the_same() {
    let said = "She worries about the move a great deal. ";
    let transcript = Transcript::typed(&said.repeat(70));
    let mut fake = Fake::new(|asked: &Asked<'_>| {
        let ids: Vec<usize> = asked.evidence.iter().map(|(id, ..)| *id).collect();
        Ok(ids
            .chunks(6)
            .map(|ids| line(ids, "She worries about the move a great deal."))
            .collect())
    });
    let note = note(&transcript, "soap", &mut fake);
    assert_eq!(codes(&note), ["composer.parts"]);
    assert_eq!(lines(&note).len(), 1, "{:?}", lines(&note));
    loses_nothing(&note, &transcript, "soap");
}

#[test]
fn what_does_not_fit_by_itself_stays_in_the_words_said() {
    let long = format!(
        "She said that {}.",
        "it went on and on and she could not stop it ".repeat(300)
    );
    let transcript = Transcript::typed(&format!("{long} She slept well."));
    let mut fake = Fake::new(|asked: &Asked<'_>| Ok(faithful(asked)));
    fake.context = 4096;
    let note = note(&transcript, "soap", &mut fake);
    assert!(
        codes(&note).contains(&"composer.too_long"),
        "{:?}",
        codes(&note)
    );
    loses_nothing(&note, &transcript, "soap");
}

#[test]
fn an_answer_has_room_but_not_without_end() {
    let mut fake = Fake::new(|asked: &Asked<'_>| Ok(faithful(asked)));
    note(&super::dictation(), "soap", &mut fake);
    for (most, grammar) in fake.most.iter().zip(&fake.grammars) {
        assert!((20..2000).contains(most), "{most}");
        assert!(grammar.contains("root ::= line"));
    }
}
