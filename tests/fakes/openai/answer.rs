//! What the stand-in answers. Bodies are recorded ones with the wanted content put in; what no recording has (rate
//! limits, refusals, wrong keys) has the recorded errors' shape and words of our own.

use std::sync::LazyLock;

use axum::http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::super::upstream::media::{JPEG, PICTURE};
use super::super::upstream::wire::{reply, with_status};
use super::super::upstream::{self, Asks, Rendered, Request, instance};
use super::reading::{Wanted, schema, texts, wanted};
use super::{CHAT, IMAGES, VIDEOS, videos};

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
pub type Answer = upstream::Answer<Kind>;

/// What the stand-in can say in OpenAI's words; made by [`Answer`].
#[derive(Clone)]
pub enum Kind {
    Right,
    Scenario(usize),
    Arguments(String),
    Picture,
    Refusal,
    Truncated,
    Cut(String),
    RateLimited { retry_after_ms: u64 },
    InsufficientQuota,
    Status(u16),
    ModelNotFound,
    Unauthorized,
    EchoKey,
    Queued,
    Running(u32),
    Failed { code: &'static str, message: &'static str },
    Elsewhere,
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

    /// This text where the JSON belongs, broken off there because the token limit is reached.
    pub fn cut(text: impl Into<String>) -> Self {
        Kind::Cut(text.into()).into()
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

    /// The right answer, but not before [`FakeOpenAi::release`](super::FakeOpenAi).
    pub fn hang_until_released() -> Self {
        Self::right().held()
    }

    /// A job of `/videos` that waits.
    pub fn queued() -> Self {
        Kind::Queued.into()
    }

    /// A job of `/videos` that is so many percent done.
    pub fn running(percent: u32) -> Self {
        Kind::Running(percent).into()
    }

    /// A job of `/videos` that has failed.
    pub fn failed(code: &'static str, message: &'static str) -> Self {
        Kind::Failed { code, message }.into()
    }

    /// The result lies on another host, as it does with some servers that speak this API: a picture as a link, the
    /// content of a clip behind a redirect.
    pub fn elsewhere() -> Self {
        Kind::Elsewhere.into()
    }
}

impl Kind {
    /// The answer to this request, whose body has been judged.
    pub(super) fn render(&self, request: &Request, asks: &Asks, elsewhere: &str) -> Rendered {
        let body = &asks.body;
        let images = request.path == IMAGES;
        match self {
            Kind::Right | Kind::Queued | Kind::Running(_) | Kind::Failed { .. } | Kind::Elsewhere
                if request.path.starts_with(VIDEOS) =>
            {
                videos::render(self, request, asks, elsewhere)
            }
            Kind::Queued | Kind::Running(_) | Kind::Failed { .. } => {
                Rendered::Impossible("the test wants the state of a job where there is none".into())
            }
            Kind::Elsewhere if images => {
                let mut answer = IMAGE.clone();
                answer["data"] = json!([{"url": format!("{elsewhere}/picture.png")}]);
                Rendered::ok(answer)
            }
            Kind::Elsewhere => Rendered::Impossible("the test wants a link as the answer to a request for text".into()),
            Kind::Right if images => picture(body),
            Kind::Picture if images => picture(body),
            Kind::Picture => {
                Rendered::Impossible("the test wants a picture as the answer to a request for text".into())
            }
            Kind::Scenario(_) | Kind::Arguments(_) | Kind::Truncated | Kind::Cut(_) if request.path != CHAT => {
                Rendered::Impossible("the test wants text as the answer to a request for something else".into())
            }
            Kind::Right => text(request, body, &right_text(body), "stop"),
            Kind::Scenario(scenes) => text(request, body, &instance::scenario(*scenes).to_string(), "stop"),
            Kind::Arguments(arguments) => text(request, body, arguments, "stop"),
            Kind::Cut(begun) => text(request, body, begun, "length"),
            Kind::Truncated => {
                let whole = right_text(body);
                let half: String = whole.chars().take(whole.chars().count() / 2).collect();
                text(request, body, &half, "length")
            }
            Kind::Refusal if images || request.path == VIDEOS => {
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
            Kind::Unauthorized => unauthorized(request),
            Kind::EchoKey => {
                let message =
                    format!("The header Authorization: {} is of no use here.", request.header("authorization"));
                reply(StatusCode::BAD_REQUEST, error_body(&message, "invalid_request_error", None, None))
            }
        }
    }
}

pub fn error_body(message: &str, kind: &str, param: Option<&str>, code: Option<&str>) -> Value {
    json!({"error": {"message": message, "type": kind, "param": param, "code": code}})
}

/// A wrong key, of which the last characters are shown.
pub fn unauthorized(request: &Request) -> Rendered {
    let key = request.header("authorization");
    let end: String = key.chars().skip(key.chars().count().saturating_sub(4)).collect();
    let message = format!("Incorrect API key provided: ********{end}.");
    let body = error_body(&message, "invalid_request_error", None, Some("invalid_api_key"));
    reply(StatusCode::UNAUTHORIZED, body)
}

fn right_text(body: &Value) -> String {
    let wanted = wanted(body);
    let schema = schema(body, &wanted);
    if matches!(wanted, Wanted::Prose) {
        return "The light stays on.".to_owned();
    }
    instance::right(schema, &texts(body)).to_string()
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
    let kind = if code >= 500 { "server_error" } else { "invalid_request_error" };
    let message = format!("The test wants {code} here.");
    with_status(code, error_body(&message, kind, None, None))
}
