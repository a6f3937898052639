//! Drives an adapter against recorded exchanges, natively: no wasm, no network, no host.
//!
//! [`run`] plays a whole recording; [`Replay`] goes step by step, for tests that look closer.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::documents::Outcome;
use crate::provider::{
    Action, Adapter, Event, HttpRequest, HttpResponse, Operation, ProviderError, ResponseBody, Step, Target,
    TransportFailure,
};

/// The most steps a replayed operation may take; a host would stop it too.
const MAX_STEPS: usize = 1_000;

/// One recorded exchange. What `request` leaves out is not compared.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Recorded {
    /// What the adapter must send.
    pub request: RecordedRequest,
    /// What the upstream answered.
    pub response: RecordedResponse,
}

/// What an adapter must send.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordedRequest {
    /// The method.
    pub method: String,
    /// The path under the endpoint, or the whole URL.
    pub path: String,
    /// The JSON body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

/// What an upstream answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordedResponse {
    /// The status.
    pub status: u16,
    /// Header names in lower case, and values.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body: a string as it is, anything else as JSON.
    #[serde(default)]
    pub body: Value,
}

/// Plays a whole recording.
///
/// # Errors
/// What the adapter failed with.
///
/// # Panics
/// With a sentence, where the adapter does not do what the recording says: that is a failed test.
pub fn run<A: Adapter>(
    operation: Operation,
    settings: Value,
    recording: &[Recorded],
) -> Result<Outcome, ProviderError> {
    let mut replay = Replay::<A>::start(operation, settings);
    let mut exchanges = recording.iter();
    for _ in 0..MAX_STEPS {
        replay = match &replay.step.action {
            Action::Wait(_) => replay.elapse(),
            Action::Send(request) => {
                let expected = exchanges.next().unwrap_or_else(|| {
                    panic!("the recording has ended and the adapter sends another request: {request:?}")
                });
                compare(&expected.request, request);
                let response = &expected.response;
                let body = match &response.body {
                    Value::Null => String::new(),
                    Value::String(text) => text.clone(),
                    json => json.to_string(),
                };
                replay.respond(response.status, &response.headers, body.as_bytes())
            }
            Action::Done(_) | Action::Fail(_) => {
                let left = exchanges.len();
                assert!(left == 0, "the adapter ended with {left} recorded exchanges left");
                return replay.end();
            }
        };
    }
    panic!("the adapter took more than {MAX_STEPS} steps");
}

fn compare(expected: &RecordedRequest, sent: &HttpRequest) {
    let place = match &sent.target {
        Target::Endpoint(at) => &at.path,
        Target::Url(url) => url,
    };
    assert_eq!(
        (expected.method.as_str(), expected.path.as_str()),
        (sent.method.as_str(), place.as_str()),
        "the adapter sent another request than was recorded"
    );
    if let Some(body) = &expected.body {
        let sent: Value = sent
            .body_text()
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_else(|| panic!("the adapter sent no JSON where JSON was recorded"));
        assert_eq!(*body, sent, "the adapter sent another body than was recorded");
    }
}

/// An adapter in the middle of an operation.
pub struct Replay<A> {
    /// Its last step.
    pub step: Step,
    adapter: std::marker::PhantomData<A>,
}

impl<A: Adapter> Replay<A> {
    /// Begins an operation.
    pub fn start(operation: Operation, settings: Value) -> Self {
        Self::at(A::start(operation, settings))
    }

    /// Takes an adapter up at a step, as a host does after a restart.
    pub fn at(step: Step) -> Self {
        Replay { step, adapter: std::marker::PhantomData }
    }

    /// The request it wants to send.
    ///
    /// # Panics
    /// Where it wants something else.
    pub fn request(&self) -> &HttpRequest {
        match &self.step.action {
            Action::Send(request) => request,
            other => panic!("the adapter does not send, it wants {other:?}"),
        }
    }

    /// Answers its request.
    pub fn respond(self, status: u16, headers: &[(String, String)], body: &[u8]) -> Self {
        self.request();
        self.resume(Event::Response(HttpResponse {
            status,
            headers: headers.to_vec(),
            body: ResponseBody::Inline(body.to_vec()),
        }))
    }

    /// Fails its request.
    pub fn break_off(self, kind: &str, maybe_accepted: bool) -> Self {
        self.request();
        self.resume(Event::TransportFailed(TransportFailure {
            kind: kind.into(),
            message: format!("no answer came ({kind})"),
            maybe_accepted,
        }))
    }

    /// Lets its wait pass.
    pub fn elapse(self) -> Self {
        assert!(
            matches!(self.step.action, Action::Wait(_)),
            "the adapter does not wait, it wants {:?}",
            self.step.action
        );
        self.resume(Event::Timer)
    }

    /// Cancels the operation.
    pub fn cancel(self) -> Self {
        Self::at(A::cancel(self.step.state))
    }

    /// How it ended.
    ///
    /// # Errors
    /// What the adapter failed with.
    ///
    /// # Panics
    /// Where it has not ended, or its outcome cannot be read.
    pub fn end(self) -> Result<Outcome, ProviderError> {
        match self.step.action {
            Action::Done(outcome) => Ok(serde_json::from_str(&outcome.document)
                .unwrap_or_else(|error| panic!("the outcome cannot be read: {error}"))),
            Action::Fail(error) => Err(error),
            other => panic!("the adapter has not ended, it wants {other:?}"),
        }
    }

    fn resume(self, event: Event) -> Self {
        Self::at(A::resume(self.step.state, event))
    }
}
