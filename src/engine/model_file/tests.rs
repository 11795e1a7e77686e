//! What is a model file, what is none, and what is cut off.

use std::io::{Cursor, Write};

use proptest::prelude::*;

use super::samples::{detector, gguf, recogniser};
use super::*;

fn walk_bytes(bytes: &[u8]) -> Result<ModelFile, Fault> {
    walk(BufReader::new(Cursor::new(bytes)), bytes.len() as u64)
}

fn fault(bytes: &[u8]) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    inspect(file.path()).unwrap_err().to_string()
}

#[test]
fn what_is_no_model_is_named() {
    let cases: &[(&[u8], &str)] = &[
        (b"", "it is empty"),
        (b"abc", "it is not a model: it does not begin like one"),
        (
            b"<!DOCTYPE html>",
            "it is not a model: it is a web page, perhaps a download that went wrong",
        ),
        (
            b"version https://git-lfs",
            "it is not a model: it is a pointer to a file kept elsewhere (Git LFS)",
        ),
        (
            b"tjgg....",
            "it is not a model: it is in an old format that llama.cpp no longer reads",
        ),
        (
            b"lmgg",
            "it is cut off: it has 4 bytes and needs at least 8",
        ),
        (
            b"GGUF\x03\0",
            "it is cut off: it has 6 bytes and needs at least 8",
        ),
        (
            b"GGUF\x63\0\0\0aaaaaaaabbbbbbbb",
            "it is not a model: it is a GGUF file of version 99; versions 2 and 3 can be read",
        ),
    ];
    for (bytes, want) in cases {
        assert_eq!(fault(bytes), *want);
    }
    let nothing = inspect(Path::new("/nowhere/model.bin")).unwrap_err();
    assert_eq!(
        nothing.to_string(),
        "it cannot be read (there is no such file)"
    );
    let folder = inspect(std::env::temp_dir().as_path()).unwrap_err();
    assert_eq!(folder.to_string(), "it is not a model: it is a folder");
}

#[test]
fn whole_files_are_known_for_what_they_are() {
    let whole = recogniser(51_865);
    assert_eq!(
        walk_bytes(&whole).unwrap(),
        ModelFile::Whisper {
            bytes: whole.len() as u64,
            vocabulary: 51_865,
            layers: (1, 1)
        }
    );
    let whole = detector();
    let bytes = whole.len() as u64;
    assert_eq!(walk_bytes(&whole).unwrap(), ModelFile::Vad { bytes });
    let whole = gguf("x");
    assert_eq!(
        walk_bytes(&whole).unwrap(),
        ModelFile::Gguf {
            bytes: whole.len() as u64,
            architecture: "llama".to_owned(),
            shape: Shape {
                weights: 128 + 68,
                ..Shape::default()
            },
        }
    );
}

#[test]
fn every_cut_is_seen() {
    for whole in [recogniser(51_864), detector(), gguf("x")] {
        for len in 8..whole.len() {
            assert!(
                matches!(walk_bytes(&whole[..len]), Err(Fault::CutOff { needs }) if needs > len as u64),
                "cut to {len} of {}",
                whole.len()
            );
        }
    }
}

#[test]
fn memory_is_checked_with_room_to_work() {
    let model = ModelFile::Gguf {
        bytes: 300 << 20,
        architecture: "llama".to_owned(),
        shape: Shape::default(),
    };
    assert!(model.fits(528 << 20).is_ok());
    let fault = model.fits(527 << 20).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "it needs about 528 MB of memory and 527 MB are free"
    );
}

proptest! {
    #[test]
    fn any_bytes_end_in_an_answer(
        magic in prop_oneof![Just(&b"lmgg"[..]), Just(&b"GGUF\x03\0\0\0"[..]), Just(&b""[..])],
        rest in prop::collection::vec(prop_oneof![3 => 0_u8..4, 1 => any::<u8>()], 0..300),
    ) {
        prop_assert!(walk_bytes(&[magic, &rest].concat()).is_err());
    }
}
