//! Operations: requests to providers in flight, as rows. Between two steps of a provider's machine nothing of it lives
//! but its row; the row says what may be done again after a crash.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, FromRow, Row};

use crate::Store;
use crate::budgets;
use crate::database::{Dialect, Transaction};
use crate::error::StoreError;
use crate::jobs::{self, Job};
use crate::ledger::{self, LedgerEntry};
use crate::references;
use crate::word::{read, word};
use crate::workers::WorkerId;

/// Where an operation is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperationState {
    /// It goes on.
    Open,
    /// It ended well.
    Done,
    /// It failed.
    Failed,
    /// A request that costs money may or may not have been accepted.
    Uncertain,
    /// It was ended by its job's owner.
    Cancelled,
}

/// What an open operation does next, and what a worker does that finds it after a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Nothing happened yet: begin.
    Start,
    /// It waits until it is due: resume with the timer.
    Wait,
    /// A request that costs nothing is stored: send it.
    Send,
    /// The intent to send a billable request is committed, and no answer is stored: whether it was accepted is unknown.
    Sent,
}

impl OperationState {
    const ALL: [(OperationState, &str); 5] = [
        (OperationState::Open, "open"),
        (OperationState::Done, "done"),
        (OperationState::Failed, "failed"),
        (OperationState::Uncertain, "uncertain"),
        (OperationState::Cancelled, "cancelled"),
    ];

    fn as_str(self) -> &'static str {
        word(&Self::ALL, self)
    }
}

impl Phase {
    const ALL: [(Phase, &str); 4] =
        [(Phase::Start, "start"), (Phase::Wait, "wait"), (Phase::Send, "send"), (Phase::Sent, "sent")];

    fn as_str(self) -> &'static str {
        word(&Self::ALL, self)
    }
}

/// An operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// A UUID.
    pub id: String,
    /// Its job.
    pub job: String,
    /// The step of the job that waits for it.
    pub step: String,
    /// Whose job it is.
    pub owner: String,
    /// `text`, `image` or `video`.
    pub kind: String,
    /// The provider's id.
    pub plugin: String,
    /// The digest of the component that began it.
    pub digest: String,
    /// Its parameters, JSON.
    pub document: String,
    /// Where it is.
    pub state: OperationState,
    /// What it does next.
    pub phase: Phase,
    /// What the provider wants back.
    pub guest_state: Vec<u8>,
    /// The stored request of `Phase::Send`, JSON. With `Phase::Sent` the one that the worker which began the operation
    /// has yet to send; that one is never stored.
    pub request: Option<String>,
    /// When it goes on, milliseconds since 1970.
    pub due_at: i64,
    /// For the how-manieth time a worker took it up; with the worker, the fence.
    pub attempt: i64,
    /// Whether it should end.
    pub cancel_requested: bool,
    /// Billable requests whose intent was committed.
    pub sends: i64,
    /// Those of them of which nobody knows whether they were accepted.
    pub unknown: i64,
    /// What the last of them may cost, in millionths of a US dollar.
    pub reserved: i64,
    /// What was made, JSON.
    pub outcome: Option<String>,
    /// Why it failed, JSON.
    pub error: Option<String>,
    /// Milliseconds since 1970.
    pub created_at: i64,
}

impl<'r> FromRow<'r, AnyRow> for Operation {
    fn from_row(row: &'r AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Operation {
            id: row.try_get("id")?,
            job: row.try_get("job")?,
            step: row.try_get("step")?,
            owner: row.try_get("owner")?,
            kind: row.try_get("kind")?,
            plugin: row.try_get("plugin")?,
            digest: row.try_get("digest")?,
            document: row.try_get("document")?,
            state: read(&OperationState::ALL, row.try_get("state")?)?,
            phase: read(&Phase::ALL, row.try_get("phase")?)?,
            guest_state: row.try_get::<Option<Vec<u8>>, _>("guest_state")?.unwrap_or_default(),
            request: row.try_get("request")?,
            due_at: row.try_get("due_at")?,
            attempt: row.try_get("attempt")?,
            cancel_requested: row.try_get::<i64, _>("cancel_requested")? != 0,
            sends: row.try_get("sends")?,
            unknown: row.try_get("unknown")?,
            reserved: row.try_get("reserved")?,
            outcome: row.try_get("outcome")?,
            error: row.try_get("error")?,
            created_at: row.try_get("created_at")?,
        })
    }
}

