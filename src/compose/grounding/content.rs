//! Whether the words of a sentence are carried by those of its evidence, each in the same sense.

use std::collections::HashMap;
use std::ops::Range;

use super::mention::{Concept, Item, Meant, Three};
use super::stem::is_done;
use super::words::{Kind, Sense};

/// How a word of the sentence fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It says nothing that must be carried.
    Free,
    /// It is carried.
    Carried,
    /// It is carried, and both times denied.
    Mirrored,
    /// It stands in quotation marks.
    Quoted,
    /// It was said, but denied.
    Denied,
    /// It was said, but of another time.
    Ahead,
    /// It was said, but of another person.
    Whose,
    /// It was only asked.
    Asked,
    /// It was not said.
    Unsaid,
}

/// What was said, by what it speaks of.
pub(super) struct Said<'a> {
    by_concept: HashMap<&'a Concept, Vec<Meant>>,
    initials: Vec<char>,
    lower: Vec<&'a str>,
}

impl<'a> Said<'a> {
    pub(super) fn of(items: &'a [Item]) -> Self {
        let mut by_concept: HashMap<&Concept, Vec<Meant>> = HashMap::new();
        for item in items {
            for (concept, range) in &item.concepts {
                let meant = items.get(range.start).map_or(item.meant, |first| Meant {
                    asked: item.meant.asked,
                    ..first.meant
                });
                by_concept.entry(concept).or_default().push(meant);
            }
        }
        Self {
            by_concept,
            initials: items
                .iter()
                .filter(|i| !matches!(i.lower.as_str(), "of" | "and" | "the" | "for"))
                .filter_map(|i| i.lower.chars().next())
                .collect(),
            lower: items.iter().map(|i| i.lower.as_str()).collect(),
        }
    }

    /// Whether a word was said, and each time as something to come.
    fn only_ahead(&self, item: &Item) -> bool {
        item.concepts
            .iter()
            .filter(|(concept, _)| matches!(concept, Concept::Stem(_)))
            .filter_map(|(concept, _)| self.by_concept.get(concept))
            .any(|all| !all.is_empty() && all.iter().all(|m| m.ahead == Three::Yes))
    }

    /// Whether a word was said in the contrary sense, and nowhere surely in this one.
    fn only_contrary(&self, item: &Item) -> bool {
        let told = item.meant.denied;
        let all = || {
            item.concepts
                .iter()
                .filter(|(concept, _)| matches!(concept, Concept::Stem(_)))
                .filter_map(|(concept, _)| self.by_concept.get(concept))
                .flatten()
        };
        told != Three::Maybe
            && all().any(|m| told.contradicts(m.denied))
            && !all().any(|m| m.denied == told)
    }

    /// Whether a word of capitals is the first letters of words that were said, or the reverse.
    fn abbreviates(&self, word: &str) -> bool {
        let letters: Vec<char> = word.chars().collect();
        letters.len() >= 2
            && (self
                .initials
                .windows(letters.len())
                .any(|run| run == letters))
    }
}

/// How each word fares; `quoted` are bytes of the sentence that were said word for word.
pub(super) fn fates(sentence: &[Item], said: &Said<'_>, quoted: &[Range<usize>]) -> Vec<Fate> {
    sentence
        .iter()
        .map(|item| {
            let inside = quoted
                .iter()
                .any(|q| q.start <= item.span.start && item.span.end <= q.end);
            if inside {
                Fate::Quoted
            } else {
                fate(sentence, item, said)
            }
        })
        .collect()
}

