//! A transcript as a file: our JSON document, `SubRip`, `WebVTT` or plain text.
//!
//! Shows what was said: that is its purpose. Writes to no file itself.

use std::fmt::Write as _;

use crate::session::{Mode, Speaker, TimeSpan};
use crate::transcript::document::{Transcript, Utterance};

/// A transcript that a kind of file cannot hold.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Subtitles need times, and this transcript was typed.
    #[error("utterance {place} of the transcript has no time, so it cannot be a subtitle")]
    NoTime {
        /// Counted from 1.
        place: usize,
    },
    /// The document could not be built.
    #[error("the transcript cannot be written as JSON: {source}")]
    Json {
        /// Why; it holds none of the words.
        #[from]
        source: serde_json::Error,
    },
}

impl WriteError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoTime { .. } => "write it as text or JSON",
            Self::Json { .. } => "write it as text",
        }
    }
}

/// The document `notewright.transcript/1`, ending in a line break.
///
/// # Errors
/// When the document cannot be built.
pub fn json(transcript: &Transcript) -> Result<String, WriteError> {
    Ok(serde_json::to_string_pretty(transcript)? + "\n")
}

/// `SubRip`; in a session each cue begins with the speaker's name.
///
/// # Errors
/// When an utterance has no time.
pub fn srt(transcript: &Transcript) -> Result<String, WriteError> {
    let mut out = String::new();
    for (n, utterance) in transcript.utterances.iter().enumerate() {
        let span = timed(utterance, n)?;
        let name = prefix(transcript.mode, utterance.speaker);
        let words = cue_words(&utterance.text);
        let (start, end) = (clock(span.start_ms, ','), clock(span.end_ms, ','));
        let _ = write!(out, "{}\n{start} --> {end}\n{name}{words}\n\n", n + 1);
    }
    Ok(out)
}

/// `WebVTT`; in a session each cue has a voice tag.
///
/// # Errors
/// When an utterance has no time.
pub fn vtt(transcript: &Transcript) -> Result<String, WriteError> {
    let mut out = "WEBVTT\n\n".to_owned();
    for (n, utterance) in transcript.utterances.iter().enumerate() {
        let span = timed(utterance, n)?;
        let voice = match transcript.mode {
            Mode::Session => format!("<v {}>", name(utterance.speaker)),
            Mode::Dictation => String::new(),
        };
        let words = cue_words(&utterance.text);
        let words = words
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        let (start, end) = (clock(span.start_ms, '.'), clock(span.end_ms, '.'));
        let _ = write!(out, "{start} --> {end}\n{voice}{words}\n\n");
    }
    Ok(out)
}

/// Plain text: a paragraph for each utterance, in a session with the speaker's name before it.
#[must_use]
pub fn text(transcript: &Transcript) -> String {
    let mut out = String::new();
    for utterance in &transcript.utterances {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&prefix(transcript.mode, utterance.speaker));
        out.push_str(utterance.text.trim());
        out.push('\n');
    }
    out
}

fn timed(utterance: &Utterance, n: usize) -> Result<TimeSpan, WriteError> {
    utterance.span.ok_or(WriteError::NoTime { place: n + 1 })
}

fn prefix(mode: Mode, speaker: Speaker) -> String {
    match mode {
        Mode::Session => format!("{}: ", name(speaker)),
        Mode::Dictation => String::new(),
    }
}

/// A speaker's name as the reading of text, `SubRip` and `WebVTT` knows it.
fn name(speaker: Speaker) -> &'static str {
    match speaker {
        Speaker::Clinician => "Clinician",
        Speaker::Client => "Client",
        Speaker::Client2 => "Client 2",
        Speaker::Collateral => "Collateral",
        Speaker::Unknown => "Speaker",
    }
}

/// A cue ends at a blank line, so its words have none.
fn cue_words(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("\n")
}

