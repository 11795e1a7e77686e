//! What is felt of a target, in a dictation: feelings, and their place in the body, with or without
//! a name before them.

use std::ops::Range;

use crate::reading::Cite;
use crate::reading::emdr::{Field, FieldValue, Fields, Reader};
use crate::reading::emdr_words::Part;
use crate::transcript::script::Break;

/// Words that may lie between a sign of the body and its place.
const BETWEEN: usize = 2;

impl Reader<'_> {
    /// "with fear and guilt in her legs": feelings and their place in the body, said of a target.
    pub(super) fn felt(&self, into: &mut Fields) {
        let of_target = [
            "target",
            "negative_cognition",
            "positive_cognition",
            "image",
        ];
        let rated = self.utterance.words[self.start..self.end]
            .iter()
            .any(|w| matches!(w.lower.as_str(), "sud" | "suds" | "voc" | "disturbance"));
        if !rated && !of_target.iter().any(|field| into.contains_key(field)) {
            return;
        }
        let mut feelings: Vec<Range<usize>> = Vec::new();
        for (_, range) in self.found.iter().filter(|(p, _)| *p == Part::Feeling) {
            if self.is_of_text(range, into) {
                continue;
            }
            let near = feelings
                .last()
                .is_none_or(|last| range.start <= last.end + 6);
            if near {
                feelings.push(range.clone());
            }
        }
        let (Some(first), Some(last)) = (feelings.first(), feelings.last()) else {
            return;
        };
        let place = self
            .found
            .iter()
            .filter(|(part, r)| *part == Part::Body && r.start > first.start)
            .map(|(_, r)| r.clone())
            .filter(|r| r.start <= last.end + 8)
            .min_by_key(|r| (r.start, std::cmp::Reverse(r.end)));
        let Some(place) = place.map(|place| self.place_mended(place)) else {
            return;
        };
        let cite = self.cite(&(first.start..place.end.max(last.end)));
        let items = feelings.iter().map(|own| self.cite(own)).collect();
        into.entry("emotions").or_insert(Field {
            value: FieldValue::List(items),
            cite: cite.clone(),
        });
        into.entry("body_location").or_insert(Field {
            value: FieldValue::Text(self.cite(&place)),
            cite,
        });
    }

    /// Items joined by commas and "and".
    fn list(&self, words: &Range<usize>) -> Vec<Cite> {
        let mut items = Vec::new();
        let mut start = words.start;
        for at in words.clone() {
            let word = &self.utterance.words[at];
            let and = word.lower == "and";
            if (word.break_before >= Break::Comma || and) && start < at {
                items.push(self.cite(&(start..at)));
                start = at;
            }
            if and {
                start = at + 1;
            }
        }
        if start < words.end {
            items.push(self.cite(&(start..words.end)));
        }
        items
    }

    /// The items of a list; one that is taken back is none.
    pub(super) fn emotions(&self, own: &Range<usize>) -> Vec<Cite> {
        match self.taken_back(own) {
            Some((from, new)) if new < own.end => {
                let mut items = self.list(&(own.start..from));
                items.pop();
                items.extend(self.list(&(new..own.end)));
                items
            }
            _ => self.list(own),
        }
    }

    /// A place that took another's place: "in her throat, I mean her stomach".
    pub(super) fn place_mended(&self, place: Range<usize>) -> Range<usize> {
        let Some((_, new)) = self.taken_back(&place) else {
            return place;
        };
        self.place_at(new).unwrap_or(place)
    }

    /// The longest place in the body that begins at `at` or just behind it.
    fn place_at(&self, at: usize) -> Option<Range<usize>> {
        let between = |from: usize| {
            self.utterance.words[at..from].iter().all(|w| {
                matches!(
                    w.lower.as_str(),
                    "her" | "his" | "their" | "the" | "in" | "right" | "left" | "of" | "a"
                )
            })
        };
        self.found
            .iter()
            .filter(|(part, r)| *part == Part::Body && r.start >= at && r.start <= at + BETWEEN)
            .filter(|(_, r)| between(r.start))
            .map(|(_, r)| r.clone())
            .min_by_key(|r| (r.start, std::cmp::Reverse(r.end)))
    }

    /// "A knot in her stomach", "tight jaw", told of a target that is not worked on yet.
    pub(super) fn sensed(&self, into: &mut Fields) {
        let known = into.contains_key("body_location") || into.contains_key("bls_type");
        let of_target = ["target", "negative_cognition", "positive_cognition"]
            .iter()
            .any(|field| into.contains_key(field));
        let other = self
            .found
            .iter()
            .any(|(part, _)| matches!(part, Part::Scan | Part::Clear | Part::Residual | Part::Bls));
        if known || !of_target || other {
            return;
        }
        let place = self
            .found
            .iter()
            .filter(|(part, r)| *part == Part::Sensed && !self.is_of_text(r, into))
            .filter_map(|(_, r)| Some((r.start, self.place_at(r.end)?)))
            .filter(|(start, place)| !self.denied(*start) && !self.is_of_text(place, into))
            .min_by_key(|(_, place)| (place.start, std::cmp::Reverse(place.end)));
        let Some((start, place)) = place else { return };
        let place = self.place_mended(place);
        let field = Field {
            value: FieldValue::Text(self.cite(&place)),
            cite: self.cite(&(start.min(place.start)..place.end)),
        };
        into.insert("body_location", field);
    }
}
