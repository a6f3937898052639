//! Plans that a model writes: `/api/ai/plan`, `/api/ai/apply`, and both at once.

use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kinora_domain::documents::{
    AudioMode, EditPlan, EditPlanConstraints, EditPlanRequest, MediaStatus, TransitionType,
};
use kinora_domain::edit_plan;
use kinora_domain::timeline::Timeline;
use kinora_store::{Job, JobState};
use kinora_workflows::{PLAN_KIND, PLAN_VERSION, PlanInput, PlanMade};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::auth::{Account, Caller};
use crate::error::{ApiError, ErrorBody};
use crate::extract::{JsonBody, Params, shown};
use crate::jobs::{self, Submission};
use crate::projects::{self, InvalidPlan, Saved};
use crate::state::ApiState;

/// The longest wish, characters.
const PROMPT: usize = 20_000;
/// How long a film may be asked for, seconds, and the most segments.
const SECONDS: std::ops::RangeInclusive<u32> = 1..=21_600;
const CLIPS: std::ops::RangeInclusive<u32> = 1..=1000;

/// A body of JSON whose every fault is a `validation_error`, as the document says.
pub(crate) struct Strict<T>(T);

impl<T: DeserializeOwned> FromRequest<ApiState> for Strict<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, ApiError> {
        match JsonBody::<T>::from_request(request, state).await {
            Ok(JsonBody(body)) => Ok(Strict(body)),
            Err(error) if matches!(error.code(), "invalid_json" | "invalid_value") => Err(wrong(error.message())),
            Err(error) => Err(error),
        }
    }
}

fn wrong(message: impl Into<String>) -> ApiError {
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "validation_error", message)
}

/// What a plan is asked for with.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewPlan {
    /// The project whose media are cut.
    project_id: String,
    /// The film in words.
    #[schema(example = "Energetic montage of the hike, cut every beat, crossfade transitions")]
    prompt: String,
    /// What the plan must keep to.
    #[serde(default)]
    constraints: Option<Constraints>,
}

/// What a plan must keep to.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct Constraints {
    /// `no_audio` or `with_audio`.
    #[schema(default = "no_audio")]
    mode: Option<String>,
    /// About how long, 1 to 21600.
    #[schema(minimum = 1, maximum = 21600)]
    target_duration_seconds: Option<u32>,
    /// `cut` or `crossfade`.
    #[schema(default = "cut")]
    transition_type: Option<String>,
    /// The most segments, 1 to 1000.
    #[schema(minimum = 1, maximum = 1000)]
    max_clips: Option<u32>,
}

/// In which dialect the answer is.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Dialect {
    /// `plan_version` for that dialect; else the documented one.
    dialect: Option<String>,
}

impl Dialect {
    fn is_plan_version(&self) -> Result<bool, ApiError> {
        match self.dialect.as_deref() {
            None | Some("" | "edit_plan") => Ok(false),
            Some("plan_version") => Ok(true),
            Some(other) => Err(wrong(format!("dialect is {:?}; it may be plan_version or edit_plan.", shown(other)))),
        }
    }
}

/// A plan that a model wrote.
#[derive(Serialize, ToSchema)]
pub(crate) struct Planned {
    /// The EditPlan; `/api/schemas/edit-plan.json` describes it.
    #[schema(value_type = Object)]
    edit_plan: Value,
    /// What the film will not do as the plan says.
    warnings: Vec<String>,
    /// Who wrote it.
    model: String,
    prompt_tokens: u64,
    completion_tokens: u64,
}

/// A plan that a model wrote and that was saved.
#[derive(Serialize, ToSchema)]
pub(crate) struct PlannedAndApplied {
    ok: bool,
    /// The EditPlan.
    #[schema(value_type = Object)]
    edit_plan: Value,
    /// The SHA-256 of the plan's canonical JSON.
    edl_hash: String,
    segment_count: usize,
    total_duration_ms: u64,
    warnings: Vec<String>,
    /// `model`, `prompt_tokens`, `completion_tokens`, `edl_path`, `job_id`.
    metadata: Value,
}

/// Nobody is there to plan.
#[derive(Serialize, ToSchema)]
pub(crate) struct NotConfigured {
    /// `openai_not_configured`
    error: &'static str,
    message: String,
    /// The sentence again, for clients that look here.
    detail: String,
    /// A plan of the project's own media that can be applied and rendered.
    #[schema(value_type = Object)]
    stub_plan: Value,
}

/// A plan to be saved.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Application {
    project_id: String,
    /// A plan of any dialect.
    #[schema(value_type = Object)]
    edit_plan: Value,
}

