//! Providers: state machines that say what to send and read what comes back. [`Adapter`] is the machine itself; the
//! other traits are the common shapes, from which a machine is made.

mod body;
mod decimal;
mod exchange;
mod immediate;
mod log;
mod long_running;
mod media;
mod pause;
pub mod prompt;
mod refusal;
mod segment;
pub mod shape;
mod telling;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use crate::bindings::provider::kinora::provider::types::{
    Action, Attachment, Blob, Body, BodyPart, EndpointPath, Event, FormField, HttpRequest, HttpResponse,
    Outcome as RawOutcome, ProviderError, ResponseBody, Sink, Step, Target, TransportFailure,
};
use crate::documents::{ImageOperation, Manifest, Outcome, TextOperation, VideoOperation};
pub use body::without_nulls;
pub use decimal::decimal;
pub use exchange::{Exchange, Exchanging};
pub use immediate::{Answering, Immediate};
pub use log::{Level, log};
pub use long_running::{LongRunning, Polled, Polling};
pub use media::media_type;
pub use pause::span;
pub use segment::id;
pub use telling::plain;

/// The provider's machine, with the documents already read. Between two calls only `Step::state` lives on.
pub trait Adapter {
    /// What the component says of itself; always the same.
    fn manifest() -> Manifest;
    /// Begins an operation.
    fn start(operation: Operation, settings: Value) -> Step;
    /// Goes on after an event.
    fn resume(state: Vec<u8>, event: Event) -> Step;
    /// Ends an operation that the user no longer wants.
    fn cancel(state: Vec<u8>) -> Step;
}

/// What is asked of a provider.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Unique for this operation and the same after a restart.
    pub id: String,
    /// The kind with its parameters.
    pub request: Request,
}

/// The kinds of operations this SDK knows.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Words.
    Text(TextOperation),
    /// Pictures.
    Image(ImageOperation),
    /// Clips.
    Video(VideoOperation),
}

impl Operation {
    /// Reads what the host hands over.
    ///
    /// # Errors
    /// `invalid-request`, naming the kind that is not known or the field that is wrong.
    pub fn read(id: String, kind: &str, document: &str) -> Result<Self, ProviderError> {
        fn parameters<T: DeserializeOwned>(kind: &str, document: &str) -> Result<T, ProviderError> {
            serde_json::from_str(document).map_err(|error| {
                ProviderError::invalid_request(format!(
                    "the parameters of the {kind} operation cannot be read: {error}"
                ))
            })
        }
        let request = match kind {
            "text" => Request::Text(parameters(kind, document)?),
            "image" => Request::Image(parameters(kind, document)?),
            "video" => Request::Video(parameters(kind, document)?),
            other => {
                return Err(ProviderError::invalid_request(format!(
                    "this provider knows no operation called \"{other}\""
                )));
            }
        };
        Ok(Operation { id, request })
    }

    /// The parameters of a `text` operation.
    ///
    /// # Errors
    /// `invalid-request` where something else is asked for, which the host does only where the manifest lists it.
    pub fn text(self) -> Result<TextOperation, ProviderError> {
        match self.request {
            Request::Text(operation) => Ok(operation),
            other => Err(other.unexpected("text")),
        }
    }

    /// The parameters of an `image` operation.
    ///
    /// # Errors
    /// As [`Operation::text`].
    pub fn image(self) -> Result<ImageOperation, ProviderError> {
        match self.request {
            Request::Image(operation) => Ok(operation),
            other => Err(other.unexpected("image")),
        }
    }

    /// The parameters of a `video` operation.
    ///
    /// # Errors
    /// As [`Operation::text`].
    pub fn video(self) -> Result<VideoOperation, ProviderError> {
        match self.request {
            Request::Video(operation) => Ok(operation),
            other => Err(other.unexpected("video")),
        }
    }
}

impl Request {
    /// The kind of the operation, as in a manifest.
    pub fn kind(&self) -> &'static str {
        match self {
            Request::Text(_) => "text",
            Request::Image(_) => "image",
            Request::Video(_) => "video",
        }
    }

    fn unexpected(&self, wanted: &str) -> ProviderError {
        ProviderError::invalid_request(format!("this provider makes {wanted}, and {} was asked for", self.kind()))
    }
}

impl ProviderError {
    /// An error of some kind that the same request would meet again.
    pub fn new(kind: impl Into<String>, message: impl Into<String>) -> Self {
        ProviderError {
            kind: kind.into(),
            message: message.into(),
            upstream_code: None,
            http_status: None,
            retryable: false,
            retry_after_ms: None,
        }
    }

    /// The request is wrong.
    pub fn invalid_request(message: impl Into<String>) -> Self {
        ProviderError::new("invalid-request", message)
    }

    /// The upstream's answer cannot be read.
    pub fn malformed_output(message: impl Into<String>) -> Self {
        ProviderError { retryable: true, ..ProviderError::new("malformed-output", message) }
    }

