//! Chooses tokens: by likelihood, within the grammar where there is one.

use std::cmp::Ordering;

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token::data::LlamaTokenData;
use llama_cpp_2::token::data_array::LlamaTokenDataArray;
use notewright::engine::protocol::{Failure, Generate, Sampling};

/// So many of the likeliest tokens the grammar looks at, once it refused the likeliest and before it
/// looks at the whole vocabulary, which is slow.
const SHORTLIST: usize = 128;

pub struct Chooser {
    grammar: Option<LlamaSampler>,
    /// Nothing for the likeliest.
    chance: Option<LlamaSampler>,
}

impl Chooser {
    /// Nothing where the grammar cannot be read.
    pub fn new(model: &LlamaModel, ask: &Generate) -> Option<Self> {
        let grammar = match &ask.grammar {
            None => None,
            Some(text) => Some(LlamaSampler::grammar(model, text, "root").ok()?),
        };
        let chance = match ask.sampling {
            Sampling::Greedy => None,
            Sampling::Temperature { temperature, seed } => Some(LlamaSampler::chain_simple([
                LlamaSampler::temp(temperature.max(0.01)),
                LlamaSampler::dist(seed),
            ])),
        };
        Some(Self { grammar, chance })
    }

    /// The next token, the `nth`. The grammar looks at the first choice alone, and at more only
    /// where it refuses that one: most pass.
    pub fn choose(&mut self, context: &LlamaContext<'_>, nth: u32) -> Result<LlamaToken, Failure> {
        let first = match &mut self.chance {
            None => likeliest(context.get_logits()),
            Some(chance) => {
                let mut all = context.token_data_array();
                all.apply_sampler(chance);
                all.selected_token()
            }
        };
        let first = first.ok_or_else(|| Failure::Native("no token could be chosen".to_owned()))?;
        let Some(grammar) = &mut self.grammar else {
            return Ok(first);
        };
        let mut one = LlamaTokenDataArray::new(vec![LlamaTokenData::new(first, 1.0, 0.0)], false);
        one.apply_sampler(grammar);
        let token = if one.data.iter().any(|d| d.logit().is_finite()) {
            Some(first)
        } else if let Some(chance) = &mut self.chance {
            let mut all = context.token_data_array();
            all.apply_sampler(grammar);
            // By chance among those that the grammar left.
            all.data.retain(|d| d.logit().is_finite());
            all.apply_sampler(chance);
            all.selected_token()
        } else {
            let mut some = shortlist(context.get_logits());
            some.apply_sampler(grammar);
            best(&some).or_else(|| {
                let mut all = context.token_data_array();
                all.apply_sampler(grammar);
                best(&all)
            })
        };
        let token = token.ok_or(Failure::DeadEnd { tokens: nth })?;
        grammar
            .try_accept(token)
            .map_err(|_| Failure::Native("the grammar refused its own token".to_owned()))?;
        Ok(token)
    }
}

/// The first of the likeliest tokens.
fn likeliest(logits: &[f32]) -> Option<LlamaToken> {
    let mut best: Option<(usize, f32)> = None;
    for (id, &logit) in logits.iter().enumerate() {
        // Written so that what is no number never wins.
        if logit > best.map_or(f32::NEG_INFINITY, |(_, most)| most) {
            best = Some((id, logit));
        }
    }
    best.and_then(|(id, _)| Some(LlamaToken(i32::try_from(id).ok()?)))
}

fn shortlist(logits: &[f32]) -> LlamaTokenDataArray {
    let mut ranked: Vec<(i32, f32)> = (0..).zip(logits.iter().copied()).collect();
    let falling = |a: &(i32, f32), b: &(i32, f32)| {
        let known = b.1.partial_cmp(&a.1).unwrap_or(Ordering::Equal);
        known.then(a.0.cmp(&b.0))
    };
    ranked.retain(|(_, logit)| logit.is_finite());
    if ranked.len() > SHORTLIST {
        ranked.select_nth_unstable_by(SHORTLIST, falling);
        ranked.truncate(SHORTLIST);
    }
    let data = ranked.into_iter();
    let data = data.map(|(id, logit)| LlamaTokenData::new(LlamaToken(id), logit, 0.0));
    LlamaTokenDataArray::from_iter(data, false)
}

/// The likeliest of those that are left, the lowest id among equals.
fn best(left: &LlamaTokenDataArray) -> Option<LlamaToken> {
    let mut best: Option<(LlamaToken, f32)> = None;
    for token in left.data.iter().filter(|d| d.logit().is_finite()) {
        let (id, logit) = (token.id(), token.logit());
        if best.is_none_or(|(old, most)| logit > most || (logit >= most && id.0 < old.0)) {
            best = Some((id, logit));
        }
    }
    best.map(|(id, _)| id)
}
