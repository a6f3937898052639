//! Why a run stops before its result.

use std::time::Duration;

use kinora_store::StoreError;
use serde::{Deserialize, Serialize};

/// Why a job failed, for people and for programs: the `error` of a job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// A stable word: `rate-limited`, `invalid-request`.
    pub code: String,
    /// A sentence.
    pub message: String,
    /// Whether the same request may go well later.
    #[serde(default)]
    pub recoverable: bool,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Failure {
    /// A failure that the same request would meet again.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Failure { code: code.into(), message: message.into(), recoverable: false, hint: None }
    }

    /// The failure as the row keeps it.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a failure is plain text")
    }
}

/// Why a run stops before its result.
#[derive(Debug)]
pub enum Stop {
    /// It waits for its operations.
    Waits,
    /// It goes on later.
    Later(Duration),
    /// The job has failed.
    Failed(Failure),
    /// A person must decide whether a request is sent again.
    Uncertain(Failure),
    /// The job is another worker's now, or the database cannot be used.
    Store(StoreError),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Stop::Failed(failure)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Stop::Store(error)
    }
}
