//! The client's consent, stated before a session is recorded.

use std::io::{BufRead, IsTerminal};

use crate::cli::failure::Failure;
use crate::record::moment::Moment;
use crate::record::tape::Consent;
use crate::session::Speech;

/// The consent as it is stated now.
pub(super) fn now(stated: &str) -> Consent {
    Consent {
        stated: Speech::from(stated.trim()),
        at: Moment::now(),
    }
}

/// The consent that a session needs: as the flag states it, else asked for.
///
/// # Errors
/// When there is none.
pub(super) fn stated(given: Option<&str>) -> Result<Consent, Failure> {
    let stated = match given {
        Some(given) => given.to_owned(),
        None if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() => ask()?,
        None => String::new(),
    };
    if stated.trim().is_empty() {
        return Err(Failure::usage(
            "a session is recorded only when the client has agreed, and no consent was stated",
        )
        .hint("state it: --consent \"written, on file 2026-03-01\"; a dictation by you alone needs none"));
    }
    Ok(now(&stated))
}

fn ask() -> Result<String, Failure> {
    eprint!(
        "Has the client agreed to be recorded? Say how (for example: written, on file 2026-03-01; \
         spoken, today), or press Enter to leave: "
    );
    let mut answer = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|error| Failure::new(format!("no answer was read: {error}")))?;
    Ok(answer)
}
