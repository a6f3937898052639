//! What is seen of a request: its id, one line in the log, its share of the metrics. Never its query and never its
//! `Authorization`, which hold tokens.

use std::any::Any;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;
use uuid::Uuid;

use crate::error::ApiError;
use crate::state::ApiState;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id of a client that is taken over.
const LONGEST_ID: usize = 128;

/// Middleware, the outermost.
pub(crate) async fn observe(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = request_id(request.headers().get(&REQUEST_ID));
    let method = request.method().clone();
    // Of a path that nobody serves nothing is kept: it may be anything, also a secret in the wrong place.
    let path = request.extensions().get::<MatchedPath>().cloned();
    let route = path.as_ref().map_or("unmatched", MatchedPath::as_str);
    let span = tracing::info_span!(
        "request",
        id = id.to_str().unwrap_or_default(),
        %method,
        route,
        status = tracing::field::Empty,
        ms = tracing::field::Empty,
    );
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, took) = (response.status().as_u16(), began.elapsed());
    span.record("status", status);
    span.record("ms", took.as_secs_f64() * 1e3);
    span.in_scope(|| match status {
        500.. => tracing::warn!("answered"),
        _ => tracing::debug!("answered"),
    });
    state.metrics().answered(&method, route, status, took);
    let headers = response.headers_mut();
    headers.insert(&REQUEST_ID, id);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::X_FRAME_OPTIONS).or_insert(HeaderValue::from_static("DENY"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The client's id where it is short and plain, else a new one.
fn request_id(given: Option<&HeaderValue>) -> HeaderValue {
    let plain = |id: &&HeaderValue| {
        let bytes = id.as_bytes();
        (1..=LONGEST_ID).contains(&bytes.len())
            && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:+/=".contains(byte))
    };
    given.filter(plain).cloned().unwrap_or_else(|| {
        let mut buffer = Uuid::encode_buffer();
        HeaderValue::from_str(Uuid::now_v7().hyphenated().encode_lower(&mut buffer))
            .unwrap_or(HeaderValue::from_static("unknown"))
    })
}

/// What is answered where a handler panicked.
pub(crate) fn panicked(payload: Box<dyn Any + Send>) -> Response {
    let said = payload.downcast_ref::<String>().map(String::as_str);
    let said = said.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message");
    tracing::error!("a handler panicked: {said}");
    ApiError::internal().into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clients_id_is_taken_over_only_where_it_is_short_and_plain() {
        let good = HeaderValue::from_static("01HV-abc_1.2");
        assert_eq!(request_id(Some(&good)), good);
        let long = "a".repeat(LONGEST_ID + 1);
        for bad in ["", "two words", "a\"b", long.as_str()] {
            let bad = HeaderValue::from_str(bad).unwrap();
            assert_ne!(request_id(Some(&bad)), bad);
        }
        assert_ne!(request_id(None), request_id(None));
    }
}
