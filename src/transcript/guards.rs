//! Judges what a recogniser says it heard: loops and invented text are dropped, each with its
//! reason. Pure functions over one window's segments.
//!
//! No word and no phrase is on a list here: whatever people do say stays, once, where there is
//! speech for it. What is dropped is named on the coverage list by the caller.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::transcript::document::GapReason;
use crate::transcript::transcriber::HeardSegment;

/// What becomes of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It stands.
    Keep,
    /// Its text is not used, for this reason.
    Drop(GapReason),
}

/// Text that compresses better than this is a loop (Whisper's own threshold, Radford et al. 2022,
/// section 4.5).
const MAX_COMPRESSION: f32 = 2.4;
/// Shorter text compresses badly or well by chance.
const MIN_COMPRESSED_BYTES: usize = 80;
/// The engine's own probability of silence above which text needs to be certain (Whisper's).
const NO_SPEECH: f32 = 0.6;
/// Mean log-probability under which text is uncertain (Whisper's).
const UNCERTAIN_LOGPROB: f32 = -1.0;
/// The longest phrase whose looping is looked for, in words.
const LONGEST_PHRASE: usize = 12;
/// A phrase looped takes up at least this many words; under it people do repeat themselves: "no,
/// no, no, no", "left, right, left, right".
const LOOPED_WORDS: usize = 12;
/// And it comes at least this often in a row.
const LOOPED_TIMES: usize = 4;
/// The same segment this often in a row is a loop, however short: the fourth and later ones.
const SAME_SEGMENTS: usize = 4;
/// Nobody speaks more characters a second than this: auctioneers reach about 30.
const CHARS_A_SECOND: f32 = 40.0;
/// Characters that any stretch may have more, since a segment's times are rough.
const SPARE_CHARS: f32 = 24.0;

/// Judges the segments of one window of `window_ms`, in order; one verdict a segment.
#[must_use]
pub fn judge(segments: &[HeardSegment], window_ms: u64) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> = segments
        .iter()
        .map(|segment| judge_one(segment, window_ms).map_or(Verdict::Keep, Verdict::Drop))
        .collect();
    drop_loops_across(segments, &mut verdicts);
    if too_much_for(segments, &verdicts, window_ms) {
        for verdict in verdicts.iter_mut().filter(|v| **v == Verdict::Keep) {
            *verdict = Verdict::Drop(GapReason::Invented);
        }
    }
    verdicts
}

fn judge_one(segment: &HeardSegment, window_ms: u64) -> Option<GapReason> {
    if is_no_speech_mark(&segment.text) {
        return Some(GapReason::NoText);
    }
    if loops(&segment.text) || compression(&segment.text) > MAX_COMPRESSION {
        return Some(GapReason::Repetition);
    }
    let unsure = segment.no_speech > NO_SPEECH && segment.mean_logprob < UNCERTAIN_LOGPROB;
    // The engine fills up its window with silence of its own; nothing can be heard in that.
    let past_the_end = segment.span.start_ms >= window_ms;
    (unsure || past_the_end || too_fast(&segment.text, segment.span.length_ms()))
        .then_some(GapReason::Invented)
}

