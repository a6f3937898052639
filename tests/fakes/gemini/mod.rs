//! A stand-in for Google's Gemini API: text and pictures by `generateContent`, clips by `interactions` and by
//! `:predictLongRunning`, and the files in which clips lie. It reads as strictly as the real one (the official
//! description where there is one, and rules that stand in words only) and answers in the real one's shape from
//! recorded exchanges.

#![allow(dead_code, reason = "every test binary that includes this uses a part of it")]

mod answer;
mod clips;
mod rules;

use serde_json::{Value, json};

use super::upstream::wire::json_of;
use super::upstream::{Api, Asks, Fake, Jobs, Queue, Read, Rendered, Request};

pub use answer::{Answer, Kind};

/// Where clips are begun.
pub const INTERACTIONS: &str = "/v1beta/interactions";

/// The beginning of the path of a file.
pub const FILES: &str = "/v1beta/files/";

/// The path of a model's method.
pub fn method(model: &str, method: &str) -> String {
    format!("/v1beta/models/{model}:{method}")
}

/// What is special about Google.
#[derive(Default)]
pub struct Google {
    jobs: Jobs,
}

/// The running stand-in.
pub type FakeGemini = Fake<Google>;

impl Api for Google {
    const NAME: &'static str = "Gemini";
    const KEY: &'static str = "AIza-kinora-tests-7b0e94c1d25f4a68";
    const BASE: &'static str = "/v1beta";
    const ENVIRONMENT: [&'static str; 2] = ["GEMINI_API_KEY", "GEMINI_BASE_URL"];

    type Kind = Kind;

    fn right() -> Kind {
        Kind::Right
    }

    fn read(&self, request: &Request, key: &str, validate: bool) -> Read {
        match request.header("x-goog-api-key") {
            "" => return Read::Answered(answer::error(403, "PERMISSION_DENIED", "The request has no API key.")),
            sent if sent != key => return Read::Answered(answer::wrong_key()),
            _ => {}
        }
        let below = request.path.strip_prefix(Self::BASE).unwrap_or_default();
        let parts: Vec<&str> = below.split('/').skip(1).collect();
        match (request.method.as_str(), parts.as_slice()) {
            ("POST", ["models", called]) => match called.split_once(':') {
                Some((_, "generateContent")) => self.made(request, validate, "", rules::content_faults),
                Some((_, "predictLongRunning")) => {
                    let name =
                        format!("{}/operations/{}", parts.join("/").replace(":predictLongRunning", ""), id(request));
                    self.made(request, validate, &name, rules::prediction_faults)
                }
                _ => unknown(request),
            },
            ("POST", ["interactions"]) => self.made(request, validate, &id(request), rules::interaction_faults),
            ("POST", ["interactions", id, "cancel"]) => self.cancelled(id),
            ("GET", ["interactions", id]) => self.known(id, Queue::Polls),
            ("GET", ["models", _, "operations", _]) => self.known(&parts.join("/"), Queue::Polls),
            ("GET", ["files", file]) => match file.strip_suffix(":download") {
                Some(id) => self.known(id, Queue::Files),
                None => unknown(request),
            },
            _ => unknown(request),
        }
    }

    fn render(&self, kind: &Kind, request: &Request, asks: &Asks, elsewhere: &str) -> Rendered {
        kind.render(request, asks, elsewhere)
    }
}

impl Google {
    /// Reads what makes something, and accepts it as a job where it is to have a name.
    fn made(&self, request: &Request, validate: bool, name: &str, judge: fn(&Value) -> Vec<String>) -> Read {
        let body = match (json_of(request), validate) {
            (Ok(body), true) => match judge(&body) {
                faults if faults.is_empty() => body,
                faults => return against(faults),
            },
            (Ok(body), false) => body,
            (Err(why), _) => return against(vec![why]),
        };
        let mut body = body;
        if !name.is_empty() {
            self.jobs.accept(name, &body);
            // A clip lies in a file of the last part of its job's name.
            self.jobs.accept(name.rsplit('/').next().unwrap_or(name), &body);
            body["$job"] = json!(name);
        }
        Read::Asks(Asks { queue: Queue::Making, body })
    }

    /// A job or a file that is asked for must be there.
    fn known(&self, name: &str, queue: Queue) -> Read {
        match self.jobs.asked(name) {
            Some(mut body) => {
                body["$job"] = json!(name);
                Read::Asks(Asks { queue, body })
            }
            None => Read::Against(
                vec![format!("there is no {name}")],
                answer::error(404, "NOT_FOUND", "Requested entity was not found."),
            ),
        }
    }

    fn cancelled(&self, id: &str) -> Read {
        match self.known(id, Queue::Polls) {
            Read::Asks(_) => Read::Answered(Rendered::ok(json!({"id": id, "status": "cancelled"}))),
            other => other,
        }
    }
}

fn id(request: &Request) -> String {
    format!("v1-clip-{:04}", request.order)
}

fn against(faults: Vec<String>) -> Read {
    let said = answer::error(400, "INVALID_ARGUMENT", &faults.join("; "));
    Read::Against(faults, said)
}

fn unknown(request: &Request) -> Read {
    let said = answer::error(404, "NOT_FOUND", "Not found.");
    Read::Against(vec![format!("Google has no {} {}", request.method, request.path)], said)
}
