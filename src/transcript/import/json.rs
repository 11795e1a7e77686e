//! The document `notewright.transcript/1`: strict about structure, kind about unknown keys.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value};

use super::{ImportError, Imported, Notice};
use crate::session::{Mode, Speaker, Speech, TimeSpan, UtteranceId};
use crate::transcript::document::{
    EngineInfo, Gap, GapReason, SpokenWord, Transcript, TranscriptSchema, Utterance,
};

const SCHEMA: &str = "notewright.transcript/1";

/// Reads the document in `text`.
pub(super) fn read(path: &str, text: &str) -> Result<Imported, ImportError> {
    let value: Value = serde_json::from_str(text).map_err(|err| syntax(path, &err))?;
    let mut reader = Reader {
        unknown: BTreeSet::new(),
    };
    let (transcript, beyond) = reader
        .document(&value)
        .map_err(|fault| ImportError::Document {
            path: path.to_owned(),
            place: fault.place,
            cause: fault.cause,
        })?;
    let mut notices = Vec::new();
    if !reader.unknown.is_empty() {
        notices.push(Notice::UnknownKeys(reader.unknown.into_iter().collect()));
    }
    if beyond {
        notices.push(Notice::BeyondDuration);
    }
    Ok(Imported {
        transcript,
        notices,
    })
}

/// The message is ours: the parser's own can quote the text.
fn syntax(path: &str, err: &serde_json::Error) -> ImportError {
    ImportError::Syntax {
        path: path.to_owned(),
        line: err.line(),
        column: err.column(),
        cause: if err.is_eof() {
            "it ends in the middle"
        } else {
            "something stands here that does not belong"
        },
    }
}

/// What is wrong, and where.
struct Fault {
    place: String,
    cause: String,
}

type Read<T> = Result<T, Fault>;

fn fault<T>(place: &str, cause: impl Into<String>) -> Read<T> {
    Err(Fault {
        place: place.to_owned(),
        cause: cause.into(),
    })
}

struct Reader {
    unknown: BTreeSet<String>,
}

impl Reader {
    fn document(&mut self, value: &Value) -> Read<(Transcript, bool)> {
        let keys = [
            "schema",
            "mode",
            "language",
            "duration_ms",
            "engine",
            "utterances",
            "coverage",
        ];
        let top = self.object(value, "the document", "", &keys)?;
        match top.get("schema").and_then(Value::as_str) {
            Some(SCHEMA) => {}
            Some(other) => {
                let shown: String = other.chars().take(40).collect();
                return fault("schema", format!("`{shown}` is not `{SCHEMA}`"));
            }
            None => return fault("schema", format!("is missing; it should be `{SCHEMA}`")),
        }
        let mode = match optional_text(top, "mode", "mode")? {
            None | Some("dictation") => Mode::Dictation,
            Some("session") => Mode::Session,
            Some(_) => return fault("mode", "is neither `dictation` nor `session`"),
        };
        let duration_ms = optional_ms(top, "duration_ms", "duration_ms")?;
        let engine = match top.get("engine") {
            None | Some(Value::Null) => None,
            Some(engine) => Some(self.engine(engine)?),
        };
        let utterances = self.utterances(list(top, "utterances", "utterances", true)?)?;
        let coverage = self.coverage(list(top, "coverage", "coverage", false)?)?;
        let last = utterances
            .iter()
            .filter_map(|u| u.span)
            .map(|span| span.end_ms)
            .max();
        let beyond = duration_ms.is_some_and(|length| last.is_some_and(|end| end > length));
        let transcript = Transcript {
            schema: TranscriptSchema::V1,
            mode,
            language: optional_text(top, "language", "language")?
                .unwrap_or("en")
                .to_owned(),
            duration_ms,
            engine,
            utterances,
            coverage,
        };
        Ok((transcript, beyond))
    }

