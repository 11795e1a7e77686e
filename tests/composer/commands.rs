//! The commands as a person meets them where the language model fails: the note comes out all the same.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const TEXT: &str = "Client slept badly. She denies SI. Plan: return in a week.";

fn notewright(folder: &Path, args: &[&str]) -> Output {
    std::fs::write(folder.join("note.txt"), TEXT).unwrap();
    Command::new(env!("CARGO_BIN_EXE_notewright"))
        .args(args)
        .current_dir(folder)
        .env("NOTEWRIGHT_MODELS", folder.join("models"))
        .env_remove("NOTEWRIGHT_LLM")
        .env_remove("NOTEWRIGHT_STYLE")
        .env_remove("NOTEWRIGHT_COMPOSER")
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_model_that_cannot_be_used_leaves_a_note_that_says_so() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("broken.gguf"), b"GGUF and no more").unwrap();
    std::fs::write(folder.path().join("empty.gguf"), b"").unwrap();
    for args in [
        ["--composer", "model"],
        ["--llm", "no-such-model"],
        ["--llm", "./not-there.gguf"],
        ["--llm", "./broken.gguf"],
        ["--llm", "./empty.gguf"],
    ] {
        let output = notewright(
            folder.path(),
            &["draft", "note.txt", "--json", args[0], args[1]],
        );
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(said(&output).contains("hint:"), "{}", said(&output));
        let note: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(note["composer"]["name"], "extractive");
        let findings = note["findings"].as_array().unwrap();
        let failed = |f: &&Value| f["code"] == "composer.failed";
        assert_eq!(findings.iter().filter(failed).count(), 1, "{args:?}");
        assert_eq!(note["risk"]["si"]["status"], "denied");
    }
}

#[test]
fn with_no_model_installed_auto_is_silent() {
    let folder = tempfile::tempdir().unwrap();
    let output = notewright(folder.path(), &["draft", "note.txt", "--json"]);
    assert_eq!(
        (output.status.code(), said(&output)),
        (Some(0), String::new())
    );
    assert!(!String::from_utf8_lossy(&output.stdout).contains("composer.failed"));
}

#[test]
fn a_style_that_is_none_is_told_before_anything_is_done() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("style.toml"), "tone = \"warm\"").unwrap();
    for style in ["style.toml", "nowhere.toml"] {
        let output = notewright(folder.path(), &["draft", "note.txt", "--style", style]);
        assert_eq!(output.status.code(), Some(2), "{style}");
        assert!(output.stdout.is_empty() && said(&output).contains("hint:"));
    }
}

#[test]
fn a_redraft_that_cannot_be_leaves_the_note_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let draft = ["draft", "note.txt", "--json", "--output", "note.json"];
    assert!(notewright(folder.path(), &draft).status.success());
    let before = std::fs::read(folder.path().join("note.json")).unwrap();
    for (args, code) in [
        (&["redraft", "note.json", "--section", "plan"][..], 1),
        (&["redraft", "note.json", "--section", "plam"], 2),
        (
            &[
                "redraft",
                "note.json",
                "--section",
                "plan",
                "--lock",
                "plan",
            ],
            2,
        ),
        (&["redraft", "note.json", "--undo"], 1),
        (&["redraft", "note.txt", "--undo"], 1),
        (&["redraft", "nowhere.json"], 1),
    ] {
        let output = notewright(folder.path(), args);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{args:?}: {}",
            said(&output)
        );
        assert!(said(&output).contains("error:"), "{args:?}");
    }
    assert_eq!(
        std::fs::read(folder.path().join("note.json")).unwrap(),
        before
    );
}
