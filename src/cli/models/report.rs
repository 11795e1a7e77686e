//! What `notewright models` shows: tables that fit the terminal, whole lines elsewhere.

use std::fmt::Write as _;

use crate::models::catalog::Size;
use crate::models::recommend::{self, Machine, Recommendation};
use crate::models::store::{Checked, Installed, State, Survey, Verdict};
use crate::models::{Entry, Kind, ModelsError, Store};

/// Narrower columns of prose are harder to read than lines that the terminal breaks.
const NARROWEST: usize = 24;

/// All models by kind, with what is installed.
pub(super) fn list(store: &Store<'_>, width: Option<usize>) -> Result<String, ModelsError> {
    let survey = store.survey()?;
    let mut text = String::new();
    for (kind, title) in [
        (Kind::Whisper, "Speech recognisers"),
        (Kind::Vad, "Voice detectors"),
        (Kind::Llm, "Language models"),
    ] {
        let rows: Vec<[String; 5]> = store
            .catalog()
            .of_kind(kind)
            .map(|entry| row(entry, &survey))
            .collect();
        section(&mut text, title, &rows, width);
    }
    let own: Vec<[String; 5]> = survey
        .installed
        .iter()
        .filter(|model| !model.is_known)
        .map(own_row)
        .collect();
    if !own.is_empty() {
        section(&mut text, "Your own files", &own, width);
    }
    let free = survey
        .free_bytes
        .map_or(String::new(), |free| format!(", {} free", size(free)));
    let _ = writeln!(text, "Folder: {}{free}", store.folder().display());
    text.push_str("`notewright models recommend` says which suit this computer.\n");
    Ok(text)
}

/// What suits this computer, and why.
pub(super) fn recommend(
    store: &Store<'_>,
    machine: Machine,
    english_only: bool,
    width: Option<usize>,
) -> Result<String, ModelsError> {
    let installed = store.list()?;
    let mut text = format!(
        "This computer: {} of memory, {} of it free, {} physical cores.\n",
        size(machine.total_mib << 20),
        size(machine.available_mib << 20),
        machine.cores
    );
    let recogniser = recommend::recogniser(store.catalog(), machine, english_only);
    let language_model = recommend::language_model(store.catalog(), machine);
    for (title, found) in [
        ("To turn speech into text", recogniser),
        (
            "To help with wording (a note can be made without)",
            language_model,
        ),
    ] {
        let _ = write!(text, "\n{title}: {}", advice(store, &found, &installed));
    }
    text.push_str("\nThe times are estimates from the size of each model.\n");
    Ok(filled(&text, width))
}

