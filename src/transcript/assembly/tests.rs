//! Scripted recognisers, layouts of windows, and what becomes of them.

use super::*;
use crate::audio::packing::Silence;
use crate::audio::window::Piece;
use crate::session::Speech;
use crate::transcript::document::{EngineInfo, Gap};
use crate::transcript::transcriber::HeardWord;
use proptest::prelude::*;

type Answer = Result<Vec<HeardSegment>, TranscribeError>;

/// Gives its answers one after the other, then hears nothing.
struct Scripted(std::vec::IntoIter<Answer>);

impl Scripted {
    fn new(answers: Vec<Answer>) -> Self {
        Self(answers.into_iter())
    }
}

impl Transcriber for Scripted {
    fn engine(&self) -> EngineInfo {
        EngineInfo {
            name: "scripted".into(),
            model: "none".into(),
            sha256: None,
        }
    }

    fn transcribe(&mut self, _: &[f32], heard: &mut dyn FnMut(&HeardSegment)) -> Answer {
        let answer = self.0.next().unwrap_or_else(|| Ok(Vec::new()));
        answer.iter().flatten().for_each(heard);
        answer
    }
}

fn segment(text: &str, start_ms: u64, end_ms: u64) -> HeardSegment {
    HeardSegment {
        span: TimeSpan::new(start_ms, end_ms),
        text: text.into(),
        confidence: 0.8,
        mean_logprob: -0.2,
        no_speech: 0.0,
        words: Vec::new(),
        turn_after: false,
    }
}

/// A segment whose words last from each time to the next, in milliseconds.
fn timed(text: &str, times: &[u64]) -> HeardSegment {
    let words = text
        .split(' ')
        .zip(times.windows(2))
        .map(|(word, at)| HeardWord {
            text: word.into(),
            span: TimeSpan::new(at[0], at[1]),
            confidence: 0.9,
        });
    HeardSegment {
        words: words.collect(),
        ..segment(text, times[0], times[times.len() - 1])
    }
}

fn failed(can_go_on: bool) -> Answer {
    Err(TranscribeError {
        cause: "it died".into(),
        hint: "try again".into(),
        can_go_on,
    })
}

/// Windows and silences one after the other; lengths in ms, a window as its pieces with the
/// silences between them.
fn packed(layout: &[(u64, &[u64])]) -> Vec<Result<Packed, AudioError>> {
    let mut at = 0;
    let mut packed = Vec::new();
    for (silence_ms, window) in layout {
        packed.push(Ok(Packed::Silence(Silence {
            source: at,
            len: silence_ms * 16,
        })));
        at += silence_ms * 16;
        let (mut pieces, mut len) = (Vec::new(), 0);
        for (nth, ms) in window.iter().enumerate() {
            if nth % 2 == 0 {
                pieces.push(Piece {
                    at: len,
                    source: at,
                    len: *ms as usize * 16,
                });
                len += *ms as usize * 16;
            } else {
                packed.push(Ok(Packed::Silence(Silence {
                    source: at,
                    len: ms * 16,
                })));
            }
            at += ms * 16;
        }
        if len > 0 {
            packed.push(Ok(Packed::Speech(Window {
                samples: vec![0.1; len],
                pieces,
            })));
        }
    }
    packed
}

fn hear(layout: &[(u64, &[u64])], mode: Mode, answers: Vec<Answer>) -> (Heard, Vec<Event>) {
    let task = Task {
        mode,
        language: "en".into(),
        total_ms: None,
    };
    let mut events = Vec::new();
    let heard = transcribe(
        packed(layout).into_iter(),
        &mut Scripted::new(answers),
        &task,
        &mut |event| events.push(event),
    );
    (heard, events)
}

fn lines(heard: &Heard) -> Vec<(u64, u64, &str)> {
    let utterances = heard.transcript.utterances.iter();
    utterances
        .map(|u| (u.span.unwrap().start_ms, u.span.unwrap().end_ms, &*u.text))
        .collect()
}

fn gaps(heard: &Heard) -> Vec<(u64, u64, GapReason)> {
    let gaps = heard.transcript.coverage.iter();
    gaps.map(|Gap { span, why }| (span.start_ms, span.end_ms, why.clone()))
        .collect()
}