impl NewPlan {
    fn check(self) -> Result<(String, String, EditPlanConstraints), ApiError> {
        let length = self.prompt.chars().count();
        if self.prompt.trim().is_empty() {
            return Err(wrong("prompt is blank; say what the film should be."));
        }
        if length > PROMPT {
            return Err(wrong(format!("prompt has {length} characters; at most {PROMPT} are read.")));
        }
        let asked = self.constraints.unwrap_or_default();
        let mode = match asked.mode.as_deref() {
            None | Some("no_audio") => AudioMode::NoAudio,
            Some("with_audio") => AudioMode::WithAudio,
            Some(other) => {
                let other = shown(other);
                return Err(wrong(format!("constraints.mode is {other:?}; it may be no_audio or with_audio.")));
            }
        };
        let transition_type = match asked.transition_type.as_deref() {
            None => None,
            Some("cut") => Some(TransitionType::Cut),
            Some("crossfade") => Some(TransitionType::Crossfade),
            Some(other) => {
                let other = shown(other);
                return Err(wrong(format!("constraints.transition_type is {other:?}; it may be cut or crossfade.")));
            }
        };
        if let Some(seconds) = asked.target_duration_seconds.filter(|seconds| !SECONDS.contains(seconds)) {
            return Err(wrong(format!("constraints.target_duration_seconds is {seconds}; it may be 1 to 21600.")));
        }
        if let Some(clips) = asked.max_clips.filter(|clips| !CLIPS.contains(clips)) {
            return Err(wrong(format!("constraints.max_clips is {clips}; it may be 1 to 1000.")));
        }
        let constraints = EditPlanConstraints {
            mode,
            target_duration_seconds: asked.target_duration_seconds,
            transition_type,
            max_clips: asked.max_clips,
        };
        Ok((self.project_id, self.prompt, constraints))
    }
}

/// A plan that a job made, compiled once more.
struct Made {
    plan: EditPlan,
    timeline: Timeline,
    by: PlanMade,
    job: String,
    project: String,
    title: String,
}

/// Lets a model plan. The inner error is the answer where there is no plan.
async fn make(state: &ApiState, account: &Account, asked: NewPlan) -> Result<Result<Made, Response>, ApiError> {
    let (id, prompt, constraints) = asked.check()?;
    let project = projects::find(state, account, &id).await?;
    projects::settle(state, &account.id, &project.id).await?;
    let materials = projects::materials(state, &account.id, &project.id).await?;
    let ready = materials.media.iter().any(|medium| medium.status == MediaStatus::Ready);
    let configured = state.options().plans;
    if !ready {
        if !configured {
            return Ok(Err(not_configured(json!({"version": "1.0", "timeline": []}))));
        }
        let message = "The project has no ready media: upload pictures or clips, and wait until they are processed.";
        return Err(ApiError::bad_request("no_ready_media", message));
    }
    let request = EditPlanRequest { prompt, constraints, materials, seed: None };
    let input = PlanInput { request };
    let text = |_: &str| jobs::input(&input);
    let submission = Submission { kind: PLAN_KIND, version: PLAN_VERSION, priority: 0, key: None, input: &text };
    let job = jobs::submit(state, &Caller { account: Some(account.clone()) }, submission).await?.job;
    let job = state.engine().ended(&job.id).await?;
    let Some(by) = made(&job) else { return Ok(Err(failed(&job))) };
    if !configured {
        return Ok(Err(not_configured(serde_json::to_value(&by.plan).unwrap_or_default())));
    }
    match edit_plan::compile(&by.plan, &input.request.materials) {
        Ok(timeline) => {
            let (project, title) = (project.id, project.name);
            Ok(Ok(Made { plan: by.plan.clone(), timeline, by, job: job.id, project, title }))
        }
        Err(problems) => {
            let errors = problems.into_iter().map(|problem| problem.message).collect();
            Ok(Err(refused(errors)))
        }
    }
}

fn made(job: &Job) -> Option<PlanMade> {
    let result = job.result.as_deref().filter(|_| job.state == JobState::Completed)?;
    serde_json::from_str(result).ok()
}

fn refused(errors: Vec<String>) -> Response {
    projects::invalid(StatusCode::UNPROCESSABLE_ENTITY, "AI-generated plan failed validation", errors)
}

/// A planning job that has no plan.
fn failed(job: &Job) -> Response {
    let Some(failure) = jobs::failure(job) else {
        return ApiError::conflict("cancelled", "The planning was cancelled.").into_response();
    };
    match failure.code.as_str() {
        "validation-failed" | "malformed-output" => {
            let errors = if failure.problems.is_empty() { vec![failure.message] } else { failure.problems };
            refused(errors)
        }
        "budget-exceeded" => {
            ApiError::new(StatusCode::PAYMENT_REQUIRED, "budget_exceeded", failure.message).into_response()
        }
        "internal" | "plugin-failed" | "no-plugin" | "crashed" => {
            ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", failure.message).into_response()
        }
        kind => ApiError::new(StatusCode::BAD_GATEWAY, "provider_error", failure.message.clone())
            .details(json!({"kind": kind}))
            .into_response(),
    }
}

