//! Scores of instruments, and the SUD and VOC readings of EMDR.
//!
//! A score is a number that follows an instrument's name in its sentence, with only words between
//! that join a name to its value. Pain, mood and scaling numbers have no instrument and stay text.

use serde::Serialize;

use crate::reading::Cite;
use crate::reading::lexicon::{Lexicon, Mark, ScoreWord, Sense};
use crate::reading::score_ahead::Ahead;
use crate::reading::score_pairs::{are_paired, compare};
use crate::reading::score_shapes::{
    is_counted, is_difference, is_taken_back, leads_on, opens_an_item,
};
use crate::transcript::numbers::Quantity;
use crate::transcript::script::{Break, Number, Script, ScriptUtterance, Standing, Word};

/// When a score was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are those of the note document")]
pub enum When {
    Current,
    Prior,
    Pre,
    Post,
}

/// A score.
#[derive(Clone, Debug)]
pub struct Measure {
    /// Place in the lexicon's list of instruments.
    pub instrument: usize,
    /// The value that was said.
    pub value: f64,
    /// When it was taken.
    pub when: When,
    /// The words that say so.
    pub cite: Cite,
}

/// The scores of a transcript.
#[derive(Clone, Debug, Default)]
pub struct Measures {
    /// Those within their instrument's range.
    pub scores: Vec<Measure>,
    /// Those that cannot be: outside the range.
    pub impossible: Vec<Measure>,
    /// Every SUD and VOC reading of this session in order.
    pub series: Vec<Measure>,
}

/// How many words without meaning for a score may stand between a name and its value.
const LOOSE: usize = 3;

pub(super) struct Said<'a> {
    pub(super) instrument: usize,
    pub(super) number: &'a Number,
    pub(super) value: f64,
    pub(super) hint: Option<ScoreWord>,
    pub(super) words: std::ops::Range<usize>,
}

/// Reads the scores of one sentence; `marks` are those of the whole sentence, with words counted
/// in the utterance.
pub fn read(
    lexicon: &Lexicon,
    script: &Script,
    place: usize,
    marks: &[Mark],
    end: usize,
    into: &mut Measures,
) {
    let utterance = &script.utterances[place];
    let mut names: Vec<(usize, std::ops::Range<usize>)> = marks
        .iter()
        .filter_map(|m| match m.what {
            Sense::Instrument(n) => Some((n as usize, m.words.clone())),
            _ => None,
        })
        .collect();
    names.sort_by_key(|(_, words)| (words.start, std::cmp::Reverse(words.len())));
    names.dedup_by(|later, earlier| later.1.start < earlier.1.end);
    for (at, (instrument, name)) in names.iter().enumerate() {
        let until = names.get(at + 1).map_or(end, |(_, next)| next.start);
        let named = (*instrument, lexicon.instruments[*instrument].reading);
        let mut said: Vec<Said<'_>> = before(utterance, *instrument, name).into_iter().collect();
        if said.is_empty() {
            said = after(utterance, marks, named, name, until);
        }
        // "PHQ and GAD were twelve and nine."
        if let ([first, _], Some(other)) =
            (said.as_mut_slice(), at.checked_sub(1).map(|b| &names[b]))
            && are_paired(utterance, (&other.1, name), first, into)
        {
            first.instrument = other.0;
            first.words.start = other.1.start;
        }
        let ahead = Ahead::of(
            lexicon,
            utterance,
            name.end,
            names.get(at + 1).map(|n| n.1.start),
        );
        if said.is_empty() {
            said.extend(ahead.given(named, name).or_else(|| ahead.told(named, name)));
        }
        if let [only] = said.as_slice()
            && only.hint != Some(ScoreWord::Prior)
        {
            let end = only.number.words.end.max(name.end);
            said.extend(ahead.compared(named, end));
        }
        for one in said {
            take(lexicon, place, utterance, &one, into);
        }
    }
}

