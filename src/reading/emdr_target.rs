//! The target of an EMDR dictation where no name stands before it, and what a body scan found.

use std::ops::Range;

use crate::reading::emdr::{Field, FieldValue, Fields, Reader};
use crate::reading::emdr_answers::{is_article, is_of_work};
use crate::reading::emdr_words::{EmdrWords, Part};
use crate::transcript::numbers::Quantity;
use crate::transcript::script::{Break, ScriptUtterance};

/// A target that was only taken up again, or the picture that stands for it, until it is settled.
const AGAIN: &str = "target_again";

/// How many words after its name tell what a scan found.
const SCAN: usize = 26;

/// How many words after a target tell that it is finished.
const TOLD_OF: usize = 14;

impl Reader<'_> {
    /// "set up the quarry call as the target", "the corridor is the target still": the words before.
    pub(super) fn target_before(&self, into: &mut Fields) {
        let after = self
            .found
            .iter()
            .filter(|(part, _)| *part == Part::TargetAfter)
            .min_by_key(|(_, r)| r.start);
        let Some((_, after)) = after else {
            return;
        };
        // "Set that up as the target".
        let split = after.start > self.start && self.lower(after.start - 1) == "up";
        let end = after.start - usize::from(split);
        let verb = (self.start..end)
            .rev()
            .take(10)
            .find(|&at| is_choosing(self.lower(at)));
        let own = match verb {
            Some(verb) => verb + 1..end,
            None if matches!(self.lower(after.start), "is" | "was" | "are" | "were")
                || self.lower(after.start).ends_with("ed")
                || self.lower(after.start).starts_with("sta") =>
            {
                self.clause_before(after.start)
            }
            None => return,
        };
        let own = self.without_lead(own);
        let own = if own.len() <= 2 && matches!(self.lower(own.start), "that" | "it" | "this") {
            self.named_before(own.start)
        } else {
            own
        };
        if !own.is_empty() {
            let field = Field {
                value: FieldValue::Text(self.cite(&own)),
                cite: self.cite(&(own.start..after.end)),
            };
            into.entry("target").or_insert(field);
        }
    }

    pub(super) fn lower(&self, at: usize) -> &str {
        self.utterance.words.get(at).map_or("", |w| &w.lower)
    }

    /// The words of the clause that ends at `end`.
    fn clause_before(&self, end: usize) -> Range<usize> {
        let start = (self.start..end)
            .rev()
            .find(|&at| at == self.start || self.utterance.words[at].break_before >= Break::Clause);
        start.unwrap_or(end)..end
    }

    fn without_lead(&self, mut own: Range<usize>) -> Range<usize> {
        while own.len() > 1
            && matches!(
                self.lower(own.start),
                "and" | "so" | "today" | "um" | "uh" | "up" | "then" | "again" | "we" | "have"
            )
        {
            own.start += 1;
        }
        own
    }

    /// "The worst part, the dog jumping up, and we set that up": what "that" stands for.
    fn named_before(&self, pronoun: usize) -> Range<usize> {
        let broken = |at: &usize| self.utterance.words[*at].break_before >= Break::Comma;
        let Some(end) = (self.start + 1..pronoun).rev().find(broken) else {
            return pronoun..pronoun;
        };
        match (self.start + 1..end).rev().find(broken) {
            Some(start) => start..end,
            None => end..end,
        }
    }

    /// "We pulled the convoy back up", "confirmed the image, the shoe on the road".
    pub(super) fn target_again(&self, into: &mut Fields) {
        let again = self
            .found
            .iter()
            .filter(|(part, _)| *part == Part::TargetAgain)
            .max_by_key(|(_, r)| r.len());
        let Some((_, lead)) = again else { return };
        if self.is_finished(lead) {
            return;
        }
        let last = self.lower(lead.end - 1);
        let own = match last {
            // Between the verb and "up".
            "up" | "back" | "target" | "memory" | "scene" | "image" | "picture" | "again"
                if !self.of_picture(lead) =>
            {
                self.owned(lead)
            }
            "the" | "her" | "his" => {
                let end = self.until(lead.end, "target").max(lead.end);
                lead.end
                    - usize::from(
                        last == "the" || matches!(self.lower(lead.start), "set" | "took" | "and"),
                    )..end
            }
            _ => lead.end..self.until(lead.end, "target"),
        };
        let second = self.lower(own.start + 1);
        let of_work = is_article(self.lower(own.start))
            && (is_resource(second) || (is_of_work(second) && own.len() < 3));
        if own.is_empty() || own.end > self.end || own.len() > 10 || of_work {
            return;
        }
        let field = Field {
            value: FieldValue::Text(self.cite(&own)),
            cite: self.cite(&(lead.start..own.end.max(lead.end))),
        };
        into.entry(AGAIN).or_insert(field);
    }

    /// "Rechecked the locker room first, it held at zero": a target that is not worked on again.
    fn is_finished(&self, lead: &Range<usize>) -> bool {
        let looked = matches!(
            self.lower(lead.start),
            "rechecked" | "reevaluated" | "re" | "revisited" | "checked" | "checking" | "looked"
        );
        let to = (lead.end + TOLD_OF).min(self.utterance.words.len());
        let words = &self.utterance.words[lead.end.min(to)..to];
        let held = words
            .iter()
            .any(|w| matches!(w.lower.as_str(), "held" | "holds" | "holding"));
        let first = self
            .utterance
            .numbers
            .iter()
            .find(|n| n.words.start >= lead.end && n.words.end <= to);
        let nothing = first.is_some_and(
            |n| matches!(&n.value, Quantity::Number(value) if value.value.abs() < f64::EPSILON),
        );
        looked && (held || nothing)
    }

    /// "Last week's target": not the one of today.
    pub(super) fn is_of_before(&self, at: usize) -> bool {
        at.checked_sub(1).is_some_and(|before| {
            matches!(
                self.lower(before),
                "week's" | "last" | "previous" | "time's" | "session's" | "finished" | "completed"
            )
        })
    }

    fn of_picture(&self, lead: &Range<usize>) -> bool {
        let named = |w: &str| matches!(w, "image" | "picture" | "scene");
        lead.clone().any(|at| named(self.lower(at)))
            && lead.end < self.end
            && self.utterance.words[lead.end].break_before >= Break::Comma
    }

    /// The words from the article of a lead to its closing word.
    fn owned(&self, lead: &Range<usize>) -> Range<usize> {
        let article = |at: &usize| matches!(self.lower(*at), "the" | "that" | "her" | "his");
        let start = lead.clone().find(article).unwrap_or(lead.end);
        let mut end = lead.end;
        while end > start && matches!(self.lower(end - 1), "up" | "back") {
            end -= 1;
        }
        start..end
    }

    /// What a scan that this sentence names found, in it or in the words after it.
    pub(super) fn scan(&self, words: &EmdrWords, into: &mut Fields) {
        let named = self
            .found
            .iter()
            .filter(|(part, _)| *part == Part::Scan)
            .map(|(_, r)| r.start)
            .min();
        let undone = self.found.iter().any(|(part, _)| *part == Part::ScanUndone);
        let (Some(from), false) = (named, undone) else {
            return;
        };
        let to = end_of_scan(self.utterance, from);
        let found: Vec<(Part, Range<usize>)> = words
            .book
            .find(&self.utterance.words[from..to])
            .into_iter()
            .map(|m| (m.what, m.words.start + from..m.words.end + from))
            .collect();
        if found.iter().any(|(part, _)| *part == Part::ScanUndone) {
            return;
        }
        let nothing = |r: &Range<usize>| {
            found
                .iter()
                .any(|(p, n)| *p == Part::ScanNothing && n.start <= r.start && r.start < n.end)
        };
        let last = found
            .iter()
            .filter(|(part, r)| match part {
                Part::ScanNothing | Part::Clear => true,
                Part::ScanSomething | Part::Residual => !nothing(r) && !self.denied(r.start),
                _ => false,
            })
            .max_by_key(|(_, r)| r.end);
        if let Some((part, range)) = last {
            let clear = matches!(part, Part::ScanNothing | Part::Clear);
            let cite = self.cite(&(from..range.end));
            let value = FieldValue::Flag(clear);
            into.insert("body_scan_clear", Field { value, cite });
        }
    }

    pub(super) fn denied(&self, at: usize) -> bool {
        (at.saturating_sub(2)..at)
            .any(|before| matches!(self.lower(before), "no" | "not" | "without" | "nothing"))
    }
}