    /// The object `value`, its keys checked; `kind` names unknown ones, as in `utterances[].mood`.
    fn object<'a>(
        &mut self,
        value: &'a Value,
        place: &str,
        kind: &str,
        keys: &[&str],
    ) -> Read<&'a Map<String, Value>> {
        let Some(object) = value.as_object() else {
            return fault(place, "is not an object");
        };
        for key in object.keys().filter(|key| !keys.contains(&key.as_str())) {
            let shown: String = key.chars().take(40).collect();
            if self.unknown.len() < 20 {
                self.unknown.insert(format!("{kind}{shown}"));
            }
        }
        Ok(object)
    }

    fn engine(&mut self, value: &Value) -> Read<EngineInfo> {
        let engine = self.object(value, "engine", "engine.", &["name", "model", "sha256"])?;
        Ok(EngineInfo {
            name: text(engine, "name", "engine.name")?.to_owned(),
            model: optional_text(engine, "model", "engine.model")?
                .unwrap_or_default()
                .to_owned(),
            sha256: optional_text(engine, "sha256", "engine.sha256")?.map(str::to_owned),
        })
    }

    fn utterances(&mut self, values: &[Value]) -> Read<Vec<Utterance>> {
        let mut ids = HashSet::new();
        let mut latest = 0;
        let mut utterances = Vec::with_capacity(values.len());
        for (n, value) in values.iter().enumerate() {
            let place = format!("utterances[{n}]");
            let utterance = self.utterance(value, &place)?;
            if !ids.insert(utterance.id.clone()) {
                return fault(
                    &format!("{place}.id"),
                    "another utterance has this id already",
                );
            }
            if let Some(span) = utterance.span {
                if span.start_ms < latest {
                    return fault(
                        &format!("{place}.start_ms"),
                        format!(
                            "{} lies before the start of an utterance above it, {latest}",
                            span.start_ms
                        ),
                    );
                }
                latest = span.start_ms;
            }
            utterances.push(utterance);
        }
        Ok(utterances)
    }

    fn utterance(&mut self, value: &Value, place: &str) -> Read<Utterance> {
        let keys = [
            "id",
            "speaker",
            "start_ms",
            "end_ms",
            "text",
            "confidence",
            "words",
        ];
        let object = self.object(value, place, "utterances[].", &keys)?;
        let id = text(object, "id", &format!("{place}.id"))?;
        if id.trim().is_empty() {
            return fault(&format!("{place}.id"), "is empty");
        }
        let words = list(object, "words", &format!("{place}.words"), false)?;
        Ok(Utterance {
            id: UtteranceId(id.to_owned()),
            speaker: speaker(text(object, "speaker", &format!("{place}.speaker"))?, place)?,
            span: span(object, place)?,
            text: Speech::from(text(object, "text", &format!("{place}.text"))?),
            confidence: confidence(object, place)?,
            words: self.words(words, place)?,
        })
    }

    fn words(&mut self, values: &[Value], utterance: &str) -> Read<Vec<SpokenWord>> {
        let keys = ["text", "start_ms", "end_ms", "confidence"];
        let mut latest = 0;
        let mut words = Vec::with_capacity(values.len());
        for (n, value) in values.iter().enumerate() {
            let place = format!("{utterance}.words[{n}]");
            let object = self.object(value, &place, "utterances[].words[].", &keys)?;
            let span = required_span(object, &place)?;
            if span.start_ms < latest {
                return fault(
                    &format!("{place}.start_ms"),
                    "lies before the start of the word before it",
                );
            }
            latest = span.start_ms;
            words.push(SpokenWord {
                text: Speech::from(text(object, "text", &format!("{place}.text"))?),
                span,
                confidence: confidence(object, &place)?,
            });
        }
        Ok(words)
    }

    fn coverage(&mut self, values: &[Value]) -> Read<Vec<Gap>> {
        let mut latest = 0;
        let mut gaps = Vec::with_capacity(values.len());
        for (n, value) in values.iter().enumerate() {
            let place = format!("coverage[{n}]");
            let object =
                self.object(value, &place, "coverage[].", &["start_ms", "end_ms", "why"])?;
            let span = required_span(object, &place)?;
            if span.start_ms < latest {
                return fault(
                    &format!("{place}.start_ms"),
                    "lies before the start of the gap before it",
                );
            }
            latest = span.start_ms;
            let why = match text(object, "why", &format!("{place}.why"))? {
                "silence" => GapReason::Silence,
                "no_text" => GapReason::NoText,
                "repetition" => GapReason::Repetition,
                "invented" => GapReason::Invented,
                "failed" => GapReason::Failed,
                other => GapReason::Other(other.to_owned()),
            };
            gaps.push(Gap { span, why });
        }
        Ok(gaps)
    }
}

