//! The account of every sample, and where windows are cut.

use proptest::prelude::*;

use super::*;
use crate::audio::SAMPLE_RATE;
use crate::audio::failure::AudioError;
use crate::audio::window::Window;

/// Takes every sample that is not zero for speech.
#[derive(Debug)]
struct NotZero;

const HOP: usize = 160;

impl VoiceActivity for NotZero {
    fn hop(&self) -> usize {
        HOP
    }
    fn push(&mut self, hop: &[f32], decided: &mut Vec<f32>) {
        decided.push(if hop.iter().any(|s| *s != 0.0) {
            1.0
        } else {
            0.0
        });
    }
    fn finish(&mut self, _: &mut Vec<f32>) {}
}

/// A recording in which each sample tells its place, silent where the layout says so; lengths
/// in hops, speech first.
fn recording(layout: &[usize], rest: usize) -> Vec<f32> {
    let mut samples = Vec::new();
    for (n, hops) in layout.iter().enumerate() {
        for _ in 0..hops * HOP {
            let place = samples.len() as f32 + 1.0;
            samples.push(if n % 2 == 0 { place } else { 0.0 });
        }
    }
    samples.resize(samples.len() + rest, 0.0);
    samples
}

fn pack(samples: &[f32], block: usize) -> Vec<Packed> {
    let blocks = samples.chunks(block).map(|b| Ok(b.to_vec()));
    Packer::with_activity(blocks, NotZero)
        .map(Result::unwrap)
        .collect()
}

/// Checks the account of every sample, and answers with the windows.
fn checked(samples: &[f32], packed: Vec<Packed>) -> Vec<Window> {
    let mut seen = vec![0_u8; samples.len()];
    let mut windows = Vec::new();
    for one in packed {
        match one {
            Packed::Silence(Silence { source, len }) => {
                let range = source as usize..(source + len) as usize;
                assert!(!range.is_empty());
                assert!(
                    samples[range.clone()].iter().all(|s| *s == 0.0),
                    "speech in a silence"
                );
                seen[range].iter_mut().for_each(|n| *n += 1);
            }
            Packed::Speech(window) => {
                assert!(window.samples.len() <= MAX_WINDOW);
                assert!(
                    window.samples.iter().any(|s| *s != 0.0),
                    "a window without speech"
                );
                let mut at = 0;
                for piece in &window.pieces {
                    assert_eq!(piece.at, at);
                    let range = piece.source as usize..piece.source as usize + piece.len;
                    assert_eq!(window.samples[at..at + piece.len], samples[range.clone()]);
                    seen[range].iter_mut().for_each(|n| *n += 1);
                    at += piece.len;
                }
                assert_eq!(at, window.samples.len());
                windows.push(window);
            }
        }
    }
    assert!(seen.iter().all(|n| *n == 1), "each sample is in one place");
    windows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn every_sample_is_accounted_for(
        layout in prop::collection::vec(
            prop_oneof![0_usize..60, 20_usize..400, 500_usize..3_500], 0..14),
        rest in 0_usize..HOP,
        block in 100_usize..9_000,
    ) {
        let samples = recording(&layout, rest);
        let windows = checked(&samples, pack(&samples, block));
        let mut last = 0;
        for window in &windows {
            for ms in (0..=window.samples.len() as u64 / 16).step_by(250) {
                let there = window.true_ms(ms);
                assert!(there >= last, "times run forward");
                last = there;
            }
        }
    }
}

#[test]
fn windows_are_cut_where_a_pause_is() {
    // 20 s of speech, 1 s of pause, 8 s, 50 ms, 10 s: the long pause wins over the last one.
    let samples = recording(&[2000, 100, 800, 5, 1000], 0);
    let windows = checked(&samples, pack(&samples, 1000));
    assert_eq!(windows.len(), 2);
    assert_eq!(windows[0].samples.len(), 2000 * HOP + MARGIN);
    // Without a long pause, the last short one.
    let samples = recording(&[1500, 5, 1000, 5, 1000], 0);
    let windows = checked(&samples, pack(&samples, 1000));
    assert_eq!(windows[0].samples.len(), 2505 * HOP + 2 * HOP + HOP / 2);
}

#[test]
fn speech_without_pause_is_cut_where_it_is_quietest() {
    let mut samples = vec![0.5; 70 * 16_000];
    samples[27 * 16_000..27 * 16_000 + 1_600].fill(0.1);
    let windows = checked(&samples, pack(&samples, 4_000));
    assert!(windows[0].samples.len().abs_diff(27 * 16_000 + 800) <= 800);
    assert_eq!(windows.len(), 3);
}

