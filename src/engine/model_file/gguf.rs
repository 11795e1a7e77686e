//! The walk through a GGUF file: header, metadata, tensor list, and whether the tensors' bytes are
//! all there.
//!
//! Layout: the GGUF specification, versions 2 and 3
//! (<https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>).

use std::io::{BufReader, Read, Seek};

use super::{Ended, ModelFault, ModelFile, Walk};

pub(super) const MAGIC: &[u8; 4] = b"GGUF";

/// Longest text believed in metadata, in bytes; chat templates run to tens of kilobytes.
const MAX_TEXT: u64 = 1 << 24;
/// Most entries believed in a list or table.
const MAX_COUNT: u64 = 1 << 28;

/// Elements and bytes of one block of each tensor type, by its number in `enum ggml_type`.
const BLOCKS: &[(u32, u64, u64)] = &[
    (0, 1, 4),
    (1, 1, 2),
    (2, 32, 18),
    (3, 32, 20),
    (6, 32, 22),
    (7, 32, 24),
    (8, 32, 34),
    (9, 32, 36),
    (10, 256, 84),
    (11, 256, 110),
    (12, 256, 144),
    (13, 256, 176),
    (14, 256, 210),
    (15, 256, 292),
    (30, 1, 2),
];

/// Bytes of a tensor of `elements` of the type numbered `kind`; nothing for a type not listed here
/// or a length that is no whole number of blocks.
pub(super) fn tensor_bytes(kind: u32, elements: u64) -> Option<u64> {
    let (_, block, bytes) = BLOCKS.iter().find(|(k, ..)| *k == kind)?;
    (elements.is_multiple_of(*block)).then(|| elements / block * bytes)
}

/// Why the walk stopped.
enum Stop {
    Ended,
    Senseless,
}

impl From<Ended> for Stop {
    fn from(_: Ended) -> Self {
        Self::Ended
    }
}

#[derive(Default)]
struct Metadata {
    architecture: Option<String>,
    alignment: Option<u64>,
}

pub(super) fn walk<R: Read + Seek>(walk: &mut Walk<BufReader<R>>) -> Result<ModelFile, ModelFault> {
    let version = walk.u32().map_err(|Ended| walk.cut_off("the header"))?;
    if !(2..=3).contains(&version) {
        return Err(ModelFault::NotAModel(format!(
            "its GGUF version {version} is unknown"
        )));
    }
    let tensors = walk.u64().map_err(|Ended| walk.cut_off("the header"))?;
    let pairs = walk.u64().map_err(|Ended| walk.cut_off("the header"))?;
    let fault = |stop, walk: &Walk<BufReader<R>>, what: &str| match stop {
        Stop::Ended => walk.cut_off(what),
        Stop::Senseless => ModelFault::NotAModel(format!("{what} makes no sense")),
    };
    let meta = metadata(walk, pairs).map_err(|s| fault(s, walk, "the metadata"))?;
    let data = tensor_list(walk, tensors).map_err(|s| fault(s, walk, "the list of tensors"))?;
    let alignment = meta.alignment.unwrap_or(32);
    let needed = walk
        .at
        .checked_next_multiple_of(alignment)
        .and_then(|start| start.checked_add(data));
    match needed {
        Some(needed) if needed <= walk.bytes => {}
        Some(needed) => {
            return Err(ModelFault::CutOff(format!(
                "it has {} of {needed} bytes",
                walk.bytes
            )));
        }
        None => return Err(fault(Stop::Senseless, walk, "the list of tensors")),
    }
    if tensors == 0 {
        return Err(ModelFault::CutOff("it has no tensors".to_owned()));
    }
    let architecture = meta.architecture.ok_or_else(|| {
        ModelFault::NotAModel("a GGUF file that names no architecture".to_owned())
    })?;
    Ok(ModelFile::Gguf {
        bytes: walk.bytes,
        architecture,
    })
}

fn metadata<R: Read + Seek>(walk: &mut Walk<BufReader<R>>, pairs: u64) -> Result<Metadata, Stop> {
    let mut meta = Metadata::default();
    if pairs > MAX_COUNT {
        return Err(Stop::Senseless);
    }
    for _ in 0..pairs {
        let key = text(walk)?;
        let kind = walk.u32()?;
        match (key.as_slice(), kind) {
            (b"general.architecture", 8) => {
                meta.architecture = Some(String::from_utf8_lossy(&text(walk)?).into_owned());
            }
            (b"general.alignment", 4) => {
                let alignment = u64::from(walk.u32()?);
                if !alignment.is_power_of_two() {
                    return Err(Stop::Senseless);
                }
                meta.alignment = Some(alignment);
            }
            _ => value(walk, kind)?,
        }
    }
    Ok(meta)
}

/// The bytes from the data's start to the end of the last tensor. A tensor of a type that is not
/// listed counts from its start only.
fn tensor_list<R: Read + Seek>(walk: &mut Walk<BufReader<R>>, tensors: u64) -> Result<u64, Stop> {
    let mut end = 0;
    if tensors > MAX_COUNT {
        return Err(Stop::Senseless);
    }
    for _ in 0..tensors {
        text(walk)?;
        let dims = walk.u32()?;
        if dims > 4 {
            return Err(Stop::Senseless);
        }
        let mut elements: u64 = 1;
        for _ in 0..dims {
            elements = elements.checked_mul(walk.u64()?).ok_or(Stop::Senseless)?;
        }
        let kind = walk.u32()?;
        let offset = walk.u64()?;
        let len = tensor_bytes(kind, elements).unwrap_or(0);
        end = end.max(offset.checked_add(len).ok_or(Stop::Senseless)?);
    }
    Ok(end)
}

fn text<R: Read + Seek>(walk: &mut Walk<BufReader<R>>) -> Result<Vec<u8>, Stop> {
    let len = walk.u64()?;
    if len > MAX_TEXT {
        return Err(Stop::Senseless);
    }
    if len > walk.bytes - walk.at {
        return Err(Stop::Ended);
    }
    let mut bytes = vec![0; len as usize];
    walk.input.read_exact(&mut bytes).map_err(|_| Stop::Ended)?;
    walk.at += len;
    Ok(bytes)
}

/// Passes over a value of the metadata type numbered `kind`.
fn value<R: Read + Seek>(walk: &mut Walk<BufReader<R>>, kind: u32) -> Result<(), Stop> {
    match kind {
        8 => text(walk).map(drop),
        9 => {
            let item = walk.u32()?;
            let count = walk.u64()?;
            if count > MAX_COUNT {
                return Err(Stop::Senseless);
            }
            match width(item) {
                Some(width) => Ok(walk.skip(width * count)?),
                None if item == 8 => (0..count).try_for_each(|_| text(walk).map(drop)),
                // Lists of lists are allowed by the format and used by nobody.
                None => Err(Stop::Senseless),
            }
        }
        other => Ok(walk.skip(width(other).ok_or(Stop::Senseless)?)?),
    }
}

/// Bytes of a metadata value of a fixed width.
fn width(kind: u32) -> Option<u64> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}