/// Numbers that follow a name.
pub(super) fn after<'a>(
    utterance: &'a ScriptUtterance,
    marks: &[Mark],
    (instrument, reading): (usize, bool),
    name: &std::ops::Range<usize>,
    until: usize,
) -> Vec<Said<'a>> {
    let mut said: Vec<Said<'a>> = Vec::new();
    let mut hint = marks
        .iter()
        .filter(|m| m.words.end <= name.start && m.words.end + 3 > name.start)
        // "I am safe now, VOC two": the "now" is the belief's.
        .filter(|m| {
            let before = m.words.start.checked_sub(1).map(|at| &utterance.words[at]);
            utterance.words[m.words.start].lower != "now"
                || before.is_none_or(|w| matches!(w.lower.as_str(), "and" | "is" | "so" | "but"))
                || utterance.words[m.words.start].break_before >= Break::Comma
        })
        // "down from 16 in March, and her GAD-7 was nine": the month is the score before's.
        .filter(|m| {
            utterance.words[m.words.end..=name.start]
                .iter()
                .all(|w| w.break_before < Break::Comma)
        })
        .filter_map(|m| {
            if let Sense::Score(word) = m.what {
                (word != ScoreWord::Value).then_some(word)
            } else {
                None
            }
        })
        .next_back();
    let mut loose = 0;
    let mut at = name.end;
    while at < until && loose <= LOOSE {
        if utterance.words[at].break_before >= Break::Clause && loose > 0
            || opens_an_item(&utterance.words[at].lower)
        {
            break;
        }
        let here = utterance
            .numbers
            .binary_search_by_key(&at, |n| n.words.start);
        // "Fourteen three weeks ago": that three is no score.
        let of_time = marks.iter().any(|m| {
            m.words.start == at && m.words.len() > 1 && m.what == Sense::Score(ScoreWord::Prior)
        });
        if let (Ok(found), false) = (here, of_time) {
            let number = &utterance.numbers[found];
            let counted = is_counted(utterance, &number.words);
            let words = name.start..number.words.end;
            let mut push = |value, hint| {
                said.push(Said {
                    instrument,
                    number,
                    value,
                    hint,
                    words: words.clone(),
                });
            };
            match number.value {
                _ if is_taken_back(utterance, number) => {}
                _ if counted || is_difference(utterance, &number.words) => loose += 1,
                Quantity::Number(value) | Quantity::Ratio { part: value, .. } => {
                    push(value.value, hint.take());
                    loose = 0;
                }
                _ => loose += 1,
            }
            at = number.words.end;
            continue;
        }
        let word = marks
            .iter()
            .filter(|m| m.words.start == at && m.words.end <= until)
            .filter_map(|m| {
                if let Sense::Score(word) = m.what {
                    Some((m.words.end, word))
                } else {
                    None
                }
            })
            .max_by_key(|(end, word)| (*end, *word != ScoreWord::Value));
        if let Some((end, word)) = word {
            // "from eight to three": of a reading the start, of a score the one before.
            let word = match word {
                ScoreWord::Prior if reading && utterance.words[at].lower == "from" => {
                    ScoreWord::Pre
                }
                other => settled(other, reading, &utterance.words[at..end]),
            };
            if word != ScoreWord::Value {
                hint_last(&mut said, &mut hint, word, utterance, (at, end));
            }
            at = end;
        } else {
            loose += 1;
            at += 1;
        }
    }
    if !reading {
        compare(utterance, &mut said);
    }
    said
}

/// What a word of time says of this kind of score: the start of a treatment is the time before of a
/// score, and the start of the work is the start of a reading.
pub(super) fn settled(word: ScoreWord, reading: bool, words: &[Word]) -> ScoreWord {
    let begins = || {
        words[0].lower == "when"
            && words.iter().any(|w| {
                matches!(
                    w.lower.as_str(),
                    "began" | "started" | "came" | "opened" | "arrived"
                )
            })
    };
    match word {
        ScoreWord::Prior if reading && (begins() || at_the_start(words)) => ScoreWord::Pre,
        ScoreWord::Pre if !reading => ScoreWord::Prior,
        other => other,
    }
}

