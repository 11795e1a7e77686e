//! From recognised segments to utterances: split at the ends of sentences, at pauses and at turns,
//! joined where a sentence runs on over segments and windows.

use std::ops::Range;

use crate::audio::window::{Piece, Window};
use crate::session::{Speaker, Speech, TimeSpan, UtteranceId};
use crate::transcript::document::{SpokenWord, Utterance};
use crate::transcript::transcriber::HeardSegment;

/// A pause this long ends an utterance, whether its sentence is complete or not.
pub const PAUSE_MS: u64 = 1_500;
/// Silence up to this length at the edge of an utterance belongs to it, so that the coverage list
/// names gaps and not breaths.
const BREATH_MS: u64 = 1_000;
/// An utterance this long ends with its segment: some models write no full stops.
const LONG_CHARS: usize = 400;
/// Words before a full stop that ends no sentence, in lower case. Letters with stops between them,
/// as in `a.m.`, need no entry.
const ABBREVIATIONS: &[&str] = &["dr.", "mr.", "mrs.", "ms.", "st.", "vs.", "prof."];

/// Builds utterances out of segments that come in order.
#[derive(Debug)]
pub(super) struct Utterances {
    speaker: Speaker,
    done: usize,
    open: Option<Open>,
    /// End of the last word or utterance; nothing later starts before it.
    end_ms: u64,
    turn: bool,
    /// The piece that the last word stands in.
    piece: Option<TimeSpan>,
    ready: Vec<Utterance>,
}

/// The utterance under way.
#[derive(Debug)]
struct Open {
    text: String,
    span: TimeSpan,
    words: Vec<SpokenWord>,
    /// Sum of the words' probabilities, and how many there are.
    confidence: (f32, usize),
}

/// A word of a segment, placed in its text and in the recording.
struct Placed {
    /// Bytes in the segment's text, what follows up to the next word included.
    text: Range<usize>,
    span: TimeSpan,
    confidence: f32,
    /// The piece of the recording that it stands in.
    piece: TimeSpan,
    /// The word alone, where the engine gave its time.
    given: Option<Speech>,
}

impl Utterances {
    pub(super) fn new(speaker: Speaker) -> Self {
        Self {
            speaker,
            done: 0,
            open: None,
            end_ms: 0,
            turn: false,
            piece: None,
            ready: Vec::new(),
        }
    }

    /// Takes in the next segment, heard in `window`.
    pub(super) fn add(&mut self, segment: &HeardSegment, window: &Window) {
        let text = segment.text.trim();
        for (nth, word) in place(segment, text, window).into_iter().enumerate() {
            if self.ends_before(&text[word.text.clone()], &word, nth == 0) {
                self.close_before(Some(word.piece));
            }
            self.append(&text[word.text.clone()], word);
        }
        self.turn |= segment.turn_after;
    }

    /// Ends the utterance under way where its sentence is complete, as at the end of a window.
    pub(super) fn close_if_complete(&mut self) {
        if self
            .open
            .as_ref()
            .is_some_and(|open| ends_sentence(&open.text))
        {
            self.close();
        }
    }

    /// Ends the utterance under way.
    pub(super) fn close(&mut self) {
        self.close_before(None);
    }

    /// The words of the utterance under way, and when they were said.
    pub(super) fn under_way(&self) -> Option<(TimeSpan, &str)> {
        let open = self.open.as_ref()?;
        Some((open.span, &open.text))
    }

    /// The utterances that are complete.
    pub(super) fn take_ready(&mut self) -> Vec<Utterance> {
        std::mem::take(&mut self.ready)
    }

    fn ends_before(&self, text: &str, word: &Placed, first_of_segment: bool) -> bool {
        let Some(open) = &self.open else { return false };
        let apart = first_of_segment || open.text.ends_with(char::is_whitespace);
        let goes_on = text.starts_with(char::is_lowercase);
        self.turn
            || word.span.start_ms >= open.span.end_ms + PAUSE_MS
            || (apart && !goes_on && ends_sentence(&open.text))
            || (first_of_segment && open.text.len() >= LONG_CHARS)
    }

