//! A project's plan: judged, saved, shown as it will be rendered.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kinora_domain::documents::{EditPlan, Problem};
use kinora_domain::edit_plan;
use kinora_domain::timeline::{Shown, Timeline, milliseconds};
use kinora_store::Edl;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Id, find, materials};
use crate::auth::Account;
use crate::error::{ApiError, ErrorBody};
use crate::extract::JsonBody;
use crate::state::ApiState;
use crate::time::iso_millis;

/// Whether a plan can be rendered.
#[derive(Serialize, ToSchema)]
pub(crate) struct Validation {
    valid: bool,
    /// Sentences, each with the segment's number (from 1) and its media id where it is about one.
    errors: Vec<String>,
    /// What the film will not do as the plan says.
    warnings: Vec<String>,
    /// Null where the plan is not valid.
    segment_count: Option<usize>,
    /// Null where the plan is not valid.
    total_duration_ms: Option<u64>,
}

/// A plan that cannot be rendered.
#[derive(Serialize, ToSchema)]
pub(crate) struct InvalidPlan {
    /// `edit_plan_invalid`
    error: &'static str,
    message: String,
    /// The sentence again, for clients that look here.
    detail: String,
    validation: Verdict,
}

/// What is wrong with a plan.
#[derive(Serialize, ToSchema)]
pub(crate) struct Verdict {
    valid: bool,
    /// Sentences.
    errors: Vec<String>,
}

/// An answer that says what is wrong with a plan.
pub(crate) fn invalid(status: StatusCode, message: &str, errors: Vec<String>) -> Response {
    let body = InvalidPlan {
        error: "edit_plan_invalid",
        message: message.to_owned(),
        detail: message.to_owned(),
        validation: Verdict { valid: false, errors },
    };
    (status, Json(body)).into_response()
}

/// A plan that was saved.
#[derive(Serialize, ToSchema)]
pub(crate) struct Saved {
    pub saved: bool,
    /// Its name among the host's files.
    pub edl_path: String,
    /// The SHA-256 of the plan's canonical JSON.
    pub edl_hash: String,
    pub segment_count: usize,
    pub total_duration_ms: u64,
    /// What the film will not do as the plan says.
    pub warnings: Vec<String>,
}

/// The plan of a project.
#[derive(Serialize, ToSchema)]
pub(crate) struct EdlBody {
    /// In the documented dialect, whatever it came in.
    edit_plan: Value,
    edl_path: String,
    edl_hash: String,
    segment_count: i64,
    total_duration_ms: i64,
    /// ISO 8601, UTC.
    #[schema(format = DateTime)]
    saved_at: String,
}

fn edl_path(project: &str) -> String {
    format!("derived/{project}/edit_request.json")
}

/// A body that is a plan, or has one in `edit_plan` (or `edl`).
fn plan_in(body: Value) -> Value {
    match body {
        Value::Object(mut fields) => {
            let inner = fields.remove("edit_plan").or_else(|| fields.remove("edl"));
            inner.unwrap_or(Value::Object(fields))
        }
        other => other,
    }
}

fn sentences(problems: Vec<Problem>) -> Vec<String> {
    problems.into_iter().map(|problem| problem.message).collect()
}

/// Reads a plan of any dialect and compiles it for a project.
pub(crate) async fn compile(
    state: &ApiState,
    account: &Account,
    project: &str,
    plan: &Value,
) -> Result<Result<(EditPlan, Timeline), Vec<String>>, ApiError> {
    let plan = match edit_plan::read(plan) {
        Ok(plan) => plan,
        Err(problems) => return Ok(Err(sentences(problems))),
    };
    let materials = materials(state, &account.id, project).await?;
    Ok(match edit_plan::compile(&plan, &materials) {
        Ok(timeline) => Ok((plan, timeline)),
        Err(problems) => Err(sentences(problems)),
    })
}

