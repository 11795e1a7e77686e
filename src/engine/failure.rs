//! What can go wrong with a child, in words for a person, each with what to do next.
//!
//! Nothing here holds speech: a child's stderr is discarded, and its answers carry fixed texts.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use crate::engine::frame::{FrameError, PROTOCOL};
use crate::engine::model_file::ModelFault;
use crate::engine::protocol::{Engine, Failure};

/// Why an engine did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The child's binary is not there.
    #[error("{engine} is missing; looked at {}", list(looked))]
    Missing {
        /// Which engine.
        engine: Engine,
        /// Where it was looked for.
        looked: Vec<PathBuf>,
    },
    /// The system would not start the binary.
    #[error("{} could not be started: {source}", program.display())]
    NotStarted {
        /// The binary.
        program: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The binary speaks another version of the protocol, or is another engine.
    #[error("{} does not match this notewright: {what}", program.display())]
    WrongVersion {
        /// The binary.
        program: PathBuf,
        /// What differs.
        what: String,
    },
    /// The child ended on its own.
    #[error("{engine} died ({how})")]
    Died {
        /// Which engine.
        engine: Engine,
        /// How it ended.
        how: Death,
    },
    /// The child gave no answer for longer than its work can take, and was ended.
    #[error("{engine} gave no answer for {} s and was ended", waited.as_secs_f32().ceil())]
    Hung {
        /// Which engine.
        engine: Engine,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The child sent what this version cannot read, and was ended.
    #[error("{engine} sent {what} and was ended")]
    Garbage {
        /// Which engine.
        engine: Engine,
        /// What was wrong with it.
        what: FrameError,
    },
    /// The model could not be loaded.
    #[error("{} cannot be used: {fault}", path.display())]
    Model {
        /// The model file.
        path: PathBuf,
        /// Why.
        fault: ModelFault,
    },
    /// The child lives and says that it cannot do this.
    #[error("{engine} could not do it: {failure}")]
    Refused {
        /// Which engine.
        engine: Engine,
        /// Why.
        failure: Failure,
    },
    /// A request that breaks the protocol's limits, so that it was not sent.
    #[error("{engine} cannot be asked that: {what}")]
    NotSent {
        /// Which engine.
        engine: Engine,
        /// What is wrong with it.
        what: FrameError,
    },
    /// The engine failed so often in a row that it is not started again.
    #[error("{engine} failed {times} times in a row and is not started again; last: {last}")]
    GaveUp {
        /// Which engine.
        engine: Engine,
        /// How often.
        times: u32,
        /// The last failure.
        last: String,
    },
}

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// It exited with this code.
    Code(i32),
    /// A signal ended it.
    Signal(i32),
    /// The system does not say.
    Unknown,
}

impl From<Option<ExitStatus>> for Death {
    fn from(status: Option<ExitStatus>) -> Self {
        let Some(status) = status else {
            return Self::Unknown;
        };
        #[cfg(unix)]
        if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
            return Self::Signal(signal);
        }
        status.code().map_or(Self::Unknown, Self::Code)
    }
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit code {code}"),
            // Numbers that are the same on every system this runs on.
            Self::Signal(signal) => match signal {
                4 => write!(f, "signal 4, an instruction that this CPU lacks"),
                6 => write!(f, "signal 6, it aborted itself"),
                9 => write!(f, "signal 9, killed, as when memory runs out"),
                11 => write!(f, "signal 11, a crash in native code"),
                other => write!(f, "signal {other}"),
            },
            Self::Unknown => write!(f, "no exit status"),
        }
    }
}

