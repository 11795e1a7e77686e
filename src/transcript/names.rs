//! Which words of a transcript are people's names, as far as the transcript itself tells: a capital
//! inside a sentence, or a place where a name stands ("session with …", "… reports").

use std::collections::HashSet;

use crate::transcript::script::{Break, Script};

/// Words after which a person is named in a dictation's first lines.
const BEFORE: &[(&str, &str)] = &[
    ("note", "for"),
    ("this", "is"),
    ("session", "with"),
    ("met", "with"),
    ("visit", "with"),
    ("meeting", "with"),
    ("appointment", "with"),
    ("saw", ""),
    ("seeing", ""),
];

/// Verbs before which a person is named.
const AFTER: &[&str] = &[
    "reports",
    "reported",
    "says",
    "said",
    "states",
    "stated",
    "denies",
    "denied",
    "endorses",
    "endorsed",
    "describes",
    "described",
    "shares",
    "shared",
    "arrived",
    "presented",
    "presents",
];

/// Words with a capital that name no person.
const NOT_NAMES: &[&str] = &[
    "i",
    "i'm",
    "i'll",
    "i've",
    "i'd",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "emdr",
    "sud",
    "suds",
    "voc",
    "phq",
    "gad",
    "pcl",
    "cbt",
    "dbt",
    "act",
    "si",
    "hi",
    "avh",
    "ptsd",
    "adhd",
    "ocd",
    "snap",
    "roi",
    "bls",
    "nc",
    "pc",
    "mse",
    "dr",
    "mr",
    "mrs",
    "ms",
    "english",
    "spanish",
    "god",
    "socratic",
    "christmas",
    "easter",
    "thanksgiving",
    "zoom",
    "medicaid",
    "medicare",
    "session",
    "objective",
    "subjective",
    "he",
    "she",
    "they",
    "it",
    "we",
    "you",
    "who",
    "client",
    "patient",
    "mother",
    "father",
    "mom",
    "dad",
    "and",
    "also",
    "then",
    "this",
    "that",
    "which",
    "the",
    "a",
    "so",
    "but",
    "today",
    "her",
    "his",
    "their",
    "my",
    "everyone",
    "someone",
    "what",
    "as",
    "teacher",
    "brother",
    "sister",
    "son",
    "daughter",
    "wife",
    "husband",
    "partner",
    "staff",
    "one",
    "two",
    "therapist",
    "psychiatrist",
    "for",
    "with",
    "from",
    "and",
    "not",
    "today",
    "here",
    "there",
    "was",
    "were",
    "has",
    "had",
    "pt",
    "student",
    "member",
    "couple",
    "family",
    "grandmother",
    "grandfather",
    "aunt",
    "uncle",
];

/// Marks the words that are names.
pub fn mark(script: &mut Script) {
    let mut names: HashSet<String> = HashSet::new();
    for utterance in &script.utterances {
        let words = &utterance.words;
        let shouting = words.iter().filter(|w| w.capital).count() * 2 > words.len();
        for (at, word) in words.iter().enumerate() {
            let plain = word.written.is_none() && word.lower.chars().all(char::is_alphabetic);
            if !plain || word.lower.len() < 3 || NOT_NAMES.contains(&word.lower.as_str()) {
                continue;
            }
            let lower = |n: usize| words.get(n).map_or("", |w| w.lower.as_str());
            let inside = at > 0 && word.break_before < Break::Clause;
            let introduced = at > 0
                && BEFORE.iter().any(|(first, second)| {
                    if second.is_empty() {
                        lower(at - 1) == *first
                    } else {
                        lower(at - 1) == *second && at > 1 && lower(at - 2) == *first
                    }
                });
            let before_verb = AFTER.contains(&lower(at + 1)) && !lower(at).ends_with("ly");
            let opens = word.break_before >= Break::Stop;
            if (word.capital && inside && !shouting)
                || (introduced && at < 40)
                || (before_verb && (word.capital || (!inside || opens)))
            {
                names.insert(word.lower.clone());
            }
        }
    }
    for utterance in &mut script.utterances {
        for word in &mut utterance.words {
            let bare = word.lower.strip_suffix("'s").unwrap_or(&word.lower);
            word.name = names.contains(bare);
        }
    }
}
