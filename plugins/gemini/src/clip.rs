//! Clips: a job that is submitted, polled and fetched, by the API that a setting names.

use kinora_sdk::documents::{Manifest, MediaItem, MediaOutcome, Outcome, Usage};
use kinora_sdk::provider::{Attachment, HttpRequest, HttpResponse, Polled, ResponseBody, Sink};
use kinora_sdk::{Adapter, LongRunning, Operation, ProviderError, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::settings::{Settings, VideoApi, model};
use crate::{BASE_URL, CREDENTIAL, ENDPOINT, Gemini, accepted, answer, inline, interactions, models, predict};

/// Milliseconds to wait for the answer to a poll, and for a clip.
const POLL_TIMEOUT_MS: u64 = 60_000;
const FETCH_TIMEOUT_MS: u64 = 600_000;

/// The jobs that make clips.
pub struct Clips;

/// A job.
#[derive(Serialize, Deserialize)]
pub struct Clip {
    api: VideoApi,
    /// Where the job is asked for, under the endpoint; empty until it is accepted.
    path: String,
    model: String,
    usage: Usage,
    warnings: Vec<String>,
    poll_ms: u64,
}

/// How far a job is.
pub enum Progress<'a> {
    /// Not done, and a line for the person who waits.
    Pending(String),
    /// Done.
    Made(Found<'a>),
    /// Ended without a clip.
    Failed(ProviderError),
}

/// Where a clip is.
pub enum Found<'a> {
    /// In the answer, in base64.
    Data(&'a str),
    /// Behind a link.
    Link(&'a str),
}

impl LongRunning for Clips {
    type Handle = Clip;

    fn manifest() -> Manifest {
        Gemini::manifest()
    }

    fn submit(operation: Operation, settings: Value) -> Result<(HttpRequest, Clip), ProviderError> {
        let Request::Video(operation) = operation.request else {
            return Err(ProviderError::out_of_step("a clip was to be asked for"));
        };
        let settings = Settings::read(settings)?;
        let api = settings.video_api;
        let model = model(operation.model.as_ref(), settings.video_model.as_ref(), models::default_of(api))?;
        let asked = match api {
            VideoApi::Interactions => interactions::request(&operation, &model, &settings),
            VideoApi::PredictLongRunning => predict::request(&operation, &model, &settings),
        };
        let usage = Usage { video_ms: u64::from(asked.seconds) * 1000, ..Usage::default() };
        let poll_ms = settings.poll_ms();
        let clip = Clip { api, path: String::new(), model, usage, warnings: asked.warnings, poll_ms };
        Ok((asked.request, clip))
    }

    fn submitted(mut clip: Clip, response: HttpResponse) -> Result<(Clip, Polled), ProviderError> {
        let response = accepted(response)?;
        let body = response.json()?;
        clip.path = match clip.api {
            VideoApi::Interactions => interactions::path(&body)?,
            VideoApi::PredictLongRunning => predict::path(&body)?,
        };
        Self::learn(&mut clip, &response);
        let polled = clip.read(&body)?;
        Ok((clip, polled))
    }

    fn poll(clip: &Clip) -> HttpRequest {
        HttpRequest {
            timeout_ms: Some(POLL_TIMEOUT_MS),
            ..HttpRequest::get(ENDPOINT, &clip.path).credential(CREDENTIAL)
        }
    }

    fn poll_ms(clip: &Clip) -> u64 {
        clip.poll_ms
    }

    fn learn(clip: &mut Clip, response: &HttpResponse) {
        if let (VideoApi::Interactions, true, Ok(body)) = (clip.api, response.is_success(), response.json()) {
            clip.usage = Usage { video_ms: clip.usage.video_ms, ..interactions::usage(&body) };
        }
    }

    fn polled(clip: &Clip, response: HttpResponse) -> Result<Polled, ProviderError> {
        clip.read(&accepted(response)?.json()?)
    }

    fn fetched(clip: &Clip, response: HttpResponse) -> Result<(Outcome, Vec<Attachment>), ProviderError> {
        match accepted(response)?.body {
            ResponseBody::Blob(blob) if blob.media_type.starts_with("video/") => {
                Ok((clip.outcome(MediaItem::blob(blob.handle)), Vec::new()))
            }
            ResponseBody::Blob(blob) => Err(no_clip(&blob.media_type)),
            ResponseBody::Inline(_) => Err(no_clip("something else")),
        }
    }

    fn cancellation(clip: &Clip) -> Option<HttpRequest> {
        (clip.api == VideoApi::Interactions && !clip.path.is_empty()).then(|| interactions::cancellation(&clip.path))
    }
}

impl Clip {
    fn read(&self, body: &Value) -> Result<Polled, ProviderError> {
        let progress = match self.api {
            VideoApi::Interactions => interactions::progress(body),
            VideoApi::PredictLongRunning => predict::progress(body),
        };
        Ok(match progress {
            Progress::Pending(note) => Polled::Pending { progress: None, note: Some(note) },
            Progress::Failed(error) => Polled::Failed(error),
            Progress::Made(Found::Link(link)) => Polled::Fetch(fetch(link)),
            Progress::Made(Found::Data(data)) => match inline::attachment("video", data) {
                Ok(attachment) => {
                    let item = MediaItem::Attachment { name: attachment.name.clone() };
                    Polled::Done(self.outcome(item), vec![attachment])
                }
                Err(error) => Polled::Failed(ProviderError { retryable: false, ..error }),
            },
        })
    }

    fn outcome(&self, item: MediaItem) -> Outcome {
        Outcome::Media(MediaOutcome {
            items: vec![item],
            usage: self.usage,
            made_by: answer::made_by(None, &self.model),
            warnings: self.warnings.clone(),
        })
    }
}

fn no_clip(what: &str) -> ProviderError {
    ProviderError::malformed_output(format!("A clip was expected and {what} came."))
}

/// The request that fetches a clip. A file of Google's Files API is asked for by its name under the endpoint, with the
/// key and wherever an administrator moved the endpoint; anything else goes to where the link points, with the key only
/// where that is Google's own address.
fn fetch(link: &str) -> HttpRequest {
    let at_google = origin(link).is_some_and(|from| Some(from) == origin(BASE_URL));
    let request = match file(link, at_google) {
        Some(id) => HttpRequest {
            sink: Sink::Blob,
            ..HttpRequest::get(ENDPOINT, format!("/files/{id}:download?alt=media")).credential(CREDENTIAL)
        },
        None if at_google => HttpRequest::download(link).credential(CREDENTIAL),
        None => HttpRequest::download(link),
    };
    HttpRequest { timeout_ms: Some(FETCH_TIMEOUT_MS), ..request }
}

/// Scheme, host and port of an address.
fn origin(link: &str) -> Option<&str> {
    let host = link.find("://")? + 3;
    let end = link[host..].find(['/', '?', '#']).map_or(link.len(), |at| host + at);
    Some(&link[..end])
}

/// The id in `…/files/{id}:download…`, and at Google also without the verb.
fn file(link: &str, at_google: bool) -> Option<&str> {
    let (_, rest) = link.split_once("/files/")?;
    let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-').unwrap_or(rest.len());
    let (id, rest) = rest.split_at(end);
    let named = rest.starts_with(":download") || at_google && (rest.is_empty() || rest.starts_with('?'));
    (named && !id.is_empty()).then_some(id)
}
