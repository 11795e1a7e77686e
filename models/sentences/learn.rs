//! Learns where sentences begin in text without punctuation.
//!
//! ```text
//! cargo run --release --no-default-features --example learn_stops -- OUT.bin [--held N] TEXT...
//! ```
//!
//! TEXT: transcripts as in the evaluation cases (JSON), TSV files whose last column is text, or plain
//! text with a sentence a line. Punctuation and capitals are left out, and a logistic regression over
//! the words around each gap learns to put the full stops back. `--held N` keeps every N-th stretch
//! of text out of the training and tells how well its stops are found.

use std::path::Path;
use std::{env, fs};

use notewright::reading::lexicon::Lexicon;
use notewright::transcript::document::Transcript;
use notewright::transcript::script::Script;
use notewright::transcript::script::stops::{FEATURES, SCALE, SIZE, features};

/// Words of a stretch of text, and whether a sentence begins at each.
type Stretch = Vec<(String, bool)>;

/// How often the whole text is gone through.
const ROUNDS: usize = 4;

/// The rate of `AdaGrad`.
const RATE: f32 = 0.15;

/// How strongly a weight is drawn to nothing at each use.
const SHRINK: f32 = 2e-3;

/// How often a feature is seen before it counts.
const SEEN: u32 = 2;

/// Loose sentences are strung together by so many.
const STRING: usize = 8;

fn main() {
    let mut held = 0;
    let mut paths = Vec::new();
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--held" {
            held = arguments
                .next()
                .and_then(|n| n.parse().ok())
                .expect("--held N");
        } else {
            paths.push(argument);
        }
    }
    let out = paths.remove(0);
    let mut stretches = Vec::new();
    let mut loose = Vec::new();
    for path in &paths {
        for text in texts(Path::new(path)) {
            if !is_punctuated(&text) {
                continue;
            }
            let words = sentences(&text);
            let stops = words.iter().filter(|(_, begins)| *begins).count();
            if words.len() < 3 || stops == 0 {
                continue;
            }
            if words.len() > 80 {
                stretches.push(words);
            } else {
                loose.push(words);
            }
        }
    }
    let mut random = Random(7);
    random.shuffle(&mut stretches);
    let whole = stretches.len();
    random.shuffle(&mut loose);
    stretches.extend(loose.chunks(STRING).map(<[Stretch]>::concat));
    // Only what was spoken in one go tells how well it works.
    let is_held = |n: usize| held > 0 && n < whole && n.is_multiple_of(held);
    let mut gaps: Vec<([usize; FEATURES], bool)> = Vec::new();
    for (_, stretch) in stretches.iter().enumerate().filter(|(n, _)| !is_held(*n)) {
        let words: Vec<&str> = stretch.iter().map(|(w, _)| w.as_str()).collect();
        gaps.extend((1..words.len()).map(|at| (features(&words, at), stretch[at].1)));
    }
    let weights = learn(&mut gaps, &mut random);
    let bytes = rounded(&weights);
    fs::write(&out, &bytes).expect("the weights can be written");
    println!(
        "{} gaps, {} weights other than nothing",
        gaps.len(),
        bytes.iter().filter(|b| **b != 0).count()
    );
    for threshold in if held > 0 {
        &[-150, -100, -50, 0, 50, 100][..]
    } else {
        &[]
    } {
        let (mut hit, mut extra, mut missed) = (0.0, 0.0, 0.0);
        for (_, stretch) in stretches.iter().enumerate().filter(|(n, _)| is_held(*n)) {
            let words: Vec<&str> = stretch.iter().map(|(w, _)| w.as_str()).collect();
            for (at, (_, begins)) in stretch.iter().enumerate().skip(1) {
                let value = |place: usize| i32::from(bytes[place].cast_signed()) * SCALE;
                let score = value(0) * 8 + features(&words, at).into_iter().map(value).sum::<i32>();
                match (score >= *threshold, *begins) {
                    (true, true) => hit += 1.0,
                    (true, false) => extra += 1.0,
                    (false, true) => missed += 1.0,
                    (false, false) => {}
                }
            }
        }
        println!(
            "from {threshold}: precision {:.3}, recall {:.3}, F1 {:.3}",
            hit / (hit + extra),
            hit / (hit + missed),
            2.0 * hit / (2.0 * hit + extra + missed)
        );
    }
}

