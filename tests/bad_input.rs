//! Bad input at the command line: one clear message with cause and next step, the right exit code,
//! and the other inputs of the same command still done. And privacy: what the client said reaches no
//! error and no temporary file.

// Functions that tests share may unwrap like tests.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

struct Run {
    home: TempDir,
}

impl Run {
    fn new() -> Self {
        Self {
            home: TempDir::new().unwrap(),
        }
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.home.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_string_lossy().into_owned()
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_notewright"))
            .args(args)
            .env_clear()
            .env("HOME", self.home.path())
            .env("NOTEWRIGHT_MODELS", self.home.path().join("models"))
            .env("TMPDIR", self.home.path())
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap()
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn what_makes_no_sense_is_refused_with_code_2() {
    let run = Run::new();
    let text = run.file("a.txt", "She denies SI.");
    let cases: &[(&[&str], &str, &str)] = &[
        (&["draft"], "no input was given", "hint: name a text"),
        (
            &["draft", &text, "--format", "sop"],
            "there is no note format `sop`",
            "--format soap",
        ),
        (
            &["draft", &text, "--date", "2026-02-30"],
            "`2026-02-30` is not a date",
            "--date 2026-03-10",
        ),
        (
            &["draft", &text, &text, "--json"],
            "--json prints one note",
            "--output",
        ),
        (
            &["draft", &text, &text, "--output", "one.txt"],
            "2 results cannot go into the one file",
            "name a folder",
        ),
        (
            &["draft", &text, "--settings", "nowhere.toml"],
            "there is no settings file nowhere.toml",
            "leave --settings out",
        ),
        (
            &["formats", "birpp"],
            "there is no note format `birpp`",
            "birp",
        ),
    ];
    for (args, cause, hint) in cases {
        let output = run.run(args);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(
            said.contains(cause) && said.contains(hint),
            "{args:?}: {said}"
        );
        assert!(stdout(&output).is_empty(), "{args:?}");
    }
}

#[test]
fn what_cannot_be_read_fails_with_cause_and_next_step() {
    let run = Run::new();
    let folder = run.home.path().join("drawer");
    fs::create_dir(&folder).unwrap();
    let twice = r#"{"schema":"notewright.transcript/1","utterances":[{"id":"u1","speaker":"client","text":"a"},{"id":"u1","speaker":"client","text":"b"}]}"#;
    let back = r#"{"schema":"notewright.transcript/1","utterances":[{"id":"u1","speaker":"client","text":"a","start_ms":9,"end_ms":4}]}"#;
    let cases = [
        ("missing text", "nowhere.txt".to_owned()),
        ("missing sound", "nowhere.wav".to_owned()),
        ("a folder", folder.to_string_lossy().into_owned()),
        ("empty sound", run.file("empty.wav", [])),
        (
            "no sound",
            run.file("letter.mp3", "Dear colleague, this is no recording at all."),
        ),
        (
            "cut header",
            run.file("cut.wav", b"RIFF\x24\x00\x00\x00WAVEfm"),
        ),
        (
            "no text",
            run.file("picture.txt", [0u8, 159, 146, 150, 0, 0, 1]),
        ),
        ("duplicate ids", run.file("twice.json", twice)),
        ("times run backwards", run.file("back.json", back)),
        ("broken document", run.file("broken.json", "{\"schema\": ")),
    ];
    for (what, input) in cases {
        let output = run.run(&["draft", &input]);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{what}: {said}");
        assert!(
            said.starts_with("error: ") && said.contains("\nhint: "),
            "{what}: {said}"
        );
        assert!(!said.contains("panicked"), "{what}: {said}");
        let name = Path::new(&input)
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned();
        assert!(said.contains(&name), "{what} does not name {name}: {said}");
    }
}

#[test]
fn the_other_inputs_are_still_done() {
    let run = Run::new();
    let good = run.file("good.txt", "She reports sleeping better.");
    let output = run.run(&["draft", "nowhere.txt", &good]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("She reports sleeping better."));
    assert!(stderr(&output).contains("nowhere.txt"));
}

#[test]
fn text_that_is_not_utf8_is_read_with_a_notice() {
    let run = Run::new();
    let latin = run.file(
        "latin.txt",
        b"Ren\xe9e reports sleeping better \x96 most nights.",
    );
    let wide: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(
            "Ren\u{e9}e slept."
                .encode_utf16()
                .flat_map(u16::to_le_bytes),
        )
        .collect();
    let wide = run.file("wide.txt", wide);
    for (input, encoding) in [(latin, "Windows-1252"), (wide, "UTF-16")] {
        let output = run.run(&["draft", &input]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let note = stdout(&output);
        assert!(
            note.contains("Ren\u{e9}e") && note.contains(encoding),
            "{note}"
        );
    }
}

#[test]
fn json_output_is_one_document_and_nothing_else() {
    let run = Run::new();
    let text = run.file("a.txt", "She denies SI. I used box breathing.");
    let output = run.run(&["draft", &text, "--json", "--date", "2026-03-10"]);
    let note: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(note["session"]["date"], "2026-03-10");
    assert!(output.stderr.is_empty());
}

#[test]
fn results_go_whole_into_files() {
    let run = Run::new();
    let (a, b) = (
        run.file("a.txt", "She slept."),
        run.file("b.txt", "He ate."),
    );
    let out = run.home.path().join("out");
    let target = format!("{}{}", out.display(), std::path::MAIN_SEPARATOR);
    let output = run.run(&["draft", &a, &b, "--json", "--output", &target]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let mut names: Vec<_> = fs::read_dir(&out)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["a.note.json", "b.note.json"]);
}

#[test]
fn a_file_that_is_there_is_never_replaced_unasked() {
    let run = Run::new();
    let dictation = run.file("a.txt", "She slept.");
    let output = run.run(&["draft", &dictation, "--output", &dictation]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("is there already"),
        "{}",
        stderr(&output)
    );
    assert_eq!(fs::read_to_string(&dictation).unwrap(), "She slept.");
    let note = run.file("note.txt", "old");
    let output = run.run(&["draft", &dictation, "--output", &note, "--force"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(fs::read_to_string(&note).unwrap().contains("She slept."));
}

#[test]
fn a_mistyped_setting_names_the_nearest() {
    let run = Run::new();
    let settings = run.file("settings.toml", "fromat = \"dap\"\n");
    let text = run.file("a.txt", "She slept.");
    let output = run.run(&["draft", &text, "--settings", &settings]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("`fromat`") && stderr(&output).contains("`format`"));
}

#[test]
fn settings_flags_and_variables_outrank_each_other_in_order() {
    let run = Run::new();
    let settings = run.file("settings.toml", "format = \"dap\"\n");
    let text = run.file("a.txt", "She slept.");
    let output = run.run(&["draft", &text, "--settings", &settings, "--json"]);
    let note: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(note["format"], "dap");
    let output = run.run(&[
        "draft",
        &text,
        "--settings",
        &settings,
        "--json",
        "--format",
        "birp",
    ]);
    let note: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(note["format"], "birp");
}

#[test]
fn audio_without_a_recogniser_says_how_to_get_one() {
    let run = Run::new();
    let sound = run.home.path().join("silence.wav");
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut wav = hound::WavWriter::create(&sound, spec).unwrap();
    (0..16_000).for_each(|_| wav.write_sample(0i16).unwrap());
    wav.finalize().unwrap();
    let output = run.run(&[
        "draft",
        &sound.to_string_lossy(),
        "--model",
        "no-such-model",
    ]);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(
        said.contains("no-such-model") && said.contains("hint: "),
        "{said}"
    );
}

/// A phrase that only the client would say, and that no program would.
const CANARY: &str = "heliotrope wheelbarrow";

#[test]
fn the_clients_words_reach_no_error_and_no_other_file() {
    let run = Run::new();
    let inputs = [
        run.file("cut.json", format!("{{\"schema\": \"notewright.transcript/1\", \"utterances\": [{{\"id\": \"u1\", \"speaker\": \"client\", \"text\": \"{CANARY}\"")),
        run.file("speaker.json", format!("{{\"schema\": \"notewright.transcript/1\", \"utterances\": [{{\"id\": \"u1\", \"speaker\": \"{CANARY}\", \"text\": \"x\"}}]}}")),
        run.file("bad.vtt", format!("WEBVTT\n\n00:09.000 --> 00:01.000\n{CANARY}\n")),
        run.file("good.txt", format!("She spoke of the {CANARY}. PHQ-9 was 90.")),
    ];
    let before = fs::read_dir(run.home.path()).unwrap().count();
    for input in &inputs {
        let output = run.run(&["draft", input, "--quiet"]);
        assert!(
            !stderr(&output).contains("wheelbarrow"),
            "{}",
            stderr(&output)
        );
    }
    assert_eq!(
        fs::read_dir(run.home.path()).unwrap().count(),
        before,
        "a file was left behind"
    );
}
