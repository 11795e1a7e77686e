//! Scores of instruments, and the SUD and VOC readings of EMDR.
//!
//! A score is a number that follows an instrument's name in its sentence, with only words between
//! that join a name to its value. Pain, mood and scaling numbers have no instrument and stay text.

use serde::Serialize;

use crate::reading::Cite;
use crate::reading::lexicon::{Lexicon, Mark, ScoreWord, Sense};
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

/// Words after a number that make it a count of something else.
const COUNTED: &[&str] = &[
    "sets",
    "set",
    "minutes",
    "minute",
    "weeks",
    "week",
    "days",
    "day",
    "sessions",
    "session",
    "times",
    "months",
    "month",
    "hours",
    "hour",
    "years",
    "percent",
    "passes",
    "trials",
    "trial",
    "feet",
    "people",
    "points",
    "point",
    "of",
    "items",
    "milligrams",
    "mg",
];

struct Said<'a> {
    instrument: usize,
    number: &'a Number,
    value: f64,
    hint: Option<ScoreWord>,
    words: std::ops::Range<usize>,
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
        let reading = lexicon.instruments[*instrument].reading;
        let mut said = after(utterance, marks, (*instrument, reading), name, until);
        if said.is_empty() {
            let later = told_later(utterance, marks, *instrument, name, until);
            let end = later.as_ref().map(|one| one.words.end);
            said.extend(later);
            if let Some(end) = end {
                said.extend(after(
                    utterance,
                    marks,
                    (*instrument, reading),
                    &(end..end),
                    until,
                ));
            }
        }
        if said.is_empty() {
            said.extend(before(utterance, *instrument, name));
        }
        for one in said {
            take(lexicon, place, utterance, &one, into);
        }
    }
}

/// Numbers that follow a name.
fn after<'a>(
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
        if utterance.words[at].break_before >= Break::Clause && loose > 0 {
            break;
        }
        let here = utterance
            .numbers
            .binary_search_by_key(&at, |n| n.words.start);
        if let Ok(found) = here {
            let number = &utterance.numbers[found];
            let counted = utterance.words.get(number.words.end).is_some_and(|w| {
                w.break_before == Break::None && COUNTED.contains(&w.lower.as_str())
            });
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
                _ if counted => loose += 1,
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
                ScoreWord::Prior
                    if reading
                        && (utterance.words[at].lower == "from"
                            || begins(&utterance.words[at..end])) =>
                {
                    ScoreWord::Pre
                }
                ScoreWord::Pre if !reading => ScoreWord::Prior,
                other => other,
            };
            if word != ScoreWord::Value {
                hint_last(&mut said, &mut hint, word, utterance, at..end);
            }
            at = end;
        } else {
            loose += 1;
            at += 1;
        }
    }
    said
}

/// Whether words tell of the start of this session's work: "when we began".
fn begins(words: &[Word]) -> bool {
    words.first().is_some_and(|w| w.lower == "when")
        && words
            .last()
            .is_some_and(|w| matches!(w.lower.as_str(), "began" | "started"))
}

/// A word of time belongs to the number before it where it follows at once ("sixteen at intake"),
/// and to the next one otherwise ("it is ten, last month fifteen").
fn hint_last(
    said: &mut [Said<'_>],
    hint: &mut Option<ScoreWord>,
    word: ScoreWord,
    utterance: &ScriptUtterance,
    at: std::ops::Range<usize>,
) {
    let lower = utterance.words[at.start].lower.as_str();
    let trailing = matches!(
        lower,
        "at" | "last" | "when" | "a" | "in" | "by" | "previously" | "on" | "before"
    );
    let apart = utterance.words[at.start].break_before >= Break::Comma || lower == "last";
    let leads = apart
        && utterance.numbers.iter().any(|n| n.words.start == at.end)
        && utterance.words[at.end].break_before < Break::Comma;
    match said.last_mut() {
        Some(last) if trailing && !leads && last.number.words.end == at.start => {
            last.hint = last.hint.or(Some(word));
        }
        _ => *hint = Some(word),
    }
}

/// A number that a verb of scoring joins to a name further back: "the DES that you filled out in
/// the waiting room came to nine".
fn told_later<'a>(
    utterance: &'a ScriptUtterance,
    marks: &[Mark],
    instrument: usize,
    name: &std::ops::Range<usize>,
    until: usize,
) -> Option<Said<'a>> {
    marks
        .iter()
        .filter(|m| m.words.start >= name.end && m.words.end < until)
        .filter(|m| m.what == Sense::Score(ScoreWord::Value))
        .filter(|m| {
            let word = |at: usize| utterance.words[at].lower.as_str();
            matches!(
                word(m.words.start),
                "came" | "scored" | "totaled" | "totalled" | "got"
            ) || matches!(
                word(m.words.start.saturating_sub(1)),
                "it" | "score" | "total"
            )
        })
        .find_map(|m| {
            let number = utterance
                .numbers
                .iter()
                .find(|n| n.words.start == m.words.end || n.words.start == m.words.end + 1)?;
            number_of(instrument, number, name.start..number.words.end)
        })
}

