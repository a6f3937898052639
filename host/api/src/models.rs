//! `/api/models`: what can be generated here, and what it costs.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use kinora_domain::documents::Price;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::ApiState;

/// Says what can be generated now. It is asked anew each time, since plugins come and go.
pub type ModelSource = Arc<dyn Fn() -> Vec<ModelInfo> + Send + Sync>;

/// One operation of one model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct ModelInfo {
    /// The plugin that speaks with it.
    #[schema(example = "openai")]
    pub provider: String,
    /// The provider's name for people.
    #[schema(example = "OpenAI")]
    pub title: String,
    /// The upstream's name of the model.
    pub model: String,
    /// `text`, `image` or `video`.
    #[schema(example = "text")]
    pub operation: String,
    /// What it can do beyond the plain operation, such as `json-schema`, `seed`, `audio`.
    pub capabilities: Vec<String>,
    /// What it costs; null where it is free.
    pub price: Option<ModelPrice>,
    /// The day after which the upstream no longer serves it; null where none is known.
    #[schema(example = "2027-01-31")]
    pub retires: Option<String>,
    /// Whether it can be used now.
    pub available: bool,
    /// Why not: no key, retired, switched off. Null where it can.
    pub unavailable_because: Option<String>,
    /// Whether it is what this operation uses where nothing else is asked for.
    pub default: bool,
}

/// What a model costs, in millionths of a US dollar.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ModelPrice {
    /// For a million input tokens.
    pub input_tokens: Option<u64>,
    /// For a million output tokens.
    pub output_tokens: Option<u64>,
    /// For one picture.
    pub picture: Option<u64>,
    /// For one second of video.
    pub second: Option<u64>,
}

impl From<Price> for ModelPrice {
    fn from(price: Price) -> Self {
        let Price { input_tokens, output_tokens, picture, second } = price;
        ModelPrice { input_tokens, output_tokens, picture, second }
    }
}

/// What can be generated.
#[derive(Serialize, ToSchema)]
pub(crate) struct Models {
    /// One for each operation of each model.
    models: Vec<ModelInfo>,
}

/// Lists what can be generated now
#[utoipa::path(get, path = "/models", tag = "models", operation_id = "list_models",
    responses((status = 200, description = "Providers and their models", body = Models)),
    security((), ("bearer" = [])))]
pub(crate) async fn list(_: Caller, State(state): State<ApiState>) -> Result<Json<Models>, ApiError> {
    Ok(Json(Models { models: (state.sources().models)() }))
}