fn clock(ms: u64, point: char) -> String {
    let (seconds, ms) = (ms / 1000, ms % 1000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    format!(
        "{:02}:{:02}:{seconds:02}{point}{ms:03}",
        minutes / 60,
        minutes % 60
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::session::{Speech, UtteranceId};
    use crate::transcript::document::{Gap, GapReason, SpokenWord, TranscriptSchema};
    use crate::transcript::import;

    fn said(turns: &[(Speaker, &str, u64)], mode: Mode) -> Transcript {
        let utterances = turns
            .iter()
            .enumerate()
            .map(|(n, (speaker, text, start_ms))| Utterance {
                id: UtteranceId::nth(n + 1),
                speaker: *speaker,
                span: Some(TimeSpan::new(*start_ms, start_ms + 500)),
                text: Speech::from(*text),
                confidence: None,
                words: Vec::new(),
            });
        Transcript {
            schema: TranscriptSchema::V1,
            mode,
            language: "en".to_owned(),
            duration_ms: None,
            engine: None,
            utterances: utterances.collect(),
            coverage: Vec::new(),
        }
    }

    fn back(name: &str, text: &str) -> Transcript {
        import::read(name, text.as_bytes()).unwrap().transcript
    }

    #[test]
    fn a_session_comes_back_from_every_kind_of_file() {
        let session = said(
            &[
                (Speaker::Clinician, "How was the week? 5 < 6 & so", 0),
                (Speaker::Client, "Fine: <b>mostly</b>.", 1_000),
                (Speaker::Client2, "It was not.", 1_000),
                (Speaker::Collateral, "No.", 3_723_004),
                (Speaker::Unknown, "Hello?", 3_724_000),
            ],
            Mode::Session,
        );
        assert_eq!(back("a.json", &json(&session).unwrap()), session);
        assert_eq!(back("a.vtt", &vtt(&session).unwrap()), session);
        let mut plain = session.clone();
        for utterance in &mut plain.utterances {
            utterance.span = None;
        }
        assert_eq!(back("a.txt", &text(&session)), plain);
        // SubRip has no way to write a tag's signs, so a tag in the words is read as one.
        let mut untagged = session.clone();
        untagged.utterances[1].text = Speech::from("Fine: mostly.");
        assert_eq!(back("a.srt", &srt(&session).unwrap()), untagged);
    }

    #[test]
    fn a_document_with_everything_comes_back() {
        let mut full = said(&[(Speaker::Clinician, "Client came.", 0)], Mode::Dictation);
        full.duration_ms = Some(61_000);
        full.utterances[0].confidence = Some(0.93);
        full.utterances[0].words = vec![SpokenWord {
            text: Speech::from("Client"),
            span: TimeSpan::new(0, 310),
            confidence: Some(0.98),
        }];
        for why in [
            GapReason::Silence,
            GapReason::Other("phone rang".to_owned()),
        ] {
            let span = TimeSpan::new(4_200, 9_000);
            full.coverage.push(Gap { span, why });
        }
        assert_eq!(back("a.json", &json(&full).unwrap()), full);
    }

    #[test]
    fn typed_words_make_no_subtitles() {
        let mut typed = said(&[(Speaker::Clinician, "Client came.", 0)], Mode::Dictation);
        typed.utterances[0].span = None;
        assert!(matches!(srt(&typed), Err(WriteError::NoTime { place: 1 })));
        assert!(matches!(vtt(&typed), Err(WriteError::NoTime { place: 1 })));
    }

    proptest! {
        #[test]
        fn words_and_times_come_back(
            turns in prop::collection::vec((0usize..5, "[A-Za-z0-9,.&<>'\u{e9}?! -]{0,30}[a-z.]", 0u64..100_000), 1..12),
        ) {
            let speakers = [Speaker::Clinician, Speaker::Client, Speaker::Client2, Speaker::Collateral, Speaker::Unknown];
            let mut start = 0;
            let turns: Vec<(Speaker, String, u64)> = turns.into_iter().map(|(n, words, step)| {
                start += step;
                (speakers[n], words.trim().to_owned(), start)
            }).collect();
            let turns: Vec<_> = turns.iter().map(|(s, words, at)| (*s, words.as_str(), *at)).collect();
            let dictation: Vec<_> = turns.iter().map(|(_, words, at)| (Speaker::Clinician, *words, *at)).collect();
            let dictation = said(&dictation, Mode::Dictation);
            prop_assert_eq!(&back("a.json", &json(&dictation).unwrap()), &dictation);
            prop_assert_eq!(&back("a.vtt", &vtt(&dictation).unwrap()), &dictation);
            let first = [(Speaker::Clinician, "Hello.", 0), (Speaker::Client, "Hello.", 0)];
            let session = said(&[&first[..], &turns[..]].concat(), Mode::Session);
            prop_assert_eq!(&back("a.json", &json(&session).unwrap()), &session);
            prop_assert_eq!(&back("a.vtt", &vtt(&session).unwrap()), &session);
        }
    }
}
