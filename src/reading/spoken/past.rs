//! What the client tells of elsewhere and earlier: a course of the past, somebody else's work, a
//! skill used at home.

use super::words::Sign;
use super::{Named, Status, Talk};
use crate::reading::leaning::past_tense;

/// Treatments: what a client tells of having one is no skill that the client used.
const TREATMENTS: &[&str] = &[
    "group.",
    "twelve_step",
    "couples",
    "family_systems",
    "sand_tray",
    "play",
    "art_expressive",
    "grief_work",
    "psychodynamic",
    "pe",
    "cpt",
    "tfcbt",
    "ifs",
];

/// Ids of whole schools: "CBT", "DBT", "EMDR".
const SCHOOLS: &[&str] = &["cbt", "dbt", "act", "emdr", "mi"];

/// Skills that a client takes home.
const SKILLS: &[&str] = &[
    "skills.",
    "dbt.",
    "act.",
    "emdr.calm_place",
    "emdr.container",
];

impl Talk<'_> {
    /// Marks what the client tells of.
    pub(super) fn tell_past(&mut self) {
        for n in 0..self.lines.len() {
            if !self.lines[n].by_client || self.lines[n].question {
                continue;
            }
            self.retell(n);
            self.tell_of_it(n);
        }
    }

    /// Gives what the client names its time and its owner.
    fn retell(&mut self, n: usize) {
        let line = &self.lines[n];
        let (utterance, words) = (line.utterance, line.words.clone());
        let (earlier, elsewhere) = (line.has(Sign::Earlier), line.has(Sign::Elsewhere));
        let past = words
            .clone()
            .any(|at| past_tense(self.word(utterance, at)) && !self.is_perfect(utterance, at));
        for at in 0..self.tags.len() {
            let tag = &self.tags[at];
            if !self.tells(tag, utterance, &words) {
                continue;
            }
            let id = self.id(tag.intervention);
            let treatment = TREATMENTS.iter().any(|t| id.starts_with(t)) || SCHOOLS.contains(&id);
            let skill = SKILLS.iter().any(|s| id.starts_with(s));
            let heard = tag.why.heard;
            let status = match tag.status {
                Status::Historical if heard && skill && past && !earlier && !elsewhere => {
                    Status::ClientUse
                }
                Status::Declined | Status::Negated | Status::Hypothetical | Status::Historical => {
                    continue;
                }
                _ if earlier && past => Status::Historical,
                Status::OtherProvider => continue,
                _ if treatment && past && elsewhere => Status::Historical,
                _ if treatment || elsewhere => Status::OtherProvider,
                _ => continue,
            };
            self.turn(at, status, &words);
        }
    }

    /// Whether "have" stands before a verb: "I've started", "my doctor's got me on".
    fn is_perfect(&self, utterance: usize, at: usize) -> bool {
        let before = at.checked_sub(1).map_or("", |b| self.word(utterance, b));
        before == "have" || before == "has" || before.ends_with("'ve") || before.ends_with("'s")
    }

    /// "We had those on the ward", "I did it at the gate on Tuesday": of what was named just before.
    fn tell_of_it(&mut self, n: usize) {
        let line = &self.lines[n];
        let Some(did) = line.first(Sign::DidThat).cloned() else {
            return;
        };
        let status = if line.has(Sign::Earlier) {
            Status::Historical
        } else if line.has(Sign::OfLate) {
            Status::ClientUse
        } else {
            return;
        };
        let (utterance, words) = (line.utterance, line.words.clone());
        if self
            .named_in(utterance, &(did.start..words.end))
            .iter()
            .any(|found| found.words.start >= did.start)
        {
            return;
        }
        let Some(found) = self.named_just_before(n, did.start) else {
            return;
        };
        let id = self.id(found.intervention);
        let skill = SKILLS.iter().any(|s| id.starts_with(s)) || id.starts_with("cbt.");
        if status == Status::Historical || skill {
            self.add(
                found.intervention,
                status,
                utterance,
                &(did.start..words.end),
            );
        }
    }

    /// What was named last before a word of a sentence: in it, in the client's utterance, or in the
    /// clinician's before it.
    fn named_just_before(&self, n: usize, at: usize) -> Option<Named> {
        let line = &self.lines[n];
        let here = self.named_in(line.utterance, &(0..at));
        if let Some(found) = here.into_iter().max_by_key(|f| f.words.start) {
            return Some(found);
        }
        let before = line.utterance.checked_sub(1)?;
        let whole = 0..self.script.utterances[before].words.len();
        self.named_in(before, &whole)
            .into_iter()
            .filter(|found| {
                let id = self.id(found.intervention);
                !id.starts_with("homework") && !id.starts_with("mi.")
            })
            .max_by_key(|f| f.words.start)
    }
}
