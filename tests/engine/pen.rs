//! The real language model's child on a micro model.

use super::*;

const GRAMMAR: &str = r#"root ::= "{\"mood\":" mood ",\"sud\":" [0-9] "}"
mood ::= "\"low\"" | "\"fair\"""#;

pub fn ask(prompt: &str) -> Generate {
    Generate {
        prompt: prompt.into(),
        grammar: None,
        max_tokens: 40,
        sampling: Sampling::Greedy,
        stop: Vec::new(),
    }
}

pub fn write(pen: &mut Pen, ask: &Generate) -> notewright::engine::pen::Written {
    pen.generate(ask, &mut |_| Wish::GoOn).unwrap()
}

#[test]
fn a_model_is_described() {
    let folder = tempfile::tempdir().unwrap();
    let pen = Pen::open(real_pen(gguf(folder.path()))).unwrap();
    let facts = pen.describe();
    assert_eq!(facts.architecture, "llama");
    assert_eq!((facts.context, facts.trained_context), (512, 512));
    assert_eq!((facts.vocabulary, facts.parameters), (354, 32_992));
    assert_eq!(facts.chat_template.as_deref(), Some(micro_gguf::TEMPLATE));
    assert!(facts.size > 100_000);
    assert_eq!(facts.fence.held, pen.hello().fence.held);
    assert!(pen.hello().cpu.contains("CPU"), "{}", pen.hello().cpu);
}

#[test]
fn text_is_split_into_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let mut pen = Pen::open(real_pen(gguf(folder.path()))).unwrap();
    let tokens = pen.tokenise(&"Odile".into()).unwrap();
    // A leading space, then a token a letter.
    assert_eq!(tokens.len(), 6);
    assert_eq!(pen.tokenise(&"\u{e9}".into()).unwrap().len(), 3);
    assert!(pen.tokenise(&"".into()).unwrap().is_empty());
}

#[test]
fn a_grammar_is_followed_whatever_the_weights() {
    let folder = tempfile::tempdir().unwrap();
    for seed in 0..3 {
        let path = folder.path().join(format!("{seed}.gguf"));
        micro_gguf::write(&path, seed).unwrap();
        let mut pen = Pen::open(real_pen(path)).unwrap();
        for sampling in [
            Sampling::Greedy,
            Sampling::Temperature {
                temperature: 1.0,
                seed: 9,
            },
        ] {
            let ask = Generate {
                grammar: Some(GRAMMAR.into()),
                sampling,
                ..ask("Odile said")
            };
            let written = write(&mut pen, &ask);
            assert_eq!(written.reason, StopReason::Finished);
            let note: serde_json::Value = serde_json::from_str(&written.text).unwrap();
            assert!(["low", "fair"].contains(&note["mood"].as_str().unwrap()));
            assert!(note["sud"].as_u64().unwrap() < 10);
            assert_eq!(
                write(&mut pen, &ask).text,
                written.text,
                "the same seed again"
            );
        }
    }
}

#[test]
fn writing_ends_where_it_must() {
    let folder = tempfile::tempdir().unwrap();
    let mut pen = Pen::open(real_pen(gguf(folder.path()))).unwrap();
    let written = write(
        &mut pen,
        &Generate {
            max_tokens: 7,
            ..ask("a")
        },
    );
    assert_eq!((written.reason, written.tokens), (StopReason::MaxTokens, 7));
    let none = write(
        &mut pen,
        &Generate {
            max_tokens: 0,
            ..ask("a")
        },
    );
    assert_eq!(
        (none.reason, none.text.as_str()),
        (StopReason::MaxTokens, "")
    );
    let stopped = write(
        &mut pen,
        &Generate {
            grammar: Some("root ::= \"one two three\"".into()),
            stop: vec![" three".to_owned(), "two".to_owned()],
            ..ask("a")
        },
    );
    assert_eq!(
        (stopped.reason, stopped.text.as_str()),
        (StopReason::StopText, "one ")
    );
    let full = Generate {
        grammar: Some("root ::= [a-z]+".into()),
        max_tokens: 10_000,
        ..ask("a")
    };
    let written = write(&mut pen, &full);
    if written.reason != StopReason::Finished {
        assert_eq!(written.reason, StopReason::ContextFull);
    }
}

#[test]
fn writing_can_be_cancelled_and_goes_on_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let mut pen = Pen::open(real_pen(gguf(folder.path()))).unwrap();
    let endless = Generate {
        grammar: Some("root ::= \"ab\" root".into()),
        max_tokens: u32::MAX,
        ..ask("a")
    };
    let mut seen = String::new();
    let written = pen
        .generate(&endless, &mut |step| {
            if let Writing::Text(text) = step {
                seen.push_str(text);
            }
            if seen.len() < 4 {
                Wish::GoOn
            } else {
                Wish::Cancel
            }
        })
        .unwrap();
    assert!(written.text.starts_with(&seen[..4]));
    // The context may fill before the cancellation is heard.
    assert_ne!(written.reason, StopReason::Finished);
    let again = write(
        &mut pen,
        &Generate {
            max_tokens: 2,
            ..ask("b")
        },
    );
    assert_eq!(again.reason, StopReason::MaxTokens);
}

#[test]
fn what_cannot_be_written_is_refused_and_the_child_lives() {
    let folder = tempfile::tempdir().unwrap();
    let mut pen = Pen::open(real_pen(gguf(folder.path()))).unwrap();
    let child = pen.process();
    let long = ask(&"Odile ".repeat(200));
    let broken = Generate {
        grammar: Some("root ::= Odile (".into()),
        ..ask("a")
    };
    for (ask, want) in [
        (long, "tokens and the context 512"),
        (broken, "not valid GBNF"),
    ] {
        let error = pen.generate(&ask, &mut |_| Wish::GoOn).unwrap_err();
        assert!(error.to_string().contains(want), "{error}");
        assert!(!shows_canary(&error) && error.can_go_on());
    }
    assert_eq!(
        write(
            &mut pen,
            &Generate {
                max_tokens: 1,
                ..ask("a")
            }
        )
        .tokens,
        1
    );
    assert_eq!(pen.process(), child);
}

#[test]
fn models_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let whole = std::fs::read(gguf(folder.path())).unwrap();
    let path = folder.path().join("bad.gguf");
    let odd = folder.path().join("odd.gguf");
    let micro = micro_gguf::Micro {
        architecture: "phrenology",
        ..micro_gguf::Micro::default()
    };
    micro_gguf::write_as(&odd, 1, &micro).unwrap();
    let odd = std::fs::read(odd).unwrap();
    let cases: [(&str, &[u8], &str); 5] = [
        ("empty", b"", "it is empty"),
        (
            "list",
            &whole[..400],
            "it is cut off: it has 400 bytes and needs",
        ),
        (
            "tensors",
            &whole[..whole.len() - 1],
            "it is cut off: it has",
        ),
        ("other", b"<!DOCTYPE html>", "it is a web page"),
        ("architecture", &odd, "its architecture is `phrenology`"),
    ];
    for (what, bytes, want) in cases {
        std::fs::write(&path, bytes).unwrap();
        let error = Pen::open(real_pen(path.clone())).unwrap_err();
        assert!(error.to_string().contains(want), "{what}: {error}");
    }
    let error = Pen::open(real_pen(whisper(folder.path(), &two_lines()))).unwrap_err();
    assert!(
        error.to_string().contains("a Whisper recogniser"),
        "{error}"
    );
}
