//! Makes an utterance into sentences of words: breaks from marks and commands, corrected slips,
//! numbers.

use std::ops::Range;

use super::{Break, Corrected, Number, ScriptUtterance, Sentence, Standing, Word};
use crate::transcript::corrections;
use crate::transcript::document::Utterance;
use crate::transcript::numbers::{self, Quantity};
use crate::transcript::own_words::OwnWords;
use crate::transcript::phrase::Phrasebook;
use crate::transcript::spoken::{Act, Edit};
use crate::transcript::words::{self, Token, TokenKind};

/// What the edits say of each token.
struct Marked {
    struck: Vec<bool>,
    superseded: Vec<bool>,
    filler: Vec<bool>,
    capital: Vec<bool>,
    /// Break asked for before each token (one more for the end), and the section it opens.
    breaks: Vec<Break>,
    question_before: Vec<bool>,
    opens: Vec<Option<String>>,
}

fn mark(edits: &[Edit], count: usize) -> Marked {
    let mut m = Marked {
        struck: vec![false; count],
        superseded: vec![false; count],
        filler: vec![false; count],
        capital: vec![false; count],
        breaks: vec![Break::None; count + 1],
        question_before: vec![false; count + 1],
        opens: vec![None; count + 1],
    };
    for edit in edits {
        let range = edit.tokens.clone();
        let strike = |m: &mut Marked, how: Break| {
            m.struck[range.clone()].fill(true);
            m.breaks[range.end] = m.breaks[range.end].max(how);
        };
        match &edit.act {
            Act::Punctuate(mark) => {
                m.question_before[range.end] |= *mark == "?";
                strike(&mut m, break_of(mark));
            }
            Act::Paragraph => strike(&mut m, Break::Paragraph),
            Act::Section(words) => {
                strike(&mut m, Break::Paragraph);
                m.opens[range.end] = Some(words.clone());
            }
            Act::Strike { .. } => strike(&mut m, Break::None),
            Act::Supersede { old, .. } => m.superseded[old.clone()].fill(true),
            Act::Capitalise => {
                strike(&mut m, Break::None);
                if let Some(next) = m.capital.get_mut(range.end) {
                    *next = true;
                }
            }
            Act::Filler => m.filler[range].fill(true),
        }
    }
    m
}

fn break_of(mark: &str) -> Break {
    match mark {
        "." | "?" | "!" => Break::Stop,
        ":" | ";" | "-" | "\u{2013}" | "\u{2014}" => Break::Clause,
        "," | "(" | ")" => Break::Comma,
        _ => Break::None,
    }
}

/// Words after which a full stop ends no sentence.
const ABBREVIATIONS: &[&str] = &[
    "dr", "mr", "mrs", "ms", "st", "vs", "prof", "approx", "no", "e", "i",
];

/// Whether the full stop at `at` ends a sentence: not after a title or a single letter ("Dr.",
/// "a.m."), unless a capital follows that letter and space stands between.
fn ends_sentence(text: &str, tokens: &[Token], at: usize) -> bool {
    let Some(next) = tokens.get(at + 1) else {
        return true;
    };
    let spaced = next.span.start > tokens[at].span.end;
    let capital = text[next.span.clone()].starts_with(char::is_uppercase);
    let Some(before) = at.checked_sub(1).map(|b| &tokens[b]) else {
        return true;
    };
    let letter = before.lower.chars().count() == 1 && before.kind == TokenKind::Word;
    let title = ABBREVIATIONS.contains(&before.lower.as_str());
    if title && (letter || capital) && before.span.end == tokens[at].span.start {
        return text[..next.span.start].ends_with('\n');
    }
    spaced && (!letter || capital)
}

