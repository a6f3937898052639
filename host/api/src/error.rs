//! Why a request was refused, and how that is said: one type, one shape.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kinora_store::StoreError;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Why a request was refused. It becomes a status and an [`ErrorBody`].
#[derive(Clone, Debug, PartialEq)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    details: Option<Value>,
    retry_after: Option<u64>,
}

/// What a refused request is answered.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ErrorBody {
    /// A stable word in snake_case, for programs.
    #[schema(example = "invalid_value")]
    error: String,
    /// A sentence, for people.
    message: String,
    /// The sentence again, for clients that look here.
    detail: String,
    /// More, where there is more to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Value>,
}

/// Seconds after which a temporary trouble may be over.
const SOON: u64 = 2;

impl ApiError {
    /// An error of any kind. `code` is a stable word in snake_case, `message` a sentence.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        ApiError { status, code, message: message.into(), details: None, retry_after: None }
    }

    /// Adds what programs may want to read.
    pub fn details(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }

    /// Says after how many seconds the same request may go well.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// 400: the request as a whole cannot be read or is not possible now.
    pub fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        ApiError::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// 401: nobody knows who asks.
    pub fn unauthorized(message: impl Into<String>) -> Self {
        ApiError::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    /// 403: it is known who asks, and it is refused.
    pub fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        ApiError::new(StatusCode::FORBIDDEN, code, message)
    }

    /// 404: there is none, or it is not the caller's.
    pub fn not_found(what: &str) -> Self {
        ApiError::new(StatusCode::NOT_FOUND, "not_found", format!("There is no such {what}."))
    }

    /// 409: not in this state.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        ApiError::new(StatusCode::CONFLICT, code, message)
    }

    /// 422: a value is wrong. The sentence names the field, its value and what it may be.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_value", message)
            .details(serde_json::json!({"field": field}))
    }

    /// 500: our own fault. What happened is in the log, never in the answer.
    pub fn internal() -> Self {
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Kinora failed; its log says where.")
    }

    /// 503: not just now.
    pub fn unavailable(message: impl Into<String>) -> Self {
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message).retry_after(SOON)
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Its stable word.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Its sentence.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = ErrorBody {
            error: self.code.into(),
            detail: self.message.clone(),
            message: self.message,
            details: self.details,
        };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// What the store says is for the log: it may name files and hosts.
impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound(what) => ApiError::not_found(what),
            StoreError::Conflict(message) => ApiError::conflict("conflict", message),
            StoreError::OverBudget(message) => ApiError::new(StatusCode::PAYMENT_REQUIRED, "budget_exceeded", message),
            StoreError::Lost => ApiError::conflict("conflict", "Somebody else has changed this meanwhile."),
            StoreError::Full => {
                tracing::error!("{error}");
                ApiError::new(
                    StatusCode::INSUFFICIENT_STORAGE,
                    "storage_full",
                    "The disk is full, so nothing more can be kept. Make room and try again.",
                )
            }
            StoreError::Unavailable(_) => {
                tracing::warn!("{error}");
                ApiError::unavailable("The database does not answer just now. Try again in a moment.")
            }
            StoreError::Unusable(_) => {
                tracing::error!("{error}");
                ApiError::internal()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_database_says_is_in_no_answer() {
        let path = "unable to open database file: /srv/kinora/kinora.db";
        for error in [StoreError::Unavailable(path.into()), StoreError::Unusable(path.into()), StoreError::Full] {
            let error = ApiError::from(error);
            assert!(!format!("{error:?}").contains("/srv"), "{error:?}");
        }
    }

    #[test]
    fn a_trouble_of_the_store_has_the_status_that_says_whether_to_try_again() {
        let status = |error: StoreError| ApiError::from(error).into_response();
        let away = status(StoreError::Unavailable("x".into()));
        assert_eq!(away.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(away.headers()[header::RETRY_AFTER], "2");
        assert_eq!(status(StoreError::Full).status(), StatusCode::INSUFFICIENT_STORAGE);
        assert_eq!(status(StoreError::Unusable("x".into())).status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(status(StoreError::NotFound("job")).status(), StatusCode::NOT_FOUND);
    }
}
