//! `WebVTT` and `SubRip`: cues with times, and speakers in voice tags or before the words.
//!
//! Merges nothing: every cue is an utterance, or one for each voice in it.

use std::iter;

use super::labels::{self, Cast};
use super::{ImportError, Imported, Notice, text};
use crate::session::{Mode, Speaker, Speech, TimeSpan, UtteranceId};
use crate::transcript::document::Utterance;

/// A cue, or one voice's part of it.
struct Cue {
    span: TimeSpan,
    /// The name in a voice tag.
    voice: Option<String>,
    words: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Format {
    WebVtt,
    SubRip,
}

/// Reads a `WebVTT` file.
pub(super) fn read_vtt(path: &str, text: &str) -> Result<Imported, ImportError> {
    let header = text.lines().next().unwrap_or_default();
    let rest = header.strip_prefix("WEBVTT");
    if !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t'])) {
        return Err(fault(path, 1, "a WebVTT file begins with WEBVTT"));
    }
    let mut cues = cues(path, text, Format::WebVtt, 1)?;
    cues = cues.iter().flat_map(voices).collect();
    Ok(imported(&cues))
}

/// Reads a `SubRip` file.
pub(super) fn read_srt(path: &str, text: &str) -> Result<Imported, ImportError> {
    let mut cues = cues(path, text, Format::SubRip, 0)?;
    for cue in &mut cues {
        cue.words = without_tags(&cue.words);
    }
    cues.retain(|cue| !cue.words.is_empty());
    Ok(imported(&cues))
}

fn fault(path: &str, line: usize, cause: impl Into<String>) -> ImportError {
    ImportError::Subtitles {
        path: path.to_owned(),
        line,
        cause: cause.into(),
    }
}

/// The cues in order, their words raw. `skip` lines at the top are the header.
fn cues(path: &str, text: &str, format: Format, skip: usize) -> Result<Vec<Cue>, ImportError> {
    let lines: Vec<&str> = text.lines().collect();
    let mut cues: Vec<Cue> = Vec::new();
    let mut at = skip;
    if format == Format::WebVtt {
        // Header lines go up to the first blank one.
        while lines.get(at).is_some_and(|line| !line.trim().is_empty()) {
            if lines[at].contains("-->") {
                break;
            }
            at += 1;
        }
    }
    while at < lines.len() {
        if lines[at].trim().is_empty() {
            at += 1;
            continue;
        }
        let block = at;
        if format == Format::WebVtt && is_aside(lines[at]) {
            at = block_end(&lines, at);
            continue;
        }
        // A number or a name may stand before the times.
        if !lines[at].contains("-->") && lines.get(at + 1).is_some_and(|line| line.contains("-->"))
        {
            at += 1;
        }
        if !lines[at].contains("-->") {
            match cues.last_mut().filter(|_| format == Format::SubRip) {
                // A blank line inside a cue's words.
                Some(cue) => {
                    at = words_end(&lines, block, format);
                    cue.words.push('\n');
                    cue.words.push_str(&lines[block..at].join("\n"));
                    continue;
                }
                None => {
                    return Err(fault(
                        path,
                        block + 1,
                        "words stand here without a time before them",
                    ));
                }
            }
        }
        let span = times(path, at + 1, lines[at])?;
        if cues
            .last()
            .is_some_and(|cue| cue.span.start_ms > span.start_ms)
        {
            return Err(fault(
                path,
                at + 1,
                "this cue starts before the one above it",
            ));
        }
        let end = words_end(&lines, at + 1, format);
        cues.push(Cue {
            span,
            voice: None,
            words: lines[at + 1..end].join("\n"),
        });
        at = end;
    }
    Ok(cues)
}

/// Comments, styles and regions of `WebVTT`.
fn is_aside(line: &str) -> bool {
    ["NOTE", "STYLE", "REGION"].iter().any(|name| {
        line.strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
    })
}

fn block_end(lines: &[&str], at: usize) -> usize {
    let blank = lines[at..].iter().position(|line| line.trim().is_empty());
    blank.map_or(lines.len(), |n| at + n)
}

/// Where a cue's words end: at a blank line, or before the next times where a blank line is missing.
fn words_end(lines: &[&str], at: usize, format: Format) -> usize {
    let end = block_end(lines, at.min(lines.len()));
    let next = (at..end).find(|n| {
        lines[*n]
            .split_once("-->")
            .is_some_and(|(start, _)| time(start).is_some())
    });
    let numbered = |n: usize| {
        n > at
            && format == Format::SubRip
            && lines[n - 1].trim().bytes().all(|b| b.is_ascii_digit())
    };
    next.map_or(end, |n| if numbered(n) { n - 1 } else { n })
}

fn times(path: &str, line: usize, text: &str) -> Result<TimeSpan, ImportError> {
    let parts = text.split_once("-->").and_then(|(start, rest)| {
        let end = rest.split_whitespace().next()?;
        Some((time(start)?, time(end)?))
    });
    let Some((start_ms, end_ms)) = parts else {
        return Err(fault(path, line, "these are no times"));
    };
    if end_ms < start_ms {
        return Err(fault(path, line, "this cue ends before it starts"));
    }
    Ok(TimeSpan { start_ms, end_ms })
}

