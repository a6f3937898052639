//! The memory of a workflow: what each step gave, so that no step is done twice.

use crate::Store;
use crate::error::StoreError;

/// What a step of a job gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name within the job.
    pub key: String,
    /// A digest of what it was made from; another one means that the memory does not fit.
    pub input_hash: String,
    /// JSON.
    pub output: String,
}

impl Store {
    /// What the steps of a job gave.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn steps(&self, job: &str) -> Result<Vec<Step>, StoreError> {
        let mut connection = self.db.read().await?;
        let rows: Vec<(String, String, String)> =
            sqlx::query_as("SELECT key, input_hash, output FROM steps WHERE job = $1")
                .bind(job)
                .fetch_all(&mut *connection)
                .await?;
        Ok(rows.into_iter().map(|(key, input_hash, output)| Step { key, input_hash, output }).collect())
    }
}
