//! Clips by `/videos`, the shape of OpenAI's video API, which other servers keep: `POST /videos` starts a job,
//! `GET /videos/{id}` says how far it is, `GET /videos/{id}/content` brings the clip.

use kinora_sdk::documents::{Manifest, MediaItem, MediaOutcome, Outcome, Usage, VideoOperation};
use kinora_sdk::provider::prompt::with_remarks;
use kinora_sdk::provider::{
    Attachment, Body, BodyPart, FormField, HttpRequest, HttpResponse, Polled, ResponseBody, Sink, id, shape,
};
use kinora_sdk::{Adapter, LongRunning, Operation, ProviderError, Request};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::settings::Settings;
use crate::{CREDENTIAL, ENDPOINT, OpenAi, accepted, error};

/// What the API description lists: the defaults of the settings.
pub const SIZES: [&str; 4] = ["720x1280", "1280x720", "1024x1792", "1792x1024"];
pub const SECONDS: [u32; 3] = [4, 8, 12];

/// The pixels of the short edge where nobody says.
const SHORT_EDGE: u32 = 720;
/// Milliseconds to wait for the answer to a poll, and for a clip.
const POLL_TIMEOUT_MS: u64 = 60_000;
const CONTENT_TIMEOUT_MS: u64 = 600_000;

/// The jobs of `/videos`.
pub struct Videos;

/// A job.
#[derive(Serialize, Deserialize)]
pub struct Job {
    /// Empty until the job is accepted.
    id: String,
    model: String,
    seconds: u32,
    account: Vec<(String, String)>,
    warnings: Vec<String>,
}

impl LongRunning for Videos {
    type Handle = Job;

    fn manifest() -> Manifest {
        OpenAi::manifest()
    }

    fn submit(operation: Operation, settings: Value) -> Result<(HttpRequest, Job), ProviderError> {
        let Request::Video(operation) = operation.request else {
            return Err(ProviderError::out_of_step("a clip was to be asked for"));
        };
        request(&operation, &Settings::read(settings)?)
    }

    fn submitted(job: Job, response: HttpResponse) -> Result<(Job, Polled), ProviderError> {
        let body = accepted(response)?.json()?;
        let job = Job { id: id(&body)?, ..job };
        let polled = job.read(&body);
        Ok((job, polled))
    }

    fn poll(job: &Job) -> HttpRequest {
        job.get("", POLL_TIMEOUT_MS)
    }

    fn polled(job: &Job, response: HttpResponse) -> Result<Polled, ProviderError> {
        Ok(job.read(&accepted(response)?.json()?))
    }

    fn fetched(job: &Job, response: HttpResponse) -> Result<(Outcome, Vec<Attachment>), ProviderError> {
        match accepted(response)?.body {
            ResponseBody::Blob(blob) if blob.media_type.starts_with("video/") => {
                Ok((job.outcome(blob.handle), Vec::new()))
            }
            ResponseBody::Blob(blob) => Err(no_clip(&blob.media_type)),
            ResponseBody::Inline(_) => Err(no_clip("something else")),
        }
    }
}

fn no_clip(what: &str) -> ProviderError {
    ProviderError::malformed_output(format!("A clip was expected and {what} came."))
}

fn request(operation: &VideoOperation, settings: &Settings) -> Result<(HttpRequest, Job), ProviderError> {
    let Some(model) = &settings.video_model else {
        return Err(ProviderError::invalid_request(
            "OpenAI makes no videos: its video API has ended. For another server that has /videos, name its model in \
             the setting video_model.",
        ));
    };
    let model = operation.model.as_ref().unwrap_or(model).clone();
    let mut warnings = Vec::new();
    let size = size(operation, settings, &mut warnings);
    let seconds = seconds(operation.duration, settings, &mut warnings);
    let reference = reference(operation, &mut warnings);
    if operation.seed.is_some() {
        warnings.push("The seed was left out: /videos takes none.".to_owned());
    }
    let prompt = with_remarks(&operation.prompt, &[("Do not show", &operation.negative_prompt)]);
    let fields = [("model", model.clone()), ("prompt", prompt), ("seconds", seconds.to_string()), ("size", size)];
    let request = match reference {
        None => {
            let body: Value = fields.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
            HttpRequest::post_json(ENDPOINT, "/videos", &body)
        }
        Some(handle) => form(fields, handle),
    };
    let job = Job { id: String::new(), model, seconds, account: settings.account(), warnings };
    Ok((settings.address(request), job))
}

