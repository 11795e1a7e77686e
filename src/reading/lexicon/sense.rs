//! What a phrase of the lexicon stands for.

use serde::{Deserialize, Serialize};

use crate::reading::risk::{RiskField, RiskLevel};
use crate::transcript::phrase::Match;

/// What a cue tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the kinds are described where cues.toml lists them"
)]
pub enum CueKind {
    SubjectClinician,
    SubjectClient,
    SubjectRelative,
    SubjectProvider,
    Pseudo,
    Negated,
    Declined,
    Planned,
    Assigned,
    Attempted,
    Offered,
    Refused,
    Begun,
    Broken,
    Reviewed,
    Historical,
    Hypothetical,
    ClientUse,
    InSession,
    OtherProvider,
    Act,
    Report,
    Observation,
    Inference,
    Response,
    Plan,
    Goal,
    Frame,
    Terminator,
    Starter,
    Joins,
    Bidding,
    Opener,
    Asking,
    Offer,
    Parting,
    Reaction,
    Ahead,
    Recent,
    Aim,
    Dose,
    Qualifier,
    Phase(EmdrPhase),
}

/// The eight phases of EMDR, and planning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the phases are named after themselves")]
pub enum EmdrPhase {
    History,
    Preparation,
    Assessment,
    Desensitization,
    Installation,
    BodyScan,
    Closure,
    Reevaluation,
}

impl EmdrPhase {
    /// All of them, in the order of the protocol.
    pub const ALL: [Self; 8] = [
        Self::History,
        Self::Preparation,
        Self::Assessment,
        Self::Desensitization,
        Self::Installation,
        Self::BodyScan,
        Self::Closure,
        Self::Reevaluation,
    ];

    /// Its name as formats and the lexicon write it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::History => "history",
            Self::Preparation => "preparation",
            Self::Assessment => "assessment",
            Self::Desensitization => "desensitization",
            Self::Installation => "installation",
            Self::BodyScan => "body_scan",
            Self::Closure => "closure",
            Self::Reevaluation => "reevaluation",
        }
    }
}

/// Which words a cue speaks of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Those after it, to the end of the clause.
    #[default]
    Forward,
    /// Those before it, from the beginning of the clause.
    Backward,
    /// The whole clause.
    Clause,
}

/// What tells when a score was taken, or joins a name to its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the words are described in measures.toml")]
pub enum ScoreWord {
    Value,
    Prior,
    Pre,
    Post,
}

/// A word that tells something of risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the words are described in risk.toml")]
pub enum RiskWord {
    Named(RiskField),
    Told(RiskField),
    Never(RiskField),
    Passive,
    Active,
    Company,
    Aside,
    Pseudo,
    If,
    Asked,
    Other,
    Witness,
    Denied,
    DeniedAfter,
    Present,
    Past,
    Since,
    End,
    Level(RiskLevel),
    NotRisk,
}

/// What a phrase of the lexicon stands for. Numbers are places in the lexicon's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each stands for the list of the same name")]
pub enum Sense {
    Cue(CueKind, Reach),
    Term(u16),
    Weak(u16),
    Act(u16),
    Talk(u16),
    Trap(u16),
    Instrument(u16),
    Score(ScoreWord),
    Risk(RiskWord),
}

/// A phrase of the lexicon, found in a sentence.
pub type Mark = Match<Sense>;
