//! Whisper models that say a given text at given times, whatever they hear.
//!
//! A real ggml file of a chosen shape. Nothing comes out of its layers (the projections that end
//! them are zero), so that the decoder's state after each position is the position's own embedding,
//! which points at the token that the script has there. Loading, encoding and decoding do all the
//! work of a real model of that shape.

use std::collections::HashMap;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::numbers::{Random, f16, q8_0};

/// First token ids of Whisper's English vocabulary that are not text.
const EOT: usize = 50_256;
const NO_SPEECH: usize = 50_361;
const FIRST_TIME: usize = 50_363;
/// Entries of the English vocabulary.
const VOCABULARY: usize = 51_864;
/// Timestamps count 20 ms each.
const MS_A_STEP: u64 = 20;

/// One segment of the script.
#[derive(Clone)]
pub struct Line {
    pub start_ms: u64,
    pub end_ms: u64,
    pub text: String,
}

pub fn line(start_ms: u64, end_ms: u64, text: &str) -> Line {
    Line {
        start_ms,
        end_ms,
        text: text.to_owned(),
    }
}

/// What the model says, and how surely.
#[derive(Clone)]
pub struct Script {
    pub lines: Vec<Line>,
    /// How far the scripted token stands above all others; 25 is certain, 11 gives words of about
    /// half the probability.
    pub certainty: f32,
    /// Whether it also says that nobody spoke.
    pub no_speech: bool,
    /// Tokens of the prompt that it will be given, which come before the script.
    pub prompt_tokens: usize,
}

impl Script {
    pub fn new(lines: Vec<Line>) -> Self {
        Self {
            lines,
            certainty: 25.0,
            no_speech: false,
            prompt_tokens: 0,
        }
    }
}

/// How weights are stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    F16,
    Q8_0,
}

/// The network's measures.
#[derive(Clone, Copy)]
pub struct Shape {
    pub width: usize,
    pub heads: usize,
    pub audio_layers: usize,
    pub text_layers: usize,
    pub storage: Storage,
}

impl Shape {
    /// Under 2 MB, for tests.
    pub const MICRO: Self = Self {
        width: 16,
        heads: 1,
        audio_layers: 4,
        text_layers: 1,
        storage: Storage::F16,
    };

    /// Whisper's `base`, for benchmarks.
    pub const BASE: Self = Self {
        width: 512,
        heads: 8,
        audio_layers: 6,
        text_layers: 6,
        storage: Storage::F16,
    };
}

const AUDIO_CTX: usize = 1500;
const TEXT_CTX: usize = 448;
const MELS: usize = 80;
const BINS: usize = 201;

/// Writes the model to `path`.
pub fn write(path: &Path, shape: Shape, script: &Script) -> io::Result<()> {
    let mut out = BufWriter::new(std::fs::File::create(path)?);
    let plan = Plan::new(script);
    header(&mut out, shape)?;
    int(&mut out, MELS)?;
    int(&mut out, BINS)?;
    for value in mel_filters() {
        out.write_all(&value.to_le_bytes())?;
    }
    int(&mut out, plan.words.len())?;
    for word in &plan.words {
        int(&mut out, word.len())?;
        out.write_all(word)?;
    }
    let mut weights = Weights {
        out,
        shape,
        random: Random::new(7),
    };
    weights.encoder()?;
    weights.decoder(&plan)?;
    weights.out.flush()
}

fn int(out: &mut impl Write, n: usize) -> io::Result<()> {
    out.write_all(&(n as u32).to_le_bytes())
}

fn header(out: &mut impl Write, shape: Shape) -> io::Result<()> {
    out.write_all(b"lmgg")?;
    // The quantisation's version counts thousands.
    let storage = if shape.storage == Storage::F16 {
        1
    } else {
        2007
    };
    for n in [
        VOCABULARY,
        AUDIO_CTX,
        shape.width,
        shape.heads,
        shape.audio_layers,
        TEXT_CTX,
        shape.width,
        shape.heads,
        shape.text_layers,
        MELS,
        storage,
    ] {
        int(out, n)?;
    }
    Ok(())
}

/// The script as tokens, and the vocabulary that it needs.
struct Plan {
    /// Text of the vocabulary's first entries: all bytes, then the script's words.
    words: Vec<Vec<u8>>,
    /// The token that follows each position.
    after: HashMap<usize, usize>,
    certainty: f32,
    no_speech: bool,
    first: usize,
}

