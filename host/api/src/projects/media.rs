//! A project's pictures and clips.

use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{FromRequestParts, Multipart, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kinora_domain::documents::MediaFacts;
use kinora_store::{BlobId, MediaKind, MediaRow, NewMedia, StoreError};
use kinora_workflows::{MEDIA_KIND, MEDIA_VERSION, MediaInput};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Id, clear, find, no_project};
use crate::auth::{self, Account, Caller};
use crate::error::{ApiError, ErrorBody};
use crate::extract::{JsonBody, Params, shown};
use crate::jobs::{self, Submission};
use crate::state::ApiState;
use crate::time::iso_millis;
use crate::{media, multipart};

/// The largest file, bytes.
const LARGEST: u64 = 4 << 30;
/// The most files of one form, and of one project.
const TOGETHER: usize = 100;
const MOST: usize = 1000;

/// Files to be sent.
#[derive(ToSchema)]
pub(crate) struct MediaForm {
    /// Pictures (PNG, JPEG, WebP) and clips, up to 4 GiB each, as often as there are files.
    #[schema(value_type = Vec<String>, format = Binary, content_media_type = "application/octet-stream")]
    #[allow(dead_code)]
    files: Vec<Vec<u8>>,
}

/// A picture or a clip of a project.
#[derive(Serialize, ToSchema)]
pub(crate) struct MediaBody {
    /// What plans call it.
    id: String,
    project_id: String,
    /// The client's name of it.
    filename: String,
    /// Going by its bytes.
    #[schema(example = "video/mp4")]
    media_type: String,
    /// `image` or `video`.
    #[serde(rename = "type")]
    kind: &'static str,
    size_bytes: i64,
    /// Its place in the project, from 0.
    position: i64,
    /// `pending`, `processing`, `ready` or `failed`.
    processing_status: &'static str,
    /// Why it cannot be used; null where it can.
    error: Option<String>,
    /// Pixels, upright; null until it is ready.
    width: Option<u32>,
    /// Pixels, upright; null until it is ready.
    height: Option<u32>,
    /// Of a clip; null for pictures.
    duration_ms: Option<u64>,
    /// Frames per second of a clip, on average; null for pictures.
    fps: Option<f64>,
    /// Whether a clip can be heard; null for pictures.
    has_audio: Option<bool>,
    /// A small picture of it; null where there is none.
    thumbnail_url: Option<String>,
    /// The job that looks into it.
    job_id: Option<String>,
    /// ISO 8601, UTC.
    #[schema(format = DateTime)]
    created_at: String,
}

/// A file that was not taken.
#[derive(Serialize, ToSchema)]
pub(crate) struct NotTaken {
    filename: String,
    /// Why, a sentence.
    error: String,
}

/// What became of the files of a form.
#[derive(Serialize, ToSchema)]
pub(crate) struct Taken {
    /// Those that were taken; they are looked into now.
    uploaded: Vec<MediaBody>,
    /// Those that were not.
    failed: Vec<NotTaken>,
    total_uploaded: usize,
}

/// The media of a project.
#[derive(Serialize, ToSchema)]
pub(crate) struct MediaList {
    /// In their order.
    media: Vec<MediaBody>,
}

/// The media of a project in another order.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Order {
    /// The ids of all of them, each once.
    media_ids: Vec<String>,
}

fn body(state: &ApiState, row: MediaRow) -> Result<MediaBody, ApiError> {
    let facts: Option<MediaFacts> = row.facts.as_deref().and_then(|facts| serde_json::from_str(facts).ok());
    let clip = facts.as_ref().filter(|_| row.kind == MediaKind::Video);
    let thumbnail_url = match &row.thumbnail {
        Some(_) => Some(state.tokens().link(&thumbnail_path(&row.id))?),
        None => None,
    };
    Ok(MediaBody {
        thumbnail_url,
        width: facts.as_ref().map(|facts| facts.width),
        height: facts.as_ref().map(|facts| facts.height),
        duration_ms: clip.map(|facts| facts.duration_ms),
        fps: clip.and_then(|facts| facts.rate).map(|rate| rate.as_f64()),
        has_audio: clip.map(|facts| facts.has_audio),
        kind: row.kind.as_str(),
        processing_status: row.status.as_str(),
        id: row.id,
        project_id: row.project,
        filename: row.filename,
        media_type: row.media_type,
        size_bytes: row.size_bytes,
        position: row.position,
        error: row.error,
        job_id: row.job,
        created_at: iso_millis(row.created_at),
    })
}

