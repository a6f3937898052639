//! The provider `openai`: text by Chat Completions and pictures by the Images API, from OpenAI or from any server that
//! speaks its API (an administrator overrides the endpoint). One request each; only a picture that comes as a link
//! takes a second step. Clips by `/videos` are a job with polls; OpenAI's own have ended, so they are made only where
//! a setting names a model of another server.
//!
//! Read on in `text`, `picture` and `video` (what is sent, what comes back), `error` (what went wrong), `models` (what
//! OpenAI offers) and `settings` (what an administrator may choose).

mod error;
mod models;
mod picture;
mod settings;
mod size;
mod strict;
mod text;
mod video;

use kinora_sdk::documents::{Credential, Endpoint, Manifest, Role};
use kinora_sdk::provider::{Event, HttpResponse, Polling, Step, read_state};
use kinora_sdk::{Adapter, Operation, ProviderError, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::picture::Answer;
use crate::settings::Settings;
use crate::video::Videos;

/// The endpoint's name in the manifest.
const ENDPOINT: &str = "api";
/// The credential's name in the manifest.
const CREDENTIAL: &str = "key";

/// The provider.
pub struct OpenAi;

/// What the machine waits for, with what it needs to read it.
#[derive(Serialize, Deserialize)]
#[serde(tag = "waits_for", content = "with", rename_all = "kebab-case")]
enum State {
    Text(text::Asked),
    Picture(picture::Asked),
    Download(picture::Download),
    /// The state of the machine that submits, polls and fetches.
    Video(Value),
}

impl Adapter for OpenAi {
    fn manifest() -> Manifest {
        Manifest {
            id: "openai".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            title: "OpenAI".to_owned(),
            role: Role::Provider,
            models: models::manifest(),
            endpoints: vec![Endpoint {
                name: ENDPOINT.to_owned(),
                base_url: "https://api.openai.com/v1".to_owned(),
                result_hosts: Vec::new(),
            }],
            credentials: vec![Credential {
                name: CREDENTIAL.to_owned(),
                endpoint: ENDPOINT.to_owned(),
                scheme: "header".to_owned(),
                header: "authorization".to_owned(),
                prefix: "Bearer ".to_owned(),
                environment: "OPENAI_API_KEY".to_owned(),
            }],
            settings: Some(settings::schema()),
            ..Manifest::default()
        }
    }

    fn start(operation: Operation, settings: Value) -> Step {
        begin(operation, settings).into()
    }

    fn resume(state: Vec<u8>, event: Event) -> Step {
        read_state(&state).and_then(|state| go_on(state, event)).into()
    }

    /// None of the APIs has a cancel request (`DELETE /videos/…` takes jobs that have ended): what was sent runs on
    /// upstream, unread.
    fn cancel(_state: Vec<u8>) -> Step {
        Step::fail(ProviderError::cancelled())
    }
}

fn begin(operation: Operation, settings: Value) -> Result<Step, ProviderError> {
    match operation.request {
        Request::Text(operation) => {
            let (request, asked) = text::request(operation, &Settings::read(settings)?)?;
            Ok(Step::send(&State::Text(asked), request))
        }
        Request::Image(operation) => {
            let (request, asked) = picture::request(&operation, &Settings::read(settings)?)?;
            Ok(Step::send(&State::Picture(asked), request))
        }
        Request::Video(_) => video_step(Polling::<Videos>::start(operation, settings)),
    }
}

fn go_on(state: State, event: Event) -> Result<Step, ProviderError> {
    match (state, event) {
        (State::Text(asked), Event::Response(response)) => {
            let outcome = text::read(asked, &accepted(response)?)?;
            Ok(Step::done(&outcome, Vec::new()))
        }
        (State::Picture(asked), Event::Response(response)) => match picture::read(asked, &accepted(response)?)? {
            Answer::Here(outcome, attachment) => Ok(Step::done(&outcome, vec![attachment])),
            Answer::Elsewhere(download) => Ok(fetch(download)),
        },
        (State::Download(download), Event::Response(response)) => {
            match accepted(response).and_then(|response| download.read(response)) {
                Ok((outcome, attachments)) => Ok(Step::done(&outcome, attachments)),
                Err(error) => fetch_again(download, error),
            }
        }
        (State::Download(download), Event::TransportFailed(failure)) => {
            fetch_again(download, ProviderError::transport(&failure))
        }
        (State::Download(download), Event::Timer) => Ok(fetch(download)),
        (State::Video(state), event) => video_step(Polling::<Videos>::resume(state.to_string().into_bytes(), event)),
        (_, Event::TransportFailed(failure)) => Err(ProviderError::transport(&failure)),
        (_, Event::Timer | Event::ResponseChunk(_)) => Err(ProviderError::out_of_step("a response was waited for")),
    }
}

/// A step of the video machine with its state inside this one's.
fn video_step(step: Step) -> Result<Step, ProviderError> {
    if step.state.is_empty() {
        return Ok(step);
    }
    let inner = State::Video(read_state(&step.state)?);
    let state = serde_json::to_vec(&inner).map_err(|_| ProviderError::out_of_step("the state cannot be written"))?;
    Ok(Step { state, ..step })
}

/// The response, or what the upstream said was wrong.
fn accepted(response: HttpResponse) -> Result<HttpResponse, ProviderError> {
    if response.is_success() { Ok(response) } else { Err(error::read(&response)) }
}

fn fetch(download: picture::Download) -> Step {
    let request = download.request();
    Step::send(&State::Download(download), request)
}

/// A download costs nothing, and the picture is paid for: it is tried again.
fn fetch_again(download: picture::Download, error: ProviderError) -> Result<Step, ProviderError> {
    let pause = error.retry_after_ms;
    let (download, ms) = download.after(error)?;
    Ok(Step::wait(&State::Download(download), pause.unwrap_or(ms)))
}

kinora_sdk::export_adapter!(OpenAi);
