//! Whether sentences carry what an item says, so that nothing is lost: its numbers, its risk, and a
//! fair share of its words. The other direction, that a sentence says no more than its evidence, is
//! the matter of `compose::grounding`.

use std::collections::BTreeSet;

use crate::compose::Matter;
use crate::compose::model::items::Item;
use crate::session::Speech;

/// Words that say little by themselves.
const LIGHT: &[&str] = &[
    "about",
    "after",
    "again",
    "also",
    "and",
    "any",
    "are",
    "been",
    "but",
    "can",
    "client",
    "clinician",
    "did",
    "does",
    "doing",
    "for",
    "from",
    "get",
    "getting",
    "got",
    "had",
    "has",
    "have",
    "her",
    "him",
    "his",
    "how",
    "i'm",
    "into",
    "its",
    "it's",
    "just",
    "kind",
    "like",
    "lot",
    "not",
    "now",
    "one",
    "our",
    "out",
    "really",
    "reported",
    "reports",
    "said",
    "says",
    "she",
    "some",
    "states",
    "stated",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "they",
    "this",
    "today",
    "was",
    "went",
    "were",
    "what",
    "when",
    "which",
    "who",
    "will",
    "with",
    "would",
    "you",
    "your",
];

/// How much of an item the sentences that cite it must carry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measure {
    /// This share of its words, its numbers and its risk.
    Share(f32),
    /// Its numbers and its risk; how much else is the clinician's wish.
    Facts,
}

/// Whether the sentences that cite an item carry it. `cited` are their texts, each with the number
/// of items that it cites.
#[must_use]
pub fn carries(
    matter: Matter<'_>,
    item: &Item,
    cited: &[(&Speech, usize)],
    least: Measure,
) -> bool {
    if cited.is_empty() {
        return false;
    }
    let text: String = cited
        .iter()
        .map(|(text, _)| text.to_lowercase())
        .collect::<Vec<_>>()
        .join(" ");
    if !numbers(&item.shown)
        .iter()
        .all(|number| text.contains(number))
    {
        return false;
    }
    if has_risk(matter, item) && !cited.iter().any(|(text, _)| names_risk(matter, text)) {
        return false;
    }
    let Measure::Share(least) = least else {
        return true;
    };
    let own = stems(&item.shown);
    if own.is_empty() {
        return true;
    }
    let said = stems(&text);
    let shared = own.intersection(&said).count() as f32 / own.len() as f32;
    // A paraphrase shares few words; one that is about the item alone and as long says as much.
    let alone: usize = cited
        .iter()
        .filter(|(_, items)| *items == 1)
        .map(|(text, _)| stems(text).len())
        .sum();
    shared >= least || (alone as f32 / own.len() as f32) >= least.max(0.5)
}

/// The words of a text that hold a digit, in lower case.
fn numbers(text: &str) -> Vec<String> {
    text.split_whitespace()
        .filter(|word| word.contains(|c: char| c.is_ascii_digit()))
        .map(|word| {
            word.trim_matches(|c: char| !c.is_alphanumeric())
                .to_lowercase()
        })
        .collect()
}

/// Beginnings of the words that mean something: four letters and more tell most words apart.
fn stems(text: &str) -> BTreeSet<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| word.chars().count() > 2 && !LIGHT.contains(word))
        .map(|word| word.chars().take(5).collect())
        .collect()
}

fn has_risk(matter: Matter<'_>, item: &Item) -> bool {
    matter
        .reading
        .risk
        .said
        .values()
        .flatten()
        .any(|(_, cite)| {
            item.said.iter().any(|s| {
                s.utterance == cite.utterance
                    && s.span.start < cite.span.end
                    && cite.span.start < s.span.end
            })
        })
}

/// Whether a sentence speaks of risk at all; whether rightly, the grounding has checked.
fn names_risk(matter: Matter<'_>, text: &str) -> bool {
    use crate::transcript::document::Transcript;
    use crate::transcript::script::Script;
    let script = Script::of(&Transcript::typed(text), &matter.lexicon.instrument_names);
    script
        .utterances
        .iter()
        .any(|u| !matter.lexicon.marks_of_risk(&u.words).is_empty())
}
