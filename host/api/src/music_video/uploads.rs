//! Pictures and music that a client sends along, to be named in later requests.

use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use kinora_domain::documents::MediaFacts;
use kinora_store::{BlobId, NewUpload, Upload};
use kinora_workflows::Uninspected;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::shown;
use crate::multipart;
use crate::state::ApiState;
use crate::time::iso_seconds;

/// The largest file, bytes.
const LARGEST: u64 = 512 << 20;
/// The most files in one list.
const LISTED: i64 = 1000;

/// A file to be sent.
#[derive(ToSchema)]
pub(crate) struct UploadForm {
    /// A picture (PNG, JPEG, WebP), a piece of music (MP3, M4A, WAV, FLAC, OGG, AAC, AIFF) or a clip, up to 512 MiB.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    #[allow(dead_code)]
    file: Vec<u8>,
}

/// A file that was sent.
#[derive(Serialize, ToSchema)]
pub(crate) struct Uploaded {
    /// What `reference_image_id` and `audio_id` take.
    blob_id: String,
    /// The client's name of it.
    filename: String,
    /// Going by its bytes.
    #[schema(example = "image/png")]
    media_type: String,
    size_bytes: u64,
    /// ISO 8601, UTC.
    #[schema(format = DateTime)]
    created_at: String,
}

/// A file that was sent, and what is in it.
#[derive(Serialize, ToSchema)]
pub(crate) struct UploadedNow {
    #[serde(flatten)]
    upload: Uploaded,
    /// Pixels; 0 for sound.
    width: u32,
    /// Pixels; 0 for sound.
    height: u32,
    /// Seconds; 0 for a picture.
    duration_seconds: f64,
}

/// The caller's files.
#[derive(Serialize, ToSchema)]
pub(crate) struct Uploads {
    /// The oldest first.
    uploads: Vec<Uploaded>,
}

impl From<Upload> for Uploaded {
    fn from(upload: Upload) -> Self {
        Uploaded {
            blob_id: upload.blob.to_string(),
            filename: upload.name,
            media_type: upload.blob.media_type().into(),
            size_bytes: upload.size,
            created_at: iso_seconds(upload.created_at),
        }
    }
}

/// Takes a picture or a piece of music
///
/// It is looked into, and kept for the caller alone. The same content is kept once.
#[utoipa::path(post, path = "/mv/uploads", tag = "music video", operation_id = "upload_file",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "It is kept", body = UploadedNow)), security((), ("bearer" = [])))]
pub(crate) async fn upload(
    caller: Caller,
    State(state): State<ApiState>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<UploadedNow>), ApiError> {
    let mut form = form.map_err(|_| multipart::no_form("file"))?;
    while let Some(field) = multipart::next(&mut form).await? {
        if field.name() != Some("file") {
            continue;
        }
        let multipart::Received { name, blob } = multipart::receive(&state, field, LARGEST).await?;
        // Noted before it is looked into: what is refused is forgotten again, and its content with it.
        let new = NewUpload { owner: caller.owner().into(), blob: blob.id, name, size: blob.size };
        let known = state.store().upload(caller.owner(), &blob.id).await?.is_some();
        let upload = state.store().add_upload(new).await?;
        return match inspected(&state, &upload).await {
            Ok(facts) => {
                let MediaFacts { width, height, duration_ms, .. } = facts;
                let duration_seconds = duration_ms as f64 / 1000.0;
                let upload = Uploaded::from(upload);
                Ok((StatusCode::CREATED, Json(UploadedNow { upload, width, height, duration_seconds })))
            }
            Err(error) => {
                if !known {
                    state.store().remove_upload(caller.owner(), &blob.id).await?;
                }
                Err(error)
            }
        };
    }
    Err(ApiError::invalid("file", "The form has no field called file."))
}

async fn inspected(state: &ApiState, upload: &Upload) -> Result<MediaFacts, ApiError> {
    let media_type = upload.blob.media_type();
    let known = ["image/", "audio/", "video/"].iter().any(|kind| media_type.starts_with(kind));
    if !known {
        let message = format!(
            "{:?} is neither a picture nor a sound nor a clip: its bytes say that it is of the type {media_type}.",
            upload.name
        );
        return Err(ApiError::invalid("file", message));
    }
    (state.sources().inspect)(upload.blob).await.map_err(|error| match error {
        Uninspected::Unusable(reason) => {
            ApiError::invalid("file", format!("{:?} cannot be used: {reason}.", upload.name))
        }
        Uninspected::Failed(reason) => {
            tracing::error!("an upload could not be looked into: {reason}");
            ApiError::internal()
        }
    })
}

/// Lists the caller's uploads
#[utoipa::path(get, path = "/mv/uploads", tag = "music video", operation_id = "list_uploads",
    responses((status = 200, description = "They", body = Uploads)), security((), ("bearer" = [])))]
pub(crate) async fn uploads(caller: Caller, State(state): State<ApiState>) -> Result<Json<Uploads>, ApiError> {
    let uploads = state.store().uploads(Some(caller.owner()), LISTED).await?;
    Ok(Json(Uploads { uploads: uploads.into_iter().map(Uploaded::from).collect() }))
}

/// Deletes an upload
///
/// What already uses it goes on.
#[utoipa::path(delete, path = "/mv/uploads/{blob_id}", tag = "music video", operation_id = "delete_upload",
    params(("blob_id" = String, Path, description = "Its id")),
    responses((status = 204, description = "It is gone")), security((), ("bearer" = [])))]
pub(crate) async fn delete_upload(
    caller: Caller,
    State(state): State<ApiState>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let gone = match id.parse::<BlobId>() {
        Ok(blob) => state.store().remove_upload(caller.owner(), &blob).await?,
        Err(_) => false,
    };
    if gone { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::not_found("upload")) }
}

/// The blob of an upload of the caller's that a request names in `field`, of one of these kinds.
pub(super) async fn uploaded(
    state: &ApiState,
    caller: &Caller,
    field: &'static str,
    id: &str,
    kinds: &[&str],
) -> Result<BlobId, ApiError> {
    let found = match id.parse::<BlobId>() {
        Ok(blob) => state.store().upload(caller.owner(), &blob).await?,
        Err(_) => None,
    };
    let Some(Upload { blob, .. }) = found else {
        let message =
            format!("{field} is {:?}, which is no upload of yours; send the file to /api/mv/uploads.", shown(id));
        return Err(ApiError::new(StatusCode::NOT_FOUND, "not_found", message));
    };
    if kinds.iter().any(|kind| blob.media_type().starts_with(kind)) {
        return Ok(blob);
    }
    let message =
        format!("{field} names a file of the type {}; one of {} is needed.", blob.media_type(), kinds.join(", "));
    Err(ApiError::invalid(field, message))
}
