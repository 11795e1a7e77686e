//! Decides whether a composed sentence may stand on the utterances that it cites.
//!
//! A sentence stands only where what it says was said: its numbers, dates and doses, its names, its
//! quotations, its techniques and what became of them, its scores, its risk, and its words, each in
//! the sense in which it was said (denied or not, done or to come, of the same person). What means
//! the same is told by `lexicon/grounding.toml`. Does no I/O; never shows speech of the evidence.

mod amount;
mod content;
mod facts;
mod mention;
mod quote;
mod refusal;
mod scope;
mod stem;
#[cfg(test)]
mod tests;
mod verdict;
mod whose;
mod words;

pub use refusal::Refusal;

use mention::Item;
use words::{Kind, Sense, Words};

use crate::note::format::NoteFormat;
use crate::reading::lexicon::Lexicon;
use crate::reading::{self, Purpose};
use crate::session::{Mode, Speaker, UtteranceId};
use crate::transcript::document::{Transcript, Utterance};
use crate::transcript::script::{Script, ScriptUtterance};

/// One utterance that a sentence cites.
#[derive(Clone, Copy)]
pub struct Said<'a> {
    /// Who spoke.
    pub speaker: Speaker,
    /// What was said.
    pub text: &'a str,
}

impl std::fmt::Debug for Said<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Said({:?}, {} bytes)", self.speaker, self.text.len())
    }
}

/// How the evidence was spoken, and in which format: what the reading needs.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// The lexicon.
    pub lexicon: &'a Lexicon,
    /// The format of the note.
    pub format: &'a NoteFormat,
    /// Dictation or session.
    pub mode: Mode,
}

