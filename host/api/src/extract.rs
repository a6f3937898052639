//! What a client sent, read and judged: bodies of JSON and the parameters of a query.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;

use crate::error::ApiError;
use crate::state::ApiState;

/// A body of JSON. It is also read where it comes without a `Content-Type` or as `text/plain`, as the documents' own
/// examples send it.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<ApiState> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, ApiError> {
        read_json(&json_body(request, state).await?).map(JsonBody)
    }
}

/// The largest body of JSON that may carry a picture, bytes: 16 MiB of picture are 22 MiB in base64.
const LARGE: usize = 24 << 20;

/// A body of JSON that may carry a picture in base64.
pub(crate) struct LargeJson<T>(pub T);

impl<T: DeserializeOwned> FromRequest<ApiState> for LargeJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, ApiError> {
        check_type(request.headers())?;
        read_json(&whole_body(request, LARGE, state.options().body_patience).await?).map(LargeJson)
    }
}

/// A body of JSON that may be left out: everything in it has a default.
pub(crate) struct OptionalBody<T>(pub T);

impl<T: DeserializeOwned + Default> FromRequest<ApiState> for OptionalBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, ApiError> {
        let body = json_body(request, state).await?;
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(OptionalBody(T::default()));
        }
        read_json(&body).map(OptionalBody)
    }
}

async fn json_body(request: Request, state: &ApiState) -> Result<Vec<u8>, ApiError> {
    check_type(request.headers())?;
    whole_body(request, state.options().json_limit, state.options().body_patience).await
}

/// Reads a body of at most `limit` bytes that comes within `patience`.
pub(crate) async fn whole_body(request: Request, limit: usize, patience: Duration) -> Result<Vec<u8>, ApiError> {
    let too_large = || {
        ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            format!("The body is larger than {limit} bytes, which is the most that is read here."),
        )
    };
    let headers = request.headers();
    let given = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let over = given.is_some_and(|length: u64| length > limit as u64);
    // Who waits to be asked for the body is spared the sending.
    if over && headers.contains_key(header::EXPECT) {
        return Err(too_large());
    }
    match tokio::time::timeout(patience, read_body(request.into_body(), limit)).await {
        Err(_) if over => Err(too_large()),
        Err(_) => Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", "The body did not arrive in time.")),
        Ok(Err(_)) => Err(ApiError::bad_request("broken_body", "The body ended before its end.")),
        Ok(Ok(body)) => body.ok_or_else(too_large),
    }
}

/// The most that is read of a body, bytes. What is too large is read on and thrown away: a sender whose connection is
/// closed while it still writes sees a broken pipe and not the answer.
const LONGEST: usize = 32 << 20;

/// Reads a body; none where it is larger than `limit`.
async fn read_body(body: Body, limit: usize) -> Result<Option<Vec<u8>>, axum::Error> {
    let mut parts = body.into_data_stream();
    let (mut read, mut length) = (Vec::new(), 0_usize);
    while let Some(part) = parts.next().await {
        let part = part?;
        length = length.saturating_add(part.len());
        if length > LONGEST.max(limit) {
            break;
        }
        if length <= limit {
            read.extend_from_slice(&part);
        } else {
            read = Vec::new();
        }
    }
    Ok((length <= limit).then_some(read))
}

/// The media type of a body, in lower case and without parameters; empty where none is said.
fn media_type(headers: &HeaderMap) -> String {
    let given = headers.get(header::CONTENT_TYPE).map(|given| String::from_utf8_lossy(given.as_bytes()));
    given.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn wrong_type(given: &str, wanted: &str) -> ApiError {
    ApiError::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        format!("Content-Type is {}, and {wanted} is read here.", shown(given)),
    )
}

/// Refuses bodies that say they are something else than a component.
pub(crate) fn check_component_type(headers: &HeaderMap) -> Result<(), ApiError> {
    match media_type(headers).as_str() {
        "" | "application/wasm" | "application/octet-stream" => Ok(()),
        given => Err(wrong_type(given, "application/wasm")),
    }
}

/// Refuses bodies that say they are something else than JSON.
fn check_type(headers: &HeaderMap) -> Result<(), ApiError> {
    let essence = media_type(headers);
    let is_json = essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"));
    if is_json || essence.is_empty() || essence == "text/plain" {
        return Ok(());
    }
    Err(wrong_type(&essence, "application/json"))
}

fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(ApiError::bad_request("invalid_json", "The body is empty; a JSON object is expected."));
    }
    // A list would else be read as the fields of an object in their order.
    if body.trim_ascii_start().first() != Some(&b'{') {
        serde_json::from_slice::<serde::de::IgnoredAny>(body).map_err(|error| refused(".", error))?;
        return Err(ApiError::invalid("body", "The body is JSON, and is to be an object."));
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        refused(&path, error.into_inner())
    })?;
    reader.end().map_err(|error| refused(".", error))?;
    Ok(value)
}

/// Reads a part of a body that was read as JSON: the fields that `T` knows.
pub(crate) fn part<T: DeserializeOwned>(body: &Value) -> Result<T, ApiError> {
    serde_path_to_error::deserialize(body).map_err(|error| {
        let path = error.path().to_string();
        refused(&path, error.into_inner())
    })
}

fn refused(path: &str, error: serde_json::Error) -> ApiError {
    let said = error.to_string();
    match error.classify() {
        Category::Data => {
            // The place in the text means nothing to who sent a value.
            let said = said.split(" at line ").next().unwrap_or_default();
            let field = if path == "." { "body" } else { path };
            ApiError::invalid(field, format!("{}: {}.", shown(field), shown(said)))
        }
        _ => ApiError::bad_request("invalid_json", format!("The body is no JSON: {said}.")),
    }
}

/// The parameters of a query.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<ApiState> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &ApiState) -> Result<Self, ApiError> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(params)) => Ok(Params(params)),
            Err(rejection) => {
                let said = rejection.body_text();
                let said = said.strip_prefix("Failed to deserialize query string: ").unwrap_or(&said);
                Err(ApiError::invalid("query", format!("The query cannot be read: {}.", shown(said))))
            }
        }
    }
}

/// The longest piece of what was sent that an error repeats, characters.
const SHOWN: usize = 200;

/// What was sent, short enough to be said again.
pub(crate) fn shown(text: &str) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(SHOWN) {
        None => text.into(),
        Some((end, _)) => format!("{}…", &text[..end]).into(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Outer {
        #[allow(dead_code)]
        inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    struct Inner {
        #[allow(dead_code)]
        title: String,
    }

    fn read(body: &str) -> ApiError {
        read_json::<Outer>(body.as_bytes()).unwrap_err()
    }

    #[test]
    fn a_wrong_type_is_said_with_the_place_in_the_document() {
        let error = read(r#"{"inner": [{"title": "a"}, {"title": 5}]}"#);
        assert_eq!(error.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(error.message(), "inner[1].title: invalid type: integer `5`, expected a string.");
    }

    #[test]
    fn broken_json_is_said_with_the_place_in_the_text() {
        for (body, place) in [("{\"inner\": [}", "line 1 column 12"), ("{} x", "line 1 column 4"), ("\u{1}", "line 1")]
        {
            let error = read_json::<serde_json::Value>(body.as_bytes()).unwrap_err();
            assert_eq!(error.status(), StatusCode::BAD_REQUEST);
            assert!(error.message().contains(place), "{error:?}");
        }
    }

    #[test]
    fn a_thousand_brackets_overflow_no_stack() {
        let error = read_json::<serde_json::Value>("[".repeat(100_000).as_bytes()).unwrap_err();
        assert_eq!(error.status(), StatusCode::BAD_REQUEST);
    }

    #[test]
    fn a_long_value_is_not_repeated_whole() {
        let error = read(&format!("{{\"inner\": \"{}\"}}", "x".repeat(100_000)));
        assert!(error.message().chars().count() < 300, "{}", error.message().len());
    }

    #[test]
    fn json_is_read_with_its_type_without_any_and_as_plain_text() {
        let with = |text: &'static str| {
            let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(text))];
            check_type(&headers.into_iter().collect())
        };
        assert!(check_type(&HeaderMap::new()).is_ok());
        for good in
            ["application/json", "Application/JSON; charset=utf-8", "text/plain;charset=UTF-8", "application/ld+json"]
        {
            assert!(with(good).is_ok(), "{good}");
        }
        for bad in
            ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/html", "application/xml"]
        {
            assert_eq!(with(bad).unwrap_err().status(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "{bad}");
        }
    }
}