/// Saves a plan that was compiled.
pub(crate) async fn keep(
    state: &ApiState,
    account: &Account,
    project: &str,
    plan: &EditPlan,
    timeline: &Timeline,
) -> Result<Saved, ApiError> {
    let text = serde_json::to_string(plan).map_err(|error| {
        tracing::error!("a plan cannot be written: {error}");
        ApiError::internal()
    })?;
    let edl_hash = edit_plan::edl_hash(plan);
    let (segment_count, total_duration_ms) = (timeline.segments.len(), timeline.duration_ms());
    let edl = Edl {
        plan: text,
        hash: edl_hash.clone(),
        segment_count: segment_count as i64,
        total_duration_ms: total_duration_ms as i64,
        saved_at: 0,
    };
    state.store().save_edl(&account.id, project, edl).await?;
    let warnings = timeline.warnings.clone();
    Ok(Saved { saved: true, edl_path: edl_path(project), edl_hash, segment_count, total_duration_ms, warnings })
}

/// Says whether a plan can be rendered
///
/// The body is a plan of any dialect, or has one in `edit_plan`.
#[utoipa::path(post, path = "/projects/{project_id}/edl/validate", tag = "projects", operation_id = "validate_edl",
    params(("project_id" = String, Path, description = "The project's id")), request_body = Object,
    responses((status = 200, description = "Whether, and why not", body = Validation),
        (status = 404, description = "There is no such project", body = ErrorBody)), security(("bearer" = [])))]
pub(crate) async fn validate_edl(
    account: Account,
    State(state): State<ApiState>,
    Path(id): Id,
    JsonBody(body): JsonBody<Value>,
) -> Result<Json<Validation>, ApiError> {
    let project = find(&state, &account, &id).await?;
    let verdict = compile(&state, &account, &project.id, &plan_in(body)).await?;
    Ok(Json(match verdict {
        Ok((_, timeline)) => Validation {
            valid: true,
            errors: Vec::new(),
            segment_count: Some(timeline.segments.len()),
            total_duration_ms: Some(timeline.duration_ms()),
            warnings: timeline.warnings,
        },
        Err(errors) => {
            Validation { valid: false, errors, warnings: Vec::new(), segment_count: None, total_duration_ms: None }
        }
    }))
}

/// Saves a plan
///
/// The body is a plan of any dialect, or has one in `edit_plan`; it takes the place of the one before.
#[utoipa::path(post, path = "/projects/{project_id}/edl/save", tag = "projects", operation_id = "save_edl",
    params(("project_id" = String, Path, description = "The project's id")), request_body = Object,
    responses((status = 200, description = "It is saved", body = Saved),
        (status = 400, description = "It cannot be rendered, and why", body = InvalidPlan),
        (status = 404, description = "There is no such project", body = ErrorBody)), security(("bearer" = [])))]
pub(crate) async fn save_edl(
    account: Account,
    State(state): State<ApiState>,
    Path(id): Id,
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, ApiError> {
    let project = find(&state, &account, &id).await?;
    apply(&state, &account, &project.id, &plan_in(body)).await
}

/// Saves a plan of any dialect.
pub(crate) async fn apply(
    state: &ApiState,
    account: &Account,
    project: &str,
    plan: &Value,
) -> Result<Response, ApiError> {
    match compile(state, account, project, plan).await? {
        Ok((plan, timeline)) => Ok(Json(keep(state, account, project, &plan, &timeline).await?).into_response()),
        Err(errors) => Ok(invalid(StatusCode::BAD_REQUEST, "Plan failed backend validation", errors)),
    }
}

fn no_plan() -> ApiError {
    let message = "The project has no saved plan; save one with /edl/save or /api/ai/apply.";
    ApiError::new(StatusCode::NOT_FOUND, "edl_not_found", message)
}

/// Shows the plan of a project
#[utoipa::path(get, path = "/projects/{project_id}/edl", tag = "projects", operation_id = "show_edl",
    params(("project_id" = String, Path, description = "The project's id")),
    responses((status = 200, description = "The plan", body = EdlBody),
        (status = 404, description = "There is no such project, or no plan", body = ErrorBody)),
    security(("bearer" = [])))]
pub(crate) async fn show_edl(
    account: Account,
    State(state): State<ApiState>,
    Path(id): Id,
) -> Result<Json<EdlBody>, ApiError> {
    let project = find(&state, &account, &id).await?;
    let edl = state.store().edl(&account.id, &project.id).await?.ok_or_else(no_plan)?;
    Ok(Json(EdlBody {
        edit_plan: stored(&edl)?,
        edl_path: edl_path(&project.id),
        edl_hash: edl.hash,
        segment_count: edl.segment_count,
        total_duration_ms: edl.total_duration_ms,
        saved_at: iso_millis(edl.saved_at),
    }))
}

