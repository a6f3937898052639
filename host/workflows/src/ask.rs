//! Asking a provider as a step of a job, and what its failures allow.

use futures_util::future::BoxFuture;
use kinora_domain::documents::{MediaOutcome, Outcome, TextOutcome};
use kinora_jobs::{Ended, Failure, OperationError, OperationRequest, Run, Stop};
use kinora_runtime::Plugin;
use kinora_store::OperationState;
use serde::Serialize;
use std::time::Duration;

use crate::driver::INTERRUPTED;
use crate::error::stop;
use crate::resend::{self, Again};
use crate::studio::Studio;

/// The longest pause that an upstream may ask for; beyond it waiting is no answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(10 * 60);

/// An answer, or why there is none and whether to ask again.
pub(crate) enum Answer<T> {
    Outcome(T),
    Failed(OperationError, Again),
}

/// What composes a request, when it is needed.
pub(crate) type Compose<'a> = dyn Fn() -> BoxFuture<'a, Result<OperationRequest, Stop>> + Sync + 'a;

/// The request of an operation.
pub(crate) fn request(plugin: &Plugin, kind: &str, document: &impl Serialize) -> Result<OperationRequest, Stop> {
    Ok(OperationRequest {
        kind: kind.into(),
        plugin: plugin.id().into(),
        digest: plugin.digest.to_string(),
        document: serde_json::to_string(document).map_err(stop)?,
    })
}

/// Asks for words, as attempt `key`. A request that the host's own end interrupted is sent once more without counting
/// as an attempt. `unknown` counts the requests for this result of which nobody knows whether they were accepted.
///
/// # Errors
/// `Stop::Waits` until the answer is there.
pub(crate) async fn ask_text(
    run: &mut Run,
    key: &str,
    unknown: &mut i64,
    compose: &Compose<'_>,
) -> Result<Answer<TextOutcome>, Stop> {
    for key in [key.to_owned(), format!("{key}-again")] {
        run.begin(&key, compose()).await?;
        let ended = run.ended(&key)?;
        let before = *unknown;
        *unknown += ended.unknown;
        match read(ended)? {
            Ok(Outcome::Text(text)) => return Ok(Answer::Outcome(text)),
            Ok(Outcome::Media(_)) => return Ok(other_kind("text")),
            Err(error) => {
                let again = resend::again("text", *unknown > before, before);
                if error.kind == INTERRUPTED && again == Again::OnceMore {
                    continue;
                }
                return Ok(Answer::Failed(error, again));
            }
        }
    }
    Ok(Answer::Failed(OperationError::new(INTERRUPTED, "Kinora ended twice before the answer came"), Again::NoMore))
}

/// Asks for a picture or a clip, up to `attempts` times where a request was not accepted.
///
/// # Errors
/// `Stop::Waits` until the answer is there, `Stop::Uncertain` where a person must decide.
pub(crate) async fn ask_media(
    run: &mut Run,
    studio: &Studio,
    key: &str,
    compose: impl Fn() -> Result<OperationRequest, Stop> + Sync,
) -> Result<Answer<MediaOutcome>, Stop> {
    for attempt in 1.. {
        let key = format!("{key}-{attempt}");
        run.begin(&key, async { compose() }).await?;
        match read(run.ended(&key)?)? {
            Ok(Outcome::Media(media)) if !media.items.is_empty() => return Ok(Answer::Outcome(media)),
            Ok(_) => return Ok(other_kind("media")),
            Err(error) if error.retryable && attempt < studio.retry.attempts => {
                run.pause(&format!("{key}-pause"), pause(studio, attempt, &error))?;
            }
            Err(error) => return Ok(Answer::Failed(error, Again::ByRule)),
        }
    }
    unreachable!("the last attempt returns")
}

/// How long to wait after attempt `attempt` failed with an error.
pub(crate) fn pause(studio: &Studio, attempt: u32, error: &OperationError) -> Duration {
    let asked = Duration::from_millis(error.retry_after_ms.unwrap_or(0)).min(LONGEST_PAUSE);
    (studio.retry.delay * attempt).max(asked)
}

fn other_kind<T>(wanted: &str) -> Answer<T> {
    Answer::Failed(
        OperationError::new("malformed-output", format!("the provider's outcome is not {wanted}")),
        Again::ByRule,
    )
}

fn read(ended: Ended) -> Result<Result<Outcome, OperationError>, Stop> {
    match (ended.state, ended.outcome) {
        (OperationState::Done, Some(outcome)) => Ok(Ok(serde_json::from_str(&outcome).map_err(stop)?)),
        (OperationState::Cancelled, _) => Err(Stop::Failed(Failure::new("cancelled", "The job was cancelled"))),
        _ => Ok(Err(ended.error.unwrap_or_else(|| OperationError::new("unknown", "the operation failed")))),
    }
}
