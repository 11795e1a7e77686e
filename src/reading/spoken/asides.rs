//! Ordinary talk that is also said in doing a technique, and the micro-skills of motivational
//! interviewing outside of it: they count only where the session around them speaks for them.

use super::words::Sign;
use super::{How, Talk};
use crate::reading::interventions::Tag;

/// What a motivational interview has and ordinary talk has not.
const MOTIVATIONAL: &[&str] = &[
    "mi",
    "mi.ruler",
    "mi.decisional_balance",
    "mi.change_talk",
    "mi.roll_resistance",
    "mi.summary",
];

/// Talk of so few words counts as ordinary where it sounds no more like the technique than this.
const SHORT: usize = 4;
const UNLIKELY: f32 = 0.005;

impl Talk<'_> {
    /// Drops what only ordinary talk told.
    pub(super) fn drop_asides(&mut self) {
        let motivational = self.is_motivational();
        let keep: Vec<bool> = self
            .tags
            .iter()
            .map(|tag| self.stands(tag, motivational))
            .collect();
        let mut keep = keep.into_iter();
        self.tags.retain(|_| keep.next().unwrap_or(true));
    }

    fn stands(&self, tag: &Tag, motivational: bool) -> bool {
        let id = self.id(tag.intervention);
        if !tag.status.is_used()
            || self.script.utterances[tag.cite.utterance]
                .speaker
                .is_client()
        {
            return true;
        }
        if id.starts_with("mi.") {
            return motivational;
        }
        if id == "self_determination" && motivational && self.rolls(tag) {
            return false;
        }
        !self.is_aside(tag) || self.has_company(tag)
    }

    /// Whether the words that told it are ordinary talk: some that are listed, or a few that sound
    /// nothing like the technique.
    fn is_aside(&self, tag: &Tag) -> bool {
        if tag.why.how != How::Talk {
            return false;
        }
        let short = (2..=SHORT).contains(&tag.why.words.len()) && tag.why.likely < UNLIKELY;
        let ours = self.id(tag.intervention).starts_with("emdr.");
        short && !ours
            || self.lines[self.of[tag.cite.utterance].clone()]
                .iter()
                .flat_map(|line| &line.signs)
                .any(|m| {
                    m.what == Sign::Aside
                        && m.words.start <= tag.why.words.start
                        && tag.why.words.end <= m.words.end
                })
    }

    /// Whether the sentence rolls with resistance, of which the client's own choice is a part.
    fn rolls(&self, tag: &Tag) -> bool {
        self.tags.iter().any(|other| {
            self.id(other.intervention) == "mi.roll_resistance"
                && other.cite.utterance == tag.cite.utterance
        })
    }

    /// Whether others of its family, or the same in other words, were used.
    fn has_company(&self, tag: &Tag) -> bool {
        let family = self.lexicon.interventions[tag.intervention].family();
        let general = matches!(
            family,
            "skills" | "plan" | "rapport" | "counseling" | "edu" | "cm" | "assess" | "mi" | "emdr"
        );
        self.tags.iter().any(|other| {
            let of_family = self.lexicon.interventions[other.intervention].family() == family;
            let same = other.intervention == tag.intervention;
            other.status.is_used()
                && other.why.words != tag.why.words
                && (same || (of_family && !general))
                && !self.is_aside(other)
        })
    }

    /// Whether the session is a motivational interview: several of its skills, and one that is its
    /// own.
    fn is_motivational(&self) -> bool {
        let mut ids: Vec<&str> = self
            .tags
            .iter()
            .filter(|tag| tag.status.is_used() && !self.is_aside(tag))
            .map(|tag| self.id(tag.intervention))
            .filter(|id| *id == "mi" || id.starts_with("mi."))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let own = ids.iter().any(|id| MOTIVATIONAL.contains(id));
        ids.len() >= 3 && own || ids.contains(&"mi")
    }
}
