//! What the stand-in answers. Bodies of `generateContent` are recorded ones with the wanted content put in; errors have
//! the recorded errors' shape and words of our own.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::super::upstream::media::PICTURE;
use super::super::upstream::wire::with_status;
use super::super::upstream::{self, Asks, Queue, Rendered, Request, instance};
use super::clips;

static TEXT: LazyLock<Value> =
    LazyLock::new(|| recorded(include_str!("../../../plugins/gemini/tests/data/text-json.json")));
static IMAGE: LazyLock<Value> =
    LazyLock::new(|| recorded(include_str!("../../../plugins/gemini/tests/data/image-inline.json")));
static SAFETY: LazyLock<Value> =
    LazyLock::new(|| recorded(include_str!("../../../plugins/gemini/tests/data/safety.json")));
static QUOTA: LazyLock<Value> =
    LazyLock::new(|| recorded(include_str!("../../../plugins/gemini/tests/data/quota.json")));
static NO_MODEL: LazyLock<Value> =
    LazyLock::new(|| recorded(include_str!("../../../plugins/gemini/tests/data/model-not-found.json")));

/// The body of the answer in a recorded exchange.
fn recorded(text: &str) -> Value {
    let mut exchanges: Value = serde_json::from_str(text).expect("the recording is JSON");
    exchanges[0]["response"]["body"].take()
}

/// One answer, whole or an error.
pub type Answer = upstream::Answer<Kind>;

/// What the stand-in can say in Google's words; made by [`Answer`].
#[derive(Clone)]
pub enum Kind {
    Right,
    Text(String),
    Truncated,
    Unbegun,
    Refusal,
    Queued,
    Running,
    Failed { code: &'static str, message: &'static str },
    Elsewhere,
    RateLimited { retry_after_ms: u64 },
    QuotaOfTheDay,
    ModelNotFound,
    Status(u16),
}

impl Answer {
    /// What a good day answers: text or JSON by the schema, a picture, a job that is queued, a job that is done with
    /// its clip in a file of Google's, the file.
    pub fn right() -> Self {
        Kind::Right.into()
    }

    /// This text.
    pub fn text(text: impl Into<String>) -> Self {
        Kind::Text(text.into()).into()
    }

    /// The answer breaks off in the middle, as it does when the token limit is reached.
    pub fn truncated() -> Self {
        Kind::Truncated.into()
    }

    /// The token limit is reached before the first word: all of them went into thinking.
    pub fn unbegun() -> Self {
        Kind::Unbegun.into()
    }

    /// Blocked, which is a success by its status: a text or picture, or a job that ends without a clip.
    pub fn refusal() -> Self {
        Kind::Refusal.into()
    }

    /// A job that waits.
    pub fn queued() -> Self {
        Kind::Queued.into()
    }

    /// A job that is being done.
    pub fn running() -> Self {
        Kind::Running.into()
    }

    /// A job that has failed.
    pub fn failed(code: &'static str, message: &'static str) -> Self {
        Kind::Failed { code, message }.into()
    }

    /// A job that is done, with its clip on another host.
    pub fn elsewhere() -> Self {
        Kind::Elsewhere.into()
    }

    /// 429 for too many requests in a minute; the pause stands in the body.
    pub fn rate_limited(retry_after_ms: u64) -> Self {
        Kind::RateLimited { retry_after_ms }.into()
    }

    /// 429 for the allowance of a day; not worth trying again.
    pub fn quota_of_the_day() -> Self {
        Kind::QuotaOfTheDay.into()
    }

    /// 404: the model has been retired.
    pub fn model_not_found() -> Self {
        Kind::ModelNotFound.into()
    }

    /// An error with this status.
    pub fn status(code: u16) -> Self {
        Kind::Status(code).into()
    }
}

impl Kind {
    pub(super) fn render(&self, request: &Request, asks: &Asks, elsewhere: &str) -> Rendered {
        match self {
            Kind::RateLimited { retry_after_ms } => {
                let mut body = QUOTA.clone();
                body["error"]["details"][1]["retryDelay"] = json!(format!("{}s", *retry_after_ms as f64 / 1000.0));
                with_status(429, body)
            }
            Kind::QuotaOfTheDay => {
                let mut body = QUOTA.clone();
                let id = "GenerateRequestsPerDayPerProjectPerModel-FreeTier";
                body["error"]["details"][0]["violations"][0]["quotaId"] = json!(id);
                with_status(429, body)
            }
            Kind::ModelNotFound => with_status(404, NO_MODEL.clone()),
            Kind::Status(code) => error(*code, "UNAVAILABLE", "The test wants this here."),
            _ if asks.queue != Queue::Making || !asks.body["$job"].is_null() => {
                clips::render(self, request, asks, elsewhere)
            }
            kind => content(kind, &asks.body),
        }
    }
}

/// The answer of `generateContent`.
fn content(kind: &Kind, body: &Value) -> Rendered {
    let paints = body["generationConfig"]["responseModalities"].to_string().contains("IMAGE");
    let right = || if paints { painted() } else { written(&right_text(body), "STOP") };
    match kind {
        Kind::Right => right(),
        Kind::Refusal => Rendered::ok(SAFETY.clone()),
        Kind::Text(text) => written(text, "STOP"),
        Kind::Truncated if !paints => {
            let whole = right_text(body);
            let half: String = whole.chars().take(whole.chars().count() / 2).collect();
            written(&half, "MAX_TOKENS")
        }
        Kind::Unbegun => {
            let mut answer = TEXT.clone();
            answer["candidates"][0]["content"] = json!({"role": "model"});
            answer["candidates"][0]["finishReason"] = json!("MAX_TOKENS");
            Rendered::ok(answer)
        }
        _ => Rendered::Impossible("generateContent does not answer so".into()),
    }
}

fn painted() -> Rendered {
    let mut answer = IMAGE.clone();
    answer["candidates"][0]["content"]["parts"][0]["inlineData"]["data"] = json!(PICTURE);
    answer["candidates"][0]["finishReason"] = json!("STOP");
    Rendered::ok(answer)
}

fn written(text: &str, finish: &str) -> Rendered {
    let mut answer = TEXT.clone();
    answer["candidates"][0]["content"]["parts"][0]["text"] = json!(text);
    answer["candidates"][0]["finishReason"] = json!(finish);
    Rendered::ok(answer)
}

fn right_text(body: &Value) -> String {
    let config = &body["generationConfig"];
    let schema = [&config["responseSchema"], &config["responseJsonSchema"]].into_iter().find(|s| s.is_object());
    match schema {
        Some(schema) => instance::right(schema, &body["contents"].to_string()).to_string(),
        None => "The light stays on.".to_owned(),
    }
}

/// An error in Google's shape.
pub fn error(status: u16, word: &str, message: &str) -> Rendered {
    with_status(status, json!({"error": {"code": status, "message": message, "status": word}}))
}

/// What Google says of a wrong key: 400, and the reason in the details.
pub fn wrong_key() -> Rendered {
    let message = "API key not valid. Please pass a valid API key.";
    let reason = json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID",
        "domain": "googleapis.com"});
    let body = json!({"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT", "details": [reason]}});
    with_status(400, body)
}
