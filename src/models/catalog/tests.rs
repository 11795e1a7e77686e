//! The builtin catalog, and faults in one that somebody edited.

use super::*;

#[test]
fn builtin_catalog_holds_every_model_and_the_demo() {
    let catalog = Catalog::builtin();
    let count = |kind| catalog.of_kind(kind).count();
    assert_eq!(
        (count(Kind::Whisper), count(Kind::Vad), count(Kind::Llm)),
        (14, 1, 9)
    );
    let demo = catalog.get("demo.en").unwrap();
    assert!(demo.is_bundled() && !demo.takes_prompt && demo.english_only);
    assert_eq!(demo.file, "models/demo/ggml-demo.en.bin");
    for entry in catalog.entries() {
        assert!(
            entry.memory_mib >= entry.size().map_or(0, Size::bytes) >> 20,
            "{}",
            entry.name
        );
        assert!(entry.good_for.ends_with('.'), "{}", entry.name);
    }
}

#[test]
fn licences_with_terms_of_their_own_need_acceptance() {
    let catalog = Catalog::builtin();
    for entry in catalog.entries() {
        let own_terms = entry.name.starts_with("gemma") || entry.name.starts_with("llama");
        assert_eq!(
            catalog.licence_of(entry).needs_acceptance,
            own_terms,
            "{}",
            entry.name
        );
    }
}

#[test]
fn faults_in_a_catalog_are_named() {
    const GOOD: &str = r#"
        [licences.mit]
        title = "MIT"
        url = "u"
        needs_acceptance = false
        summary = "s"
        [[model]]
        kind = "vad"
        name = "v"
        repo = "a/b"
        file = "v.bin"
        sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        bytes = 3
        size_is_exact = true
        licence = "mit"
        memory_mib = 1
        quality = 1
        english_only = false
        takes_prompt = false
        good_for = "x."
    "#;
    assert!(Catalog::parse(GOOD).is_ok());
    for (from, to, says) in [
        ("bytes = 3", "byte = 3", "unknown field `byte`"),
        ("title = ", "titel = ", "unknown field `titel`"),
        ("licence = \"mit\"", "licence = \"bsd\"", "`bsd`"),
        ("ba7816", "ba78", "not a SHA-256"),
        ("v.bin", "../v.bin", "plain file name"),
        ("bytes = 3", "", "either `bundled`"),
        (
            "quality = 1",
            "quality = 1\nbundled = true",
            "either `bundled`",
        ),
        (
            "quality = 1",
            "quality = 1\nwindow_cpu_s = 1.0",
            "window_cpu_s",
        ),
        ("\"vad\"", "\"tts\"", "unknown variant `tts`"),
    ] {
        let error = Catalog::parse(&GOOD.replacen(from, to, 1))
            .unwrap_err()
            .to_string();
        assert!(error.contains(says), "{from} -> {to}: {error}");
    }
    let model = &GOOD[GOOD.find("[[model]]").unwrap()..];
    let error = Catalog::parse(&format!("{GOOD}{model}"))
        .unwrap_err()
        .to_string();
    assert!(error.contains("shares its name"), "{error}");
}
