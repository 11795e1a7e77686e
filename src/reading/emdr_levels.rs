//! Readings of an EMDR dictation that are told without their name: "down to nought", "it ended on a
//! four", "until it was a solid seven". Whether it is the disturbance or the belief that is read,
//! the words before it tell; where they tell neither, nothing is read.

use std::ops::Range;

use crate::reading::Cite;
use crate::reading::emdr_words::{EmdrWords, Part};
use crate::reading::lexicon::{Lexicon, Mark, ScoreWord, Sense};
use crate::reading::measures::{Measure, Measures, When, settled};
use crate::reading::score_shapes::{is_counted, is_taken_back, leads_on};
use crate::transcript::numbers::Quantity;
use crate::transcript::script::{Break, Number, Script, ScriptUtterance, Standing};

/// Which reading the words speak of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Matter {
    /// None that is known.
    #[default]
    Unknown,
    /// The disturbance of the target.
    Sud,
    /// The truth of the positive words.
    Voc,
    /// The same, while they are being installed.
    Installing,
}

/// What holds from one sentence to the next.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Levels {
    matter: Matter,
}

impl Levels {
    /// Reads the levels of a sentence into `said`, which already holds the named ones.
    pub(super) fn read(
        &mut self,
        lexicon: &Lexicon,
        script: &Script,
        (place, words): (usize, &Range<usize>),
        marks: &[Mark],
        said: &mut Measures,
    ) {
        let utterance = &script.utterances[place];
        let found: Vec<(Part, Range<usize>)> = EmdrWords::embedded()
            .levels
            .find(&utterance.words[words.clone()])
            .into_iter()
            .map(|m| {
                (
                    m.what,
                    m.words.start + words.start..m.words.end + words.start,
                )
            })
            .collect();
        let Some(mut told) = Told::of(lexicon, utterance, place, marks, &found) else {
            return;
        };
        // "Distress was at an eight": the word that tells which comes before what it tells of.
        let mut found = found.clone();
        found.sort_by_key(|(part, r)| (r.start, *part == Part::Level, r.end));
        for (part, range) in &found {
            match part {
                Part::OfSud => self.matter = Matter::Sud,
                Part::OfTarget if self.matter == Matter::Unknown => self.matter = Matter::Sud,
                Part::OfWork if self.matter != Matter::Installing => self.matter = Matter::Sud,
                Part::OfVoc if self.matter != Matter::Installing => self.matter = Matter::Voc,
                Part::OfInstalling => self.matter = Matter::Installing,
                Part::OfNeither => self.matter = Matter::Unknown,
                Part::Level => told.level(range, self.matter, said),
                _ => {}
            }
            // Another instrument's scores are not told here.
            let other = marks.iter().any(|m| {
                matches!(m.what, Sense::Instrument(n) if !lexicon.instruments[usize::from(n)].reading)
                    && m.words.end <= range.start
            });
            if other {
                self.matter = Matter::Unknown;
            }
        }
        said.series.sort_by_key(|m| m.cite.span.end);
    }
}

struct Told<'a> {
    lexicon: &'a Lexicon,
    utterance: &'a ScriptUtterance,
    place: usize,
    marks: &'a [Mark],
    found: &'a [(Part, Range<usize>)],
    sud: usize,
    voc: usize,
}

impl<'a> Told<'a> {
    fn of(
        lexicon: &'a Lexicon,
        utterance: &'a ScriptUtterance,
        place: usize,
        marks: &'a [Mark],
        found: &'a [(Part, Range<usize>)],
    ) -> Option<Self> {
        let of = |name: &str| lexicon.instruments.iter().position(|i| i.name == name);
        Some(Self {
            lexicon,
            utterance,
            place,
            marks,
            found,
            sud: of("SUD")?,
            voc: of("VOC")?,
        })
    }

