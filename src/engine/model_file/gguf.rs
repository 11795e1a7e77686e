//! The header of GGUF files, versions 2 and 3, as `docs/gguf.md` of ggml describes it: counts, keys
//! with values, tensors with their places, and after an alignment the weights.

use std::io::{Read, Seek};

use super::{Fault, ModelFile, Shape, Walker, tensor};

pub(super) const MAGIC: &[u8; 4] = b"GGUF";

/// A key is at most 65,535 bytes long, by the specification.
const LONGEST_KEY: u64 = 65_535;

/// `general.alignment` where the file does not give it, by the specification.
const USUAL_ALIGNMENT: u64 = 32;

pub(super) const TYPE_U32: u32 = 4;
const TYPE_I32: u32 = 5;
const TYPE_U64: u32 = 10;
pub(super) const TYPE_STRING: u32 = 8;
pub(super) const TYPE_ARRAY: u32 = 9;

pub(super) fn walk<R: Read + Seek>(walker: &mut Walker<R>) -> Result<ModelFile, Fault> {
    let version = walker.u32()?;
    if !(2..=3).contains(&version) {
        return Err(Fault::NotAModel(format!(
            "it is a GGUF file of version {version}; versions 2 and 3 can be read"
        )));
    }
    let tensors = walker.u64()?;
    let keys = walker.u64()?;
    let mut architecture = None;
    let mut alignment = USUAL_ALIGNMENT;
    let mut shape = Shape::default();
    let mut kv_heads_of_each = false;
    for _ in 0..keys {
        let length = walker.u64()?;
        let key = walker.name(length, LONGEST_KEY)?;
        match (key.as_str(), walker.u32()?) {
            ("general.architecture", TYPE_STRING) => {
                let length = walker.u64()?;
                architecture = Some(walker.name(length, LONGEST_KEY)?);
            }
            ("general.alignment", TYPE_U32) => alignment = u64::from(walker.u32()?),
            (key, value_type) => match Count::named(key) {
                Some(count) => {
                    kv_heads_of_each |= count == Count::KvHeads && value_type != TYPE_ARRAY;
                    count.note(&numbers(walker, value_type)?, &mut shape);
                }
                None => skip_value(walker, value_type)?,
            },
        }
    }
    if alignment == 0 || !alignment.is_multiple_of(8) {
        return Err(Fault::NotAModel(format!(
            "it gives an alignment of {alignment} bytes"
        )));
    }
    let weights = walk_tensors(walker, tensors)?;
    shape.weights = weights;
    if kv_heads_of_each {
        shape.kv_heads = shape.kv_heads.saturating_mul(shape.layers);
    }
    let needs = walker
        .at
        .next_multiple_of(alignment)
        .saturating_add(weights);
    if needs > walker.len {
        return Err(Fault::CutOff { needs });
    }
    let architecture = architecture
        .ok_or_else(|| Fault::NotAModel("it does not name its architecture".to_owned()))?;
    if tensors == 0 {
        return Err(Fault::NotAModel("it holds no weights".to_owned()));
    }
    Ok(ModelFile::Gguf {
        bytes: walker.len,
        architecture,
        shape,
    })
}

/// A count of the model's shape.
#[derive(Clone, Copy, PartialEq)]
enum Count {
    Layers,
    Width,
    Hidden,
    Heads,
    KvHeads,
    Key,
    Value,
    Context,
    Vocabulary,
}

impl Count {
    /// By the key's name without the architecture before it.
    fn named(key: &str) -> Option<Self> {
        if key == "tokenizer.ggml.tokens" {
            return Some(Self::Vocabulary);
        }
        Some(match key.split_once('.')?.1 {
            "block_count" => Self::Layers,
            "embedding_length" => Self::Width,
            "feed_forward_length" => Self::Hidden,
            "attention.head_count" => Self::Heads,
            "attention.head_count_kv" => Self::KvHeads,
            "attention.key_length" => Self::Key,
            "attention.value_length" => Self::Value,
            "context_length" => Self::Context,
            _ => return None,
        })
    }

