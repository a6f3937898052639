//! A project's sound track and its beats.

use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{FromRequestParts, Multipart, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use kinora_domain::beats::Beats;
use kinora_store::{BlobId, MediaStatus, NewTrack, Track, TrackUpdate};
use kinora_workflows::{BEATS_KIND, BEATS_VERSION, BeatsInput, TrackFacts, Uninspected};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Id, Signed, clear, find};
use crate::auth::{self, Account, Caller};
use crate::error::{ApiError, ErrorBody};
use crate::extract::{OptionalBody, Params};
use crate::jobs::{self, Submission};
use crate::state::ApiState;
use crate::time::iso_millis;
use crate::{media, multipart};

/// The largest file, bytes.
const LARGEST: u64 = 1 << 30;
/// The tempos that can be tapped, beats per minute.
const TEMPOS: std::ops::RangeInclusive<f64> = 30.0..=300.0;

/// A file to be sent.
#[derive(ToSchema)]
pub(crate) struct AudioForm {
    /// A piece of music (MP3, M4A, WAV, FLAC, OGG, AAC, AIFF), up to 1 GiB.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    #[allow(dead_code)]
    file: Vec<u8>,
}

/// The sound track of a project.
#[derive(Serialize, ToSchema)]
pub(crate) struct AudioBody {
    project_id: String,
    /// The client's name of it.
    filename: String,
    /// Going by its bytes.
    #[schema(example = "audio/mpeg")]
    media_type: String,
    size_bytes: i64,
    duration_ms: Option<u64>,
    /// `pending`, `processing`, `ready` or `failed`.
    processing_status: &'static str,
    /// Why it could not be looked into.
    error: Option<String>,
    /// `none`, `processing`, `complete` or `failed`: whether its beats are known.
    analysis_status: &'static str,
    /// The tempo, once it was analysed and has one.
    bpm: Option<f64>,
    /// Where it can be heard.
    stream_url: String,
    /// ISO 8601, UTC.
    #[schema(format = DateTime)]
    created_at: String,
}

/// How the beats are looked for.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct Analysis {
    /// The tempo as somebody tapped it, 30 to 300: decides between the tempos that fit.
    bpm: Option<f64>,
}

/// The beats of a track.
#[derive(Serialize, ToSchema)]
pub(crate) struct BeatsBody {
    project_id: String,
    /// How long the track lasts.
    duration_ms: u64,
    /// Beats per minute; 0 where nothing beats.
    bpm: f64,
    /// How sure that is, 0 to 1.
    confidence: f64,
    /// Beats in a bar; 0 where nothing beats.
    beats_per_bar: u32,
    /// In order.
    beats: Vec<BeatBody>,
    /// What else a listener may tap.
    alternatives: Vec<TempoBody>,
}

/// A beat.
#[derive(Serialize, ToSchema)]
pub(crate) struct BeatBody {
    /// From the track's beginning.
    time_ms: f64,
    /// 0 to 1.
    strength: f64,
    /// Whether it begins a bar.
    downbeat: bool,
}

/// Another tempo.
#[derive(Serialize, ToSchema)]
pub(crate) struct TempoBody {
    bpm: f64,
    /// 0 to 1.
    confidence: f64,
}

fn stream_path(project: &str) -> String {
    format!("/api/projects/{project}/audio/stream")
}

fn no_track() -> ApiError {
    let message = "The project has no sound track; send one to its /audio.";
    ApiError::new(StatusCode::NOT_FOUND, "audio_not_found", message)
}

fn heard(track: &Track) -> Option<Beats> {
    serde_json::from_str(track.beats.as_deref()?).ok()
}

fn body(state: &ApiState, track: Track) -> Result<AudioBody, ApiError> {
    let beats = heard(&track);
    let facts: Option<TrackFacts> = track.facts.as_deref().and_then(|facts| serde_json::from_str(facts).ok());
    let analysis_status = match (&beats, track.status, &track.job) {
        (Some(_), ..) => "complete",
        (None, MediaStatus::Failed, Some(_)) => "failed",
        (None, _, Some(_)) => "processing",
        (None, _, None) => "none",
    };
    Ok(AudioBody {
        stream_url: state.tokens().link(&stream_path(&track.project))?,
        duration_ms: facts.map(|facts| facts.duration_ms),
        bpm: beats.map(|beats| beats.bpm).filter(|bpm| *bpm > 0.0),
        analysis_status,
        processing_status: track.status.as_str(),
        project_id: track.project,
        filename: track.filename,
        media_type: track.media_type,
        size_bytes: track.size_bytes,
        error: track.error,
        created_at: iso_millis(track.created_at),
    })
}

