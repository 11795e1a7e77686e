//! From a reading to a draft note. The composer writes the statements; everything typed (scores,
//! risk, techniques, fields) comes from the reading alone, whatever composes. Does no I/O.

pub mod extractive;
pub mod facts;
pub mod grounding;
pub mod model;
pub mod salience;
pub mod tidy;

use crate::note::document::{ComposerInfo, DraftNote, SCHEMA, Section};
use crate::note::findings::{self, Finding};
use crate::note::format::NoteFormat;
use crate::reading::Reading;
use crate::reading::lexicon::Lexicon;
use crate::session::SessionDate;
use crate::transcript::document::Transcript;
use crate::transcript::script::Script;

/// What a note is composed from.
#[derive(Clone, Copy, Debug)]
pub struct Matter<'a> {
    /// The transcript, from which all evidence is cut.
    pub transcript: &'a Transcript,
    /// The transcript in sentences.
    pub script: &'a Script,
    /// What was read of it.
    pub reading: &'a Reading,
    /// The lexicon that the reading used.
    pub lexicon: &'a Lexicon,
    /// The format of the note.
    pub format: &'a NoteFormat,
    /// The day of the session, where it is known.
    pub date: Option<SessionDate>,
}

/// Writes the statements of a note.
pub trait Composer {
    /// Its name and version, as the note shows them.
    fn info(&self) -> ComposerInfo;

    /// The format's sections in order, each statement with its evidence. Every clinically
    /// meaningful word of the transcript lands in one of them.
    fn sections(&mut self, matter: Matter<'_>) -> Composed;
}

/// What a composer wrote.
#[derive(Clone, Debug)]
pub struct Composed {
    /// The format's sections in order.
    pub sections: Vec<Section>,
    /// What a person should know of how they came about.
    pub findings: Vec<Finding>,
}

/// Composes a draft note.
pub fn compose(matter: Matter<'_>, composer: &mut dyn Composer) -> DraftNote {
    let composed = composer.sections(matter);
    let mut note = DraftNote {
        schema: SCHEMA,
        format: matter.format.id.clone(),
        status: "draft",
        session: facts::session(matter),
        composer: composer.info(),
        transcript: Some(matter.transcript.clone()),
        sections: composed.sections,
        fields: facts::fields(matter),
        interventions: facts::interventions(matter),
        measures: facts::measures(matter),
        risk: facts::risk(matter),
        talk: facts::talk(matter),
        findings: Vec::new(),
    };
    note.findings = findings::check(
        &note,
        matter.format,
        matter.lexicon,
        matter.transcript,
        matter.reading,
    );
    note.add_findings(composed.findings);
    note
}