#[test]
fn sentences_become_utterances_with_true_times() {
    let first = timed(
        "She woke at 3 a.m. today. Then she read",
        &[300, 800, 1200, 1500, 1700, 2000, 2600, 3000, 3200, 3600],
    );
    let second = timed(
        "until dawn. Sleep was poor.",
        &[3700, 4000, 4800, 5600, 5800, 6100, 6800],
    );
    let (heard, events) = hear(
        &[(2_000, &[5_000, 9_000, 2_000])],
        Mode::Dictation,
        vec![Ok(vec![first, second])],
    );
    assert_eq!(
        lines(&heard),
        [
            (2_000, 4_600, "She woke at 3 a.m. today."),
            (4_600, 7_000, "Then she read until dawn."),
            (16_000, 18_000, "Sleep was poor."),
        ]
    );
    assert_eq!(
        gaps(&heard),
        [
            (0, 2_000, GapReason::Silence),
            (7_000, 16_000, GapReason::Silence)
        ]
    );
    let first = &heard.transcript.utterances[0];
    assert_eq!(first.id, crate::session::UtteranceId::nth(1));
    assert_eq!(first.speaker, Speaker::Clinician);
    assert_eq!(first.words.len(), 6);
    assert!(first.confidence.is_some_and(|c| (c - 0.9).abs() < 0.001));
    assert_eq!(first.words[4].span, TimeSpan::new(3_700, 4_000));
    let committed: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Committed(utterance) => Some(utterance.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(committed, heard.transcript.utterances);
    let tentative =
        |event: &Event| matches!(event, Event::Tentative { span, .. } if span.start_ms == 2_300);
    assert!(events.iter().any(tentative));
    let done = Event::Progress {
        audio_done_ms: 18_000,
        total_ms: None,
    };
    assert_eq!(events.last(), Some(&done));
}

#[test]
fn a_sentence_runs_on_over_windows_and_turns_end_it() {
    let mut question = segment("How was your", 100, 2_900);
    let mut rest = segment("week?", 0, 900);
    rest.turn_after = true;
    let answers = vec![
        Ok(vec![question.clone()]),
        Ok(vec![rest, segment("fine I think", 1_000, 2_000)]),
    ];
    let (heard, _) = hear(&[(0, &[3_000]), (0, &[2_000])], Mode::Session, answers);
    assert_eq!(
        lines(&heard),
        [
            (0, 3_900, "How was your week?"),
            (3_900, 5_000, "fine I think")
        ]
    );
    assert_eq!(heard.transcript.utterances[0].speaker, Speaker::Unknown);
    // A pause ends it too.
    question.span.end_ms = 2_000;
    let answers = vec![Ok(vec![question, segment("week?", 3_800, 4_500)])];
    let (heard, _) = hear(&[(0, &[5_000])], Mode::Session, answers);
    assert_eq!(
        lines(&heard),
        [(0, 2_000, "How was your"), (3_800, 5_000, "week?")]
    );
    assert_eq!(gaps(&heard), [(2_000, 3_800, GapReason::NoText)]);
}

#[test]
fn what_is_dropped_is_on_the_coverage_list() {
    let loops = segment(&"he said no to it ".repeat(6), 4_000, 9_000);
    let answers = vec![
        Ok(vec![segment("He left.", 0, 4_000), loops]),
        Ok(Vec::new()),
    ];
    let (heard, _) = hear(&[(0, &[10_000]), (500, &[4_000])], Mode::Dictation, answers);
    assert_eq!(lines(&heard), [(0, 4_000, "He left.")]);
    assert_eq!(
        gaps(&heard),
        [
            (4_000, 9_000, GapReason::Repetition),
            (9_000, 10_000, GapReason::NoText),
            (10_000, 10_500, GapReason::Silence),
            (10_500, 14_500, GapReason::NoText),
        ]
    );
}

#[test]
fn a_failed_window_is_a_gap_and_the_rest_goes_on() {
    let layout: &[(u64, &[u64])] = &[(0, &[3_000]), (0, &[3_000]), (0, &[3_000])];
    let said = || Ok(vec![segment("He left.", 0, 3_000)]);
    let (heard, events) = hear(layout, Mode::Dictation, vec![said(), failed(true), said()]);
    assert_eq!(lines(&heard).len(), 2);
    assert_eq!(gaps(&heard), [(3_000, 6_000, GapReason::Failed)]);
    assert_eq!(heard.failures.len(), 1);
    assert_eq!(heard.failures[0].to_string(), "from 3 s to 6 s: it died");
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::Failed { .. }))
    );
    // Gone for good: asked no more.
    let (heard, _) = hear(layout, Mode::Dictation, vec![said(), failed(false), said()]);
    assert_eq!(lines(&heard).len(), 1);
    assert_eq!(gaps(&heard), [(3_000, 9_000, GapReason::Failed)]);
}

