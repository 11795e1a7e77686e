//! The header of whisper.cpp's ggml files, recogniser and voice detector.
//!
//! Layout as in `whisper_model_load` and `whisper_vad_init_with_params` of whisper.cpp 1.8.3: after
//! the magic the hyper-parameters; in a recogniser mel filters and vocabulary; then tensors, each
//! with its header before its bytes, to the end of the file.

use std::io::{Read, Seek};

use super::{Fault, ModelFile, Walker, tensor};

/// `0x67676d6c`, little-endian.
pub(super) const MAGIC: &[u8; 4] = b"lmgg";

/// Entries that a vocabulary with Whisper's special tokens has at least.
const SPECIAL: u32 = 51_864;

/// A tensor's name is at most this long; ggml's own limit is 64.
const LONGEST_NAME: u64 = 256;

/// No model has more of anything that is counted in a header; keeps a bad count from being walked.
const LARGEST_COUNT: u32 = 1 << 20;

pub(super) fn walk<R: Read + Seek>(walker: &mut Walker<R>) -> Result<ModelFile, Fault> {
    let first = walker.u32()?;
    // A voice detector's file goes on with the length of its type's name, a recogniser's with the
    // size of its vocabulary, which is never so small.
    if (1..=64).contains(&first) {
        walk_detector(walker, first)
    } else {
        walk_recogniser(walker, first)
    }
}

fn walk_detector<R: Read + Seek>(walker: &mut Walker<R>, name: u32) -> Result<ModelFile, Fault> {
    let model = walker.name(u64::from(name), LONGEST_NAME)?;
    if !model.starts_with("silero") {
        return Err(Fault::NotAModel(format!(
            "it holds a ggml model of type `{}`, which is not known here",
            model.escape_debug()
        )));
    }
    walker.skip(5 * 4)?; // version in three numbers, window, context
    let layers = count(walker.u32()?, "layers")?;
    walker.skip(u64::from(layers) * 3 * 4)?;
    walker.skip(4 * 4)?;
    // One basis, two a layer, four of the LSTM, two of the last convolution.
    walk_tensors(walker, u64::from(layers) * 2 + 7)?;
    Ok(ModelFile::Vad { bytes: walker.len })
}

fn walk_recogniser<R: Read + Seek>(
    walker: &mut Walker<R>,
    vocabulary: u32,
) -> Result<ModelFile, Fault> {
    let mut parameters = [0; 10];
    for parameter in &mut parameters {
        *parameter = walker.u32()?;
    }
    let [
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
    ] = parameters;
    // The limits are far above any Whisper model and keep nonsense out.
    let sane = vocabulary <= LARGEST_COUNT
        && [audio_ctx, audio_state, text_ctx, text_state]
            .iter()
            .all(|n| (1..=1 << 14).contains(n))
        && [audio_heads, audio_layers, text_heads, text_layers, mels]
            .iter()
            .all(|n| (1..=256).contains(n))
        && kind < 10_000;
    if !sane {
        return Err(Fault::NotAModel(
            "a ggml file, but not of a Whisper recogniser".to_owned(),
        ));
    }
    let fits = audio_state == text_state
        && audio_state.is_multiple_of(audio_heads)
        && text_state.is_multiple_of(text_heads);
    if !fits {
        return Err(Fault::NotTaken(
            "its widths and heads do not fit together".to_owned(),
        ));
    }
    // The first id past the fixed special tokens of Whisper's English vocabulary is 51864.
    if vocabulary < SPECIAL {
        return Err(Fault::NotTaken(format!(
            "a vocabulary of {vocabulary} lacks Whisper's special tokens"
        )));
    }
    let (filters, bins) = (
        count(walker.u32()?, "mel bands")?,
        count(walker.u32()?, "mel bins")?,
    );
    walker.skip(u64::from(filters) * u64::from(bins) * 4)?;
    for _ in 0..count(walker.u32()?, "tokens")? {
        let length = walker.u32()?;
        walker.skip(u64::from(length))?;
    }
    // `model.tensors` in whisper.cpp: 7 around the encoder and 15 a layer, 4 and 24 of the decoder.
    walk_tensors(
        walker,
        11 + u64::from(audio_layers) * 15 + u64::from(text_layers) * 24,
    )?;
    Ok(ModelFile::Whisper {
        bytes: walker.len,
        vocabulary,
        layers: (audio_layers, text_layers),
    })
}

fn walk_tensors<R: Read + Seek>(walker: &mut Walker<R>, expected: u64) -> Result<(), Fault> {
    let mut found = 0;
    while !walker.is_at_end() {
        let dimensions = walker.u32()?;
        let name_length = walker.u32()?;
        let ggml_type = walker.u32()?;
        if dimensions > 4 {
            return Err(Fault::NotAModel(format!(
                "it holds a tensor of {dimensions} dimensions"
            )));
        }
        let mut shape = [1_u64; 4];
        for n in shape.iter_mut().take(dimensions as usize) {
            *n = u64::from(walker.u32()?);
        }
        let name = walker.name(u64::from(name_length), LONGEST_NAME)?;
        walker.skip(tensor::bytes(&name, ggml_type, &shape)?)?;
        found += 1;
    }
    // A file may also end exactly between two tensors.
    if found < expected {
        return Err(Fault::CutOff {
            needs: walker.len.saturating_add(1),
        });
    }
    Ok(())
}

fn count(n: u32, what: &str) -> Result<u32, Fault> {
    if n == 0 || n > LARGEST_COUNT {
        return Err(Fault::NotAModel(format!("it claims to have {n} {what}")));
    }
    Ok(n)
}
