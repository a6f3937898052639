//! The scenario contract: `POST /api/scenario/generate`, and its tasks.

mod request;
mod task;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kinora_store::{Job, JobState, StoreError};
use kinora_workflows::{SCENARIO_KIND, SCENARIO_VERSION, ScenarioInput};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::auth::{self, ANONYMOUS, Caller};
use crate::error::ApiError;
use crate::extract::{JsonBody, Params};
use crate::jobs::{self, Submission};
use crate::media;
use crate::state::ApiState;
use request::GenerateScenario;
use task::ScenarioTask;

/// Begins to generate a scenario
///
/// Answers with the task at once; `GET /api/scenario/generate/tasks/{task_id}` says how it goes on. The same
/// `Idempotency-Key` with the same body gives the same task.
#[utoipa::path(post, path = "/scenario/generate", tag = "scenario", operation_id = "generate_scenario", request_body = GenerateScenario,
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
    let submission = Submission { kind: SCENARIO_KIND, version: SCENARIO_VERSION, priority: 0, key, input: &input };
    let created = jobs::submit(&state, &caller, submission).await?;
    // A task that was made just now is pending, also where a worker has it in hand already.
    let job = if created.fresh { Job { state: JobState::Queued, ..created.job } } else { created.job };
    answer(&state, &headers, job)
}

/// Shows a task
#[utoipa::path(get, path = "/scenario/generate/tasks/{task_id}", tag = "scenario", operation_id = "show_scenario_task",
    params(("task_id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The task", body = ScenarioTask)), security((), ("bearer" = [])))]
pub(crate) async fn task(
    caller: Caller,
    State(state): State<ApiState>,
    Path(task): Path<String>,
    headers: HeaderMap,
) -> Result<Json<ScenarioTask>, ApiError> {
    answer(&state, &headers, find(&state, &caller, &task).await?)
}

/// Cancels a task
///
/// It has then failed, with the error message `Task cancelled`.
#[utoipa::path(delete, path = "/scenario/generate/tasks/{task_id}", tag = "scenario", operation_id = "cancel_scenario_task",
    params(("task_id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The task", body = ScenarioTask),
              (status = 400, description = "It has ended already", body = crate::error::ErrorBody)),
    security((), ("bearer" = [])))]
pub(crate) async fn cancel(
    caller: Caller,
    State(state): State<ApiState>,
    Path(task): Path<String>,
    headers: HeaderMap,
) -> Result<Json<ScenarioTask>, ApiError> {
    let ended = || ApiError::bad_request("task_ended", "The task has ended; only one that goes on can be cancelled.");
    let job = find(&state, &caller, &task).await?;
    if job.state.is_ended() {
        return Err(ended());
    }
    match jobs::end(&state, &job).await {
        Err(StoreError::Conflict(_)) => Err(ended()),
        job => answer(&state, &headers, job?),
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Link {
    /// What a link in a task carries instead of a header.
    token: Option<String>,
}

/// Gives the thumbnail of a task
///
/// `thumbnail_url` of a task leads here.
#[utoipa::path(get, path = "/scenario/generate/tasks/{task_id}/thumbnail", tag = "scenario", operation_id = "show_scenario_thumbnail",
    params(("task_id" = String, Path, description = "Its id"), Link),
    responses((status = 200, description = "A picture", content_type = "image/png", body = Vec<u8>),
              (status = 304, description = "The client has it already")),
    security((), ("bearer" = [])))]
pub(crate) async fn thumbnail(
    State(state): State<ApiState>,
    Path(task): Path<String>,
    Params(Link { token }): Params<Link>,
    mut parts: Parts,
) -> Result<Response, ApiError> {
    let missing = || ApiError::not_found("thumbnail");
    let job = match token {
        Some(token) => {
            auth::follow_link(&state, &parts, &token, &task::thumbnail_path(&task))?;
            state.store().job(task::job_id(&task).ok_or_else(missing)?).await?
        }
        None => {
            let caller = Caller::from_request_parts(&mut parts, &state).await?;
            find(&state, &caller, &task).await?
        }
    };
    let blob = task::thumbnail(&job)?.ok_or_else(missing)?;
    media::blob(state.blobs(), &blob, &parts.headers).await
}

/// A task as it is answered. What was made with a token is linked so that a browser can show it without one.
fn answer(state: &ApiState, headers: &HeaderMap, job: Job) -> Result<Json<ScenarioTask>, ApiError> {
    let open = job.owner == ANONYMOUS;
    let link = |path: &str| {
        let path = if open { path.to_owned() } else { state.tokens().link(path)? };
        Ok(media::link(headers, &path))
    };
    ScenarioTask::of(job, link).map(Json)
}

/// The job of a task of the caller's.
async fn find(state: &ApiState, caller: &Caller, task: &str) -> Result<Job, ApiError> {
    let unknown = || ApiError::not_found("task");
    let id = task::job_id(task).ok_or_else(unknown)?;
    match jobs::owned(state, caller, id).await {
        Ok(job) if job.kind == SCENARIO_KIND => Ok(job),
        Err(error) if error.status() != StatusCode::NOT_FOUND => Err(error),
        _ => Err(unknown()),
    }
}
