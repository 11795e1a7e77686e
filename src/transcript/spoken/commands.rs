//! The command words, read from `lexicon/commands.toml`.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer};

use super::place::Place;

/// All commands, parsed once.
pub(super) static COMMANDS: LazyLock<Commands> = LazyLock::new(|| {
    Commands::parse(include_str!("../../../lexicon/commands.toml"))
        .expect("the embedded command words are parsed by a test")
});

/// The file's contents, with an index of phrases by their first word.
pub(super) struct Commands {
    pub file: CommandFile,
    /// First word to (words, place in `file.command`), the longest first.
    index: HashMap<String, Vec<(Vec<String>, usize)>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CommandFile {
    pub determiners: Vec<String>,
    pub sections: Vec<String>,
    pub section_letters: Vec<String>,
    pub command: Vec<Command>,
    pub retract: Retract,
    pub correct: Correct,
    pub filler: Filler,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Command {
    say: Vec<String>,
    pub does: Does,
    #[serde(rename = "where")]
    pub site: Site,
    pub not_after: Vec<String>,
    pub not_before: Vec<String>,
    #[serde(default)]
    pub closed_by: Vec<String>,
}

/// What a command does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Does {
    Mark(&'static str),
    Paragraph,
    Section,
    StrikeSentence,
    StrikeWord,
    StrikeLast,
    Capitalise,
    End,
}

/// Where a command is one.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Site {
    Anywhere,
    Spoken,
    Clause,
    Alone,
    Last,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Retract {
    pub goes_on: Vec<String>,
    pub openers: Vec<String>,
    pub remark: Vec<String>,
    pub of_another: Vec<String>,
    pub longest_sentence: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Correct {
    pub cues: Vec<String>,
    pub not_after: Vec<String>,
    pub bridge: Vec<String>,
    pub same_kind: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Filler {
    pub always: Vec<String>,
    pub er_after: Vec<String>,
    pub er_before: Vec<String>,
    pub set_off: Vec<String>,
    pub opening: Vec<String>,
    pub opening_not_before: Vec<String>,
    pub leaning: Vec<String>,
}

impl<'de> Deserialize<'de> for Does {
    fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
        const MARKS: [&str; 11] = [
            ".", ",", "?", "!", ":", ";", "-", "\u{201c}", "\u{201d}", "(", ")",
        ];
        let name = String::deserialize(de)?;
        Ok(match name.as_str() {
            "paragraph" => Self::Paragraph,
            "section" => Self::Section,
            "strike_sentence" => Self::StrikeSentence,
            "strike_word" => Self::StrikeWord,
            "strike_last" => Self::StrikeLast,
            "capitalise" => Self::Capitalise,
            "end" => Self::End,
            other => match MARKS.iter().find(|mark| **mark == other) {
                Some(mark) => Self::Mark(mark),
                None => return Err(serde::de::Error::custom(format!("`{other}` is no act"))),
            },
        })
    }
}

impl Commands {
    fn parse(source: &str) -> Result<Self, toml::de::Error> {
        let file: CommandFile = toml::from_str(source)?;
        let mut index: HashMap<String, Vec<(Vec<String>, usize)>> = HashMap::new();
        for (n, command) in file.command.iter().enumerate() {
            for phrase in &command.say {
                let words: Vec<String> = phrase.split(' ').map(str::to_owned).collect();
                index.entry(words[0].clone()).or_default().push((words, n));
            }
        }
        for phrases in index.values_mut() {
            phrases.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
        }
        Ok(Self { file, index })
    }

    /// The commands whose words stand at `at`, each with the token after them, the longest first.
    pub(super) fn matches(
        &self,
        place: &Place,
        at: usize,
    ) -> impl Iterator<Item = (&Command, usize)> {
        let phrases = place.word(at).and_then(|word| self.index.get(word));
        phrases
            .into_iter()
            .flatten()
            .filter(move |(words, _)| place.run(at, words))
            .map(move |(words, n)| (&self.file.command[*n], at + words.len()))
    }
}

/// Whether the list holds the word.
pub(super) fn holds(list: &[String], word: &str) -> bool {
    list.iter().any(|known| known == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_file_parses_and_its_words_are_lower_case() {
        let commands = Commands::parse(include_str!("../../../lexicon/commands.toml")).unwrap();
        for command in &commands.file.command {
            for phrase in &command.say {
                assert_eq!(*phrase, phrase.to_lowercase());
                assert!(!phrase.split(' ').any(str::is_empty), "{phrase}");
            }
        }
    }

    #[test]
    fn keys_and_acts_that_are_none_are_refused() {
        let good = include_str!("../../../lexicon/commands.toml");
        for (from, to) in [
            ("[retract]", "[retract]\nfurther = 1"),
            ("does = \"paragraph\"", "does = \"paragraf\""),
            ("where = \"last\"", "where = \"late\""),
        ] {
            assert!(Commands::parse(&good.replace(from, to)).is_err(), "{to}");
        }
    }
}
