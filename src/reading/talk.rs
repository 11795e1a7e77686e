//! Talk moves of a session: what kind of turn each utterance is, as supervisors of motivational
//! interviewing count them. Describes the talk; judges no one.

use serde::Serialize;

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

/// Words that open a question which asks for more than a yes, a no or a number.
const OPEN: &[&str] = &[
    "what", "what's", "how", "how's", "why", "tell", "describe", "where", "which",
];
/// Words that open a question which a word can answer.
const CLOSED: &[&str] = &[
    "do", "did", "does", "don't", "didn't", "are", "aren't", "is", "isn't", "was", "were", "have",
    "haven't", "has", "can", "could", "would", "will", "any", "should", "had", "who", "when",
];
/// Openings that ask for a number, a name or a day.
const BOUNDED: &[&str] = &[
    "how many",
    "how much do you",
    "how often",
    "how long",
    "how old",
    "how about",
    "what time",
    "what day",
    "where do you live",
    "which one",
    "how soon",
    "how confident",
    "how important",
    "how ready",
    "how likely",
    "how interested",
    "how deep",
    "how far",
    "how sure",
    "how much",
];
/// Requests that are open although they open with a verb that a word could answer.
const INVITES: &[&str] = &[
    "tell me",
    "describe",
    "walk me through",
    "say more",
    "talk to me about",
    "talk a little",
    "give me an example",
    "talk me through",
    "talk more about",
    "share with me",
    "anything else",
    "wondering what",
    "wondering how",
    "wonder what",
    "wonder how",
    "what do you think",
    "what about",
    "what can i do",
    "explain",
];
/// Words that lead into a turn and say nothing of its kind.
const LEADS: &[&str] = &[
    "so",
    "and",
    "okay",
    "ok",
    "yeah",
    "yes",
    "well",
    "mm",
    "hmm",
    "mm-hmm",
    "hm",
    "uh",
    "um",
    "right",
    "alright",
    "all",
    "great",
    "good",
    "but",
    "now",
    "um-hum",
    "mhm",
    "huh",
    "oh",
    "sure",
    "then",
    "because",
    "'cause",
    "just",
    "absolutely",
    "exactly",
    "no",
    "like",
    "i",
    "see",
    "guess",
    "really",
];
/// Openings of a reflection, after the words that lead into it.
const REFLECTS: &[&str] = &[
    "it sounds",
    "sounds like",
    "sound like",
    "you're",
    "you are",
    "you feel",
    "you felt",
    "you've",
    "you have",
    "you had",
    "you want",
    "you don't",
    "you know that",
    "you were",
    "you didn't",
    "you can",
    "you could",
    "you think",
    "you need",
    "you see",
    "you love",
    "you like",
    "you would",
    "you'd",
    "you also",
    "you really",
    "you just",
    "you do",
    "you did",
    "you kind",
    "you can't",
    "your",
    "part of you",
    "it seems",
    "seems like",
    "it feels",
    "feels like",
    "hear you",
    "hearing",
    "what i hear",
    "what i'm hearing",
    "on the one hand",
    "on one hand",
    "there's a part",
    "there's part",
    "it's important to you",
    "it makes sense",
    "makes sense",
    "for you",
    "that you",
    "it's hard",
    "it's been",
    "that's hard",
    "that must",
    "it must",
    "must be",
    "that sounds",
    "that feels",
    "it's a",
    "it's not",
    "if i'm hearing",
    "you say",
    "you said",
    "you mentioned",
    "they're",
    "she's",
    "he's",
    "it's like",
    "it's really",
    "it's kind",
    "it's pretty",
];
/// What advises, wherever it stands.
const ADVISES: &[&str] = &[
    " you should ",
    " you need to ",
    " would suggest ",
    " i'd suggest ",
    " recommend ",
    " you could try ",
    " i want you to ",
    " i'd like you to ",
    " you might want to ",
    " you'll want to ",
    " one thing you ",
    " you have to ",
    " you must ",
    " it's important that you ",
    " my advice ",
    " make sure you ",
    " you ought to ",
    " you're going to take ",
    " encourage you ",
];
/// What informs: knowledge that is the clinician's and not the client's.
const INFORMS: &[&str] = &[
    " research ",
    " studies ",
    " most people ",
    " many people ",
    " a lot of people ",
    " some people ",
    " people who ",
    " can cause ",
    " causes ",
    " increase the risk ",
    " increases ",
    " the risk of ",
    " standard drink",
    " guideline",
    " recommended ",
    " medication",
    " tablet",
    " milligrams ",
    " patients ",
    " evidence ",
    " percent ",
    " doctors ",
    " program ",
    " we know ",
    " effects ",
    " symptoms ",
    " disease ",
    " blood ",
    " body ",
    " lungs ",
    " liver ",
    " cancer ",
    " nicotine ",
    " here at ",
    " we offer ",
    " you'll be able to ",
    " called ",
    " confidential ",
    " options ",
    " women ",
    " adults ",
    " children who ",
];
/// What agrees on next steps.
const NEGOTIATES: &[&str] = &[
    " let's ",
    " shall we ",
    " we can ",
    " we could ",
    " we'll ",
    " i'm going to write ",
    " next time ",
    " next week ",
    " would it be okay ",
    " if it's okay ",
    " if you're interested ",
];
/// Words that tell of feeling, value or two sides, which the client did not say so.
const DEEPENS: &[&str] = &[
    " feel",
    " part of you",
    " on the one hand",
    " on the other",
    " but ",
    " worried ",
    " important ",
    " afraid ",
    " scared ",
    " hope",
    " frustrat",
    " care ",
    " matter",
    " value",
    " torn ",
    " like a ",
    " kind of ",
    " at the same time ",
    " yet ",
    " really want",
    " struggl",
    " overwhelm",
    " proud ",
    " almost ",
    " wonder",
    " tough ",
    " hard ",
    " difficult ",
    " want to be ",
    " because ",
];
/// What speaks for changing.
const CHANGE: &[&str] = &[
    " i want to ",
    " i wanna ",
    " i need to ",
    " i should ",
    " i'm going to ",
    " i'm gonna ",
    " i'll ",
    " i will ",
    " i could ",
    " i can do ",
    " i can try ",
    " i have to ",
    " i'd like to ",
    " i'd love to ",
    " i stopped ",
    " i quit ",
    " i'm ready ",
    " i wish i ",
    " be good for me ",
    " that would help ",
    " would be nice ",
    " i'd be willing ",
    " i'm willing ",
    " sick of ",
    " tired of ",
    " i gotta ",
    " i've got to ",
    " good idea ",
    " i'd rather ",
    " for my kids ",
    " my health ",
    " i'd feel better ",
    " don't want to end up ",
    " don't want to lose ",
    " don't want to get ",
    " i'm worried ",
    " scares me ",
    " i'd be able to ",
    " i try to ",
    " i've been trying ",
    " cut down ",
    " cut back ",
    " i know i ",
    " i'm trying ",
    " i think i can ",
    " i would like ",
    " it would be better ",
    " be healthier ",
    " more energy ",
];
/// What speaks for staying as it is.
const SUSTAIN: &[&str] = &[
    " i can't ",
    " i don't want to ",
    " i don't think i ",
    " i don't need ",
    " i like ",
    " helps me ",
    " not going to ",
    " not ready ",
    " it's hard ",
    " it's really hard ",
    " i don't see ",
    " i enjoy ",
    " no problem ",
    " not a problem ",
    " not that bad ",
    " i'm fine ",
    " everyone ",
    " everybody ",
    " all my friends ",
    " it's fun ",
    " relax ",
    " i love ",
    " what's the point ",
    " too hard ",
    " doesn't work ",
    " didn't work ",
    " i don't know if i ",
    " i don't have time ",
    " no big deal ",
    " i don't really want ",
    " it's not like ",
    " i would miss ",
    " hard to ",
    " they don't understand ",
    " i'm not sure i ",
    " no one's ",
    " i couldn't ",
    " don't have a problem ",
    " it's easier ",
];

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
