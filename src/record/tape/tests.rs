//! What was recorded comes back, on time, whatever became of the file.

use proptest::prelude::*;

use super::frame::{Placed, to_f32, to_i16};
use super::*;
use crate::audio::packing::{Packed, Packer};
use crate::session::TimeSpan;
use crate::transcript::document::{Gap, GapReason};
use crate::vault::{Cost, Guard, Passphrase, UserKey, Vault};

/// A folder with a key and room for a tape.
struct Desk {
    folder: tempfile::TempDir,
    key: UserKey,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let guard = Guard::Passphrase(Passphrase::new("four plain words".to_owned()));
        let vault = Vault::at(folder.path()).with_cost(Cost::LEAST);
        let key = vault.set_up(guard).unwrap();
        Self { folder, key }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("a.tape")
    }

    fn writer(&self, channels: u8) -> TapeWriter {
        let header = TapeHeader::now(Mode::Session, channels, "a microphone");
        TapeWriter::create(self.path(), &self.key, &header).unwrap()
    }

    fn reader(&self) -> TapeReader {
        TapeReader::open(self.path(), &self.key).unwrap()
    }
}

/// Samples that tell their place.
fn sound(from: usize, len: usize) -> Vec<f32> {
    (from..from + len)
        .map(|n| to_f32(((n % 60_000) as u16).cast_signed()))
        .collect()
}

/// All sound of a tape by channel, gaps as silence.
fn all_of(tape: TapeReader) -> Vec<Vec<f32>> {
    let channels = usize::from(tape.header().channels);
    let mut all = vec![Vec::new(); channels];
    for piece in tape {
        for (c, channel) in all.iter_mut().enumerate() {
            match &piece {
                Piece::Sound(sound) => channel.extend_from_slice(&sound[c]),
                Piece::Gap(gap) => {
                    channel.resize(channel.len() + gap.span.length_ms() as usize * 16, 0.0);
                }
                _ => {}
            }
        }
    }
    all
}

#[test]
fn what_was_recorded_comes_back_with_gaps_pauses_and_marks() {
    let desk = Desk::new();
    let mut tape = desk.writer(2);
    let (left, right) = (sound(0, 20_000), sound(7, 20_000));
    for (left, right) in left.chunks(1111).zip(right.chunks(1111)) {
        tape.audio(&[left.to_vec(), right.to_vec()]).unwrap();
    }
    assert_eq!(tape.length_ms(), 1250);
    tape.gap(750, Why::Unplugged).unwrap();
    tape.mark().unwrap();
    tape.paused(60_000).unwrap();
    tape.audio(&[sound(1, 160), sound(2, 160)]).unwrap();
    assert_eq!(tape.waiting_ms(), 10);
    tape.finish().unwrap();
    tape.finish().unwrap();
    let survey = desk.reader().read_through();
    assert_eq!(
        survey,
        Survey {
            length_ms: 2010,
            gaps: vec![TapeGap {
                span: TimeSpan::new(1250, 2000),
                why: Why::Unplugged,
            }],
            marks: vec![2000],
            pauses: vec![Pause {
                at_ms: 2000,
                length_ms: 60_000,
            }],
            ending: TapeEnding::Finished,
            ..Survey::default()
        }
    );
    let all = all_of(desk.reader());
    assert_eq!(all[0][..20_000], left[..]);
    assert_eq!(all[1][..20_000], right[..]);
    assert_eq!(all[1][32_000..], sound(2, 160)[..]);
    // The stream for the recogniser has the same times.
    for (hear, want) in [
        (Hear::Channel(0), left[100]),
        (Hear::Channel(9), right[100]),
        (Hear::Mixed, f32::midpoint(left[100], right[100])),
    ] {
        let mono: Vec<f32> = desk
            .reader()
            .blocks(hear)
            .flat_map(Result::unwrap)
            .collect();
        assert_eq!(mono.len(), 2010 * 16);
        assert!((mono[100] - want).abs() < 1e-6, "{hear:?}");
    }
    let packed: u64 = Packer::new(desk.reader().blocks(Hear::Mixed))
        .map(|one| match one.unwrap() {
            Packed::Silence(silence) => silence.len,
            Packed::Speech(window) => window.samples.len() as u64,
        })
        .sum();
    assert_eq!(packed, 2010 * 16);
}

