//! What the tests share: operations, what the adapter sends for them, and OpenAI's own description to hold it against.
#![allow(dead_code)]

use kinora_plugin_openai::OpenAi;
use kinora_sdk::documents::{
    ImageOperation, MediaOutcome, Message, Outcome, OutputSchema, OutputVia, TextOperation, TextOutcome, VideoOperation,
};
use kinora_sdk::provider::{Body, BodyPart, HttpRequest};
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
pub fn question_for(via: OutputVia, schema: Value) -> TextOperation {
    let output = OutputSchema {
        name: "create_scenario".to_owned(),
        description: "Hands in the scenario.".to_owned(),
        schema,
        via,
    };
    TextOperation { output: Some(output), ..question() }
}

/// A schema that strict mode takes.
pub fn title() -> Value {
    json!({"type": "object", "additionalProperties": false, "required": ["title"],
        "properties": {"title": {"type": "string"}}})
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

pub fn start(operation: Operation, settings: Value) -> Replay<OpenAi> {
    Replay::start(operation, settings)
}

/// The request the adapter begins with.
pub fn sent(operation: Operation, settings: Value) -> HttpRequest {
    start(operation, settings).request().clone()
}

/// The JSON body of that request.
pub fn body(operation: Operation, settings: Value) -> Value {
    let text = sent(operation, settings).body_text().expect("a body of text");
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

pub fn written(outcome: Outcome) -> TextOutcome {
    let Outcome::Text(text) = outcome else { panic!("a text was expected and {outcome:?} came") };
    text
}

pub fn painted(outcome: Outcome) -> MediaOutcome {
    let Outcome::Media(media) = outcome else { panic!("a picture was expected and {outcome:?} came") };
    media
}

pub fn recording(text: &str) -> Vec<Recorded> {
    serde_json::from_str(text).expect("the recording is readable")
}

/// Fails where OpenAI does not describe the body so, or does not know one of its fields.
pub fn assert_described(schema: &str, body: &Value) {
    let mut description: Value =
        serde_json::from_str(include_str!("../data/openai-requests.json")).expect("the description is JSON");
    assert!(description["components"]["schemas"][schema].is_object(), "the description has no {schema}");
    description["$ref"] = json!(format!("#/components/schemas/{schema}"));
    description["unevaluatedProperties"] = json!(false);
    let validator = jsonschema::validator_for(&description).expect("the description is a schema");
    let problems: Vec<String> =
        validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(problems.is_empty(), "{schema} is not {body}:\n{problems:#?}");
}

/// A form as the object that OpenAI describes; a file stands as the handle of its blob.
pub fn form(request: &HttpRequest) -> Value {
    let Body::Form(fields) = &request.body else { panic!("a form was expected and {:?} is sent", request.body) };
    let mut object = json!({});
    for field in fields {
        let value = match &field.value {
            BodyPart::Text(text) | BodyPart::BlobRaw(text) => json!(text),
            other => panic!("a field of a form should not be {other:?}"),
        };
        match field.name.strip_suffix("[]") {
            Some(list) if object[list].is_array() => object[list].as_array_mut().unwrap().push(value),
            Some(list) => object[list] = json!([value]),
            None => object[&field.name] = value,
        }
    }
    object
}
