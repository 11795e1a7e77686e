//! Talk moves of a session: what kind of turn each utterance is, as supervisors of motivational
//! interviewing count them. Describes the talk; judges no one.

use serde::Serialize;

use crate::reading::talk_words::{
    ADVISES, BOUNDED, CHANGE, CLOSED, DEEPENS, INFORMS, INVITES, LEADS, NEGOTIATES, OPEN, REFLECTS,
    SUSTAIN,
};
use crate::session::Speaker;
use crate::transcript::script::{Break, Script, ScriptUtterance, Word};

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

fn contains(text: &str, phrases: &[&str]) -> usize {
    phrases.iter().filter(|p| text.contains(*p)).count()
}

fn joined(words: &[Word]) -> String {
    let words: Vec<&str> = words.iter().map(|w| w.lower.as_str()).collect();
    format!(" {} ", words.join(" "))
}

/// Reads one utterance.
#[must_use]
pub fn turn(utterance: &ScriptUtterance) -> Option<Turn> {
    match utterance.speaker {
        Speaker::Clinician => Some(clinician(utterance)),
        speaker if speaker.is_client() => Some(Turn::Client(client(utterance))),
        _ => None,
    }
}

fn client(utterance: &ScriptUtterance) -> ClientTalk {
    let text = joined(&utterance.words);
    let (change, sustain) = (contains(&text, CHANGE), contains(&text, SUSTAIN));
    if sustain > change {
        ClientTalk::Sustain
    } else if change > 0 {
        ClientTalk::Change
    } else {
        ClientTalk::Neutral
    }
}

fn clinician(utterance: &ScriptUtterance) -> Turn {
    let text = joined(&utterance.words);
    let count = utterance.words.len();
    let stated = |words: &[Word]| reflects(words) && openings(words).next().is_none();
    let asked = utterance.sentences.iter().rev().find(|s| s.question);
    if let Some(question) = asked.filter(|s| {
        let words = &utterance.words[s.words.clone()];
        !stated(words) || count < 5
    }) {
        let open = is_open(&utterance.words[question.words.clone()]);
        let kind = if open {
            MoveKind::Open
        } else {
            MoveKind::Closed
        };
        return Turn::Clinician(Move::Question, Some(kind));
    }
    if count > 3 && contains(&text, &[" tell me ", " walk me through "]) > 0 {
        return Turn::Clinician(Move::Question, Some(MoveKind::Open));
    }
    let reflections = utterance
        .sentences
        .iter()
        .filter(|s| reflects(&utterance.words[s.words.clone()]))
        .count();
    let taught = contains(&text, INFORMS);
    let advised = contains(&text, ADVISES);
    if count > 5 && advised > 0 && reflections <= advised {
        return Turn::Clinician(Move::Input, Some(MoveKind::Advice));
    }
    if count > 3 && reflections > 0 && taught < 3 {
        return Turn::Clinician(Move::Reflection, Some(depth(&text, count)));
    }
    if count > 8 && taught > 0 {
        return Turn::Clinician(Move::Input, Some(MoveKind::Information));
    }
    if count > 8 && contains(&text, NEGOTIATES) > 0 {
        return Turn::Clinician(Move::Input, Some(MoveKind::Negotiation));
    }
    if gives_back(&utterance.words) {
        return Turn::Clinician(Move::Reflection, Some(depth(&text, count)));
    }
    Turn::Clinician(Move::Other, None)
}

/// How much a reflection adds to what the client said.
fn depth(text: &str, count: usize) -> MoveKind {
    if count > 16 || contains(text, DEEPENS) > 0 {
        MoveKind::Complex
    } else {
        MoveKind::Simple
    }
}

/// Whether a statement without any other sign gives something back: it has content, and it is no
/// greeting, no thanks, no praise and no word on the session itself.
fn gives_back(words: &[Word]) -> bool {
    let content: Vec<&str> = words
        .iter()
        .filter(|w| !w.is_filler())
        .map(|w| w.lower.as_str())
        .skip_while(|w| LEADS.contains(w))
        .collect();
    let own = content.iter().any(|w| {
        matches!(
            *w,
            "thank"
                | "thanks"
                | "bye"
                | "hi"
                | "hello"
                | "welcome"
                | "we"
                | "we'll"
                | "let's"
                | "i'm"
                | "i'll"
                | "i'd"
                | "my"
                | "me"
                | "appreciate"
                | "nice"
                | "glad"
                | "take"
                | "sorry"
                | "please"
                | "wonderful"
                | "awesome"
                | "excellent"
                | "perfect"
                | "fantastic"
                | "i"
                | "sounds"
        )
    });
    content.len() >= 3 && !own
}

/// Whether a question asks for more than a word.
fn is_open(words: &[Word]) -> bool {
    let text = joined(words);
    if contains(&text, INVITES) > 0 {
        return true;
    }
    if contains(&text, BOUNDED) > 0 {
        return false;
    }
    let mut openings = openings(words).peekable();
    if openings.peek().is_none() {
        return words
            .iter()
            .any(|w| matches!(w.lower.as_str(), "what" | "how" | "why"));
    }
    openings.any(|word| OPEN.contains(&word))
}

/// The words that open clauses as questions open.
fn openings(words: &[Word]) -> impl Iterator<Item = &str> {
    let opens = |at: usize| {
        at == 0
            || words[at].break_before >= Break::Comma
            || LEADS.contains(&words[at - 1].lower.as_str())
    };
    (0..words.len())
        .filter(move |&at| opens(at))
        .map(|at| words[at].lower.as_str())
        .filter(|w| OPEN.contains(w) || CLOSED.contains(w))
}

/// Whether a sentence gives back what the client said.
fn reflects(words: &[Word]) -> bool {
    let first = words
        .iter()
        .position(|w| !LEADS.contains(&w.lower.as_str()) && !w.is_filler())
        .unwrap_or(words.len());
    let rest = joined(&words[first..]);
    words.len() > first + 2
        && REFLECTS
            .iter()
            .any(|r| rest[1..].starts_with(r) && rest[1 + r.len()..].starts_with([' ', '\'']))
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
