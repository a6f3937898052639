//! Whether a request may have been accepted is said right, and none is ever sent twice.

use std::time::Duration;

use kinora_runtime::egress::EgressOptions;

use crate::upstream::{Answer, Upstream};
use crate::world::{World, get, into_blob, options, post, to, within};

#[tokio::test]
async fn a_connection_that_is_refused_accepted_nothing() {
    let upstream = Upstream::start(|_| Answer::ok(b"")).await;
    let world = World::new(&upstream);
    drop(upstream);
    let failure = world.fails(post()).await;
    assert_eq!((failure.kind.as_str(), failure.maybe_accepted), ("connect", false), "{failure:?}");
}

#[tokio::test]
async fn a_name_that_does_not_exist_accepted_nothing() {
    let world = World::at("http://nowhere.test", true, options(&[]));
    let failure = world.fails(post()).await;
    assert_eq!((failure.kind.as_str(), failure.maybe_accepted), ("resolve", false), "{failure:?}");
    assert!(failure.message.contains("no such name"), "{failure:?}");
}

#[tokio::test]
async fn a_connection_that_takes_too_long_accepted_nothing() {
    let impatient = || EgressOptions { connect: Duration::from_millis(100), ..options(&[("slow.test", &[])]) };
    // The name is never resolved.
    let failure = World::at("http://slow.test", true, impatient()).fails(within(1, post())).await;
    assert_eq!((failure.kind.as_str(), failure.maybe_accepted), ("connect", false), "{failure:?}");
    // TCP connects and TLS never answers.
    let silent = Upstream::start(|_| Answer::nothing()).await;
    let world = World::at(&format!("https://{}", silent.address), false, impatient());
    let failure = world.fails(within(1, post())).await;
    assert!(!failure.maybe_accepted, "{failure:?}");
    assert!(matches!(failure.kind.as_str(), "connect" | "tls"), "{failure:?}");
}

#[tokio::test]
async fn a_server_without_tls_accepted_nothing() {
    // The client's hello has no empty line in it, so this answers as soon as the connection is there.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut Vec::new()).await;
    });
    let failure = World::at(&format!("https://{address}"), false, options(&[])).fails(post()).await;
    assert_eq!((failure.kind.as_str(), failure.maybe_accepted), ("tls", false), "{failure:?}");
    server.abort();
}

#[tokio::test]
async fn a_server_that_never_answers_may_have_accepted() {
    let upstream = Upstream::start(|_| Answer::nothing().then_silence()).await;
    let world =
        World::at(&upstream.url(), false, EgressOptions { connect: Duration::from_millis(300), ..options(&[]) });
    let failure = world.fails(within(100, post())).await;
    assert_eq!((failure.kind.as_str(), failure.maybe_accepted), ("timeout", true), "{failure:?}");
    assert_eq!(upstream.seen().len(), 1);
}

#[tokio::test]
async fn a_server_that_hangs_up_may_have_accepted() {
    for answer in
        [Answer::nothing().then_close(), Answer::nothing().then_reset(), Answer::raw(b"HTTP/1.1 200").then_close()]
    {
        let upstream = Upstream::start(move |_| answer.clone()).await;
        let failure = World::new(&upstream).fails(post()).await;
        assert_eq!((failure.kind.as_str(), failure.maybe_accepted), ("reset", true), "{failure:?}");
        assert_eq!(upstream.seen().len(), 1);
    }
}

#[tokio::test]
async fn half_an_answer_may_have_been_a_whole_acceptance() {
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of it";
    for answer in [Answer::raw(half).then_reset(), Answer::raw(half).then_close()] {
        let upstream = Upstream::start(move |_| answer.clone()).await;
        let world = World::new(&upstream);
        for request in [post(), into_blob(post())] {
            let failure = world.fails(request).await;
            assert_eq!((failure.kind.as_str(), failure.maybe_accepted), ("reset", true), "{failure:?}");
        }
        assert_eq!(world.files(), 0);
    }
}

#[tokio::test]
async fn a_refusal_that_breaks_off_is_still_a_refusal() {
    let upstream =
        Upstream::start(|_| Answer::raw(b"HTTP/1.1 429 No\r\ncontent-length: 100\r\n\r\nslow do").then_reset()).await;
    let response = World::new(&upstream).send(post()).await.expect("an answer");
    assert_eq!(response.status, 429);
    let upstream =
        Upstream::start(|_| Answer::raw(b"HTTP/1.1 402 No\r\ncontent-length: 100\r\n\r\nslow do").then_silence()).await;
    let world =
        World::at(&upstream.url(), false, EgressOptions { connect: Duration::from_millis(300), ..options(&[]) });
    assert_eq!(world.send(within(100, post())).await.expect("an answer").status, 402);
}

#[tokio::test]
async fn a_post_on_a_connection_that_dies_under_it_is_not_repeated() {
    // The first request is answered, and the connection kept. The second is read and never answered: for the client
    // that looks as if an idle connection had been closed, which HTTP clients like to answer with a silent repeat.
    let upstream = Upstream::start(|seen| match seen.path.as_str() {
        "/first" => Answer::ok(b"ok"),
        _ => Answer::nothing().then_close(),
    })
    .await;
    let world = World::new(&upstream);
    for method in ["POST", "GET"] {
        world.send(to(method, "/first")).await.expect("answered");
        let before = upstream.connections();
        let failure = world.fails(to(method, "/second")).await;
        assert_eq!((failure.kind.as_str(), failure.maybe_accepted), ("reset", true), "{failure:?}");
        assert_eq!(upstream.connections(), before, "the kept connection was used");
    }
    let paths: Vec<String> = upstream.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(paths, ["/first", "/second", "/first", "/second"]);
}

#[tokio::test]
async fn no_post_arrives_twice_where_the_server_closes_kept_connections() {
    let upstream = Upstream::start(|_| Answer::ok(b"ok").then_close()).await;
    let world = World::new(&upstream);
    let mut answered = Vec::new();
    for at in 0..50 {
        let path = format!("/{at}");
        match world.send(to("POST", &path)).await {
            Ok(_) => answered.push(path),
            Err(failure) => assert!(failure.maybe_accepted || failure.kind == "connect", "{failure:?}"),
        }
    }
    let mut seen: Vec<String> = upstream.seen().into_iter().map(|seen| seen.path).collect();
    assert!(answered.iter().all(|path| seen.contains(path)));
    let count = seen.len();
    seen.dedup();
    assert_eq!(seen.len(), count, "some request arrived twice");
}

#[tokio::test]
async fn an_answer_that_is_too_large_was_accepted() {
    let upstream =
        Upstream::start(|_| Answer::raw(b"HTTP/1.1 200 OK\r\ncontent-length: 999999999999\r\n\r\n").then_silence())
            .await;
    let world = World::new(&upstream);
    for request in [post(), into_blob(post()), get()] {
        let failure = world.fails(request).await;
        assert_eq!((failure.kind.as_str(), failure.maybe_accepted), ("too-large", true), "{failure:?}");
    }
}
