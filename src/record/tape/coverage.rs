//! Says on a transcript's coverage list why there is no sound where a recording has a gap.

use crate::record::tape::survey::TapeGap;
use crate::session::TimeSpan;
use crate::transcript::document::{Gap, GapReason};

/// The coverage list with the reasons of the recording's gaps in place of the silence that the
/// recogniser saw there. Both lists are in order; no stretch is added or lost.
#[must_use]
pub fn name_gaps(coverage: Vec<Gap>, gaps: &[TapeGap]) -> Vec<Gap> {
    let mut named = Vec::with_capacity(coverage.len() + gaps.len());
    for open in coverage {
        let mut at = open.span.start_ms;
        let mut push = |start: u64, end: u64, why: GapReason| {
            if end > start {
                named.push(Gap {
                    span: TimeSpan::new(start, end),
                    why,
                });
            }
        };
        for gap in gaps {
            let from = gap.span.start_ms.clamp(at, open.span.end_ms);
            let to = gap.span.end_ms.clamp(from, open.span.end_ms);
            if to > from {
                push(at, from, open.why.clone());
                push(from, to, GapReason::Other(gap.why.as_str().to_owned()));
                at = to;
            }
        }
        push(at, open.span.end_ms, open.why);
    }
    named
}
