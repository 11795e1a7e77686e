//! A transcript as it is read: sentences of words, after spoken punctuation and commands have been
//! obeyed and recogniser slips set right. The text itself is never changed; every word keeps its
//! place in it.

mod build;
pub mod stops;

use std::ops::Range;

use crate::session::{Mode, Speaker, UtteranceId};
use crate::transcript::corrections::Source;
use crate::transcript::document::Transcript;
use crate::transcript::names;
use crate::transcript::numbers::Quantity;
use crate::transcript::own_words::OwnWords;
use crate::transcript::phrase::Phrasebook;
use crate::transcript::spoken::{self, Act, Edit, Struck};
use crate::transcript::words;

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
    /// Slips that were put right, with ranges of `words`; in order.
    pub corrected: Vec<Corrected>,
    /// Whether the text came without punctuation, so that its stops were put in here.
    pub unpunctuated: bool,
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

/// A slip that was put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corrected {
    /// Words of the utterance.
    pub words: Range<usize>,
    /// Whose correction it is.
    pub source: Source,
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
        Self::with(transcript, proper, &OwnWords::default())
    }

    /// The same with the clinician's own words.
    #[must_use]
    pub fn with(transcript: &Transcript, proper: &Phrasebook<()>, own: &OwnWords) -> Self {
        let mut script = Self {
            mode: transcript.mode,
            utterances: Vec::new(),
        };
        let mut opened = None;
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
            script.utterances.push(build::utterance(
                said,
                &tokens,
                &edits,
                proper,
                own,
                &mut opened,
            ));
        }
        names::mark(&mut script);
        for utterance in &mut script.utterances {
            if stops::are_missing(utterance) {
                utterance.unpunctuated = true;
                stops::restore(utterance);
            }
        }
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
        self.corrected.clear();
    }

    /// The text of `words` as it was said.
    #[must_use]
    pub fn quote(&self, words: &Range<usize>) -> &str {
        &self.text[self.span(words)]
    }
}
