//! A transcript as it is read: sentences of words, after spoken punctuation and commands have been
//! obeyed and recogniser slips set right. The text itself is never changed; every word keeps its
//! place in it.

use std::ops::Range;

use crate::session::{Mode, Speaker, UtteranceId};
use crate::transcript::document::{Transcript, Utterance};
use crate::transcript::numbers::{self, Quantity};
use crate::transcript::phrase::Phrasebook;
use crate::transcript::spoken::{self, Act, Edit, Struck};
use crate::transcript::words::{self, Token, TokenKind};
use crate::transcript::{corrections, names};

/// A transcript in sentences.
#[derive(Debug)]
pub struct Script {
    /// Dictation or session.
    pub mode: Mode,
    /// One for each utterance of the transcript, in its order.
    pub utterances: Vec<ScriptUtterance>,
}

/// One utterance in sentences.
pub struct ScriptUtterance {
    /// Its id in the transcript.
    pub id: UtteranceId,
    /// Who spoke.
    pub speaker: Speaker,
    /// The text of the transcript's utterance, unchanged.
    pub text: String,
    /// The words that stand: no commands, nothing retracted.
    pub words: Vec<Word>,
    /// Consecutive ranges of `words`.
    pub sentences: Vec<Sentence>,
    /// Numbers, with ranges of `words`; in order, without overlap.
    pub numbers: Vec<Number>,
    /// Bytes of `text` that were commands or retracted.
    pub struck: Vec<Range<usize>>,
}

impl std::fmt::Debug for ScriptUtterance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScriptUtterance")
            .field("id", &self.id)
            .field("words", &self.words.len())
            .field("sentences", &self.sentences.len())
            .finish_non_exhaustive()
    }
}

/// A word that stands.
#[derive(Clone)]
pub struct Word {
    /// In lower case, slips corrected: `sud` for "sudz".
    pub lower: String,
    /// Bytes in the utterance's text.
    pub span: Range<usize>,
    /// The strongest break between the word before and this one.
    pub break_before: Break,
    /// Whether it begins with a capital letter.
    pub capital: bool,
    /// Whether it is a person's name, as far as the transcript itself tells.
    pub name: bool,
    /// How many words the number that begins here has; 0 where none begins.
    pub number_length: usize,
    /// Whether it counts.
    pub standing: Standing,
    /// How the word is written in a note where that differs from the text: a corrected slip, a
    /// capital that was asked for.
    pub written: Option<String>,
}

/// Whether a word counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    #[default]
    Counts,
    /// A later correction in the sentence took its place.
    Superseded,
    /// It is a filler such as "um".
    Filler,
}

impl Word {
    fn new(lower: String, span: Range<usize>, capital: bool, written: Option<String>) -> Self {
        Self {
            lower,
            span,
            break_before: Break::None,
            capital,
            name: false,
            number_length: 0,
            standing: Standing::Counts,
            written,
        }
    }

    /// Whether it is a filler.
    #[must_use]
    pub fn is_filler(&self) -> bool {
        self.standing == Standing::Filler
    }
}

/// What separates two words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Break {
    /// Nothing but space, a hyphen or a slash.
    #[default]
    None,
    /// A comma or a bracket.
    Comma,
    /// A colon, a semicolon or a dash.
    Clause,
    /// The end of a sentence.
    Stop,
    /// The end of a paragraph or of a section.
    Paragraph,
}

/// A sentence: a range of the utterance's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Words of the utterance.
    pub words: Range<usize>,
    /// The section that a spoken command opens before this sentence, in the speaker's words.
    pub opens: Option<String>,
    /// Whether a paragraph begins here.
    pub paragraph: bool,
    /// Whether it ends in a question mark, written or spoken.
    pub question: bool,
}

/// A number that was said.
#[derive(Clone, Debug)]
pub struct Number {
    /// Words of the utterance.
    pub words: Range<usize>,
    /// Its value.
    pub value: Quantity,
    /// How it is written in a note, or nothing where it stays in words.
    pub written: Option<String>,
}

impl Script {
    /// Reads a transcript into sentences. `proper` holds names whose digits are no numbers, such as
    /// those of instruments ("PHQ nine").
    #[must_use]
    pub fn of(transcript: &Transcript, proper: &Phrasebook<()>) -> Self {
        let mut script = Self {
            mode: transcript.mode,
            utterances: Vec::new(),
        };
        for said in &transcript.utterances {
            let text = said.text.as_str();
            let tokens = words::tokenise(text);
            let edits = spoken::obey(text, &tokens);
            let takes_back = |edit: &Edit| {
                edit.act
                    == Act::Strike {
                        why: Struck::UtteranceBefore,
                    }
            };
            if edits.iter().any(takes_back)
                && let Some(before) = script.utterances.last_mut()
            {
                before.retract();
            }
            script
                .utterances
                .push(utterance(said, &tokens, &edits, proper));
        }
        names::mark(&mut script);
        script
    }
}

impl ScriptUtterance {
    /// Bytes of the text from the first to the last of `words`.
    #[must_use]
    pub fn span(&self, words: &Range<usize>) -> Range<usize> {
        match (
            self.words.get(words.start),
            words.end.checked_sub(1).and_then(|l| self.words.get(l)),
        ) {
            (Some(first), Some(last)) if first.span.start <= last.span.end => {
                first.span.start..last.span.end
            }
            _ => 0..0,
        }
    }

    /// Takes all of it back, as the speaker asked.
    fn retract(&mut self) {
        self.struck = std::iter::once(0..self.text.len()).collect();
        self.words.clear();
        self.sentences.clear();
        self.numbers.clear();
    }

    /// The text of `words` as it was said.
    #[must_use]
    pub fn quote(&self, words: &Range<usize>) -> &str {
        &self.text[self.span(words)]
    }
}

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

fn utterance(
    said: &Utterance,
    tokens: &[Token],
    edits: &[Edit],
    proper: &Phrasebook<()>,
) -> ScriptUtterance {
    let text = said.text.as_str();
    let marked = mark(edits, tokens.len());
    let corrected = corrections::corrected(tokens);
    let mut built = Builder {
        text,
        tokens,
        marked: &marked,
        words: Vec::new(),
        sentences: Vec::new(),
        of_token: vec![None; tokens.len()],
        of_word: Vec::new(),
        pending: Break::Paragraph,
        question: false,
        opens: None,
    };
    built.run(&corrected);
    let numbers = built.numbers(proper);
    let Builder {
        mut words,
        sentences,
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
    }
}

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
        let names: Vec<Range<usize>> = proper
            .find(&self.words)
            .into_iter()
            .filter_map(|found| self.tokens_of(&found.words))
            .collect();
        let readings = numbers::read_excluding(self.tokens, &names);
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
                written: (reading.should_write() && !matches!(reading.value, Quantity::Year(_)))
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
