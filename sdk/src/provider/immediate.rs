//! Providers that need no upstream.

use std::marker::PhantomData;

use serde_json::Value;

use super::{Adapter, Event, Operation, ProviderError, Step};
use crate::documents::{Manifest, Outcome};

/// A provider that answers at once, without any exchange.
pub trait Immediate {
    /// What the component says of itself; always the same.
    fn manifest() -> Manifest;

    /// Makes what is asked.
    ///
    /// # Errors
    /// `invalid-request` where it cannot be made as asked.
    fn answer(operation: Operation, settings: Value) -> Result<Outcome, ProviderError>;
}

/// The machine of an [`Immediate`] provider.
pub struct Answering<T>(PhantomData<T>);

impl<T: Immediate> Adapter for Answering<T> {
    fn manifest() -> Manifest {
        T::manifest()
    }

    fn start(operation: Operation, settings: Value) -> Step {
        match T::answer(operation, settings) {
            Ok(outcome) => Step::done(&outcome, Vec::new()),
            Err(error) => Step::fail(error),
        }
    }

    fn resume(_state: Vec<u8>, _event: Event) -> Step {
        Step::fail(ProviderError::out_of_step("nothing was waited for"))
    }

    fn cancel(_state: Vec<u8>) -> Step {
        Step::fail(ProviderError::cancelled())
    }
}
