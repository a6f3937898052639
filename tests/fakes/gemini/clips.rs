//! Jobs that make clips, in the shapes of both APIs, and the files in which clips lie. No recording has one: the shapes
//! are those of Google's SDK and pages.

use serde_json::{Value, json};

use super::super::upstream::media::CLIP;
use super::super::upstream::{Asks, Queue, Rendered, Request};
use super::answer::Kind;

/// Google's own address. Its answers name files by it, also behind a gateway.
const GOOGLE: &str = "https://generativelanguage.googleapis.com/v1beta";

/// The job as it stands, or its clip.
pub fn render(kind: &Kind, request: &Request, asks: &Asks, elsewhere: &str) -> Rendered {
    let name = asks.body["$job"].as_str().unwrap_or_default();
    if asks.queue == Queue::Files {
        return match kind {
            Kind::Right => Rendered::file("video/mp4", CLIP.to_vec()),
            _ => Rendered::Impossible("a file answers with its content or an error".into()),
        };
    }
    let id = name.rsplit('/').next().unwrap_or(name);
    let link = match kind {
        Kind::Elsewhere => format!("{elsewhere}/clip.mp4"),
        _ => format!("{GOOGLE}/files/{id}:download?alt=media"),
    };
    let body = if request.path.contains("/interactions") {
        interaction(kind, asks, name, &link)
    } else {
        operation(kind, asks.queue, name, &link)
    };
    body.map_or_else(|| Rendered::Impossible("no job of a clip answers so here".into()), Rendered::ok)
}

fn interaction(kind: &Kind, asks: &Asks, id: &str, link: &str) -> Option<Value> {
    let job = |status: &str| json!({"id": id, "object": "interaction", "model": asks.body["model"], "status": status});
    let ended = |content: Value| {
        let mut job = job("completed");
        job["steps"] = json!([{"type": "model_output", "content": [content]}]);
        job["usage"] = json!({"total_input_tokens": 12, "total_output_tokens": 46_080, "total_thought_tokens": 0,
            "total_tokens": 46_092});
        job
    };
    Some(match (kind, asks.queue) {
        (Kind::Right | Kind::Queued, Queue::Making) | (Kind::Queued, _) => job("queued"),
        (Kind::Running, _) => job("in_progress"),
        (Kind::Right | Kind::Elsewhere, Queue::Polls) => {
            ended(json!({"type": "video", "mime_type": "video/mp4", "uri": link}))
        }
        (Kind::Refusal, Queue::Polls) => {
            ended(json!({"type": "text", "text": "I cannot make that clip: it is against the policy."}))
        }
        (Kind::Failed { code, message }, Queue::Polls) => {
            let mut job = job("failed");
            job["error"] = json!({"code": code, "message": message});
            job
        }
        _ => return None,
    })
}

fn operation(kind: &Kind, queue: Queue, name: &str, link: &str) -> Option<Value> {
    let done = |response: Value| json!({"name": name, "done": true, "response": {"generateVideoResponse": response}});
    Some(match (kind, queue) {
        (Kind::Right | Kind::Queued, Queue::Making) | (Kind::Queued | Kind::Running, _) => json!({"name": name}),
        (Kind::Right | Kind::Elsewhere, Queue::Polls) => done(json!({"generatedSamples": [{"video": {"uri": link}}]})),
        (Kind::Refusal, Queue::Polls) => done(json!({"raiMediaFilteredCount": 1,
            "raiMediaFilteredReasons": ["The prompt could not be filmed because of our policy."]})),
        (Kind::Failed { code, message }, Queue::Polls) => {
            json!({"name": name, "done": true, "error": {"code": 13, "message": message, "status": code}})
        }
        _ => return None,
    })
}
