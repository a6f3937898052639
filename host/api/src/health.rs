//! What machines ask that look after this one: `/health`, `/readyz`, `/metrics`.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::metrics;
use crate::state::ApiState;

/// How long the database may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(2);

/// It is alive.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    #[schema(example = "ok")]
    status: &'static str,
    /// The version of Kinora.
    version: String,
}

/// What it needs to work.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ready {
    /// `ready`.
    #[schema(example = "ready")]
    status: &'static str,
    /// `ok`, or what is wrong.
    checks: Checks,
}

/// `ok`, or what is wrong.
#[derive(Serialize, ToSchema)]
pub(crate) struct Checks {
    /// Whether the database answers.
    #[schema(example = "ok")]
    database: &'static str,
    /// Whether new jobs are begun.
    #[schema(example = "ok")]
    engine: &'static str,
}

/// Says that this process is alive
#[utoipa::path(get, path = "/health", tag = "operation", operation_id = "show_health",
    responses((status = 200, description = "It is alive", body = Health)))]
pub(crate) async fn health(State(state): State<ApiState>) -> Json<Health> {
    Json(Health { status: "ok", version: state.options().version.clone() })
}

/// Says that this process is alive, under the other usual name
#[utoipa::path(get, path = "/healthz", tag = "operation", operation_id = "show_healthz",
    responses((status = 200, description = "It is alive", body = Health)))]
pub(crate) async fn healthz(state: State<ApiState>) -> Json<Health> {
    health(state).await
}

/// Says whether this process can serve requests
#[utoipa::path(get, path = "/readyz", tag = "operation", operation_id = "show_readiness",
    responses((status = 200, description = "It can", body = Ready),
              (status = 503, description = "It cannot; `details` says what is wrong", body = crate::error::ErrorBody)))]
pub(crate) async fn ready(State(state): State<ApiState>) -> Result<Json<Ready>, ApiError> {
    let answers = tokio::time::timeout(PATIENCE, state.store().ping()).await;
    let database = if matches!(answers, Ok(Ok(()))) { "ok" } else { "does not answer" };
    let engine = if state.engine().is_draining() { "ends, and begins nothing more" } else { "ok" };
    let wrong: Vec<String> = [("the database", database), ("the engine", engine)]
        .into_iter()
        .filter(|(_, said)| *said != "ok")
        .map(|(what, said)| format!("{what} {said}"))
        .collect();
    if wrong.is_empty() {
        return Ok(Json(Ready { status: "ready", checks: Checks { database, engine } }));
    }
    let details = serde_json::json!({"database": database, "engine": engine});
    let message = format!("Not ready: {}.", wrong.join(", "));
    Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", message).details(details))
}

/// Gives figures for Prometheus
#[utoipa::path(get, path = "/metrics", tag = "operation", operation_id = "show_metrics",
    responses((status = 200, description = "Figures", body = String, content_type = "application/openmetrics-text")))]
pub(crate) async fn metrics(State(state): State<ApiState>) -> Response {
    let text = state.metrics().encode(state.engine()).await;
    ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response()
}
