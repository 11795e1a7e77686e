//! What was said, clinically: techniques and what became of them, scores, risk, EMDR readings,
//! facts of the session, and for each clause the kind of thing it says.
//!
//! Does no I/O, knows no clock, and never infers: every finding of this room cites words.

mod alike;
pub mod clause;
mod clause_words;
pub mod cohesion;
pub mod details;
pub mod emdr;
mod emdr_answers;
mod emdr_felt;
mod emdr_levels;
mod emdr_mended;
pub mod emdr_questions;
pub mod emdr_talk;
mod emdr_talk_readings;
mod emdr_talk_words;
mod emdr_target;
pub mod emdr_words;
pub mod facts;
pub mod headings;
pub mod interventions;
pub mod leaning;
pub mod lexicon;
mod likeness;
pub mod measures;
mod no_cue;
mod retests;
pub mod risk;
pub mod risk_answers;
mod risk_words;
pub mod routing;
mod score_ahead;
mod score_carried;
mod score_pairs;
mod score_shapes;
mod second_thought;
mod series;
mod spoken;
mod status;
mod tags;
pub mod talk;

use std::collections::BTreeSet;
use std::ops::Range;

use clause::{Clause, Subject};
use cohesion::Order;
use headings::Headings;
use interventions::{Around, Tag};
use leaning::Leaning;
use lexicon::{EmdrPhase, Lexicon, Mark};
use likeness::{Listener, Voice};
use routing::{Before, Kind};

use crate::session::{Mode, Speaker};
use crate::transcript::script::{Script, ScriptUtterance, Sentence, Word};

/// Words of the transcript: an utterance and bytes of its text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cite {
    /// Place of the utterance in the transcript.
    pub utterance: usize,
    /// Bytes of its text.
    pub span: Range<usize>,
}

impl Cite {
    /// The words of an utterance between two bytes.
    #[must_use]
    pub fn of(utterance: usize, span: Range<usize>) -> Self {
        Self { utterance, span }
    }
}

/// What the format of the note tells the reading.
#[derive(Clone, Debug, Default)]
pub struct Purpose {
    /// Whether the note is about EMDR.
    pub emdr: bool,
    /// The sections by their spoken names.
    pub headings: Headings,
    /// The sections as a dictation moves through them.
    pub order: Order,
}

/// A clause with what was read of it.
#[derive(Clone, Debug)]
pub struct ReadClause {
    /// The clause.
    pub clause: Clause,
    /// The kind of thing it says.
    pub kind: Kind,
    /// The section that a spoken header put it in.
    pub section: Option<usize>,
    /// The EMDR phase it belongs to.
    pub phase: Option<EmdrPhase>,
    /// What its words speak for.
    pub leaning: Leaning,
    /// Whether the speaker's recogniser wrote no punctuation.
    pub unpunctuated: bool,
    /// Whether it was said to the client, in a session.
    pub spoken_aloud: bool,
    /// Whether it speaks of a technique.
    pub has_tag: bool,
    /// The section that it and the clauses around it speak for; dictations only.
    pub settled: Option<usize>,
}

impl ReadClause {
    /// The section: the spoken one, or the one that the words speak for.
    #[must_use]
    pub fn place(&self) -> Option<usize> {
        self.section.or(self.settled)
    }
}

/// Everything that was read of a transcript.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Its clauses in order.
    pub clauses: Vec<ReadClause>,
    /// The techniques, in order; one for each technique and status.
    pub tags: Vec<Tag>,
    /// The scores.
    pub measures: measures::Measures,
    /// Risk as said.
    pub risk: risk::Risk,
    /// The EMDR fields.
    pub emdr: emdr::Fields,
    /// Facts of the session.
    pub facts: facts::SessionFacts,
    /// Utterances in which the clinician asked for one of an EMDR session's readings.
    pub asked: BTreeSet<usize>,
    /// Talk moves; sessions only.
    pub talk: Vec<(usize, talk::Turn)>,
}

