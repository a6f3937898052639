//! What a workflow works with: its request, its memory, and ways to wait.

use std::collections::HashMap;
use std::time::Duration;

use kinora_store::{
    EventKind, Job, Lease, NewEvent, NewOperation, Operation, OperationState, Progress, Segment, Step, Store,
    StoreError, Yielded,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::failure::{Failure, OperationError, Stop};
use crate::hub::Hub;
use crate::persist::persist;

/// How loud a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// In the normal course of things.
    Info,
    /// Something went wrong, and the job goes on.
    Warn,
    /// Something failed.
    Error,
}

/// What is asked of a provider.
#[derive(Clone, Debug, PartialEq)]
pub struct OperationRequest {
    /// `text`, `image` or `video`.
    pub kind: String,
    /// The provider's id.
    pub plugin: String,
    /// The digest of its component.
    pub digest: String,
    /// The parameters, JSON.
    pub document: String,
}

/// How an operation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Anything but open or uncertain.
    pub state: OperationState,
    /// What was made, JSON.
    pub outcome: Option<String>,
    /// Why it failed.
    pub error: Option<OperationError>,
    /// Its requests of which nobody knows whether they were accepted.
    pub unknown: i64,
}

/// A job that runs: its request, what its steps gave, and ways to wait.
///
/// A workflow that is entered again runs from its beginning. Until it has passed everything that it remembers, its
/// lines and its progress were told before and are not told again.
pub struct Run {
    job: Job,
    store: Store,
    hub: Hub,
    lease: Lease,
    steps: HashMap<String, Step>,
    operations: HashMap<String, Operation>,
    /// What is remembered and was not yet passed.
    ahead: usize,
    segment: Segment,
    /// What the job does, for people.
    step: String,
    cancel: bool,
}

/// A pause, as the memory keeps it.
#[derive(Serialize, Deserialize)]
struct Pause {
    until: i64,
}

impl Run {
    /// Reads what the job remembers.
    pub(crate) async fn enter(store: Store, hub: Hub, job: Job, lease: Lease) -> Result<Self, StoreError> {
        let (mut steps, mut operations) = (HashMap::new(), HashMap::new());
        // At the first attempt there is nothing to remember.
        if job.attempt > 1 {
            steps = store.steps(&job.id).await?.into_iter().map(|step| (step.key.clone(), step)).collect();
            operations = store.operations(&job.id).await?.into_iter().map(|o| (o.step.clone(), o)).collect();
        }
        let ahead = steps.len() + operations.len();
        let cancel = job.cancel_requested;
        let step = job.current_step.clone();
        Ok(Run { job, store, hub, lease, steps, operations, ahead, segment: Segment::default(), step, cancel })
    }

    /// The job as it was when this segment began.
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// The request.
    ///
    /// # Errors
    /// Where the workflow cannot read it.
    pub fn input<T: DeserializeOwned>(&self) -> Result<T, Stop> {
        serde_json::from_str(&self.job.input)
            .map_err(|error| Failure::new("invalid-request", format!("the request cannot be read: {error}")).into())
    }

    /// Whether something is still remembered that the workflow has not yet passed.
    fn is_replaying(&self) -> bool {
        self.ahead > 0
    }

    /// Says what the job does now, and how far it is, from 0 to 100.
    pub fn enter_step(&mut self, step: &str, percent: f64) {
        if !self.is_replaying() {
            self.step = step.into();
            self.segment.progress = Some(Progress { percent, step: step.into() });
            let data = json!({"step": step, "progress": percent});
            self.segment.events.push(NewEvent { kind: EventKind::Step, data: data.to_string() });
        }
    }

    /// Says how far the job is, from 0 to 100, at once.
    ///
    /// # Errors
    /// Where the job is another worker's now.
    pub async fn progress(&mut self, percent: f64) -> Result<(), Stop> {
        if self.is_replaying() {
            return Ok(());
        }
        let step = self.step.clone();
        let data = json!({"step": step, "progress": percent});
        self.segment.progress = Some(Progress { percent, step });
        self.segment.events.push(NewEvent { kind: EventKind::Progress, data: data.to_string() });
        self.flush().await
    }

    /// Tells a line to those who watch and to the log.
    pub fn log(&mut self, level: Level, message: impl AsRef<str>) {
        if self.is_replaying() {
            return;
        }
        let message = message.as_ref();
        let job = self.job.id.as_str();
        let level = match level {
            Level::Info => {
                tracing::info!(job, "{message}");
                "info"
            }
            Level::Warn => {
                tracing::warn!(job, "{message}");
                "warn"
            }
            Level::Error => {
                tracing::error!(job, "{message}");
                "error"
            }
        };
        let data = json!({"level": level, "message": message});
        self.segment.events.push(NewEvent { kind: EventKind::Log, data: data.to_string() });
    }

    /// A step: done once, then remembered under `key`. `input` is what it is made from. What it gives is on disk when
    /// the run next waits, or after [`Run::flush`].
    ///
    /// # Errors
    /// What `work` stops with; a failure where the memory does not fit `input`.
    pub async fn step<T: Serialize + DeserializeOwned>(
        &mut self,
        key: &str,
        input: &impl Serialize,
        work: impl Future<Output = Result<T, Stop>> + Send,
    ) -> Result<T, Stop> {
        let input_hash = digest(input)?;
        if let Some(output) = self.recall(key, &input_hash)? {
            return Ok(output);
        }
        let output = work.await?;
        self.remember(key, input_hash, &output)?;
        Ok(output)
    }

