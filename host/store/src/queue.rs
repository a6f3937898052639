//! The queue as workers see it: jobs are claimed, run in segments, and every write of a run is fenced by the worker and
//! the attempt. A worker that was thought dead and is not finds its job taken: both have changed.

use sqlx::AnyConnection;
use sqlx::AssertSqlSafe;

use crate::Store;
use crate::database::{Dialect, Transaction};
use crate::error::StoreError;
use crate::events::{self, EventKind, NewEvent};
use crate::jobs::{self, Job, JobState};
use crate::operations::{self, NewOperation};
use crate::references;
use crate::steps::Step;
use crate::workers::WorkerId;

/// The right to write to a job: valid until another worker takes the job over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The job.
    pub job: String,
    /// Who holds it.
    pub worker: WorkerId,
    /// For the how-manieth time a worker took the job up.
    pub attempt: i64,
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// From 0 to 100.
    pub percent: f64,
    /// What it does, for people.
    pub step: String,
}

/// How a segment of a run goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Yielded {
    /// The worker goes on with it.
    Running,
    /// It waits for its open operations, and is queued when the last of them ends.
    Waiting,
    /// It goes on after so many milliseconds.
    Later(i64),
    /// It ended well, with a JSON result.
    Completed(String),
    /// It failed, with a JSON error.
    Failed(String),
    /// It was cancelled, with a JSON error that says so.
    Cancelled(String),
    /// A person must decide, with a JSON error that says what.
    Uncertain(String),
}

/// What a segment of a run did, written in one transaction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Segment {
    /// What its steps gave.
    pub steps: Vec<Step>,
    /// What it asks of providers.
    pub operations: Vec<NewOperation>,
    /// What it tells those who watch.
    pub events: Vec<NewEvent>,
    /// How far the job is.
    pub progress: Option<Progress>,
}

impl Store {
    /// Takes up to `limit` jobs that may run now: those of the highest priority, the longest waiting first. With `only`,
    /// that job alone.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn claim_jobs(&self, worker: &WorkerId, limit: i64, only: Option<&str>) -> Result<Vec<Job>, StoreError> {
        let claim = Claim {
            worker: worker.clone(),
            limit,
            only: only.unwrap_or_default().into(),
            now: self.now(),
            skip_locked: self.db.skip_locked(),
            dialect: self.db.dialect,
        };
        self.db.write(claim).await
    }

    /// Whether a job may be there to be claimed now: a look that, unlike a claim, keeps no writer waiting. With `only`,
    /// that job alone.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn has_runnable(&self, only: Option<&str>) -> Result<bool, StoreError> {
        let mut connection = self.db.read().await?;
        let found: Option<(i64,)> = sqlx::query_as(
            "SELECT attempt FROM jobs WHERE state = 'queued' AND run_at <= $1 AND ($2 = '' OR id = $2) LIMIT 1",
        )
        .bind(self.now())
        .bind(only.unwrap_or_default())
        .fetch_optional(&mut *connection)
        .await?;
        Ok(found.is_some())
    }

    /// Writes what a segment of a run did, and how it goes on. Answers whether the job's owner wants it to end.
    ///
    /// # Errors
    /// `Lost` where another worker has taken over, and then nothing is written; where the database fails.
    pub async fn record(&self, lease: &Lease, segment: Segment, then: Yielded) -> Result<bool, StoreError> {
        self.db.write(Record { lease: lease.clone(), segment, then, now: self.now(), dialect: self.db.dialect }).await
    }
}

struct Claim {
    worker: WorkerId,
    limit: i64,
    only: String,
    now: i64,
    skip_locked: &'static str,
    dialect: Dialect,
}

impl Transaction for Claim {
    type Output = Vec<Job>;

    async fn run(&self, tx: &mut AnyConnection) -> Result<Vec<Job>, StoreError> {
        let free = format!(
            "UPDATE jobs SET state = 'running', worker = $1, attempt = attempt + 1, updated_at = $2
             WHERE id IN (SELECT id FROM jobs WHERE state = 'queued' AND run_at <= $2 AND concurrency_key IS NULL
                            AND ($4 = '' OR id = $4)
                          ORDER BY priority DESC, run_at, id LIMIT $3{})
             RETURNING *",
            self.skip_locked
        );
        let mut jobs: Vec<Job> = sqlx::query_as(AssertSqlSafe(free))
            .bind(self.worker.as_str())
            .bind(self.now)
            .bind(self.limit)
            .bind(self.only.as_str())
            .fetch_all(&mut *tx)
            .await?;
        // Jobs with a key are taken one by one, each time with a fresh look at how many of its key are active; on
        // Postgres one host at a time does so.
        let mut locked = self.dialect == Dialect::Sqlite;
        while (jobs.len() as i64) < self.limit {
            let waiting: Option<(String,)> = sqlx::query_as(
                "SELECT id FROM jobs AS mine WHERE state = 'queued' AND run_at <= $1 AND concurrency_key IS NOT NULL
                   AND ($2 = '' OR id = $2)
                   AND (SELECT count(*) FROM jobs AS other WHERE other.concurrency_key = mine.concurrency_key
                        AND other.state IN ('running', 'waiting')) < concurrency_limit
                 ORDER BY priority DESC, run_at, id LIMIT 1",
            )
            .bind(self.now)
            .bind(self.only.as_str())
            .fetch_optional(&mut *tx)
            .await?;
            let Some((id,)) = waiting else { break };
            if !locked {
                sqlx::query("SELECT pg_advisory_xact_lock(8243121)").execute(&mut *tx).await?;
                locked = true;
                continue;
            }
            jobs.extend(
                sqlx::query_as::<_, Job>(
                    "UPDATE jobs SET state = 'running', worker = $1, attempt = attempt + 1, updated_at = $2
                     WHERE id = $3 AND state = 'queued' RETURNING *",
                )
                .bind(self.worker.as_str())
                .bind(self.now)
                .bind(id)
                .fetch_all(&mut *tx)
                .await?,
            );
        }
        jobs.sort_by(|a, b| (b.priority, &a.id).cmp(&(a.priority, &b.id)));
        Ok(jobs)
    }
}

