//! Microphones that are unplugged, stall, lose sound, sleep, change their rate and refuse, by
//! invented devices: every sample stands at the moment at which it was caught, and what was not
//! caught is a gap of its length. Time is the test's own; nothing waits.

// Functions that tests share may unwrap like tests.
#![allow(clippy::unwrap_used)]

#[path = "support/fake_microphone.rs"]
mod fake_microphone;

use std::time::Duration;

use fake_microphone::{Fake, Form, Room};
use notewright::audio::microphone::failure::MicrophoneError;
use notewright::audio::microphone::{Channels, GapWhy, Microphone, Notice, Taken, Wanted};

/// What came out of a microphone.
#[derive(Default)]
struct Heard {
    /// In samples of 16 kHz, gaps counted.
    length: u64,
    /// Where, how long, why.
    gaps: Vec<(u64, u64, GapWhy)>,
    /// Of each stretch of sound where its middle stands and when each channel was caught, in
    /// seconds; silence is nothing.
    moments: Vec<(f64, Vec<Option<f64>>)>,
    failures: Vec<MicrophoneError>,
    notices: Vec<Notice>,
}

impl Heard {
    fn take(&mut self, taken: Taken) {
        match taken {
            Taken::Nothing => {}
            Taken::Samples(channels) => {
                let len = channels[0].len();
                assert!(len > 0 && channels.iter().all(|c| c.len() == len));
                let middle = (self.length as f64 + len as f64 / 2.0) / 16_000.0;
                let caught = channels.iter().map(|c| {
                    let value = f64::from(c[len / 2]);
                    (value.abs() > 1e-9).then_some(value * 100.0)
                });
                self.moments.push((middle, caught.collect()));
                self.length += len as u64;
            }
            Taken::Gap { length_ms, why } => {
                assert!(length_ms > 0);
                match self.gaps.last_mut() {
                    Some((at, length, w)) if *w == why && *at + *length == self.length / 16 => {
                        *length += length_ms;
                    }
                    _ => self.gaps.push((self.length / 16, length_ms, why)),
                }
                self.length += length_ms * 16;
            }
        }
    }

    /// Lets the time go on for so long and takes whatever comes.
    fn listen(&mut self, room: &Room, microphone: &mut Microphone, seconds: f64) {
        let until = room.seconds() + seconds;
        while room.seconds() < until {
            match microphone.next(Duration::from_millis(20)) {
                Ok(taken) => self.take(taken),
                Err(failure) => self.failures.push(failure),
            }
            self.notices.extend(microphone.notices());
        }
    }

    fn stop(&mut self, microphone: Microphone) {
        for taken in microphone.stop() {
            self.take(taken);
        }
    }

    /// How far the sound stands from where it belongs, in seconds: of all stretches but those beside
    /// a gap, where the filter sees an edge.
    fn off(&self) -> f64 {
        let edges: Vec<f64> = (self.gaps.iter())
            .flat_map(|(at, length, _)| [*at as f64 / 1e3, (*at + *length) as f64 / 1e3])
            .chain([0.0, self.length as f64 / 16_000.0])
            .collect();
        let inside = |at: f64| edges.iter().all(|edge| (at - edge).abs() > 0.25);
        let off: Vec<f64> = (self.moments.iter())
            .filter(|(at, _)| inside(*at))
            .flat_map(|(at, caught)| caught.iter().flatten().map(move |c| c - at))
            .collect();
        assert!(!off.is_empty());
        let least = off.iter().copied().fold(f64::MAX, f64::min);
        let most = off.iter().copied().fold(f64::MIN, f64::max);
        most - least
    }

    fn whys(&self) -> Vec<GapWhy> {
        self.gaps.iter().map(|(_, _, why)| *why).collect()
    }
}

fn by_name(name: &str) -> Wanted {
    Wanted {
        device: Some(name.to_owned()),
        ..Wanted::default()
    }
}

fn near(ms: u64, want: u64, tolerance: u64) {
    assert!(ms.abs_diff(want) <= tolerance, "{ms} ms, not {want} ms");
}

