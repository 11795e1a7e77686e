//! The header of GGUF files, versions 2 and 3, as `docs/gguf.md` of ggml describes it: counts, keys
//! with values, tensors with their places, and after an alignment the weights.

use std::io::{Read, Seek};

use super::{Fault, ModelFile, Walker, tensor};

pub(super) const MAGIC: &[u8; 4] = b"GGUF";

/// A key is at most 65,535 bytes long, by the specification.
const LONGEST_KEY: u64 = 65_535;

/// `general.alignment` where the file does not give it, by the specification.
const USUAL_ALIGNMENT: u64 = 32;

pub(super) const TYPE_U32: u32 = 4;
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
    for _ in 0..keys {
        let length = walker.u64()?;
        let key = walker.name(length, LONGEST_KEY)?;
        match (key.as_str(), walker.u32()?) {
            ("general.architecture", TYPE_STRING) => {
                let length = walker.u64()?;
                architecture = Some(walker.name(length, LONGEST_KEY)?);
            }
            ("general.alignment", TYPE_U32) => alignment = u64::from(walker.u32()?),
            (_, value_type) => skip_value(walker, value_type)?,
        }
    }
    if alignment == 0 || !alignment.is_multiple_of(8) {
        return Err(Fault::NotAModel(format!(
            "it gives an alignment of {alignment} bytes"
        )));
    }
    let weights = walk_tensors(walker, tensors)?;
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
    })
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
