//! Files that clients send as `multipart/form-data`: streamed into the blob store, of which nothing is in memory.

use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;
use futures_util::{TryStreamExt, stream};
use kinora_store::{Blob, PutError};

use crate::error::ApiError;
use crate::state::ApiState;

/// The longest name of a file that is kept, characters.
const LONGEST_NAME: usize = 200;

/// A file that was sent and is in the blob store.
pub(crate) struct Received {
    /// The client's name of it; never a path.
    pub name: String,
    pub blob: Blob,
}

/// What is said to who sends no form.
pub(crate) fn no_form(field: &str) -> ApiError {
    let message = format!("Send the file as multipart/form-data, in a field called {field}.");
    ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message)
}

/// The client's name of a field's file; never a path.
pub(crate) fn name(field: &Field<'_>) -> String {
    plain(field.file_name().unwrap_or_default())
}

/// Stores the file of a field.
pub(crate) async fn receive(state: &ApiState, field: Field<'_>, limit: u64) -> Result<Received, ApiError> {
    let name = name(&field);
    let patience = state.options().body_patience;
    let content = stream::try_unfold(field, |mut field| async move {
        match tokio::time::timeout(patience, field.try_next()).await {
            Ok(piece) => Ok(piece.map_err(|error| broken(&error))?.map(|piece| (piece, field))),
            Err(_) => {
                let message = "The file did not go on in time.";
                Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", message))
            }
        }
    });
    match state.blobs().put_stream(content, limit).await {
        Ok(blob) if blob.size == 0 => Err(ApiError::invalid("file", format!("The file {name:?} is empty."))),
        Ok(blob) => Ok(Received { name, blob }),
        Err(PutError::Stream(error)) => Err(error),
        Err(PutError::Blob(kinora_store::BlobError::TooLarge { limit })) => {
            let message =
                format!("The file {name:?} is larger than {} MiB, which is the most that is taken.", limit >> 20);
            Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", message))
        }
        Err(PutError::Blob(error)) => Err(error.into()),
    }
}

/// The next field of a form, if there is one.
pub(crate) async fn next(form: &mut Multipart) -> Result<Option<Field<'_>>, ApiError> {
    form.next_field().await.map_err(|error| broken(&error))
}

fn broken(error: &MultipartError) -> ApiError {
    let status = if error.status().is_client_error() { error.status() } else { StatusCode::BAD_REQUEST };
    ApiError::new(status, "broken_body", format!("The form cannot be read: {}.", error.body_text()))
}

/// The last part of a name, without what a terminal or a file system would take for more than a name.
fn plain(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    if name.trim().is_empty() { "file".into() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_is_no_path() {
        for (given, kept) in [
            ("song.mp3", "song.mp3"),
            ("../../etc/passwd", "passwd"),
            ("C:\\music\\song.mp3", "song.mp3"),
            ("a\u{1b}[31m.png", "a[31m.png"),
            ("", "file"),
            ("x/", "file"),
        ] {
            assert_eq!(plain(given), kept);
        }
        assert_eq!(plain(&"ü".repeat(500)).chars().count(), LONGEST_NAME);
    }
}
