//! How language models want turns of speech written, where the model's own template does not say it
//! or is not understood; how thinking is closed; and how speech is kept from posing as a marker.
//!
//! Pure; used by the pen. Source: the chat templates that the makers publish with their models.

use crate::engine::protocol::{Role, Turn};
use crate::session::Speech;

/// A way of writing turns that several models share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Llama 3.0 to 3.3.
    Llama3,
    /// Gemma 1 to 3: no system turn, the instructions open the first user's turn.
    Gemma,
    /// Qwen 3: `ChatMl` with an empty thought before the answer.
    Qwen3,
    /// `ChatML`: Qwen 2, `SmolLM`, Hermes and many others.
    ChatMl,
    /// Granite 3 and 4.
    Granite,
    /// Mistral with a system turn of its own (v7).
    MistralSystem,
    /// Mistral before it, with a vocabulary that writes spaces as letters (v3).
    MistralSpaced,
    /// Mistral before it, with the Tekken vocabulary (v3).
    MistralTekken,
    /// No family: plain headings.
    Plain,
}

impl Family {
    /// The family of a model of this `architecture` whose vocabulary `has` certain special tokens;
    /// [`Family::Plain`] where they tell nothing.
    #[must_use]
    pub fn of(architecture: &str, has: &dyn Fn(&str) -> bool) -> Self {
        if has("<|start_header_id|>") && has("<|eot_id|>") {
            Self::Llama3
        } else if has("<start_of_turn>") && has("<end_of_turn>") {
            Self::Gemma
        } else if has("<|start_of_role|>") && has("<|end_of_role|>") {
            Self::Granite
        } else if has("<|im_start|>") && has("<|im_end|>") {
            if architecture.starts_with("qwen3") && has("<think>") {
                Self::Qwen3
            } else {
                Self::ChatMl
            }
        } else if has("[INST]") && has("[/INST]") {
            if has("[SYSTEM_PROMPT]") {
                Self::MistralSystem
            } else if has("<0x0A>") {
                Self::MistralSpaced
            } else {
                Self::MistralTekken
            }
        } else {
            Self::Plain
        }
    }

    /// The turns as a prompt up to where the answer begins, without the token that begins a text.
    /// Thinking is closed unless `open_thinking`.
    #[must_use]
    pub fn render(self, turns: &[Turn], open_thinking: bool) -> Speech {
        let text = match self {
            Self::Llama3 => framed(turns, self, |role| {
                format!("<|start_header_id|>{role}<|end_header_id|>\n\n")
            }),
            Self::Gemma => framed(&joined(turns), self, |role| {
                format!("<start_of_turn>{role}\n")
            }),
            Self::ChatMl | Self::Qwen3 => {
                framed(turns, self, |role| format!("<|im_start|>{role}\n"))
            }
            Self::Granite => framed(turns, self, |role| {
                format!("<|start_of_role|>{role}<|end_of_role|>")
            }),
            Self::MistralSystem => bracketed(turns, ""),
            Self::MistralSpaced => bracketed(&joined(turns), " "),
            Self::MistralTekken => bracketed(&joined(turns), ""),
            Self::Plain => framed(turns, self, |role| format!("{role}:\n")),
        };
        let thought = match self {
            Self::Qwen3 if !open_thinking => EMPTY_THOUGHT,
            _ => "",
        };
        format!("{text}{thought}").into()
    }

    /// Texts that end an answer. The first is the marker that ends a turn.
    #[must_use]
    pub fn stop(self) -> &'static [&'static str] {
        match self {
            Self::Llama3 => &["<|eot_id|>", "<|end_of_text|>", "<|start_header_id|>"],
            Self::Gemma => &["<end_of_turn>", "<start_of_turn>"],
            Self::ChatMl | Self::Qwen3 => &["<|im_end|>", "<|im_start|>", "<|endoftext|>"],
            Self::Granite => &["<|end_of_text|>", "<|start_of_role|>"],
            Self::MistralSystem | Self::MistralSpaced | Self::MistralTekken => &["</s>", "[INST]"],
            Self::Plain => &["\n\nUser:", "\n\nSystem:"],
        }
    }

    /// Whose markers a rendered prompt carries, for one that a template made.
    #[must_use]
    pub fn seen_in(prompt: &str) -> Self {
        let mut markers = [
            ("<|start_header_id|>", Self::Llama3),
            ("<start_of_turn>", Self::Gemma),
            ("<|start_of_role|>", Self::Granite),
            ("<|im_start|>", Self::ChatMl),
            ("[INST]", Self::MistralSpaced),
        ]
        .into_iter();
        markers
            .find(|(marker, _)| prompt.contains(marker))
            .map_or(Self::Plain, |(_, family)| family)
    }

    fn role(self, role: Role) -> &'static str {
        match (role, self) {
            (Role::System, Self::Plain) => "System",
            (Role::User, Self::Plain) => "User",
            (Role::Assistant, Self::Plain) => "Assistant",
            (Role::System, _) => "system",
            (Role::User, _) => "user",
            (Role::Assistant, Self::Gemma) => "model",
            (Role::Assistant, _) => "assistant",
        }
    }

    /// What ends a turn.
    fn end(self) -> &'static str {
        match self {
            Self::Llama3 => "<|eot_id|>",
            Self::Gemma => "<end_of_turn>\n",
            Self::ChatMl | Self::Qwen3 => "<|im_end|>\n",
            Self::Granite => "<|end_of_text|>\n",
            Self::MistralSystem | Self::MistralSpaced | Self::MistralTekken => "</s>",
            Self::Plain => "\n\n",
        }
    }
}

