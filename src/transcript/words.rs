//! Words of an utterance with their places in its text.

use std::ops::Range;

/// A word, a number in digits or a punctuation mark, with its byte range in the text it came from.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// Byte range in the text.
    pub span: Range<usize>,
    /// What it is.
    pub kind: TokenKind,
    /// The token in lower case, curly apostrophes made straight.
    pub lower: String,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Letters, with apostrophes inside: `client's`, `didn't`.
    Word,
    /// Digits, with a decimal point or thousands commas inside: `14`, `7.5`, `1,200`.
    Number,
    /// One punctuation mark or symbol.
    Mark,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token({:?} at {:?})", self.kind, self.span)
    }
}

impl Token {
    /// Whether this is the word or mark `text`, given in lower case.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.lower == text
    }
}

/// Splits `text` into tokens. Total on any text; spans never overlap and run forward.
///
/// Hyphens separate (`all-or-nothing` is five tokens, `GAD-7` is three), letters and digits separate
/// too (`phq9` is two), so that a phrase matches however it was written.
#[must_use]
pub fn tokenise(text: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 5);
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        if first.is_whitespace() || first.is_control() {
            continue;
        }
        let kind = kind_of(first);
        let mut end = start + first.len_utf8();
        if kind != TokenKind::Mark {
            while let Some(&(at, next)) = rest.peek() {
                let after = at + next.len_utf8();
                let joins = match kind {
                    TokenKind::Word => {
                        is_letter(next)
                            || (is_apostrophe(next) && starts_with(text, after, is_letter))
                    }
                    _ => {
                        next.is_ascii_digit()
                            || (matches!(next, '.' | ',')
                                && starts_with(text, after, |c| c.is_ascii_digit())
                                && (next == '.' || thousands(text, after)))
                    }
                };
                if !joins {
                    break;
                }
                end = after;
                rest.next();
            }
        }
        tokens.push(Token {
            lower: lower(&text[start..end]),
            span: start..end,
            kind,
        });
    }
    tokens
}

fn kind_of(c: char) -> TokenKind {
    if is_letter(c) {
        TokenKind::Word
    } else if c.is_ascii_digit() {
        TokenKind::Number
    } else {
        TokenKind::Mark
    }
}

/// Letters and the marks that combine with them; digits of other scripts count as letters, since no
/// rule reads them as numbers.
fn is_letter(c: char) -> bool {
    (c.is_alphanumeric() && !c.is_ascii_digit()) || ('\u{300}'..='\u{36f}').contains(&c)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}')
}

fn starts_with(text: &str, at: usize, wanted: impl Fn(char) -> bool) -> bool {
    text[at..].chars().next().is_some_and(wanted)
}

/// Whether exactly three digits follow, as after a thousands comma.
fn thousands(text: &str, at: usize) -> bool {
    let digits = text[at..].bytes().take_while(u8::is_ascii_digit).count();
    digits == 3
}

fn lower(word: &str) -> String {
    word.chars()
        .flat_map(char::to_lowercase)
        .map(|c| if is_apostrophe(c) { '\'' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<String> {
        tokenise(text).into_iter().map(|t| t.lower).collect()
    }

    #[test]
    fn words_numbers_and_marks_part() {
        let cases: &[(&str, &[&str])] = &[
            ("GAD-7 is 11.", &["gad", "-", "7", "is", "11", "."]),
            ("PHQ9: 7.5, 1,200", &["phq", "9", ":", "7.5", ",", "1,200"]),
            ("didn\u{2019}t 'so'", &["didn't", "'", "so", "'"]),
            ("5, 4, 3", &["5", ",", "4", ",", "3"]),
            ("  ", &[]),
        ];
        for (text, want) in cases {
            assert_eq!(split(text), *want, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn spans_run_forward_on_any_text(text in ".*") {
            let mut last = 0;
            for token in tokenise(&text) {
                assert!(token.span.start >= last && text.get(token.span.clone()).is_some());
                last = token.span.end;
            }
        }
    }
}