fn size(operation: &VideoOperation, settings: &Settings, warnings: &mut Vec<String>) -> String {
    let standard = || SIZES.map(str::to_owned).to_vec();
    let sizes = settings.video_sizes.clone().unwrap_or_else(standard);
    let wanted = shape::frame(&operation.aspect_ratio, operation.resolution.unwrap_or(SHORT_EDGE));
    let size = shape::nearest(wanted, &sizes, |size| shape::edges(size)).map_or(SIZES[1], String::as_str);
    if let (Some((width, height)), Some((across, up))) = (shape::edges(size), shape::edges(&operation.aspect_ratio)) {
        let far = f64::from(width) / f64::from(height) / (f64::from(across) / f64::from(up));
        if (far - 1.0).abs() > 0.02 {
            let asked = &operation.aspect_ratio;
            warnings.push(format!("The clip is {size} and not {asked}: the server has no size of that shape."));
        }
    }
    size.to_owned()
}

fn seconds(wanted: f64, settings: &Settings, warnings: &mut Vec<String>) -> u32 {
    let lengths = settings.video_seconds.as_deref().unwrap_or(&SECONDS);
    let far = |seconds: &u32| (f64::from(*seconds) - wanted).abs();
    // Of two that are equally near, the longer: what is too much can be cut off.
    let seconds = lengths.iter().copied().min_by(|a, b| far(a).total_cmp(&far(b)).then(b.cmp(a))).unwrap_or(SECONDS[0]);
    if far(&seconds) > 0.05 {
        warnings.push(format!("The clip is {seconds} seconds long and not {wanted}: the server has no such length."));
    }
    seconds
}

/// The one picture that the API takes: the first frame.
fn reference<'a>(operation: &'a VideoOperation, warnings: &mut Vec<String>) -> Option<&'a String> {
    let mut pictures = operation.first_frame.iter().chain(&operation.reference_images);
    let reference = pictures.next();
    if pictures.next().is_some() {
        warnings.push("Only the first picture was used: /videos takes one.".to_owned());
    }
    if operation.last_frame.is_some() {
        warnings.push("The last frame was left out: /videos takes none.".to_owned());
    }
    reference
}

fn form(fields: [(&str, String); 4], reference: &str) -> HttpRequest {
    let field = |name: &str, filename: Option<&str>, value| FormField {
        name: name.to_owned(),
        filename: filename.map(str::to_owned),
        media_type: None,
        value,
    };
    let mut form: Vec<_> = fields.into_iter().map(|(name, value)| field(name, None, BodyPart::Text(value))).collect();
    form.push(field("input_reference", Some("first-frame"), BodyPart::BlobRaw(reference.to_owned())));
    HttpRequest { method: "POST".to_owned(), body: Body::Form(form), ..HttpRequest::get(ENDPOINT, "/videos") }
}

impl Job {
    fn get(&self, below: &str, timeout_ms: u64) -> HttpRequest {
        let request = HttpRequest::get(ENDPOINT, format!("/videos/{}{below}", self.id)).credential(CREDENTIAL);
        HttpRequest { headers: self.account.clone(), timeout_ms: Some(timeout_ms), ..request }
    }

    /// What the job says of itself.
    fn read(&self, body: &Value) -> Polled {
        let progress = body["progress"].as_f64().map(|percent| (percent / 100.0).clamp(0.0, 1.0) as f32);
        match body["status"].as_str().unwrap_or_default() {
            "completed" => {
                let request = self.get("/content", CONTENT_TIMEOUT_MS);
                Polled::Fetch(HttpRequest { sink: Sink::Blob, ..request })
            }
            "failed" => Polled::Failed(error::failed(&body["error"])),
            "cancelled" | "canceled" | "expired" => {
                Polled::Failed(ProviderError::new("unavailable", "The server ended the job before it was done."))
            }
            "queued" => Polled::Pending { progress, note: Some("queued upstream".to_owned()) },
            // Servers have words of their own for work that goes on.
            _ => Polled::Pending { progress, note: None },
        }
    }

    fn outcome(&self, handle: String) -> Outcome {
        Outcome::Media(MediaOutcome {
            items: vec![MediaItem::blob(handle)],
            usage: Usage { video_ms: u64::from(self.seconds) * 1000, ..Usage::default() },
            made_by: format!("OpenAI, {}", self.model),
            warnings: self.warnings.clone(),
        })
    }
}