/// An operation to be made together with a segment of its job's run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOperation {
    /// A UUID.
    pub id: String,
    /// The step of the job that waits for it.
    pub step: String,
    /// `text`, `image` or `video`.
    pub kind: String,
    /// The provider's id.
    pub plugin: String,
    /// The digest of the component.
    pub digest: String,
    /// Its parameters, JSON.
    pub document: String,
    /// The worker that drives it at once, where it has room; else it waits to be claimed.
    pub taken_by: Option<WorkerId>,
    /// What the provider wants back, where that worker sends the first billable request as soon as this is on disk.
    /// Only for owners without a budget, which would have to be looked at.
    pub sent: Option<Vec<u8>>,
    /// What that request may cost, in millionths of a US dollar.
    pub reserved: i64,
}

/// The right to write to an operation: valid until another worker takes it over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationLease {
    /// The operation.
    pub id: String,
    /// Its job.
    pub job: String,
    /// Who holds it.
    pub worker: WorkerId,
    /// For the how-manieth time a worker took it up.
    pub attempt: i64,
}

impl Operation {
    /// The right to write to it, for the worker that took it.
    pub fn lease(&self, worker: &WorkerId) -> OperationLease {
        OperationLease { id: self.id.clone(), job: self.job.clone(), worker: worker.clone(), attempt: self.attempt }
    }
}

/// How an operation that a worker drives goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advance {
    /// A billable request is about to be sent.
    Intent {
        /// What the provider wants back.
        guest_state: Vec<u8>,
        /// What it may cost, in millionths of a US dollar: reserved of its owner's budget until the operation ends.
        reserve: i64,
    },
    /// A billable request was answered, and a request that costs nothing comes next.
    Send {
        /// What the provider wants back.
        guest_state: Vec<u8>,
        /// The request, JSON.
        request: String,
    },
    /// It waits, and its worker lets go of it.
    Wait {
        /// What the provider wants back; absent where it has not changed.
        guest_state: Option<Vec<u8>>,
        /// Milliseconds.
        wait_ms: i64,
    },
    /// Its worker lets go of it as it is: it will be taken up at once.
    Release,
}

/// How an operation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Anything but `Open`.
    pub state: OperationState,
    /// What was made, JSON.
    pub outcome: Option<String>,
    /// Why it failed, JSON.
    pub error: Option<String>,
    /// Requests of which nobody knows whether they were accepted, in all.
    pub unknown: i64,
    /// What was spent.
    pub ledger: Vec<LedgerEntry>,
}

/// What the end of an operation set going.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    /// The job, where the worker took it up at once because it waited for nothing else.
    pub taken: Option<Job>,
    /// Whether the job is queued because of it.
    pub queued: bool,
}

impl Store {
    /// Takes up to `limit` operations that are due. With `only`, those of that job alone.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn claim_operations(
        &self,
        worker: &WorkerId,
        limit: i64,
        only: Option<&str>,
    ) -> Result<Vec<Operation>, StoreError> {
        let claim = Claim {
            worker: worker.clone(),
            limit,
            only: only.unwrap_or_default().into(),
            now: self.now(),
            skip_locked: self.db.skip_locked(),
        };
        self.db.write(claim).await
    }

    /// When the next operation that nobody holds is due, milliseconds since 1970. With `only`, of that job alone.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn next_due(&self, only: Option<&str>) -> Result<Option<i64>, StoreError> {
        let mut connection = self.db.read().await?;
        let (due,): (Option<i64>,) = sqlx::query_as(
            "SELECT min(due_at) FROM operations WHERE state = 'open' AND worker IS NULL AND ($1 = '' OR job = $1)",
        )
        .bind(only.unwrap_or_default())
        .fetch_one(&mut *connection)
        .await?;
        Ok(due)
    }

    /// Goes on with an operation that a worker holds.
    ///
    /// # Errors
    /// `Lost` where it no longer holds it, `OverBudget` where its owner may not spend what is reserved, and then nothing
    /// is written; where the database fails.
    pub async fn advance_operation(&self, lease: &OperationLease, advance: Advance) -> Result<(), StoreError> {
        self.db.write(GoOn { lease: lease.clone(), advance, now: self.now(), dialect: self.db.dialect }).await
    }

    /// Ends an operation that a worker holds. Where its job waited for nothing else, the job is queued, or taken up by
    /// the same worker with `take_job`.
    ///
    /// # Errors
    /// `Lost` where it no longer holds it, and then nothing is written; where the database fails.
    pub async fn end_operation(
        &self,
        lease: &OperationLease,
        ending: Ending,
        take_job: bool,
    ) -> Result<Settled, StoreError> {
        let end = End { lease: lease.clone(), ending, take_job, now: self.now(), dialect: self.db.dialect };
        self.db.write(end).await
    }

    /// The operations of a job.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn operations(&self, job: &str) -> Result<Vec<Operation>, StoreError> {
        let mut connection = self.db.read().await?;
        Ok(sqlx::query_as("SELECT * FROM operations WHERE job = $1 ORDER BY id")
            .bind(job)
            .fetch_all(&mut *connection)
            .await?)
    }

    /// How many operations are open, for those who watch.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn open_operations(&self) -> Result<i64, StoreError> {
        let mut connection = self.db.read().await?;
        let (count,): (i64,) =
            sqlx::query_as("SELECT count(*) FROM operations WHERE state = 'open'").fetch_one(&mut *connection).await?;
        Ok(count)
    }
}

