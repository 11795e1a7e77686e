//! The small network behind `likeness`: word vectors, filters over one to three words, the
//! strongest place of each filter, and a weight from each filter to each answer.
//!
//! The file is made by `models/likeness/learn.py`, which says how it is laid out.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::Range;

/// How many words a filter looks at.
const WIDTHS: [usize; 3] = [1, 2, 3];

/// Taps of a word: what it adds to a filter at each place in it.
const TAPS: usize = 6;

/// The word that stands for all that are unknown.
const UNKNOWN: usize = 0;

/// The word that stands for every number in digits.
const DIGITS: usize = 1;

/// What stands before the words, for who speaks: a dictation, the clinician to a client, a client.
const SPEAKERS: [usize; 3] = [2, 3, 4];

/// First of the words that are looked up by their letters; those are sorted.
const LETTERS: usize = 5;

/// Words whose taps are kept at most.
const KEPT: usize = 4096;

/// A filter's answer of one, in the whole numbers that are reckoned with: half the width of a number
/// doubles what a processor adds at once.
const STEPS: f32 = 1024.0;

/// A number in steps; what is too large is as large as can be.
fn stepped(value: f32) -> i16 {
    (value * STEPS).round() as i16
}

/// Steps of a byte as numbers of two, which a processor multiplies and adds in one.
fn widened(steps: &[u8]) -> Vec<i16> {
    steps.iter().map(|s| i16::from(s.cast_signed())).collect()
}

/// The product of two vectors in steps.
fn dot(a: &[i16], b: &[i16]) -> i32 {
    a.iter()
        .zip(b)
        .map(|(a, b)| i32::from(*a).wrapping_mul(i32::from(*b)))
        .fold(0, i32::wrapping_add)
}

/// Weights of a layer: a row for each answer, in steps of a scale of its own.
struct Layer {
    rows: Vec<i16>,
    scale: Vec<f32>,
    bias: Vec<f32>,
}

impl Layer {
    /// What each row answers to peaks of filters, given in [`STEPS`].
    fn answers(&self, peaks: &[i16]) -> Vec<f32> {
        let coarse: Vec<i16> = peaks.iter().map(|p| p / COARSE).collect();
        let unit = f32::from(COARSE) / STEPS;
        self.rows
            .chunks_exact(coarse.len().max(1))
            .zip(self.scale.iter().zip(&self.bias))
            .map(|(row, (scale, bias))| dot(row, &coarse) as f32 * unit * scale + bias)
            .collect()
    }

    /// The weights of one answer.
    fn row(&self, answer: usize) -> &[i16] {
        let inputs = self.rows.len() / self.bias.len().max(1);
        let from = answer * inputs;
        self.rows.get(from..from + inputs).unwrap_or(&[])
    }
}

/// So many steps are one where many products are added, that their sum may not run over.
const COARSE: i16 = 4;

/// The network, read from its file.
pub(super) struct Network<'a> {
    /// Ids of the techniques, in the order of the answers; what is none of them comes after.
    pub(super) techniques: Vec<&'a str>,
    /// Names of the statuses, in the order of the answers.
    pub(super) statuses: Vec<&'a str>,
    /// Names of the kinds of thing that a clause says, in the order of the answers.
    pub(super) kinds: Vec<&'a str>,
    /// Names of the phases of EMDR, in the order of the answers; what is of none comes after.
    pub(super) phases: Vec<&'a str>,
    offsets: &'a [u8],
    letters: &'a [u8],
    size: usize,
    vectors: &'a [u8],
    scale: f32,
    /// Filters of each width: those that tell the technique, those that tell the status, and those
    /// that tell what kind of thing is said.
    filters: [usize; 3],
    /// For each tap of each filter the weights of a vector, in steps.
    taps: Vec<i16>,
    tap_scale: Vec<f32>,
    bias: Vec<i16>,
    technique: Layer,
    status: Layer,
    kind: Layer,
    phase: Layer,
}

/// What the filters saw in some words.
pub(super) struct Seen {
    /// The strongest answer of each filter, at least nothing.
    peaks: Vec<i16>,
    /// Where it was: the first word that the filter looked at, and [`AHEAD`] more.
    places: Vec<u16>,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::reading) enum Voice {
    Dictation,
    Clinician,
    Client,
}

impl Voice {
    /// The place in the list of what stands for it.
    pub(super) fn place(self) -> usize {
        SPEAKERS[self as usize]
    }
}

/// A filter may begin so many words before the first.
const AHEAD: usize = WIDTHS[2] - 1;

/// Where a filter peaked that no word moved.
const NOWHERE: u16 = u16::MAX;

