//! The header of GGUF files, versions 2 and 3, as `docs/gguf.md` of ggml describes it: counts, keys
//! with values, tensors with their places, and after an alignment the weights.

use std::io::{Read, Seek};

use super::{Fault, Format, Walker, tensor};

/// A key is at most 65,535 bytes long, by the specification.
const LONGEST_KEY: u64 = 65_535;

/// `general.alignment` where the file does not give it, by the specification.
const USUAL_ALIGNMENT: u64 = 32;

const TYPE_U32: u32 = 4;
const TYPE_STRING: u32 = 8;
const TYPE_ARRAY: u32 = 9;

pub(super) fn walk<R: Read + Seek>(walker: &mut Walker<R>) -> Result<Format, Fault> {
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
    Ok(Format::Gguf { architecture })
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
        let size = tensor::bytes(&name, walker.u32()?, &shape)?;
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

#[cfg(test)]
pub(crate) mod tests {
    use super::super::tests::walk_bytes;
    use super::*;

    fn push_string(file: &mut Vec<u8>, text: &str) {
        file.extend((text.len() as u64).to_le_bytes());
        file.extend(text.bytes());
    }

    fn push_key(file: &mut Vec<u8>, key: &str, value_type: u32) {
        push_string(file, key);
        file.extend(value_type.to_le_bytes());
    }

    /// A GGUF file with two tensors and one key of each sort; `text` makes files differ.
    pub(crate) fn gguf(text: &str) -> Vec<u8> {
        let mut file = b"GGUF\x03\0\0\0".to_vec();
        file.extend(2_u64.to_le_bytes());
        file.extend(5_u64.to_le_bytes());
        push_key(&mut file, "general.architecture", TYPE_STRING);
        push_string(&mut file, "llama");
        push_key(&mut file, "general.alignment", TYPE_U32);
        file.extend(64_u32.to_le_bytes());
        push_key(&mut file, "general.description", TYPE_STRING);
        push_string(&mut file, text);
        push_key(&mut file, "tokens", TYPE_ARRAY);
        file.extend(TYPE_STRING.to_le_bytes());
        file.extend(2_u64.to_le_bytes());
        push_string(&mut file, "ab");
        push_string(&mut file, "");
        push_key(&mut file, "scores", TYPE_ARRAY);
        file.extend(6_u32.to_le_bytes());
        file.extend(3_u64.to_le_bytes());
        file.extend([0; 12]);
        for (name, offset) in [("token_embd.weight", 0_u64), ("output.weight", 128)] {
            push_string(&mut file, name);
            file.extend(2_u32.to_le_bytes());
            file.extend(32_u64.to_le_bytes());
            file.extend(2_u64.to_le_bytes());
            file.extend(8_u32.to_le_bytes());
            file.extend(offset.to_le_bytes());
        }
        file.resize(file.len().next_multiple_of(64) + 128 + 68, 7);
        file
    }

    #[test]
    fn a_whole_file_names_its_architecture() {
        let architecture = "llama".to_owned();
        assert_eq!(
            walk_bytes(&gguf("x")).unwrap(),
            Format::Gguf { architecture }
        );
    }

    #[test]
    fn every_cut_is_seen() {
        let whole = gguf("x");
        for len in 8..whole.len() {
            assert!(
                matches!(walk_bytes(&whole[..len]), Err(Fault::CutOff { needs }) if needs > len as u64),
                "cut to {len} of {}",
                whole.len()
            );
        }
    }

    #[test]
    fn what_llama_cpp_would_refuse_is_refused() {
        let whole = gguf("x");
        for (at, byte, says) in [(4, 1, "version 1"), (7, 3, "version")] {
            let mut file = whole.clone();
            file[at] = byte;
            let error = format!("{:?}", walk_bytes(&file).unwrap_err());
            assert!(error.contains(says), "{error}");
        }
    }
}
