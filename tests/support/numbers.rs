//! Seeded random numbers and the half-precision and block formats of ggml.

/// A small generator (splitmix64); the same seed gives the same model on every machine.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Even between -1 and 1.
    pub fn even(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / 8_388_608.0 - 1.0
    }
}

/// IEEE half precision, rounded to nearest even; what is too small becomes 0.
pub fn f16(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = ((bits >> 16) & 0x8000) as u16;
    let exponent = ((bits >> 23) & 0xff).cast_signed() - 127 + 15;
    if exponent >= 31 {
        return sign | 0x7c00;
    }
    if exponent <= 0 {
        return sign;
    }
    let mantissa = bits & 0x007f_ffff;
    let half = ((exponent as u32) << 10) | (mantissa >> 13);
    let rest = mantissa & 0x1fff;
    let up = u32::from(rest > 0x1000 || (rest == 0x1000 && half & 1 == 1));
    sign | (half + up) as u16
}

/// Blocks of 32 as ggml's `Q8_0` stores them: a half-precision scale and 32 signed bytes.
pub fn q8_0(values: &[f32]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(values.len() / 32 * 34);
    for block in values.chunks_exact(32) {
        let top = block.iter().fold(0.0f32, |top, v| top.max(v.abs()));
        let scale = top / 127.0;
        bytes.extend(f16(scale).to_le_bytes());
        let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
        bytes.extend(block.iter().map(|v| (v * inverse).round() as i8 as u8));
    }
    bytes
}
