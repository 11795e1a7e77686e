//! Words in quotation marks: they stand only where they were said so.

use std::ops::Range;

use crate::transcript::words::{TokenKind, tokenise};

/// The bytes of `text` within quotation marks; an open mark holds to the end.
pub(super) fn quoted(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<(char, usize)> = None;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let after = text[at + c.len_utf8()..].chars().next().unwrap_or(' ');
        match open {
            Some((mark, start)) if closes(mark, c, after) => {
                found.push(start..at);
                open = None;
            }
            None if opens(c, before, after) => open = Some((c, at + c.len_utf8())),
            _ => {}
        }
        before = c;
    }
    if let Some((mark, start)) = open
        && !matches!(mark, '\'' | '\u{2018}')
    {
        found.push(start..text.len());
    }
    found
}

fn opens(c: char, before: char, after: char) -> bool {
    match c {
        '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' => true,
        '\'' | '\u{2018}' => !before.is_alphanumeric() && after.is_alphanumeric(),
        _ => false,
    }
}

fn closes(mark: char, c: char, after: char) -> bool {
    match mark {
        '\'' | '\u{2018}' => matches!(c, '\'' | '\u{2019}') && !after.is_alphanumeric(),
        '\u{ab}' => c == '\u{bb}',
        _ => matches!(c, '"' | '\u{201d}' | '\u{201c}'),
    }
}

/// The words of a text, for comparing.
pub(super) fn spoken(text: &str) -> Vec<String> {
    tokenise(text)
        .into_iter()
        .filter(|token| token.kind != TokenKind::Mark)
        .map(|token| token.lower)
        .collect()
}

/// Whether `part` stands in `whole` as one run.
pub(super) fn holds(whole: &[String], part: &[String]) -> bool {
    part.is_empty() || whole.windows(part.len()).any(|run| run == part)
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn quotations_are_found() {
        let cases: &[(&str, &[&str])] = &[
            ("said \"I am done\" today", &["I am done"]),
            ("said \u{201c}I am done\u{201d}", &["I am done"]),
            ("the client's 'bad week' didn't help", &["bad week"]),
            ("the parents' home", &[]),
            ("said \"I am", &["I am"]),
        ];
        for (text, want) in cases {
            let got: Vec<&str> = quoted(text).into_iter().map(|r| &text[r]).collect();
            assert_eq!(got, *want, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn quotations_are_cut_at_letters(text in ".*") {
            for range in quoted(&text) {
                assert!(text.get(range).is_some());
            }
        }
    }
}