fn number_of(
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

/// Reads what the next sentence of a dictation says of a score: "PHQ-9 was fourteen. It was
/// nineteen in May", or the value alone where a wrong stop cut it off. `scored` tells whether the
/// sentence before gave a value.
pub fn read_next(
    lexicon: &Lexicon,
    script: &Script,
    place: usize,
    marks: &[Mark],
    (instrument, scored): (usize, bool),
    words: &std::ops::Range<usize>,
    into: &mut Measures,
) {
    let utterance = &script.utterances[place];
    let lower = |at: usize| utterance.words.get(at).map_or("", |w| w.lower.as_str());
    let first = words.start + usize::from(matches!(lower(words.start), "and" | "so" | "which"));
    let begins_with_number = utterance.numbers.iter().any(|n| n.words.start == first);
    let compares = matches!(
        (lower(first), lower(first + 1)),
        ("it" | "that" | "which" | "this", "was" | "had")
            | ("was" | "from" | "versus", _)
            | ("down" | "up" | "compared" | "against", _)
            | ("last", "time" | "week" | "month" | "visit" | "session")
    );
    if !(compares || (!scored && begins_with_number)) {
        return;
    }
    let reading = lexicon.instruments[instrument].reading;
    for mut one in after(
        utterance,
        marks,
        (instrument, reading),
        &(first..first),
        words.end,
    )
    .into_iter()
    .take(1 + usize::from(!scored))
    {
        if scored && compares && !reading {
            one.hint = one.hint.or(Some(ScoreWord::Prior));
        }
        take(lexicon, place, utterance, &one, into);
    }
}

/// Reads what is said of a score whose instrument an earlier utterance named: "It's a twelve today,
/// and it was seventeen when you started".
pub fn read_on(
    lexicon: &Lexicon,
    script: &Script,
    place: usize,
    marks: &[Mark],
    instrument: usize,
    words: &std::ops::Range<usize>,
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
        .any(|n| n.words.start == words.start && n.words.end == words.end);
    if !opens {
        return;
    }
    let reading = lexicon.instruments[instrument].reading;
    for one in after(
        utterance,
        marks,
        (instrument, reading),
        &(words.start..words.start),
        words.end,
    ) {
        take(lexicon, place, utterance, &one, into);
    }
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
    number_of(instrument, number, number.words.start..name.end)
}

fn take(
    lexicon: &Lexicon,
    place: usize,
    utterance: &ScriptUtterance,
    said: &Said<'_>,
    into: &mut Measures,
) {
    if utterance.words[said.number.words.clone()]
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

/// Verbs with which a reading moves without its name: "it dropped to a two", "ended on a four".
const MOVES: &[&str] = &[
    "dropped", "went", "came", "got", "fell", "ended", "down", "stayed", "settled", "finished",
    "stopped", "brought", "moved", "sank", "reached",
];
/// Verbs with which a VOC rises.
const RISES: &[&str] = &["up", "climbed", "rose", "solid", "strengthened", "full"];

/// Reads where a reading moved to in a sentence of an EMDR dictation that does not name it.
/// `installing` tells whether the positive cognition is being installed, so that a rise is of the VOC.
pub fn read_moved(
    lexicon: &Lexicon,
    script: &Script,
    place: usize,
    words: &std::ops::Range<usize>,
    installing: bool,
    into: &mut Measures,
) {
    let utterance = &script.utterances[place];
    let lower = |at: usize| utterance.words[at].lower.as_str();
    for number in utterance
        .numbers
        .iter()
        .filter(|n| words.start <= n.words.start && n.words.end <= words.end)
    {
        let counted = utterance
            .words
            .get(number.words.end)
            .is_some_and(|w| w.break_before == Break::None && COUNTED.contains(&w.lower.as_str()));
        let before: Vec<&str> = (words.start..number.words.start)
            .rev()
            .map(lower)
            .filter(|w| !matches!(*w, "a" | "an" | "about" | "just" | "only" | "maybe"))
            .take(3)
            .collect();
        let leads = before
            .first()
            .is_some_and(|w| matches!(*w, "to" | "at" | "on" | "solid" | "full"));
        let rises = before.iter().any(|w| RISES.contains(w));
        let moves = rises || before.iter().any(|w| MOVES.contains(w));
        if counted || !leads || !moves || (rises && !installing) {
            continue;
        }
        let name = if rises || installing { "VOC" } else { "SUD" };
        let Some(instrument) = lexicon.instruments.iter().position(|i| i.name == name) else {
            continue;
        };
        let known = into.series.iter().any(|m| m.instrument == instrument);
        let said = number_of(instrument, number, number.words.clone());
        if let Some(said) = said.filter(|s| known || s.value.fract() == 0.0) {
            let said = Said {
                hint: Some(ScoreWord::Post),
                ..said
            };
            let [low, high] = lexicon.instruments[instrument].range;
            if (low..=high).contains(&said.value) {
                take(lexicon, place, utterance, &said, into);
            }
        }
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
