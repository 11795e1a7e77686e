//! Pulling models from servers that misbehave: whatever happens, the file under its final name is
//! the right one, and what came of it is kept wherever it can still be of use.

mod model_server;

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use model_server::{Reply, Server, nobody};
use notewright::models::pull::{Disk, Patience, Phase, Proxies, Pulled, Puller, Way};
use notewright::models::{Catalog, Digest, ModelsError, Store};

const LEN: usize = 300_000;

/// The file that the catalog of these tests names: the same noise each time.
fn model() -> Vec<u8> {
    let mut state = 1_u32;
    (0..LEN)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect()
}

fn catalog(size_is_exact: bool) -> Catalog {
    let sha256 = Digest::of(&model());
    Catalog::parse(&format!(
        r#"
        [licences.mit]
        title = "MIT"
        url = "https://example.org"
        needs_acceptance = false
        summary = "Free."
        [[model]]
        kind = "whisper"
        name = "noise"
        repo = "someone/noise"
        file = "noise.bin"
        sha256 = "{sha256}"
        bytes = {LEN}
        size_is_exact = {size_is_exact}
        licence = "mit"
        memory_mib = 1
        window_cpu_s = 1.0
        quality = 1
        english_only = true
        takes_prompt = true
        good_for = "Tests."
        "#
    ))
    .unwrap()
}

/// A models folder and everything that is asked of a pull into it.
struct Scene {
    catalog: Catalog,
    folder: tempfile::TempDir,
    pauses: RefCell<Vec<u64>>,
    disk: TestDisk,
    patience: Patience,
    proxies: Proxies,
}

/// A disk that is full after so many bytes, or says that it has so little room.
struct TestDisk {
    room: RefCell<usize>,
    free: u64,
}

impl Disk for TestDisk {
    fn free_bytes(&self, _: &Path) -> Option<u64> {
        Some(self.free)
    }

    fn append(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        let mut room = self.room.borrow_mut();
        if *room < bytes.len() {
            // As a real one does: some of it fits.
            file.write_all(&bytes[..*room])?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        *room -= bytes.len();
        file.write_all(bytes)
    }
}

impl Scene {
    fn new() -> Self {
        Self::with_size(true)
    }

    fn with_size(is_exact: bool) -> Self {
        Self {
            catalog: catalog(is_exact),
            folder: tempfile::tempdir().unwrap(),
            pauses: RefCell::default(),
            disk: TestDisk {
                room: RefCell::new(usize::MAX),
                free: u64::MAX,
            },
            // Long enough for a busy machine; only the stalling servers let it pass.
            patience: Patience {
                connect: Duration::from_secs(20),
                read: Duration::from_secs(20),
            },
            proxies: Proxies::default(),
        }
    }

    fn impatient(mut self) -> Self {
        // Nothing depends on how long this is, except that a server which does send is not
        // taken for one that stalls.
        self.patience.read = Duration::from_millis(300);
        self
    }

    fn with_part(self, bytes: &[u8]) -> Self {
        fs::write(self.part(), bytes).unwrap();
        self
    }

    fn store(&self) -> Store<'_> {
        Store::with_catalog(self.folder.path(), &self.catalog)
    }

    fn pull_from(&self, address: &str) -> Result<Pulled, ModelsError> {
        let store = self.store();
        let pause = |time: Duration| self.pauses.borrow_mut().push(time.as_secs());
        let way = Way {
            mirror: Some(address.to_owned()),
            proxies: self.proxies.clone(),
            patience: self.patience,
        };
        let puller = Puller::new(&store, way)
            .with_disk(&self.disk)
            .with_pause(&pause);
        puller.pull(&self.catalog.entries()[0], &mut |_| {
            ControlFlow::Continue(())
        })
    }

    fn part(&self) -> PathBuf {
        self.folder.path().join("noise.bin.part")
    }

    fn final_path(&self) -> PathBuf {
        self.folder.path().join("noise.bin")
    }

    /// Bytes that are kept of an unfinished pull.
    fn kept(&self) -> Option<Vec<u8>> {
        fs::read(self.part()).ok()
    }

    fn assert_complete(&self, pulled: &Result<Pulled, ModelsError>) {
        let pulled = pulled.as_ref().unwrap();
        assert_eq!(pulled.sha256, Digest::of(&model()));
        assert!(
            fs::read(self.final_path()).unwrap() == model(),
            "the file holds other bytes"
        );
        assert_eq!(self.kept(), None, "nothing is left beside it");
        assert_eq!(self.store().list().unwrap()[0].sha256, Some(pulled.sha256));
    }

