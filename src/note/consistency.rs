//! What in a note cannot be, or cannot be together: values out of range, two values for one score,
//! risk both denied and reported, EMDR readings that do not fit the phase that was reached.

use crate::note::document::{DraftNote, Evidence, Field, Value};
use crate::note::findings::{Finding, Severity};
use crate::reading::Reading;
use crate::reading::lexicon::Lexicon;
use crate::reading::measures::When;
use crate::reading::risk::{RiskField, RiskStatus};
use crate::transcript::document::Transcript;

/// Adds what a person must settle.
pub(super) fn check(
    note: &DraftNote,
    lexicon: &Lexicon,
    transcript: &Transcript,
    reading: &Reading,
    findings: &mut Vec<Finding>,
) {
    risk(transcript, reading, findings);
    scores(lexicon, transcript, reading, findings);
    emdr(note, findings);
}

fn risk(transcript: &Transcript, reading: &Reading, findings: &mut Vec<Finding>) {
    let cut = |cite| Evidence::cut(transcript, cite);
    for (field, denied, present) in reading.risk.contradictions() {
        findings.push(
            Finding::new(
                Severity::Blocking,
                "risk.contradiction",
                format!(
                    "{} is both denied and reported; say which holds",
                    words(field)
                ),
            )
            .with([denied, present].into_iter().filter_map(cut)),
        );
    }
    let status = |field| reading.risk.status(field).map(|(status, _)| status);
    let first = |field| {
        reading
            .risk
            .status(field)
            .and_then(|(_, said)| said.first())
    };
    let harm = [RiskField::Si, RiskField::Hi];
    let denied = harm
        .iter()
        .all(|f| status(*f).is_none_or(|s| s == RiskStatus::Denied))
        && status(RiskField::Si).is_some();
    let meant = [RiskField::Plan, RiskField::Intent]
        .into_iter()
        .find(|f| status(*f) == Some(RiskStatus::Present));
    if let Some(field) = meant.filter(|_| denied) {
        findings.push(
            Finding::new(
                Severity::Blocking,
                "risk.contradiction",
                format!(
                    "{} was reported although thoughts of suicide were denied; say which holds",
                    words(field)
                ),
            )
            .with(
                [first(RiskField::Si), first(field)]
                    .into_iter()
                    .flatten()
                    .filter_map(|(_, cite)| cut(cite)),
            ),
        );
    }
}

fn scores(
    lexicon: &Lexicon,
    transcript: &Transcript,
    reading: &Reading,
    findings: &mut Vec<Finding>,
) {
    let cut = |cite| Evidence::cut(transcript, cite);
    for measure in &reading.measures.impossible {
        let instrument = &lexicon.instruments[measure.instrument];
        let [low, high] = instrument.range;
        findings.push(
            Finding::new(
                Severity::Blocking,
                "measure.range",
                format!(
                    "{} was heard as {}, which cannot be: its range is {low} to {high}; say or type the right value",
                    instrument.name, measure.value
                ),
            )
            .with(cut(&measure.cite)),
        );
    }
    let current: Vec<_> = reading
        .measures
        .scores
        .iter()
        .filter(|m| m.when == When::Current && !lexicon.instruments[m.instrument].reading)
        .collect();
    for (n, measure) in current.iter().enumerate() {
        let other = current[..n]
            .iter()
            .find(|m| m.instrument == measure.instrument && (m.value - measure.value).abs() > 0.01);
        if let Some(other) = other {
            findings.push(
                Finding::new(
                    Severity::Warning,
                    "measure.conflict",
                    format!(
                        "{} has two values for this session, {} and {}; say which is today's",
                        lexicon.instruments[measure.instrument].name, other.value, measure.value
                    ),
                )
                .with([&other.cite, &measure.cite].into_iter().filter_map(cut)),
            );
        }
    }
}

/// A fact of risk in words.
fn words(field: RiskField) -> &'static str {
    match field {
        RiskField::Si => "suicidal ideation (SI)",
        RiskField::Hi => "homicidal ideation (HI)",
        RiskField::Nssi => "self-injury",
        RiskField::Plan => "a plan",
        RiskField::Intent => "intent",
    }
}

/// The rules of EMDR's standard protocol: processing is complete with a SUD of 0 (1 where that is
/// ecological), a VOC of 7 (6) and a clear body scan; installation follows a SUD of 0 or 1
/// (Shapiro, *Eye Movement Desensitization and Reprocessing Therapy*, 3rd edition, 2018).
fn emdr(note: &DraftNote, findings: &mut Vec<Finding>) {
    let field = |name: &str| note.fields.get(name);
    let number = |name: &str| match field(name)?.value {
        Value::Whole(n) => Some(n as f64),
        Value::Number(n) => Some(n),
        _ => None,
    };
    let flag = |name: &str| match field(name)?.value {
        Value::Flag(yes) => Some(yes),
        _ => None,
    };
    let used = |id: &str| note.interventions.iter().any(|i| i.id == id && i.is_used());
    let mut warn = |code: &str, message: String, fields: &[&str]| {
        let evidence = fields.iter().filter_map(|name| field(name));
        findings.push(
            Finding::new(Severity::Warning, code, message)
                .with(evidence.flat_map(|f: &Field| f.evidence.iter().cloned())),
        );
    };
    let high_sud = number("sud_end").filter(|sud| *sud > 1.0);
    let low_voc = number("voc_end").filter(|voc| *voc < 6.0);
    if flag("complete") == Some(true) {
        let mut against = Vec::new();
        against.extend(high_sud.map(|sud| format!("the last SUD was {sud}")));
        against.extend(low_voc.map(|voc| format!("the last VOC was {voc}")));
        against.extend(
            (flag("body_scan_clear") == Some(false))
                .then(|| "the body scan was not clear".to_owned()),
        );
        if !against.is_empty() {
            warn(
                "emdr.complete",
                format!(
                    "the target was called complete, but {}; say which holds",
                    against.join(" and ")
                ),
                &["complete", "sud_end", "voc_end", "body_scan_clear"],
            );
        }
    } else if let Some(sud) = high_sud.filter(|_| used("emdr.installation")) {
        warn(
            "emdr.installation",
            format!(
                "installation was done with a SUD of {sud}; say whether that was meant, or the SUD before it"
            ),
            &["sud_end"],
        );
    }
    let contained = [
        "emdr.closure",
        "emdr.container",
        "emdr.calm_place",
        "skills.grounding",
        "skills.relaxation",
    ];
    if flag("complete") == Some(false) && !contained.into_iter().any(used) {
        warn(
            "emdr.closure",
            "the target was left unfinished and nothing was said of how the session was closed; say for example: closed with the container".to_owned(),
            &["complete"],
        );
    }
}
