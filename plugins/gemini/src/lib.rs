//! The provider `gemini`: text and pictures by `generateContent`, one request each, and clips by one of two APIs that
//! start a job and are polled until it is done.
//!
//! Read on in `text`, `picture` and `clip` (what is asked, what comes back; the two APIs of clips are `interactions`
//! and `predict`), `schema` (a JSON Schema in Gemini's words), `answer` and `error` (what went wrong), `models` (what
//! Google offers) and `settings` (what an administrator may choose).

mod answer;
mod body;
mod clip;
mod error;
mod film;
mod inline;
mod interactions;
mod models;
mod picture;
mod predict;
mod schema;
mod settings;
mod text;

use kinora_sdk::documents::{Credential, Endpoint, Exemption, Manifest, Role};
use kinora_sdk::provider::{Event, HttpResponse, Polling, Step, read_state};
use kinora_sdk::{Adapter, Operation, ProviderError, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clip::Clips;
use crate::settings::Settings;

/// The endpoint's name in the manifest.
const ENDPOINT: &str = "api";
/// Its address. Google's answers name files by it, also through a gateway.
const BASE_URL: &str = "https://generativelanguage.googleapis.com/v1beta";
/// The credential's name in the manifest.
const CREDENTIAL: &str = "key";
/// The exemption's name in the manifest: a cancellation costs nothing.
const CANCEL: &str = "cancel";

/// The provider.
pub struct Gemini;

/// What an exchange waits for, with what it needs to read the answer. Clips have a machine and a state of their own.
#[derive(Serialize, Deserialize)]
#[serde(tag = "waits_for", rename_all = "kebab-case")]
enum Asked {
    Text(text::Asked),
    Picture(picture::Asked),
}

impl Adapter for Gemini {
    fn manifest() -> Manifest {
        Manifest {
            id: "gemini".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            title: "Google Gemini".to_owned(),
            role: Role::Provider,
            models: models::manifest(),
            endpoints: vec![Endpoint {
                name: ENDPOINT.to_owned(),
                base_url: BASE_URL.to_owned(),
                result_hosts: Vec::new(),
            }],
            credentials: vec![Credential {
                name: CREDENTIAL.to_owned(),
                endpoint: ENDPOINT.to_owned(),
                scheme: "header".to_owned(),
                header: "x-goog-api-key".to_owned(),
                prefix: String::new(),
                environment: "GEMINI_API_KEY".to_owned(),
            }],
            exemptions: vec![Exemption {
                name: CANCEL.to_owned(),
                method: "POST".to_owned(),
                endpoint: ENDPOINT.to_owned(),
                path: "/interactions/*/cancel".to_owned(),
                reason: "ends a clip that is being made; Google asks nothing for it".to_owned(),
            }],
            settings: Some(settings::schema()),
            ..Manifest::default()
        }
    }

    fn start(operation: Operation, settings: Value) -> Step {
        match operation.request {
            Request::Text(text) => Settings::read(settings)
                .and_then(|settings| text::request(text, &settings))
                .map(|(request, asked)| Step::send(&Asked::Text(asked), request))
                .into(),
            Request::Image(image) => Settings::read(settings)
                .and_then(|settings| picture::request(&image, &settings))
                .map(|(request, asked)| Step::send(&Asked::Picture(asked), request))
                .into(),
            Request::Video(_) => Polling::<Clips>::start(operation, settings),
        }
    }

    fn resume(state: Vec<u8>, event: Event) -> Step {
        match read_state(&state) {
            Ok(asked) => read(asked, event).into(),
            Err(_) => Polling::<Clips>::resume(state, event),
        }
    }

    /// Text and pictures have no cancel request: what was sent runs on upstream, unread.
    fn cancel(state: Vec<u8>) -> Step {
        Polling::<Clips>::cancel(state)
    }
}

fn read(asked: Asked, event: Event) -> Result<Step, ProviderError> {
    let response = match event {
        Event::Response(response) => accepted(response)?,
        Event::TransportFailed(failure) => return Err(ProviderError::transport(&failure)),
        Event::Timer | Event::ResponseChunk(_) => {
            return Err(ProviderError::out_of_step("a response was waited for"));
        }
    };
    match asked {
        Asked::Text(asked) => Ok(Step::done(&text::read(asked, &response)?, Vec::new())),
        Asked::Picture(asked) => {
            let (outcome, attachment) = picture::read(asked, &response)?;
            Ok(Step::done(&outcome, vec![attachment]))
        }
    }
}

/// The response, or what the upstream said was wrong.
fn accepted(response: HttpResponse) -> Result<HttpResponse, ProviderError> {
    if response.is_success() { Ok(response) } else { Err(error::read(&response)) }
}

kinora_sdk::export_adapter!(Gemini);
