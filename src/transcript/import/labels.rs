//! Who speaks, by the name before the words: `Therapist:`, `C:`, `Mother:`.

use std::collections::BTreeMap;

use crate::session::Speaker;

/// A name is no longer than this, in bytes.
const LONGEST_NAME: usize = 40;

const CLINICIAN: &[&str] = &[
    "therapist",
    "t",
    "th",
    "clinician",
    "counselor",
    "counsellor",
    "social worker",
    "sw",
    "psychologist",
    "psychiatrist",
    "doctor",
    "dr",
    "provider",
    "interviewer",
    "case manager",
    "facilitator",
    "nurse",
];
const CLIENT: &[&str] = &[
    "client",
    "c",
    "cl",
    "patient",
    "pt",
    "client 1",
    "client a",
    "c1",
    "interviewee",
];
const CLIENT_2: &[&str] = &["client 2", "client b", "c2", "partner", "client_2"];
const COLLATERAL: &[&str] = &[
    "mother",
    "mom",
    "mum",
    "father",
    "dad",
    "parent",
    "stepmother",
    "stepfather",
    "grandmother",
    "grandfather",
    "aunt",
    "uncle",
    "sister",
    "brother",
    "wife",
    "husband",
    "son",
    "daughter",
    "teacher",
    "caregiver",
    "carer",
    "guardian",
    "foster mother",
    "foster father",
    "foster parent",
    "collateral",
];
const UNKNOWN: &[&str] = &["speaker", "unknown", "unknown speaker"];

/// Labels that head a part of a note and are nobody's name.
const HEADINGS: &[&str] = &[
    "subjective",
    "objective",
    "assessment",
    "plan",
    "data",
    "behavior",
    "behaviour",
    "intervention",
    "interventions",
    "response",
    "goal",
    "goals",
    "problem",
    "situation",
    "history",
    "preparation",
    "desensitization",
    "installation",
    "body scan",
    "closure",
    "reevaluation",
    "note",
    "date",
    "time",
    "session",
    "diagnosis",
    "risk",
    "homework",
    "medication",
    "medications",
    "target",
    "start",
    "end",
    "duration",
    "present",
    "location",
    "s",
    "o",
    "a",
    "p",
    "d",
    "b",
    "i",
    "r",
    "g",
    "nc",
    "pc",
    "sud",
    "voc",
];

/// Whom a label means; nothing where it is a name or a heading.
pub(super) fn role(label: &str) -> Option<Speaker> {
    let lower = label.to_lowercase();
    let name = lower.trim_end_matches('.');
    let numbered = name.strip_prefix("speaker").is_some_and(|rest| {
        rest.trim().chars().all(|c| c.is_ascii_alphanumeric()) && rest.trim().len() < 3
    });
    let lists = [
        (CLINICIAN, Speaker::Clinician),
        (CLIENT, Speaker::Client),
        (CLIENT_2, Speaker::Client2),
        (COLLATERAL, Speaker::Collateral),
        (UNKNOWN, Speaker::Unknown),
    ];
    let listed = lists.iter().find(|(list, _)| list.contains(&name));
    match listed {
        Some((_, speaker)) => Some(*speaker),
        None if numbered => Some(Speaker::Unknown),
        None if name.starts_with("dr ") || name.starts_with("dr. ") => Some(Speaker::Clinician),
        None => None,
    }
}

/// The label before the words of `line`, and where the words begin: `Therapist: …`, `**Client:** …`,
/// `[00:12] Pt: …`, `Mother (00:14): …`.
pub(super) fn split(line: &str) -> Option<(&str, usize)> {
    let start = skip_time(line, 0);
    let body = line[start..].trim_start_matches('*');
    let from = line.len() - body.len();
    let colon = body.bytes().take(LONGEST_NAME).position(|b| b == b':')?;
    let mut label = body[..colon].trim_matches(['*', ' ', '\t']);
    if let Some((name, time)) = label.split_once('(') {
        // The colon is the one inside the time.
        if is_time_char(time) {
            let close = body[colon..].find("):")?;
            if close > 12 {
                return None;
            }
            label = name.trim_matches(['*', ' ', '\t']);
            return valid(label).then(|| (label, words_from(line, from + colon + close + 2)));
        }
    }
    // "10:05 he came in" and a web address are no labels.
    let clock = line[from + colon + 1..].starts_with(|c: char| c.is_ascii_digit() || c == '/');
    (valid(label) && !clock).then(|| (label, words_from(line, from + colon + 1)))
}