    fn level(&mut self, range: &Range<usize>, matter: Matter, said: &mut Measures) {
        let numbers = &self.utterance.numbers;
        let inside = numbers.partition_point(|n| n.words.end <= range.start);
        let inside = numbers[inside..]
            .iter()
            .take_while(|n| n.words.start < range.end);
        for number in inside {
            // "A three, no, two": the other one counts.
            let mut number = number;
            while is_taken_back(self.utterance, number) {
                let next = numbers.iter().find(|n| n.words.start >= number.words.end);
                let Some(next) = next else { break };
                number = next;
            }
            let (value, whole) = match number.value {
                Quantity::Number(value) => (value.value, None),
                Quantity::Ratio { part, whole, .. } => (part.value, Some(whole.value)),
                _ => continue,
            };
            let matter = match whole {
                Some(7.0) => Matter::Voc,
                Some(10.0) if matter != Matter::Unknown => Matter::Sud,
                Some(_) => continue,
                None => matter,
            };
            let instrument = match matter {
                Matter::Unknown => continue,
                Matter::Sud => self.sud,
                // The belief has no zero.
                Matter::Voc | Matter::Installing if value < 1.0 => self.sud,
                Matter::Voc | Matter::Installing => self.voc,
            };
            if self.is_level(number, said) && self.in_range(instrument, value) {
                let start = range.start.min(number.words.start);
                said.series.push(Measure {
                    instrument,
                    value,
                    when: match self.when(&(start..number.words.end), number) {
                        When::Current if matter == Matter::Installing => When::Post,
                        when => when,
                    },
                    cite: Cite::of(self.place, self.utterance.span(&(start..number.words.end))),
                });
            }
        }
    }

    fn in_range(&self, instrument: usize, value: f64) -> bool {
        let [low, high] = self.lexicon.instruments[instrument].range;
        (low..=high).contains(&value)
    }

    /// Whether the number stands, is no count of anything, and is not read already.
    fn is_level(&self, number: &Number, said: &Measures) -> bool {
        let span = self.utterance.span(&number.words);
        let known = said
            .scores
            .iter()
            .chain(&said.series)
            .chain(&said.impossible)
            .any(|m| m.cite.span.start < span.end && span.start < m.cite.span.end);
        let stands = self.utterance.words[number.words.clone()]
            .iter()
            .all(|w| w.standing == Standing::Counts);
        let end = number.words.end;
        let closed = self.utterance.words.get(end).is_none_or(|next| {
            next.break_before >= Break::Comma
                || self
                    .found
                    .iter()
                    .any(|(part, r)| *part == Part::AfterLevel && r.start == end)
                || self.time(end).is_some()
        });
        stands && !known && closed && !is_counted(self.utterance, &number.words)
    }

    fn time(&self, at: usize) -> Option<&Mark> {
        self.marks
            .iter()
            .filter(|m| m.words.start == at)
            .filter(|m| matches!(m.what, Sense::Score(ScoreWord::Prior | ScoreWord::Pre)))
            .max_by_key(|m| m.words.end)
    }

    /// The time of a level: that of the words at its sides.
    fn when(&self, words: &Range<usize>, number: &Number) -> When {
        let after = self
            .time(number.words.end)
            .filter(|m| !leads_on(self.utterance, m.words.end));
        let before = self
            .marks
            .iter()
            .filter(|m| m.words.end <= number.words.start && m.words.end + 2 > words.start)
            .filter(|m| matches!(m.what, Sense::Score(ScoreWord::Prior)))
            // "A three last time and it was a four": the time is the three's.
            .filter(|m| {
                let next = self.utterance.words.get(m.words.end);
                next.is_none_or(|w| w.lower != "and")
            })
            .max_by_key(|m| m.words.len());
        let parted = self.utterance.words[words.start.saturating_sub(2)..number.words.start]
            .iter()
            .any(|w| matches!(w.lower.as_str(), "we'd" | "parted"));
        let word = after.or(before).and_then(|m| match m.what {
            Sense::Score(word) => Some(settled(word, true, &self.utterance.words[m.words.clone()])),
            _ => None,
        });
        match word {
            Some(ScoreWord::Prior) => When::Prior,
            Some(ScoreWord::Pre) => When::Pre,
            _ if parted => When::Prior,
            _ => When::Current,
        }
    }
}
