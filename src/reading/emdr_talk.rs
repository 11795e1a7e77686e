//! The fields and readings of an EMDR session that was recorded: the clinician asks, the client
//! answers. Field texts are the words of whoever said them; an answer without a question is none.

use std::ops::Range;

use crate::reading::Cite;
use crate::reading::emdr::{Field, FieldValue, Fields};
use crate::reading::emdr_questions::{Ask, Questions};
use crate::reading::lexicon::Lexicon;
use crate::reading::measures::{Measure, Measures, When};
use crate::session::Speaker;
use crate::transcript::numbers::Quantity;
use crate::transcript::script::{Break, Script, ScriptUtterance};

/// Reads the questions and answers of a session into its fields and readings; gives the places of
/// the questions.
pub fn read(
    questions: &Questions,
    lexicon: &Lexicon,
    script: &Script,
    fields: &mut Fields,
    measures: &mut Measures,
) -> Vec<usize> {
    let reading = |name: &str| lexicon.instruments.iter().position(|i| i.name == name);
    let mut talk = Talk {
        script,
        lexicon,
        fields,
        measures,
        sud: reading("SUD"),
        voc: reading("VOC"),
        looked_back: false,
        questions,
    };
    let mut asked = Vec::new();
    for (place, utterance) in script.utterances.iter().enumerate() {
        if utterance.speaker != Speaker::Clinician {
            continue;
        }
        let found = questions.book.find(&utterance.words);
        for ask in &found {
            talk.named(place, utterance, ask.what, &ask.words);
        }
        // Of several questions in a breath the last one is answered.
        let last = found
            .iter()
            .filter(|f| {
                !matches!(
                    f.what,
                    Ask::Target
                        | Ask::TargetBefore
                        | Ask::NegativeWords
                        | Ask::Words
                        | Ask::Feeling
                )
            })
            .max_by_key(|f| f.words.start);
        if let Some(ask) = last
            && talk.answer(place + 1, ask.what)
        {
            asked.push(place);
        }
    }
    asked
}

struct Talk<'a> {
    script: &'a Script,
    lexicon: &'a Lexicon,
    fields: &'a mut Fields,
    measures: &'a mut Measures,
    sud: Option<usize>,
    voc: Option<usize>,
    /// Whether the target is so far one of an earlier session.
    looked_back: bool,
    questions: &'a Questions,
}

