//! What the command line says when something does not work: the cause, and what to do next.

use std::fmt;
use std::process::ExitCode;

/// A command that did not work.
#[derive(Debug)]
pub struct Failure {
    cause: String,
    hint: Option<String>,
    usage: bool,
}

impl Failure {
    /// A failure while doing what was asked: exit code 1.
    pub fn new(cause: impl fmt::Display) -> Self {
        Self {
            cause: cause.to_string(),
            hint: None,
            usage: false,
        }
    }

    /// Something was asked that makes no sense: exit code 2.
    pub fn usage(cause: impl fmt::Display) -> Self {
        Self {
            usage: true,
            ..Self::new(cause)
        }
    }

    /// The same with the next step.
    #[must_use]
    pub fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }

    /// Prints cause and hint on standard error.
    pub fn show(&self) {
        anstream::eprintln!(
            "{}error:{} {}",
            STRONG.render(),
            STRONG.render_reset(),
            self.cause
        );
        if let Some(hint) = &self.hint {
            anstream::eprintln!("{}hint:{} {hint}", SOFT.render(), SOFT.render_reset());
        }
    }

    /// Whether the request itself made no sense.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        self.usage
    }

    /// 2 where the request made no sense, 1 otherwise.
    #[must_use]
    pub fn code(&self) -> ExitCode {
        ExitCode::from(if self.usage { 2 } else { 1 })
    }
}

const STRONG: anstyle::Style = anstyle::AnsiColor::Red.on_default().bold();
const SOFT: anstyle::Style = anstyle::AnsiColor::Cyan.on_default();
