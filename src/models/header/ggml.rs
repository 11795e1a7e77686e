//! The header of whisper.cpp's ggml files, recogniser and voice detector.
//!
//! Layout as in `whisper_model_load` and `whisper_vad_init_with_params` of whisper.cpp 1.8.3: after
//! the magic the hyper-parameters; in a recogniser mel filters and vocabulary; then tensors, each
//! with its header before its bytes, to the end of the file.

use std::io::{Read, Seek};

use super::{Fault, Format, Walker, tensor};

/// Vocabulary of the multilingual models begins here; `whisper_vocab::is_multilingual`.
const MULTILINGUAL_VOCABULARY: u32 = 51_865;

/// A tensor's name is at most this long; ggml's own limit is 64.
const LONGEST_NAME: u64 = 256;

/// No model has more of anything that is counted in a header; keeps a bad count from being walked.
const LARGEST_COUNT: u32 = 1 << 20;

pub(super) fn walk<R: Read + Seek>(walker: &mut Walker<R>) -> Result<Format, Fault> {
    let first = walker.u32()?;
    // A voice detector's file goes on with the length of its type's name, a recogniser's with the
    // size of its vocabulary, which is never so small.
    if (1..=64).contains(&first) {
        walk_detector(walker, first)
    } else {
        walk_recogniser(walker, first)
    }
}

fn walk_detector<R: Read + Seek>(walker: &mut Walker<R>, name: u32) -> Result<Format, Fault> {
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
    Ok(Format::Vad)
}

fn walk_recogniser<R: Read + Seek>(
    walker: &mut Walker<R>,
    vocabulary: u32,
) -> Result<Format, Fault> {
    let mut parameters = [0; 10];
    for parameter in &mut parameters {
        *parameter = walker.u32()?;
    }
    let [
        _,
        audio_state,
        _,
        audio_layers,
        _,
        text_state,
        _,
        text_layers,
        mels,
        _,
    ] = parameters;
    for (what, n) in [
        ("tokens", vocabulary),
        ("encoder states", audio_state),
        ("encoder layers", audio_layers),
        ("decoder states", text_state),
        ("decoder layers", text_layers),
        ("mel bands", mels),
    ] {
        count(n, what)?;
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
    Ok(Format::Whisper {
        english_only: vocabulary < MULTILINGUAL_VOCABULARY,
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

#[cfg(test)]
pub(crate) mod tests {
    use super::super::tests::walk_bytes;
    use super::*;

    /// A recogniser's file of the smallest shape, with zeros for weights.
    pub(crate) fn recogniser(vocabulary: u32) -> Vec<u8> {
        let mut file = b"lmgg".to_vec();
        let push = |file: &mut Vec<u8>, n: u32| file.extend(n.to_le_bytes());
        for n in [vocabulary, 1500, 4, 1, 1, 448, 4, 1, 1, 80, 1, 2, 3] {
            push(&mut file, n);
        }
        file.extend([0; 2 * 3 * 4]);
        push(&mut file, 2);
        for token in ["ab", "c"] {
            push(&mut file, token.len() as u32);
            file.extend(token.bytes());
        }
        for i in 0..11 + 15 + 24 {
            let name = format!("tensor.{i}");
            for n in [2, name.len() as u32, i % 2, 4, 3] {
                push(&mut file, n);
            }
            file.extend(name.bytes());
            file.extend(vec![0; if i % 2 == 0 { 48 } else { 24 }]);
        }
        file
    }

    /// A voice detector's file of the smallest shape.
    pub(crate) fn detector() -> Vec<u8> {
        let mut file = b"lmgg".to_vec();
        let push = |file: &mut Vec<u8>, n: u32| file.extend(n.to_le_bytes());
        push(&mut file, 10);
        file.extend(b"silero-16k");
        for n in [5, 1, 2, 512, 64, 1, 129, 128, 3, 128, 128, 128, 1] {
            push(&mut file, n);
        }
        for i in 0..9 {
            for n in [1, 2, 0, 5] {
                push(&mut file, n);
            }
            file.extend(format!("t{i}").bytes());
            file.extend([0; 20]);
        }
        file
    }

    #[test]
    fn whole_files_are_known_for_what_they_are() {
        assert_eq!(
            walk_bytes(&recogniser(51_864)).unwrap(),
            Format::Whisper { english_only: true }
        );
        assert_eq!(
            walk_bytes(&recogniser(51_865)).unwrap(),
            Format::Whisper {
                english_only: false
            }
        );
        assert_eq!(walk_bytes(&detector()).unwrap(), Format::Vad);
    }

    #[test]
    fn every_cut_is_seen() {
        for whole in [recogniser(51_864), detector()] {
            for len in 4..whole.len() {
                assert!(
                    matches!(walk_bytes(&whole[..len]), Err(Fault::CutOff { needs }) if needs > len as u64),
                    "cut to {len} of {}",
                    whole.len()
                );
            }
        }
    }
}
