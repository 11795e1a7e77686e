//! The live transcript of a file, fed as a microphone would: how long text takes, and what it costs.
//!
//! `cargo bench --bench live -- models FOLDER` makes scripted models of Whisper's tiny and base
//! shapes. `… run MODEL AUDIO [EAR]` feeds the audio in real time. `… sim MODEL AUDIO [EAR]` feeds it
//! by a clock of its own, on which a pass of the recogniser lasts as long as the processor time that
//! it took on one thread: the same figures whatever else the machine is doing. Both print a line of a
//! table. `… words MODEL AUDIO [EAR]` prints the words of the live transcript and of the file's.

#[path = "../tests/support/numbers.rs"]
#[allow(dead_code)]
mod numbers;

#[path = "../tests/support/scripted_whisper.rs"]
#[allow(dead_code)]
mod scripted_whisper;

use std::error::Error;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use notewright::audio::recording::Recording;
use notewright::engine::child::{Patience, Program};
use notewright::engine::{Ear, EarOptions};
use notewright::pipeline;
use notewright::record::live::Live;
use notewright::session::Mode;
use notewright::transcript::assembly::Task;
use notewright::transcript::document::{EngineInfo, Transcript, Utterance};
use notewright::transcript::event::Event;
use notewright::transcript::transcriber::{HeardSegment, TranscribeError, Transcriber};
use scripted_whisper::{Script, Shape, line, write};

/// Samples that come at once: 100 ms, as from a microphone.
const BLOCK: usize = 1_600;
const BLOCK_MS: u64 = 100;

type Failed = Box<dyn Error>;

fn main() -> Result<(), Failed> {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let at = |ear: &&str| Program::At((*ear).into());
    match args.as_slice() {
        ["models", folder] => models(Path::new(folder)),
        ["run", model, audio, ear @ ..] => {
            table(model, audio, ear.first().map(at).unwrap_or_default(), false)
        }
        ["sim", model, audio, ear @ ..] => {
            table(model, audio, ear.first().map(at).unwrap_or_default(), true)
        }
        ["words", model, audio, ear @ ..] => {
            words(model, audio, &ear.first().map(at).unwrap_or_default())
        }
        _ => {
            println!("usage: models FOLDER | run|sim|words MODEL AUDIO [EAR]");
            Ok(())
        }
    }
}

