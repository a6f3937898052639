//! The scenario contract: `POST /api/scenario/generate`, and its tasks.

mod input;
mod request;
mod task;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use kinora_store::{Job, StoreError};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::jobs::{self, Submission};
use crate::state::ApiState;
use input::{SCENARIO_KIND, SCENARIO_VERSION, ScenarioInput};
use request::GenerateScenario;
use task::ScenarioTask;

/// Begins to generate a scenario
///
/// Answers with the task at once; `GET /api/scenario/generate/tasks/{task_id}` says how it goes on. The same
/// `Idempotency-Key` with the same body gives the same task.
#[utoipa::path(post, path = "/scenario/generate", tag = "scenario", request_body = GenerateScenario,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body make one task")),
    responses((status = 200, description = "The task", body = ScenarioTask)), security((), ("bearer" = [])))]
pub(crate) async fn generate(
    caller: Caller,
    State(state): State<ApiState>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<GenerateScenario>,
) -> Result<Json<ScenarioTask>, ApiError> {
    let key = jobs::idempotency_key(&headers)?;
    let given = request.check()?;
    let input = |job: &str| {
        let short_id = if given.short_id.is_empty() { task::short_id(job) } else { given.short_id.clone() };
        serde_json::to_string(&ScenarioInput { short_id, ..given.clone() }).map_err(|error| {
            tracing::error!("a request cannot be written: {error}");
            ApiError::internal()
        })
    };
    let submission =
        Submission { kind: SCENARIO_KIND, version: SCENARIO_VERSION, priority: 0, key, input: &input };
    let created = jobs::submit(&state, &caller, submission).await?;
    // A task that was made just now is pending, also where a worker has it in hand already.
    let job = if created.fresh { Job { state: kinora_store::JobState::Queued, ..created.job } } else { created.job };
    ScenarioTask::of(job).map(Json)
}

/// Shows a task
#[utoipa::path(get, path = "/scenario/generate/tasks/{task_id}", tag = "scenario",
    params(("task_id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The task", body = ScenarioTask)), security((), ("bearer" = [])))]
pub(crate) async fn task(
    caller: Caller,
    State(state): State<ApiState>,
    Path(task): Path<String>,
) -> Result<Json<ScenarioTask>, ApiError> {
    ScenarioTask::of(find(&state, &caller, &task).await?).map(Json)
}

/// Cancels a task
///
/// It has then failed, with the error message `Task cancelled`.
#[utoipa::path(delete, path = "/scenario/generate/tasks/{task_id}", tag = "scenario",
    params(("task_id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The task", body = ScenarioTask),
              (status = 400, description = "It has ended already", body = crate::error::ErrorBody)),
    security((), ("bearer" = [])))]
pub(crate) async fn cancel(
    caller: Caller,
    State(state): State<ApiState>,
    Path(task): Path<String>,
) -> Result<Json<ScenarioTask>, ApiError> {
    let ended = || ApiError::bad_request("task_ended", "The task has ended; only one that goes on can be cancelled.");
    let job = find(&state, &caller, &task).await?;
    if job.state.is_ended() {
        return Err(ended());
    }
    match jobs::end(&state, &job).await {
        Err(StoreError::Conflict(_)) => Err(ended()),
        job => ScenarioTask::of(job?).map(Json),
    }
}

/// The job of a task of the caller's.
async fn find(state: &ApiState, caller: &Caller, task: &str) -> Result<Job, ApiError> {
    let unknown = || ApiError::not_found("task");
    let id = task::job_id(task).ok_or_else(unknown)?;
    match jobs::owned(state, caller, id).await {
        Ok(job) if job.kind == SCENARIO_KIND => Ok(job),
        Err(error) if error.status() != axum::http::StatusCode::NOT_FOUND => Err(error),
        _ => Err(unknown()),
    }
}
