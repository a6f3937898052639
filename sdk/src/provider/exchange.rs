//! Providers with one request and one response.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Adapter, Attachment, Event, HttpRequest, HttpResponse, Operation, ProviderError, Step, read_state};
use crate::documents::{Manifest, Outcome};

/// A provider with one request and one response.
pub trait Exchange {
    /// What of the operation is needed to read the response; stored between the two, so keep it small.
    type Context: Serialize + DeserializeOwned;

    /// What the component says of itself; always the same.
    fn manifest() -> Manifest;

    /// The request.
    ///
    /// # Errors
    /// `invalid-request` where it cannot be asked for.
    fn request(operation: Operation, settings: Value) -> Result<(HttpRequest, Self::Context), ProviderError>;

    /// Reads the response, whatever its status.
    ///
    /// # Errors
    /// What the upstream said was wrong.
    fn response(context: Self::Context, response: HttpResponse) -> Result<(Outcome, Vec<Attachment>), ProviderError>;
}

/// The machine of an [`Exchange`] provider.
pub struct Exchanging<T>(PhantomData<T>);

impl<T: Exchange> Adapter for Exchanging<T> {
    fn manifest() -> Manifest {
        T::manifest()
    }

    fn start(operation: Operation, settings: Value) -> Step {
        T::request(operation, settings).map(|(request, context)| Step::send(&context, request)).into()
    }

    fn resume(state: Vec<u8>, event: Event) -> Step {
        match event {
            Event::Response(response) => read_state(&state)
                .and_then(|context| T::response(context, response))
                .map(|(outcome, attachments)| Step::done(&outcome, attachments)),
            Event::TransportFailed(failure) => Err(ProviderError::transport(&failure)),
            Event::Timer | Event::ResponseChunk(_) => Err(ProviderError::out_of_step("a response was waited for")),
        }
        .into()
    }

    fn cancel(_state: Vec<u8>) -> Step {
        Step::fail(ProviderError::cancelled())
    }
}
