//! Whose matter a word is: the client's, the clinician's, or somebody else's of the client's life.

use super::mention::Item;
use super::words::Kind;
use crate::session::{Mode, Speaker};
use crate::transcript::script::{Break, Word};

/// Whose matter a word is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Whose {
    /// Nobody was named, or it cannot be told.
    #[default]
    Unsaid,
    /// The client's.
    Client,
    /// The clinician's.
    Clinician,
    /// Somebody else's.
    Other,
}

impl Whose {
    /// Whether one is the client's and the other somebody else's.
    pub(super) fn contradicts(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Client, Self::Other) | (Self::Other, Self::Client)
        )
    }
}

/// Words after which a new subject may stand.
const BEFORE: &[&str] = &[
    "and", "but", "that", "because", "when", "if", "while", "said", "says", "report", "reports",
    "reported", "states", "stated", "noted", "since", "so", "although", "then", "after", "before",
    "where", "today", "how",
];

/// Words of whose a person is.
const POSSESSIVE: &[&str] = &[
    "her",
    "his",
    "their",
    "my",
    "your",
    "the",
    "client's",
    "patient's",
    "a",
    "an",
    "older",
    "younger",
    "oldest",
    "youngest",
    "late",
    "best",
    "twin",
    "big",
    "close",
    "new",
    "former",
    "estranged",
    "biological",
    "own",
    "both",
    "elder",
    "little",
];

/// Tells whose matter each word of a sentence is. `named` tells whether somebody else was named
/// before in the utterance, so that "she" may be that person; `others` are words by which the client
/// spoke of somebody else.
pub(super) fn tell(
    words: &[Word],
    items: &mut [Item],
    (mode, speaker): (Mode, Speaker),
    named: &mut bool,
    others: &[&str],
) {
    let mut whose = Whose::Unsaid;
    let in_talk = mode == Mode::Session;
    let any = |list: &[&str]| words.iter().any(|w| list.contains(&w.lower.as_str()));
    // "He pushed her": one of the two is not the client.
    let two = any(&["he", "him", "his", "he's"]) && any(&["she", "her", "hers", "she's"]);
    let mut own_other = vec![false; words.len()];
    for n in 0..words.len() {
        let opens = opens(words, n);
        let person = items[n].kinds().any(|k| k == Kind::Person);
        let possessed = items[n].lower.ends_with("'s") && !words.get(n + 1).is_some_and(is_done_by);
        let first = match items[n].lower.as_str() {
            "i" | "i'm" | "i've" | "i'll" | "i'd" | "me" | "my" if speaker.is_client() => {
                Some(Whose::Client)
            }
            "i" | "i'm" | "i've" | "i'll" | "i'd" | "clinician" | "therapist" | "writer"
                if !speaker.is_client() =>
            {
                Some(Whose::Clinician)
            }
            "client" | "patient" | "pt" if opens => Some(Whose::Client),
            "you" | "you're" | "you've" if in_talk && speaker == Speaker::Clinician => {
                Some(Whose::Client)
            }
            // The client does not speak of the client so.
            "she" | "he" | "she's" | "he's" if speaker.is_client() => Some(Whose::Other),
            "himself" | "herself" if whose == Whose::Unsaid && *named && n > 0 => {
                matches!(words[n - 1].lower.as_str(), "he" | "she").then_some(Whose::Other)
            }
            "they" | "they're" | "they've" | "they'd" | "they'll" | "we" | "we're" | "we've" => {
                Some(Whose::Unsaid)
            }
            "who" if n > 0 && (items[n - 1].name || own_other[n - 1]) => Some(Whose::Other),
            "she" | "he" | "she's" | "he's" => {
                if *named || in_talk || two || others.iter().any(|o| items[n].lower.starts_with(o))
                {
                    Some(Whose::Unsaid)
                } else {
                    Some(Whose::Client)
                }
            }
            _ if person && opens && !possessed => {
                *named = true;
                Some(Whose::Other)
            }
            _ => None,
        };
        if person {
            *named = true;
            own_other[n] = true;
        }
        if let Some(now) = first {
            whose = now;
        }
        items[n].meant.whose = whose;
    }
    // Beside somebody else the client's matter may be that person's too.
    let mut start = 0;
    for n in 1..=words.len() {
        if n == words.len() || words[n].break_before >= Break::Comma {
            if let Some(first) = own_other[start..n].iter().position(|other| *other) {
                // "Was brought by her aunt": what goes before is the aunt's too.
                let by = words[start..start + first]
                    .iter()
                    .any(|w| w.lower == "by" || w.lower == "with");
                let first = if by { 0 } else { first };
                for item in &mut items[start + first..n] {
                    if item.meant.whose == Whose::Client {
                        item.meant.whose = Whose::Unsaid;
                    }
                }
            }
            start = n;
        }
    }
}

/// Whether a word after "brother's" shows that it means "brother is" or "brother has".
fn is_done_by(next: &Word) -> bool {
    matches!(
        next.lower.as_str(),
        "been" | "got" | "not" | "still" | "just" | "going" | "a" | "so" | "always" | "really"
    ) || next.lower.ends_with("ing")
        || next.lower.ends_with("ed")
}

/// Whether a subject may stand at a word: at the head of a stretch, with or without whose it is.
fn opens(words: &[Word], at: usize) -> bool {
    let mut first = at;
    while first > 0
        && words[first].break_before < Break::Comma
        && POSSESSIVE.contains(&words[first - 1].lower.as_str())
    {
        first -= 1;
    }
    first == 0
        || words[first].break_before >= Break::Comma
        || BEFORE.contains(&words[first - 1].lower.as_str())
}
