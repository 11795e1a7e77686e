//! Terms that a recogniser does not know, put right: `fee Q nine` → PHQ-9, `p t s d` → PTSD.
//!
//! Owns which words stand for which term; the pairs are data (`lexicon/corrections.toml`). It never
//! changes a text: a correction names tokens and what they mean, and the quote stays as it was heard.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::transcript::numbers::is_number_word;
use crate::transcript::words::{Token, TokenKind};

/// Tokens that stand for a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// The tokens, as indices into the tokens read.
    pub tokens: Range<usize>,
    /// The term as a note writes it: `EMDR`, `PHQ-9`.
    pub written: String,
    /// Whose correction it is.
    pub source: Source,
}

/// Where a correction comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// It ships with the program.
    Embedded,
    /// The clinician's own, added or learned.
    Own,
    /// A word of the clinic's vocabulary.
    Vocabulary,
}

/// How many tokens away a number may stand for `near_number`.
const NEAR: usize = 6;

/// Finds every term that was misheard or spelled out, in order and without overlap; a term that is
/// right already is found too and written the same. Total on any tokens; linear.
#[must_use]
pub fn corrected(tokens: &[Token]) -> Vec<Correction> {
    let slips = &*SLIPS;
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let correction = slips
            .misheard(tokens, at)
            .or_else(|| slips.letters(tokens, at));
        match correction {
            Some(correction) => {
                at = correction.tokens.end;
                found.push(correction);
            }
            None => at += 1,
        }
    }
    found
}

static SLIPS: LazyLock<Slips> = LazyLock::new(|| {
    Slips::parse(include_str!("../../lexicon/corrections.toml"))
        .expect("the embedded corrections are parsed by a test")
});

struct Slips {
    corrections: Vec<Pair>,
    /// First word to (words, place in `corrections`), the longest first.
    index: HashMap<String, Vec<(Vec<String>, usize)>>,
    words: HashSet<String>,
    spelled: HashSet<String>,
    only_spelled: HashSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    correction: Vec<Pair>,
    letters: Letters,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    written: String,
    heard: Vec<String>,
    #[serde(default)]
    near_number: bool,
    #[serde(default)]
    after: Vec<String>,
    #[serde(default)]
    not_after: Vec<String>,
    #[serde(default)]
    not_before: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Letters {
    words: HashSet<String>,
    spelled: HashSet<String>,
    only_spelled: HashSet<String>,
}

impl Slips {
    fn parse(source: &str) -> Result<Self, toml::de::Error> {
        let file: File = toml::from_str(source)?;
        let mut index: HashMap<String, Vec<(Vec<String>, usize)>> = HashMap::new();
        for (n, pair) in file.correction.iter().enumerate() {
            for heard in &pair.heard {
                let words: Vec<String> = heard.split(' ').map(str::to_owned).collect();
                index.entry(words[0].clone()).or_default().push((words, n));
            }
        }
        for phrases in index.values_mut() {
            phrases.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
        }
        Ok(Self {
            corrections: file.correction,
            index,
            words: file.letters.words,
            spelled: file.letters.spelled,
            only_spelled: file.letters.only_spelled,
        })
    }

    /// The longest misheard term at `at`.
    fn misheard(&self, tokens: &[Token], at: usize) -> Option<Correction> {
        self.index
            .get(&tokens[at].lower)?
            .iter()
            .find_map(|(words, n)| {
                let pair = &self.corrections[*n];
                let range = at..phrase_end(tokens, at, words)?;
                pair.holds(tokens, &range).then(|| Correction {
                    tokens: range,
                    written: pair.written.clone(),
                    source: Source::Embedded,
                })
            })
    }