impl Talk<'_> {
    /// Takes what the clinician names: the target, or the words that are to be believed.
    fn named(&mut self, place: usize, said: &ScriptUtterance, ask: Ask, words: &Range<usize>) {
        let field = match ask {
            Ask::Target | Ask::TargetBefore => "target",
            Ask::NegativeWords => "negative_cognition",
            Ask::Words => "positive_cognition",
            _ => return,
        };
        let phrase = matches!(ask, Ask::Target | Ask::NegativeWords);
        let own = words.end..end_of_name(said, words.end, phrase);
        // Another target outranks the one that was looked back on.
        let anew = ask == Ask::Target && self.looked_back;
        if own.len() < 2 || (self.fields.contains_key(field) && !anew) {
            return;
        }
        if anew {
            self.fields.remove(field);
        }
        self.looked_back = ask == Ask::TargetBefore || (self.looked_back && !anew);
        let cite = Cite::of(place, said.span(&own));
        self.put(field, FieldValue::Text(cite.clone()), cite);
    }

    fn put(&mut self, field: &'static str, value: FieldValue, cite: Cite) {
        self.fields.entry(field).or_insert(Field { value, cite });
    }

    /// Takes the client's answer; whether there was one.
    fn answer(&mut self, place: usize, ask: Ask) -> bool {
        let script = self.script;
        let Some(answer) = script
            .utterances
            .get(place)
            .filter(|u| u.speaker != Speaker::Clinician && !u.words.is_empty())
        else {
            return false;
        };
        if matches!(ask, Ask::Sud | Ask::Voc | Ask::Emotions | Ask::BodyLocation) {
            self.feelings(place, answer);
        }
        match ask {
            Ask::Sud => self.numbers(place, answer, self.sud),
            Ask::Voc => self.numbers(place, answer, self.voc),
            Ask::NegativeCognition => self.text(place, answer, "negative_cognition"),
            Ask::PositiveCognition => self.text(place, answer, "positive_cognition"),
            Ask::Image => self.text(place, answer, "image"),
            Ask::Emotions => self.emotions(place, answer),
            Ask::BodyLocation => self.place_in_body(place, answer),
            Ask::Scan => self.scan(place, answer),
            Ask::Target | Ask::TargetBefore | Ask::NegativeWords | Ask::Words | Ask::Feeling => {
                return false;
            }
        }
        true
    }

    fn numbers(&mut self, place: usize, answer: &ScriptUtterance, instrument: Option<usize>) {
        let Some(instrument) = instrument else { return };
        let [low, high] = self.lexicon.instruments[instrument].range;
        let mut taken: Option<f64> = None;
        for number in &answer.numbers {
            let (Quantity::Number(value) | Quantity::Ratio { part: value, .. }) = number.value
            else {
                continue;
            };
            let value = value.value;
            let counted = answer.words.get(number.words.end).is_some_and(|w| {
                matches!(
                    w.lower.as_str(),
                    "days" | "minutes" | "times" | "weeks" | "years"
                )
            });
            if value < low || value > high || counted || taken == Some(value) {
                continue;
            }
            let before = number.words.start.saturating_sub(4)..number.words.start;
            let was = answer.words[before].iter().any(|w| w.lower == "was");
            let when = match taken {
                None => When::Current,
                Some(_) if was => When::Prior,
                Some(_) => continue,
            };
            taken = taken.or(Some(value));
            self.measures.series.push(Measure {
                instrument,
                value,
                when,
                cite: Cite::of(place, answer.span(&number.words)),
            });
        }
    }

    fn text(&mut self, place: usize, answer: &ScriptUtterance, field: &'static str) {
        if self.fields.contains_key(field) {
            return;
        }
        let Some(sentence) = answer
            .sentences
            .iter()
            .find(|s| s.words.len() > 1)
            .or(answer.sentences.first())
        else {
            return;
        };
        let mut own = sentence.words.clone();
        let lead = ["um", "uh", "well", "that", "maybe", "probably", "like"];
        while own.len() > 1 && lead.contains(&answer.words[own.start].lower.as_str()) {
            own.start += 1;
        }
        let cite = Cite::of(place, answer.span(&own));
        self.put(field, FieldValue::Text(cite.clone()), cite);
    }

    /// Feelings that an answer names outright.
    fn feelings(&mut self, place: usize, answer: &ScriptUtterance) {
        let mut seen = std::collections::HashSet::new();
        let items: Vec<Cite> = self
            .questions
            .book
            .find(&answer.words)
            .into_iter()
            .filter(|f| f.what == Ask::Feeling)
            .map(|f| f.words)
            .filter(|own| {
                let before = own.start.checked_sub(1).map(|at| &answer.words[at].lower);
                before.is_none_or(|w| w != "not" && w != "no")
            })
            .filter(|own| seen.insert(answer.words[own.start].lower.clone()))
            .map(|own| Cite::of(place, answer.span(&own)))
            .collect();
        if !items.is_empty() {
            let cite = Cite::of(place, answer.span(&(0..answer.words.len())));
            self.put("emotions", FieldValue::List(items), cite);
        }
    }

    fn emotions(&mut self, place: usize, answer: &ScriptUtterance) {
        let mut items = Vec::new();
        let mut start = None;
        for (at, word) in answer.words.iter().enumerate() {
            let filler = word.is_filler()
                || matches!(
                    word.lower.as_str(),
                    "and"
                        | "mostly"
                        | "some"
                        | "a"
                        | "lot"
                        | "of"
                        | "just"
                        | "still"
                        | "really"
                        | "it's"
                        | "little"
                        | "bit"
                        | "the"
                        | "kind"
                        | "also"
                        | "i"
                        | "feel"
                );
            let breaks = word.break_before >= Break::Comma;
            if (filler || breaks)
                && let Some(from) = start.take()
            {
                items.push(from..at);
            }
            if matches!(
                word.lower.as_str(),
                "in" | "not" | "when" | "but" | "because"
            ) {
                break;
            }
            if !filler && start.is_none() {
                start = Some(at);
            }
            if at + 1 == answer.words.len()
                && let Some(from) = start
            {
                items.push(from..at + 1);
            }
        }
        let mut seen = std::collections::HashSet::new();
        let items: Vec<Cite> = items
            .into_iter()
            .filter(|own| own.len() <= 2 && seen.insert(answer.words[own.start].lower.clone()))
            .map(|own| Cite::of(place, answer.span(&own)))
            .collect();
        if !items.is_empty() {
            let cite = Cite::of(place, answer.span(&(0..answer.words.len())));
            self.put("emotions", FieldValue::List(items), cite);
        }
        self.place_in_body(place, answer);
    }

    /// "In my chest, like a stone", "My hands. Just a buzz".
    fn place_in_body(&mut self, place: usize, answer: &ScriptUtterance) {
        let owner = answer
            .words
            .iter()
            .position(|w| matches!(w.lower.as_str(), "my" | "the"));
        let Some(owner) = owner else { return };
        let start = owner + 1;
        let end = (start..answer.words.len())
            .find(|&at| {
                let word = &answer.words[at];
                at > start && word.break_before >= Break::Comma
                    || matches!(
                        word.lower.as_str(),
                        "like" | "and" | "it" | "just" | "mostly"
                    )
            })
            .unwrap_or(answer.words.len());
        if (1..=3).contains(&(end - start)) {
            let cite = Cite::of(place, answer.span(&(start..end)));
            self.put("body_location", FieldValue::Text(cite.clone()), cite);
        }
    }

    fn scan(&mut self, place: usize, answer: &ScriptUtterance) {
        let words: Vec<&str> = answer.words.iter().map(|w| w.lower.as_str()).collect();
        let clear = words.iter().any(|w| {
            matches!(
                *w,
                "nothing" | "clear" | "no" | "nope" | "calm" | "fine" | "clean" | "gone"
            )
        });
        let left = words.iter().any(|w| {
            matches!(
                *w,
                "tight" | "tightness" | "still" | "something" | "tension" | "heavy"
            )
        });
        if clear || left {
            let cite = Cite::of(place, answer.span(&(0..answer.words.len())));
            self.put("body_scan_clear", FieldValue::Flag(clear && !left), cite);
        }
    }
}