/// Makes an operation of a job.
pub(crate) async fn insert(
    tx: &mut AnyConnection,
    job: &str,
    owner: &str,
    operation: &NewOperation,
    now: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO operations (id, job, step, owner, kind, plugin, digest, document, state, phase, due_at, worker,
             attempt, created_at, updated_at, guest_state, sends, reserved)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $12, $9, $10, $11, $9, $9, $13, $14, $15)",
    )
    .bind(operation.id.as_str())
    .bind(job)
    .bind(operation.step.as_str())
    .bind(owner)
    .bind(operation.kind.as_str())
    .bind(operation.plugin.as_str())
    .bind(operation.digest.as_str())
    .bind(operation.document.as_str())
    .bind(now)
    .bind(operation.taken_by.as_ref().map(|worker| worker.as_str()))
    .bind(i64::from(operation.taken_by.is_some()))
    .bind(operation.phase().as_str())
    .bind(operation.sent.as_deref())
    .bind(i64::from(operation.sent.is_some()))
    .bind(operation.reserved)
    .execute(tx)
    .await?;
    Ok(())
}

impl NewOperation {
    fn phase(&self) -> Phase {
        if self.sent.is_some() { Phase::Sent } else { Phase::Start }
    }

    /// The operation as its row is, for the worker that took it at once.
    pub fn taken(&self, job: &str, owner: &str, now: i64) -> Operation {
        Operation {
            id: self.id.clone(),
            job: job.into(),
            step: self.step.clone(),
            owner: owner.into(),
            kind: self.kind.clone(),
            plugin: self.plugin.clone(),
            digest: self.digest.clone(),
            document: self.document.clone(),
            state: OperationState::Open,
            phase: self.phase(),
            guest_state: self.sent.clone().unwrap_or_default(),
            request: None,
            due_at: now,
            attempt: 1,
            cancel_requested: false,
            sends: i64::from(self.sent.is_some()),
            unknown: 0,
            reserved: self.reserved,
            outcome: None,
            error: None,
            created_at: now,
        }
    }
}

struct Claim {
    worker: WorkerId,
    limit: i64,
    only: String,
    now: i64,
    skip_locked: &'static str,
}

impl Transaction for Claim {
    type Output = Vec<Operation>;

    async fn run(&self, tx: &mut AnyConnection) -> Result<Vec<Operation>, StoreError> {
        let sql = format!(
            "UPDATE operations SET worker = $1, attempt = attempt + 1, updated_at = $2
             WHERE id IN (SELECT id FROM operations WHERE state = 'open' AND worker IS NULL AND due_at <= $2
                            AND ($4 = '' OR job = $4)
                          ORDER BY due_at LIMIT $3{})
             RETURNING *",
            self.skip_locked
        );
        Ok(sqlx::query_as(AssertSqlSafe(sql))
            .bind(self.worker.as_str())
            .bind(self.now)
            .bind(self.limit)
            .bind(self.only.as_str())
            .fetch_all(tx)
            .await?)
    }
}

struct GoOn {
    lease: OperationLease,
    advance: Advance,
    now: i64,
    dialect: Dialect,
}

impl Transaction for GoOn {
    type Output = ();

