//! `notewright key` and `notewright recover` as a user meets them: a recording that broke off is
//! listed, exported and erased; a wrong passphrase changes nothing; and nothing of what was said or
//! of who agreed to it is in the clear, anywhere.

// Functions that tests share may unwrap like tests.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use notewright::record::shelf::Shelf;
use notewright::record::tape::{Consent, TapeHeader, Why};
use notewright::session::Mode;
use notewright::vault::{Cost, Guard, Passphrase, UserKey, Vault};

const PASSPHRASE: &str = "four plain words";

/// A home with a data folder and a key.
struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        let home = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        home.file("right", PASSPHRASE);
        home.file("wrong", "four plain sword");
        home.file("new", "another four plain words\n");
        home
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn file(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn key(&self) -> UserKey {
        Vault::at(self.data())
            .with_cost(Cost::LEAST)
            .set_up(Guard::Passphrase(Passphrase::new(PASSPHRASE.to_owned())))
            .unwrap()
    }

    /// Records a second, with a gap in it, and breaks off.
    fn record(&self, key: &UserKey, finish: bool) -> String {
        let mut header = TapeHeader::now(Mode::Session, 1, "Cinnabar microphone");
        header.consent = Some(Consent {
            stated: "Odile Kestrel agreed in writing".into(),
            at: header.made,
        });
        let shelf = Shelf::of(&self.data());
        let mut tape = shelf.begin(key, &header).unwrap();
        tape.audio(&[voice()]).unwrap();
        tape.gap(500, Why::Unplugged).unwrap();
        tape.audio(&[voice()]).unwrap();
        if finish {
            tape.finish().unwrap();
        }
        let stem = tape.path().file_stem().unwrap();
        stem.to_string_lossy().into_owned()
    }

    fn run(&self, passphrase: Option<&str>, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_notewright"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("NOTEWRIGHT_DATA", self.data())
            .env("NOTEWRIGHT_MODELS", self.folder.path().join("models"))
            .env("TMPDIR", self.folder.path())
            .stdin(std::process::Stdio::null());
        if let Some(name) = passphrase {
            command.env("NOTEWRIGHT_PASSPHRASE_FILE", self.folder.path().join(name));
            command.env(
                "NOTEWRIGHT_NEW_PASSPHRASE_FILE",
                self.folder.path().join("new"),
            );
        }
        command.output().unwrap()
    }
}