fn fate(sentence: &[Item], item: &Item, said: &Said<'_>) -> Fate {
    let strict = item.kinds().next().is_some();
    // "As she has two jobs" is a cause in words of grammar alone.
    let cause = item.senses.iter().any(|(sense, range)| {
        matches!(sense, Sense::General(_, Some(Kind::Cause)))
            && range.len() > 1
            && sentence
                .get(range.start)
                .is_some_and(|first| first.span == item.span)
    });
    let grammar = item.is(Sense::Grammar);
    if item.number
        || (grammar && !cause)
        || item.lower.chars().all(|c| c.is_ascii_digit())
        || item.lower.chars().count() == 1
    {
        return Fate::Free;
    }
    let lenient = item
        .kinds()
        .any(|k| matches!(k, Kind::Person | Kind::Time | Kind::Cause));
    let mut worst = None;
    let mut known = false;
    // "She'll ask him", told as "asked".
    let past = item.lower.ends_with("ed") || is_done(&item.lower);
    let undone =
        past && !item.of_no_time() && item.meant.ahead != Three::Yes && said.only_ahead(item);
    // What was said by the same word and denied there is not carried by a doubtful word elsewhere.
    if !lenient && said.only_contrary(item) {
        return Fate::Denied;
    }
    for (concept, range) in &item.concepts {
        let particular = matches!(concept, Concept::Cover(n)
            if !item.senses.iter().any(|(s, _)| matches!(s, Sense::General(m, _) if m == n)));
        if particular || (grammar && matches!(concept, Concept::Stem(_))) {
            continue;
        }
        let told = sentence
            .get(range.start)
            .map_or(item.meant, |first| first.meant);
        for meant in said.by_concept.get(concept).into_iter().flatten() {
            known = true;
            match against(told, *meant) {
                _ if lenient => return Fate::Carried,
                Some(Fate::Ahead) if item.of_no_time() => return Fate::Carried,
                None if undone => return Fate::Ahead,
                None if told.denied == Three::Yes && meant.denied == Three::Yes => {
                    return Fate::Mirrored;
                }
                None => return Fate::Carried,
                Some(fate) => worst = worst.or(Some(fate)),
            }
        }
    }
    if undone && item.is(Sense::Note) {
        return Fate::Ahead;
    }
    // "My husband thinks", told as "client thinks".
    if worst == Some(Fate::Whose) && MIND.iter().any(|head| item.lower.starts_with(head)) {
        return Fate::Whose;
    }
    if !strict && (item.is(Sense::Note) || item.is(Sense::Negated)) {
        let turned =
            worst == Some(Fate::Denied) && item.is(Sense::Note) && !item.is(Sense::Negated);
        return if turned && item.meant.denied == Three::No {
            Fate::Denied
        } else {
            Fate::Free
        };
    }
    if let Some(fate) = worst.filter(|_| known) {
        return fate;
    }
    let abbreviated = said.abbreviates(&item.lower)
        || spelt_out(sentence, item).is_some_and(|short| said.lower.contains(&short.as_str()));
    if abbreviated {
        Fate::Carried
    } else {
        Fate::Unsaid
    }
}

/// Heads of the verbs of what somebody thinks and wants.
const MIND: &[&str] = &[
    "think", "thought", "want", "believ", "feel", "felt", "hop", "prefer", "refus",
];

/// The first letters of the words around an item, where they are a short word that may be said.
fn spelt_out(sentence: &[Item], item: &Item) -> Option<String> {
    let at = sentence.iter().position(|i| i.span == item.span)?;
    let mut from = at;
    while from > 0 && sentence[from - 1].capital {
        from -= 1;
    }
    let run: String = sentence[from..]
        .iter()
        .take_while(|i| i.capital)
        .filter_map(|i| i.lower.chars().next())
        .collect();
    (run.len() >= 2).then_some(run)
}

/// Why what was said does not carry what is told, if it does not.
fn against(told: Meant, said: Meant) -> Option<Fate> {
    if told.denied.contradicts(said.denied) {
        Some(Fate::Denied)
    } else if told.whose.contradicts(said.whose) {
        Some(Fate::Whose)
    } else if told.ahead.contradicts(said.ahead) {
        Some(Fate::Ahead)
    } else if said.asked {
        Some(Fate::Asked)
    } else {
        None
    }
}
