//! What a person should look at before signing: what is missing, what contradicts itself, what
//! cannot be, what the recogniser was unsure of.

use serde::Serialize;

use crate::note::consistency;
use crate::note::document::{DraftNote, Evidence, RiskWordOr};
use crate::note::format::{Element, NoteFormat};
use crate::reading::Reading;
use crate::reading::lexicon::Lexicon;
use crate::reading::routing::Kind;
use crate::session::Mode;
use crate::transcript::document::{GapReason, Transcript};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Should be looked at.
    Warning,
    /// A person must settle it before the note can be signed.
    Blocking,
}

/// Something that a person should look at.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// A stable code, e.g. `missing.duration`.
    pub code: String,
    /// What it is and how to settle it, without the client's words.
    pub message: String,
    /// The words concerned.
    pub evidence: Vec<Evidence>,
}

impl Finding {
    /// A finding without evidence.
    #[must_use]
    pub fn new(severity: Severity, code: &str, message: impl Into<String>) -> Self {
        Self {
            severity,
            code: code.to_owned(),
            message: message.into(),
            evidence: Vec::new(),
        }
    }

    /// The same finding with evidence.
    #[must_use]
    pub fn with(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }
}

/// The share of recognised tokens below which an utterance counts as unsure.
const UNSURE: f32 = 0.5;

/// Checks a note against its reading; the heaviest findings first.
#[must_use]
pub fn check(
    note: &DraftNote,
    format: &NoteFormat,
    lexicon: &Lexicon,
    transcript: &Transcript,
    reading: &Reading,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    consistency::check(note, lexicon, transcript, reading, &mut findings);
    unsettled(transcript, reading, &mut findings);
    coverage(transcript, &mut findings);
    if transcript
        .utterances
        .iter()
        .all(|u| u.text.trim().is_empty())
    {
        findings.push(Finding::new(
            Severity::Warning,
            "empty",
            "nothing was said; the note is empty",
        ));
    } else {
        missing(note, format, reading, transcript.mode, &mut findings);
    }
    findings.sort_by_key(|f| std::cmp::Reverse(f.severity));
    findings
}

/// Words of risk of which nothing tells whether they hold.
fn unsettled(transcript: &Transcript, reading: &Reading, findings: &mut Vec<Finding>) {
    let open: Vec<Evidence> = reading
        .risk
        .signals
        .iter()
        .filter(|(field, _)| !reading.risk.said.contains_key(field))
        .filter_map(|(_, cite)| Evidence::cut(transcript, cite))
        .collect();
    if !open.is_empty() {
        findings.push(
            Finding::new(
                Severity::Warning,
                "risk.unsettled",
                "risk was spoken of, and it was not understood whether it is denied or present; say \
                 for example: denies SI and HI",
            )
            .with(open),
        );
    }
}

fn coverage(transcript: &Transcript, findings: &mut Vec<Finding>) {
    let seconds = |wanted: &[GapReason]| -> u64 {
        transcript
            .coverage
            .iter()
            .filter(|gap| wanted.contains(&gap.why))
            .map(|gap| gap.span.length_ms())
            .sum::<u64>()
            .div_ceil(1000)
    };
    let failed = seconds(&[GapReason::Failed]);
    if failed > 0 {
        findings.push(Finding::new(
            Severity::Blocking,
            "coverage.failed",
            format!("{failed} s of the recording could not be transcribed; listen to them (the transcript lists where)"),
        ));
    }
    let dropped = seconds(&[
        GapReason::Repetition,
        GapReason::Invented,
        GapReason::NoText,
    ]);
    if dropped > 0 {
        findings.push(Finding::new(
            Severity::Warning,
            "coverage.dropped",
            format!("{dropped} s with sound gave no usable text; listen to them (the transcript lists where)"),
        ));
    }
    let unsure = transcript
        .utterances
        .iter()
        .filter(|u| u.confidence.is_some_and(|c| c < UNSURE))
        .count();
    if unsure > 0 {
        findings.push(Finding::new(
            Severity::Warning,
            "speech.unsure",
            format!("{unsure} stretches of speech were recognised with little certainty; read them against the recording"),
        ));
    }
}

fn missing(
    note: &DraftNote,
    format: &NoteFormat,
    reading: &Reading,
    mode: Mode,
    findings: &mut Vec<Finding>,
) {
    let kind = |wanted: Kind| reading.clauses.iter().any(|c| c.kind == wanted);
    let section = |id: &str| {
        note.sections
            .iter()
            .any(|s| s.id == id && !s.statements.is_empty())
    };
    for required in &format.required {
        let there = match required.element {
            Element::Duration => note.session.minutes.is_some(),
            Element::Intervention => note
                .interventions
                .iter()
                .any(super::document::Intervention::is_used),
            Element::Response => {
                mode == Mode::Session || kind(Kind::Response) || section("response")
            }
            Element::Plan => section("plan"),
            // Words of risk whose answer was not understood have a finding of their own.
            Element::Risk if !reading.risk.signals.is_empty() => true,
            Element::Risk => {
                matches!(note.risk.si.status, RiskWordOr::Said(_))
                    || matches!(note.risk.hi.status, RiskWordOr::Said(_))
            }
        };
        if !there {
            findings.push(Finding::new(
                Severity::Warning,
                &required.code,
                format!("{}; {}", required.message, required.mend),
            ));
        }
    }
}
