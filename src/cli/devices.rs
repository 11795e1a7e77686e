//! `notewright devices`: the microphones there are, and whether one of them hears well.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use crate::audio::microphone::complaint::Complaint;
use crate::audio::microphone::failure::MicrophoneError;
use crate::audio::microphone::host::Device;
use crate::audio::microphone::meter::{Loudness, Meter};
use crate::audio::microphone::{self, Channels, Microphone, Notice, Taken, Wanted};
use crate::cli::failure::Failure;

/// How often the bar is drawn anew.
const DRAWN: Duration = Duration::from_millis(100);
/// Characters in the bar.
const WIDTH: usize = 40;

/// Show the microphones there are, and test how well one hears.
#[derive(Debug, Args)]
pub struct DevicesArgs {
    /// Listen for some seconds, to the default or to the one named, and say how well it hears.
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "")]
    test: Option<String>,
    /// Test each of two channels, where a person speaks into each.
    #[arg(long, requires = "test")]
    stereo: bool,
    /// How long to listen.
    #[arg(long, value_name = "SECONDS", default_value_t = 5, requires = "test",
          value_parser = clap::value_parser!(u64).range(1..=300))]
    seconds: u64,
}

/// Runs the command. Exit code 0 tells that there is a microphone, and that the one tested hears.
///
/// # Errors
/// When there is none, or the one to be tested cannot be used.
pub fn run(args: &DevicesArgs) -> Result<ExitCode, Failure> {
    if let Some(name) = &args.test {
        let wanted = Wanted {
            device: Some(name.clone()).filter(|name| !name.is_empty()),
            channels: if args.stereo {
                Channels::Stereo
            } else {
                Channels::Mono
            },
            second: None,
        };
        return test(&wanted, Duration::from_secs(args.seconds));
    }
    let devices = microphone::devices().map_err(|error| failed(&error))?;
    if devices.is_empty() {
        return Err(failed(&MicrophoneError::NoDevice));
    }
    let width = (devices.iter().map(|device| device.name.chars().count())).max();
    let width = width.unwrap_or(0).min(60);
    for device in &devices {
        let mark = if device.is_default { '*' } else { ' ' };
        anstream::println!("{mark} {:<width$}  {}", device.name, gives(device));
    }
    anstream::println!("\n* taken where none is named. Test one: notewright devices --test NAME");
    Ok(ExitCode::SUCCESS)
}

/// The failure that a microphone's error is at the command line.
#[must_use]
pub fn failed(error: &MicrophoneError) -> Failure {
    let hint = error.hint();
    let is_usage = matches!(
        error,
        MicrophoneError::NotFound { .. }
            | MicrophoneError::Ambiguous { .. }
            | MicrophoneError::SameTwice { .. }
    );
    if is_usage {
        Failure::usage(error).hint(hint)
    } else {
        Failure::new(error).hint(hint)
    }
}

fn gives(device: &Device) -> String {
    if let Some(problem) = &device.problem {
        return problem.to_string();
    }
    let channels = match device.channels {
        1 => "1 channel".to_owned(),
        n => format!("{n} channels"),
    };
    match (device.rates.first(), device.rates.last()) {
        (Some(low), Some(high)) if low == high => format!("{channels}, {low} Hz"),
        (Some(low), Some(high)) => format!("{channels}, {low} to {high} Hz"),
        _ => channels,
    }
}

