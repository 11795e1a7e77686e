//! The fields of an EMDR session: target, cognitions, emotions, place in the body, kind of
//! bilateral stimulation, sets, body scan, completeness. Field texts are the speaker's own words.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::reading::Cite;
use crate::reading::emdr_mended::is_of_oneself;
use crate::reading::emdr_words::{EmdrWords, Part};
use crate::session::Mode;
use crate::transcript::numbers::Quantity;
use crate::transcript::script::{Break, Script, ScriptUtterance, Sentence, Standing};

/// The value of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue {
    /// The speaker's words.
    Text(Cite),
    /// Several texts.
    List(Vec<Cite>),
    /// A count.
    Count(f64),
    /// Yes or no.
    Flag(bool),
}

/// A field and the words for it.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its value.
    pub value: FieldValue,
    /// The words that say so.
    pub cite: Cite,
}

/// The fields that were said, by their names in the note document.
pub type Fields = BTreeMap<&'static str, Field>;

/// Reads the fields of one sentence; the first saying of a field stands, the last of a count.
pub fn read(
    words: &EmdrWords,
    script: &Script,
    place: usize,
    sentence: &Sentence,
    into: &mut Fields,
) {
    let utterance = &script.utterances[place];
    let (found, end) = found_in(words, utterance, &sentence.words);
    let reader = Reader {
        utterance,
        place,
        found: &found,
        start: sentence.words.start,
        end,
    };
    if script.mode == Mode::Dictation {
        reader.texts(into);
        reader.believed_before(into);
        reader.target_again(into);
        reader.scan(words, into);
    }
    reader.felt(into);
    if script.mode == Mode::Dictation {
        reader.sensed(into);
    }
    if script.mode == Mode::Dictation || !utterance.speaker.is_client() {
        reader.counts(into);
        reader.stimulation(into);
        reader.flags(script.mode, into);
    }
}

/// The phrases of a sentence, and where it ends: a stop that was put in after a field's name is none.
fn found_in(
    words: &EmdrWords,
    utterance: &ScriptUtterance,
    sentence: &Range<usize>,
) -> (Vec<(Part, Range<usize>)>, usize) {
    let find = |end: usize| -> Vec<(Part, Range<usize>)> {
        let found = words.book.find(&utterance.words[sentence.start..end]);
        let place = |at: usize| at + sentence.start;
        found
            .into_iter()
            .map(|m| (m.what, place(m.words.start)..place(m.words.end)))
            .collect()
    };
    let found = find(sentence.end);
    let open = utterance.unpunctuated
        && found
            .iter()
            .any(|(part, r)| matches!(part, Part::Lead(_)) && r.end == sentence.end);
    let next = utterance
        .sentences
        .iter()
        .find(|s| open && s.words.start == sentence.end && s.opens.is_none());
    match next {
        Some(next) => (find(next.words.end), next.words.end),
        None => (found, sentence.end),
    }
}

