//! Pulls that come to their end, straight or on a detour.

use std::fs;

use crate::scene::{LEN, Scene, model};
use crate::server::{Reply, Server};

#[test]
fn pulls_that_come_to_their_end() {
    let stale = [&model()[..50_000], &[0; 1000]].concat();
    let half = || model()[..LEN / 2].to_vec();
    // What is tried, the server's replies, what lies there before, and what is asked for.
    let cases = [
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
