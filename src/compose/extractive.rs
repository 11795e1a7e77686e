//! The composer that needs no model: the speaker's own sentences, tidied, each in its section.

use crate::compose::{Composed, Composer, Matter, salience, tidy};
use crate::note::document::{ComposerInfo, Evidence, Section, Statement};
use crate::reading::routing::Kind;
use crate::reading::{Cite, ReadClause};
use crate::session::{Mode, Speaker};

/// Puts the speaker's own words into sections.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extractive;

/// A stretch of one sentence that belongs to one section.
#[derive(Clone, Debug)]
pub struct Run {
    /// Place of its utterance in the script.
    pub utterance: usize,
    /// Place of its sentence in the utterance.
    pub sentence: usize,
    /// Its words.
    pub words: std::ops::Range<usize>,
    /// Place of its section in the format.
    pub section: usize,
}

impl Composer for Extractive {
    fn info(&self) -> ComposerInfo {
        ComposerInfo {
            name: "extractive".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            model: None,
        }
    }

    fn sections(&mut self, matter: Matter<'_>) -> Composed {
        let mut sections = empty_sections(matter);
        for run in runs(matter) {
            if let Some(statement) = statement(matter, &run) {
                sections[run.section].statements.push(statement);
            }
        }
        Composed {
            sections,
            findings: Vec::new(),
        }
    }
}

/// The format's sections with nothing in them.
#[must_use]
pub fn empty_sections(matter: Matter<'_>) -> Vec<Section> {
    matter
        .format
        .sections
        .iter()
        .map(|s| Section {
            id: s.id.clone(),
            heading: s.heading.clone(),
            statements: Vec::new(),
        })
        .collect()
}

/// What the note rests on: the clauses in order, joined where a sentence stays in one section.
#[must_use]
pub fn runs(matter: Matter<'_>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let session = (matter.script.mode == Mode::Session).then(|| salience::sections(matter));
    for read in &matter.reading.clauses {
        let section = match &session {
            Some(sections) => sections.get(&read.clause.utterance).copied(),
            None => section(matter, read),
        };
        let Some(section) = section else {
            continue;
        };
        let clause = &read.clause;
        match runs.last_mut() {
            Some(run)
                if run.utterance == clause.utterance
                    && run.sentence == clause.sentence
                    && run.section == section
                    && run.words.end == clause.words.start =>
            {
                run.words.end = clause.words.end;
            }
            _ => runs.push(Run {
                utterance: clause.utterance,
                sentence: clause.sentence,
                words: clause.words.clone(),
                section,
            }),
        }
    }
    runs
}

/// The section of a clause: the spoken one, or the one that its kind belongs to.
fn section(matter: Matter<'_>, read: &ReadClause) -> Option<usize> {
    if read.kind == Kind::Frame {
        return None;
    }
    read.place()
        .or_else(|| matter.format.route(read.kind, read.phase))
}

/// The words of a run, tidied; empty where nothing but fillers was said.
#[must_use]
pub fn text(matter: Matter<'_>, run: &Run) -> String {
    let utterance = &matter.script.utterances[run.utterance];
    let question = utterance
        .sentences
        .get(run.sentence)
        .is_some_and(|s| s.question && s.words.end == run.words.end);
    tidy::sentence(utterance, &run.words, question)
}

/// The words of a run as a statement.
#[must_use]
pub fn statement(matter: Matter<'_>, run: &Run) -> Option<Statement> {
    let utterance = &matter.script.utterances[run.utterance];
    let mut text = text(matter, run);
    if matter.script.mode == Mode::Session && !text.is_empty() {
        let who = match utterance.speaker {
            Speaker::Clinician => "Clinician",
            Speaker::Client => "Client",
            Speaker::Client2 => "Second client",
            Speaker::Collateral => "Collateral",
            Speaker::Unknown => "Speaker",
        };
        text = format!("{who}: \u{201c}{text}\u{201d}");
    }
    let cite = Cite::of(run.utterance, utterance.span(&run.words));
    Statement::spoken(
        text,
        Evidence::cut(matter.transcript, &cite)
            .into_iter()
            .collect(),
    )
}
