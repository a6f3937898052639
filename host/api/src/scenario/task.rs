//! A scenario job as the contract shows it: a task.

use kinora_store::{BlobId, Job, JobState};
use kinora_workflows::ScenarioInput;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::jobs::failure;
use crate::time::iso_seconds;

const PREFIX: &str = "task_scenario_generation_";

/// A task.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScenarioTask {
    /// Its id.
    #[schema(example = "task_scenario_generation_0198c0de-0000-7000-8000-000000000001")]
    task_id: String,
    /// Where it is.
    status: TaskStatus,
    /// The client's id for people, or one that was made.
    #[schema(example = "short_abc123")]
    short_id: String,
    /// The client's user.
    #[schema(example = "user_xyz789")]
    user_id: String,
    /// A sentence about the status.
    message: &'static str,
    /// ISO 8601, UTC.
    #[schema(format = DateTime)]
    created_at: String,
    /// From 0 to 100.
    progress: f64,
    /// What it does; null before it begins.
    current_step: Option<String>,
    /// Why it failed; null where it did not.
    error_message: Option<String>,
    /// ISO 8601, UTC; null until it has ended.
    #[schema(format = DateTime)]
    completed_at: Option<String>,
    /// What was made; null until then.
    scenario: Option<GeneratedScenario>,
}

/// Where a task is. The document knows these four: one that was cancelled has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TaskStatus {
    /// It waits for its turn.
    Pending,
    /// It runs.
    Running,
    /// It ended well.
    Completed,
    /// It ended without a scenario.
    Failed,
}

/// A scenario.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct GeneratedScenario {
    /// The film's title.
    title: String,
    /// What the film is.
    description: String,
    /// Whom it is for.
    detected_demographics: DetectedDemographics,
    /// The scenes, in order.
    scenes: Vec<GeneratedScene>,
    /// Seconds.
    total_duration: u32,
    /// The look.
    style: String,
    /// The mood.
    mood: String,
    /// `WxH`.
    resolution: String,
    /// Where it plays.
    environment: Option<String>,
    /// A prompt for the thumbnail.
    thumbnail_prompt: String,
    /// The thumbnail; null where none was made. A link to one that was made with a token is good for an hour.
    thumbnail_url: Option<String>,
    /// What the link leads to, as the workflow has it.
    #[serde(skip_serializing)]
    #[schema(ignore)]
    thumbnail_blob: Option<String>,
    /// The words on the thumbnail.
    thumbnail_text_overlay_prompt: Option<String>,
}

/// Whom a film is for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct DetectedDemographics {
    /// `male`, `female` or `unisex`.
    target_gender: String,
    /// Such as `adults`.
    age_group: String,
    /// Such as `electronics`.
    product_type: String,
    /// A sentence.
    demographic_context: String,
}

/// A scene.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct GeneratedScene {
    /// `scene_1` and so on.
    scene_id: String,
    /// From 1.
    scene_number: u32,
    /// What happens.
    description: String,
    /// Seconds.
    duration: u32,
    /// A prompt for the still picture.
    image_prompt: String,
    /// A prompt for the moving picture.
    visual_prompt: String,
    /// Why this picture.
    image_reasoning: String,
    /// The picture; null where none was made.
    generated_image_url: Option<String>,
    /// The words shown over it.
    text_overlay_prompt: String,
}

impl ScenarioTask {
    /// The task of a job. `link` makes the URL of the thumbnail out of its path.
    pub fn of(job: Job, link: impl FnOnce(&str) -> Result<String, ApiError>) -> Result<Self, ApiError> {
        let input: ScenarioInput = read(&job.id, &job.input)?;
        let (status, message) = status(job.state);
        let error_message = match job.state {
            JobState::Cancelled => Some("Task cancelled".into()),
            _ => failure(&job).map(|failure| failure.message),
        };
        let mut scenario: Option<GeneratedScenario> =
            job.result.as_deref().map(|result| read(&job.id, result)).transpose()?;
        let task_id = format!("{PREFIX}{}", job.id);
        if let Some(scenario) = scenario.as_mut().filter(|scenario| scenario.thumbnail_blob.is_some()) {
            scenario.thumbnail_url = Some(link(&thumbnail_path(&task_id))?);
        }
        Ok(ScenarioTask {
            task_id,
            status,
            short_id: input.short_id,
            user_id: input.user_id,
            message,
            created_at: iso_seconds(job.created_at),
            progress: job.progress,
            error_message,
            completed_at: job.completed_at.map(iso_seconds),
            scenario,
            current_step: Some(job.current_step).filter(|step| !step.is_empty()),
        })
    }
}

/// Where the thumbnail of a task is served.
pub(crate) fn thumbnail_path(task: &str) -> String {
    format!("/api/scenario/generate/tasks/{task}/thumbnail")
}

/// The blob of a job's thumbnail; none where none was made.
pub(crate) fn thumbnail(job: &Job) -> Result<Option<BlobId>, ApiError> {
    let scenario: Option<GeneratedScenario> = job.result.as_deref().map(|result| read(&job.id, result)).transpose()?;
    Ok(scenario.and_then(|scenario| scenario.thumbnail_blob).and_then(|id| id.parse().ok()))
}

fn read<'a, T: Deserialize<'a>>(job: &str, document: &'a str) -> Result<T, ApiError> {
    serde_json::from_str(document).map_err(|error| {
        tracing::error!(job, "the row of a scenario cannot be read: {error}");
        ApiError::internal()
    })
}

fn status(state: JobState) -> (TaskStatus, &'static str) {
    match state {
        JobState::Queued => (TaskStatus::Pending, "Task created successfully"),
        JobState::Running | JobState::Waiting => (TaskStatus::Running, "Task is running"),
        JobState::Completed => (TaskStatus::Completed, "Task completed successfully"),
        JobState::Failed | JobState::Cancelled | JobState::Uncertain => (TaskStatus::Failed, "Task failed"),
    }
}

/// The job of a task's id.
pub(crate) fn job_id(task: &str) -> Option<&str> {
    task.strip_prefix(PREFIX)
}

/// The short id of a task whose client gave none: always the same for one job, so that a request that is repeated is
/// the same request. The end of a job's id is random.
pub(crate) fn short_id(job: &str) -> String {
    let tail = job.rsplit('-').next().unwrap_or(job);
    format!("short_{tail}")
}
