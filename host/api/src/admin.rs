//! `/api/admin/plugins`: what is installed, what serves, and changing that while requests run. Only for administrators.

use std::time::Duration;

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Path as UrlPath, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use kinora_plugins::{Activated, GrantNew, Installed, ManageError, PluginView};
use kinora_store::Role;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use crate::auth::Account;
use crate::error::{ApiError, ErrorBody};
use crate::extract::{OptionalBody, Params, check_component_type, whole_body};
use crate::state::ApiState;

/// The largest component, bytes; the runtime takes no larger one either.
const LARGEST: usize = 64 << 20;
/// As long may a component take to arrive: they are large, and some lines are thin.
const PATIENCE: Duration = Duration::from_secs(300);
/// The longest name of a file that is kept, characters.
const LONGEST_NAME: usize = 100;

/// An administrator. As an extractor it refuses everybody else.
pub(crate) struct Administrator;

impl FromRequestParts<ApiState> for Administrator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let account = Account::from_request_parts(parts, state).await?;
        if account.role == Role::Admin {
            return Ok(Administrator);
        }
        Err(ApiError::forbidden(
            "administrators_only",
            "Only administrators may do this: use a token that was made with `kinora token create --role admin`.",
        ))
    }
}

/// All plugins.
#[derive(Serialize, ToSchema)]
pub(crate) struct Plugins {
    plugins: Vec<PluginView>,
    /// What was refused and is not mended yet, one sentence each.
    refused: Vec<String>,
}

/// The bytes of a component.
pub(crate) struct Component(Vec<u8>);

impl FromRequest<ApiState> for Component {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &ApiState) -> Result<Self, ApiError> {
        check_component_type(request.headers())?;
        whole_body(request, LARGEST, PATIENCE).await.map(Component)
    }
}

/// Where a component comes from.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Origin {
    /// The file's name, for people.
    #[param(example = "generation.wasm")]
    name: Option<String>,
}

impl Origin {
    /// Short enough for a line, and no path.
    fn name(&self) -> String {
        let name = self.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or("an upload");
        let plain = |c: char| if c.is_control() || c == '/' || c == '\\' { '_' } else { c };
        name.chars().take(LONGEST_NAME).map(plain).collect()
    }
}

/// Which generation is to serve.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct Choice {
    /// The component's digest, or at least its first 8 digits.
    digest: Option<String>,
    /// Its version. Without digest and version the latest that was installed is meant.
    #[schema(example = "1.2.0")]
    version: Option<String>,
    /// The new rights it is granted.
    grant: Grant,
}

/// The new rights: none (false), all (true), or exactly the ones that a refusal has listed.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(untagged)]
enum Grant {
    All(bool),
    These(Vec<String>),
}

impl Default for Grant {
    fn default() -> Self {
        Grant::All(false)
    }
}

/// Why one goes back.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct Reason {
    /// A sentence; it is kept with the generation.
    reason: Option<String>,
}

/// Lists the plugins and their generations
#[utoipa::path(get, path = "/admin/plugins", tag = "admin", operation_id = "list_plugins",
    responses((status = 200, description = "All plugins", body = Plugins)), security(("bearer" = [])))]
pub(crate) async fn list(_: Administrator, State(state): State<ApiState>) -> Result<Json<Plugins>, ApiError> {
    let manager = state.plugins();
    Ok(Json(Plugins { plugins: manager.list().await.map_err(failed)?, refused: manager.refused() }))
}

/// Shows one plugin
#[utoipa::path(get, path = "/admin/plugins/{id}", tag = "admin", operation_id = "show_plugin",
    params(("id" = String, Path, description = "The plugin's id")),
    responses((status = 200, description = "The plugin", body = PluginView),
        (status = 404, description = "There is none", body = ErrorBody)), security(("bearer" = [])))]
pub(crate) async fn show(
    _: Administrator,
    State(state): State<ApiState>,
    UrlPath(id): UrlPath<String>,
) -> Result<Json<PluginView>, ApiError> {
    Ok(Json(state.plugins().show(&id).await.map_err(failed)?))
}

