//! What the fates of a sentence's words come to: it stands, or why it does not.

use super::Refusal;
use super::content::Fate;
use super::mention::{Item, Three};
use super::stem::is_act;
use super::whose::Whose;
use super::words::{Kind, Sense};
use crate::session::Speech;

/// The share of a sentence's words that must be carried where none of them is of a kind that must
/// be carried by itself. Chosen on the odd rows of `tests/cases/grounding`.
const SHARE: f32 = 0.6;

/// A sentence's words, how each fares, and what was said.
pub(super) struct Check<'a> {
    pub(super) sentence: &'a [Item],
    pub(super) fates: &'a [Fate],
    pub(super) text: &'a str,
    pub(super) evidence: &'a [Item],
    /// Whether the evidence stands under a heading of what is to come.
    pub(super) to_come: bool,
    /// Whether the evidence holds words of the clinician.
    pub(super) clinician_spoke: bool,
    /// Changes from one number to another that the sentence tells, all of them said.
    pub(super) changes: &'a [(f64, f64)],
}

impl Check<'_> {
    /// Refuses a sentence whose words are not carried.
    pub(super) fn run(&self) -> Result<(), Refusal> {
        self.denials()?;
        self.clinician()?;
        for (at, (item, fate)) in self.each().enumerate() {
            match fate {
                Fate::Denied if item.meant.denied == Three::Maybe && self.mirrored(at) => {}
                Fate::Denied if item.is(Sense::Note) && self.fates.contains(&Fate::Mirrored) => {}
                Fate::Denied if item.lower.starts_with("prefer") => {}
                Fate::Denied | Fate::Asked => return Err(Refusal::Negation(self.word(item))),
                Fate::Whose => return Err(Refusal::Person(self.word(item))),
                Fate::Ahead => return Err(Refusal::Plan(self.word(item))),
                Fate::Unsaid => self.unsaid(item)?,
                _ => {}
            }
        }
        self.names()?;
        self.plan()?;
        self.share()
    }

    fn each(&self) -> impl Iterator<Item = (&Item, Fate)> {
        self.sentence.iter().zip(self.fates.iter().copied())
    }

    fn word(&self, item: &Item) -> Speech {
        Speech::from(self.text.get(item.span.clone()).unwrap_or_default())
    }

    /// Nothing can be denied where nothing was.
    fn denials(&self) -> Result<(), Refusal> {
        let denied = self.each().find(|(item, fate)| {
            item.surely_denies() && !matches!(fate, Fate::Quoted | Fate::Carried)
        });
        if let Some((item, _)) = denied
            && !self.evidence.iter().any(Item::denies)
        {
            return Err(Refusal::Negation(self.word(item)));
        }
        Ok(())
    }

    /// The clinician does nothing where only the client was heard.
    fn clinician(&self) -> Result<(), Refusal> {
        let named = self.each().find(|(item, _)| {
            item.meant.whose == Whose::Clinician
                && matches!(item.lower.as_str(), "clinician" | "therapist" | "writer")
        });
        match named {
            Some((item, _)) if !self.clinician_spoke => Err(Refusal::Person(self.word(item))),
            _ => Ok(()),
        }
    }

    /// Whether a word stands in a stretch that is denied, of which another word was denied.
    fn mirrored(&self, at: usize) -> bool {
        let denied = |n: &usize| {
            self.sentence
                .get(*n)
                .is_some_and(|i| i.meant.denied != Three::No)
        };
        let before = (0..at).rev().take_while(denied);
        let after = (at..self.sentence.len()).take_while(denied);
        denied(&at)
            && before
                .chain(after)
                .any(|n| self.fates.get(n) == Some(&Fate::Mirrored))
    }

    /// Refuses a word that was not said and must be.
    fn unsaid(&self, item: &Item) -> Result<(), Refusal> {
        let word = || self.word(item);
        if item.reached {
            return Err(Refusal::Negation(word()));
        }
        // "Lamotrigine one hundred" is said of milligrams.
        let medicated = |i: &Item| i.kinds().any(|k| k == Kind::Medication);
        if matches!(item.lower.as_str(), "mg" | "milligrams") && self.evidence.iter().any(medicated)
        {
            return Ok(());
        }
        if is_medicine(&item.lower) {
            return Err(Refusal::Medication(word()));
        }
        let Some(kind) = item.kinds().next() else {
            return self.manner(item);
        };
        if kind == Kind::Medication
            && OF_MEDICINE.contains(&item.lower.as_str())
            && self
                .evidence
                .iter()
                .any(|i| medicated(i) || is_medicine(&i.lower))
        {
            return Ok(());
        }
        // "Client affirmed": no technique.
        if kind == Kind::Technique
            && item.meant.whose == Whose::Client
            && ["affirm", "assert", "educat", "expos"]
                .iter()
                .any(|head| item.lower.starts_with(head))
        {
            return Ok(());
        }
        if item.lower == "distress" && self.sentence.iter().any(|i| i.number) {
            return Ok(());
        }
        Err(match kind {
            Kind::Direction if self.counted(item) => return Ok(()),
            Kind::Emotion => Refusal::Emotion(word()),
            Kind::Severity => Refusal::Band(word()),
            Kind::Extent => Refusal::Extent(word()),
            Kind::Cause => Refusal::Cause(word()),
            Kind::Direction => Refusal::Change(word()),
            Kind::Diagnosis => Refusal::Diagnosis(word()),
            Kind::Medication => Refusal::Medication(word()),
            Kind::Person => Refusal::Person(word()),
            Kind::Time => Refusal::Date,
            Kind::Risk => Refusal::RiskWord(word()),
            Kind::Technique => Refusal::TechniqueWord(word()),
        })
    }

    /// Refuses an adverb that nobody used: "diligently", "effortlessly".
    fn manner(&self, item: &Item) -> Result<(), Refusal> {
        if item.lower.len() > 5 && item.lower.ends_with("ly") && !item.is(Sense::Manner) {
            return Err(Refusal::Extent(self.word(item)));
        }
        if CONDITION.iter().any(|end| item.lower.ends_with(end)) && item.lower.len() > 6 {
            return Err(Refusal::Diagnosis(self.word(item)));
        }
        Ok(())
    }

    /// Whether the sentence's own numbers say that something rose or fell.
    fn counted(&self, item: &Item) -> bool {
        let any = |ways: &[&str]| ways.iter().any(|way| item.lower.starts_with(way));
        !self.changes.is_empty()
            && (any(RISING) && self.changes.iter().all(|(from, to)| to > from)
                || any(FALLING) && self.changes.iter().all(|(from, to)| to < from))
    }

    fn names(&self) -> Result<(), Refusal> {
        let first = self.sentence.first().map(|i| i.span.start);
        for (item, fate) in self.each() {
            let heads = Some(item.span.start) == first;
            let plain =
                ORDINARY.iter().any(|end| item.lower.ends_with(end)) || !item.senses.is_empty();
            let named = item.name || (item.capital && !(heads && plain));
            if fate == Fate::Unsaid && named {
                return Err(Refusal::Name(self.word(item)));
            }
        }
        Ok(())
    }

    /// Refuses what is to come where nobody spoke of it.
    fn plan(&self) -> Result<(), Refusal> {
        let bids = self.to_come
            || self
                .evidence
                .iter()
                .any(|i| i.is(Sense::Ahead) || i.is(Sense::AheadBefore) || i.is(Sense::Bid));
        // Told as done, where all that was said is to come.
        let to_come = self.evidence.iter().any(|i| i.meant.ahead == Three::Yes)
            && !self.evidence.iter().any(|i| i.meant.ahead == Three::No);
        let done = self.each().find(|(item, fate)| {
            is_act(&item.lower)
                && item.meant.ahead == Three::No
                && item.meant.denied == Three::No
                && *fate != Fate::Quoted
        });
        if let Some((item, _)) = done.filter(|_| to_come) {
            return Err(Refusal::Plan(self.word(item)));
        }
        let mut carried = 0;
        let mut unsaid = Vec::new();
        for (item, fate) in self.each() {
            if item.is(Sense::Ahead) && fate != Fate::Quoted && !bids {
                return Err(Refusal::Plan(self.word(item)));
            }
            if item.meant.ahead == Three::Yes {
                match fate {
                    Fate::Carried | Fate::Mirrored => carried += 1,
                    Fate::Unsaid if !item.of_no_time() && !item.is(Sense::Bid) => unsaid.push(item),
                    _ => {}
                }
            }
        }
        match unsaid.first() {
            Some(item) if unsaid.len() > carried => Err(Refusal::Plan(self.word(item))),
            _ => Ok(()),
        }
    }

    fn share(&self) -> Result<(), Refusal> {
        let carried = self
            .each()
            .filter(|(_, f)| matches!(f, Fate::Carried | Fate::Mirrored | Fate::Quoted))
            .count();
        let words: Vec<Speech> = self
            .each()
            .filter(|(item, f)| {
                *f == Fate::Unsaid
                    && item.lower != "mg"
                    && !OF_MEDICINE.contains(&item.lower.as_str())
            })
            .map(|(item, _)| self.word(item))
            .collect();
        let all = carried + words.len();
        if words.is_empty() {
            return Ok(());
        }
        let share = carried as f32 / all as f32;
        if share < SHARE {
            return Err(Refusal::Content { share, words });
        }
        Ok(())
    }
}

