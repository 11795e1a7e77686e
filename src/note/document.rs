//! The document `notewright.note/1`: sections of statements, each with the words that it stands on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::note::findings::Finding;
use crate::reading::facts::Telehealth;
use crate::reading::interventions::{Agent, Status};
use crate::reading::measures::When;
use crate::reading::talk::{ClientTalk, Move, MoveKind};
use crate::reading::{Cite, risk::RiskLevel, risk::RiskStatus};
use crate::session::{ClockTime, SessionDate, Speech, UtteranceId};
use crate::transcript::document::Transcript;

/// A note that no one has signed.
#[derive(Clone, Debug, Serialize)]
pub struct DraftNote {
    /// Always `notewright.note/1`.
    pub schema: &'static str,
    /// The format's id.
    pub format: String,
    /// Always `draft`.
    pub status: &'static str,
    /// When the session was.
    pub session: SessionHead,
    /// What composed the statements.
    pub composer: ComposerInfo,
    /// The transcript, or nothing where it was left out on request.
    pub transcript: Option<Transcript>,
    /// The format's sections in order.
    pub sections: Vec<Section>,
    /// Typed readings, by name.
    pub fields: BTreeMap<String, Field>,
    /// Techniques that were spoken of, whatever became of them.
    pub interventions: Vec<Intervention>,
    /// Scores.
    pub measures: Vec<Measure>,
    /// Risk as said.
    pub risk: Risk,
    /// Talk moves; sessions only.
    pub talk: Option<Talk>,
    /// What a person should look at.
    pub findings: Vec<Finding>,
}

impl DraftNote {
    /// Adds findings of the way to the note; the heaviest stay first.
    pub fn add_findings(&mut self, findings: Vec<Finding>) {
        self.findings.extend(findings);
        self.findings
            .sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    }
}

/// The schema's name.
pub const SCHEMA: &str = "notewright.note/1";

/// When a session was.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SessionHead {
    /// The day.
    pub date: Option<SessionDate>,
    /// When it began.
    pub start: Option<ClockTime>,
    /// When it ended.
    pub end: Option<ClockTime>,
    /// How long it was.
    pub minutes: Option<u32>,
    /// Whether and how it was held at a distance, where that was said.
    pub telehealth: Option<Stated<Telehealth>>,
    /// Who took part, where that was said.
    pub participants: Option<Stated<Speech>>,
    /// Codes of service (CPT), for the clinician to confirm.
    pub cpt: Vec<Stated<String>>,
    /// Codes of diagnosis (ICD-10-CM).
    pub icd10: Vec<Stated<String>>,
}

/// A fact and the words that it stands on.
#[derive(Clone, Debug, Serialize)]
pub struct Stated<T> {
    /// The fact.
    pub value: T,
    /// The words.
    pub evidence: Vec<Evidence>,
}

/// What composed a note.
#[derive(Clone, Debug, Serialize)]
pub struct ComposerInfo {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The language model that worded the statements, where one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<WritingModel>,
}

/// A language model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WritingModel {
    /// Its name in the catalog, or of its file.
    pub name: String,
    /// SHA-256 of its file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// A section.
#[derive(Clone, Debug, Serialize)]
pub struct Section {
    /// Its id.
    pub id: String,
    /// Its heading.
    pub heading: String,
    /// What it says.
    pub statements: Vec<Statement>,
}

/// How a statement came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The speaker's own words, at most tidied.
    Spoken,
    /// Written by the language model from the evidence.
    Composed,
}

/// Words of the transcript: an exact substring of one utterance's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    utterance: UtteranceId,
    quote: Speech,
}

impl Evidence {
    /// Cuts the cited words out of a transcript; nothing where they are not there or empty.
    #[must_use]
    pub fn cut(transcript: &Transcript, cite: &Cite) -> Option<Self> {
        let utterance = transcript.utterances.get(cite.utterance)?;
        let quote = utterance
            .text
            .get(cite.span.clone())
            .filter(|q| !q.is_empty())?;
        Some(Self {
            utterance: utterance.id.clone(),
            quote: Speech::from(quote),
        })
    }

    /// The utterance that the words are from.
    #[must_use]
    pub fn utterance(&self) -> &UtteranceId {
        &self.utterance
    }

    /// The words.
    #[must_use]
    pub fn quote(&self) -> &Speech {
        &self.quote
    }
}

/// A sentence of the note. It cannot be built without evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    text: Speech,
    origin: Origin,
    evidence: Vec<Evidence>,
}

impl Statement {
    /// A statement in the speaker's own words; nothing without text or evidence.
    #[must_use]
    pub fn spoken(text: String, evidence: Vec<Evidence>) -> Option<Self> {
        Self::of(text, Origin::Spoken, evidence)
    }