impl Ground<'_> {
    /// Tells whether `sentence` may stand on `evidence`, in the order in which it was said.
    ///
    /// # Errors
    /// Says why it may not.
    pub fn check(&self, sentence: &str, evidence: &[Said<'_>]) -> Result<(), Refusal> {
        self.check_with(Words::embedded(), sentence, evidence)
    }

    fn check_with(
        &self,
        lists: &Words,
        sentence: &str,
        evidence: &[Said<'_>],
    ) -> Result<(), Refusal> {
        if evidence.iter().all(|s| quote::spoken(s.text).is_empty()) {
            return Err(Refusal::NoEvidence);
        }
        let told_words = quote::spoken(sentence);
        if told_words.is_empty() {
            return Err(Refusal::Empty);
        }
        if self.mode == Mode::Dictation
            && evidence.iter().any(|s| quote::spoken(s.text) == told_words)
        {
            return Ok(());
        }
        let quoted = quotations(sentence, evidence)?;
        let said = self.heard(evidence);
        let told = self.script(
            &[Said {
                speaker: Speaker::Clinician,
                text: sentence,
            }],
            Mode::Dictation,
        );
        let Some(utterance) = told.utterances.first() else {
            return Err(Refusal::Empty);
        };
        // "Plan: …" opens with a heading, which is a command too.
        let commands = |range: &std::ops::Range<usize>| {
            let words = quote::spoken(sentence.get(range.clone()).unwrap_or_default());
            !words.is_empty() && range.start > 0
        };
        if utterance.struck.iter().any(commands) {
            return Err(Refusal::Command);
        }
        amount::check(utterance, &said.utterances)?;
        let evidence_items = self.evidence_items(lists, &said);
        let sentence_items = told_items(lists, utterance, &quoted, &evidence_items, evidence);
        let index = content::Said::of(&evidence_items);
        let fates = content::fates(&sentence_items, &index, &quoted);
        let purpose: Purpose = self.format.purpose();
        let read_told = reading::read(self.lexicon, &told, &purpose);
        let read_said = reading::read(self.lexicon, &said, &purpose);
        let words = Told {
            utterance,
            items: &sentence_items,
            fates: &fates,
            evidence: &evidence_items,
        };
        words.facts(self.lexicon, &read_told, &read_said)?;
        verdict::Check {
            sentence: &sentence_items,
            fates: &fates,
            text: sentence,
            evidence: &evidence_items,
            to_come: said
                .utterances
                .iter()
                .filter_map(heading)
                .any(|h| TO_COME.contains(&h.as_str())),
            clinician_spoke: evidence.iter().any(|s| !s.speaker.is_client()),
            changes: &amount::changes(utterance),
        }
        .run()
    }

    /// The evidence as it was heard; "Risk: low", which reads as a heading, says that risk is low.
    fn heard(&self, evidence: &[Said<'_>]) -> Script {
        let spelt: Vec<String> = evidence
            .iter()
            .map(|s| match s.text.split_once(':') {
                Some((head, rest)) if head.trim().eq_ignore_ascii_case("risk") => {
                    format!("Risk is {}", rest.trim_start())
                }
                _ => s.text.to_owned(),
            })
            .collect();
        let heard: Vec<Said<'_>> = evidence
            .iter()
            .zip(&spelt)
            .map(|(s, text)| Said {
                speaker: s.speaker,
                text,
            })
            .collect();
        self.script(&heard, self.mode)
    }

    fn script(&self, said: &[Said<'_>], mode: Mode) -> Script {
        let mut transcript = Transcript::typed("");
        transcript.mode = mode;
        transcript.utterances = said
            .iter()
            .enumerate()
            .map(|(n, said)| Utterance {
                id: UtteranceId::nth(n + 1),
                speaker: said.speaker,
                span: None,
                text: said.text.into(),
                confidence: None,
                words: Vec::new(),
            })
            .collect();
        Script::of(&transcript, &self.lexicon.instrument_names)
    }

    /// The words of the evidence. In a session an answer settles its question.
    fn evidence_items(&self, lists: &Words, said: &Script) -> Vec<mention::Item> {
        let mut all = Vec::new();
        for (place, utterance) in said.utterances.iter().enumerate() {
            let base = all.len();
            let mut items = mention::items(lists, utterance, self.mode, &[], &[]);
            for item in &mut items {
                for (_, range) in &mut item.concepts {
                    *range = range.start + base..range.end + base;
                }
                for (_, range) in &mut item.senses {
                    *range = range.start + base..range.end + base;
                }
            }
            if heading(utterance).is_some_and(|h| TO_COME.contains(&h.as_str())) {
                mention::put_ahead(&mut items);
            }
            if self.mode == Mode::Session && mention::asks(utterance) {
                let answer = said.utterances.get(place + 1);
                mention::settle(&mut items, answer.map(answered));
            } else if self.mode == Mode::Session
                && utterance.sentences.last().is_some_and(|s| s.question)
            {
                mention::leave_open(&mut items);
            }
            all.append(&mut items);
        }
        all
    }
}

/// Where the sentence's quotations stand.
fn quotations(
    sentence: &str,
    evidence: &[Said<'_>],
) -> Result<Vec<std::ops::Range<usize>>, Refusal> {
    let quoted = quote::quoted(sentence);
    let said: Vec<Vec<String>> = evidence.iter().map(|s| quote::spoken(s.text)).collect();
    let unsaid = |range: &std::ops::Range<usize>| {
        let part = quote::spoken(sentence.get(range.clone()).unwrap_or_default());
        !said.iter().any(|whole| quote::holds(whole, &part))
    };
    if quoted.iter().any(unsaid) {
        return Err(Refusal::Quotation);
    }
    Ok(quoted)
}

/// The words of the sentence. "He" in it may be somebody of whom the client spoke so.
fn told_items(
    lists: &Words,
    utterance: &ScriptUtterance,
    quoted: &[std::ops::Range<usize>],
    said: &[Item],
    evidence: &[Said<'_>],
) -> Vec<Item> {
    let read = |others: &[&str]| mention::items(lists, utterance, Mode::Dictation, quoted, others);
    let of_people = |items: &[Item]| {
        items
            .iter()
            .any(|i| i.name || i.kinds().any(|k| k == Kind::Person))
    };
    let plain = read(&[]);
    if of_people(said) && !of_people(&plain) {
        plain
    } else {
        read(&spoken_of(evidence))
    }
}

/// A sentence's words, how each fares, and what was said.
struct Told<'a> {
    utterance: &'a ScriptUtterance,
    items: &'a [Item],
    fates: &'a [content::Fate],
    evidence: &'a [Item],
}

impl Told<'_> {
    /// Holds what the reading finds in the sentence against what it finds in the evidence.
    fn facts(
        &self,
        lexicon: &Lexicon,
        told: &reading::Reading,
        said: &reading::Reading,
    ) -> Result<(), Refusal> {
        let carried = |span: &std::ops::Range<usize>| {
            self.items.iter().zip(self.fates).all(|(item, fate)| {
                item.span.end <= span.start
                    || span.end <= item.span.start
                    || matches!(
                        fate,
                        content::Fate::Free
                            | content::Fate::Carried
                            | content::Fate::Mirrored
                            | content::Fate::Quoted
                    )
            })
        };
        facts::check(
            lexicon,
            told,
            said,
            &facts::Beside {
                carried: &carried,
                span: &|words| self.utterance.span(words),
                denied_alike: &|span| {
                    let inside =
                        |item: &Item| item.span.start < span.end && span.start < item.span.end;
                    let fates = || self.items.iter().zip(self.fates).filter(|(i, _)| inside(i));
                    carried(span) && fates().any(|(_, fate)| *fate == content::Fate::Mirrored)
                },
                of_another: &|span| {
                    self.items.windows(2).any(|pair| {
                        pair[1].span.start < span.end
                            && span.start < pair[1].span.end
                            && pair[0].lower.ends_with("'s")
                            && pair[0].kinds().any(|k| k == Kind::Person)
                    })
                },
                offered: &|span| {
                    let mut inside = self
                        .items
                        .iter()
                        .filter(|i| i.span.start < span.end && span.start < i.span.end)
                        .peekable();
                    inside.peek().is_some() && inside.all(|i| i.meant.ahead != mention::Three::No)
                },
                ahead: self
                    .evidence
                    .iter()
                    .any(|i| i.is(Sense::Ahead) || i.is(Sense::AheadBefore)),
                denied: self.items.iter().any(Item::denies)
                    && self.evidence.iter().any(Item::denies),
            },
        )
    }
}

/// The words by which a client speaks of somebody else.
fn spoken_of(evidence: &[Said<'_>]) -> Vec<&'static str> {
    ["he", "she"]
        .into_iter()
        .filter(|pronoun| {
            evidence.iter().filter(|s| s.speaker.is_client()).any(|s| {
                quote::spoken(s.text)
                    .iter()
                    .any(|w| w.split('\'').next() == Some(pronoun))
            })
        })
        .collect()
}

/// The words of the heading with which an utterance opens.
fn heading(utterance: &ScriptUtterance) -> Option<String> {
    let (head, rest) = utterance.text.split_once(':')?;
    let words = quote::spoken(head).join(" ");
    (!rest.trim().is_empty() && words.len() <= 24).then_some(words)
}

/// Headings under which everything is to come.
const TO_COME: &[&str] = &[
    "plan",
    "homework",
    "next",
    "next session",
    "goal",
    "goals",
    "to do",
    "next steps",
    "follow up",
];

/// How an utterance answers.
fn answered(answer: &ScriptUtterance) -> mention::Answer {
    let first = answer.words.iter().find(|w| {
        !w.is_filler()
            && !matches!(
                w.lower.as_str(),
                "oh" | "well" | "i" | "mean" | "god" | "honestly"
            )
    });
    match first.map(|w| w.lower.as_str()) {
        Some("no" | "nope" | "nah" | "never" | "not" | "none" | "don't" | "haven't" | "didn't") => {
            mention::Answer::No
        }
        Some("yes" | "yeah" | "yep" | "sure" | "yup" | "definitely" | "okay" | "ok" | "please") => {
            mention::Answer::Yes
        }
        _ => mention::Answer::Other,
    }
}