impl EngineError {
    /// What to do next, as a sentence without a full stop.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Missing { engine, .. } => format!(
                "build all three binaries with `cargo build --release` or `cargo install --path .` \
                 (a plain `cargo run` builds only one), and keep {engine} beside notewright"
            ),
            Self::NotStarted { .. } => {
                "check that the file may be executed and was built for this machine".to_owned()
            }
            Self::WrongVersion { .. } => {
                "build all three binaries again from the same sources: `cargo build --release`"
                    .to_owned()
            }
            Self::Died { how, .. } => death_hint(*how).to_owned(),
            Self::Hung { .. } => {
                "try a smaller model, or close what else keeps this machine busy".to_owned()
            }
            Self::Garbage { .. } | Self::GaveUp { .. } => {
                "run `notewright doctor`; build the binaries again if they are of different ages"
                    .to_owned()
            }
            Self::Model { fault, .. } => fault.hint(),
            Self::Refused { failure, .. } => refusal_hint(failure),
            Self::NotSent { .. } => "give it less at once".to_owned(),
        }
    }

    /// How much memory the model needs, in bytes, where that is what was wrong.
    #[must_use]
    pub fn memory_wanted(&self) -> Option<u64> {
        match self {
            Self::Model { fault, .. }
            | Self::Refused {
                failure: Failure::Model(fault),
                ..
            } => match fault {
                ModelFault::TooLittleMemory { needed, .. } => Some(*needed),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a new child may succeed where this one failed.
    #[must_use]
    pub fn worth_restart(&self) -> bool {
        matches!(
            self,
            Self::Died { .. } | Self::Hung { .. } | Self::Garbage { .. }
        )
    }

    /// Whether other work can still be asked of the engine.
    #[must_use]
    pub fn can_go_on(&self) -> bool {
        self.worth_restart() || matches!(self, Self::Refused { .. } | Self::NotSent { .. })
    }

    /// The error for a version that the frames or the hello showed.
    #[must_use]
    pub(crate) fn other_version(program: PathBuf, theirs: u8) -> Self {
        Self::WrongVersion {
            program,
            what: format!("it speaks protocol {theirs}, this is protocol {PROTOCOL}"),
        }
    }
}

fn death_hint(how: Death) -> &'static str {
    match how {
        Death::Signal(9) => "free memory or choose a smaller model, then try again",
        Death::Signal(4) => "build it on this machine: `cargo build --release`",
        _ => {
            "try again; if it happens again, run `notewright doctor` and `notewright models verify`"
        }
    }
}

fn refusal_hint(failure: &Failure) -> String {
    match failure {
        Failure::Model(fault) => fault.hint(),
        Failure::PromptTooLong { .. } => {
            "give it less text, or a larger context where the model has one".to_owned()
        }
        Failure::Grammar | Failure::DeadEnd { .. } => {
            "this is a fault in the grammar, not in the text; report it".to_owned()
        }
        Failure::OutOfTurn(_) | Failure::Native(_) => {
            "try again; if it happens again, run `notewright doctor`".to_owned()
        }
    }
}

fn list(paths: &[PathBuf]) -> String {
    let names: Vec<_> = paths.iter().map(|p| p.display().to_string()).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_names_the_next_step() {
        let engine = Engine::Ear;
        let cases = [
            EngineError::Missing {
                engine,
                looked: vec!["/a/notewright-ear".into()],
            },
            EngineError::other_version("/a/notewright-ear".into(), 9),
            EngineError::Died {
                engine,
                how: Death::Signal(9),
            },
            EngineError::Hung {
                engine,
                waited: Duration::from_millis(1500),
            },
            EngineError::Garbage {
                engine,
                what: FrameError::NotAFrame,
            },
            EngineError::Model {
                path: "/m.bin".into(),
                fault: ModelFault::Empty,
            },
            EngineError::Refused {
                engine,
                failure: Failure::Grammar,
            },
        ];
        let told: Vec<_> = cases
            .iter()
            .map(|e| format!("{e}\nhint: {}", e.hint()))
            .collect();
        insta::assert_snapshot!(told.join("\n\n"));
    }

    #[test]
    fn only_what_a_new_child_may_mend_is_restarted() {
        let engine = Engine::Pen;
        let died = EngineError::Died {
            engine,
            how: Death::Code(1),
        };
        assert!(died.worth_restart() && died.can_go_on());
        let model = EngineError::Model {
            path: "m".into(),
            fault: ModelFault::Empty,
        };
        assert!(!model.worth_restart() && !model.can_go_on());
        let refused = EngineError::Refused {
            engine,
            failure: Failure::Grammar,
        };
        assert!(!refused.worth_restart() && refused.can_go_on());
    }
}
