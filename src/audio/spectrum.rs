//! Short-time spectra of 16 kHz audio: the power in bands as wide as the ear's.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use crate::audio::SAMPLE_RATE;

/// Samples from one spectrum to the next: 16 ms.
pub(super) const HOP: usize = 256;
/// Samples under one spectrum's window: 32 ms.
const WINDOW: usize = 2 * HOP;
/// Bands that are looked at.
pub(super) const BANDS: usize = 24;
/// From the lowest voices' second harmonic, above mains hum and rumble, to the end of what a
/// telephone leaves and most of what tells speech from noise.
const LOWEST_HZ: f32 = 125.0;
const HIGHEST_HZ: f32 = 6_000.0;

/// Power in each band, 1 being a full-scale square wave's.
pub(super) type Bands = [f32; BANDS];

/// Turns a stream of hops into band powers, each over this hop and the one before.
pub(super) struct Spectrum {
    fft: Arc<dyn RealToComplex<f32>>,
    shape: Vec<f32>,
    edges: [usize; BANDS + 1],
    recent: Vec<f32>,
    windowed: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
}

impl Spectrum {
    pub(super) fn new() -> Self {
        let fft = RealFftPlanner::<f32>::new().plan_fft_forward(WINDOW);
        let turn = std::f32::consts::TAU / WINDOW as f32;
        Self {
            shape: (0..WINDOW)
                .map(|n| 0.5 - 0.5 * (turn * n as f32).cos())
                .collect(),
            edges: edges(),
            recent: vec![0.0; WINDOW],
            windowed: fft.make_input_vec(),
            bins: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            fft,
        }
    }

    /// Takes in one hop; a shorter one counts as followed by silence.
    pub(super) fn bands(&mut self, hop: &[f32]) -> Bands {
        let hop = &hop[..hop.len().min(HOP)];
        self.recent.copy_within(HOP.., 0);
        self.recent[HOP..HOP + hop.len()].copy_from_slice(hop);
        self.recent[HOP + hop.len()..].fill(0.0);
        for (to, (sample, shape)) in self
            .windowed
            .iter_mut()
            .zip(self.recent.iter().zip(&self.shape))
        {
            *to = sample * shape;
        }
        let done =
            self.fft
                .process_with_scratch(&mut self.windowed, &mut self.bins, &mut self.scratch);
        let mut bands = [0.0; BANDS];
        if done.is_err() {
            return bands;
        }
        // A Hann window passes 3/8 of the power; a real signal has half of it in these bins.
        let scale = 2.0 / (0.375 * (WINDOW * WINDOW) as f32);
        for (band, edge) in bands.iter_mut().zip(self.edges.windows(2)) {
            let power: f32 = self.bins[edge[0]..edge[1]]
                .iter()
                .map(Complex::norm_sqr)
                .sum();
            *band = power * scale;
        }
        bands
    }
}

/// First bin of each band and one past the last: spaced as the mel scale spaces them (O'Shaughnessy
/// 1987), each at least one bin wide.
fn edges() -> [usize; BANDS + 1] {
    let mel = |hz: f32| 1127.0 * (1.0 + hz / 700.0).ln();
    let bin_hz = SAMPLE_RATE as f32 / WINDOW as f32;
    let (low, high) = (mel(LOWEST_HZ), mel(HIGHEST_HZ));
    let mut edges = [0; BANDS + 1];
    let mut least = 0;
    for (n, edge) in edges.iter_mut().enumerate() {
        let at = low + (high - low) * n as f32 / BANDS as f32;
        let hz = 700.0 * ((at / 1127.0).exp() - 1.0);
        *edge = ((hz / bin_hz).round() as usize).max(least);
        least = *edge + 1;
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_has_its_power_in_its_band() {
        let mut spectrum = Spectrum::new();
        let tone: Vec<f32> = (0..WINDOW as u32 * 2)
            .map(|n| (n as f32 * 1000.0 / 16_000.0 * std::f32::consts::TAU).sin())
            .collect();
        let bands = tone
            .chunks(HOP)
            .map(|hop| spectrum.bands(hop))
            .last()
            .unwrap();
        let all: f32 = bands.iter().sum();
        assert!((all - 0.5).abs() < 0.02, "{all}");
        let strongest = (0..BANDS)
            .max_by(|a, b| bands[*a].total_cmp(&bands[*b]))
            .unwrap();
        let hz = |edge: usize| edge as f32 * 31.25;
        let edges = edges();
        assert!(hz(edges[strongest]) <= 1000.0 && hz(edges[strongest + 1]) > 1000.0);
    }

    #[test]
    fn bands_are_ordered_and_inside_the_spectrum() {
        let edges = edges();
        assert!(edges.is_sorted_by(|a, b| a < b), "{edges:?}");
        assert!(edges[BANDS] <= WINDOW / 2 + 1);
    }
}
