//! The provider `replicate`: any model on Replicate that makes texts, pictures or clips, each by a mapping of its
//! fields, which an administrator writes (three are shipped). A prediction is started, polled under the endpoint by
//! its id, and what it made is fetched at once, because Replicate deletes it after an hour.
//!
//! Pictures that go in are uploaded to `/files` first. A data URI would do for small ones, but the size of a blob is
//! not known here, and an upload is right for all.
//!
//! Read on in `mapping`, `field` and `rule` (what a mapping is), `input`, `media` and `text` (what is sent),
//! `prediction` (what comes back), `error` (what went wrong), `models` (what is shipped), `settings` and `schema`.

mod error;
mod field;
mod input;
mod mapping;
mod media;
mod models;
mod prediction;
mod rule;
mod schema;
mod settings;
mod text;

use kinora_sdk::documents::{Credential, Endpoint, Exemption, Manifest, MediaItem, Outcome, Role};
use kinora_sdk::provider::{
    Attachment, Body, BodyPart, FormField, HttpRequest, HttpResponse, Polled, Polling, ResponseBody, id,
};
use kinora_sdk::{LongRunning, Operation, ProviderError, Request};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::input::{Finished, Upload};
use crate::settings::Settings;

const ENDPOINT: &str = "api";
const CREDENTIAL: &str = "token";
const UPLOAD: &str = "upload";
const CANCEL: &str = "cancel";

/// Milliseconds to wait for an answer, on top of what the request is held open; and for an upload.
const TIMEOUT_MS: u64 = 60_000;
const UPLOAD_TIMEOUT_MS: u64 = 300_000;

/// The predictions.
pub struct Predictions;

/// The provider's machine.
pub type Replicate = Polling<Predictions>;

/// A prediction, or what will be one.
#[derive(Serialize, Deserialize)]
pub struct Work {
    operation: String,
    model: String,
    output: String,
    /// Empty until the prediction is accepted.
    id: String,
    warnings: Vec<String>,
    /// The length of the clip that was asked for.
    video_ms: u64,
    max_tokens: Option<u64>,
    /// What waits for uploads; gone once it is sent.
    submission: Option<Submission>,
}

/// A prediction that is not sent yet.
#[derive(Serialize, Deserialize)]
struct Submission {
    input: Value,
    uploads: Vec<Upload>,
    wait_seconds: Option<u32>,
    cancel_after_seconds: u32,
}

impl LongRunning for Predictions {
    type Handle = Work;

    const POLL_MS: u64 = 2_000;

    fn manifest() -> Manifest {
        Manifest {
            id: "replicate".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            title: "Replicate".to_owned(),
            role: Role::Provider,
            models: models::manifest(),
            endpoints: vec![Endpoint {
                name: ENDPOINT.to_owned(),
                base_url: "https://api.replicate.com/v1".to_owned(),
                result_hosts: vec!["replicate.delivery".to_owned(), "*.replicate.delivery".to_owned()],
            }],
            credentials: vec![Credential {
                name: CREDENTIAL.to_owned(),
                endpoint: ENDPOINT.to_owned(),
                scheme: "header".to_owned(),
                header: "authorization".to_owned(),
                prefix: "Bearer ".to_owned(),
                environment: "REPLICATE_API_TOKEN".to_owned(),
            }],
            exemptions: vec![
                exemption(UPLOAD, "/files", "Uploads a picture for a model to read; Replicate keeps it for a day."),
                exemption(CANCEL, "/predictions/*/cancel", "Ends a prediction, so that it costs no more."),
            ],
            settings: Some(schema::schema()),
            ..Manifest::default()
        }
    }

    fn submit(operation: Operation, settings: Value) -> Result<(HttpRequest, Work), ProviderError> {
        let settings = Settings::read(settings)?;
        let (kind, asked) = match &operation.request {
            Request::Text(operation) => ("text", &operation.model),
            Request::Image(operation) => ("image", &operation.model),
            Request::Video(operation) => ("video", &operation.model),
        };
        let (model, mapping) = settings.model(kind, asked.clone())?;
        place(&model)?;
        let mut work = Work {
            operation: kind.to_owned(),
            model,
            output: mapping.output.clone(),
            id: String::new(),
            warnings: Vec::new(),
            video_ms: 0,
            max_tokens: None,
            submission: None,
        };
        let finished = match operation.request {
            Request::Text(operation) => {
                work.max_tokens = operation.max_tokens.map(u64::from);
                text::input(operation, &work.model, &mapping)?
            }
            Request::Image(operation) => media::picture(&operation, &work.model, &mapping),
            Request::Video(operation) => {
                let (finished, ms) = media::clip(&operation, &work.model, &mapping);
                work.video_ms = ms;
                finished
            }
        };
        let Finished { input, uploads, warnings } = finished;
        work.warnings = warnings;
        let wait_seconds = settings.wait_seconds(kind);
        let cancel_after_seconds = settings.cancel_after_seconds();
        let request = work.next(Submission { input, uploads, wait_seconds, cancel_after_seconds })?;
        Ok((request, work))
    }

