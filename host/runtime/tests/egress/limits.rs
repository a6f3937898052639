//! Nothing an upstream does takes more room or time than it was given.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kinora_runtime::egress::EgressOptions;
use tokio::sync::Barrier;

use crate::upstream::{Answer, Upstream};
use crate::world::{World, get, inline, into_blob, options, post, to, within};

const ENDLESS: &[u8] = b"HTTP/1.1 200 OK\r\n\r\n";

#[tokio::test]
async fn an_endless_body_is_cut_off_at_the_limit() {
    let upstream = Upstream::start(|_| Answer::raw(ENDLESS).then_flood()).await;
    let world = World::new(&upstream);
    for request in [get(), into_blob(get())] {
        let failure = world.fails(request).await;
        assert_eq!(failure.kind, "too-large", "{failure:?}");
    }
    assert_eq!(world.files(), 0, "nothing of it stays");
}

#[tokio::test]
async fn a_body_at_the_limit_is_whole() {
    let upstream = Upstream::start(|seen| Answer::ok(&vec![b'x'; seen.path[1..].parse().expect("a length")])).await;
    let world = World::new(&upstream);
    assert_eq!(inline(&world.send(to("GET", "/100000")).await.expect("fits")).len(), 100_000);
    assert_eq!(world.fails(to("GET", "/100001")).await.kind, "too-large");
}

#[tokio::test]
async fn the_body_of_a_refusal_is_cut_and_the_refusal_told() {
    for answer in [Answer::new(500, &[], &[b'x'; 5000]), Answer::raw(b"HTTP/1.1 500 No\r\n\r\n").then_flood()] {
        let upstream = Upstream::start(move |_| answer.clone()).await;
        let response = World::new(&upstream).send(into_blob(post())).await.expect("an answer");
        assert_eq!((response.status, inline(&response).len()), (500, 1000));
    }
}

#[tokio::test]
async fn a_body_that_stops_coming_is_given_up() {
    let upstream =
        Upstream::start(|_| Answer::raw(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf").then_silence()).await;
    let world =
        World::at(&upstream.url(), false, EgressOptions { connect: Duration::from_millis(300), ..options(&[]) });
    for request in [into_blob(get()), within(100, get())] {
        let failure = world.fails(request).await;
        assert_eq!(failure.kind, "timeout", "{failure:?}");
    }
    assert_eq!(world.files(), 0);
}

#[tokio::test]
async fn a_plugin_cannot_wait_longer_than_the_host() {
    let upstream = Upstream::start(|_| Answer::nothing().then_silence()).await;
    let hasty =
        EgressOptions { connect: Duration::from_millis(300), longest: Duration::from_millis(100), ..options(&[]) };
    let failure = World::at(&upstream.url(), false, hasty).fails(within(u64::MAX, get())).await;
    assert_eq!(failure.kind, "timeout");
}

#[tokio::test]
async fn headers_without_end_are_not_taken() {
    let value = "x".repeat(8000);
    let headers: Vec<(&str, &str)> = vec![("x", &value); 9];
    let answer = Answer::new(200, &headers, b"");
    let upstream = Upstream::start(move |_| answer.clone()).await;
    assert_eq!(World::new(&upstream).fails(get()).await.kind, "too-large");
    let headers: Vec<(&str, &str)> = vec![("x", "y"); 1000];
    let answer = Answer::new(200, &headers, b"");
    let upstream = Upstream::start(move |_| answer.clone()).await;
    World::new(&upstream).fails(get()).await;
}

#[tokio::test]
async fn the_answer_to_head_has_a_length_and_no_body() {
    let upstream = Upstream::start(|_| Answer::raw(b"HTTP/1.1 200 OK\r\ncontent-length: 999999999999\r\n\r\n")).await;
    let world = World::new(&upstream);
    for request in [to("HEAD", "/x"), into_blob(to("HEAD", "/x"))] {
        let response = world.send(request).await.expect("an answer");
        assert_eq!(inline(&response), b"");
        assert!(response.headers.contains(&("content-length".into(), "999999999999".into())));
    }
}

#[tokio::test]
async fn connections_are_used_again() {
    let upstream = Upstream::start(|_| Answer::ok(b"ok")).await;
    let world = World::new(&upstream);
    for _ in 0..10 {
        world.send(get()).await.expect("answered");
        world.send(post()).await.expect("answered");
    }
    assert_eq!(upstream.connections(), 2, "one for what reads and one for what does not");
}

#[tokio::test]
async fn hundreds_of_requests_wait_at_once() {
    const MANY: usize = 500;
    let all_here = Arc::new(Barrier::new(MANY));
    let upstream = Upstream::start_async(move |_| {
        let all_here = all_here.clone();
        async move {
            all_here.wait().await;
            Answer::ok(b"ok")
        }
    })
    .await;
    let world = Arc::new(World::new(&upstream));
    let mut sending = tokio::task::JoinSet::new();
    for _ in 0..MANY {
        let world = world.clone();
        sending.spawn(async move { world.send(post()).await.map(|response| response.status) });
    }
    for sent in sending.join_all().await {
        assert_eq!(sent.expect("answered"), 200);
    }
    assert_eq!(upstream.seen().len(), MANY);
}

#[tokio::test]
async fn no_more_are_under_way_than_there_are_places() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counting, highest) = (now.clone(), most.clone());
    let upstream = Upstream::start_async(move |_| {
        let now = counting.clone();
        highest.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        async move {
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            now.fetch_sub(1, Ordering::SeqCst);
            Answer::ok(b"ok")
        }
    })
    .await;
    let narrow = EgressOptions { in_flight: 3, ..options(&[]) };
    let world = Arc::new(World::at(&upstream.url(), false, narrow));
    let mut sending = tokio::task::JoinSet::new();
    for _ in 0..30 {
        let world = world.clone();
        sending.spawn(async move { world.send(post()).await.map(|response| response.status) });
    }
    assert!(sending.join_all().await.into_iter().all(|sent| sent.is_ok()));
    let most = most.load(Ordering::SeqCst);
    assert!((2..=3).contains(&most), "{most} at once");
}

#[tokio::test]
async fn what_waits_for_an_answer_takes_little_memory() {
    let upstream = Upstream::start(|_| Answer::ok(b"ok")).await;
    let world = World::new(&upstream);
    let planned =
        kinora_runtime::egress::Policy::default().plan(&world.manifest, &world.grant, get()).expect("allowed");
    let sending = world.egress.send(planned, &world.blobs);
    assert!(size_of_val(&sending) < 2_000, "{} bytes", size_of_val(&sending));
}
