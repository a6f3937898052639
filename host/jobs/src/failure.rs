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
    /// Everything that is wrong, where the message says but the first of it. Sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}

impl Failure {
    /// A failure that the same request would meet again.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Failure { code: code.into(), message: message.into(), ..Failure::default() }
    }

    /// The failure as the row keeps it.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a failure is plain text")
    }
}

/// Why an operation failed: the `error` of an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationError {
    /// The open vocabulary of provider errors, and `interrupted` where the host ended while an answer was awaited.
    pub kind: String,
    /// A sentence.
    pub message: String,
    /// The upstream's own code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_code: Option<String>,
    /// The HTTP status, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// Whether the provider says that the same request may succeed later.
    #[serde(default)]
    pub retryable: bool,
    /// How long the upstream asks to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl OperationError {
    /// An error that the same request would meet again.
    pub fn new(kind: impl Into<String>, message: impl Into<String>) -> Self {
        OperationError { kind: kind.into(), message: message.into(), ..Self::default() }
    }

    /// The error as the row keeps it.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("an error is plain text")
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
