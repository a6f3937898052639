//! What the tests share: operations, what the adapter sends for them, and Google's own description to hold it against.
#![allow(dead_code)]

use kinora_plugin_gemini::Gemini;
use kinora_sdk::documents::{
    ImageOperation, MediaOutcome, Message, Outcome, OutputSchema, OutputVia, TextOperation, TextOutcome, VideoOperation,
};
use kinora_sdk::provider::{
    Adapter, Blob, Body, BodyPart, EndpointPath, Event, HttpRequest, HttpResponse, ResponseBody, Target,
};
use kinora_sdk::replay::{Recorded, Replay};
use kinora_sdk::{Operation, ProviderError, Request};
use serde_json::{Value, json};

pub fn operation(request: Request) -> Operation {
    Operation { id: "op-1".to_owned(), request }
}

pub fn text(operation: TextOperation) -> Operation {
    self::operation(Request::Text(operation))
}

pub fn image(operation: ImageOperation) -> Operation {
    self::operation(Request::Image(operation))
}

pub fn video(operation: VideoOperation) -> Operation {
    self::operation(Request::Video(operation))
}

/// A question that wants prose.
pub fn question() -> TextOperation {
    let message = |role: &str, content: &str| Message { role: role.to_owned(), content: content.to_owned() };
    TextOperation {
        messages: vec![message("system", "You write films."), message("user", "A lighthouse keeper's last night.")],
        ..TextOperation::default()
    }
}

/// A question that wants JSON.
pub fn question_for(schema: Value) -> TextOperation {
    let output = OutputSchema {
        name: "create_scenario".to_owned(),
        description: "Hands in the scenario.".to_owned(),
        schema,
        via: OutputVia::FunctionCall,
    };
    TextOperation { output: Some(output), ..question() }
}

/// A wide picture.
pub fn picture() -> ImageOperation {
    ImageOperation { prompt: "A lighthouse".to_owned(), width: 1920, height: 1080, ..ImageOperation::default() }
}

/// A clip that both APIs can make as it is asked for.
pub fn clip() -> VideoOperation {
    VideoOperation {
        prompt: "Waves at a lighthouse".to_owned(),
        aspect_ratio: "16:9".to_owned(),
        duration: 8.0,
        generate_audio: true,
        ..VideoOperation::default()
    }
}

/// The setting for the API that is not the default.
pub fn by_prediction() -> Value {
    json!({"video_api": "predict-long-running"})
}

pub fn start(operation: Operation, settings: Value) -> Replay<Gemini> {
    Replay::start(operation, settings)
}

/// The request the adapter begins with.
pub fn sent(operation: Operation, settings: Value) -> HttpRequest {
    start(operation, settings).request().clone()
}

/// The JSON body of that request; a file stands as the handle of its blob.
pub fn body(operation: Operation, settings: Value) -> Value {
    let Body::Parts(parts) = sent(operation, settings).body else { panic!("a body of parts") };
    let text: String = parts
        .into_iter()
        .map(|part| match part {
            BodyPart::Text(text) | BodyPart::BlobBase64(text) => text,
            other => panic!("a body of JSON should not have {other:?}"),
        })
        .collect();
    serde_json::from_str(&text).expect("a body of JSON")
}

/// Why the adapter does not begin.
pub fn refusal(operation: Operation, settings: Value) -> ProviderError {
    start(operation, settings).end().expect_err("it is refused")
}

/// How an operation ends when the upstream answers this.
pub fn answered(operation: Operation, status: u16, body: &Value) -> Result<Outcome, ProviderError> {
    start(operation, Value::Null).respond(status, &[], body.to_string().as_bytes()).end()
}

/// The adapter after this answer to its request.
pub fn told(replay: Replay<Gemini>, body: &Value) -> Replay<Gemini> {
    replay.respond(200, &[], body.to_string().as_bytes())
}

/// The adapter when what it fetches has come into the blob store.
pub fn stored(replay: Replay<Gemini>, media_type: &str) -> Replay<Gemini> {
    replay.request();
    let blob = Blob { handle: "blob-1".to_owned(), size: 8, media_type: media_type.to_owned() };
    let response = HttpResponse { status: 200, headers: Vec::new(), body: ResponseBody::Blob(blob) };
    Replay::at(Gemini::resume(replay.step.state, Event::Response(response)))
}

pub fn at(path: &str) -> Target {
    Target::Endpoint(EndpointPath { endpoint: "api".to_owned(), path: path.to_owned() })
}

pub fn written(outcome: Outcome) -> TextOutcome {
    let Outcome::Text(text) = outcome else { panic!("a text was expected and {outcome:?} came") };
    text
}

pub fn made(outcome: Outcome) -> MediaOutcome {
    let Outcome::Media(media) = outcome else { panic!("media were expected and {outcome:?} came") };
    media
}

pub fn recording(text: &str) -> Vec<Recorded> {
    serde_json::from_str(text).expect("the recording is readable")
}

/// The body of a recorded answer.
pub fn recorded(text: &str) -> Value {
    recording(text)[0].response.body.clone()
}

/// Fails where Google does not describe the body so, or does not know one of its fields.
pub fn assert_described(schema: &str, body: &Value) {
    let file = match schema {
        "CreateModelInteraction" => include_str!("../data/interactions-request.json"),
        _ => include_str!("../data/gemini-requests.json"),
    };
    let mut description: Value = serde_json::from_str(file).expect("the description is JSON");
    assert!(description["components"]["schemas"][schema].is_object(), "the description has no {schema}");
    description["$ref"] = json!(format!("#/components/schemas/{schema}"));
    let validator = jsonschema::validator_for(&description).expect("the description is a schema");
    let problems: Vec<String> =
        validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(problems.is_empty(), "{schema} is not {body}:\n{problems:#?}");
}
