//! Property tests on sealed files.

use proptest::prelude::*;

use super::fakes::{MemoryFile, key, read, reader};
use crate::vault::preamble::FRAMES;
use crate::vault::{DamageKind, Ending, MAX_FRAME, MAX_HEADER, SealedWriter, VaultError};

/// Frames that are told apart, so that no order and no number goes unnoticed.
fn frames() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec((any::<u8>(), 0..700_usize), 0..12).prop_map(|shapes| {
        let numbered = |(n, (byte, len)): (usize, (u8, usize))| {
            let mut frame = vec![n as u8];
            frame.resize(1 + len, byte);
            frame
        };
        shapes.into_iter().enumerate().map(numbered).collect()
    })
}

fn sealed(header: &[u8], frames: &[Vec<u8>], finish: bool) -> Vec<u8> {
    let file = MemoryFile::default();
    let mut writer = SealedWriter::create_in(Box::new(file.clone()), &key(), header).unwrap();
    for frame in frames {
        writer.append(frame).unwrap();
    }
    if finish {
        writer.finish().unwrap();
    }
    file.bytes()
}

/// Whether `part` is `whole` with some left out, in order.
fn is_subsequence(part: &[Vec<u8>], whole: &[Vec<u8>]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|frame| rest.any(|other| other == frame))
}