impl Plan {
    fn new(script: &Script) -> Self {
        let mut words: Vec<Vec<u8>> = (0..=255).map(|b| vec![b]).collect();
        let mut tokens = Vec::new();
        for line in &script.lines {
            tokens.push(FIRST_TIME + (line.start_ms / MS_A_STEP) as usize);
            for word in line.text.split_whitespace() {
                let word = format!(" {word}").into_bytes();
                let known = words.iter().position(|w| *w == word);
                tokens.push(known.unwrap_or_else(|| {
                    words.push(word);
                    words.len() - 1
                }));
            }
            tokens.push(FIRST_TIME + (line.end_ms / MS_A_STEP) as usize);
        }
        tokens.push(EOT);
        // With a prompt, one more token introduces it.
        let first = match script.prompt_tokens {
            0 => 0,
            n => n + 1,
        };
        assert!(
            first + tokens.len() < TEXT_CTX / 2,
            "the script is too long"
        );
        let mut after: HashMap<usize, usize> = (first..).zip(tokens).collect();
        if script.no_speech {
            // Where the engine looks for it when there is a prompt.
            after.insert(0, after[&first]);
        }
        Self {
            words,
            after,
            certainty: script.certainty,
            no_speech: script.no_speech,
            first,
        }
    }

    /// A direction for each token of the script; other tokens have none.
    fn directions(&self, width: usize) -> HashMap<usize, Vec<f32>> {
        let mut random = Random::new(11);
        let mut tokens: Vec<_> = self.after.values().copied().collect();
        tokens.sort_unstable();
        tokens.dedup();
        let mut known: HashMap<usize, Vec<f32>> = HashMap::new();
        for token in tokens {
            // Of a hundred random directions the one farthest from all others.
            let best = (0..100)
                .map(|_| direction(width, &mut random))
                .min_by(|a, b| nearest(a, &known).total_cmp(&nearest(b, &known)))
                .expect("a hundred is not none");
            known.insert(token, best);
        }
        if self.no_speech {
            let first = known[&self.after[&self.first]].clone();
            known.insert(NO_SPEECH, first.iter().map(|v| v * 1.2).collect());
        }
        known
    }
}

/// A random direction of length 1 and mean 0, as the layer norm leaves it.
fn direction(width: usize, random: &mut Random) -> Vec<f32> {
    let mut v: Vec<f32> = (0..width).map(|_| random.even()).collect();
    let mean = v.iter().sum::<f32>() / width as f32;
    for x in &mut v {
        *x -= mean;
    }
    let length = v.iter().map(|x| x * x).sum::<f32>().sqrt();
    for x in &mut v {
        *x /= length;
    }
    v
}

fn nearest(v: &[f32], others: &HashMap<usize, Vec<f32>>) -> f32 {
    others
        .values()
        .map(|o| v.iter().zip(o).map(|(a, b)| a * b).sum())
        .fold(-1.0, f32::max)
}

struct Weights<W> {
    out: W,
    shape: Shape,
    random: Random,
}

impl<W: Write> Weights<W> {
    fn encoder(&mut self) -> io::Result<()> {
        let width = self.shape.width;
        self.floats("encoder.positional_embedding", &[width, AUDIO_CTX], 0.0)?;
        self.halves("encoder.conv1.weight", &[3, MELS, width])?;
        self.floats("encoder.conv1.bias", &[1, width], 0.0)?;
        self.halves("encoder.conv2.weight", &[3, width, width])?;
        self.floats("encoder.conv2.bias", &[1, width], 0.0)?;
        self.norm("encoder.ln_post")?;
        for layer in 0..self.shape.audio_layers {
            let block = format!("encoder.blocks.{layer}");
            self.mlp(&block)?;
            self.attention(&block, "attn")?;
        }
        Ok(())
    }

    fn decoder(&mut self, plan: &Plan) -> io::Result<()> {
        let width = self.shape.width;
        let directions = plan.directions(width);
        let mut positions = vec![0.0; width * TEXT_CTX];
        for (at, token) in &plan.after {
            // Far longer than any token's embedding, which is added to it.
            for (x, d) in positions[at * width..][..width]
                .iter_mut()
                .zip(&directions[token])
            {
                *x = 100.0 * d;
            }
        }
        self.tensor(
            "decoder.positional_embedding",
            &[width, TEXT_CTX],
            &positions,
            None,
        )?;
        let mut embedding = vec![0.0; width * VOCABULARY];
        for (token, direction) in &directions {
            embedding[token * width..][..width].copy_from_slice(direction);
        }
        let storage = Some(self.shape.storage);
        self.tensor(
            "decoder.token_embedding.weight",
            &[width, VOCABULARY],
            &embedding,
            storage,
        )?;
        // After the norm the state has the length sqrt(width); the weight sets how sure it is.
        let sure = plan.certainty / (width as f32).sqrt();
        self.floats("decoder.ln.weight", &[width], sure)?;
        self.floats("decoder.ln.bias", &[width], 0.0)?;
        for layer in 0..self.shape.text_layers {
            let block = format!("decoder.blocks.{layer}");
            self.mlp(&block)?;
            self.attention(&block, "attn")?;
            self.attention(&block, "cross_attn")?;
        }
        Ok(())
    }

