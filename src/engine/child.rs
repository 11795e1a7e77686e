//! A child process: found, started, fed, watched, and ended.
//!
//! Two threads own its pipes, so that a child which neither reads nor answers can still be waited
//! for with a deadline and killed. Its stderr is discarded: native code prints transcripts there.

use std::io::BufReader;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::process::{Child as Process, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::engine::failure::{Death, EngineError};
use crate::engine::frame::{self, Frame, FrameError};
use crate::engine::protocol::{Answer, EarAnswer, EarRequest, Engine, Failure, Hello};

/// How OpenMP's threads wait for each other, unless the environment says otherwise: a few
/// microseconds in a loop, then asleep. Waiting longer in a loop, they stand in each other's way as
/// soon as anything else runs on the machine; sleeping at once costs a quarter of the speed of an
/// answer (benches/README.md). The first is for all runtimes, the second is GNU's own.
const WAITING: [(&str, &str); 2] = [("OMP_WAIT_POLICY", "passive"), ("GOMP_SPINCOUNT", "10000")];

/// Where a child's binary lies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Program {
    /// Beside the running executable, or in the folder above it as in a build's `deps`.
    #[default]
    Beside,
    /// At this path.
    At(PathBuf),
}

impl Program {
    /// The path of `engine`'s binary.
    ///
    /// # Errors
    /// [`EngineError::Missing`] with the places that were looked at.
    pub fn find(&self, engine: Engine) -> Result<PathBuf, EngineError> {
        let looked = match self {
            Self::At(path) => vec![path.clone()],
            Self::Beside => beside(engine),
        };
        match looked.iter().find(|path| path.is_file()) {
            Some(path) => Ok(path.clone()),
            None => Err(EngineError::Missing { engine, looked }),
        }
    }
}

fn beside(engine: Engine) -> Vec<PathBuf> {
    let name = format!("{}{}", engine.binary(), std::env::consts::EXE_SUFFIX);
    let Ok(own) = std::env::current_exe() else {
        return vec![PathBuf::from(name)];
    };
    let folders = own.ancestors().skip(1).take(2);
    folders.map(|folder| folder.join(&name)).collect()
}

/// How long a child may take before it counts as hung.
///
/// These are bounds on a slow machine under load, not expectations: a child that is killed although
/// it works costs the user more than one that hangs a little longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// From start to hello.
    pub hello: Duration,
    /// For loading the model.
    pub load: Duration,
    /// For the next answer while working: a window, a batch of the prompt, or a token.
    pub work: Duration,
}

impl Patience {
    /// Bounds for a model of `bytes`: loading at 8 MB/s, and ten minutes more of work for each
    /// gigabyte (a window through the large recogniser takes one to two minutes on two old cores,
    /// and may be decoded three times).
    #[must_use]
    pub fn for_model(bytes: u64) -> Self {
        let mb = bytes >> 20;
        Self {
            hello: Duration::from_secs(30),
            load: Duration::from_secs(60 + mb / 8),
            work: Duration::from_secs(120 + 600 * mb / 1024),
        }
    }
}

/// What an engine says of itself; it is started for this and ended again.
///
/// # Errors
/// When it is missing, cannot be started, or is of another version.
pub fn introduce(program: &Program, engine: Engine) -> Result<Hello, EngineError> {
    let path = program.find(engine)?;
    let (_child, hello) =
        Child::<EarRequest, EarAnswer>::start(engine, &path, Patience::for_model(0))?;
    Ok(hello)
}

/// A running child that takes `Q` and answers `W`.
pub struct Child<Q, W> {
    engine: Engine,
    process: Process,
    requests: Option<Sender<Vec<u8>>>,
    answers: Receiver<Result<Frame, FrameError>>,
    types: PhantomData<fn(Q) -> W>,
}

impl<Q, W> std::fmt::Debug for Child<Q, W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Child({}, process {})", self.engine, self.process.id())
    }
}

