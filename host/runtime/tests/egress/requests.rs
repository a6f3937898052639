//! What arrives at the upstream is what the plugin named.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use kinora_runtime::protocol::{Body, BodyPart, FormField, HttpRequest, ResponseBody};

use crate::upstream::{Answer, Upstream};
use crate::world::{World, get, into_blob, post, to};

fn with(body: Body) -> HttpRequest {
    HttpRequest { body, headers: vec![("content-type".into(), "application/json".into())], ..post() }
}

#[tokio::test]
async fn a_body_is_put_together_from_text_and_blobs_with_its_length_known() {
    let upstream = Upstream::start(|_| Answer::ok(b"ok")).await;
    let world = World::new(&upstream);
    for size in [0, 1, 2, 3, 70_000, 1_000_001] {
        let content: Vec<u8> = (0..size).map(|at: u32| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let blob = world.blobs.put(Bytes::from(content.clone())).await.expect("stored");
        let handle = blob.id.to_string();
        let parts = vec![
            BodyPart::Text("{\"image\":\"".into()),
            BodyPart::BlobBase64(handle.clone()),
            BodyPart::Bytes(b"\"}".to_vec()),
            BodyPart::BlobRaw(handle),
        ];
        world.send(with(Body::Parts(parts))).await.expect("answered");
        let mut expected = format!("{{\"image\":\"{}\"}}", STANDARD.encode(&content)).into_bytes();
        expected.extend_from_slice(&content);
        let seen = upstream.seen().pop().expect("a request");
        assert!(seen.body == expected, "{size}");
        assert_eq!(seen.header("content-length"), Some(&*expected.len().to_string()));
        assert_eq!(seen.header("transfer-encoding"), None);
        assert_eq!(seen.header("content-type"), Some("application/json"));
    }
}

#[tokio::test]
async fn a_form_carries_fields_and_files() {
    let upstream = Upstream::start(|_| Answer::ok(b"ok")).await;
    let world = World::new(&upstream);
    let blob = world.blobs.put(Bytes::from_static(b"\x89PNG\r\n\x1a\n")).await.expect("stored");
    let fields = vec![
        FormField { name: "purpose".into(), filename: None, media_type: None, value: BodyPart::Text("vision".into()) },
        FormField {
            name: "file".into(),
            filename: Some("a \"b\".png".into()),
            media_type: Some("image/png".into()),
            value: BodyPart::BlobRaw(blob.id.to_string()),
        },
    ];
    world.send(with(Body::Form(fields))).await.expect("answered");
    let seen = upstream.seen().pop().expect("a request");
    let content_type = seen.header("content-type").expect("a type");
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").expect("a boundary");
    let mut expected = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nvision\r\n\
         --{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a %22b%22.png\"\r\n\
         content-type: image/png\r\n\r\n"
    )
    .into_bytes();
    expected.extend_from_slice(b"\x89PNG\r\n\x1a\n\r\n");
    expected.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    assert_eq!(String::from_utf8_lossy(&seen.body), String::from_utf8_lossy(&expected));
    assert_eq!(seen.header("content-length"), Some(&*expected.len().to_string()));
}

#[tokio::test]
async fn a_blob_that_is_not_there_is_told_and_nothing_is_sent() {
    let upstream = Upstream::start(|_| Answer::ok(b"ok")).await;
    let world = World::new(&upstream);
    let handle = format!("{}.png", "0".repeat(64));
    let failure = world.fails(with(Body::Parts(vec![BodyPart::BlobRaw(handle.clone())]))).await;
    assert_eq!((failure.kind.as_str(), failure.maybe_accepted), ("refused-by-policy", false));
    assert!(failure.message.contains(&handle), "{failure:?}");
    assert_eq!(upstream.seen().len(), 0);
}

#[tokio::test]
async fn a_body_larger_than_any_answer_may_be_is_not_sent() {
    let upstream = Upstream::start(|_| Answer::ok(b"ok")).await;
    let world = World::new(&upstream);
    let blob = world.blobs.put(Bytes::from(vec![0; 2_999_999])).await.expect("stored");
    let part = BodyPart::BlobRaw(blob.id.to_string());
    let failure = world.fails(with(Body::Parts(vec![part.clone(), part]))).await;
    assert_eq!((failure.kind.as_str(), failure.maybe_accepted), ("refused-by-policy", false), "{failure:?}");
}

#[tokio::test]
async fn an_answer_goes_into_the_blob_store_as_it_came() {
    let content: Vec<u8> = b"\0\0\0\x18ftypmp42".iter().copied().chain((0..2_000_000u32).map(|at| at as u8)).collect();
    let sent = content.clone();
    let upstream = Upstream::start(move |_| Answer::new(200, &[("content-type", "text/html")], &sent)).await;
    let world = World::new(&upstream);
    let response = world.send(into_blob(get())).await.expect("answered");
    let ResponseBody::Blob(blob) = response.body else { panic!("no blob") };
    assert_eq!((blob.size, blob.media_type.as_str()), (content.len() as u64, "video/mp4"));
    let stored = world.blobs.read(&blob.handle.parse().expect("a name"), u64::MAX).await.expect("read");
    assert!(stored == content);
}

#[tokio::test]
async fn the_host_says_who_it_is_and_wants_nothing_compressed() {
    let upstream = Upstream::start(|_| Answer::ok(b"ok")).await;
    World::new(&upstream).send(get()).await.expect("answered");
    let seen = upstream.seen().pop().expect("a request");
    assert!(seen.header("user-agent").expect("a name").starts_with("kinora/"));
    assert_eq!(seen.header("accept-encoding"), Some("identity"));
    assert_eq!((seen.method.as_str(), seen.path.as_str()), ("GET", "/x"));
}

#[tokio::test]
async fn every_method_arrives_and_an_empty_body_has_a_length() {
    let upstream = Upstream::start(|_| Answer::ok(b"")).await;
    let world = World::new(&upstream);
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] {
        world.send(to(method, "/x?a=b")).await.expect("answered");
        let seen = upstream.seen().pop().expect("a request");
        assert_eq!((seen.method.as_str(), seen.path.as_str()), (method, "/x?a=b"));
        let length = matches!(method, "POST" | "PUT" | "PATCH").then_some("0");
        assert_eq!(seen.header("content-length"), length, "{method}");
    }
}
