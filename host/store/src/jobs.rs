//! Jobs as their owners see them: made, read, listed, cancelled, sent again.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, FromRow, Row};
use uuid::Uuid;

use crate::Store;
use crate::database::{Dialect, Transaction};
use crate::error::StoreError;
use crate::events::{self, EventKind, NewEvent};
use crate::references;
use crate::workers::WorkerId;

/// Where a job is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobState {
    /// It waits for its turn, or for its time.
    Queued,
    /// A worker runs it.
    Running,
    /// Its operations run; the workflow does not.
    Waiting,
    /// It ended well.
    Completed,
    /// It ended without a result.
    Failed,
    /// Its owner ended it.
    Cancelled,
    /// A request that costs money may or may not have been accepted; a person decides.
    Uncertain,
}

impl JobState {
    const ALL: [JobState; 7] = [
        JobState::Queued,
        JobState::Running,
        JobState::Waiting,
        JobState::Completed,
        JobState::Failed,
        JobState::Cancelled,
        JobState::Uncertain,
    ];

    /// As in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            JobState::Queued => "queued",
            JobState::Running => "running",
            JobState::Waiting => "waiting",
            JobState::Completed => "completed",
            JobState::Failed => "failed",
            JobState::Cancelled => "cancelled",
            JobState::Uncertain => "uncertain",
        }
    }

    /// Whether nothing more happens to it by itself.
    pub fn is_ended(self) -> bool {
        !matches!(self, JobState::Queued | JobState::Running | JobState::Waiting)
    }

    fn read(text: &str) -> Result<Self, sqlx::Error> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| sqlx::Error::Decode(format!("no job is {text:?}").into()))
    }
}

/// A job.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// A UUID, ordered by time.
    pub id: String,
    /// Which workflow.
    pub kind: String,
    /// Whose it is.
    pub owner: String,
    /// Where it is.
    pub state: JobState,
    /// The higher the sooner.
    pub priority: i64,
    /// How often a worker took it up; part of the fence.
    pub attempt: i64,
    /// How often a worker died while it ran it.
    pub crashes: i64,
    /// What it shares a limit of active jobs with.
    pub concurrency_key: Option<String>,
    /// Whether its owner wants it to end.
    pub cancel_requested: bool,
    /// From 0 to 100.
    pub progress: f64,
    /// What it does, for people; empty before it begins.
    pub current_step: String,
    /// The version of the workflow that began it.
    pub workflow_version: i64,
    /// The request, JSON.
    pub input: String,
    /// What was made, JSON.
    pub result: Option<String>,
    /// Why it failed, JSON.
    pub error: Option<String>,
    /// The key its maker gave, so that the same request makes one job.
    pub idempotency_key: Option<String>,
    /// The number of its last event.
    pub last_event: i64,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// Milliseconds since 1970.
    pub updated_at: i64,
    /// Milliseconds since 1970.
    pub completed_at: Option<i64>,
}

impl<'r> FromRow<'r, AnyRow> for Job {
    fn from_row(row: &'r AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Job {
            id: row.try_get("id")?,
            kind: row.try_get("kind")?,
            owner: row.try_get("owner")?,
            state: JobState::read(row.try_get("state")?)?,
            priority: row.try_get("priority")?,
            attempt: row.try_get("attempt")?,
            crashes: row.try_get("crashes")?,
            concurrency_key: row.try_get("concurrency_key")?,
            cancel_requested: row.try_get::<i64, _>("cancel_requested")? != 0,
            progress: row.try_get("progress")?,
            current_step: row.try_get("current_step")?,
            workflow_version: row.try_get("workflow_version")?,
            input: row.try_get("input")?,
            result: row.try_get("result")?,
            error: row.try_get("error")?,
            idempotency_key: row.try_get("idempotency_key")?,
            last_event: row.try_get("last_event")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            completed_at: row.try_get("completed_at")?,
        })
    }
}

