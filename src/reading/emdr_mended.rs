//! Texts of an EMDR dictation that are taken back at once ("positive cognition I have choices,
//! actually she said I can choose now"), and those that stand before their name.

use std::ops::Range;

use crate::reading::emdr::{Field, FieldValue, Fields, Reader};
use crate::reading::emdr_words::Part;
use crate::transcript::script::Break;

impl Reader<'_> {
    /// Where the words that take back what `own` says begin, and where the new words do.
    pub(super) fn taken_back(&self, own: &Range<usize>) -> Option<(usize, usize)> {
        let (from, mut at) = self
            .found
            .iter()
            .filter(|(_, r)| r.start > own.start && r.start <= own.end)
            .filter(|(part, r)| match part {
                Part::Mended => true,
                Part::MendedBehind => self.broken(r.start) && self.leads_to_new(r.end),
                _ => false,
            })
            .map(|(_, r)| (r.start, r.end))
            .min_by_key(|(start, end)| (*start, std::cmp::Reverse(*end)))?;
        while let Some(end) = self.bridge(at) {
            at = end;
        }
        (at < self.end).then_some((from, at))
    }

    fn broken(&self, at: usize) -> bool {
        self.utterance
            .words
            .get(at)
            .is_some_and(|w| w.break_before >= Break::Comma)
    }

    /// "No, her stomach", "actually she said": not "no blocking beliefs".
    fn leads_to_new(&self, at: usize) -> bool {
        at < self.end && (self.broken(at) || self.bridge(at).is_some())
    }

    fn bridge(&self, at: usize) -> Option<usize> {
        self.found
            .iter()
            .filter(|(part, r)| *part == Part::Bridge && r.start == at && r.end < self.end)
            .map(|(_, r)| r.end)
            .max()
    }

    /// The words of a field, or those that took their place.
    pub(super) fn mended(&self, mut own: Range<usize>, name: &str) -> Range<usize> {
        // Each step moves on, so it ends.
        while let Some((from, new)) = self.taken_back(&own) {
            let next = new..self.until(new, name);
            let whole = !matches!(name, "negative_cognition" | "positive_cognition");
            if next.is_empty() || (next.len() < 2 && !whole) {
                return own.start..from.max(own.start + 1).min(own.end);
            }
            own = next;
        }
        own
    }

    /// Whether words belong to a text that is a field of its own: "I'm trapped".
    pub(super) fn is_of_text(&self, words: &Range<usize>, into: &Fields) -> bool {
        let span = self.utterance.span(words);
        ["target", "negative_cognition", "positive_cognition"]
            .iter()
            .filter_map(|name| into.get(name))
            .any(|field| {
                let own = &field.cite;
                own.utterance == self.place
                    && own.span.start <= span.start
                    && span.end <= own.span.end
            })
    }

    /// Whether what begins at `at` only says what the words before it are: "as the negative cognition".
    pub(super) fn is_named_behind(&self, at: usize) -> bool {
        let own = matches!(self.lower(at), "the" | "her" | "his" | "their" | "a");
        let before = |back: usize| at.checked_sub(back).map_or("", |at| self.lower(at));
        (own && before(1) == "as")
            || (before(2) == "as" && matches!(before(1), "the" | "her" | "his" | "their" | "a"))
    }

    /// "She landed on I am to blame as the negative cognition": the words before the name.
    pub(super) fn believed_before(&self, into: &mut Fields) {
        let leads = self.found.iter().filter_map(|(part, r)| match part {
            Part::Lead(name @ ("negative_cognition" | "positive_cognition")) => Some((*name, r)),
            _ => None,
        });
        for (name, lead) in leads {
            let end = match self.lower(lead.start.saturating_sub(1)) {
                "as" => lead.start - 1,
                _ if self.is_named_behind(lead.start) => lead.start - 2,
                _ => continue,
            };
            let verb = (self.start..end)
                .rev()
                .take(CHOSEN)
                .find(|&at| is_choosing(self.lower(at)));
            let Some(verb) = verb else { continue };
            let on = usize::from(matches!(self.lower(verb + 1), "on" | "with"));
            let own = verb + 1 + on..end;
            if own.len() > 1 && !into.contains_key(name) {
                let value = FieldValue::Text(self.cite(&own));
                let cite = self.cite(&(own.start..lead.end));
                into.insert(name, Field { value, cite });
            }
        }
    }
}

/// How many words a belief may have that was chosen.
const CHOSEN: usize = 12;

fn is_choosing(word: &str) -> bool {
    matches!(
        word,
        "chose"
            | "picked"
            | "landed"
            | "settled"
            | "gave"
            | "identified"
            | "named"
            | "selected"
            | "used"
            | "went"
            | "offered"
            | "took"
    )
}

/// Whether a text about oneself may begin with the word.
pub(super) fn is_of_oneself(word: &str) -> bool {
    matches!(
        word,
        "i" | "i'm" | "i've" | "i'd" | "i'll" | "it's" | "my" | "we" | "nobody"
    )
}
