//! Kills recordings and fills their disk, and counts what is lost: `scripts/kills` runs it.
//!
//! The stream is synthetic: each sample follows from its place, so that what comes back is checked
//! sample by sample. `kills N` starts itself N times as a recorder in real time, kills it (SIGKILL) at
//! a random moment and recovers; `tape FOLDER FILE` seals a file of sound as a recording that broke
//! off (the passphrase is `four plain words`); `full N FOLDER` lets a small file system in FOLDER fill up and makes
//! room again; `record FOLDER SECONDS` is the victim.

// A script that stops with the reason where anything is not as it should be.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use notewright::audio::recording::Recording;
use notewright::record::shelf::Shelf;
use notewright::record::tape::{MAX_WAITING_MS, Piece, Survey, TapeEnding, TapeHeader, TapeReader};
use notewright::session::Mode;
use notewright::vault::{Cost, Guard, Passphrase, State, UserKey, Vault};

const RATE: u64 = 16_000;
/// How often sound comes in from the microphone.
const BLOCK: Duration = Duration::from_millis(20);

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["record", folder, seconds] => record(Path::new(folder), seconds.parse().unwrap()),
        ["kills", count] => kills(count.parse().unwrap()),
        ["full", count, folder] => full(count.parse().unwrap(), Path::new(folder)),
        ["tape", folder, file] => tape(Path::new(folder), Path::new(file)),
        _ => {
            eprintln!("kills N | tape FOLDER FILE | full N FOLDER | record FOLDER SECONDS");
            std::process::exit(2);
        }
    }
}

fn random(below: u64) -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    u64::from_le_bytes(bytes) % below.max(1)
}

fn key(folder: &Path) -> UserKey {
    let vault = Vault::at(folder).with_cost(Cost::LEAST);
    let passphrase = Passphrase::new("four plain words".to_owned());
    if vault.state().unwrap() == State::NoKey {
        return vault.set_up(Guard::Passphrase(passphrase)).unwrap();
    }
    vault.unlock(Some(&passphrase)).unwrap()
}

/// The sample at a place: noise that is a whole number of 16 bits.
fn sample(place: u64) -> f32 {
    let mixed = (place ^ 0x9e37_79b9).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40;
    f32::from((mixed as u16).cast_signed()) / 32_768.0
}

fn sound(from: u64, to: u64) -> Vec<f32> {
    (from..to).map(sample).collect()
}

/// Nanoseconds of the clock that all processes share.
fn clock_ns() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

fn record(folder: &Path, seconds: u64) {
    let key = key(folder);
    let header = TapeHeader::now(Mode::Session, 1, "synthetic");
    let mut tape = Shelf::of(folder).begin(&key, &header).unwrap();
    let begun = clock_ns();
    println!("{begun}");
    std::io::stdout().flush().unwrap();
    let mut given = 0;
    while given < seconds * RATE {
        std::thread::sleep(BLOCK);
        let now = (clock_ns() - begun) / 1000 * RATE / 1_000_000;
        tape.audio(&[sound(given, now)]).unwrap();
        given = now;
    }
    tape.finish().unwrap();
}

/// Seals a file of sound as a recording that broke off.
fn tape(folder: &Path, file: &Path) {
    let header = TapeHeader::now(Mode::Dictation, 1, "a file");
    let mut tape = Shelf::of(folder).begin(&key(folder), &header).unwrap();
    for block in Recording::open(file).unwrap() {
        tape.audio(&[block.unwrap()]).unwrap();
    }
    tape.flush().unwrap();
    println!("{}", tape.path().display());
}

/// Checks every sample that comes back, gaps left out, and answers what there is.
fn check(path: &Path, key: &UserKey) -> Survey {
    let mut tape = TapeReader::open(path, key).unwrap();
    let mut at = 0;
    for piece in tape.by_ref() {
        match piece {
            Piece::Sound(channels) => {
                let end = at + channels[0].len() as u64;
                assert_eq!(
                    channels[0],
                    sound(at, end),
                    "sound is not as it was recorded"
                );
                at = end;
            }
            Piece::Gap(gap) => at += gap.span.length_ms() * RATE / 1000,
            _ => {}
        }
    }
    tape.survey().clone()
}

