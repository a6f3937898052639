//! Making a job out of a request, once for each `Idempotency-Key`.

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kinora_store::{Created, Job, NewJob};
use serde::Serialize;
use uuid::Uuid;

use super::JobBody;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::ApiState;

const HEADER: &str = "idempotency-key";
/// The longest key, bytes.
const LONGEST: usize = 255;

/// What a job is made from.
pub struct Submission<'a> {
    /// Which workflow.
    pub kind: &'a str,
    /// Its version.
    pub version: i64,
    /// The higher the sooner; 0 is normal.
    pub priority: i64,
    /// The client's key: the same key and the same request make one job.
    pub key: Option<String>,
    /// The input, JSON, for a job with a given id. The same request and id give the same text: that is how two
    /// requests with one key are told to be the same.
    pub input: &'a (dyn Fn(&str) -> Result<String, ApiError> + Sync),
}

/// Makes a job for the caller, or finds the one that was made with the same key.
///
/// # Errors
/// 422 where the key was used for another request; what the store says.
pub async fn submit(state: &ApiState, caller: &Caller, submission: Submission<'_>) -> Result<Created, ApiError> {
    let Submission { kind, version, priority, key, input } = submission;
    let id = Uuid::now_v7().to_string();
    let job = NewJob {
        input: input(&id)?,
        id,
        kind: kind.into(),
        workflow_version: version,
        owner: caller.owner().into(),
        priority,
        idempotency_key: key,
        ..NewJob::default()
    };
    let created = state.engine().submit(job).await?;
    let same = created.fresh || (created.job.kind == kind && created.job.input == input(&created.job.id)?);
    if same {
        return Ok(created);
    }
    Err(ApiError::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "idempotency_key_reused",
        "This Idempotency-Key was used for another request; use a new key for a new request.",
    ))
}

/// The input of a job as its row keeps it.
pub(crate) fn input(input: &impl Serialize) -> Result<String, ApiError> {
    serde_json::to_string(input).map_err(|error| {
        tracing::error!("a request cannot be written: {error}");
        ApiError::internal()
    })
}

/// 202 with a job.
pub(crate) fn accepted(job: Job) -> Response {
    let location = [(header::LOCATION, format!("/api/jobs/{}", job.id))];
    (StatusCode::ACCEPTED, location, Json(JobBody::from(job))).into_response()
}

/// Whether the client prefers the job at once to its result later (RFC 7240).
pub(crate) fn prefers_async(headers: &HeaderMap) -> bool {
    headers.get_all("prefer").iter().any(|value| value.to_str().is_ok_and(|value| value.contains("respond-async")))
}

/// The client's `Idempotency-Key`.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let mut all = headers.get_all(HEADER).iter();
    let Some(key) = all.next() else {
        return Ok(None);
    };
    let readable = |key: &&str| (1..=LONGEST).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    match key.to_str().ok().map(str::trim).filter(readable) {
        Some(key) if all.next().is_none() => Ok(Some(key.into())),
        _ => Err(ApiError::invalid(
            "Idempotency-Key",
            format!(
                "Idempotency-Key may be given once, and be 1 to {LONGEST} visible ASCII characters without spaces."
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn with(keys: &[&str]) -> Result<Option<String>, ApiError> {
        let name = HeaderName::from_static(HEADER);
        let headers = keys.iter().map(|key| (name.clone(), HeaderValue::from_bytes(key.as_bytes()).unwrap()));
        idempotency_key(&headers.collect())
    }

    #[test]
    fn a_key_is_one_short_plain_word() {
        assert_eq!(with(&[]).unwrap(), None);
        assert_eq!(with(&["7f3e-1"]).unwrap().as_deref(), Some("7f3e-1"));
        let long = "k".repeat(LONGEST + 1);
        for bad in [vec![""], vec!["two words"], vec!["ключ"], vec![long.as_str()], vec!["a", "b"]] {
            assert!(with(&bad).is_err(), "{bad:?}");
        }
    }
}
