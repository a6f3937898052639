//! A stand-in for Replicate's API: predictions, their cancellation, and uploads. It reads as strictly as the real one
//! (the official description for the request, the model's own page for its input) and answers from recorded exchanges.
//! What a model makes always lies on another host, as Replicate's results do.

#![allow(dead_code, reason = "every test binary that includes this uses a part of it")]

mod answer;
mod rules;

use serde_json::{Value, json};

use super::upstream::wire::{form_of, json_of, with_status};
use super::upstream::{Api, Asks, Fake, Jobs, Queue, Read, Rendered, Request};

pub use answer::{Answer, Kind};

/// Where pictures are uploaded.
pub const FILES: &str = "/v1/files";

/// Where predictions of a model are begun.
pub fn predictions(model: &str) -> String {
    format!("/v1/models/{model}/predictions")
}

/// What is special about Replicate.
#[derive(Default)]
pub struct Cog {
    predictions: Jobs,
    files: Jobs,
}

/// The running stand-in.
pub type FakeReplicate = Fake<Cog>;

impl Api for Cog {
    const NAME: &'static str = "Replicate";
    const KEY: &'static str = "r8_kinora-tests-c4a1f9e07d3b4682";
    const BASE: &'static str = "/v1";
    const ENVIRONMENT: [&'static str; 2] = ["REPLICATE_API_TOKEN", "REPLICATE_BASE_URL"];

    type Kind = Kind;

    fn right() -> Kind {
        Kind::Right
    }

    fn read(&self, request: &Request, key: &str, validate: bool) -> Read {
        if request.header("authorization").strip_prefix("Bearer ") != Some(key) {
            return Read::Answered(answer::unauthenticated());
        }
        let below = request.path.strip_prefix(Self::BASE).unwrap_or_default();
        let parts: Vec<&str> = below.split('/').skip(1).collect();
        match (request.method.as_str(), parts.as_slice()) {
            ("POST", ["models", owner, name, "predictions"]) => {
                self.predicted(request, validate, &format!("{owner}/{name}"))
            }
            ("POST", ["predictions"]) => self.predicted(request, validate, ""),
            ("GET", ["predictions", id]) => self.known(id),
            ("POST", ["predictions", id, "cancel"]) => match self.known(id) {
                Read::Asks(asks) => Read::Answered(answer::canceled(&asks.body)),
                other => other,
            },
            ("POST", ["files"]) => self.uploaded(request),
            (method, _) => {
                let told = format!("Replicate has no {method} {}", request.path);
                Read::Against(vec![told], answer::problem(404, "Not found", "The requested resource was not found."))
            }
        }
    }

    fn render(&self, kind: &Kind, request: &Request, asks: &Asks, elsewhere: &str) -> Rendered {
        kind.render(request, asks, elsewhere)
    }
}

impl Cog {
    fn predicted(&self, request: &Request, validate: bool, model: &str) -> Read {
        let mut body = match json_of(request) {
            Ok(body) => body,
            Err(why) => return against(vec![why]),
        };
        if validate {
            let mut faults = rules::request_faults(request, &body, model);
            let unknown = |address: &&str| address.contains("/v1/files/") && self.files.asked(address).is_none();
            faults.extend(rules::addresses(&body["input"]).filter(unknown).map(|a| format!("no file is at {a}")));
            if !faults.is_empty() {
                return against(faults);
            }
        }
        let id = format!("{:026}", request.order);
        body["id"] = json!(id);
        body["model"] = json!(model);
        self.predictions.accept(&id, &body);
        Read::Asks(Asks { queue: Queue::Making, body })
    }

    /// A prediction that is asked for must have been begun.
    fn known(&self, id: &str) -> Read {
        match self.predictions.asked(id) {
            Some(body) => Read::Asks(Asks { queue: Queue::Polls, body }),
            None => Read::Against(
                vec![format!("there is no prediction {id}")],
                answer::problem(404, "Not found", "The requested resource was not found."),
            ),
        }
    }

    fn uploaded(&self, request: &Request) -> Read {
        let fields = match form_of(request) {
            Ok(fields) => fields,
            Err(why) => return against(vec![why]),
        };
        match fields.get("content").filter(|field| !field.content.is_empty() && field.filename.is_some()) {
            Some(field) => {
                let file = answer::file(request.order, field);
                let address = file["urls"]["get"].as_str().expect("it has one").to_owned();
                self.files.accept(&address, &Value::Null);
                Read::Answered(with_status(201, file))
            }
            None => against(vec!["the form has no file `content` with a name".into()]),
        }
    }
}

fn against(faults: Vec<String>) -> Read {
    let said = answer::problem(422, "Input validation failed", &faults.join("; "));
    Read::Against(faults, said)
}
