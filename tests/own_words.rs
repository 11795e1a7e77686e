//! A clinician's own words at the command line: corrections added, learned, listed and taken back,
//! the vocabulary file, and what `explain` and `draft` make of them.

// Functions that tests share may unwrap like tests.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::{Command, Output};

use tempfile::TempDir;

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    }

    fn book(&self) -> String {
        fs::read_to_string(self.0.path().join("settings/corrections.toml")).unwrap()
    }

    fn run(&self, args: &[&str]) -> Output {
        let settings = self.0.path().join("settings");
        fs::create_dir_all(&settings).unwrap();
        let settings = settings.join("settings.toml");
        if !settings.exists() {
            fs::write(&settings, "").unwrap();
        }
        Command::new(env!("CARGO_BIN_EXE_notewright"))
            .args(args)
            .env_clear()
            .env("HOME", self.0.path())
            .env("NOTEWRIGHT_SETTINGS", settings)
            .env("NOTEWRIGHT_MODELS", self.0.path().join("models"))
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap()
    }

    fn done(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The message of a command that is refused with this code.
    fn refused(&self, args: &[&str], code: i32) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(code), "{args:?}");
        String::from_utf8(output.stderr).unwrap()
    }
}

const SAID: &str = "Client takes set ra lean daily. We did brain spotting today.";

#[test]
fn corrections_are_added_listed_applied_and_taken_back() {
    let home = Home::new();
    let said = home.file("said.txt", SAID);
    assert!(
        home.done(&["corrections"])
            .contains("no corrections of your own")
    );
    assert!(!home.done(&["explain", &said]).contains("Read as"));
    let added = home.done(&["corrections", "add", "set ra lean", "sertraline"]);
    assert_eq!(added, "Added: \u{201c}set ra lean\u{201d} is sertraline.\n");
    let listed = home.done(&["corrections", "list"]);
    assert_eq!(
        listed,
        "\u{201c}set ra lean\u{201d} is sertraline  (added)\n"
    );
    let explained = home.done(&["explain", &said]);
    assert!(
        explained.contains(
            "Read as sertraline: \u{201c}set ra lean\u{201d} is one of your corrections."
        ),
        "{explained}"
    );
    let note = home.done(&["draft", &said, "--composer", "extractive"]);
    assert!(
        note.contains("sertraline") && !note.contains("set ra"),
        "{note}"
    );
    let document = home.done(&["draft", &said, "--composer", "extractive", "--json"]);
    assert!(
        document.contains("set ra lean"),
        "the quote stays as it was heard"
    );
    home.done(&["corrections", "remove", "Set Ra Lean"]);
    assert!(home.done(&["corrections"]).contains("no corrections"));
    assert!(
        home.done(&["corrections", "undo"])
            .starts_with("Back again")
    );
    assert!(home.done(&["corrections", "undo"]).starts_with("Removed"));
    let nothing = home.refused(&["corrections", "undo"], 1);
    assert!(nothing.contains("no change to take back"), "{nothing}");
}

#[test]
fn corrections_are_learned_from_what_was_changed() {
    let home = Home::new();
    let before = home.file("before.txt", "Took sertralin daily. She felt sad with Jon.");
    let after = home.file(
        "after.txt",
        "Took sertraline daily. She felt SUD with John.",
    );
    let learned = home.done(&["corrections", "learn", &before, &after]);
    assert!(
        learned.contains("Learned: \u{201c}sertralin\u{201d} is sertraline."),
        "{learned}"
    );
    assert!(learned.contains("Not learned: \u{201c}jon\u{201d} is John: it may be a name"));
    assert!(!home.book().contains("John"));
    assert!(home.book().contains("how = \"learned\""));
    let again = home.done(&["corrections", "learn", &before, &after]);
    assert!(again.starts_with("Nothing new was learned."), "{again}");
    // A note document against the text that was made of it.
    let said = home.file("said.txt", "Client reports taking sertralin daily.");
    let undone = home.done(&["corrections", "undo"]);
    assert!(undone.contains("sertralin"));
    let note = home.done(&["draft", &said, "--composer", "extractive", "--json"]);
    let note = home.file("note.json", &note);
    let edited = home.file("edited.txt", "Client reports taking sertraline daily.");
    let learned = home.done(&["corrections", "learn", &note, &edited]);
    assert!(learned.contains("Learned"), "{learned}");
}

#[test]
fn a_vocabulary_puts_right_what_came_apart() {
    let home = Home::new();
    let said = home.file("said.txt", SAID);
    let words = home.file("words.txt", "# the clinic's\nBrainspotting\n");
    let explained = home.done(&["explain", &said, "--vocabulary", &words]);
    let want =
        "Read as Brainspotting: \u{201c}brain spotting\u{201d} is a word of your vocabulary.";
    assert!(explained.contains(want), "{explained}");
    home.file(
        "settings/settings.toml",
        &format!("vocabulary_file = {words:?}\n"),
    );
    assert!(home.done(&["explain", &said]).contains(want));
}

#[test]
fn bad_input_says_what_to_do() {
    let home = Home::new();
    let said = home.file("said.txt", SAID);
    let long = home.file("long.txt", &format!("fine\n{}\n", "x".repeat(70)));
    let cases: &[(&[&str], i32, &str, &str)] = &[
        (
            &["draft", &said, "--vocabulary", "none.txt"],
            1,
            "cannot read the vocabulary none.txt",
            "hint: name a text file",
        ),
        (
            &["draft", &said, "--vocabulary", &long],
            1,
            "line 2 has more than 60 characters",
            "hint: name a text file",
        ),
        (
            &["corrections", "add", "vock", "vock"],
            2,
            "are the same",
            "hint: notewright corrections add",
        ),
        (
            &["corrections", "add", "...", "VOC"],
            2,
            "what is heard has 0 words",
            "hint: give one to 6 words",
        ),
        (
            &["corrections", "add", "a b c d e f g", "VOC"],
            2,
            "has 7 words",
            "hint: give one",
        ),
        (
            &["corrections", "remove", "vock"],
            1,
            "no correction for these words",
            "hint: `notewright corrections`",
        ),
        (
            &["corrections", "learn", "none.txt", &said],
            1,
            "none.txt",
            "hint:",
        ),
    ];
    for (args, code, cause, hint) in cases {
        let said = home.refused(args, *code);
        assert!(
            said.contains(cause) && said.contains(hint),
            "{args:?}: {said}"
        );
    }
    home.file("settings/corrections.toml", "[[correction]]\nheard = 3\n");
    let broken = home.refused(&["draft", &said], 1);
    assert!(broken.contains("corrections.toml, line 2"), "{broken}");
}
