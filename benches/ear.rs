//! CPU seconds of `notewright-ear` on one full window, on scripted models of Whisper's base shape.
//!
//! `cargo bench --bench ear -- write FOLDER` makes the models and the audio;
//! `cargo bench --bench ear -- run MODEL THREADS RUNS [EAR]` measures and prints one line of JSON.
//! `benches/compare.py` calls both.

#[path = "../tests/support/numbers.rs"]
#[allow(dead_code)]
mod numbers;

#[path = "../tests/support/scripted_whisper.rs"]
#[allow(dead_code)]
mod scripted_whisper;

use std::error::Error;
use std::io::Write;
use std::path::Path;

use notewright::engine::child::Program;
use notewright::engine::{Ear, EarOptions};
use numbers::Random;
use scripted_whisper::{Line, Script, Shape, Storage, line, write};

/// A full window, as samples: 29.76 s, the longest that the ear computes the fast way.
const WINDOW: usize = 1488 * 320;

/// What the model says, with as many words as people dictate in 30 s; no sentence twice, since
/// faster-whisper decodes repetitive text again.
const SPOKEN: [&str; 6] = [
    "Client reports sleeping badly and waking at four most nights this week.",
    "She used the breathing exercise twice before work and found it calming.",
    "We reviewed the thought record about the argument with her sister.",
    "Mood was low at first, brighter once she spoke of the garden.",
    "Denied any wish to die, no plan, no intent, named her brother as support.",
    "Next time we shall go on with the ladder of feared places in town.",
];

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["write", folder] => write_models(Path::new(folder)),
        ["run", model, threads, runs] => run(model, threads, runs, Program::Beside),
        ["run", model, threads, runs, ear] => run(model, threads, runs, Program::At(ear.into())),
        _ => {
            println!("usage: write FOLDER | run MODEL THREADS RUNS [EAR]");
            Ok(())
        }
    }
}

fn write_models(folder: &Path) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    let script = Script::new(dictation());
    for (name, storage) in [
        ("base-f16.bin", Storage::F16),
        ("base-q8_0.bin", Storage::Q8_0),
    ] {
        let shape = Shape {
            storage,
            ..Shape::BASE
        };
        write(&folder.join(name), shape, &script)?;
    }
    let mut audio = std::fs::File::create(folder.join("audio.f32"))?;
    for sample in audio_samples() {
        audio.write_all(&sample.to_le_bytes())?;
    }
    Ok(())
}

/// Six segments that fill the window.
fn dictation() -> Vec<Line> {
    (0..)
        .zip(SPOKEN)
        .map(|(nth, text)| line(5000 * nth, (5000 * nth + 5000).min(29_740), text))
        .collect()
}

fn audio_samples() -> Vec<f32> {
    let mut random = Random::new(1);
    (0..WINDOW).map(|_| 0.3 * random.even()).collect()
}

fn run(model: &str, threads: &str, runs: &str, program: Program) -> Result<(), Box<dyn Error>> {
    let mut ear = Ear::open(EarOptions {
        program,
        threads: Some(threads.parse()?),
        ..EarOptions::new(model)
    })?;
    let samples = audio_samples();
    let mut cpu = Vec::new();
    let mut wall = Vec::new();
    let mut words = 0;
    for _ in 0..runs.parse()? {
        let segments = ear.hear(&samples, &mut |_| {})?;
        words = segments.iter().map(|s| s.words.len()).sum();
        let cost = ear.last_cost();
        cpu.push(cost.cpu_ms.unwrap_or_default() as f64 / 1000.0);
        wall.push(cost.wall_ms as f64 / 1000.0);
    }
    let memory = ear.facts().memory;
    let cpu_features = &ear.hello().cpu;
    let line = serde_json::json!({
        "cpu": cpu, "wall": wall, "words": words, "memory": memory, "features": cpu_features,
    });
    println!("{line}");
    Ok(())
}
