//! `notewright models`, run as main runs it, with an empty folder and without a network.

use super::*;
use clap::Parser;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    models: ModelsArgs,
}

struct Run {
    result: Result<(), ModelsError>,
    text: String,
}

const LAPTOP: Machine = Machine {
    total_mib: 16_000,
    available_mib: 9_000,
    cores: 4,
};

fn run_in(
    folder: &Path,
    width: Option<usize>,
    ask: Option<&dyn Fn(&str) -> bool>,
    args: &[&str],
) -> Run {
    let cli = Cli::try_parse_from(std::iter::once(&"models").chain(args)).unwrap();
    let around = Surroundings {
        folder,
        program_files: Some(folder),
        way: Way {
            mirror: Some("http://127.0.0.1:1/".into()),
            ..Way::default()
        },
        width,
        ask,
        machine: LAPTOP,
    };
    let mut out = Vec::new();
    let result = run(&cli.models, &around, &mut out);
    Run {
        result,
        text: String::from_utf8(out).unwrap(),
    }
}

#[test]
fn the_list_fits_the_terminal_and_is_whole_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    for width in [40, 60, 80, 100, 160] {
        let run = run_in(folder.path(), Some(width), None, &["list"]);
        run.result.unwrap();
        // The columns before the prose are as wide as they must be, and the folder is not broken.
        let too_wide = run
            .text
            .lines()
            .find(|line| line.chars().count() > width.max(80) && !line.starts_with("Folder:"));
        assert_eq!(too_wide, None, "width {width}");
    }
    let piped = run_in(folder.path(), None, None, &["list"]).text;
    for entry in Catalog::builtin().entries() {
        let line = piped
            .lines()
            .find(|line| line.trim_start().starts_with(&format!("{} ", entry.name)));
        assert!(
            line.is_some_and(|line| line.ends_with(&entry.good_for)),
            "{}",
            entry.name
        );
    }
    assert!(
        piped.contains("not in this copy"),
        "the demo recogniser is absent here"
    );
}

#[test]
fn the_recommendation_gives_reasons_and_the_command() {
    let folder = tempfile::tempdir().unwrap();
    let text = run_in(folder.path(), None, None, &["recommend"]).text;
    for says in [
        "8.8 GiB",
        "4 physical cores",
        "notewright models pull small.en",
        "Smaller: ",
        "of the 9000 MiB",
    ] {
        assert!(text.contains(says), "{says}\n{text}");
    }
    let text = run_in(folder.path(), None, None, &["recommend", "--any-language"]).text;
    assert!(text.contains("pull small\n"), "{text}");
    let narrow = run_in(folder.path(), Some(50), None, &["recommend"]).text;
    assert!(
        narrow.lines().all(|line| line.chars().count() <= 50),
        "{narrow}"
    );
}

#[test]
fn a_licence_that_wants_agreement_gets_it_or_nothing_is_fetched() {
    let folder = tempfile::tempdir().unwrap();
    let no = |_: &str| false;
    let yes = |question: &str| question.contains("agree");
    let refused = |run: &Run| matches!(run.result, Err(ModelsError::LicenceNotAccepted { .. }));
    let gemma = ["pull", "gemma-3-1b-it"];
    for ask in [None, Some(&no as &dyn Fn(&str) -> bool)] {
        let run = run_in(folder.path(), None, ask, &gemma);
        assert!(refused(&run));
        assert!(run.text.contains("https://ai.google.dev/gemma/terms"));
        assert!(run.result.unwrap_err().hint().contains("--accept-licence"));
    }
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
    // With agreement the way leads to the server, at which nobody listens.
    assert!(!refused(&run_in(folder.path(), None, Some(&yes), &gemma)));
    let accepted = [&gemma[..], &["--accept-licence"]].concat();
    let run = run_in(folder.path(), None, None, &accepted);
    assert!(
        matches!(run.result, Err(ModelsError::ConnectionRefused { .. })),
        "{:?}",
        run.result
    );
    let run = run_in(folder.path(), None, None, &["pull", "recommended"]);
    assert!(
        run.text.starts_with("Licence of small.en: MIT"),
        "{}",
        run.text
    );
}

#[test]
fn misuse_is_told_with_the_next_step() {
    let folder = tempfile::tempdir().unwrap();
    let junk = folder.path().join("notes.txt");
    std::fs::write(&junk, "not a model").unwrap();
    let junk = junk.to_string_lossy().into_owned();
    for (args, says, hint) in [
        (vec!["pull", "smal.en"], "no model `smal.en`", "`small.en`"),
        (vec!["pull", "demo.en"], "comes with notewright", "list"),
        (
            vec!["pull", "base.en", "--mirror", "ftp://x/"],
            "not the address of a mirror",
            "--mirror",
        ),
        (vec!["add", &junk], "not a model file", ".gguf"),
        (vec!["add", "no/such.gguf"], "cannot read", "check the name"),
        (vec!["remove", "base.en"], "not installed", "pull base.en"),
        (vec!["remove", "base_en"], "no model", "`base.en`"),
    ] {
        let error = run_in(folder.path(), None, None, &args).result.unwrap_err();
        assert!(error.to_string().contains(says), "{args:?}: {error}");
        assert!(error.hint().contains(hint), "{args:?}: {}", error.hint());
    }
}

#[test]
fn verify_fails_where_something_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path(), None, None, &["verify"]);
    assert!(run.result.is_ok() && run.text.contains("No models"));
    std::fs::write(folder.path().join("ggml-base.en.bin"), b"lmgg").unwrap();
    let run = run_in(folder.path(), None, None, &["verify"]);
    assert!(
        run.text.contains("base.en  DAMAGED: it is cut off"),
        "{}",
        run.text
    );
    assert!(run.result.unwrap_err().hint().contains("pull base.en"));
    let list = run_in(folder.path(), None, None, &["list"]).text;
    assert!(
        list.lines()
            .any(|l| l.contains("base.en ") && l.contains("damaged")),
        "{list}"
    );
    run_in(folder.path(), None, None, &["remove", "base.en"])
        .result
        .unwrap();
}
