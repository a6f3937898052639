//! What takes an operation from one wait to the next.

use futures_util::future::BoxFuture;
use kinora_store::{Advance, Ending, Operation, OperationLease, Store};
use tokio_util::sync::CancellationToken;

use crate::failure::Stop;
use crate::persist::persist;

/// What takes an operation from one wait to the next: asks the provider, performs its requests.
pub trait Driver: Send + Sync + 'static {
    /// Asks for the first request of an operation that is about to be written down, and does nothing outside. Where that
    /// request costs money, it goes on disk together with the operation, and [`Driver::drive`] sends it; else, and on
    /// any failure, the answer is `None` and `drive` begins anew.
    fn begin<'a>(&'a self, _operation: &'a Operation) -> BoxFuture<'a, Option<Begun>> {
        Box::pin(async { None })
    }

    /// Goes on with an operation until it waits or ends. What must be on disk before something happens outside is
    /// written through `held`.
    fn drive(&self, held: HeldOperation) -> BoxFuture<'_, Result<Driven, Stop>>;
}

/// The first request of an operation, about to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// What the provider wants back.
    pub guest_state: Vec<u8>,
    /// The request, JSON.
    pub request: String,
    /// What it may cost, in millionths of a US dollar.
    pub reserve: i64,
}

/// An operation that this worker holds.
pub struct HeldOperation {
    /// The row. Large parts may be taken out of it once they are used.
    pub operation: Operation,
    /// Set when the job's owner wants it to end.
    pub cancelled: CancellationToken,
    pub(crate) lease: OperationLease,
    pub(crate) store: Store,
}

/// How far an operation went.
#[derive(Debug)]
pub enum Driven {
    /// It has ended.
    Ended(Ending),
    /// It waits, and this worker lets go of it.
    Waits {
        /// What the provider wants back; absent where it has not changed.
        guest_state: Option<Vec<u8>>,
        /// Milliseconds.
        wait_ms: i64,
    },
}

impl HeldOperation {
    /// The store's clock, milliseconds since 1970.
    pub fn now(&self) -> i64 {
        self.store.now()
    }

    /// Writes how it goes on, and returns when that is on disk.
    ///
    /// # Errors
    /// `Stop::Store` where the operation is another worker's now.
    pub async fn advance(&self, advance: Advance) -> Result<(), Stop> {
        persist(|| self.store.advance_operation(&self.lease, advance.clone())).await?;
        Ok(())
    }
}
