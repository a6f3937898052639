//! What happened to a job, in order: what a client that watches is told, and resumes from.

use sqlx::{AnyConnection, AssertSqlSafe};

use crate::Store;
use crate::error::StoreError;

/// The most events of one statement. A segment has a handful, and each statement takes a way to SQLite's thread and back.
const TOGETHER: usize = 16;

/// What kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// How far it is.
    Progress,
    /// Another step began.
    Step,
    /// A line for people.
    Log,
    /// It ended.
    Done,
}

impl EventKind {
    /// As in the database and in the stream.
    pub fn as_str(self) -> &'static str {
        match self {
            EventKind::Progress => "progress",
            EventKind::Step => "step",
            EventKind::Log => "log",
            EventKind::Done => "done",
        }
    }
}

/// An event to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// What kind.
    pub kind: EventKind,
    /// JSON.
    pub data: String,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// From 1, without gaps within a job.
    pub seq: i64,
    /// `progress`, `step`, `log` or `done`.
    pub kind: String,
    /// JSON.
    pub data: String,
    /// Milliseconds since 1970.
    pub created_at: i64,
}

impl Store {
    /// The events of a job after a number, in order.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn events(&self, job: &str, after: i64, limit: i64) -> Result<Vec<Event>, StoreError> {
        let mut connection = self.db.read().await?;
        let rows: Vec<(i64, String, String, i64)> = sqlx::query_as(
            "SELECT seq, kind, data, created_at FROM events WHERE job = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        )
        .bind(job)
        .bind(after)
        .bind(limit)
        .fetch_all(&mut *connection)
        .await?;
        let event = |(seq, kind, data, created_at)| Event { seq, kind, data, created_at };
        Ok(rows.into_iter().map(event).collect())
    }
}

/// Writes events behind number `last`. The caller raises the job's `last_event` in the same transaction.
pub(crate) async fn append(
    tx: &mut AnyConnection,
    job: &str,
    last: i64,
    events: &[NewEvent],
    now: i64,
) -> Result<(), StoreError> {
    for (index, some) in events.chunks(TOGETHER).enumerate() {
        let row = |number: usize| format!("($1, ${}, ${}, ${}, $2)", number * 3 + 3, number * 3 + 4, number * 3 + 5);
        let rows: Vec<String> = (0..some.len()).map(row).collect();
        let sql = format!("INSERT INTO events (job, seq, kind, data, created_at) VALUES {}", rows.join(", "));
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(job).bind(now);
        let mut seq = last + (index * TOGETHER) as i64;
        for event in some {
            seq += 1;
            query = query.bind(seq).bind(event.kind.as_str()).bind(event.data.as_str());
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}