proptest! {
    #[test]
    fn what_is_opened_is_what_was_sealed(
        header in prop::collection::vec(any::<u8>(), 0..MAX_HEADER),
        frames in frames(),
        finish in any::<bool>(),
    ) {
        let bytes = sealed(&header, &frames, finish);
        let (found, damage, reader) = read(&bytes);
        prop_assert_eq!(reader.header(), &header[..]);
        prop_assert_eq!(found, frames);
        prop_assert!(damage.is_empty(), "{damage:?}");
        let ending = if finish { Ending::Finished } else { Ending::BrokenOff { torn: 0 } };
        prop_assert_eq!(reader.ending(), Some(ending));
        prop_assert_eq!(reader.is_finished(), finish);
    }

    #[test]
    fn a_flipped_byte_is_noticed_and_costs_at_most_its_frame(
        frames in frames(),
        finish in any::<bool>(),
        place in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
    ) {
        let mut bytes = sealed(b"header", &frames, finish);
        let at = place.index(bytes.len());
        bytes[at] ^= flip;
        let (found, damage, reader) = read(&bytes);
        prop_assert_eq!(reader.header(), b"header");
        prop_assert!(found.len() + 1 >= frames.len(), "{} of {}", found.len(), frames.len());
        prop_assert!(is_subsequence(&found, &frames));
        let torn = matches!(reader.ending(), Some(Ending::BrokenOff { torn }) if torn > 0);
        prop_assert!(!damage.is_empty() || torn, "unnoticed at {at}");
        if at < FRAMES as usize {
            prop_assert_eq!(&found, &frames);
            prop_assert_eq!(damage[0].kind, DamageKind::Header);
        }
        // A flip is told from a crash.
        if !frames.is_empty() || finish {
            prop_assert!(!damage.is_empty(), "{at} taken for a crash");
        }
    }

    #[test]
    fn a_missing_end_is_noticed(
        frames in frames(),
        finish in any::<bool>(),
        place in any::<prop::sample::Index>(),
    ) {
        let bytes = sealed(b"header", &frames, finish);
        let len = FRAMES as usize + place.index(bytes.len() - FRAMES as usize + 1);
        let (found, damage, reader) = read(&bytes[..len]);
        prop_assert_eq!(&found[..], &frames[..found.len()]);
        if len == bytes.len() {
            return Ok(());
        }
        prop_assert!(!reader.is_finished());
        if finish {
            prop_assert_eq!(reader.ending(), Some(Ending::CutOff));
            prop_assert_eq!(damage.len(), 1);
            prop_assert_eq!(damage[0].kind, DamageKind::CutOff);
            prop_assert_eq!(damage[0].frames.len(), frames.len() - found.len());
        } else {
            prop_assert!(damage.is_empty(), "a crash is taken for damage: {damage:?}");
        }
    }

    #[test]
    fn a_stretch_that_is_gone_or_foreign_costs_the_frames_it_touches(
        frames in frames(),
        from in any::<prop::sample::Index>(),
        len in 1..2000_usize,
        remove in any::<bool>(),
    ) {
        let mut bytes = sealed(b"header", &frames, true);
        let from = FRAMES as usize + from.index(bytes.len() - FRAMES as usize);
        let to = (from + len).min(bytes.len());
        if remove {
            bytes.drain(from..to);
        } else {
            bytes[from..to].fill(0xaa);
        }
        let (found, damage, _) = read(&bytes);
        prop_assert!(is_subsequence(&found, &frames));
        prop_assert!(!damage.is_empty());
        let before: u64 = frames
            .iter()
            .scan(FRAMES, |at, frame| { *at += 44 + frame.len() as u64; Some(*at) })
            .filter(|end| *end <= from as u64)
            .count() as u64;
        prop_assert!(found.len() as u64 >= before);
        let last = frames.len() as u64 - before;
        let touched = len as u64 / 45 + 2;
        prop_assert!(found.len() as u64 + touched.min(last) >= frames.len() as u64);
    }

    #[test]
    fn frames_in_another_order_or_from_another_file_are_no_frames(
        frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 40..41), 3..6),
        first in any::<prop::sample::Index>(),
        second in any::<prop::sample::Index>(),
    ) {
        let whole = 44 + 40;
        let bytes = sealed(b"header", &frames, true);
        let other = sealed(b"header", &frames, true);
        let at = |n: usize| FRAMES as usize + n * whole;
        let (first, second) = (first.index(frames.len()), second.index(frames.len()));
        let mut swapped = bytes.clone();
        swapped[at(first)..at(first) + whole].copy_from_slice(&bytes[at(second)..at(second) + whole]);
        swapped[at(second)..at(second) + whole].copy_from_slice(&bytes[at(first)..at(first) + whole]);
        let (found, damage, _) = read(&swapped);
        prop_assert!(is_subsequence(&found, &frames));
        prop_assert_eq!(damage.is_empty(), first == second);
        let mut foreign = bytes.clone();
        foreign[at(first)..at(first) + whole].copy_from_slice(&other[at(first)..at(first) + whole]);
        let (found, damage, _) = read(&foreign);
        prop_assert_eq!(found.len(), frames.len() - 1);
        prop_assert_eq!(damage.len(), 1);
        prop_assert_eq!(damage[0].frames.clone(), first as u32 + 1..first as u32 + 2);
    }

    #[test]
    fn any_bytes_can_be_read(
        mut bytes in prop::collection::vec(any::<u8>(), 0..20_000),
        begin in any::<bool>(),
        markers in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        if begin {
            let own = sealed(b"header", &[vec![1; 100]], false);
            let len = own.len().min(bytes.len());
            bytes[..len].copy_from_slice(&own[..len]);
        }
        for place in markers {
            if bytes.len() > 8 {
                let at = place.index(bytes.len() - 8);
                bytes[at..at + 8].copy_from_slice(&crate::vault::frame::MARKER);
            }
        }
        if let Ok(reader) = reader(&bytes) {
            prop_assert!(reader.count() < bytes.len());
        }
    }

    #[test]
    fn a_power_cut_costs_what_was_not_synced(
        frames in frames(),
        unsynced in prop::collection::vec(any::<u8>(), 0..3000),
        luck in prop::collection::vec(any::<bool>(), 64),
    ) {
        let file = MemoryFile::default();
        let mut writer = SealedWriter::create_in(Box::new(file.clone()), &key(), b"h").unwrap();
        for frame in &frames {
            writer.append(frame).unwrap();
        }
        // The disk is full in the middle of the next one, so that it is never synced.
        file.set_room(Some(file.bytes().len() + unsynced.len()));
        let refused = writer.append(&vec![3; unsynced.len() + 1]);
        prop_assert!(refused.is_err_and(|error| error.is_full()));
        let mut luck = luck.into_iter().cycle();
        let left = file.after_power_cut(|| luck.next().unwrap());
        let (found, _, reader) = read(&left);
        prop_assert_eq!(found, frames);
        let is_broken_off = matches!(reader.ending(), Some(Ending::BrokenOff { .. }));
        prop_assert!(is_broken_off);
    }

    #[test]
    fn a_full_disk_costs_nothing_once_there_is_room(
        frames in frames(),
        room in 0..4000_usize,
        step in 200..2000_usize,
    ) {
        let file = MemoryFile::default();
        let mut writer = SealedWriter::create_in(Box::new(file.clone()), &key(), b"h").unwrap();
        let mut room = FRAMES as usize + room;
        file.set_room(Some(room));
        for frame in &frames {
            while let Err(error) = writer.append(frame) {
                prop_assert!(error.is_full());
                let (found, damage, _) = read(&file.bytes());
                prop_assert!(is_subsequence(&found, &frames) && damage.is_empty(), "{damage:?}");
                room += step;
                file.set_room(Some(room));
            }
        }
        file.set_room(None);
        writer.finish().unwrap();
        let (found, damage, reader) = read(&file.bytes());
        prop_assert_eq!(found, frames);
        prop_assert!(damage.is_empty(), "{damage:?}");
        prop_assert!(reader.is_finished());
    }
}

