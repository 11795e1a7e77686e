//! The checker against the tables of `tests/cases/grounding`, and what holds on any text.

use std::fmt::Write;

use super::words::Words;
use super::{Ground, Refusal, Said};
use crate::note::format::NoteFormat;
use crate::reading::lexicon::Lexicon;
use crate::session::{Mode, Speaker};

fn ground(mode: Mode) -> Ground<'static> {
    Ground {
        lexicon: Lexicon::embedded(),
        format: NoteFormat::named("soap").unwrap(),
        mode,
    }
}

/// A row's evidence: `d:` dictation, `s:` clinician, `c:` client in a session.
fn evidence(column: &str) -> (Mode, Vec<Said<'_>>) {
    let mut mode = Mode::Session;
    let said = column
        .split(" || ")
        .map(|part| {
            let (who, text) = part.split_at(2);
            let speaker = match who {
                "d:" => {
                    mode = Mode::Dictation;
                    Speaker::Clinician
                }
                "s:" => Speaker::Clinician,
                "c:" => Speaker::Client,
                _ => panic!("no speaker: {part}"),
            };
            Said {
                speaker,
                text: text.trim(),
            }
        })
        .collect();
    (mode, said)
}

fn judge(lists: &Words, column: &str, sentence: &str) -> Result<(), Refusal> {
    let (mode, said) = evidence(column);
    ground(mode).check_with(lists, sentence, &said)
}

#[test]
#[ignore = "a figure for tuning"]
fn figures() {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let lists = Words::read(&read("lexicon/grounding.toml")).unwrap();
    let quiet = std::env::var("QUIET").is_ok();
    for part in std::env::var("PART").unwrap_or("odd".into()).split(',') {
        let (mut out, mut refused, mut all) = (String::new(), 0, 0);
        for line in read(&format!("/tmp/pairs/honest-{part}.tsv")).lines() {
            let (said, told) = line.split_once('\t').unwrap();
            all += 1;
            if let Err(why) = judge(&lists, said, told) {
                refused += 1;
                let words: Vec<&str> = why.words().iter().map(|w| w.as_str()).collect();
                writeln!(out, "REFUSED {why} {words:?}\n   {said}\n   {told}").unwrap();
            }
        }
        let (mut passed, mut inventions) = (0, 0);
        for line in read(&format!("/tmp/pairs/invented-{part}.tsv")).lines() {
            let [kind, said, told] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!()
            };
            inventions += 1;
            match judge(&lists, said, told) {
                Ok(()) => {
                    passed += 1;
                    writeln!(out, "PASSED {kind}\n   {said}\n   {told}").unwrap();
                }
                Err(why) if std::env::var("WHY").is_ok() => {
                    let words: Vec<&str> = why.words().iter().map(|w| w.as_str()).collect();
                    writeln!(out, "ok {kind}: {why} {words:?}\n   {told}").unwrap();
                }
                Err(_) => {}
            }
        }
        if !quiet {
            println!("{out}");
        }
        println!(
            "{part}: inventions passed {passed} of {inventions}, honest refused {refused} of {all}"
        );
    }
}
