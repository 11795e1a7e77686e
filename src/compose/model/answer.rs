//! What came back: sentences with the numbers that they cite. Takes what is whole and lets the rest
//! go; total on any text.

use serde::Deserialize;

use crate::compose::model::grammar::MOST_LINES;
use crate::session::Speech;

/// Longest sentence that is taken.
const MOST_CHARS: usize = 600;
/// Bytes of an answer that are looked at.
const MOST_BYTES: usize = 64 * 1024;

/// A sentence as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drafted {
    /// The items that it cites, as places in the list that was shown.
    pub cites: Vec<usize>,
    /// The sentence.
    pub text: Speech,
}

/// What was written, and whether it was whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The sentences, in order.
    pub sentences: Vec<Drafted>,
    /// Whether anything in it was not a sentence in the form that was asked for.
    pub is_broken: bool,
}

#[derive(Deserialize)]
struct Line {
    e: Vec<usize>,
    s: String,
}

/// Reads an answer. `ids` are the numbers that were shown; each stands for its place in the list.
#[must_use]
pub fn read(text: &str, ids: &[usize]) -> Answer {
    let mut answer = Answer::default();
    let mut end = text.len().min(MOST_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    answer.is_broken = end < text.len();
    for line in text[..end].lines().map(str::trim).filter(|l| !l.is_empty()) {
        let drafted = serde_json::from_str::<Line>(line)
            .ok()
            .and_then(|line| drafted(&line, ids));
        match drafted {
            Some(drafted) if answer.sentences.len() < MOST_LINES => answer.sentences.push(drafted),
            _ => answer.is_broken = true,
        }
    }
    answer
}

fn drafted(line: &Line, ids: &[usize]) -> Option<Drafted> {
    let mut cites: Vec<usize> = line
        .e
        .iter()
        .map(|id| ids.iter().position(|shown| shown == id))
        .collect::<Option<_>>()?;
    cites.sort_unstable();
    cites.dedup();
    let text = sentence(&line.s)?;
    (!cites.is_empty()).then_some(Drafted { cites, text })
}

/// A sentence with its capital and its full stop; nothing where it is none.
fn sentence(raw: &str) -> Option<Speech> {
    let text = raw.split_whitespace().collect::<Vec<_>>().join(" ");
    let sane = text.chars().count() <= MOST_CHARS
        && text.contains(char::is_alphabetic)
        && !text.contains(|c: char| c.is_control() || matches!(c, '<' | '>' | '{' | '}' | '|'));
    if !sane {
        return None;
    }
    let mut chars = text.chars();
    let mut whole: String = chars
        .next()
        .map(|c| c.to_uppercase().chain(chars).collect())
        .unwrap_or_default();
    if !whole.ends_with(['.', '?', '!']) && !whole.ends_with(".\u{201d}") {
        whole.push('.');
    }
    Some(whole.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cut_answer_is_used_as_far_as_it_got() {
        let answer = read(
            "{\"e\":[1,2],\"s\":\"she slept\"}\n{\"e\":[3],\"s\":\"She wo",
            &[1, 2, 3],
        );
        assert!(answer.is_broken);
        assert_eq!(answer.sentences.len(), 1);
        assert_eq!(answer.sentences[0].cites, [0, 1]);
        assert_eq!(answer.sentences[0].text.as_str(), "She slept.");
    }

    #[test]
    fn what_cites_nothing_that_exists_is_no_sentence() {
        for text in [
            "{\"e\":[9],\"s\":\"She slept.\"}",
            "{\"e\":[],\"s\":\"She slept.\"}",
            "{\"e\":[1],\"s\":\"...\"}",
            "{\"e\":[1],\"s\":\"<|im_end|>\"}",
            "She slept.",
            "[[[",
        ] {
            let answer = read(text, &[1]);
            assert!(answer.is_broken && answer.sentences.is_empty(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn reading_an_answer_is_total(text in ".{0,300}") {
            let _ = read(&text, &[1, 2]);
        }
    }
}
