//! The fields and readings of an EMDR session that was recorded: the clinician asks, the client
//! answers. Field texts are the words of whoever said them; an answer without a question is none.

use std::ops::Range;

use crate::reading::Cite;
use crate::reading::emdr::{Field, FieldValue, Fields};
use crate::reading::emdr_answers::{
    end_of_chosen, end_of_name, is_article, is_chosen_for, is_of_work, named_place, owned_place,
};
use crate::reading::emdr_questions::{Ask, Questions};
use crate::reading::emdr_talk_words::AGAIN;
use crate::reading::lexicon::Lexicon;
use crate::reading::measures::Measures;
use crate::session::Speaker;
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
        installing: false,
        scanning: None,
        questions,
        asked_for: None,
    };
    let mut asked = Vec::new();
    for (place, utterance) in script.utterances.iter().enumerate() {
        if utterance.speaker != Speaker::Clinician {
            continue;
        }
        let found = questions.book.find(&utterance.words);
        let put_off = |at: usize| {
            found.iter().any(|f| {
                f.what == Ask::PutOff
                    && utterance
                        .sentences
                        .iter()
                        .any(|s| s.words.contains(&at) && s.words.contains(&f.words.start))
            })
        };
        for ask in &found {
            if !put_off(ask.words.start) {
                talk.named(place, utterance, ask.what, &ask.words);
            }
            talk.turns(ask.what);
        }
        talk.recalled(
            place,
            utterance,
            &found.iter().map(|f| f.what).collect::<Vec<_>>(),
        );
        // Of several questions in a breath the last one is answered; the longer names it better.
        let last = found
            .iter()
            .filter(|f| f.what.is_question() && !talk.is_known(f.what, place))
            // "What would you rather believe about yourself" asks for no negative words.
            .filter(|f| {
                !found.iter().any(|o| {
                    o.what == Ask::PositiveCognition
                        && f.what == Ask::NegativeCognition
                        && o.words.start <= f.words.start
                        && f.words.end <= o.words.end
                })
            })
            .max_by_key(|f| (f.words.start, f.words.len()));
        let other = found.iter().any(|f| f.what == Ask::OtherNumber);
        match last {
            Some(ask) => {
                if talk.answer(place + 1, ask.what) {
                    asked.push(place);
                }
                talk.scanning = (ask.what == Ask::Scan).then_some(place);
            }
            None if talk.again(place) => asked.push(place),
            None if !other => talk.unasked(place + 1),
            None => {}
        }
    }
    asked
}

pub(super) struct Talk<'a> {
    pub(super) script: &'a Script,
    pub(super) lexicon: &'a Lexicon,
    pub(super) fields: &'a mut Fields,
    pub(super) measures: &'a mut Measures,
    pub(super) sud: Option<usize>,
    pub(super) voc: Option<usize>,
    /// Whether the target is so far one of an earlier session.
    pub(super) looked_back: bool,
    /// Whether the positive words are being installed.
    pub(super) installing: bool,
    /// Where the scan of the body was asked for that is still going on.
    pub(super) scanning: Option<usize>,
    pub(super) questions: &'a Questions,
    /// The words about oneself that were asked for last, where, and whether they were given.
    pub(super) asked_for: Option<(Ask, usize, bool)>,
}

