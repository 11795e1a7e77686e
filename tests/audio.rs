//! Recordings of every container and codec, damaged ones, and what is no recording at all.

// A test that cannot set up its files has failed.
#![expect(clippy::unwrap_used)]

use std::f32::consts::TAU;
use std::fs;
use std::path::{Path, PathBuf};

use hound::{SampleFormat, WavSpec, WavWriter};
use notewright::audio::doubt::Doubt;
use notewright::audio::downmix::Channels;
use notewright::audio::failure::AudioError;
use notewright::audio::recording::Recording;
use tempfile::TempDir;

/// Length of the fixtures, in milliseconds.
const FIXTURE_MS: u64 = 900;
/// Their tone.
const TONE_HZ: f32 = 440.0;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/audio")
        .join(name)
}

/// All samples and doubts of a recording.
fn hear(path: &Path) -> (Vec<f32>, Vec<Doubt>) {
    let mut recording = Recording::open(path).unwrap_or_else(|error| panic!("{error}"));
    let mut samples = Vec::new();
    for block in recording.by_ref() {
        samples.extend(block.unwrap());
    }
    (samples, recording.doubts())
}

fn codes(doubts: &[Doubt]) -> Vec<&'static str> {
    doubts.iter().map(Doubt::code).collect()
}

/// How strong `hz` is in the samples, by Goertzel's method: its share of the power.
fn share_of(samples: &[f32], hz: f32) -> f32 {
    let turn = TAU * hz / 16_000.0;
    let (mut a, mut b) = (0.0_f32, 0.0_f32);
    for sample in samples {
        (a, b) = (sample + 2.0 * turn.cos() * a - b, a);
    }
    let power = a * a + b * b - 2.0 * turn.cos() * a * b;
    let all: f32 = samples.iter().map(|s| s * s).sum();
    2.0 * power / (all * samples.len() as f32)
}

fn assert_tone(name: &str, samples: &[f32], ms: u64) {
    let found = samples.len() as u64 / 16;
    // These pad with up to two of their frames, and nothing here takes the last ones off.
    let padded = [".aac", "tone.m4a", "adpcm.wav", ".mp3", ".webm", ".mkv"]
        .iter()
        .any(|end| name.ends_with(end));
    let tolerance = ms / 100 + if padded { 50 } else { 0 };
    assert!(
        found.abs_diff(ms) <= tolerance,
        "{name}: {found} ms for {ms}"
    );
    let middle = &samples[samples.len() / 4..samples.len() * 3 / 4];
    let share = share_of(middle, TONE_HZ);
    assert!(share > 0.7, "{name}: {share} of the power at {TONE_HZ} Hz");
}

#[test]
fn every_container_and_codec_is_heard() {
    for name in [
        "tone.mp3",
        "tone.m4a",
        "tone.aac",
        "tone-alac.m4a",
        "tone.flac",
        "tone.ogg",
        "tone.opus",
        "tone.webm",
        "stream.webm",
        "tone.mkv",
        "tone.aiff",
        "tone.caf",
        "tone-alaw.wav",
        "tone-adpcm.wav",
    ] {
        let (samples, doubts) = hear(&fixture(name));
        assert_tone(name, &samples, FIXTURE_MS);
        let others: Vec<_> = codes(&doubts)
            .into_iter()
            .filter(|c| *c != "telephone")
            .collect();
        assert!(others.is_empty(), "{name}: {doubts:?}");
    }
}

#[test]
fn the_length_is_known_beforehand_where_the_container_tells() {
    for (name, told) in [
        ("tone.m4a", true),
        ("tone.opus", true),
        ("stream.webm", false),
    ] {
        let known = Recording::open(fixture(name)).unwrap().duration_ms();
        assert_eq!(
            known.is_some_and(|ms| ms.abs_diff(FIXTURE_MS) < 60),
            told,
            "{name}: {known:?}"
        );
    }
}

/// Writes a WAV of a tone; `silence` of its channels are silent.
fn write_wav(path: &Path, spec: WavSpec, ms: u64, silence: u16, gain: f32) {
    let mut wav = WavWriter::create(path, spec).unwrap();
    for n in 0..u64::from(spec.sample_rate) * ms / 1000 {
        let tone = (n as f32 * TONE_HZ / spec.sample_rate as f32 * TAU).sin() * gain;
        for channel in 0..spec.channels {
            let sample = if channel < silence {
                0.0
            } else {
                tone.clamp(-1.0, 1.0)
            };
            match spec.sample_format {
                SampleFormat::Float => wav.write_sample(sample).unwrap(),
                SampleFormat::Int => {
                    let full = ((1_i64 << (spec.bits_per_sample - 1)) - 1) as f64;
                    wav.write_sample((f64::from(sample) * full) as i32).unwrap();
                }
            }
        }
    }
    wav.finalize().unwrap();
}

