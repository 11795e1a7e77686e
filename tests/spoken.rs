//! A recording to a note, at the command line, with the real engine on a model whose words are
//! known. The words come from the model whatever is heard; that something is heard at all, when, and
//! what becomes of silence, comes from the sound.

// Functions that tests share may unwrap like tests.
#![allow(clippy::unwrap_used)]
#![cfg(feature = "ear")]

#[path = "support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use support::scripted_whisper::{self as scripted, Script, Shape, line};
use tempfile::TempDir;

const RATE: u32 = 16_000;

/// Seconds of something like speech: a voice's harmonics in four syllables a second.
fn voice(seconds: usize) -> Vec<i16> {
    (0..RATE as usize * seconds)
        .map(|n| {
            let t = n as f32 / RATE as f32;
            let turn = std::f32::consts::TAU * t;
            let syllable = (turn * 4.0).sin().max(0.0);
            let wave: f32 = (1..=12)
                .map(|h| (turn * 130.0 * h as f32).sin() / h as f32)
                .sum();
            (wave * syllable * 6_000.0) as i16
        })
        .collect()
}

fn silence(seconds: usize) -> Vec<i16> {
    vec![0; RATE as usize * seconds]
}

fn wav(folder: &Path, name: &str, samples: &[i16]) -> PathBuf {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let path = folder.join(name);
    let mut writer = hound::WavWriter::create(&path, spec).unwrap();
    for sample in samples {
        writer.write_sample(*sample).unwrap();
    }
    writer.finalize().unwrap();
    path
}

fn model(folder: &Path) -> PathBuf {
    let script = Script::new(vec![
        line(100, 1800, "Client denies suicidal ideation."),
        line(1900, 3800, "I used box breathing with her."),
    ]);
    let path = folder.join("scripted.bin");
    scripted::write(&path, Shape::MICRO, &script).unwrap();
    path
}

fn run(home: &Path, args: &[&str]) -> Output {
    // A scripted model counts positions, which words to expect would move.
    let settings = home.join("settings.toml");
    std::fs::write(&settings, "vocabulary = \"\"\n").unwrap();
    Command::new(env!("CARGO_BIN_EXE_notewright"))
        .args(args)
        .env_clear()
        .env("HOME", home)
        .env("NOTEWRIGHT_MODELS", home.join("models"))
        .env("NOTEWRIGHT_SETTINGS", settings)
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap()
}

fn json(output: &Output) -> Value {
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The note that the scripted recogniser's words make of a recording.
fn drafted(home: &Path, sound: &Path) -> Value {
    let model = model(home);
    let args = [
        "draft",
        &sound.to_string_lossy(),
        "--model",
        &model.to_string_lossy(),
        "--json",
        "--quiet",
    ];
    json(&run(home, &args))
}

#[test]
fn a_recording_becomes_a_note_with_evidence_and_coverage() {
    let home = TempDir::new().unwrap();
    let sound = [silence(3), voice(4), silence(3)].concat();
    let sound = wav(home.path(), "dictation.wav", &sound);
    let note = drafted(home.path(), &sound);
    assert_eq!(note["risk"]["si"]["status"], "denied");
    assert_eq!(note["interventions"][0]["id"], "skills.relaxation");
    assert_eq!(note["transcript"]["engine"]["model"], "scripted");
    let first = &note["transcript"]["utterances"][0];
    assert!(first["start_ms"].as_u64().unwrap() >= 2_500, "{first}");
    let covered: u64 = note["transcript"]["coverage"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gap| gap["end_ms"].as_u64().unwrap() - gap["start_ms"].as_u64().unwrap())
        .sum();
    assert!(
        (4_000..=7_500).contains(&covered),
        "{covered} ms of silence"
    );
}

#[test]
fn all_silence_is_a_transcript_without_words_and_an_honest_note() {
    let home = TempDir::new().unwrap();
    let sound = wav(home.path(), "silence.wav", &silence(5));
    let note = drafted(home.path(), &sound);
    assert_eq!(note["transcript"]["utterances"], Value::Array(vec![]));
    assert_eq!(note["transcript"]["coverage"][0]["why"], "silence");
    assert_eq!(note["transcript"]["coverage"][0]["end_ms"], 5_000);
    assert_eq!(note["risk"]["si"]["status"], "not_assessed");
}

#[test]
fn a_transcript_is_written_in_every_form() {
    let home = TempDir::new().unwrap();
    let sound = wav(home.path(), "dictation.wav", &voice(4));
    let model = model(home.path());
    for (form, start) in [
        ("--text", "Client denies"),
        ("--srt", "1\n00:00:0"),
        ("--vtt", "WEBVTT"),
        ("--json", "{"),
    ] {
        let args = [
            "transcribe",
            &sound.to_string_lossy(),
            "--model",
            &model.to_string_lossy(),
            form,
            "--quiet",
        ];
        let output = run(home.path(), &args);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            text.starts_with(start) && text.contains("box breathing"),
            "{form}: {text}"
        );
    }
}

#[test]
fn a_model_that_is_cut_off_or_none_is_a_clear_error() {
    let home = TempDir::new().unwrap();
    let sound = wav(home.path(), "dictation.wav", &voice(2));
    let whole = std::fs::read(model(home.path())).unwrap();
    let cut = home.path().join("cut.bin");
    std::fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let letter = home.path().join("letter.bin");
    std::fs::write(&letter, "Dear colleague").unwrap();
    for path in [cut, letter] {
        let args = [
            "draft",
            &sound.to_string_lossy(),
            "--model",
            &path.to_string_lossy(),
            "--quiet",
        ];
        let output = run(home.path(), &args);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.contains("error: ") && said.contains("hint: ") && !said.contains("panicked"),
            "{said}"
        );
    }
}
