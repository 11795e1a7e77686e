//! `notewright interventions`: what the lexicon holds, for a person.

use std::process::ExitCode;

use clap::Args;

use crate::cli::failure::Failure;
use crate::reading::lexicon::{Intervention, Lexicon};

/// Show the interventions that are recognised, or those that match a word.
#[derive(Debug, Args)]
pub struct InterventionsArgs {
    /// A word of the id, the name or the phrases.
    query: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// When nothing matches.
pub fn run(args: &InterventionsArgs) -> Result<ExitCode, Failure> {
    let lexicon = Lexicon::embedded();
    let query = args.query.as_deref().unwrap_or("").to_lowercase();
    let found: Vec<&Intervention> = lexicon
        .interventions
        .iter()
        .filter(|entry| matches(entry, &query))
        .collect();
    if found.is_empty() {
        return Err(Failure::new(format!("no intervention matches `{query}`"))
            .hint("`notewright interventions` lists them all"));
    }
    let detailed = found.len() <= 5 && !query.is_empty();
    for entry in found {
        anstream::println!(
            "{:<34} {} ({})",
            entry.id,
            entry.name,
            entry.levels.join(", ")
        );
        if detailed {
            phrases("called", &entry.terms);
            phrases("called, beside a verb of doing", &entry.weak);
            phrases("said as an act", &entry.acts);
            phrases("done aloud in a session", &entry.talk);
            phrases("never counted", &entry.traps);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn matches(entry: &Intervention, query: &str) -> bool {
    let fields = [&entry.id, &entry.name];
    fields
        .into_iter()
        .chain(&entry.terms)
        .chain(&entry.weak)
        .any(|f| f.to_lowercase().contains(query))
}

fn phrases(what: &str, list: &[String]) {
    if !list.is_empty() {
        anstream::println!("    {what}: {}", list.join("; "));
    }
}
