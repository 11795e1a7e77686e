//! What a live transcript looks like at a moment: what is committed, and what is tentative.

use crate::session::{Speech, TimeSpan};
use crate::transcript::document::Utterance;
use crate::transcript::event::Event;

/// Folds the events of a live transcript into what is to be shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    committed: Vec<Utterance>,
    /// In order; none overlaps another.
    tentative: Vec<(TimeSpan, Speech)>,
    lag_ms: u64,
}

impl Shown {
    /// Takes in what happened.
    pub fn on(&mut self, event: &Event) {
        match event {
            Event::Tentative { span, text } => {
                self.tentative
                    .retain(|(before, _)| before.end_ms <= span.start_ms);
                if !text.trim().is_empty() {
                    self.tentative.push((*span, text.clone()));
                }
            }
            Event::Committed(utterance) => {
                let end = utterance.span.map_or(0, |span| span.end_ms);
                self.tentative.retain(|(span, _)| span.start_ms >= end);
                self.committed.push(utterance.clone());
            }
            Event::Lag { lag_ms } => self.lag_ms = *lag_ms,
            Event::Progress { .. } | Event::Failed { .. } => {}
        }
    }

    /// The utterances that stand.
    #[must_use]
    pub fn committed(&self) -> &[Utterance] {
        &self.committed
    }

    /// The text that may still change.
    #[must_use]
    pub fn tentative(&self) -> Speech {
        let texts: Vec<&str> = self.tentative.iter().map(|(_, t)| t.trim()).collect();
        texts.join(" ").into()
    }

    /// How far the text is behind what is said, in milliseconds.
    #[must_use]
    pub fn lag_ms(&self) -> u64 {
        self.lag_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::document::Transcript;

    fn tentative(start_ms: u64, end_ms: u64, text: &str) -> Event {
        Event::Tentative {
            span: TimeSpan::new(start_ms, end_ms),
            text: text.into(),
        }
    }

    #[test]
    fn what_is_committed_takes_the_place_of_what_was_tentative() {
        let mut shown = Shown::default();
        let mut said = Transcript::typed("He slept.").utterances.remove(0);
        said.span = Some(TimeSpan::new(1_000, 2_000));
        shown.on(&tentative(1_000, 1_900, "he sl"));
        shown.on(&tentative(1_000, 3_000, "he slept then"));
        assert_eq!(shown.tentative().as_str(), "he slept then");
        shown.on(&tentative(1_000, 2_000, "He slept."));
        shown.on(&tentative(2_000, 3_000, "then"));
        assert_eq!(shown.tentative().as_str(), "He slept. then");
        shown.on(&Event::Committed(said));
        assert_eq!(shown.tentative().as_str(), "then");
        shown.on(&tentative(2_000, 3_000, " "));
        assert_eq!(shown.tentative().as_str(), "");
        assert_eq!(shown.committed().len(), 1);
    }
}
