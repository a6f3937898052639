//! Clips by `POST /interactions`, which starts a job; `GET /interactions/{id}` says how far it is and, at the end,
//! where the clip is.

use kinora_sdk::ProviderError;
use kinora_sdk::documents::{Usage, VideoOperation};
use kinora_sdk::provider::prompt::with_remarks;
use kinora_sdk::provider::{Body, HttpRequest, id, plain};
use serde_json::{Value, json};

use crate::clip::{Found, Progress};
use crate::film::{self, Asked};
use crate::settings::Settings;
use crate::{CANCEL, CREDENTIAL, ENDPOINT, body, error};

/// What Gemini Omni films.
const SECONDS: std::ops::RangeInclusive<u32> = 3..=10;
const HEIGHTS: [(u32, &str); 4] = [(360, "360p"), (720, "720p"), (1080, "1080p"), (2160, "4k")];
/// So many pictures to keep to, by Google's advice.
const MAX_REFERENCES: usize = 5;

/// The request for a clip.
pub fn request(operation: &VideoOperation, model: &str, settings: &Settings) -> Asked {
    let mut warnings = Vec::new();
    let ratio = film::ratio(operation, &mut warnings);
    let seconds = film::seconds(operation.duration, SECONDS, &mut warnings);
    let pictures = film::pictures(operation, MAX_REFERENCES, &mut warnings);
    film::sound(operation, &mut warnings);
    // By link: a clip inside the answer may be larger than the host takes into memory.
    let mut format =
        json!({"type": "video", "aspect_ratio": ratio, "duration": format!("{seconds}s"), "delivery": "uri"});
    if let Some(resolution) = film::resolution(operation, &HEIGHTS, &mut warnings) {
        format["resolution"] = json!(resolution);
    }
    let task = match (pictures.first, pictures.references) {
        (Some(_), _) => "image_to_video",
        (None, []) => "text_to_video",
        (None, _) => "reference_to_video",
    };
    let mut config = json!({"video_config": {"task": task}});
    if let Some(seed) = operation.seed {
        config["seed"] = json!(seed & i32::MAX as u64);
    }
    let mut input = vec![json!({
        "type": "text",
        "text": with_remarks(&operation.prompt, &[("Do not show", &operation.negative_prompt)]),
    })];
    let images = pictures.first.into_iter().chain(pictures.last).chain(pictures.references);
    input.extend(
        images
            .map(|handle| json!({"type": "image", "mime_type": body::media_type(handle), "data": body::blob(handle)})),
    );
    let body = json!({
        "model": model,
        "input": input,
        "background": true,
        "response_format": format,
        "generation_config": config,
    });
    Asked { request: settings.address(body::post("/interactions", &body)), seconds, warnings }
}

/// The path of the job.
pub fn path(body: &Value) -> Result<String, ProviderError> {
    Ok(format!("/interactions/{}", id(body)?))
}

/// The request that cancels a job.
pub fn cancellation(path: &str) -> HttpRequest {
    HttpRequest {
        method: "POST".to_owned(),
        body: Body::Empty,
        exemption: Some(CANCEL.to_owned()),
        ..HttpRequest::get(ENDPOINT, format!("{path}/cancel")).credential(CREDENTIAL)
    }
}

/// Reads how far a job is.
pub fn progress(body: &Value) -> Progress<'_> {
    let status = body["status"].as_str().unwrap_or_default();
    match status {
        "completed" => match video(body) {
            Some(found) => Progress::Made(found),
            None => Progress::Failed(unmade(body)),
        },
        "failed" | "cancelled" | "incomplete" | "budget_exceeded" | "requires_action" | "requires_continuation" => {
            Progress::Failed(ended(body, status))
        }
        "queued" => Progress::Pending("queued at Google".to_owned()),
        "in_progress" | "" => Progress::Pending("Google is filming".to_owned()),
        other => Progress::Pending(format!("Google says: {}", plain(other))),
    }
}

/// What the job counted.
pub fn usage(body: &Value) -> Usage {
    let count = |field: &str| body["usage"][field].as_u64().unwrap_or(0);
    Usage {
        input_tokens: count("total_input_tokens"),
        output_tokens: count("total_output_tokens").saturating_add(count("total_thought_tokens")),
        ..Usage::default()
    }
}

/// The contents of all steps.
fn contents(body: &Value) -> impl Iterator<Item = &Value> {
    let steps = body["steps"].as_array().into_iter().flatten();
    let made = steps.filter(|step| step["type"] == "model_output");
    made.filter_map(|step| step["content"].as_array()).flatten()
}

fn video(body: &Value) -> Option<Found<'_>> {
    contents(body).filter(|content| content["type"] == "video").find_map(|content| {
        let link = content["uri"].as_str().filter(|uri| !uri.is_empty());
        let data = || content["data"].as_str().filter(|data| !data.is_empty());
        link.map(Found::Link).or_else(|| data().map(Found::Data))
    })
}

/// A job that is done and made no clip: the model says why in words, which is how it refuses.
fn unmade(body: &Value) -> ProviderError {
    let words: Vec<&str> = contents(body).filter_map(|content| content["text"].as_str()).collect();
    if words.is_empty() {
        let message = "Google says that the clip is made, and there is none in its answer.";
        return ProviderError::new("malformed-output", message);
    }
    ProviderError::told("content-policy", 200, &words.join(" "))
}

/// A job that ended in another way.
fn ended(body: &Value, status: &str) -> ProviderError {
    let of_step = || body["steps"].as_array().into_iter().flatten().map(|step| &step["error"]).find(|e| e.is_object());
    match Some(&body["error"]).filter(|error| error.is_object()).or_else(of_step) {
        Some(error) => error::of_job(error),
        None if status == "budget_exceeded" => ProviderError::told("quota-exhausted", 200, "the budget is used up."),
        None => {
            let message = format!("Google ended the work on the clip ({status}) and does not say why.");
            ProviderError { upstream_code: Some(status.to_owned()), ..ProviderError::new("unknown", message) }
        }
    }
}
