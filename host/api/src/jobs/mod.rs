//! `/api/jobs`: everything that takes long, whatever contract it came by.

mod body;
mod create;
mod events;

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use kinora_store::{Job, JobFilter, JobState, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub(crate) use body::failure;
pub use body::{JobBody, JobError, JobStatus};
pub(crate) use create::idempotency_key;
pub use create::{Submission, submit};
pub(crate) use create::{accepted, input, prefers_async};
pub(crate) use events::{__path_events, events};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{Params, shown};
use crate::state::ApiState;

/// How many jobs a page has where the client does not say, and at most.
const PAGE: i64 = 50;
const LONGEST_PAGE: i64 = 200;
/// How long an answer to a cancellation waits for the job to have ended.
const CANCEL_PATIENCE: Duration = Duration::from_secs(2);

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only of this kind, such as `scenario`.
    kind: Option<String>,
    /// Only with this status; several are parted by commas.
    status: Option<String>,
    /// 1 to 200; 50 where absent.
    limit: Option<i64>,
    /// Only jobs made before the job with this id.
    before: Option<String>,
}

/// A page of jobs, the youngest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Jobs {
    /// The jobs.
    jobs: Vec<JobBody>,
    /// What to give as `before` for the next page; null where there is none.
    next: Option<String>,
}

/// Lists the caller's jobs, the youngest first
#[utoipa::path(get, path = "/jobs", tag = "jobs", operation_id = "list_jobs", params(Filter),
    responses((status = 200, description = "A page of jobs", body = Jobs)), security((), ("bearer" = [])))]
pub(crate) async fn list(
    caller: Caller,
    State(state): State<ApiState>,
    Params(filter): Params<Filter>,
) -> Result<Json<Jobs>, ApiError> {
    let page = state.store().jobs(&read_filter(&caller, filter)?).await?;
    Ok(Json(Jobs { jobs: page.jobs.into_iter().map(JobBody::from).collect(), next: page.next }))
}

/// Shows a job
#[utoipa::path(get, path = "/jobs/{job_id}", tag = "jobs", operation_id = "show_job", params(("job_id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The job", body = JobBody)), security((), ("bearer" = [])))]
pub(crate) async fn show(
    caller: Caller,
    State(state): State<ApiState>,
    Path(id): Path<String>,
) -> Result<Json<JobBody>, ApiError> {
    Ok(Json(owned(&state, &caller, &id).await?.into()))
}

/// Cancels a job
///
/// Also gives up an uncertain one. Answers with the job as it is then: it has ended, or ends soon.
#[utoipa::path(delete, path = "/jobs/{job_id}", tag = "jobs", operation_id = "cancel_job", params(("job_id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The job", body = JobBody),
              (status = 409, description = "It has ended already", body = crate::error::ErrorBody)),
    security((), ("bearer" = [])))]
pub(crate) async fn cancel(
    caller: Caller,
    State(state): State<ApiState>,
    Path(id): Path<String>,
) -> Result<Json<JobBody>, ApiError> {
    let job = owned(&state, &caller, &id).await?;
    match end(&state, &job).await {
        Err(StoreError::Conflict(_)) => {
            // Whatever it was a moment ago, it has ended now.
            let status = JobStatus::of(state.store().job(&id).await?.state).as_str();
            Err(ApiError::conflict(
                "job_ended",
                format!("The job is {status}; only one that goes on can be cancelled."),
            )
            .details(serde_json::json!({"status": status})))
        }
        job => Ok(Json(job?.into())),
    }
}

/// Sends the uncertain requests of a job again
///
/// They may then be paid twice, so a person decides.
#[utoipa::path(post, path = "/jobs/{job_id}/resubmit", tag = "jobs", operation_id = "resubmit_job",
    params(("job_id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The job, which goes on", body = JobBody),
              (status = 409, description = "It is not uncertain", body = crate::error::ErrorBody)),
    security((), ("bearer" = [])))]
