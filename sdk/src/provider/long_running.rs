//! Providers that submit, poll and fetch.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Adapter, Attachment, Event, HttpRequest, HttpResponse, Operation, ProviderError, Step, read_state};
use crate::documents::{Manifest, Outcome};

/// A provider that submits a request, polls until it is done and fetches what was made.
pub trait LongRunning {
    /// What names the work upstream and is needed to finish it; stored between calls, so keep it small.
    type Handle: Serialize + DeserializeOwned;

    /// Milliseconds between polls, where [`poll_ms`](Self::poll_ms) says nothing else.
    const POLL_MS: u64 = 5_000;

    /// What the component says of itself; always the same.
    fn manifest() -> Manifest;

    /// The request that starts (and bills) the work, and what is known of it before the answer.
    ///
    /// # Errors
    /// `invalid-request` where it cannot be asked for.
    fn submit(operation: Operation, settings: Value) -> Result<(HttpRequest, Self::Handle), ProviderError>;

    /// Reads the answer to the submission: the upstream's id goes into the handle. Where something must be sent before
    /// it (a file to refer to), [`submit`](Self::submit) sends that, and this answers [`Polled::Submit`] until the
    /// submission itself is due.
    ///
    /// # Errors
    /// What the upstream said was wrong.
    fn submitted(handle: Self::Handle, response: HttpResponse) -> Result<(Self::Handle, Polled), ProviderError>;

    /// The request that asks how far it is.
    fn poll(handle: &Self::Handle) -> HttpRequest;

    /// Milliseconds to the next poll.
    fn poll_ms(_handle: &Self::Handle) -> u64 {
        Self::POLL_MS
    }

    /// Keeps what the answer to a poll says beside the progress and [`fetched`](Self::fetched) will need, such as the
    /// tokens that were counted. Called before [`polled`](Self::polled).
    fn learn(_handle: &mut Self::Handle, _response: &HttpResponse) {}

    /// Reads the answer to a poll.
    ///
    /// # Errors
    /// What was wrong with the poll. One that is `retryable` is polled again. What is wrong with the work itself is
    /// [`Polled::Failed`].
    fn polled(handle: &Self::Handle, response: HttpResponse) -> Result<Polled, ProviderError>;

    /// Reads what [`Polled::Fetch`] brought.
    ///
    /// # Errors
    /// What the upstream said was wrong. One that is `retryable` is fetched again after a poll.
    fn fetched(handle: &Self::Handle, response: HttpResponse) -> Result<(Outcome, Vec<Attachment>), ProviderError>;

    /// The request that cancels the work upstream, where there is one.
    fn cancellation(_handle: &Self::Handle) -> Option<HttpRequest> {
        None
    }
}

/// What a poll (or the submission itself) said.
#[derive(Clone, Debug, PartialEq)]
pub enum Polled {
    /// Nothing is submitted yet: this request comes next, and its answer is read as that to the submission.
    Submit(HttpRequest),
    /// Not done yet.
    Pending {
        /// From 0.0 to 1.0, where the upstream says so.
        progress: Option<f32>,
        /// A short line for the person who waits.
        note: Option<String>,
    },
    /// Done; this request brings what was made.
    Fetch(HttpRequest),
    /// Done, and here it is.
    Done(Outcome, Vec<Attachment>),
    /// The work has ended without a result: asking again would change nothing.
    Failed(ProviderError),
}

/// The machine of a [`LongRunning`] provider.
pub struct Polling<T>(PhantomData<T>);

/// How often in a row a poll or fetch may fail before the operation does.
const PATIENCE: u32 = 5;

#[derive(Serialize, Deserialize)]
struct State<H> {
    waits_for: WaitsFor,
    failures: u32,
    handle: H,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WaitsFor {
    Submission,
    Timer,
    Poll,
    Fetch,
    Cancellation,
}

impl<H: Serialize> State<H> {
    fn send(mut self, waits_for: WaitsFor, request: HttpRequest) -> Step {
        self.waits_for = waits_for;
        Step::send(&self, request)
    }