#[test]
fn a_recording_that_breaks_off_keeps_what_was_heard() {
    let mut stream = packed(&[(0, &[3_000])]);
    stream.push(Err(AudioError::Undecodable {
        path: "x.wav".into(),
    }));
    let task = Task {
        mode: Mode::Dictation,
        language: "en".into(),
        total_ms: Some(10_000),
    };
    let mut scripted = Scripted::new(vec![Ok(vec![segment("He left.", 0, 3_000)])]);
    let heard = transcribe(stream.into_iter(), &mut scripted, &task, &mut |_| {});
    assert_eq!(lines(&heard).len(), 1);
    assert_eq!(gaps(&heard), [(3_000, 10_000, GapReason::Failed)]);
    assert_eq!(heard.transcript.duration_ms, Some(10_000));
    assert!(matches!(heard.failures[..], [Failure::Audio(_)]));
}

#[test]
fn words_that_do_not_fit_the_text_are_not_believed() {
    let mut odd = timed("He left early", &[0, 500, 900, 1_400]);
    odd.words[1].text = Speech::from("arrived");
    let (heard, _) = hear(&[(0, &[1_400])], Mode::Dictation, vec![Ok(vec![odd])]);
    assert_eq!(lines(&heard), [(0, 1_400, "He left early")]);
    assert!(heard.transcript.utterances[0].words.is_empty());
}

/// Anything an engine may answer, sane or not.
fn any_answer() -> impl Strategy<Value = Answer> {
    let word = "[a-z]{1,8}[.?,]?";
    let text = prop::collection::vec(word, 0..12).prop_map(|words| words.join(" "));
    let segment = (
        text,
        0_u64..20_000,
        0_u64..9_000,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(text, start, length, timed_words, turn_after)| {
            let count = text.split(' ').count() as u64;
            let times: Vec<u64> = (0..=count)
                .map(|n| start + n * length / count.max(1))
                .collect();
            let heard = if timed_words && !text.is_empty() {
                timed(&text, &times)
            } else {
                segment(&text, start, start + length)
            };
            HeardSegment {
                turn_after,
                ..heard
            }
        });
    prop_oneof![
        8 => prop::collection::vec(segment, 0..6).prop_map(Ok),
        1 => any::<bool>().prop_map(failed),
    ]
}

proptest! {
    #[test]
    fn every_millisecond_is_accounted_for_once(
        layout in prop::collection::vec(
            (0_u64..6_000, prop::collection::vec(1_u64..7_000, 0..6)), 0..6),
        answers in prop::collection::vec(any_answer(), 0..6),
    ) {
        let layout: Vec<(u64, &[u64])> = layout.iter().map(|(s, w)| (*s, &w[..])).collect();
        let (heard, _) = hear(&layout, Mode::Session, answers);
        let transcript = &heard.transcript;
        let mut spans: Vec<TimeSpan> = transcript.utterances.iter().map(|u| u.span.unwrap()).collect();
        prop_assert!(spans.is_sorted_by(|a, b| a.end_ms <= b.start_ms), "{spans:?}");
        spans.extend(transcript.coverage.iter().map(|gap| gap.span));
        spans.sort_by_key(|span| (span.start_ms, span.end_ms));
        let mut at = 0;
        for span in spans {
            prop_assert_eq!(span.start_ms, at);
            at = span.end_ms;
        }
        prop_assert_eq!(Some(at), transcript.duration_ms);
    }
}
