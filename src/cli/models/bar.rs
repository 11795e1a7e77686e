//! The progress bar of a pull or a copy, on standard error; hidden where that is no terminal.

use std::ops::ControlFlow;

use indicatif::{ProgressBar, ProgressStyle};

use crate::models::pull::{Phase, Progress};

/// A bar that is cleared when it is dropped.
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new(what: &str) -> Self {
        let bar = ProgressBar::new(0);
        let style = ProgressStyle::with_template(
            "{prefix} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} left {msg}",
        );
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.set_prefix(what.to_owned());
        Self(bar)
    }

    /// Shows how far a pull is, and lets it go on.
    pub(super) fn show(&self, progress: &Progress) -> ControlFlow<()> {
        self.show_bytes(progress.have, progress.total.unwrap_or(progress.have));
        self.0.set_message(match progress.phase {
            Phase::Fetching => String::new(),
            Phase::Checking => "checking what is there".to_owned(),
            Phase::Waiting(time) => format!("connection lost, again in {} s", time.as_secs()),
        });
        ControlFlow::Continue(())
    }

    pub(super) fn show_bytes(&self, done: u64, total: u64) {
        if self.0.length() != Some(total) {
            self.0.set_length(total);
        }
        self.0.set_position(done);
    }

    pub(super) fn finish(self) {
        self.0.finish_and_clear();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
