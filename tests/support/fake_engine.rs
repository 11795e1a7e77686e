//! A child that answers, crashes, hangs or talks nonsense, as the name it is started under says.
//!
//! Built as an example, so that tests have it and nobody installs it. Names:
//! `ear-answers`, `ear-crashes` (at each window), `ear-crashes-once`, `ear-hangs`, `ear-garbage`
//! (at each window), `ear-garbage-at-once`, `ear-cut-off`, `ear-old`, `ear-is-pen`, `ear-deaf`
//! (never reads), `ear-silent` (no hello), `ear-refuses`, `ear-half-then-crashes`, `ear-tries` (what
//! the fence lets it do), `pen-answers`, `pen-crashes-once`, `pen-hangs`,
//! `pen-floods` (never stops writing).

use std::io::{Write, stdin, stdout};
use std::path::{Path, PathBuf};
use std::time::Duration;

use notewright::engine::fence::{self, Fence};
use notewright::engine::frame::{Frame, encode_message, receive};
use notewright::engine::protocol::{
    Answer, ChatPrompt, Cost, EarAnswer, EarReady, EarRequest, Engine, Failure, Hello, PenAnswer,
    PenReady, PenRequest, RenderedBy, StopReason,
};
use notewright::session::TimeSpan;
use notewright::transcript::transcriber::HeardSegment;
use serde::Serialize;

/// What fakes say they heard or wrote: the canary that must not turn up anywhere else.
const SAID: [&str; 2] = ["Canary Odile wept.", "Canary Odile slept."];

fn main() {
    let own = std::env::current_exe().unwrap_or_default();
    let name = own
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    if name == "fake_engine" {
        return;
    }
    let first = count_start(&own) == 1;
    eprintln!("{} on stderr", SAID[0]);
    match name.as_str() {
        "ear-silent" => hang(),
        "ear-garbage-at-once" => return raw(b"whisper_init: loading model Canary Odile\n"),
        "ear-old" => return raw(b"NW\x00\x01\x02\0\0\0{}"),
        _ => {}
    }
    let engine = if name.starts_with("pen") || name == "ear-is-pen" {
        Engine::Pen
    } else {
        Engine::Ear
    };
    hello(engine);
    if name == "ear-deaf" {
        hang();
    }
    if engine == Engine::Pen {
        pen(&name, first);
    } else {
        ear(&name, first);
    }
}

fn ear(name: &str, first: bool) {
    while let Some(request) = next::<EarRequest>() {
        match request {
            EarRequest::Load(load) if name == "ear-tries" => try_the_fence(&load.model),
            EarRequest::Load(_) => send(&Answer::Work(EarAnswer::Ready(ear_ready()))),
            EarRequest::Bye => return,
            EarRequest::Window { window, .. } => {
                let Ok(Some(Frame::Audio(_))) = receive(&mut stdin().lock()) else {
                    std::process::exit(3);
                };
                hear(name, first, window);
            }
        }
    }
}

fn hear(name: &str, first: bool, window: u64) {
    match name {
        "ear-crashes" => crash(),
        "ear-crashes-once" if first => crash(),
        "ear-half-then-crashes" if first => {
            segment(window, 0);
            crash();
        }
        "ear-hangs" => hang(),
        "ear-garbage" => raw(b"[00:00.000 --> 00:02.000]  Canary Odile wept."),
        "ear-cut-off" => {
            raw(b"NW\x02\x01\xff\0\0\0{");
            std::process::exit(0);
        }
        "ear-refuses" => {
            send(&Answer::<()>::Failed(Failure::Native(
                "it was too much".to_owned(),
            )));
        }
        _ => {
            segment(window, 0);
            segment(window, 1);
            send(&Answer::Work(EarAnswer::Done {
                window,
                segments: 2,
                cost: Cost::default(),
            }));
        }
    }
}

