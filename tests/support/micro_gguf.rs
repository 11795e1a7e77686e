//! A tiny language model in GGUF with random weights: it writes nonsense, really.
//!
//! A llama of one layer with a byte vocabulary, so that every text tokenises and every grammar can
//! be followed.

use std::io::{self, Write};
use std::path::Path;

use super::numbers::Random;

const WIDTH: usize = 32;
const HIDDEN: usize = 64;
const HEADS: u32 = 2;
/// Unknown, begin, end, 256 bytes, printable ASCII.
const VOCABULARY: usize = 3 + 256 + 95;
/// Inner width, convolution, state and rank of a recurrent layer.
const INNER: usize = 64;
const CONVOLUTION: usize = 4;
const STATE: usize = 8;
const RANK: usize = 2;
pub const CONTEXT: u32 = 512;
pub const TEMPLATE: &str = "{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}";

/// What a model is to be, besides micro.
pub struct Micro<'a> {
    /// Architecture; `mamba` is recurrent, every other is built like `llama`.
    pub architecture: &'a str,
    /// Chat template.
    pub template: Option<&'a str>,
    /// Tokens of power besides begin and end.
    pub special: &'a [&'a str],
}

impl Default for Micro<'_> {
    fn default() -> Self {
        Self {
            architecture: "llama",
            template: Some(TEMPLATE),
            special: &[],
        }
    }
}

/// Writes the model to `path`; the same seed gives the same weights.
pub fn write(path: &Path, seed: u64) -> io::Result<()> {
    write_as(path, seed, &Micro::default())
}

/// Like [`write`], with what is different about it.
pub fn write_as(path: &Path, seed: u64, micro: &Micro<'_>) -> io::Result<()> {
    let mut file = Vec::new();
    let mut meta = Metadata::default();
    describe(&mut meta, micro.architecture);
    vocabulary(&mut meta, micro);
    let words = VOCABULARY + micro.special.len();
    let tensors = match micro.architecture {
        "mamba" => recurrent_tensors(words),
        _ => tensors(words),
    };
    file.extend(b"GGUF");
    file.extend(3u32.to_le_bytes());
    file.extend((tensors.len() as u64).to_le_bytes());
    file.extend(meta.pairs.to_le_bytes());
    file.extend(&meta.bytes);
    let mut offset = 0u64;
    for (name, shape) in &tensors {
        text(&mut file, name.as_bytes());
        file.extend((shape.len() as u32).to_le_bytes());
        for n in shape {
            file.extend((*n as u64).to_le_bytes());
        }
        file.extend(0u32.to_le_bytes());
        file.extend(offset.to_le_bytes());
        offset += 4 * shape.iter().product::<usize>() as u64;
    }
    // Tensors begin at a multiple of 32; every tensor here is a whole number of 32 bytes long.
    file.resize(file.len().next_multiple_of(32), 0);
    let mut random = Random::new(seed);
    for (name, shape) in &tensors {
        for _ in 0..shape.iter().product() {
            let value = if name.ends_with("norm.weight") {
                1.0
            } else if name.ends_with("ssm_a") {
                // A state that grows instead of fading would end in numbers that are none.
                -1.0 - random.even().abs()
            } else {
                random.even()
            };
            file.extend(value.to_le_bytes());
        }
    }
    std::fs::File::create(path)?.write_all(&file)
}

fn tensors(words: usize) -> Vec<(String, Vec<usize>)> {
    let named = |name: &str, shape: &[usize]| (name.to_owned(), shape.to_vec());
    vec![
        named("token_embd.weight", &[WIDTH, words]),
        named("output_norm.weight", &[WIDTH]),
        named("output.weight", &[WIDTH, words]),
        named("blk.0.attn_norm.weight", &[WIDTH]),
        named("blk.0.attn_q.weight", &[WIDTH, WIDTH]),
        named("blk.0.attn_k.weight", &[WIDTH, WIDTH]),
        named("blk.0.attn_v.weight", &[WIDTH, WIDTH]),
        named("blk.0.attn_output.weight", &[WIDTH, WIDTH]),
        named("blk.0.ffn_norm.weight", &[WIDTH]),
        named("blk.0.ffn_gate.weight", &[WIDTH, HIDDEN]),
        named("blk.0.ffn_up.weight", &[WIDTH, HIDDEN]),
        named("blk.0.ffn_down.weight", &[HIDDEN, WIDTH]),
    ]
}

