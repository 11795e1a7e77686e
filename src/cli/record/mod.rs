//! `notewright record`: from the microphone to a sealed recording, its text while it is spoken, and
//! the note when the last word is said.

mod consent;
mod screen;

use std::process::ExitCode;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use clap::Args;

use crate::audio::doubt::clock;
use crate::audio::microphone::{Channels, Microphone, Wanted};
use crate::cli::World;
use crate::cli::draft::{Drafting, DraftingArgs, Known};
use crate::cli::failure::Failure;
use crate::cli::hearing::{self, Purpose};
use crate::cli::input::{self, Taken};
use crate::cli::key;
use crate::cli::progress::Gently;
use crate::record::live::{Live, LiveOptions};
use crate::record::recorder::{Recorded, Recorder};
use crate::record::shelf::Shelf;
use crate::record::tape::{TapeError, TapeHeader, TapeReader, TapeWriter, name_gaps};
use crate::session::{Mode, SessionDate};
use crate::transcript::assembly::Task;
use crate::transcript::event::Event;
use crate::vault::UserKey;

use screen::{Screen, Wish};

/// Record a dictation or a session, sealed on this computer, and draft its note.
#[derive(Debug, Args)]
pub struct RecordArgs {
    /// Microphone, by a name of `notewright devices`; the system's own where not given.
    #[arg(long, value_name = "NAME", env = "NOTEWRIGHT_DEVICE")]
    device: Option<String>,
    /// Two people on the two channels of one microphone input.
    #[arg(long, conflicts_with = "second")]
    stereo: bool,
    /// A second microphone, for the second person.
    #[arg(long, value_name = "NAME")]
    second: Option<String>,
    /// That the client agreed to be recorded, and how, e.g. "written, on file 2026-03-01". A session
    /// is not recorded without.
    #[arg(long, value_name = "HOW")]
    consent: Option<String>,
    /// Stop after so long, e.g. 90s, 50m.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    stop_after: Option<Duration>,
    /// Longest recording: one that was forgotten ends here.
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "4h")]
    max: Duration,
    /// Show no text while it is recorded; everything is heard at the end.
    #[arg(long)]
    no_live: bool,
    #[command(flatten)]
    drafting: DraftingArgs,
}

/// A length of time as people write it: `90s`, `50m`, `1h30m`, `50` for minutes.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no length of time; write for example 90s, 50m or 1h30m");
    let mut seconds = 0_u64;
    let mut digits = String::new();
    for letter in text.trim().chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        let unit = match letter {
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return Err(wrong()),
        };
        let count: u64 = digits.parse().map_err(|_| wrong())?;
        digits.clear();
        let more = count.checked_mul(unit).ok_or_else(wrong)?;
        seconds = seconds.checked_add(more).ok_or_else(wrong)?;
    }
    if !digits.is_empty() {
        let minutes: u64 = digits.parse().map_err(|_| wrong())?;
        let more = minutes.checked_mul(60).ok_or_else(wrong)?;
        seconds = seconds.checked_add(more).ok_or_else(wrong)?;
    }
    if seconds == 0 {
        return Err(wrong());
    }
    Ok(Duration::from_secs(seconds))
}

/// How a recording ended.
enum End {
    Stopped(Box<Recorded>),
    Erased,
}

/// Runs the command.
///
/// # Errors
/// When nothing can be recorded. A recording that was begun is kept, whatever follows.
pub fn run(world: &World, args: &RecordArgs) -> Result<ExitCode, Failure> {
    let mode = args
        .drafting
        .mode()
        .or(world.settings.mode)
        .unwrap_or_default();
    let consent = match mode {
        Mode::Session => Some(consent::stated(args.consent.as_deref())?),
        Mode::Dictation => args.consent.as_deref().map(consent::now),
    };
    let known = Known {
        mode: Some(mode),
        date: Some(SessionDate(jiff::Zoned::now().date())),
        ..Known::default()
    };
    // What is wrong with the request shows before anybody speaks.
    let mut drafting = Drafting::open(world, &args.drafting, 1, &known)?;
    let user_key = key::unlock_or_set_up(world)?;
    let microphone = Microphone::open(&wanted(args)).map_err(|error| {
        let hint = error.hint();
        Failure::new(&error).hint(hint)
    })?;
    let channels = u8::try_from(microphone.channels()).unwrap_or(2);
    let mut header = TapeHeader::now(mode, channels, microphone.devices().join(" and "));
    header.consent = consent;
    header.format = args.drafting.format().map(str::to_owned);
    let shelf = Shelf::of(&world.folders.data);
    let tape = shelf
        .begin(&user_key, &header)
        .map_err(|error| of_tape(&error))?;
    let name = tape
        .path()
        .file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let path = tape.path().to_owned();
    let (events, told) = channel();
    let listening = if args.no_live {
        None
    } else {
        listen(world, args, mode, &tape, move |event| {
            // The screen is gone only when the recording is over.
            let _ = events.send(event);
        })
    };
    let (live, is_demo) = listening.map_or((None, false), |l| (Some(l.live), l.is_demo));
    let mut screen = Screen::open(mode, &header.device, args.drafting.quiet());
    let recorder = Recorder::new(microphone, tape, live);
    let end = record(recorder, args, &mut screen, &told)?;
    screen.close();
    let End::Stopped(recorded) = end else {
        anstream::eprintln!("The recording is erased.");
        return Ok(ExitCode::SUCCESS);
    };
    if let Some(error) = &recorded.unfinished {
        drafting.fail(&of_tape(error));
    }
    let said = clock(recorded.length_ms);
    anstream::eprintln!("Recorded {said}. It is kept, sealed, as {name}.");
    let taken = taken(&mut drafting, *recorded, (&path, &name), &user_key, is_demo)?;
    let note = drafting.note(taken);
    drafting.write(&name, &note);
    if !args.drafting.quiet() {
        anstream::eprintln!(
            "note: when the note is as it should be, erase the recording: notewright recover {name} \
             --erase"
        );
    }
    Ok(drafting.code())
}

