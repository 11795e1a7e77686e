//! What a section is written from: numbered stretches of speech, or sentences that stand already,
//! each with the words that it rests on and with what stands in for it where the model fails.

use std::ops::Range;

use crate::compose::{Matter, extractive};
use crate::note::document::{Evidence, Statement};
use crate::reading::Cite;
use crate::session::{Speaker, Speech};

/// One numbered piece of evidence.
#[derive(Clone, Debug)]
pub struct Item {
    /// Whose words they are, and what they answer.
    pub who: Speech,
    /// What the model is shown.
    pub shown: Speech,
    /// The words that it rests on.
    pub said: Vec<Cite>,
    /// The clinician's question that it answers, in a session.
    pub asked: Option<Cite>,
    /// What stands in for it: the speaker's own words, or the sentence as it was.
    pub own: Vec<Statement>,
}

impl Item {
    /// An item that rewords a statement which stands already; nothing where its words are not in
    /// the transcript.
    #[must_use]
    pub fn of_statement(matter: Matter<'_>, statement: &Statement) -> Option<Self> {
        let said: Vec<Cite> = statement
            .evidence()
            .iter()
            .filter_map(|evidence| cite(matter, evidence))
            .collect();
        if said.len() != statement.evidence().len() {
            return None;
        }
        let first = said.first()?.utterance;
        Some(Self {
            who: who(matter.transcript.utterances.get(first)?.speaker).into(),
            shown: shown(statement.text()),
            said,
            asked: None,
            own: vec![statement.clone()],
        })
    }
}

/// Where the words of an evidence stand.
fn cite(matter: Matter<'_>, evidence: &Evidence) -> Option<Cite> {
    let place = matter
        .transcript
        .utterances
        .iter()
        .position(|u| u.id == *evidence.utterance())?;
    let text = matter.transcript.utterances[place].text.as_str();
    let start = text.find(evidence.quote().as_str())?;
    Some(Cite::of(place, start..start + evidence.quote().len()))
}

/// The items of each section of the format, in the order in which they were said. In a session an
/// utterance is one item with the question that it answers; in a dictation a sentence is.
#[must_use]
pub fn plan(matter: Matter<'_>) -> Vec<Vec<Item>> {
    let mut sections: Vec<Vec<Item>> = vec![Vec::new(); matter.format.sections.len()];
    let talk = matter.script.mode == crate::session::Mode::Session;
    let mut before: Option<(usize, usize)> = None;
    for run in extractive::runs(matter) {
        let Some(statement) = extractive::statement(matter, &run) else {
            continue;
        };
        let utterance = &matter.script.utterances[run.utterance];
        let text = extractive::text(matter, &run);
        let cite = Cite::of(run.utterance, utterance.span(&run.words));
        let Some(section) = sections.get_mut(run.section) else {
            continue;
        };
        let same = talk && before == Some((run.utterance, run.section));
        before = Some((run.utterance, run.section));
        match section.last_mut() {
            Some(last) if same => {
                last.shown = shown(&format!("{} {text}", last.shown.as_str()));
                last.said.push(cite);
                last.own.push(statement);
            }
            _ => {
                let asked = if talk {
                    asked(matter, run.utterance)
                } else {
                    None
                };
                let question = asked
                    .as_ref()
                    .and_then(|c| Evidence::cut(matter.transcript, c));
                let who = who(utterance.speaker);
                section.push(Item {
                    who: question.map_or_else(
                        || Speech::from(who),
                        |q| format!("{who}, asked '{}'", shown(q.quote()).as_str()).into(),
                    ),
                    shown: shown(&text),
                    said: vec![cite],
                    asked,
                    own: vec![statement],
                });
            }
        }
    }
    sections
}

/// The question directly before an answer.
fn asked(matter: Matter<'_>, place: usize) -> Option<Cite> {
    let utterances = &matter.script.utterances;
    let before = place.checked_sub(1)?;
    let question = utterances.get(before)?;
    let answers = utterances.get(place)?.speaker != Speaker::Clinician;
    let asks =
        question.speaker == Speaker::Clinician && question.sentences.iter().any(|s| s.question);
    let all: Range<usize> = 0..question.words.len();
    let span = question.span(&all);
    (answers && asks && !span.is_empty()).then(|| Cite::of(before, span))
}

/// Speech as the model is shown it: on one line, without the signs that prompts and their answers
/// are built of.
#[must_use]
pub fn shown(text: &str) -> Speech {
    let plain: String = text
        .chars()
        .map(|c| match c {
            '<' => '\u{2039}',
            '>' => '\u{203a}',
            '[' | '{' => '(',
            ']' | '}' => ')',
            '|' => '/',
            '"' => '\'',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect();
    plain
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .into()
}

/// Who speaks, in a word for the model.
fn who(speaker: Speaker) -> &'static str {
    match speaker {
        Speaker::Clinician => "clinician",
        Speaker::Client => "client",
        Speaker::Client2 => "second client",
        Speaker::Collateral => "other person",
        Speaker::Unknown => "speaker",
    }
}

/// The evidence of cited words, each once, in the order of the transcript.
#[must_use]
pub fn evidence<'a>(
    matter: Matter<'_>,
    cites: impl IntoIterator<Item = &'a Cite>,
) -> Vec<Evidence> {
    let mut cites: Vec<&Cite> = cites.into_iter().collect();
    cites.sort_by_key(|cite| (cite.utterance, cite.span.start, cite.span.end));
    cites.dedup();
    cites
        .into_iter()
        .filter_map(|cite| Evidence::cut(matter.transcript, cite))
        .collect()
}