fn recurrent_tensors(words: usize) -> Vec<(String, Vec<usize>)> {
    let named = |name: &str, shape: &[usize]| (name.to_owned(), shape.to_vec());
    vec![
        named("token_embd.weight", &[WIDTH, words]),
        named("output_norm.weight", &[WIDTH]),
        named("output.weight", &[WIDTH, words]),
        named("blk.0.attn_norm.weight", &[WIDTH]),
        named("blk.0.ssm_in.weight", &[WIDTH, 2 * INNER]),
        named("blk.0.ssm_conv1d.weight", &[CONVOLUTION, INNER]),
        named("blk.0.ssm_conv1d.bias", &[INNER]),
        named("blk.0.ssm_x.weight", &[INNER, RANK + 2 * STATE]),
        named("blk.0.ssm_dt.weight", &[RANK, INNER]),
        named("blk.0.ssm_dt.bias", &[INNER]),
        named("blk.0.ssm_a", &[STATE, INNER]),
        named("blk.0.ssm_d", &[INNER]),
        named("blk.0.ssm_out.weight", &[INNER, WIDTH]),
    ]
}

fn describe(meta: &mut Metadata, architecture: &str) {
    meta.string("general.architecture", architecture);
    meta.string("general.name", "micro");
    let mut number = |key: &str, n: u32| meta.u32(&format!("{architecture}.{key}"), n);
    number("context_length", CONTEXT);
    number("embedding_length", WIDTH as u32);
    number("block_count", 1);
    number("feed_forward_length", HIDDEN as u32);
    number("attention.head_count", HEADS);
    number("attention.head_count_kv", HEADS);
    number("rope.dimension_count", WIDTH as u32 / HEADS);
    number("ssm.conv_kernel", CONVOLUTION as u32);
    number("ssm.inner_size", INNER as u32);
    number("ssm.state_size", STATE as u32);
    number("ssm.time_step_rank", RANK as u32);
    meta.f32(
        &format!("{architecture}.attention.layer_norm_rms_epsilon"),
        1e-5,
    );
}

/// A vocabulary as `SentencePiece` makes them: control, byte and single-character entries.
fn vocabulary(meta: &mut Metadata, micro: &Micro<'_>) {
    const NORMAL: i32 = 1;
    const UNKNOWN: i32 = 2;
    const CONTROL: i32 = 3;
    const BYTE: i32 = 6;
    let mut entries = vec![
        ("<unk>".to_owned(), UNKNOWN),
        ("<s>".to_owned(), CONTROL),
        ("</s>".to_owned(), CONTROL),
    ];
    entries.extend((0..=255).map(|b| (format!("<0x{b:02X}>"), BYTE)));
    entries.extend((b' '..=b'~').map(|b| {
        let piece = if b == b' ' { '\u{2581}' } else { b as char };
        (piece.to_string(), NORMAL)
    }));
    assert_eq!(entries.len(), VOCABULARY);
    entries.extend(micro.special.iter().map(|s| ((*s).to_owned(), CONTROL)));
    meta.string("tokenizer.ggml.model", "llama");
    meta.list(
        "tokenizer.ggml.tokens",
        8,
        entries.iter(),
        |out, (piece, _)| {
            text(out, piece.as_bytes());
        },
    );
    meta.list("tokenizer.ggml.scores", 6, entries.iter(), |out, _| {
        out.extend(0f32.to_le_bytes());
    });
    meta.list(
        "tokenizer.ggml.token_type",
        5,
        entries.iter(),
        |out, (_, kind)| {
            out.extend(kind.to_le_bytes());
        },
    );
    meta.u32("tokenizer.ggml.unknown_token_id", 0);
    meta.u32("tokenizer.ggml.bos_token_id", 1);
    meta.u32("tokenizer.ggml.eos_token_id", 2);
    if let Some(template) = micro.template {
        meta.string("tokenizer.chat_template", template);
    }
}

/// Key-value pairs as GGUF stores them.
#[derive(Default)]
struct Metadata {
    pairs: u64,
    bytes: Vec<u8>,
}

impl Metadata {
    fn key(&mut self, key: &str, kind: u32) {
        self.pairs += 1;
        text(&mut self.bytes, key.as_bytes());
        self.bytes.extend(kind.to_le_bytes());
    }

    fn string(&mut self, key: &str, value: &str) {
        self.key(key, 8);
        text(&mut self.bytes, value.as_bytes());
    }

    fn u32(&mut self, key: &str, value: u32) {
        self.key(key, 4);
        self.bytes.extend(value.to_le_bytes());
    }

    fn f32(&mut self, key: &str, value: f32) {
        self.key(key, 6);
        self.bytes.extend(value.to_le_bytes());
    }

    fn list<T>(
        &mut self,
        key: &str,
        kind: u32,
        items: impl ExactSizeIterator<Item = T>,
        write: impl Fn(&mut Vec<u8>, T),
    ) {
        self.key(key, 9);
        self.bytes.extend(kind.to_le_bytes());
        self.bytes.extend((items.len() as u64).to_le_bytes());
        for item in items {
            write(&mut self.bytes, item);
        }
    }
}

fn text(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend((bytes.len() as u64).to_le_bytes());
    out.extend(bytes);
}
