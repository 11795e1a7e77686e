//! The child's side of the pipe, shared by both children: its hello, its requests, its answers.
//!
//! Names no engine. Sees to it that nothing that native code or a panic prints can reach the pipe or
//! the terminal, and that a child whose parent is gone ends.

use std::fs::File;
use std::io::{self, BufReader, IsTerminal, Read, Seek, Write};
use std::process::{ExitCode, exit};
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::engine::frame::{self, Frame, FrameError};
use crate::engine::protocol::{Answer, Cost, Engine, Failure, Hello};

/// Exit code of a child whose pipe carried what it could not read.
pub const EXIT_GARBAGE: i32 = 65;

/// A child's life: turned away at a terminal, else served to its end.
#[must_use]
pub fn run(engine: Engine, serve: fn() -> Result<(), FrameError>) -> ExitCode {
    if io::stdin().is_terminal() {
        let name = engine.binary();
        eprintln!("{name} is started by notewright; there is nothing to do for it here");
        return ExitCode::from(2);
    }
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// A child's pipes, before the reading of requests becomes a thread of its own.
pub struct Line {
    input: BufReader<Box<dyn Read + Send>>,
    output: Box<dyn Write>,
}

impl Line {
    /// Takes standard input and output for the protocol, silences panics, and says hello.
    ///
    /// # Errors
    /// When the pipes cannot be taken.
    pub fn open(hello: Hello) -> Result<Self, FrameError> {
        // A panic's message can quote the text that it stumbled over.
        std::panic::set_hook(Box::new(|_| {}));
        let mut line = Self {
            input: BufReader::new(Box::new(io::stdin())),
            output: own_stdout()?,
        };
        line.send(&Answer::<()>::Hello(hello))?;
        Ok(line)
    }

    /// The next request, read on the calling thread; nothing where the parent is gone.
    ///
    /// # Errors
    /// When the pipe carries something else.
    pub fn request<Q: DeserializeOwned>(&mut self) -> Result<Option<Q>, FrameError> {
        frame::receive(&mut self.input)?
            .map(|frame| frame.message())
            .transpose()
    }

    /// Sends one answer.
    ///
    /// # Errors
    /// When the parent is gone.
    pub fn send<W: Serialize>(&mut self, answer: &Answer<W>) -> Result<(), FrameError> {
        let bytes = frame::encode_message(answer)?;
        frame::send(&mut self.output, &bytes)
    }

    /// Sends a refusal.
    ///
    /// # Errors
    /// When the parent is gone.
    pub fn refuse(&mut self, failure: Failure) -> Result<(), FrameError> {
        self.send(&Answer::<()>::Failed(failure))
    }

    /// Goes on reading in a thread, so that a request can come in while another is worked on, and so
    /// that the process ends when its parent does, whatever it is at.
    #[must_use]
    pub fn listen(self) -> (Receiver<Frame>, Answers) {
        let (to, requests) = channel();
        let mut input = self.input;
        std::thread::spawn(move || {
            loop {
                let frame = frame::receive(&mut input).unwrap_or_else(|_| exit(EXIT_GARBAGE));
                if frame.is_none_or(|frame| to.send(frame).is_err()) {
                    exit(0);
                }
            }
        });
        let answers = Answers {
            output: self.output,
        };
        (requests, answers)
    }
}

/// The way back to the parent.
pub struct Answers {
    output: Box<dyn Write>,
}

impl Answers {
    /// Sends one answer.
    ///
    /// # Errors
    /// When the parent is gone.
    pub fn send<W: Serialize>(&mut self, answer: &Answer<W>) -> Result<(), FrameError> {
        let bytes = frame::encode_message(answer)?;
        frame::send(&mut self.output, &bytes)
    }

    /// Sends a state, in parts.
    ///
    /// # Errors
    /// When the parent is gone.
    pub fn send_state(&mut self, state: &[u8]) -> Result<(), FrameError> {
        for part in state.chunks(frame::MAX_STATE) {
            frame::send(&mut self.output, &frame::encode_state(part)?)?;
        }
        Ok(())
    }
}

/// A copy of standard output for the protocol alone; what else is printed goes where stderr goes.
#[cfg(unix)]
fn own_stdout() -> io::Result<Box<dyn Write>> {
    let pipe = rustix::io::dup(io::stdout())?;
    rustix::stdio::dup2_stdout(io::stderr())?;
    Ok(Box::new(File::from(pipe)))
}

#[cfg(not(unix))]
fn own_stdout() -> io::Result<Box<dyn Write>> {
    Ok(Box::new(io::stdout()))
}

/// Tells how much memory this process holds, also from inside the fence: the file is opened before.
#[derive(Debug)]
pub struct Memory {
    statm: Option<File>,
    status: Option<File>,
}

impl Memory {
    /// Opens what the system shows of this process.
    #[must_use]
    pub fn open() -> Self {
        Self {
            statm: File::open("/proc/self/statm").ok(),
            status: File::open("/proc/self/status").ok(),
        }
    }

    /// Bytes resident now, where the system tells.
    pub fn resident(&mut self) -> Option<u64> {
        let text = read_again(self.statm.as_mut()?)?;
        let pages: u64 = text.split_whitespace().nth(1)?.parse().ok()?;
        Some(pages * page_size())
    }

    /// Most bytes that were ever resident, where the system tells.
    pub fn peak(&mut self) -> Option<u64> {
        let text = read_again(self.status.as_mut()?)?;
        let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
        let kb: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kb * 1024)
    }
}

fn read_again(file: &mut File) -> Option<String> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(unix)]
fn page_size() -> u64 {
    rustix::param::page_size() as u64
}

#[cfg(not(unix))]
fn page_size() -> u64 {
    4096
}

/// Bytes of memory that a program can still have, as the system estimates.
#[must_use]
pub fn free_memory() -> u64 {
    let mut system = sysinfo::System::new();
    system.refresh_memory();
    // A limit on the process's group (a container) is the tighter bound where there is one.
    let grouped = system.cgroup_limits().map(|limits| limits.free_memory);
    let free = system.available_memory();
    grouped.map_or(free, |grouped| free.min(grouped))
}

/// Measures a piece of work.
#[derive(Debug)]
pub struct Meter {
    wall: Instant,
    cpu: Option<u64>,
}

impl Meter {
    /// Starts measuring.
    #[must_use]
    pub fn start() -> Self {
        Self {
            wall: Instant::now(),
            cpu: cpu_ms(),
        }
    }

    /// What the work cost so far, with the number of `passes` that it took.
    #[must_use]
    pub fn read(&self, passes: u32) -> Cost {
        Cost {
            wall_ms: self.wall.elapsed().as_millis() as u64,
            cpu_ms: cpu_ms().zip(self.cpu).map(|(now, then)| now - then),
            passes,
            ..Cost::default()
        }
    }
}

#[cfg(unix)]
// Other systems do not tell.
#[allow(clippy::unnecessary_wraps)]
fn cpu_ms() -> Option<u64> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Some(time.tv_sec as u64 * 1000 + time.tv_nsec as u64 / 1_000_000)
}

#[cfg(not(unix))]
fn cpu_ms() -> Option<u64> {
    None
}
