//! Published contracts hold for ever: their text never changes, and a component that was compiled against one runs in
//! every later host. The components in `tests/contracts` were built once, from `tests/fixtures/contract-*`, and are
//! never built again; a new version of a contract gets a folder of its own beside them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kinora_domain::documents::{
    Drawing, MediaItem, MediaOutcome, Message, Outcome, Problem, Rate, Role, StrategyRequest, TextOperation,
};
use kinora_runtime::egress::{Grant, Policy};
use kinora_runtime::protocol::{
    Action, Attachment, Blob, Body, BodyPart, EndpointPath, Event, FormField, HttpRequest, HttpResponse, Operation,
    ProviderError, ResponseBody, Sink, Step, Target, TransportFailure,
};
use kinora_runtime::{Digest, Generation, Plugin, Rule, Runtime, RuntimeOptions};
use serde_json::{Value, json};

/// Every published text and component with its sha-256. A line is added with a new version and never changed.
const PUBLISHED: &[(&str, &str)] = &[
    ("wit/provider/0.1.0/world.wit", "f9e5c7f82574e477c1284bfcb17a24d02f1b47b8d3ba79873ede5b47ce212b37"),
    ("wit/renderer/0.1.0/world.wit", "5e7f64dd36bf979c967ec8fc9976f454ce7a62ec72a8137f28dd92b1a8b78910"),
    ("wit/strategy/0.1.0/world.wit", "6d192ea904ed91cccd14f9b55d46a12fff2faaa79f1559016065f66e89f8690e"),
    ("wit/validator/0.1.0/world.wit", "09d04115e2038ccb8b0534b893f6165a31c749b70093ba4211cbdad63e3c13f4"),
    ("tests/contracts/0.1.0/provider.wasm", "ec06a7cf9b201b3d58b1bdc8f10c34ca41ce6d615d7406f98326a6da688b2775"),
    ("tests/contracts/0.1.0/renderer.wasm", "59ff967ddc8997a2716d16753a56cca39ea13124982ffcdbf45b697b6efcd23b"),
    ("tests/contracts/0.1.0/strategy.wasm", "257fb1084124058a7b4d3d46fc33e4dd7e5509b5cfb6c8a5123ec757b0785f03"),
    ("tests/contracts/0.1.0/validator.wasm", "fbfb1550cbfff8e69c0f24ac6094a1aee6315ceff51c63348f5906c7b445a99b"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files in a folder and the folders in it, from the repository's root.
fn files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root().join(folder)).expect("the folder") {
        let entry = entry.expect("an entry");
        let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() { found.extend(files(&name)) } else { found.push(name) }
    }
    found
}

#[test]
fn no_published_contract_changes() {
    for (file, digest) in PUBLISHED {
        let content = std::fs::read(root().join(file)).unwrap_or_else(|error| panic!("{file} is gone: {error}"));
        assert_eq!(
            Digest::of(&content).to_string(),
            *digest,
            "{file} was published and may not change; a change is a new version, in a folder of its own"
        );
    }
}

#[test]
fn every_contract_in_the_repository_is_published() {
    let mut there = [files("wit"), files("tests/contracts")].concat();
    there.sort();
    let mut known: Vec<&str> = PUBLISHED.iter().map(|(file, _)| *file).collect();
    known.sort_unstable();
    assert_eq!(there, known);
}

/// A kept component, in a host of today, after the self-test that every generation has to pass.
async fn kept(role: &str, settings: Value) -> Plugin {
    let runtime: Arc<Runtime> =
        Runtime::new(RuntimeOptions { cache: None, ..RuntimeOptions::default() }).expect("it starts");
    let load = || async {
        let path = root().join(format!("tests/contracts/0.1.0/{role}.wasm"));
        runtime.load_file(&path).await.expect("a published component is loaded")
    };
    let plugin = load().await;
    let grant = Grant::whole(&plugin.manifest);
    let generation = Generation { plugin: Arc::new(plugin), grant, settings };
    generation.self_test(&Policy::default()).await.expect("it passes the self-test");
    load().await
}

fn note(step: &Step) -> &str {
    step.note.as_deref().unwrap_or_default()
}

