//! The whole run on one screen.

use crate::audio::failure::AudioError;
use crate::audio::packing::Packer;
use crate::compose::{Composer, Matter, compose};
use crate::note::document::DraftNote;
use crate::note::format::NoteFormat;
use crate::reading;
use crate::reading::lexicon::Lexicon;
use crate::session::SessionDate;
use crate::transcript::assembly::{self, Heard, Task};
use crate::transcript::document::Transcript;
use crate::transcript::event::Event;
use crate::transcript::own_words::OwnWords;
use crate::transcript::script::Script;
use crate::transcript::transcriber::Transcriber;

/// Transcribes a recording as a stream of 16 kHz blocks, from a file or from a tape: pack speech into
/// windows, recognise, assemble. What was heard is always returned, whatever fails on the way.
pub fn transcribe(
    recording: impl Iterator<Item = Result<Vec<f32>, AudioError>>,
    transcriber: &mut dyn Transcriber,
    task: &Task,
    events: &mut dyn FnMut(Event),
) -> Heard {
    assembly::transcribe(Packer::new(recording), transcriber, task, events)
}

/// Drafts a note from a transcript.
pub fn draft(
    transcript: &Transcript,
    format: &NoteFormat,
    date: Option<SessionDate>,
    composer: &mut dyn Composer,
) -> DraftNote {
    draft_with(&OwnWords::default(), transcript, format, date, composer)
}

/// Drafts a note from a transcript in the clinician's own words.
pub fn draft_with(
    own: &OwnWords,
    transcript: &Transcript,
    format: &NoteFormat,
    date: Option<SessionDate>,
    composer: &mut dyn Composer,
) -> DraftNote {
    read(own, transcript, format, date, |matter| {
        compose(matter, composer)
    })
}

/// Reads a transcript for a note, and does something with what was read.
pub fn read<T>(
    own: &OwnWords,
    transcript: &Transcript,
    format: &NoteFormat,
    date: Option<SessionDate>,
    act: impl FnOnce(Matter<'_>) -> T,
) -> T {
    let lexicon = Lexicon::embedded();
    let script = Script::with(transcript, &lexicon.instrument_names, own);
    let reading = reading::read(lexicon, &script, &format.purpose());
    act(Matter {
        transcript,
        script: &script,
        reading: &reading,
        lexicon,
        format,
        date,
    })
}
