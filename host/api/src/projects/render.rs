//! A project's films: rendered from its saved plan, a small one to look at and the final one.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kinora_store::{Job, JobState, RenderKind, StoreError};
use kinora_workflows::{Quality, RENDER_KIND, RENDER_VERSION, RenderInput, RenderMade};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::edl::{InvalidPlan, invalid, saved};
use super::{Id, Signed, clear, find};
use crate::auth::{self, Account, Caller};
use crate::error::{ApiError, ErrorBody};
use crate::extract::{OptionalBody, Params, shown};
use crate::jobs::{self, Submission};
use crate::media;
use crate::state::ApiState;

/// What is to be rendered.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct NewRender {
    /// `final` or `preview` (small and quick).
    #[serde(rename = "type")]
    #[schema(default = "final")]
    kind: Option<String>,
}

/// A render that was begun.
#[derive(Serialize, ToSchema)]
pub(crate) struct RenderBegun {
    /// `queued`
    status: &'static str,
    /// `final` or `preview`.
    #[serde(rename = "type")]
    kind: &'static str,
    project_id: String,
    job_id: String,
    /// Where its progress is: `/api/jobs/{id}`, and `/events` below it.
    job_url: String,
    /// The documented place of its progress.
    status_url: String,
}

/// How far a render is.
#[derive(Serialize, ToSchema)]
pub(crate) struct RenderStatus {
    /// `idle` (there was none), `queued`, `running`, `complete`, `failed` or `cancelled`.
    status: &'static str,
    /// `final` or `preview`.
    #[serde(rename = "type")]
    kind: &'static str,
    project_id: String,
    /// Null where there was none.
    job_id: Option<String>,
    /// 0 to 100, of frames.
    progress_percent: f64,
    /// What it does.
    progress_message: String,
    /// Where the film is; null until it is complete.
    output_url: Option<String>,
    /// Why it failed; null where it did not.
    error: Option<String>,
    /// Frames of the film; null until it is complete.
    frames: Option<u64>,
    /// Pieces of it that were rendered for it; null until it is complete.
    pieces_rendered: Option<usize>,
    /// Pieces of it that were there already, from an earlier render; null until it is complete.
    pieces_reused: Option<usize>,
    /// What should be told.
    warnings: Vec<String>,
}

fn kind(given: &str) -> Result<RenderKind, ApiError> {
    match given {
        "final" => Ok(RenderKind::Final),
        "preview" => Ok(RenderKind::Preview),
        other => {
            let message = format!("type is {:?}; it may be final or preview.", shown(other));
            Err(ApiError::invalid("type", message))
        }
    }
}

fn base(project: &str, kind: RenderKind) -> String {
    format!("/api/projects/{project}/render/{}", kind.as_str())
}

/// Renders a project's saved plan
///
/// What did not change since the last time is not rendered again. One film of a project is rendered at a time.
#[utoipa::path(post, path = "/projects/{project_id}/render", tag = "projects", operation_id = "render_project",
    params(("project_id" = String, Path, description = "The project's id")), request_body = Option<NewRender>,
    responses((status = 202, description = "It is queued", body = RenderBegun),
        (status = 400, description = "There is no saved plan, or it does not fit the media any more", body = InvalidPlan),
        (status = 404, description = "There is no such project", body = ErrorBody),
        (status = 409, description = "One is being rendered", body = ErrorBody)), security(("bearer" = [])))]
