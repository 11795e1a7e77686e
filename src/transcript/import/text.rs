//! Plain text and Markdown: one dictation, or a session with names before the lines.
//!
//! The words are kept exactly as they stand in the file.

use super::labels::{self, Cast};
use super::{Imported, Notice};
use crate::session::{Mode, Speaker, Speech, UtteranceId};
use crate::transcript::document::{Transcript, TranscriptSchema, Utterance};

/// A line with its place in the text.
#[derive(Clone, Copy)]
struct Line<'a> {
    from: usize,
    text: &'a str,
}

/// Reads `text`. Every text is a transcript.
pub(super) fn read(text: &str) -> Imported {
    let lines = lines(text);
    let found = lines.iter().filter_map(|line| labels::split(line.text));
    let cast = Cast::of(found.map(|(label, _)| label), false);
    let spoken = lines.iter().filter(|line| !line.text.trim().is_empty());
    let session = cast.is_session(spoken.count());
    let blocks = if session {
        turns(text, &lines, &cast)
    } else {
        paragraphs(text, &lines)
    };
    let utterances = blocks
        .into_iter()
        .enumerate()
        .map(|(n, (speaker, words))| Utterance {
            id: UtteranceId::nth(n + 1),
            speaker,
            span: None,
            text: Speech::from(words),
            confidence: None,
            words: Vec::new(),
        })
        .collect();
    let mode = if session {
        Mode::Session
    } else {
        Mode::Dictation
    };
    let strangers = if session { cast.strangers() } else { 0 };
    Imported {
        transcript: transcript(mode, utterances),
        notices: (strangers > 0)
            .then_some(Notice::SpeakersNotKnown(strangers))
            .into_iter()
            .collect(),
    }
}

/// A transcript of text that nobody recognised.
pub(super) fn transcript(mode: Mode, utterances: Vec<Utterance>) -> Transcript {
    Transcript {
        schema: TranscriptSchema::V1,
        mode,
        language: "en".to_owned(),
        duration_ms: None,
        engine: None,
        utterances,
        coverage: Vec::new(),
    }
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut from = 0;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        lines.push(Line { from, text: line });
        from += line.len();
    }
    lines
}

/// The stretches between blank lines, each said by the clinician.
fn paragraphs<'a>(text: &'a str, lines: &[Line]) -> Vec<(Speaker, &'a str)> {
    let mut blocks = Vec::new();
    let mut start = 0;
    for line in lines.iter().filter(|line| line.text.trim().is_empty()) {
        blocks.push(&text[start..line.from]);
        start = line.from + line.text.len();
    }
    blocks.push(&text[start..]);
    blocks
        .into_iter()
        .map(str::trim)
        .filter(|block| !block.is_empty())
        .map(|block| (Speaker::Clinician, block))
        .collect()
}

/// The stretches between names and blank lines, each with its speaker.
fn turns<'a>(text: &'a str, lines: &[Line], cast: &Cast) -> Vec<(Speaker, &'a str)> {
    let mut blocks = Vec::new();
    let mut speaker = Speaker::Unknown;
    let mut start = 0;
    for line in lines {
        let label = labels::split(line.text).filter(|(label, _)| cast.names(label));
        if let Some((label, words)) = label {
            blocks.push((speaker, &text[start..line.from]));
            speaker = labels::role(label).unwrap_or(Speaker::Unknown);
            start = line.from + words;
        } else if line.text.trim().is_empty() {
            blocks.push((speaker, &text[start..line.from]));
            start = line.from + line.text.len();
        }
    }
    blocks.push((speaker, &text[start..]));
    blocks
        .into_iter()
        .map(|(speaker, block)| (speaker, block.trim()))
        .filter(|(_, block)| !block.is_empty())
        .collect()
}
