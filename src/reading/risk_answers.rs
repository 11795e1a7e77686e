//! Risk in a recorded session: a clinician's question with the client's answer to it, and what a
//! client says outright of themselves. An answer without a question, or a question without an
//! answer, is no fact.

use crate::reading::Cite;
use crate::reading::lexicon::{Mark, RiskWord, Sense};
use crate::reading::risk::{Risk, RiskField, RiskStatus, Told, level, read, told_before};
use crate::reading::risk_words::{Manner, Name, RiskWords};
use crate::session::Speaker;
use crate::transcript::script::{Script, ScriptUtterance, Sentence, Word};

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
    "yup",
    "sometimes",
    "maybe",
    "kinda",
    "sorta",
    "constantly",
    "often",
    "daily",
];
/// How an answer begins that is a yes without one of these words.
const YES_BEGINS: &[&str] = &[
    "sort of",
    "kind of",
    "a little",
    "a bit",
    "every",
    "most",
    "on and off",
    "off and on",
    "all the time",
    "now and then",
    "here and there",
    "from time to time",
    "not every",
    "not all",
    "not always",
    "i have been",
    "i've been",
    "i have thought",
    "i've thought",
    "i think about",
    "once or twice",
    "a few times",
    "it comes and",
    "they come and",
    "no more than",
    "more than",
    "a couple",
    "some mornings",
    "some nights",
    "some days",
    "some of the",
    "mm hm",
    "mhm",
    "uh huh",
    "once in a",
    "occasionally",
];
/// What is a yes where it is all that is said.
const YES_WHOLE: &[&str] = &[
    "i do",
    "i have",
    "i am",
    "i did",
    "i was",
    "it is",
    "it does",
    "lately",
    "some",
    "honestly some",
];
/// How an answer ends that tells of the past only: "When I was fifteen, not since."
const SINCE_NOT: &[&str] = &[
    "not since",
    "nothing since",
    "none since",
    "never since",
    "not anymore",
    "not any more",
];
/// What tells neither yes nor no.
const UNSURE: &[&str] = &[
    " don't know",
    " do not know",
    " dunno",
    " not sure",
    " don't want to talk",
    " rather not say",
    " don't want to say",
    " not answering",
    " don't remember",
    " can't say",
    " nothing new",
    " not really sure",
    " don't want to answer",
    " hard to say",
    " don't wanna talk",
    " do i have to",
];
/// How many words of each sentence of an answer are looked at.
const ANSWER: usize = 4;

/// Reads the risk of a session: a clinician's question with the client's answer to it, what a
/// client says outright of themselves, and a level that the clinician states.
pub fn read_session(script: &Script, place: usize, marks: &[Mark], into: &mut Risk) {
    let utterance = &script.utterances[place];
    if utterance.speaker.is_client() {
        outright(script, place, marks, into);
        return;
    }
    let words = RiskWords::of(marks, &utterance.words, 0);
    let cite = |from: usize, to: usize| Cite::of(place, utterance.span(&(from..to)));
    level(&words, &cite, into);
    answer(script, place, marks, &words, into);
}

/// Reads what a client says outright, sentence by sentence: "I haven't cut since May. I wished I wouldn't
/// wake up" denies the one and not the other. An ideation that is told outright outweighs a no in the
/// same answer, and a plan that is denied beside it is one to act on it.
fn outright(script: &Script, place: usize, marks: &[Mark], into: &mut Risk) {
    let utterance = &script.utterances[place];
    let tells = |m: &Mark| {
        m.what == Sense::Risk(RiskWord::Told(RiskField::Si)) && of_oneself(script, place, m)
    };
    let told = marks.iter().any(tells);
    let of_acting = |m: &Mark| {
        let of = |field| m.what == Sense::Risk(RiskWord::Named(field));
        of(RiskField::Plan) || of(RiskField::Intent)
    };
    for sentence in &utterance.sentences {
        let within =
            |m: &&Mark| sentence.words.start <= m.words.start && m.words.end <= sentence.words.end;
        let own = |m: &&Mark| of_oneself(script, place, m) || (told && of_acting(m));
        let outright: Vec<Mark> = marks.iter().filter(within).filter(own).cloned().collect();
        let part = Sentence {
            opens: None,
            paragraph: false,
            question: false,
            words: sentence.words.clone(),
        };
        let told = Told { of_another: false };
        read(script, place, &part, &outright, told, into);
    }
    if let Some(said) = into.said.get_mut(&RiskField::Si) {
        let here = |cite: &Cite| cite.utterance == place;
        let present = |(status, cite): &(RiskStatus, Cite)| {
            here(cite) && matches!(status, RiskStatus::Passive | RiskStatus::Active)
        };
        if said.iter().any(present) {
            said.retain(|(status, cite)| !(here(cite) && *status == RiskStatus::Denied));
        }
    }
}

