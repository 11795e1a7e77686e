//! The facts of some evidence that are settled, in lines for the model: techniques and what became
//! of them, scores, risk. They come from the reading; the model only learns not to contradict them.

use crate::compose::Matter;
use crate::reading::Cite;
use crate::reading::interventions::Status;
use crate::reading::measures::When;
use crate::reading::risk::{RiskField, RiskStatus};

/// Most lines that are told.
const MOST: usize = 24;

/// The settled facts that stand on the cited words.
#[must_use]
pub fn facts<'a>(matter: Matter<'_>, said: impl IntoIterator<Item = &'a Cite>) -> Vec<String> {
    let said: Vec<&Cite> = said.into_iter().collect();
    let within = |cite: &Cite| {
        said.iter().any(|s| {
            s.utterance == cite.utterance
                && s.span.start < cite.span.end
                && cite.span.start < s.span.end
        })
    };
    let mut lines = Vec::new();
    for tag in matter.reading.tags.iter().filter(|t| within(&t.cite)) {
        let name = &matter.lexicon.interventions[tag.intervention].name;
        lines.push(format!("{name}: {}", became(tag.status)));
    }
    let scores = &matter.reading.measures.scores;
    for score in scores.iter().filter(|s| within(&s.cite)) {
        let name = &matter.lexicon.instruments[score.instrument].name;
        let when = match score.when {
            When::Current => "today",
            When::Prior => "earlier",
            When::Pre => "at the start",
            When::Post => "at the end",
        };
        lines.push(format!("{name}: {} ({when})", score.value));
    }
    for (field, said) in &matter.reading.risk.said {
        for (status, _) in said.iter().filter(|(_, cite)| within(cite)) {
            lines.push(format!("{}: {}", risk(*field), risk_status(*status)));
        }
    }
    let mut seen = Vec::new();
    lines.retain(|line| {
        let new = !seen.contains(line);
        seen.push(line.clone());
        new
    });
    lines.truncate(MOST);
    lines
}

fn became(status: Status) -> &'static str {
    match status {
        Status::Performed => "done today",
        Status::Attempted => "attempted today",
        Status::Reviewed => "reviewed today",
        Status::Assigned => "assigned",
        Status::Planned => "planned, not done",
        Status::Declined => "declined, not done",
        Status::Negated => "not done",
        Status::Historical => "done earlier, not today",
        Status::Hypothetical => "only talked of",
        Status::ClientUse => "used by the client",
        Status::OtherProvider => "done by another provider",
    }
}

/// A fact of risk in words.
fn risk(field: RiskField) -> &'static str {
    match field {
        RiskField::Si => "Suicidal ideation",
        RiskField::Hi => "Homicidal ideation",
        RiskField::Nssi => "Self-injury",
        RiskField::Plan => "Plan to act on it",
        RiskField::Intent => "Intent to act on it",
    }
}

fn risk_status(status: RiskStatus) -> &'static str {
    match status {
        RiskStatus::Denied => "denied",
        RiskStatus::Present => "present",
        RiskStatus::Passive => "passive",
        RiskStatus::Active => "active",
    }
}