impl Talk<'_> {
    /// Takes what the clinician names: the target, or the words that are to be believed.
    fn named(&mut self, place: usize, said: &ScriptUtterance, ask: Ask, words: &Range<usize>) {
        let field = match ask {
            Ask::Target | Ask::TargetBefore | Ask::TargetChosen => "target",
            Ask::NegativeWords => "negative_cognition",
            Ask::Words => "positive_cognition",
            _ => return,
        };
        let phrase = matches!(ask, Ask::Target | Ask::NegativeWords);
        let from = words.end - usize::from(said.words[words.end - 1].lower == "the");
        let end = match ask {
            Ask::TargetChosen => end_of_chosen(said, from),
            _ => end_of_name(said, from, phrase),
        };
        let own = from..end;
        let second = said.words.get(from + 1).map_or("", |w| w.lower.as_str());
        let first = said.words.get(own.start).map_or("", |w| w.lower.as_str());
        if field == "target" && (!is_article(first) || is_of_work(second)) {
            return;
        }
        if ask == Ask::TargetChosen && !is_chosen_for(said, own.end) {
            return;
        }
        // What is asked of the words is not the words.
        if ask == Ask::Words && matches!(first, "that" | "those" | "they" | "it" | "the" | "these")
        {
            return;
        }
        // Another target outranks the one that was looked back on.
        let anew = ask != Ask::TargetBefore && field == "target" && self.looked_back;
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

    /// Whether it was answered before and is only spoken of again.
    fn is_known(&self, ask: Ask, place: usize) -> bool {
        let lately = |ask: Ask| {
            self.asked_for
                .is_some_and(|(last, at, _)| last == ask && place <= at + AGAIN)
        };
        match ask {
            Ask::Reword => self.asked_for.is_none_or(|(_, at, _)| place > at + AGAIN),
            Ask::TargetAsked => self.fields.contains_key("target"),
            _ if lately(ask) => false,
            Ask::NegativeCognition => self.fields.contains_key("negative_cognition"),
            Ask::PositiveCognition => self.fields.contains_key("positive_cognition"),
            _ => false,
        }
    }

    /// What is worked on from here.
    fn turns(&mut self, ask: Ask) {
        match ask {
            Ask::Installing | Ask::Words => self.installing = true,
            Ask::Working | Ask::Sud | Ask::Emotions | Ask::BodyLocation => self.installing = false,
            _ => {}
        }
    }

    pub(super) fn put(&mut self, field: &'static str, value: FieldValue, cite: Cite) {
        self.fields.entry(field).or_insert(Field { value, cite });
    }

    /// Takes the client's answer; whether there was one.
    pub(super) fn answer(&mut self, place: usize, ask: Ask) -> bool {
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
        let of_voc = match ask {
            Ask::Level => self.installing,
            other => matches!(other, Ask::Voc),
        };
        let reading = if of_voc { self.voc } else { self.sud };
        match ask {
            Ask::Sud | Ask::Voc | Ask::Level => self.numbers(place, answer, reading),
            Ask::NegativeCognition | Ask::PositiveCognition | Ask::Reword => {
                self.words(place, answer, ask);
            }
            Ask::TargetAsked => self.target_told(place, answer),
            Ask::Image => self.text(place, answer, "image"),
            Ask::Emotions => self.emotions(place, answer),
            Ask::BodyLocation => self.place_in_body(place, answer),
            Ask::Scan => self.scan(place, answer),
            _ => return false,
        }
        true
    }

    pub(super) fn text(&mut self, place: usize, answer: &ScriptUtterance, field: &'static str) {
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
        let lead = [
            "um", "uh", "well", "that", "maybe", "probably", "like", "yeah", "honestly", "just",
            "guess", "think", "suppose", "so", "and", "okay",
        ];
        let hedge = |at: usize| {
            let next = answer.words.get(at + 1).map_or("", |w| w.lower.as_str());
            answer.words[at].lower == "i" && matches!(next, "guess" | "think" | "suppose")
        };
        while own.len() > 1
            && (lead.contains(&answer.words[own.start].lower.as_str()) || hedge(own.start))
        {
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
        // "Anger, at the chief" names no place.
        if let Some(own) = named_place(answer) {
            let cite = Cite::of(place, answer.span(&own));
            self.put("body_location", FieldValue::Text(cite.clone()), cite);
        }
    }

    /// "In my chest, like a stone", "My hands. Just a buzz", "Throat and stomach".
    fn place_in_body(&mut self, place: usize, answer: &ScriptUtterance) {
        if let Some(own) = named_place(answer).or_else(|| owned_place(answer)) {
            let cite = Cite::of(place, answer.span(&own));
            self.put("body_location", FieldValue::Text(cite.clone()), cite);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::measures::When;
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
