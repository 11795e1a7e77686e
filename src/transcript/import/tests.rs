//! Files as people have them, and files that are broken.

use proptest::prelude::*;

use super::*;
use crate::session::{Mode, Speaker};

mod broken;

/// A text, its mode and its turns.
type Case<'a> = (&'a str, Mode, &'a [(Speaker, &'a str)]);

fn turns(name: &str, text: &str) -> (Mode, Vec<(Speaker, String)>) {
    let transcript = read(name, text.as_bytes()).unwrap().transcript;
    let turns = transcript
        .utterances
        .iter()
        .map(|u| (u.speaker, u.text.as_str().to_owned()))
        .collect();
    (transcript.mode, turns)
}

#[test]
fn text_is_a_dictation_unless_two_people_speak() {
    use Speaker::{Client, Client2, Clinician, Collateral, Unknown};
    let cases: &[Case] = &[
        (
            "Client came.\nShe left.\n\n\nPlan.\n",
            Mode::Dictation,
            &[(Clinician, "Client came.\nShe left."), (Clinician, "Plan.")],
        ),
        (
            "one\r\n\r\ntwo\r\n",
            Mode::Dictation,
            &[(Clinician, "one"), (Clinician, "two")],
        ),
        (
            "S: she is sad\nO: calm\nA: better\nP: weekly",
            Mode::Dictation,
            &[(Clinician, "S: she is sad\nO: calm\nA: better\nP: weekly")],
        ),
        (
            "Client: J. D.\nTherapist: me\nShe came.\nShe left.\nShe ate.",
            Mode::Dictation,
            &[(
                Clinician,
                "Client: J. D.\nTherapist: me\nShe came.\nShe left.\nShe ate.",
            )],
        ),
        (
            "Therapist: Hi.\nClient: Hello\nthere.\n\nMother: Hi.",
            Mode::Session,
            &[
                (Clinician, "Hi."),
                (Client, "Hello\nthere."),
                (Collateral, "Hi."),
            ],
        ),
        (
            "T: Hi.\nC: Hello.\nC2: Hello.",
            Mode::Session,
            &[(Clinician, "Hi."), (Client, "Hello."), (Client2, "Hello.")],
        ),
        (
            "Session 4\n\n**Therapist:** Hi.\n**Pt:** Yes.",
            Mode::Session,
            &[(Unknown, "Session 4"), (Clinician, "Hi."), (Client, "Yes.")],
        ),
        (
            "Ann: Hi.\nBen: Yes.\nAnn: Well.\nBen: No.",
            Mode::Session,
            &[
                (Unknown, "Hi."),
                (Unknown, "Yes."),
                (Unknown, "Well."),
                (Unknown, "No."),
            ],
        ),
        (
            "Plan: a\nGoal: b\nPlan: c\nGoal: d",
            Mode::Dictation,
            &[(Clinician, "Plan: a\nGoal: b\nPlan: c\nGoal: d")],
        ),
    ];
    for (text, mode, want) in cases {
        let want: Vec<_> = want.iter().map(|(s, t)| (*s, (*t).to_owned())).collect();
        assert_eq!(turns("a.txt", text), (*mode, want), "{text}");
    }
}

#[test]
fn kinds_are_told_by_ending_and_by_content() {
    let vtt = "WEBVTT\n\n00:01.000 --> 00:02.000\nHi.";
    let json = r#"{"schema":"notewright.transcript/1","utterances":[]}"#;
    assert_eq!(turns("-", vtt).1.len(), 1);
    assert!(turns("-", json).1.is_empty());
    assert_eq!(turns("a.TXT", json).1.len(), 1);
    assert_eq!(
        read("a.json", json.as_bytes()).unwrap().notices,
        [Notice::NoUtterances]
    );
}

