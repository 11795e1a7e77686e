//! A real stream from a real sound server, where pulseaudio is installed: `scripts/sound hear` plays
//! short sounds into a microphone of its own, and the example `listen` must have recorded them.
#![cfg(target_os = "linux")]
// Functions that tests share may unwrap like tests.
#![allow(clippy::unwrap_used)]

use std::process::Command;

#[test]
fn what_is_played_is_recorded() {
    let own = std::env::current_exe().unwrap();
    let listen = own.ancestors().nth(2).unwrap().join("examples/listen");
    if !listen.exists() {
        println!("skipped: `cargo build --example listen` was not run");
        return;
    }
    let out = Command::new("scripts/sound")
        .arg("hear")
        .arg(listen)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    println!("{said}");
    assert!(
        out.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&out.stderr)
    );
    assert!(
        said.contains("skipped") || said.contains("; 4 ticks"),
        "{said}"
    );
}
