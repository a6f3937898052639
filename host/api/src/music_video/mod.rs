//! The music video contract: scenes, a character, clips, one by one, and the film they make. Each is a durable job; a
//! clip's id is its job's.

mod answer;
mod beginning;
mod merge;
mod request;
mod uploads;

pub(crate) use beginning::*;
pub(crate) use merge::*;
pub(crate) use uploads::*;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kinora_domain::documents::{Manifest, Role};
use kinora_store::{BlobId, Job, JobFilter, JobState};
use kinora_workflows::{CLIP_KIND, CLIP_VERSION, ClipInput, MERGE_KIND};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::auth::{self, ANONYMOUS, Caller};
use crate::error::ApiError;
use crate::extract::{LargeJson, Params, shown};
use crate::jobs::{self, JobBody, Submission};
use crate::media;
use crate::state::ApiState;
use answer::{GenerationError, VIDEO, Video, VideoInfo};
use request::{GenerateVideo, Picture, Wanted};

/// The most clips in one list.
const LISTED: i64 = 100;

/// Where a clip is fetched.
fn path(id: &str) -> String {
    format!("/api/mv/get_video/{id}")
}

/// Makes a clip
///
/// Answers when it is there, which takes seconds to minutes. With `Prefer: respond-async` it answers at once with the job;
/// its id is the clip's. Who goes away loses nothing: the job goes on, and the same `Idempotency-Key` with the same body
/// gives its clip.
#[utoipa::path(post, path = "/mv/generate_video", tag = "music video", operation_id = "generate_video", request_body = GenerateVideo,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body make one clip"),
           ("Prefer" = Option<String>, Header, description = "`respond-async`: answer at once with the job")),
    responses((status = 200, description = "The clip", body = Video), (status = 202, description = "The job", body = JobBody),
              (status = 500, description = "Why there is no clip", body = GenerationError)),
    security((), ("bearer" = [])))]
pub(crate) async fn generate(
    caller: Caller,
    State(state): State<ApiState>,
    headers: HeaderMap,
    LargeJson(request): LargeJson<GenerateVideo>,
) -> Result<Response, ApiError> {
    let key = jobs::idempotency_key(&headers)?;
    let Wanted { input, picture } = request.check(&state.options().video)?;
    if let Some(refused) = refuse_backend(&state, &input.provider)? {
        return Ok(refused.into_response());
    }
    let reference_image = match picture {
        Some(Picture::Content(content)) => Some(state.blobs().put(content.into()).await?.id.to_string()),
        Some(Picture::Upload(id)) => {
            Some(uploaded(&state, &caller, "reference_image_id", &id, &["image"]).await?.to_string())
        }
        None => None,
    };
    let mut input = ClipInput { reference_image, ..input };
    for (field, frame) in [("first_frame_id", &mut input.first_frame), ("last_frame_id", &mut input.last_frame)] {
        if let Some(id) = frame {
            *id = uploaded(&state, &caller, field, id, &["image"]).await?.to_string();
        }
    }
    let text = |_: &str| jobs::input(&input);
    let submission = Submission { kind: CLIP_KIND, version: CLIP_VERSION, priority: 0, key, input: &text };
    let job = jobs::submit(&state, &caller, submission).await?.job;
    if jobs::prefers_async(&headers) {
        return Ok(jobs::accepted(job));
    }
    let job = state.engine().ended(&job.id).await?;
    answer::answer(&job, |path| link(&state, &job, path))
}