#[test]
fn subtitles_keep_words_times_and_speakers() {
    let vtt = "WEBVTT - a title\nKind: captions\n\nNOTE made by\nsomebody\n\nSTYLE\n::cue {}\n\n\
        intro\n00:01.000 --> 00:00:02.500 align:start\n<v Therapist>How &amp; <i>why</i>?</v>\n<v.loud Jo>I know\nthat.\n\n\
        01:00:00.000 --> 01:00:01.000\nYes.\n";
    let imported = read("a.vtt", vtt.as_bytes()).unwrap();
    let transcript = imported.transcript;
    let got: Vec<_> = transcript
        .utterances
        .iter()
        .map(|u| {
            (
                u.speaker,
                u.text.as_str(),
                u.span.map(|s| (s.start_ms, s.end_ms)),
            )
        })
        .collect();
    assert_eq!(transcript.mode, Mode::Session);
    assert_eq!(
        got,
        [
            (Speaker::Clinician, "How & why?", Some((1_000, 2_500))),
            (Speaker::Unknown, "I know\nthat.", Some((1_000, 2_500))),
            (Speaker::Unknown, "Yes.", Some((3_600_000, 3_601_000))),
        ]
    );

    let srt = "1\r\n00:00:01,000 --> 00:00:02,000\r\nT: Hi.\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\n\
        C: Well.\r\n\r\nNo.\r\n3\r\n00:00:05,000 --> 00:00:06,000\r\nmore\r\n";
    let (mode, got) = turns("a.srt", srt);
    assert_eq!(mode, Mode::Session);
    let want = [
        (Speaker::Clinician, "Hi."),
        (Speaker::Client, "Well.\nNo."),
        (Speaker::Client, "more"),
    ];
    assert_eq!(got, want.map(|(s, t)| (s, t.to_owned())));
}

#[test]
fn unknown_keys_and_foreign_encodings_are_noticed() {
    let document = r#"{"schema":"notewright.transcript/1","made_by":1,"duration_ms":3,"utterances":[
        {"id":"u1","speaker":"client","text":"a","mood":1,"start_ms":1,"end_ms":4}]}"#;
    let imported = read("a.json", document.as_bytes()).unwrap();
    let keys = ["made_by", "utterances[].mood"].map(str::to_owned).to_vec();
    assert_eq!(
        imported.notices,
        [Notice::UnknownKeys(keys), Notice::BeyondDuration]
    );

    let imported = read("a.txt", b"Caf\xe9").unwrap();
    let name = "Windows-1252";
    assert_eq!(
        imported.notices,
        [Notice::Encoding {
            name,
            damaged: false
        }]
    );
    assert_eq!(imported.transcript.utterances[0].text.as_str(), "Caf\u{e9}");
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        open(folder.path()),
        Err(ImportError::Folder { .. })
    ));
    let missing = folder.path().join("none.txt");
    assert!(matches!(open(&missing), Err(ImportError::Missing { .. })));
    let there = folder.path().join("there.txt");
    std::fs::write(&there, "Client came.").unwrap();
    assert_eq!(open(&there).unwrap().transcript.utterances.len(), 1);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(
        name in prop_oneof!["a\\.(txt|json|vtt|srt)", ".*"],
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            "(WEBVTT|\n|\r\n|1|00:01.000 --> 00:02.000|00:00:01,000 --> 00:00:02,000|<v Jo>|</v>|<|>|&amp;|T: |\
              C: |a|\u{e9}|-->|NOTE|\\*\\*|\\[00:1\\]|\\(|:| ){0,40}".prop_map(String::into_bytes),
        ],
    ) {
        if let Ok(imported) = read(&name, &bytes) {
            let blank = |u: &crate::transcript::document::Utterance| u.text.trim().is_empty();
            let json = kind(&name, "") == Kind::Json || bytes.trim_ascii_start().starts_with(b"{");
            prop_assert!(json || !imported.transcript.utterances.iter().any(blank));
        }
    }

    #[test]
    fn text_keeps_every_word_of_a_dictation(paragraphs in prop::collection::vec("[a-z ,.\n]{1,40}", 1..8)) {
        let text = paragraphs.join("\n\n");
        if let Ok(imported) = read("a.txt", text.as_bytes()) {
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            let kept: Vec<_> = imported.transcript.utterances.iter().flat_map(|u| words(&u.text)).collect();
            prop_assert_eq!(kept, words(&text));
            for utterance in &imported.transcript.utterances {
                prop_assert!(text.contains(utterance.text.as_str()));
            }
        }
    }
}