pub(super) fn utterance(
    said: &Utterance,
    tokens: &[Token],
    edits: &[Edit],
    proper: &Phrasebook<()>,
    own: &OwnWords,
    opened: &mut Option<String>,
) -> ScriptUtterance {
    let text = said.text.as_str();
    let marked = mark(edits, tokens.len());
    let corrected = own.corrected(text, tokens, corrections::corrected(tokens));
    let mut built = Builder {
        text,
        tokens,
        marked: &marked,
        words: Vec::new(),
        sentences: Vec::new(),
        of_token: vec![None; tokens.len()],
        of_word: Vec::new(),
        corrected: Vec::new(),
        pending: Break::Paragraph,
        question: false,
        opens: opened.take(),
    };
    built.run(&corrected);
    // A section that was opened with the last words of an utterance opens the next one.
    *opened = built.opens.take();
    let numbers = built.numbers(proper);
    let Builder {
        mut words,
        sentences,
        corrected,
        ..
    } = built;
    for number in &numbers {
        words[number.words.start].number_length = number.words.len();
    }
    let struck = (0..tokens.len())
        .filter(|&i| marked.struck[i])
        .map(|i| tokens[i].span.clone())
        .collect();
    ScriptUtterance {
        id: said.id.clone(),
        speaker: said.speaker,
        text: text.to_owned(),
        words,
        sentences,
        numbers,
        struck,
        corrected,
        unpunctuated: false,
    }
}

/// Words after an instrument's name within which a number is its score.
const SCORE_REACH: usize = 4;

struct Builder<'a> {
    text: &'a str,
    tokens: &'a [Token],
    marked: &'a Marked,
    words: Vec<Word>,
    sentences: Vec<Sentence>,
    /// The word that a token became part of.
    of_token: Vec<Option<usize>>,
    /// The tokens that became a word.
    of_word: Vec<Range<usize>>,
    corrected: Vec<Corrected>,
    /// The strongest break since the last word.
    pending: Break,
    question: bool,
    opens: Option<String>,
}