fn thumbnail_path(id: &str) -> String {
    format!("/api/media/{id}/thumbnail")
}

fn no_media(id: &str) -> ApiError {
    let message = format!("There is no media {:?}, or it is somebody else's.", shown(id));
    ApiError::new(StatusCode::NOT_FOUND, "media_not_found", message)
}

async fn owned(state: &ApiState, owner: &str, id: &str) -> Result<MediaRow, ApiError> {
    match state.store().media(owner, &id.to_lowercase()).await {
        Ok(row) => Ok(row),
        Err(StoreError::NotFound(_)) => Err(no_media(id)),
        Err(error) => Err(error.into()),
    }
}

/// Adds pictures and clips to a project
///
/// Each is stored, then looked into by a job: `processing_status` says how far that is. The same content is stored once.
#[utoipa::path(post, path = "/projects/{project_id}/media", tag = "projects", operation_id = "add_media",
    params(("project_id" = String, Path, description = "The project's id")),
    request_body(content = MediaForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "What became of each file", body = Taken),
        (status = 404, description = "There is no such project", body = ErrorBody)), security(("bearer" = [])))]
pub(crate) async fn add_media(
    account: Account,
    State(state): State<ApiState>,
    Path(id): Id,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<Taken>), ApiError> {
    let project = find(&state, &account, &id).await?;
    let mut form = form.map_err(|_| multipart::no_form("files"))?;
    let mut there = state.store().media_of(&account.id, &project.id).await?.len();
    let (mut uploaded, mut failed) = (Vec::new(), Vec::new());
    while let Some(field) = multipart::next(&mut form).await? {
        if !field.name().is_some_and(|name| matches!(name, "files" | "files[]" | "file")) {
            continue;
        }
        if uploaded.len() + failed.len() == TOGETHER {
            return Err(ApiError::invalid("files", format!("A form may have {TOGETHER} files.")));
        }
        let filename = multipart::name(&field);
        if there >= MOST {
            let error = format!("A project may have {MOST} files.");
            failed.push(NotTaken { filename, error });
            continue;
        }
        match take(&state, &account, &project.id, field).await {
            Ok(row) => {
                there += 1;
                uploaded.push(body(&state, row)?);
            }
            Err(error) if error.status().is_client_error() && error.code() != "broken_body" => {
                failed.push(NotTaken { filename, error: error.message().to_owned() });
            }
            Err(error) => return Err(error),
        }
    }
    if uploaded.is_empty() && failed.is_empty() {
        return Err(ApiError::invalid("files", "The form has no field called files."));
    }
    let total_uploaded = uploaded.len();
    Ok((StatusCode::CREATED, Json(Taken { uploaded, failed, total_uploaded })))
}

async fn take(
    state: &ApiState,
    account: &Account,
    project: &str,
    field: axum::extract::multipart::Field<'_>,
) -> Result<MediaRow, ApiError> {
    let multipart::Received { name, blob } = multipart::receive(state, field, LARGEST).await?;
    let kind = match blob.media_type.split('/').next() {
        Some("image") => MediaKind::Image,
        Some("video") => MediaKind::Video,
        _ => {
            let media_type = blob.media_type;
            let message =
                format!("{name:?} is neither a picture nor a clip: its bytes say that it is of the type {media_type}.");
            return Err(ApiError::invalid("files", message));
        }
    };
    let new = NewMedia {
        blob: blob.id.to_string(),
        filename: name,
        media_type: blob.media_type.into(),
        kind,
        size_bytes: i64::try_from(blob.size).unwrap_or(i64::MAX),
    };
    let row = state.store().add_media(&account.id, project, new).await?;
    let input = MediaInput { media: row.id.clone(), blob: row.blob.clone() };
    let caller = Caller { account: Some(account.clone()) };
    let text = |_: &str| jobs::input(&input);
    let submission = Submission { kind: MEDIA_KIND, version: MEDIA_VERSION, priority: 1, key: None, input: &text };
    let job = jobs::submit(state, &caller, submission).await?.job;
    state.store().note_media_job(&account.id, &row.id, &job.id).await?;
    Ok(state.store().media(&account.id, &row.id).await?)
}