    /// An abbreviation at `at`, spelled in single letters or written small.
    fn letters(&self, tokens: &[Token], at: usize) -> Option<Correction> {
        let correction = |range: Range<usize>, word: &str| Correction {
            tokens: range,
            written: word.to_uppercase(),
            source: Source::Embedded,
        };
        if !is_letter(tokens, at) {
            let word = tokens[at].lower.as_str();
            let known = self.words.contains(word) && !self.only_spelled.contains(word);
            return known.then(|| correction(at..at + 1, word));
        }
        if is_half_day(tokens, at) {
            return None;
        }
        // Twelve letters are longer than any abbreviation.
        let length = (at..at + 12)
            .take_while(|at| is_letter(tokens, *at))
            .count();
        let run: String = tokens[at..at + length]
            .iter()
            .map(|t| t.lower.as_str())
            .collect();
        let known = (2..=length).rev().find(|n| {
            run.get(..*n)
                .is_some_and(|word| self.words.contains(word) || self.spelled.contains(word))
        });
        if let Some(n) = known {
            return Some(correction(at..at + n, &run[..n]));
        }
        // "a" and "i" at the edges are words of the sentence.
        if run.starts_with(['a', 'i'])
            || (at > 0 && is_letter(tokens, at - 1) && !is_word(tokens, at - 1))
        {
            return None;
        }
        let trimmed = run.trim_end_matches(['a', 'i']);
        (trimmed.len() > 2).then(|| correction(at..at + trimmed.len(), trimmed))
    }
}

impl Pair {
    fn holds(&self, tokens: &[Token], range: &Range<usize>) -> bool {
        let is = |list: &[String], at: Option<usize>| {
            at.and_then(|at| tokens.get(at))
                .is_some_and(|token| list.contains(&token.lower))
        };
        let before = range.start.checked_sub(1);
        let near = || {
            let from = range.start.saturating_sub(NEAR);
            let to = (range.end + NEAR).min(tokens.len());
            let mut around = tokens[from..range.start]
                .iter()
                .chain(&tokens[range.end..to]);
            around.any(is_number_word)
        };
        (self.after.is_empty() || is(&self.after, before))
            && !is(&self.not_after, before)
            && !is(&self.not_before, Some(range.end))
            && (!self.near_number || near())
    }
}

/// The end of `words` at `at`, where hyphens may stand between them and `#9` is a number.
pub(super) fn phrase_end(tokens: &[Token], at: usize, words: &[String]) -> Option<usize> {
    let mut end = at;
    for (n, word) in words.iter().enumerate() {
        if n > 0 && tokens.get(end).is_some_and(|token| token.is("-")) {
            end += 1;
        }
        let token = tokens.get(end)?;
        let same = match word.strip_prefix('#') {
            Some(digits) => token.lower == digits || spoken(digits) == Some(token.lower.as_str()),
            None => token.lower == *word,
        };
        if !same {
            // "twenty one" is two tokens.
            let tail = word.strip_prefix('#').filter(|_| tokens.len() > end + 1)?;
            let two = format!("{} {}", token.lower, tokens[end + 1].lower);
            if spoken(tail) != Some(two.as_str()) {
                return None;
            }
            end += 1;
        }
        end += 1;
    }
    Some(end)
}

/// The numbers that instruments are named after.
fn spoken(digits: &str) -> Option<&'static str> {
    Some(match digits {
        "2" => "two",
        "5" => "five",
        "7" => "seven",
        "9" => "nine",
        "10" => "ten",
        "21" => "twenty one",
        _ => return None,
    })
}

pub(super) fn is_letter(tokens: &[Token], at: usize) -> bool {
    tokens.get(at).is_some_and(|token| {
        token.kind == TokenKind::Word
            && token.lower.len() == 1
            && token.lower.as_bytes()[0].is_ascii_lowercase()
    })
}

/// `i` and `a` are words as well as letters.
fn is_word(tokens: &[Token], at: usize) -> bool {
    tokens[at].is("i") || tokens[at].is("a")
}

