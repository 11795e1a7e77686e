//! What words are like: techniques that are told in words which no list knows.
//!
//! A small network, learned from lines written for it (`models/likeness`), says which technique the
//! words of a clause are like, how likely, which of the words spoke for it, and what became of it. It
//! is a second pair of ears beside the lexicon, and never takes away what a clause names.

mod network;

use std::ops::Range;
use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::value::BorrowedStrDeserializer;

use crate::reading::interventions::Status;
use crate::reading::lexicon::{EmdrPhase, Lexicon};
use crate::reading::routing::Kind;
use crate::transcript::script::Word;

pub(super) use network::Voice;
use network::{Known, Network, Seen};

/// The network that ships with the program; never `None`, as a test shows.
static NETWORK: LazyLock<Option<Network<'static>>> =
    LazyLock::new(|| Network::read(include_bytes!("../../../models/likeness/weights.bin")));

/// A technique that words are like.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Likeness {
    /// Place in the lexicon's list of interventions.
    pub(super) intervention: usize,
    /// How likely, 0 to 1.
    pub(super) probability: f32,
    /// How many times as likely as the next likeliest answer, none of them included.
    pub(super) times: f32,
    /// The words that spoke for it.
    pub(super) words: Range<usize>,
}

/// What words are like.
#[derive(Default)]
pub(super) struct Heard(Option<Answers>);

struct Answers {
    network: &'static Network<'static>,
    seen: Seen,
    /// How likely each technique of the network is; none of them last.
    likely: Vec<f32>,
    /// The word of the utterance that each word of the network is of.
    owners: Vec<usize>,
}

/// Listens to words upon words, and keeps what it worked out of each.
#[derive(Default)]
pub(super) struct Listener {
    known: Known,
}

/// The part of what speaks for a technique that its quoted words hold.
const QUOTED: f32 = 0.7;

/// How likely the opening words of a dictation are at least that stand in no section.
const FRAME: f32 = 0.7;

/// Words that are listened to at once.
const LONGEST: usize = 120;

impl Listener {
    /// Listens to some of an utterance's words.
    pub(super) fn hear(&mut self, voice: Voice, words: &[Word], which: &Range<usize>) -> Heard {
        let Some(network) = NETWORK.as_ref() else {
            return Heard::default();
        };
        let mut places = vec![voice.place()];
        let mut owners = Vec::with_capacity(which.len());
        for at in which.clone().take(LONGEST) {
            for part in parts(&words[at].lower) {
                places.push(network.place(part));
                owners.push(at);
            }
        }
        if owners.is_empty() {
            return Heard::default();
        }
        let seen = network.look(&places, &mut self.known);
        Heard(Some(Answers {
            network,
            likely: network.likely(&seen),
            seen,
            owners,
        }))
    }
}

impl Heard {
    /// The techniques from a probability on, the likeliest first.
    pub(super) fn techniques(&self, lexicon: &Lexicon, least: f32) -> Vec<Likeness> {
        let Some(answers) = &self.0 else {
            return Vec::new();
        };
        let ids = answers.network.techniques.iter();
        let mut techniques: Vec<Likeness> = ids
            .zip(&answers.likely)
            .enumerate()
            .filter(|(_, (_, probability))| **probability >= least)
            .filter_map(|(n, (id, probability))| {
                Some(Likeness {
                    intervention: lexicon.place(id)?,
                    probability: *probability,
                    times: probability / answers.next_to(n),
                    words: answers.core(n),
                })
            })
            .collect();
        techniques.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        techniques
    }

    /// How likely a technique is, by its id.
    pub(super) fn probability(&self, id: &str) -> Option<f32> {
        let answers = self.0.as_ref()?;
        let n = answers.network.techniques.iter().position(|t| *t == id)?;
        answers.likely.get(n).copied()
    }

    /// What most likely became of the technique, and how likely.
    pub(super) fn status(&self) -> Option<(Status, f32)> {
        let answers = self.0.as_ref()?;
        let likely = answers.network.statuses(&answers.seen);
        let names = answers.network.statuses.iter();
        let (name, probability) = names.zip(likely).max_by(|a, b| a.1.total_cmp(&b.1))?;
        Some((Status::named(name)?, probability))
    }

    /// How likely the words say each kind of thing.
    pub(super) fn kinds(&self) -> Vec<(Kind, f32)> {
        self.0.as_ref().map_or_else(Vec::new, |answers| {
            let likely = answers.network.kinds(&answers.seen);
            pairs(&answers.network.kinds, likely)
        })
    }

    /// Whether the words tell who, when and where, or speak to the recorder.
    pub(super) fn frames(&self) -> bool {
        let likely = |(kind, p): (Kind, f32)| kind == Kind::Frame && p >= FRAME;
        self.kinds().into_iter().any(likely)
    }

    /// How likely the words are of each phase of EMDR.
    pub(super) fn phases(&self) -> Vec<(EmdrPhase, f32)> {
        self.0.as_ref().map_or_else(Vec::new, |answers| {
            let likely = answers.network.phases(&answers.seen);
            pairs(&answers.network.phases, likely)
        })
    }
}

/// Answers by what their names stand for.
fn pairs<'n, T: Deserialize<'n>>(names: &[&'n str], likely: Vec<f32>) -> Vec<(T, f32)> {
    let named = |name: &'n str| {
        let name: BorrowedStrDeserializer<'n, serde::de::value::Error> =
            BorrowedStrDeserializer::new(name);
        T::deserialize(name).ok()
    };
    let both = names.iter().zip(likely);
    both.filter_map(|(name, p)| Some((named(name)?, p)))
        .collect()
}

