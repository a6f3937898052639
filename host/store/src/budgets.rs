//! Budgets: how much each may spend in a day, a month or at all. What is under way counts as spent: before a request that
//! costs money goes out, its price is reserved in the transaction that commits the intent to send it, and the end of its
//! operation puts what it really cost, or nothing, in the reservation's place.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sqlx::AnyConnection;

use crate::Store;
use crate::database::{Dialect, Transaction};
use crate::error::StoreError;
use crate::word::{read, word};

/// What time a budget is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BudgetPeriod {
    /// The day, UTC.
    Day,
    /// The calendar month, UTC.
    Month,
    /// Always.
    Total,
}

impl BudgetPeriod {
    const ALL: [(BudgetPeriod, &str); 3] =
        [(BudgetPeriod::Day, "day"), (BudgetPeriod::Month, "month"), (BudgetPeriod::Total, "total")];

    /// As in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        word(&Self::ALL, self)
    }

    /// Reads `day`, `month` or `total`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, word)| *word == text).map(|(period, _)| period)
    }

    /// When the period around a time began, milliseconds since 1970.
    fn start(self, now: i64) -> i64 {
        let day = Timestamp::from_millisecond(now).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC);
        let start = match self {
            BudgetPeriod::Total => return 0,
            BudgetPeriod::Day => day.start_of_day(),
            BudgetPeriod::Month => day.first_of_month().and_then(|first| first.start_of_day()),
        };
        start.map_or(0, |start| start.timestamp().as_millisecond())
    }
}

/// How much an owner may spend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Whose.
    pub owner: String,
    /// In what time.
    pub period: BudgetPeriod,
    /// Millionths of a US dollar.
    pub limit: u64,
}

/// A budget, and how much of it is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetState {
    /// The budget.
    pub budget: Budget,
    /// What was spent in its period, what may have been spent included. Millionths of a US dollar.
    pub spent: u64,
    /// What is under way. Millionths of a US dollar.
    pub reserved: u64,
}

impl BudgetState {
    /// What is left.
    pub fn left(&self) -> u64 {
        self.budget.limit.saturating_sub(self.spent).saturating_sub(self.reserved)
    }
}

impl Store {
    /// Sets an owner's budget. It holds for what is sent from now on; what was spent before counts.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn set_budget(&self, budget: Budget) -> Result<(), StoreError> {
        self.db.write(Set { budget, now: self.now() }).await
    }

    /// Lifts an owner's budget. Answers whether there was one.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_budget(&self, owner: &str) -> Result<bool, StoreError> {
        self.db.write(Remove { owner: owner.into() }).await
    }

    /// An owner's budget, and how much of it is gone.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn budget(&self, owner: &str) -> Result<Option<BudgetState>, StoreError> {
        let mut connection = self.db.read().await?;
        state(&mut connection, owner, self.now(), "").await
    }

    /// Whether an owner has a budget at all.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn has_budget(&self, owner: &str) -> Result<bool, StoreError> {
        let mut connection = self.db.read().await?;
        let found: Option<(i64,)> = sqlx::query_as("SELECT cost_limit FROM budgets WHERE owner = $1")
            .bind(owner)
            .fetch_optional(&mut *connection)
            .await?;
        Ok(found.is_some())
    }
}

/// Refuses what an owner may not spend any more. Others who want to reserve for the same owner wait until this
/// transaction has ended.
///
/// # Errors
/// `OverBudget`, with a sentence.
pub(crate) async fn check(
    tx: &mut AnyConnection,
    dialect: Dialect,
    owner: &str,
    cost: i64,
    now: i64,
) -> Result<(), StoreError> {
    let lock = if dialect == Dialect::Postgres { "FOR UPDATE" } else { "" };
    let Some(state) = state(tx, owner, now, lock).await? else { return Ok(()) };
    let left = state.left();
    if left > 0 && u64::try_from(cost).unwrap_or(0) <= left {
        return Ok(());
    }
    let usd = |micros: u64| format!("${:.2}", micros as f64 / 1e6);
    let (limit, spent, reserved) = (usd(state.budget.limit), usd(state.spent), usd(state.reserved));
    let time = match state.budget.period {
        BudgetPeriod::Day => " a day",
        BudgetPeriod::Month => " a month",
        BudgetPeriod::Total => "",
    };
    let cost = usd(cost.unsigned_abs());
    Err(StoreError::OverBudget(format!(
        "The budget of {limit}{time} does not allow this: {spent} are spent, {reserved} are reserved for what is under way, \
         and this may cost {cost}. Nothing was sent."
    )))
}

async fn state(
    connection: &mut AnyConnection,
    owner: &str,
    now: i64,
    lock: &str,
) -> Result<Option<BudgetState>, StoreError> {
    let row: Option<(String, i64)> =
        sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT period, cost_limit FROM budgets WHERE owner = $1 {lock}")))
            .bind(owner)
            .fetch_optional(&mut *connection)
            .await?;
    let Some((period, limit)) = row else { return Ok(None) };
    let period = read(&BudgetPeriod::ALL, &period)?;
    let (spent, reserved): (i64, i64) = sqlx::query_as(
        "SELECT (SELECT CAST(COALESCE(sum(cost), 0) AS BIGINT) FROM ledger WHERE owner = $1 AND created_at >= $2),
                (SELECT CAST(COALESCE(sum(reserved), 0) AS BIGINT) FROM operations
                 WHERE owner = $1 AND state = 'open' AND reserved > 0)",
    )
    .bind(owner)
    .bind(period.start(now))
    .fetch_one(connection)
    .await?;
    let amount = |value: i64| u64::try_from(value).unwrap_or(0);
    let budget = Budget { owner: owner.into(), period, limit: amount(limit) };
    Ok(Some(BudgetState { budget, spent: amount(spent), reserved: amount(reserved) }))
}

struct Set {
    budget: Budget,
    now: i64,
}

impl Transaction for Set {
    type Output = ();

    async fn run(&self, tx: &mut AnyConnection) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO budgets (owner, period, cost_limit, updated_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (owner) DO UPDATE
             SET period = excluded.period, cost_limit = excluded.cost_limit, updated_at = excluded.updated_at",
        )
        .bind(self.budget.owner.as_str())
        .bind(self.budget.period.as_str())
        .bind(i64::try_from(self.budget.limit).unwrap_or(i64::MAX))
        .bind(self.now)
        .execute(tx)
        .await?;
        Ok(())
    }
}

struct Remove {
    owner: String,
}

impl Transaction for Remove {
    type Output = bool;

    async fn run(&self, tx: &mut AnyConnection) -> Result<bool, StoreError> {
        let gone = sqlx::query("DELETE FROM budgets WHERE owner = $1").bind(self.owner.as_str()).execute(tx).await?;
        Ok(gone.rows_affected() > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_and_a_month_begin_at_midnight_utc() {
        // 2026-11-21 17:34:08 UTC
        let now = 1_795_282_448_000;
        assert_eq!(BudgetPeriod::Day.start(now), 1_795_219_200_000);
        assert_eq!(BudgetPeriod::Month.start(now), 1_793_491_200_000);
        assert_eq!(BudgetPeriod::Total.start(now), 0);
    }
}
