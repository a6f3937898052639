//! Clips joined into one.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kinora_workflows::{MERGE_KIND, MERGE_VERSION, MergeInput};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{blob, check_id, find, uploaded};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{JsonBody, shown};
use crate::jobs::{self, JobBody, Submission};
use crate::state::ApiState;

/// The most clips of one film.
const CLIPS: usize = 100;
/// How long a crossfade lasts, in milliseconds.
const CROSSFADE: u32 = 500;
const LONGEST: u32 = 10_000;

/// What is joined.
#[derive(Deserialize, ToSchema)]
pub(crate) struct MergeVideos {
    /// Clips of the caller's, in order; 1 to 100.
    #[serde(default)]
    video_ids: Vec<String>,
    /// `cut` or `crossfade`.
    #[schema(default = "cut")]
    #[serde(default)]
    transition: Option<String>,
    /// How long a crossfade lasts, 1 to 10000; at most half of each clip.
    #[schema(default = 500, minimum = 1, maximum = 10000)]
    #[serde(default)]
    transition_ms: Option<u32>,
    /// The `blob_id` of a piece of music that was sent to `/api/mv/uploads`; it lies under the clips' own sound, and the
    /// whole is brought to an even loudness.
    #[serde(default)]
    audio_id: Option<String>,
}

/// Joins clips into one
///
/// Clips of different sizes, rates and codecs, with or without sound, get the first one's size and rate; where all are
/// alike they are copied as they are. Answers at once with the job; its id is the video's, for `/api/mv/get_video/{id}`.
#[utoipa::path(post, path = "/mv/merge", tag = "music video", operation_id = "merge_videos", request_body = MergeVideos,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body are joined once")),
    responses((status = 202, description = "The job", body = JobBody),
              (status = 404, description = "A clip is not there", body = crate::error::ErrorBody)),
    security((), ("bearer" = [])))]
pub(crate) async fn merge(
    caller: Caller,
    State(state): State<ApiState>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<MergeVideos>,
) -> Result<Response, ApiError> {
    let key = jobs::idempotency_key(&headers)?;
    let crossfade_ms = match (request.transition.as_deref().unwrap_or("cut"), request.transition_ms) {
        ("cut", _) => 0,
        ("crossfade", ms) => ms.unwrap_or(CROSSFADE),
        (other, _) => {
            let message = format!("transition is {:?}; it may be cut or crossfade.", shown(other));
            return Err(ApiError::invalid("transition", message));
        }
    };
    if crossfade_ms > LONGEST {
        let message = format!("transition_ms is {crossfade_ms}; at most {LONGEST} are possible.");
        return Err(ApiError::invalid("transition_ms", message));
    }
    let count = request.video_ids.len();
    if !(1..=CLIPS).contains(&count) {
        return Err(ApiError::invalid(
            "video_ids",
            format!("video_ids names {count} videos; 1 to {CLIPS} are joined."),
        ));
    }
    let mut clips = Vec::new();
    for (index, id) in request.video_ids.iter().enumerate() {
        check_id(id)?;
        let job = find(&state, &caller, id).await?;
        let Some(blob) = job.as_ref().and_then(blob) else {
            let message = format!("Video {} of video_ids, {}, is not there or not ready.", index + 1, shown(id));
            return Err(ApiError::new(StatusCode::NOT_FOUND, "not_found", message));
        };
        clips.push(blob.to_string());
    }
    let audio = match request.audio_id.as_deref().filter(|id| !id.trim().is_empty()) {
        Some(id) => Some(uploaded(&state, &caller, "audio_id", id, &["audio", "video"]).await?.to_string()),
        None => None,
    };
    let input = MergeInput { clips, crossfade_ms, audio };
    let text = |_: &str| jobs::input(&input);
    let submission = Submission { kind: MERGE_KIND, version: MERGE_VERSION, priority: 0, key, input: &text };
    let job = jobs::submit(&state, &caller, submission).await?.job;
    Ok(jobs::accepted(job))
}
