//! From several channels to one. The only place that decides what becomes of channels.

/// Which of a file's channels are heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Channels {
    /// All of them, as their mean.
    #[default]
    All,
    /// One alone, counted from 0, e.g. where each speaker has a microphone; the last one where the
    /// file has fewer.
    Only(usize),
}

impl Channels {
    /// Appends one sample a frame of `interleaved` to `mono`. A frame that is not whole is left out.
    pub fn mix(self, interleaved: &[f32], channels: usize, mono: &mut Vec<f32>) {
        let channels = channels.max(1);
        let frames = interleaved.chunks_exact(channels);
        match self {
            _ if channels == 1 => mono.extend_from_slice(interleaved),
            Self::All => {
                let share = 1.0 / channels as f32;
                mono.extend(frames.map(|frame| frame.iter().sum::<f32>() * share));
            }
            Self::Only(wanted) => {
                let wanted = wanted.min(channels - 1);
                mono.extend(frames.map(|frame| frame[wanted]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_become_one() {
        let stereo = [0.5, -0.5, 1.0, 0.0, 0.25];
        let cases: &[(Channels, usize, &[f32])] = &[
            (Channels::All, 2, &[0.0, 0.5]),
            (Channels::Only(0), 2, &[0.5, 1.0]),
            (Channels::Only(1), 2, &[-0.5, 0.0]),
            (Channels::Only(7), 2, &[-0.5, 0.0]),
            (Channels::All, 1, &stereo),
        ];
        for (which, channels, want) in cases {
            let mut mono = Vec::new();
            which.mix(&stereo, *channels, &mut mono);
            assert_eq!(mono, *want, "{which:?} of {channels}");
        }
    }
}
