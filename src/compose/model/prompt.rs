//! The prompts: templates of `prompts/`, the opening that all sections of a note share, and the
//! step that is asked for.

use std::sync::OnceLock;

use minijinja::{Environment, UndefinedBehavior, Value, context};
use serde::Deserialize;

use crate::compose::model::author::{AuthorError, Role, Turn};
use crate::compose::model::items::Item;
use crate::compose::model::style::Style;
use crate::note::format::{NoteFormat, SectionFormat};
use crate::session::{Mode, Speech};

const TEMPLATES: &[(&str, &str)] = &[
    ("system", include_str!("../../../prompts/system.md")),
    ("compose", include_str!("../../../prompts/compose.md")),
    ("again", include_str!("../../../prompts/again.md")),
    ("join", include_str!("../../../prompts/join.md")),
    ("redraft", include_str!("../../../prompts/redraft.md")),
];
const EXAMPLES: &str = include_str!("../../../prompts/examples.toml");

/// A sentence that did not stand.
#[derive(Clone, Debug)]
pub struct Wrong {
    /// The sentence.
    pub text: Speech,
    /// The numbers that it cites.
    pub ids: String,
    /// Why it does not stand.
    pub why: String,
}

/// What a section is asked for with.
#[derive(Clone, Copy, Debug)]
pub struct Task<'a> {
    /// The section.
    pub section: &'a SectionFormat,
    /// Facts of it that are settled, each in a line.
    pub facts: &'a [String],
    /// The part of the section and of how many, where it is written in parts.
    pub part: Option<(usize, usize)>,
    /// What is to be done.
    pub step: Step<'a>,
}

/// What is to be done with the evidence.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// Write it up.
    Compose,
    /// Join sentences of several parts.
    Join,
    /// Word sentences anew, by a wish where there is one.
    Redraft(Option<&'a str>),
}

/// The invented examples of `prompts/examples.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Examples {
    example: Vec<Example>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    section: String,
    tells: String,
    facts: Vec<String>,
    evidence: Vec<(String, String)>,
    answer: Vec<(Vec<usize>, String)>,
}

/// The templates, read once.
///
/// # Panics
/// Never: a test reads the embedded files.
fn templates() -> &'static (Environment<'static>, Examples) {
    static READ: OnceLock<(Environment<'static>, Examples)> = OnceLock::new();
    READ.get_or_init(|| read().expect("the embedded prompts are well formed"))
}

fn read() -> Result<(Environment<'static>, Examples), String> {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, text) in TEMPLATES {
        templates
            .add_template(name, text)
            .map_err(|error| format!("prompts/{name}.md: {error}"))?;
    }
    let examples =
        toml::from_str(EXAMPLES).map_err(|error| format!("prompts/examples.toml: {error}"))?;
    Ok((templates, examples))
}

/// A template with its variables filled in. An error names the template and never a variable's
/// content.
fn render(name: &str, variables: Value) -> Result<Speech, AuthorError> {
    templates()
        .0
        .get_template(name)
        .and_then(|template| template.render(variables))
        .map(Speech::from)
        .map_err(|error| AuthorError {
            cause: format!(
                "the prompt prompts/{name}.md cannot be filled in ({:?})",
                error.kind()
            ),
            hint: "this is a fault in the prompt, not in the text; report it".to_owned(),
            can_go_on: false,
        })
}

/// The turns that open every prompt of a note: the rules, the style and, where there is room for
/// them, the examples.
///
/// # Errors
/// When a template cannot be filled in.
pub fn opening(
    format: &NoteFormat,
    mode: Mode,
    style: &Style,
    with_examples: bool,
) -> Result<Vec<Turn>, AuthorError> {
    let sections: Vec<&str> = format.sections.iter().map(|s| s.heading.as_str()).collect();
    let rules = render(
        "system",
        context! {
            format => format!("{}: {}", format.name, sections.join(", ")),
            mode => match mode {
                Mode::Dictation => "dictation by the clinician",
                Mode::Session => "recorded session",
            },
            style => style.lines(),
        },
    )?;
    let mut turns = vec![Turn::new(Role::System, rules)];
    if with_examples {
        for example in &templates().1.example {
            turns.push(Turn::new(Role::User, asked(example)?));
            turns.push(Turn::new(Role::Assistant, answered(example)));
        }
    }
    Ok(turns)
}

