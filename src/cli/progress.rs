//! Progress on standard error for what takes longer than half a second, and a clean end on Ctrl-C.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::failure::Failure;
use crate::compose::model::Wording;
use crate::transcript::event::Event;

/// How long something may take before progress is shown.
const PATIENCE: Duration = Duration::from_millis(500);

/// A progress bar over a recording.
#[derive(Debug)]
pub struct HearingBar {
    name: String,
    begun: Instant,
    bar: Option<ProgressBar>,
    quiet: bool,
}

impl HearingBar {
    /// A bar for the recording of that name; `quiet` never shows.
    #[must_use]
    pub fn new(name: &str, quiet: bool) -> Self {
        Self {
            name: name.to_owned(),
            begun: Instant::now(),
            bar: None,
            quiet,
        }
    }

    /// Takes in an event of the transcription.
    pub fn on(&mut self, event: &Event) {
        let Event::Progress {
            audio_done_ms,
            total_ms,
        } = event
        else {
            return;
        };
        if self.quiet || self.begun.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(*total_ms, ProgressDrawTarget::stderr());
            let template = if total_ms.is_some() {
                "{prefix} {bar:24} {msg}, {eta} left"
            } else {
                "{prefix} {spinner} {msg}"
            };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.set_prefix(self.name.clone());
            bar
        });
        let elapsed = self.begun.elapsed().as_secs_f64().max(0.001);
        let done = *audio_done_ms as f64 / 1000.0;
        bar.set_position(*audio_done_ms);
        bar.set_message(format!(
            "{done:.0} s heard, {:.1}\u{d7} real time",
            done / elapsed
        ));
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A line that says which section a language model is wording.
#[derive(Debug)]
pub struct WordingBar {
    bar: Option<ProgressBar>,
}

impl WordingBar {
    /// A line for one note; `quiet` never shows.
    #[must_use]
    pub fn new(quiet: bool) -> Self {
        let bar = (!quiet).then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("wording {msg} {spinner}, {elapsed}") {
                bar.set_style(style);
            }
            bar
        });
        Self { bar }
    }

    /// Takes in which section is worded now.
    pub fn on(&mut self, wording: Wording<'_>) {
        let Some(bar) = &self.bar else { return };
        let Wording {
            heading,
            section,
            of,
        } = wording;
        bar.set_message(format!("{heading} ({section} of {of})"));
        bar.enable_steady_tick(PATIENCE);
    }

    /// Takes the line away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Exit code after Ctrl-C, as shells count it (128 + SIGINT).
pub(super) const INTERRUPTED: i32 = 130;

/// Held while a question is asked without echo, so that the terminal gets its echo back first.
pub(super) static ASKING: Mutex<()> = Mutex::new(());

/// Whether Ctrl-C only asks for an end, and whether it was asked for.
static GENTLY: AtomicBool = AtomicBool::new(false);
static ASKED: AtomicBool = AtomicBool::new(false);

/// Ends the program on Ctrl-C. Output files are written whole or not at all, and the engines end
/// when their pipe closes.
///
/// # Errors
/// When the system refuses the handler.
pub fn stop_on_interrupt() -> Result<(), Failure> {
    ctrlc::set_handler(|| {
        if GENTLY.load(Ordering::SeqCst) && !ASKED.swap(true, Ordering::SeqCst) {
            return;
        }
        // A question that Ctrl-C was typed at ends by itself, at once.
        for _ in 0..20 {
            if ASKING.try_lock().is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        eprintln!("stopped");
        std::process::exit(INTERRUPTED);
    })
    .map_err(|error| Failure::new(format!("cannot listen for Ctrl-C: {error}")))
}

/// While this lives, the first Ctrl-C (or the system's wish that the program ends) only asks for an
/// end; a second one ends the program.
#[derive(Debug)]
pub struct Gently(());

impl Gently {
    /// Asks for an end from now on.
    #[must_use]
    pub fn begin() -> Self {
        ASKED.store(false, Ordering::SeqCst);
        GENTLY.store(true, Ordering::SeqCst);
        Self(())
    }

    /// Whether an end was asked for.
    #[must_use]
    pub fn was_asked(&self) -> bool {
        ASKED.load(Ordering::SeqCst)
    }
}

impl Drop for Gently {
    fn drop(&mut self) {
        GENTLY.store(false, Ordering::SeqCst);
    }
}
