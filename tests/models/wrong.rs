//! Servers that give something else than the file: lies, other bytes, refusals, web pages.

use notewright::models::ModelsError;

use crate::scene::{LEN, Scene, model};
use crate::server::{Reply, Server};

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