struct Record {
    lease: Lease,
    segment: Segment,
    then: Yielded,
    now: i64,
    dialect: Dialect,
}

impl Transaction for Record {
    type Output = bool;

    async fn run(&self, tx: &mut AnyConnection) -> Result<bool, StoreError> {
        let Lease { job, worker, attempt } = &self.lease;
        let Segment { steps, operations, events, progress } = &self.segment;
        let mut events = events.clone();
        events.extend(self.then.event());
        let end = self.then.end();
        let (changes, then) = match (&end, &self.then) {
            (Some(_), _) => (", worker = NULL, state = $8, result = $9, error = $10, completed_at = $4", None),
            // A wish to cancel that came meanwhile found the job running: it is queued, so that a worker ends it.
            (None, Yielded::Waiting) => (
                ", worker = NULL, run_at = $4, state = CASE WHEN cancel_requested = 0 AND ($8 > 0 OR EXISTS
                      (SELECT 1 FROM operations WHERE job = $1 AND state = 'open')) THEN 'waiting' ELSE 'queued' END",
                Some(operations.len() as i64),
            ),
            (None, Yielded::Later(delay)) => (
                ", worker = NULL, state = 'queued', run_at = CASE WHEN cancel_requested = 0 THEN $8 ELSE $4 END",
                Some(self.now + delay),
            ),
            (None, _) => ("", None),
        };
        // First the job's row: it is the fence, and on Postgres the lock that orders this against the end of an
        // operation. Where it looks at operations that were there before, it must look after it has the lock.
        if self.then == Yielded::Waiting && operations.is_empty() {
            jobs::lock(tx, self.dialect, job).await?;
        }
        let sql = format!(
            "UPDATE jobs SET updated_at = $4, last_event = last_event + $5, current_step = COALESCE($7, current_step),
                 progress = CASE WHEN $6 < 0 THEN progress ELSE $6 END{changes}
             WHERE id = $1 AND worker = $2 AND attempt = $3 AND state = 'running'
             RETURNING cancel_requested, last_event, owner,
                 (SELECT count(*) FROM operations WHERE job = $1 AND state = 'open')"
        );
        let mut query = sqlx::query_as(AssertSqlSafe(sql))
            .bind(job.as_str())
            .bind(worker.as_str())
            .bind(*attempt)
            .bind(self.now)
            .bind(events.len() as i64)
            // The driver sends an absent number to Postgres as one of another size, so absence is a number here.
            .bind(progress.as_ref().map_or(-1.0, |progress| progress.percent))
            .bind(progress.as_ref().map(|progress| progress.step.as_str()));
        if let Some((state, result, error)) = end {
            query = query.bind(state.as_str()).bind(result).bind(error);
        }
        if let Some(then) = then {
            query = query.bind(then);
        }
        let fenced: Option<(i64, i64, String, i64)> = query.fetch_optional(&mut *tx).await?;
        let Some((cancel, last_event, owner, open)) = fenced else {
            return Err(StoreError::Lost);
        };
        for step in steps {
            sqlx::query("INSERT INTO steps (job, key, input_hash, output, created_at) VALUES ($1, $2, $3, $4, $5)")
                .bind(job.as_str())
                .bind(step.key.as_str())
                .bind(step.input_hash.as_str())
                .bind(step.output.as_str())
                .bind(self.now)
                .execute(&mut *tx)
                .await?;
            references::note(tx, job, &step.output).await?;
        }
        if let Some((_, Some(result), _)) = end {
            references::note(tx, job, result).await?;
        }
        // What is about to be cancelled begins nothing more.
        for operation in operations.iter().filter(|_| cancel == 0) {
            operations::insert(tx, job, &owner, operation, self.now).await?;
        }
        events::append(tx, job, last_event - events.len() as i64, &events, self.now).await?;
        if self.then.end().is_some() && open > 0 {
            // What is still open belongs to nobody any more.
            sqlx::query("UPDATE operations SET cancel_requested = 1, due_at = $2 WHERE job = $1 AND state = 'open'")
                .bind(job.as_str())
                .bind(self.now)
                .execute(tx)
                .await?;
        }
        Ok(cancel != 0)
    }
}

impl Yielded {
    /// Where the job ends with it: its last state, its result and its error.
    fn end(&self) -> Option<(JobState, Option<&str>, Option<&str>)> {
        match self {
            Yielded::Running | Yielded::Waiting | Yielded::Later(_) => None,
            Yielded::Completed(result) => Some((JobState::Completed, Some(result), None)),
            Yielded::Failed(error) => Some((JobState::Failed, None, Some(error))),
            Yielded::Cancelled(error) => Some((JobState::Cancelled, None, Some(error))),
            Yielded::Uncertain(error) => Some((JobState::Uncertain, None, Some(error))),
        }
    }

    /// The event that ends the stream.
    fn event(&self) -> Option<NewEvent> {
        let (state, _, _) = self.end()?;
        Some(NewEvent { kind: EventKind::Done, data: format!(r#"{{"status":"{}"}}"#, state.as_str()) })
    }
}
