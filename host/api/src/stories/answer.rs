//! The answers of the two-step contract, and why there is none.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kinora_domain::documents::{StoryKind, StorySegment};
use kinora_store::{Job, JobState};
use kinora_workflows::{StoryMade, StoryMetadataMade, StorySetMade};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::jobs;

/// Seconds after which an upstream that throttles may be asked again: its own wish was honoured before it was given up.
const RETRY: u64 = 30;

/// The metadata of a story.
#[derive(Serialize, ToSchema)]
pub(crate) struct MetadataAnswer {
    /// `title`, `short_summary`, `description`, `hashtags`, `narrator_voice`, `characters_roster`, `story_outline` and
    /// `generation_info`: what the second step is given back.
    #[schema(value_type = Object)]
    metadata: Value,
    /// What the story is known by. The same metadata has the same id.
    story_id: String,
}

/// A set of a movie.
#[derive(Serialize, ToSchema)]
pub(crate) struct MovieSetAnswer {
    segments: MovieSet,
    /// What the story is known by.
    story_id: String,
    /// The files that were written, by their names in `/api/exports`.
    files: Vec<String>,
}

/// A set of a movie.
#[derive(Serialize, ToSchema)]
pub(crate) struct MovieSet {
    /// Always so.
    success: bool,
    /// Which it is, from 1.
    set_number: u32,
    /// How many segments it has.
    segments_count: usize,
    story_set: StorySet,
    /// The one after it; null at the end.
    next_set_number: Option<u32>,
    /// Whether it is the last.
    is_complete: bool,
}

/// The segments of a set.
#[derive(Serialize, ToSchema)]
pub(crate) struct StorySet {
    /// The story's title.
    title: String,
    /// In order; their numbers run on across sets.
    #[schema(value_type = Vec<SegmentBody>)]
    segments: Vec<StorySegment>,
}

/// A batch of a story, of memes or of free content.
#[derive(Serialize, ToSchema)]
pub(crate) struct BatchAnswer {
    segments: Batch,
    /// What the story is known by.
    story_id: String,
    /// The files that were written, by their names in `/api/exports`.
    files: Vec<String>,
}

/// A batch of segments.
#[derive(Serialize, ToSchema)]
pub(crate) struct Batch {
    /// Always so.
    success: bool,
    /// Which it is, from 1.
    batch_number: u32,
    /// How many segments it has.
    segments_count: usize,
    /// In order; their numbers run on across batches.
    #[schema(value_type = Vec<SegmentBody>)]
    segments: Vec<StorySegment>,
    /// The one after it; null at the end.
    next_batch_number: Option<u32>,
    /// Whether it is the last.
    is_complete: bool,
}

/// A whole story.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "it describes what the job keeps")]
pub(crate) struct StoryAnswer {
    /// What the story is known by.
    story_id: String,
    /// As the first step answers it.
    #[schema(value_type = Object)]
    metadata: Value,
    /// All, in order.
    #[schema(value_type = Vec<SegmentBody>)]
    segments: Vec<StorySegment>,
    /// Always so.
    is_complete: bool,
    /// The files that were written, by their names in `/api/exports`.
    files: Vec<String>,
}

/// One segment. It has a narration or a dialogue.
#[derive(ToSchema)]
#[allow(dead_code, reason = "it describes what the SDK's document is written as")]
pub(crate) struct SegmentBody {
    /// From 1, over the whole story.
    segment_number: u32,
    title: String,
    /// What the narrator says; empty where the characters speak.
    narration: String,
    /// What the characters say, in order.
    dialogue: Vec<LineBody>,
    /// What is seen.
    visual_description: String,
    /// The ids of the characters that are seen.
    characters: Vec<String>,
}

/// One line of a dialogue.
#[derive(ToSchema)]
#[allow(dead_code, reason = "it describes what the SDK's document is written as")]
pub(crate) struct LineBody {
    /// Who speaks.
    character_id: String,
    line: String,
}

pub(super) fn metadata(job: &Job, _: StoryKind) -> Result<Response, ApiError> {
    let StoryMetadataMade { story_id, metadata } = made(job)?;
    Ok(Json(MetadataAnswer { metadata, story_id }).into_response())
}

pub(super) fn set(job: &Job, kind: StoryKind) -> Result<Response, ApiError> {
    let StorySetMade { story_id, title, set, segments, next_set, files, .. } = made(job)?;
    let (success, segments_count, is_complete) = (true, segments.len(), next_set.is_none());
    if kind != StoryKind::Movie {
        let (batch_number, next_batch_number) = (set, next_set);
        let segments = Batch { success, batch_number, segments_count, segments, next_batch_number, is_complete };
        return Ok(Json(BatchAnswer { segments, story_id, files }).into_response());
    }
    let story_set = StorySet { title, segments };
    let (set_number, next_set_number) = (set, next_set);
    let segments = MovieSet { success, set_number, segments_count, story_set, next_set_number, is_complete };
    Ok(Json(MovieSetAnswer { segments, story_id, files }).into_response())
}

pub(super) fn story(job: &Job, _: StoryKind) -> Result<Response, ApiError> {
    let story: StoryMade = made(job)?;
    Ok(Json(story).into_response())
}

/// What a job that has ended made, or why it made nothing.
fn made<T: DeserializeOwned>(job: &Job) -> Result<T, ApiError> {
    let Some(result) = job.result.as_deref().filter(|_| job.state == JobState::Completed) else {
        return Err(refused(job));
    };
    serde_json::from_str(result).map_err(|error| {
        tracing::error!("the result of job {} cannot be read: {error}", job.id);
        ApiError::internal()
    })
}

fn refused(job: &Job) -> ApiError {
    let Some(failure) = jobs::failure(job).filter(|_| job.state != JobState::Cancelled) else {
        return ApiError::conflict("job_cancelled", "The generation was cancelled.").details(json!({"job_id": job.id}));
    };
    let details = json!({
        "job_id": job.id,
        "kind": failure.code,
        "problems": failure.problems,
        "recoverable": failure.recoverable,
        "hint": failure.hint,
    });
    let broken = |code| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, code, failure.message.clone());
    let error = match failure.code.as_str() {
        "refused-by-policy" => ApiError::bad_request("refused_by_policy", failure.message.clone()),
        "invalid-request" => ApiError::bad_request("invalid_request", failure.message.clone()),
        "budget-exceeded" => ApiError::new(StatusCode::PAYMENT_REQUIRED, "budget_exceeded", failure.message.clone()),
        "rate-limited" => broken("rate_limit_exceeded").retry_after(RETRY),
        "validation-failed" => broken("validation_failed"),
        "uncertain" => broken("uncertain"),
        _ => broken("generation_failed"),
    };
    error.details(details)
}
