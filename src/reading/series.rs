//! The series of SUD and VOC readings of a session: where it started, where it ended, and what
//! belongs to another target or another day. Never changes a value.

use crate::reading::lexicon::Lexicon;
use crate::reading::measures::{Measure, Measures, When};

impl Measures {
    /// Settles the SUD and VOC readings: of those taken in this session the first is where it
    /// started and the last where it ended; readings between stay in the series only.
    pub fn settle(&mut self, lexicon: &Lexicon) {
        for (n, instrument) in lexicon
            .instruments
            .iter()
            .enumerate()
            .filter(|(_, i)| i.reading)
        {
            let mut own: Vec<Measure> = self
                .series
                .iter()
                .filter(|m| m.instrument == n)
                .cloned()
                .collect();
            // A target that was finished before, read again, and another one taken up after it.
            let best = if instrument.range[0] == 0.0 {
                instrument.range[0]
            } else {
                instrument.range[1]
            };
            let again = own.len() > 1
                && own[0].when == When::Current
                && (own[0].value - best).abs() < f64::EPSILON
                && own[1..]
                    .iter()
                    .any(|m| (m.value - best).abs() > f64::EPSILON);
            if again {
                self.scores.push(own.remove(0));
            }
            let (prior, mut now): (Vec<_>, Vec<_>) =
                own.into_iter().partition(|m| m.when == When::Prior);
            self.scores.extend(prior);
            let last = if now.len() > 1 { now.pop() } else { None };
            if let Some(mut first) = now.into_iter().next() {
                if first.when != When::Post || last.is_some() {
                    first.when = When::Pre;
                }
                self.scores.push(first);
            }
            if let Some(mut last) = last {
                last.when = When::Post;
                self.scores.push(last);
            }
        }
    }
}