/// Reads a script.
#[must_use]
pub fn read(lexicon: &Lexicon, script: &Script, purpose: &Purpose) -> Reading {
    let mut reader = Reader {
        lexicon,
        script,
        purpose,
        reading: Reading::default(),
        section: None,
        phase: None,
        before: Before::default(),
        emdr: purpose.emdr,
        carried: score_carried::Carried::default(),
        levels: emdr_levels::Levels::default(),
        listener: Listener::default(),
    };
    for place in 0..script.utterances.len() {
        reader.utterance(place);
    }
    let mut reading = reader.reading;
    if script.mode == Mode::Session && purpose.emdr {
        let asked = emdr_talk::read(
            emdr_questions::Questions::embedded(),
            lexicon,
            script,
            &mut reading.emdr,
            &mut reading.measures,
        );
        reading.asked.extend(asked);
    }
    emdr_target::settle(&mut reading.emdr);
    reading.measures.settle(lexicon);
    if script.mode == Mode::Session {
        reading.talk = talk::read(script);
    }
    if script.mode == Mode::Dictation || purpose.emdr {
        cohesion::settle(&mut reading.clauses, &purpose.order);
    }
    if script.mode == Mode::Session {
        spoken::settle(lexicon, script, purpose.emdr, &mut reading);
    }
    if script.mode == Mode::Dictation {
        details::read(script, &reading.clauses, &mut reading.tags);
    }
    tags::once_each(lexicon, &mut reading.tags);
    reading
}

struct Reader<'a> {
    lexicon: &'a Lexicon,
    script: &'a Script,
    purpose: &'a Purpose,
    reading: Reading,
    section: Option<usize>,
    phase: Option<EmdrPhase>,
    before: Before,
    /// Whether EMDR is the matter of the note, or of the utterance.
    emdr: bool,
    /// What a session's score may be told of later.
    carried: score_carried::Carried,
    /// What the readings without a name speak of.
    levels: emdr_levels::Levels,
    listener: Listener,
}