/// Gives a project a sound track
///
/// In place of the one it had.
#[utoipa::path(post, path = "/projects/{project_id}/audio", tag = "projects", operation_id = "set_audio",
    params(("project_id" = String, Path, description = "The project's id")),
    request_body(content = AudioForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "The track", body = AudioBody),
        (status = 404, description = "There is no such project", body = ErrorBody)), security(("bearer" = [])))]
pub(crate) async fn set_audio(
    account: Account,
    State(state): State<ApiState>,
    Path(id): Id,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<AudioBody>), ApiError> {
    let project = find(&state, &account, &id).await?;
    let mut form = form.map_err(|_| multipart::no_form("file"))?;
    while let Some(field) = multipart::next(&mut form).await? {
        if field.name() != Some("file") {
            continue;
        }
        let multipart::Received { name, blob } = multipart::receive(&state, field, LARGEST).await?;
        let heard = ["audio/", "video/"].iter().any(|kind| blob.media_type.starts_with(kind));
        if !heard {
            let media_type = blob.media_type;
            let message = format!("{name:?} is no sound: its bytes say that it is of the type {media_type}.");
            return Err(ApiError::invalid("file", message));
        }
        let facts = (state.sources().inspect)(blob.id).await.map_err(|error| match error {
            Uninspected::Unusable(reason) => ApiError::invalid("file", format!("{name:?} cannot be used: {reason}.")),
            Uninspected::Failed(reason) => {
                tracing::error!("a track could not be looked into: {reason}");
                ApiError::internal()
            }
        })?;
        if !facts.has_audio {
            return Err(ApiError::invalid("file", format!("{name:?} has no sound in it.")));
        }
        let new = NewTrack {
            blob: blob.id.to_string(),
            filename: name,
            media_type: blob.media_type.into(),
            size_bytes: i64::try_from(blob.size).unwrap_or(i64::MAX),
        };
        let jobs = state.store().set_track(&account.id, &project.id, new).await?;
        clear(&state, jobs).await;
        let known = serde_json::to_string(&TrackFacts { duration_ms: facts.duration_ms }).unwrap_or_default();
        let update =
            TrackUpdate { status: MediaStatus::Ready, error: None, facts: Some(known), beats: None, job: None };
        let track = state.store().update_track(&account.id, &project.id, &blob.id.to_string(), update).await?;
        return Ok((StatusCode::CREATED, Json(body(&state, track)?)));
    }
    Err(ApiError::invalid("file", "The form has no field called file."))
}

async fn track(state: &ApiState, account: &Account, id: &str) -> Result<Track, ApiError> {
    let project = find(state, account, id).await?;
    state.store().track(&account.id, &project.id).await?.ok_or_else(no_track)
}

/// Shows a project's sound track
#[utoipa::path(get, path = "/projects/{project_id}/audio", tag = "projects", operation_id = "show_audio",
    params(("project_id" = String, Path, description = "The project's id")),
    responses((status = 200, description = "The track", body = AudioBody),
        (status = 404, description = "There is no such project, or no track", body = ErrorBody)),
    security(("bearer" = [])))]
pub(crate) async fn show_audio(
    account: Account,
    State(state): State<ApiState>,
    Path(id): Id,
) -> Result<Json<AudioBody>, ApiError> {
    let track = track(&state, &account, &id).await?;
    Ok(Json(body(&state, track)?))
}

/// Takes a project's sound track away
#[utoipa::path(delete, path = "/projects/{project_id}/audio", tag = "projects", operation_id = "delete_audio",
    params(("project_id" = String, Path, description = "The project's id")),
    responses((status = 204, description = "It is gone"),
        (status = 404, description = "There is no such project, or no track", body = ErrorBody)),
    security(("bearer" = [])))]
pub(crate) async fn delete_audio(
    account: Account,
    State(state): State<ApiState>,
    Path(id): Id,
) -> Result<StatusCode, ApiError> {
    let track = track(&state, &account, &id).await?;
    let jobs = state.store().delete_track(&account.id, &track.project).await?;
    clear(&state, jobs).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Looks for the beats of a project's sound track
///
/// Answers at once with the job; when it has ended, `/audio/beats` has them.
#[utoipa::path(post, path = "/projects/{project_id}/audio/analyze", tag = "projects", operation_id = "analyze_audio",
    params(("project_id" = String, Path, description = "The project's id")), request_body = Option<Analysis>,
    responses((status = 202, description = "The job", body = crate::jobs::JobBody),
        (status = 404, description = "There is no such project, or no track", body = ErrorBody)),
    security(("bearer" = [])))]
