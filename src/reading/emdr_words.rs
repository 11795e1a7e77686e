//! The phrases of `emdr.toml`: what the fields of an EMDR session are called aloud. Reads the file,
//! strictly; matches nothing itself.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::reading::lexicon::{self, LexiconError};
use crate::transcript::phrase::{Classes, Phrasebook};

const FILE: &str = "emdr.toml";

/// What a phrase of `emdr.toml` tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    Lead(&'static str),
    TargetAfter,
    TargetAgain,
    Scan,
    ScanNothing,
    ScanSomething,
    ScanUndone,
    CompleteAloud,
    End,
    Bls,
    Sets,
    Clear,
    Residual,
    Complete,
    Incomplete,
    Feeling,
    Body,
    /// Words that a place in the body follows.
    Sensed,
    /// Takes back a text, anywhere or only behind a comma.
    Mended,
    MendedBehind,
    /// What stands between that and the new text.
    Bridge,
    /// A reading without its name.
    Level,
    /// Words of disturbance.
    OfSud,
    /// Words of the target.
    OfTarget,
    /// Words of the work on the target.
    OfWork,
    /// Words of the installation.
    OfInstalling,
    /// Words of belief.
    OfVoc,
    /// Words of something else that is counted.
    OfNeither,
    /// What may follow a reading.
    AfterLevel,
}

/// The phrases of `emdr.toml`, ready to match.
#[derive(Debug)]
pub struct EmdrWords {
    pub(super) book: Phrasebook<Part>,
    /// The phrases of readings without a name.
    pub(super) levels: Phrasebook<Part>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    target: Target,
    negative_cognition: Lead,
    positive_cognition: Lead,
    image: Lead,
    emotions: Lead,
    body_location: Lead,
    end: Words,
    bls: Names,
    feelings: Names,
    body: Body,
    mended: Mended,
    sets: Unit,
    scan: Scan,
    session: Session,
    level: Level,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Level {
    told: Vec<String>,
    sud: Vec<String>,
    target: Vec<String>,
    work: Vec<String>,
    installed: Vec<String>,
    voc: Vec<String>,
    neither: Vec<String>,
    after: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    lead: Vec<String>,
    after: Vec<String>,
    again: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lead {
    lead: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    names: Vec<String>,
    sensed: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mended {
    anywhere: Vec<String>,
    behind: Vec<String>,
    bridge: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unit {
    unit: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scan {
    clear: Vec<String>,
    residual: Vec<String>,
    named: Vec<String>,
    nothing: Vec<String>,
    something: Vec<String>,
    undone: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Session {
    complete: Vec<String>,
    incomplete: Vec<String>,
    told: Vec<String>,
}

impl EmdrWords {
    /// The phrases that ship with the program.
    ///
    /// # Panics
    /// Never: a test reads the embedded file.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static WORDS: OnceLock<EmdrWords> = OnceLock::new();
        WORDS.get_or_init(|| {
            Self::read(include_str!("../../lexicon/emdr.toml")).expect("emdr.toml is well formed")
        })
    }

    /// Reads the phrases from the text of `emdr.toml`.
    ///
    /// # Errors
    /// Names the line of what cannot be read.
    pub fn read(text: &str) -> Result<Self, LexiconError> {
        let file: File = lexicon::file(FILE, text)?;
        let lists = [
            (&file.target.lead, Part::Lead("target")),
            (&file.target.after, Part::TargetAfter),
            (&file.target.again, Part::TargetAgain),
            (
                &file.negative_cognition.lead,
                Part::Lead("negative_cognition"),
            ),
            (
                &file.positive_cognition.lead,
                Part::Lead("positive_cognition"),
            ),
            (&file.image.lead, Part::Lead("image")),
            (&file.emotions.lead, Part::Lead("emotions")),
            (&file.body_location.lead, Part::Lead("body_location")),
            (&file.end.words, Part::End),
            (&file.bls.names, Part::Bls),
            (&file.feelings.names, Part::Feeling),
            (&file.body.names, Part::Body),
            (&file.body.sensed, Part::Sensed),
            (&file.mended.anywhere, Part::Mended),
            (&file.mended.behind, Part::MendedBehind),
            (&file.mended.bridge, Part::Bridge),
            (&file.sets.unit, Part::Sets),
            (&file.scan.clear, Part::Clear),
            (&file.scan.residual, Part::Residual),
            (&file.scan.named, Part::Scan),
            (&file.scan.nothing, Part::ScanNothing),
            (&file.scan.something, Part::ScanSomething),
            (&file.scan.undone, Part::ScanUndone),
            (&file.session.told, Part::CompleteAloud),
            (&file.session.complete, Part::Complete),
            (&file.session.incomplete, Part::Incomplete),
        ];
        let person = ["her", "him", "them", "{name}"].map(str::to_owned).to_vec();
        let classes =
            Classes::read(&HashMap::from([("person".to_owned(), person)])).map_err(|cause| {
                LexiconError::Phrase {
                    file: FILE,
                    line: 1,
                    cause,
                }
            })?;
        let levels = [
            (&file.level.told, Part::Level),
            (&file.level.sud, Part::OfSud),
            (&file.level.target, Part::OfTarget),
            (&file.level.work, Part::OfWork),
            (&file.level.installed, Part::OfInstalling),
            (&file.level.voc, Part::OfVoc),
            (&file.level.neither, Part::OfNeither),
            (&file.level.after, Part::AfterLevel),
        ];
        Ok(Self {
            book: book_of(text, &classes, &lists)?,
            levels: book_of(text, &classes, &levels)?,
        })
    }
}

/// A book of lists of phrases.
fn book_of(
    text: &str,
    classes: &Classes,
    lists: &[(&Vec<String>, Part)],
) -> Result<Phrasebook<Part>, LexiconError> {
    let phrases = lists
        .iter()
        .flat_map(|(phrases, part)| phrases.iter().map(move |phrase| (phrase, *part)));
    lexicon::book(FILE, text, classes, phrases)
}

#[cfg(test)]
mod tests {
    use super::EmdrWords;

    #[test]
    fn the_embedded_phrases_read() {
        EmdrWords::read(include_str!("../../lexicon/emdr.toml")).unwrap();
    }
}
