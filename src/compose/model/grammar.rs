//! The grammar of an answer (GBNF): one JSON object a line, evidence numbers that exist, words of
//! letters, and digits only as they were said in the section. What follows it always parses.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::compose::model::items::Item;
use crate::session::Speech;

/// Most evidence numbers of one sentence.
pub const MOST_CITED: usize = 6;
/// Most letters of one word.
const MOST_LETTERS: usize = 24;
/// Most words with digits or letters of other scripts that a grammar lists.
const MOST_LISTED: usize = 400;
/// Most sentences of one answer.
pub const MOST_LINES: usize = 60;

/// The grammar for sentences of at most `words` words on `items`, at most `lines` of them, that
/// cite the numbers `ids`.
#[must_use]
pub fn grammar<'a>(
    items: impl IntoIterator<Item = &'a Item>,
    ids: &[usize],
    lines: usize,
    words: usize,
) -> Speech {
    let listed = listed(items);
    let mut text = String::new();
    let more = lines.clamp(1, MOST_LINES) - 1;
    let _ = writeln!(text, "root ::= line (\"\\n\" line){{0,{more}}}");
    let _ = writeln!(
        text,
        "line ::= \"{{\\\"e\\\":[\" id (\",\" id){{0,{}}} \"],\\\"s\\\":\\\"\" sentence \"\\\"}}\"",
        MOST_CITED - 1
    );
    let ids: Vec<String> = ids.iter().map(|id| format!("\"{id}\"")).collect();
    let _ = writeln!(text, "id ::= {}", ids.join(" | "));
    let _ = writeln!(
        text,
        "sentence ::= token (\" \" token){{0,{}}}",
        words.saturating_sub(1)
    );
    let said = if listed.is_empty() { "" } else { "said | " };
    let _ = writeln!(text, "token ::= open? ({said}word) close?");
    text.push_str("open ::= [(\u{201c}]\nclose ::= [.,;:?!)\u{201d}]{1,2}\n");
    let _ = writeln!(
        text,
        "word ::= [a-zA-Z\u{c0}-\u{d6}\u{d8}-\u{f6}\u{f8}-\u{ff}] \
         [a-zA-Z\u{c0}-\u{d6}\u{d8}-\u{f6}\u{f8}-\u{ff}'\u{2019}/&-]{{0,{}}}",
        MOST_LETTERS - 1
    );
    if !listed.is_empty() {
        let listed: Vec<String> = listed.iter().map(|word| format!("\"{word}\"")).collect();
        let _ = writeln!(text, "said ::= {}", listed.join(" | "));
    }
    text.into()
}

/// The words of the evidence that the grammar's own words cannot spell: numbers, codes, letters of
/// other scripts. Nothing that would end a JSON text or a rule.
fn listed<'a>(items: impl IntoIterator<Item = &'a Item>) -> BTreeSet<String> {
    let mut listed = BTreeSet::new();
    for item in items {
        for word in item.shown.split(' ') {
            let core = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '%' && c != '$');
            let spelt = core
                .chars()
                .enumerate()
                .all(|(at, c)| is_letter(c) || (at > 0 && joins(c)));
            let long = core.chars().count() > MOST_LETTERS;
            let safe = !core.contains(['"', '\\']) && !core.contains(char::is_control);
            if !core.is_empty() && safe && (long || !spelt) {
                listed.insert(core.to_owned());
            }
            if listed.len() >= MOST_LISTED {
                return listed;
            }
        }
    }
    listed
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic()
        || matches!(c, '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{ff}')
}

fn joins(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '/' | '&' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::model::items::shown;

    #[test]
    fn a_grammar_lists_the_numbers_that_were_said() {
        let item = Item {
            who: "clinician".into(),
            shown: shown("PHQ-9 was 14, from 10:05 a.m.; \u{141}ukasz \"came\" late."),
            said: Vec::new(),
            asked: None,
            own: Vec::new(),
        };
        insta::assert_snapshot!(grammar([&item], &[1, 2], 3, 20).as_str());
    }

    #[test]
    fn without_numbers_no_digit_can_be_written() {
        let item = Item {
            who: "clinician".into(),
            shown: shown("She slept well."),
            said: Vec::new(),
            asked: None,
            own: Vec::new(),
        };
        let grammar = grammar([&item], &[1], 1, 5);
        assert!(!grammar.contains("said"), "{}", grammar.as_str());
    }
}
