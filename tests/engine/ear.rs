//! The real recogniser on scripted models.

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
    let status = format!("/proc/{}/status", ear.process().unwrap());
    let status = std::fs::read_to_string(status).unwrap_or_default();
    let filtered = status.contains("Seccomp:\t2");
    assert_eq!(filtered, facts.fence.held.contains(&"seccomp".to_owned()));
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
        brief: false,
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
            "it is cut off: it has 30 bytes and needs",
        ),
        (
            "filters",
            &whole[..900],
            "it is cut off: it has 900 bytes and needs",
        ),
        (
            "words",
            &whole[..64_800],
            "it is cut off: it has 64800 bytes and needs",
        ),
        (
            "tensors",
            &whole[..900_000],
            "it is cut off: it has 900000 bytes and needs",
        ),
        ("no words", &without_weights, "it claims to have 0 tokens"),
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

fn kill(process: u32) {
    let status = std::process::Command::new("kill")
        .args(["-9", &process.to_string()])
        .status();
    assert!(status.unwrap().success());
}

fn alive(process: u32) -> bool {
    Path::new(&format!("/proc/{process}")).exists()
}
