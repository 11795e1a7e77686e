//! What a person sees while it is recorded, and the keys they press: lines of text that stand, and
//! below them what may still change, the level, and the keys. Works in any terminal that can move
//! its cursor up; where there is none, only what went wrong is said, and never a word of speech.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use crossterm::event::{self, Event as Key, KeyCode, KeyEventKind, KeyModifiers};
use crossterm::terminal;

use crate::audio::doubt::clock;
use crate::audio::microphone::meter::Loudness;
use crate::record::live::shown::Shown;
use crate::record::recorder::{News, Recorder};
use crate::session::Mode;
use crate::transcript::event::Event;

const SOFT: Style = Style::new().dimmed();
const WARN: Style = AnsiColor::Yellow.on_default();
const RED: Style = AnsiColor::Red.on_default().bold();
/// Cells of the level.
const CELLS: usize = 24;
/// Text is this far behind before it is said.
const SLOW_MS: u64 = 5_000;

/// What the person wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Stop,
    Pause,
    Mark,
    Discard,
    Revoke,
}

/// The screen of a recording.
pub(super) struct Screen {
    mode: Mode,
    /// Whether standard error is a terminal, and keys can be read.
    draws: bool,
    reads: bool,
    quiet: bool,
    shown: Shown,
    /// Utterances that are on the screen already.
    printed: usize,
    /// Lines of the changing part, to be drawn over.
    lines: usize,
    /// What is asked before it is done.
    asking: Option<Wish>,
}

impl Screen {
    /// Says what begins, and reads keys from here on.
    pub(super) fn open(mode: Mode, device: &str, quiet: bool) -> Self {
        let draws = std::io::stderr().is_terminal() && !quiet;
        let what = match mode {
            Mode::Dictation => "a dictation",
            Mode::Session => "a session",
        };
        if !quiet {
            anstream::eprintln!("Recording {what} from {device}.");
        }
        let reads = draws && std::io::stdin().is_terminal() && terminal::enable_raw_mode().is_ok();
        Self {
            mode,
            draws,
            reads,
            quiet,
            shown: Shown::default(),
            printed: 0,
            lines: 0,
            asking: None,
        }
    }

    /// Takes the changing part away and gives the keys back.
    pub(super) fn close(&mut self) {
        self.wipe();
        if std::mem::take(&mut self.reads) {
            let _ = terminal::disable_raw_mode();
        }
    }

    /// Takes in what the live transcript tells.
    pub(super) fn hear(&mut self, event: &Event) {
        self.shown.on(event);
        if let Event::Failed { cause, hint, .. } = event {
            self.say(&format!(
                "the recogniser: {cause}; {hint}. The sound is kept"
            ));
        }
        while let Some(utterance) = self.shown.committed().get(self.printed) {
            self.printed += 1;
            if self.draws {
                let text = utterance.text.as_str().to_owned();
                self.wipe();
                for line in textwrap::wrap(&text, columns()) {
                    self.put(&line);
                }
            }
        }
    }

    /// Tells what happened to the sound.
    pub(super) fn tell(&mut self, news: &News) {
        match news {
            // What lasts is in the changing part; it is said once where there is none.
            News::Complaint(complaint) if !self.draws => {
                self.say(&format!("{complaint}: {}", complaint.hint()));
            }
            News::Complaint(_) => {}
            News::Notice(notice) => self.say(&notice.to_string()),
            News::Microphone(error) => self.say(&format!("{error}; {}", error.hint())),
            News::NotWritten(error) => self.say(&format!(
                "{error}; {}. The recording goes on in memory",
                error.hint()
            )),
            News::WrittenAgain => self.say("everything is on disk again"),
        }
    }

    /// A line that stands.
    pub(super) fn say(&mut self, line: &str) {
        if self.quiet {
            return;
        }
        self.wipe();
        for line in textwrap::wrap(&format!("-- {line}"), columns()) {
            self.put(&format!("{WARN}{line}{WARN:#}"));
        }
    }

    /// Draws the changing part anew.
    pub(super) fn draw(&mut self, recorder: &Recorder) {
        if !self.draws {
            return;
        }
        let width = columns();
        let mut lines = Vec::new();
        let tentative = self.shown.tentative();
        if !tentative.is_empty() {
            lines.push(format!("{SOFT}{}{SOFT:#}", tail(&tentative, width)));
        }
        lines.push(state(recorder));
        if let Some(complaint) = recorder.complaints().first() {
            let text = format!("{complaint}: {}", complaint.hint());
            lines.push(format!("{WARN}{}{WARN:#}", head(&text, width)));
        }
        lines.push(self.keys(recorder.is_paused(), width));
        self.wipe();
        for (n, line) in lines.iter().enumerate() {
            let end = if n + 1 == lines.len() { "" } else { "\r\n" };
            anstream::eprint!("{line}{end}");
        }
        let _ = std::io::stderr().flush();
        self.lines = lines.len();
    }

    fn keys(&self, is_paused: bool, width: usize) -> String {
        let text = match self.asking {
            Some(Wish::Revoke) => {
                "The client takes the consent back: erase this recording for good? y / n".to_owned()
            }
            Some(_) => "Erase this recording for good? y / n".to_owned(),
            None if !self.reads => "Ctrl-C stops and drafts the note".to_owned(),
            None => {
                let pause = if is_paused { "p go on" } else { "p pause" };
                let revoke = match self.mode {
                    Mode::Session => "   r consent taken back",
                    Mode::Dictation => "",
                };
                format!("s stop and draft   {pause}   m mark   d discard{revoke}")
            }
        };
        format!("{SOFT}{}{SOFT:#}", head(&text, width))
    }