pub(crate) async fn render(
    account: Account,
    State(state): State<ApiState>,
    Path(id): Id,
    OptionalBody(request): OptionalBody<NewRender>,
) -> Result<Response, ApiError> {
    let project = find(&state, &account, &id).await?;
    let kind = kind(request.kind.as_deref().unwrap_or("final"))?;
    let timeline = match saved(&state, &account, &project.id).await? {
        None => {
            let message = "The project has no saved plan; save one with /edl/save or /api/ai/apply.";
            return Err(ApiError::bad_request("no_edl", message));
        }
        Some(Err(errors)) => {
            let message = "The saved plan does not fit the media any more";
            return Ok(invalid(StatusCode::BAD_REQUEST, message, errors));
        }
        Some(Ok((_, timeline))) => timeline,
    };
    let rows = state.store().media_of(&account.id, &project.id).await?;
    let used = |id: &str| timeline.segments.iter().any(|segment| segment.shown.media_id() == Some(id));
    let media: BTreeMap<String, String> =
        rows.into_iter().filter(|row| used(&row.id)).map(|row| (row.id, row.blob)).collect();
    let audio = match &timeline.audio {
        Some(_) => state.store().track(&account.id, &project.id).await?.map(|track| track.blob),
        None => None,
    };
    let quality = match kind {
        RenderKind::Preview => Quality::Preview,
        RenderKind::Final => Quality::Final,
    };
    let input = RenderInput { title: project.name.clone(), timeline, media, audio, quality };
    let text = |_: &str| jobs::input(&input);
    let submission = Submission { kind: RENDER_KIND, version: RENDER_VERSION, priority: 0, key: None, input: &text };
    // The job is made first: of two that come at once one finds the other's, and takes its own back.
    let job = jobs::submit(&state, &Caller { account: Some(account.clone()) }, submission).await?.job;
    match state.store().begin_render(&account.id, &project.id, kind, &job.id).await {
        // The film before goes with its job.
        Ok(before) => clear(&state, before).await,
        Err(error) => {
            clear(&state, [job.id]).await;
            return Err(match error {
                StoreError::Conflict(_) => {
                    let message = "A film of this project is being rendered; wait for it, or cancel it.";
                    ApiError::conflict("render_in_progress", message)
                }
                error => error.into(),
            });
        }
    }
    let body = RenderBegun {
        status: "queued",
        kind: kind.as_str(),
        job_url: format!("/api/jobs/{}", job.id),
        status_url: format!("{}/status", base(&project.id, kind)),
        project_id: project.id,
        job_id: job.id,
    };
    let location = [(header::LOCATION, body.job_url.clone())];
    Ok((StatusCode::ACCEPTED, location, Json(body)).into_response())
}

/// The last job that rendered a project's film of a kind.
async fn last(state: &ApiState, account: &Account, project: &str, kind: RenderKind) -> Result<Option<Job>, ApiError> {
    let Some(job) = state.store().render(&account.id, project, kind).await? else { return Ok(None) };
    match state.store().job(&job).await {
        Ok(job) => Ok(Some(job)),
        Err(StoreError::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn made(job: &Job) -> Option<RenderMade> {
    let result = job.result.as_deref().filter(|_| job.state == JobState::Completed)?;
    serde_json::from_str(result).ok()
}

/// Says how far a render is
#[utoipa::path(get, path = "/projects/{project_id}/render/{type}/status", tag = "projects",
    operation_id = "render_status",
    params(("project_id" = String, Path, description = "The project's id"),
        ("type" = String, Path, description = "`final` or `preview`")),
    responses((status = 200, description = "How far", body = RenderStatus),
        (status = 404, description = "There is no such project", body = ErrorBody)), security(("bearer" = [])))]
pub(crate) async fn render_status(
    account: Account,
    State(state): State<ApiState>,
    Path((id, given)): Path<(String, String)>,
) -> Result<Json<RenderStatus>, ApiError> {
    let project = find(&state, &account, &id).await?;
    let kind = kind(&given)?;
    let job = last(&state, &account, &project.id, kind).await?;
    let made = job.as_ref().and_then(made);
    let status = match job.as_ref().map(|job| job.state) {
        None => "idle",
        Some(JobState::Queued) => "queued",
        Some(JobState::Running | JobState::Waiting) => "running",
        Some(JobState::Completed) => "complete",
        Some(JobState::Failed | JobState::Uncertain) => "failed",
        Some(JobState::Cancelled) => "cancelled",
    };
    let output_url = match &made {
        Some(_) => Some(state.tokens().link(&format!("{}/download", base(&project.id, kind)))?),
        None => None,
    };
    let error = job.as_ref().filter(|job| job.state != JobState::Cancelled).and_then(jobs::failure);
    Ok(Json(RenderStatus {
        status,
        kind: kind.as_str(),
        project_id: project.id,
        progress_percent: job.as_ref().map_or(0.0, |job| job.progress),
        progress_message: job.as_ref().map(|job| job.current_step.clone()).unwrap_or_default(),
        job_id: job.map(|job| job.id),
        output_url,
        error: error.map(|failure| failure.message),
        frames: made.as_ref().map(|made| made.frames),
        pieces_rendered: made.as_ref().map(|made| made.rendered),
        pieces_reused: made.as_ref().map(|made| made.reused),
        warnings: made.map(|made| made.warnings).unwrap_or_default(),
    }))
}

/// Cancels a render
#[utoipa::path(post, path = "/projects/{project_id}/render/{type}/cancel", tag = "projects",
    operation_id = "cancel_render",
    params(("project_id" = String, Path, description = "The project's id"),
        ("type" = String, Path, description = "`final` or `preview`")),
    responses((status = 202, description = "It ends", body = crate::jobs::JobBody),
        (status = 404, description = "There is no such project, or no render", body = ErrorBody),
        (status = 409, description = "It has ended", body = ErrorBody)), security(("bearer" = [])))]