impl Reader<'_> {
    fn utterance(&mut self, place: usize) {
        let utterance = &self.script.utterances[place];
        self.emdr = self.purpose.emdr || utterance.words.iter().any(|w| w.lower == "emdr");
        let unpunctuated = utterance.unpunctuated;
        for (number, sentence) in utterance.sentences.iter().enumerate() {
            if let Some(words) = &sentence.opens
                && let Some(section) = self.purpose.headings.named(words)
            {
                self.section = Some(section);
            }
            let headers = if self.script.mode == Mode::Dictation {
                self.purpose
                    .headings
                    .find(utterance, sentence, self.section, unpunctuated)
            } else {
                Vec::new()
            };
            let mut start = sentence.words.start;
            for (section, header) in headers {
                self.part(place, number, sentence, start..header.start, unpunctuated);
                self.section = Some(section);
                start = header.end;
            }
            self.part(
                place,
                number,
                sentence,
                start..sentence.words.end,
                unpunctuated,
            );
        }
        facts::read(self.script, place, &mut self.reading.facts);
        if self.script.mode == Mode::Session {
            let marks: Vec<Mark> = self
                .reading
                .clauses
                .iter()
                .rev()
                .take_while(|c| c.clause.utterance == place)
                .flat_map(|c| c.clause.marks.iter().cloned())
                .collect();
            risk_answers::read_session(self.script, place, &marks, &mut self.reading.risk);
        }
    }

    /// A sentence, or the part of it between two headers.
    fn part(
        &mut self,
        place: usize,
        number: usize,
        sentence: &Sentence,
        words: Range<usize>,
        unpunctuated: bool,
    ) {
        let utterance = &self.script.utterances[place];
        if utterance.words[words.clone()].iter().all(Word::is_filler) {
            return;
        }
        let sentence = Sentence {
            words,
            ..sentence.clone()
        };
        let clauses = clause::split(
            self.lexicon,
            utterance,
            (place, number),
            &sentence,
            unpunctuated,
        );
        self.before.sentence = self.before.clause.take().or(self.before.sentence);
        let marks: Vec<Mark> = clauses
            .iter()
            .flat_map(|c| c.marks.iter().cloned())
            .collect();
        let mut said = measures::Measures::default();
        measures::read(
            self.lexicon,
            self.script,
            place,
            &marks,
            sentence.words.end,
            &mut said,
        );
        self.carried.read(
            self.lexicon,
            self.script,
            (place, &sentence.words),
            &marks,
            &mut said,
        );
        if self.purpose.emdr && self.script.mode == Mode::Dictation {
            self.levels.read(
                self.lexicon,
                self.script,
                (place, &sentence.words),
                &marks,
                &mut said,
            );
        }
        let scores: Vec<Cite> = said
            .scores
            .iter()
            .chain(&said.series)
            .map(|m| m.cite.clone())
            .collect();
        self.reading.measures.append(said);
        emdr::read(
            emdr_words::EmdrWords::embedded(),
            self.script,
            place,
            &sentence,
            &mut self.reading.emdr,
        );
        for clause in clauses {
            self.clause(utterance, clause, &scores, unpunctuated);
        }
        self.before.sentences += 1;
        self.before.since_act = self.before.since_act.map(|n| n + 1);
    }

    fn clause(
        &mut self,
        utterance: &ScriptUtterance,
        clause: Clause,
        scores: &[Cite],
        unpunctuated: bool,
    ) {
        let around = Around {
            mode: self.script.mode,
            emdr: self.emdr,
            section: self
                .section
                .and_then(|s| self.purpose.headings.kinds.get(s).copied().flatten()),
            after_plan: self.before.sentence == Some(Kind::Plan),
        };
        let voice = match (self.script.mode, utterance.speaker) {
            (Mode::Dictation, _) => Voice::Dictation,
            (Mode::Session, speaker) if speaker.is_client() => Voice::Client,
            (Mode::Session, _) => Voice::Clinician,
        };
        let heard = self.listener.hear(voice, &utterance.words, &clause.words);
        let tags = interventions::read(self.lexicon, self.script, &clause, around, &heard);
        if tags.is_empty() {
            second_thought::revise(&mut self.reading, utterance, &clause);
        }
        if self.script.mode == Mode::Dictation {
            let told = risk::Told {
                of_another: matches!(clause.subject, Subject::Relative | Subject::Provider)
                    && clause.own_subject
                    && !risk::named_before_subject(&clause.marks),
            };
            let part = Sentence {
                words: clause.words.clone(),
                opens: None,
                paragraph: false,
                question: false,
            };
            risk::read(
                self.script,
                clause.utterance,
                &part,
                &clause.marks,
                told,
                &mut self.reading.risk,
            );
            risk::read_told_answer(
                self.script,
                clause.utterance,
                &clause.words,
                &clause.marks,
                &mut self.reading.risk,
            );
        }
        let span = utterance.span(&clause.words);
        let has_score = scores.iter().any(|c| {
            c.utterance == clause.utterance && c.span.start < span.end && span.start < c.span.end
        });
        let kind = match (self.script.mode, utterance.speaker) {
            (Mode::Session, Speaker::Clinician) if tags.is_empty() => Kind::Act,
            (Mode::Session, speaker) if speaker.is_client() => Kind::Report,
            _ if self.before.sentences < 3 && tags.is_empty() && !has_score && heard.frames() => {
                Kind::Frame
            }
            _ => routing::kind(&clause, &tags, has_score, self.before),
        };
        self.phase = routing::phase(&clause, self.phase);
        let leaning = match (self.script.mode, utterance.speaker) {
            (Mode::Dictation, _) => leaning::of(&clause, utterance, &tags, has_score, &heard),
            (Mode::Session, Speaker::Clinician) => leaning::of_talk(&clause, utterance),
            (Mode::Session, _) => Leaning::default(),
        };
        let early = self.before.sentences < 3 && clause.has(lexicon::CueKind::Frame);
        if self.script.mode == Mode::Dictation && (kind == Kind::Frame || early) {
            facts::read_frame(utterance, &clause, &mut self.reading.facts);
        }
        if kind == Kind::Act {
            self.before.since_act = Some(0);
        }
        self.before.clause = Some(kind);
        let has_tag = !tags.is_empty();
        self.reading.tags.extend(tags);
        self.reading.clauses.push(ReadClause {
            clause,
            kind,
            section: self.section,
            phase: self.phase,
            leaning,
            unpunctuated,
            spoken_aloud: self.script.mode == Mode::Session,
            has_tag,
            settled: None,
        });
    }
}

#[cfg(test)]
mod tests;
