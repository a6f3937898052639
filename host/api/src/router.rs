//! All routes, and what every request passes on its way to one.

use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::{Extension, Router};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::docs::{self, Document, Viewer};
use crate::error::ApiError;
use crate::extract::shown;
use crate::state::ApiState;
use crate::{
    accounts, admin, ai, budgets, door, health, jobs, models, music_video, observe, projects, scenario, stories, usage,
};

/// Puts all routes together.
///
/// A route of a document that begins with `/api` belongs into [`under_api`], any other into [`beside_api`]; both are
/// then served under `/api/v1` too.
pub fn router(state: ApiState) -> Router {
    let documented = OpenApiRouter::with_openapi(docs::frame(&state.options().version))
        .nest("/api", under_api())
        .merge(beside_api())
        .merge(operation());
    let (routes, mut openapi) = documented.split_for_parts();
    docs::complete(&mut openapi);
    let (under, _) = under_api().split_for_parts();
    let (beside, _) = beside_api().split_for_parts();
    routes
        .nest("/api/v1", under.merge(beside))
        .merge(viewer())
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(Extension(document(&openapi)))
        .layer(DefaultBodyLimit::max(state.options().json_limit))
        .layer(from_fn_with_state(state.clone(), door::door))
        .layer(CatchPanicLayer::custom(observe::panicked))
        .layer(from_fn_with_state(state.clone(), observe::observe))
        .with_state(state)
}

/// The routes whose documented path begins with `/api`.
fn under_api() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(scenario::generate))
        .routes(routes!(scenario::task, scenario::cancel))
        .routes(routes!(scenario::thumbnail))
        .routes(routes!(music_video::create_scenes))
        .routes(routes!(music_video::scenes_file))
        .routes(routes!(music_video::generate_character))
        .routes(routes!(music_video::generate))
        .routes(routes!(music_video::get))
        .routes(routes!(music_video::info))
        .routes(routes!(music_video::list))
        .routes(routes!(music_video::delete))
        .routes(routes!(music_video::merge))
        .routes(routes!(music_video::uploads))
        .routes(routes!(music_video::delete_upload))
        .routes(routes!(ai::plan))
        .routes(routes!(ai::apply))
        .routes(routes!(ai::plan_and_apply))
        .routes(routes!(ai::schema))
        .routes(routes!(projects::list, projects::create))
        .routes(routes!(projects::show, projects::change, projects::delete))
        .routes(routes!(projects::list_media))
        .routes(routes!(projects::reorder_media))
        .routes(routes!(projects::show_media, projects::delete_media))
        .routes(routes!(projects::media_thumbnail))
        .routes(routes!(projects::show_audio, projects::delete_audio))
        .routes(routes!(projects::analyze_audio))
        .routes(routes!(projects::show_beats))
        .routes(routes!(projects::stream_audio))
        .routes(routes!(projects::validate_edl))
        .routes(routes!(projects::save_edl))
        .routes(routes!(projects::show_edl, projects::delete_edl))
        .routes(routes!(projects::show_timeline))
        .routes(routes!(projects::render))
        .routes(routes!(projects::render_status))
        .routes(routes!(projects::cancel_render))
        .routes(routes!(projects::download_render))
        .merge(large())
        .routes(routes!(stories::list_exports))
        .routes(routes!(stories::get_export))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::show, jobs::cancel))
        .routes(routes!(jobs::events))
        .routes(routes!(jobs::resubmit))
        .routes(routes!(usage::own))
        .routes(routes!(models::list))
        .routes(routes!(accounts::register))
        .routes(routes!(accounts::login))
        .routes(routes!(accounts::status))
        .routes(routes!(admin::list, admin::install))
        .routes(routes!(admin::show))
        .routes(routes!(admin::activate))
        .routes(routes!(admin::roll_back))
        .routes(routes!(budgets::show, budgets::set, budgets::remove))
}

/// The routes that take files, which are streamed and have limits of their own.
fn large() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(music_video::upload))
        .routes(routes!(projects::add_media))
        .routes(routes!(projects::set_audio))
        .layer(DefaultBodyLimit::disable())
}

/// The routes whose documented path stands beside `/api`.
fn beside_api() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(stories::generate_movie_metadata))
        .routes(routes!(stories::generate_story_metadata))
        .routes(routes!(stories::generate_meme_metadata))
        .routes(routes!(stories::generate_free_content_metadata))
        .routes(routes!(stories::generate_movie_segments))
        .routes(routes!(stories::generate_story_segments_from_metadata))
        .routes(routes!(stories::generate_meme_segments_from_metadata))
        .routes(routes!(stories::generate_free_content_segments_from_metadata))
        .routes(routes!(stories::generate_movie_auto))
        .routes(routes!(stories::generate_prompt_based_story))
        .routes(routes!(stories::generate_story_auto))
        .routes(routes!(stories::generate_meme_segments))
        .routes(routes!(stories::generate_meme_auto))
        .routes(routes!(stories::generate_free_content))
        .routes(routes!(stories::generate_free_content_auto))
        .routes(routes!(stories::generate_movie_all))
        .routes(routes!(stories::generate_story_all))
        .routes(routes!(stories::generate_meme_all))
        .routes(routes!(stories::generate_free_content_all))
}

/// What machines and people ask that look after this host. These have one name only.
fn operation() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(health::health))
        .routes(routes!(health::healthz))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
        .routes(routes!(docs::openapi))
        .routes(routes!(docs::docs))
}

/// The files behind `/docs`, which are no part of the API.
fn viewer() -> Router<ApiState> {
    let files = Router::new().route("/docs/", get(docs::viewer)).route("/docs/{*file}", get(docs::viewer));
    files.with_state(Viewer::new())
}

fn document(openapi: &utoipa::openapi::OpenApi) -> Document {
    // It is plain text and maps; if it could not be written, a test would have shown it.
    Document(openapi.to_json().map(Bytes::from).unwrap_or_default())
}

async fn unknown_path(uri: Uri) -> ApiError {
    let message = format!("Nothing is served at {}; /docs shows what is.", shown(uri.path()));
    ApiError::new(StatusCode::NOT_FOUND, "unknown_path", message)
}

async fn wrong_method(method: Method, uri: Uri) -> ApiError {
    let message = format!(
        "{} cannot be asked with {}; the header Allow says with what it can.",
        shown(uri.path()),
        shown(method.as_str())
    );
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
}