    /// What the last key pressed asks for.
    pub(super) fn wish(&mut self) -> Option<Wish> {
        let mut wish = None;
        while self.reads && wish.is_none() && event::poll(Duration::ZERO).unwrap_or(false) {
            let Ok(Key::Key(key)) = event::read() else {
                continue;
            };
            if key.kind == KeyEventKind::Release {
                continue;
            }
            let control = key.modifiers.contains(KeyModifiers::CONTROL);
            wish = self.of_key(key.code, control);
        }
        wish
    }

    fn of_key(&mut self, key: KeyCode, control: bool) -> Option<Wish> {
        if let Some(asked) = self.asking.take() {
            return (matches!(key, KeyCode::Char('y' | 'Y')) && !control).then_some(asked);
        }
        match key {
            KeyCode::Char('c') if control => Some(Wish::Stop),
            _ if control => None,
            KeyCode::Char('s' | 'S' | 'q') => Some(Wish::Stop),
            KeyCode::Char('p' | 'P' | ' ') => Some(Wish::Pause),
            KeyCode::Char('m' | 'M') => Some(Wish::Mark),
            KeyCode::Char('d' | 'D') => {
                self.asking = Some(Wish::Discard);
                None
            }
            KeyCode::Char('r' | 'R') if self.mode == Mode::Session => {
                self.asking = Some(Wish::Revoke);
                None
            }
            _ => None,
        }
    }

    /// Takes the changing part off the screen.
    fn wipe(&mut self) {
        if self.lines > 0 {
            let up = self.lines - 1;
            if up > 0 {
                anstream::eprint!("\x1b[{up}A");
            }
            anstream::eprint!("\r\x1b[J");
            self.lines = 0;
        }
    }

    /// A line that stands; in raw mode a line feed alone does not go back to the left.
    fn put(&self, line: &str) {
        let end = if self.reads { "\r\n" } else { "\n" };
        anstream::eprint!("{line}{end}");
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.close();
    }
}

fn columns() -> usize {
    terminal::size().map_or(80, |(columns, _)| usize::from(columns).clamp(20, 120))
}

/// The state of the recording in one line.
fn state(recorder: &Recorder) -> String {
    let at = clock(recorder.length_ms());
    let mut line = match recorder.paused_for() {
        Some(since) => {
            let since = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
            format!("|| {at}  paused for {}", clock(since))
        }
        None => format!("{RED}\u{25cf}{RED:#} {at}"),
    };
    for loudness in recorder.loudness() {
        line.push_str("  ");
        line.push_str(&level(loudness));
    }
    match recorder.lag_ms() {
        None => line.push_str("  no live text"),
        Some(lag) if lag >= SLOW_MS => {
            line.push_str("  the text is ");
            line.push_str(&clock(lag));
            line.push_str(" behind");
        }
        Some(_) => {}
    }
    line
}

/// A bar of the level: what is now, and the peak.
fn level(loudness: Loudness) -> String {
    let cells = |share: f32| ((share * CELLS as f32).round() as usize).min(CELLS);
    let (now, peak) = (cells(loudness.share()), cells(loudness.peak_share()));
    let cell = |n: usize| {
        if n < now {
            '#'
        } else if n + 1 == peak {
            '|'
        } else {
            '.'
        }
    };
    let bar: String = (0..CELLS).map(cell).collect();
    let db = if loudness.rms_dbfs.is_finite() {
        format!("{:>3.0} dB", loudness.rms_dbfs)
    } else {
        " dead".to_owned()
    };
    format!("[{bar}] {db}")
}

/// As much of the end of a text as fits.
fn tail(text: &str, width: usize) -> String {
    let count = text.chars().count();
    if count < width {
        return text.to_owned();
    }
    let rest: String = text.chars().skip(count + 4 - width).collect();
    format!(
        "... {}",
        rest.split_once(' ').map_or(rest.as_str(), |(_, rest)| rest)
    )
}

/// As much of a text as fits in a line.
fn head(text: &str, width: usize) -> String {
    text.chars().take(width.saturating_sub(1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(mode: Mode) -> Screen {
        Screen {
            mode,
            draws: false,
            reads: false,
            quiet: true,
            shown: Shown::default(),
            printed: 0,
            lines: 0,
            asking: None,
        }
    }

    #[test]
    fn erasing_is_asked_for_first() {
        let mut screen = screen(Mode::Session);
        let mut press = |key| screen.of_key(KeyCode::Char(key), false);
        assert_eq!(press('d'), None);
        assert_eq!(press('n'), None);
        assert_eq!(press('y'), None);
        assert_eq!(press('d'), None);
        assert_eq!(press('y'), Some(Wish::Discard));
        assert_eq!(press('r'), None);
        assert_eq!(press('y'), Some(Wish::Revoke));
        assert_eq!(press('s'), Some(Wish::Stop));
    }

    #[test]
    fn a_dictation_has_no_consent_to_take_back() {
        let mut screen = screen(Mode::Dictation);
        assert_eq!(screen.of_key(KeyCode::Char('r'), false), None);
        assert_eq!(screen.of_key(KeyCode::Char('y'), false), None);
        assert_eq!(screen.of_key(KeyCode::Char('c'), true), Some(Wish::Stop));
    }

    #[test]
    fn lines_fit() {
        for width in 20..40 {
            for text in [
                "short",
                "a much longer text that cannot stand in one line of this width",
            ] {
                assert!(tail(text, width).chars().count() <= width);
                assert!(head(text, width).chars().count() < width);
            }
        }
    }
}
