//! The attention's memory: which tokens it holds, and what of them a next prompt can use.

use llama_cpp_2::LlamaStateSeqFlags;
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::token::LlamaToken;
use notewright::engine::protocol::Failure;

/// The one text that is worked on, in llama.cpp's numbering.
const TEXT: i32 = 0;

/// A context with an account of the tokens in it.
pub struct Held<'a> {
    pub context: LlamaContext<'a>,
    tokens: Vec<LlamaToken>,
    /// A beginning to come back to, for models whose memory cannot be cut (recurrent ones).
    mark: Option<(Vec<LlamaToken>, Vec<u8>)>,
}

impl<'a> Held<'a> {
    pub fn new(context: LlamaContext<'a>) -> Self {
        Self {
            context,
            tokens: Vec::new(),
            mark: None,
        }
    }

    /// Tokens held.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether exactly these tokens are held.
    pub fn is(&self, tokens: &[LlamaToken]) -> bool {
        self.tokens == tokens
    }

    /// Lets go of everything that `prompt` does not begin with, and tells how many of its tokens
    /// are held. The last is never among them: what follows it has to be computed.
    pub fn begin(&mut self, prompt: &[LlamaToken]) -> usize {
        let pairs = self.tokens.iter().zip(prompt);
        let same = pairs.take_while(|(a, b)| a == b).count();
        let same = same.min(prompt.len().saturating_sub(1));
        if same < self.tokens.len() && !self.cut(same) {
            self.clear();
            self.back_to_mark(prompt);
        }
        self.tokens.len()
    }

    /// Keeps the first `len` tokens; false where the model's memory cannot be cut there.
    fn cut(&mut self, len: usize) -> bool {
        if len == 0 {
            self.clear();
            return true;
        }
        let Ok(from) = u32::try_from(len) else {
            return false;
        };
        let cut = self.context.clear_kv_cache_seq(Some(0), Some(from), None);
        if cut == Ok(true) {
            self.tokens.truncate(len);
            return true;
        }
        false
    }

    pub fn clear(&mut self) {
        self.context.clear_kv_cache();
        self.tokens.clear();
    }

    /// Computes tokens after those held, with the chances after the last of them if `choose`.
    pub fn compute(&mut self, tokens: &[LlamaToken], choose: bool) -> Result<(), Failure> {
        let done = self.decode(tokens, choose);
        if done.is_ok() {
            self.tokens.extend_from_slice(tokens);
        } else {
            // What native code left behind is not known.
            self.clear();
        }
        done
    }

    fn decode(&mut self, tokens: &[LlamaToken], choose: bool) -> Result<(), Failure> {
        let failed = |e: &dyn std::error::Error| Failure::Native(e.to_string());
        let mut batch = LlamaBatch::new(tokens.len(), 1);
        let from = i32::try_from(self.tokens.len()).map_err(|e| failed(&e))?;
        for (nth, token) in (0..).zip(tokens) {
            let last = nth as usize + 1 == tokens.len();
            batch
                .add(*token, from + nth, &[TEXT], choose && last)
                .map_err(|e| failed(&e))?;
        }
        self.context.decode(&mut batch).map_err(|e| failed(&e))
    }

    /// The state of the tokens held, to be taken over by [`Held::take_over`]. Empty where llama.cpp
    /// gives none.
    // The safe way gives an object that cannot leave the process.
    #[allow(unsafe_code)]
    pub fn state(&self) -> Vec<u8> {
        let flags = LlamaStateSeqFlags::empty();
        let mut state = vec![0; self.context.state_seq_get_size_ext(TEXT, flags)];
        // SAFETY: the buffer is as long as llama.cpp just said that it writes.
        let written = unsafe {
            self.context
                .state_seq_get_data_ext(state.as_mut_ptr(), TEXT, flags)
        };
        if written == state.len() {
            state
        } else {
            Vec::new()
        }
    }

    /// Takes over the state of `tokens`; false, with nothing held, where it does not fit.
    #[allow(unsafe_code)]
    pub fn take_over(&mut self, tokens: &[LlamaToken], state: &[u8]) -> bool {
        self.clear();
        // SAFETY: the bytes were written by `state` of this same binary and model, which the
        // library's digests see to; llama.cpp checks shapes and lengths as it reads.
        let taken = unsafe {
            self.context
                .state_seq_set_data_ext(state, TEXT, LlamaStateSeqFlags::empty())
        };
        let last = i32::try_from(tokens.len()).unwrap_or(0) - 1;
        if taken && self.context.kv_cache_seq_pos_max(TEXT) == last {
            self.tokens = tokens.to_vec();
            return true;
        }
        self.clear();
        false
    }

    /// Remembers what is held, for a model whose memory cannot be cut back to it.
    pub fn mark(&mut self) {
        self.mark = Some((self.tokens.clone(), self.state()));
    }

    fn back_to_mark(&mut self, prompt: &[LlamaToken]) {
        if let Some((tokens, state)) = self.mark.take() {
            if tokens.len() < prompt.len() && prompt.starts_with(&tokens) {
                self.take_over(&tokens, &state);
            }
            self.mark = Some((tokens, state));
        }
    }
}
