//! A job as clients see it.

use kinora_jobs::Failure;
use kinora_store::{Job, JobState};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::time::iso_millis;

/// Where a job is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum JobStatus {
    /// It waits for its turn.
    Queued,
    /// It runs, or waits for a provider.
    Running,
    /// It ended well.
    Completed,
    /// It ended without a result.
    Failed,
    /// It was ended by its owner.
    Cancelled,
    /// A request that costs money may or may not have been accepted; a person decides.
    Uncertain,
}

impl JobStatus {
    pub(crate) const ALL: [JobStatus; 6] = [
        JobStatus::Queued,
        JobStatus::Running,
        JobStatus::Completed,
        JobStatus::Failed,
        JobStatus::Cancelled,
        JobStatus::Uncertain,
    ];

    /// What clients see of a state.
    pub fn of(state: JobState) -> Self {
        match state {
            JobState::Queued => JobStatus::Queued,
            JobState::Running | JobState::Waiting => JobStatus::Running,
            JobState::Completed => JobStatus::Completed,
            JobState::Failed => JobStatus::Failed,
            JobState::Cancelled => JobStatus::Cancelled,
            JobState::Uncertain => JobStatus::Uncertain,
        }
    }

    /// As in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            JobStatus::Queued => "queued",
            JobStatus::Running => "running",
            JobStatus::Completed => "completed",
            JobStatus::Failed => "failed",
            JobStatus::Cancelled => "cancelled",
            JobStatus::Uncertain => "uncertain",
        }
    }

    /// The states that show as this.
    pub(crate) fn states(self) -> &'static [JobState] {
        match self {
            JobStatus::Queued => &[JobState::Queued],
            JobStatus::Running => &[JobState::Running, JobState::Waiting],
            JobStatus::Completed => &[JobState::Completed],
            JobStatus::Failed => &[JobState::Failed],
            JobStatus::Cancelled => &[JobState::Cancelled],
            JobStatus::Uncertain => &[JobState::Uncertain],
        }
    }
}

/// A job.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobBody {
    /// Its id.
    pub job_id: String,
    /// Which work it does.
    #[schema(example = "scenario")]
    pub kind: String,
    /// Where it is.
    pub status: JobStatus,
    /// From 0 to 100.
    pub progress: f64,
    /// What it does now; null before it begins.
    pub current_step: Option<String>,
    /// What was made; null until then.
    pub result: Option<Value>,
    /// Why it failed; null where it did not.
    pub error: Option<JobError>,
    /// ISO 8601, UTC.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// ISO 8601, UTC.
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// ISO 8601, UTC; null until it has ended.
    #[schema(format = DateTime)]
    pub completed_at: Option<String>,
}

/// Why a job failed.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct JobError {
    /// A stable word.
    #[schema(example = "rate-limited")]
    pub code: String,
    /// A sentence.
    pub message: String,
    /// Whether the same request may go well later.
    pub recoverable: bool,
    /// What to do about it; null where there is nothing to say.
    pub hint: Option<String>,
}

impl From<Job> for JobBody {
    fn from(job: Job) -> Self {
        JobBody {
            status: JobStatus::of(job.state),
            progress: job.progress,
            result: job.result.as_deref().and_then(|result| serde_json::from_str(result).ok()),
            error: failure(&job).map(JobError::from),
            created_at: iso_millis(job.created_at),
            updated_at: iso_millis(job.updated_at),
            completed_at: job.completed_at.map(iso_millis),
            current_step: Some(job.current_step).filter(|step| !step.is_empty()),
            job_id: job.id,
            kind: job.kind,
        }
    }
}

impl From<Failure> for JobError {
    fn from(failure: Failure) -> Self {
        let Failure { code, message, recoverable, hint, problems: _ } = failure;
        JobError { code, message, recoverable, hint }
    }
}

/// Why a job failed. What cannot be read is said to be unknown rather than left out.
pub(crate) fn failure(job: &Job) -> Option<Failure> {
    let error = job.error.as_deref()?;
    let unknown = |_| Failure::new("unknown", "The job failed, and why was not kept in a form that can be read.");
    Some(serde_json::from_str(error).unwrap_or_else(unknown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_shows_as_the_status_that_lists_it() {
        for status in JobStatus::ALL {
            assert!(status.states().iter().all(|state| JobStatus::of(*state) == status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        assert_eq!(JobStatus::ALL.iter().map(|status| status.states().len()).sum::<usize>(), 7);
    }
}