fn wanted(args: &RecordArgs) -> Wanted {
    Wanted {
        device: args.device.clone(),
        channels: if args.stereo {
            Channels::Stereo
        } else {
            Channels::Mono
        },
        second: args.second.clone(),
    }
}

fn of_tape(error: &TapeError) -> Failure {
    Failure::new(error).hint(error.hint())
}

/// The live transcript of a recording.
struct Listening {
    live: Live,
    is_demo: bool,
}

/// Starts the live transcript. Where that does not work the recording goes on without, and is heard
/// at its end.
fn listen(
    world: &World,
    args: &RecordArgs,
    mode: Mode,
    tape: &TapeWriter,
    sink: impl FnMut(Event) + Send + 'static,
) -> Option<Listening> {
    let without = |failure: &Failure| {
        failure.show();
        anstream::eprintln!("note: it is recorded without text, and heard when it is over");
    };
    let quiet = args.drafting.quiet();
    let hearing = hearing::open_for(world, args.drafting.hearing(), quiet, Purpose::Live)
        .inspect_err(without)
        .ok()?;
    let task = Task {
        mode,
        language: hearing.language.clone(),
        total_ms: None,
    };
    let options = LiveOptions {
        rewind: Some(Box::new(tape.rewind())),
        ..LiveOptions::default()
    };
    let live = Live::start_with(options, Box::new(hearing.ear), task, sink)
        .map_err(|error| Failure::new(format!("no thread for the live text: {error}")))
        .inspect_err(without)
        .ok()?;
    Some(Listening {
        live,
        is_demo: hearing.is_demo,
    })
}

/// How long the microphone is waited for, and the screen stands still.
const STEP: Duration = Duration::from_millis(50);
const REDRAW: Duration = Duration::from_millis(100);

/// Records until it is stopped, by a key, by Ctrl-C or by the time.
fn record(
    mut recorder: Recorder,
    args: &RecordArgs,
    screen: &mut Screen,
    told: &Receiver<Event>,
) -> Result<End, Failure> {
    let gently = Gently::begin();
    let longest = args
        .stop_after
        .map_or(args.max, |after| after.min(args.max));
    let mut drawn = Instant::now();
    loop {
        let mut news = recorder.step(STEP);
        for event in told.try_iter() {
            screen.hear(&event);
        }
        if gently.was_asked() || Duration::from_millis(recorder.length_ms()) >= longest {
            break;
        }
        match screen.wish() {
            None => {}
            Some(Wish::Stop) => break,
            Some(Wish::Pause) if recorder.is_paused() => news.extend(recorder.resume()),
            Some(Wish::Pause) => news.extend(recorder.pause()),
            Some(Wish::Mark) => {
                news.extend(recorder.mark());
                screen.say(&format!("marked at {}", clock(recorder.length_ms())));
            }
            Some(Wish::Discard) => {
                recorder.discard().map_err(|error| of_tape(&error))?;
                return Ok(End::Erased);
            }
            Some(Wish::Revoke) => {
                recorder.revoke().map_err(|error| of_tape(&error))?;
                return Ok(End::Erased);
            }
        }
        for one in &news {
            screen.tell(one);
        }
        if drawn.elapsed() >= REDRAW {
            screen.draw(&recorder);
            drawn = Instant::now();
        }
    }
    screen.say("stopped; hearing what is left");
    let recorded = recorder.finish();
    for event in told.try_iter() {
        screen.hear(&event);
    }
    Ok(End::Stopped(Box::new(recorded)))
}

/// The transcript of what was recorded: the live one, or else one that is made now.
fn taken(
    drafting: &mut Drafting<'_>,
    recorded: Recorded,
    (path, name): (&std::path::Path, &str),
    user_key: &UserKey,
    is_demo: bool,
) -> Result<Taken, Failure> {
    let open = || TapeReader::open(path, user_key).map_err(|error| of_tape(&error));
    let survey = open()?.read_through();
    let Some(heard) = recorded.heard else {
        return drafting.taker.tape(open()?, &survey, name);
    };
    let mut taken = input::heard(heard, is_demo, name);
    let coverage = std::mem::take(&mut taken.transcript.coverage);
    taken.transcript.coverage = name_gaps(coverage, &survey.gaps);
    taken.findings.splice(0..0, input::of_survey(&survey));
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::duration;
    use std::time::Duration;

    #[test]
    fn lengths_of_time_are_read() {
        for (text, seconds) in [("90s", 90), ("50m", 3000), ("1h30m", 5400), ("50", 3000)] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "0s", "soon", "m", "99999999999999999999h", "5x"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