impl<Q: Serialize, W: DeserializeOwned> Child<Q, W> {
    /// Starts `program` and waits for its hello.
    ///
    /// # Errors
    /// When it cannot be started, or says anything but the hello of this version's `engine`.
    pub fn start(
        engine: Engine,
        program: &Path,
        patience: Patience,
    ) -> Result<(Self, Hello), EngineError> {
        let mut child = Self::spawn(engine, program)?;
        let first = match child.next(patience.hello) {
            Err(EngineError::Garbage {
                what: FrameError::Version { theirs },
                ..
            }) => return Err(EngineError::other_version(program.to_owned(), theirs)),
            other => other?,
        };
        match first {
            Answer::Hello(hello) if hello.engine == engine => Ok((child, hello)),
            Answer::Hello(hello) => Err(EngineError::WrongVersion {
                program: program.to_owned(),
                what: format!("it is {}, not {engine}", hello.engine),
            }),
            Answer::Failed(_) | Answer::Work(_) => Err(child.garbage(FrameError::OutOfOrder)),
        }
    }

    fn spawn(engine: Engine, program: &Path) -> Result<Self, EngineError> {
        let mut command = Command::new(program);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // An abort in ggml would otherwise start a debugger to print its stack.
            .env("GGML_NO_BACKTRACE", "1");
        if WAITING
            .iter()
            .all(|(name, _)| std::env::var_os(name).is_none())
        {
            command.envs(WAITING);
        }
        // Ctrl-C goes to the program alone, which then ends its children in order.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut process = command.spawn().map_err(|source| EngineError::NotStarted {
            program: program.to_owned(),
            source,
        })?;
        let requests = feed(process.stdin.take());
        let answers = listen(process.stdout.take());
        Ok(Self {
            engine,
            process,
            requests: Some(requests),
            answers,
            types: PhantomData,
        })
    }

    /// Sends a request, with the audio that goes with it. A child that no longer reads shows when
    /// its answer is waited for.
    ///
    /// # Errors
    /// [`EngineError::NotSent`] where it is larger than the protocol allows.
    pub fn ask(&mut self, request: &Q, audio: Option<&[f32]>) -> Result<(), EngineError> {
        let engine = self.engine;
        let refused = |what| EngineError::NotSent { engine, what };
        let message = frame::encode_message(request).map_err(refused)?;
        let audio = audio
            .map(frame::encode_audio)
            .transpose()
            .map_err(refused)?;
        if let Some(to) = &self.requests {
            // The thread is gone only where the pipe broke.
            let _ = to.send(message);
            if let Some(audio) = audio {
                let _ = to.send(audio);
            }
        }
        Ok(())
    }

    /// Waits for the next answer. After an error that is [`EngineError::worth_restart`] the child is
    /// ended.
    ///
    /// # Errors
    /// When none comes `within` the time, the child dies, sends garbage, or refuses.
    pub fn answer(&mut self, within: Duration) -> Result<W, EngineError> {
        match self.next(within)? {
            Answer::Work(work) => Ok(work),
            Answer::Failed(failure) => Err(EngineError::Refused {
                engine: self.engine,
                failure,
            }),
            Answer::Hello(_) => Err(self.garbage(FrameError::OutOfOrder)),
        }
    }

    /// Waits for the answer to loading the model at `path`: a refusal, or a death, is about the
    /// model then.
    ///
    /// # Errors
    /// As [`Child::answer`], with [`EngineError::Model`] where the child refused.
    pub fn loaded(&mut self, path: &Path, within: Duration) -> Result<W, EngineError> {
        self.answer(within).map_err(|error| match error {
            EngineError::Refused {
                failure: Failure::Model(fault),
                ..
            } => EngineError::Model {
                path: path.to_owned(),
                fault,
            },
            other => other,
        })
    }

    /// Sends a state, in parts, after the request that announced it.
    ///
    /// # Errors
    /// Never yet; parts are cut to what the protocol allows.
    pub fn give_state(&mut self, state: &[u8]) -> Result<(), EngineError> {
        let engine = self.engine;
        for part in state.chunks(frame::MAX_STATE) {
            let frame =
                frame::encode_state(part).map_err(|what| EngineError::NotSent { engine, what })?;
            if let Some(to) = &self.requests {
                let _ = to.send(frame);
            }
        }
        Ok(())
    }

    /// Waits for the parts of a state of `bytes` bytes, each `within` the time.
    ///
    /// # Errors
    /// As [`Child::answer`].
    pub fn take_state(&mut self, bytes: u64, within: Duration) -> Result<Vec<u8>, EngineError> {
        let mut state = Vec::new();
        while (state.len() as u64) < bytes {
            match self.frame(within)? {
                Frame::State(part) if !part.is_empty() => state.extend_from_slice(&part),
                _ => return Err(self.garbage(FrameError::OutOfOrder)),
            }
        }
        if state.len() as u64 > bytes {
            return Err(self.garbage(FrameError::OutOfOrder));
        }
        Ok(state)
    }

    /// Ends a child that does not keep to the protocol, and says so.
    pub fn garbage(&mut self, what: FrameError) -> EngineError {
        self.end();
        EngineError::Garbage {
            engine: self.engine,
            what,
        }
    }

    fn next(&mut self, within: Duration) -> Result<Answer<W>, EngineError> {
        let frame = self.frame(within)?;
        frame.message().map_err(|what| self.garbage(what))
    }

    fn frame(&mut self, within: Duration) -> Result<Frame, EngineError> {
        match self.answers.recv_timeout(within) {
            Ok(Ok(frame)) => Ok(frame),
            Ok(Err(FrameError::CutOff | FrameError::Pipe(_)))
            | Err(RecvTimeoutError::Disconnected) => {
                let how = self.end();
                Err(EngineError::Died {
                    engine: self.engine,
                    how,
                })
            }
            Ok(Err(what)) => Err(self.garbage(what)),
            Err(RecvTimeoutError::Timeout) => {
                self.end();
                Err(EngineError::Hung {
                    engine: self.engine,
                    waited: within,
                })
            }
        }
    }
}

