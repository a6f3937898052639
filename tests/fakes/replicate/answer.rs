//! What the stand-in answers: recorded predictions with the wanted status and output put in; what no recording has
//! (failures, throttling) in the shapes that Replicate documents or that people quote.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::super::upstream::wire::{Field, with_status};
use super::super::upstream::{self, Asks, Queue, Rendered, Request, instance};

static BEGUN: LazyLock<Value> =
    LazyLock::new(|| recorded(include_str!("../../../plugins/replicate/tests/data/text.json"), 0));
static CANCELED: LazyLock<Value> =
    LazyLock::new(|| recorded(include_str!("../../../plugins/replicate/tests/data/cancel.json"), 1));
static FILE: LazyLock<Value> =
    LazyLock::new(|| recorded(include_str!("../../../plugins/replicate/tests/data/file.json"), 0));
static UNAUTHENTICATED: LazyLock<Value> =
    LazyLock::new(|| recorded(include_str!("../../../plugins/replicate/tests/data/unauthenticated.json"), 0));

/// The body of the answer in one of the recorded exchanges.
fn recorded(text: &str, number: usize) -> Value {
    let mut exchanges: Value = serde_json::from_str(text).expect("the recording is JSON");
    exchanges[number]["response"]["body"].take()
}

/// One answer, whole or an error.
pub type Answer = upstream::Answer<Kind>;

/// What the stand-in can say in Replicate's words; made by [`Answer`].
#[derive(Clone)]
pub enum Kind {
    Right,
    Text(String),
    Cut,
    Output(Value),
    Starting,
    Processing(u32),
    Failed(&'static str),
    RateLimited { seconds: u64 },
    Billing,
    ModelNotFound,
    Status(u16),
}

impl Answer {
    /// What a good day answers. A prediction that is held open (`Prefer: wait`) and one that is polled has succeeded;
    /// another has begun. The output is a text, or the address of a picture or a clip.
    pub fn right() -> Self {
        Kind::Right.into()
    }

    /// Succeeded with this text, in pieces, as models of words write.
    pub fn text(text: impl Into<String>) -> Self {
        Kind::Text(text.into()).into()
    }

    /// Succeeded with half of the right text, and as many tokens as were allowed.
    pub fn truncated() -> Self {
        Kind::Cut.into()
    }

    /// Succeeded with this output.
    pub fn output(output: Value) -> Self {
        Kind::Output(output).into()
    }

    /// The model is starting.
    pub fn starting() -> Self {
        Kind::Starting.into()
    }

    /// The model works, and its log says so many percent.
    pub fn processing(percent: u32) -> Self {
        Kind::Processing(percent).into()
    }

    /// The prediction has failed and says this.
    pub fn failed(words: &'static str) -> Self {
        Kind::Failed(words).into()
    }

    /// The model refuses, as models of pictures do: in free words.
    pub fn refusal() -> Self {
        Self::failed("NSFW content detected. Try running it again, or try a different prompt.")
    }

    /// 429 for too many requests; worth trying again after so long.
    pub fn rate_limited(seconds: u64) -> Self {
        Kind::RateLimited { seconds }.into()
    }

    /// 402: there is no credit.
    pub fn billing() -> Self {
        Kind::Billing.into()
    }

    /// 404: there is no such model any more.
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
        let body = &asks.body;
        let stands = |status: &str, output: Value| stands(asks, status, output);
        match self {
            Kind::RateLimited { seconds } => {
                let detail = format!("Request was throttled. Your rate limit resets in ~{seconds}s.");
                problem(429, "Too many requests", &detail)
                    .with("retry-after", &seconds.to_string())
                    .with("ratelimit-remaining", "0")
                    .with("ratelimit-reset", &seconds.to_string())
            }
            Kind::Billing => problem(402, "Insufficient credit", "You have insufficient credit to run this model."),
            Kind::ModelNotFound => problem(404, "Not found", "The requested resource was not found."),
            Kind::Status(code) => problem(*code, "Error", "The test wants this here."),
            Kind::Right if asks.queue == Queue::Making && !request.header("prefer").starts_with("wait") => {
                stands("starting", Value::Null)
            }
            Kind::Right => stands("succeeded", right_output(body, elsewhere)),
            Kind::Text(text) => stands("succeeded", pieces(text)),
            Kind::Cut => {
                let whole = right_text(&body["input"]);
                let half: String = whole.chars().take(whole.chars().count() / 2).collect();
                let mut prediction = prediction(asks, "succeeded", pieces(&half));
                prediction["metrics"]["output_token_count"] = body["input"]["max_completion_tokens"].clone();
                created(asks, prediction)
            }
            Kind::Output(output) => stands("succeeded", output.clone()),
            Kind::Starting => stands("starting", Value::Null),
            Kind::Processing(percent) => {
                let mut prediction = prediction(asks, "processing", Value::Null);
                prediction["logs"] = json!(format!("Using seed: 42069\n {percent}%|██        | 9/50"));
                created(asks, prediction)
            }
            Kind::Failed(words) => {
                let mut prediction = prediction(asks, "failed", Value::Null);
                prediction["error"] = json!(words);
                created(asks, prediction)
            }
        }
    }
}