/// Whether a client's word of risk is about the client: it says so, or is no name of a risk at all.
fn of_oneself(script: &Script, place: usize, mark: &Mark) -> bool {
    let all = &script.utterances[place].words;
    let words = &all[mark.words.clone()];
    match mark.what {
        Sense::Risk(RiskWord::Named(field)) => {
            matches!(field, RiskField::Si | RiskField::Nssi)
                && words.iter().any(|w| {
                    matches!(
                        w.lower.as_str(),
                        "myself" | "my" | "die" | "dead" | "alive" | "wake"
                    )
                })
        }
        // "I wouldn't mind not waking up"
        Sense::Risk(RiskWord::Told(field) | RiskWord::Never(field)) => {
            let from = mark.words.start.saturating_sub(SUBJECT);
            field != RiskField::Hi
                && all[from..mark.words.end].iter().any(|w| {
                    matches!(
                        w.lower.as_str(),
                        "i" | "i'm" | "i've" | "i'd" | "i'll" | "me"
                    )
                })
        }
        _ => true,
    }
}

/// How many words before a phrase its subject may stand.
const SUBJECT: usize = 5;

fn joined(words: &[Word]) -> String {
    let words: Vec<&str> = words
        .iter()
        .filter(|w| !w.is_filler())
        .map(|w| w.lower.as_str())
        .collect();
    words.join(" ")
}

/// Whether an answer is a no, by the first words of its sentences; nothing where none tells.
fn is_no(answer: &ScriptUtterance) -> Option<bool> {
    answer.sentences.iter().find_map(|sentence| {
        let words = &answer.words[sentence.words.clone()];
        let said = joined(words);
        let begun = said
            .trim_start_matches("um ")
            .trim_start_matches("i mean ")
            .trim_start_matches("like ");
        if unsure(&said) {
            return None;
        }
        if SINCE_NOT.iter().any(|s| said.ends_with(s)) {
            return Some(true);
        }
        if YES_WHOLE.contains(&begun) || YES_BEGINS.iter().any(|b| begun.starts_with(b)) {
            return Some(false);
        }
        words
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

/// Whether what is said tells neither yes nor no.
fn unsure(said: &str) -> bool {
    let padded = format!(" {said}");
    UNSURE.iter().any(|u| padded.contains(u))
}

/// Whether anything in an answer says no.
fn says_no(answer: &ScriptUtterance) -> bool {
    answer.words.iter().any(|w| {
        NO.contains(&w.lower.as_str())
            || matches!(w.lower.as_str(), "won't" | "wouldn't" | "couldn't")
    })
}

fn answer(script: &Script, place: usize, marks: &[Mark], words: &RiskWords<'_>, into: &mut Risk) {
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
    let no = is_no(answer);
    let said = joined(&answer.words);
    let mut seen = Vec::new();
    for name in words.names() {
        let field = name.field;
        if seen.contains(&field) || words.asked_of_other(&name.range) {
            continue;
        }
        let status = match (field, no) {
            (RiskField::Plan | RiskField::Intent, _)
                if !asked_of_acting(words, &name, &whole, into) =>
            {
                continue;
            }
            (RiskField::Plan | RiskField::Intent, None) if unsure(&said) => continue,
            (RiskField::Intent, _) if says_no(answer) => RiskStatus::Denied,
            (_, Some(true)) => RiskStatus::Denied,
            // "Have you thought about how?" – "Pills."
            (RiskField::Plan, _) => RiskStatus::Present,
            (_, None) => continue,
            (RiskField::Si, _) if is(RiskWord::Passive) => RiskStatus::Passive,
            (RiskField::Si, _) => RiskStatus::Active,
            _ => RiskStatus::Present,
        };
        seen.push(field);
        into.say(field, status, whole.clone());
    }
}

/// Whether a question for a plan or an intent is about one to act on an ideation.
fn asked_of_acting(words: &RiskWords<'_>, name: &Name, answer: &Cite, into: &Risk) -> bool {
    let asked = words
        .names()
        .iter()
        .any(|n| matches!(n.field, RiskField::Si | RiskField::Hi));
    let own = words.in_company(&name.range)
        && !words
            .all()
            .iter()
            .any(|(w, r)| *w == RiskWord::Aside && r.contains(&name.range.start));
    asked || (own && name.manner == Manner::Named) || told_before(into, answer) == Some(true)
}