    fn append(&mut self, text: &str, word: Placed) {
        let start_ms = word.span.start_ms.max(self.end_ms);
        let span = TimeSpan::new(start_ms, word.span.end_ms);
        if self.open.is_none() {
            // The pause before a word is its utterance's, down to where its piece starts.
            let floor = self.end_ms.max(word.piece.start_ms).min(start_ms);
            let start = if start_ms - floor < BREATH_MS {
                floor
            } else {
                start_ms
            };
            self.open = Some(Open {
                text: String::new(),
                span: TimeSpan::new(start, span.end_ms),
                words: Vec::new(),
                confidence: (0.0, 0),
            });
            self.turn = false;
        }
        let Some(open) = &mut self.open else { return };
        if !open.text.is_empty()
            && !open.text.ends_with(char::is_whitespace)
            && word.text.start == 0
        {
            open.text.push(' ');
        }
        open.text.push_str(text);
        open.span.end_ms = span.end_ms;
        open.confidence = (open.confidence.0 + word.confidence, open.confidence.1 + 1);
        let confidence = Some(word.confidence);
        open.words.extend(word.given.map(|text| SpokenWord {
            text,
            span,
            confidence,
        }));
        self.end_ms = span.end_ms;
        self.piece = Some(word.piece);
    }

    /// Ends the utterance under way; `next` is the piece of the word that follows, where one does.
    fn close_before(&mut self, next: Option<TimeSpan>) {
        let Some(mut open) = self.open.take() else {
            return;
        };
        if let Some(piece) = self.piece.filter(|piece| next != Some(*piece)) {
            let rest = piece.end_ms.saturating_sub(open.span.end_ms);
            if rest < BREATH_MS {
                open.span.end_ms += rest;
            }
        }
        self.end_ms = open.span.end_ms;
        self.done += 1;
        self.ready.push(Utterance {
            id: UtteranceId::nth(self.done),
            speaker: self.speaker,
            span: Some(open.span),
            text: open.text.trim_end().into(),
            confidence: Some(open.confidence.0 / open.confidence.1.max(1) as f32),
            words: open.words,
        });
    }
}

/// Whether the text ends as a sentence does.
fn ends_sentence(text: &str) -> bool {
    let text = text
        .trim_end()
        .trim_end_matches(['"', '\'', ')', '\u{201d}', '\u{2019}']);
    if text.ends_with(['?', '!', '\u{2026}', '\u{3002}']) {
        return true;
    }
    let last = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    let letters_apart = last
        .strip_suffix('.')
        .is_some_and(|word| word.split('.').count() > 1 && word.split('.').all(is_letter));
    text.ends_with('.') && !letters_apart && !ABBREVIATIONS.contains(&last.to_lowercase().as_str())
}

fn is_letter(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none()
}

/// Places the words of a segment: by the engine's own times where they fit its text, else spread
/// over the segment by their length.
fn place(segment: &HeardSegment, text: &str, window: &Window) -> Vec<Placed> {
    let given = locate(segment, text);
    let is_given = given.is_some();
    let words = given.unwrap_or_else(|| spread(segment, text));
    let ends: Vec<usize> = words
        .iter()
        .skip(1)
        .map(|(range, ..)| range.start)
        .chain([text.len()])
        .collect();
    let mut placed = Vec::with_capacity(words.len());
    for (nth, ((range, span, confidence), end)) in words.into_iter().zip(ends).enumerate() {
        // A word lies in one piece, whatever its edges say: that of its middle.
        let middle = span.start_ms + span.length_ms() / 2;
        let Some(piece) = window.piece_at(middle) else {
            continue;
        };
        placed.push(Placed {
            text: if nth == 0 { 0..end } else { range.start..end },
            span: within(piece, span),
            confidence,
            piece: piece.span(),
            given: is_given.then(|| text[range].into()),
        });
    }
    placed
}

fn within(piece: &Piece, span: TimeSpan) -> TimeSpan {
    TimeSpan::new(piece.true_ms(span.start_ms), piece.true_ms(span.end_ms))
}

type Word = (Range<usize>, TimeSpan, f32);

/// The engine's words in the segment's text; nothing where they are not all of it.
fn locate(segment: &HeardSegment, text: &str) -> Option<Vec<Word>> {
    let mut words = Vec::with_capacity(segment.words.len());
    let mut at = 0;
    for word in &segment.words {
        let start = at + text[at..].find(word.text.trim())?;
        if text[at..start].contains(char::is_alphanumeric) {
            return None;
        }
        at = start + word.text.trim().len();
        words.push((start..at, word.span, word.confidence));
    }
    (!words.is_empty() && !text[at..].contains(char::is_alphanumeric)).then_some(words)
}

fn spread(segment: &HeardSegment, text: &str) -> Vec<Word> {
    let length = segment.span.length_ms();
    let ms = |at: usize| {
        segment
            .span
            .start_ms
            .saturating_add((length as f64 * at as f64 / text.len() as f64) as u64)
    };
    text.split_whitespace()
        .map(|word| {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            let range = start..start + word.len();
            let span = TimeSpan::new(ms(range.start), ms(range.end));
            (range, span, segment.confidence)
        })
        .collect()
}
