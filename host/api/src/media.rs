//! Content of the blob store as an answer, and links to it that browsers can follow.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kinora_store::{BlobError, BlobId, Blobs};

use crate::error::ApiError;

/// Answers with a blob. Its name says its content, so a client that has it need not get it again.
pub(crate) async fn blob(blobs: &Blobs, id: &BlobId, headers: &HeaderMap) -> Result<Response, ApiError> {
    let tag = format!("\"{id}\"");
    let same = |known: &HeaderValue| {
        known.to_str().is_ok_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag))
    };
    let etag = HeaderValue::from_str(&tag).map_err(|_| ApiError::internal())?;
    let cache = HeaderValue::from_static("private, max-age=3600");
    let fixed = [(header::ETAG, etag), (header::CACHE_CONTROL, cache)];
    if headers.get_all(header::IF_NONE_MATCH).iter().any(same) {
        return Ok((StatusCode::NOT_MODIFIED, fixed).into_response());
    }
    let (blob, content) = blobs.open(id).await?;
    let described = [
        (header::CONTENT_TYPE, HeaderValue::from_static(blob.media_type)),
        (header::CONTENT_LENGTH, HeaderValue::from(blob.size)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline")),
    ];
    Ok((fixed, described, Body::from_stream(content)).into_response())
}

/// A path as a whole URL, by the name that the request came by; only the path where that name cannot be read.
pub(crate) fn link(headers: &HeaderMap, path: &str) -> String {
    let Some(host) = crate::door::host(headers) else {
        return path.into();
    };
    // Whoever made this header up only misleads themselves.
    let secure = headers.get("x-forwarded-proto").is_some_and(|scheme| scheme == "https");
    format!("{}://{host}{path}", if secure { "https" } else { "http" })
}

impl From<BlobError> for ApiError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Missing { .. } | BlobError::NotAnId(_) => ApiError::not_found("file"),
            error => {
                tracing::error!("{error}");
                ApiError::unavailable("The file cannot be read just now. Try again in a moment.")
            }
        }
    }
}