/// What came of reading all models.
pub(super) fn checked(checked: &[Checked]) -> String {
    if checked.is_empty() {
        return "No models are installed: `notewright models recommend`\n".to_owned();
    }
    let longest = checked
        .iter()
        .map(|model| model.name.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for model in checked {
        let verdict = match &model.verdict {
            Verdict::Right => "right".to_owned(),
            Verdict::Damaged(why) => format!("DAMAGED: {why}"),
            Verdict::Unfamiliar(digest) => {
                format!("whole, but not in the catalog (sha256 {digest})")
            }
        };
        let _ = writeln!(text, "{:longest$}  {verdict}", model.name);
    }
    text
}

/// The text with its lines broken to the width, where there is one.
pub(super) fn filled(text: &str, width: Option<usize>) -> String {
    match width {
        Some(width) => text
            .split_inclusive('\n')
            .map(|line| textwrap::fill(line, width.max(NARROWEST)))
            .collect(),
        None => text.to_owned(),
    }
}

fn advice(store: &Store<'_>, found: &Recommendation<'_>, installed: &[Installed]) -> String {
    let Some(best) = found.best else {
        return format!("nothing.\n{}\n", found.reason);
    };
    let licence = store.catalog().licence_of(best);
    let mut text = format!("{}\n{}\n{}\n", best.name, best.good_for, found.reason);
    if licence.needs_acceptance {
        let _ = writeln!(
            text,
            "It has a licence to agree to: {}, {}",
            licence.title, licence.url
        );
    }
    if !found.smaller.is_empty() {
        let names: Vec<&str> = found
            .smaller
            .iter()
            .map(|entry| entry.name.as_str())
            .collect();
        let _ = writeln!(text, "Smaller: {}", names.join(", "));
    }
    if installed
        .iter()
        .any(|model| model.name == best.name && model.is_ready())
    {
        text.push_str("It is installed.\n");
    } else {
        let _ = writeln!(text, "Get it: notewright models pull {}", best.name);
    }
    text
}

fn row(entry: &Entry, survey: &Survey) -> [String; 5] {
    let here = if entry.is_bundled() {
        if survey.demo.is_some() {
            "comes with notewright"
        } else {
            "not in this copy"
        }
        .to_owned()
    } else {
        survey
            .installed
            .iter()
            .find(|model| model.name == entry.name)
            .map_or_else(
                || unfinished(entry, survey),
                |model| match model.state {
                    State::Ready(_) => "installed".to_owned(),
                    State::Faulty(_) => "damaged".to_owned(),
                },
            )
    };
    let bytes = match entry.size() {
        Some(Size::Exact(bytes)) => size(bytes),
        Some(Size::About(bytes)) => format!("about {}", size(bytes)),
        None => String::new(),
    };
    let memory = format!("uses {}", size(entry.memory_mib << 20));
    [
        entry.name.clone(),
        here,
        bytes,
        memory,
        entry.good_for.clone(),
    ]
}

fn unfinished(entry: &Entry, survey: &Survey) -> String {
    survey
        .unfinished
        .iter()
        .find(|part| part.name == entry.name)
        .map_or(String::new(), |part| {
            format!("unfinished, {}", size(part.bytes))
        })
}

fn own_row(model: &Installed) -> [String; 5] {
    let (here, what) = match &model.state {
        State::Ready(format) => ("installed", format!("A {}.", format.kind())),
        State::Faulty(why) => ("damaged", why.clone()),
    };
    [
        model.name.clone(),
        here.to_owned(),
        size(model.bytes),
        String::new(),
        what,
    ]
}

/// Writes a titled table: four columns as wide as they must be, the last as wide as it may.
fn section(text: &mut String, title: &str, rows: &[[String; 5]], width: Option<usize>) {
    let mut widths = [0; 4];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let [name, here, bytes, memory] = widths;
    // Two columns before the table and after each of its own.
    let left = 2 + widths
        .iter()
        .filter(|width| **width > 0)
        .map(|width| width + 2)
        .sum::<usize>();
    let _ = writeln!(text, "{title}");
    for row in rows {
        let mut line = format!("  {:name$}  ", row[0]);
        for (cell, width) in [(&row[1], here), (&row[2], bytes), (&row[3], memory)] {
            if width > 0 {
                let _ = write!(line, "{cell:width$}  ");
            }
        }
        match width {
            Some(width) if width >= left + NARROWEST => {
                let indent = " ".repeat(left);
                let options = textwrap::Options::new(width)
                    .initial_indent(&line)
                    .subsequent_indent(&indent);
                let _ = writeln!(text, "{}", textwrap::fill(&row[4], options));
            }
            Some(width) => {
                let options = textwrap::Options::new(width.max(NARROWEST))
                    .initial_indent("      ")
                    .subsequent_indent("      ");
                let _ = writeln!(
                    text,
                    "{}\n{}",
                    line.trim_end(),
                    textwrap::fill(&row[4], options)
                );
            }
            None => {
                let _ = writeln!(text, "{line}{}", row[4]);
            }
        }
    }
    text.push('\n');
}

/// A size for a person: whole MiB below 1 GiB, else GiB with one decimal.
fn size(bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    if bytes < 1024 * MIB {
        format!("{} MiB", bytes.div_ceil(MIB))
    } else {
        format!("{:.1} GiB", bytes as f64 / (1024 * MIB) as f64)
    }
}
