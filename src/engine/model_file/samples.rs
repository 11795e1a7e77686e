//! Small whole model files for tests.

use super::gguf::{TYPE_ARRAY, TYPE_STRING, TYPE_U32};

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
