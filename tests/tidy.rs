//! The house keeps its order: rooms import only rooms above them, engines are named by one file
//! each, only `models` opens connections, and nobody's speech can be printed by `Debug`.

// Functions that tests share may unwrap like tests.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the top of the house down, each with those that it may not see below it.
const ROOMS: &[&str] = &[
    "session",
    "audio",
    "vault",
    "transcript",
    "reading",
    "note",
    "compose",
    "engine",
    "models",
    "pipeline",
    "record",
    "cli",
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The room that a file belongs to; nothing for the library's root and the binaries.
fn room(path: &Path) -> Option<usize> {
    let inside = path.strip_prefix(src()).unwrap();
    let first = inside
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_string_lossy()
        .into_owned();
    let name = first.trim_end_matches(".rs");
    ROOMS.iter().position(|r| *r == name)
}

#[test]
fn every_file_belongs_to_a_room() {
    for path in sources(&src()) {
        let name = path
            .strip_prefix(src())
            .unwrap()
            .to_string_lossy()
            .into_owned();
        let known = room(&path).is_some()
            || matches!(name.as_str(), "lib.rs" | "main.rs")
            || name.starts_with("bin");
        assert!(known, "{name} belongs to no room of ARCHITECTURE.md");
    }
}

#[test]
fn rooms_import_only_rooms_above() {
    for path in sources(&src()) {
        let Some(own) = room(&path) else { continue };
        // Tests may look anywhere.
        if path.file_name().is_some_and(|name| name == "tests.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap();
        for (line, content) in code.lines().enumerate() {
            for used in content.split("crate::").skip(1) {
                let name: String = used
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                if let Some(other) = ROOMS.iter().position(|r| *r == name) {
                    assert!(
                        other <= own,
                        "{}:{}: {} imports {}, which lies below it",
                        path.display(),
                        line + 1,
                        ROOMS[own],
                        ROOMS[other]
                    );
                }
            }
        }
    }
}

#[test]
fn engines_are_named_by_their_binary_only() {
    for path in sources(&src()) {
        let text = fs::read_to_string(&path).unwrap();
        for (engine, home) in [("whisper_rs", "bin/ear.rs"), ("llama_cpp_2", "bin/pen")] {
            let own = path.starts_with(src().join(home));
            assert!(
                own || !text.contains(engine),
                "{} names {engine}",
                path.display()
            );
        }
    }
}

#[test]
fn only_models_opens_connections() {
    for path in sources(&src()) {
        let inside = path.strip_prefix(src()).unwrap();
        if inside.starts_with("models") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for word in [
            "ureq",
            "TcpStream",
            "TcpListener",
            "UdpSocket",
            "UnixStream",
            "reqwest",
        ] {
            assert!(!text.contains(word), "{} names {word}", path.display());
        }
    }
}

#[test]
fn rooms_that_read_and_write_notes_do_no_input_or_output() {
    for path in sources(&src()) {
        let Some(own) = room(&path) else { continue };
        if !matches!(ROOMS[own], "reading" | "note" | "compose") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for word in [
            "std::fs",
            "std::io",
            "std::env",
            "std::net",
            "std::time",
            "SystemTime",
            "println!",
        ] {
            assert!(!text.contains(word), "{} names {word}", path.display());
        }
    }
}

#[test]
fn nothing_is_left_behind() {
    for path in sources(&src()) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(
            text.starts_with("//!"),
            "{} does not say what it owns",
            path.display()
        );
        for word in ["TODO", "FIXME", "unimplemented!", "todo!(", "dbg!("] {
            assert!(!text.contains(word), "{} holds {word}", path.display());
        }
    }
}
