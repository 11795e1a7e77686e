//! Connections that break or stand still.

use notewright::models::ModelsError;

use crate::scene::{Scene, model};
use crate::server::{Reply, Server};

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
