//! The language model of a run as the composer's author: the pen, asked in the composer's words.

use crate::compose::model::{Author, AuthorError, AuthorInfo, Role, Turn};
use crate::engine::failure::EngineError;
use crate::engine::pen::{Pen, Wish};
use crate::engine::protocol::{Generate, Sampling};
use crate::session::Speech;

/// How free the choice of words is where a seed asks for chance.
const TEMPERATURE: f32 = 0.7;

/// A pen that writes notes.
#[derive(Debug)]
pub struct PenAuthor {
    pen: Pen,
    info: AuthorInfo,
    sampling: Sampling,
}

impl PenAuthor {
    /// An author over a loaded model. Without a seed it always takes the likeliest word.
    #[must_use]
    pub fn new(pen: Pen, model: String, sha256: Option<String>, seed: Option<u32>) -> Self {
        let context = pen.describe().context as usize;
        Self {
            pen,
            info: AuthorInfo {
                model,
                sha256,
                context,
            },
            sampling: seed.map_or(Sampling::Greedy, |seed| Sampling::Temperature {
                temperature: TEMPERATURE,
                seed,
            }),
        }
    }
}

impl Author for PenAuthor {
    fn info(&self) -> AuthorInfo {
        self.info.clone()
    }

    fn count(&mut self, text: &str) -> Result<usize, AuthorError> {
        let tokens = self.pen.tokenise(&Speech::from(text)).map_err(|e| of(&e))?;
        Ok(tokens.len())
    }

    fn chat(&mut self, turns: &[Turn]) -> Result<Speech, AuthorError> {
        let mut prompt = String::new();
        for turn in turns {
            let role = match turn.role {
                Role::System => "system",
                Role::User => "user",
                Role::Assistant => "assistant",
            };
            prompt.push_str("<|im_start|>");
            prompt.push_str(role);
            prompt.push('\n');
            prompt.push_str(&turn.text);
            prompt.push_str("<|im_end|>\n");
        }
        prompt.push_str("<|im_start|>assistant\n");
        Ok(prompt.into())
    }

    fn write(
        &mut self,
        prompt: &Speech,
        grammar: &Speech,
        most: u32,
    ) -> Result<Speech, AuthorError> {
        let ask = Generate {
            prompt: prompt.clone(),
            grammar: Some(grammar.clone()),
            max_tokens: most,
            sampling: self.sampling,
            stop: Vec::new(),
        };
        self.pen
            .generate(&ask, &mut |_| Wish::GoOn)
            .map(|written| written.text)
            .map_err(|error| of(&error))
    }
}

fn of(error: &EngineError) -> AuthorError {
    AuthorError {
        cause: error.to_string(),
        hint: error.hint(),
        can_go_on: error.can_go_on(),
    }
}
