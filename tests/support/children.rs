//! Where the children are: the real ones, and the fakes that misbehave on purpose.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use notewright::engine::child::Program;

/// The real recogniser, where this build has it.
pub fn ear() -> Option<Program> {
    option_env!("CARGO_BIN_EXE_notewright-ear").map(|path| Program::At(path.into()))
}

/// The real language model's child, where this build has it.
pub fn pen() -> Option<Program> {
    option_env!("CARGO_BIN_EXE_notewright-pen").map(|path| Program::At(path.into()))
}

/// A fake child that behaves as `behaviour` says (see `fake_engine.rs`), placed in `folder`, where it
/// keeps count of its starts.
pub fn fake(folder: &Path, behaviour: &str) -> Program {
    let path = folder.join(format!("{behaviour}{}", std::env::consts::EXE_SUFFIX));
    let built = built_fake();
    // A link costs nothing; across file systems only a copy will do.
    if std::fs::hard_link(built, &path).is_err() {
        std::fs::copy(built, &path).expect("the fake engine can be copied");
    }
    Program::At(path)
}

/// How often fakes in `folder` were started.
pub fn starts(folder: &Path) -> usize {
    std::fs::read_to_string(folder.join("starts")).map_or(0, |text| text.lines().count())
}

/// The example `fake_engine`, which `cargo test` builds; built here where only some tests were asked
/// for.
fn built_fake() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let own = std::env::current_exe().expect("a test knows its own path");
        let profile = own.ancestors().nth(2).expect("tests lie in deps");
        let name = format!("examples/fake_engine{}", std::env::consts::EXE_SUFFIX);
        let path = profile.join(name);
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--example", "fake_engine"]);
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        if !cfg!(feature = "ear") {
            cargo.arg("--no-default-features");
        }
        if !path.exists() {
            let built = cargo.status().is_ok_and(|status| status.success());
            assert!(built, "`cargo build --example fake_engine` failed");
        }
        path
    })
}