    /// No answer came.
    pub fn transport(failure: &TransportFailure) -> Self {
        let kind = if failure.kind == "timeout" { "timeout" } else { "unavailable" };
        ProviderError { retryable: true, ..ProviderError::new(kind, failure.message.clone()) }
    }

    /// The user ended the operation.
    pub fn cancelled() -> Self {
        ProviderError::new("cancelled", "the operation was cancelled")
    }

    /// The machine was resumed with an event it does not wait for, or with a state it did not write.
    pub fn out_of_step(what: &str) -> Self {
        ProviderError::new("unknown", format!("the host and the adapter are out of step: {what}"))
    }
}

impl HttpRequest {
    /// A GET of a path under an endpoint.
    pub fn get(endpoint: &str, path: impl Into<String>) -> Self {
        HttpRequest {
            method: "GET".into(),
            target: Target::Endpoint(EndpointPath { endpoint: endpoint.into(), path: path.into() }),
            headers: Vec::new(),
            body: Body::Empty,
            credential: None,
            sink: Sink::Inline,
            timeout_ms: None,
            exemption: None,
        }
    }

    /// A POST of JSON to a path under an endpoint.
    pub fn post_json(endpoint: &str, path: impl Into<String>, body: &Value) -> Self {
        HttpRequest {
            method: "POST".into(),
            headers: vec![("content-type".into(), "application/json".into())],
            body: Body::Parts(vec![BodyPart::Text(body.to_string())]),
            ..HttpRequest::get(endpoint, path)
        }
    }

    /// A GET of a URL that the upstream gave, into a blob.
    pub fn download(url: impl Into<String>) -> Self {
        HttpRequest { target: Target::Url(url.into()), sink: Sink::Blob, ..HttpRequest::get("", "") }
    }

    /// The same request with a credential of the manifest.
    pub fn credential(mut self, name: &str) -> Self {
        self.credential = Some(name.into());
        self
    }

    /// The same request with one more header. Those that carry credentials are refused by the host: see
    /// [`HttpRequest::credential`].
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The body as text, where it has no blobs.
    pub fn body_text(&self) -> Option<String> {
        let Body::Parts(parts) = &self.body else {
            return None;
        };
        parts
            .iter()
            .map(|part| match part {
                BodyPart::Text(text) => Some(text.clone()),
                BodyPart::Bytes(bytes) => String::from_utf8(bytes.clone()).ok(),
                BodyPart::BlobRaw(_) | BodyPart::BlobBase64(_) => None,
            })
            .collect()
    }
}

impl HttpResponse {
    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first header of that (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The inline body as JSON.
    ///
    /// # Errors
    /// `malformed-output` with the place of the mistake.
    pub fn json(&self) -> Result<Value, ProviderError> {
        match &self.body {
            ResponseBody::Inline(bytes) => serde_json::from_slice(bytes)
                .map_err(|error| ProviderError::malformed_output(format!("the upstream's answer is no JSON: {error}"))),
            ResponseBody::Blob(_) => Err(ProviderError::malformed_output(
                "the upstream's answer went into a blob and cannot be read as JSON",
            )),
        }
    }
}

impl Step {
    /// Performs a request and goes on with `state`.
    pub fn send(state: &impl Serialize, request: HttpRequest) -> Self {
        Step::with(state, Action::Send(request))
    }

    /// Waits this many milliseconds and goes on with `state`.
    pub fn wait(state: &impl Serialize, ms: u64) -> Self {
        Step::with(state, Action::Wait(ms))
    }

    /// The last step of an operation that went well.
    pub fn done(outcome: &Outcome, attachments: Vec<Attachment>) -> Self {
        Step::last(Action::Done(RawOutcome { document: write(outcome), attachments }))
    }

    /// The last step of an operation that failed.
    pub fn fail(error: ProviderError) -> Self {
        Step::last(Action::Fail(error))
    }

    fn with(state: &impl Serialize, action: Action) -> Self {
        Step { state: write(state).into_bytes(), ..Step::last(action) }
    }

    fn last(action: Action) -> Self {
        Step { state: Vec::new(), action, progress: None, note: None }
    }
}

/// For machines whose states end in `?`: an error is the last step.
impl From<Result<Step, ProviderError>> for Step {
    fn from(result: Result<Step, ProviderError>) -> Self {
        result.unwrap_or_else(Step::fail)
    }
}

/// Writes a document or a state. The SDK's own types always can be written: no maps with odd keys, no failing impls.
pub(crate) fn write<T: serde::Serialize>(document: &T) -> String {
    serde_json::to_string(document).expect("the SDK's documents can always be written as JSON")
}

/// Reads the state that [`Step::send`] or [`Step::wait`] wrote.
///
/// # Errors
/// `unknown`, where another version (or another component) wrote it.
pub fn read_state<T: DeserializeOwned>(state: &[u8]) -> Result<T, ProviderError> {
    serde_json::from_slice(state).map_err(|_| ProviderError::out_of_step("the state is not one this version wrote"))
}
