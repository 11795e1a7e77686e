//! Spoken section headers: "next section plan", "Plan:", a bare "plan" where a section may begin.

use std::ops::Range;

use crate::reading::interventions::SectionKind;
use crate::transcript::script::{Break, ScriptUtterance, Sentence, Word};

/// The sections of a format, by what they are called aloud.
#[derive(Clone, Debug, Default)]
pub struct Headings {
    /// For each section the phrases that open it, each a list of words in lower case.
    pub spoken: Vec<Vec<Vec<String>>>,
    /// For each section what it says of techniques under it.
    pub kinds: Vec<Option<SectionKind>>,
    /// Whether the names of sections are also ordinary words of such notes ("body scan deferred"), so
    /// that a bare one is no header.
    pub ordinary: bool,
}

impl Headings {
    /// The section that a command names ("next section **plan**"), and how many of its words name
    /// it.
    #[must_use]
    pub fn named(&self, words: &str) -> Option<usize> {
        let words: Vec<String> = words
            .split_whitespace()
            .map(|w| {
                w.trim_matches(|c: char| !c.is_alphanumeric())
                    .to_lowercase()
            })
            .collect();
        self.spoken
            .iter()
            .position(|phrases| phrases.contains(&words))
    }

    /// The longest header at the beginning of `words`.
    fn at(&self, words: &[Word]) -> Option<(usize, usize)> {
        self.spoken
            .iter()
            .enumerate()
            .flat_map(|(section, phrases)| phrases.iter().map(move |p| (section, p)))
            .filter(|(_, p)| {
                p.len() <= words.len() && p.iter().zip(words).all(|(a, b)| *a == b.lower)
            })
            .map(|(section, p)| (section, p.len()))
            .max_by_key(|(_, length)| *length)
    }

    /// The headers in a sentence: section, and the words that are the header. `open` is the section
    /// that is open before it.
    #[must_use]
    pub fn find(
        &self,
        utterance: &ScriptUtterance,
        sentence: &Sentence,
        open: Option<usize>,
        unpunctuated: bool,
    ) -> Vec<(usize, Range<usize>)> {
        let words = &utterance.words;
        let mut found: Vec<(usize, Range<usize>)> = Vec::new();
        let end = sentence.words.end;
        let mut first = sentence.words.start;
        while first < end
            && (words[first].is_filler()
                || matches!(
                    words[first].lower.as_str(),
                    "okay" | "ok" | "so" | "and" | "now" | "for" | "the"
                ))
        {
            first += 1;
        }
        let mut current = open;
        for at in first..end {
            let Some((section, length)) = self.at(&words[at..end]) else {
                continue;
            };
            let after = at + length;
            let closed = after >= end || words[after].break_before >= Break::Clause;
            let fresh = at == first || words[at].break_before >= Break::Clause;
            let bare = unpunctuated
                && !self.ordinary
                && current.is_none_or(|c| section > c)
                && (at == sentence.words.start || !qualifies(&words[at - 1].lower))
                && !words.get(after).is_some_and(|w| continues(&w.lower));
            let long_enough = length > 1 || words[at].lower.len() > 1;
            if (fresh && closed && (long_enough || after < end)) || (bare && long_enough) {
                found.push((section, at..after));
                current = Some(section);
            }
        }
        found
    }
}

/// Words before a section's name that make it an ordinary word ("safety plan", "the response").
fn qualifies(word: &str) -> bool {
    matches!(
        word,
        "the"
            | "a"
            | "an"
            | "her"
            | "his"
            | "their"
            | "our"
            | "this"
            | "safety"
            | "case"
            | "service"
            | "birth"
            | "wellness"
            | "recovery"
            | "coping"
            | "learning"
            | "meal"
            | "sober"
            | "housing"
            | "family"
            | "permanency"
            | "visitation"
            | "feeding"
            | "pain"
            | "end"
            | "back"
            | "backup"
            | "written"
            | "treatment"
            | "care"
            | "crisis"
            | "no"
            | "risk"
            | "to"
            | "of"
            | "behavior"
            | "discharge"
            | "sleep"
            | "or"
            | "and"
            | "with"
            | "my"
            | "for"
            | "action"
            | "relapse"
            | "prevention"
            | "exposure"
            | "any"
            | "good"
            | "that"
            | "did"
            | "in"
            | "is"
            | "payment"
            | "some"
            | "first"
            | "new"
            | "one"
            | "main"
            | "long"
            | "term"
            | "i"
            | "we"
            | "body"
            | "was"
            | "partial"
    )
}

/// Words after a section's name that make it an ordinary word ("plan to", "assessment of").
fn continues(word: &str) -> bool {
    matches!(
        word,
        "to" | "of"
            | "for"
            | "was"
            | "is"
            | "were"
            | "with"
            | "on"
            | "from"
            | "at"
            | "phase"
            | "and"
            | "or"
            | "in"
            | "that"
    )
}