/// Reads the parts of the file one after the other; nothing is read past its end.
struct Parts<'a>(&'a [u8]);

impl<'a> Parts<'a> {
    fn take(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (part, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(part)
    }

    fn number(&mut self) -> Option<usize> {
        let bytes = self.take(4)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    }

    fn reals(&mut self, count: usize) -> Option<Vec<f32>> {
        let bytes = self.take(count.checked_mul(4)?)?;
        let (reals, _) = bytes.as_chunks::<4>();
        Some(reals.iter().map(|b| f32::from_le_bytes(*b)).collect())
    }

    fn names(&mut self) -> Option<Vec<&'a str>> {
        let length = self.number()?;
        let text = std::str::from_utf8(self.take(length)?).ok()?;
        Some(text.lines().collect())
    }

    fn layer(&mut self, inputs: usize, outputs: usize) -> Option<Layer> {
        Some(Layer {
            scale: self.reals(outputs)?,
            bias: self.reals(outputs)?,
            rows: widened(self.take(inputs.checked_mul(outputs)?)?),
        })
    }
}

impl<'a> Network<'a> {
    /// Reads the file; `None` if it is none.
    pub(super) fn read(file: &'a [u8]) -> Option<Self> {
        let mut parts = Parts(file);
        (parts.take(8)? == b"likeness").then_some(())?;
        let techniques = parts.names()?;
        let statuses = parts.names()?;
        let kinds = parts.names()?;
        let phases = parts.names()?;
        let size = parts.number()?;
        let length = parts.number()?;
        let dimensions = parts.number()?;
        let filters = [parts.number()?, parts.number()?, parts.number()?];
        let each = filters
            .iter()
            .try_fold(0_usize, |sum, n| sum.checked_add(*n))?;
        let columns = each.checked_mul(TAPS)?;
        let offsets = parts.take(size.checked_add(1)?.checked_mul(4)?)?;
        let letters = parts.take(length)?;
        let scale = *parts.reals(1)?.first()?;
        let vectors = parts.take(size.checked_mul(dimensions)?)?;
        let tap_scale = parts.reals(columns)?;
        let taps = widened(parts.take(dimensions.checked_mul(columns)?)?);
        let bias = parts.reals(each.checked_mul(WIDTHS.len())?)?;
        let bias = bias.into_iter().map(stepped).collect();
        let technique = parts.layer(filters[0] * WIDTHS.len(), techniques.len() + 1)?;
        let status = parts.layer(filters[1] * WIDTHS.len(), statuses.len())?;
        let kind = parts.layer(filters[2] * WIDTHS.len(), kinds.len())?;
        let phase = parts.layer(filters[2] * WIDTHS.len(), phases.len() + 1)?;
        parts.0.is_empty().then_some(Self {
            techniques,
            statuses,
            kinds,
            phases,
            offsets,
            letters,
            size,
            vectors,
            scale,
            filters,
            taps,
            tap_scale,
            bias,
            technique,
            status,
            kind,
            phase,
        })
    }