/// A saved plan as JSON.
fn stored(edl: &Edl) -> Result<Value, ApiError> {
    serde_json::from_str(&edl.plan).map_err(|error| {
        tracing::error!("a saved plan cannot be read: {error}");
        ApiError::internal()
    })
}

/// Forgets the plan of a project
#[utoipa::path(delete, path = "/projects/{project_id}/edl", tag = "projects", operation_id = "delete_edl",
    params(("project_id" = String, Path, description = "The project's id")),
    responses((status = 204, description = "It is gone"),
        (status = 404, description = "There is no such project, or no plan", body = ErrorBody)),
    security(("bearer" = [])))]
pub(crate) async fn delete_edl(
    account: Account,
    State(state): State<ApiState>,
    Path(id): Id,
) -> Result<StatusCode, ApiError> {
    let project = find(&state, &account, &id).await?;
    match state.store().delete_edl(&account.id, &project.id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(no_plan()),
    }
}

/// The saved plan of a project, compiled for the media that are there now.
pub(super) async fn saved(
    state: &ApiState,
    account: &Account,
    project: &str,
) -> Result<Option<Result<(EditPlan, Timeline), Vec<String>>>, ApiError> {
    let Some(edl) = state.store().edl(&account.id, project).await? else { return Ok(None) };
    compile(state, account, project, &stored(&edl)?).await.map(Some)
}

/// Shows what a project's film will be, segment by segment
#[utoipa::path(get, path = "/projects/{project_id}/timeline", tag = "projects", operation_id = "show_timeline",
    params(("project_id" = String, Path, description = "The project's id")),
    responses((status = 200, description = "The film in whole frames: `width`, `height`, `fps`, `total_frames`, \
            `total_duration_ms`, `segments`, `warnings`", body = Object),
        (status = 400, description = "The plan does not fit the media any more", body = InvalidPlan),
        (status = 404, description = "There is no such project, or no plan", body = ErrorBody)),
    security(("bearer" = [])))]
pub(crate) async fn show_timeline(
    account: Account,
    State(state): State<ApiState>,
    Path(id): Id,
) -> Result<Response, ApiError> {
    let project = find(&state, &account, &id).await?;
    match saved(&state, &account, &project.id).await?.ok_or_else(no_plan)? {
        Ok((_, timeline)) => Ok(Json(shown(&timeline)).into_response()),
        Err(errors) => Ok(invalid(StatusCode::BAD_REQUEST, "The saved plan does not fit the media any more", errors)),
    }
}

fn shown(timeline: &Timeline) -> Value {
    let ms = |frames: u64| milliseconds(frames, timeline.rate);
    let segments = timeline.segments.iter().zip(timeline.starts()).enumerate().map(|(index, (segment, start))| {
        let kind = match &segment.shown {
            Shown::Black => "black",
            Shown::Picture { .. } => "image",
            Shown::Video { .. } => "video",
        };
        let mut told = json!({
            "index": index,
            "segment": segment.number,
            "type": kind,
            "media_id": segment.shown.media_id(),
            "start_frame": start,
            "frames": segment.frames,
            "start_ms": ms(start),
            "duration_ms": ms(u64::from(segment.frames)),
            "crossfade_frames": segment.crossfade,
        });
        match &segment.shown {
            Shown::Picture { effect, .. } => told["effect"] = json!(effect),
            Shown::Video { start_ms, end_ms, .. } => {
                told["source_in_ms"] = json!(start_ms);
                told["source_out_ms"] = json!(end_ms);
            }
            Shown::Black => {}
        }
        told
    });
    json!({
        "width": timeline.width,
        "height": timeline.height,
        "fps": timeline.rate.as_f64(),
        "total_frames": timeline.frames(),
        "total_duration_ms": timeline.duration_ms(),
        "segments": segments.collect::<Vec<_>>(),
        "audio": timeline.audio,
        "warnings": timeline.warnings,
    })
}