/// The answer with the prediction as it stands: 201 to who begins it.
fn stands(asks: &Asks, status: &str, output: Value) -> Rendered {
    created(asks, prediction(asks, status, output))
}

fn created(asks: &Asks, prediction: Value) -> Rendered {
    with_status(if asks.queue == Queue::Making { 201 } else { 200 }, prediction)
}

fn prediction(asks: &Asks, status: &str, output: Value) -> Value {
    let mut prediction = BEGUN.clone();
    for field in ["id", "model", "input"] {
        prediction[field] = asks.body[field].clone();
    }
    let id = asks.body["id"].as_str().unwrap_or_default();
    // The real one's addresses: who follows them, and not the base URL, leaves this machine.
    prediction["urls"] = json!({
        "get": format!("https://api.replicate.com/v1/predictions/{id}"),
        "cancel": format!("https://api.replicate.com/v1/predictions/{id}/cancel"),
    });
    prediction["status"] = json!(status);
    prediction["output"] = output;
    prediction["metrics"] = json!({"predict_time": 1.5, "input_token_count": 21, "output_token_count": 7});
    prediction
}

fn right_output(body: &Value, elsewhere: &str) -> Value {
    let model = body["model"].as_str().unwrap_or_default();
    match model {
        "google/veo-3.1" => json!(format!("{elsewhere}/clip.mp4")),
        "black-forest-labs/flux-schnell" => json!([format!("{elsewhere}/picture.jpg")]),
        _ => pieces(&right_text(&body["input"])),
    }
}

/// A text as the list of its words.
fn pieces(text: &str) -> Value {
    text.split_inclusive(' ').collect()
}

/// JSON where the prompt says by which schema, else words.
fn right_text(input: &Value) -> String {
    let words = ["system_prompt", "prompt"].map(|name| input[name].as_str().unwrap_or_default()).join("\n");
    let schema = words.split_once("JSON Schema:\n").and_then(|(_, rest)| {
        serde_json::Deserializer::from_str(rest).into_iter::<Value>().next().and_then(Result::ok)
    });
    schema.map_or_else(|| "The light stays on.".to_owned(), |schema| instance::right(&schema, &words).to_string())
}

/// A prediction that was cancelled.
pub fn canceled(asked: &Value) -> Rendered {
    let mut prediction = CANCELED.clone();
    for field in ["id", "model", "input"] {
        prediction[field] = asked[field].clone();
    }
    Rendered::ok(prediction)
}

/// What an upload is answered with.
pub fn file(order: usize, field: &Field) -> Value {
    let mut file = FILE.clone();
    let id = format!("file-{order}");
    file["urls"]["get"] = json!(format!("https://api.replicate.com/v1/files/{id}"));
    file["id"] = json!(id);
    file["name"] = json!(field.filename);
    file["content_type"] = json!(field.media_type);
    file["size"] = json!(field.content.len());
    file
}

/// What a wrong key is answered with.
pub fn unauthenticated() -> Rendered {
    with_status(401, UNAUTHENTICATED.clone()).with("content-type", "application/problem+json")
}

/// An error in Replicate's shape.
pub fn problem(status: u16, title: &str, detail: &str) -> Rendered {
    with_status(status, json!({"title": title, "detail": detail, "status": status}))
        .with("content-type", "application/problem+json")
}
