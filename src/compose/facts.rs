//! The typed parts of a note, from the reading: session, fields, techniques, scores, risk, talk.

use std::collections::BTreeMap;

use crate::compose::Matter;
use crate::note::document::{
    Evidence, Field, Intervention, Measure, Risk, RiskFact, RiskLevelFact, RiskWordOr, SessionHead,
    Stated, Talk, TalkMove, TalkSummary, Unsaid, Value,
};
use crate::reading::Cite;
use crate::reading::emdr::FieldValue;
use crate::reading::facts::Code;
use crate::reading::measures::When;
use crate::reading::risk::RiskField;
use crate::reading::talk::{Move, MoveKind, Turn};
use crate::session::{Mode, Speaker, Speech};

fn cut(matter: Matter<'_>, cite: &Cite) -> Vec<Evidence> {
    Evidence::cut(matter.transcript, cite).into_iter().collect()
}

/// When the session was, as far as it was dictated or given.
#[must_use]
pub fn session(matter: Matter<'_>) -> SessionHead {
    let facts = &matter.reading.facts;
    SessionHead {
        date: matter.date,
        start: facts.start.as_ref().map(|(time, _)| *time),
        end: facts.end.as_ref().map(|(time, _)| *time),
        minutes: facts.minutes.as_ref().map(|(minutes, _)| *minutes),
        telehealth: facts.telehealth.as_ref().map(|(how, cite)| Stated {
            value: *how,
            evidence: cut(matter, cite),
        }),
        participants: facts.participants.as_ref().and_then(|cite| {
            let evidence = cut(matter, cite);
            let value = evidence.first()?.quote().clone();
            Some(Stated { value, evidence })
        }),
        cpt: codes(matter, |code| match code {
            Code::Cpt(code) => Some(code.clone()),
            Code::Icd10(_) => None,
        }),
        icd10: codes(matter, |code| match code {
            Code::Icd10(code) => Some(code.clone()),
            Code::Cpt(_) => None,
        }),
    }
}

/// The codes of one kind, each once.
fn codes(matter: Matter<'_>, of: impl Fn(&Code) -> Option<String>) -> Vec<Stated<String>> {
    let mut stated: Vec<Stated<String>> = Vec::new();
    for (code, cite) in &matter.reading.facts.codes {
        if let Some(value) = of(code)
            && stated.iter().all(|known| known.value != value)
        {
            let evidence = cut(matter, cite);
            stated.push(Stated { value, evidence });
        }
    }
    stated
}

/// The EMDR fields, and where SUD and VOC started and ended.
#[must_use]
pub fn fields(matter: Matter<'_>) -> BTreeMap<String, Field> {
    let mut fields = BTreeMap::new();
    if !matter.format.by_phase {
        return fields;
    }
    let speech = |cite: &Cite| Evidence::cut(matter.transcript, cite).map(|e| e.quote().clone());
    for (name, field) in &matter.reading.emdr {
        let value = match &field.value {
            FieldValue::Text(cite) => speech(cite).map(Value::Text),
            FieldValue::List(items) => Some(Value::List(
                items.iter().filter_map(speech).collect::<Vec<Speech>>(),
            )),
            FieldValue::Count(count) => Some(Value::number(*count)),
            FieldValue::Flag(flag) => Some(Value::Flag(*flag)),
        };
        if let Some(value) = value {
            let evidence = cut(matter, &field.cite);
            fields.insert(
                (*name).to_owned(),
                Field {
                    value,
                    unit: None,
                    evidence,
                },
            );
        }
    }
    for score in &matter.reading.measures.scores {
        let instrument = &matter.lexicon.instruments[score.instrument];
        let (Some(unit), true) = (&instrument.unit, instrument.reading) else {
            continue;
        };
        let suffix = match score.when {
            When::Pre => "start",
            When::Post => "end",
            _ => continue,
        };
        fields.insert(
            format!("{}_{suffix}", instrument.name.to_lowercase()),
            Field {
                value: Value::number(score.value),
                unit: Some(unit.clone()),
                evidence: cut(matter, &score.cite),
            },
        );
    }
    fields
}

