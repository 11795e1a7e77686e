//! The bell curve of a set of frames: where the shapes of their spectra lie and how they spread, all
//! coefficients together, with the pitch beside it.

use super::frame::{Frame, SHAPE, Shape};

/// Numbers in one triangle of a matrix over shapes, by rows.
const CROSS: usize = SHAPE * (SHAPE + 1) / 2;
/// Variance added to every coefficient: the rounding of frames, and no bell of zero width.
const LEAST_SPREAD: f64 = 1.0;
/// Frames of the whole session that stand behind the spread of every bell: a few of its own say
/// little.
const BEHIND: f64 = 25.0;
/// Least variance of pitch, in squared octaves.
const LEAST_PITCH: f64 = 1e-3;
/// What a frame's pitch weighs beside its shape in the cost of a bell: it tells voices apart at
/// least as well as two coefficients.
const PITCH_WEIGHT: f64 = 2.0;

type Triangle = [f64; CROSS];

/// Sums over frames, from which their bell comes.
#[derive(Clone)]
pub(super) struct Sums {
    /// How many frames.
    pub(super) count: f64,
    sum: [f64; SHAPE],
    cross: Box<Triangle>,
    /// Count, sum and square sum of the pitch of what is voiced.
    pitch: [f64; 3],
}

/// The spread of all speech, behind that of every bell.
pub(super) struct Behind {
    shape: Box<Triangle>,
    pitch: f64,
}

/// A bell, ready to tell how likely shapes are.
pub(super) struct Bell {
    mean: Shape,
    /// The inverse of the spread's factor: it makes every coefficient one of spread 1.
    whitened: [f32; CROSS],
    height: f32,
}

impl Sums {
    pub(super) fn new() -> Self {
        Self {
            count: 0.0,
            sum: [0.0; SHAPE],
            cross: Box::new([0.0; CROSS]),
            pitch: [0.0; 3],
        }
    }

    pub(super) fn of<'a>(frames: impl IntoIterator<Item = &'a Frame>) -> Self {
        let mut sums = Self::new();
        for frame in frames {
            sums.add(frame, 1.0);
        }
        sums
    }

    /// Takes in a frame that counts as the part `worth` of one.
    pub(super) fn add(&mut self, frame: &Frame, worth: f32) {
        let worth = f64::from(worth);
        let shape = frame.shape().map(f64::from);
        self.count += worth;
        let mut at = 0;
        for row in 0..SHAPE {
            self.sum[row] += worth * shape[row];
            for column in 0..=row {
                self.cross[at] += worth * shape[row] * shape[column];
                at += 1;
            }
        }
        if let Some(pitch) = frame.pitch().map(f64::from) {
            for (sum, value) in self.pitch.iter_mut().zip([1.0, pitch, pitch * pitch]) {
                *sum += worth * value;
            }
        }
    }

    pub(super) fn together(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.count += other.count;
        let lists = [
            (&mut both.sum[..], &other.sum[..]),
            (&mut both.cross[..], &other.cross[..]),
            (&mut both.pitch[..], &other.pitch[..]),
        ];
        for (to, from) in lists {
            for (a, b) in to.iter_mut().zip(from) {
                *a += b;
            }
        }
        both
    }

    /// Squares about the own mean, summed.
    fn squares(&self) -> Triangle {
        let mut squares = *self.cross;
        let mut at = 0;
        for row in 0..SHAPE {
            for column in 0..=row {
                squares[at] -= self.sum[row] * self.sum[column] / self.count.max(1.0);
                at += 1;
            }
        }
        squares
    }

    /// The factor of the spread and the logarithm of its determinant.
    fn factor(&self, behind: &Behind) -> ([[f64; SHAPE]; SHAPE], f64) {
        let squares = self.squares();
        let mut factor = [[0.0; SHAPE]; SHAPE];
        let mut log = 0.0;
        let mut at = 0;
        for row in 0..SHAPE {
            for column in 0..=row {
                let all = behind.shape[at];
                let mut left = (squares[at] + BEHIND * all) / (self.count + BEHIND);
                for k in 0..column {
                    left -= factor[row][k] * factor[column][k];
                }
                at += 1;
                if row == column {
                    let root = (left + LEAST_SPREAD).max(LEAST_SPREAD).sqrt();
                    factor[row][row] = root;
                    log += 2.0 * root.ln();
                } else {
                    factor[row][column] = left / factor[column][column];
                }
            }
        }
        (factor, log)
    }

    /// What it costs to describe the frames by one bell: half their number times the logarithm of
    /// its width, pitch included.
    pub(super) fn cost(&self, behind: &Behind) -> f64 {
        let [voiced, sum, square] = self.pitch;
        let own = square - sum * sum / voiced.max(1.0);
        let width = ((own + BEHIND * behind.pitch) / (voiced + BEHIND)).max(LEAST_PITCH);
        0.5 * (self.count * self.factor(behind).1 + PITCH_WEIGHT * voiced * width.ln())
    }

    /// The bell.
    pub(super) fn bell(&self, behind: &Behind) -> Bell {
        let (factor, log) = self.factor(behind);
        let mut inverse = [[0.0; SHAPE]; SHAPE];
        let mut whitened = [0.0; CROSS];
        let mut at = 0;
        for row in 0..SHAPE {
            inverse[row][row] = 1.0 / factor[row][row];
            for column in 0..row {
                let sum: f64 = (column..row)
                    .map(|k| factor[row][k] * inverse[k][column])
                    .sum();
                inverse[row][column] = -sum / factor[row][row];
            }
            for value in &inverse[row][..=row] {
                whitened[at] = *value as f32;
                at += 1;
            }
        }
        Bell {
            mean: self.sum.map(|sum| (sum / self.count.max(1.0)) as f32),
            whitened,
            height: -0.5 * log as f32,
        }
    }
}

impl Behind {
    /// The spread of frames about the means of their own sets.
    pub(super) fn of(sets: &[Sums]) -> Self {
        let mut shape = Box::new([0.0; CROSS]);
        let (mut pitch, mut voiced) = (0.0, 0.0);
        let count: f64 = sets.iter().map(|set| set.count).sum();
        for set in sets {
            for (to, from) in shape.iter_mut().zip(set.squares()) {
                *to += from / count.max(1.0);
            }
            let [n, sum, square] = set.pitch;
            pitch += square - sum * sum / n.max(1.0);
            voiced += n;
        }
        Self {
            shape,
            pitch: (pitch / f64::max(voiced, 1.0)).max(LEAST_PITCH),
        }
    }
}

impl Bell {
    /// The logarithm of how likely a shape is, but for a constant.
    pub(super) fn likelihood(&self, shape: &Shape) -> f32 {
        let off: Shape = std::array::from_fn(|k| shape[k] - self.mean[k]);
        let mut rest = &self.whitened[..];
        let mut far = 0.0;
        for row in 1..=SHAPE {
            let (own, after) = rest.split_at(row);
            rest = after;
            let one: f32 = own.iter().zip(&off).map(|(a, b)| a * b).sum();
            far += one * one;
        }
        self.height - 0.5 * far
    }
}

/// Numbers that a bell is made of, pitch included.
pub(super) const NUMBERS: usize = SHAPE + CROSS + 2;
