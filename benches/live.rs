//! The live transcript of a file that is fed in real time: how long text takes, and what it costs.
//!
//! `cargo bench --bench live -- models FOLDER` makes scripted models of Whisper's tiny and base
//! shapes; `cargo bench --bench live -- run MODEL AUDIO [EAR]` feeds the audio and prints a line of a
//! table; `… file MODEL AUDIO [EAR]` prints the words of the live transcript and of the file's, for
//! comparison.

#[path = "../tests/support/numbers.rs"]
#[allow(dead_code)]
mod numbers;

#[path = "../tests/support/scripted_whisper.rs"]
#[allow(dead_code)]
mod scripted_whisper;

use std::error::Error;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use notewright::audio::recording::Recording;
use notewright::engine::child::Program;
use notewright::engine::{Ear, EarOptions};
use notewright::pipeline;
use notewright::record::live::Live;
use notewright::session::Mode;
use notewright::transcript::assembly::Task;
use notewright::transcript::document::{Transcript, Utterance};
use notewright::transcript::event::Event;
use scripted_whisper::{Script, Shape, line, write};

/// Samples that come at once: 100 ms, as from a microphone.
const BLOCK: usize = 1_600;
const BLOCK_TIME: Duration = Duration::from_millis(100);

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["models", folder] => models(Path::new(folder)),
        ["run", model, audio] => run(model, audio, Program::Beside),
        ["run", model, audio, ear] => run(model, audio, Program::At(ear.into())),
        ["file", model, audio] => file(model, audio, Program::Beside),
        ["file", model, audio, ear] => file(model, audio, Program::At(ear.into())),
        _ => {
            println!("usage: models FOLDER | run MODEL AUDIO [EAR] | file MODEL AUDIO [EAR]");
            Ok(())
        }
    }
}

/// Models that say one sentence of 13 words in the first five seconds of every window, about as much
/// as is said in them.
fn models(folder: &Path) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    let said = "Client reports sleeping badly and waking at four most nights of this week.";
    let script = Script::new(vec![line(0, 4_980, said)]);
    let tiny = Shape {
        width: 384,
        heads: 6,
        audio_layers: 4,
        text_layers: 4,
        ..Shape::BASE
    };
    write(&folder.join("tiny-f16.bin"), tiny, &script)?;
    write(&folder.join("base-f16.bin"), Shape::BASE, &script)?;
    Ok(())
}

fn open(model: &str, program: Program) -> Result<Ear, Box<dyn Error>> {
    Ok(Ear::open(EarOptions {
        program,
        ..EarOptions::new(model)
    })?)
}

fn task() -> Task {
    Task {
        mode: Mode::Dictation,
        language: "en".to_owned(),
        total_ms: None,
    }
}

fn samples(audio: &str) -> Result<Vec<f32>, Box<dyn Error>> {
    let mut samples = Vec::new();
    for block in Recording::open(Path::new(audio))? {
        samples.extend(block?);
    }
    Ok(samples)
}

/// What happened, with when.
type Told = (Instant, Event);

