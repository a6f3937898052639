//! Content of the blob store as an answer, and links to it that browsers can follow.

use std::ops::Range;

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
    let size = blobs.head(id).await?.size;
    let described = [
        (header::CONTENT_TYPE, HeaderValue::from_static(id.media_type())),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline")),
        (header::ACCEPT_RANGES, HeaderValue::from_static("bytes")),
    ];
    // A part of another version would be of no use; blobs have one version only.
    let current = headers.get(header::IF_RANGE).is_none_or(|known| known.to_str().is_ok_and(|known| known == tag));
    let asked = headers.get(header::RANGE).filter(|_| current).and_then(|range| range.to_str().ok());
    let (status, range, content_range) = match asked.map_or(Asked::Whole, |asked| part(asked, size)) {
        Asked::Whole => (StatusCode::OK, 0..size, None),
        Asked::Part(range) => {
            let said = format!("bytes {}-{}/{size}", range.start, range.end - 1);
            (StatusCode::PARTIAL_CONTENT, range, Some(said))
        }
        Asked::Beyond => {
            let message = format!("The file has {size} bytes, and the range lies beyond them.");
            let refused = ApiError::new(StatusCode::RANGE_NOT_SATISFIABLE, "range_not_satisfiable", message);
            return Ok(([(header::CONTENT_RANGE, format!("bytes */{size}"))], refused).into_response());
        }
    };
    let length = [(header::CONTENT_LENGTH, HeaderValue::from(range.end - range.start))];
    let content = if range.is_empty() { Body::empty() } else { Body::from_stream(blobs.open_range(id, range).await?) };
    let mut response = (status, fixed, described, length, content).into_response();
    if let Some(said) = content_range.and_then(|said| HeaderValue::from_str(&said).ok()) {
        response.headers_mut().insert(header::CONTENT_RANGE, said);
    }
    Ok(response)
}

/// What a `Range` header asks for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    /// All: also where it asks for several parts at once or cannot be read, which a server may take so.
    Whole,
    Part(Range<u64>),
    Beyond,
}

/// Reads `bytes=0-99`, `bytes=100-` and `bytes=-100`.
fn part(asked: &str, size: u64) -> Asked {
    let Some((first, last)) = asked.trim().strip_prefix("bytes=").and_then(|asked| asked.split_once('-')) else {
        return Asked::Whole;
    };
    let number = |text: &str| text.trim().parse::<u64>();
    let range = match (number(first), number(last)) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Ok(first), Err(_)) if last.trim().is_empty() => first..size,
        (Err(_), Ok(length)) if first.trim().is_empty() => size.saturating_sub(length)..size,
        _ => return Asked::Whole,
    };
    if range.start < range.end { Asked::Part(range) } else { Asked::Beyond }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_at_the_end_of_the_file() {
        assert_eq!(part("bytes=0-99", 1000), Asked::Part(0..100));
        assert_eq!(part("bytes=900-", 1000), Asked::Part(900..1000));
        assert_eq!(part("bytes=900-5000", 1000), Asked::Part(900..1000));
        assert_eq!(part("bytes=-100", 1000), Asked::Part(900..1000));
        assert_eq!(part("bytes=-5000", 1000), Asked::Part(0..1000));
        assert_eq!(part("bytes=1000-", 1000), Asked::Beyond);
        assert_eq!(part("bytes=-0", 1000), Asked::Beyond);
        assert_eq!(part("bytes=0-", 0), Asked::Beyond);
    }

    #[test]
    fn a_range_that_cannot_be_read_gives_the_whole_file() {
        for asked in
            ["", "items=0-1", "bytes=a-b", "bytes=5-2", "bytes=0-1,4-5", "bytes=-", "bytes=99999999999999999999-"]
        {
            assert_eq!(part(asked, 1000), Asked::Whole, "{asked}");
        }
    }
}