pub(crate) async fn resubmit(
    caller: Caller,
    State(state): State<ApiState>,
    Path(id): Path<String>,
) -> Result<Json<JobBody>, ApiError> {
    let job = owned(&state, &caller, &id).await?;
    match state.engine().resubmit(&job.id).await {
        Err(StoreError::Conflict(_)) => {
            let status = JobStatus::of(state.store().job(&id).await?.state).as_str();
            let message = format!("The job is {status}; only an uncertain one can be submitted again.");
            Err(ApiError::conflict("job_not_uncertain", message).details(serde_json::json!({"status": status})))
        }
        job => Ok(Json(job?.into())),
    }
}

/// A job of the caller's. Another's is answered as if there were none.
pub(crate) async fn owned(state: &ApiState, caller: &Caller, id: &str) -> Result<Job, ApiError> {
    if !is_id(id) {
        return Err(ApiError::not_found("job"));
    }
    let job = state.store().job(id).await?;
    if job.owner == caller.owner() { Ok(job) } else { Err(ApiError::not_found("job")) }
}

/// Cancels a job and waits a little for its end.
pub(crate) async fn end(state: &ApiState, job: &Job) -> Result<Job, StoreError> {
    let cancelled = state.engine().cancel(&job.id).await?;
    if cancelled.state.is_ended() {
        return Ok(cancelled);
    }
    match tokio::time::timeout(CANCEL_PATIENCE, state.engine().ended(&job.id)).await {
        Ok(ended) => ended,
        Err(_) => Ok(cancelled),
    }
}

/// Whether a text is an id as they are given out; nothing else reaches the database.
fn is_id(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok_and(|id| id.hyphenated().to_string() == text)
}

fn read_filter(caller: &Caller, filter: Filter) -> Result<JobFilter, ApiError> {
    let Filter { kind, status, limit, before } = filter;
    let limit = limit.unwrap_or(PAGE);
    if !(1..=LONGEST_PAGE).contains(&limit) {
        return Err(ApiError::invalid("limit", format!("limit is {limit}, and may be 1 to {LONGEST_PAGE}.")));
    }
    let plain = |kind: &String| {
        (1..=64).contains(&kind.len()) && kind.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    if let Some(kind) = kind.as_ref().filter(|kind| !plain(kind)) {
        let message = format!("kind is {:?}, and may be 1 to 64 letters, digits, '-' and '_'.", shown(kind));
        return Err(ApiError::invalid("kind", message));
    }
    if let Some(before) = before.as_ref().filter(|before| !is_id(before)) {
        return Err(ApiError::invalid("before", format!("before is {:?}, and may be the id of a job.", shown(before))));
    }
    let states = status.as_deref().map(read_states).transpose()?.unwrap_or_default();
    Ok(JobFilter { owner: Some(caller.owner().into()), kind, states, before, limit })
}

fn read_states(text: &str) -> Result<Vec<JobState>, ApiError> {
    let mut states = Vec::new();
    for word in text.split(',').map(str::trim) {
        let Some(status) = JobStatus::ALL.into_iter().find(|status| status.as_str() == word) else {
            let known = JobStatus::ALL.map(JobStatus::as_str).join(", ");
            return Err(ApiError::invalid("status", format!("status is {:?}, and may be {known}.", shown(word))));
        };
        states.extend_from_slice(status.states());
    }
    Ok(states)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_as_they_are_given_out_are_looked_up() {
        assert!(is_id("0198c0de-0000-7000-8000-000000000001"));
        for other in [
            "0198C0DE-0000-7000-8000-000000000001",
            "0198c0de000070008000000000000001",
            "{0198c0de-0000-7000-8000-00000000001}",
            "",
            "../../etc/passwd",
        ] {
            assert!(!is_id(other), "{other}");
        }
    }

    #[test]
    fn running_means_also_waiting_and_an_unknown_status_is_named() {
        assert_eq!(read_states("running, failed").unwrap(), [JobState::Running, JobState::Waiting, JobState::Failed]);
        let error = read_states("running,asleep").unwrap_err();
        assert!(error.message().contains("\"asleep\"") && error.message().contains("uncertain"), "{error:?}");
    }
}
