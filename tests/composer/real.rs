//! The real language model's child on a micro model with random weights: whatever it writes under
//! the grammar, the note stands.

use std::path::{Path, PathBuf};

use notewright::cli::author::PenAuthor;
use notewright::compose::model::AuthorInfo;
use notewright::engine::pen::{Pen, PenOptions};
use notewright::transcript::document::Transcript;

use super::support::{children, micro_gguf};
use super::{codes, facts, loses_nothing, note, own_words};

/// A micro model that reads so many tokens at once.
fn gguf(folder: &Path, seed: u64, context: u32) -> PathBuf {
    let path = folder.join(format!("micro-{seed}.gguf"));
    micro_gguf::write(&path, seed).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let key = b"llama.context_length";
    let at = bytes.windows(key.len()).position(|w| w == key).unwrap();
    // The key, the type of its value in four bytes, the value.
    let value = at + key.len() + 4;
    bytes[value..value + 4].copy_from_slice(&context.to_le_bytes());
    std::fs::write(&path, bytes).unwrap();
    path
}

/// A pen over a micro model whose choices the seed makes.
fn author(folder: &Path, seed: u64, context: u32) -> PenAuthor {
    let pen = Pen::open(PenOptions {
        program: children::pen().expect("tests of the real pen need the feature `pen`"),
        threads: Some(2),
        context,
        ..PenOptions::new(gguf(folder, seed, context))
    })
    .unwrap();
    let info = AuthorInfo {
        model: "micro".to_owned(),
        sha256: None,
        context: pen.describe().context as usize,
    };
    PenAuthor::new(pen, info, Some(7), None)
}

#[test]
fn a_random_model_changes_no_fact_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let transcript = Transcript::typed("Client slept badly. PHQ-9 was fourteen. She denies SI.");
    // The second context has no room for the examples, the third none for anything.
    for context in [8192, 3072, 512] {
        let note = note(&transcript, "soap", &mut author(folder.path(), 1, context));
        assert_eq!(facts(&note), facts(&own_words(&transcript, "soap")));
        loses_nothing(&note, &transcript, "soap");
        let failed = codes(&note).contains(&"composer.failed");
        assert_eq!(failed, context == 512, "{:?}", note.findings);
    }
}
