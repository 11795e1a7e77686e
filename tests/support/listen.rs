//! Records from the default microphone for some seconds and says what came, line by line: the gaps,
//! the notices, and where short sounds begin after a quiet. What `scripts/sound check` measures.
//! `listen SECONDS [--slow MS]`: with `--slow` it rests so long after each take, as a program does
//! that has other work.

use std::time::{Duration, Instant};

use notewright::audio::microphone::{Microphone, Taken, Wanted};

/// A sound begins where the level passes this, after so many quiet samples.
const LOUD: f32 = 0.05;
const QUIET: u64 = 4_800;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let seconds: u64 = args.first().map_or(Ok(5), |text| text.parse())?;
    let rest = args.iter().position(|arg| arg == "--slow");
    let rest: u64 = rest
        .and_then(|at| args.get(at + 1))
        .map_or(Ok(0), |text| text.parse())?;
    let mut microphone = Microphone::open(&Wanted::default())?;
    println!("open {}", microphone.devices().join(", "));
    let begun = Instant::now();
    let (mut at, mut gaps, mut quiet) = (0_u64, 0_u64, QUIET);
    let mut hear = |taken: Taken, at: &mut u64| match taken {
        Taken::Samples(channels) => {
            if *at == 0 {
                println!("sound");
            }
            for sample in &channels[0] {
                if sample.abs() > LOUD {
                    if quiet >= QUIET {
                        println!("onset {}", *at / 16);
                    }
                    quiet = 0;
                } else {
                    quiet += 1;
                }
                *at += 1;
            }
        }
        Taken::Gap { length_ms, why } => {
            println!("gap at {} of {length_ms} {}", *at / 16, why.code());
            *at += length_ms * 16;
            gaps += length_ms;
            quiet = QUIET;
        }
        Taken::Nothing => {}
    };
    while begun.elapsed() < Duration::from_secs(seconds) {
        match microphone.next(Duration::from_millis(100)) {
            Ok(taken) => hear(taken, &mut at),
            Err(failure) => println!("failure {failure}"),
        }
        for notice in microphone.notices() {
            println!("notice {notice}");
        }
        if rest > 0 {
            std::thread::sleep(Duration::from_millis(rest));
        }
    }
    let overruns = microphone.overruns();
    let elapsed = begun.elapsed().as_millis();
    for taken in microphone.stop() {
        hear(taken, &mut at);
    }
    println!(
        "end length {} elapsed {elapsed} gaps {gaps} overruns {overruns}",
        at / 16
    );
    Ok(())
}
