//! A clinician's own words: slips that were added or learned, and the vocabulary of the clinic.
//!
//! They are applied after the corrections that ship with the program, to what those leave as it was
//! heard. Like those they name tokens and change no text. Where they are kept is not known here.

use std::collections::HashMap;

use crate::transcript::corrections::{Correction, Source, is_letter, phrase_end};
use crate::transcript::words::{Token, TokenKind, tokenise};

/// Words heard that one term of the vocabulary may come apart into.
const MOST_PARTS: usize = 8;
/// A term that came apart has at least so many letters and digits; spelled out, half as many do.
const LEAST_JOINED: usize = 5;
const LEAST_SPELLED: usize = 3;

/// A clinician's own corrections and vocabulary, ready to be applied.
#[derive(Clone, Default)]
pub struct OwnWords {
    /// First word heard to all words heard and what is meant, the longest first.
    slips: HashMap<String, Vec<(Vec<String>, String)>>,
    /// Letters and digits of a term in lower case, and the term.
    terms: HashMap<String, String>,
}

impl std::fmt::Debug for OwnWords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OwnWords")
            .field("slips", &self.slips.len())
            .field("terms", &self.terms.len())
            .finish()
    }
}

impl OwnWords {
    /// Takes pairs of heard and meant, the last one of a kind counting, and terms of a vocabulary.
    /// Those without a word in them are left out.
    #[must_use]
    pub fn new<'a>(
        slips: impl IntoIterator<Item = (&'a str, &'a str)>,
        vocabulary: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mut own = Self::default();
        for (heard, meant) in slips {
            let words = words(heard);
            let (Some(first), false) = (words.first(), self::words(meant).is_empty()) else {
                continue;
            };
            let all = own.slips.entry(first.clone()).or_default();
            all.retain(|(known, _)| *known != words);
            all.push((words, meant.trim().to_owned()));
            all.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
        }
        for term in vocabulary {
            let letters = words(term).concat();
            if !letters.is_empty() {
                own.terms.insert(letters, term.trim().to_owned());
            }
        }
        own
    }

    /// Adds own corrections to those already `found` in the tokens of `text`.
    #[must_use]
    pub fn corrected(
        &self,
        text: &str,
        tokens: &[Token],
        found: Vec<Correction>,
    ) -> Vec<Correction> {
        if self.slips.is_empty() && self.terms.is_empty() {
            return found;
        }
        let mut all = Vec::with_capacity(found.len());
        let mut found = found.into_iter().peekable();
        let mut at = 0;
        while at < tokens.len() {
            if let Some(known) = found.next_if(|known| known.tokens.start <= at) {
                at = at.max(known.tokens.end);
                all.push(known);
                continue;
            }
            let free = found.peek().map_or(tokens.len(), |next| next.tokens.start);
            let own = self
                .slip(&tokens[..free], at)
                .or_else(|| self.term(text, &tokens[..free], at));
            match own {
                Some(own) => {
                    at = own.tokens.end;
                    all.push(own);
                }
                None => at += 1,
            }
        }
        all.extend(found);
        all
    }

    fn slip(&self, tokens: &[Token], at: usize) -> Option<Correction> {
        let known = self.slips.get(&tokens[at].lower)?;
        known.iter().find_map(|(words, meant)| {
            Some(Correction {
                tokens: at..phrase_end(tokens, at, words)?,
                written: meant.clone(),
                source: Source::Own,
            })
        })
    }

    /// A term of the vocabulary that came apart, ran together or was spelled out. One word that
    /// differs in its capitals only is most often the everyday word, so it needs capitals inside.
    fn term(&self, text: &str, tokens: &[Token], at: usize) -> Option<Correction> {
        if self.terms.is_empty() {
            return None;
        }
        let mut letters = String::new();
        let mut spelled = true;
        let mut best = None;
        for (nth, token) in tokens[at..].iter().take(MOST_PARTS).enumerate() {
            if token.kind == TokenKind::Mark {
                if nth > 0 && token.is("-") {
                    continue;
                }
                break;
            }
            letters.push_str(&token.lower);
            spelled &= is_letter(tokens, at + nth);
            let Some(term) = self.terms.get(&letters) else {
                continue;
            };
            let end = at + nth + 1;
            let said = &text[tokens[at].span.start..token.span.end];
            let long = letters.chars().count();
            let counts = if nth == 0 {
                long >= LEAST_JOINED && has_capitals_inside(term) || words(term).len() > 1
            } else {
                long >= LEAST_JOINED || spelled && long >= LEAST_SPELLED
            };
            if counts && said != term && said.to_lowercase() != *term {
                best = Some(Correction {
                    tokens: at..end,
                    written: term.clone(),
                    source: Source::Vocabulary,
                });
            }
        }
        best
    }
}