/// Turns that each stand between a heading and an end, and the heading of the answer.
fn framed(turns: &[Turn], family: Family, heading: impl Fn(&str) -> String) -> String {
    let mut text = String::new();
    for turn in turns {
        text.push_str(&heading(family.role(turn.role)));
        text.push_str(turn.text.trim());
        text.push_str(family.end());
    }
    text + &heading(family.role(Role::Assistant))
}

/// Mistral's brackets. With `space` the vocabulary wants one after each.
fn bracketed(turns: &[Turn], space: &str) -> String {
    let mut text = String::new();
    for turn in turns {
        let (before, after) = match turn.role {
            Role::System => ("[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]"),
            Role::User => ("[INST]", "[/INST]"),
            Role::Assistant => ("", "</s>"),
        };
        for part in [before, space, turn.text.trim(), after] {
            text.push_str(part);
        }
    }
    text
}

/// The turns with what the system says at the beginning of the user's next turn, for families
/// without a system turn.
fn joined(turns: &[Turn]) -> Vec<Turn> {
    let mut waiting = String::new();
    let mut out = Vec::new();
    for turn in turns {
        match turn.role {
            Role::System => waiting = format!("{waiting}{}\n\n", turn.text.trim()),
            Role::User if !waiting.is_empty() => out.push(Turn {
                role: Role::User,
                text: format!("{}{}", std::mem::take(&mut waiting), turn.text.trim()).into(),
            }),
            Role::User | Role::Assistant => out.push(turn.clone()),
        }
    }
    if !waiting.is_empty() {
        out.push(Turn {
            role: Role::User,
            text: waiting.trim().into(),
        });
    }
    out
}

/// A thought of nothing, as Qwen 3's template writes it where thinking is switched off.
const EMPTY_THOUGHT: &str = "<think>\n\n</think>\n\n";

/// What has to follow a prompt that `template` made, so that the model answers without thinking
/// aloud first; nothing for a model that does not think.
#[must_use]
pub fn closing(template: &str, prompt: &str) -> &'static str {
    if prompt.ends_with("<think>\n") {
        "\n</think>\n\n"
    } else if prompt.ends_with("<think>") {
        "\n\n</think>\n\n"
    } else if prompt.ends_with("</think>\n\n") {
        ""
    } else if template.contains("<|channel|>") && prompt.ends_with("<|start|>assistant") {
        "<|channel|>final<|message|>"
    } else if template.contains("<think>") || template.contains("enable_thinking") {
        EMPTY_THOUGHT
    } else {
        ""
    }
}

/// `text` without any of `markers` in it: a space goes behind the first character of each, so that
/// it reads the same and is no token of power. Zero bytes, which end texts for native code, go.
#[must_use]
pub fn defused(text: &Speech, markers: &[String]) -> Speech {
    let mut text = text.replace('\0', "");
    for marker in markers {
        let Some(first) = marker.chars().next().map(char::len_utf8) else {
            continue;
        };
        let (head, tail) = marker.split_at(first);
        if !tail.is_empty() && text.contains(marker.as_str()) {
            text = text.replace(marker.as_str(), &format!("{head} {tail}"));
        }
    }
    text.trim().into()
}

/// Whether a rendered prompt holds what every turn says, in their order: a template that drops one
/// is not understood.
#[must_use]
pub fn holds_all(prompt: &str, turns: &[Turn]) -> bool {
    let mut rest = prompt;
    turns.iter().all(|turn| {
        let said = turn.text.trim();
        match rest.find(said) {
            Some(at) => {
                rest = &rest[at + said.len()..];
                true
            }
            None => false,
        }
    })
}

#[cfg(test)]
mod tests;
