//! What the clinician had in mind and leaves out: "I'd thought of X, but we'll leave that", "X we're
//! not doing".

use std::ops::Range;

use super::words::Sign;
use super::{How, Status, Talk};

/// Words of a sentence that may leave out what the sentence before it named.
const SHORT: usize = 10;

/// How far from "leave .. out" and its like the technique stands at most, where nothing else says
/// that it was meant.
const NEAR: usize = 5;

impl Talk<'_> {
    /// Marks what was left out.
    pub(super) fn leave_out(&mut self) {
        for n in 0..self.lines.len() {
            let Some((words, meant)) = self.left_out_of(n) else {
                continue;
            };
            let line = &self.lines[n];
            let utterance = line.utterance;
            let out = line.signs.iter().rfind(|m| m.what == Sign::LeftOut);
            let Some(out) = out.map(|m| m.words.clone()) else {
                continue;
            };
            let near = |named: &Range<usize>| {
                let before = named.end <= out.start && out.start - named.end <= NEAR;
                let after = named.start >= out.start && named.start <= out.end + NEAR;
                before || after
            };
            let wanted = |named: &Range<usize>| {
                if meant {
                    named.start < out.end + NEAR
                } else {
                    near(named)
                }
            };
            let named = self.named_in(utterance, &words);
            for found in named {
                if found.how == How::Weak || !wanted(&found.words) {
                    continue;
                }
                if self.id(found.intervention).starts_with("homework") {
                    continue;
                }
                self.negate(found.intervention, utterance, &words, &found.words);
            }
        }
    }

    /// The words that a sentence leaves out something of, and whether it had been meant.
    fn left_out_of(&self, n: usize) -> Option<(Range<usize>, bool)> {
        let line = &self.lines[n];
        let out = line.first(Sign::LeftOut)?;
        if line.by_client || line.question {
            return None;
        }
        let meant = line
            .first(Sign::Meant)
            .is_some_and(|meant| meant.start < out.start);
        if meant {
            return Some((line.words.clone(), true));
        }
        let before = n.checked_sub(1).map(|b| &self.lines[b]).filter(|b| {
            b.utterance == line.utterance && b.has(Sign::Meant) && line.words.len() <= SHORT
        });
        if let Some(before) = before {
            return Some((before.words.start..line.words.end, true));
        }
        let own = (out.start.saturating_sub(3)..out.end).any(|at| {
            let word = self.word(line.utterance, at);
            word.starts_with("i'") || word.starts_with("we") || matches!(word, "i" | "let's")
        });
        own.then(|| (line.words.clone(), false))
    }

    fn negate(
        &mut self,
        intervention: usize,
        utterance: usize,
        words: &Range<usize>,
        found: &Range<usize>,
    ) {
        let mut any = false;
        for at in 0..self.tags.len() {
            let tag = &self.tags[at];
            if tag.intervention == intervention && self.tells(tag, utterance, words) {
                self.turn(at, Status::Negated, words);
                any = true;
            }
        }
        if !any {
            let whole = found.start.min(words.start)..found.end.max(words.end);
            self.add(intervention, Status::Negated, utterance, &whole);
        }
    }
}