fn test(wanted: &Wanted, length: Duration) -> Result<ExitCode, Failure> {
    let mut microphone = Microphone::open(wanted).map_err(|error| failed(&error))?;
    let names: Vec<String> = microphone
        .devices()
        .into_iter()
        .map(str::to_owned)
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut meter = Meter::new(microphone.channels(), &names);
    let is_shown = std::io::stderr().is_terminal();
    anstream::eprintln!(
        "Listening to {} for {} s: speak as you would when recording.",
        names.join(" and "),
        length.as_secs()
    );
    let mut loudest = vec![f32::NEG_INFINITY; microphone.channels()];
    let mut complaints: Vec<Complaint> = Vec::new();
    let mut lost_ms = 0;
    while u128::from(microphone.given_ms()) < length.as_millis() {
        let taken = microphone.next(DRAWN).map_err(|error| failed(&error))?;
        match taken {
            Taken::Samples(samples) => complaints.extend(meter.push(&samples)),
            Taken::Gap { length_ms, .. } => {
                lost_ms += length_ms;
                meter.gap();
            }
            Taken::Nothing => {}
        }
        let loudness = meter.loudness();
        for (loudest, now) in loudest.iter_mut().zip(&loudness) {
            *loudest = loudest.max(now.rms_dbfs);
        }
        for notice in microphone.notices() {
            clear(is_shown);
            tell(&notice);
        }
        if is_shown {
            let bars: Vec<String> = loudness.iter().map(|now| bar(*now, WIDTH)).collect();
            let mut out = anstream::stderr();
            // A terminal that is gone is no reason to stop listening.
            let _ = write!(out, "\r{}", bars.join(" "));
            let _ = out.flush();
        }
    }
    clear(is_shown);
    let mut is_well = lost_ms == 0;
    for (channel, loudest) in loudest.iter().enumerate() {
        let of_channel: Vec<&Complaint> = complaints
            .iter()
            .filter(|c| c.channel() == channel)
            .collect();
        is_well &= verdict(channel, *loudest, &meter, &of_channel);
    }
    if lost_ms > 0 {
        anstream::println!("{lost_ms} ms of the sound were lost");
    }
    Ok(if is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn tell(notice: &Notice) {
    anstream::eprintln!("{notice}");
}

fn clear(is_shown: bool) {
    if is_shown {
        anstream::eprint!("\r{:width$}\r", "", width = 2 * WIDTH + 30);
    }
}

/// Says how well a channel was heard; whether it was.
fn verdict(channel: usize, loudest: f32, meter: &Meter, complaints: &[&Complaint]) -> bool {
    let which = if meter.loudness().len() > 1 {
        format!("channel {}: ", channel + 1)
    } else {
        String::new()
    };
    let mut told = Vec::new();
    for complaint in complaints {
        if !told.contains(&complaint.code()) {
            told.push(complaint.code());
            anstream::println!("{which}{complaint}; {}", complaint.hint());
        }
    }
    if !told.is_empty() {
        return false;
    }
    if meter.was_heard(channel) {
        anstream::println!("{which}good: speech at {loudest:.0} dB");
        return true;
    }
    let heard = if loudest.is_finite() {
        format!("nobody was heard, the loudest was at {loudest:.0} dB")
    } else {
        "no sound was heard".to_owned()
    };
    anstream::println!("{which}{heard}; speak, or choose another: notewright devices");
    false
}

/// A bar for a level: `[######------|-----] -23 dB`, from -60 dB to full scale, with a mark at the
/// peak. Plain characters only, so that any terminal shows it.
#[must_use]
pub fn bar(loudness: Loudness, width: usize) -> String {
    let cells = |share: f32| (share * width as f32).round() as usize;
    let filled = cells(loudness.share());
    let peak = cells(loudness.peak_share()).min(width.saturating_sub(1));
    let line: String = (0..width)
        .map(|n| match n {
            n if n < filled => '#',
            n if n == peak && peak > 0 => '|',
            _ => '-',
        })
        .collect();
    if loudness.rms_dbfs.is_finite() {
        format!("[{line}] {:>3.0} dB", loudness.rms_dbfs)
    } else {
        format!("[{line}] -oo dB")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_shows_mean_and_peak() {
        let cases = [
            (-30.0, -12.0, "[#####---|-] -30 dB"),
            (0.0, 0.0, "[##########]   0 dB"),
            (-80.0, -70.0, "[----------] -80 dB"),
            (f32::NEG_INFINITY, f32::NEG_INFINITY, "[----------] -oo dB"),
        ];
        for (rms_dbfs, peak_dbfs, want) in cases {
            let loudness = Loudness {
                peak_dbfs,
                rms_dbfs,
            };
            assert_eq!(bar(loudness, 10), want);
        }
    }
}