#[test]
fn any_form_and_rate_comes_whole_and_in_time() {
    let cases = [
        (48_000, 1, 960, Form::F32),
        (44_100, 2, 441, Form::I16),
        (16_000, 1, 160, Form::I16),
        (8_000, 1, 800, Form::I16),
        (96_000, 8, 9_600, Form::I32),
        (22_050, 2, 2_205, Form::F32),
    ];
    for (rate, channels, block, form) in cases {
        let room = Room::new([Fake::new("desk").at(rate, channels, block, form)]);
        let mut microphone = room.open(&Wanted::default()).unwrap();
        let mut heard = Heard::default();
        heard.listen(&room, &mut microphone, 6.0);
        assert_eq!(microphone.overruns(), 0);
        heard.stop(microphone);
        assert_eq!(heard.gaps, [], "{rate}");
        near(heard.length / 16, 6_000, 120);
        assert!(heard.off() < 0.012, "{rate}: {}", heard.off());
    }
}

#[test]
fn twenty_devices_are_unplugged_and_nothing_else_is_lost() {
    for n in 0..20_u64 {
        let rate = [48_000, 44_100, 16_000, 32_000][n as usize % 4];
        let block = rate as usize / [100, 50, 25, 10][(n / 4) as usize % 4];
        let device = Fake::new("headset").at(rate, 1 + n as usize % 2, block, Form::F32);
        let room = Room::new([device]);
        let mut microphone = room.open(&by_name("headset")).unwrap();
        let mut heard = Heard::default();
        let before = 2.0 + n as f64 * 0.137;
        let away = 0.3 + n as f64 * 0.71;
        heard.listen(&room, &mut microphone, before);
        room.unplug("headset");
        heard.listen(&room, &mut microphone, away);
        room.plug("headset");
        heard.listen(&room, &mut microphone, 6.0);
        heard.stop(microphone);
        assert_eq!(heard.whys(), [GapWhy::Unplugged], "device {n}");
        let (at, length, _) = heard.gaps[0];
        near(at, (before * 1e3) as u64, 120);
        // It is looked for every two seconds at the rarest.
        assert!(length as f64 >= away * 1e3 - 120.0 && length as f64 <= away * 1e3 + 2_150.0);
        assert!(heard.off() < 0.05, "device {n}: {}", heard.off());
        near(heard.length / 16, ((before + away + 6.0) * 1e3) as u64, 150);
        let device = "headset".to_owned();
        assert_eq!(
            heard.notices,
            [
                Notice::Lost {
                    device: device.clone(),
                    why: GapWhy::Unplugged
                },
                Notice::Back {
                    device,
                    instead_of: None
                },
            ]
        );
    }
}

#[test]
fn the_default_takes_the_place_of_a_device_that_stays_away() {
    let room = Room::new([
        Fake::new("laptop").at(44_100, 2, 441, Form::I16),
        Fake::new("headset"),
    ]);
    let mut microphone = room.open(&by_name("headset")).unwrap();
    let mut heard = Heard::default();
    heard.listen(&room, &mut microphone, 3.0);
    room.unplug("headset");
    heard.listen(&room, &mut microphone, 12.0);
    assert_eq!(microphone.devices(), ["laptop"]);
    heard.stop(microphone);
    assert_eq!(heard.whys(), [GapWhy::Unplugged]);
    let (_, length, _) = heard.gaps[0];
    assert!((3_000..5_200).contains(&length), "{length}");
    assert!(heard.off() < 0.05);
    assert_eq!(
        heard.notices.last(),
        Some(&Notice::Back {
            device: "laptop".to_owned(),
            instead_of: Some("headset".to_owned()),
        })
    );
}

