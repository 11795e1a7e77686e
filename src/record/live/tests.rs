//! Recognisers that are slow, fail and break; recordings whose words can be read from their samples.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::inbox::Job;
use super::*;
use crate::audio::failure::AudioError;
use crate::audio::packing::Packer;
use crate::record::rewind::RewindError;
use crate::session::{Mode, TimeSpan};
use crate::transcript::assembly;
use crate::transcript::document::{EngineInfo, Transcript};
use crate::transcript::transcriber::{HeardSegment, HeardWord, TranscribeError};

/// Samples in a hop of the tests' detector: 10 ms.
const HOP: usize = 160;

/// Takes every sample that is not zero for speech.
#[derive(Debug)]
struct NotZero;

impl VoiceActivity for NotZero {
    fn hop(&self) -> usize {
        HOP
    }
    fn push(&mut self, hop: &[f32], decided: &mut Vec<f32>) {
        let speech = hop.iter().any(|s| *s != 0.0);
        decided.push(if speech { 1.0 } else { 0.0 });
    }
    fn finish(&mut self, _: &mut Vec<f32>) {}
}

/// Hops of each word, and hops of silence after it.
type Layout = Vec<(usize, usize)>;

/// A recording in which the nth word is samples of n + 1.
fn recording(layout: &Layout) -> Vec<f32> {
    let mut samples = Vec::new();
    for (nth, (word, pause)) in layout.iter().enumerate() {
        samples.resize(samples.len() + word * HOP, nth as f32 + 1.0);
        samples.resize(samples.len() + pause * HOP, 0.0);
    }
    samples
}

/// The nth word: each sixth ends a sentence.
fn word(nth: usize) -> String {
    match nth % 6 {
        0 => format!("W{nth}"),
        5 => format!("w{nth}."),
        _ => format!("w{nth}"),
    }
}

/// Reads the words from the samples, as one segment.
fn read(samples: &[f32]) -> Vec<HeardSegment> {
    let mut words = Vec::new();
    let mut at = 0;
    for run in samples.chunk_by(|a, b| a.total_cmp(b).is_eq()) {
        let span = TimeSpan::new(ms_of(at as u64), ms_of((at + run.len()) as u64));
        at += run.len();
        if run[0] >= 1.0 {
            words.push(HeardWord {
                text: word(run[0] as usize - 1).into(),
                span,
                confidence: 0.9,
            });
        }
    }
    let Some((first, last)) = words.first().zip(words.last()) else {
        return Vec::new();
    };
    let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
    vec![HeardSegment {
        span: TimeSpan::new(first.span.start_ms, last.span.end_ms),
        text: texts.join(" ").into(),
        confidence: 0.9,
        mean_logprob: -0.1,
        no_speech: 0.0,
        words,
        turn_after: false,
    }]
}

/// What was asked of a recogniser: lengths of windows in samples.
#[derive(Debug, Default)]
struct Asked {
    windows: Vec<usize>,
    glances: usize,
}

/// How a window is answered.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    Read,
    Fail,
    GoneForGood,
    Panic,
}

/// Reads, or does as it was told for the nth window; waits for leave before each where it has a gate.
struct Reader {
    answers: HashMap<usize, Answer>,
    asked: Arc<Mutex<Asked>>,
    gate: Option<Receiver<()>>,
}

impl Reader {
    fn new(answers: impl IntoIterator<Item = (usize, Answer)>) -> Self {
        Self {
            answers: answers.into_iter().collect(),
            asked: Arc::default(),
            gate: None,
        }
    }

    fn gated() -> (Self, Sender<()>) {
        let (leave, gate) = channel();
        let reader = Self {
            gate: Some(gate),
            ..Self::new([])
        };
        (reader, leave)
    }
}

impl Transcriber for Reader {
    fn engine(&self) -> EngineInfo {
        EngineInfo {
            name: "reader".into(),
            model: "none".into(),
            sha256: None,
        }
    }

    fn transcribe(
        &mut self,
        samples: &[f32],
        heard: &mut dyn FnMut(&HeardSegment),
    ) -> Result<Vec<HeardSegment>, TranscribeError> {
        let nth = {
            let mut asked = self.asked.lock().unwrap();
            asked.windows.push(samples.len());
            asked.windows.len() - 1
        };
        if let Some(gate) = &self.gate {
            let _ = gate.recv();
        }
        let failed = |can_go_on| {
            Err(TranscribeError {
                cause: "it died".into(),
                hint: "try again".into(),
                can_go_on,
            })
        };
        match self.answers.get(&nth).unwrap_or(&Answer::Read) {
            Answer::Read => {
                let segments = read(samples);
                segments.iter().for_each(heard);
                Ok(segments)
            }
            Answer::Fail => failed(true),
            Answer::GoneForGood => failed(false),
            Answer::Panic => panic!("as the test wants it"),
        }
    }

