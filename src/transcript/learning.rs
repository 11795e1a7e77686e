//! Learns slips of the recogniser from what a person changed: short changes that sound like what
//! stood there before. What would change everyday words, numbers, a "not" or a name is not learned,
//! but told.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::session::Speech;
use crate::transcript::numbers;
use crate::transcript::sound;
use crate::transcript::words::{Token, TokenKind, tokenise};

/// Most words on either side of a change.
const MOST_WORDS: usize = 4;
/// Most characters on either side.
const MOST_CHARS: usize = 40;

/// A slip: what was heard, and what is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// The words as the recogniser wrote them.
    pub heard: Speech,
    /// What a person put in their place.
    pub meant: Speech,
}

/// Why a change that sounds alike is not learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It would change an everyday word wherever that is said, or put one in.
    Everyday,
    /// It is a name, and names of clients do not belong into a list in the clear.
    Name,
    /// It changes a number.
    Number,
    /// It changes whether something is so, or who.
    Sense,
    /// The same words were left standing elsewhere, or were changed into something else.
    Both,
}

impl std::fmt::Display for Doubt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Everyday => "everyday words are not changed into each other by themselves",
            Self::Name => "it may be a name, and names of clients do not belong into this list",
            Self::Number => "it changes a number",
            Self::Sense => "it changes what is said, not how it is written",
            Self::Both => "the same words are left as they are, or changed otherwise, elsewhere",
        })
    }
}

/// What was learned from a changed text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learned {
    /// Slips, in the order of the text.
    pub slips: Vec<Slip>,
    /// Changes that sound alike and are not learned.
    pub doubtful: Vec<(Slip, Doubt)>,
}

/// Learns from `after`, which a person made of `before`. `is_everyday` tells words in lower case that
/// people say anyway.
#[must_use]
pub fn learn(before: &str, after: &str, is_everyday: &dyn Fn(&str) -> bool) -> Learned {
    let (old, new) = (Text::of(before), Text::of(after));
    let mut learned = Learned::default();
    for op in capture_diff_slices(Algorithm::Myers, &old.words(), &new.words()) {
        let DiffOp::Replace {
            old_index,
            old_len,
            new_index,
            new_len,
        } = op
        else {
            continue;
        };
        let (Some(heard), Some(meant)) = (
            old.part(old_index..old_index + old_len),
            new.part(new_index..new_index + new_len),
        ) else {
            continue;
        };
        if !sound::alike(heard.text, meant.text) {
            continue;
        }
        let slip = Slip {
            heard: heard.text.to_lowercase().into(),
            meant: meant.text.into(),
        };
        match doubt(&heard, &meant, &new, is_everyday) {
            Some(doubt) => learned.doubtful.push((slip, doubt)),
            None => learned.slips.push(slip),
        }
    }
    learned.settle();
    learned
}

impl Learned {
    /// Names each slip once, and none that was put right in two ways.
    fn settle(&mut self) {
        let all = std::mem::take(&mut self.slips);
        for slip in &all {
            let torn = all
                .iter()
                .any(|s| s.heard == slip.heard && s.meant != slip.meant);
            let doubtful = (slip.clone(), Doubt::Both);
            if torn && !self.doubtful.contains(&doubtful) {
                self.doubtful.push(doubtful);
            } else if !torn && !self.slips.contains(slip) {
                self.slips.push(slip.clone());
            }
        }
    }
}

/// A text and its words, marks left out.
struct Text<'a> {
    text: &'a str,
    tokens: Vec<Token>,
}

/// A few words of a text.
struct Part<'a> {
    text: &'a str,
    tokens: &'a [Token],
    /// Whether a sentence begins with it.
    begins: bool,
}

impl<'a> Text<'a> {
    fn of(text: &'a str) -> Self {
        let mut tokens = tokenise(text);
        tokens.retain(|token| token.kind != TokenKind::Mark);
        Self { text, tokens }
    }