#[test]
fn sound_that_comes_late_is_not_lost_and_lost_sound_is_a_gap() {
    // Held back, lost, whether the device tells; the gap that must come of it.
    let cases = [
        (0.2, 0.0, false, 0),
        (0.8, 0.0, false, 0),
        (1.5, 0.0, false, 0),
        (0.0, 0.1, true, 100),
        (0.0, 0.7, true, 700),
        (0.0, 0.7, false, 700),
        (0.5, 0.5, false, 500),
    ];
    for (late, lost, is_told, want) in cases {
        let room = Room::new([Fake::new("desk")]);
        let mut microphone = room.open(&Wanted::default()).unwrap();
        let mut heard = Heard::default();
        heard.listen(&room, &mut microphone, 10.0);
        room.stall("desk", true);
        heard.listen(&room, &mut microphone, late);
        if lost > 0.0 {
            room.lose("desk", lost, is_told);
        }
        room.stall("desk", false);
        heard.listen(&room, &mut microphone, 10.0);
        assert_eq!(microphone.overruns(), u64::from(is_told));
        heard.stop(microphone);
        let gap: u64 = heard.gaps.iter().map(|(_, length, _)| length).sum();
        near(gap, want, 30);
        assert!(heard.whys().iter().all(|why| *why == GapWhy::Overrun));
        assert!(heard.off() < 0.05, "{late} {lost}: {}", heard.off());
    }
}

#[test]
fn a_ring_that_is_not_emptied_tells_what_it_had_no_room_for() {
    let room = Room::new([Fake::new("desk").at(16_000, 1, 320, Form::F32)]);
    let mut microphone = room.open(&Wanted::default()).unwrap();
    let mut heard = Heard::default();
    heard.listen(&room, &mut microphone, 3.0);
    room.advance(Duration::from_secs(14));
    heard.listen(&room, &mut microphone, 3.0);
    assert_eq!(microphone.overruns(), 1);
    heard.stop(microphone);
    assert_eq!(heard.whys(), [GapWhy::Overrun]);
    near(heard.gaps[0].0, 13_000, 60);
    near(heard.gaps[0].1, 4_000, 60);
    assert!(heard.off() < 0.03, "{}", heard.off());
}

#[test]
fn sleep_is_told_from_a_stall() {
    for (sleep, is_gone) in [(8.0, false), (30.0, true)] {
        let room = Room::new([Fake::new("desk")]);
        let mut microphone = room.open(&Wanted::default()).unwrap();
        let mut heard = Heard::default();
        heard.listen(&room, &mut microphone, 5.0);
        room.sleep_machine(sleep);
        if is_gone {
            room.unplug("desk");
            heard.listen(&room, &mut microphone, 1.0);
            room.plug("desk");
        }
        heard.listen(&room, &mut microphone, 6.0);
        heard.stop(microphone);
        // A device that comes back later than the machine is missed as well.
        let want = [GapWhy::Asleep, GapWhy::Unplugged];
        assert_eq!(heard.whys(), want[..=usize::from(is_gone)]);
        near(heard.gaps[0].0, 5_000, 60);
        near(
            heard.gaps[0].1,
            (sleep * 1e3) as u64,
            if is_gone { 3_000 } else { 60 },
        );
        assert!(heard.off() < 0.05, "{}", heard.off());
    }
}

#[test]
fn a_rate_that_changes_is_survived() {
    for (before, after, is_told) in [
        (48_000, 16_000, true),
        (44_100, 48_000, true),
        (48_000, 44_100, false),
    ] {
        let room = Room::new([Fake::new("headset").at(before, 1, 480, Form::F32)]);
        let mut microphone = room.open(&Wanted::default()).unwrap();
        let mut heard = Heard::default();
        heard.listen(&room, &mut microphone, 5.0);
        room.change_rate("headset", f64::from(after), is_told);
        heard.listen(&room, &mut microphone, 20.0);
        heard.stop(microphone);
        near(heard.length / 16, 25_000, 150);
        if is_told {
            let lost = |n: &Notice| {
                matches!(
                    n,
                    Notice::Lost {
                        why: GapWhy::RateChanged,
                        ..
                    }
                )
            };
            assert!(heard.notices.iter().any(lost), "{:?}", heard.notices);
            assert!(heard.whys().iter().all(|why| *why == GapWhy::RateChanged));
            assert!(heard.gaps.iter().all(|gap| gap.1 < 200), "{:?}", heard.gaps);
            assert!(heard.off() < 0.05, "{}", heard.off());
        } else {
            let told = |n: &Notice| matches!(n, Notice::RateChanged { now: 44_100, .. });
            assert!(heard.notices.iter().any(told), "{:?}", heard.notices);
            let last = heard.gaps.last().unwrap();
            assert!(last.0 < 15_000, "{:?}", heard.gaps);
        }
    }
}

