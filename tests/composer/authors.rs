//! Fakes of the author. All of them count a token for four bytes, and write prompts as `ChatML`.

use std::fmt::Write;

use notewright::compose::model::{Author, AuthorError, AuthorInfo, Role, Turn};
use notewright::session::Speech;

/// Answers each prompt by a function of the evidence that was shown, the number of the call, and
/// the whole prompt.
pub struct Fake<F> {
    pub context: usize,
    pub answer: F,
    pub prompts: Vec<String>,
    pub grammars: Vec<String>,
    pub most: Vec<u32>,
}

/// What a fake is asked.
pub struct Asked<'a> {
    /// Numbered evidence: number, who, text.
    pub evidence: Vec<(usize, String, String)>,
    /// The last turn.
    pub step: &'a str,
    /// How many prompts came before.
    pub nth: usize,
}

impl Asked<'_> {
    pub fn is_again(&self) -> bool {
        self.step.contains("were not carried")
    }
}

impl<F: FnMut(&Asked<'_>) -> Result<String, AuthorError>> Fake<F> {
    pub fn new(answer: F) -> Self {
        Self {
            context: 8192,
            answer,
            prompts: Vec::new(),
            grammars: Vec::new(),
            most: Vec::new(),
        }
    }
}

impl<F: FnMut(&Asked<'_>) -> Result<String, AuthorError>> Author for Fake<F> {
    fn info(&self) -> AuthorInfo {
        AuthorInfo {
            model: "fake".to_owned(),
            sha256: None,
            context: self.context,
        }
    }

    fn count(&mut self, text: &str) -> Result<usize, AuthorError> {
        Ok(text.len().div_ceil(4))
    }

    fn chat(&mut self, turns: &[Turn]) -> Result<Speech, AuthorError> {
        let mut prompt = String::new();
        for turn in turns {
            let role = match turn.role {
                Role::System => "system",
                Role::User => "user",
                Role::Assistant => "assistant",
            };
            let _ = write!(
                prompt,
                "<|im_start|>{role}\n{}<|im_end|>\n",
                turn.text.as_str()
            );
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
        let tokens = prompt.len().div_ceil(4) + most as usize;
        assert!(tokens <= self.context, "{tokens} tokens do not fit");
        let step = prompt.rsplit("<|im_start|>user\n").next().unwrap();
        let asked = Asked {
            evidence: evidence(step),
            step,
            nth: self.prompts.len(),
        };
        self.prompts.push(prompt.as_str().to_owned());
        self.grammars.push(grammar.as_str().to_owned());
        self.most.push(most);
        (self.answer)(&asked).map(Speech::from)
    }
}

fn evidence(step: &str) -> Vec<(usize, String, String)> {
    step.lines()
        .filter_map(|line| {
            let (id, rest) = line.split_once(". ")?;
            let (who, text) = rest.split_once(": ")?;
            Some((id.parse().ok()?, who.to_owned(), text.to_owned()))
        })
        .collect()
}

/// A line of an answer.
pub fn line(ids: &[usize], text: &str) -> String {
    let ids: Vec<String> = ids.iter().map(usize::to_string).collect();
    format!("{{\"e\":[{}],\"s\":\"{text}\"}}\n", ids.join(","))
}

/// Says every piece of evidence again, each in a line.
pub fn faithful(asked: &Asked<'_>) -> String {
    asked
        .evidence
        .iter()
        .map(|(id, _, text)| line(&[*id], text))
        .collect()
}

pub fn gone(can_go_on: bool) -> AuthorError {
    AuthorError {
        cause: "notewright-pen died (signal 9, killed, as when memory runs out)".to_owned(),
        hint: "free memory or choose a smaller model, then try again".to_owned(),
        can_go_on,
    }
}

/// Random sentences in the form of the grammar: words of the field and of the evidence by chance.
pub fn random(asked: &Asked<'_>, seed: &mut u64) -> String {
    const WORDS: &[&str] = &[
        "denies",
        "suicidal",
        "ideation",
        "client",
        "reports",
        "EMDR",
        "completed",
        "PHQ-9",
        "was",
        "not",
        "planned",
        "grounding",
        "and",
        "intent",
        "plan",
        "hopeless",
        "sertraline",
        "qx",
        "zr",
        "severe",
        "always",
        "her",
        "mother",
        "because",
    ];
    let mut next = move |below: usize| {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        (*seed % below.max(1) as u64) as usize
    };
    let said: Vec<&str> = asked
        .evidence
        .iter()
        .flat_map(|(_, _, text)| text.split(' '))
        .filter(|w| !w.contains(['"', '\\']))
        .collect();
    let mut text = String::new();
    for _ in 0..=next(asked.evidence.len() * 2) {
        let ids: Vec<usize> = (0..=next(4))
            .map(|_| asked.evidence[next(asked.evidence.len())].0)
            .collect();
        let words: Vec<&str> = (0..=next(14))
            .map(|_| {
                if next(3) == 0 {
                    WORDS[next(WORDS.len())]
                } else {
                    said[next(said.len())]
                }
            })
            .collect();
        text.push_str(&line(&ids, &words.join(" ")));
    }
    text
}