    async fn run(&self, tx: &mut AnyConnection) -> Result<(), StoreError> {
        if let Advance::Intent { reserve, .. } = &self.advance {
            let owner: Option<(String,)> = sqlx::query_as("SELECT owner FROM operations WHERE id = $1")
                .bind(self.lease.id.as_str())
                .fetch_optional(&mut *tx)
                .await?;
            let (owner,) = owner.ok_or(StoreError::Lost)?;
            budgets::check(tx, self.dialect, &owner, *reserve, self.now).await?;
        }
        let fence = "WHERE id = $1 AND worker = $2 AND attempt = $3 AND state = 'open'";
        let change = match &self.advance {
            Advance::Intent { .. } => {
                "phase = 'sent', guest_state = $5, request = NULL, sends = sends + 1, reserved = $6"
            }
            Advance::Send { .. } => "phase = 'send', guest_state = $5, request = $6",
            Advance::Wait { guest_state: Some(_), .. } => {
                "phase = 'wait', guest_state = $5, request = NULL, due_at = $6, worker = NULL"
            }
            Advance::Wait { guest_state: None, .. } => "due_at = $5, worker = NULL",
            Advance::Release => "due_at = $4, worker = NULL",
        };
        let query = sqlx::query(AssertSqlSafe(format!("UPDATE operations SET updated_at = $4, {change} {fence}")))
            .bind(self.lease.id.as_str())
            .bind(self.lease.worker.as_str())
            .bind(self.lease.attempt)
            .bind(self.now);
        let query = match &self.advance {
            Advance::Intent { guest_state, reserve } => query.bind(guest_state.as_slice()).bind(*reserve),
            Advance::Send { guest_state, request } => query.bind(guest_state.as_slice()).bind(request.as_str()),
            Advance::Wait { guest_state: Some(state), wait_ms } => {
                query.bind(state.as_slice()).bind(self.now + wait_ms)
            }
            Advance::Wait { guest_state: None, wait_ms } => query.bind(self.now + wait_ms),
            Advance::Release => query,
        };
        if query.execute(tx).await?.rows_affected() == 0 { Err(StoreError::Lost) } else { Ok(()) }
    }
}

struct End {
    lease: OperationLease,
    ending: Ending,
    take_job: bool,
    now: i64,
    dialect: Dialect,
}

impl Transaction for End {
    type Output = Settled;

    async fn run(&self, tx: &mut AnyConnection) -> Result<Settled, StoreError> {
        // First the job's row: its lock orders this against the segment that begins to wait for it.
        jobs::lock(tx, self.dialect, &self.lease.job).await?;
        let ended = sqlx::query(
            "UPDATE operations SET state = $4, outcome = $5, error = $6, unknown = $7, worker = NULL, guest_state = NULL,
                 request = NULL, updated_at = $8, ended_at = $8
             WHERE id = $1 AND worker = $2 AND attempt = $3 AND state = 'open'",
        )
        .bind(self.lease.id.as_str())
        .bind(self.lease.worker.as_str())
        .bind(self.lease.attempt)
        .bind(self.ending.state.as_str())
        .bind(self.ending.outcome.as_deref())
        .bind(self.ending.error.as_deref())
        .bind(self.ending.unknown)
        .bind(self.now)
        .execute(&mut *tx)
        .await?;
        if ended.rows_affected() == 0 {
            return Err(StoreError::Lost);
        }
        for entry in &self.ending.ledger {
            ledger::insert(tx, entry, self.now).await?;
        }
        if let Some(outcome) = &self.ending.outcome {
            references::note(tx, &self.lease.job, outcome).await?;
        }
        let still = "id = $1 AND state = 'waiting' AND NOT EXISTS
            (SELECT 1 FROM operations WHERE job = $1 AND state = 'open')";
        if self.take_job {
            let taken = sqlx::query_as(AssertSqlSafe(format!(
                "UPDATE jobs SET state = 'running', worker = $2, attempt = attempt + 1, updated_at = $3
                 WHERE {still} RETURNING *"
            )))
            .bind(self.lease.job.as_str())
            .bind(self.lease.worker.as_str())
            .bind(self.now)
            .fetch_optional(tx)
            .await?;
            return Ok(Settled { taken, queued: false });
        }
        let queued = sqlx::query(AssertSqlSafe(format!(
            "UPDATE jobs SET state = 'queued', run_at = $2, updated_at = $2 WHERE {still}"
        )))
        .bind(self.lease.job.as_str())
        .bind(self.now)
        .execute(tx)
        .await?;
        Ok(Settled { taken: None, queued: queued.rows_affected() > 0 })
    }
}