/// "At the outset", said of a reading.
fn at_the_start(words: &[Word]) -> bool {
    let any = |list: &[&str]| words.iter().any(|w| list.contains(&w.lower.as_str()));
    any(&["outset", "beginning", "start"]) && words.len() <= 3
}

/// A word of time belongs to the number before it where it follows at once ("sixteen at intake"),
/// and to the next one otherwise.
fn hint_last(
    said: &mut [Said<'_>],
    hint: &mut Option<ScoreWord>,
    word: ScoreWord,
    utterance: &ScriptUtterance,
    (at, end): (usize, usize),
) {
    let trailing = matches!(
        utterance.words[at].lower.as_str(),
        "at" | "last" | "when" | "a" | "in" | "by" | "previously" | "on" | "before"
    ) || matches!(
        utterance.words[end - 1].lower.as_str(),
        "ago" | "earlier" | "back"
    );
    // "A three when we stopped last time": both belong to the three.
    if let Some(last) = said.last()
        && last.hint == Some(word)
        && at > last.number.words.end
        && at <= last.number.words.end + 4
    {
        return;
    }
    match said.last_mut() {
        Some(last) if trailing && last.number.words.end == at && !leads_on(utterance, end) => {
            // "Twelve now, sixteen before": the sixteen has no "now".
            last.hint = match last.hint {
                Some(ScoreWord::Post) if word == ScoreWord::Prior => Some(word),
                known => known.or(Some(word)),
            };
        }
        _ => *hint = Some(word),
    }
}

pub(super) fn number_of(
    instrument: usize,
    number: &Number,
    words: std::ops::Range<usize>,
) -> Option<Said<'_>> {
    let (Quantity::Number(value) | Quantity::Ratio { part: value, .. }) = number.value else {
        return None;
    };
    Some(Said {
        instrument,
        number,
        value: value.value,
        hint: None,
        words,
    })
}

/// A number that stands before a name: "a twelve on the PHQ-9".
fn before<'a>(
    utterance: &'a ScriptUtterance,
    instrument: usize,
    name: &std::ops::Range<usize>,
) -> Option<Said<'a>> {
    let word = |back: usize| {
        name.start
            .checked_sub(back)
            .map_or("", |at| utterance.words[at].lower.as_str())
    };
    let skip = match (word(2), word(1)) {
        ("on", "the" | "her" | "his" | "their" | "a") | ("for", "the") => 2,
        (_, "on") => 1,
        _ => return None,
    };
    let end = name.start.checked_sub(skip)?;
    let number = utterance.numbers.iter().find(|n| n.words.end == end)?;
    if is_counted(utterance, &number.words) || is_difference(utterance, &number.words) {
        return None;
    }
    number_of(instrument, number, number.words.start..name.end)
}

pub(super) fn take(
    lexicon: &Lexicon,
    place: usize,
    utterance: &ScriptUtterance,
    said: &Said<'_>,
    into: &mut Measures,
) {
    let spoken = utterance.words.get(said.number.words.clone());
    if spoken
        .unwrap_or_default()
        .iter()
        .any(|w| w.standing == Standing::Superseded)
    {
        return;
    }
    let instrument = &lexicon.instruments[said.instrument];
    let measure = Measure {
        instrument: said.instrument,
        value: said.value,
        when: match said.hint {
            Some(ScoreWord::Prior) => When::Prior,
            Some(ScoreWord::Pre) if instrument.reading => When::Pre,
            Some(ScoreWord::Post) if instrument.reading => When::Post,
            _ => When::Current,
        },
        cite: Cite::of(place, utterance.span(&said.words)),
    };
    let [low, high] = instrument.range;
    if said.value < low || said.value > high {
        into.impossible.push(measure);
    } else if instrument.reading {
        into.series.push(measure);
    } else {
        into.scores.push(measure);
    }
}

impl Measures {
    /// Takes in what another stretch of the transcript said.
    pub fn append(&mut self, mut other: Self) {
        self.scores.append(&mut other.scores);
        self.impossible.append(&mut other.impossible);
        self.series.append(&mut other.series);
    }
}
