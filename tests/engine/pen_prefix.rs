//! What the language model's child reuses of prompts, within its life and from the disk, and how it
//! lives through dead ends and its own death.

use notewright::engine::prefix::PrefixStore;

use super::pen::{ask, write};
use super::*;

const HEAD: &str = "You write notes. Be brief. ";

fn mamba(folder: &Path) -> PathBuf {
    let path = folder.join("mamba.gguf");
    let micro = micro_gguf::Micro {
        architecture: "mamba",
        ..micro_gguf::Micro::default()
    };
    micro_gguf::write_as(&path, 5, &micro).unwrap();
    path
}

/// Prompts that begin alike, each with the tokens that it can reuse after those before it.
fn prompts() -> [(String, u32); 4] {
    let head = HEAD.len() as u32 + 2;
    [
        (format!("{HEAD}Odile slept."), 0),
        (format!("{HEAD}She cried."), head),
        (format!("{HEAD}She cried."), head + 9),
        ("Another.".to_owned(), 1),
    ]
}

#[test]
fn what_prompts_have_in_common_is_read_once_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let model = gguf(folder.path());
    let mut pen = Pen::open(real_pen(model.clone())).unwrap();
    for (prompt, reused) in prompts() {
        let ask = Generate {
            max_tokens: 12,
            ..ask(&prompt)
        };
        let tokens = pen.tokenise(&prompt.as_str().into()).unwrap().len() as u32 + 1;
        let warm = write(&mut pen, &ask);
        let fresh = write(&mut Pen::open(real_pen(model.clone())).unwrap(), &ask);
        assert_eq!(warm.text, fresh.text, "{prompt}");
        // What the model wrote itself may happen to go on like the next prompt.
        assert!(warm.cost.reused >= reused, "{prompt} {:?}", warm.cost);
        assert_eq!(warm.cost.reused + warm.cost.passes, tokens);
        assert_eq!((fresh.cost.reused, fresh.cost.passes), (0, tokens));
        assert!(!cfg!(target_os = "linux") || warm.cost.peak > pen.describe().memory);
    }
}

#[test]
fn a_memory_that_cannot_be_cut_is_read_anew_or_goes_back_to_what_was_kept() {
    let folder = tempfile::tempdir().unwrap();
    let model = mamba(folder.path());
    let mut pen = Pen::open(real_pen(model.clone())).unwrap();
    assert_eq!(pen.describe().architecture, "mamba");
    let some = |prompt: &str| Generate {
        max_tokens: 6,
        ..ask(prompt)
    };
    let fresh: Vec<_> = prompts()
        .iter()
        .map(|(prompt, _)| {
            let mut pen = Pen::open(real_pen(model.clone())).unwrap();
            write(&mut pen, &some(prompt)).text
        })
        .collect();
    for ((prompt, _), fresh) in prompts().iter().zip(&fresh) {
        let warm = write(&mut pen, &some(prompt));
        assert_eq!((warm.cost.reused, &warm.text), (0, fresh), "{prompt}");
    }
    let kept = pen.keep(&HEAD.into(), None).unwrap();
    assert!(!kept.restored && !kept.stored);
    for ((prompt, reused), fresh) in prompts().iter().zip(&fresh) {
        let warm = write(&mut pen, &some(prompt));
        let want = if *reused == 1 { 0 } else { kept.tokens };
        assert_eq!((warm.cost.reused, &warm.text), (want, fresh), "{prompt}");
    }
}

