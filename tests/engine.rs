//! The engine room end to end: real children on models made here, and fakes that misbehave.

mod support;

use std::path::{Path, PathBuf};
use std::time::Duration;

use notewright::engine::child::{Patience, Program};
use notewright::engine::ear::{Ear, EarOptions};
use notewright::engine::failure::{Death, EngineError};
use notewright::engine::pen::{Pen, PenOptions, Wish, Writing};
use notewright::engine::protocol::{Generate, Sampling, StopReason};
use notewright::session::{Speech, TimeSpan};
use notewright::transcript::transcriber::{HeardSegment, Transcriber};
use support::children::{self, fake};
use support::micro_gguf;
use support::scripted_whisper::{self as scripted, Script, Shape, line};

/// Words that the models and fakes say, and that nothing but an answer may show.
const CANARY: &str = "Odile";

fn whisper(folder: &Path, script: &Script) -> PathBuf {
    let path = folder.join("scripted.bin");
    scripted::write(&path, Shape::MICRO, script).unwrap();
    path
}

fn gguf(folder: &Path) -> PathBuf {
    let path = folder.join("micro.gguf");
    micro_gguf::write(&path, 5).unwrap();
    path
}

fn two_lines() -> Script {
    Script::new(vec![
        line(200, 1800, "Odile slept badly this week."),
        line(2000, 4800, "She denies any thoughts of harm."),
    ])
}

/// Noise, so that nothing depends on what is heard.
fn audio(seconds: usize) -> Vec<f32> {
    let mut random = support::numbers::Random::new(3);
    (0..16_000 * seconds).map(|_| 0.3 * random.even()).collect()
}

fn real_ear(model: PathBuf) -> EarOptions {
    EarOptions {
        program: children::ear().expect("tests of the real ear need the feature `ear`"),
        threads: Some(2),
        ..EarOptions::new(model)
    }
}

fn real_pen(model: PathBuf) -> PenOptions {
    PenOptions {
        program: children::pen().expect("tests of the real pen need the feature `pen`"),
        threads: Some(2),
        ..PenOptions::new(model)
    }
}

fn impatient() -> Patience {
    Patience {
        hello: Duration::from_millis(400),
        load: Duration::from_millis(400),
        work: Duration::from_millis(400),
    }
}

/// Long enough for a fake on a machine under load.
fn patient() -> Patience {
    Patience {
        hello: Duration::from_secs(60),
        load: Duration::from_secs(60),
        work: Duration::from_secs(60),
    }
}

fn fake_ear(folder: &Path, behaviour: &str, patience: Patience) -> Result<Ear, EngineError> {
    Ear::open(EarOptions {
        program: fake(folder, behaviour),
        patience: Some(patience),
        ..EarOptions::new(whisper(folder, &two_lines()))
    })
}

fn texts(segments: &[HeardSegment]) -> Vec<&str> {
    segments.iter().map(|s| s.text.as_str()).collect()
}

fn shows_canary(error: &EngineError) -> bool {
    format!("{error} {error:?} {}", error.hint()).contains(CANARY)
}

#[cfg(feature = "ear")]
mod ear {
    use super::*;

    #[test]
    fn a_scripted_model_is_heard_with_times_and_words() {
        let folder = tempfile::tempdir().unwrap();
        let mut ear = Ear::open(real_ear(whisper(folder.path(), &two_lines()))).unwrap();
        let mut streamed = Vec::new();
        let segments = ear
            .hear(&audio(5), &mut |segment| streamed.push(segment.clone()))
            .unwrap();
        assert_eq!(
            texts(&segments),
            [
                "Odile slept badly this week.",
                "She denies any thoughts of harm."
            ]
        );
        assert_eq!(streamed, segments);
        assert_eq!(segments[0].span, TimeSpan::new(200, 1800));
        // whisper.cpp lets a segment begin where the one before ended.
        assert_eq!(segments[1].span, TimeSpan::new(1800, 4800));
        for segment in &segments {
            assert!(segment.confidence > 0.8 && segment.confidence <= 1.0);
            assert!(segment.mean_logprob > -0.5 && segment.no_speech < 0.5);
            let words: Vec<_> = segment.words.iter().map(|w| w.text.as_str()).collect();
            assert_eq!(words.join(" "), segment.text.as_str());
            let mut last = segment.span.start_ms;
            for word in &segment.words {
                assert!(word.span.start_ms >= last && word.span.end_ms <= segment.span.end_ms);
                last = word.span.start_ms;
            }
        }
        assert_eq!(ear.last_cost().passes, 1);
    }