fn asked(example: &Example) -> Result<Speech, AuthorError> {
    let evidence: Vec<_> = example
        .evidence
        .iter()
        .enumerate()
        .map(|(n, (who, text))| context! { id => n + 1, who => who, text => text })
        .collect();
    render(
        "compose",
        context! {
            section => &example.section,
            tells => &example.tells,
            facts => example.facts.clone(),
            part => (),
            parts => (),
            evidence => evidence,
        },
    )
}

fn answered(example: &Example) -> String {
    let lines: Vec<String> = example
        .answer
        .iter()
        .map(|(ids, text)| {
            let ids: Vec<String> = ids.iter().map(usize::to_string).collect();
            format!("{{\"e\":[{}],\"s\":\"{text}\"}}", ids.join(","))
        })
        .collect();
    lines.join("\n")
}

/// Numbered evidence as a template shows it.
fn evidence<'a>(items: impl IntoIterator<Item = (usize, &'a Item)>) -> Vec<Value> {
    items
        .into_iter()
        .map(|(id, item)| {
            context! { id, who => item.who.as_str(), text => item.shown.as_str() }
        })
        .collect()
}

/// The turn that asks for a step on numbered items.
///
/// # Errors
/// When the template cannot be filled in.
pub fn step<'a>(
    task: &Task<'_>,
    items: impl IntoIterator<Item = (usize, &'a Item)>,
) -> Result<Turn, AuthorError> {
    let (section, tells) = (&task.section.heading, &task.section.tells);
    let evidence = evidence(items);
    let text = match task.step {
        Step::Compose => render(
            "compose",
            context! {
                section, tells, evidence,
                facts => task.facts.to_vec(),
                part => task.part.map(|(part, _)| part),
                parts => task.part.map(|(_, parts)| parts),
            },
        ),
        Step::Join => render("join", context! { section, tells, evidence }),
        Step::Redraft(instruction) => render(
            "redraft",
            context! { section, tells, evidence, instruction, facts => task.facts.to_vec() },
        ),
    }?;
    Ok(Turn::new(Role::User, text))
}

/// The turn that asks once more for sentences that did not stand.
///
/// # Errors
/// When the template cannot be filled in.
pub fn again<'a>(
    task: &Task<'_>,
    items: impl IntoIterator<Item = (usize, &'a Item)>,
    refused: &[Wrong],
) -> Result<Turn, AuthorError> {
    let evidence = evidence(items);
    let text = render(
        "again",
        context! {
            section => &task.section.heading,
            tells => &task.section.tells,
            evidence,
            refused => refused
                .iter()
                .map(|wrong| context! { text => wrong.text.as_str(), ids => &wrong.ids, why => &wrong.why })
                .collect::<Vec<_>>(),
        },
    )?;
    Ok(Turn::new(Role::User, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_prompts_are_well_formed() {
        if let Err(error) = read() {
            panic!("{error}");
        }
    }

    #[test]
    fn every_example_cites_what_it_shows() {
        for example in &templates().1.example {
            for (ids, _) in &example.answer {
                assert!(
                    ids.iter()
                        .all(|id| (1..=example.evidence.len()).contains(id))
                );
            }
        }
    }

    #[test]
    fn an_unknown_variable_is_an_error() {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.add_template("x", "{{ sectoin }}").unwrap();
        let template = templates.get_template("x").unwrap();
        assert!(template.render(context! { section => "Plan" }).is_err());
        let error = render("join", context! { section => "Plan" }).unwrap_err();
        assert!(error.cause.contains("prompts/join.md"), "{error}");
    }
}
