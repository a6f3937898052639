//! What the tests share: operations, what the adapter sends for them, and the descriptions to hold it against.
#![allow(dead_code)]

use kinora_plugin_replicate::Replicate;
use kinora_sdk::documents::{
    ImageOperation, MediaOutcome, Message, Outcome, TextOperation, TextOutcome, VideoOperation,
};
use kinora_sdk::provider::{Adapter, Blob, EndpointPath, Event, HttpRequest, HttpResponse, ResponseBody, Target};
use kinora_sdk::replay::{Recorded, Replay};
use kinora_sdk::{Operation, ProviderError, Request};
use serde_json::{Value, json};

pub fn text(operation: TextOperation) -> Operation {
    Operation { id: "op-1".to_owned(), request: Request::Text(operation) }
}

pub fn image(operation: ImageOperation) -> Operation {
    Operation { id: "op-1".to_owned(), request: Request::Image(operation) }
}

pub fn video(operation: VideoOperation) -> Operation {
    Operation { id: "op-1".to_owned(), request: Request::Video(operation) }
}

pub fn message(role: &str, content: &str) -> Message {
    Message { role: role.to_owned(), content: content.to_owned() }
}

/// A question that wants prose.
pub fn question() -> TextOperation {
    TextOperation {
        messages: vec![message("system", "You write films."), message("user", "A lighthouse keeper's last night.")],
        ..TextOperation::default()
    }
}

/// A wide picture.
pub fn picture() -> ImageOperation {
    ImageOperation { prompt: "A lighthouse".to_owned(), width: 1920, height: 1080, ..ImageOperation::default() }
}

/// A wide clip.
pub fn clip() -> VideoOperation {
    VideoOperation {
        prompt: "A lighthouse".to_owned(),
        aspect_ratio: "16:9".to_owned(),
        duration: 8.0,
        ..VideoOperation::default()
    }
}

pub fn handles(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

pub fn start(operation: Operation, settings: Value) -> Replay<Replicate> {
    Replay::start(operation, settings)
}

/// The request the adapter begins with.
pub fn sent(operation: Operation, settings: Value) -> HttpRequest {
    start(operation, settings).request().clone()
}

pub fn json_body(request: &HttpRequest) -> Value {
    serde_json::from_str(&request.body_text().expect("a body of text")).expect("a body of JSON")
}

/// The model's input in the request the adapter begins with.
pub fn input(operation: Operation, settings: Value) -> Value {
    json_body(&sent(operation, settings))["input"].clone()
}

/// Why the adapter does not begin.
pub fn refusal(operation: Operation, settings: Value) -> ProviderError {
    start(operation, settings).end().expect_err("it is refused")
}

pub fn path(request: &HttpRequest) -> &str {
    let Target::Endpoint(EndpointPath { endpoint, path }) = &request.target else { panic!("{:?}", request.target) };
    assert_eq!(endpoint, "api");
    path
}

pub fn answer(replay: Replay<Replicate>, status: u16, body: &Value) -> Replay<Replicate> {
    replay.respond(status, &[], body.to_string().as_bytes())
}

/// A prediction of this status, with these fields.
pub fn prediction(status: &str, extra: Value) -> Value {
    let mut prediction = json!({"id": "p1", "model": "a/b", "version": "hidden", "input": {}, "output": null, "logs": "",
        "data_removed": false, "error": null, "status": status, "created_at": "2026-01-01T00:00:00Z",
        "urls": {"get": "https://elsewhere.example/p1", "cancel": "https://elsewhere.example/p1/cancel"}});
    prediction.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    prediction
}

/// How an operation ends that succeeds at once with this output.
pub fn succeeded(operation: Operation, settings: Value, output: Value) -> Replay<Replicate> {
    answer(start(operation, settings), 201, &prediction("succeeded", json!({"output": output})))
}

/// The adapter when what it fetches has come into the blob store.
pub fn stored(replay: Replay<Replicate>, media_type: &str) -> Replay<Replicate> {
    let blob = Blob { handle: "blob-1".to_owned(), size: 8, media_type: media_type.to_owned() };
    let response = HttpResponse { status: 200, headers: Vec::new(), body: ResponseBody::Blob(blob) };
    Replay::at(Replicate::resume(replay.step.state, Event::Response(response)))
}

pub fn made(outcome: Outcome) -> MediaOutcome {
    let Outcome::Media(media) = outcome else { panic!("media were expected and {outcome:?} came") };
    media
}

pub fn written(outcome: Outcome) -> TextOutcome {
    let Outcome::Text(text) = outcome else { panic!("a text was expected and {outcome:?} came") };
    text
}

pub fn recording(text: &str) -> Vec<Recorded> {
    serde_json::from_str(text).expect("the recording is readable")
}

fn assert_valid(schema: &Value, value: &Value) {
    let validator = jsonschema::validator_for(schema).expect("the description is a schema");
    let problems: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(problems.is_empty(), "{value} is not as described:\n{problems:#?}");
}

/// Fails where Replicate does not describe such a request.
pub fn assert_described(request: &HttpRequest) {
    let description: Value = serde_json::from_str(include_str!("../data/replicate-requests.json")).unwrap();
    let path = path(request);
    let schema = if path == "/predictions" { "version-prediction" } else { "prediction" };
    assert!(path == "/predictions" || path.starts_with("/models/") && path.ends_with("/predictions"), "{path}");
    assert_valid(&description["bodies"][schema], &json_body(request));
    for (name, value) in &request.headers {
        if name != "content-type" {
            let header = &description["headers"][name];
            assert!(header.is_object(), "{name} is not described");
            assert_valid(header, &json!(value));
        }
    }
}

/// Fails where one of the shipped models does not take this input.
pub fn assert_taken(model: &str, input: &Value) {
    let inputs: Value = serde_json::from_str(include_str!("../data/model-inputs.json")).unwrap();
    assert!(inputs[model].is_object(), "{model}");
    assert_valid(&inputs[model], input);
}
