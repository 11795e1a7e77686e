//! A recording as a stream of 16 kHz blocks for the recogniser.

use crate::audio::SAMPLE_RATE;
use crate::audio::failure::AudioError;
use crate::record::tape::reader::{Piece, TapeReader};
use crate::record::tape::survey::Survey;

/// Which channels of a recording are heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hear {
    /// All of them, as their mean.
    #[default]
    Mixed,
    /// One alone, counted from 0; the last one where there are fewer.
    Channel(usize),
}

/// The blocks of a recording, none longer than a second. Gaps are silence of their length.
#[derive(Debug)]
pub struct Blocks {
    tape: TapeReader,
    hear: Hear,
    /// Samples of silence still to give.
    silence: u64,
}

impl Blocks {
    pub(super) fn new(tape: TapeReader, hear: Hear) -> Self {
        Self {
            tape,
            hear,
            silence: 0,
        }
    }

    /// What is known of what was read so far; complete after the last block.
    #[must_use]
    pub fn survey(&self) -> &Survey {
        self.tape.survey()
    }

    fn heard(&self, mut channels: Vec<Vec<f32>>) -> Vec<f32> {
        match self.hear {
            Hear::Channel(wanted) => channels.swap_remove(wanted.min(channels.len() - 1)),
            Hear::Mixed => {
                let share = 1.0 / channels.len() as f32;
                let mut mixed = channels.swap_remove(0);
                for other in &channels {
                    for (sample, other) in mixed.iter_mut().zip(other) {
                        *sample += other;
                    }
                }
                for sample in &mut mixed {
                    *sample *= share;
                }
                mixed
            }
        }
    }
}

impl Iterator for Blocks {
    type Item = Result<Vec<f32>, AudioError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.silence > 0 {
                let len = self.silence.min(u64::from(SAMPLE_RATE));
                self.silence -= len;
                return Some(Ok(vec![0.0; len as usize]));
            }
            match self.tape.next()? {
                Piece::Sound(channels) if !channels.is_empty() => {
                    return Some(Ok(self.heard(channels)));
                }
                Piece::Gap(gap) => {
                    self.silence = gap.span.length_ms() * u64::from(SAMPLE_RATE) / 1000;
                }
                _ => {}
            }
        }
    }
}
