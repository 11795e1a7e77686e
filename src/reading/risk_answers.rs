//! Risk in a recorded session: a clinician's question with the client's answer to it, and what a
//! client says outright of themselves. An answer without a question, or a question without an
//! answer, is no fact.

use crate::reading::Cite;
use crate::reading::lexicon::{Mark, RiskWord, Sense};
use crate::reading::risk::{Risk, RiskField, RiskStatus, Told, level, read};
use crate::session::Speaker;
use crate::transcript::script::{Script, ScriptUtterance, Sentence};

/// Words that make an answer a no.
const NO: &[&str] = &[
    "no", "nope", "never", "nothing", "none", "nah", "not", "neither", "nobody", "don't",
    "haven't", "hasn't", "didn't",
];
/// Words that make an answer a yes.
const YES: &[&str] = &[
    "yes",
    "yeah",
    "yep",
    "sometimes",
    "maybe",
    "kinda",
    "sort",
    "kind",
    "guess",
    "suppose",
    "course",
    "often",
    "bit",
    "lately",
];
/// How many words of each sentence of an answer are looked at.
const ANSWER: usize = 4;

/// Reads the risk of a session: a clinician's question with the client's answer to it, what a
/// client says outright of themselves, and a level that the clinician states.
pub fn read_session(script: &Script, place: usize, marks: &[Mark], into: &mut Risk) {
    let utterance = &script.utterances[place];
    if utterance.speaker.is_client() {
        let part = Sentence {
            words: 0..utterance.words.len(),
            opens: None,
            paragraph: false,
            question: false,
        };
        let outright: Vec<Mark> = marks
            .iter()
            .filter(|m| of_oneself(script, place, m))
            .cloned()
            .collect();
        read(
            script,
            place,
            &part,
            &outright,
            Told { of_another: false },
            into,
        );
        return;
    }
    let words: Vec<_> = marks
        .iter()
        .filter_map(|m| {
            if let Sense::Risk(word) = m.what {
                Some((word, m.words.clone()))
            } else {
                None
            }
        })
        .collect();
    let cite = |from: usize, to: usize| Cite::of(place, utterance.span(&(from..to)));
    level(&words, &cite, into);
    answer(script, place, marks, into);
}

/// Whether a client's word of risk is about the client: it says so, or is no name of a risk at all.
fn of_oneself(script: &Script, place: usize, mark: &Mark) -> bool {
    let Sense::Risk(RiskWord::Named(field)) = mark.what else {
        return true;
    };
    let words = &script.utterances[place].words[mark.words.clone()];
    // "I don't have a plan": the company of the words decides whether it is of risk.
    if matches!(field, RiskField::Plan | RiskField::Intent) {
        return script.utterances[place]
            .words
            .iter()
            .any(|w| matches!(w.lower.as_str(), "i" | "i'm" | "i'd"));
    }
    matches!(field, RiskField::Si | RiskField::Nssi)
        && words.iter().any(|w| {
            matches!(
                w.lower.as_str(),
                "myself" | "my" | "die" | "dead" | "alive" | "wake"
            )
        })
}

/// Whether an answer is a no, by the first words of its sentences; nothing where none tells.
fn is_no(answer: &ScriptUtterance) -> Option<bool> {
    answer.sentences.iter().find_map(|sentence| {
        answer.words[sentence.words.clone()]
            .iter()
            .filter(|w| !w.is_filler())
            .take(ANSWER)
            .find_map(|w| {
                let lower = w.lower.as_str();
                if NO.contains(&lower) {
                    Some(true)
                } else {
                    YES.contains(&lower).then_some(false)
                }
            })
    })
}

/// Whether an answer speaks of not waking or not being rather than of dying by one's own hand.
fn is_passive(answer: &ScriptUtterance) -> bool {
    answer.words.windows(2).any(|pair| {
        matches!(
            (pair[0].lower.as_str(), pair[1].lower.as_str()),
            ("not", "waking" | "being" | "be" | "wake")
                | ("wake" | "waking", "up")
                | ("be" | "being", "here" | "gone")
                | ("just" | "to", "disappear" | "vanish")
        )
    })
}

/// Whether anything in an answer says no.
fn says_no(answer: &ScriptUtterance) -> bool {
    answer
        .words
        .iter()
        .any(|w| NO.contains(&w.lower.as_str()) || matches!(w.lower.as_str(), "won't" | "wouldn't"))
}

fn answer(script: &Script, place: usize, marks: &[Mark], into: &mut Risk) {
    let question = &script.utterances[place];
    let Some(answer) = script
        .utterances
        .get(place + 1)
        .filter(|u| u.speaker.is_client() && !u.words.is_empty())
    else {
        return;
    };
    let asks = |word: &str| matches!(word, "any" | "you");
    let asked = question.speaker == Speaker::Clinician
        && (question.sentences.iter().any(|s| s.question)
            || question.words.iter().any(|w| asks(&w.lower)));
    if !asked {
        return;
    }
    let whole = Cite::of(place + 1, answer.span(&(0..answer.words.len())));
    let is = |wanted: RiskWord| marks.iter().any(|m| m.what == Sense::Risk(wanted));
    let in_company = |mark: &Mark| {
        marks.iter().any(|m| {
            m.what == Sense::Risk(RiskWord::Company) && m.words.contains(&mark.words.start)
        })
    };
    let no = is_no(answer);
    let mut seen = Vec::new();
    for mark in marks {
        let Sense::Risk(RiskWord::Named(field)) = mark.what else {
            continue;
        };
        if seen.contains(&field) {
            continue;
        }
        let status = match (field, no) {
            (RiskField::Plan | RiskField::Intent, _) if !in_company(mark) => continue,
            (RiskField::Intent, _) if says_no(answer) => RiskStatus::Denied,
            (_, Some(true)) => RiskStatus::Denied,
            // "Have you thought about how?" – "Pills."
            (RiskField::Plan, _) => RiskStatus::Present,
            (_, None) => continue,
            (RiskField::Si, _) if is(RiskWord::Passive) || is_passive(answer) => {
                RiskStatus::Passive
            }
            (RiskField::Si, _) => RiskStatus::Active,
            _ => RiskStatus::Present,
        };
        seen.push(field);
        into.say(field, status, whole.clone());
    }
}
