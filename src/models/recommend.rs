//! Which models fit this computer: by memory, by cores, and by how long a person would wait.
//!
//! The caller measures the computer. What does not fit is never recommended; when nothing fits,
//! nothing is.

use super::catalog::{Catalog, Cost, Entry, Kind};

/// What matters of a computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Memory in all, MiB.
    pub total_mib: u64,
    /// Memory that is free for programs just now, MiB.
    pub available_mib: u64,
    /// Physical cores; 0 counts as 1.
    pub cores: u32,
}

/// What was found for one kind of model.
#[derive(Clone, Debug)]
pub struct Recommendation<'c> {
    /// The best that fits, if any does.
    pub best: Option<&'c Entry>,
    /// Why this one, or why none, in one sentence.
    pub reason: String,
    /// The next smaller ones that fit and are no slower, best first, at most two.
    pub smaller: Vec<&'c Entry>,
}

/// Memory that the system and an open browser need beside the engine, MiB.
const KEPT_FREE_MIB: u64 = 1536;

/// Speech is recognised fast enough at half its length, by the catalog's estimate for the 30 s of
/// one window.
const WINDOW_WAIT_S: f32 = 15.0;

/// Tokens that a note costs a language model: transcript and instructions in, the note out.
/// Estimate for a dictation of two pages.
const NOTE_TOKENS: f32 = 3_500.0;

/// Multiplications a second of one core with quantised weights; estimate for a laptop with AVX2.
const CORE_FLOPS: f32 = 4.0e10;

/// A person waits this long for help with wording.
const NOTE_WAIT_S: f32 = 150.0;

/// The recogniser for this computer.
#[must_use]
pub fn recogniser(catalog: &Catalog, machine: Machine, english_only: bool) -> Recommendation<'_> {
    recommend(catalog, Kind::Whisper, machine, |entry| {
        // A model for English alone hears English better at the same size.
        english_only || !entry.english_only
    })
}

/// The language model for this computer.
#[must_use]
pub fn language_model(catalog: &Catalog, machine: Machine) -> Recommendation<'_> {
    recommend(catalog, Kind::Llm, machine, |_| true)
}

/// The best model that has room now and needs less than `needed_mib`.
#[must_use]
pub fn below(catalog: &Catalog, kind: Kind, machine: Machine, needed_mib: u64) -> Option<&Entry> {
    catalog
        .of_kind(kind)
        .filter(|entry| entry.quality > 0 && fits(entry, machine))
        .filter(|entry| entry.memory_mib < needed_mib)
        .max_by_key(|entry| entry.quality)
}

fn recommend(
    catalog: &Catalog,
    kind: Kind,
    machine: Machine,
    suits: impl Fn(&Entry) -> bool,
) -> Recommendation<'_> {
    let mut fitting: Vec<&Entry> = catalog
        .of_kind(kind)
        .filter(|entry| entry.quality > 0 && suits(entry) && fits(entry, machine))
        .collect();
    fitting.sort_by_key(|entry| std::cmp::Reverse(entry.quality));
    let Some(&lightest) = fitting
        .iter()
        .min_by(|a, b| seconds(a, 1).total_cmp(&seconds(b, 1)))
    else {
        return Recommendation {
            best: None,
            reason: why_none(kind, machine),
            smaller: Vec::new(),
        };
    };
    let quick = |entry: &&&Entry| seconds(entry, machine.cores) <= patience(entry);
    let best = fitting.iter().find(quick).copied().unwrap_or(lightest);
    let smaller = fitting
        .iter()
        .filter(|entry| entry.quality < best.quality && entry.memory_mib < best.memory_mib)
        .filter(|entry| seconds(entry, 1) <= seconds(best, 1))
        .take(2)
        .copied()
        .collect();
    Recommendation {
        best: Some(best),
        reason: why(best, machine),
        smaller,
    }
}

/// Whether a model's memory is there now, and would be on a day with the usual programs open.
fn fits(entry: &Entry, machine: Machine) -> bool {
    entry.memory_mib <= machine.available_mib
        && entry.memory_mib + KEPT_FREE_MIB <= machine.total_mib
}

/// Estimated seconds for a window of speech, or for a note.
fn seconds(entry: &Entry, cores: u32) -> f32 {
    let cores = cores.max(1) as f32;
    match entry.cost {
        Cost::SpeechWindow(cpu_seconds) => cpu_seconds / cores,
        Cost::ActiveParameters(millions) => {
            // Two operations a parameter and token.
            NOTE_TOKENS * 2.0 * millions as f32 * 1.0e6 / CORE_FLOPS / cores
        }
        Cost::Slight => 0.0,
    }
}

fn patience(entry: &Entry) -> f32 {
    match entry.cost {
        Cost::SpeechWindow(_) => WINDOW_WAIT_S,
        Cost::ActiveParameters(_) | Cost::Slight => NOTE_WAIT_S,
    }
}