fn is_time_char(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b' ')
}

/// Where the words begin after the colon at `at`: behind space and the stars of bold type.
fn words_from(line: &str, at: usize) -> usize {
    let rest = line[at..].trim_start_matches('*').trim_start();
    line.len() - rest.len()
}

fn skip_time(line: &str, at: usize) -> usize {
    let rest = line[at..].trim_start();
    let inner = match rest.as_bytes().first() {
        Some(b'[') => rest.find(']'),
        Some(b'(') => rest.find(')'),
        _ => None,
    };
    let time = inner.filter(|end| {
        rest[1..*end]
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b' ' | b'-' | b','))
    });
    let rest = time.map_or(rest, |end| rest[end + 1..].trim_start());
    line.len() - rest.len()
}

/// A name of one to four words that begins with a letter, or a label known in small letters.
fn valid(label: &str) -> bool {
    let letters =
        |c: char| c.is_alphanumeric() || matches!(c, ' ' | '.' | '-' | '\'' | '\u{2019}' | '_');
    let capital = label.chars().next().is_some_and(char::is_uppercase);
    label.chars().all(letters)
        && label.split_whitespace().count().clamp(1, 4) == label.split_whitespace().count()
        && (capital || role(label).is_some())
}

/// The speakers of a text, once all its labels are known.
pub(super) struct Cast {
    turns: BTreeMap<String, usize>,
    /// Every label is a speaker, as in the voice tags of `WebVTT`.
    pub certain: bool,
}

impl Cast {
    /// Counts the labels, one for each turn.
    pub(super) fn of<'a>(labels: impl Iterator<Item = &'a str>, certain: bool) -> Self {
        let mut turns = BTreeMap::new();
        for label in labels {
            *turns.entry(label.to_lowercase()).or_insert(0) += 1;
        }
        Self { turns, certain }
    }

    /// Whether the label names somebody: by its word, or since it comes again and is no heading.
    pub(super) fn names(&self, label: &str) -> bool {
        let lower = label.to_lowercase();
        let again = self.turns.get(&lower).is_some_and(|turns| *turns > 1);
        self.certain || role(label).is_some() || (again && !HEADINGS.contains(&lower.as_str()))
    }

    /// Whether at least two people speak, so that this is a session. Two or three labels in a text
    /// of more `lines` than twice as many are the head of a typed note (`Client: J. D.`).
    pub(super) fn is_session(&self, lines: usize) -> bool {
        let named = || self.turns.iter().filter(|(label, _)| self.names(label));
        let turns: usize = named().map(|(_, turns)| *turns).sum();
        named().count() > 1 && (self.certain || turns > 3 || turns * 2 >= lines)
    }

    /// How many speakers nothing is known of, where the clinician is not among the others.
    pub(super) fn strangers(&self) -> usize {
        let known = |label: &str| role(label).is_some_and(|speaker| speaker != Speaker::Unknown);
        let named = || self.turns.keys().filter(|label| self.names(label));
        if named().any(|label| role(label) == Some(Speaker::Clinician)) {
            return 0;
        }
        named().filter(|label| !known(label)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_split_from_words() {
        let cases = [
            ("Therapist: hello", Some(("Therapist", "hello"))),
            ("  t: hello", Some(("t", "hello"))),
            ("**Client:** I am fine", Some(("Client", "I am fine"))),
            ("**Client**: I am fine", Some(("Client", "I am fine"))),
            ("[00:01:02] Pt: yes", Some(("Pt", "yes"))),
            ("Mother (00:14): no", Some(("Mother", "no"))),
            ("Speaker 1:hello", Some(("Speaker 1", "hello"))),
            ("Maria Lopez: hi", Some(("Maria Lopez", "hi"))),
            ("10:05 he came", None),
            ("He came at 10:05 today", None),
            ("https://example.org", None),
            ("she said: hello", None),
            ("He said the following five things to me: a", None),
            ("no colon", None),
            (":", None),
            ("", None),
        ];
        for (line, want) in cases {
            let got = split(line).map(|(label, from)| (label, &line[from..]));
            assert_eq!(got, want, "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn splitting_is_total(line in "[\\[(0-9:) *a-zA-Z\u{e9}\u{2019}]{0,30}|.*") {
            if let Some((_, from)) = split(&line) {
                assert!(line.get(from..).is_some());
            }
        }
    }
}
