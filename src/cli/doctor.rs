//! `notewright doctor`: what works on this computer, and what to do next.

use std::process::ExitCode;

use crate::audio::microphone;
use crate::cli::World;
use crate::cli::failure::Failure;
use crate::cli::hearing;
use crate::engine::child::{Program, introduce};
use crate::engine::ear::{Ear, EarOptions};
use crate::engine::fence;
use crate::engine::protocol::Engine;
use crate::models::store::{State, Survey};
use crate::models::{Kind, ModelsError};

/// Runs the command. Exit code 0 tells that a draft from audio would work.
///
/// # Errors
/// When the models folder cannot be read.
pub fn run(world: &World) -> Result<ExitCode, Failure> {
    anstream::println!("notewright {}", env!("CARGO_PKG_VERSION"));
    heading("Engines");
    let ear = engine(Engine::Ear);
    engine(Engine::Pen);
    let fence = fence::probe();
    line("fence", &fence.to_string());
    heading("Models");
    let store = hearing::store(world);
    let survey = store.survey().map_err(|error: ModelsError| {
        let hint = error.hint();
        Failure::new(&error).hint(hint)
    })?;
    let recogniser = ear && models(&survey);
    heading("Microphone");
    line("input", &microphone());
    heading("Folders");
    line("settings", &world.folders.settings.display().to_string());
    line("models", &world.folders.models.display().to_string());
    if let Some(free) = survey.free_bytes {
        line(
            "free disk",
            &format!("{:.1} GB where the models lie", free as f64 / 1e9),
        );
    }
    heading("What to do next");
    let (works, next) = verdict(ear, recogniser, survey.demo.is_some());
    anstream::println!("  {next}");
    Ok(if works {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn verdict(ear: bool, recogniser: bool, demo: bool) -> (bool, &'static str) {
    match (ear, recogniser, demo) {
        (false, ..) => (
            false,
            "The speech engine is missing: build all three programs with `cargo build --release`.",
        ),
        (true, true, _) => (true, "All is well: notewright draft RECORDING"),
        (true, false, true) => (
            true,
            "Only the demo recogniser is there, which hears synthetic voices. For people: notewright models pull recommended",
        ),
        (true, false, false) => (
            false,
            "Pull a recogniser: notewright models pull recommended",
        ),
    }
}

fn heading(text: &str) {
    anstream::println!(
        "\n{}{text}{}",
        anstyle::Style::new().bold().render(),
        anstyle::Reset.render()
    );
}

fn line(name: &str, text: &str) {
    anstream::println!("  {name:<12} {text}");
}

/// Shows one engine; whether it answers.
fn engine(engine: Engine) -> bool {
    match introduce(&Program::Beside, engine) {
        Ok(hello) => {
            line(engine.binary(), &hello.native);
            line("", &format!("built for {}", hello.cpu.trim()));
            true
        }
        Err(error) => {
            line(engine.binary(), &error.to_string());
            line("", &format!("hint: {}", error.hint()));
            false
        }
    }
}

/// Shows the models; whether a recogniser for people's voices loads.
fn models(survey: &Survey) -> bool {
    let mut works = false;
    for model in &survey.installed {
        match &model.state {
            State::Ready(format) if format.kind() == Kind::Whisper => {
                match Ear::open(EarOptions::new(&model.path)) {
                    Ok(_) => {
                        works = true;
                        line(&model.name, "loads");
                    }
                    Err(error) => line(&model.name, &error.to_string()),
                }
            }
            State::Ready(_) => line(&model.name, "whole, as far as its header tells"),
            State::Faulty(why) => line(&model.name, why),
        }
    }
    for part in &survey.unfinished {
        line(&part.name, "not pulled to its end; pull it again to go on");
    }
    match &survey.demo {
        Some(_) => line("demo", "there; hears synthetic voices only"),
        None if survey.installed.is_empty() => line("none", "is installed"),
        None => {}
    }
    works
}

fn microphone() -> String {
    match microphone::devices() {
        Ok(devices) => devices.first().map_or_else(
            || "none seen; `notewright devices` says more".to_owned(),
            |device| device.name.clone(),
        ),
        Err(error) => error.to_string(),
    }
}
