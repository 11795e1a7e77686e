//! What was offered and refused: the client's answer decides, in the next utterance or two.

use std::ops::Range;

use super::words::Sign;
use super::{How, Line, Named, Status, Talk};

/// Within how many utterances an offer is answered: offer, question, explanation, answer.
const BACK: usize = 3;

/// Within how many words a refusal opens.
const OPENING: usize = 4;

/// What is done by talking and never offered.
const TALKED: &[&str] = &[
    "mi.",
    "rapport",
    "assess.risk",
    "assess.readiness",
    "homework",
    "edu.",
    "counseling",
    "sfbt.",
    "family_systems.reframing",
    "family_systems.circular",
    "cbt.socratic",
    "cbt.downward",
    "cbt.cognitive",
    "cbt.distortions",
    "cbt.core",
    "narrative.",
    "attachment",
    "emdr.interweave",
    "emdr.assessment",
    "emdr.desensitization",
    "emdr.reevaluation",
    "strengths_based",
    "self_determination",
];

impl Talk<'_> {
    /// Marks what was refused.
    pub(super) fn refuse(&mut self) {
        for place in 1..self.of.len() {
            let Some(refusal) = self.refusal(place) else {
                continue;
            };
            let Some((line, offered)) = self.offered(place) else {
                self.refuse_named(place, &refusal);
                continue;
            };
            self.decline(place, &refusal, line, &offered);
        }
    }

    /// The sentences in which a client's utterance opens with a no, and does not go on to a yes.
    fn refusal(&self, place: usize) -> Option<Range<usize>> {
        let lines = &self.lines[self.of[place].clone()];
        let first = lines
            .iter()
            .take(2)
            .find(|line| line.opens(Sign::Refuses, OPENING).is_some())?;
        let agrees = |line: &Line| {
            line.first(Sign::Agrees)
                .is_some_and(|a| a.start > line.words.start || line.words.start == 0)
        };
        if !first.by_client || agrees(first) || first.question {
            return None;
        }
        let bare = first.words.len() <= 3;
        let next = lines
            .iter()
            .find(|line| line.words.start == first.words.end)
            .filter(|_| bare);
        if next.is_some_and(agrees) {
            return None;
        }
        Some(first.words.start..next.map_or(first.words.end, |line| line.words.end))
    }

    /// The clinician's offer before an utterance, and what it offered.
    fn offered(&self, place: usize) -> Option<(usize, Vec<Named>)> {
        for back in 1..=BACK.min(place) {
            let at = place - back;
            let lines = self.of[at].clone();
            if self.lines[lines.clone()].iter().any(|line| line.by_client) {
                // Only a question of the client's stands between an offer and its answer.
                let asks = self.lines[lines].iter().any(|line| line.question);
                if asks || back == BACK {
                    continue;
                }
                return None;
            }
            if let Some(offer) = self.offer(lines) {
                return Some(offer);
            }
        }
        None
    }

    /// The last sentence of these that offers something, and what.
    fn offer(&self, lines: Range<usize>) -> Option<(usize, Vec<Named>)> {
        for n in lines.clone().rev().take(3) {
            let line = &self.lines[n];
            if !line.has(Sign::Offers) || line.has(Sign::Later) && !line.question {
                continue;
            }
            let before = n
                .checked_sub(1)
                .filter(|b| lines.contains(b))
                .into_iter()
                .chain([n]);
            let mut offered: Vec<Named> = Vec::new();
            for m in before.rev() {
                offered = self.offerable(m);
                if !offered.is_empty() {
                    break;
                }
            }
            if !offered.is_empty() {
                return Some((n, offered));
            }
        }
        None
    }

    /// What a sentence names that can be offered: no question about risk, no micro-skill.
    fn offerable(&self, n: usize) -> Vec<Named> {
        let line = &self.lines[n];
        let mut named = self.named_in(line.utterance, &line.words);
        named.retain(|found| {
            let id = self.id(found.intervention);
            !TALKED.iter().any(|s| id.starts_with(s)) && found.how != How::Weak
        });
        named
    }

    fn decline(&mut self, place: usize, refusal: &Range<usize>, line: usize, offered: &[Named]) {
        let offer = self.lines[line].utterance;
        let named = self.named_in(place, refusal);
        let both: Vec<usize> = offered
            .iter()
            .filter(|o| named.iter().any(|n| n.intervention == o.intervention))
            .map(|o| o.intervention)
            .collect();
        let ids: Vec<usize> = if both.is_empty() {
            offered.iter().map(|o| o.intervention).collect()
        } else {
            both
        };
        let names_it = !named.is_empty() || self.shares_word(place, refusal, offer);
        for intervention in ids {
            let wrong = |tag: &crate::reading::interventions::Tag| {
                tag.intervention == intervention
                    && match tag.status {
                        Status::ClientUse => false,
                        // An offer tells of no service that the client has.
                        Status::OtherProvider | Status::Historical => tag.cite.utterance == offer,
                        _ => tag.cite.utterance == offer || tag.cite.utterance == place,
                    }
            };
            self.tags.retain(|tag| !wrong(tag));
            if names_it {
                self.add(intervention, Status::Declined, place, refusal);
            } else {
                let words = self.lines[line].words.clone();
                self.add(intervention, Status::Declined, offer, &words);
            }
        }
    }

    /// A refusal without an offer: what it names and was taken for left out is declined.
    fn refuse_named(&mut self, place: usize, refusal: &Range<usize>) {
        for at in 0..self.tags.len() {
            let tag = &self.tags[at];
            if tag.status == Status::Negated && self.tells(tag, place, refusal) {
                self.turn(at, Status::Declined, refusal);
            }
        }
    }

    /// Whether a refusal takes up a word of the offer.
    fn shares_word(&self, place: usize, refusal: &Range<usize>, offer: usize) -> bool {
        let words = &self.script.utterances[offer].words;
        refusal.clone().any(|at| {
            let word = self.word(place, at);
            let stem = word.trim_end_matches('s');
            stem.len() >= 4
                && !matches!(
                    stem,
                    "would" | "want" | "like" | "that" | "this" | "don't" | "have"
                )
                && words.iter().any(|w| w.lower.trim_end_matches('s') == stem)
        })
    }
}
