//! What a client's turn says of changing.

use super::ClientTalk;
use super::said::Said;
use super::words::Sign;

/// How far the talk leans to change (above nought) or to staying (below), carried from turn to turn.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lean {
    /// Of the client's turns before.
    client: i32,
    /// Of the clinician's turn before.
    evoked: i32,
}

/// Marks of a plain word for changing or staying.
const PLAIN: i32 = 4;
/// Marks that tell a turn's talk.
const ENOUGH: i32 = 3;
/// How far the turns before can lean.
const FAR: i32 = 6;

/// How often `sign` is there, `most` times at most.
fn signs(said: &Said, sign: Sign, most: usize) -> i32 {
    i32::try_from(said.count(sign).min(most)).unwrap_or_default()
}

impl Lean {
    /// Takes in a turn of the clinician's.
    pub(super) fn hear(&mut self, said: &Said) {
        if said.length() > 2 {
            let change = signs(said, Sign::EvokesChange, 2);
            let sustain = signs(said, Sign::EvokesSustain, 2);
            self.evoked = change - sustain;
        }
    }

    /// Reads a turn of the client's.
    pub(super) fn read(&mut self, said: &Said) -> ClientTalk {
        let marks =
            |plain, lean| (PLAIN * signs(said, plain, 3) + signs(said, lean, 4)).min(3 * PLAIN);
        let change = marks(Sign::Change, Sign::ChangeLean);
        let sustain = marks(Sign::Sustain, Sign::SustainLean);
        let own = change - sustain;
        let length = said.length();
        if said.only(&[Sign::Agrees, Sign::Denies]) {
            return ClientTalk::Neutral;
        }
        let around = if length > 2 {
            self.client + self.evoked
        } else {
            0
        };
        let total = own + around;
        self.client = (self.client + own).clamp(-FAR, FAR) * 2 / 3;
        if total >= ENOUGH {
            ClientTalk::Change
        } else if total <= -ENOUGH {
            ClientTalk::Sustain
        } else {
            ClientTalk::Neutral
        }
    }
}
