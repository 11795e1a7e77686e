//! Talk moves of a session: what kind of turn each utterance is, as supervisors of motivational
//! interviewing count them. Describes the talk; judges no one.

mod client;
mod clinician;
mod said;
mod words;

use serde::Serialize;

use crate::session::Speaker;
use crate::transcript::script::Script;

use client::Lean;
use clinician::Around;
use said::{Heard, Said};
use words::{Sign, Words};

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

/// The turns of a session, with the place of each utterance.
#[must_use]
pub fn read(script: &Script) -> Vec<(usize, Turn)> {
    let words = Words::embedded();
    let mut turns = Vec::new();
    let mut heard = Heard::default();
    let mut lean = Lean::default();
    let mut last: Option<Said> = None;
    let mut before = None;
    for (place, utterance) in script.utterances.iter().enumerate() {
        let said = Said::of(utterance, words);
        if utterance.speaker == Speaker::Clinician {
            let around = Around {
                heard: heard.lately(),
                asked: last.as_ref().is_some_and(Said::asks),
                listened: last.as_ref().is_some_and(|l| l.only(&[Sign::Agrees])),
                before,
            };
            let read = clinician::read(&said, &around);
            lean.hear(&said);
            if said.length() > 0 {
                before = Some(read);
            }
            turns.push((place, Turn::Clinician(read.0, read.1)));
        } else if utterance.speaker.is_client() {
            turns.push((place, Turn::Client(lean.read(&said))));
            heard.add(&said);
            last = Some(said);
        }
    }
    turns
}

#[cfg(test)]
mod tests;
