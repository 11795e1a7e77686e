//! How many bytes a tensor takes, by its ggml type and shape.

use super::Fault;

/// Elements a block and bytes a block of ggml's tensor types, by number. Source: `enum ggml_type`
/// and the type traits of ggml 0.9.5; numbers that ggml has retired are absent.
fn block(ggml_type: u32) -> Option<(u64, u64)> {
    Some(match ggml_type {
        0 | 26 => (1, 4),      // F32, I32
        1 | 25 | 30 => (1, 2), // F16, I16, BF16
        2 | 20 => (32, 18),    // Q4_0, IQ4_NL
        3 => (32, 20),         // Q4_1
        6 => (32, 22),         // Q5_0
        7 => (32, 24),         // Q5_1
        8 => (32, 34),         // Q8_0
        9 => (32, 36),         // Q8_1
        10 => (256, 84),       // Q2_K
        11 | 21 => (256, 110), // Q3_K, IQ3_S
        12 => (256, 144),      // Q4_K
        13 => (256, 176),      // Q5_K
        14 => (256, 210),      // Q6_K
        15 => (256, 292),      // Q8_K
        16 | 35 => (256, 66),  // IQ2_XXS, TQ2_0
        17 => (256, 74),       // IQ2_XS
        18 => (256, 98),       // IQ3_XXS
        19 => (256, 50),       // IQ1_S
        22 => (256, 82),       // IQ2_S
        23 => (256, 136),      // IQ4_XS
        24 => (1, 1),          // I8
        27 | 28 => (1, 8),     // I64, F64
        29 => (256, 56),       // IQ1_M
        34 => (256, 54),       // TQ1_0
        39 => (32, 17),        // MXFP4
        _ => return None,
    })
}

/// Whether ggml 0.9.5 has this type.
pub(super) fn is_known(ggml_type: u32) -> bool {
    block(ggml_type).is_some()
}

/// Bytes of a tensor of this type and shape, the fastest dimension first.
pub(super) fn bytes(name: &str, ggml_type: u32, shape: &[u64]) -> Result<u64, Fault> {
    let refuse = |problem: &str| Fault::NotAModel(format!("its tensor `{name}` {problem}"));
    let (elements, size) = block(ggml_type)
        .ok_or_else(|| refuse(&format!("has type {ggml_type}, which is not known here")))?;
    if !shape.first().copied().unwrap_or(1).is_multiple_of(elements) {
        return Err(refuse("has rows that do not fill their blocks"));
    }
    shape
        .iter()
        .try_fold(1_u64, |product, &n| product.checked_mul(n))
        .and_then(|n| (n / elements).checked_mul(size))
        .ok_or_else(|| refuse("is larger than any file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_follow_type_and_shape() {
        for (ggml_type, shape, expected) in [
            (0, &[10_u64, 3][..], Some(120)),
            (1, &[80, 4, 2], Some(1280)),
            (7, &[64, 2], Some(96)),
            (8, &[32], Some(34)),
            (12, &[256, 2], Some(288)),
            (0, &[], Some(4)),
            (7, &[33], None),
            (4, &[32], None),
            (0, &[u64::MAX, 2], None),
        ] {
            assert_eq!(
                bytes("t", ggml_type, shape).ok(),
                expected,
                "{ggml_type} {shape:?}"
            );
        }
    }
}
