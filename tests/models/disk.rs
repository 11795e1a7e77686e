//! Full disks, two pulls at once, and a pull that is stopped.

use std::ops::ControlFlow;

use notewright::models::pull::{Phase, Puller, Way};
use notewright::models::{Catalog, ModelsError, Store};

use crate::scene::{LEN, Scene, model};
use crate::server::{Reply, Server};

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