fn why(entry: &Entry, machine: Machine) -> String {
    let cores = machine.cores.max(1);
    let takes = seconds(entry, cores);
    let core_word = if cores == 1 { "core" } else { "cores" };
    let memory = format!(
        "it needs about {} MiB of the {} MiB that are free",
        entry.memory_mib, machine.available_mib
    );
    match entry.cost {
        Cost::SpeechWindow(_) if takes <= WINDOW_WAIT_S => format!(
            "The best that keeps up with you: {memory}, and with {cores} {core_word} a minute of speech takes roughly {}.",
            in_words(takes * 2.0)
        ),
        Cost::SpeechWindow(_) => format!(
            "The quickest that fits, though slow here: {memory}, and with {cores} {core_word} a minute of speech takes roughly {}.",
            in_words(takes * 2.0)
        ),
        _ if takes <= NOTE_WAIT_S => format!(
            "The best within a short wait: {memory}, and with {cores} {core_word} a note takes roughly {}.",
            in_words(takes)
        ),
        _ => format!(
            "The quickest that fits, though slow here: {memory}, and with {cores} {core_word} a note takes roughly {}.",
            in_words(takes)
        ),
    }
}

fn why_none(kind: Kind, machine: Machine) -> String {
    format!(
        "No {kind} fits into {} MiB of free memory (of {} MiB in all): close other programs and ask again.",
        machine.available_mib, machine.total_mib
    )
}

fn in_words(seconds: f32) -> String {
    if seconds < 90.0 {
        format!("{:.0} s", seconds.max(1.0))
    } else {
        format!("{:.0} minutes", seconds / 60.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn machine(total_mib: u64, available_mib: u64, cores: u32) -> Machine {
        Machine {
            total_mib,
            available_mib,
            cores,
        }
    }

    #[test]
    fn a_smaller_model_has_room_and_needs_less() {
        let machine = machine(8192, 3000, 4);
        for kind in [Kind::Llm, Kind::Whisper] {
            let entry = below(Catalog::builtin(), kind, machine, 2500).unwrap();
            assert!(entry.memory_mib < 2500);
            assert_eq!(
                below(Catalog::builtin(), kind, machine, 0).map(|e| &e.name),
                None
            );
        }
    }

    #[test]
    fn recogniser_follows_memory_cores_and_language() {
        for (total, available, cores, english, expected) in [
            (512, 200, 1, true, None),
            (2048, 400, 1, true, Some("base.en")),
            (4096, 2000, 1, true, Some("base.en")),
            (4096, 2000, 2, true, Some("small.en")),
            (4096, 2000, 2, false, Some("small")),
            (8192, 5000, 4, true, Some("small.en")),
            (16_384, 12_000, 8, true, Some("medium-q5_0")),
            (32_768, 28_000, 12, true, Some("large-v3-turbo-q8_0")),
            (65_536, 60_000, 24, false, Some("large-v3-q5_0")),
            (16_384, 300, 8, true, Some("tiny.en")),
        ] {
            let found = recogniser(
                Catalog::builtin(),
                machine(total, available, cores),
                english,
            );
            assert_eq!(
                found.best.map(|entry| entry.name.as_str()),
                expected,
                "{total} {available} {cores} {english}: {}",
                found.reason
            );
        }
    }

    #[test]
    fn language_model_follows_memory_and_cores() {
        for (total, available, cores, expected) in [
            (2048, 1000, 2, None),
            (4096, 2500, 2, Some("llama-3.2-1b-instruct")),
            (8192, 3500, 2, Some("llama-3.2-1b-instruct")),
            (8192, 3500, 4, Some("granite-4.0-micro")),
            (16_384, 12_000, 2, Some("granite-4.0-h-tiny")),
            (16_384, 12_000, 8, Some("qwen3-4b-instruct-2507-q8")),
            (32_768, 28_000, 8, Some("qwen3-4b-instruct-2507-q8")),
            (32_768, 28_000, 16, Some("gemma-3-12b-it")),
        ] {
            let found = language_model(Catalog::builtin(), machine(total, available, cores));
            assert_eq!(
                found.best.map(|entry| entry.name.as_str()),
                expected,
                "{total} {available} {cores}: {}",
                found.reason
            );
        }
    }

    #[test]
    fn faster_quantisation_wins_over_a_smaller_file() {
        let found = recogniser(Catalog::builtin(), machine(8192, 4000, 2), true);
        assert_eq!(found.best.unwrap().name, "small.en");
        assert_eq!(
            found.smaller[0].name, "base.en",
            "small.en-q5_1 is smaller, and slower"
        );
        assert!(
            found.reason.contains("2 cores") && found.reason.ends_with("s."),
            "{}",
            found.reason
        );
    }

    proptest! {
        #[test]
        fn what_does_not_fit_is_never_recommended(
            total in 0_u64..70_000, free in 0_u64..70_000, cores in 0_u32..64, english: bool,
        ) {
            let machine = machine(total, free.min(total), cores);
            let catalog = Catalog::builtin();
            for found in [recogniser(catalog, machine, english), language_model(catalog, machine)] {
                for entry in found.best.iter().chain(&found.smaller) {
                    prop_assert!(entry.memory_mib <= machine.available_mib);
                    prop_assert!(entry.memory_mib + KEPT_FREE_MIB <= machine.total_mib);
                    prop_assert!(!entry.is_bundled());
                }
                prop_assert!(found.reason.ends_with('.'));
            }
        }
    }
}
