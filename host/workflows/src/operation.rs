//! Drives one operation through a provider's machine, in memory and to its end.

use std::time::Duration;

use kinora_domain::documents::{MediaOutcome, Outcome, Role, TextOutcome};
use kinora_runtime::Plugin;
use kinora_runtime::protocol::{Action, Attachment, Event, Operation, ProviderError, Step};
use serde::Serialize;
use serde_json::json;

use crate::error::WorkflowError;

/// The most steps of one operation, whatever the guest wants.
const MAX_STEPS: u32 = 10_000;
/// The shortest wait between two steps, so that a `wait(0)` loop costs next to nothing.
const MIN_WAIT: Duration = Duration::from_millis(100);
/// The longest time of one operation.
const MAX_TIME: Duration = Duration::from_secs(30 * 60);

/// How an operation ended.
pub(crate) enum Ended {
    Done(Outcome, Vec<Attachment>),
    Failed(ProviderError),
}

/// Runs an operation to its end.
pub(crate) async fn run(
    provider: &Plugin,
    id: String,
    kind: &str,
    parameters: &impl Serialize,
) -> Result<Ended, WorkflowError> {
    let operation = Operation {
        id,
        kind: kind.into(),
        document: serde_json::to_string(parameters)
            .map_err(|error| WorkflowError::InvalidRequest(format!("the {kind} operation: {error}")))?,
    };
    let stopped = |message: &str| Ended::Failed(error("timeout", message.into()));
    let drive = async {
        let mut step = provider.start(&operation, &json!({})).await?;
        for _ in 0..MAX_STEPS {
            let Step { state, action, .. } = step;
            step = match action {
                Action::Done(outcome) => {
                    return match serde_json::from_str(&outcome.document) {
                        Ok(document) => Ok(Ended::Done(document, outcome.attachments)),
                        Err(reason) => Ok(Ended::Failed(error(
                            "malformed-output",
                            format!("its outcome cannot be read: {reason}"),
                        ))),
                    };
                }
                Action::Fail(error) => return Ok(Ended::Failed(error)),
                Action::Wait(ms) => {
                    tokio::time::sleep(Duration::from_millis(ms).max(MIN_WAIT)).await;
                    provider.resume(&state, &Event::Timer).await?
                }
                Action::Send(request) => {
                    return Ok(Ended::Failed(error(
                        "unavailable",
                        format!(
                            "it wants to send a {} request, and this version of Kinora has no way out to the network; use --provider offline",
                            request.method
                        ),
                    )));
                }
            };
        }
        Ok(stopped(&format!("the operation took more than {MAX_STEPS} steps")))
    };
    tokio::time::timeout(MAX_TIME, drive)
        .await
        .unwrap_or_else(|_| Ok(stopped(&format!("the operation took more than {} minutes", MAX_TIME.as_secs() / 60))))
}

fn error(kind: &str, message: String) -> ProviderError {
    ProviderError {
        kind: kind.into(),
        message,
        upstream_code: None,
        http_status: None,
        retryable: false,
        retry_after_ms: None,
    }
}

/// Makes a workflow's error of a provider's.
pub(crate) fn failed(provider: &Plugin, error: ProviderError, attempts: u32) -> WorkflowError {
    WorkflowError::Provider {
        title: provider.manifest.title.clone(),
        kind: error.kind,
        message: error.message,
        attempts,
    }
}

/// The outcome of a text operation.
pub(crate) fn text(provider: &Plugin, outcome: Outcome) -> Result<TextOutcome, WorkflowError> {
    match outcome {
        Outcome::Text(text) => Ok(text),
        Outcome::Media(_) => Err(other_kind(provider, "text")),
    }
}

/// The outcome of an image or video operation.
pub(crate) fn media(provider: &Plugin, outcome: Outcome) -> Result<MediaOutcome, WorkflowError> {
    match outcome {
        Outcome::Media(media) if !media.items.is_empty() => Ok(media),
        _ => Err(other_kind(provider, "media")),
    }
}

fn other_kind(provider: &Plugin, wanted: &str) -> WorkflowError {
    debug_assert_eq!(provider.manifest.role, Role::Provider);
    failed(provider, error("malformed-output", format!("its outcome is not {wanted}")), 1)
}