/// Models that say one sentence of 13 words in the first five seconds of every window, about as much
/// as is said in them.
fn models(folder: &Path) -> Result<(), Failed> {
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

fn open(model: &str, program: Program, threads: Option<u16>) -> Result<Ear, Failed> {
    let hour = Duration::from_secs(3600);
    Ok(Ear::open(EarOptions {
        program,
        threads,
        patience: Some(Patience {
            hello: hour,
            load: hour,
            work: hour,
        }),
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

fn samples(audio: &str) -> Result<Vec<f32>, Failed> {
    let mut samples = Vec::new();
    for block in Recording::open(Path::new(audio))? {
        samples.extend(block?);
    }
    Ok(samples)
}

/// What passes cost, in milliseconds of processor time.
#[derive(Debug, Default)]
struct Spent {
    windows: Vec<u64>,
    glances: Vec<u64>,
}

/// The ear, with an account of what it costs. Where it has a clock, whoever moves that is told how
/// long each pass lasted, and the answer waits until the clock has moved so far.
struct Timed {
    ear: Ear,
    spent: Arc<Mutex<Spent>>,
    clock: Option<(Sender<u64>, Receiver<()>)>,
}

impl Timed {
    fn account(&mut self, glance: bool) {
        let ms = self.ear.last_cost().cpu_ms.unwrap_or_default();
        if let Ok(mut spent) = self.spent.lock() {
            let list = if glance {
                &mut spent.glances
            } else {
                &mut spent.windows
            };
            list.push(ms);
        }
        if let Some((lasted, moved)) = &self.clock {
            let _ = lasted.send(ms);
            let _ = moved.recv();
        }
    }
}

impl Transcriber for Timed {
    fn engine(&self) -> EngineInfo {
        self.ear.engine()
    }

    fn transcribe(
        &mut self,
        samples: &[f32],
        heard: &mut dyn FnMut(&HeardSegment),
    ) -> Result<Vec<HeardSegment>, TranscribeError> {
        let mut segments = Vec::new();
        let done = self
            .ear
            .transcribe(samples, &mut |s| segments.push(s.clone()));
        self.account(false);
        segments.iter().for_each(heard);
        done
    }

    fn glance(&mut self, samples: &[f32]) -> Result<Vec<HeardSegment>, TranscribeError> {
        let done = self.ear.glance(samples);
        self.account(true);
        done
    }
}

/// What a feeding gave: the transcript, what was told and when in milliseconds, how long it took from
/// the last sample to the end, and what was spent.
struct Fed {
    transcript: Transcript,
    told: Vec<(u64, Event)>,
    rest_ms: u64,
    spent: Spent,
}

fn feed(ear: Ear, samples: &[f32], simulated: bool) -> Result<Fed, Failed> {
    let (sink, told) = channel();
    let spent = Arc::new(Mutex::new(Spent::default()));
    let now = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let (lasted_in, lasted) = channel();
    let (move_on, moved) = channel();
    let timed = Timed {
        ear,
        spent: Arc::clone(&spent),
        clock: simulated.then_some((lasted_in, moved)),
    };
    let clock = Arc::clone(&now);
    let live = Live::start(Box::new(timed), task(), move |event| {
        let real = begun.elapsed().as_millis() as u64;
        let at = if simulated {
            clock.load(Ordering::SeqCst)
        } else {
            real
        };
        let _ = sink.send((at, event));
    })?;
    let mut blocks = samples.chunks(BLOCK);
    let mut pushed_ms = 0;
    if simulated {
        let mut push = || {
            let block = blocks.next()?;
            live.push(block);
            pushed_ms += BLOCK_MS;
            Some(pushed_ms)
        };
        'fed: loop {
            // While a pass is under way the clock stands; then it moves on by what that took.
            if let Ok(ms) = lasted.recv_timeout(Duration::from_millis(1)) {
                let until = now.load(Ordering::SeqCst) + ms;
                while live.position_ms() + BLOCK_MS <= until {
                    if push().is_none() {
                        now.store(until, Ordering::SeqCst);
                        let _ = move_on.send(());
                        break 'fed;
                    }
                }
                now.store(until, Ordering::SeqCst);
                let _ = move_on.send(());
            } else if live.is_idle() {
                match push() {
                    Some(at) => now.store(at.max(now.load(Ordering::SeqCst)), Ordering::SeqCst),
                    None => break,
                }
            }
        }
        // What comes after the last sample only adds up.
        let clock = Arc::clone(&now);
        std::thread::spawn(move || {
            for ms in lasted {
                clock.fetch_add(ms, Ordering::SeqCst);
                let _ = move_on.send(());
            }
        });
    } else {
        for block in blocks {
            pushed_ms += BLOCK_MS;
            let due = Duration::from_millis(pushed_ms);
            std::thread::sleep(due.saturating_sub(begun.elapsed()));
            live.push(block);
        }
    }
    let ended = Instant::now();
    let length_ms = samples.len() as u64 / 16;
    let transcript = live.finish().transcript;
    let rest_ms = if simulated {
        now.load(Ordering::SeqCst).saturating_sub(length_ms)
    } else {
        ended.elapsed().as_millis() as u64
    };
    let spent = std::mem::take(&mut *spent.lock().map_err(|_| "the account is broken")?);
    Ok(Fed {
        transcript,
        told: told.iter().collect(),
        rest_ms,
        spent,
    })
}

fn table(model: &str, audio: &str, program: Program, simulated: bool) -> Result<(), Failed> {
    let threads = simulated.then_some(1);
    let samples = samples(audio)?;
    let own_before = own_cpu_seconds();
    let fed = feed(open(model, program, threads)?, &samples, simulated)?;
    let own = own_cpu_seconds() - own_before;
    let seconds = samples.len() as f64 / 16_000.0;
    let (mut committed, mut tentative) = (Vec::new(), Vec::new());
    for utterance in &fed.transcript.utterances {
        let (start, end) = said(utterance);
        let when = |is: &dyn Fn(&Event) -> bool| {
            let told = fed.told.iter().find(|(_, event)| is(event));
            told.map(|(at, _)| *at as f64 / 1000.0)
        };
        let stands = |e: &Event| matches!(e, Event::Committed(u) if u.id == utterance.id);
        committed.extend(when(&stands).map(|at| at - end));
        let shown = |event: &Event| match event {
            Event::Tentative { span, text } => {
                !text.is_empty() && span.end_ms as f64 / 1000.0 > start
            }
            other => stands(other),
        };
        tentative.extend(when(&shown).map(|at| at - start));
    }
    let lag = fed.told.iter().map(|(_, event)| match event {
        Event::Lag { lag_ms } => *lag_ms,
        _ => 0,
    });
    let sum = |all: &[u64]| all.iter().sum::<u64>() as f64 / 10.0 / seconds;
    println!(
        "| {} | {:.0} s | {} | {:.2} / {:.2} | {:.2} / {:.2} | {:.1} | {:.2} | {} × {} ms, {} × {} ms \
         | {:.0} % + {:.0} % + {:.1} % |",
        Path::new(model).file_stem().unwrap_or_default().display(),
        seconds,
        fed.transcript.utterances.len(),
        at_share(&mut committed, 0.5),
        at_share(&mut committed, 0.9),
        at_share(&mut tentative, 0.5),
        at_share(&mut tentative, 0.9),
        lag.max().unwrap_or(0) as f64 / 1000.0,
        fed.rest_ms as f64 / 1000.0,
        fed.spent.windows.len(),
        mean(&fed.spent.windows),
        fed.spent.glances.len(),
        mean(&fed.spent.glances),
        sum(&fed.spent.windows),
        sum(&fed.spent.glances),
        100.0 * own / seconds,
    );
    Ok(())
}

fn mean(all: &[u64]) -> u64 {
    all.iter().sum::<u64>() / (all.len() as u64).max(1)
}

/// When the first and the last word were said, in seconds.
fn said(utterance: &Utterance) -> (f64, f64) {
    let span = utterance.span.expect("what is heard has a time");
    let first = utterance.words.first().map_or(span, |w| w.span);
    let last = utterance.words.last().map_or(span, |w| w.span);
    (first.start_ms as f64 / 1000.0, last.end_ms as f64 / 1000.0)
}

fn at_share(all: &mut [f64], share: f64) -> f64 {
    all.sort_by(f64::total_cmp);
    let at = (all.len() as f64 * share) as usize;
    all.get(at).copied().unwrap_or(f64::NAN)
}

/// Processor seconds that this process has used, by Linux's account.
fn own_cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks.filter_map(|f| f.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Prints both transcripts' words, a line each, and what the live one leaves out.
fn words(model: &str, audio: &str, program: &Program) -> Result<(), Failed> {
    let samples = samples(audio)?;
    let live = feed(open(model, program.clone(), Some(1))?, &samples, true)?.transcript;
    let mut ear = open(model, program.clone(), Some(1))?;
    let mut recording = Recording::open(Path::new(audio))?;
    let heard = pipeline::transcribe(&mut recording, &mut ear, &task(), &mut |_| {});
    for transcript in [&live, &heard.transcript] {
        let texts: Vec<&str> = transcript.utterances.iter().map(|u| &*u.text).collect();
        println!("{}", texts.join(" "));
        eprintln!("{:?}", transcript.coverage);
    }
    Ok(())
}
