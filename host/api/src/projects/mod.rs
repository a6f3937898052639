//! Projects: what a film is cut from, the plan of the cut, and the films that were rendered. Always with a token.

mod audio;
mod edl;
mod materials;
mod media;
mod render;

pub(crate) use audio::*;
pub(crate) use edl::*;
pub(crate) use materials::{materials, settle};
pub(crate) use media::*;
pub(crate) use render::*;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kinora_store::{Project, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Account;
use crate::error::{ApiError, ErrorBody};
use crate::extract::{JsonBody, OptionalBody, Params, shown};
use crate::state::ApiState;
use crate::time::iso_millis;

/// The longest name, characters.
const LONGEST: usize = 200;
/// The most projects in one list.
const LISTED: i64 = 100;

/// A project.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProjectBody {
    /// A UUID.
    id: String,
    /// For people.
    name: String,
    /// ISO 8601, UTC.
    #[schema(format = DateTime)]
    created_at: String,
    /// When anything of it last changed. ISO 8601, UTC.
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<Project> for ProjectBody {
    fn from(project: Project) -> Self {
        ProjectBody {
            id: project.id,
            name: project.name,
            created_at: iso_millis(project.created_at),
            updated_at: iso_millis(project.updated_at),
        }
    }
}

/// What a project is made with, and what of it can be changed.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct ProjectFields {
    /// Up to 200 characters.
    #[schema(example = "The hike", default = "Untitled")]
    name: Option<String>,
}

impl ProjectFields {
    fn name(self) -> Result<Option<String>, ApiError> {
        let Some(name) = self.name else { return Ok(None) };
        let name = name.trim();
        let length = name.chars().count();
        match length {
            0 => Err(ApiError::invalid("name", "name is blank.")),
            1..=LONGEST => Ok(Some(name.to_owned())),
            _ => Err(ApiError::invalid("name", format!("name has {length} characters; at most {LONGEST} are kept."))),
        }
    }
}

/// The caller's projects.
#[derive(Serialize, ToSchema)]
pub(crate) struct Projects {
    /// The youngest first.
    projects: Vec<ProjectBody>,
    /// What to send as `before` for the next page; null at the end.
    next: Option<String>,
}

/// Which projects.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Before {
    /// Only projects made before this one.
    before: Option<String>,
}

/// A project's id, as it stands in a path.
pub(crate) type Id = Path<String>;

/// The answer where there is no such project.
pub(crate) fn no_project(id: &str) -> ApiError {
    let message = format!("There is no project {:?}, or it is somebody else's.", shown(id));
    ApiError::new(StatusCode::NOT_FOUND, "project_not_found", message)
}

/// The caller's project of that id.
pub(crate) async fn find(state: &ApiState, account: &Account, id: &str) -> Result<Project, ApiError> {
    match state.store().project(&account.id, &id.to_lowercase()).await {
        Ok(project) => Ok(project),
        Err(StoreError::NotFound(_)) => Err(no_project(id)),
        Err(error) => Err(error.into()),
    }
}

/// Makes a project
#[utoipa::path(post, path = "/projects", tag = "projects", operation_id = "create_project",
    request_body = Option<ProjectFields>,
    responses((status = 201, description = "It is there", body = ProjectBody)), security(("bearer" = [])))]
pub(crate) async fn create(
    account: Account,
    State(state): State<ApiState>,
    OptionalBody(fields): OptionalBody<ProjectFields>,
) -> Result<(StatusCode, Json<ProjectBody>), ApiError> {
    let name = fields.name()?.unwrap_or_else(|| "Untitled".into());
    let project = state.store().create_project(&account.id, &name, "{}").await?;
    Ok((StatusCode::CREATED, Json(project.into())))
}

/// Lists the caller's projects
#[utoipa::path(get, path = "/projects", tag = "projects", operation_id = "list_projects", params(Before),
    responses((status = 200, description = "They", body = Projects)), security(("bearer" = [])))]
pub(crate) async fn list(
    account: Account,
    State(state): State<ApiState>,
    Params(Before { before }): Params<Before>,
) -> Result<Json<Projects>, ApiError> {
    let page = state.store().projects(&account.id, before.as_deref(), LISTED).await?;
    Ok(Json(Projects { projects: page.projects.into_iter().map(ProjectBody::from).collect(), next: page.next }))
}

/// Shows a project
#[utoipa::path(get, path = "/projects/{project_id}", tag = "projects", operation_id = "show_project",
    params(("project_id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The project", body = ProjectBody),
        (status = 404, description = "There is none", body = ErrorBody)), security(("bearer" = [])))]
pub(crate) async fn show(
    account: Account,
    State(state): State<ApiState>,
    Path(id): Id,
) -> Result<Json<ProjectBody>, ApiError> {
    Ok(Json(find(&state, &account, &id).await?.into()))
}

/// Renames a project
#[utoipa::path(patch, path = "/projects/{project_id}", tag = "projects", operation_id = "change_project",
    params(("project_id" = String, Path, description = "Its id")), request_body = ProjectFields,
    responses((status = 200, description = "As it is now", body = ProjectBody),
        (status = 404, description = "There is none", body = ErrorBody)), security(("bearer" = [])))]
pub(crate) async fn change(
    account: Account,
    State(state): State<ApiState>,
    Path(id): Id,
    JsonBody(fields): JsonBody<ProjectFields>,
) -> Result<Json<ProjectBody>, ApiError> {
    let project = find(&state, &account, &id).await?;
    let name = fields.name()?;
    Ok(Json(state.store().change_project(&account.id, &project.id, name.as_deref(), None).await?.into()))
}

/// Deletes a project
///
/// With its media, its plan and its films; what is being made for it is cancelled.
#[utoipa::path(delete, path = "/projects/{project_id}", tag = "projects", operation_id = "delete_project",
    params(("project_id" = String, Path, description = "Its id")),
    responses((status = 204, description = "It is gone"),
        (status = 404, description = "There is none", body = ErrorBody)), security(("bearer" = [])))]
pub(crate) async fn delete(
    account: Account,
    State(state): State<ApiState>,
    Path(id): Id,
) -> Result<StatusCode, ApiError> {
    let project = find(&state, &account, &id).await?;
    let jobs = state.store().delete_project(&account.id, &project.id).await?;
    clear(&state, jobs).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the jobs that worked on what is gone, and forgets those that have ended, with what they made.
async fn clear(state: &ApiState, jobs: impl IntoIterator<Item = String>) {
    for job in jobs {
        // Both fail where the other one is right, or somebody was quicker.
        let _ = state.engine().cancel(&job).await;
        let _ = state.store().delete_job(&job).await;
    }
}
