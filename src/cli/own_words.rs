//! The clinician's own words for a run: the corrections of the settings folder and the vocabulary
//! file, and how much of the vocabulary a recogniser's prompt holds.

use std::io::Read;
use std::path::Path;

use crate::cli::World;
use crate::cli::corrections::book::Book;
use crate::cli::failure::Failure;
use crate::session::Speech;
use crate::transcript::own_words::OwnWords;

/// Longest vocabulary file in bytes, and longest term in characters.
const LONGEST_FILE: u64 = 1 << 20;
const LONGEST_TERM: usize = 60;

/// The corrections and the vocabulary that a command works with: `vocabulary` is what its flag names,
/// else the settings' file is taken.
///
/// # Errors
/// When either file cannot be read.
pub fn of(world: &World, vocabulary: Option<&Path>) -> Result<OwnWords, Failure> {
    let book = Book::open(&Book::path(world))?;
    let terms = self::vocabulary(world, vocabulary)?;
    let terms = terms.iter().map(Speech::as_str);
    Ok(OwnWords::new(book.pairs(), terms))
}

/// The terms of the vocabulary file that the flag or the settings name; none where neither does.
///
/// # Errors
/// When it cannot be read, or is no list of words.
pub fn vocabulary(world: &World, flag: Option<&Path>) -> Result<Vec<Speech>, Failure> {
    let named = flag.or(world.settings.vocabulary_file.as_deref());
    named.map_or_else(|| Ok(Vec::new()), read)
}

fn read(path: &Path) -> Result<Vec<Speech>, Failure> {
    let shown = path.display();
    let unread = |why: String| {
        Failure::new(format!("cannot read the vocabulary {shown}: {why}"))
            .hint("name a text file with a word or a name of the clinic on each line")
    };
    let file = std::fs::File::open(path).map_err(|error| unread(error.to_string()))?;
    let mut bytes = Vec::new();
    file.take(LONGEST_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unread(error.to_string()))?;
    if bytes.len() as u64 > LONGEST_FILE {
        return Err(unread("it is longer than 1 MB".to_owned()));
    }
    let text =
        String::from_utf8(bytes).map_err(|_| unread("it is not text in UTF-8".to_owned()))?;
    terms(&text).map_err(|line| {
        unread(format!(
            "line {line} has more than {LONGEST_TERM} characters"
        ))
    })
}

/// The terms, one a line; lines that begin with `#` are comments. The number of a line that is too
/// long is the error.
fn terms(text: &str) -> Result<Vec<Speech>, usize> {
    let mut terms = Vec::new();
    for (nth, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let term = line.trim();
        if term.chars().count() > LONGEST_TERM {
            return Err(nth + 1);
        }
        if !term.starts_with('#') && term.contains(char::is_alphanumeric) {
            terms.push(Speech::from(term));
        }
    }
    Ok(terms)
}

/// The words that a recogniser is told to expect.
#[derive(Debug, PartialEq, Eq)]
pub struct Prompt {
    /// As running text.
    pub text: Speech,
    /// How many terms of the vocabulary are in it.
    pub terms: usize,
}

/// A prompt of at most about `budget` tokens: the clinic's terms in their order, and where there is
/// room the words of the field before them. Whisper keeps the end of a prompt that is too long.
#[must_use]
pub fn prompt(field: &str, terms: &[Speech], budget: usize) -> Prompt {
    let mut used = 0;
    let fitting = terms.iter().take_while(|term| {
        used += tokens(term) + 1;
        used <= budget
    });
    let fitting: Vec<&str> = fitting.map(Speech::as_str).collect();
    let taken: usize = fitting.iter().map(|term| tokens(term) + 1).sum();
    let mut text = String::new();
    if taken + tokens(field) <= budget {
        text.push_str(field);
    }
    if !fitting.is_empty() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&fitting.join(", "));
        text.push('.');
    }
    Prompt {
        text: text.into(),
        terms: fitting.len(),
    }
}

/// About how many tokens Whisper takes for a text, rather too many: a token for four letters of an
/// everyday word, for two of anything else.
fn tokens(text: &str) -> usize {
    let word = |word: &str| {
        let plain = word.chars().all(|c| c.is_ascii_lowercase());
        word.len().div_ceil(if plain { 4 } else { 2 }) + usize::from(word.ends_with(','))
    };
    text.split_whitespace().map(word).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vocabulary_is_a_term_a_line() {
        let all = terms("\u{feff}Brainspotting\r\n\n# drugs\n  sertraline \n--\nDr. Okonkwo\n");
        let all = all.unwrap();
        let all: Vec<&str> = all.iter().map(Speech::as_str).collect();
        assert_eq!(all, ["Brainspotting", "sertraline", "Dr. Okonkwo"]);
        assert_eq!(terms(&format!("a\n{}", "x".repeat(61))), Err(2));
    }

    #[test]
    fn a_prompt_keeps_within_its_budget() {
        let terms: Vec<Speech> = (0..200)
            .map(|n| format!("Term{n}").as_str().into())
            .collect();
        let all = prompt("EMDR, SUD.", &terms[..2], 200);
        assert_eq!(all.text.as_str(), "EMDR, SUD. Term0, Term1.");
        let cut = prompt("EMDR, SUD.", &terms, 40);
        assert!(cut.terms > 3 && cut.terms < 20, "{}", cut.terms);
        assert!(cut.text.starts_with("Term0"));
        assert_eq!(prompt("EMDR", &[], 200).text.as_str(), "EMDR");
    }
}