#[test]
fn several_frames_can_go_in_at_once_and_be_read_back() {
    let file = MemoryFile::default();
    let mut writer = SealedWriter::create_in(Box::new(file.clone()), &key(), b"h").unwrap();
    writer.append(b"one").unwrap();
    writer.append_all(&[b"two", b"three"]).unwrap();
    let replay = writer.replay();
    assert_eq!(replay.frame(0).unwrap(), b"one");
    assert_eq!(replay.frame(2).unwrap(), b"three");
    assert!(replay.frame(3).is_err());
    assert_eq!(writer.frames(), 3);
    writer.finish().unwrap();
    writer.finish().unwrap();
    assert!(matches!(
        writer.append(b"more"),
        Err(VaultError::Ended { .. })
    ));
    assert_eq!(read(&file.bytes()).0.len(), 3);
}

#[test]
fn what_is_too_long_is_refused() {
    let long = vec![0; MAX_HEADER + 1];
    let refused = SealedWriter::create_in(Box::new(MemoryFile::default()), &key(), &long);
    assert!(matches!(refused, Err(VaultError::HeaderTooLong { .. })));
    let file = MemoryFile::default();
    let mut writer = SealedWriter::create_in(Box::new(file), &key(), b"").unwrap();
    let refused = writer.append(&vec![0; MAX_FRAME + 1]);
    assert!(matches!(refused, Err(VaultError::FrameTooLong { .. })));
    writer.append(&vec![0; MAX_FRAME]).unwrap();
}

#[test]
fn nothing_of_what_is_sealed_is_in_the_file() {
    let canary = b"my sister Odile drowned the canary";
    let bytes = sealed(canary, &[canary.to_vec(), canary.to_vec()], true);
    let window = |bytes: &[u8], want: &[u8]| bytes.windows(want.len()).any(|w| w == want);
    assert!(!window(&bytes, &canary[..8]));
    assert!(!window(&bytes, &canary[canary.len() - 8..]));
    // Equal frames look different.
    let at = FRAMES as usize;
    let whole = 44 + canary.len();
    assert_ne!(
        bytes[at + 28..at + whole],
        bytes[at + whole + 28..at + 2 * whole]
    );
}

#[test]
fn files_that_cannot_be_opened_say_why() {
    let good = sealed(b"header", &[vec![1]], false);
    let flip = |places: &[usize]| {
        let mut bytes = good.clone();
        for at in places {
            bytes[*at] ^= 1;
        }
        bytes
    };
    let explain = |bytes: &[u8]| reader(bytes).unwrap_err();
    assert!(matches!(explain(&[]), VaultError::Unbegun { .. }));
    assert!(matches!(explain(&good[..4]), VaultError::Unbegun { .. }));
    assert!(matches!(explain(&[0; 9000]), VaultError::Unbegun { .. }));
    assert!(matches!(
        explain(b"RIFF....WAVE"),
        VaultError::NotSealed { .. }
    ));
    assert!(matches!(
        explain(&flip(&[80, 4096 + 80])),
        VaultError::HeaderDamaged { .. }
    ));
    assert!(matches!(
        explain(&flip(&[8, 4096 + 8])),
        VaultError::Newer { .. }
    ));
    assert!(matches!(
        explain(&flip(&[12, 4096 + 12])),
        VaultError::OtherKey { .. }
    ));
    // One copy is enough, and a crash between the two costs nothing.
    let (_, damage, reader) = read(&good[..5000]);
    assert!(damage.is_empty() && reader.header() == b"header");
}
