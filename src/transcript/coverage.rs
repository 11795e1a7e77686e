//! The account of a recording's time: what no utterance covers is a gap with a reason.

use crate::session::TimeSpan;
use crate::transcript::document::{Gap, GapReason};

/// Gathers what is known about each stretch of a recording while it is transcribed.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Stretches that together make up the recording, with the reason that holds where nothing else
    /// does.
    ground: Vec<Gap>,
    /// Stretches whose text was dropped: they go before the ground.
    dropped: Vec<Gap>,
    end_ms: u64,
}

impl Ledger {
    /// Enters a stretch of the recording. Stretches **must not** overlap.
    pub(super) fn enter(&mut self, span: TimeSpan, why: GapReason) {
        self.end_ms = self.end_ms.max(span.end_ms);
        if span.length_ms() > 0 {
            self.ground.push(Gap { span, why });
        }
    }

    /// Notes that text for this stretch was dropped.
    pub(super) fn drop_text(&mut self, span: TimeSpan, why: GapReason) {
        if span.length_ms() > 0 {
            self.dropped.push(Gap { span, why });
        }
    }

    /// End of the last stretch entered.
    pub(super) fn end_ms(&self) -> u64 {
        self.end_ms
    }

    /// All stretches that `utterances`, in order, leave uncovered, in order. Neighbours of one reason
    /// are joined, unless an utterance to which the engine gave no length stands between them.
    pub(super) fn gaps(mut self, utterances: &[TimeSpan]) -> Vec<Gap> {
        self.ground.sort_by_key(|gap| gap.span.start_ms);
        self.dropped.sort_by_key(|gap| gap.span.start_ms);
        let parted_at = |ms: u64| {
            utterances
                .binary_search_by_key(&(ms, ms), |span| (span.start_ms, span.end_ms))
                .is_ok()
        };
        let mut gaps: Vec<Gap> = Vec::new();
        let mut push = |span: TimeSpan, why: &GapReason| match gaps.last_mut() {
            _ if span.length_ms() == 0 => {}
            Some(last)
                if last.why == *why
                    && last.span.end_ms == span.start_ms
                    && !parted_at(span.start_ms) =>
            {
                last.span.end_ms = span.end_ms;
            }
            _ => gaps.push(Gap {
                span,
                why: why.clone(),
            }),
        };
        for ground in &self.ground {
            for open in without(ground.span, utterances.iter().copied()) {
                let mut at = open.start_ms;
                for dropped in self.dropped.iter().filter(|d| overlap(d.span, open)) {
                    let from = dropped.span.start_ms.clamp(at, open.end_ms);
                    let to = dropped.span.end_ms.clamp(from, open.end_ms);
                    push(TimeSpan::new(at, from), &ground.why);
                    push(TimeSpan::new(from, to), &dropped.why);
                    at = to;
                }
                push(TimeSpan::new(at, open.end_ms), &ground.why);
            }
        }
        gaps
    }
}

fn overlap(a: TimeSpan, b: TimeSpan) -> bool {
    a.start_ms < b.end_ms && b.start_ms < a.end_ms
}

/// What `covered`, in order, leaves of `span`.
fn without(span: TimeSpan, covered: impl Iterator<Item = TimeSpan>) -> Vec<TimeSpan> {
    let mut left = Vec::new();
    let mut at = span.start_ms;
    for cover in covered.filter(|cover| overlap(*cover, span)) {
        if cover.start_ms > at {
            left.push(TimeSpan::new(at, cover.start_ms));
        }
        at = at.max(cover.end_ms);
    }
    if at < span.end_ms {
        left.push(TimeSpan::new(at, span.end_ms));
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uncovered_time_keeps_its_reason() {
        let span = TimeSpan::new;
        let mut ledger = Ledger::default();
        ledger.enter(span(0, 1_000), GapReason::Silence);
        ledger.enter(span(1_000, 9_000), GapReason::NoText);
        ledger.enter(span(9_000, 12_000), GapReason::Silence);
        ledger.drop_text(span(6_000, 8_000), GapReason::Repetition);
        let gaps = ledger.gaps(&[span(1_000, 3_000), span(3_500, 6_500), span(8_800, 9_500)]);
        let want = [
            (0, 1_000, GapReason::Silence),
            (3_000, 3_500, GapReason::NoText),
            (6_500, 8_000, GapReason::Repetition),
            (8_000, 8_800, GapReason::NoText),
            (9_500, 12_000, GapReason::Silence),
        ];
        let want = want.map(|(start, end, why)| Gap {
            span: span(start, end),
            why,
        });
        assert_eq!(gaps, want);
    }

    #[test]
    fn words_without_length_part_a_gap() {
        let span = TimeSpan::new;
        let mut ledger = Ledger::default();
        ledger.enter(span(0, 3_000), GapReason::NoText);
        let gaps = ledger.gaps(&[span(1_000, 1_000)]);
        let spans: Vec<TimeSpan> = gaps.iter().map(|gap| gap.span).collect();
        assert_eq!(spans, [span(0, 1_000), span(1_000, 3_000)]);
    }
}