    #[test]
    fn facts_and_fence_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let ear = Ear::open(real_ear(whisper(folder.path(), &two_lines()))).unwrap();
        assert!(ear.hello().native.starts_with("whisper.cpp 1."));
        assert!(ear.hello().cpu.contains("CPU"));
        let facts = ear.facts();
        assert_eq!(
            (facts.kind.as_str(), facts.vocabulary, facts.multilingual),
            ("tiny", 51_864, false)
        );
        assert_eq!((facts.text_context, facts.audio_context), (448, 1500));
        assert_eq!(facts.fence.held, ear.hello().fence.held);
        assert_eq!(ear.engine().model, "scripted.bin");
    }

    #[test]
    fn beams_prompts_and_doubt_work() {
        let folder = tempfile::tempdir().unwrap();
        let mut script = two_lines();
        script.no_speech = true;
        script.certainty = 14.0;
        // Each letter of the prompt is a token of the scripted vocabulary.
        script.prompt_tokens = 4;
        let mut ear = Ear::open(EarOptions {
            beam: 3,
            prompt: Some("EMDR".into()),
            ..real_ear(whisper(folder.path(), &script))
        })
        .unwrap();
        assert_eq!(ear.facts().prompt_tokens, 4);
        let segments = ear.hear(&audio(5), &mut |_| {}).unwrap();
        assert_eq!(segments[0].text.as_str(), "Odile slept badly this week.");
        assert!(segments[0].no_speech > 0.5, "{}", segments[0].no_speech);
        assert!(segments[0].confidence < 0.99);
    }

    #[test]
    fn what_a_pass_leaves_over_is_taken_up() {
        let folder = tempfile::tempdir().unwrap();
        let script = Script::new(vec![line(0, 4000, "Odile slept.")]);
        let mut ear = Ear::open(real_ear(whisper(folder.path(), &script))).unwrap();
        let segments = ear.hear(&audio(8), &mut |_| {}).unwrap();
        assert_eq!(texts(&segments), ["Odile slept.", "Odile slept."]);
        assert_eq!(segments[1].span, TimeSpan::new(4000, 8000));
        let mut quiet = audio(4);
        quiet.resize(16_000 * 8, 0.0);
        let segments = ear.hear(&quiet, &mut |_| {}).unwrap();
        assert_eq!((segments.len(), ear.last_cost().passes), (1, 1));
    }

    #[test]
    fn no_window_is_too_short_to_be_answered() {
        let folder = tempfile::tempdir().unwrap();
        let mut ear = Ear::open(real_ear(whisper(folder.path(), &two_lines()))).unwrap();
        for samples in [1, 160, 1599, 16_000] {
            let result = ear.hear(&vec![0.1; samples], &mut |_| {});
            assert!(result.is_ok(), "{samples} samples");
        }
        assert!(matches!(
            ear.hear(&[], &mut |_| {}),
            Err(EngineError::Refused { .. })
        ));
        let too_long = vec![0.0; 16_000 * 61];
        assert!(matches!(
            ear.hear(&too_long, &mut |_| {}),
            Err(EngineError::NotSent { .. })
        ));
        assert!(ear.hear(&audio(2), &mut |_| {}).is_ok());
    }

    #[test]
    fn a_killed_child_is_replaced_and_none_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let mut ear = Ear::open(real_ear(whisper(folder.path(), &two_lines()))).unwrap();
        let first = ear.process().unwrap();
        kill(first);
        assert_eq!(ear.hear(&audio(5), &mut |_| {}).unwrap().len(), 2);
        let second = ear.process().unwrap();
        assert_ne!(first, second);
        drop(ear);
        assert!(!alive(first) && !alive(second));
    }

    #[test]
    fn a_child_ends_with_its_parent() {
        let folder = tempfile::tempdir().unwrap();
        let Some(Program::At(path)) = children::ear() else {
            panic!("no ear")
        };
        let mut child = std::process::Command::new(path)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null())
            .current_dir(folder.path())
            .spawn()
            .unwrap();
        drop(child.stdin.take());
        assert!(child.wait().unwrap().success());
    }

    #[test]
    fn nothing_is_printed_and_nothing_else_opened() {
        let folder = tempfile::tempdir().unwrap();
        let Some(Program::At(path)) = children::ear() else {
            panic!("no ear")
        };
        let model = whisper(folder.path(), &two_lines());
        let output = converse(&path, &model);
        assert!(output.stderr.is_empty(), "{:?}", output.stderr.len());
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert!(stdout.contains(CANARY) && stdout.starts_with("NW"));
    }

    /// Speaks the protocol with a child whose stderr is kept.
    fn converse(program: &Path, model: &Path) -> std::process::Output {
        use std::io::Write;

        use notewright::engine::frame::{encode_audio, encode_message};
        use notewright::engine::protocol::{EarLoad, EarRequest};

        let mut child = std::process::Command::new(program)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let load = EarRequest::Load(EarLoad {
            model: model.to_owned(),
            threads: 1,
            language: Some("en".to_owned()),
            beam: 1,
            prompt: None,
            mark_turns: false,
            short_audio: false,
        });
        let window = EarRequest::Window {
            window: 1,
            carry: false,
        };
        let mut pipe = child.stdin.take().unwrap();
        for frame in [
            encode_message(&load).unwrap(),
            encode_message(&window).unwrap(),
            encode_audio(&audio(5)).unwrap(),
            encode_message(&EarRequest::Bye).unwrap(),
        ] {
            pipe.write_all(&frame).unwrap();
        }
        // The pipe stays open until the child has said goodbye.
        let output = child.wait_with_output().unwrap();
        drop(pipe);
        output
    }

    #[test]
    fn models_that_cannot_be_used_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let whole = std::fs::read(whisper(folder.path(), &two_lines())).unwrap();
        let path = folder.path().join("bad.bin");
        // Header, mel filters, and a vocabulary without entries.
        let mut without_weights = whole[..48 + 8 + 80 * 201 * 4].to_vec();
        without_weights.extend(0u32.to_le_bytes());
        let mut wide = whole.clone();
        wide[12..16].copy_from_slice(&24u32.to_le_bytes());
        let cases: [(&str, &[u8], &str); 8] = [
            ("empty", b"", "it is empty"),
            ("text", b"a note about Odile", "it is not a model"),
            (
                "header",
                &whole[..30],
                "it is cut off: its 30 bytes end inside the header",
            ),
            (
                "filters",
                &whole[..900],
                "it is cut off: its 900 bytes end inside the mel filters",
            ),
            (
                "words",
                &whole[..64_800],
                "it is cut off: its 64800 bytes end inside the vocabulary",
            ),
            (
                "tensors",
                &whole[..900_000],
                "it is cut off: its 900000 bytes end inside tensor",
            ),
            (
                "no tensors",
                &without_weights,
                "it is cut off: it has 0 of 95 tensors",
            ),
            (
                "other width",
                &wide,
                "its widths and heads do not fit together",
            ),
        ];
        for (what, bytes, want) in cases {
            std::fs::write(&path, bytes).unwrap();
            let error = Ear::open(real_ear(path.clone())).unwrap_err();
            let told = error.to_string();
            assert!(told.contains(want), "{what}: {told}");
            assert!(told.contains("bad.bin") && !shows_canary(&error), "{told}");
        }
        let error = Ear::open(real_ear(gguf(folder.path()))).unwrap_err();
        assert!(
            error.to_string().contains("a language model (GGUF)"),
            "{error}"
        );
        assert!(!error.can_go_on() && error.hint().contains("notewright models"));
    }

    #[test]
    fn a_model_that_only_the_engine_can_refuse_is_named_too() {
        let folder = tempfile::tempdir().unwrap();
        let model = whisper(folder.path(), &two_lines());
        let mut bytes = std::fs::read(&model).unwrap();
        // A tensor under a name that whisper.cpp does not know.
        let name = b"decoder.ln.weight";
        let at = bytes.windows(name.len()).position(|w| w == name).unwrap();
        bytes[at] = b'x';
        std::fs::write(&model, bytes).unwrap();
        let error = Ear::open(real_ear(model)).unwrap_err();
        assert!(matches!(error, EngineError::Model { .. }), "{error}");
        assert!(
            error.to_string().contains("the engine does not take it"),
            "{error}"
        );
    }
}

