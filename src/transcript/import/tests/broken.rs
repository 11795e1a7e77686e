//! Files that break the rules of their kind: each error names the place, and never the words.

use super::super::read;

/// A phrase that stands in every broken file below and may show in no error.
const SAID: &str = "my sister Odile";

fn check(cases: &[(&str, String, &str)]) {
    for (name, text, want) in cases {
        let error = read(name, text.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), *want);
        assert!(!format!("{error} {error:?}").contains(SAID), "{want}");
        assert!(!error.hint().is_empty());
    }
}

#[test]
fn broken_text_and_subtitles_are_named() {
    check(&[
        ("a.txt", String::new(), "a.txt: the file is empty"),
        ("a.txt", " \n\t\n".to_owned(), "a.txt: the file is empty"),
        (
            "a.txt",
            format!("{SAID}\0"),
            "a.txt: the file holds binary data, not text",
        ),
        (
            "a.vtt",
            format!("00:01.000 --> 00:02.000\n{SAID}"),
            "a.vtt, line 1: a WebVTT file begins with WEBVTT",
        ),
        (
            "a.vtt",
            format!("WEBVTT\n\n00:01 --> 00:02.000\n{SAID}"),
            "a.vtt, line 3: these are no times",
        ),
        (
            "a.vtt",
            format!("WEBVTT\n\n00:61.000 --> 00:62.000\n{SAID}"),
            "a.vtt, line 3: these are no times",
        ),
        (
            "a.vtt",
            format!("WEBVTT\n\n00:02.000 --> 00:01.000\n{SAID}"),
            "a.vtt, line 3: this cue ends before it starts",
        ),
        (
            "a.vtt",
            format!("WEBVTT\n\n00:02.000 --> 00:03.000\n{SAID}\n\n00:01.000 --> 00:03.000\nb"),
            "a.vtt, line 6: this cue starts before the one above it",
        ),
        (
            "a.vtt",
            format!("WEBVTT\n\n{SAID}\n\n00:01.000 --> 00:03.000\nb"),
            "a.vtt, line 3: words stand here without a time before them",
        ),
        (
            "a.srt",
            SAID.to_owned(),
            "a.srt, line 1: words stand here without a time before them",
        ),
        (
            "a.srt",
            format!("1\n00:00:01,000 -> 00:00:02,000\n{SAID}"),
            "a.srt, line 1: words stand here without a time before them",
        ),
        (
            "a.srt",
            format!("1\n00:00:01,000 -->\n{SAID}"),
            "a.srt, line 2: these are no times",
        ),
        (
            "a.srt",
            format!("1\n99999999999999999999:00:01,000 --> 00:00:02,000\n{SAID}"),
            "a.srt, line 2: these are no times",
        ),
    ]);
}

#[test]
fn broken_documents_are_named() {
    check(&[
        (
            "a.json",
            format!("{{\"{SAID}\""),
            "a.json, line 1, column 18: this is not JSON: it ends in the middle",
        ),
        (
            "a.json",
            format!("{{\"a\": {SAID}}}"),
            "a.json, line 1, column 7: this is not JSON: something stands here that does not belong",
        ),
        (
            "a.json",
            format!("[\"{SAID}\"]"),
            "a.json: the document: is not an object",
        ),
        (
            "a.json",
            "{}".to_owned(),
            "a.json: schema: is missing; it should be `notewright.transcript/1`",
        ),
        (
            "a.json",
            r#"{"schema":"notewright.note/1"}"#.to_owned(),
            "a.json: schema: `notewright.note/1` is not `notewright.transcript/1`",
        ),
        (
            "a.json",
            r#"{"schema":"notewright.transcript/1"}"#.to_owned(),
            "a.json: utterances: is missing",
        ),
        (
            "a.json",
            format!(r#"{{"schema":"notewright.transcript/1","utterances":"{SAID}"}}"#),
            "a.json: utterances: is not a list",
        ),
        (
            "a.json",
            format!(r#"{{"schema":"notewright.transcript/1","mode":"{SAID}","utterances":[]}}"#),
            "a.json: mode: is neither `dictation` nor `session`",
        ),
        (
            "a.json",
            format!(
                r#"{{"schema":"notewright.transcript/1","duration_ms":"{SAID}","utterances":[]}}"#
            ),
            "a.json: duration_ms: is not a whole number of milliseconds from the start",
        ),
        (
            "a.json",
            "[".repeat(100_000),
            "a.json, line 1, column 128: this is not JSON: something stands here that does not belong",
        ),
    ]);
}

#[test]
fn broken_utterances_are_named() {
    let utterance = |keys: &str| {
        format!(
            r#"{{"schema":"notewright.transcript/1","utterances":[{{"id":"u1","speaker":"client","text":"{SAID}","start_ms":5,"end_ms":9}},{keys}]}}"#
        )
    };
    check(&[
        (
            "a.json",
            utterance(r#"{"id":"u1","speaker":"client","text":"a"}"#),
            "a.json: utterances[1].id: another utterance has this id already",
        ),
        (
            "a.json",
            utterance(r#"{"id":" ","speaker":"client","text":"a"}"#),
            "a.json: utterances[1].id: is empty",
        ),
        (
            "a.json",
            utterance(r#"{"id":"u2","speaker":"client","text":"a","start_ms":4,"end_ms":9}"#),
            "a.json: utterances[1].start_ms: 4 lies before the start of an utterance above it, 5",
        ),
        (
            "a.json",
            utterance(r#"{"id":"u2","speaker":"client","text":"a","start_ms":6,"end_ms":5}"#),
            "a.json: utterances[1].end_ms: 5 lies before the start, 6",
        ),
        (
            "a.json",
            utterance(r#"{"id":"u2","speaker":"client","text":"a","start_ms":6}"#),
            "a.json: utterances[1].end_ms: is missing beside start_ms",
        ),
        (
            "a.json",
            utterance(r#"{"id":"u2","speaker":"client","text":"a","start_ms":-6,"end_ms":1}"#),
            "a.json: utterances[1].start_ms: is not a whole number of milliseconds from the start",
        ),
        (
            "a.json",
            utterance(r#"{"id":"u2","speaker":"therapist","text":"a"}"#),
            "a.json: utterances[1].speaker: is none of clinician, client, client_2, collateral, unknown",
        ),
        (
            "a.json",
            utterance(r#"{"id":"u2","speaker":"client"}"#),
            "a.json: utterances[1].text: is missing",
        ),
        (
            "a.json",
            utterance(r#"{"id":"u2","speaker":"client","text":"a","confidence":1.5}"#),
            "a.json: utterances[1].confidence: is not a number from 0 to 1",
        ),
        (
            "a.json",
            utterance(
                r#"{"id":"u2","speaker":"client","text":"a","words":[{"text":"a","start_ms":2,"end_ms":3},{"text":"b","start_ms":1,"end_ms":3}]}"#,
            ),
            "a.json: utterances[1].words[1].start_ms: lies before the start of the word before it",
        ),
    ]);
}
