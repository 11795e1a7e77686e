//! The speaker's words made fit for a page: fillers out, spoken punctuation and numbers written,
//! slips corrected, a capital and a full stop. Never a word that was not said.

use std::ops::Range;

use crate::transcript::script::{Break, ScriptUtterance, Word};

/// Writes `words` of an utterance as a sentence; empty where nothing but fillers was said.
#[must_use]
pub fn sentence(utterance: &ScriptUtterance, words: &Range<usize>, question: bool) -> String {
    let mut text = String::new();
    let mut at = words.start;
    let mut last: Option<usize> = None;
    while at < words.end {
        let word = &utterance.words[at];
        if word.is_filler() || (last.is_none() && leads(&word.lower) && at + 1 < words.end) {
            at += 1;
            continue;
        }
        let (piece, next) = piece(utterance, at, words.end);
        if !piece.is_empty() {
            if let Some(last) = last {
                text.push_str(&separator(utterance, last, at));
            }
            text.push_str(&piece);
            last = Some(next - 1);
        }
        at = next;
    }
    finish(&text, question)
}

/// Words that join a clause to what came before and mean nothing at the head of a sentence.
fn leads(word: &str) -> bool {
    matches!(word, "and" | "so" | "okay" | "ok" | "then")
}

/// How the word or number at `at` is written, and where the next one begins.
fn piece(utterance: &ScriptUtterance, at: usize, end: usize) -> (String, usize) {
    if let Ok(found) = utterance
        .numbers
        .binary_search_by_key(&at, |n| n.words.start)
    {
        let number = &utterance.numbers[found];
        let broken = utterance.words[number.words.clone()]
            .iter()
            .any(Word::is_filler);
        if let (Some(written), true, false) = (&number.written, number.words.end <= end, broken) {
            return (written.clone(), number.words.end);
        }
    }
    let word = &utterance.words[at];
    let raw = match &word.written {
        Some(written) => written.clone(),
        None if matches!(word.lower.as_str(), "i" | "i'm" | "i'll" | "i've" | "i'd")
            || word.name =>
        {
            capital(&utterance.text[word.span.clone()])
        }
        None => utterance.text[word.span.clone()].to_owned(),
    };
    (raw, at + 1)
}

/// What stands between two words: the text's own marks where nothing was left out between them.
fn separator(utterance: &ScriptUtterance, last: usize, next: usize) -> String {
    let raw = utterance.words[last].span.end..utterance.words[next].span.start;
    let own = utterance.text.get(raw).unwrap_or(" ");
    let plain =
        !own.is_empty() && own.len() <= 4 && !own.chars().any(|c| c.is_alphanumeric() || c == '\n');
    if next == last + 1 && plain {
        return own.to_owned();
    }
    let strongest = (last + 1..=next)
        .map(|at| utterance.words[at].break_before)
        .max();
    match strongest {
        Some(Break::Comma) => ", ",
        Some(Break::Clause) => ": ",
        _ => " ",
    }
    .to_owned()
}

fn finish(text: &str, question: bool) -> String {
    let trimmed =
        text.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '-'));
    if trimmed.is_empty() {
        return String::new();
    }
    let mut whole = capital(trimmed);
    if !whole.ends_with(['.', '?', '!']) {
        whole.push(if question { '?' } else { '.' });
    }
    whole
}

/// The text with its first letter in upper case.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|c| c.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}