/// Why a provider cannot be asked: it is not there, or has no key.
fn refuse_backend(state: &ApiState, id: &str) -> Result<Option<GenerationError>, ApiError> {
    let generations = state.plugins().generations();
    let makes = |manifest: &Manifest| manifest.models.iter().any(|model| model.operation == "video");
    let Some(provider) = generations.get(Role::Provider, id).filter(|known| makes(&known.plugin.manifest)) else {
        let providers = generations.of_role(Role::Provider);
        let able = providers.iter().filter(|known| makes(&known.plugin.manifest));
        let able: Vec<&str> = able.map(|known| known.id()).collect();
        let message = format!("There is no backend {:?}; clips are made by: {}.", shown(id), able.join(", "));
        return Err(ApiError::bad_request("unknown_backend", message));
    };
    let given = |name: &String| provider.grant.secrets.get(name).is_some_and(|secret| !secret.is_empty());
    let Some(missing) = provider.plugin.manifest.credentials.iter().find(|credential| !given(&credential.name)) else {
        return Ok(None);
    };
    let message = format!("{} has no key on this host.", provider.plugin.manifest.title);
    let details = format!("The administrator has to set {} and start the host again.", missing.environment);
    let now = state.store().clock().now();
    Ok(Some(GenerationError::new(VIDEO, "AUTHENTICATION_ERROR", id, now, message, details)))
}

/// A path to a clip; with a token in it where the clip is a user's, so that a browser can show it.
fn link(state: &ApiState, job: &Job, path: &str) -> Result<String, ApiError> {
    if job.owner == ANONYMOUS { Ok(path.to_owned()) } else { state.tokens().link(path) }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Link {
    /// What a link in an answer carries instead of a header.
    token: Option<String>,
}

/// What is answered where there is no such clip.
#[derive(Serialize, ToSchema)]
pub(crate) struct VideoNotFound {
    error: &'static str,
    message: String,
    details: &'static str,
    /// The sentence again, for clients that look here.
    detail: String,
}

fn not_found(id: &str) -> Response {
    let message = format!("Video with ID {} not found", shown(id));
    let body = VideoNotFound {
        error: "NotFound",
        detail: message.clone(),
        message,
        details: "The video may have been deleted or the ID is incorrect",
    };
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}

/// Gives a clip
///
/// In parts too (`Range`), with an `ETag`.
#[utoipa::path(get, path = "/mv/get_video/{video_id}", tag = "music video", operation_id = "get_video",
    params(("video_id" = String, Path, description = "Its id"), Link),
    responses((status = 200, description = "The file", content_type = "video/mp4", body = Vec<u8>),
              (status = 206, description = "A part of it", content_type = "video/mp4", body = Vec<u8>),
              (status = 304, description = "The client has it already"),
              (status = 404, description = "There is none", body = VideoNotFound)),
    security((), ("bearer" = [])))]
pub(crate) async fn get(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    Params(Link { token }): Params<Link>,
    mut parts: Parts,
) -> Result<Response, ApiError> {
    check_id(&id)?;
    let job = match token {
        Some(token) => {
            auth::follow_link(&state, &parts, &token, &path(&id))?;
            state.store().job(&id).await.ok()
        }
        None => {
            let caller = Caller::from_request_parts(&mut parts, &state).await?;
            find(&state, &caller, &id).await?
        }
    };
    match job.as_ref().and_then(blob) {
        Some(blob) => media::blob(state.blobs(), &blob, &parts.headers).await,
        None => Ok(not_found(&id)),
    }
}

/// Says whether there is a clip, and how large it is
#[utoipa::path(get, path = "/mv/get_video/{video_id}/info", tag = "music video", operation_id = "get_video_info",
    params(("video_id" = String, Path, description = "Its id")),
    responses((status = 200, description = "What is known", body = VideoInfo)), security((), ("bearer" = [])))]
pub(crate) async fn info(
    caller: Caller,
    State(state): State<ApiState>,
    Path(id): Path<String>,
) -> Result<Json<VideoInfo>, ApiError> {
    check_id(&id)?;
    let job = find(&state, &caller, &id).await?;
    let Some((job, blob)) = job.as_ref().and_then(|job| Some((job, blob(job)?))) else {
        return Ok(Json(VideoInfo { video_id: id, exists: false, file_size_bytes: None, created_at: None }));
    };
    let size = state.blobs().head(&blob).await?.size;
    let created_at = Some(crate::time::iso_seconds(job.created_at));
    Ok(Json(VideoInfo { video_id: id, exists: true, file_size_bytes: Some(size), created_at }))
}