impl<Q, W> Child<Q, W> {
    /// Number of the process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Kills the child, if it still lives, and waits for it, so that no zombie stays. A child that
    /// had ended by itself keeps its own exit status.
    fn end(&mut self) -> Death {
        self.requests = None;
        let _ = self.process.kill();
        self.process.wait().ok().into()
    }
}

impl<Q, W> Drop for Child<Q, W> {
    fn drop(&mut self) {
        self.end();
    }
}

/// Writes frames to the child from a thread of its own, until the sender is dropped or the pipe
/// breaks.
fn feed(pipe: Option<std::process::ChildStdin>) -> Sender<Vec<u8>> {
    let (to, frames) = channel::<Vec<u8>>();
    if let Some(mut pipe) = pipe {
        std::thread::spawn(move || {
            while let Ok(bytes) = frames.recv() {
                if frame::send(&mut pipe, &bytes).is_err() {
                    break;
                }
            }
        });
    }
    to
}

/// Reads frames from the child in a thread of its own, until the pipe ends or carries no frame.
fn listen(pipe: Option<std::process::ChildStdout>) -> Receiver<Result<Frame, FrameError>> {
    let (to, answers) = channel();
    if let Some(pipe) = pipe {
        std::thread::spawn(move || {
            let mut pipe = BufReader::new(pipe);
            loop {
                let frame = match frame::receive(&mut pipe) {
                    Ok(None) => break,
                    Ok(Some(frame)) => Ok(frame),
                    Err(error) => Err(error),
                };
                let last = frame.is_err();
                if to.send(frame).is_err() || last {
                    break;
                }
            }
        });
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_binary_is_looked_for_beside_and_above() {
        let error = Program::Beside.find(Engine::Pen);
        if let Err(EngineError::Missing { looked, .. }) = error {
            assert_eq!(looked.len(), 2);
        }
        let path = PathBuf::from("/nowhere/notewright-ear");
        let error = Program::At(path).find(Engine::Ear).unwrap_err();
        assert_eq!(
            error.to_string(),
            "notewright-ear is missing; looked at /nowhere/notewright-ear"
        );
    }

    #[test]
    fn patience_grows_with_the_model() {
        let base = Patience::for_model(148 << 20);
        let large = Patience::for_model(3 << 30);
        assert_eq!(base.work.as_secs(), 206);
        assert_eq!(large.work.as_secs(), 1920);
        assert!(large.load > base.load && large.hello == base.hello);
    }
}