fn speaker(name: &str, place: &str) -> Read<Speaker> {
    let all = [
        Speaker::Clinician,
        Speaker::Client,
        Speaker::Client2,
        Speaker::Collateral,
        Speaker::Unknown,
    ];
    match all.into_iter().find(|speaker| speaker.as_str() == name) {
        Some(speaker) => Ok(speaker),
        None => fault(
            &format!("{place}.speaker"),
            format!("is none of {}", all.map(Speaker::as_str).join(", ")),
        ),
    }
}

fn list<'a>(
    object: &'a Map<String, Value>,
    key: &str,
    place: &str,
    needed: bool,
) -> Read<&'a [Value]> {
    match object.get(key) {
        Some(Value::Array(values)) => Ok(values),
        None | Some(Value::Null) if !needed => Ok(&[]),
        None => fault(place, "is missing"),
        Some(_) => fault(place, "is not a list"),
    }
}

fn text<'a>(object: &'a Map<String, Value>, key: &str, place: &str) -> Read<&'a str> {
    match optional_text(object, key, place)? {
        Some(text) => Ok(text),
        None => fault(place, "is missing"),
    }
}

fn optional_text<'a>(
    object: &'a Map<String, Value>,
    key: &str,
    place: &str,
) -> Read<Option<&'a str>> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => fault(place, "is not text"),
    }
}

fn optional_ms(object: &Map<String, Value>, key: &str, place: &str) -> Read<Option<u64>> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64() {
            Some(ms) => Ok(Some(ms)),
            None => fault(
                place,
                "is not a whole number of milliseconds from the start",
            ),
        },
    }
}

fn span(object: &Map<String, Value>, place: &str) -> Read<Option<TimeSpan>> {
    let start = optional_ms(object, "start_ms", &format!("{place}.start_ms"))?;
    let end = optional_ms(object, "end_ms", &format!("{place}.end_ms"))?;
    match (start, end) {
        (None, None) => Ok(None),
        (Some(start_ms), Some(end_ms)) if end_ms < start_ms => fault(
            &format!("{place}.end_ms"),
            format!("{end_ms} lies before the start, {start_ms}"),
        ),
        (Some(start_ms), Some(end_ms)) => Ok(Some(TimeSpan { start_ms, end_ms })),
        (Some(_), None) => fault(&format!("{place}.end_ms"), "is missing beside start_ms"),
        (None, Some(_)) => fault(&format!("{place}.start_ms"), "is missing beside end_ms"),
    }
}

fn required_span(object: &Map<String, Value>, place: &str) -> Read<TimeSpan> {
    match span(object, place)? {
        Some(span) => Ok(span),
        None => fault(&format!("{place}.start_ms"), "is missing"),
    }
}

fn confidence(object: &Map<String, Value>, place: &str) -> Read<Option<f32>> {
    match object.get("confidence") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_f64().filter(|c| (0.0..=1.0).contains(c)) {
            Some(confidence) => Ok(Some(confidence as f32)),
            None => fault(
                &format!("{place}.confidence"),
                "is not a number from 0 to 1",
            ),
        },
    }
}