/// Whether the words after "the" name what is set up beside a target.
fn is_resource(word: &str) -> bool {
    matches!(
        word,
        "container"
            | "calm"
            | "safe"
            | "breathing"
            | "breath"
            | "tappers"
            | "sets"
            | "homework"
            | "log"
            | "body"
            | "words"
            | "list"
            | "good"
            | "positive"
            | "stop"
            | "eye"
            | "room"
            | "light"
            | "resourcing"
            | "resource"
            | "resources"
            | "preparation"
            | "phase"
            | "weekend"
            | "worksheet"
            | "chairs"
            | "chair"
            | "session"
            | "intake"
            | "history"
            | "assessment"
            | "treatment"
            | "plan"
            | "check"
            | "stimulation"
            | "tones"
            | "headphones"
            | "installation"
            | "tapping"
            | "buzzers"
            | "pulsers"
            | "equipment"
            | "camera"
            | "video"
            | "hour"
            | "timer"
            | "week"
    )
}

fn is_choosing(word: &str) -> bool {
    matches!(
        word,
        "up" | "chose" | "picked" | "selected" | "set" | "used" | "identified" | "took" | "kept"
    )
}

/// Where the telling of a scan ends: after some words, at a paragraph, or where the session closes.
fn end_of_scan(utterance: &ScriptUtterance, from: usize) -> usize {
    let most = (from + SCAN).min(utterance.words.len());
    (from + 1..most)
        .find(|&at| {
            let word = &utterance.words[at];
            word.break_before >= Break::Paragraph
                || matches!(
                    word.lower.as_str(),
                    "closed"
                        | "closure"
                        | "container"
                        | "debrief"
                        | "debriefed"
                        | "next"
                        | "plan"
                        | "grounded"
                        | "closing"
                        | "box"
                )
        })
        .unwrap_or(most)
}

/// Settles what a target is where none was named: the one taken up again, or the picture.
pub fn settle(fields: &mut Fields) {
    let again = fields.remove(AGAIN);
    let picture = || fields.get("image").cloned();
    if let Some(target) = again.or_else(picture) {
        fields.entry("target").or_insert(target);
    }
}
