//! Turns of speech as the loaded model wants them written: by its own template through llama.cpp's
//! renderer, else by its family, else under plain headings.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use llama_cpp_2::model::{LlamaChatMessage, LlamaChatTemplate, LlamaModel};
use llama_cpp_2::token_type::LlamaTokenAttr;
use notewright::engine::chat::{Family, closing, defused, holds_all};
use notewright::engine::protocol::{Chat, ChatPrompt, Failure, RenderedBy, Role, Turn};
use notewright::session::Speech;

/// What of a model matters for writing turns.
pub struct Manners {
    template: Option<LlamaChatTemplate>,
    template_text: String,
    family: Family,
    /// Texts that are tokens of power; speech must not hold them.
    markers: Vec<String>,
    /// The text of the token that begins every prompt, where the tokeniser adds it by itself.
    begin: Option<String>,
}

impl Manners {
    pub fn of(model: &LlamaModel, architecture: &str) -> Self {
        let vocab = model.vocab();
        let text = |token| {
            let text = vocab.text(token)?.to_str().ok()?;
            Some(text.to_owned())
        };
        let mut special = HashSet::new();
        let mut markers = Vec::new();
        for token in vocab.tokens() {
            let attributes = vocab.attr(token);
            let is = |attribute| attributes.contains(attribute);
            let power = is(LlamaTokenAttr::Control) || is(LlamaTokenAttr::Unknown);
            if !power && !is(LlamaTokenAttr::UserDefined) && !is(LlamaTokenAttr::Byte) {
                continue;
            }
            let Some(text) = text(token) else { continue };
            // What makers define for themselves may also be plain white space.
            let defined = is(LlamaTokenAttr::UserDefined) && text.starts_with(['<', '[']);
            if (power || defined) && text.len() > 2 {
                markers.push(text.clone());
            }
            special.insert(text);
        }
        let family = Family::of(architecture, &|token| special.contains(token));
        markers.extend(family.stop().iter().map(ToString::to_string));
        let template = model.chat_template(None).ok();
        let written = template.as_ref().and_then(|t| t.to_string().ok());
        Self {
            template_text: written.unwrap_or_default(),
            template,
            family,
            markers,
            begin: vocab.should_add_bos().then(|| text(vocab.bos())).flatten(),
        }
    }

    /// The chat as a prompt.
    pub fn write(&self, model: &LlamaModel, mut chat: Chat) -> Result<ChatPrompt, Failure> {
        for turn in &mut chat.turns {
            turn.text = defused(&turn.text, &self.markers);
        }
        let Some(last) = chat.turns.len().checked_sub(1) else {
            return Err(Failure::OutOfTurn("a chat without turns".to_owned()));
        };
        let (prompt, by) = self.render(model, &chat);
        // Whatever two last turns have in common before they begin.
        let mut with = |text: &str| {
            chat.turns[last].text = text.into();
            self.render(model, &chat).0
        };
        let (one, other) = (with("0"), with("1"));
        let head = common(&prompt, &one).min(common(&prompt, &other));
        let family = match by {
            RenderedBy::Template => Family::seen_in(&prompt),
            RenderedBy::Family | RenderedBy::Plain => self.family,
        };
        // Headings end a plain answer only where nothing better is known.
        let stop = match (family, by) {
            (Family::Plain, RenderedBy::Template) => &[],
            (family, _) => family.stop(),
        };
        Ok(ChatPrompt {
            prompt,
            head,
            stop: stop.iter().map(ToString::to_string).collect(),
            by,
        })
    }

    fn render(&self, model: &LlamaModel, chat: &Chat) -> (Speech, RenderedBy) {
        if let Some(prompt) = self.by_template(model, &chat.turns) {
            let close = if chat.open_thinking {
                ""
            } else {
                closing(&self.template_text, &prompt)
            };
            return (format!("{prompt}{close}").into(), RenderedBy::Template);
        }
        let by = match self.family {
            Family::Plain => RenderedBy::Plain,
            _ => RenderedBy::Family,
        };
        (self.family.render(&chat.turns, chat.open_thinking), by)
    }

    /// Nothing where there is no template, or llama.cpp does not know it, or it drops a turn.
    fn by_template(&self, model: &LlamaModel, turns: &[Turn]) -> Option<String> {
        let template = self.template.as_ref()?;
        let messages = turns
            .iter()
            .map(|turn| {
                let role = match turn.role {
                    Role::System => "system",
                    Role::User => "user",
                    Role::Assistant => "assistant",
                };
                LlamaChatMessage::new(role.to_owned(), turn.text.as_str().to_owned()).ok()
            })
            .collect::<Option<Vec<_>>>()?;
        // The binding asserts where llama.cpp contradicts itself.
        let render = || model.apply_chat_template(template, &messages, true);
        let prompt = catch_unwind(AssertUnwindSafe(render)).ok()?.ok()?;
        let prompt = match &self.begin {
            Some(begin) => prompt.strip_prefix(begin.as_str()).unwrap_or(&prompt),
            None => &prompt,
        };
        holds_all(prompt, turns).then(|| prompt.to_owned())
    }
}

/// Bytes that both begin with, whole characters.
fn common(a: &str, b: &str) -> usize {
    let pairs = a.char_indices().zip(b.chars());
    let mut same = pairs.take_while(|((_, a), b)| a == b);
    same.by_ref()
        .last()
        .map_or(0, |((at, c), _)| at + c.len_utf8())
}
