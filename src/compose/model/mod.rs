//! The composer that words a note with a local language model, section by section, from the plan of
//! the extractive one.
//!
//! Trusts nothing that comes back: an answer follows a grammar, each sentence must pass
//! `compose::grounding` with the words that it cites, and what a section's sentences do not carry
//! stays in the speaker's own words. Typed facts never come from here. Does no I/O: whatever writes
//! is an [`Author`].

mod account;
mod answer;
pub mod author;
mod budget;
mod carried;
pub mod grammar;
pub mod items;
mod judging;
pub mod prompt;
mod settled;
mod settling;
pub mod style;
mod writing;

pub use author::{Author, AuthorError, AuthorInfo, Role, Turn};
pub use style::Style;

use crate::compose::{Composed, Composer, Matter, extractive};
use crate::note::document::{ComposerInfo, Statement, WritingModel};
use crate::note::findings::Finding;
use crate::session::Speech;
use items::Item;
use prompt::Step;
use writing::Writing;

/// Words a note with a language model.
pub struct ModelComposer<'a> {
    author: &'a mut dyn Author,
    style: &'a Style,
    progress: &'a mut dyn FnMut(Wording<'_>),
}

/// What is being worded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wording<'a> {
    /// The heading of the section.
    pub heading: &'a str,
    /// Which section it is, counted from 1.
    pub section: usize,
    /// How many sections the note has.
    pub of: usize,
}

impl<'a> ModelComposer<'a> {
    /// A composer that writes with this author in this style, and tells `progress` of each section
    /// before it is worded.
    #[must_use]
    pub fn new(
        author: &'a mut dyn Author,
        style: &'a Style,
        progress: &'a mut dyn FnMut(Wording<'_>),
    ) -> Self {
        Self {
            author,
            style,
            progress,
        }
    }
}

impl Composer for ModelComposer<'_> {
    fn info(&self) -> ComposerInfo {
        info(&self.author.info())
    }

    fn sections(&mut self, matter: Matter<'_>) -> Composed {
        let mut sections = extractive::empty_sections(matter);
        let mut writing = Writing::open(self.author, matter, self.style);
        for (place, items) in items::plan(matter).into_iter().enumerate() {
            if !items.is_empty() {
                (self.progress)(Wording {
                    heading: &sections[place].heading,
                    section: place + 1,
                    of: sections.len(),
                });
            }
            sections[place].statements = writing.section(place, &items, Step::Compose);
        }
        Composed {
            sections,
            findings: writing.findings(),
        }
    }
}

/// What a note says of the model that worded it.
#[must_use]
pub fn info(author: &AuthorInfo) -> ComposerInfo {
    ComposerInfo {
        name: "model".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        model: Some(WritingModel {
            name: author.model.clone(),
            sha256: author.sha256.clone(),
        }),
    }
}

/// A section that was worded anew.
#[derive(Clone, Debug)]
pub struct Redrafted {
    /// Its statements.
    pub statements: Vec<Statement>,
    /// What a person should know of how they came about.
    pub findings: Vec<Finding>,
    /// Why the model stopped, where it did; the sentences that it did not get to are as before.
    pub failed: Option<AuthorError>,
}

/// Words the statements of one section anew, by a wish where there is one. A sentence that is not
/// carried by the words of the statements it takes the place of leaves them as they were.
pub fn redraft(
    author: &mut dyn Author,
    style: &Style,
    matter: Matter<'_>,
    section: usize,
    statements: &[Statement],
    instruction: Option<&str>,
) -> Redrafted {
    let mut writing = Writing::open(author, matter, style);
    let items: Vec<Item> = statements
        .iter()
        .filter_map(|statement| Item::of_statement(matter, statement))
        .collect();
    if items.len() < statements.len() {
        // A statement whose words are not in the transcript cannot be checked: nothing is touched.
        return Redrafted {
            statements: statements.to_vec(),
            findings: Vec::new(),
            failed: Some(AuthorError {
                cause: "a statement of this section cites words that are not in the transcript"
                    .to_owned(),
                hint: "draft the note again from its transcript".to_owned(),
                can_go_on: false,
            }),
        };
    }
    let instruction = instruction.map(items::shown);
    let step = Step::Redraft(instruction.as_ref().map(Speech::as_str));
    let statements = writing.section(section, &items, step);
    Redrafted {
        statements,
        failed: writing.failed().cloned(),
        findings: writing.findings(),
    }
}