/// Half a second that is told from anything else.
fn voice() -> Vec<f32> {
    (0..8000_u32)
        .map(|n| f32::from(((n.wrapping_mul(40_503) % 65_521) as u16).cast_signed()) / 32_768.0)
        .collect()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_recording_that_broke_off_is_listed_exported_and_erased() {
    let home = Home::new();
    let key = home.key();
    let name = home.record(&key, false);
    let list = home.run(Some("right"), &["recover"]);
    assert!(list.status.success(), "{}", err(&list));
    let text = out(&list);
    for part in [
        name.as_str(),
        "session",
        "1.5 s",
        "not finished: it broke off",
        "a gap of 0.5 s at 0.5 s: the microphone was unplugged",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let export = home.run(Some("right"), &["recover", &name, "--export", "out.wav"]);
    assert!(export.status.success(), "{}", err(&export));
    let wav = home.folder.path().join("out.wav");
    let mut reader = hound::WavReader::open(&wav).unwrap();
    let samples: Vec<f32> = reader
        .samples::<i16>()
        .map(|sample| f32::from(sample.unwrap()) / 32_768.0)
        .collect();
    assert_eq!(samples[..8000], voice()[..]);
    assert!(samples[8000..16_000].iter().all(|sample| *sample == 0.0));
    assert_eq!(samples[16_000..], voice()[..]);
    let again = home.run(Some("right"), &["recover", "--export", "out.wav"]);
    assert!(err(&again).contains("is there already"), "{}", err(&again));
    let erase = home.run(None, &["recover", &name, "--erase"]);
    assert!(erase.status.success(), "{}", err(&erase));
    let list = home.run(Some("right"), &["recover"]);
    assert!(out(&list).starts_with("No recordings were left"));
}

#[test]
fn what_does_not_work_says_what_to_do_and_erases_nothing() {
    let home = Home::new();
    let none = home.run(Some("right"), &["recover"]);
    assert!(none.status.success() && out(&none).starts_with("No recordings"));
    let key = home.key();
    let name = home.record(&key, true);
    let path = home.data().join(format!("recordings/{name}.tape"));
    let before = fs::read(&path).unwrap();
    let name = name.as_str();
    let cases: &[(Option<&str>, &[&str], &str, &str)] = &[
        (
            Some("wrong"),
            &["recover"],
            "the passphrase is wrong; nothing was erased",
            "hint: try again",
        ),
        (
            None,
            &["recover", name],
            "none was given",
            "NOTEWRIGHT_PASSPHRASE_FILE",
        ),
        (
            Some("nowhere"),
            &["recover"],
            "cannot read the passphrase from",
            "first line",
        ),
        (
            Some("right"),
            &["recover", "yesterday"],
            "there is no recording `yesterday`",
            "notewright recover",
        ),
        (
            Some("right"),
            &["recover", name, "--export", "no/such/folder/a.wav"],
            "cannot write no/such/folder/a.wav",
            "check that you may write",
        ),
        (
            Some("right"),
            &["key", "set"],
            "a key was set up already",
            "notewright key change",
        ),
        (
            Some("wrong"),
            &["key", "change"],
            "the passphrase is wrong",
            "try again",
        ),
        (
            Some("right"),
            &["key", "change", "--keyring"],
            "no keyring of the platform can be used",
            "passphrase",
        ),
    ];
    for (passphrase, args, cause, hint) in cases {
        let output = home.run(*passphrase, args);
        let text = err(&output);
        assert!(!output.status.success(), "{args:?}");
        assert!(text.contains(cause), "{args:?}: {text}");
        assert!(text.contains(hint), "{args:?}: {text}");
    }
    assert_eq!(fs::read(&path).unwrap(), before);
    // Another key, and a file that is none.
    let other = Home::new();
    other.key();
    let shelf = other.data().join("recordings");
    fs::create_dir_all(&shelf).unwrap();
    fs::copy(&path, shelf.join("foreign.tape")).unwrap();
    fs::write(shelf.join("text.tape"), "no tape at all").unwrap();
    fs::write(shelf.join("empty.tape"), "").unwrap();
    let list = other.run(Some("right"), &["recover"]);
    assert!(!list.status.success());
    for part in [
        "belongs to another key",
        "is not a sealed file",
        "holds nothing",
    ] {
        assert!(out(&list).contains(part), "{part}: {}", out(&list));
    }
}

#[test]
fn the_passphrase_is_changed_and_recordings_stay() {
    let home = Home::new();
    let state = home.run(None, &["key"]);
    assert!(out(&state).starts_with("No key is set up yet"));
    let missing = home.run(None, &["recover", "latest"]);
    assert!(err(&missing).contains("there are no recordings"));
    let set = home.run(Some("right"), &["key", "set"]);
    assert!(set.status.success(), "{}", err(&set));
    assert!(out(&set).starts_with("A passphrase guards"));
    let key = Vault::at(home.data())
        .unlock(Some(&Passphrase::new(PASSPHRASE.to_owned())))
        .unwrap();
    home.record(&key, true);
    let change = home.run(Some("right"), &["key", "change"]);
    assert!(change.status.success(), "{}", err(&change));
    let old = home.run(Some("right"), &["recover"]);
    assert!(err(&old).contains("the passphrase is wrong"));
    let new = home.run(Some("new"), &["recover"]);
    assert!(out(&new).contains("finished"), "{}", err(&new));
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[test]
fn nothing_said_is_in_the_clear() {
    let home = Home::new();
    let key = home.key();
    home.record(&key, true);
    home.record(&key, false);
    let listed = home.run(Some("right"), &["recover"]);
    let shown = out(&listed) + &err(&listed);
    assert!(!shown.contains("Odile") && !shown.contains("Cinnabar"));
    let voice = voice();
    let sixteen: Vec<u8> = voice
        .iter()
        .flat_map(|s| ((s * 32_768.0) as i16).to_le_bytes())
        .collect();
    let float: Vec<u8> = voice.iter().flat_map(|s| s.to_le_bytes()).collect();
    // Any eight bytes of the sound at a few places, and the words of the header.
    let mut canaries: Vec<&[u8]> = vec![b"Odile", b"Kestrel", b"Cinnabar", b"session", b"consent"];
    for at in [0, 1000, 7000, 15_000] {
        canaries.push(&sixteen[at..at + 8]);
        canaries.push(&float[at..at + 8]);
    }
    let searched = files(&home.data());
    assert!(searched.len() >= 3, "{searched:?}");
    for path in searched {
        let bytes = fs::read(&path).unwrap();
        for canary in &canaries {
            assert!(
                !bytes.windows(canary.len()).any(|window| window == *canary),
                "{} holds {canary:?}",
                path.display()
            );
        }
    }
    // Nor in the folder for temporary files, which is the home here.
    for path in files(home.folder.path()) {
        let bytes = fs::read(&path).unwrap();
        assert!(
            !bytes
                .windows(8)
                .any(|window| window == &sixteen[1000..1008])
        );
    }
}
