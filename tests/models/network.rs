//! The way to the server: redirects, proxies, and no way at all.

use notewright::models::ModelsError;

use crate::scene::{Scene, model};
use crate::server::{Reply, Server, nobody};

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
