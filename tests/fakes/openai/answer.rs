//! What the stand-in answers. Bodies are recorded ones with the wanted content put in; what no recording has (rate
//! limits, refusals, wrong keys) has the recorded errors' shape and words of our own.

use std::sync::LazyLock;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::memory::Request;
use super::reading::{Wanted, scene_count, schema, wanted};
use super::{IMAGES, instance};

/// A PNG of 64 by 36 pixels, all of one blue.
pub const PICTURE: &str = "iVBORw0KGgoAAAANSUhEUgAAAEAAAAAkCAIAAAC2bqvFAAAAOklEQVR42u3PQQkAAAgEsAtjJCMZ3Aw+hcEKLNXzWgQEBA\
QEBAQE\
BAQEBAQEBAQEBAQEBAQEBAQEbhY+t9x5LGOC7gAAAABJRU5ErkJggg==";

/// The same as JPEG.
pub const JPEG: &str = "/9j/4AAQSkZJRgABAgAAAQABAAD/2wBDAAgQEBMQExYWFhYWFhoYGhsbGxoaGhobGxsdHR0iIiIdHR0bGx0dICAiIiUmJSMjIiMm\
JigoKDAwLi44ODpFRVP/xABMAAEBAAAAAAAAAAAAAAAAAAAABgEBAQAAAAAAAAAAAAAAAAAAAAYQAQAAAAAAAAAAAAAAAAAAAAAR\
AQAAAAAAAAAAAAAAAAAAAAD/wAARCAAkAEADASIAAhEAAxEA/9oADAMBAAIRAxEAPwCWAXaXAAAAAAAAAAAAAAAAAAAAAAf/2Q==";

static TOOL_CALLS: LazyLock<Value> =
    LazyLock::new(|| parsed(include_str!("../../data/openai/recorded/chat_tool_calls.json")));
static TEXT: LazyLock<Value> =
    LazyLock::new(|| parsed(include_str!("../../data/openai/recorded/chat_json_schema.json")));
static IMAGE: LazyLock<Value> = LazyLock::new(|| parsed(include_str!("../../data/openai/recorded/images.json")));
static QUOTA: LazyLock<Value> =
    LazyLock::new(|| parsed(include_str!("../../data/openai/recorded/insufficient_quota.json")));
static NO_MODEL: LazyLock<Value> =
    LazyLock::new(|| parsed(include_str!("../../data/openai/recorded/model_not_found.json")));

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("the recorded data is JSON")
}

/// One answer, whole or an error.
#[derive(Clone)]
pub struct Answer {
    kind: Kind,
    held: bool,
}

#[derive(Clone)]
enum Kind {
    Right,
    Scenario(usize),
    Arguments(String),
    Picture,
    Refusal,
    Truncated,
    RateLimited { retry_after_ms: u64 },
    InsufficientQuota,
    Status(u16),
    ModelNotFound,
    Unauthorized,
    EchoKey,
    DropConnection,
}

impl Answer {
    /// What a good day answers: for text the JSON that the request's schema wants, a scenario where it wants one (with
    /// as many scenes as it says); for images a picture.
    pub fn right() -> Self {
        Kind::Right.into()
    }

    /// A right scenario of so many scenes, whatever number was asked for.
    pub fn scenario(scenes: usize) -> Self {
        Kind::Scenario(scenes).into()
    }

    /// This text where the JSON belongs: the call's arguments, or the content.
    pub fn arguments(text: impl Into<String>) -> Self {
        Kind::Arguments(text.into()).into()
    }

    /// A small PNG for every picture asked for.
    pub fn picture() -> Self {
        Kind::Picture.into()
    }

    /// The model refuses. For images this is an error of their moderation.
    pub fn refusal() -> Self {
        Kind::Refusal.into()
    }

    /// The answer breaks off in the middle, as it does when the token limit is reached.
    pub fn truncated() -> Self {
        Kind::Truncated.into()
    }

    /// 429 for too many requests; worth trying again after so long.
    pub fn rate_limited(retry_after_ms: u64) -> Self {
        Kind::RateLimited { retry_after_ms }.into()
    }

    /// 429 for money spent; never worth trying again.
    pub fn insufficient_quota() -> Self {
        Kind::InsufficientQuota.into()
    }

    /// An error with this status.
    pub fn status(code: u16) -> Self {
        Kind::Status(code).into()
    }

    /// 404: the model has been retired.
    pub fn model_not_found() -> Self {
        Kind::ModelNotFound.into()
    }

    /// 401: the key is wrong. The message shows only its last characters, as the real one does.
    pub fn unauthorized() -> Self {
        Kind::Unauthorized.into()
    }