/// Lists the media of a project
#[utoipa::path(get, path = "/projects/{project_id}/media", tag = "projects", operation_id = "list_media",
    params(("project_id" = String, Path, description = "The project's id")),
    responses((status = 200, description = "They", body = MediaList),
        (status = 404, description = "There is no such project", body = ErrorBody)), security(("bearer" = [])))]
pub(crate) async fn list_media(
    account: Account,
    State(state): State<ApiState>,
    Path(id): Id,
) -> Result<Json<MediaList>, ApiError> {
    let project = find(&state, &account, &id).await?;
    let rows = state.store().media_of(&account.id, &project.id).await?;
    Ok(Json(MediaList { media: rows.into_iter().map(|row| body(&state, row)).collect::<Result<_, _>>()? }))
}

/// Puts the media of a project in another order
#[utoipa::path(put, path = "/projects/{project_id}/media/order", tag = "projects", operation_id = "reorder_media",
    params(("project_id" = String, Path, description = "The project's id")), request_body = Order,
    responses((status = 200, description = "In their order", body = MediaList),
        (status = 404, description = "There is no such project", body = ErrorBody),
        (status = 409, description = "It does not name each of them once", body = ErrorBody)), security(("bearer" = [])))]
pub(crate) async fn reorder_media(
    account: Account,
    State(state): State<ApiState>,
    Path(id): Id,
    JsonBody(Order { media_ids }): JsonBody<Order>,
) -> Result<Json<MediaList>, ApiError> {
    let project = find(&state, &account, &id).await?;
    match state.store().reorder_media(&account.id, &project.id, media_ids).await {
        Ok(()) => {}
        Err(StoreError::NotFound(_)) => return Err(no_project(&id)),
        Err(error) => return Err(error.into()),
    }
    list_media(account, State(state), Path(id)).await
}

/// Shows a picture or a clip
#[utoipa::path(get, path = "/media/{media_id}", tag = "projects", operation_id = "show_media",
    params(("media_id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It", body = MediaBody),
        (status = 404, description = "There is none", body = ErrorBody)), security(("bearer" = [])))]
pub(crate) async fn show_media(
    account: Account,
    State(state): State<ApiState>,
    Path(id): Id,
) -> Result<Json<MediaBody>, ApiError> {
    let row = owned(&state, &account.id, &id).await?;
    Ok(Json(body(&state, row)?))
}

/// Takes a picture or a clip out of its project
#[utoipa::path(delete, path = "/media/{media_id}", tag = "projects", operation_id = "delete_media",
    params(("media_id" = String, Path, description = "Its id")),
    responses((status = 204, description = "It is gone"),
        (status = 404, description = "There is none", body = ErrorBody)), security(("bearer" = [])))]
pub(crate) async fn delete_media(
    account: Account,
    State(state): State<ApiState>,
    Path(id): Id,
) -> Result<StatusCode, ApiError> {
    let row = owned(&state, &account.id, &id).await?;
    let jobs = state.store().delete_media(&account.id, &row.id).await?;
    clear(&state, jobs).await;
    Ok(StatusCode::NO_CONTENT)
}

/// What a link carries instead of a header.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Signed {
    /// From an answer's link.
    pub token: Option<String>,
}

/// Gives a small picture of a picture or a clip
#[utoipa::path(get, path = "/media/{media_id}/thumbnail", tag = "projects", operation_id = "media_thumbnail",
    params(("media_id" = String, Path, description = "Its id"), Signed),
    responses((status = 200, description = "The picture", content_type = "image/jpeg", body = Vec<u8>),
        (status = 404, description = "There is none", body = ErrorBody)), security((), ("bearer" = [])))]
pub(crate) async fn media_thumbnail(
    State(state): State<ApiState>,
    Path(id): Id,
    Params(Signed { token }): Params<Signed>,
    mut parts: Parts,
) -> Result<Response, ApiError> {
    let row = match token {
        Some(token) => {
            auth::follow_link(&state, &parts, &token, &thumbnail_path(&id))?;
            state.store().media_by_id(&id).await?
        }
        None => {
            let account = Account::from_request_parts(&mut parts, &state).await?;
            Some(owned(&state, &account.id, &id).await?)
        }
    };
    let blob = row.and_then(|row| row.thumbnail).ok_or_else(|| no_media(&id))?;
    let blob: BlobId = blob.parse()?;
    let headers: &HeaderMap = &parts.headers;
    media::blob(state.blobs(), &blob, headers).await
}