    fn recall<T: DeserializeOwned>(&mut self, key: &str, input_hash: &str) -> Result<Option<T>, Stop> {
        let Some(step) = self.steps.get(key) else {
            return Ok(None);
        };
        if step.input_hash != input_hash {
            return Err(changed(key));
        }
        let output = serde_json::from_str(&step.output).map_err(|_| changed(key))?;
        self.ahead = self.ahead.saturating_sub(1);
        Ok(Some(output))
    }

    fn remember(&mut self, key: &str, input_hash: String, output: &impl Serialize) -> Result<(), Stop> {
        let output = serde_json::to_string(output)
            .map_err(|error| Failure::new("internal", format!("the step {key} gave what is no JSON: {error}")))?;
        self.segment.steps.push(Step { key: key.into(), input_hash, output });
        Ok(())
    }

    /// Waits without holding anything.
    ///
    /// # Errors
    /// `Stop::Later` until the time is over.
    pub fn pause(&mut self, key: &str, duration: Duration) -> Result<(), Stop> {
        let input_hash = digest(&"pause")?;
        let until = match self.recall::<Pause>(key, &input_hash)? {
            Some(pause) => pause.until,
            None => {
                let until = self.store.now() + i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 2);
                self.remember(key, input_hash, &Pause { until })?;
                until
            }
        };
        let left = until - self.store.now();
        if left <= 0 { Ok(()) } else { Err(Stop::Later(Duration::from_millis(left as u64))) }
    }

    /// Begins to ask a provider, unless that was begun before. The operation belongs to the step `key`; `request` says
    /// what is asked. Several may be begun before [`Run::ended`] waits for the first of them.
    ///
    /// # Errors
    /// What `request` stops with.
    pub async fn begin(
        &mut self,
        key: &str,
        request: impl Future<Output = Result<OperationRequest, Stop>> + Send,
    ) -> Result<(), Stop> {
        if self.operations.contains_key(key) || self.segment.operations.iter().any(|begun| begun.step == key) {
            return Ok(());
        }
        let OperationRequest { kind, plugin, digest, document } = request.await?;
        let id = Uuid::now_v7().to_string();
        let (taken_by, sent) = (None, None);
        self.segment.operations.push(NewOperation {
            id,
            step: key.into(),
            kind,
            plugin,
            digest,
            document,
            taken_by,
            sent,
            reserved: 0,
        });
        Ok(())
    }

    /// How the operation of the step `key` ended.
    ///
    /// # Errors
    /// `Stop::Waits` until it has; `Stop::Uncertain` where a person must decide.
    pub fn ended(&mut self, key: &str) -> Result<Ended, Stop> {
        let Some(operation) = self.operations.get(key) else {
            return Err(Stop::Waits);
        };
        if operation.state == OperationState::Open {
            return Err(Stop::Waits);
        }
        // Passed, also where a person is asked: a workflow may do without what is uncertain.
        self.ahead = self.ahead.saturating_sub(1);
        if operation.state == OperationState::Uncertain {
            return Err(Stop::Uncertain(uncertain(&self.job.id, operation.error.as_deref())));
        }
        Ok(Ended {
            state: operation.state,
            outcome: operation.outcome.clone(),
            error: operation.error.as_deref().and_then(|error| serde_json::from_str(error).ok()),
            unknown: operation.unknown,
        })
    }

    /// Puts on disk what the run has done so far.
    ///
    /// # Errors
    /// Where the job is another worker's now.
    pub async fn flush(&mut self) -> Result<(), Stop> {
        self.write(Yielded::Running).await.map_err(Stop::Store)?;
        Ok(())
    }

    /// The operations that were begun and are not yet on disk.
    pub(crate) fn begun(&mut self) -> &mut [NewOperation] {
        &mut self.segment.operations
    }

    /// Puts on disk what the run has done, and how it goes on. Answers whether the job goes on: nothing is begun where
    /// its owner wants it to end.
    pub(crate) async fn write(&mut self, then: Yielded) -> Result<bool, StoreError> {
        let segment = std::mem::take(&mut self.segment);
        if segment == Segment::default() && then == Yielded::Running {
            return Ok(!self.cancel);
        }
        self.cancel |= persist(|| self.store.record(&self.lease, segment.clone(), then.clone())).await?;
        self.hub.changed(&self.job.id);
        Ok(!self.cancel)
    }

    /// Forgets what was done since the last write, except lines for people.
    pub(crate) fn forget(&mut self) {
        self.segment.operations.clear();
    }
}

fn uncertain(job: &str, error: Option<&str>) -> Failure {
    let said = error.and_then(|error| serde_json::from_str::<OperationError>(error).ok());
    let message = said.map_or_else(|| "no answer came".into(), |error| error.message);
    Failure {
        code: "uncertain".into(),
        message: format!("It is not known whether the provider accepted a request that costs money: {message}"),
        recoverable: true,
        problems: Vec::new(),
        hint: Some(format!(
            "Look at the provider's own records first. POST /api/jobs/{job}/resubmit sends it again, which may cost twice; \
             DELETE /api/jobs/{job} gives it up."
        )),
    }
}

fn changed(key: &str) -> Stop {
    Failure::new(
        "workflow-changed",
        format!("the job was begun by another version of Kinora, whose step {key} does not fit; start it again"),
    )
    .into()
}

fn digest(input: &impl Serialize) -> Result<String, Stop> {
    let text = serde_json::to_vec(input)
        .map_err(|error| Failure::new("internal", format!("a step's input is no JSON: {error}")))?;
    Ok(Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect())
}
