//! Who opens and closes inputs: a sound server that hangs must not hold up the recording.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::Builder;

use crate::audio::microphone::host::Input;

/// Where work is done that may take long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hands {
    /// On a thread of its own.
    Thread,
    /// At once, so that a test knows the order.
    Own,
}

impl Hands {
    /// Starts `work` and gives the place where its result will be. Where no thread can be had the
    /// place is closed.
    pub(super) fn start<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Receiver<T> {
        let (done, result) = sync_channel(1);
        let task = move || {
            // Nobody waits any more where the recording has ended.
            let _ = done.send(work());
        };
        match self {
            Self::Own => task(),
            Self::Thread => {
                let _ = Builder::new().name("microphone".to_owned()).spawn(task);
            }
        }
        result
    }

    /// Lets go of an input, and tells when it is gone.
    pub(super) fn let_go(self, input: Box<dyn Input>) -> Receiver<()> {
        self.start(move || drop(input))
    }
}