    /// 400 whose message shows the whole Authorization header: whoever logs or passes it on leaks the key.
    pub fn echo_key() -> Self {
        Kind::EchoKey.into()
    }

    /// The request is read, and the connection closed without an answer: nobody can tell whether it was billed.
    pub fn drop_connection() -> Self {
        Kind::DropConnection.into()
    }

    /// The right answer, but not before [`FakeOpenAi::release`](super::FakeOpenAi::release).
    pub fn hang_until_released() -> Self {
        Self::right().held()
    }

    /// This answer, but not before the release.
    pub fn held(self) -> Self {
        Answer { held: true, ..self }
    }

    pub(super) fn is_held(&self) -> bool {
        self.held
    }

    /// The answer to this request, whose body has been judged.
    pub(super) fn render(&self, request: &Request, body: &Value) -> Rendered {
        let images = request.path == IMAGES;
        match &self.kind {
            Kind::Right if images => picture(body),
            Kind::Picture if images => picture(body),
            Kind::Picture => {
                Rendered::Impossible("the test wants a picture as the answer to a request for text".into())
            }
            Kind::Scenario(_) | Kind::Arguments(_) | Kind::Truncated if images => {
                Rendered::Impossible("the test wants text as the answer to a request for a picture".into())
            }
            Kind::Right => text(request, body, &right_text(body), "stop"),
            Kind::Scenario(scenes) => text(request, body, &instance::scenario(*scenes).to_string(), "stop"),
            Kind::Arguments(arguments) => text(request, body, arguments, "stop"),
            Kind::Truncated => {
                let whole = right_text(body);
                let half: String = whole.chars().take(whole.chars().count() / 2).collect();
                text(request, body, &half, "length")
            }
            Kind::Refusal if images => {
                let message = "The request was rejected by the safety system.";
                let body = error_body(message, "image_generation_user_error", None, Some("moderation_blocked"));
                reply(StatusCode::BAD_REQUEST, body)
            }
            Kind::Refusal => refusal(request, body),
            Kind::RateLimited { retry_after_ms } => rate_limited(*retry_after_ms),
            Kind::InsufficientQuota => reply(StatusCode::TOO_MANY_REQUESTS, QUOTA.clone()),
            Kind::Status(code) => status(*code),
            Kind::ModelNotFound => {
                let mut error = NO_MODEL.clone();
                let model = body["model"].as_str().unwrap_or("that was asked for");
                error["error"]["message"] = json!(format!("The requested model '{model}' does not exist."));
                reply(StatusCode::NOT_FOUND, error)
            }
            Kind::Unauthorized => {
                let key = request.header("authorization");
                let end: String = key.chars().skip(key.chars().count().saturating_sub(4)).collect();
                let message = format!("Incorrect API key provided: ********{end}.");
                let body = error_body(&message, "invalid_request_error", None, Some("invalid_api_key"));
                reply(StatusCode::UNAUTHORIZED, body)
            }
            Kind::EchoKey => {
                let message =
                    format!("The header Authorization: {} is of no use here.", request.header("authorization"));
                reply(StatusCode::BAD_REQUEST, error_body(&message, "invalid_request_error", None, None))
            }
            Kind::DropConnection => Rendered::Closed,
        }
    }
}

impl From<Kind> for Answer {
    fn from(kind: Kind) -> Self {
        Answer { kind, held: false }
    }
}

/// What goes over the wire.
pub enum Rendered {
    Reply {
        status: StatusCode,
        headers: HeaderMap,
        body: Value,
    },
    /// The connection is closed instead.
    Closed,
    /// The test asks for what the real API never answers here.
    Impossible(String),
}

impl Rendered {
    pub fn ok(body: Value) -> Self {
        reply(StatusCode::OK, body)
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Rendered::Reply { headers, .. } = &mut self {
            let value = HeaderValue::from_str(value).expect("a header's value");
            headers.insert(HeaderName::from_static(name), value);
        }
        self
    }
}

pub fn reply(status: StatusCode, body: Value) -> Rendered {
    Rendered::Reply { status, headers: HeaderMap::new(), body }
}

pub fn error_body(message: &str, kind: &str, param: Option<&str>, code: Option<&str>) -> Value {
    json!({"error": {"message": message, "type": kind, "param": param, "code": code}})
}

fn right_text(body: &Value) -> String {
    let wanted = wanted(body);
    let schema = schema(body, &wanted);
    if matches!(wanted, Wanted::Prose) {
        return "The light stays on.".to_owned();
    }
    if instance::asks_for_scenario(schema) {
        return instance::scenario(scene_count(body, schema)).to_string();
    }
    instance::of(schema).to_string()
}