#[test]
fn a_sound_card_that_drifts_stays_with_the_clock() {
    for drift in [-300e-6, 300e-6] {
        let mut fake = Fake::new("desk").at(16_000, 1, 320, Form::F32);
        fake.real_rate *= 1.0 + drift;
        let room = Room::new([fake]);
        let mut microphone = room.open(&Wanted::default()).unwrap();
        let mut heard = Heard::default();
        heard.listen(&room, &mut microphone, 240.0);
        heard.stop(microphone);
        assert_eq!(heard.gaps, []);
        // Without correction: 72 ms.
        assert!(heard.off() < 0.035, "{}", heard.off());
    }
}

#[test]
fn two_microphones_are_aligned_and_one_may_go() {
    let room = Room::new([
        Fake::new("hers").at(48_000, 1, 960, Form::F32),
        Fake::new("his").at(44_100, 2, 4_410, Form::I32),
    ]);
    let wanted = Wanted {
        device: Some("hers".to_owned()),
        second: Some("his".to_owned()),
        ..Wanted::default()
    };
    let mut microphone = room.open(&wanted).unwrap();
    assert_eq!(microphone.channels(), 2);
    let mut heard = Heard::default();
    heard.listen(&room, &mut microphone, 5.0);
    room.unplug("his");
    heard.listen(&room, &mut microphone, 5.0);
    room.plug("his");
    heard.listen(&room, &mut microphone, 5.0);
    room.unplug("hers");
    room.unplug("his");
    heard.listen(&room, &mut microphone, 4.0);
    heard.stop(microphone);
    let both: Vec<f64> = (heard.moments.iter())
        .filter_map(|(_, caught)| Some((caught[0]? - caught[1]?).abs()))
        .collect();
    assert!(both.len() > 50);
    let apart = both.iter().filter(|apart| **apart > 0.15).count();
    assert!(apart * 20 < both.len(), "{apart} of {}", both.len());
    let missing: u64 = (heard.notices.iter())
        .filter_map(|n| match n {
            Notice::Missing {
                channel: 1,
                length_ms,
                why: GapWhy::Unplugged,
                ..
            } => Some(*length_ms),
            _ => None,
        })
        .sum();
    assert!((4_800..7_300).contains(&missing), "{missing}");
    assert!(heard.whys().iter().all(|why| *why == GapWhy::Unplugged));
    near(heard.gaps[0].0, 15_000, 200);
}

#[test]
fn what_cannot_be_opened_says_why_and_what_to_do() {
    let busy = |device: &str| MicrophoneError::Busy {
        device: device.to_owned(),
    };
    let mut held = Fake::new("held");
    held.refuses = Some(busy("held"));
    let mut forbidden = Fake::new("forbidden");
    forbidden.refuses = Some(MicrophoneError::PermissionRefused {
        device: "forbidden".to_owned(),
    });
    let mut odd = Fake::new("odd");
    odd.refuses = Some(MicrophoneError::UnsupportedFormat {
        device: "odd".to_owned(),
        cause: "DSD at 2822400 samples a second".to_owned(),
    });
    let room = Room::new([
        Fake::new("USB one"),
        Fake::new("USB two"),
        held,
        forbidden,
        odd,
    ]);
    let stereo = Wanted {
        channels: Channels::Stereo,
        ..by_name("USB one")
    };
    let twice = Wanted {
        second: Some("usb ONE".to_owned()),
        ..Wanted::default()
    };
    let cases = [
        (by_name("held"), "in use by another program"),
        (by_name("forbidden"), "the system refuses access"),
        (by_name("odd"), "a form that is not supported: DSD"),
        (by_name("usb"), "`usb` may be USB one, or USB two"),
        (
            by_name("nothing"),
            "there is no microphone `nothing`; there is USB one",
        ),
        (stereo, "has one channel, and two were asked for"),
        (twice, "both microphones are `USB one`"),
    ];
    for (wanted, want) in cases {
        let error = room.open(&wanted).unwrap_err();
        assert!(error.to_string().contains(want), "{error}");
        assert!(error.hint().len() > 20, "{error}");
    }
    let nothing = Room::new([]);
    let error = nothing.open(&Wanted::default()).unwrap_err();
    assert_eq!(error, MicrophoneError::NoDevice);
    assert_eq!(
        nothing.open(&by_name("any")).unwrap_err(),
        MicrophoneError::NoDevice
    );
}

