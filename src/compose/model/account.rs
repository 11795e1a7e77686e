//! What happened while a note was worded, told as findings: nothing falls back in silence.

use std::collections::BTreeSet;

use crate::compose::model::author::AuthorError;
use crate::note::document::Evidence;
use crate::note::findings::{Finding, Severity};

/// What happened.
#[derive(Debug, Default)]
pub(super) struct Account {
    /// The first failure of the author.
    pub(super) failed: Option<AuthorError>,
    /// How often it failed.
    pub(super) failures: usize,
    /// Headings of sections that are not, or not wholly, worded by the model because it failed.
    pub(super) fell: Vec<String>,
    replaced: Vec<Replaced>,
    kept: usize,
    in_parts: Vec<InParts>,
    too_long: Vec<Evidence>,
}

#[derive(Debug)]
struct Replaced {
    heading: String,
    sentences: usize,
    whys: BTreeSet<String>,
    evidence: Vec<Evidence>,
}

#[derive(Debug)]
struct InParts {
    heading: String,
    items: usize,
    parts: usize,
    groups: usize,
}

impl Account {
    /// The author failed while it wrote this section.
    pub(super) fn fail(&mut self, error: AuthorError) {
        self.failures += 1;
        self.failed.get_or_insert(error);
    }

    /// A section, or a part of it, stays as it is because the author failed.
    pub(super) fn fall(&mut self, heading: &str) {
        if !self.fell.iter().any(|known| known == heading) {
            self.fell.push(heading.to_owned());
        }
    }

    /// A sentence was not carried by its evidence, twice, and others stand in its place.
    pub(super) fn replace(&mut self, heading: &str, why: &str, evidence: Vec<Evidence>) {
        let place = self.replaced.iter().position(|r| r.heading == heading);
        let place = place.unwrap_or_else(|| {
            self.replaced.push(Replaced {
                heading: heading.to_owned(),
                sentences: 0,
                whys: BTreeSet::new(),
                evidence: Vec::new(),
            });
            self.replaced.len() - 1
        });
        let replaced = &mut self.replaced[place];
        replaced.sentences += 1;
        replaced.whys.insert(why.trim_end_matches('.').to_owned());
        for one in evidence {
            if !replaced.evidence.contains(&one) {
                replaced.evidence.push(one);
            }
        }
    }

    /// Something that was said is in no sentence of the model and stays as it is.
    pub(super) fn keep(&mut self) {
        self.kept += 1;
    }

    /// A section was written in parts and joined in so many groups.
    pub(super) fn in_parts(&mut self, heading: &str, items: usize, parts: usize, groups: usize) {
        self.in_parts.push(InParts {
            heading: heading.to_owned(),
            items,
            parts,
            groups,
        });
    }

    /// Words that do not fit the model's context by themselves.
    pub(super) fn too_long(&mut self, evidence: Vec<Evidence>) {
        self.too_long.extend(evidence);
    }

    /// The findings, one for each kind of thing that happened; for refused sentences one a section.
    pub(super) fn findings(self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Some(error) = self.failed {
            let what = if self.fell.is_empty() {
                "some sentences were not asked for again".to_owned()
            } else {
                format!(
                    "in {} the speaker's own words stand where it did not get to",
                    self.fell.join(", ")
                )
            };
            findings.push(Finding::new(
                Severity::Warning,
                "composer.failed",
                format!(
                    "the language model did not finish: {}; {what}. To mend it: {}",
                    error.cause, error.hint
                ),
            ));
        }
        for replaced in self.replaced {
            let whys: Vec<String> = replaced.whys.into_iter().collect();
            findings.push(
                Finding::new(
                    Severity::Info,
                    "composer.replaced",
                    format!(
                        "{}: {} of the language model {} not carried by what was said ({}) and {} left out; what was said on it stands",
                        replaced.heading,
                        count(replaced.sentences, "sentence"),
                        was(replaced.sentences),
                        whys.join("; "),
                        was(replaced.sentences),
                    ),
                )
                .with(replaced.evidence),
            );
        }
        if self.kept > 0 {
            findings.push(Finding::new(
                Severity::Info,
                "composer.kept",
                format!(
                    "the language model left out {}; {} in the words said",
                    count(self.kept, "thing"),
                    if self.kept == 1 {
                        "it stands"
                    } else {
                        "they stand"
                    }
                ),
            ));
        }
        for section in self.in_parts {
            let joined = match section.groups {
                0 => "set one after the other".to_owned(),
                1 => "joined".to_owned(),
                n => format!("joined in {n} groups of neighbours"),
            };
            findings.push(Finding::new(
                Severity::Info,
                "composer.parts",
                format!(
                    "{}: {} did not fit the language model's context at once; the section was written in {} parts and {joined}",
                    section.heading,
                    count(section.items, "piece") + " of evidence",
                    section.parts
                ),
            ));
        }
        if !self.too_long.is_empty() {
            findings.push(
                Finding::new(
                    Severity::Info,
                    "composer.too_long",
                    "some speech is longer than the language model can read at once; it stands in the words said",
                )
                .with(self.too_long),
            );
        }
        findings
    }
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn was(n: usize) -> &'static str {
    if n == 1 { "was" } else { "were" }
}