fn kills(count: usize) {
    let program = std::env::current_exe().unwrap();
    let mut short: Vec<u64> = Vec::new();
    let (mut torn, mut unbegun) = (0, 0);
    for n in 0..count {
        let folder = tempfile::tempdir().unwrap();
        let key = key(folder.path());
        let mut victim = Command::new(&program)
            .args(["record", &folder.path().to_string_lossy(), "60"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // Now and then at its very beginning.
        let life = if n % 10 == 0 {
            random(60)
        } else {
            100 + random(2400)
        };
        std::thread::sleep(Duration::from_millis(life));
        let killed = clock_ns();
        victim.kill().unwrap();
        victim.wait().unwrap();
        let mut line = String::new();
        BufReader::new(victim.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let Ok(begun) = line.trim().parse::<u64>() else {
            unbegun += 1;
            continue;
        };
        let captured = killed.saturating_sub(begun) / 1_000_000;
        let entry = Shelf::of(folder.path()).find(None).unwrap();
        assert!(!entry.is_in_use, "the lock outlived its process");
        let survey = check(&entry.path, &key);
        assert!(survey.gaps.is_empty() && !survey.is_damaged(), "{survey:?}");
        assert!(!survey.is_finished());
        torn += usize::from(survey.ending == TapeEnding::Torn);
        let missing = captured.saturating_sub(survey.length_ms);
        assert!(missing < 1000, "{missing} ms lost in run {n}");
        short.push(missing);
        if (n + 1) % 20 == 0 {
            println!("{} killed", n + 1);
        }
    }
    short.sort_unstable();
    println!(
        "{count} kills, {unbegun} of them before the recording began; every frame authentic and \
         every sample as recorded; {torn} with a torn end; lost at the end: median {} ms, most {} ms",
        short.get(short.len() / 2).copied().unwrap_or(0),
        short.last().copied().unwrap_or(0)
    );
}

fn full(count: usize, folder: &Path) {
    let (mut refusals, mut dead) = (0_u64, 0);
    for n in 0..count {
        let data = folder.join(format!("run-{n}"));
        let key = key(&data);
        let ballast = folder.join("ballast");
        let header = TapeHeader::now(Mode::Session, 1, "synthetic");
        let mut tape = Shelf::of(&data).begin(&key, &header).unwrap();
        // Leave room for a random stretch, not even a whole frame of it.
        let room = 50_000 + random(300_000);
        let free = fs4::available_space(folder).unwrap();
        std::fs::write(&ballast, vec![0; free.saturating_sub(room) as usize]).unwrap();
        let (mut given, mut full_since) = (0, None::<u64>);
        // Longer than it took to fill, and less than may wait in memory.
        let patience = random((MAX_WAITING_MS - 2000) * RATE / 1000);
        loop {
            let next = given + 160 + random(800);
            let taken = tape.audio(&[sound(given, next)]);
            given = next;
            match taken {
                Ok(()) if full_since.is_some_and(|_| !ballast.exists()) => break,
                Ok(()) => {}
                Err(error) => {
                    assert!(error.is_full(), "{error}");
                    refusals += 1;
                    let since = *full_since.get_or_insert(given);
                    if given - since > patience {
                        if n % 5 == 4 {
                            break;
                        }
                        std::fs::remove_file(&ballast).unwrap();
                    }
                }
            }
        }
        if n % 5 == 4 {
            // It dies while the disk is full: what was on disk stays.
            dead += 1;
            let kept = tape.length_ms() - tape.waiting_ms();
            drop(tape);
            let _ = std::fs::remove_file(&ballast);
            let survey = check(&Shelf::of(&data).find(None).unwrap().path, &key);
            assert!(survey.gaps.is_empty() && !survey.is_damaged(), "{survey:?}");
            assert!(survey.length_ms >= kept, "{} of {kept}", survey.length_ms);
        } else {
            tape.finish().unwrap();
            drop(tape);
            let survey = check(&Shelf::of(&data).find(None).unwrap().path, &key);
            assert!(survey.gaps.is_empty() && survey.is_finished(), "{survey:?}");
            assert_eq!(survey.length_ms, given * 1000 / RATE, "something was lost");
        }
        std::fs::remove_dir_all(&data).unwrap();
        if (n + 1) % 10 == 0 {
            println!("{} disks filled", n + 1);
        }
    }
    println!(
        "{count} full disks, {refusals} writes refused, {dead} times the program ended while it was \
         full: nothing that was on disk was lost, and nothing at all once there was room"
    );
}