/// The words and numbers of a text in lower case.
pub(super) fn words(text: &str) -> Vec<String> {
    let tokens = tokenise(text).into_iter();
    tokens
        .filter(|token| token.kind != TokenKind::Mark)
        .map(|token| token.lower)
        .collect()
}

fn has_capitals_inside(term: &str) -> bool {
    term.chars().skip(1).any(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::transcript::corrections;

    fn put_right(own: &OwnWords, text: &str) -> String {
        let tokens = tokenise(text);
        let mut out = String::new();
        let mut from = 0;
        for correction in own.corrected(text, &tokens, corrections::corrected(&tokens)) {
            out.push_str(&text[from..tokens[correction.tokens.start].span.start]);
            out.push_str(&correction.written);
            from = tokens[correction.tokens.end - 1].span.end;
        }
        out + &text[from..]
    }

    #[test]
    fn own_words_come_after_the_embedded_ones() {
        let own = OwnWords::new(
            [
                ("vock", "not this"),
                ("set ra lean", "sertraline"),
                ("set", "SET"),
                ("oh con quo", "Okonkwo"),
                ("  ", "nothing"),
                ("fine", " . "),
            ],
            [
                "Brainspotting",
                "IFS",
                "SAFE",
                "EMDRIA",
                "Y-BOCS II",
                "sandplay",
            ],
        );
        let cases = [
            ("vock four", "VOC four"),
            ("took set-ra lean daily", "took sertraline daily"),
            ("set ra leans", "SET ra leans"),
            ("with Oh Con Quo. fine", "with Okonkwo. fine"),
            ("brain spotting", "Brainspotting"),
            ("brainspotting", "brainspotting"),
            ("i f s work", "IFS work"),
            ("felt safe", "felt safe"),
            ("emdria", "EMDRIA"),
            ("EMDRIA", "EMDRIA"),
            ("sand play", "sandplay"),
            ("Sandplay", "Sandplay"),
            ("", ""),
        ];
        for (text, want) in cases {
            assert_eq!(put_right(&own, text), want, "{text}");
        }
    }

    #[test]
    fn what_was_said_is_not_in_debug() {
        let own = OwnWords::new([("secret thing", "Secret")], ["Hidden"]);
        let shown = format!("{own:?}").to_lowercase();
        assert!(
            !shown.contains("hidden") && !shown.contains("secret"),
            "{shown}"
        );
    }

    proptest! {
        #[test]
        fn own_words_lie_in_bounds_on_any_text(
            text in prop_oneof![".*", "((a|brain|spotting|vock|four|set|-|ra|i|f|s) ?){0,30}"],
            heard in "[a-z]{0,4}( (ra|a|f|-))?", meant in ".{0,6}", term in ".{0,8}",
        ) {
            let own = OwnWords::new([(heard.as_str(), meant.as_str())], [term.as_str(), "Brainspotting"]);
            let tokens = tokenise(&text);
            let mut last = 0;
            for correction in own.corrected(&text, &tokens, corrections::corrected(&tokens)) {
                prop_assert!(correction.tokens.start >= last);
                prop_assert!(correction.tokens.start < correction.tokens.end);
                prop_assert!(correction.tokens.end <= tokens.len());
                last = correction.tokens.end;
            }
        }
    }
}