    fn words(&self) -> Vec<&'a str> {
        let words = self.tokens.iter();
        words.map(|token| &self.text[token.span.clone()]).collect()
    }

    /// The words there, where they are few and stand in one phrase.
    fn part(&self, words: std::ops::Range<usize>) -> Option<Part<'_>> {
        let tokens = self.tokens.get(words)?;
        let (first, last) = (tokens.first()?, tokens.last()?);
        let text = &self.text[first.span.start..last.span.end];
        let phrase = text
            .chars()
            .all(|c| c.is_alphanumeric() || " '\u{2019}-/".contains(c));
        let before = self.text[..first.span.start].trim_end_matches([' ', '"']);
        let begins = before.is_empty() || before.ends_with(['.', '?', '!', ':', '\n']);
        (phrase && tokens.len() <= MOST_WORDS && text.chars().count() <= MOST_CHARS).then_some(
            Part {
                text,
                tokens,
                begins,
            },
        )
    }

    /// Whether these words stand here one after the other.
    fn holds(&self, words: &[Token]) -> bool {
        let same = |(a, b): (&Token, &Token)| a.lower == b.lower;
        self.tokens
            .windows(words.len())
            .any(|here| here.iter().zip(words).all(same))
    }
}

fn doubt(
    heard: &Part<'_>,
    meant: &Part<'_>,
    after: &Text<'_>,
    is_everyday: &dyn Fn(&str) -> bool,
) -> Option<Doubt> {
    let everyday = |part: &Part<'_>| part.tokens.iter().all(|t| is_everyday(&t.lower));
    let is_term = meant.text.chars().filter(|c| c.is_uppercase()).count() > 1;
    if values(heard) != values(meant) {
        Some(Doubt::Number)
    } else if turns(heard) != turns(meant) {
        Some(Doubt::Sense)
    } else if everyday(heard) && (heard.tokens.len() == 1 || everyday(meant) && !is_term) {
        Some(Doubt::Everyday)
    } else if !is_term && meant.tokens.iter().any(|t| is_name(meant, t, is_everyday)) {
        Some(Doubt::Name)
    } else if lowers(heard) != lowers(meant) && after.holds(heard.tokens) {
        Some(Doubt::Both)
    } else {
        None
    }
}

/// Whether a word may be a person's name: a capital first, where no sentence begins with an everyday
/// word.
fn is_name(part: &Part<'_>, token: &Token, is_everyday: &dyn Fn(&str) -> bool) -> bool {
    let start = token.span.start - part.tokens[0].span.start;
    part.text[start..].starts_with(char::is_uppercase)
        && !(part.begins && start == 0 && is_everyday(&token.lower))
}

/// The numbers of a part, as they are written.
fn values(part: &Part<'_>) -> Vec<String> {
    let readings = numbers::read(part.tokens);
    readings
        .iter()
        .map(numbers::NumberReading::written)
        .collect()
}

/// Words that turn the sense of a sentence.
const TURNS: &[&str] = &[
    "not", "no", "never", "none", "nor", "without", "denies", "denied", "he", "she", "they", "him",
    "her", "them", "his", "hers", "their", "i", "my", "me", "we", "you",
];

fn turns<'a>(part: &Part<'a>) -> Vec<&'a str> {
    let words = part.tokens.iter().map(|token| token.lower.as_str());
    words
        .filter_map(|word| {
            let not = word.ends_with("n't") || word.ends_with("nt") && word.starts_with("did");
            if not {
                return Some("not");
            }
            TURNS.iter().copied().find(|turn| *turn == word)
        })
        .collect()
}

