//! The whole run on one screen.

use crate::compose::{Composer, Matter, compose};
use crate::note::document::DraftNote;
use crate::note::format::NoteFormat;
use crate::reading;
use crate::reading::lexicon::Lexicon;
use crate::session::SessionDate;
use crate::transcript::document::Transcript;
use crate::transcript::script::Script;

/// Drafts a note from a transcript.
pub fn draft(
    transcript: &Transcript,
    format: &NoteFormat,
    date: Option<SessionDate>,
    composer: &mut dyn Composer,
) -> DraftNote {
    let lexicon = Lexicon::embedded();
    let script = Script::of(transcript, &lexicon.instrument_names);
    let reading = reading::read(lexicon, &script, &format.purpose());
    let matter = Matter {
        transcript,
        script: &script,
        reading: &reading,
        lexicon,
        format,
        date,
    };
    compose(matter, composer)
}