pub(super) struct Reader<'a> {
    pub(super) utterance: &'a ScriptUtterance,
    pub(super) place: usize,
    pub(super) found: &'a [(Part, Range<usize>)],
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Reader<'_> {
    pub(super) fn cite(&self, words: &Range<usize>) -> Cite {
        Cite::of(self.place, self.utterance.span(words))
    }

    /// Where a field's own words end: at a break, an end word or the next field.
    pub(super) fn until(&self, from: usize, name: &str) -> usize {
        let commas = !matches!(name, "target" | "emotions");
        let broken = (from + 1..self.end).find(|&at| {
            let least = if commas { Break::Comma } else { Break::Clause };
            self.utterance.words[at].break_before >= least
        });
        let ended = self
            .found
            .iter()
            .filter(|(part, r)| matches!(part, Part::End) && r.start > from)
            // A target may lie "in the shed".
            .filter(|(_, r)| name != "target" || self.utterance.words[r.start].lower != "in")
            .map(|(_, r)| r.start)
            .min();
        let bls = self
            .found
            .iter()
            .filter(|(part, r)| name == "target" && *part == Part::Bls && r.start > from)
            .map(|(_, r)| r.start)
            .min();
        let ended = ended.into_iter().chain(bls).min();
        let mut end = broken.unwrap_or(self.end).min(ended.unwrap_or(self.end));
        while end > from + 1
            && matches!(
                self.utterance.words[end - 1].lower.as_str(),
                "and" | "the" | "with" | "was"
            )
        {
            end -= 1;
        }
        end
    }

    fn texts(&self, into: &mut Fields) {
        let emotions = self.found.iter().any(|(p, _)| *p == Part::Lead("emotions"));
        let mut leads: Vec<(&'static str, Range<usize>)> = Vec::new();
        for (part, range) in self.found {
            if let Part::Lead(name) = part {
                let loose =
                    *name == "body_location" && self.utterance.words[range.start].lower == "in";
                if loose && !emotions {
                    continue;
                }
                match leads
                    .iter_mut()
                    .find(|(n, r)| n == name && r.start < range.end && range.start < r.end)
                {
                    Some((_, known)) if range.len() > known.len() => *known = range.clone(),
                    Some(_) => {}
                    None => leads.push((name, range.clone())),
                }
            }
        }
        for (name, lead) in leads {
            if lead.end >= self.end || into.contains_key(name) {
                continue;
            }
            // "Landed on X as the negative cognition": X is before.
            let old = name == "target" && self.is_of_before(lead.start);
            if old || self.is_named_behind(lead.start) {
                continue;
            }
            let that = self.lower(lead.end) == "that" && lead.end + 1 < self.end;
            let from = lead.end + usize::from(that);
            let first = from..self.until(from, name);
            if self.says_other(&first, name) {
                continue;
            }
            let own = match name {
                "emotions" => first,
                _ => self.mended(first, name),
            };
            let before_own = self.utterance.words[lead.end].break_before;
            let stated = match (name, lead.len()) {
                // "Target: the hallway", but "target finished".
                ("target", 1) => {
                    (before_own == Break::Clause && !self.utterance.unpunctuated)
                        || matches!(self.lower(lead.end), "the" | "a" | "her" | "his" | "being")
                }
                // "Installed I did my best", but "installed it".
                ("positive_cognition", _) if self.lower(lead.start).starts_with("install") => {
                    is_of_oneself(self.lower(own.start)) || lead.len() > 2
                }
                (_, 1) => before_own < Break::Stop || self.utterance.unpunctuated,
                _ => true,
            };
            if own.is_empty() || !stated {
                continue;
            }
            let cite = self.cite(&(lead.start..own.end));
            let value = match name {
                "emotions" => FieldValue::List(self.emotions(&own)),
                _ => FieldValue::Text(self.cite(&own)),
            };
            if !matches!(&value, FieldValue::List(items) if items.is_empty()) {
                into.insert(name, Field { value, cite });
            }
        }
        self.target_before(into);
    }

    /// Words that follow a field's name but are not its own: "target is complete", "positive
    /// cognition, I mean the one she settled on".
    fn says_other(&self, own: &Range<usize>, name: &str) -> bool {
        let word = |at: usize| self.utterance.words.get(at).map_or("", |w| &w.lower);
        match (word(own.start), word(own.start + 1)) {
            ("i", "mean") | ("and" | "went" | "was", _) => true,
            (
                "complete" | "completed" | "finished" | "done" | "not" | "still" | "resolved"
                | "incomplete" | "unfinished" | "now" | "for" | "installed" | "is" | "on",
                _,
            ) => name == "target" || self.utterance.words[own.clone()].len() < 2,
            _ => false,
        }
    }

    fn counts(&self, into: &mut Fields) {
        for (_, unit) in self.found.iter().filter(|(p, _)| *p == Part::Sets) {
            let number = self
                .utterance
                .numbers
                .iter()
                .find(|n| n.words.end == unit.start || n.words.start == unit.end);
            if let Some(number) = number
                && let Quantity::Number(count) = number.value
                && self.is_count_of_sets(&number.words, unit)
            {
                let first = number.words.start.min(unit.start);
                let cite = self.cite(&(first..number.words.end.max(unit.end)));
                into.entry("sets").or_insert(Field {
                    value: FieldValue::Count(count.value),
                    cite,
                });
            }
        }
    }

    /// Whether the number stands, and "of them" is said of sets.
    fn is_count_of_sets(&self, number: &Range<usize>, unit: &Range<usize>) -> bool {
        let words = &self.utterance.words;
        let stands = words[number.clone()]
            .iter()
            .all(|w| w.standing == Standing::Counts);
        let them = words[unit.start].lower == "of";
        let named = || {
            words[self.start.max(number.start.saturating_sub(4))..number.start]
                .iter()
                .any(|w| matches!(w.lower.as_str(), "sets" | "passes" | "rounds"))
        };
        // "Nine sets, I mean eleven sets".
        let taken_back = words.get(unit.end..(unit.end + 2).min(self.end));
        let taken_back = taken_back
            .is_some_and(|next| matches!(next, [a, b] if a.lower == "i" && b.lower == "mean"));
        stands && !taken_back && (!them || named())
    }

    /// The kind of bilateral stimulation, the first that is named.
    fn stimulation(&self, into: &mut Fields) {
        let mut bls: Vec<&Range<usize>> = Vec::new();
        let mut named: Vec<&Range<usize>> = self
            .found
            .iter()
            .filter(|(p, _)| *p == Part::Bls)
            .map(|(_, r)| r)
            .collect();
        named.sort_by_key(|r| (r.start, std::cmp::Reverse(r.end)));
        for range in named {
            if bls.last().is_none_or(|last| range.start >= last.end) {
                bls.push(range);
            }
        }
        if let (Some(first), false) = (bls.first(), into.contains_key("bls_type")) {
            let mut own = (*first).clone();
            for next in &bls[1..] {
                let joined = next.start <= own.end + 1
                    && self.utterance.words[own.end..next.start]
                        .iter()
                        .all(|w| w.lower == "and");
                if joined {
                    own.end = next.end;
                }
            }
            let cite = self.cite(&own);
            into.insert(
                "bls_type",
                Field {
                    value: FieldValue::Text(cite.clone()),
                    cite,
                },
            );
        }
    }

    fn flags(&self, mode: Mode, into: &mut Fields) {
        let mut flag = |name, yes: Part, no: Part| {
            // What was said last counts; "not complete" outweighs the "complete" in it.
            let found = self
                .found
                .iter()
                .filter(|(p, _)| *p == no || *p == yes)
                .max_by_key(|(p, r)| (r.end, *p == no))
                .map(|f| (f.0 == yes, f));
            if let Some((value, (_, range))) = found {
                let field = Field {
                    value: FieldValue::Flag(value),
                    cite: self.cite(range),
                };
                into.insert(name, field);
            }
        };
        let undone = self.found.iter().any(|(p, _)| *p == Part::ScanUndone);
        if !undone {
            flag("body_scan_clear", Part::Clear, Part::Residual);
        }
        match mode {
            Mode::Dictation => flag("complete", Part::Complete, Part::Incomplete),
            Mode::Session => flag("complete", Part::CompleteAloud, Part::Incomplete),
        }
    }
}