    /// The letters of a word of the list.
    fn word(&self, at: usize) -> &'a [u8] {
        let (offsets, _) = self.offsets.as_chunks::<4>();
        let place = |n: usize| {
            offsets
                .get(n)
                .map_or(0, |b| u32::from_le_bytes(*b) as usize)
        };
        self.letters.get(place(at)..place(at + 1)).unwrap_or(&[])
    }

    /// Place of a word in the list.
    pub(super) fn place(&self, word: &str) -> usize {
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return DIGITS;
        }
        let (mut low, mut high) = (LETTERS, self.size);
        while low < high {
            let middle = low.midpoint(high);
            match self.word(middle).cmp(word.as_bytes()) {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return middle,
            }
        }
        UNKNOWN
    }

    /// What a word adds to each filter at each place in it.
    fn taps_of(&self, place: usize) -> Box<[i16]> {
        let dimensions = self.taps.len() / self.tap_scale.len().max(1);
        let from = place * dimensions;
        let vector = widened(self.vectors.get(from..from + dimensions).unwrap_or(&[]));
        self.taps
            .chunks_exact(dimensions.max(1))
            .zip(&self.tap_scale)
            .map(|(tap, scale)| stepped(dot(&vector, tap) as f32 * scale * self.scale))
            .collect()
    }

    /// Filters of one width.
    fn each(&self) -> usize {
        self.filters.iter().sum()
    }

    /// The filters of one width that tell one thing.
    fn telling(&self, what: usize) -> Range<usize> {
        let start = self.filters[..what].iter().sum();
        start..start + self.filters[what]
    }

    /// What the filters see in words, given by their places in the list.
    pub(super) fn look(&self, words: &[usize], known: &mut Known) -> Seen {
        known.learn(self, words);
        let taps: Vec<&[i16]> = words.iter().map(|w| known.of(*w)).collect();
        let each = self.each();
        let mut peaks: Vec<i16> = self.bias.iter().map(|b| (*b).max(0)).collect();
        let mut places = vec![NOWHERE; peaks.len()];
        let mut sums = vec![0; each];
        let mut first = 0;
        for (n, width) in WIDTHS.into_iter().enumerate() {
            let filters = n * each..(n + 1) * each;
            let bias = &self.bias[filters.clone()];
            let (peaks, places) = (&mut peaks[filters.clone()], &mut places[filters]);
            for place in AHEAD + 1 - width..AHEAD + words.len() {
                sums.copy_from_slice(bias);
                for tap in 0..width {
                    let word = (place + tap).checked_sub(AHEAD).and_then(|at| taps.get(at));
                    let from = (first + tap) * each;
                    if let Some(values) = word.and_then(|taps| taps.get(from..from + each)) {
                        add(&mut sums, values);
                    }
                }
                raise(peaks, places, &sums, place as u16);
            }
            first += width;
        }
        Seen { peaks, places }
    }

    /// How likely each technique is; what is none of them comes last.
    pub(super) fn likely(&self, seen: &Seen) -> Vec<f32> {
        self.answers(&self.technique, seen, 0)
    }

    /// How likely each status is.
    pub(super) fn statuses(&self, seen: &Seen) -> Vec<f32> {
        self.answers(&self.status, seen, 1)
    }

    /// How likely each kind of thing is.
    pub(super) fn kinds(&self, seen: &Seen) -> Vec<f32> {
        self.answers(&self.kind, seen, 2)
    }

    /// How likely each phase of EMDR is; none of them comes last.
    pub(super) fn phases(&self, seen: &Seen) -> Vec<f32> {
        self.answers(&self.phase, seen, 2)
    }

    fn answers(&self, layer: &Layer, seen: &Seen, what: usize) -> Vec<f32> {
        softmax(layer.answers(&self.of(&seen.peaks, self.telling(what))))
    }

    /// What some filters of each width have.
    fn of<T: Copy>(&self, all: &[T], which: Range<usize>) -> Vec<T> {
        all.chunks_exact(self.each())
            .flat_map(|of_width| of_width[which.clone()].iter().copied())
            .collect()
    }

    /// How much each of `count` words spoke for a technique, by its place among the answers.
    pub(super) fn shares(&self, seen: &Seen, answer: usize, count: usize) -> Vec<f32> {
        let mut shares = vec![0.0; count];
        let filters = self.telling(0);
        let peaks = self.of(&seen.peaks, filters.clone());
        let places = self.of(&seen.places, filters.clone());
        let widths = WIDTHS
            .into_iter()
            .flat_map(|w| std::iter::repeat_n(w, filters.len()));
        let weights = self.technique.row(answer);
        for (((peak, place), width), weight) in peaks.iter().zip(places).zip(widths).zip(weights) {
            if place == NOWHERE {
                continue;
            }
            let share = f32::from(*peak) * f32::from(*weight);
            for at in usize::from(place)..usize::from(place) + width {
                if let Some(sum) = at.checked_sub(AHEAD).and_then(|at| shares.get_mut(at)) {
                    *sum += share;
                }
            }
        }
        shares
    }
}

fn add(sums: &mut [i16], values: &[i16]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum = sum.saturating_add(*value);
    }
}

/// Keeps the stronger answer of each filter, and its place.
fn raise(peaks: &mut [i16], places: &mut [u16], sums: &[i16], place: u16) {
    for ((peak, at), sum) in peaks.iter_mut().zip(places).zip(sums) {
        let higher = *sum > *peak;
        *peak = if higher { *sum } else { *peak };
        *at = if higher { place } else { *at };
    }
}

/// Taps of the words met so far.
#[derive(Default)]
pub(super) struct Known(HashMap<usize, Box<[i16]>>);

impl Known {
    fn learn(&mut self, network: &Network<'_>, words: &[usize]) {
        if self.0.len() + words.len() > KEPT {
            self.0.clear();
        }
        for &word in words {
            self.0.entry(word).or_insert_with(|| network.taps_of(word));
        }
    }

    fn of(&self, word: usize) -> &[i16] {
        self.0.get(&word).map_or(&[], |taps| taps)
    }
}

fn softmax(mut values: Vec<f32>) -> Vec<f32> {
    let top = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for value in &mut values {
        *value = (*value - top).exp();
    }
    let sum: f32 = values.iter().sum();
    for value in &mut values {
        *value /= sum.max(f32::MIN_POSITIVE);
    }
    values
}