    /// A statement of either origin; nothing without text or evidence.
    #[must_use]
    pub fn of(text: String, origin: Origin, evidence: Vec<Evidence>) -> Option<Self> {
        (!text.is_empty() && !evidence.is_empty()).then_some(Self {
            text: text.into(),
            origin,
            evidence,
        })
    }

    /// How it came about.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &Speech {
        &self.text
    }

    /// The words that it stands on.
    #[must_use]
    pub fn evidence(&self) -> &[Evidence] {
        &self.evidence
    }
}

/// The value of a typed reading.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A whole number.
    Whole(i64),
    /// Any other number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// Words of the speaker.
    Text(Speech),
    /// Several.
    List(Vec<Speech>),
}

impl Value {
    /// A number, whole where it is.
    #[must_use]
    pub fn number(value: f64) -> Self {
        if value.fract() == 0.0 && value.abs() < 1e15 {
            Self::Whole(value as i64)
        } else {
            Self::Number(value)
        }
    }
}

/// A typed reading.
#[derive(Clone, Debug, Serialize)]
pub struct Field {
    /// Its value.
    pub value: Value,
    /// Its unit, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The words that it stands on.
    pub evidence: Vec<Evidence>,
}

/// A technique that was spoken of.
#[derive(Clone, Debug, Serialize)]
pub struct Intervention {
    /// Id in the taxonomy.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What became of it.
    pub status: Status,
    /// Whose it was.
    pub agent: Agent,
    /// Levels of practice.
    pub levels: Vec<String>,
    /// The goal it served, where it was said.
    pub goal: Option<Speech>,
    /// The client's response, where it was said.
    pub response: Option<Speech>,
    /// How long or how often, where it was said.
    pub dose: Option<Speech>,
    /// In what measure, where it was said: "briefly".
    pub qualifier: Option<Speech>,
    /// How sure the reading is.
    pub confidence: f32,
    /// The words that it stands on.
    pub evidence: Vec<Evidence>,
}

impl Intervention {
    /// Whether this clinician used it in this session.
    #[must_use]
    pub fn is_used(&self) -> bool {
        self.status.is_used() && self.agent == Agent::Clinician
    }
}

/// A score.
#[derive(Clone, Debug, Serialize)]
pub struct Measure {
    /// The instrument.
    pub name: String,
    /// The value.
    pub value: Value,
    /// Lowest and highest possible value.
    pub range: [f64; 2],
    /// When it was taken.
    pub when: When,
    /// The words that it stands on.
    pub evidence: Vec<Evidence>,
}

/// A fact of risk. What nobody said is not assessed.
#[derive(Clone, Debug, Serialize)]
pub struct RiskFact {
    /// What was said.
    pub status: RiskWordOr<RiskStatus>,
    /// The words that it stands on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// A level of risk. What nobody said is not stated.
#[derive(Clone, Debug, Serialize)]
pub struct RiskLevelFact {
    /// What was said.
    pub status: RiskWordOr<RiskLevel>,
    /// The words that it stands on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// A word of risk, or the word for its absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum RiskWordOr<T> {
    /// It was said.
    Said(T),
    /// It was not.
    Unsaid(Unsaid),
}

/// The words for what was not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unsaid {
    /// Of a fact.
    NotAssessed,
    /// Of a level.
    NotStated,
}

/// Risk as said.
#[derive(Clone, Debug, Serialize)]
pub struct Risk {
    /// Suicidal ideation.
    pub si: RiskFact,
    /// Homicidal ideation.
    pub hi: RiskFact,
    /// Self-injury without the wish to die.
    pub nssi: RiskFact,
    /// A plan.
    pub plan: RiskFact,
    /// Intent.
    pub intent: RiskFact,
    /// The level that the clinician stated.
    pub level: RiskLevelFact,
}

/// Talk moves and their counts.
#[derive(Clone, Debug, Serialize)]
pub struct Talk {
    /// One an utterance.
    pub moves: Vec<TalkMove>,
    /// What a supervisor counts.
    pub summary: TalkSummary,
}

/// The move of one utterance.
#[derive(Clone, Debug, Serialize)]
pub struct TalkMove {
    /// The utterance.
    pub utterance: UtteranceId,
    /// The clinician's move.
    #[serde(rename = "move", skip_serializing_if = "Option::is_none")]
    pub act: Option<Move>,
    /// Its kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<MoveKind>,
    /// The client's talk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub talk: Option<ClientTalk>,
}

/// What a supervisor of motivational interviewing counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TalkSummary {
    /// Words that the clinician spoke.
    pub clinician_words: usize,
    /// Words that the clients spoke.
    pub client_words: usize,
    /// Open questions.
    pub open_questions: usize,
    /// Closed questions.
    pub closed_questions: usize,
    /// Simple reflections.
    pub simple_reflections: usize,
    /// Complex reflections.
    pub complex_reflections: usize,
    /// Affirmations.
    pub affirmations: usize,
}
