//! An utterance as the talk is told from it: without fillers, stutters and what the transcriber put
//! in brackets, with the signs of `talk.toml` in each sentence.

use std::collections::HashSet;
use std::ops::Range;

use super::words::{Sign, Words};
use crate::transcript::phrase::Match;
use crate::transcript::script::{Break, ScriptUtterance, Word};

/// How many letters of a word count when two are compared, so that endings do not.
const STEM: usize = 5;

/// What stands where a turn was broken off or goes on.
const DASHES: [char; 3] = ['-', '\u{2013}', '\u{2014}'];

/// One sentence.
#[derive(Default)]
pub(super) struct Clause {
    pub(super) words: Vec<Word>,
    pub(super) signs: Vec<Match<Sign>>,
    /// Whether it ends in a question mark.
    pub(super) question: bool,
    /// Whether it was broken off.
    pub(super) broken: bool,
    /// The first word that does not just lead into it.
    pub(super) first: usize,
}

/// One utterance.
#[derive(Default)]
pub(super) struct Said {
    pub(super) clauses: Vec<Clause>,
    /// Whether it goes on with what the other's word broke off.
    pub(super) continues: bool,
    /// The words of matter in it, cut to their beginnings.
    pub(super) matter: Vec<String>,
}

impl Clause {
    fn of(words: Vec<Word>, question: bool, book: &Words) -> Self {
        let signs = book.book.find(&words);
        let mut clause = Self {
            words,
            signs,
            question,
            broken: false,
            first: 0,
        };
        clause.first = clause.after_leads(0);
        clause
    }

    /// The first word from `at` on that does not just lead in.
    fn after_leads(&self, mut at: usize) -> usize {
        while let Some(end) = self
            .signs
            .iter()
            .filter(|m| m.what == Sign::Lead && m.words.start == at)
            .map(|m| m.words.end)
            .max()
        {
            at = end;
        }
        at
    }

    /// How many words it has after those that lead in.
    pub(super) fn length(&self) -> usize {
        self.words.len() - self.first
    }

    pub(super) fn count(&self, sign: Sign) -> usize {
        let mut end = 0;
        let mut count = 0;
        for found in self.signs.iter().filter(|m| m.what == sign) {
            if found.words.start >= end {
                count += 1;
                end = found.words.end;
            }
        }
        count
    }

    pub(super) fn has(&self, sign: Sign) -> bool {
        self.signs.iter().any(|m| m.what == sign)
    }

    /// Whether `sign` stands at word `at`.
    pub(super) fn at(&self, sign: Sign, at: usize) -> bool {
        self.signs
            .iter()
            .any(|m| m.what == sign && m.words.start == at)
    }

    /// Whether it opens with `sign`, after the words that lead in or with one of them.
    pub(super) fn opens(&self, sign: Sign) -> bool {
        self.signs
            .iter()
            .any(|m| m.what == sign && m.words.start <= self.first && m.words.end > self.first)
    }

    /// The words at which its parts begin: the head, and what stands after a comma.
    pub(super) fn heads(&self) -> impl Iterator<Item = usize> {
        (0..self.words.len())
            .filter(|&at| at == 0 || self.words[at].break_before >= Break::Comma)
            .map(|at| self.after_leads(at))
            .filter(|&at| at < self.words.len())
    }
}

/// Bytes of the text in square brackets.
fn bracketed(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open = None;
    for (at, letter) in text.char_indices() {
        match letter {
            '[' => open = Some(at),
            ']' => found.extend(open.take().map(|start| start..at)),
            _ => {}
        }
    }
    found
}

/// The words that stand, each stutter once.
fn clean(utterance: &ScriptUtterance, words: &Range<usize>, aside: &[Range<usize>]) -> Vec<Word> {
    let mut kept: Vec<Word> = Vec::new();
    for word in &utterance.words[words.clone()] {
        if word.is_filler() || aside.iter().any(|a| a.contains(&word.span.start)) {
            continue;
        }
        let stutter = |before: &Word| {
            let between = utterance.text.get(before.span.end..word.span.start);
            let dash = between.is_some_and(|b| b.contains('-') && b.len() < 4);
            before.lower == word.lower || dash && word.lower.starts_with(&before.lower)
        };
        let mut word = word.clone();
        if let Some(before) = kept.pop_if(|before| stutter(before)) {
            word.break_before = before.break_before;
        }
        let twice = kept.len() >= 3
            && kept[kept.len() - 2].lower == word.lower
            && kept[kept.len() - 3].lower == kept[kept.len() - 1].lower;
        if twice {
            kept.pop();
        } else {
            kept.push(word);
        }
    }
    kept
}

impl Said {
    pub(super) fn of(utterance: &ScriptUtterance, book: &Words) -> Self {
        let aside = bracketed(&utterance.text);
        let mut clauses: Vec<Clause> = utterance
            .sentences
            .iter()
            .map(|s| (clean(utterance, &s.words, &aside), s.question))
            .filter(|(words, _)| !words.is_empty())
            .map(|(words, question)| Clause::of(words, question, book))
            .collect();
        if let Some(last) = clauses.last_mut() {
            last.broken = utterance.text.trim_end().ends_with(DASHES);
        }
        let mut matter = Vec::new();
        for clause in &clauses {
            let small = |at: usize| {
                clause
                    .signs
                    .iter()
                    .any(|m| matches!(m.what, Sign::Small | Sign::Lead) && m.words.contains(&at))
            };
            matter.extend((0..clause.words.len()).filter(|&at| !small(at)).map(|at| {
                clause.words[at]
                    .lower
                    .chars()
                    .take(STEM)
                    .collect::<String>()
            }));
        }
        Self {
            clauses,
            continues: utterance.text.trim_start().starts_with(DASHES),
            matter,
        }
    }

    pub(super) fn length(&self) -> usize {
        self.clauses.iter().map(Clause::length).sum()
    }

    pub(super) fn count(&self, sign: Sign) -> usize {
        self.clauses.iter().map(|c| c.count(sign)).sum()
    }

    /// Whether it asks something.
    pub(super) fn asks(&self) -> bool {
        self.clauses.last().is_some_and(|c| c.question)
    }

    /// Whether every word of it is covered by one of `signs` or leads in.
    pub(super) fn only(&self, signs: &[Sign]) -> bool {
        self.clauses.iter().all(|clause| {
            (0..clause.words.len()).all(|at| {
                clause.signs.iter().any(|m| {
                    (m.what == Sign::Lead || signs.contains(&m.what)) && m.words.contains(&at)
                })
            })
        })
    }
}

/// What the client has said of late, as matter.
#[derive(Default)]
pub(super) struct Heard {
    turns: Vec<Vec<String>>,
}

impl Heard {
    /// How many words of matter are remembered at least.
    const REACH: usize = 8;

    pub(super) fn add(&mut self, said: &Said) {
        self.turns.push(said.matter.clone());
    }

    /// The words of matter of the last turns.
    pub(super) fn lately(&self) -> HashSet<&str> {
        let mut words = HashSet::new();
        let mut count = 0;
        for turn in self.turns.iter().rev() {
            words.extend(turn.iter().map(String::as_str));
            count += turn.len();
            if count >= Self::REACH {
                break;
            }
        }
        words
    }
}
