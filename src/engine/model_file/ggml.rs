//! The walk through a Whisper file in whisper.cpp's ggml format: header, mel filters, vocabulary,
//! tensors until the end.
//!
//! Layout as read by `whisper_model_load` in whisper.cpp 1.8.3.

use std::io::{BufReader, Read, Seek};

use super::{Ended, ModelFault, ModelFile, Walk};

/// `0x67676d6c`, little-endian.
pub(super) const MAGIC: &[u8; 4] = b"lmgg";

/// Longest vocabulary entry or tensor name believed, in bytes.
const MAX_NAME: u32 = 1 << 12;

struct Header {
    vocabulary: u32,
    audio_layers: u32,
    text_layers: u32,
}

pub(super) fn walk<R: Read + Seek>(walk: &mut Walk<BufReader<R>>) -> Result<ModelFile, ModelFault> {
    let header = header(walk)?;
    filters(walk)?;
    vocabulary(walk, header.vocabulary)?;
    let found = tensors(walk)?;
    // 7 tensors of the encoder and 4 of the decoder stand outside their layers.
    let expected = 11 + 15 * header.audio_layers + 24 * header.text_layers;
    if found != expected {
        return Err(ModelFault::CutOff(format!(
            "it has {found} of {expected} tensors"
        )));
    }
    Ok(ModelFile::Whisper {
        bytes: walk.bytes,
        vocabulary: header.vocabulary,
        layers: (header.audio_layers, header.text_layers),
    })
}

/// Eleven numbers. The limits are far above any Whisper model and keep nonsense out.
fn header<R: Read + Seek>(walk: &mut Walk<BufReader<R>>) -> Result<Header, ModelFault> {
    let mut numbers = [0; 11];
    for number in &mut numbers {
        *number = walk.u32().map_err(|Ended| walk.cut_off("the header"))?;
    }
    let [
        vocabulary,
        audio_ctx,
        audio_state,
        audio_heads,
        audio_layers,
        text_ctx,
        text_state,
        text_heads,
        text_layers,
        mels,
        kind,
    ] = numbers;
    let sane = (1..=1 << 20).contains(&vocabulary)
        && [audio_ctx, audio_state, text_ctx, text_state]
            .iter()
            .all(|n| (1..=1 << 14).contains(n))
        && [audio_heads, audio_layers, text_heads, text_layers, mels]
            .iter()
            .all(|n| (1..=256).contains(n))
        && kind < 10_000;
    if !sane {
        return Err(ModelFault::NotAModel(
            "a ggml file, but not of a Whisper recogniser".to_owned(),
        ));
    }
    let fits = audio_state == text_state
        && audio_state.is_multiple_of(audio_heads)
        && text_state.is_multiple_of(text_heads);
    if !fits {
        return Err(ModelFault::NotTaken(
            "its widths and heads do not fit together".to_owned(),
        ));
    }
    // The first id past the fixed special tokens of Whisper's English vocabulary is 51864.
    if vocabulary < 51_864 {
        return Err(ModelFault::NotTaken(format!(
            "a vocabulary of {vocabulary} lacks Whisper's special tokens"
        )));
    }
    Ok(Header {
        vocabulary,
        audio_layers,
        text_layers,
    })
}

fn filters<R: Read + Seek>(walk: &mut Walk<BufReader<R>>) -> Result<(), ModelFault> {
    let cut = |walk: &Walk<BufReader<R>>| walk.cut_off("the mel filters");
    let mels = walk.u32().map_err(|Ended| cut(walk))?;
    let bins = walk.u32().map_err(|Ended| cut(walk))?;
    let len = u64::from(mels) * u64::from(bins);
    if len > 1 << 20 {
        return Err(ModelFault::NotAModel(
            "its mel filters make no sense".to_owned(),
        ));
    }
    walk.skip(4 * len).map_err(|Ended| cut(walk))
}

fn vocabulary<R: Read + Seek>(walk: &mut Walk<BufReader<R>>, most: u32) -> Result<(), ModelFault> {
    let cut = |walk: &Walk<BufReader<R>>| walk.cut_off("the vocabulary");
    let entries = walk.u32().map_err(|Ended| cut(walk))?;
    if entries > most {
        return Err(ModelFault::NotAModel(
            "its vocabulary makes no sense".to_owned(),
        ));
    }
    for _ in 0..entries {
        let len = walk.u32().map_err(|Ended| cut(walk))?;
        if len > MAX_NAME {
            return Err(ModelFault::NotAModel(
                "its vocabulary makes no sense".to_owned(),
            ));
        }
        walk.skip(u64::from(len)).map_err(|Ended| cut(walk))?;
    }
    Ok(())
}

/// Counts the tensors to the end of the file.
fn tensors<R: Read + Seek>(walk: &mut Walk<BufReader<R>>) -> Result<u32, ModelFault> {
    let mut found = 0;
    while !walk.at_end() {
        tensor(walk, found)?;
        found += 1;
    }
    Ok(found)
}

fn tensor<R: Read + Seek>(walk: &mut Walk<BufReader<R>>, nth: u32) -> Result<(), ModelFault> {
    let what = format!("tensor {}", nth + 1);
    let cut = |walk: &Walk<BufReader<R>>| walk.cut_off(&what);
    let senseless = || ModelFault::NotAModel(format!("{what} makes no sense"));
    let mut head = [0; 3];
    for number in &mut head {
        *number = walk.u32().map_err(|Ended| cut(walk))?;
    }
    let [dims, name, kind] = head;
    if !(1..=4).contains(&dims) || !(1..=MAX_NAME).contains(&name) {
        return Err(senseless());
    }
    let mut elements: u64 = 1;
    for _ in 0..dims {
        let n = walk.u32().map_err(|Ended| cut(walk))?;
        elements = elements
            .checked_mul(u64::from(n))
            .filter(|e| *e <= 1 << 34)
            .ok_or_else(senseless)?;
    }
    let len = super::gguf::tensor_bytes(kind, elements).ok_or_else(senseless)?;
    walk.skip(u64::from(name)).map_err(|Ended| cut(walk))?;
    walk.skip(len).map_err(|Ended| cut(walk))
}