/// A job to be made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewJob {
    /// Its id; made where it is empty.
    pub id: String,
    /// Which workflow.
    pub kind: String,
    /// The workflow's version.
    pub workflow_version: i64,
    /// Whose it is.
    pub owner: String,
    /// The request, JSON.
    pub input: String,
    /// The higher the sooner; 0 is normal.
    pub priority: i64,
    /// Milliseconds before it may run.
    pub delay_ms: i64,
    /// A key, and how many jobs with it may be active at once.
    pub concurrency: Option<(String, i64)>,
    /// The same key of the same owner makes no second job.
    pub idempotency_key: Option<String>,
    /// The worker that runs it at once, where it has room; else it waits in the queue.
    pub taken_by: Option<WorkerId>,
}

/// A job that was made, or was there already.
#[derive(Clone, Debug, PartialEq)]
pub struct Created {
    /// The job.
    pub job: Job,
    /// Whether it is new; false where its idempotency key was used before.
    pub fresh: bool,
}

/// Which jobs to list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobFilter {
    /// Only of this owner.
    pub owner: Option<String>,
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only in these states; all where empty.
    pub states: Vec<JobState>,
    /// Only those made before the job with this id.
    pub before: Option<String>,
    /// At most this many.
    pub limit: i64,
}

/// A page of jobs, the youngest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The jobs.
    pub jobs: Vec<Job>,
    /// What to ask for next, where there are more.
    pub next: Option<String>,
}

impl Store {
    /// Makes a job. With an idempotency key that its owner used before, the job of then is answered.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn create_job(&self, mut job: NewJob) -> Result<Created, StoreError> {
        if job.id.is_empty() {
            job.id = Uuid::now_v7().to_string();
        }
        self.db.write(Create { job, now: self.now() }).await
    }

    /// A job.
    ///
    /// # Errors
    /// `NotFound`, or where the database fails.
    pub async fn job(&self, id: &str) -> Result<Job, StoreError> {
        let mut connection = self.db.read().await?;
        sqlx::query_as("SELECT * FROM jobs WHERE id = $1")
            .bind(id)
            .fetch_optional(&mut *connection)
            .await?
            .ok_or(StoreError::NotFound("job"))
    }

    /// The job an owner made with an idempotency key.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn job_by_key(&self, owner: &str, key: &str) -> Result<Option<Job>, StoreError> {
        let mut connection = self.db.read().await?;
        Ok(by_key(&mut connection, owner, key).await?)
    }

    /// Jobs, the youngest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn jobs(&self, filter: &JobFilter) -> Result<Page, StoreError> {
        let mut connection = self.db.read().await?;
        let states: Vec<&str> = filter.states.iter().map(|state| state.as_str()).collect();
        let mut jobs: Vec<Job> = sqlx::query_as(
            // Ids of jobs are ordered by time; a list of states is one string, since SQLite binds no arrays.
            "SELECT * FROM jobs
             WHERE ($1 = '' OR owner = $1) AND ($2 = '' OR kind = $2) AND ($3 = '' OR id < $3)
               AND ($4 = '' OR $4 LIKE '%,' || state || ',%')
             ORDER BY id DESC LIMIT $5",
        )
        .bind(filter.owner.as_deref().unwrap_or_default())
        .bind(filter.kind.as_deref().unwrap_or_default())
        .bind(filter.before.as_deref().unwrap_or_default())
        .bind(if states.is_empty() { String::new() } else { format!(",{},", states.join(",")) })
        .bind(filter.limit + 1)
        .fetch_all(&mut *connection)
        .await?;
        let more = jobs.len() as i64 > filter.limit;
        jobs.truncate(filter.limit.max(0) as usize);
        Ok(Page { next: jobs.last().filter(|_| more).map(|job| job.id.clone()), jobs })
    }

    /// Ends a job: at once where no worker runs it, else as soon as its worker sees the wish. Its open operations are
    /// cancelled too. Answers the job as it is then.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` where it has ended; where the database fails.
    pub async fn cancel_job(&self, id: &str, message: &str) -> Result<Job, StoreError> {
        self.db.write(Cancel { id: id.into(), message: message.into(), now: self.now() }).await
    }

    /// Sends the uncertain operations of a job again, as its owner decided.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` where it is not uncertain; where the database fails.
    pub async fn resubmit_job(&self, id: &str) -> Result<Job, StoreError> {
        self.db.write(Resubmit { id: id.into(), now: self.now() }).await
    }

    /// Removes a job that has ended, with all that it remembers; what it cost stays in the ledger. Blobs that nothing
    /// else names are discarded.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` where it or one of its operations has not ended; where the database fails.
    pub async fn delete_job(&self, id: &str) -> Result<(), StoreError> {
        self.db.write(Delete { id: id.into(), now: self.now(), dialect: self.db.dialect }).await
    }

    /// How many jobs are in each state, for those who watch.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn job_counts(&self) -> Result<Vec<(JobState, i64)>, StoreError> {
        let mut connection = self.db.read().await?;
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT state, count(*) FROM jobs GROUP BY state").fetch_all(&mut *connection).await?;
        rows.into_iter().map(|(state, count)| Ok((JobState::read(&state)?, count))).collect()
    }
}