    fn glance(&mut self, samples: &[f32]) -> Result<Vec<HeardSegment>, TranscribeError> {
        self.asked.lock().unwrap().glances += 1;
        Ok(read(samples))
    }
}

/// The recording itself, where all of it can be read again; or nothing of it.
struct Kept(Option<Vec<f32>>);

impl Rewind for Kept {
    fn read(&mut self, span: TimeSpan) -> Result<Vec<f32>, RewindError> {
        let all = self.0.as_ref().ok_or_else(|| RewindError {
            cause: "it is gone".into(),
            hint: "none".into(),
        })?;
        let end = (span.end_ms as usize * 16).min(all.len());
        Ok(all[(span.start_ms as usize * 16).min(end)..end].to_vec())
    }
}

fn options() -> LiveOptions {
    LiveOptions {
        activity: Box::new(NotZero),
        ..LiveOptions::default()
    }
}

fn task() -> Task {
    Task {
        mode: Mode::Dictation,
        language: "en".into(),
        total_ms: None,
    }
}

/// Starts one whose events come back at the end.
fn start(options: LiveOptions, reader: Reader) -> (Live, Receiver<Event>) {
    let (sink, events) = channel();
    let live = Live::start_with(options, Box::new(reader), task(), move |event| {
        let _ = sink.send(event);
    });
    (live.unwrap(), events)
}

/// Checks that utterances and coverage make up the recording, and that what was committed is the
/// transcript.
fn check(transcript: &Transcript, events: &Receiver<Event>) {
    let mut spans: Vec<TimeSpan> = transcript
        .utterances
        .iter()
        .filter_map(|u| u.span)
        .collect();
    spans.extend(transcript.coverage.iter().map(|gap| gap.span));
    spans.sort_by_key(|span| (span.start_ms, span.end_ms));
    let mut at = 0;
    for span in spans {
        assert_eq!(span.start_ms, at, "in {:?}", transcript.coverage);
        at = span.end_ms;
    }
    assert_eq!(Some(at), transcript.duration_ms);
    let mut committed = events.try_iter().filter_map(|event| match event {
        Event::Committed(utterance) => Some(utterance),
        _ => None,
    });
    assert!(committed.by_ref().eq(transcript.utterances.iter().cloned()));
}

fn texts(transcript: &Transcript) -> Vec<String> {
    let texts = transcript.utterances.iter().map(|u| u.text.as_str());
    texts.map(str::to_owned).collect()
}

/// What comes of the same audio as a file.
fn as_file(samples: &[f32]) -> Transcript {
    let blocks = samples
        .chunks(4_000)
        .map(|b| Ok::<_, AudioError>(b.to_vec()));
    let packed = Packer::with_activity(blocks, NotZero);
    assembly::transcribe(packed, &mut Reader::new([]), &task(), &mut |_| {}).transcript
}