    fn note(self, stated: &Stated, shape: &mut Shape) {
        let most = stated.most;
        match self {
            Self::Layers => shape.layers = most,
            Self::Width => shape.width = most,
            Self::Hidden => shape.hidden = most,
            Self::Heads => shape.heads = most,
            Self::KvHeads => shape.kv_heads = stated.sum,
            Self::Key => shape.key = most,
            Self::Value => shape.value = most,
            Self::Context => shape.context = most,
            Self::Vocabulary => shape.vocabulary = stated.items,
        }
    }
}

/// What a value states: a number, or a list with one for each layer.
#[derive(Default)]
struct Stated {
    most: u64,
    sum: u64,
    items: u64,
}

fn numbers<R: Read + Seek>(walker: &mut Walker<R>, value_type: u32) -> Result<Stated, Fault> {
    let mut stated = Stated::default();
    let (element, n) = match value_type {
        TYPE_ARRAY => (walker.u32()?, walker.u64()?),
        other => (other, 1),
    };
    stated.items = n;
    for _ in 0..n {
        let number = match element {
            TYPE_U32 | TYPE_I32 => u64::from(walker.u32()?),
            TYPE_U64 => walker.u64()?,
            other => {
                skip_value(walker, other)?;
                0
            }
        };
        stated.most = stated.most.max(number);
        stated.sum = stated.sum.saturating_add(number);
    }
    Ok(stated)
}

/// Bytes that the tensors need after the header.
fn walk_tensors<R: Read + Seek>(walker: &mut Walker<R>, tensors: u64) -> Result<u64, Fault> {
    let mut weights = 0;
    for _ in 0..tensors {
        let length = walker.u64()?;
        let name = walker.name(length, LONGEST_KEY)?;
        let dimensions = walker.u32()?;
        if dimensions > 4 {
            return Err(Fault::NotAModel(format!(
                "it holds a tensor of {dimensions} dimensions"
            )));
        }
        let mut shape = [1_u64; 4];
        for n in shape.iter_mut().take(dimensions as usize) {
            *n = walker.u64()?;
        }
        let ggml_type = walker.u32()?;
        // A type newer than this list counts from its start only.
        let size = if tensor::is_known(ggml_type) {
            tensor::bytes(&name, ggml_type, &shape)?
        } else {
            0
        };
        let offset = walker.u64()?;
        weights = weights.max(offset.saturating_add(size));
    }
    Ok(weights)
}

fn skip_value<R: Read + Seek>(walker: &mut Walker<R>, value_type: u32) -> Result<(), Fault> {
    match value_type {
        TYPE_STRING => skip_string(walker),
        TYPE_ARRAY => {
            let element = walker.u32()?;
            let n = walker.u64()?;
            if element == TYPE_STRING {
                (0..n).try_for_each(|_| skip_string(walker))
            } else {
                walker.skip(n.saturating_mul(scalar_bytes(element)?))
            }
        }
        _ => walker.skip(scalar_bytes(value_type)?),
    }
}

fn skip_string<R: Read + Seek>(walker: &mut Walker<R>) -> Result<(), Fault> {
    let length = walker.u64()?;
    walker.skip(length)
}

/// Bytes of a value that has a fixed size; `enum gguf_metadata_value_type`.
fn scalar_bytes(value_type: u32) -> Result<u64, Fault> {
    Ok(match value_type {
        0 | 1 | 7 => 1,        // u8, i8, bool
        2 | 3 => 2,            // u16, i16
        TYPE_U32 | 5 | 6 => 4, // u32, i32, f32
        10..=12 => 8,          // u64, i64, f64
        _ => {
            return Err(Fault::NotAModel(format!(
                "it holds a value of type {value_type}, which is not known here"
            )));
        }
    })
}
