//! The key goes where it belongs, and comes back from nowhere.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::upstream::{Answer, Upstream};
use crate::world::{KEY, World, get, inline, into_blob, post, to};

/// A server that gives back all it was told, as an unfriendly one may.
async fn echo() -> Upstream {
    Upstream::start(|seen| {
        let authorization = seen.header("authorization").expect("a key").to_owned();
        let status = seen.path.trim_start_matches('/').parse().unwrap_or(200);
        let body = format!("you said {authorization}, in base64 {}", STANDARD.encode(&authorization));
        Answer::new(status, &[("x-echo", &authorization), ("set-cookie", "session=1")], body.as_bytes())
    })
    .await
}

#[tokio::test]
async fn the_key_is_added_by_the_host() {
    let upstream = Upstream::start(|_| Answer::ok(b"ok")).await;
    World::new(&upstream).send(get()).await.expect("answered");
    assert_eq!(upstream.seen()[0].header("authorization"), Some(&*format!("Bearer {KEY}")));
}

#[tokio::test]
async fn an_echoed_key_does_not_come_back() {
    let upstream = echo().await;
    let world = World::new(&upstream);
    for path in ["/200", "/401"] {
        let response = world.send(to("POST", path)).await.expect("answered");
        let shown = format!("{:?} {}", response.headers, String::from_utf8_lossy(inline(&response)));
        assert!(shown.contains("you said Bearer ****"), "{shown}");
        assert!(!shown.contains("0123456789") && !shown.contains("abcdef"), "{shown}");
        assert!(!shown.contains(&STANDARD.encode(KEY)[4..20]) && !shown.contains("session"), "{shown}");
    }
}

#[tokio::test]
async fn an_echoed_key_is_not_stored() {
    let upstream = echo().await;
    let world = World::new(&upstream);
    world.send(into_blob(post())).await.expect("answered");
    let content = only_blob(&world).await;
    assert!(content.contains("you said Bearer ****") && !content.contains("abcdef"), "{content}");
}

#[tokio::test]
async fn a_key_in_two_pieces_is_still_a_key() {
    for cut in 1..KEY.len() {
        let (front, back) = KEY.as_bytes().split_at(cut);
        let answer = Answer::chunked(&[b"before ", front, back, b" after"]);
        let upstream = Upstream::start(move |_| answer.clone()).await;
        let world = World::new(&upstream);
        let expected = format!("before {} after", "*".repeat(KEY.len()));
        let response = world.send(get()).await.expect("answered");
        assert_eq!(String::from_utf8_lossy(inline(&response)), expected);
        world.send(into_blob(get())).await.expect("answered");
        assert_eq!(only_blob(&world).await, expected);
    }
}

#[tokio::test]
async fn a_key_across_the_cut_of_a_refusal_is_still_a_key() {
    let body = format!("{}{KEY}", "x".repeat(1000 - 10));
    let upstream = Upstream::start(move |_| Answer::new(400, &[], body.as_bytes())).await;
    let response = World::new(&upstream).send(get()).await.expect("answered");
    assert!(inline(&response).ends_with(b"x**********"), "{:?}", &inline(&response)[980..]);
    assert_eq!(inline(&response).len(), 1000);
}

async fn only_blob(world: &World) -> String {
    let mut names = Vec::new();
    for folder in std::fs::read_dir(world.folder.path()).expect("a folder") {
        for file in std::fs::read_dir(folder.expect("an entry").path()).expect("a folder") {
            names.push(file.expect("an entry").file_name().to_string_lossy().into_owned());
        }
    }
    let [name] = &names[..] else { panic!("one blob: {names:?}") };
    let content = world.blobs.read(&name.parse().expect("a name"), 1_000_000).await.expect("read");
    String::from_utf8_lossy(&content).into_owned()
}

#[tokio::test]
async fn the_key_stays_with_its_origin_when_a_redirect_leaves_it() {
    let other = Upstream::start(|_| Answer::ok(b"film")).await;
    let location = format!("{}/film", other.url());
    let upstream = Upstream::start(move |seen| match seen.path.as_str() {
        "/x" => Answer::redirect(302, "/same"),
        _ => Answer::redirect(307, &location),
    })
    .await;
    let mut request = get();
    request.headers = vec![("x-session".into(), "private".into()), ("accept".into(), "video/mp4".into())];
    let response = World::new(&upstream).send(request).await.expect("answered");
    assert_eq!(inline(&response), b"film");
    let seen = upstream.seen();
    assert_eq!(seen.len(), 2);
    assert!(seen.iter().all(|seen| seen.header("authorization").is_some()), "the same origin gets the key");
    let elsewhere = &other.seen()[0];
    assert_eq!(elsewhere.header("authorization"), None);
    assert_eq!(elsewhere.header("x-session"), None);
    assert_eq!(elsewhere.header("accept"), Some("video/mp4"));
    assert_eq!(elsewhere.header("referer"), None);
}