fn layouts() -> impl Strategy<Value = Layout> {
    let pause = prop_oneof![5 => 3_usize..20, 2 => 40_usize..120, 1 => 120_usize..400];
    // A fifth of a second and more, as words last; shorter ones are more text than can be said.
    prop::collection::vec((30_usize..90, pause), 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn what_is_live_is_what_the_file_gives(layout in layouts(), block in 200_usize..9_000) {
        let samples = recording(&layout);
        let (live, events) = start(options(), Reader::new([]));
        for block in samples.chunks(block) {
            live.push(block);
        }
        let heard = live.finish();
        check(&heard.transcript, &events);
        prop_assert_eq!(texts(&heard.transcript), texts(&as_file(&samples)));
    }

    #[test]
    fn nothing_is_unaccounted_for_whatever_fails(
        layout in layouts(),
        block in 200_usize..9_000,
        gaps in prop::collection::vec((0_usize..200, 0_u64..5_000), 0..4),
        answers in prop::collection::vec(
            prop_oneof![4 => Just(Answer::Read), 2 => Just(Answer::Fail),
                        1 => Just(Answer::GoneForGood), 1 => Just(Answer::Panic)], 0..12),
        kept in any::<bool>(),
    ) {
        let samples = recording(&layout);
        let options = LiveOptions {
            rewind: Some(Box::new(Kept(kept.then(|| samples.clone())))),
            most_held_ms: 4_000,
            ..options()
        };
        let (live, events) = start(options, Reader::new(answers.into_iter().enumerate()));
        let mut missed = 0;
        for (nth, block) in samples.chunks(block).enumerate() {
            for (_, ms) in gaps.iter().filter(|(at, _)| *at == nth) {
                live.gap(*ms, GapReason::Other("unplugged".into()));
                missed += ms;
            }
            live.push(block);
        }
        let heard = live.finish();
        check(&heard.transcript, &events);
        prop_assert_eq!(heard.transcript.duration_ms, Some(ms_of(samples.len() as u64) + missed));
    }
}

/// Forty words of half a second with a pause of a second after each: 60 s.
fn forty() -> Vec<f32> {
    recording(&vec![(50, 100); 40])
}

#[test]
fn a_slow_recogniser_gets_fuller_windows_and_nothing_tentative() {
    let (reader, leave) = Reader::gated();
    let asked = Arc::clone(&reader.asked);
    let samples = forty();
    let (live, events) = start(options(), reader);
    for block in samples.chunks(1_600) {
        live.push(block);
    }
    // Sixty seconds were said, and of none of them is there more than a glance.
    assert!(live.lag_ms() > 40_000, "{}", live.lag_ms());
    drop(leave);
    let heard = live.finish();
    check(&heard.transcript, &events);
    assert_eq!(texts(&heard.transcript), texts(&as_file(&samples)));
    let asked = asked.lock().unwrap();
    assert!(asked.windows.len() <= 3, "{:?}", asked.windows);
    assert!(asked.glances <= 1, "{}", asked.glances);
}

#[test]
fn what_waits_is_read_again_and_not_held() {
    // Four minutes without a pause.
    let samples = recording(&vec![(90, 4); 255]);
    for kept in [true, false] {
        let (reader, leave) = Reader::gated();
        let options = LiveOptions {
            rewind: Some(Box::new(Kept(kept.then(|| samples.clone())))),
            most_held_ms: 40_000,
            ..options()
        };
        let (live, events) = start(options, reader);
        for block in samples.chunks(1_600) {
            live.push(block);
            assert!(live.held_ms() < 75_000, "{}", live.held_ms());
        }
        drop(leave);
        let heard = live.finish();
        check(&heard.transcript, &events);
        let whole = texts(&heard.transcript) == texts(&as_file(&samples));
        assert_eq!(whole, kept);
        assert_eq!(heard.failures.is_empty(), kept);
        let failed = heard.transcript.coverage.iter();
        let failed = failed.filter(|gap| gap.why == GapReason::Failed).count();
        assert_eq!(failed == 0, kept);
    }
}

#[test]
fn one_that_is_dropped_ends() {
    let (reader, leave) = Reader::gated();
    let (live, events) = start(options(), reader);
    live.push(&forty());
    drop(live);
    drop(leave);
    // Ends when the thread lets go of the sink.
    let committed = events.iter().filter(|e| matches!(e, Event::Committed(_)));
    assert!(committed.count() <= 40);
}

/// Pushes until something is to be done, and says what and after how many milliseconds.
fn until_job(inbox: &mut Inbox, samples: &[f32], under_way: bool) -> (Job, u64) {
    for block in samples.chunks(HOP) {
        inbox.push(block);
        match inbox.next_job(under_way) {
            Job::Wait => {}
            job => return (job, ms_of(inbox.position())),
        }
    }
    (Job::Wait, ms_of(inbox.position()))
}

#[test]
fn a_pause_ends_a_window_and_a_long_one_an_utterance() {
    let mut inbox = Inbox::new(Box::new(NotZero), None);
    let samples = recording(&vec![(50, 400)]);
    let (job, at) = until_job(&mut inbox, &samples, true);
    assert!(matches!(job, Job::Hear(_)), "{job:?}");
    // The detector of the tests has no hang, which the pause allows for.
    assert_eq!(at, 500 + 500);
    assert_eq!(inbox.lag_ms(), 1_000);
    inbox.heard(500 * 16);
    assert_eq!(inbox.lag_ms(), 0);
    let (job, at) = until_job(&mut inbox, &samples[at as usize * 16..], true);
    assert!(matches!(job, Job::Close), "{job:?}");
    assert_eq!(at, 500 + 1_900);
}

#[test]
fn glances_come_while_somebody_speaks_and_less_often_where_they_are_slow() {
    let mut inbox = Inbox::new(Box::new(NotZero), None);
    let samples = recording(&vec![(700, 10)]);
    let mut at = Vec::new();
    for block in samples.chunks(HOP) {
        inbox.push(block);
        if let Job::Glance(open) = inbox.next_job(false) {
            assert_eq!(open.span, TimeSpan::new(0, ms_of(inbox.position())));
            at.push(ms_of(inbox.position()));
            // The first takes no time, the second 0.8 s.
            if at.len() == 2 {
                inbox.push(&vec![1.0; 12_800]);
            }
            inbox.glanced();
        }
    }
    assert_eq!(at[..4], [1_200, 2_400, 4_000, 5_200]);
}
