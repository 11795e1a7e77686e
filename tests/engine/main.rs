//! The engine room end to end: real children on models made here, and fakes that misbehave.

// Functions that tests share may unwrap like tests.
#![allow(clippy::unwrap_used)]

#[cfg(feature = "ear")]
mod ear;
mod fakes;
#[cfg(feature = "pen")]
mod pen;
#[cfg(feature = "pen")]
mod pen_chat;
#[cfg(feature = "pen")]
mod pen_prefix;
#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::time::Duration;

use notewright::engine::child::{Patience, Program};
use notewright::engine::ear::{Ear, EarOptions};
use notewright::engine::failure::{Death, EngineError};
use notewright::engine::pen::{Pen, PenOptions, Wish, Writing};
use notewright::engine::protocol::{Generate, Sampling, StopReason};
use notewright::session::{Speech, TimeSpan};
use notewright::transcript::transcriber::{HeardSegment, Transcriber};
use support::children::{self, fake};
use support::micro_gguf;
use support::scripted_whisper::{self as scripted, Script, Shape, line};

/// Words that the models and fakes say, and that nothing but an answer may show.
const CANARY: &str = "Odile";

fn whisper(folder: &Path, script: &Script) -> PathBuf {
    let path = folder.join("scripted.bin");
    scripted::write(&path, Shape::MICRO, script).unwrap();
    path
}

fn gguf(folder: &Path) -> PathBuf {
    let path = folder.join("micro.gguf");
    micro_gguf::write(&path, 5).unwrap();
    path
}

fn two_lines() -> Script {
    Script::new(vec![
        line(200, 1800, "Odile slept badly this week."),
        line(2000, 4800, "She denies any thoughts of harm."),
    ])
}

/// Noise, so that nothing depends on what is heard.
fn audio(seconds: usize) -> Vec<f32> {
    let mut random = support::numbers::Random::new(3);
    (0..16_000 * seconds).map(|_| 0.3 * random.even()).collect()
}

fn real_ear(model: PathBuf) -> EarOptions {
    EarOptions {
        program: children::ear().expect("tests of the real ear need the feature `ear`"),
        threads: Some(2),
        ..EarOptions::new(model)
    }
}

fn real_pen(model: PathBuf) -> PenOptions {
    PenOptions {
        program: children::pen().expect("tests of the real pen need the feature `pen`"),
        threads: Some(2),
        ..PenOptions::new(model)
    }
}

fn impatient() -> Patience {
    Patience {
        hello: Duration::from_millis(400),
        load: Duration::from_millis(400),
        work: Duration::from_millis(400),
    }
}

/// Long enough for a fake on a machine under load.
fn patient() -> Patience {
    Patience {
        hello: Duration::from_secs(60),
        load: Duration::from_secs(60),
        work: Duration::from_secs(60),
    }
}

fn fake_ear(folder: &Path, behaviour: &str, patience: Patience) -> Result<Ear, EngineError> {
    Ear::open(EarOptions {
        program: fake(folder, behaviour),
        patience: Some(patience),
        ..EarOptions::new(whisper(folder, &two_lines()))
    })
}

fn texts(segments: &[HeardSegment]) -> Vec<&str> {
    segments.iter().map(|s| s.text.as_str()).collect()
}

fn shows_canary(error: &EngineError) -> bool {
    format!("{error} {error:?} {}", error.hint()).contains(CANARY)
}