fn spec(rate: u32, bits: u16, channels: u16) -> WavSpec {
    let sample_format = if bits == 0 {
        SampleFormat::Float
    } else {
        SampleFormat::Int
    };
    let bits_per_sample = if bits == 0 { 32 } else { bits };
    WavSpec {
        channels,
        sample_rate: rate,
        bits_per_sample,
        sample_format,
    }
}

#[test]
fn wav_of_every_depth_rate_and_channel_count() {
    let folder = TempDir::new().unwrap();
    for (rate, bits, channels) in [
        (16_000, 16, 1),
        (44_100, 16, 2),
        (48_000, 24, 1),
        (96_000, 32, 2),
        (48_000, 0, 1),
        (22_050, 8, 1),
        (11_025, 16, 1),
        (8_000, 16, 1),
        (44_100, 16, 6),
        (32_000, 0, 2),
    ] {
        let name = format!("{rate}-{bits}-{channels}.wav");
        let path = folder.path().join(&name);
        write_wav(&path, spec(rate, bits, channels), 1_500, 0, 0.5);
        let (samples, doubts) = hear(&path);
        assert_tone(&name, &samples, 1_500);
        let want: &[&str] = if rate == 8_000 { &["telephone"] } else { &[] };
        assert_eq!(codes(&doubts), want, "{name}");
        let known = Recording::open(&path).unwrap().duration_ms();
        assert!(
            known.is_some_and(|ms| ms.abs_diff(1_500) <= 1),
            "{name}: {known:?}"
        );
    }
}

#[test]
fn one_channel_can_be_heard_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("two.wav");
    write_wav(&path, spec(44_100, 16, 2), 1_000, 1, 0.5);
    let loudest = |channels| {
        let recording = Recording::open_channels(&path, channels).unwrap();
        recording
            .flat_map(Result::unwrap)
            .fold(0.0, |a: f32, b| a.max(b.abs()))
    };
    assert!(loudest(Channels::Only(0)) < 0.001);
    assert!((loudest(Channels::Only(1)) - 0.5).abs() < 0.01);
    assert!((loudest(Channels::All) - 0.25).abs() < 0.01);
}

#[test]
fn levels_are_doubted() {
    let folder = TempDir::new().unwrap();
    for (gain, want) in [
        (4.0, "clipped"),
        (0.001, "nearly_silent"),
        (0.0, "nearly_silent"),
    ] {
        let path = folder.path().join("level.wav");
        write_wav(&path, spec(44_100, 16, 2), 1_000, 0, gain);
        assert_eq!(codes(&hear(&path).1), [want], "gain {gain}");
    }
}

/// A whole WAV of 2 s, to be damaged.
fn whole_wav(folder: &TempDir) -> Vec<u8> {
    let path = folder.path().join("whole.wav");
    write_wav(&path, spec(44_100, 16, 1), 2_000, 0, 0.5);
    fs::read(path).unwrap()
}

#[test]
fn headers_that_lie_lose_nothing() {
    type Damage = fn(&mut Vec<u8>);
    let cases: [(&str, Damage, u64, &[&str]); 4] = [
        (
            "cut off",
            |wav| wav.truncate(44 + 44_100 * 2),
            1_000,
            &["truncated"],
        ),
        (
            "cut off in a sample",
            |wav| wav.truncate(44 + 44_100 * 2 - 1),
            1_000,
            &["truncated"],
        ),
        (
            "never finished",
            |wav| {
                wav[4..8].fill(0);
                wav[40..44].fill(0);
            },
            2_000,
            &["unfinished"],
        ),
        (
            "written to a pipe",
            |wav| {
                wav[4..8].fill(0xff);
                wav[40..44].fill(0xff);
            },
            2_000,
            &[],
        ),
    ];
    let folder = TempDir::new().unwrap();
    for (name, damage, want_ms, want) in cases {
        let mut wav = whole_wav(&folder);
        damage(&mut wav);
        let path = folder.path().join("damaged.wav");
        fs::write(&path, &wav).unwrap();
        let (samples, doubts) = hear(&path);
        assert_eq!(samples.len() as u64 / 16, want_ms, "{name}");
        assert_eq!(codes(&doubts), want, "{name}");
        assert!(
            fs::read(&path).unwrap() == wav,
            "{name}: the file itself is not touched"
        );
    }
    let (_, doubts) = {
        let path = folder.path().join("half.wav");
        fs::write(&path, &whole_wav(&folder)[..44 + 44_100 * 2]).unwrap();
        hear(&path)
    };
    let want = Doubt::Truncated {
        found_ms: 1_000,
        promised_ms: Some(2_000),
    };
    assert_eq!(doubts, [want]);
}