/// Installs a component
///
/// It is checked, tested and kept; it serves when it is activated.
#[utoipa::path(post, path = "/admin/plugins", tag = "admin", operation_id = "install_plugin", params(Origin),
    request_body(content = Vec<u8>, content_type = "application/wasm", description = "The component"),
    responses((status = 201, description = "It is installed", body = Installed),
        (status = 413, description = "It is larger than 64 MiB", body = ErrorBody),
        (status = 415, description = "It is sent as something else than `application/wasm`", body = ErrorBody),
        (status = 422, description = "It is refused, and why", body = ErrorBody)), security(("bearer" = [])))]
pub(crate) async fn install(
    _: Administrator,
    State(state): State<ApiState>,
    Params(origin): Params<Origin>,
    Component(bytes): Component,
) -> Result<(StatusCode, Json<Installed>), ApiError> {
    let installed = state.plugins().install(bytes, origin.name().as_ref()).await.map_err(failed)?;
    Ok((StatusCode::CREATED, Json(installed)))
}

/// Makes an installed generation serve
///
/// What runs on the one before comes to its end there.
#[utoipa::path(post, path = "/admin/plugins/{id}/activate", tag = "admin", operation_id = "activate_plugin",
    params(("id" = String, Path, description = "The plugin's id")), request_body = Option<Choice>,
    responses((status = 200, description = "It serves", body = Activated),
        (status = 404, description = "There is none", body = ErrorBody),
        (status = 409, description = "It asks for rights that were not granted, or the name means several", body = ErrorBody),
        (status = 422, description = "It is refused, and why", body = ErrorBody)), security(("bearer" = [])))]
pub(crate) async fn activate(
    _: Administrator,
    State(state): State<ApiState>,
    UrlPath(id): UrlPath<String>,
    OptionalBody(choice): OptionalBody<Choice>,
) -> Result<Json<Activated>, ApiError> {
    let which = choice.digest.or(choice.version);
    let grant = match choice.grant {
        Grant::All(false) => GrantNew::Nothing,
        Grant::All(true) => GrantNew::All,
        Grant::These(rights) => GrantNew::These(rights),
    };
    Ok(Json(state.plugins().activate(&id, which.as_deref(), &grant).await.map_err(failed)?))
}

/// Goes back to the generation that served before
#[utoipa::path(post, path = "/admin/plugins/{id}/rollback", tag = "admin", operation_id = "roll_back_plugin",
    params(("id" = String, Path, description = "The plugin's id")), request_body = Option<Reason>,
    responses((status = 200, description = "It serves", body = Activated),
        (status = 404, description = "There is none", body = ErrorBody),
        (status = 409, description = "There is none to go back to", body = ErrorBody)), security(("bearer" = [])))]
pub(crate) async fn roll_back(
    _: Administrator,
    State(state): State<ApiState>,
    UrlPath(id): UrlPath<String>,
    OptionalBody(Reason { reason }): OptionalBody<Reason>,
) -> Result<Json<Activated>, ApiError> {
    let reason = reason.unwrap_or_else(|| "rolled back by an administrator".into());
    Ok(Json(state.plugins().roll_back(&id, &reason).await.map_err(failed)?))
}

fn failed(error: ManageError) -> ApiError {
    let message = sentence(&error.to_string());
    match error {
        ManageError::Refused(refused) => ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "component_refused", message)
            .details(json!({
                "plugin": refused.plugin,
                "version": refused.version,
                "rule": refused.rule.as_str(),
            })),
        ManageError::NewRights { id, version, digest, new_rights } => ApiError::conflict("new_rights", message)
            .details(json!({"plugin": id, "version": version, "digest": digest, "new_rights": new_rights})),
        ManageError::NotFound(_) => ApiError::new(StatusCode::NOT_FOUND, "not_found", message),
        ManageError::Conflict(_) => ApiError::conflict("conflict", message),
        ManageError::Settings { .. } => ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "settings_do_not_fit", message),
        ManageError::Store(error) => error.into(),
        ManageError::File(error) => {
            tracing::error!("{error}");
            ApiError::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "storage_full",
                "The component cannot be kept: the data folder cannot be written or is full.",
            )
        }
    }
}

/// As all sentences of this API: a capital at the beginning, a full stop at the end.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let stop = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{stop}", chars.as_str())
}
