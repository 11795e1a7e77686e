//! The live transcript: recognises a recording while it is being made.
//!
//! [`Live::push`] takes audio in and returns at once, whatever the recogniser does; a thread of its
//! own hears it. A pause ends a window and what is heard in it is committed, sentence by sentence;
//! committed text never changes. While somebody speaks on, the window under way is glanced at for
//! tentative text. A recogniser that is slower than speech loses the glances first, then gets fuller
//! windows. Writes nothing anywhere.

mod inbox;
pub mod shown;
#[cfg(test)]
mod tests;
mod worker;

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

use crate::audio::activity::{self, VoiceActivity};
use crate::audio::{SAMPLE_RATE, ms_of};
use crate::record::rewind::Rewind;
use crate::transcript::assembly::{Assembly, Heard, Task};
use crate::transcript::document::GapReason;
use crate::transcript::event::Event;
use crate::transcript::transcriber::Transcriber;

use inbox::Inbox;
use worker::{Guarded, Worker};

/// What a [`Live`] works with.
pub struct LiveOptions {
    /// Tells where somebody speaks.
    pub activity: Box<dyn VoiceActivity + Send>,
    /// Gives audio again that waited too long to be kept in memory. Without one, all that waits is
    /// kept there.
    pub rewind: Option<Box<dyn Rewind + Send>>,
    /// Milliseconds of speech that wait in memory at most.
    pub most_held_ms: u64,
}

impl Default for LiveOptions {
    /// The detector that needs no model; two minutes of speech; nothing can be read again.
    fn default() -> Self {
        Self {
            activity: Box::new(activity::own()),
            rewind: None,
            most_held_ms: 120_000,
        }
    }
}

impl std::fmt::Debug for LiveOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveOptions")
            .field("can_rewind", &self.rewind.is_some())
            .field("most_held_ms", &self.most_held_ms)
            .finish_non_exhaustive()
    }
}

/// A transcript of a recording under way.
///
/// You **must** call [`Live::finish`] to get it. One that is dropped is given up: the thread ends
/// after the window that it is at.
pub struct Live {
    shared: Arc<Shared>,
    task: Task,
    thread: Option<JoinHandle<Heard>>,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live")
            .field("task", &self.task)
            .finish_non_exhaustive()
    }
}

/// What the recording and the hearing thread share.
struct Shared {
    inbox: Mutex<Inbox>,
    more: Condvar,
}

impl Shared {
    /// The inbox. It is locked for moments only, by either side.
    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is news since `heard`.
    fn wait(&self, heard: u64) {
        let mut inbox = self.inbox();
        inbox.waits_since(Some(heard));
        let mut inbox = self
            .more
            .wait_while(inbox, |inbox| inbox.news() == heard)
            .unwrap_or_else(PoisonError::into_inner);
        inbox.waits_since(None);
    }

    /// Changes the inbox and wakes the hearing thread.
    fn change(&self, change: impl FnOnce(&mut Inbox)) {
        change(&mut self.inbox());
        self.more.notify_one();
    }
}

impl Live {
    /// Begins to listen: what is pushed is recognised by `transcriber`, and `sink` is told what
    /// happens, on a thread of its own.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        transcriber: Box<dyn Transcriber + Send>,
        task: Task,
        sink: impl FnMut(Event) + Send + 'static,
    ) -> io::Result<Self> {
        Self::start_with(LiveOptions::default(), transcriber, task, sink)
    }

    /// The same with options.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start_with(
        options: LiveOptions,
        transcriber: Box<dyn Transcriber + Send>,
        task: Task,
        sink: impl FnMut(Event) + Send + 'static,
    ) -> io::Result<Self> {
        let most_held = options.rewind.is_some().then(|| {
            let ms = usize::try_from(options.most_held_ms).unwrap_or(usize::MAX);
            ms.saturating_mul(SAMPLE_RATE as usize / 1000)
        });
        let shared = Arc::new(Shared {
            inbox: Mutex::new(Inbox::new(options.activity, most_held)),
            more: Condvar::new(),
        });
        let worker = Worker {
            shared: Arc::clone(&shared),
            transcriber: Guarded(transcriber),
            assembly: Assembly::new(task.clone()),
            rewind: options.rewind,
            sink,
            blinded: false,
            lag_ms: 0,
        };
        let thread = Builder::new()
            .name("live".to_owned())
            .spawn(move || worker.run())?;
        Ok(Self {
            shared,
            task,
            thread: Some(thread),
        })
    }

    /// Takes in what was recorded next, 16 kHz mono, in blocks of any length. Never waits for the
    /// recogniser.
    pub fn push(&self, block: &[f32]) {
        self.shared.change(|inbox| inbox.push(block));
    }

    /// So much time was not captured: the transcript goes on behind it, and its coverage names it.
    /// A gap of no length only ends the window under way, as a pause of the recording does.
    pub fn gap(&self, length_ms: u64, why: GapReason) {
        self.shared.change(|inbox| inbox.gap(length_ms, why));
    }

    /// How far the text that is shown is behind what is said, now.
    #[must_use]
    pub fn lag_ms(&self) -> u64 {
        self.shared.inbox().lag_ms()
    }

    /// Length of the recording so far, gaps included.
    #[must_use]
    pub fn position_ms(&self) -> u64 {
        ms_of(self.shared.inbox().position())
    }

    /// Milliseconds of audio that are held in memory.
    #[must_use]
    pub fn held_ms(&self) -> u64 {
        ms_of(self.shared.inbox().samples_held() as u64)
    }

    /// Whether nothing is left to be done until more is pushed.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.shared.inbox().is_idle()
    }

    /// Ends the recording, has heard what is left of it, and gives the whole transcript.
    #[must_use]
    pub fn finish(mut self) -> Heard {
        self.shared.change(Inbox::end);
        let thread = self.thread.take();
        let heard = thread.and_then(|thread| thread.join().ok());
        heard.unwrap_or_else(|| worker::lost(self.task.clone(), self.position_ms()))
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.shared.change(Inbox::abandon);
    }
}