    /// The pull failed, told what to do next, and left `kept` bytes that a later pull can use.
    fn assert_failed(&self, pulled: Result<Pulled, ModelsError>, kept: usize) -> ModelsError {
        let error = pulled.unwrap_err();
        assert!(!error.hint().is_empty());
        assert!(!self.final_path().exists(), "{error}");
        match self.kept() {
            Some(bytes) => assert!(
                bytes == model()[..kept] && kept > 0,
                "{error}: {} kept",
                bytes.len()
            ),
            None => assert_eq!(kept, 0, "{error}"),
        }
        error
    }
}

#[test]
fn pulls_that_come_to_their_end() {
    let stale = [&model()[..50_000], &[0; 1000]].concat();
    let half = || model()[..LEN / 2].to_vec();
    let cases: Vec<(&str, Vec<Reply>, Vec<u8>, Vec<Option<usize>>)> = vec![
        ("whole", vec![Reply::Proper], vec![], vec![None]),
        ("in chunks", vec![Reply::Chunked], vec![], vec![None]),
        ("taken up", vec![Reply::Proper], half(), vec![Some(LEN / 2)]),
        (
            "range ignored",
            vec![Reply::IgnoresRange],
            half(),
            vec![Some(LEN / 2)],
        ),
        (
            "there already",
            vec![Reply::Status(500, "", "")],
            model(),
            vec![],
        ),
        (
            "too much there",
            vec![Reply::Proper],
            [model(), vec![1]].concat(),
            vec![None],
        ),
        (
            "other range",
            vec![Reply::OtherRange, Reply::Proper],
            half(),
            vec![Some(LEN / 2), None],
        ),
        (
            "part of another file",
            vec![Reply::Proper],
            stale.clone(),
            vec![Some(51_000), None],
        ),
        (
            "cut off thrice",
            vec![
                Reply::CutsAfter(70_000),
                Reply::CutsAfter(1),
                Reply::CutsAfter(0),
                Reply::Proper,
            ],
            vec![],
            vec![None, Some(70_000), Some(70_001), Some(70_001)],
        ),
        (
            "cut off in a chunk",
            vec![Reply::ChunkedCut(100_000), Reply::Proper],
            vec![],
            vec![None, Some(100_000)],
        ),
        (
            "cut off, then range ignored",
            vec![Reply::CutsAfter(70_000), Reply::IgnoresRange],
            vec![],
            vec![None, Some(70_000)],
        ),
        (
            "trouble that passes",
            vec![
                Reply::Status(503, "", ""),
                Reply::Status(429, "Retry-After: 7\r\n", ""),
                Reply::Proper,
            ],
            half(),
            vec![Some(LEN / 2); 3],
        ),
    ];
    for (what, replies, before, asked) in cases {
        let scene = Scene::new();
        let scene = if before.is_empty() {
            scene
        } else {
            scene.with_part(&before)
        };
        let server = Server::start(&model(), replies);
        let pulled = scene.pull_from(&server.address);
        assert!(pulled.is_ok(), "{what}: {pulled:?}");
        scene.assert_complete(&pulled);
        assert_eq!(server.asked_from(), asked, "{what}");
    }
}

#[test]
fn the_address_is_repository_and_file_and_the_pauses_grow() {
    let scene = Scene::new();
    let replies = vec![
        Reply::Status(502, "", ""),
        Reply::Status(503, "", ""),
        Reply::Status(429, "Retry-After: 40\r\n", ""),
        Reply::Proper,
    ];
    let server = Server::start(&model(), replies);
    let pulled = scene.pull_from(&format!("{}/mirror/", server.address));
    scene.assert_complete(&pulled);
    let line = &server.requests()[0].line;
    assert_eq!(
        line,
        "GET /mirror/someone/noise/resolve/main/noise.bin HTTP/1.1"
    );
    assert_eq!(*scene.pauses.borrow(), [1, 2, 40]);
}