/// The techniques.
#[must_use]
pub fn interventions(matter: Matter<'_>) -> Vec<Intervention> {
    let said = |cite: &Option<Cite>| {
        let evidence = Evidence::cut(matter.transcript, cite.as_ref()?)?;
        Some(evidence.quote().clone())
    };
    matter
        .reading
        .tags
        .iter()
        .map(|tag| {
            let known = &matter.lexicon.interventions[tag.intervention];
            Intervention {
                id: known.id.clone(),
                name: known.name.clone(),
                status: tag.status,
                agent: tag.agent,
                levels: known.levels.clone(),
                goal: said(&tag.details.goal),
                response: said(&tag.details.response),
                dose: said(&tag.details.dose),
                qualifier: said(&tag.details.qualifier),
                confidence: tag.confidence,
                evidence: cut(matter, &tag.cite),
            }
        })
        .filter(|tag| !tag.evidence.is_empty())
        .collect()
}

/// The scores.
#[must_use]
pub fn measures(matter: Matter<'_>) -> Vec<Measure> {
    matter
        .reading
        .measures
        .scores
        .iter()
        .map(|score| {
            let instrument = &matter.lexicon.instruments[score.instrument];
            Measure {
                name: instrument.name.clone(),
                value: Value::number(score.value),
                range: instrument.range,
                when: score.when,
                evidence: cut(matter, &score.cite),
            }
        })
        .filter(|measure| !measure.evidence.is_empty())
        .collect()
}

/// Risk as said.
#[must_use]
pub fn risk(matter: Matter<'_>) -> Risk {
    let read = &matter.reading.risk;
    let fact = |field| match read.status(field) {
        Some((status, said)) => {
            let evidence = said
                .iter()
                .filter(|(s, _)| *s == status)
                .filter_map(|(_, cite)| Evidence::cut(matter.transcript, cite))
                .collect::<Vec<_>>();
            RiskFact {
                status: RiskWordOr::Said(status),
                evidence,
            }
        }
        None => RiskFact {
            status: RiskWordOr::Unsaid(Unsaid::NotAssessed),
            evidence: Vec::new(),
        },
    };
    let level = match read.level.last() {
        Some((level, cite)) => RiskLevelFact {
            status: RiskWordOr::Said(*level),
            evidence: cut(matter, cite),
        },
        None => RiskLevelFact {
            status: RiskWordOr::Unsaid(Unsaid::NotStated),
            evidence: Vec::new(),
        },
    };
    Risk {
        si: fact(RiskField::Si),
        hi: fact(RiskField::Hi),
        nssi: fact(RiskField::Nssi),
        plan: fact(RiskField::Plan),
        intent: fact(RiskField::Intent),
        level,
    }
}

/// Talk moves; nothing for a dictation.
#[must_use]
pub fn talk(matter: Matter<'_>) -> Option<Talk> {
    if matter.script.mode != Mode::Session {
        return None;
    }
    let mut summary = TalkSummary::default();
    for utterance in &matter.script.utterances {
        match utterance.speaker {
            Speaker::Clinician => summary.clinician_words += utterance.words.len(),
            speaker if speaker.is_client() => summary.client_words += utterance.words.len(),
            _ => {}
        }
    }
    let lexicon = matter.lexicon;
    summary.affirmations = matter
        .reading
        .tags
        .iter()
        .filter(|t| {
            t.status.is_used() && lexicon.interventions[t.intervention].id == "mi.affirmation"
        })
        .count();
    let moves = matter
        .reading
        .talk
        .iter()
        .map(|(place, turn)| {
            let utterance = matter.script.utterances[*place].id.clone();
            match *turn {
                Turn::Clinician(act, kind) => {
                    count(&mut summary, act, kind);
                    TalkMove {
                        utterance,
                        act: Some(act),
                        kind,
                        talk: None,
                    }
                }
                Turn::Client(talk) => TalkMove {
                    utterance,
                    act: None,
                    kind: None,
                    talk: Some(talk),
                },
            }
        })
        .collect();
    Some(Talk { moves, summary })
}

fn count(summary: &mut TalkSummary, act: Move, kind: Option<MoveKind>) {
    match (act, kind) {
        (Move::Question, Some(MoveKind::Open)) => summary.open_questions += 1,
        (Move::Question, _) => summary.closed_questions += 1,
        (Move::Reflection, Some(MoveKind::Complex)) => summary.complex_reflections += 1,
        (Move::Reflection, _) => summary.simple_reflections += 1,
        _ => {}
    }
}
