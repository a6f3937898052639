//! Workers: processes that hold jobs and operations. Each renews one lease for all it holds; what a worker held whose
//! lease has lapsed goes back to the queue.

use sqlx::AnyConnection;
use uuid::Uuid;

use crate::Store;
use crate::database::{Dialect, Transaction};
use crate::error::StoreError;

/// One run of one host.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WorkerId(String);

impl WorkerId {
    /// As in the database.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What of a worker's own its owners want to end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Jobs.
    pub jobs: Vec<String>,
    /// Operations.
    pub operations: Vec<String>,
}

impl Store {
    /// Registers a worker of the host that holds the data folder `host`, for `lease_ms`. Whatever earlier workers of
    /// that host held goes back to the queue: the folder's lock says that they are dead.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn register_worker(&self, host: &str, lease_ms: i64) -> Result<WorkerId, StoreError> {
        let id = WorkerId(Uuid::now_v7().to_string());
        self.db.write(Register { id: id.clone(), host: host.into(), now: self.now(), lease_ms }).await?;
        Ok(id)
    }

    /// Renews a worker's lease, and says what of its own should end.
    ///
    /// # Errors
    /// `Lost` where it had lapsed and was taken away; where the database fails.
    pub async fn renew_lease(&self, worker: &WorkerId, lease_ms: i64) -> Result<(), StoreError> {
        self.db.set_clock().await?;
        self.db.write(Renew { id: worker.clone(), now: self.now(), lease_ms }).await
    }

    /// What of a worker's own its owners want to end.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn cancelled_of(&self, worker: &WorkerId) -> Result<Held, StoreError> {
        let mut connection = self.db.read().await?;
        let jobs: Vec<(String,)> = sqlx::query_as("SELECT id FROM jobs WHERE worker = $1 AND cancel_requested = 1")
            .bind(worker.as_str())
            .fetch_all(&mut *connection)
            .await?;
        let operations: Vec<(String,)> =
            sqlx::query_as("SELECT id FROM operations WHERE worker = $1 AND cancel_requested = 1 AND state = 'open'")
                .bind(worker.as_str())
                .fetch_all(&mut *connection)
                .await?;
        let ids = |rows: Vec<(String,)>| rows.into_iter().map(|(id,)| id).collect();
        Ok(Held { jobs: ids(jobs), operations: ids(operations) })
    }

    /// Puts back what workers held whose lease has lapsed, and forgets them. Answers how many jobs and operations.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn reap_workers(&self) -> Result<u64, StoreError> {
        self.db.write(Reap { now: self.now(), dialect: self.db.dialect }).await
    }

    /// Puts back what a worker holds, and forgets it: it ends in good order.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn release_worker(&self, worker: &WorkerId) -> Result<(), StoreError> {
        self.db.write(Release { id: worker.clone(), now: self.now() }).await
    }
}

struct Register {
    id: WorkerId,
    host: String,
    now: i64,
    lease_ms: i64,
}

impl Transaction for Register {
    type Output = ();

    async fn run(&self, tx: &mut AnyConnection) -> Result<(), StoreError> {
        let dead: Vec<(String,)> = sqlx::query_as("SELECT id FROM workers WHERE host = $1")
            .bind(self.host.as_str())
            .fetch_all(&mut *tx)
            .await?;
        for (worker,) in &dead {
            put_back(tx, worker, 1, self.now).await?;
        }
        sqlx::query("INSERT INTO workers (id, host, started_at, lease_until) VALUES ($1, $2, $3, $4)")
            .bind(self.id.as_str())
            .bind(self.host.as_str())
            .bind(self.now)
            .bind(self.now + self.lease_ms)
            .execute(tx)
            .await?;
        Ok(())
    }
}

struct Renew {
    id: WorkerId,
    now: i64,
    lease_ms: i64,
}

impl Transaction for Renew {
    type Output = ();

    async fn run(&self, tx: &mut AnyConnection) -> Result<(), StoreError> {
        let renewed = sqlx::query("UPDATE workers SET lease_until = $2 WHERE id = $1")
            .bind(self.id.as_str())
            .bind(self.now + self.lease_ms)
            .execute(tx)
            .await?;
        if renewed.rows_affected() == 0 { Err(StoreError::Lost) } else { Ok(()) }
    }
}

struct Reap {
    now: i64,
    dialect: Dialect,
}

impl Transaction for Reap {
    type Output = u64;

    async fn run(&self, tx: &mut AnyConnection) -> Result<u64, StoreError> {
        // Two hosts may see the same dead one; the row's lock lets one of them act.
        let dead: Vec<(String,)> = sqlx::query_as(match self.dialect {
            Dialect::Sqlite => "SELECT id FROM workers WHERE lease_until < $1",
            Dialect::Postgres => "SELECT id FROM workers WHERE lease_until < $1 FOR UPDATE SKIP LOCKED",
        })
        .bind(self.now)
        .fetch_all(&mut *tx)
        .await?;
        let mut rows = 0;
        for (worker,) in &dead {
            rows += put_back(tx, worker, 1, self.now).await?;
        }
        Ok(rows)
    }
}

struct Release {
    id: WorkerId,
    now: i64,
}

impl Transaction for Release {
    type Output = ();

    async fn run(&self, tx: &mut AnyConnection) -> Result<(), StoreError> {
        put_back(tx, self.id.as_str(), 0, self.now).await.map(|_| ())
    }
}

/// Puts back what a worker held and forgets it. `crashes` counts against the jobs that it ran.
async fn put_back(tx: &mut AnyConnection, worker: &str, crashes: i64, now: i64) -> Result<u64, StoreError> {
    let jobs = sqlx::query(
        "UPDATE jobs SET state = 'queued', worker = NULL, crashes = crashes + $2, run_at = $3, updated_at = $3
         WHERE worker = $1",
    )
    .bind(worker)
    .bind(crashes)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    let operations = sqlx::query("UPDATE operations SET worker = NULL, due_at = $2 WHERE worker = $1")
        .bind(worker)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    sqlx::query("DELETE FROM workers WHERE id = $1").bind(worker).execute(tx).await?;
    Ok(jobs.rows_affected() + operations.rows_affected())
}