/// An answer of a model: the recorded one with this text in place of its own.
fn text(request: &Request, body: &Value, text: &str, finish_reason: &str) -> Rendered {
    let Wanted::Call { name, forced } = wanted(body) else {
        let mut message = TEXT["response"]["choices"][0]["message"].clone();
        message["content"] = json!(text);
        return completion(&TEXT, request, body, message, finish_reason);
    };
    let mut message = TOOL_CALLS["response"]["choices"][0]["message"].clone();
    let mut call = message["tool_calls"][0].take();
    call["id"] = json!(format!("call_{:024}", request.order));
    call["function"] = json!({"name": name, "arguments": text});
    message["tool_calls"] = json!([call]);
    // A call that the request forced ends with "stop"; one that the model chose, with "tool_calls".
    let finish_reason = if finish_reason == "stop" && !forced { "tool_calls" } else { finish_reason };
    completion(&TOOL_CALLS, request, body, message, finish_reason)
}

fn refusal(request: &Request, body: &Value) -> Rendered {
    let mut message = TEXT["response"]["choices"][0]["message"].clone();
    message["content"] = Value::Null;
    message["refusal"] = json!("I cannot help with that.");
    completion(&TEXT, request, body, message, "stop")
}

/// The recorded exchange's answer and headers around a message. Its usage stays, so that costs can be foreseen.
fn completion(recorded: &Value, request: &Request, body: &Value, message: Value, finish_reason: &str) -> Rendered {
    let mut answer = recorded["response"].clone();
    let mut choice = answer["choices"][0].take();
    choice["message"] = message;
    choice["finish_reason"] = json!(finish_reason);
    let choices = (0..body["n"].as_u64().unwrap_or(1)).map(|index| {
        let mut choice = choice.clone();
        choice["index"] = json!(index);
        choice
    });
    answer["choices"] = choices.collect();
    answer["id"] = json!(format!("chatcmpl-{:029}", request.order));
    if let Some(model) = body.get("model") {
        answer["model"] = model.clone();
    }
    let mut rendered = Rendered::ok(answer);
    if let Rendered::Reply { headers, .. } = &mut rendered {
        for (name, value) in recorded["headers"].as_object().into_iter().flatten() {
            let name = HeaderName::try_from(name).expect("a recorded name");
            headers.insert(name, HeaderValue::from_str(value.as_str().unwrap_or_default()).expect("a recorded value"));
        }
    }
    rendered.with("x-request-id", &format!("req_{:032}", request.order))
}

fn picture(body: &Value) -> Rendered {
    let format = body["output_format"].as_str().unwrap_or("png");
    let content = match format {
        "png" => PICTURE,
        "jpeg" => JPEG,
        other => return Rendered::Impossible(format!("the stand-in has PNG and JPEG pictures only, not {other}")),
    };
    let mut answer = IMAGE.clone();
    let pictures = (0..body["n"].as_u64().unwrap_or(1)).map(|_| json!({"b64_json": content}));
    answer["data"] = pictures.collect();
    if body["model"].as_str().is_some_and(|model| model.starts_with("gpt-image")) {
        answer["background"] = json!("opaque");
        answer["output_format"] = json!(format);
        answer["quality"] = json!("medium");
        answer["size"] = json!("1536x1024");
        answer["usage"] = json!({
            "input_tokens": 50,
            "input_tokens_details": {"text_tokens": 50, "image_tokens": 0},
            "output_tokens": 1568,
            "total_tokens": 1618,
        });
    }
    Rendered::ok(answer)
}

fn rate_limited(retry_after_ms: u64) -> Rendered {
    let message = format!("Rate limit reached for requests per min. Please try again in {retry_after_ms}ms.");
    let body = error_body(&message, "requests", None, Some("rate_limit_exceeded"));
    reply(StatusCode::TOO_MANY_REQUESTS, body)
        .with("retry-after-ms", &retry_after_ms.to_string())
        .with("retry-after", &retry_after_ms.div_ceil(1000).to_string())
        .with("x-ratelimit-remaining-requests", "0")
        .with("x-ratelimit-reset-requests", &format!("{retry_after_ms}ms"))
}

fn status(code: u16) -> Rendered {
    let status = StatusCode::from_u16(code).expect("a status");
    let kind = if status.is_server_error() { "server_error" } else { "invalid_request_error" };
    let message = format!("The test wants {status} here.");
    reply(status, error_body(&message, kind, None, None))
}