/// Where a name that begins at `from` ends: at a break, or at a word that leads on.
fn end_of_name(said: &ScriptUtterance, from: usize, phrase: bool) -> usize {
    let least = if phrase { Break::Clause } else { Break::Comma };
    (from..said.words.len())
        .find(|&at| {
            let word = &said.words[at];
            let on = matches!(
                word.lower.as_str(),
                "now" | "what" | "do" | "does" | "and" | "with" | "together" | "feel" | "still"
            );
            at > from && (word.break_before >= least || (on && word.break_before <= Break::Comma))
        })
        .unwrap_or(said.words.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::document::Transcript;
    use crate::transcript::phrase::Phrasebook;

    #[test]
    fn answers_belong_to_their_questions() {
        let talk = r#"{"schema":"notewright.transcript/1","mode":"session","utterances":[
            {"id":"u1","speaker":"clinician","text":"What words go with that picture?"},
            {"id":"u2","speaker":"client","text":"I am stuck."},
            {"id":"u3","speaker":"clinician","text":"What emotions come up?"},
            {"id":"u4","speaker":"client","text":"Dread. And anger, in my neck."},
            {"id":"u5","speaker":"clinician","text":"Zero to ten, how disturbing is it?"},
            {"id":"u6","speaker":"client","text":"A six. It was an eight last time."}]}"#;
        let transcript: Transcript = serde_json::from_str(talk).unwrap();
        let script = Script::of(&transcript, &Phrasebook::default());
        let (mut fields, mut measures) = (Fields::new(), Measures::default());
        let lexicon = Lexicon::embedded();
        let asked = read(
            Questions::embedded(),
            lexicon,
            &script,
            &mut fields,
            &mut measures,
        );
        assert_eq!(asked, [0, 2, 4]);
        let quote =
            |cite: &Cite| script.utterances[cite.utterance].text[cite.span.clone()].to_owned();
        let text = |name: &str| match &fields[name].value {
            FieldValue::Text(cite) => quote(cite),
            FieldValue::List(cites) => cites.iter().map(quote).collect::<Vec<_>>().join("|"),
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(text("negative_cognition"), "I am stuck");
        assert_eq!(text("emotions"), "Dread|anger");
        assert_eq!(text("body_location"), "neck");
        let said: Vec<_> = measures.series.iter().map(|m| (m.value, m.when)).collect();
        assert_eq!(said, [(6.0, When::Current), (8.0, When::Prior)]);
    }
}