/// Feeds the samples, at their own pace or at once.
fn feed(
    ear: Ear,
    samples: &[f32],
    paced: bool,
) -> Result<(Transcript, Receiver<Told>, Instant, Duration), Box<dyn Error>> {
    let (sink, told) = channel();
    let live = Live::start(Box::new(ear), task(), move |event| {
        let _ = sink.send((Instant::now(), event));
    })?;
    let begun = Instant::now();
    let mut due = begun;
    for block in samples.chunks(BLOCK) {
        due += BLOCK_TIME;
        if paced {
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        live.push(block);
    }
    let ended = Instant::now();
    let transcript = live.finish().transcript;
    Ok((transcript, told, begun, ended.elapsed()))
}

fn run(model: &str, audio: &str, program: Program) -> Result<(), Box<dyn Error>> {
    let ear = open(model, program)?;
    let child = ear.process();
    let samples = samples(audio)?;
    let cpu = |pid: Option<u32>| pid.map_or(0.0, cpu_seconds);
    let before = cpu(child);
    let own_before = cpu_seconds(std::process::id());
    // The child is gone when the feeding ends, so what it used is read as long as it lives.
    let watch = std::thread::spawn(move || {
        let mut last = 0.0;
        loop {
            let now = cpu(child);
            if now <= 0.0 {
                return last;
            }
            last = now;
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    let (transcript, told, begun, rest) = feed(ear, &samples, true)?;
    let used = watch.join().unwrap_or_default() - before;
    let own = cpu_seconds(std::process::id()) - own_before;
    let told: Vec<Told> = told.iter().collect();
    let seconds = samples.len() as f64 / 16_000.0;
    let mut committed = Vec::new();
    let mut tentative = Vec::new();
    for utterance in &transcript.utterances {
        let (start, end) = said(utterance);
        if let Some(at) = when(&told, begun, |event| {
            *event == Event::Committed(utterance.clone())
        }) {
            committed.push(at - end);
        }
        let shown = |event: &Event| match event {
            Event::Tentative { span, text } => {
                !text.is_empty() && span.end_ms as f64 / 1000.0 > start
            }
            Event::Committed(other) => other.id == utterance.id,
            _ => false,
        };
        if let Some(at) = when(&told, begun, shown) {
            tentative.push(at - start);
        }
    }
    let lag = told.iter().map(|(_, event)| match event {
        Event::Lag { lag_ms } => *lag_ms,
        _ => 0,
    });
    println!(
        "| {} | {} | {:.2} / {:.2} | {:.2} / {:.2} | {:.1} | {:.2} | {:.0} % + {:.1} % |",
        Path::new(model).file_stem().unwrap_or_default().display(),
        transcript.utterances.len(),
        at_share(&mut committed, 0.5),
        at_share(&mut committed, 0.9),
        at_share(&mut tentative, 0.5),
        at_share(&mut tentative, 0.9),
        lag.max().unwrap_or(0) as f64 / 1000.0,
        rest.as_secs_f64(),
        100.0 * used / seconds,
        100.0 * own / seconds,
    );
    Ok(())
}

/// When the first and the last word were said, in seconds.
fn said(utterance: &Utterance) -> (f64, f64) {
    let span = utterance.span.expect("what is heard has a time");
    let first = utterance.words.first().map_or(span, |w| w.span);
    let last = utterance.words.last().map_or(span, |w| w.span);
    (first.start_ms as f64 / 1000.0, last.end_ms as f64 / 1000.0)
}

fn when(told: &[Told], begun: Instant, is: impl Fn(&Event) -> bool) -> Option<f64> {
    let (at, _) = told.iter().find(|(_, event)| is(event))?;
    Some((*at - begun).as_secs_f64())
}

fn at_share(all: &mut [f64], share: f64) -> f64 {
    all.sort_by(f64::total_cmp);
    let at = (all.len() as f64 * share) as usize;
    all.get(at).copied().unwrap_or(f64::NAN)
}

/// Processor seconds that a process has used, by Linux's account; 0 where it is gone.
fn cpu_seconds(pid: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<&str> = text
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let ticks = |at: usize| fields.get(at).and_then(|f| f.parse::<f64>().ok());
    (ticks(11).unwrap_or(0.0) + ticks(12).unwrap_or(0.0)) / 100.0
}

/// Prints both transcripts' words, a line each.
fn file(model: &str, audio: &str, program: Program) -> Result<(), Box<dyn Error>> {
    let samples = samples(audio)?;
    let (live, ..) = feed(open(model, program.clone())?, &samples, true)?;
    let mut ear = open(model, program)?;
    let mut recording = Recording::open(Path::new(audio))?;
    let heard = pipeline::transcribe(&mut recording, &mut ear, &task(), &mut |_| {});
    for transcript in [live, heard.transcript] {
        let texts: Vec<&str> = transcript.utterances.iter().map(|u| &*u.text).collect();
        println!("{}", texts.join(" "));
    }
    Ok(())
}
