//! The words about oneself of a recorded EMDR session: asked for, not given at once, asked for again.

use crate::reading::emdr_questions::Ask;
use crate::reading::emdr_talk::Talk;
use crate::transcript::script::ScriptUtterance;

/// Within how many utterances words about oneself are asked for again.
pub(super) const AGAIN: usize = 3;

/// Whether an answer gives words: "I don't know" does not.
fn is_given(answer: &ScriptUtterance) -> bool {
    let said: Vec<&str> = answer.words.iter().map(|w| w.lower.as_str()).collect();
    let unsure = |pair: &[&str]| {
        matches!(
            pair,
            ["don't", "know"] | ["not", "sure"] | ["no", "idea"] | ["can't", "say"] | ["do", "not"]
        )
    };
    !said
        .iter()
        .take(5)
        .collect::<Vec<_>>()
        .windows(2)
        .any(|w| unsure(&[w[0], w[1]]))
}

impl Talk<'_> {
    /// The words that were asked for shortly before and not given: "I don't know." "Take your time."
    pub(super) fn again(&mut self, place: usize) -> bool {
        match self.asked_for {
            Some((ask, at, false)) if place <= at + AGAIN => self.answer(place + 1, ask),
            _ => false,
        }
    }

    /// Takes words about oneself; those asked for again take the place of those before.
    pub(super) fn words(&mut self, place: usize, answer: &ScriptUtterance, ask: Ask) {
        let ask = match (ask, self.asked_for) {
            (Ask::Reword, Some((last, ..))) => last,
            _ => ask,
        };
        let field = match ask {
            Ask::NegativeCognition => "negative_cognition",
            _ => "positive_cognition",
        };
        let given = is_given(answer);
        let before = self
            .asked_for
            .filter(|(last, at, _)| *last == ask && place <= at + AGAIN + 2);
        if given {
            if before.is_some_and(|(_, _, given)| given) {
                self.fields.remove(field);
            }
            self.text(place, answer, field);
        }
        let given = given || before.is_some_and(|(_, _, given)| given);
        self.asked_for = Some((ask, place, given));
    }
}