#[test]
fn pieces_are_packed_together_with_pauses_between() {
    let samples = recording(&[300, 1000, 300, 1000, 300], 0);
    let packed = pack(&samples, 1000);
    let silences = packed
        .iter()
        .filter(|p| matches!(p, Packed::Silence(_)))
        .count();
    let windows = checked(&samples, packed);
    assert_eq!((windows.len(), silences), (1, 2));
    assert_eq!(windows[0].pieces.len(), 3);
    assert_eq!(windows[0].samples.len(), 900 * HOP + 4 * MARGIN);
}

#[test]
fn what_came_before_an_error_is_packed_first() {
    let lost = || AudioError::Undecodable {
        path: "x.wav".into(),
    };
    let blocks = vec![Ok(vec![0.5; 5_000]), Err(lost()), Ok(vec![0.5; 5_000])];
    let packed: Vec<_> = Packer::with_activity(blocks.into_iter(), NotZero).collect();
    assert_eq!(packed.len(), 2);
    assert!(matches!(&packed[0], Ok(Packed::Speech(w)) if w.samples.len() == 5_000));
    assert!(packed[1].is_err());
}

#[test]
fn an_endless_stream_is_held_in_little_memory() {
    // Three hours of talk with pauses, made as it is asked for.
    let block = |n: usize| Ok(vec![if n % 7 < 5 { 0.5 } else { 0.0 }; 8_000]);
    let mut packer = Packer::with_activity((0..3 * 3600 * 2).map(block), NotZero);
    let mut most = 0;
    while let Some(packed) = packer.next() {
        packed.unwrap();
        most = most.max(packer.samples_held());
    }
    assert!(most <= MAX_WINDOW + SAMPLE_RATE as usize, "{most}");
}

/// What is done to a packing while it is fed.
#[derive(Clone, Debug)]
enum Act {
    Push(usize),
    Cut,
    CutAtPause,
    Skip(u64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        6 => (1_usize..20_000).prop_map(Act::Push),
        2 => Just(Act::Cut),
        1 => Just(Act::CutAtPause),
        1 => (0_u64..40_000).prop_map(Act::Skip),
    ];
    prop::collection::vec(act, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn cuts_and_gaps_lose_no_sample(
        acts in acts(),
        layout in prop::collection::vec(20_usize..400, 1..14),
        own in any::<bool>(),
    ) {
        let source = recording(&layout, 0);
        let activity: Box<dyn VoiceActivity> = if own {
            Box::new(crate::audio::activity::own())
        } else {
            Box::new(NotZero)
        };
        let mut packing = Packing::new(activity);
        // What the recording holds at each place; nothing where it was skipped.
        let mut held: Vec<Option<f32>> = Vec::new();
        let mut given = source.iter().cycle();
        for act in acts {
            match act {
                Act::Push(len) => {
                    let block: Vec<f32> = given.by_ref().take(len).copied().collect();
                    packing.push(&block);
                    held.extend(block.into_iter().map(Some));
                }
                Act::Cut => packing.cut(),
                Act::CutAtPause => {
                    packing.cut_at_pause(2_000);
                }
                Act::Skip(len) => {
                    packing.skip(len);
                    held.resize(held.len() + len as usize, None);
                }
            }
            prop_assert_eq!(packing.position(), held.len() as u64);
            prop_assert!(packing.quiet_for() <= packing.position());
            if let Some(open) = packing.open() {
                let from = packing.open_since().unwrap() as usize;
                let rest: Vec<f32> = held[from..].iter().flatten().copied().collect();
                prop_assert!(open.samples.len() <= rest.len());
                prop_assert!(rest.ends_with(&open.samples[open.samples.len() - 1..]));
            }
        }
        packing.end();
        let mut seen = vec![0_u8; held.len()];
        while let Some(one) = packing.next_ready() {
            match one {
                Packed::Silence(Silence { source, len }) => {
                    let range = source as usize..(source + len) as usize;
                    seen[range].iter_mut().for_each(|n| *n += 1);
                }
                Packed::Speech(window) => {
                    prop_assert!(window.samples.len() <= MAX_WINDOW);
                    for piece in &window.pieces {
                        let range = piece.source as usize..piece.source as usize + piece.len;
                        let there: Vec<f32> = held[range.clone()].iter().flatten().copied().collect();
                        prop_assert_eq!(&window.samples[piece.at..piece.at + piece.len], &there[..]);
                        seen[range].iter_mut().for_each(|n| *n += 1);
                    }
                }
            }
        }
        for (seen, held) in seen.iter().zip(&held) {
            prop_assert_eq!(*seen, u8::from(held.is_some()));
        }
    }
}