#[cfg(feature = "pen")]
mod pen {
    use super::*;

    const GRAMMAR: &str = r#"root ::= "{\"mood\":" mood ",\"sud\":" [0-9] "}"
mood ::= "\"low\"" | "\"fair\"""#;

    fn ask(prompt: &str) -> Generate {
        Generate {
            prompt: prompt.into(),
            grammar: None,
            max_tokens: 40,
            sampling: Sampling::Greedy,
            stop: Vec::new(),
        }
    }

    fn write(pen: &mut Pen, ask: &Generate) -> notewright::engine::pen::Written {
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
        micro_gguf::write_as(&odd, 1, "phrenology").unwrap();
        let odd = std::fs::read(odd).unwrap();
        let cases: [(&str, &[u8], &str); 5] = [
            ("empty", b"", "it is empty"),
            (
                "list",
                &whole[..400],
                "it is cut off: its 400 bytes end inside the metadata",
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
}

mod fakes {
    use super::*;

    #[test]
    fn a_child_that_cannot_be_used_from_the_start_is_named() {
        let cases = [
            (
                "ear-garbage-at-once",
                "notewright-ear sent bytes that are no frame and was ended",
            ),
            (
                "ear-old",
                "does not match this notewright: it speaks protocol 0, this is protocol 1",
            ),
            (
                "ear-is-pen",
                "does not match this notewright: it is notewright-pen, not notewright-ear",
            ),
        ];
        for (behaviour, want) in cases {
            let folder = tempfile::tempdir().unwrap();
            let error = fake_ear(folder.path(), behaviour, patient()).unwrap_err();
            assert!(error.to_string().ends_with(want), "{behaviour}: {error}");
            assert!(!shows_canary(&error));
        }
        for behaviour in ["ear-silent", "ear-deaf"] {
            let folder = tempfile::tempdir().unwrap();
            let error = fake_ear(folder.path(), behaviour, impatient()).unwrap_err();
            assert!(
                matches!(error, EngineError::Hung { .. }),
                "{behaviour}: {error}"
            );
        }
    }

    #[test]
    fn a_missing_or_unusable_binary_says_how_to_get_one() {
        let folder = tempfile::tempdir().unwrap();
        let model = whisper(folder.path(), &two_lines());
        let open = |program| {
            Ear::open(EarOptions {
                program,
                ..EarOptions::new(&model)
            })
        };
        let error = open(Program::At(folder.path().join("none"))).unwrap_err();
        assert!(matches!(error, EngineError::Missing { .. }), "{error}");
        assert!(error.hint().contains("cargo build --release"));
        let text = folder.path().join("text");
        std::fs::write(&text, "not a program").unwrap();
        let error = open(Program::At(text)).unwrap_err();
        assert!(matches!(error, EngineError::NotStarted { .. }), "{error}");
    }

    #[test]
    fn a_child_that_fails_once_is_restarted_and_the_window_is_heard() {
        for behaviour in ["ear-crashes-once", "ear-half-then-crashes"] {
            let folder = tempfile::tempdir().unwrap();
            let mut ear = fake_ear(folder.path(), behaviour, patient()).unwrap();
            let mut streamed = Vec::new();
            let segments = ear
                .hear(&audio(1), &mut |s| streamed.push(s.clone()))
                .unwrap();
            assert_eq!(
                texts(&segments),
                ["Canary Odile wept.", "Canary Odile slept."]
            );
            assert_eq!(streamed, segments, "{behaviour}: each segment is told once");
            assert_eq!(children::starts(folder.path()), 2);
        }
    }

    #[test]
    fn a_child_that_fails_always_is_given_up_in_time() {
        type Expected = fn(&EngineError) -> bool;
        let cases: [(&str, Patience, Expected); 4] = [
            ("ear-crashes", patient(), |e| {
                matches!(
                    e,
                    EngineError::Died {
                        how: Death::Signal(_),
                        ..
                    }
                )
            }),
            ("ear-hangs", impatient(), |e| {
                matches!(e, EngineError::Hung { .. })
            }),
            ("ear-garbage", patient(), |e| {
                matches!(e, EngineError::Garbage { .. })
            }),
            ("ear-cut-off", patient(), |e| {
                matches!(
                    e,
                    EngineError::Died {
                        how: Death::Code(0),
                        ..
                    }
                )
            }),
        ];
        for (behaviour, patience, expected) in cases {
            let folder = tempfile::tempdir().unwrap();
            let mut ear = fake_ear(folder.path(), behaviour, patience).unwrap();
            for window in 1..=2 {
                let error = ear.hear(&audio(1), &mut |_| {}).unwrap_err();
                assert!(expected(&error), "{behaviour}: {error}");
                assert!(error.can_go_on() && !shows_canary(&error));
                // The first start serves the first try; each later try starts anew.
                assert_eq!(children::starts(folder.path()), 2 * window, "{behaviour}");
            }
            let gone = ear.transcribe(&audio(1), &mut |_| {}).unwrap_err();
            assert!(
                !gone.can_go_on && gone.cause.contains("3 times in a row"),
                "{gone}"
            );
            let starts = children::starts(folder.path());
            assert!(
                !ear.transcribe(&audio(1), &mut |_| {})
                    .unwrap_err()
                    .can_go_on
            );
            assert_eq!(
                children::starts(folder.path()),
                starts,
                "it is not started again"
            );
        }
    }

    #[test]
    fn a_refusal_costs_one_window_only() {
        let folder = tempfile::tempdir().unwrap();
        let mut ear = fake_ear(folder.path(), "ear-refuses", patient()).unwrap();
        for _ in 0..5 {
            let error = ear.transcribe(&audio(1), &mut |_| {}).unwrap_err();
            assert!(
                error.can_go_on && error.cause.contains("it was too much"),
                "{error}"
            );
        }
        assert_eq!(children::starts(folder.path()), 1);
    }

    #[test]
    fn a_pen_that_dies_is_restarted_and_tells_no_text_twice() {
        let folder = tempfile::tempdir().unwrap();
        let mut pen = fake_pen(folder.path(), "pen-crashes-once", patient());
        let mut seen = String::new();
        let written = pen
            .generate(&anything(), &mut |step| {
                if let Writing::Text(text) = step {
                    seen.push_str(text);
                }
                Wish::GoOn
            })
            .unwrap();
        assert_eq!(
            written.text.as_str(),
            "Canary Odile wept.Canary Odile slept."
        );
        assert_eq!(seen, written.text.as_str());
        assert_eq!(children::starts(folder.path()), 2);
        assert!(!format!("{written:?} {pen:?}").contains(CANARY));
    }

    #[test]
    fn a_pen_that_hangs_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let mut pen = fake_pen(folder.path(), "pen-hangs", impatient());
        let error = pen.generate(&anything(), &mut |_| Wish::GoOn).unwrap_err();
        assert!(matches!(error, EngineError::Hung { .. }), "{error}");
        assert_eq!(pen.process(), None);
        assert!(!shows_canary(&error));
    }

    fn fake_pen(folder: &Path, behaviour: &str, patience: Patience) -> Pen {
        Pen::open(PenOptions {
            program: fake(folder, behaviour),
            patience: Some(patience),
            ..PenOptions::new(gguf(folder))
        })
        .unwrap()
    }

    fn anything() -> Generate {
        Generate {
            prompt: Speech::from("a"),
            grammar: None,
            max_tokens: 9,
            sampling: Sampling::Greedy,
            stop: Vec::new(),
        }
    }
}

#[cfg(feature = "ear")]
fn kill(process: u32) {
    let status = std::process::Command::new("kill")
        .args(["-9", &process.to_string()])
        .status();
    assert!(status.unwrap().success());
}

#[cfg(feature = "ear")]
fn alive(process: u32) -> bool {
    Path::new(&format!("/proc/{process}")).exists()
}