/// Whether the text holds no word outside brackets: `[BLANK_AUDIO]`, `(wind)`, `...`. Nobody speaks
/// brackets; the engine describes with them what is not speech.
fn is_no_speech_mark(text: &str) -> bool {
    let mut depth = 0_usize;
    !text.chars().any(|c| {
        match c {
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && c.is_alphanumeric()
    })
}

/// Whether a phrase of the text comes again and again without a break.
fn loops(text: &str) -> bool {
    let words = plain_words(text);
    (1..=LONGEST_PHRASE.min(words.len())).any(|phrase| {
        let mut run = 0;
        words.iter().skip(phrase).zip(&words).any(|(word, before)| {
            run = if word == before { run + 1 } else { 0 };
            let said = run + phrase;
            said >= LOOPED_WORDS && said / phrase >= LOOPED_TIMES
        })
    })
}

/// How many times smaller the text gets by compression; 1 for text too short to tell.
fn compression(text: &str) -> f32 {
    if text.len() < MIN_COMPRESSED_BYTES {
        return 1.0;
    }
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing into memory does not fail; were it to, the text would count as ordinary.
    let done = encoder
        .write_all(text.as_bytes())
        .and_then(|()| encoder.finish());
    done.map_or(1.0, |packed| text.len() as f32 / packed.len().max(1) as f32)
}

fn too_fast(text: &str, length_ms: u64) -> bool {
    let seconds = length_ms as f32 / 1000.0;
    text.chars().count() as f32 > SPARE_CHARS + CHARS_A_SECOND * seconds
}

/// Whether all that stands together is more than can be said in the window.
fn too_much_for(segments: &[HeardSegment], verdicts: &[Verdict], window_ms: u64) -> bool {
    let kept = segments
        .iter()
        .zip(verdicts)
        .filter(|(_, verdict)| **verdict == Verdict::Keep);
    let chars: usize = kept.map(|(segment, _)| segment.text.chars().count()).sum();
    chars as f32 > SPARE_CHARS + CHARS_A_SECOND * window_ms as f32 / 1000.0
}

/// Drops the later ones where segments of the same words follow each other too often: all but the
/// first, which may well have been said.
fn drop_loops_across(segments: &[HeardSegment], verdicts: &mut [Verdict]) {
    let words: Vec<Vec<String>> = segments.iter().map(|s| plain_words(&s.text)).collect();
    let mut start = 0;
    while start < words.len() {
        let same = words[start..]
            .iter()
            .take_while(|w| **w == words[start])
            .count();
        let enough =
            same >= SAME_SEGMENTS || same > 1 && words[start].len() * same >= 2 * LOOPED_WORDS;
        if enough && !words[start].is_empty() {
            for verdict in &mut verdicts[start + 1..start + same] {
                if *verdict == Verdict::Keep {
                    *verdict = Verdict::Drop(GapReason::Repetition);
                }
            }
        }
        start += same;
    }
}

/// The words in lower case without punctuation.
fn plain_words(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '\''))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::TimeSpan;

    fn segment(text: &str, start_ms: u64, end_ms: u64) -> HeardSegment {
        HeardSegment {
            span: TimeSpan::new(start_ms, end_ms),
            text: text.into(),
            confidence: 0.9,
            mean_logprob: -0.2,
            no_speech: 0.01,
            words: Vec::new(),
            turn_after: false,
        }
    }

    #[test]
    fn single_segments_are_judged() {
        use GapReason::{Invented, NoText, Repetition};
        let looped = "I'm going to see him. ".repeat(6);
        let cases: &[(&str, u64, Option<GapReason>)] = &[
            ("Thank you.", 1_000, None),
            ("Thanks for watching!", 30_000, None),
            ("No, no, no, no, no, no.", 3_000, None),
            ("Left, right, left, right, left, right.", 6_000, None),
            (
                "Five, five, five, then four, four, then three.",
                6_000,
                None,
            ),
            (
                "She said it is fine, it is fine, it is fine, and then left.",
                6_000,
                None,
            ),
            (looped.as_str(), 20_000, Some(Repetition)),
            (&"so ".repeat(20), 10_000, Some(Repetition)),
            (
                "and I don't know and I don't know and I don't know and I don't know",
                9_000,
                Some(Repetition),
            ),
            ("[BLANK_AUDIO]", 30_000, Some(NoText)),
            (" (soft music) ", 4_000, Some(NoText)),
            ("...", 4_000, Some(NoText)),
            ("", 0, Some(NoText)),
            ("He (the brother) agreed.", 3_000, None),
            (
                "Client reports waking at three in the morning most nights of this week.",
                900,
                Some(Invented),
            ),
            (
                "Client reports waking at three in the morning most nights of this week.",
                3_000,
                None,
            ),
        ];
        for (text, ms, want) in cases {
            let verdict = judge(&[segment(text, 0, *ms)], 30_000);
            let want = want.clone().map_or(Verdict::Keep, Verdict::Drop);
            assert_eq!(verdict, [want], "{text}");
        }
    }

    #[test]
    fn what_the_engine_doubts_twice_is_invented() {
        for (no_speech, mean_logprob, kept) in
            [(0.9, -1.4, false), (0.9, -0.3, true), (0.1, -1.4, true)]
        {
            let doubtful = HeardSegment {
                mean_logprob,
                no_speech,
                ..segment("Thank you.", 0, 2_000)
            };
            let kept_now = judge(&[doubtful], 30_000) == [Verdict::Keep];
            assert_eq!(kept_now, kept, "{no_speech} {mean_logprob}");
        }
    }

    #[test]
    fn text_after_the_end_of_the_window_is_invented() {
        let segments = [
            segment("So we stopped.", 0, 4_000),
            segment("Thank you.", 5_000, 7_000),
        ];
        let verdicts = judge(&segments, 5_000);
        assert_eq!(
            verdicts,
            [Verdict::Keep, Verdict::Drop(GapReason::Invented)]
        );
    }

    #[test]
    fn loops_across_segments_keep_the_first() {
        let cases: &[(&str, usize, usize)] = &[
            // text, segments, kept
            ("Thank you.", 1, 1),
            ("Okay.", 3, 3),
            ("Okay.", 8, 1),
            ("And then I went back to the house and saw him there.", 2, 1),
            ("He slept badly this week.", 2, 2),
        ];
        for (text, times, kept) in cases {
            let segments: Vec<_> = (0..*times as u64)
                .map(|n| segment(text, n * 3_000, n * 3_000 + 2_900))
                .collect();
            let verdicts = judge(&segments, 30_000);
            let now = verdicts.iter().filter(|v| **v == Verdict::Keep).count();
            assert_eq!(now, *kept, "{text} {times} times");
            assert_eq!(verdicts[0], Verdict::Keep);
        }
    }

    #[test]
    fn more_text_than_the_window_holds_is_invented() {
        let segments: Vec<_> = (0..6)
            .map(|n| segment(&format!("This is sentence number {n} of many."), 0, 2_000))
            .collect();
        assert!(judge(&segments, 2_000).iter().all(|v| *v != Verdict::Keep));
        assert!(judge(&segments, 12_000).iter().all(|v| *v == Verdict::Keep));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_judged(text in ".{0,300}", start in 0_u64..40_000, len in 0_u64..40_000) {
            let segments = [segment(&text, start, start + len)];
            assert_eq!(judge(&segments, 30_000).len(), 1);
        }
    }
}
