//! The ledger: what was spent, by whom, on what.

use sqlx::AnyConnection;
use uuid::Uuid;

use crate::Store;
use crate::error::StoreError;

/// How sure a line of the ledger is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Certainty {
    /// The upstream answered.
    Answered,
    /// A request went out and no answer came: it may have been spent all the same.
    Unknown,
}

impl Certainty {
    /// As in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Certainty::Answered => "answered",
            Certainty::Unknown => "unknown",
        }
    }
}

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerEntry {
    /// Who pays.
    pub owner: String,
    /// For which job.
    pub job: String,
    /// For which operation.
    pub operation: String,
    /// The provider.
    pub plugin: String,
    /// Its model.
    pub model: String,
    /// `text`, `image` or `video`.
    pub kind: String,
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Pictures made.
    pub pictures: u64,
    /// Milliseconds of video made.
    pub video_ms: u64,
    /// Millionths of a US dollar.
    pub cost: u64,
    /// How sure it is.
    pub certainty: Certainty,
}

/// What of the ledger to sum up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageFilter {
    /// Only of this owner.
    pub owner: Option<String>,
    /// Only of this job.
    pub job: Option<String>,
    /// From this time on, milliseconds since 1970.
    pub since: i64,
}

/// Sums of the ledger: one row for each day, owner, provider, model, kind and certainty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageRow {
    /// Days since 1970, UTC.
    pub day: i64,
    /// Who pays.
    pub owner: String,
    /// The provider.
    pub plugin: String,
    /// Its model.
    pub model: String,
    /// `text`, `image` or `video`.
    pub kind: String,
    /// `answered` or `unknown`.
    pub certainty: String,
    /// How many operations.
    pub operations: i64,
    /// Tokens read.
    pub input_tokens: i64,
    /// Tokens written.
    pub output_tokens: i64,
    /// Pictures made.
    pub pictures: i64,
    /// Milliseconds of video made.
    pub video_ms: i64,
    /// Millionths of a US dollar.
    pub cost: i64,
}

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

impl Store {
    /// Sums of the ledger, the latest day first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn usage(&self, filter: &UsageFilter) -> Result<Vec<UsageRow>, StoreError> {
        type Row = (i64, String, String, String, String, String, i64, i64, i64, i64, i64, i64);
        let mut connection = self.db.read().await?;
        let rows: Vec<Row> = sqlx::query_as(
            // Postgres sums BIGINT to NUMERIC, which the driver does not read.
            "SELECT created_at / $4, owner, plugin, model, kind, certainty, count(*), CAST(sum(input_tokens) AS BIGINT),
                 CAST(sum(output_tokens) AS BIGINT), CAST(sum(pictures) AS BIGINT), CAST(sum(video_ms) AS BIGINT),
                 CAST(sum(cost) AS BIGINT)
             FROM ledger WHERE ($1 = '' OR owner = $1) AND ($2 = '' OR job = $2) AND created_at >= $3
             GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1 DESC, 2, 3, 4, 5, 6",
        )
        .bind(filter.owner.as_deref().unwrap_or_default())
        .bind(filter.job.as_deref().unwrap_or_default())
        .bind(filter.since)
        .bind(DAY)
        .fetch_all(&mut *connection)
        .await?;
        let row = |row: Row| UsageRow {
            day: row.0,
            owner: row.1,
            plugin: row.2,
            model: row.3,
            kind: row.4,
            certainty: row.5,
            operations: row.6,
            input_tokens: row.7,
            output_tokens: row.8,
            pictures: row.9,
            video_ms: row.10,
            cost: row.11,
        };
        Ok(rows.into_iter().map(row).collect())
    }
}

pub(crate) async fn insert(tx: &mut AnyConnection, entry: &LedgerEntry, now: i64) -> Result<(), StoreError> {
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    sqlx::query(
        "INSERT INTO ledger (id, created_at, owner, job, operation, plugin, model, kind, input_tokens, output_tokens,
             pictures, video_ms, cost, certainty)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(Uuid::now_v7().to_string())
    .bind(now)
    .bind(entry.owner.as_str())
    .bind(entry.job.as_str())
    .bind(entry.operation.as_str())
    .bind(entry.plugin.as_str())
    .bind(entry.model.as_str())
    .bind(entry.kind.as_str())
    .bind(number(entry.input_tokens))
    .bind(number(entry.output_tokens))
    .bind(number(entry.pictures))
    .bind(number(entry.video_ms))
    .bind(number(entry.cost))
    .bind(entry.certainty.as_str())
    .execute(tx)
    .await?;
    Ok(())
}