fn to(method: &str, path: &str) -> HttpRequest {
    HttpRequest {
        method: method.into(),
        target: Target::Endpoint(EndpointPath { endpoint: "api".into(), path: path.into() }),
        headers: Vec::new(),
        body: Body::Empty,
        credential: None,
        sink: Sink::Inline,
        timeout_ms: None,
        exemption: None,
    }
}

fn answer(status: u16, body: ResponseBody) -> Event {
    Event::Response(HttpResponse { status, headers: vec![("x-name".into(), "value".into())], body })
}

#[tokio::test]
async fn a_provider_of_0_1_0_goes_its_whole_way() {
    let provider = kept("provider", json!({})).await;
    assert_eq!((provider.id(), provider.manifest.role), ("contract-provider", Role::Provider));

    let document = json!({"prompt": "a lighthouse", "aspect_ratio": "16:9", "duration": 8.0}).to_string();
    let operation = Operation { id: "operation-1".into(), kind: "video".into(), document };
    let first = provider.start(&operation, &json!({"tone": "calm"})).await.expect("a step");
    assert_eq!(first.progress, Some(0.25));
    assert_eq!(note(&first), r#"operation-1 a lighthouse {"tone":"calm"}"#);
    let upload = HttpRequest {
        headers: vec![("content-type".into(), "application/json".into())],
        body: Body::Parts(vec![
            BodyPart::Text("{\"text\":\"".into()),
            BodyPart::Bytes(b"bytes".to_vec()),
            BodyPart::BlobRaw("raw".into()),
            BodyPart::BlobBase64("base64".into()),
            BodyPart::Text("\"}".into()),
        ]),
        credential: Some("key".into()),
        timeout_ms: Some(5_000),
        exemption: Some("free".into()),
        ..to("POST", "/free")
    };
    assert_eq!(first.action, Action::Send(upload));

    let event = answer(201, ResponseBody::Inline(b"hi".to_vec()));
    let second = provider.resume(&first.state, &event).await.expect("a step");
    for word in ["201", "x-name", "value", "104, 105"] {
        assert!(note(&second).contains(word), "{word} is not in {}", note(&second));
    }
    let field = |name: &str, filename: Option<&str>, value| FormField {
        name: name.into(),
        filename: filename.map(str::to_owned),
        media_type: filename.map(|_| "image/png".to_owned()),
        value,
    };
    let form = HttpRequest {
        body: Body::Form(vec![
            field("words", None, BodyPart::Text("hello".into())),
            field("file", Some("frame.png"), BodyPart::BlobRaw("raw".into())),
        ]),
        sink: Sink::Blob,
        ..to("PUT", "/form?purpose=x")
    };
    assert_eq!(second.action, Action::Send(form));

    let third = provider.resume(&second.state, &event).await.expect("a step");
    assert_eq!(third.action, Action::Wait(1_500));
    let fourth = provider.resume(&third.state, &Event::Timer).await.expect("a step");
    let target = Target::Url("https://results.contract.test/clip.mp4".into());
    assert_eq!(fourth.action, Action::Send(HttpRequest { target, sink: Sink::Blob, ..to("GET", "") }));

    let blob = Blob { handle: "clip-1".into(), size: 5_000_000_000, media_type: "video/mp4".into() };
    let last = provider.resume(&fourth.state, &answer(200, ResponseBody::Blob(blob))).await.expect("a step");
    assert!(note(&last).contains("5000000000") && note(&last).contains("video/mp4"), "{}", note(&last));
    let Action::Done(outcome) = last.action else { panic!("it is done: {:?}", last.action) };
    let document: Outcome = serde_json::from_str(&outcome.document).expect("an outcome");
    let expected = MediaOutcome {
        items: vec![MediaItem::blob("clip-1"), MediaItem::Attachment { name: "inside".into() }],
        made_by: "Contract, video-1".into(),
        ..MediaOutcome::default()
    };
    assert_eq!(document, Outcome::Media(expected));
    let inside = Attachment { name: "inside".into(), media_type: "image/png".into(), content: b"\x89PNG".to_vec() };
    assert_eq!(outcome.attachments, [inside]);
}

#[tokio::test]
async fn a_provider_of_0_1_0_fails_and_is_cancelled() {
    let provider = kept("provider", json!({})).await;
    let failure = TransportFailure { kind: "reset".into(), message: "it broke off".into(), maybe_accepted: true };
    let step = provider.resume(b"form", &Event::TransportFailed(failure)).await.expect("a step");
    assert!(note(&step).contains("reset") && note(&step).contains("maybe-accepted: true"), "{}", note(&step));
    let error = ProviderError {
        kind: "rate-limited".into(),
        message: "it broke off".into(),
        upstream_code: Some("slow_down".into()),
        http_status: Some(429),
        retryable: true,
        retry_after_ms: Some(1_500),
    };
    assert_eq!(step.action, Action::Fail(error));
    let step = provider.cancel(b"fetch").await.expect("a step");
    assert_eq!((note(&step), &step.action), ("fetch", &Action::Send(to("DELETE", "/clips/1"))));
}

#[tokio::test]
async fn a_strategy_of_0_1_0_asks_and_reads() {
    let strategy = kept("strategy", json!({})).await;
    let request = |input: Value| StrategyRequest { kind: "echo".into(), input, attempt: 2, problems: Vec::new() };
    let settings = json!({"tone": "calm"});
    let prompt = strategy.compose_prompt(&request(json!({"a": 1})), &settings).await.expect("a prompt");
    let content = r#"["echo",{"a":1},2,{"tone":"calm"}]"#.to_owned();
    let expected = TextOperation {
        messages: vec![Message { role: "user".into(), content }],
        max_tokens: Some(100),
        ..TextOperation::default()
    };
    assert_eq!(prompt, expected);
    let read = strategy.interpret(&request(json!({})), "words", &settings).await.expect("a document");
    assert_eq!(read, json!(["echo", "words", {"tone": "calm"}]));
    let declined = strategy.interpret(&request(json!({})), "", &settings).await.expect_err("it declines");
    assert_eq!((declined.rule, declined.kind.as_deref()), (Rule::Declined, Some("malformed-output")));
}

#[tokio::test]
async fn a_validator_of_0_1_0_judges() {
    let validator = kept("validator", json!({})).await;
    let settings = json!({"strict": true});
    let good = validator.validate(&json!([1]), &json!([1]), &settings).await.expect("a verdict");
    assert_eq!(good.problems, []);
    let bad = validator.validate(&json!([1]), &json!([2]), &settings).await.expect("a verdict");
    let message = r#"[1] is not [2], with {"strict":true}"#.into();
    assert_eq!(bad.problems, [Problem { code: "not-the-same".into(), message, path: "/a".into() }]);
    let declined = validator.validate(&json!([1]), &Value::Null, &settings).await.expect_err("it declines");
    assert_eq!((declined.rule, declined.kind.as_deref()), (Rule::Declined, Some("invalid-input")));
}

#[tokio::test]
async fn a_renderer_of_0_1_0_draws() {
    let renderer = kept("renderer", json!({"radius": 1})).await;
    let drawing = Drawing {
        kind: "rectangle".into(),
        width: 640,
        height: 360,
        rate: Rate { num: 30_000, den: 1_001 },
        frames: 30,
        seed: 1,
        title: String::new(),
        subtitle: String::new(),
        subject: String::new(),
        style: String::new(),
        mood: String::new(),
        mark: String::new(),
        data: Vec::new(),
    };
    let drawn = renderer.compose_drawing(&drawing, &json!({"radius": 4.5})).await.expect("a composition");
    let rectangle = json!({"type": "rect", "width": 640.0, "height": 360.0, "radius": 4.5});
    let expected = json!({
        "schema": 1, "width": 640, "height": 360, "rate": {"num": 30_000, "den": 1_001}, "frames": 30,
        "layers": [{"content": rectangle, "x": 320.0, "y": 180.0}],
    });
    assert_eq!(serde_json::to_value(drawn).expect("plain data"), expected);
    let declined = renderer.compose_drawing(&drawing, &json!({})).await.expect_err("it declines");
    assert_eq!(declined.rule, Rule::Declined);
}
