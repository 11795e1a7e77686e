//! A note for a person to read in a terminal: headings, statements, techniques used, scores, risk
//! as said, and what to look at. Plain when piped, fitted to the terminal's width.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

use crate::note::document::{DraftNote, Intervention, Measure, RiskWordOr, Unsaid, Value};
use crate::note::findings::{Finding, Severity};
use crate::reading::facts::Telehealth;
use crate::reading::interventions::Status;
use crate::reading::measures::When;
use crate::reading::risk::RiskField;

const HEADING: Style = Style::new().bold();
const SOFT: Style = Style::new().dimmed();

/// Renders a note in lines of at most `width` columns, with ANSI styles.
#[must_use]
pub fn note(note: &DraftNote, heading: &str, width: usize) -> String {
    let mut page = Page {
        text: String::new(),
        width: width.clamp(40, 100),
    };
    page.head(note, heading);
    for section in note.sections.iter().filter(|s| !s.statements.is_empty()) {
        page.heading(&section.heading);
        for statement in &section.statements {
            page.item("", statement.text());
        }
    }
    if note.sections.iter().all(|s| s.statements.is_empty()) {
        page.heading("Nothing was said");
    }
    page.interventions(&note.interventions);
    page.fields(note);
    page.measures(&note.measures);
    page.risk(note);
    page.findings(&note.findings);
    page.text
}

/// Columns of the terminal that standard output is; 100 where it is none.
#[must_use]
pub fn terminal_width() -> usize {
    usize::from(
        console::Term::stdout()
            .size_checked()
            .map_or(100, |(_, columns)| columns),
    )
}

struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn head(&mut self, note: &DraftNote, heading: &str) {
        let session = &note.session;
        let mut parts = vec![heading.to_owned(), "DRAFT".to_owned()];
        parts.extend(session.date.map(|d| d.to_string()));
        if let (Some(start), Some(end)) = (session.start, session.end) {
            parts.push(format!("{start}-{end}"));
        }
        parts.extend(session.minutes.map(|m| format!("{m} minutes")));
        if let Some(telehealth) = &session.telehealth {
            parts.push(
                match telehealth.value {
                    Telehealth::AudioVideo => "by video",
                    Telehealth::AudioOnly => "by telephone",
                }
                .to_owned(),
            );
        }
        parts.extend(
            session
                .participants
                .iter()
                .map(|p| format!("with {}", p.value.as_str())),
        );
        parts.extend(session.cpt.iter().map(|c| format!("CPT {}", c.value)));
        parts.extend(session.icd10.iter().map(|c| c.value.clone()));
        let line = parts.join(" \u{b7} ");
        self.line(&format!("{HEADING}{line}{HEADING:#}"));
    }

    fn heading(&mut self, text: &str) {
        self.line("");
        self.line(&format!("{HEADING}{text}{HEADING:#}"));
    }

    /// A paragraph, indented by two columns, with a mark before its first line.
    fn item(&mut self, mark: &str, text: &str) {
        let first = format!("  {mark}");
        let rest = " ".repeat(2 + mark.chars().count());
        let options = textwrap::Options::new(self.width)
            .initial_indent(&first)
            .subsequent_indent(&rest);
        for line in textwrap::wrap(text, options) {
            self.line(line.trim_end());
        }
    }

    fn interventions(&mut self, all: &[Intervention]) {
        let used: Vec<_> = all.iter().filter(|i| i.is_used()).collect();
        if !used.is_empty() {
            self.heading("Interventions used");
        }
        for tag in used {
            let how = match tag.status {
                Status::Performed => "",
                Status::Attempted => " (attempted)",
                _ => " (reviewed)",
            };
            let quote = quote(tag);
            let mut line = format!("{}{how} \u{2014} \u{201c}{quote}\u{201d}", tag.name);
            for (what, said) in [("aim", &tag.goal), ("response", &tag.response)] {
                if let Some(said) = said
                    && !quote.contains(said.as_str())
                {
                    let _ = write!(line, "; {what}: \u{201c}{}\u{201d}", said.as_str());
                }
            }
            self.item("- ", &line);
        }
        let others: Vec<_> = all.iter().filter(|i| !i.is_used()).collect();
        if !others.is_empty() {
            self.heading("Spoken of, not used by you today");
        }
        for tag in others {
            let how = match tag.status {
                Status::Assigned => "assigned",
                Status::Planned => "planned",
                Status::Declined => "declined",
                Status::Negated => "left out",
                Status::Historical => "earlier",
                Status::Hypothetical => "only talked of",
                Status::ClientUse => "used by the client",
                Status::OtherProvider => "by another provider",
                Status::Performed | Status::Attempted | Status::Reviewed => "not by you",
            };
            self.item(
                "- ",
                &format!(
                    "{}: {how} \u{2014} \u{201c}{}\u{201d}",
                    tag.name,
                    quote(tag)
                ),
            );
        }
    }

    fn fields(&mut self, note: &DraftNote) {
        if note.fields.is_empty() {
            return;
        }
        self.heading("EMDR readings");
        for (name, field) in &note.fields {
            let value = match &field.value {
                Value::Whole(n) => n.to_string(),
                Value::Number(n) => n.to_string(),
                Value::Flag(true) => "yes".to_owned(),
                Value::Flag(false) => "no".to_owned(),
                Value::Text(text) => text.as_str().to_owned(),
                Value::List(items) => items
                    .iter()
                    .map(crate::session::Speech::as_str)
                    .collect::<Vec<_>>()
                    .join(", "),
            };
            self.item("- ", &format!("{}: {value}", field_name(name)));
        }
    }

    fn measures(&mut self, measures: &[Measure]) {
        if measures.is_empty() {
            return;
        }
        self.heading("Measures");
        for measure in measures {
            let value = match &measure.value {
                Value::Whole(n) => n.to_string(),
                Value::Number(n) => n.to_string(),
                _ => continue,
            };
            let when = match measure.when {
                When::Current => "",
                When::Prior => " (earlier)",
                When::Pre => " (at the start)",
                When::Post => " (at the end)",
            };
            let [low, high] = measure.range;
            self.item(
                "- ",
                &format!("{} {value}{when}, of {low} to {high}", measure.name),
            );
        }
    }

    fn risk(&mut self, note: &DraftNote) {
        self.heading("Risk as said");
        let risk = &note.risk;
        let mut line = String::new();
        for (field, fact) in [
            (RiskField::Si, &risk.si),
            (RiskField::Hi, &risk.hi),
            (RiskField::Nssi, &risk.nssi),
            (RiskField::Plan, &risk.plan),
            (RiskField::Intent, &risk.intent),
        ] {
            let _ = write!(line, "{}: {}. ", field.name(), said(&fact.status));
        }
        let _ = write!(line, "Level: {}.", said(&risk.level.status));
        self.item("", &line);
    }

    fn findings(&mut self, findings: &[Finding]) {
        if findings.is_empty() {
            return;
        }
        self.heading("To look at before signing");
        for finding in findings {
            let (mark, style) = match finding.severity {
                Severity::Blocking => ("must settle: ", AnsiColor::Red.on_default().bold()),
                Severity::Warning => ("", AnsiColor::Yellow.on_default()),
                Severity::Info => ("", SOFT),
            };
            let quotes: Vec<&str> = finding
                .evidence
                .iter()
                .map(|e| e.quote().as_str())
                .collect();
            let quoted = if quotes.is_empty() {
                String::new()
            } else {
                format!(
                    " \u{2014} \u{201c}{}\u{201d}",
                    quotes.join("\u{201d}, \u{201c}")
                )
            };
            let start = self.text.len();
            self.item("! ", &format!("{mark}{}{quoted}", finding.message));
            let lines = self.text.split_off(start);
            let _ = writeln!(self.text, "{style}{}{style:#}", lines.trim_end());
        }
    }
}

fn quote(tag: &Intervention) -> &str {
    tag.evidence.first().map_or("", |e| e.quote().as_str())
}

/// A field's name in words.
fn field_name(name: &str) -> String {
    let words = name.replace('_', " ");
    words
        .replace("sud ", "SUD ")
        .replace("voc ", "VOC ")
        .replace("bls ", "BLS ")
}

fn said<T: serde::Serialize>(status: &RiskWordOr<T>) -> String {
    match status {
        RiskWordOr::Unsaid(Unsaid::NotAssessed) => "not assessed".to_owned(),
        RiskWordOr::Unsaid(Unsaid::NotStated) => "not stated".to_owned(),
        RiskWordOr::Said(status) => match serde_json::to_value(status) {
            Ok(serde_json::Value::String(word)) => word,
            _ => String::new(),
        },
    }
}
