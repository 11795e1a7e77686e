//! The readings of a recorded EMDR session, asked for or told unasked, and what a scan found.

use std::ops::Range;

use crate::reading::Cite;
use crate::reading::emdr::FieldValue;
use crate::reading::emdr_answers::{is_article, is_recalled, opens_with_reading};
use crate::reading::emdr_questions::Ask;
use crate::reading::emdr_talk::Talk;
use crate::reading::measures::{Measure, When};
use crate::reading::score_shapes::is_taken_back;
use crate::transcript::numbers::Quantity;
use crate::transcript::script::{ScriptUtterance, Standing};

/// The field of what a scan found.
const SCAN: &str = "body_scan_clear";
/// How many words a target may have that a client names.
const NAMED: usize = 10;

impl Talk<'_> {
    pub(super) fn numbers(
        &mut self,
        place: usize,
        answer: &ScriptUtterance,
        instrument: Option<usize>,
    ) {
        let Some(instrument) = instrument else { return };
        let [low, high] = self.lexicon.instruments[instrument].range;
        let mut taken: Option<f64> = None;
        for number in &answer.numbers {
            let (Quantity::Number(value) | Quantity::Ratio { part: value, .. }) = number.value
            else {
                continue;
            };
            let value = value.value;
            let counted = answer.words.get(number.words.end).is_some_and(|w| {
                matches!(
                    w.lower.as_str(),
                    "days" | "minutes" | "times" | "weeks" | "years"
                )
            });
            if value < low || value > high || counted || taken == Some(value) {
                continue;
            }
            let superseded = answer.words[number.words.clone()]
                .iter()
                .any(|w| w.standing == Standing::Superseded);
            if superseded || is_taken_back(answer, number) {
                continue;
            }
            let before = number.words.start.saturating_sub(4)..number.words.start;
            let was = answer.words[before].iter().any(|w| w.lower == "was");
            let when = match taken {
                None if was && is_recalled(answer, &number.words) => {
                    self.reading(
                        place,
                        answer,
                        &number.words,
                        (instrument, value),
                        When::Prior,
                    );
                    continue;
                }
                None => When::Current,
                Some(_) if was => When::Prior,
                Some(_) => continue,
            };
            taken = taken.or(Some(value));
            self.reading(place, answer, &number.words, (instrument, value), when);
        }
    }

    /// Keeps a reading, once.
    fn reading(
        &mut self,
        place: usize,
        answer: &ScriptUtterance,
        words: &Range<usize>,
        (instrument, value): (usize, f64),
        when: When,
    ) {
        let cite = Cite::of(place, answer.span(words));
        let known = self.measures.series.iter().any(|m| {
            m.instrument == instrument
                && m.cite.utterance == place
                && m.cite.span.start < cite.span.end
                && cite.span.start < m.cite.span.end
        });
        if !known {
            self.measures.series.push(Measure {
                instrument,
                value,
                when,
                cite,
            });
        }
    }

    /// What a clinician says of an earlier session beside the question: "It was a five when we
    /// stopped".
    pub(super) fn recalled(&mut self, place: usize, said: &ScriptUtterance, asks: &[Ask]) {
        let asked = asks.iter().any(|ask| matches!(ask, Ask::Sud | Ask::Level));
        let Some(instrument) = self.sud.filter(|_| asked) else {
            return;
        };
        let [low, high] = self.lexicon.instruments[instrument].range;
        for number in &said.numbers {
            let Quantity::Number(value) = number.value else {
                continue;
            };
            let before = number.words.start.saturating_sub(4)..number.words.start;
            let was = said.words[before]
                .iter()
                .any(|w| matches!(w.lower.as_str(), "was" | "at" | "had" | "were"));
            if was && (low..=high).contains(&value.value) && is_recalled(said, &number.words) {
                let reading = (instrument, value.value);
                self.reading(place, said, &number.words, reading, When::Prior);
            }
        }
    }

    /// The target, where the client was asked for it.
    pub(super) fn target_told(&mut self, place: usize, answer: &ScriptUtterance) {
        let Some(sentence) = answer.sentences.first() else {
            return;
        };
        let own = sentence.words.clone();
        if is_article(&answer.words[own.start].lower) && (2..=NAMED).contains(&own.len()) {
            let cite = Cite::of(place, answer.span(&own));
            self.put("target", FieldValue::Text(cite.clone()), cite);
        }
    }

    /// A reading that the client tells unasked, once one was asked for: "It's a six".
    pub(super) fn unasked(&mut self, place: usize) {
        let script = self.script;
        let Some(answer) = script
            .utterances
            .get(place)
            .filter(|u| u.speaker.is_client() && !u.words.is_empty())
        else {
            return;
        };
        self.scan_again(place, answer);
        let begun = self
            .measures
            .series
            .iter()
            .any(|m| Some(m.instrument) == self.sud || Some(m.instrument) == self.voc);
        if begun && opens_with_reading(answer) {
            let instrument = if self.installing { self.voc } else { self.sud };
            self.numbers(place, answer, instrument);
        }
    }

    /// "Gone. Nothing anywhere": a scan that found something at first.
    fn scan_again(&mut self, place: usize, answer: &ScriptUtterance) {
        if self.scanning.is_none_or(|at| place > at + 7) || !self.fields.contains_key(SCAN) {
            return;
        }
        let first = answer.words.iter().take(4).any(|w| {
            matches!(
                w.lower.as_str(),
                "gone" | "nothing" | "clear" | "clean" | "nope" | "released" | "loose"
            )
        });
        if first {
            self.fields.remove(SCAN);
            self.scan(place, answer);
        }
    }

    pub(super) fn scan(&mut self, place: usize, answer: &ScriptUtterance) {
        let words: Vec<&str> = answer.words.iter().map(|w| w.lower.as_str()).collect();
        let clear = words.iter().any(|w| {
            matches!(
                *w,
                "nothing" | "clear" | "no" | "nope" | "calm" | "fine" | "clean" | "gone"
            )
        });
        let left = words.iter().any(|w| {
            matches!(
                *w,
                "tight" | "tightness" | "still" | "something" | "tension" | "heavy"
            )
        });
        if clear || left {
            let cite = Cite::of(place, answer.span(&(0..answer.words.len())));
            self.put(SCAN, FieldValue::Flag(clear && !left), cite);
        }
    }
}
