//! How words sound, roughly: enough to tell a slip of the ear from another word.

use crate::transcript::words::{TokenKind, tokenise};

/// How alike two sounds must be, 1 being the same.
const ALIKE: f64 = 0.6;

/// Digits as they are called.
const DIGITS: [&str; 10] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
];

/// Letters as they are called.
const LETTERS: [&str; 26] = [
    "ay", "bee", "see", "dee", "ee", "ef", "jee", "aitch", "eye", "jay", "kay", "el", "em", "en",
    "oh", "pee", "kew", "ar", "es", "tee", "yu", "vee", "dubleyu", "eks", "wy", "zee",
];

/// Spellings and the sign for their sound, the longer first.
const SAME_SOUND: [&str; 18] = [
    "tch x", "sch x", "dge j", "ch x", "sh x", "ph f", "gh ", "ck k", "qu k", "th t", "ce se",
    "ci si", "cy si", "q k", "c k", "z s", "w u", "y i",
];

/// Whether two phrases sound alike, from their beginning where neither is an abbreviation; what is in
/// capitals or stands alone is spelled out or not.
pub(super) fn alike(a: &str, b: &str) -> bool {
    let abbreviates = |text: &str| text.chars().filter(|c| c.is_uppercase()).count() > 1;
    let anyhow = abbreviates(a) || abbreviates(b);
    let (a, b) = (images(a), images(b));
    a.iter().any(|a| {
        b.iter().any(|b| {
            !a.is_empty()
                && !b.is_empty()
                && (anyhow || a.chars().next() == b.chars().next())
                && strsim::normalized_damerau_levenshtein(a, b) >= ALIKE
        })
    })
}

/// The sound of a phrase read as words, and read with its abbreviations spelled out.
fn images(phrase: &str) -> [String; 2] {
    let (mut plain, mut spelled) = (String::new(), String::new());
    for token in tokenise(phrase) {
        if token.kind == TokenKind::Mark {
            continue;
        }
        let written = &phrase[token.span.clone()];
        let spells = written.chars().count() == 1 || written.chars().all(char::is_uppercase);
        for c in token.lower.chars() {
            let digit = c.to_digit(10).map(|n| DIGITS[n as usize]);
            let letter = ('a'..='z').position(|l| l == c).map(|n| LETTERS[n]);
            match (digit, letter) {
                (Some(name), _) => {
                    plain.push_str(name);
                    spelled.push_str(name);
                }
                (None, Some(name)) if spells => {
                    plain.push(c);
                    spelled.push_str(name);
                }
                _ => {
                    plain.push(c);
                    spelled.push(c);
                }
            }
        }
    }
    [fold(plain), fold(spelled)]
}

/// One sign for each consonant's sound, one for all vowels, none twice in a row.
fn fold(mut sound: String) -> String {
    for same in SAME_SOUND {
        if let Some((written, said)) = same.split_once(' ') {
            sound = sound.replace(written, said);
        }
    }
    let mut folded = String::new();
    for c in sound.chars() {
        let c = if "aeiouh".contains(c) { 'a' } else { c };
        if !folded.ends_with(c) {
            folded.push(c);
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_ear_sound_alike() {
        let cases = [
            ("vock", "VOC", true),
            ("sudz", "SUD", true),
            ("see ssrs", "C-SSRS", true),
            ("fee q nine", "PHQ-9", true),
            ("set ra lean", "sertraline", true),
            ("oh con quo", "Okonkwo", true),
            ("brain spoting", "brainspotting", true),
            ("well", "badly", false),
            ("slept", "was awake", false),
            ("mother", "father", false),
            ("", "VOC", false),
        ];
        for (heard, meant, want) in cases {
            assert_eq!(alike(heard, meant), want, "{heard} {meant}");
        }
    }
}
