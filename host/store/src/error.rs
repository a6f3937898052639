//! Why something could not be kept or found.

/// Why something could not be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such row.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Another row stands in the way.
    #[error("{0}")]
    Conflict(String),
    /// The writer no longer holds what it writes to: another worker has taken over, or the row has ended.
    #[error("this worker no longer holds what it wanted to write to")]
    Lost,
    /// The owner may not spend that much. Nothing was written.
    #[error("{0}")]
    OverBudget(String),
    /// The database does not answer just now. The same call may go well later.
    #[error("the database does not answer: {0}")]
    Unavailable(String),
    /// There is no room to write to. The same call may go well once there is.
    #[error("the disk that holds the database is full")]
    Full,
    /// The database cannot be used as it is.
    #[error("the database cannot be used: {0}")]
    Unusable(String),
}

impl StoreError {
    /// Whether the same call may go well later.
    pub fn is_temporary(&self) -> bool {
        matches!(self, StoreError::Unavailable(_) | StoreError::Full)
    }
}

/// SQLite's `SQLITE_BUSY`, `SQLITE_LOCKED` and `SQLITE_IOERR`, without their extension.
const SQLITE_PASSING: [u32; 3] = [5, 6, 10];
/// SQLite's `SQLITE_FULL`.
const SQLITE_FULL: u32 = 13;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error;
        match &error {
            Error::Io(_) | Error::Tls(_) | Error::PoolTimedOut | Error::PoolClosed | Error::WorkerCrashed => {
                StoreError::Unavailable(error.to_string())
            }
            Error::Database(database) => {
                let code = database.code().unwrap_or_default();
                if database.is_unique_violation() {
                    return StoreError::Conflict(database.message().into());
                }
                // SQLite's codes are numbers, Postgres's are five letters of which two name the class: 08 connection,
                // 53 resources, 57 the operator stops it.
                match code.parse::<u32>() {
                    Ok(number) if code.len() < 5 && number & 0xff == SQLITE_FULL => StoreError::Full,
                    Ok(number) if code.len() < 5 && SQLITE_PASSING.contains(&(number & 0xff)) => {
                        StoreError::Unavailable(database.message().into())
                    }
                    _ if code == "53100" => StoreError::Full,
                    _ if ["08", "53", "57"].iter().any(|class| code.starts_with(class) && code.len() == 5) => {
                        StoreError::Unavailable(database.message().into())
                    }
                    _ => StoreError::Unusable(error.to_string()),
                }
            }
            _ => StoreError::Unusable(error.to_string()),
        }
    }
}

/// A document in a row that cannot be read or written as JSON.
impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        StoreError::Unusable(format!("a row holds a document that cannot be read: {error}"))
    }
}
