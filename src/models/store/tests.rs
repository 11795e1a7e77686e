//! The models folder, driven as a person would: with files made on the spot.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::catalog::Kind;
use crate::engine::model_file::samples::{detector, gguf, recogniser};

use super::*;

/// A catalog with one of each kind, whose files the tests can make.
fn catalog() -> Catalog {
    let entry = |kind: &str, name: &str, file: &str, bytes: &[u8], cost: &str| {
        format!(
            "[[model]]\nkind = \"{kind}\"\nname = \"{name}\"\nrepo = \"a/b\"\nfile = \"{file}\"\n\
             sha256 = \"{}\"\nbytes = {}\nsize_is_exact = true\nlicence = \"mit\"\nmemory_mib = 1\n\
             quality = {}\nenglish_only = true\ntakes_prompt = true\ngood_for = \"x.\"\n{cost}\n",
            Digest::of(bytes),
            bytes.len(),
            name.len(),
        )
    };
    let demo = "[[model]]\nkind = \"whisper\"\nname = \"demo.en\"\nbundled = true\n\
                file = \"models/demo/ggml-demo.en.bin\"\nlicence = \"mit\"\nmemory_mib = 1\n\
                quality = 0\nenglish_only = true\ntakes_prompt = false\ngood_for = \"x.\"\n\
                window_cpu_s = 1.0\n";
    let text = [
        "[licences.mit]\ntitle = \"MIT\"\nurl = \"u\"\nneeds_acceptance = false\nsummary = \"s\"\n",
        demo,
        &entry(
            "whisper",
            "tiny.en",
            "ggml-tiny.en.bin",
            &recogniser(51_864),
            "window_cpu_s = 1.0",
        ),
        &entry(
            "whisper",
            "tiny",
            "ggml-tiny.bin",
            &recogniser(51_865),
            "window_cpu_s = 1.0",
        ),
        &entry("vad", "silero", "ggml-silero.bin", &detector(), ""),
        &entry(
            "llm",
            "llama",
            "llama.gguf",
            &gguf("known"),
            "active_mparams = 1",
        ),
    ]
    .concat();
    Catalog::parse(&text).unwrap()
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

fn add(store: &Store<'_>, path: &Path) -> Result<Installed, ModelsError> {
    store.add(path, &mut |_, _| {})
}

#[test]
fn an_added_file_is_named_by_its_digest_or_by_its_own_name() {
    let (catalog, folder) = (catalog(), tempfile::tempdir().unwrap());
    let outside = tempfile::tempdir().unwrap();
    let store = Store::with_catalog(&folder.path().join("models"), &catalog);
    for (name, bytes, expected, is_known) in [
        ("renamed.bin", recogniser(51_864), "tiny.en", true),
        ("mine.gguf", gguf("mine"), "mine", false),
        ("no-ending", gguf("other"), "no-ending", false),
        ("silero", detector(), "silero", true),
    ] {
        let added = add(&store, &put(outside.path(), name, &bytes)).unwrap();
        assert_eq!(
            (added.name.as_str(), added.is_known),
            (expected, is_known),
            "{name}"
        );
        assert_eq!(added.sha256, Some(Digest::of(&bytes)), "{name}");
        assert!(matches!(added.state, State::Ready(_)), "{name}");
        assert_eq!(
            fs::read(store.find(expected).unwrap().path).unwrap(),
            bytes,
            "{name}"
        );
    }
    let names: Vec<_> = store.list().unwrap().into_iter().map(|i| i.name).collect();
    assert_eq!(names, ["mine", "no-ending", "silero", "tiny.en"]);
}

#[test]
fn what_must_not_be_added_leaves_the_folder_as_it_was() {
    let (catalog, folder) = (catalog(), tempfile::tempdir().unwrap());
    let outside = tempfile::tempdir().unwrap();
    let store = Store::with_catalog(folder.path(), &catalog);
    add(&store, &put(outside.path(), "mine.gguf", &gguf("mine"))).unwrap();
    let refused = |name: &str, bytes: &[u8]| {
        let error = add(&store, &put(outside.path(), name, bytes)).unwrap_err();
        assert!(!error.hint().is_empty());
        assert_eq!(store.list().unwrap().len(), 1, "{name}");
        error
    };
    let whole = gguf("known");
    assert!(matches!(
        refused("a.gguf", b"<html>"),
        ModelsError::NotAModel { .. }
    ));
    assert!(matches!(
        refused("a.gguf", b""),
        ModelsError::NotAModel { .. }
    ));
    let cut = &whole[..whole.len() - 1];
    assert!(matches!(
        refused("a.gguf", cut),
        ModelsError::CutOffModel { .. }
    ));
    assert!(matches!(
        refused("llama.gguf", &gguf("other")),
        ModelsError::Impostor { .. }
    ));
    assert!(matches!(
        refused("llama.bin", &gguf("other")),
        ModelsError::Impostor { .. }
    ));
    assert!(matches!(
        refused("mine.gguf", &gguf("new")),
        ModelsError::NameTaken { .. }
    ));
    let demo = refused("ggml-demo.en.bin", &recogniser(51_866));
    assert!(matches!(demo, ModelsError::Impostor { .. }), "{demo}");
    let folder_error = add(&store, outside.path()).unwrap_err();
    assert!(
        matches!(folder_error, ModelsError::NotAModel { .. }),
        "{folder_error}"
    );
    let missing = add(&store, &outside.path().join("no.bin")).unwrap_err();
    assert!(matches!(missing, ModelsError::Io { .. }), "{missing}");
    let hidden = fs::read_dir(folder.path()).unwrap();
    assert!(
        !hidden
            .flatten()
            .any(|e| e.file_name().to_string_lossy().ends_with(".adding"))
    );
}

#[test]
fn names_are_found_or_the_nearest_is_told() {
    let (catalog, folder) = (catalog(), tempfile::tempdir().unwrap());
    let store = Store::with_catalog(folder.path(), &catalog).with_program_files(folder.path());
    put(folder.path(), "ggml-tiny.en.bin", &recogniser(51_864));
    put(folder.path(), "mine.gguf", &gguf("mine"));
    let elsewhere = put(folder.path(), "usb/own.bin", &recogniser(51_865));
    for asked in ["tiny.en", "ggml-tiny.en.bin"] {
        let found = store.find(asked).unwrap();
        assert_eq!(found.name, "tiny.en");
        assert!(found.takes_prompt() && !found.is_demo());
    }
    assert_eq!(store.find("mine").unwrap().format.kind(), Kind::Llm);
    let own = store.find(&elsewhere.to_string_lossy()).unwrap();
    assert_eq!(
        (own.name.as_str(), own.format.kind()),
        ("own", Kind::Whisper)
    );
    for (asked, nearest) in [
        ("tiny-en", Some("tiny.en")),
        ("lama", Some("llama")),
        ("xyzzy", None),
    ] {
        match store.find(asked).unwrap_err() {
            ModelsError::Unknown { nearest: found, .. } => assert_eq!(found.as_deref(), nearest),
            other => panic!("{asked}: {other}"),
        }
    }
    assert!(matches!(
        store.find("llama").unwrap_err(),
        ModelsError::NotInstalled { .. }
    ));
    assert!(matches!(
        store.find("demo.en").unwrap_err(),
        ModelsError::DemoAbsent { .. }
    ));
    assert!(matches!(
        store.find("no/such.bin").unwrap_err(),
        ModelsError::Io { .. }
    ));
}

#[test]
fn the_best_installed_model_is_never_the_demo() {
    let (catalog, folder) = (catalog(), tempfile::tempdir().unwrap());
    let program = tempfile::tempdir().unwrap();
    let store = Store::with_catalog(folder.path(), &catalog).with_program_files(program.path());
    put(
        program.path(),
        "models/demo/ggml-demo.en.bin",
        &recogniser(51_864),
    );
    let demo = store.demo().unwrap();
    assert!(demo.is_demo() && !demo.takes_prompt());
    assert_eq!(store.survey().unwrap().demo, Some(demo.path));
    assert!(store.best(Kind::Whisper).unwrap().is_none());
    put(folder.path(), "ggml-demo.en.bin", &recogniser(51_864));
    assert!(store.best(Kind::Whisper).unwrap().is_none());
    put(folder.path(), "own.bin", &recogniser(51_865));
    assert_eq!(store.best(Kind::Whisper).unwrap().unwrap().name, "own");
    put(folder.path(), "ggml-tiny.bin", &recogniser(51_865));
    put(folder.path(), "ggml-tiny.en.bin", &recogniser(51_864));
    assert_eq!(store.best(Kind::Whisper).unwrap().unwrap().name, "tiny.en");
}

#[test]
fn verify_tells_right_damaged_and_unfamiliar() {
    let (catalog, folder) = (catalog(), tempfile::tempdir().unwrap());
    let store = Store::with_catalog(folder.path(), &catalog);
    put(folder.path(), "ggml-tiny.en.bin", &recogniser(51_864));
    let mut flipped = gguf("known");
    *flipped.last_mut().unwrap() ^= 1;
    put(folder.path(), "llama.gguf", &flipped);
    put(folder.path(), "mine.gguf", &gguf("mine"));
    put(folder.path(), "ggml-silero.bin", &detector()[..90]);
    put(folder.path(), "ggml-tiny.bin.part", b"lmgg");
    let verdicts = |store: &Store<'_>| -> Vec<(String, Verdict)> {
        let checked = store.verify(&mut |_, _, _| {}).unwrap();
        checked.into_iter().map(|c| (c.name, c.verdict)).collect()
    };
    let first = verdicts(&store);
    let of = |name: &str| &first.iter().find(|(n, _)| n == name).unwrap().1;
    assert_eq!(first.len(), 4);
    assert_eq!(of("tiny.en"), &Verdict::Right);
    assert!(matches!(of("llama"), Verdict::Damaged(why) if why.contains("sha256")));
    assert!(matches!(of("silero"), Verdict::Damaged(why) if why.contains("cut off")));
    assert_eq!(of("mine"), &Verdict::Unfamiliar(Digest::of(&gguf("mine"))));
    let mut other = gguf("mine");
    *other.last_mut().unwrap() ^= 1;
    put(folder.path(), "mine.gguf", &other);
    let second = verdicts(&store);
    assert!(
        second
            .iter()
            .any(|(n, v)| n == "mine" && matches!(v, Verdict::Damaged(_)))
    );
}

