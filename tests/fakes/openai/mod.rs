//! A stand-in for OpenAI's API. It reads as strictly as the real one (the official description of the API, plus rules
//! that the description has in words only) and answers in the real one's shape from recorded exchanges. `/videos` is
//! there too, as other servers keep it.

#![allow(dead_code, reason = "every test binary that includes this uses a part of it")]

mod answer;
mod reading;
mod rules;
mod videos;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::upstream::wire::{json_of, reply};
use super::upstream::{Api, Asks, Fake, Jobs, Queue, Read, Rendered};

pub use super::upstream::Request;
#[allow(unused_imports, reason = "not every binary that includes this scripts answers")]
pub use answer::{Answer, Kind};
#[allow(unused_imports, reason = "not every binary that includes this looks at answers")]
pub use rules::response_faults;
#[allow(unused_imports, reason = "nor at those of clips")]
pub use videos::job_faults;

use answer::error_body;
use rules::Fault;

/// The path of text generation.
pub const CHAT: &str = "/v1/chat/completions";

/// The path of picture generation.
pub const IMAGES: &str = "/v1/images/generations";

/// The path of clips.
pub const VIDEOS: &str = "/v1/videos";

/// The path of the list of models.
pub const MODELS: &str = "/v1/models";

/// The key that the stand-in takes unless another was set.
pub const KEY: &str = <OpenAi as Api>::KEY;

/// What is special about OpenAI.
#[derive(Default)]
pub struct OpenAi {
    videos: Jobs,
}

/// The running stand-in.
pub type FakeOpenAi = Fake<OpenAi>;

impl Api for OpenAi {
    const NAME: &'static str = "OpenAI";
    const KEY: &'static str = "sk-kinora-tests-5d1c7f0e9ab24c83";
    const BASE: &'static str = "/v1";
    const ENVIRONMENT: [&'static str; 2] = ["OPENAI_API_KEY", "OPENAI_BASE_URL"];

    type Kind = Kind;

    fn right() -> Kind {
        Kind::Right
    }

    fn read(&self, request: &Request, key: &str, validate: bool) -> Read {
        let Some(sent) = request.header("authorization").strip_prefix("Bearer ") else {
            let message = "No API key was sent: an Authorization header with Bearer and the key is needed.";
            return Read::Answered(refusal(StatusCode::UNAUTHORIZED, &Fault::of(message)));
        };
        if sent != key {
            return Read::Answered(answer::unauthorized(request));
        }
        let judge = match (request.method.as_str(), request.path.as_str()) {
            ("POST", CHAT) => rules::chat_faults,
            ("POST", IMAGES) => rules::image_faults,
            (_, path) if path.starts_with(VIDEOS) => return self.read_video(request),
            ("GET", MODELS) => return Read::Answered(Rendered::ok(models())),
            (method, path) => {
                let fault = Fault::of(format!("Invalid URL ({method} {path})"));
                return Read::Answered(refusal(StatusCode::NOT_FOUND, &fault));
            }
        };
        if !validate {
            return Read::Asks(Asks { queue: Queue::Making, body: request.json() });
        }
        match json_of(request).map_err(Fault::of).map(|body| (judge(&body), body)) {
            Ok((faults, body)) if faults.is_empty() => Read::Asks(Asks { queue: Queue::Making, body }),
            Ok((faults, _)) => against(&faults),
            Err(fault) => against(&[fault]),
        }
    }

    fn render(&self, kind: &Kind, request: &Request, asks: &Asks, elsewhere: &str) -> Rendered {
        kind.render(request, asks, elsewhere)
    }
}

/// The refusal of a request against the rules.
fn against(faults: &[Fault]) -> Read {
    let told = faults.iter().map(Fault::to_string).collect();
    Read::Against(told, refusal(StatusCode::BAD_REQUEST, &faults[0]))
}

fn refusal(status: StatusCode, fault: &Fault) -> Rendered {
    reply(status, error_body(&fault.message, "invalid_request_error", fault.param.as_deref(), fault.code))
}

fn models() -> Value {
    let model = |id: &str| json!({"id": id, "object": "model", "created": 1_721_172_741, "owned_by": "system"});
    json!({"object": "list", "data": [model("gpt-4o-mini"), model("gpt-image-2")]})
}