impl Builder<'_> {
    fn run(&mut self, corrected: &[corrections::Correction]) {
        let mut corrected = corrected.iter().peekable();
        let mut at = 0;
        while at < self.tokens.len() {
            self.command(at);
            while corrected.next_if(|c| c.tokens.start < at).is_some() {}
            let slip = corrected.next_if(|c| {
                c.tokens.start == at && !self.marked.struck[c.tokens.clone()].contains(&true)
            });
            if let Some(slip) = slip {
                self.correction(slip);
                at = slip.tokens.end;
                continue;
            }
            self.token(at);
            at += 1;
        }
        self.command(self.tokens.len());
        self.close();
    }

    /// Takes in the breaks that spoken commands ask for before token `at`.
    fn command(&mut self, at: usize) {
        self.pending = self.pending.max(self.marked.breaks[at]);
        self.question |= self.marked.question_before[at];
        if let Some(section) = &self.marked.opens[at] {
            self.close();
            self.opens = Some(section.clone());
        }
    }

    fn token(&mut self, at: usize) {
        let token = &self.tokens[at];
        let gap_start = at.checked_sub(1).map_or(0, |b| self.tokens[b].span.end);
        if self.text[gap_start..token.span.start].matches('\n').count() > 0
            && !self.words.is_empty()
        {
            self.pending = self.pending.max(Break::Stop);
        }
        if token.kind == TokenKind::Mark {
            let mark = &self.text[token.span.clone()];
            let mut how = break_of(mark);
            if mark == "." && !ends_sentence(self.text, self.tokens, at) {
                how = Break::None;
            }
            let joined = at > 0
                && self.tokens[at - 1].span.end == token.span.start
                && self
                    .tokens
                    .get(at + 1)
                    .is_some_and(|n| n.span.start == token.span.end);
            if joined && matches!(mark, "-" | "\u{2013}" | ":" | "/" | ",") {
                how = Break::None;
            }
            self.pending = self.pending.max(how);
            self.question |= mark == "?";
        } else if !self.marked.struck[at] {
            let capital = self.text[token.span.clone()].starts_with(char::is_uppercase);
            let written =
                self.marked.capital[at].then(|| capitalised(&self.text[token.span.clone()]));
            let word = Word::new(token.lower.clone(), token.span.clone(), capital, written);
            self.push(word, at..at + 1);
        }
    }

    fn correction(&mut self, slip: &corrections::Correction) {
        let span =
            self.tokens[slip.tokens.start].span.start..self.tokens[slip.tokens.end - 1].span.end;
        let parts = words::tokenise(&slip.written);
        let parts: Vec<_> = parts.iter().filter(|p| p.kind != TokenKind::Mark).collect();
        let from = self.words.len();
        for (n, part) in parts.into_iter().enumerate() {
            // Every word of a corrected slip covers the whole slip, so that a quote never cuts it.
            let written = if n == 0 {
                slip.written.clone()
            } else {
                String::new()
            };
            let word = Word::new(part.lower.clone(), span.clone(), true, Some(written));
            self.push(word, slip.tokens.clone());
        }
        if self.text[span] != slip.written {
            self.corrected.push(Corrected {
                words: from..self.words.len(),
                source: slip.source,
            });
        }
    }

    fn push(&mut self, mut word: Word, tokens: Range<usize>) {
        if self.pending >= Break::Stop {
            self.close();
            let paragraph = self.pending == Break::Paragraph;
            let at = self.words.len();
            self.sentences.push(Sentence {
                words: at..at,
                opens: self.opens.take(),
                paragraph,
                question: false,
            });
        }
        word.break_before = std::mem::take(&mut self.pending);
        word.standing = if tokens.clone().any(|t| self.marked.superseded[t]) {
            Standing::Superseded
        } else if tokens.clone().any(|t| self.marked.filler[t]) {
            Standing::Filler
        } else {
            Standing::Counts
        };
        self.of_token[tokens.clone()].fill(Some(self.words.len()));
        self.of_word.push(tokens);
        self.words.push(word);
    }

    /// The tokens that became `words`.
    fn tokens_of(&self, words: &Range<usize>) -> Option<Range<usize>> {
        let first = self.of_word.get(words.start)?;
        let last = self.of_word.get(words.end.checked_sub(1)?)?;
        Some(first.start..last.end)
    }

    /// Ends the sentence that is open.
    fn close(&mut self) {
        let end = self.words.len();
        if let Some(last) = self.sentences.last_mut()
            && last.words.end != end
        {
            last.words.end = end;
            last.question = self.question;
        }
        self.question = false;
    }

    fn numbers(&self, proper: &Phrasebook<()>) -> Vec<Number> {
        let found = proper.find(&self.words);
        let names: Vec<Range<usize>> = found
            .iter()
            .filter_map(|name| self.tokens_of(&name.words))
            .collect();
        let readings = numbers::read_excluding(self.tokens, &names);
        // A score is written in digits: "SUD came down to one".
        let scored = |first: usize| {
            let near = found.partition_point(|name| name.words.end <= first);
            near.checked_sub(1)
                .is_some_and(|n| first - found[n].words.end <= SCORE_REACH)
        };
        let mut numbers: Vec<Number> = Vec::with_capacity(readings.len());
        for reading in readings {
            let mut covered = self.of_token[reading.tokens.clone()].iter().flatten();
            let Some(&first) = covered.next() else {
                continue;
            };
            let last = covered.next_back().copied().unwrap_or(first);
            if numbers.last().is_some_and(|n| n.words.end > first)
                || self.words[first..=last].iter().any(|w| w.written.is_some())
            {
                continue;
            }
            numbers.push(Number {
                words: first..last + 1,
                // A year stays as it was said: "twenty nineteen" reads well and cannot be misheard.
                written: ((reading.should_write() || scored(first))
                    && !matches!(reading.value, Quantity::Year(_) | Quantity::Ordinal(_)))
                .then(|| reading.written()),
                value: reading.value,
            });
        }
        numbers
    }
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map(|c| c.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}