    fn mlp(&mut self, block: &str) -> io::Result<()> {
        let width = self.shape.width;
        self.norm(&format!("{block}.mlp_ln"))?;
        self.matrix(&format!("{block}.mlp.0.weight"), [width, 4 * width], true)?;
        self.floats(&format!("{block}.mlp.0.bias"), &[4 * width], 0.0)?;
        self.matrix(&format!("{block}.mlp.2.weight"), [4 * width, width], false)?;
        self.floats(&format!("{block}.mlp.2.bias"), &[width], 0.0)
    }

    fn attention(&mut self, block: &str, name: &str) -> io::Result<()> {
        let width = self.shape.width;
        self.norm(&format!("{block}.{name}_ln"))?;
        for part in ["query", "key", "value"] {
            self.matrix(
                &format!("{block}.{name}.{part}.weight"),
                [width, width],
                true,
            )?;
            if part != "key" {
                self.floats(&format!("{block}.{name}.{part}.bias"), &[width], 0.0)?;
            }
        }
        self.matrix(&format!("{block}.{name}.out.weight"), [width, width], false)?;
        self.floats(&format!("{block}.{name}.out.bias"), &[width], 0.0)
    }

    fn norm(&mut self, name: &str) -> io::Result<()> {
        let width = self.shape.width;
        self.floats(&format!("{name}.weight"), &[width], 1.0)?;
        self.floats(&format!("{name}.bias"), &[width], 0.0)
    }

    /// A matrix of small random weights, or of zeros where nothing shall come out.
    fn matrix(&mut self, name: &str, shape: [usize; 2], alive: bool) -> io::Result<()> {
        let values: Vec<f32> = (0..shape[0] * shape[1])
            .map(|_| {
                if alive {
                    0.05 * self.random.even()
                } else {
                    0.0
                }
            })
            .collect();
        let storage = Some(self.shape.storage);
        self.tensor(name, &shape, &values, storage)
    }

    fn halves(&mut self, name: &str, shape: &[usize]) -> io::Result<()> {
        let len = shape.iter().product();
        let values: Vec<f32> = (0..len).map(|_| 0.05 * self.random.even()).collect();
        self.tensor(name, shape, &values, Some(Storage::F16))
    }

    fn floats(&mut self, name: &str, shape: &[usize], value: f32) -> io::Result<()> {
        let values = vec![value; shape.iter().product()];
        self.tensor(name, shape, &values, None)
    }

    fn tensor(
        &mut self,
        name: &str,
        shape: &[usize],
        values: &[f32],
        storage: Option<Storage>,
    ) -> io::Result<()> {
        let (kind, bytes): (usize, Vec<u8>) = match storage {
            None => (0, values.iter().flat_map(|v| v.to_le_bytes()).collect()),
            Some(Storage::F16) => (
                1,
                values.iter().flat_map(|v| f16(*v).to_le_bytes()).collect(),
            ),
            Some(Storage::Q8_0) => (8, q8_0(values)),
        };
        for n in [shape.len(), name.len(), kind] {
            int(&mut self.out, n)?;
        }
        for n in shape {
            int(&mut self.out, *n)?;
        }
        self.out.write_all(name.as_bytes())?;
        self.out.write_all(&bytes)
    }
}

/// Slaney's mel filters for 16 kHz, 400 samples a frame, as librosa makes them and Whisper uses.
pub fn mel_filters() -> Vec<f32> {
    let hz = |mel: f64| {
        if mel < 15.0 {
            mel * 200.0 / 3.0
        } else {
            1000.0 * (6.4f64.ln() / 27.0 * (mel - 15.0)).exp()
        }
    };
    let top = 15.0 + (8000.0f64 / 1000.0).ln() / (6.4f64.ln() / 27.0);
    let edges: Vec<f64> = (0..MELS + 2)
        .map(|i| hz(top * i as f64 / (MELS + 1) as f64))
        .collect();
    let mut filters = Vec::with_capacity(MELS * BINS);
    for mel in edges.windows(3) {
        for bin in 0..BINS {
            let f = bin as f64 * 8000.0 / (BINS - 1) as f64;
            let rise = (f - mel[0]) / (mel[1] - mel[0]);
            let fall = (mel[2] - f) / (mel[2] - mel[1]);
            let height = rise.min(fall).max(0.0) * 2.0 / (mel[2] - mel[0]);
            filters.push(height as f32);
        }
    }
    filters
}