#[test]
fn a_beginning_outlives_the_child_on_the_disk() {
    for model in [gguf, mamba] {
        let folder = tempfile::tempdir().unwrap();
        let model = model(folder.path());
        let store = PrefixStore {
            folder: folder.path().to_owned(),
            model: "micro".to_owned(),
        };
        let prompt = Generate {
            max_tokens: 8,
            ..ask(&format!("{HEAD}She slept."))
        };
        let mut pen = Pen::open(real_pen(model.clone())).unwrap();
        let cold = write(&mut pen, &prompt);
        let first = pen.keep(&HEAD.into(), Some(&store)).unwrap();
        assert!(!first.restored && first.stored, "{first:?}");
        drop(pen);
        let mut pen = Pen::open(real_pen(model.clone())).unwrap();
        let second = pen.keep(&HEAD.into(), Some(&store)).unwrap();
        assert!(second.restored && second.stored, "{second:?}");
        assert_eq!((second.tokens, second.cost.passes), (first.tokens, 0));
        let warm = write(&mut pen, &prompt);
        assert_eq!(warm.cost.reused, second.tokens);
        assert_eq!(warm.text, cold.text);
        // Other settings are another key.
        let mut other = real_pen(model);
        other.tuning.micro_batch = 64;

        let third = Pen::open(other).unwrap().keep(&HEAD.into(), Some(&store));
        assert!(!third.unwrap().restored);
    }
}

#[test]
fn a_state_that_does_not_fit_is_computed_instead() {
    let folder = tempfile::tempdir().unwrap();
    let store = PrefixStore {
        folder: folder.path().to_owned(),
        model: "the same name for two models".to_owned(),
    };
    let mut pen = Pen::open(real_pen(mamba(folder.path()))).unwrap();
    assert!(pen.keep(&HEAD.into(), Some(&store)).unwrap().stored);
    let mut pen = Pen::open(real_pen(gguf(folder.path()))).unwrap();
    let kept = pen.keep(&HEAD.into(), Some(&store)).unwrap();
    assert!(!kept.restored && kept.stored, "{kept:?}");
    let error = pen.keep(&HEAD.repeat(30).into(), None).unwrap_err();
    assert!(error.to_string().contains("context 512"), "{error}");
}

#[test]
fn a_grammar_without_a_way_on_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut pen = Pen::open(real_pen(gguf(folder.path()))).unwrap();
    // No bytes can spell that letter.
    for (grammar, want) in [
        ("root ::= \"ab\" [\\UFFFFFFFF]", "dead end after 2 tokens"),
        ("root ::= root \"a\"", "not valid GBNF"),
    ] {
        let ask = Generate {
            grammar: Some(grammar.into()),
            ..ask("Odile")
        };
        let error = pen.generate(&ask, &mut |_| Wish::GoOn).unwrap_err();
        assert!(error.to_string().contains(want), "{error}");
        assert!(error.can_go_on() && !shows_canary(&error));
    }
    assert!(pen.tokenise(&"a".into()).is_ok());
}

#[cfg(unix)]
#[test]
fn a_child_killed_while_writing_is_replaced_and_the_text_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut pen = Pen::open(real_pen(gguf(folder.path()))).unwrap();
    let first = pen.process().unwrap();
    let long = Generate {
        grammar: Some("root ::= [a-z]+".into()),
        max_tokens: 60,
        ..ask("a")
    };
    let whole = write(&mut pen, &long).text;
    let mut seen = String::new();
    let mut killed = false;
    let written = pen
        .generate(&long, &mut |step| {
            if let Writing::Text(text) = step {
                seen.push_str(text);
                if !std::mem::replace(&mut killed, true) {
                    let status = std::process::Command::new("kill")
                        .args(["-9", &first.to_string()])
                        .status();
                    assert!(status.unwrap().success());
                }
            }
            Wish::GoOn
        })
        .unwrap();
    assert!(killed && written.text == whole);
    assert_eq!(seen, whole.as_str());
}

#[test]
fn memory_is_told_before_anything_is_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let options = real_pen(gguf(folder.path()));
    let need = options.need().unwrap();
    // 512 tokens, 2 heads of 16 numbers, keys and values of 2 bytes.
    assert_eq!(need.kv, 512 * 2 * 16 * 2 * 2);
    assert!(need.total() > need.kv + need.weights && need.weights > 100_000);
    let missing = PenOptions::new(folder.path().join("none"));
    assert!(missing.need().is_err());
}
