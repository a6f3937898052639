//! Writing what must not be lost, however long the database is away.

use std::time::Duration;

use kinora_store::StoreError;

/// The first and the longest pause between two attempts.
const FIRST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(2);

/// Repeats a write until it went well or cannot go well.
///
/// # Errors
/// Any that is not temporary.
pub(crate) async fn persist<T, F: Future<Output = Result<T, StoreError>>>(
    mut write: impl FnMut() -> F,
) -> Result<T, StoreError> {
    let mut pause = FIRST;
    loop {
        match write().await {
            Err(error) if error.is_temporary() => {
                tracing::warn!("{error}; trying again");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST);
            }
            result => return result,
        }
    }
}