/// The caller's own clips.
#[derive(Serialize, ToSchema)]
pub(crate) struct Videos {
    /// The youngest first.
    videos: Vec<ListedVideo>,
    /// What to send as `before` for the next page; null at the end.
    next: Option<String>,
}

/// A clip in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct ListedVideo {
    video_id: String,
    video_url: String,
    prompt: String,
    #[schema(format = DateTime)]
    created_at: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Before {
    /// Only clips made before this one.
    before: Option<String>,
}

/// Lists the caller's own clips
#[utoipa::path(get, path = "/mv/videos", tag = "music video", operation_id = "list_videos", params(Before),
    responses((status = 200, description = "They", body = Videos)), security((), ("bearer" = [])))]
pub(crate) async fn list(
    caller: Caller,
    State(state): State<ApiState>,
    Params(Before { before }): Params<Before>,
) -> Result<Json<Videos>, ApiError> {
    let filter = JobFilter {
        owner: Some(caller.owner().into()),
        kind: Some(CLIP_KIND.into()),
        states: vec![JobState::Completed],
        before,
        limit: LISTED,
    };
    let page = state.store().jobs(&filter).await?;
    let videos = page.jobs.iter().map(|job| {
        let input: Result<ClipInput, _> = serde_json::from_str(&job.input);
        Ok(ListedVideo {
            video_id: job.id.clone(),
            video_url: link(&state, job, &path(&job.id))?,
            prompt: input.map(|input| input.prompt).unwrap_or_default(),
            created_at: crate::time::iso_seconds(job.created_at),
        })
    });
    Ok(Json(Videos { videos: videos.collect::<Result<_, ApiError>>()?, next: page.next }))
}

/// Deletes a video
///
/// It, its job and its content are gone; what it cost stays in the usage. A film that was merged from it stays whole.
#[utoipa::path(delete, path = "/mv/videos/{video_id}", tag = "music video", operation_id = "delete_video",
    params(("video_id" = String, Path, description = "Its id")),
    responses((status = 204, description = "It is gone"),
              (status = 409, description = "It is still being made: cancel its job first", body = crate::error::ErrorBody)),
    security((), ("bearer" = [])))]
pub(crate) async fn delete(
    caller: Caller,
    State(state): State<ApiState>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    check_id(&id)?;
    let Some(job) = find(&state, &caller, &id).await? else { return Ok(not_found(&id)) };
    state.store().delete_job(&job.id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn check_id(id: &str) -> Result<(), ApiError> {
    match Uuid::try_parse(id) {
        Ok(_) => Ok(()),
        Err(_) => Err(ApiError::bad_request(
            "invalid_value",
            format!("{:?} is not the id of a video, which is a UUID.", shown(id)),
        )),
    }
}

/// The kinds of jobs that make a video.
const VIDEOS: [&str; 2] = [CLIP_KIND, MERGE_KIND];

/// The caller's job of that id that makes a video; none where there is none.
async fn find(state: &ApiState, caller: &Caller, id: &str) -> Result<Option<Job>, ApiError> {
    owned(state, caller, id, &VIDEOS).await
}

/// The caller's job of that id and of one of these kinds; none where there is none.
async fn owned(state: &ApiState, caller: &Caller, id: &str, kinds: &[&str]) -> Result<Option<Job>, ApiError> {
    match jobs::owned(state, caller, &id.to_lowercase()).await {
        Ok(job) => Ok(kinds.contains(&job.kind.as_str()).then_some(job)),
        Err(error) if error.status() == StatusCode::NOT_FOUND => Ok(None),
        Err(error) => Err(error),
    }
}

/// The blob of a job that made a video.
fn blob(job: &Job) -> Option<BlobId> {
    answer::made(job).filter(|_| VIDEOS.contains(&job.kind.as_str()))?.blob.parse().ok()
}