fn not_configured(stub_plan: Value) -> Response {
    let message = "OPENAI_API_KEY is not set. Set it in .env to enable AI planning.".to_owned();
    let body = NotConfigured { error: "openai_not_configured", detail: message.clone(), message, stub_plan };
    (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
}

/// The plan as the caller wants it written.
fn written(made: &Made, plan_version: bool) -> Value {
    if plan_version {
        edit_plan::write_plan_version(&made.project, &made.plan, &made.timeline)
    } else {
        serde_json::to_value(&made.plan).unwrap_or_default()
    }
}

/// Lets a model plan a film
///
/// Media that are still looked into are waited for, ten seconds at most. Nothing is saved: `/api/ai/apply` does.
#[utoipa::path(post, path = "/ai/plan", tag = "edit plans", operation_id = "plan", request_body = NewPlan, params(Dialect),
    responses((status = 200, description = "The plan", body = Planned),
        (status = 404, description = "There is no such project", body = ErrorBody),
        (status = 422, description = "The model wrote no plan that can be rendered", body = InvalidPlan),
        (status = 502, description = "The provider failed", body = ErrorBody),
        (status = 503, description = "No provider of texts has a key", body = NotConfigured)),
    security(("bearer" = [])))]
pub(crate) async fn plan(
    account: Account,
    State(state): State<ApiState>,
    Params(dialect): Params<Dialect>,
    Strict(asked): Strict<NewPlan>,
) -> Result<Response, ApiError> {
    let plan_version = dialect.is_plan_version()?;
    Ok(match make(&state, &account, asked).await? {
        Err(answer) => answer,
        Ok(made) => Json(Planned {
            edit_plan: written(&made, plan_version),
            warnings: made.by.warnings.clone(),
            model: model(&made.by.made_by),
            prompt_tokens: made.by.usage.input_tokens,
            completion_tokens: made.by.usage.output_tokens,
        })
        .into_response(),
    })
}

/// "OpenAI, gpt-5" is by gpt-5.
fn model(made_by: &str) -> String {
    made_by.rsplit_once(", ").map_or(made_by, |(_, model)| model).to_owned()
}

/// Saves a plan
///
/// In place of the one before, after it was checked against the project's media.
#[utoipa::path(post, path = "/ai/apply", tag = "edit plans", operation_id = "apply_plan", request_body = Application,
    responses((status = 200, description = "It is saved", body = Saved),
        (status = 400, description = "It cannot be rendered, and why", body = InvalidPlan),
        (status = 404, description = "There is no such project", body = ErrorBody)), security(("bearer" = [])))]
pub(crate) async fn apply(
    account: Account,
    State(state): State<ApiState>,
    Strict(asked): Strict<Application>,
) -> Result<Response, ApiError> {
    let project = projects::find(&state, &account, &asked.project_id).await?;
    projects::apply(&state, &account, &project.id, &asked.edit_plan).await
}

/// Lets a model plan a film and saves the plan
#[utoipa::path(post, path = "/ai/plan_and_apply", tag = "edit plans", operation_id = "plan_and_apply",
    request_body = NewPlan, params(Dialect),
    responses((status = 200, description = "It is saved", body = PlannedAndApplied),
        (status = 404, description = "There is no such project", body = ErrorBody),
        (status = 422, description = "The model wrote no plan that can be rendered", body = InvalidPlan),
        (status = 502, description = "The provider failed", body = ErrorBody),
        (status = 503, description = "No provider of texts has a key", body = NotConfigured)),
    security(("bearer" = [])))]
pub(crate) async fn plan_and_apply(
    account: Account,
    State(state): State<ApiState>,
    Params(dialect): Params<Dialect>,
    Strict(asked): Strict<NewPlan>,
) -> Result<Response, ApiError> {
    let plan_version = dialect.is_plan_version()?;
    let made = match make(&state, &account, asked).await? {
        Err(answer) => return Ok(answer),
        Ok(made) => made,
    };
    let saved = projects::keep(&state, &account, &made.project, &made.plan, &made.timeline).await?;
    Ok(Json(PlannedAndApplied {
        ok: true,
        edit_plan: written(&made, plan_version),
        metadata: json!({
            "model": model(&made.by.made_by),
            "prompt_tokens": made.by.usage.input_tokens,
            "completion_tokens": made.by.usage.output_tokens,
            "edl_path": saved.edl_path,
            "job_id": made.job,
            "project": made.title,
        }),
        edl_hash: saved.edl_hash,
        segment_count: saved.segment_count,
        total_duration_ms: saved.total_duration_ms,
        warnings: saved.warnings,
    })
    .into_response())
}

/// Gives the JSON Schema of edit plans
#[utoipa::path(get, path = "/schemas/edit-plan.json", tag = "edit plans", operation_id = "edit_plan_schema",
    responses((status = 200, description = "The schema", content_type = "application/schema+json", body = Object)),
    security((), ("bearer" = [])))]
pub(crate) async fn schema(_: Caller) -> Response {
    let mut response = Json(edit_plan::schema()).into_response();
    let kind = axum::http::HeaderValue::from_static("application/schema+json");
    response.headers_mut().insert(axum::http::header::CONTENT_TYPE, kind);
    response
}