pub(crate) async fn cancel_render(
    account: Account,
    State(state): State<ApiState>,
    Path((id, given)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let project = find(&state, &account, &id).await?;
    let kind = kind(&given)?;
    let job = last(&state, &account, &project.id, kind).await?.ok_or_else(|| ApiError::not_found("render"))?;
    Ok(jobs::accepted(state.engine().cancel(&job.id).await?))
}

/// Gives a rendered film
#[utoipa::path(get, path = "/projects/{project_id}/render/{type}/download", tag = "projects",
    operation_id = "download_render",
    params(("project_id" = String, Path, description = "The project's id"),
        ("type" = String, Path, description = "`final` or `preview`"), Signed),
    responses((status = 200, description = "The file", content_type = "video/mp4", body = Vec<u8>),
        (status = 206, description = "A part of it", content_type = "video/mp4", body = Vec<u8>),
        (status = 404, description = "There is no such project, or no film yet", body = ErrorBody)),
    security((), ("bearer" = [])))]
pub(crate) async fn download_render(
    State(state): State<ApiState>,
    Path((id, given)): Path<(String, String)>,
    Params(Signed { token }): Params<Signed>,
    mut parts: Parts,
) -> Result<Response, ApiError> {
    let kind = kind(&given)?;
    let (job, name) = match token {
        Some(token) => {
            auth::follow_link(&state, &parts, &token, &format!("{}/download", base(&id, kind)))?;
            let job = state.store().render_by_project(&id, kind).await?;
            let job = match job {
                Some(job) => state.store().job(&job).await.ok(),
                None => None,
            };
            (job, None)
        }
        None => {
            let account = Account::from_request_parts(&mut parts, &state).await?;
            let project = find(&state, &account, &id).await?;
            (last(&state, &account, &project.id, kind).await?, Some(project.name))
        }
    };
    let Some(made) = job.as_ref().and_then(made) else {
        let message = "There is no finished film yet; its status says how far it is.";
        return Err(ApiError::new(StatusCode::NOT_FOUND, "not_rendered", message));
    };
    let mut response = media::blob(state.blobs(), &made.blob.parse()?, &parts.headers).await?;
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ' ') { c } else { '_' };
    let name: String = name.unwrap_or_else(|| "film".into()).chars().map(plain).collect();
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}.mp4\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}
