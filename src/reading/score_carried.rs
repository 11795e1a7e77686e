//! Scores that a session tells some utterances after their instrument was named: the value itself,
//! and the one that it is compared with.

use std::ops::Range;

use crate::reading::lexicon::{Lexicon, Mark, Sense};
use crate::reading::measures::{Measures, When, after, take};
use crate::reading::score_ahead::Ahead;
use crate::session::Mode;
use crate::transcript::script::{Break, Script, ScriptUtterance};

/// What the utterances before left open.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Carried {
    /// An instrument that was named without its score, and where.
    named: Option<(usize, usize)>,
    /// An instrument whose score was told without the one before, and where.
    scored: Option<(usize, usize)>,
}

impl Carried {
    /// Reads on in a sentence, and keeps what it leaves open. `said` holds what the sentence says
    /// by itself.
    pub(super) fn read(
        &mut self,
        lexicon: &Lexicon,
        script: &Script,
        (place, words): (usize, &Range<usize>),
        marks: &[Mark],
        said: &mut Measures,
    ) {
        if script.mode != Mode::Session {
            return;
        }
        if self.keep_scored(place, said) {
            return;
        }
        if let Some((instrument, _)) = self.scored.filter(|(_, at)| place <= at + 2) {
            recall(lexicon, script, (place, words.start), instrument, said);
            if !said.scores.is_empty() {
                self.scored = None;
                return;
            }
        }
        let instrument = marks.iter().find_map(|m| match m.what {
            Sense::Instrument(n) => Some(usize::from(n)),
            _ => None,
        });
        if let Some(instrument) = instrument {
            let reading = lexicon.instruments[instrument].reading;
            self.named = (!reading).then_some((instrument, place));
        } else if let Some((instrument, _)) = self.named.filter(|(_, at)| place <= at + 2) {
            read_on(lexicon, script, (place, words), marks, instrument, said);
            self.keep_scored(place, said);
        }
    }

    fn keep_scored(&mut self, place: usize, said: &Measures) -> bool {
        let Some(last) = said.scores.last() else {
            return false;
        };
        self.named = None;
        let compared = said.scores.iter().any(|m| m.when == When::Prior);
        self.scored = (!compared).then_some((last.instrument, place));
        true
    }
}

/// Reads what is said of a score whose instrument an earlier utterance named: "It's a twelve today,
/// and it was seventeen when you started".
fn read_on(
    lexicon: &Lexicon,
    script: &Script,
    (place, words): (usize, &Range<usize>),
    marks: &[Mark],
    instrument: usize,
    into: &mut Measures,
) {
    let utterance = &script.utterances[place];
    let lower = |at: usize| utterance.words.get(at).map_or("", |w| w.lower.as_str());
    let opens = matches!(
        lower(words.start),
        "it's" | "it" | "that's" | "you" | "your"
    ) || utterance
        .numbers
        .iter()
        .any(|n| n.words.start == words.start && is_whole(utterance, n.words.end, words.end));
    if !opens {
        return;
    }
    let named = (instrument, lexicon.instruments[instrument].reading);
    let none = words.start..words.start;
    for one in after(utterance, marks, named, &none, words.end) {
        take(lexicon, place, utterance, &one, into);
    }
}

/// Whether a number is all that an answer tells: "Nine.", "Nine, I think."
fn is_whole(utterance: &ScriptUtterance, from: usize, end: usize) -> bool {
    let hedge = |w: &str| {
        matches!(
            w,
            "i" | "think" | "believe" | "guess" | "maybe" | "about" | "it" | "said" | "today"
        )
    };
    from == end
        || (utterance.words[from].break_before >= Break::Comma
            && utterance.words[from..end].iter().all(|w| hedge(&w.lower)))
}

/// Reads what a score that was told before is compared with: "It was sixty last month".
fn recall(
    lexicon: &Lexicon,
    script: &Script,
    (place, from): (usize, usize),
    instrument: usize,
    into: &mut Measures,
) {
    let utterance = &script.utterances[place];
    let named = (instrument, lexicon.instruments[instrument].reading);
    if let Some(one) = Ahead::of(lexicon, utterance, from, None).recalled(named) {
        take(lexicon, place, utterance, &one, into);
    }
}
