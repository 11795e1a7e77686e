//! One pull at work: attempt after attempt until the bytes are there, right, or hopeless.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use url::Url;

use super::super::catalog::{Entry, Size};
use super::super::digest::Digest;
use super::super::error::ModelsError;
use super::super::part::Part;
use super::super::transport::{self, Answer, Span};
use super::{Phase, Progress, Puller, Watch};

/// Failures in a row, without [`HEADWAY`] between them, after which a pull gives up.
const MOST_FAILURES: u32 = 6;

/// Bytes that make an attempt a success of its own.
const HEADWAY: u64 = 1 << 20;

/// The longest pause between two attempts; a server that asks for more is not waited for.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Left free on the disk beyond the file itself.
const SPARE_BYTES: u64 = 32 << 20;

/// The start of a body in which a web page is looked for.
const PAGE_START: usize = 256;

pub(super) struct Job<'j, 'a> {
    puller: &'j Puller<'a>,
    entry: &'j Entry,
    expected: Digest,
    exact: Option<u64>,
    url: &'j Url,
    part: Part,
    watch: &'j mut (dyn FnMut(&Progress) -> ControlFlow<()> + 'j),
    /// Bytes of the whole file as the server gave them, else as the catalog has them.
    total: Option<u64>,
    /// Whether this job began anew once already, over bytes that did not fit together.
    began_anew: bool,
    /// Whether what lies in the part has proved to be wrong.
    is_spoiled: bool,
    /// Whether any byte came by now.
    is_under_way: bool,
}

/// What an attempt came to, short of an error.
enum Step {
    Done,
    Again,
}

impl<'j, 'a> Job<'j, 'a> {
    pub(super) fn new(
        puller: &'j Puller<'a>,
        entry: &'j Entry,
        expected: Digest,
        url: &'j Url,
        part: Part,
        watch: &'j mut Watch<'_>,
    ) -> Self {
        Self {
            puller,
            entry,
            expected,
            exact: entry.size().and_then(Size::exact),
            url,
            part,
            watch,
            total: entry.size().map(Size::bytes),
            began_anew: false,
            is_spoiled: false,
            is_under_way: false,
        }
    }

    /// Works until the file lies at `path`, or an error leaves its part for the next time.
    pub(super) fn run(mut self, path: &Path) -> Result<(), ModelsError> {
        match self.persist() {
            Ok(()) => self.part.finish(path),
            Err(error) => {
                if self.is_spoiled || self.part.len() == 0 {
                    self.part.discard()?;
                } else {
                    self.part.keep()?;
                }
                Err(error)
            }
        }
    }