#[test]
fn other_containers_that_break_off_give_what_they_hold() {
    let folder = TempDir::new().unwrap();
    for name in [
        "tone.mp3",
        "tone.flac",
        "tone.ogg",
        "tone.opus",
        "tone.webm",
        "tone.aiff",
        "tone.caf",
    ] {
        let whole = fs::read(fixture(name)).unwrap();
        let path = folder.path().join(name);
        fs::write(&path, &whole[..whole.len() * 9 / 10]).unwrap();
        let (samples, _) = hear(&path);
        let found = samples.len() as u64 / 16;
        assert!((300..FIXTURE_MS).contains(&found), "{name}: {found} ms");
    }
}

#[test]
fn damaged_packets_become_silence_of_their_length() {
    let mut flac = fs::read(fixture("tone.flac")).unwrap();
    let middle = flac.len() / 2;
    flac[middle..middle + 300].fill(0x55);
    let mut mp3 = fs::read(fixture("tone.mp3")).unwrap();
    let middle = mp3.len() / 2;
    mp3[middle..middle + 300].fill(0x55);
    let folder = TempDir::new().unwrap();
    for (name, bytes) in [("damaged.flac", flac), ("damaged.mp3", mp3)] {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let (samples, _) = hear(&path);
        let found = samples.len() as u64 / 16;
        assert!(
            found > FIXTURE_MS / 2 && found <= FIXTURE_MS + 50,
            "{name}: {found} ms"
        );
    }
}

/// No bytes whatever make the reader panic or run on for ever.
#[test]
fn damage_anywhere_is_survived() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("damaged");
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed as usize
    };
    for entry in fs::read_dir(fixture("")).unwrap() {
        let whole = fs::read(entry.unwrap().path()).unwrap();
        for round in 0..24 {
            let mut bytes = whole.clone();
            // Half of the damage where the headers are.
            let reach = if round % 2 == 0 {
                bytes.len().min(400)
            } else {
                bytes.len()
            };
            for _ in 0..=round / 4 {
                let at = random() % reach;
                bytes[at] = random() as u8;
            }
            fs::write(&path, &bytes).unwrap();
            if let Ok(recording) = Recording::open(&path) {
                // Ten minutes are more than a second's fixture can honestly become.
                let most = 10 * 60 * 16_000;
                let mut samples = 0;
                for block in recording {
                    samples += block.map_or(0, |block| block.len());
                    assert!(samples < most);
                }
            }
        }
    }
}

#[test]
fn what_is_no_recording_is_named_with_a_next_step() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let m4a = fs::read(fixture("tone.m4a")).unwrap();
    let flac = fs::read(fixture("tone.flac")).unwrap();
    let wav = whole_wav(&folder);
    let cases: Vec<(PathBuf, &str)> = vec![
        (folder.path().join("missing.wav"), "does not exist"),
        (folder.path().to_path_buf(), "is a folder"),
        (write("empty.wav", b""), "is empty"),
        (
            write("note.wav", b"Client came on time and said little."),
            "it looks like text",
        ),
        (
            write("scan.mp3", b"%PDF-1.7 and so on and on"),
            "it looks like a PDF document",
        ),
        (
            write("noise.bin", &[0x9c, 3, 0x81, 0, 7, 0xfe, 0x80, 1]),
            "not audio in a known format",
        ),
        (write("byte.wav", b"R"), "not audio in a known format"),
        (fixture("silent-film.mkv"), "no audio track"),
        (write("cut.wav", &wav[..20]), "header of"),
        (write("cut.flac", &flac[..20]), "header of"),
        (write("cut.m4a", &m4a[..40]), "header of"),
        (write("nothing.wav", &wav[..44]), "its length is zero"),
    ];
    for (path, want) in cases {
        let error = Recording::open(&path)
            .err()
            .unwrap_or_else(|| panic!("{} opens", path.display()));
        let message = error.to_string();
        assert!(message.contains(want), "{message}");
        let file = path.file_name().unwrap().to_string_lossy();
        assert!(message.contains(&*file), "{message}");
        assert!(error.hint().len() > 20 && error.path() == path, "{error:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_without_read_right_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("closed.wav");
    fs::write(&path, whole_wav(&folder)).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    // Root may read everything; there the case does not exist.
    if fs::File::open(&path).is_err() {
        let error = Recording::open(&path).unwrap_err();
        assert!(matches!(error, AudioError::NoPermission { .. }), "{error}");
        assert!(error.hint().contains("chmod"));
    }
}