async fn by_key(connection: &mut AnyConnection, owner: &str, key: &str) -> Result<Option<Job>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM jobs WHERE owner = $1 AND idempotency_key = $2")
        .bind(owner)
        .bind(key)
        .fetch_optional(connection)
        .await
}

/// Keeps others from a job's row until the transaction ends. SQLite has but one writer.
pub(crate) async fn lock(tx: &mut AnyConnection, dialect: Dialect, job: &str) -> Result<(), StoreError> {
    if dialect == Dialect::Postgres {
        sqlx::query("SELECT id FROM jobs WHERE id = $1 FOR NO KEY UPDATE").bind(job).execute(tx).await?;
    }
    Ok(())
}

struct Create {
    job: NewJob,
    now: i64,
}

impl Transaction for Create {
    type Output = Created;

    async fn run(&self, tx: &mut AnyConnection) -> Result<Created, StoreError> {
        let NewJob { id, kind, workflow_version, owner, input, .. } = &self.job;
        let taken = self.job.taken_by.as_ref().filter(|_| self.job.concurrency.is_none() && self.job.delay_ms <= 0);
        let state = if taken.is_some() { JobState::Running } else { JobState::Queued };
        let (key, limit) = self.job.concurrency.clone().unzip();
        let job: Option<Job> = sqlx::query_as(
            "INSERT INTO jobs (id, kind, owner, state, priority, run_at, worker, attempt, concurrency_key,
                 concurrency_limit, workflow_version, input, idempotency_key, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)
             ON CONFLICT DO NOTHING RETURNING *",
        )
        .bind(id.as_str())
        .bind(kind.as_str())
        .bind(owner.as_str())
        .bind(state.as_str())
        .bind(self.job.priority)
        .bind(self.now + self.job.delay_ms)
        .bind(taken.map(|worker| worker.as_str()))
        .bind(i64::from(taken.is_some()))
        .bind(key)
        .bind(limit.unwrap_or(1))
        .bind(*workflow_version)
        .bind(input.as_str())
        .bind(self.job.idempotency_key.as_deref())
        .bind(self.now)
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(job) = job {
            references::note(tx, id, input).await?;
            return Ok(Created { job, fresh: true });
        }
        match &self.job.idempotency_key {
            Some(key) => by_key(tx, owner, key).await?.map(|job| Created { job, fresh: false }),
            None => None,
        }
        .ok_or_else(|| StoreError::Conflict(format!("there is a job {id} already")))
    }
}

struct Cancel {
    id: String,
    message: String,
    now: i64,
}

impl Transaction for Cancel {
    type Output = Job;

