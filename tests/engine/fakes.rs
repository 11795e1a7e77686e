//! What the library does with children that crash, hang, and talk nonsense.

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
            "does not match this notewright: it speaks protocol 0, this is protocol 2",
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

#[test]
fn a_pen_that_never_stops_writing_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let mut pen = fake_pen(folder.path(), "pen-floods", patient());
    let error = pen.generate(&anything(), &mut |_| Wish::GoOn).unwrap_err();
    assert!(matches!(error, EngineError::Garbage { .. }), "{error}");
    assert_eq!((pen.process(), children::starts(folder.path())), (None, 2));
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

#[cfg(target_os = "linux")]
#[test]
fn a_fenced_child_can_read_its_model_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("other"), "Odile").unwrap();
    let error = fake_ear(folder.path(), "ear-tries", patient()).unwrap_err();
    let told = error.to_string();
    assert!(!told.contains("can still be read"), "{told}");
    if told.contains("landlock+seccomp") {
        assert!(
            told.ends_with("could read the model, start a thread"),
            "{told}"
        );
    } else {
        // A kernel without one of them holds less, and says so.
        assert!(told.contains("this kernel lacks it"), "{told}");
    }
}
