//! How much fits: tokens are counted by the author itself, before anything is sent, and what does
//! not fit is split into parts.

use crate::compose::model::author::{Author, AuthorError, Turn};
use crate::compose::model::items::Item;
use crate::session::Speech;

/// Tokens of an answer beside its words: brackets, keys and numbers of a line.
const A_LINE: usize = 16;
/// Tokens kept free for what the model's own form adds.
const SPARE: usize = 32;

/// A prompt that fits the context together with the answer it asks for.
#[derive(Clone, Debug)]
pub struct Prompt {
    text: Speech,
    most: u32,
}

impl Prompt {
    /// Proves that the turns and an answer on `items` fit; nothing where they do not.
    ///
    /// # Errors
    /// When the author fails at counting.
    pub fn fit<'a>(
        author: &mut dyn Author,
        opening: &[Turn],
        step: Turn,
        items: impl IntoIterator<Item = &'a Item>,
    ) -> Result<Option<Self>, AuthorError> {
        let mut turns = opening.to_vec();
        turns.push(step);
        let text = author.chat(&turns)?;
        let context = author.info().context;
        let asked = author.count(&text)?;
        let mut answer = 0;
        for item in items {
            answer += answer_tokens(author.count(&item.shown)?);
        }
        let fits = asked + answer + SPARE <= context;
        Ok(fits.then_some(Self {
            text,
            most: u32::try_from(answer).unwrap_or(u32::MAX),
        }))
    }

    /// The prompt.
    #[must_use]
    pub fn text(&self) -> &Speech {
        &self.text
    }

    /// The most tokens of its answer.
    #[must_use]
    pub fn most(&self) -> u32 {
        self.most
    }
}

/// Room for the sentence on an item of so many tokens: a paraphrase is seldom longer.
fn answer_tokens(tokens: usize) -> usize {
    tokens + tokens / 4 + A_LINE
}

/// Tokens that one item takes: its line in the prompt and its sentence in the answer.
///
/// # Errors
/// When the author fails at counting.
pub fn room(author: &mut dyn Author, item: &Item) -> Result<usize, AuthorError> {
    let tokens = author.count(&item.shown)?;
    Ok(author.count(&item.who)? + tokens + A_LINE / 2 + answer_tokens(tokens))
}

/// Tokens that are left for items after the opening and a step without any.
///
/// # Errors
/// When the author fails at counting.
pub fn left(
    author: &mut dyn Author,
    opening: &[Turn],
    empty_step: Turn,
) -> Result<usize, AuthorError> {
    let mut turns = opening.to_vec();
    turns.push(empty_step);
    let prompt = author.chat(&turns)?;
    let taken = author.count(&prompt)? + SPARE;
    Ok(author.info().context.saturating_sub(taken))
}

/// Splits items into runs that each fit into `left` tokens and have at most `most` items. Items
/// that do not fit by themselves come back apart, as places in the list.
#[must_use]
pub fn split(rooms: &[usize], left: usize, most: usize) -> (Vec<Vec<usize>>, Vec<usize>) {
    let mut parts: Vec<Vec<usize>> = Vec::new();
    let mut too_long = Vec::new();
    let mut used = 0;
    for (place, &room) in rooms.iter().enumerate() {
        if room > left {
            too_long.push(place);
            continue;
        }
        match parts.last_mut() {
            Some(part) if used + room <= left && part.len() < most => {
                part.push(place);
                used += room;
            }
            _ => {
                parts.push(vec![place]);
                used = room;
            }
        }
    }
    (parts, too_long)
}

#[cfg(test)]
mod tests {
    use super::split;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_item_is_in_one_part_or_too_long(
            rooms in prop::collection::vec(1_usize..90, 0..40), left in 1_usize..120, most in 1_usize..9
        ) {
            let (parts, too_long) = split(&rooms, left, most);
            let mut all: Vec<usize> = parts.iter().flatten().chain(&too_long).copied().collect();
            all.sort_unstable();
            prop_assert_eq!(all, (0..rooms.len()).collect::<Vec<_>>());
            for part in parts {
                prop_assert!(part.len() <= most && !part.is_empty());
                prop_assert!(part.iter().map(|at| rooms[*at]).sum::<usize>() <= left);
            }
        }
    }
}
