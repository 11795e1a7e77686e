//! The shape of a language model, as its header states it, and the memory that follows from it.

use crate::engine::protocol::{KvType, Tuning};

/// Counts that a GGUF header states; 0 where it does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Layers.
    pub layers: u64,
    /// Numbers a token is made of between layers.
    pub width: u64,
    /// Numbers inside a layer's feed-forward part, the most of any layer.
    pub hidden: u64,
    /// Attention heads of a layer.
    pub heads: u64,
    /// Heads that keep keys and values, of all layers together; `heads` in each where not stated.
    pub kv_heads: u64,
    /// Numbers of a key; `width / heads` where not stated.
    pub key: u64,
    /// Numbers of a value, likewise.
    pub value: u64,
    /// Context in tokens that it was trained for.
    pub context: u64,
    /// Entries of the vocabulary.
    pub vocabulary: u64,
    /// Bytes of the weights.
    pub weights: u64,
}

/// Bytes of memory that a language model wants, part by part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Need {
    /// The weights.
    pub weights: u64,
    /// Keys and values of the whole context.
    pub kv: u64,
    /// What is computed with them, and the program itself.
    pub compute: u64,
}

impl Need {
    /// All parts together.
    #[must_use]
    pub fn total(self) -> u64 {
        self.weights
            .saturating_add(self.kv)
            .saturating_add(self.compute)
    }
}

/// The program, the vocabulary and small buffers; measured (benches/README.md).
const PROGRAM: u64 = 96 << 20;

impl Shape {
    /// What the model wants with a context of `context` tokens: as many as it was trained for where
    /// those are fewer.
    #[must_use]
    pub fn need(&self, context: u32, tuning: &Tuning) -> Need {
        let context = match self.context {
            0 => u64::from(context),
            trained => trained.min(u64::from(context)),
        };
        let head = self.width.checked_div(self.heads).unwrap_or(0);
        let or = |stated: u64, usual: u64| if stated == 0 { usual } else { stated };
        let numbers = or(self.key, head).saturating_add(or(self.value, head));
        let heads = or(self.kv_heads, self.heads.saturating_mul(self.layers));
        let kv = heads.saturating_mul(numbers).saturating_mul(context);
        let kv = match tuning.kv {
            KvType::F16 => kv.saturating_mul(2),
            // Blocks of 32 numbers in 34 bytes.
            KvType::Q8_0 => (kv / 32).saturating_mul(34),
        };
        // What stands at once, 4 bytes a number: the chances of all words, the widest layer a few
        // times over, and without flash attention each head's look at the whole context.
        let looks = if tuning.flash {
            0
        } else {
            self.heads.saturating_mul(context)
        };
        let standing = self
            .vocabulary
            .saturating_add(self.hidden.saturating_mul(3))
            .saturating_add(self.width.saturating_mul(4))
            .saturating_add(looks);
        let compute = standing
            .saturating_mul(4)
            .saturating_mul(u64::from(tuning.micro_batch));
        Need {
            weights: self.weights,
            kv,
            compute: compute.saturating_add(PROGRAM),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Llama 3.2 1B as `Q4_K_M`.
    const LLAMA_1B: Shape = Shape {
        layers: 16,
        width: 2048,
        hidden: 8192,
        heads: 32,
        kv_heads: 16 * 8,
        key: 64,
        value: 64,
        context: 131_072,
        vocabulary: 128_256,
        weights: 800 << 20,
    };

    #[test]
    fn memory_follows_from_the_shape() {
        let tuning = Tuning {
            kv: KvType::F16,
            ..Tuning::default()
        };
        let need = LLAMA_1B.need(8192, &tuning);
        // 32 KB a token.
        assert_eq!(need.kv, 256 << 20);
        assert_eq!(need.weights, 800 << 20);
        assert!(need.total() > need.weights + need.kv);
        let small = LLAMA_1B.need(
            8192,
            &Tuning {
                kv: KvType::Q8_0,
                ..tuning
            },
        );
        assert_eq!(small.kv, 136 << 20);
    }

    #[test]
    fn the_context_is_no_longer_than_trained_and_gaps_have_their_usual_values() {
        let shape = Shape {
            context: 512,
            kv_heads: 0,
            key: 0,
            value: 0,
            ..LLAMA_1B
        };
        let tuning = Tuning::default();
        assert_eq!(shape.need(512, &tuning), shape.need(8192, &tuning));
        assert_eq!(
            shape
                .need(
                    512,
                    &Tuning {
                        kv: KvType::F16,
                        ..tuning
                    }
                )
                .kv,
            64 << 20
        );
        assert!(Shape::default().need(8192, &tuning).total() > 0);
    }
}
