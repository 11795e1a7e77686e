//! The language model of a run as the composer's author: the pen, asked in the composer's words.

use crate::compose::model::{Author, AuthorError, AuthorInfo, Role, Turn};
use crate::engine::failure::EngineError;
use crate::engine::pen::{Pen, Wish};
use crate::engine::prefix::PrefixStore;
use crate::engine::protocol::{self, Chat, ChatPrompt, Generate, Sampling};
use crate::session::Speech;

/// How free the choice of words is where a seed asks for chance.
const TEMPERATURE: f32 = 0.7;

/// A pen that writes notes.
#[derive(Debug)]
pub struct PenAuthor {
    pen: Pen,
    info: AuthorInfo,
    sampling: Sampling,
    /// Where the opening of the prompts is kept between runs.
    store: Option<PrefixStore>,
    /// The last chat that was written as a prompt.
    asked: Option<ChatPrompt>,
    /// The opening that the engine has computed.
    kept: Option<Speech>,
}

impl PenAuthor {
    /// An author over a loaded model. Without a seed it always takes the likeliest word.
    #[must_use]
    pub fn new(pen: Pen, info: AuthorInfo, seed: Option<u32>, store: Option<PrefixStore>) -> Self {
        Self {
            pen,
            store,
            asked: None,
            kept: None,
            info,
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
        let turns = turns
            .iter()
            .map(|turn| protocol::Turn {
                role: match turn.role {
                    Role::System => protocol::Role::System,
                    Role::User => protocol::Role::User,
                    Role::Assistant => protocol::Role::Assistant,
                },
                text: turn.text.clone(),
            })
            .collect();
        let chat = Chat {
            turns,
            open_thinking: false,
        };
        let chat = self.pen.chat(&chat).map_err(|error| of(&error))?;
        let prompt = chat.prompt.clone();
        self.asked = Some(chat);
        Ok(prompt)
    }

    fn write(
        &mut self,
        prompt: &Speech,
        grammar: &Speech,
        most: u32,
    ) -> Result<Speech, AuthorError> {
        let asked = self.asked.take().filter(|chat| chat.prompt == *prompt);
        if let Some(chat) = &asked {
            self.keep(chat);
        }
        let ask = Generate {
            prompt: prompt.clone(),
            grammar: Some(grammar.clone()),
            max_tokens: most,
            sampling: self.sampling,
            stop: asked.map(|chat| chat.stop).unwrap_or_default(),
        };
        self.pen
            .generate(&ask, &mut |_| Wish::GoOn)
            .map(|written| written.text)
            .map_err(|error| of(&error))
    }
}

impl PenAuthor {
    /// Takes the opening of the prompts from the disk where an earlier run left it there, else
    /// leaves it for later ones. It holds rules, style and examples, and nothing that was said.
    fn keep(&mut self, chat: &ChatPrompt) {
        let Some(head) = chat.prompt.get(..chat.head).filter(|head| !head.is_empty()) else {
            return;
        };
        if self.kept.as_deref() != Some(head) {
            self.kept = Some(head.into());
            // Where this fails the prompt is computed whole; what is wrong shows then.
            let _ = self.pen.keep(&head.into(), self.store.as_ref());
        }
    }
}

fn of(error: &EngineError) -> AuthorError {
    AuthorError {
        cause: error.to_string(),
        hint: error.hint(),
        can_go_on: error.can_go_on(),
    }
}