pub(crate) async fn analyze_audio(
    account: Account,
    State(state): State<ApiState>,
    Path(id): Id,
    OptionalBody(Analysis { bpm }): OptionalBody<Analysis>,
) -> Result<Response, ApiError> {
    if let Some(bpm) = bpm.filter(|bpm| !TEMPOS.contains(bpm)) {
        return Err(ApiError::invalid("bpm", format!("bpm is {bpm}; it may be 30 to 300.")));
    }
    let track = track(&state, &account, &id).await?;
    let input = BeatsInput { project: track.project.clone(), blob: track.blob.clone(), bpm };
    let text = |_: &str| jobs::input(&input);
    let submission = Submission { kind: BEATS_KIND, version: BEATS_VERSION, priority: 1, key: None, input: &text };
    let job = jobs::submit(&state, &Caller { account: Some(account) }, submission).await?.job;
    Ok(jobs::accepted(job))
}

/// Gives the beats of a project's sound track
#[utoipa::path(get, path = "/projects/{project_id}/audio/beats", tag = "projects", operation_id = "show_beats",
    params(("project_id" = String, Path, description = "The project's id")),
    responses((status = 200, description = "The beats", body = BeatsBody),
        (status = 404, description = "There is no such project, or no track", body = ErrorBody),
        (status = 409, description = "They were not looked for, or are not there yet", body = ErrorBody)),
    security(("bearer" = [])))]
pub(crate) async fn show_beats(
    account: Account,
    State(state): State<ApiState>,
    Path(id): Id,
) -> Result<Json<BeatsBody>, ApiError> {
    let track = track(&state, &account, &id).await?;
    let Some(beats) = heard(&track) else {
        let message = match (track.status, &track.job) {
            (MediaStatus::Failed, Some(_)) => {
                format!("The beats could not be found: {}", track.error.unwrap_or_default())
            }
            (_, Some(_)) => "The beats are being looked for.".into(),
            (_, None) => "The beats were not looked for; POST to /audio/analyze first.".into(),
        };
        return Err(ApiError::conflict("not_analyzed", message));
    };
    let beat = |beat: &kinora_domain::beats::Beat| BeatBody {
        time_ms: beat.time_ms,
        strength: beat.strength,
        downbeat: beat.downbeat,
    };
    let tempo = |tempo: &kinora_domain::beats::Tempo| TempoBody { bpm: tempo.bpm, confidence: tempo.confidence };
    Ok(Json(BeatsBody {
        project_id: track.project,
        duration_ms: beats.duration_ms,
        bpm: beats.bpm,
        confidence: beats.confidence,
        beats_per_bar: beats.beats_per_bar,
        beats: beats.beats.iter().map(beat).collect(),
        alternatives: beats.alternatives.iter().map(tempo).collect(),
    }))
}

/// Gives the sound track itself
#[utoipa::path(get, path = "/projects/{project_id}/audio/stream", tag = "projects", operation_id = "stream_audio",
    params(("project_id" = String, Path, description = "The project's id"), Signed),
    responses((status = 200, description = "The file", content_type = "audio/mpeg", body = Vec<u8>),
        (status = 206, description = "A part of it", content_type = "audio/mpeg", body = Vec<u8>),
        (status = 404, description = "There is no such project, or no track", body = ErrorBody)),
    security((), ("bearer" = [])))]
pub(crate) async fn stream_audio(
    State(state): State<ApiState>,
    Path(id): Id,
    Params(Signed { token }): Params<Signed>,
    mut parts: Parts,
) -> Result<Response, ApiError> {
    let track = match token {
        Some(token) => {
            auth::follow_link(&state, &parts, &token, &stream_path(&id))?;
            state.store().track_by_project(&id).await?.ok_or_else(no_track)?
        }
        None => {
            let account = Account::from_request_parts(&mut parts, &state).await?;
            track(&state, &account, &id).await?
        }
    };
    let blob: BlobId = track.blob.parse()?;
    Ok(media::blob(state.blobs(), &blob, &parts.headers).await?.into_response())
}
