//! A clip as the document answers it, and why there is none.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use kinora_store::{Job, JobState};
use kinora_workflows::{ClipInput, ClipMade};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::jobs;
use crate::time::iso_seconds;

/// A clip that was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct Video {
    /// Its id, a UUID; also its job's.
    pub video_id: String,
    /// Its name among the host's files.
    pub video_path: String,
    /// Where it is fetched.
    #[schema(example = "/api/mv/get_video/a1b2c3d4-e5f6-7890-abcd-ef1234567890")]
    pub video_url: String,
    /// How it was made.
    pub metadata: VideoMetadata,
}

/// How a clip was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct VideoMetadata {
    /// What it shows.
    pub prompt: String,
    /// The provider's id.
    pub backend_used: String,
    /// The upstream's name of the model.
    pub model_used: String,
    /// What was asked for.
    pub parameters_used: Parameters,
    /// When it was ready. ISO 8601, UTC.
    #[schema(format = DateTime)]
    pub generation_timestamp: String,
    /// From the request to the clip.
    pub processing_time_seconds: f64,
    /// Pixels, as it was made.
    pub width: u32,
    /// Pixels, as it was made.
    pub height: u32,
    /// Seconds, as it was made.
    pub duration_seconds: f64,
    /// What was left out or changed because the model cannot do it, one sentence each.
    pub warnings: Vec<String>,
}

/// What was asked for.
#[derive(Serialize, ToSchema)]
pub(crate) struct Parameters {
    aspect_ratio: String,
    duration: f64,
    generate_audio: bool,
    seed: Option<u64>,
}

/// What is known of a clip.
#[derive(Serialize, ToSchema)]
pub(crate) struct VideoInfo {
    /// The id that was asked for.
    pub video_id: String,
    /// Whether there is such a clip.
    pub exists: bool,
    /// Null where there is none.
    pub file_size_bytes: Option<u64>,
    /// ISO 8601, UTC; null where there is none.
    #[schema(format = DateTime)]
    pub created_at: Option<String>,
}

/// Why nothing was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct GenerationError {
    /// `VideoGenerationError`, `SceneGenerationError` or `CharacterGenerationError`.
    error: &'static str,
    /// `CONTENT_POLICY_VIOLATION`, `RATE_LIMIT_EXCEEDED`, `AUTHENTICATION_ERROR`, `TIMEOUT`, `MODEL_UNAVAILABLE`,
    /// `INVALID_REQUEST`, `BUDGET_EXCEEDED` or `UNKNOWN_ERROR`.
    error_code: &'static str,
    /// A sentence.
    message: String,
    /// The provider's id.
    backend_used: String,
    /// ISO 8601, UTC.
    #[schema(format = DateTime)]
    timestamp: String,
    /// More, where there is more to say.
    details: String,
    /// The sentence again, for clients that look here.
    detail: String,
}

impl GenerationError {
    /// An error of one of the document's codes.
    pub fn new(
        error: &'static str,
        error_code: &'static str,
        backend: &str,
        at_ms: i64,
        message: String,
        details: String,
    ) -> Self {
        let timestamp = iso_seconds(at_ms);
        let detail = message.clone();
        GenerationError { error, error_code, message, backend_used: backend.to_owned(), timestamp, details, detail }
    }
}

impl IntoResponse for GenerationError {
    fn into_response(self) -> Response {
        // What the client can mend is its own fault.
        let status = match self.error_code {
            "INVALID_REQUEST" => StatusCode::BAD_REQUEST,
            "BUDGET_EXCEEDED" => StatusCode::PAYMENT_REQUIRED,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let retry = (self.error_code == "RATE_LIMIT_EXCEEDED").then_some([(header::RETRY_AFTER, RETRY)]);
        let retry = retry.map_or_else(Vec::new, |headers| headers.to_vec());
        (status, AppendHeaders(retry), Json(self)).into_response()
    }
}

/// Seconds after which an upstream that throttles may be asked again: its own wish was honoured before it was given up.
const RETRY: &str = "30";

/// The document's word for a clip that was not made.
pub(crate) const VIDEO: &str = "VideoGenerationError";

/// The document's code for the code of a failure.
fn code(failure: &str) -> &'static str {
    match failure {
        "content-policy" => "CONTENT_POLICY_VIOLATION",
        "rate-limited" => "RATE_LIMIT_EXCEEDED",
        // Both are the administrator's to mend, and waiting helps with neither.
        "authentication" | "quota-exhausted" => "AUTHENTICATION_ERROR",
        "timeout" => "TIMEOUT",
        "model-unavailable" | "no-plugin" => "MODEL_UNAVAILABLE",
        "invalid-request" => "INVALID_REQUEST",
        "budget-exceeded" => "BUDGET_EXCEEDED",
        _ => "UNKNOWN_ERROR",
    }
}

/// The clip of a job that made one.
pub(crate) fn made(job: &Job) -> Option<ClipMade> {
    let result = job.result.as_deref().filter(|_| job.state == JobState::Completed)?;
    serde_json::from_str(result).ok()
}

fn input(job: &Job) -> Result<ClipInput, ApiError> {
    serde_json::from_str(&job.input).map_err(|error| {
        tracing::error!("the request of job {} cannot be read: {error}", job.id);
        ApiError::internal()
    })
}

/// A job that has ended without a result, as the document says it. `error` is the document's word for the kind.
pub(crate) fn refused(error: &'static str, job: &Job, provider: &str) -> GenerationError {
    let (failure, message) = match (jobs::failure(job), job.state) {
        (Some(failure), _) => (failure.code, failure.message),
        (None, JobState::Cancelled) => ("cancelled".into(), "The generation was cancelled.".to_owned()),
        (None, _) => ("unknown".into(), "The clip could not be made.".to_owned()),
    };
    let details = match job.state {
        JobState::Uncertain => format!(
            "Nobody knows whether the provider accepted the request. POST /api/jobs/{0}/resubmit sends it again, which may be \
             paid twice; DELETE /api/jobs/{0} gives it up.",
            job.id
        ),
        _ => failure.clone(),
    };
    let ended = job.completed_at.unwrap_or(job.updated_at);
    GenerationError::new(error, code(&failure), provider, ended, message, details)
}

/// A job that has ended, as the document answers it.
pub(crate) fn answer(job: &Job, link: impl FnOnce(&str) -> Result<String, ApiError>) -> Result<Response, ApiError> {
    let input = input(job)?;
    let ended = job.completed_at.unwrap_or(job.updated_at);
    let Some(ClipMade { blob: _, made_by, facts, warnings }) = made(job) else {
        return Ok(refused(VIDEO, job, &input.provider).into_response());
    };
    let model_used = made_by.rsplit_once(", ").map_or(made_by.as_str(), |(_, model)| model).to_owned();
    let video = Video {
        video_id: job.id.clone(),
        video_path: format!("videos/{}.mp4", job.id),
        video_url: link(&super::path(&job.id))?,
        metadata: VideoMetadata {
            prompt: input.prompt,
            backend_used: input.provider,
            model_used,
            parameters_used: Parameters {
                aspect_ratio: input.aspect_ratio,
                duration: input.duration,
                generate_audio: input.generate_audio,
                seed: input.seed,
            },
            generation_timestamp: iso_seconds(ended),
            processing_time_seconds: (ended - job.created_at) as f64 / 1000.0,
            width: facts.width,
            height: facts.height,
            duration_seconds: facts.duration_ms as f64 / 1000.0,
            warnings,
        },
    };
    Ok(Json(video).into_response())
}