#[test]
fn a_tape_that_broke_off_gives_all_but_the_last_moment() {
    let desk = Desk::new();
    let mut tape = desk.writer(1);
    tape.audio(&[sound(0, 10_000)]).unwrap();
    // As kill -9 would leave it.
    std::mem::forget(tape);
    let survey = desk.reader().read_through();
    assert_eq!(survey.length_ms, 500);
    assert!(!survey.is_finished() && !survey.is_damaged());
    assert_eq!(all_of(desk.reader())[0], sound(0, 8000));
}

#[test]
fn a_damaged_frame_is_a_gap_at_its_time_and_the_rest_is_there() {
    let desk = Desk::new();
    let mut tape = desk.writer(1);
    tape.audio(&[sound(0, 4 * FRAME_SAMPLES)]).unwrap();
    tape.finish().unwrap();
    drop(tape);
    let mut bytes = std::fs::read(desk.path()).unwrap();
    let frame = (bytes.len() - 8192) / 4;
    bytes[8192 + frame + frame / 2] ^= 1;
    std::fs::write(desk.path(), &bytes).unwrap();
    let survey = desk.reader().read_through();
    assert_eq!(
        survey.gaps,
        [TapeGap {
            span: TimeSpan::new(250, 500),
            why: Why::Damaged,
        }]
    );
    assert_eq!((survey.length_ms, survey.damaged_ms()), (1000, 250));
    assert!(survey.is_finished() && survey.is_damaged());
    let mut want = sound(0, 4 * FRAME_SAMPLES);
    want[FRAME_SAMPLES..2 * FRAME_SAMPLES].fill(0.0);
    assert_eq!(all_of(desk.reader())[0], want);
}

#[test]
fn a_lost_mark_is_noticed_too() {
    let desk = Desk::new();
    let mut tape = desk.writer(1);
    tape.audio(&[sound(0, FRAME_SAMPLES)]).unwrap();
    let at = std::fs::metadata(desk.path()).unwrap().len() as usize;
    tape.mark().unwrap();
    tape.audio(&[sound(0, FRAME_SAMPLES)]).unwrap();
    tape.finish().unwrap();
    drop(tape);
    let mut bytes = std::fs::read(desk.path()).unwrap();
    bytes[at + 30] ^= 1;
    std::fs::write(desk.path(), &bytes).unwrap();
    let survey = desk.reader().read_through();
    assert_eq!(survey.gaps[0].span, TimeSpan::new(250, 250));
    assert!(survey.is_damaged() && survey.marks.is_empty());
    assert_eq!(survey.length_ms, 500);
}

#[test]
fn consent_taken_back_erases() {
    let desk = Desk::new();
    let mut tape = desk.writer(1);
    tape.audio(&[sound(0, 8000)]).unwrap();
    let kept = desk.folder.path().join("kept");
    std::fs::hard_link(desk.path(), &kept).unwrap();
    tape.revoke().unwrap();
    assert!(!desk.path().exists());
    assert!(TapeReader::open(&kept, &desk.key).is_err());
}

#[test]
fn sound_can_be_read_back_while_it_is_recorded() {
    let desk = Desk::new();
    let mut tape = desk.writer(1);
    let rewind = tape.rewind();
    tape.audio(&[sound(0, 8000)]).unwrap();
    tape.gap(100, Why::Asleep).unwrap();
    tape.mark().unwrap();
    tape.audio(&[sound(8000, 8000)]).unwrap();
    let read = |from, to| rewind.read(TimeSpan::new(from, to)).unwrap();
    assert_eq!(read(0, 500), sound(0, 8000));
    assert_eq!(read(10, 20), sound(160, 160));
    assert_eq!(read(490, 500), sound(7840, 160));
    let over_gap = read(495, 605);
    assert_eq!(over_gap[..80], sound(7920, 80)[..]);
    assert_eq!(over_gap[80..1680], [0.0; 1600]);
    assert_eq!(over_gap[1680..], sound(8000, 80)[..]);
    assert_eq!(read(1000, 5000), sound(8000 + 6400, 1600));
    assert!(read(9000, 9001).is_empty());
    let elsewhere = std::thread::spawn(move || rewind.read(TimeSpan::new(0, 10)).unwrap());
    assert_eq!(elsewhere.join().unwrap(), sound(0, 160));
}

#[test]
fn channels_that_do_not_fit_are_refused() {
    let desk = Desk::new();
    let mut tape = desk.writer(2);
    for wrong in [vec![], vec![vec![0.0; 9]], vec![vec![0.0; 9], vec![0.0; 8]]] {
        let refused = tape.audio(&wrong);
        assert!(matches!(refused, Err(TapeError::Channels { .. })));
    }
    assert_eq!(tape.length_ms(), 0);
}