fn lowers<'a>(part: &Part<'a>) -> Vec<&'a str> {
    part.tokens.iter().map(|t| t.lower.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EVERYDAY: &[&str] = &[
        "her", "his", "act", "out", "there", "their", "see", "ass", "eye", "sad", "can", "form",
        "from", "was", "four", "the", "he", "she", "today", "john",
    ];

    fn learned(before: &str, after: &str) -> Vec<(String, String, Option<Doubt>)> {
        let learned = learn(before, after, &|word| EVERYDAY.contains(&word));
        let plain = |slip: &Slip| (slip.heard.to_string(), slip.meant.to_string());
        let mut all: Vec<_> = learned.slips.iter().map(|s| (plain(s), None)).collect();
        all.extend(learned.doubtful.iter().map(|(s, d)| (plain(s), Some(*d))));
        all.into_iter().map(|((h, m), d)| (h, m, d)).collect()
    }

    #[test]
    fn short_changes_that_sound_alike_are_learned() {
        let cases: &[(&str, &str, &str, &str, Option<Doubt>)] = &[
            ("the vock was four", "the VOC was four", "vock", "VOC", None),
            (
                "took sertralin daily",
                "took sertraline daily",
                "sertralin",
                "sertraline",
                None,
            ),
            (
                "denies ass eye today",
                "denies SI today",
                "ass eye",
                "SI",
                None,
            ),
            ("fee Q nine was", "PHQ-9 was", "fee q nine", "PHQ-9", None),
            (
                "did brain spoting",
                "did brainspotting",
                "brain spoting",
                "brainspotting",
                None,
            ),
            ("emdria says", "EMDRIA says", "emdria", "EMDRIA", None),
            (
                "was sad today",
                "was SUD today",
                "sad",
                "SUD",
                Some(Doubt::Everyday),
            ),
            (
                "the act today",
                "the ACT today",
                "act",
                "ACT",
                Some(Doubt::Everyday),
            ),
            (
                "was there today",
                "was their today",
                "there",
                "their",
                Some(Doubt::Sense),
            ),
            (
                "was form today",
                "was from today",
                "form",
                "from",
                Some(Doubt::Everyday),
            ),
            (
                "with Jon today",
                "with John today",
                "jon",
                "John",
                Some(Doubt::Name),
            ),
            (
                "he can sleep",
                "he can't sleep",
                "can",
                "can't",
                Some(Doubt::Sense),
            ),
            (
                "vock then vock",
                "VOC then vock",
                "vock",
                "VOC",
                Some(Doubt::Both),
            ),
        ];
        for (before, after, heard, meant, doubt) in cases {
            let want = [((*heard).to_owned(), (*meant).to_owned(), *doubt)];
            assert_eq!(learned(before, after), want, "{before} -> {after}");
        }
    }

    #[test]
    fn other_changes_are_no_slips() {
        let cases = [
            ("he slept", "he slept"),
            ("he slept well", "he slept badly"),
            ("he slept", "he slept. Mood was low today."),
            ("one two three four five six", "seven"),
            ("sudz five then", "SUD. Five then"),
            ("", "all new"),
        ];
        for (before, after) in cases {
            assert_eq!(learned(before, after), [], "{before} -> {after}");
        }
        let numbers = learned("PHQ seven today", "PHQ eleven today");
        assert!(
            numbers
                .iter()
                .all(|(.., doubt)| *doubt == Some(Doubt::Number))
        );
        let torn = learned("vock a vock b", "VOC a VOCs b");
        assert!(
            torn.iter().all(|(.., doubt)| *doubt == Some(Doubt::Both)),
            "{torn:?}"
        );
    }

    proptest! {
        #[test]
        fn any_two_texts_are_compared(
            before in prop_oneof![".{0,60}", "((vock|VOC|sud|not|5|-|.) ?){0,20}"],
            after in prop_oneof![".{0,60}", "((vock|VOC|sud|not|5|-|.) ?){0,20}"],
        ) {
            let learned = learn(&before, &after, &|_| false);
            for slip in learned.slips {
                prop_assert!(slip.heard.chars().count() <= 3 * MOST_CHARS);
                prop_assert!(!slip.heard.is_empty() && !slip.meant.is_empty());
            }
        }
    }
}
