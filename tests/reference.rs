//! The command-line reference and the answers that never change, as snapshots.

#[test]
fn command_line_reference() {
    trycmd::TestCases::new()
        .case("tests/cli/*.trycmd")
        .env("NOTEWRIGHT_MODELS", "no-models-here")
        .env("COLUMNS", "100");
}