/// `p m` or `a m` after a number.
fn is_half_day(tokens: &[Token], at: usize) -> bool {
    let number = at > 0 && is_number_word(&tokens[at - 1]);
    let half = tokens[at].is("a") || tokens[at].is("p");
    number && half && tokens.get(at + 1).is_some_and(|token| token.is("m"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::transcript::words::tokenise;

    fn put_right(text: &str) -> String {
        let tokens = tokenise(text);
        let mut out = String::new();
        let mut from = 0;
        for correction in corrected(&tokens) {
            out.push_str(&text[from..tokens[correction.tokens.start].span.start]);
            out.push_str(&correction.written);
            from = tokens[correction.tokens.end - 1].span.end;
        }
        out + &text[from..]
    }

    #[test]
    fn slips_are_put_right_and_ordinary_words_stay() {
        let cases: &[(&str, &str)] = &[
            ("okay e m d r session", "okay EMDR session"),
            ("used EM DR today", "used EMDR today"),
            ("he completed emdr in 2019", "he completed EMDR in 2019"),
            ("sudz was five", "SUD was five"),
            ("sods 3", "SUD 3"),
            ("suds of seven", "SUD of seven"),
            ("soap suds on the floor", "soap suds on the floor"),
            ("sod on the lawn", "sod on the lawn"),
            ("vock four", "VOC four"),
            ("vox at six", "VOC at six"),
            ("the vox pop", "the vox pop"),
            (
                "the see SSRS, ideation severity three",
                "the C-SSRS, ideation severity three",
            ),
            ("the c s s r s was completed", "the C-SSRS was completed"),
            ("the C-SSRS", "the C-SSRS"),
            ("fee Q nine is fourteen", "PHQ-9 is fourteen"),
            ("p h q nine of fourteen", "PHQ-9 of fourteen"),
            ("PHQ-9 of 14", "PHQ-9 of 14"),
            ("phq9 14", "PHQ-9 14"),
            ("p h q two is one", "PHQ-2 is one"),
            ("GAD seven is thirteen", "GAD-7 is thirteen"),
            ("p c l five is forty two", "PCL-5 is forty two"),
            ("DES two today", "DES-II today"),
            ("the d e s you did", "the DES you did"),
            (
                "the DAST ten, which was four",
                "the DAST-10, which was four",
            ),
            ("Audit see came out at nine", "AUDIT-C came out at nine"),
            ("in the audit see below", "in the audit see below"),
            ("Y bocks today is nineteen", "Y-BOCS today is nineteen"),
            ("dass twenty one", "DASS-21"),
            ("denies ass eye and h i his", "denies SI and HI his"),
            ("denied s i", "denied SI"),
            ("I S I is eighteen", "ISI is eighteen"),
            ("p t s d improving", "PTSD improving"),
            ("the a c t team", "the ACT team"),
            ("act out in school", "act out in school"),
            ("nc is it is my fault", "nc is it is my fault"),
            ("at nine p m the c s s r s", "at nine p m the C-SSRS"),
            ("q r s t i told him", "QRST i told him"),
            ("i a", "i a"),
            ("taught dear man", "taught DEAR MAN"),
            ("my dear man", "my dear man"),
            ("a snap decision", "a snap decision"),
            ("used the tip skill", "used the TIPP skill"),
            ("a tip about a room", "a tip about a room"),
            ("", ""),
        ];
        let wrong: Vec<_> = cases
            .iter()
            .filter(|(text, want)| put_right(text) != *want)
            .map(|(text, want)| format!("{text}: {:?}, not {want:?}", put_right(text)))
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn the_embedded_file_parses_strictly() {
        let good = include_str!("../../lexicon/corrections.toml");
        let slips = Slips::parse(good).unwrap();
        for pair in &slips.corrections {
            for heard in &pair.heard {
                assert_eq!(*heard, heard.to_lowercase());
                let numbers = heard.split(' ').filter_map(|word| word.strip_prefix('#'));
                assert!(numbers.into_iter().all(|n| spoken(n).is_some()), "{heard}");
            }
        }
        assert!(Slips::parse(&good.replace("near_number", "near_numbr")).is_err());
    }

    proptest! {
        #[test]
        fn corrections_lie_in_bounds_on_any_text(
            text in prop_oneof![".*", "((a|i|p|h|q|m|s|e|d|r|nine|9|-|gad|des|two|the|vock) ?){0,40}"],
        ) {
            let tokens = tokenise(&text);
            let mut last = 0;
            for correction in corrected(&tokens) {
                prop_assert!(correction.tokens.start >= last);
                prop_assert!(correction.tokens.start < correction.tokens.end);
                prop_assert!(correction.tokens.end <= tokens.len());
                last = correction.tokens.end;
            }
        }
    }
}