/// Puts up the fence as a real child does, and reports which of several acts still succeed.
fn try_the_fence(model: &Path) {
    use std::fs::File;

    let other = model.with_file_name("other");
    let mut done = Vec::new();
    let mut note = |what: &'static str, succeeded: bool| {
        if succeeded {
            done.push(what);
        }
    };
    let mut fence = fence::close_around(model);
    note("read the model", File::open(model).is_ok());
    note("read another file", File::open(&other).is_ok());
    note(
        "write a file",
        File::create(other.with_extension("new")).is_ok(),
    );
    note("remove a file", std::fs::remove_file(&other).is_ok());
    note(
        "open a socket",
        std::net::UdpSocket::bind("127.0.0.1:0").is_ok(),
    );
    note(
        "start a program",
        std::process::Command::new("true").status().is_ok(),
    );
    note("start a thread", std::thread::spawn(|| ()).join().is_ok());
    fence::close_files(&mut fence);
    note("read the model again", File::open(model).is_ok());
    let report = format!("{fence}; could {}", done.join(", "));
    send(&Answer::<()>::Failed(Failure::Native(report)));
}

fn segment(window: u64, nth: usize) {
    let start = 1000 * nth as u64;
    let segment = HeardSegment {
        span: TimeSpan::new(start, start + 900),
        text: SAID[nth].into(),
        confidence: 0.9,
        mean_logprob: -0.1,
        no_speech: 0.0,
        words: Vec::new(),
        turn_after: false,
    };
    send(&Answer::Work(EarAnswer::Segment { window, segment }));
}

fn pen(name: &str, first: bool) {
    while let Some(request) = next::<PenRequest>() {
        match request {
            PenRequest::Load(_) => send(&Answer::Work(PenAnswer::Ready(pen_ready()))),
            PenRequest::Tokenise { text } => {
                let tokens = text.bytes().map(i32::from).collect();
                send(&Answer::Work(PenAnswer::Tokens(tokens)));
            }
            PenRequest::Generate(_) => {
                send(&Answer::Work(PenAnswer::Text(SAID[0].into())));
                match name {
                    "pen-hangs" => hang(),
                    "pen-floods" => loop {
                        send(&Answer::Work(PenAnswer::Text(SAID[1].into())));
                    },
                    "pen-crashes-once" if first => crash(),
                    _ => {}
                }
                send(&Answer::Work(PenAnswer::Text(SAID[1].into())));
                send(&Answer::Work(PenAnswer::Done {
                    reason: StopReason::Finished,
                    tokens: 2,
                    cost: Cost::default(),
                }));
            }
            PenRequest::Chat(_) => send(&Answer::Work(PenAnswer::Prompt(ChatPrompt {
                prompt: SAID[0].into(),
                head: 0,
                stop: Vec::new(),
                by: RenderedBy::Plain,
            }))),
            PenRequest::Keep { .. } => send(&Answer::Work(PenAnswer::Kept {
                tokens: 1,
                restored: false,
                bytes: 0,
                cost: Cost::default(),
            })),
            PenRequest::Cancel => {}
            PenRequest::Bye => return,
        }
    }
}

fn hello(engine: Engine) {
    send(&Answer::<()>::Hello(Hello {
        engine,
        notewright: "fake".to_owned(),
        native: "fake 1".to_owned(),
        cpu: "none".to_owned(),
        fence: Fence::default(),
    }));
}

fn ear_ready() -> EarReady {
    EarReady {
        kind: "fake".to_owned(),
        vocabulary: 1,
        text_context: 448,
        audio_context: 1500,
        multilingual: false,
        prompt_tokens: 0,
        memory: None,
        fence: Fence::default(),
    }
}

fn pen_ready() -> PenReady {
    PenReady {
        architecture: "fake".to_owned(),
        size: 1,
        parameters: 1,
        context: 512,
        trained_context: 512,
        vocabulary: 256,
        chat_template: None,
        memory: None,
        fence: Fence::default(),
    }
}

/// The number of this start, kept in a file beside the binary.
fn count_start(own: &Path) -> usize {
    let file: PathBuf = own.with_file_name("starts");
    let before = std::fs::read_to_string(&file).unwrap_or_default();
    // A test starts its fakes one after the other.
    let _ = std::fs::write(&file, format!("{before}start\n"));
    before.lines().count() + 1
}

fn next<Q: serde::de::DeserializeOwned>() -> Option<Q> {
    match receive(&mut stdin().lock()) {
        Ok(Some(frame)) => frame.message().ok(),
        _ => None,
    }
}

fn send<W: Serialize>(answer: &Answer<W>) {
    if let Ok(bytes) = encode_message(answer) {
        raw(&bytes);
    }
}

fn raw(bytes: &[u8]) {
    let mut out = stdout().lock();
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

fn crash() -> ! {
    std::process::abort()
}

fn hang() -> ! {
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}