    async fn run(&self, tx: &mut AnyConnection) -> Result<Job, StoreError> {
        let job: Job =
            sqlx::query_as("UPDATE jobs SET cancel_requested = 1, updated_at = $2 WHERE id = $1 RETURNING *")
                .bind(self.id.as_str())
                .bind(self.now)
                .fetch_optional(&mut *tx)
                .await?
                .ok_or(StoreError::NotFound("job"))?;
        if job.state.is_ended() && job.state != JobState::Uncertain {
            return Err(StoreError::Conflict(format!("the job has ended: it is {}", job.state.as_str())));
        }
        sqlx::query(
            "UPDATE operations SET cancel_requested = 1, due_at = CASE WHEN worker IS NULL THEN $2 ELSE due_at END
             WHERE job = $1 AND state = 'open'",
        )
        .bind(self.id.as_str())
        .bind(self.now)
        .execute(&mut *tx)
        .await?;
        if job.state == JobState::Running {
            return Ok(job);
        }
        let done = NewEvent { kind: EventKind::Done, data: r#"{"status":"cancelled"}"#.into() };
        events::append(tx, &self.id, job.last_event, &[done], self.now).await?;
        Ok(sqlx::query_as(
            "UPDATE jobs SET state = 'cancelled', worker = NULL, error = $2, completed_at = $3, last_event = last_event + 1
             WHERE id = $1 RETURNING *",
        )
        .bind(self.id.as_str())
        .bind(self.message.as_str())
        .bind(self.now)
        .fetch_one(tx)
        .await?)
    }
}

struct Delete {
    id: String,
    now: i64,
    dialect: Dialect,
}

impl Transaction for Delete {
    type Output = ();

    async fn run(&self, tx: &mut AnyConnection) -> Result<(), StoreError> {
        lock(tx, self.dialect, &self.id).await?;
        let found: Option<(String, i64)> = sqlx::query_as(
            "SELECT state, (SELECT count(*) FROM operations WHERE job = $1 AND state = 'open') FROM jobs WHERE id = $1",
        )
        .bind(self.id.as_str())
        .fetch_optional(&mut *tx)
        .await?;
        let (state, open) = found.ok_or(StoreError::NotFound("job"))?;
        if !JobState::read(&state)?.is_ended() || open > 0 {
            return Err(StoreError::Conflict("the job has not ended: cancel it first".into()));
        }
        references::release(tx, &self.id, self.now).await?;
        for delete in [
            "DELETE FROM steps WHERE job = $1",
            "DELETE FROM events WHERE job = $1",
            "DELETE FROM operations WHERE job = $1",
            "DELETE FROM jobs WHERE id = $1",
        ] {
            sqlx::query(delete).bind(self.id.as_str()).execute(&mut *tx).await?;
        }
        Ok(())
    }
}

struct Resubmit {
    id: String,
    now: i64,
}

impl Transaction for Resubmit {
    type Output = Job;

    async fn run(&self, tx: &mut AnyConnection) -> Result<Job, StoreError> {
        let job: Option<Job> = sqlx::query_as(
            "UPDATE jobs SET state = 'waiting', error = NULL, completed_at = NULL, cancel_requested = 0, updated_at = $2
             WHERE id = $1 AND state = 'uncertain' RETURNING *",
        )
        .bind(self.id.as_str())
        .bind(self.now)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(job) = job else {
            let there: Option<(String,)> = sqlx::query_as("SELECT state FROM jobs WHERE id = $1")
                .bind(self.id.as_str())
                .fetch_optional(&mut *tx)
                .await?;
            return Err(match there {
                None => StoreError::NotFound("job"),
                Some((state,)) => {
                    StoreError::Conflict(format!("only an uncertain job can be submitted again; this one is {state}"))
                }
            });
        };
        sqlx::query(
            "UPDATE operations SET state = 'open', phase = 'start', guest_state = NULL, request = NULL, error = NULL,
                 sends = 0, unknown = 0, reserved = 0, worker = NULL, due_at = $2, updated_at = $2, ended_at = NULL
             WHERE job = $1 AND state = 'uncertain'",
        )
        .bind(self.id.as_str())
        .bind(self.now)
        .execute(tx)
        .await?;
        Ok(job)
    }
}
