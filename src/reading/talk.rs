//! Talk moves of a session: what kind of turn each utterance is, as supervisors of motivational
//! interviewing count them. Describes the talk; judges no one.

use serde::Serialize;

use crate::session::Speaker;
use crate::transcript::script::{Script, ScriptUtterance};

/// What a clinician's turn does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are those of the note document")]
pub enum Move {
    Question,
    Reflection,
    Input,
    Other,
}

/// The kind of a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are those of the note document")]
pub enum MoveKind {
    Open,
    Closed,
    Simple,
    Complex,
    Information,
    Advice,
    Options,
    Negotiation,
}

/// What a client's turn says of changing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are those of the note document")]
pub enum ClientTalk {
    Change,
    Sustain,
    Neutral,
}

/// One utterance's part in the talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The clinician's.
    Clinician(Move, Option<MoveKind>),
    /// A client's.
    Client(ClientTalk),
}

const OPEN: &[&str] = &[
    "what", "how", "why", "tell", "describe", "where", "which", "who", "when", "say",
];
const CLOSED: &[&str] = &[
    "do", "did", "does", "are", "is", "was", "were", "have", "has", "can", "could", "would",
    "will", "any", "so", "and", "you", "okay", "right", "should", "had",
];
const REFLECTS: &[&str] = &[
    "it sounds like",
    "sounds like",
    "so you",
    "you're",
    "you are",
    "you feel",
    "you felt",
    "so part of you",
    "it seems like",
    "what i hear",
    "i hear you",
    "you've",
    "you have been",
    "it makes sense",
    "so it",
    "you want",
    "on the one hand",
    "you don't",
    "you know that",
    "and you",
    "because you",
    "for you",
];
const ADVISES: &[&str] = &[
    "you should",
    "you need to",
    "i would suggest",
    "i'd suggest",
    "i recommend",
    "you could try",
    "try to",
    "let's",
    "you might",
    "one option",
    "we could",
    "i want you to",
    "i'd like you to",
    "what i'd like",
];
const CHANGE: &[&str] = &[
    "i want to",
    "i need to",
    "i should",
    "i'm going to",
    "i'll",
    "i will",
    "i could",
    "i can",
    "i have to",
    "i'd like to",
    "i've been",
    "i stopped",
    "i quit",
    "i tried",
    "i'm ready",
    "i wish i",
];
const SUSTAIN: &[&str] = &[
    "i can't",
    "i don't want",
    "i don't think",
    "i don't need",
    "i like",
    "it helps me",
    "i'm not going to",
    "i'm not ready",
    "it's hard",
    "i don't see",
    "i enjoy",
    "no problem with",
];

fn contains(text: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|p| text.contains(p))
}

/// Reads one utterance.
#[must_use]
pub fn turn(utterance: &ScriptUtterance) -> Option<Turn> {
    let text = format!(
        " {} ",
        utterance
            .words
            .iter()
            .map(|w| w.lower.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    );
    match utterance.speaker {
        Speaker::Clinician => Some(clinician(utterance, &text)),
        speaker if speaker.is_client() => Some(Turn::Client(if contains(&text, SUSTAIN) {
            ClientTalk::Sustain
        } else if contains(&text, CHANGE) {
            ClientTalk::Change
        } else {
            ClientTalk::Neutral
        })),
        _ => None,
    }
}

fn clinician(utterance: &ScriptUtterance, text: &str) -> Turn {
    let asked = utterance.sentences.iter().rev().find(|s| s.question);
    if let Some(question) = asked {
        let first = utterance.words[question.words.clone()]
            .iter()
            .map(|w| w.lower.as_str())
            .find(|w| OPEN.contains(w) || CLOSED.contains(w));
        let open = first.is_some_and(|w| OPEN.contains(&w));
        let kind = if open {
            MoveKind::Open
        } else {
            MoveKind::Closed
        };
        return Turn::Clinician(Move::Question, Some(kind));
    }
    if utterance.words.len() > 3 && contains(text, ADVISES) {
        return Turn::Clinician(Move::Input, Some(MoveKind::Advice));
    }
    if utterance.words.len() > 2 && contains(text, REFLECTS) {
        let complex = utterance.words.len() > 14
            || contains(text, &["part of you", "on the one hand", "feel"]);
        let kind = if complex {
            MoveKind::Complex
        } else {
            MoveKind::Simple
        };
        return Turn::Clinician(Move::Reflection, Some(kind));
    }
    if utterance.words.len() > 24 {
        return Turn::Clinician(Move::Input, Some(MoveKind::Information));
    }
    Turn::Clinician(Move::Other, None)
}

/// The turns of a session, with the place of each utterance.
#[must_use]
pub fn read(script: &Script) -> Vec<(usize, Turn)> {
    script
        .utterances
        .iter()
        .enumerate()
        .filter_map(|(place, utterance)| turn(utterance).map(|t| (place, t)))
        .collect()
}
