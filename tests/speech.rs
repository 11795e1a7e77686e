//! What is taken for speech, and how three hours of it are packed.

use std::f32::consts::TAU;

use notewright::audio::activity::{self, VoiceActivity};
use notewright::audio::packing::{MAX_WINDOW, Packed, Packer};

/// Syllables as a voice makes them: harmonics of a gliding pitch under a swelling envelope.
fn voice(ms: u64, gain: f32) -> Vec<f32> {
    let mut phase = 0.0;
    let voice = |n: u64| {
        let t = n as f32 / 16_000.0;
        phase += TAU * (120.0 + 25.0 * (TAU * 0.7 * t).sin()) / 16_000.0;
        let harmonics: f32 = (1..=20)
            .map(|k| {
                let hz = 120.0 * k as f32;
                let formants = [(500.0, 1.0), (1_500.0, 0.5), (2_500.0, 0.25)];
                let level: f32 = formants
                    .iter()
                    .map(|(at, level)| level / (1.0 + ((hz - at) / 150.0_f32).powi(2)))
                    .sum();
                level * (k as f32 * phase).sin()
            })
            .sum();
        let syllable = (0.5 - 0.5 * (TAU * 4.0 * t).cos()).powf(0.7);
        gain * syllable * harmonics * 0.4
    };
    (0..ms * 16).map(voice).collect()
}

fn noise(ms: u64, gain: f32) -> Vec<f32> {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 40) as f32 / 8_388_608.0 - 1.0
    };
    (0..ms * 16).map(|_| gain * random()).collect()
}

fn mix(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

/// Share of the hops of `samples` that are taken for speech.
fn speech_share(samples: &[f32]) -> f32 {
    let mut detector = activity::own();
    let mut decided = Vec::new();
    for hop in samples.chunks(detector.hop()) {
        detector.push(hop, &mut decided);
    }
    detector.finish(&mut decided);
    assert_eq!(decided.len(), samples.len().div_ceil(detector.hop()));
    decided.iter().sum::<f32>() / decided.len() as f32
}

#[test]
fn voices_are_speech_and_steady_sounds_are_not() {
    let hum = |gain: f32| -> Vec<f32> {
        (0..10_000 * 16)
            .map(|n| {
                let t = n as f32 / 16_000.0 * TAU;
                gain * ((60.0 * t).sin() + 0.5 * (120.0 * t).sin() + 0.3 * (180.0 * t).sin())
            })
            .collect()
    };
    let mut clicks = noise(10_000, 0.0005);
    clicks
        .iter_mut()
        .step_by(16_000)
        .for_each(|sample| *sample = 0.8);
    let cases: Vec<(&str, Vec<f32>, std::ops::RangeInclusive<f32>)> = vec![
        ("silence", vec![0.0; 160_000], 0.0..=0.0),
        ("white noise", noise(10_000, 0.1), 0.0..=0.02),
        ("loud white noise", noise(10_000, 0.9), 0.0..=0.02),
        ("mains hum", hum(0.3), 0.0..=0.02),
        ("clicks", clicks, 0.0..=0.1),
        ("a voice", voice(10_000, 0.5), 0.9..=1.0),
        (
            "a quiet voice",
            mix(&voice(10_000, 0.02), &noise(10_000, 0.0005)),
            0.9..=1.0,
        ),
        (
            "a voice in noise",
            mix(&voice(10_000, 0.3), &noise(10_000, 0.1)),
            0.8..=1.0,
        ),
        (
            "a voice in hum three times as strong",
            mix(&voice(10_000, 0.3), &hum(0.3)),
            0.9..=1.0,
        ),
    ];
    for (name, samples, want) in cases {
        let share = speech_share(&samples);
        assert!(want.contains(&share), "{name}: {share} taken for speech");
    }
}

#[test]
fn three_hours_are_packed_in_little_memory() {
    // Ten seconds of talk and ten of silence, over and over, made as they are asked for.
    let talk = mix(&voice(10_000, 0.3), &noise(10_000, 0.002));
    let hush = noise(10_000, 0.002);
    let blocks = (0..3 * 360).flat_map(|n| {
        let part = if n % 2 == 0 { &talk } else { &hush };
        part.chunks(16_000)
            .map(|block| Ok(block.to_vec()))
            .collect::<Vec<_>>()
    });
    // An hour is enough in a build without optimisation.
    let blocks = blocks.take(if cfg!(debug_assertions) { 600 } else { 10_800 });
    let mut packer = Packer::new(blocks);
    let (mut speech, mut all, mut most) = (0, 0, 0);
    while let Some(packed) = packer.next() {
        match packed.unwrap() {
            Packed::Speech(window) => {
                assert!(window.samples.len() <= MAX_WINDOW);
                speech += window.samples.len() as u64;
                all += window.samples.len() as u64;
            }
            Packed::Silence(silence) => all += silence.len,
        }
        most = most.max(packer.samples_held());
    }
    assert_eq!(all % 160_000, 0);
    let share = speech as f64 / all as f64;
    assert!((0.48..0.60).contains(&share), "{share} packed as speech");
    assert!(most < MAX_WINDOW + 2 * 16_000, "{most} samples held");
}
