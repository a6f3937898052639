//! `/videos`: a job is begun, asked for and fetched. OpenAI's own has ended; this is its shape, which others keep.

use std::sync::LazyLock;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::super::upstream::described::Described;
use super::super::upstream::media::CLIP;
use super::super::upstream::wire::{Field, form_of, json_of, reply};
use super::super::upstream::{Asks, Queue, Read, Rendered, Request};
use super::answer::Kind;
use super::rules::Fault;
use super::{OpenAi, VIDEOS, against, refusal};

static JSON: LazyLock<Described> = LazyLock::new(|| described("CreateVideoJsonBody"));
static FORM: LazyLock<Described> = LazyLock::new(|| described("CreateVideoMultipartBody"));

fn described(schema: &str) -> Described {
    let document = include_str!("../../../plugins/openai/tests/data/openai-requests.json");
    let document: Value = serde_json::from_str(document).expect("the extract is JSON");
    Described::closed_at(&document, &format!("/components/schemas/{schema}"))
}

/// What in a job is against the description.
pub fn job_faults(job: &Value) -> Vec<String> {
    described("VideoResource").told(job)
}

impl OpenAi {
    /// Reads a request below `/videos`.
    pub(super) fn read_video(&self, request: &Request) -> Read {
        let below = request.path.strip_prefix(VIDEOS).unwrap_or_default();
        let parts: Vec<&str> = below.split('/').skip(1).collect();
        match (request.method.as_str(), parts.as_slice()) {
            ("POST", []) => match body(request) {
                Ok(body) => {
                    self.videos.accept(&id(request), &body);
                    Read::Asks(Asks { queue: Queue::Making, body })
                }
                Err(faults) => against(&faults),
            },
            ("GET", [id]) => self.known(id, Queue::Polls),
            ("GET", [id, "content"]) => self.known(id, Queue::Files),
            (method, _) => against(&[Fault::of(format!("Invalid URL ({method} {})", request.path))]),
        }
    }

    /// A job that is asked for must have been begun.
    fn known(&self, id: &str, queue: Queue) -> Read {
        match self.videos.asked(id) {
            Some(asked) => {
                let mut body = asked;
                body["id"] = json!(id);
                Read::Asks(Asks { queue, body })
            }
            None => {
                let fault = Fault::of(format!("Video with id '{id}' not found."));
                Read::Against(vec![fault.to_string()], refusal(StatusCode::NOT_FOUND, &fault))
            }
        }
    }
}

fn id(request: &Request) -> String {
    format!("video_{:08}", request.order)
}

/// The body, as JSON or as a form; a file in it stands as its name.
fn body(request: &Request) -> Result<Value, Vec<Fault>> {
    let (schema, body) = if request.header("content-type").starts_with("multipart/") {
        let fields = form_of(request).map_err(|why| vec![Fault::of(why)])?;
        let text = |field: &[u8]| String::from_utf8_lossy(field).into_owned();
        let value = |(name, field): (String, Field)| {
            let Field { filename, content, .. } = field;
            (name, json!(filename.unwrap_or_else(|| text(&content))))
        };
        (&FORM, fields.into_iter().map(value).collect())
    } else {
        (&JSON, json_of(request).map_err(|why| vec![Fault::of(why)])?)
    };
    let faults: Vec<Fault> = schema.told(&body).into_iter().map(Fault::of).collect();
    if faults.is_empty() { Ok(body) } else { Err(faults) }
}

/// The job as it stands, or its content.
pub(super) fn render(kind: &Kind, request: &Request, asks: &Asks, elsewhere: &str) -> Rendered {
    let state = |status: &str, progress: u32, error: Value| Rendered::ok(job(request, asks, status, progress, &error));
    match (kind, asks.queue) {
        (Kind::Right, Queue::Files) => Rendered::file("video/mp4", CLIP.to_vec()),
        (Kind::Elsewhere, Queue::Files) => {
            reply(StatusCode::FOUND, Value::Null).with("location", &format!("{elsewhere}/clip.mp4"))
        }
        (Kind::Right | Kind::Queued, Queue::Making) => state("queued", 0, Value::Null),
        (Kind::Right, Queue::Polls) => state("completed", 100, Value::Null),
        (Kind::Queued, Queue::Polls) => state("queued", 0, Value::Null),
        (Kind::Running(percent), Queue::Polls) => state("in_progress", *percent, Value::Null),
        (Kind::Failed { code, message }, Queue::Polls) => state("failed", 0, json!({"code": code, "message": message})),
        _ => Rendered::Impossible("no job of /videos answers so here".into()),
    }
}

fn job(request: &Request, asks: &Asks, status: &str, progress: u32, error: &Value) -> Value {
    let asked = &asks.body;
    let done = status == "completed";
    json!({
        "id": asked["id"].as_str().map_or_else(|| id(request), str::to_owned),
        "object": "video",
        "model": asked["model"],
        "status": status,
        "progress": progress,
        "created_at": 1_758_000_000,
        "completed_at": done.then_some(1_758_000_060),
        "expires_at": done.then_some(1_758_003_660),
        "prompt": asked["prompt"],
        "size": asked["size"].as_str().unwrap_or("720x1280"),
        "seconds": asked["seconds"].as_str().unwrap_or("4"),
        "remixed_from_video_id": null,
        "error": error,
    })
}