    fn wait(mut self, ms: u64, progress: Option<f32>, note: Option<String>) -> Step {
        self.waits_for = WaitsFor::Timer;
        Step { progress, note, ..Step::wait(&self, ms) }
    }
}

impl<T: LongRunning> Polling<T> {
    fn go_on(mut state: State<T::Handle>, polled: Polled) -> Step {
        // A fetch that fails is followed by a poll that does not: only what is pending starts the count anew.
        if matches!(polled, Polled::Pending { .. }) {
            state.failures = 0;
        }
        match polled {
            Polled::Submit(request) => state.send(WaitsFor::Submission, request),
            Polled::Pending { progress, note } => {
                let pause = T::poll_ms(&state.handle);
                state.wait(pause, progress, note)
            }
            Polled::Fetch(request) => state.send(WaitsFor::Fetch, request),
            Polled::Done(outcome, attachments) => Step::done(&outcome, attachments),
            Polled::Failed(error) => Step::fail(error),
        }
    }

    /// A poll or a fetch costs nothing and is tried again, a submission never here. The last error is final: the work
    /// was accepted, and another attempt would be billed for it again.
    fn try_again(mut state: State<T::Handle>, error: ProviderError) -> Result<Step, ProviderError> {
        state.failures += 1;
        if !error.retryable || state.failures >= PATIENCE {
            let what = match state.waits_for {
                WaitsFor::Fetch => "It was made and cannot be fetched",
                _ => "It was accepted, and how far it is cannot be learnt",
            };
            let message = format!("{what}: {}", error.message);
            return Err(ProviderError { message, retryable: false, retry_after_ms: None, ..error });
        }
        let pause = error.retry_after_ms.unwrap_or_else(|| T::poll_ms(&state.handle));
        Ok(state.wait(pause, None, Some(error.message)))
    }

    fn next(mut state: State<T::Handle>, event: Event) -> Result<Step, ProviderError> {
        match (state.waits_for, event) {
            (WaitsFor::Submission, Event::Response(response)) => {
                let accepted = response.is_success();
                // What was accepted and cannot be read would be billed again.
                let (handle, polled) = T::submitted(state.handle, response)
                    .map_err(|error| ProviderError { retryable: error.retryable && !accepted, ..error })?;
                state.handle = handle;
                Ok(Self::go_on(state, polled))
            }
            (WaitsFor::Submission, Event::TransportFailed(failure)) => Err(ProviderError::transport(&failure)),
            (WaitsFor::Timer, Event::Timer) => {
                let request = T::poll(&state.handle);
                Ok(state.send(WaitsFor::Poll, request))
            }
            (WaitsFor::Poll, Event::Response(response)) => {
                T::learn(&mut state.handle, &response);
                match T::polled(&state.handle, response) {
                    Ok(polled) => Ok(Self::go_on(state, polled)),
                    Err(error) => Self::try_again(state, error),
                }
            }
            (WaitsFor::Fetch, Event::Response(response)) => match T::fetched(&state.handle, response) {
                Ok((outcome, attachments)) => Ok(Step::done(&outcome, attachments)),
                Err(error) => Self::try_again(state, error),
            },
            (WaitsFor::Poll | WaitsFor::Fetch, Event::TransportFailed(failure)) => {
                Self::try_again(state, ProviderError::transport(&failure))
            }
            (WaitsFor::Cancellation, Event::Response(_) | Event::TransportFailed(_)) => Err(ProviderError::cancelled()),
            (_, _) => Err(ProviderError::out_of_step("another event was waited for")),
        }
    }
}

impl<T: LongRunning> Adapter for Polling<T> {
    fn manifest() -> Manifest {
        T::manifest()
    }

    fn start(operation: Operation, settings: Value) -> Step {
        T::submit(operation, settings)
            .map(|(request, handle)| {
                State { waits_for: WaitsFor::Submission, failures: 0, handle }.send(WaitsFor::Submission, request)
            })
            .into()
    }

    fn resume(state: Vec<u8>, event: Event) -> Step {
        read_state(&state).and_then(|state| Self::next(state, event)).into()
    }

    fn cancel(state: Vec<u8>) -> Step {
        let request = read_state::<State<T::Handle>>(&state)
            .ok()
            .and_then(|state| Some((T::cancellation(&state.handle)?, state)));
        match request {
            Some((request, state)) => state.send(WaitsFor::Cancellation, request),
            None => Step::fail(ProviderError::cancelled()),
        }
    }
}
