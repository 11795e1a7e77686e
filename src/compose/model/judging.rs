//! Whether a sentence stands: its words are carried by what it cites, and it keeps to the style.

use crate::compose::Matter;
use crate::compose::grounding::{Ground, Said};
use crate::compose::model::answer::Drafted;
use crate::compose::model::items::{Item, evidence};
use crate::compose::model::style::Style;
use crate::note::document::Evidence;
use crate::reading::risk::RiskStatus;
use crate::reading::{self, Cite};
use crate::session::Speech;
use crate::transcript::document::Transcript;
use crate::transcript::script::Script;

/// A sentence, judged.
pub(super) enum Judged {
    /// What it cites carries it.
    Stands(Standing),
    /// It does not.
    Refused(Refused),
}

/// A sentence that stands, with its evidence.
pub(super) struct Standing {
    pub(super) text: Speech,
    pub(super) cites: Vec<usize>,
    pub(super) evidence: Vec<Evidence>,
}

/// A sentence that does not stand, and why.
pub(super) struct Refused {
    pub(super) text: Speech,
    pub(super) cites: Vec<usize>,
    pub(super) why: String,
}

/// Judges sentences of one note.
#[derive(Clone, Copy)]
pub(super) struct Judge<'a> {
    pub(super) matter: Matter<'a>,
    pub(super) style: &'a Style,
}

impl Judge<'_> {
    /// Judges a sentence and puts it with the others; one that stands already is not said twice.
    pub(super) fn take(&self, sentence: Drafted, items: &[Item], judged: &mut Vec<Judged>) {
        let judgement = self.judge(sentence, items);
        if let Judged::Stands(new) = &judgement {
            let same = judged.iter_mut().find_map(|one| match one {
                Judged::Stands(old) if plain(&old.text) == plain(&new.text) => Some(old),
                _ => None,
            });
            if let Some(old) = same {
                old.cites.extend(&new.cites);
                old.cites.sort_unstable();
                old.cites.dedup();
                for one in &new.evidence {
                    if !old.evidence.contains(one) {
                        old.evidence.push(one.clone());
                    }
                }
                return;
            }
        }
        judged.push(judgement);
    }

    /// Whether the words that a sentence cites carry it; in a session, with their questions where
    /// it needs them.
    pub(super) fn judge(&self, sentence: Drafted, items: &[Item]) -> Judged {
        let Drafted { cites, text } = sentence;
        let refused = |why: String| {
            Judged::Refused(Refused {
                text: text.clone(),
                cites: cites.clone(),
                why,
            })
        };
        let said = |at: &usize| items.get(*at).map(|item| item.shown.as_str());
        let avoided = self.style.avoids(&text);
        if avoided
            && !cites
                .iter()
                .filter_map(said)
                .any(|said| self.style.avoids(said))
        {
            return refused("it uses a phrase to avoid".to_owned());
        }
        if self.contradicts_risk(&text) {
            return refused("it says of a risk what was not heard in the session".to_owned());
        }
        let cited: Vec<&Item> = cites.iter().filter_map(|at| items.get(*at)).collect();
        let answers: Vec<&Cite> = cited.iter().flat_map(|item| &item.said).collect();
        let with_questions: Vec<&Cite> = cited
            .iter()
            .flat_map(|item| item.asked.iter().chain(&item.said))
            .collect();
        let first = match self.check(&text, &answers) {
            Ok(()) => Ok(answers),
            Err(why) if with_questions.len() > answers.len() => self
                .check(&text, &with_questions)
                .map(|()| with_questions)
                .map_err(|_| why),
            Err(why) => Err(why),
        };
        match first {
            Ok(cites_of_text) => Judged::Stands(Standing {
                evidence: evidence(self.matter, cites_of_text),
                text,
                cites,
            }),
            Err(why) => refused(why),
        }
    }

    /// Whether the sentence, read like a dictation, denies or reports a risk that the whole reading
    /// does not: words that were said are no answer to a question that nobody asked.
    fn contradicts_risk(&self, text: &Speech) -> bool {
        let lexicon = self.matter.lexicon;
        let plain = Transcript::typed(&self.style.client_term.plain(text));
        let script = Script::of(&plain, &lexicon.instrument_names);
        let told = reading::read(lexicon, &script, &self.matter.format.purpose());
        let said = &self.matter.reading.risk.said;
        told.risk.said.iter().any(|(field, told)| {
            told.iter().any(|(told, _)| {
                let denied = *told == RiskStatus::Denied;
                !said.get(field).is_some_and(|said| {
                    said.iter()
                        .any(|(status, _)| (*status == RiskStatus::Denied) == denied)
                })
            })
        })
    }

    fn check(&self, text: &Speech, cites: &[&Cite]) -> Result<(), String> {
        let mut cites = cites.to_vec();
        cites.sort_by_key(|cite| (cite.utterance, cite.span.start));
        let said: Vec<Said<'_>> = cites
            .iter()
            .filter_map(|cite| {
                let utterance = self.matter.transcript.utterances.get(cite.utterance)?;
                Some(Said {
                    speaker: utterance.speaker,
                    text: utterance.text.get(cite.span.clone())?,
                })
            })
            .collect();
        let ground = Ground {
            lexicon: self.matter.lexicon,
            format: self.matter.format,
            mode: self.matter.script.mode,
        };
        ground
            .check(&self.style.client_term.plain(text), &said)
            .map_err(|refusal| refusal.to_string())
    }
}

/// A sentence for comparing: letters and digits in lower case.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