impl Answers {
    /// How likely the likeliest answer beside one is.
    fn next_to(&self, answer: usize) -> f32 {
        let others = self.likely.iter().enumerate().filter(|(n, _)| *n != answer);
        others.map(|(_, p)| *p).fold(f32::MIN_POSITIVE, f32::max)
    }

    /// The words that speak for a technique.
    fn core(&self, technique: usize) -> Range<usize> {
        let shares = self
            .network
            .shares(&self.seen, technique, self.owners.len() + 1);
        let core = core(shares.get(1..).unwrap_or(&[]));
        let word = |at: usize| self.owners.get(at).copied().unwrap_or(0);
        word(core.start)..word(core.end.max(1) - 1) + 1
    }
}

/// A word as the network knows it: runs of letters with apostrophes inside, and runs of digits.
fn parts(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let start = rest.find(|c: char| c.is_ascii_alphanumeric())?;
        let (part, tail) = split(&rest[start..]);
        rest = tail;
        Some(part)
    })
}

/// The first part of a word that begins with a letter or digit, and the rest.
fn split(word: &str) -> (&str, &str) {
    let bytes = word.as_bytes();
    let digits = bytes[0].is_ascii_digit();
    let letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
    let mut end = 1;
    let mut apostrophe = false;
    loop {
        let more = bytes.get(end).is_some_and(u8::is_ascii_digit);
        if (digits && more) || (!digits && letter(end)) {
            end += 1;
        } else if !digits && !apostrophe && bytes.get(end) == Some(&b'\'') && letter(end + 1) {
            apostrophe = true;
            end += 1;
        } else {
            return word.split_at(end);
        }
    }
}

/// The fewest words in a row that hold most of what spoke for a technique.
fn core(shares: &[f32]) -> Range<usize> {
    let total: f32 = shares.iter().map(|s| s.max(0.0)).sum();
    let mut best = 0..shares.len();
    let (mut start, mut sum) = (0, 0.0);
    for (end, share) in shares.iter().enumerate() {
        sum += share.max(0.0);
        while start < end && sum - shares[start].max(0.0) >= QUOTED * total {
            sum -= shares[start].max(0.0);
            start += 1;
        }
        if sum >= QUOTED * total && end + 1 - start < best.len() {
            best = start..end + 1;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::document::Transcript;
    use crate::transcript::phrase::Phrasebook;
    use crate::transcript::script::Script;

    fn heard(voice: Voice, text: &str) -> (Vec<(String, String)>, Option<Status>) {
        let lexicon = Lexicon::embedded();
        let script = Script::of(&Transcript::typed(text), &Phrasebook::default());
        let utterance = &script.utterances[0];
        let all = 0..utterance.words.len();
        let heard = Listener::default().hear(voice, &utterance.words, &all);
        let techniques = heard.techniques(lexicon, 0.3);
        let named = techniques.iter().map(|like| {
            let id = lexicon.interventions[like.intervention].id.clone();
            (id, utterance.quote(&like.words).to_owned())
        });
        (named.collect(), heard.status().map(|(status, _)| status))
    }

    #[test]
    fn the_network_reads() {
        let network = NETWORK.as_ref().unwrap();
        assert!(network.statuses.iter().all(|s| Status::named(s).is_some()));
        let none = |count: usize| vec![0.0; count];
        let kinds = pairs::<Kind>(&network.kinds, none(network.kinds.len()));
        assert_eq!(kinds.len(), network.kinds.len());
        let phases = pairs::<EmdrPhase>(&network.phases, none(network.phases.len()));
        assert_eq!(phases.len(), EmdrPhase::ALL.len());
        let lexicon = Lexicon::embedded();
        assert!(
            network
                .techniques
                .iter()
                .all(|id| lexicon.place(id).is_some())
        );
        assert_eq!(network.techniques.len(), lexicon.interventions.len());
    }

    #[test]
    fn what_is_told_in_plain_words_is_heard() {
        for (voice, text, id) in [
            (
                Voice::Dictation,
                "Went link by link through what led up to her cutting on Friday.",
                "dbt.chain_analysis",
            ),
            (
                Voice::Clinician,
                "If you woke up tomorrow and all this was sorted, what would you notice first?",
                "sfbt.miracle_question",
            ),
            (
                Voice::Dictation,
                "Her bus was late and it rained all morning.",
                "",
            ),
        ] {
            let (techniques, _) = heard(voice, text);
            let first = techniques.first().map_or("", |(id, _)| id.as_str());
            assert_eq!(first, id, "{text}: {techniques:?}");
        }
    }

    #[test]
    fn what_became_of_it_is_heard() {
        let (_, status) = heard(
            Voice::Dictation,
            "Her school counselor already has her doing the feelings thermometer every morning.",
        );
        assert_eq!(status, Some(Status::OtherProvider));
    }

    #[test]
    fn words_come_apart_as_they_were_learned() {
        for (word, want) in [
            ("she's", vec!["she's"]),
            ("'tis", vec!["tis"]),
            ("5-4-3", vec!["5", "4", "3"]),
            ("phq9", vec!["phq", "9"]),
            ("caf\u{e9}s", vec!["caf", "s"]),
            ("o'clock's", vec!["o'clock", "s"]),
            ("\u{2014}", vec![]),
        ] {
            assert_eq!(parts(word).collect::<Vec<_>>(), want, "{word}");
        }
    }
}