fn texts(path: &Path) -> Vec<String> {
    let whole = fs::read_to_string(path).expect("a text to learn from");
    match path.extension().and_then(|e| e.to_str()) {
        Some("json") => {
            let case: serde_json::Value = serde_json::from_str(&whole).expect("a transcript");
            let turns = case["transcript"].as_array().cloned().unwrap_or_default();
            turns
                .iter()
                .filter_map(|t| t["text"].as_str().map(str::to_owned))
                .collect()
        }
        Some("tsv") => whole
            .lines()
            .filter_map(|l| l.rsplit('\t').next().map(str::to_owned))
            .collect(),
        _ => whole.lines().map(str::to_owned).collect(),
    }
}

fn is_punctuated(text: &str) -> bool {
    text.trim_end().ends_with(['.', '?', '!', '"', '\''])
        && text.trim_start().starts_with(|c: char| !c.is_lowercase())
}

fn sentences(text: &str) -> Stretch {
    let script = Script::of(
        &Transcript::typed(text),
        &Lexicon::embedded().instrument_names,
    );
    let mut out = Vec::new();
    for utterance in script.utterances.iter().filter(|u| !u.unpunctuated) {
        for sentence in &utterance.sentences {
            for at in sentence.words.clone() {
                out.push((
                    utterance.words[at].lower.clone(),
                    at == sentence.words.start,
                ));
            }
        }
    }
    out
}

fn learn(gaps: &mut [([usize; FEATURES], bool)], random: &mut Random) -> Vec<f32> {
    let mut weights = vec![0.0_f32; SIZE];
    let mut squares = vec![1e-6_f32; SIZE];
    let mut counts = vec![0_u32; SIZE];
    for place in gaps.iter().flat_map(|(places, _)| places) {
        counts[*place] += 1;
    }
    weights[0] = -2.5;
    for round in 0..ROUNDS {
        random.shuffle(gaps);
        let mut loss = 0.0_f64;
        for (places, begins) in gaps.iter() {
            let score = weights[0] + places.iter().map(|p| weights[*p]).sum::<f32>();
            let p = 1.0 / (1.0 + (-score).exp());
            let slope = p - f32::from(*begins);
            loss -= f64::from(if *begins { p } else { 1.0 - p }.max(1e-9).ln());
            squares[0] += slope * slope;
            weights[0] -= RATE * slope / squares[0].sqrt();
            for &place in places.iter().filter(|p| counts[**p] >= SEEN) {
                squares[place] += slope * slope;
                let step = RATE / squares[place].sqrt();
                let moved = weights[place] - step * slope;
                weights[place] = moved.signum() * (moved.abs() - step * SHRINK).max(0.0);
            }
        }
        println!("round {round}: loss {:.4}", loss / gaps.len() as f64);
    }
    weights
}

/// A byte each, in steps of `SCALE`; the bias in steps of eight times that.
fn rounded(weights: &[f32]) -> Vec<u8> {
    let step = |w: f32, size: f32| (w * 100.0 / size).round().clamp(-127.0, 127.0) as i8;
    weights
        .iter()
        .enumerate()
        .map(|(n, w)| step(*w, if n == 0 { 8.0 } else { 1.0 } * SCALE as f32).cast_unsigned())
        .collect()
}

/// A small generator with a fixed seed, so that the same texts give the same weights.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for n in (1..items.len()).rev() {
            items.swap(n, self.below(n + 1));
        }
    }
}