#[test]
fn removing_takes_the_file_and_what_is_unfinished() {
    let (catalog, folder) = (catalog(), tempfile::tempdir().unwrap());
    let store = Store::with_catalog(folder.path(), &catalog);
    put(folder.path(), "ggml-tiny.en.bin", &recogniser(51_864));
    put(folder.path(), "ggml-tiny.en.bin.part", b"lmgg");
    let unfinished = store.unfinished().unwrap();
    assert_eq!(
        (unfinished[0].name.as_str(), unfinished[0].bytes),
        ("tiny.en", 4)
    );
    assert_eq!(store.remove("tiny.en").unwrap().len(), 2);
    assert!(store.list().unwrap().is_empty() && store.unfinished().unwrap().is_empty());
    assert!(matches!(
        store.remove("tiny.en").unwrap_err(),
        ModelsError::NotInstalled { .. }
    ));
    assert!(matches!(
        store.remove("demo.en").unwrap_err(),
        ModelsError::Bundled { .. }
    ));
    assert!(matches!(
        store.remove("tinny.en").unwrap_err(),
        ModelsError::Unknown { .. }
    ));
}

#[test]
fn a_digest_is_remembered_until_the_file_changes() {
    let (catalog, folder) = (catalog(), tempfile::tempdir().unwrap());
    let store = Store::with_catalog(folder.path(), &catalog);
    let path = put(folder.path(), "mine.gguf", &gguf("mine"));
    let found = store.find("mine").unwrap();
    assert_eq!(store.digest(&found).unwrap(), Digest::of(&gguf("mine")));
    assert_eq!(
        store.list().unwrap()[0].sha256,
        Some(Digest::of(&gguf("mine")))
    );
    fs::write(&path, gguf("longer than before")).unwrap();
    assert_eq!(store.list().unwrap()[0].sha256, None);
    assert_eq!(
        store.digest(&found).unwrap(),
        Digest::of(&gguf("longer than before"))
    );
}