#[test]
fn a_right_file_is_not_fetched_again_and_a_damaged_one_is_replaced() {
    let scene = Scene::new();
    let server = Server::start(&model(), vec![Reply::Proper]);
    let mut damaged = model();
    damaged[7] ^= 1;
    fs::write(scene.final_path(), damaged).unwrap();
    assert!(!scene.pull_from(&server.address).unwrap().was_there);
    let again = scene.pull_from(&server.address);
    scene.assert_complete(&again);
    assert!(again.unwrap().was_there);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn connections_that_break_for_good_keep_what_came() {
    let scene = Scene::new();
    let server = Server::start(&model(), vec![Reply::CutsAfter(9_000)]);
    let error = scene.assert_failed(scene.pull_from(&server.address), 54_000);
    assert!(
        matches!(error, ModelsError::CutOff { have: 54_000, .. }),
        "{error}"
    );
    assert_eq!(*scene.pauses.borrow(), [1, 2, 4, 8, 16], "bounded");
    let server = Server::start(&model(), vec![Reply::Proper]);
    scene.assert_complete(&scene.pull_from(&server.address));
    assert_eq!(server.asked_from(), [Some(54_000)]);
}

#[test]
fn a_server_that_ignores_ranges_and_cuts_off_ends_too() {
    let scene = Scene::new();
    let server = Server::start(&model(), vec![Reply::IgnoresRangeAndCutsAfter(9_000)]);
    let error = scene.assert_failed(scene.pull_from(&server.address), 9_000);
    assert!(matches!(error, ModelsError::CutOff { .. }), "{error}");
    assert_eq!(server.requests().len(), 6);
}

#[test]
fn a_server_that_stalls_is_left_and_asked_again() {
    let scene = Scene::new().impatient();
    let server = Server::start(
        &model(),
        vec![Reply::StallsAfter(80_000), Reply::Silent, Reply::Proper],
    );
    let pulled = scene.pull_from(&server.address);
    scene.assert_complete(&pulled);
    assert_eq!(server.asked_from(), [None, Some(80_000), Some(80_000)]);

    let scene = Scene::new().impatient();
    let server = Server::start(
        &model(),
        vec![Reply::StallsAfter(80_000), Reply::StallsAfter(0)],
    );
    let error = scene.assert_failed(scene.pull_from(&server.address), 80_000);
    assert!(
        matches!(error, ModelsError::Stalled { have: 80_000, .. }),
        "{error}"
    );
    assert!(error.hint().contains("goes on where it stopped"));

    let scene = Scene::new().impatient();
    let server = Server::start(&model(), vec![Reply::Silent]);
    let error = scene.assert_failed(scene.pull_from(&server.address), 0);
    assert!(matches!(error, ModelsError::NoAnswer { .. }), "{error}");
}

#[test]
fn lies_about_the_length() {
    for (by, exact, fits) in [
        (500, true, false),
        (-500, true, false),
        (500, false, true),
        (-500, false, false),
    ] {
        let scene = Scene::with_size(exact);
        let server = Server::start(&model(), vec![Reply::LiesAboutLength(by)]);
        let pulled = scene.pull_from(&server.address);
        if fits {
            // Where only the digest is known, the digest decides.
            scene.assert_complete(&pulled);
        } else {
            let error = scene.assert_failed(pulled, 0);
            assert!(
                matches!(error, ModelsError::WrongBytes { .. }),
                "{by} {exact}: {error}"
            );
        }
    }
}

#[test]
fn wrong_bytes_never_get_the_name() {
    let mut flipped = model();
    flipped[LEN - 1] ^= 1;
    let long = [model(), vec![0]].concat();
    let short = model()[..LEN - 1].to_vec();
    for exact in [true, false] {
        for bytes in [
            &flipped,
            &long,
            &short,
            &b"version https://git-lfs.github.com/spec/v1\n".to_vec(),
        ] {
            let scene = Scene::with_size(exact);
            let server = Server::start(&model(), vec![Reply::Gives(bytes.clone())]);
            let error = scene.assert_failed(scene.pull_from(&server.address), 0);
            assert!(matches!(error, ModelsError::WrongBytes { .. }), "{error}");
            assert!(error.to_string().contains("expected"), "{error}");
            assert_eq!(
                server.requests().len(),
                1,
                "asked once: {} bytes",
                bytes.len()
            );
        }
    }
}

#[test]
fn a_wrong_mirror_does_not_cost_what_came_from_a_right_one() {
    let half = &model()[..LEN / 2];
    for reply in [
        Reply::Gives(b"a small file".to_vec()),
        Reply::LiesAboutLength(9),
        Reply::Status(404, "", "no"),
        Reply::Status(
            200,
            "Content-Type: text/html; charset=utf-8\r\n",
            "<!doctype html>",
        ),
        Reply::Gives(b"\n <HTML><body>log in".to_vec()),
        Reply::Garbage,
    ] {
        let scene = Scene::new().with_part(half);
        let server = Server::start(&model(), vec![reply]);
        scene.assert_failed(scene.pull_from(&server.address), LEN / 2);
    }
}

#[test]
fn each_refusal_has_its_error_and_next_step() {
    for (status, says, requests) in [
        (401, "login", 1),
        (403, "terms", 1),
        (404, "not there", 1),
        (429, "some minutes", 6),
        (500, "trouble of its own", 6),
        (503, "trouble of its own", 6),
        (418, "--mirror", 1),
        (206, "", 1),
    ] {
        let scene = Scene::new();
        let server = Server::start(&model(), vec![Reply::Status(status, "", "sorry")]);
        let error = scene.assert_failed(scene.pull_from(&server.address), 0);
        assert!(error.hint().contains(says), "{status}: {}", error.hint());
        assert_eq!(server.requests().len(), requests, "{status}: {error}");
    }
    let scene = Scene::new();
    let server = Server::start(
        &model(),
        vec![Reply::Status(429, "Retry-After: 3600\r\n", "")],
    );
    let error = scene.assert_failed(scene.pull_from(&server.address), 0);
    assert!(error.hint().contains("3600 seconds"), "{}", error.hint());
    assert_eq!(server.requests().len(), 1, "an hour is not waited for");
}

#[test]
fn web_pages_are_told_from_files() {
    for reply in [
        Reply::Status(200, "Content-Type: text/html\r\n", "please log in"),
        Reply::Status(200, "", "<!DOCTYPE html><title>Wi-Fi</title>"),
    ] {
        let scene = Scene::with_size(false);
        let server = Server::start(&model(), vec![reply]);
        let error = scene.assert_failed(scene.pull_from(&server.address), 0);
        assert!(matches!(error, ModelsError::HtmlPage { .. }), "{error}");
        assert!(error.hint().contains("guest network"));
    }
}

#[test]
fn redirects_are_followed_with_the_range_and_loops_are_left() {
    let scene = Scene::new().with_part(&model()[..1000]);
    let store = Server::start(&model(), vec![Reply::Proper]);
    let hops = vec![
        Reply::Redirects("/elsewhere?token=secret".into()),
        Reply::Redirects(format!("{}/cdn?signature=x", store.address)),
    ];
    let front = Server::start(&[], hops);
    scene.assert_complete(&scene.pull_from(&front.address));
    assert_eq!(
        front.requests()[1].line,
        "GET /elsewhere?token=secret HTTP/1.1"
    );
    assert_eq!(store.asked_from(), [Some(1000)]);

    for (location, says) in [
        ("/round", "more than 10 redirects"),
        ("ftp://example.org/x", "without a proper address"),
        ("file:///etc/passwd", "without a proper address"),
    ] {
        let scene = Scene::new();
        let server = Server::start(&[], vec![Reply::Redirects(location.into())]);
        let error = scene.assert_failed(scene.pull_from(&server.address), 0);
        assert!(
            matches!(error, ModelsError::RedirectedAstray { .. }),
            "{error}"
        );
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[test]
fn no_network_is_told_apart() {
    let scene = Scene::new();
    let error = scene.assert_failed(scene.pull_from(&nobody()), 0);
    assert!(
        matches!(error, ModelsError::ConnectionRefused { .. }),
        "{error}"
    );

    // A label of more than 63 letters is refused by every resolver without asking anybody.
    let nowhere = format!("http://{}.invalid", "a".repeat(70));
    let error = scene.assert_failed(scene.pull_from(&nowhere), 0);
    assert!(matches!(error, ModelsError::HostNotFound { .. }), "{error}");
    assert!(error.to_string().contains("no network"));

    let server = Server::start(&[], vec![Reply::Garbage]);
    let secure = server.address.replace("http:", "https:");
    let error = scene.assert_failed(scene.pull_from(&secure), 0);
    assert!(matches!(error, ModelsError::TlsFailed { .. }), "{error}");

    let server = Server::start(&[], vec![Reply::Garbage]);
    let error = scene.assert_failed(scene.pull_from(&server.address), 0);
    assert!(matches!(error, ModelsError::Nonsense { .. }), "{error}");
    assert!(
        scene.pauses.borrow().is_empty(),
        "nothing came: nothing is waited for"
    );
}

#[test]
fn a_network_that_goes_away_on_the_way_is_waited_for() {
    let scene = Scene::new();
    let gone = nobody();
    let replies = vec![
        Reply::CutsAfter(90_000),
        Reply::Redirects(format!("{gone}/x")),
        Reply::Proper,
    ];
    let server = Server::start(&model(), replies);
    scene.assert_complete(&scene.pull_from(&server.address));
    assert_eq!(*scene.pauses.borrow(), [1, 2]);
}

#[test]
fn proxies_are_used_and_their_refusal_is_told_without_the_password() {
    let strict = Server::start(&[], vec![Reply::Status(407, "", "")]);
    for (proxy, says) in [(strict.address.clone(), "407"), (nobody(), "refused")] {
        let mut scene = Scene::new();
        scene.proxies.http = Some(proxy.replace("http://", "http://anna:sesame@"));
        let error = scene.assert_failed(scene.pull_from("http://models.example.org"), 0);
        assert!(matches!(error, ModelsError::ProxyFailed { .. }), "{error}");
        assert!(error.to_string().contains(says), "{error}");
        assert!(!format!("{error:?}").contains("sesame"));
    }
    assert_eq!(
        strict.requests()[0].line,
        "CONNECT models.example.org:80 HTTP/1.1"
    );
    let mut scene = Scene::new();
    scene.proxies.http = Some("http://[broken".into());
    let error = scene.assert_failed(scene.pull_from("http://models.example.org"), 0);
    assert!(matches!(error, ModelsError::BadProxy), "{error}");
    scene.proxies.bypass = vec!["127.0.0.1".into()];
    let server = Server::start(&model(), vec![Reply::Proper]);
    scene.assert_complete(&scene.pull_from(&server.address));
}

#[test]
fn a_full_disk_keeps_what_fitted() {
    let scene = Scene::new();
    *scene.disk.room.borrow_mut() = 100_000;
    let server = Server::start(&model(), vec![Reply::Proper]);
    let error = scene.pull_from(&server.address).unwrap_err();
    let kept = scene.kept().unwrap();
    assert!(!kept.is_empty() && kept == model()[..kept.len()]);
    let expected = (LEN - kept.len()) as u64;
    assert!(
        matches!(error, ModelsError::DiskFull { missing: Some(missing), .. } if missing == expected),
        "{error}"
    );
    *scene.disk.room.borrow_mut() = usize::MAX;
    scene.assert_complete(&scene.pull_from(&server.address));
    assert_eq!(server.asked_from(), [None, Some(kept.len())]);
}

#[test]
fn too_little_room_is_told_before_anything_is_fetched() {
    let mut scene = Scene::new().with_part(&model()[..1000]);
    scene.disk.free = 1_000_000;
    let server = Server::start(&model(), vec![Reply::Proper]);
    let error = scene.assert_failed(scene.pull_from(&server.address), 1000);
    assert!(
        matches!(
            error,
            ModelsError::NoRoom {
                free: 1_000_000,
                ..
            }
        ),
        "{error}"
    );
    assert!(server.requests().is_empty());
}

#[test]
fn one_pull_at_a_time_and_a_stop_keeps_what_came() {
    let scene = Scene::new();
    let server = Server::start(&model(), vec![Reply::Proper]);
    let store = scene.store();
    let way = Way {
        mirror: Some(server.address.clone()),
        ..Way::default()
    };
    let entry = &scene.catalog.entries()[0];
    let mut seen = Vec::new();
    let stopped = Puller::new(&store, way).pull(entry, &mut |progress| {
        seen.push(progress.clone());
        let second = scene.pull_from(&server.address).unwrap_err();
        assert!(matches!(second, ModelsError::Busy { .. }), "{second}");
        if progress.have > 100_000 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    let kept = scene.kept().unwrap().len();
    let error = scene.assert_failed(stopped, kept);
    assert!(
        matches!(error, ModelsError::Stopped { .. }) && kept > 100_000,
        "{error}"
    );
    assert!(
        seen.iter()
            .all(|p| p.phase == Phase::Fetching && p.total == Some(LEN as u64))
    );
    assert!(seen.windows(2).all(|pair| pair[0].have < pair[1].have));
    assert_eq!(server.requests().len(), 1);
    scene.assert_complete(&scene.pull_from(&server.address));
}

#[test]
fn what_comes_with_the_program_is_not_pulled() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path());
    let demo = Catalog::builtin().get("demo.en").unwrap();
    let error = Puller::new(&store, Way::default())
        .pull(demo, &mut |_| ControlFlow::Continue(()))
        .unwrap_err();
    assert!(matches!(error, ModelsError::Bundled { .. }), "{error}");
}