#[test]
fn a_device_that_is_back_and_refuses_says_so_once_and_is_tried_on() {
    let room = Room::new([Fake::new("headset")]);
    let mut microphone = room.open(&by_name("headset")).unwrap();
    let mut heard = Heard::default();
    heard.listen(&room, &mut microphone, 2.0);
    room.unplug("headset");
    heard.listen(&room, &mut microphone, 1.0);
    let busy = MicrophoneError::Busy {
        device: "headset".to_owned(),
    };
    room.refuse("headset", Some(busy.clone()));
    room.plug("headset");
    heard.listen(&room, &mut microphone, 10.0);
    assert_eq!(heard.failures, [busy]);
    room.refuse("headset", None);
    heard.listen(&room, &mut microphone, 5.0);
    heard.stop(microphone);
    assert_eq!(heard.whys(), [GapWhy::Unplugged]);
    assert!(heard.off() < 0.05);
    near(heard.length / 16, 18_000, 150);
    assert_eq!(room.opened(), 2);
}

#[test]
fn a_device_that_gives_nothing_is_opened_anew() {
    let room = Room::new([Fake::new("desk")]);
    let mut microphone = room.open(&Wanted::default()).unwrap();
    let mut heard = Heard::default();
    heard.listen(&room, &mut microphone, 3.0);
    room.stall("desk", true);
    heard.listen(&room, &mut microphone, 16.0);
    room.stall("desk", false);
    heard.listen(&room, &mut microphone, 3.0);
    heard.stop(microphone);
    assert!(room.opened() >= 3);
    assert_eq!(heard.whys(), [GapWhy::Unplugged]);
    let lost = heard
        .notices
        .iter()
        .filter(|n| matches!(n, Notice::Lost { .. }))
        .count();
    assert_eq!(lost, 1, "{:?}", heard.notices);
    near(heard.length / 16, 22_000, 150);
}

#[test]
fn sound_is_not_in_what_debug_prints() {
    let taken = Taken::Samples(vec![vec![0.125; 3]]);
    assert_eq!(format!("{taken:?}"), "Samples { channels: 1, samples: 3 }");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(40))]
    #[test]
    fn all_time_is_accounted_for(
        events in proptest::collection::vec((0_u8..8, 0.1_f64..4.0), 1..10),
    ) {
        let room = Room::new([
            Fake::new("desk").at(16_000, 1, 160, Form::F32),
            Fake::new("spare").at(16_000, 1, 480, Form::F32),
        ]);
        let mut microphone = room.open(&by_name("desk")).unwrap();
        let mut heard = Heard::default();
        heard.listen(&room, &mut microphone, 1.0);
        for (event, seconds) in events {
            match event {
                0 => room.unplug("desk"),
                1 => room.plug("desk"),
                2 => room.sleep_machine(seconds),
                3 => room.lose("desk", seconds / 4.0, false),
                4 => room.lose("desk", seconds / 4.0, true),
                5 => room.stall("desk", true),
                6 => room.stall("desk", false),
                _ => room.advance(Duration::from_secs_f64(seconds * 4.0)),
            }
            heard.listen(&room, &mut microphone, seconds);
        }
        room.plug("desk");
        room.stall("desk", false);
        heard.listen(&room, &mut microphone, 6.0);
        heard.stop(microphone);
        let off = heard.length as f64 / 16_000.0 - room.seconds();
        assert!(off.abs() < 0.35, "{off}");
    }
}