#[test]
fn samples_that_are_no_samples_do_no_harm() {
    let cases = [
        (f32::NAN, 0),
        (f32::INFINITY, i16::MAX),
        (f32::NEG_INFINITY, i16::MIN),
        (2.0, i16::MAX),
        (0.5, 16_384),
    ];
    for (sample, want) in cases {
        assert_eq!(to_i16(sample), want, "{sample}");
    }
}

#[test]
fn gaps_are_named_on_the_coverage_list() {
    let gap = |start, end, why| TapeGap {
        span: TimeSpan::new(start, end),
        why,
    };
    let open = |start, end, why| Gap {
        span: TimeSpan::new(start, end),
        why,
    };
    let coverage = vec![
        open(0, 1000, GapReason::Silence),
        open(5000, 9000, GapReason::NoText),
    ];
    let gaps = [
        gap(200, 400, Why::Asleep),
        gap(900, 5500, Why::Damaged),
        gap(8000, 8000, Why::Damaged),
    ];
    let other = |name: &str| GapReason::Other(name.to_owned());
    assert_eq!(
        name_gaps(coverage, &gaps),
        [
            open(0, 200, GapReason::Silence),
            open(200, 400, other("asleep")),
            open(400, 900, GapReason::Silence),
            open(900, 1000, other("damaged")),
            open(5000, 5500, other("damaged")),
            open(5500, 9000, GapReason::NoText),
        ]
    );
}

#[test]
fn debug_shows_no_sound_and_no_consent() {
    let frame = Frame::Audio {
        channels: vec![vec![12_345; 3]],
    };
    let mut header = TapeHeader::now(Mode::Session, 1, "a microphone");
    header.consent = Some(Consent {
        stated: "canary".into(),
        at: header.made,
    });
    let piece = Piece::Sound(vec![vec![0.123; 3]]);
    let shown = format!("{frame:?} {header:?} {piece:?}");
    assert!(!shown.contains("12345") && !shown.contains("canary") && !shown.contains("0.123"));
}

fn frame() -> impl Strategy<Value = Frame> {
    let why = prop_oneof![Just(Why::Asleep), Just(Why::Other("moved away".to_owned()))];
    prop_oneof![
        (1..=2_usize, 1..300_usize, any::<i16>()).prop_map(|(channels, samples, sample)| {
            Frame::Audio {
                channels: vec![vec![sample; samples]; channels],
            }
        }),
        (any::<u64>(), why).prop_map(|(length_ms, why)| Frame::Gap { length_ms, why }),
        any::<u64>().prop_map(|length_ms| Frame::Paused { length_ms }),
        Just(Frame::Mark),
        Just(Frame::ConsentRevoked),
        Just(Frame::End),
    ]
}

proptest! {
    #[test]
    fn frames_come_back_from_their_bytes(at in any::<u64>(), frame in frame()) {
        let placed = Placed { at, frame };
        prop_assert_eq!(Placed::decode(&placed.encode()), Some(placed));
    }

    #[test]
    fn any_bytes_may_be_a_frame(
        mut bytes in prop::collection::vec(any::<u8>(), 0..200),
        kind in 0..8_u8,
    ) {
        if bytes.len() > 1 {
            bytes[0] = 1;
            bytes[1] = kind;
        }
        if let Some(placed) = Placed::decode(&bytes) {
            prop_assert_eq!(placed.encode(), bytes);
        }
    }

    /// A tape of any frames is read without a panic, in time that goes on.
    #[test]
    fn any_frames_can_be_read(
        frames in prop::collection::vec((any::<u32>(), any::<bool>(), frame()), 0..12),
        channels in 0..4_u8,
    ) {
        let desk = Desk::new();
        let header = TapeHeader::now(Mode::Session, channels, "a microphone");
        let json = serde_json::to_vec(&header).unwrap();
        let mut sealed =
            crate::vault::SealedWriter::create(desk.path(), &desk.key, &json).unwrap();
        for (at, far, frame) in frames {
            let at = if far { u64::MAX - u64::from(at) } else { u64::from(at) };
            sealed.append(&Placed { at, frame }.encode()).unwrap();
        }
        let mut reader = desk.reader();
        let mut end = 0;
        while let Some(piece) = reader.next() {
            let now = reader.survey().length_ms;
            prop_assert!(now >= end);
            end = now;
            if let Piece::Gap(gap) = piece {
                prop_assert!(gap.span.end_ms >= gap.span.start_ms);
            }
        }
    }
}