    fn persist(&mut self) -> Result<(), ModelsError> {
        let mut failures = 0;
        let mut mark = self.part.len();
        loop {
            match self.attempt() {
                Ok(Step::Done) => return Ok(()),
                Ok(Step::Again) => {}
                Err(error) if self.is_worth_another(&error) => {
                    if self.part.len() >= mark + HEADWAY {
                        mark = self.part.len();
                        failures = 0;
                    }
                    failures += 1;
                    match pause_before(failures, &error) {
                        Some(pause) => self.wait(pause)?,
                        None => return Err(error),
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn is_worth_another(&self, error: &ModelsError) -> bool {
        error.is_passing() || (self.is_under_way && error.is_lost_network())
    }

    fn wait(&mut self, pause: Duration) -> Result<(), ModelsError> {
        self.tell(Phase::Waiting(pause))?;
        (self.puller.pause)(pause);
        Ok(())
    }

    fn attempt(&mut self) -> Result<Step, ModelsError> {
        match self.exact {
            Some(exact) if self.part.len() == exact => return self.settle(),
            Some(exact) if self.part.len() > exact => self.part.reset()?,
            _ => {}
        }
        self.make_sure_of_room()?;
        let way = &self.puller.way;
        let from = self.part.len();
        let answer = transport::fetch(self.url, from, &way.proxies, way.patience)
            .map_err(|error| self.with_name(error))?;
        match answer.span {
            Span::Past => return self.settle(),
            Span::Other if from > 0 => return self.begin_anew(),
            Span::Other => {
                return Err(ModelsError::Nonsense {
                    host: answer.host,
                    cause: "other bytes than were asked for".to_owned(),
                });
            }
            Span::Whole { total } | Span::Rest { total } => self.check_total(total)?,
        }
        self.take_in(answer)
    }

    /// Refuses a file of another size before anything is thrown away for it.
    fn check_total(&mut self, announced: Option<u64>) -> Result<(), ModelsError> {
        match (announced, self.exact) {
            (Some(announced), Some(exact)) if announced != exact => {
                Err(self.wrong_size(exact, format!("{announced} bytes")))
            }
            (Some(announced), _) => {
                self.total = Some(announced);
                self.make_sure_of_room()
            }
            (None, _) => Ok(()),
        }
    }

    fn take_in(&mut self, mut answer: Answer) -> Result<Step, ModelsError> {
        let mut start = vec![0; PAGE_START];
        let n = self.read(&mut answer, &mut start)?;
        start.truncate(n);
        if let Span::Whole { .. } = answer.span {
            if is_page(&start) {
                return Err(ModelsError::HtmlPage {
                    url: self.url.to_string(),
                });
            }
            self.part.reset()?;
        } else {
            self.part.is_pieced = true;
        }
        let mut buffer = vec![0; 1 << 16];
        let mut bytes = &start[..];
        while !bytes.is_empty() {
            if let Some(exact) = self
                .exact
                .filter(|exact| self.part.len() + bytes.len() as u64 > *exact)
            {
                return self.refuse(self.wrong_size(exact, "more than that".to_owned()));
            }
            self.write(bytes)?;
            self.is_under_way = true;
            self.tell(Phase::Fetching)?;
            let n = self.read(&mut answer, &mut buffer)?;
            bytes = &buffer[..n];
        }
        if self.exact.is_some_and(|exact| self.part.len() < exact) {
            return Err(self.cut_off(answer.host));
        }
        self.settle()
    }

    fn read(&self, answer: &mut Answer, buffer: &mut [u8]) -> Result<usize, ModelsError> {
        loop {
            let host = || answer.host.clone();
            match answer.body.read(buffer) {
                Ok(n) => return Ok(n),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_timeout(&error) => {
                    return Err(ModelsError::Stalled {
                        name: self.entry.name.clone(),
                        host: host(),
                        have: self.part.len(),
                    });
                }
                Err(_) => return Err(self.cut_off(host())),
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), ModelsError> {
        self.part
            .append(self.puller.disk, bytes)
            .map_err(|error| match error.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    ModelsError::DiskFull {
                        path: self.part.path().to_owned(),
                        missing: self
                            .total
                            .map(|total| total.saturating_sub(self.part.len())),
                    }
                }
                _ => ModelsError::io("write", self.part.path(), error),
            })
    }

    /// Compares what is there with the catalog, all bytes having come.
    fn settle(&mut self) -> Result<Step, ModelsError> {
        let found = self.part.digest();
        if found == self.expected {
            return Ok(Step::Done);
        }
        let url = self.url.to_string();
        self.refuse(ModelsError::wrong_digest(
            &self.entry.name,
            &url,
            self.expected,
            found,
        ))
    }

    /// Wrong bytes: pieces of several answers may belong to different files, so they are fetched
    /// once more in one piece; after that the server has the wrong file.
    fn refuse(&mut self, error: ModelsError) -> Result<Step, ModelsError> {
        if self.part.is_pieced && !self.began_anew {
            return self.begin_anew();
        }
        self.is_spoiled = true;
        Err(error)
    }

    fn begin_anew(&mut self) -> Result<Step, ModelsError> {
        self.began_anew = true;
        self.part.reset()?;
        Ok(Step::Again)
    }

    fn make_sure_of_room(&self) -> Result<(), ModelsError> {
        let folder = self.puller.store.folder();
        let needed = self.total.unwrap_or(0).saturating_sub(self.part.len()) + SPARE_BYTES;
        match self.puller.disk.free_bytes(folder) {
            Some(free) if free < needed => Err(ModelsError::NoRoom {
                folder: folder.to_owned(),
                needed,
                free,
            }),
            _ => Ok(()),
        }
    }

    fn tell(&mut self, phase: Phase) -> Result<(), ModelsError> {
        let progress = Progress {
            phase,
            have: self.part.len(),
            total: self.total,
        };
        match (self.watch)(&progress) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ModelsError::Stopped {
                name: self.entry.name.clone(),
                have: self.part.len(),
            }),
        }
    }

    fn cut_off(&self, host: String) -> ModelsError {
        ModelsError::CutOff {
            name: self.entry.name.clone(),
            host,
            have: self.part.len(),
        }
    }

    fn wrong_size(&self, exact: u64, found: String) -> ModelsError {
        ModelsError::WrongBytes {
            name: self.entry.name.clone(),
            url: self.url.to_string(),
            expected: format!("{exact} bytes"),
            found,
        }
    }

    /// A connection that broke before the answer knows neither the model nor what is kept of it.
    fn with_name(&self, error: ModelsError) -> ModelsError {
        match error {
            ModelsError::CutOff { host, .. } => self.cut_off(host),
            other => other,
        }
    }
}

/// The pause before the next attempt: 1 s, twice as long each time; or what the server asked for.
/// Nothing when it is time to give up.
fn pause_before(failures: u32, error: &ModelsError) -> Option<Duration> {
    if failures >= MOST_FAILURES {
        return None;
    }
    let own = Duration::from_secs(1 << (failures - 1));
    match error {
        ModelsError::Status {
            retry_after_s: Some(seconds),
            ..
        } => {
            let asked = Duration::from_secs(*seconds);
            (asked <= LONGEST_PAUSE).then_some(asked.max(own))
        }
        _ => Some(own),
    }
}

fn is_timeout(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::TimedOut
        || error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<ureq::Error>())
            .is_some_and(|inner| matches!(inner, ureq::Error::Timeout(_)))
}

fn is_page(start: &[u8]) -> bool {
    let text = String::from_utf8_lossy(start)
        .trim_start()
        .to_ascii_lowercase();
    text.starts_with("<!doctype html") || text.starts_with("<html")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_end() {
        let stalled = ModelsError::NoAnswer { host: "h".into() };
        let pauses: Vec<_> = (1..=6)
            .map(|n| pause_before(n, &stalled).map(|p| p.as_secs()))
            .collect();
        assert_eq!(pauses, [Some(1), Some(2), Some(4), Some(8), Some(16), None]);
        let asks = |seconds| ModelsError::Status {
            host: "h".into(),
            url: "u".into(),
            status: 429,
            retry_after_s: Some(seconds),
        };
        assert_eq!(pause_before(1, &asks(7)), Some(Duration::from_secs(7)));
        assert_eq!(pause_before(1, &asks(3600)), None);
    }
}
