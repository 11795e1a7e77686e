//! The tags of a whole reading: each technique once for each status. Reads no words.

use crate::reading::interventions::Tag;
use crate::reading::lexicon::Lexicon;

/// Keeps one tag for each technique and status, the surest; MI micro-skills repeat.
pub(super) fn once_each(lexicon: &Lexicon, tags: &mut Vec<Tag>) {
    let mut kept: Vec<Tag> = Vec::with_capacity(tags.len());
    for tag in tags.drain(..) {
        let micro = lexicon.interventions[tag.intervention]
            .id
            .starts_with("mi.");
        let known = kept
            .iter_mut()
            .find(|k| k.intervention == tag.intervention && k.status == tag.status);
        match known {
            Some(known) if !micro => {
                if tag.confidence > known.confidence {
                    *known = tag;
                }
            }
            _ => kept.push(tag),
        }
    }
    *tags = kept;
}
