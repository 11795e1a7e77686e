//! Talk moves of short invented sessions.

use super::{ClientTalk, Move, MoveKind, Turn, read};
use crate::session::{Mode, Speaker};
use crate::transcript::document::{Transcript, Utterance};
use crate::transcript::phrase::Phrasebook;
use crate::transcript::script::Script;

const HER: Speaker = Speaker::Client;
const ME: Speaker = Speaker::Clinician;

/// The last turn of a session.
fn last(said: &[(Speaker, &str)]) -> Turn {
    let mut transcript = Transcript::typed("");
    transcript.mode = Mode::Session;
    let pattern = transcript.utterances[0].clone();
    transcript.utterances = said
        .iter()
        .map(|(speaker, text)| Utterance {
            speaker: *speaker,
            text: (*text).into(),
            ..pattern.clone()
        })
        .collect();
    let script = Script::of(&transcript, &Phrasebook::default());
    read(&script).last().expect("there is a turn").1
}

#[test]
fn questions_are_open_or_closed_by_what_they_ask() {
    let cases = [
        ("What would you like to be different?", MoveKind::Open),
        (
            "When you come home, how does the evening go?",
            MoveKind::Open,
        ),
        ("Can you tell me about the last time?", MoveKind::Open),
        ("I'm wondering what the mornings are like.", MoveKind::Open),
        ("Did you call the plumber?", MoveKind::Closed),
        ("How many did you have?", MoveKind::Closed),
        ("Is there someone at home?", MoveKind::Closed),
    ];
    for (text, kind) in cases {
        let turn = last(&[(ME, text)]);
        assert_eq!(turn, Turn::Clinician(Move::Question, Some(kind)), "{text}");
    }
}

#[test]
fn a_statement_is_told_by_what_stands_around_it() {
    let cases: [(&str, &str, Move); 6] = [
        (
            "I never sleep before two.",
            "So you hardly get any rest.",
            Move::Reflection,
        ),
        (
            "I walk the dog at night.",
            "The dog, at night.",
            Move::Reflection,
        ),
        ("Is it safe with milk?", "Milk is fine.", Move::Input),
        (
            "I'm not sure.",
            "Most people find that the tablets take a week to work.",
            Move::Input,
        ),
        ("I walked every day.", "Good for you.", Move::Other),
        ("It was the landlord again.", "Mm-hmm.", Move::Other),
    ];
    for (before, text, wanted) in cases {
        let Turn::Clinician(found, _) = last(&[(HER, before), (ME, text)]) else {
            panic!("{text}");
        };
        assert_eq!(found, wanted, "{text}");
    }
}

#[test]
fn a_reflection_in_the_clients_own_words_is_simple() {
    let heard = (HER, "I sold the piano.");
    let kind = |text| last(&[heard, (ME, text)]);
    let reflection = |kind| Turn::Clinician(Move::Reflection, Some(kind));
    assert_eq!(kind("You sold the piano."), reflection(MoveKind::Simple));
    assert_eq!(
        kind("It sounds like letting it go felt like losing a part of your mother."),
        reflection(MoveKind::Complex)
    );
}

#[test]
fn client_talk_is_told_by_its_words() {
    let cases = [
        ("I really want to stop.", ClientTalk::Change),
        ("I've cut down, um, to two a day.", ClientTalk::Change),
        ("I can't imagine going without it.", ClientTalk::Sustain),
        ("I don't see the problem.", ClientTalk::Sustain),
        ("My sister lives in Leeds.", ClientTalk::Neutral),
        ("Yeah.", ClientTalk::Neutral),
    ];
    for (text, talk) in cases {
        assert_eq!(last(&[(HER, text)]), Turn::Client(talk), "{text}");
    }
}