/// `01:02:03.500`, `02:03.500`, `01:02:03,500`, in milliseconds.
fn time(text: &str) -> Option<u64> {
    let (clock, fraction) = text.trim().split_once(['.', ','])?;
    if fraction.len() != 3 {
        return None;
    }
    let digits = |part: &str| -> Option<u64> {
        let plain = !part.is_empty() && part.len() <= 6 && part.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| part.parse().ok()).flatten()
    };
    let parts: Vec<u64> = clock.split(':').map(digits).collect::<Option<_>>()?;
    let (hours, minutes, seconds) = match parts[..] {
        [minutes, seconds] => (0, minutes, seconds),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    let sound = minutes < 60 && seconds < 60;
    sound.then_some(((hours * 60 + minutes) * 60 + seconds) * 1000 + digits(fraction)?)
}

/// Splits a `WebVTT` cue by its voice tags, and takes out the other tags.
fn voices(cue: &Cue) -> Vec<Cue> {
    let mut parts: Vec<(Option<String>, &str)> = Vec::new();
    let mut rest = cue.words.as_str();
    let mut voice = None;
    while let Some((start, name, end)) = voice_tag(rest) {
        parts.push((voice.take(), &rest[..start]));
        voice = name;
        rest = &rest[end..];
    }
    parts.push((voice, rest));
    parts
        .into_iter()
        .map(|(voice, words)| Cue {
            span: cue.span,
            voice,
            words: entities(&without_tags(words)),
        })
        .filter(|cue| !cue.words.is_empty())
        .collect()
}

/// The next `<v Name>`, `<v.loud Name>` or `</v>`: its start, the name and its end.
fn voice_tag(text: &str) -> Option<(usize, Option<String>, usize)> {
    let mut from = 0;
    while let Some(open) = text[from..].find('<').map(|n| from + n) {
        let close = open + text[open..].find('>')?;
        let tag = &text[open + 1..close];
        if tag == "/v" {
            return Some((open, None, close + 1));
        }
        let voice = tag
            .strip_prefix('v')
            .filter(|rest| rest.starts_with([' ', '.', '\t']));
        if let Some((_, name)) = voice.and_then(|rest| rest.split_once([' ', '\t'])) {
            return Some((open, Some(entities(name.trim())), close + 1));
        }
        from = close + 1;
    }
    None
}

/// The words without `<i>`, `<c.red>`, `<00:00:01.000>` and their like; a lone `<` stays.
fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let inside = |c: char| {
            c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | ':' | ' ' | '-' | '=' | '"' | '#')
        };
        let tag = rest[1..]
            .find(|c: char| !inside(c))
            .filter(|n| *n > 0 && rest[1..][*n..].starts_with('>'));
        let opens = rest[1..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/');
        if let Some(length) = tag.filter(|_| opens) {
            rest = &rest[length + 2..];
        } else {
            out.push('<');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out.trim().to_owned()
}

fn entities(text: &str) -> String {
    let names = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&nbsp;", "\u{a0}"),
        ("&lrm;", ""),
        ("&rlm;", ""),
        ("&amp;", "&"),
    ];
    names
        .iter()
        .fold(text.to_owned(), |text, (name, c)| text.replace(name, c))
}

fn imported(cues: &[Cue]) -> Imported {
    let voiced = cues.iter().any(|cue| cue.voice.is_some());
    let found = cues
        .iter()
        .filter_map(|cue| label(cue, voiced))
        .map(|(label, _)| label);
    let cast = Cast::of(found, voiced);
    let session = cast.is_session(cues.len());
    let mut last = Speaker::Unknown;
    let utterances: Vec<Utterance> = iter::zip(1.., cues)
        .map(|(n, cue)| {
            let label = label(cue, voiced).filter(|(label, _)| session && cast.names(label));
            let (speaker, from) = match label {
                Some((label, from)) => (labels::role(label).unwrap_or(Speaker::Unknown), from),
                // A turn goes on over cues that name nobody.
                None if session => (last, 0),
                None => (Speaker::Clinician, 0),
            };
            last = speaker;
            Utterance {
                id: UtteranceId::nth(n),
                speaker,
                span: Some(cue.span),
                text: Speech::from(cue.words[from..].trim()),
                confidence: None,
                words: Vec::new(),
            }
        })
        .collect();
    let mode = if session {
        Mode::Session
    } else {
        Mode::Dictation
    };
    let strangers = if session { cast.strangers() } else { 0 };
    Imported {
        transcript: text::transcript(mode, utterances),
        notices: (strangers > 0)
            .then_some(Notice::SpeakersNotKnown(strangers))
            .into_iter()
            .collect(),
    }
}

/// The speaker's name, and where the words begin.
fn label(cue: &Cue, voiced: bool) -> Option<(&str, usize)> {
    if voiced {
        return cue.voice.as_deref().map(|name| (name, 0));
    }
    labels::split(&cue.words)
}