    fn submitted(mut work: Work, response: HttpResponse) -> Result<(Work, Polled), ProviderError> {
        let body = accepted(response, "model-unavailable")?.json()?;
        if let Some(mut submission) = work.submission.take() {
            let address = media::address(&body).ok_or_else(|| {
                ProviderError::malformed_output("A picture was uploaded, and the answer has no address for it.")
            })?;
            submission.uploads.remove(0).arrived(&mut submission.input, address);
            let request = work.next(submission)?;
            return Ok((work, Polled::Submit(request)));
        }
        work.id = id(&body)?;
        let polled = prediction::read(&work, &body);
        Ok((work, polled))
    }

    fn poll(work: &Work) -> HttpRequest {
        let request = HttpRequest::get(ENDPOINT, format!("/predictions/{}", work.id)).credential(CREDENTIAL);
        HttpRequest { timeout_ms: Some(TIMEOUT_MS), ..request }
    }

    fn polled(work: &Work, response: HttpResponse) -> Result<Polled, ProviderError> {
        Ok(prediction::read(work, &accepted(response, "invalid-request")?.json()?))
    }

    fn fetched(work: &Work, response: HttpResponse) -> Result<(Outcome, Vec<Attachment>), ProviderError> {
        match accepted(response, "invalid-request")?.body {
            ResponseBody::Blob(blob) if prediction::fits(work, &blob.media_type) => {
                Ok((prediction::made(work, MediaItem::blob(blob.handle)), Vec::new()))
            }
            ResponseBody::Blob(blob) => Err(prediction::unfit(work, &blob.media_type)),
            ResponseBody::Inline(_) => Err(prediction::unfit(work, "something else")),
        }
    }

    fn cancellation(work: &Work) -> Option<HttpRequest> {
        let path = format!("/predictions/{}/cancel", work.id);
        let request = HttpRequest { method: "POST".to_owned(), ..HttpRequest::get(ENDPOINT, path) };
        let request = HttpRequest { exemption: Some(CANCEL.to_owned()), timeout_ms: Some(TIMEOUT_MS), ..request };
        (!work.id.is_empty()).then(|| request.credential(CREDENTIAL))
    }
}

fn exemption(name: &str, path: &str, reason: &str) -> Exemption {
    Exemption {
        name: name.to_owned(),
        method: "POST".to_owned(),
        endpoint: ENDPOINT.to_owned(),
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}

/// The response, or what the upstream said was wrong; `missing` is the kind of a 404.
fn accepted(response: HttpResponse, missing: &'static str) -> Result<HttpResponse, ProviderError> {
    if response.is_success() { Ok(response) } else { Err(error::read(&response, missing)) }
}

impl Work {
    /// The next upload, or the prediction itself when all are done.
    fn next(&mut self, submission: Submission) -> Result<HttpRequest, ProviderError> {
        let request = match submission.uploads.first() {
            Some(upload) => upload_of(&upload.handle),
            None => return predict(&self.model, &submission),
        };
        self.submission = Some(submission);
        Ok(request)
    }
}

/// An upload. The host knows the type of the blob and says it.
fn upload_of(handle: &str) -> HttpRequest {
    let ending = handle.rsplit_once('.').map_or_else(String::new, |(_, ending)| format!(".{ending}"));
    let file = FormField {
        name: "content".to_owned(),
        filename: Some(format!("picture{ending}")),
        media_type: None,
        value: BodyPart::BlobRaw(handle.to_owned()),
    };
    let request = HttpRequest { method: "POST".to_owned(), ..HttpRequest::get(ENDPOINT, "/files") };
    HttpRequest {
        body: Body::Form(vec![file]),
        exemption: Some(UPLOAD.to_owned()),
        timeout_ms: Some(UPLOAD_TIMEOUT_MS),
        ..request.credential(CREDENTIAL)
    }
}

/// Where predictions of a model are asked for, and the version to name there.
fn place(model: &str) -> Result<(String, Option<&str>), ProviderError> {
    let plain = |part: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        part.starts_with(|first: char| first.is_ascii_alphanumeric()) && part.bytes().all(fits)
    };
    let (name, version) = model.split_once(':').map_or((model, None), |(name, version)| (name, Some(version)));
    let fits = name.split_once('/').is_some_and(|(owner, name)| plain(owner) && plain(name));
    if !fits || version.is_some_and(|version| !plain(version)) {
        let message = format!("\"{model}\" is no model: write owner/name or owner/name:version.");
        return Err(ProviderError::invalid_request(message));
    }
    Ok((version.map_or_else(|| format!("/models/{name}/predictions"), |_| "/predictions".to_owned()), version))
}

/// The request that starts, and bills, the prediction.
fn predict(model: &str, submission: &Submission) -> Result<HttpRequest, ProviderError> {
    let (path, version) = place(model)?;
    let mut body = json!({"input": submission.input});
    if let Some(version) = version {
        body["version"] = json!(version);
    }
    let mut request = HttpRequest::post_json(ENDPOINT, path, &body).credential(CREDENTIAL);
    let wait = submission.wait_seconds;
    request.headers.extend(wait.map(|seconds| ("prefer".to_owned(), format!("wait={seconds}"))));
    request.headers.push(("cancel-after".to_owned(), format!("{}s", submission.cancel_after_seconds)));
    request.timeout_ms = Some(TIMEOUT_MS + 1000 * u64::from(wait.unwrap_or(0)));
    Ok(request)
}

kinora_sdk::export_long_running!(Predictions);