/// Ways in which a word says that a number rose, and that it fell.
const RISING: &[&str] = &[
    "increas", "ris", "rose", "up", "climb", "higher", "grew", "elevat",
];
const FALLING: &[&str] = &[
    "decreas", "drop", "fell", "fall", "down", "reduc", "lower", "declin",
];

/// Endings of words that are no names, for the first word of a sentence.
const ORDINARY: &[&str] = &[
    "ing", "ed", "ion", "ment", "ly", "ity", "ance", "ence", "al", "s", "ness", "ive", "ful",
    "ous", "ic", "able", "ible", "ant", "ent", "ism", "ist", "ure", "age", "ship", "hood", "ward",
    "work", "up", "ght", "th",
];

/// Endings of the names of conditions.
const CONDITION: &[&str] = &[
    "phobia", "phobic", "mania", "osis", "itis", "philia", "exia", "lepsy", "opathy",
];

/// Words of medicines at large, which the name of one carries.
const OF_MEDICINE: &[&str] = &[
    "medication",
    "medications",
    "meds",
    "medicine",
    "dose",
    "doses",
    "dosage",
    "prescription",
    "prescriptions",
    "side",
    "effect",
    "effects",
    "adverse",
    "medicated",
];

/// Whether a word ends as the names of medicines do.
fn is_medicine(word: &str) -> bool {
    word.len() >= 7 && MEDICINE.iter().any(|end| word.ends_with(end))
}

/// Endings of the names of medicines.
const MEDICINE: &[&str] = &[
    "idone",
    "iclone",
    "azepam",
    "azolam",
    "oxetine",
    "apine",
    "prazole",
    "pramine",
    "triptyline",
    "olol",
    "statin",
    "sartan",
    "cillin",
    "mycin",
    "profen",
    "codone",
    "morphine",
    "barbital",
    "gabalin",
    "trigine",
    "azine",
    "setron",
    "formin",
    "peridol",
    "faxine",
    "xapine",
    "olanib",
];
