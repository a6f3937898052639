//! Passwords: hashed with Argon2id, away from the threads that answer, a few at a time.

use std::sync::Arc;
use std::time::Duration;

use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::ApiError;

/// Each takes 19 MiB and tens of milliseconds, so that guessing is dear; so is being guessed at.
const AT_ONCE: usize = 2;
/// How long somebody waits for a place before being sent away.
const PATIENCE: Duration = Duration::from_secs(5);
/// The hash of nobody's password, with the default cost: what an unknown name is checked against, so that it takes as
/// long as a wrong password.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

pub(crate) struct Passwords {
    places: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Passwords { places: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Passwords {
    /// The hash of a password, in PHC form.
    pub async fn hash(&self, password: String) -> Result<String, ApiError> {
        self.work(move || {
            let hash = Argon2::default().hash_password(password.as_bytes());
            hash.map(|hash: PasswordHash| hash.to_string()).map_err(|error| {
                tracing::error!("a password cannot be hashed: {error}");
                ApiError::internal()
            })
        })
        .await?
    }

    /// Whether a password is the one that was hashed. Without a hash it takes as long and is not.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, ApiError> {
        self.work(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODY.into());
            Argon2::default().verify_password(password.as_bytes(), hash.as_str()).is_ok() && known
        })
        .await
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
        let busy = || ApiError::unavailable("Too many people log in at once. Try again in a moment.");
        let place = tokio::time::timeout(PATIENCE, self.places.clone().acquire_owned()).await;
        let place: OwnedSemaphorePermit = place.map_err(|_| busy())?.map_err(|_| busy())?;
        // The place is held until the work is done, also where nobody waits for it any more.
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(place);
            result
        });
        done.await.map_err(|error| {
            tracing::error!("a password could not be worked on: {error}");
            ApiError::internal()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_fits_its_hash() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(passwords.verify("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("wrong horse".into(), Some(hash)).await.unwrap());
        assert!(!passwords.verify("correct horse".into(), None).await.unwrap());
        assert!(!passwords.verify("correct horse".into(), Some("no hash".into())).await.unwrap());
    }

    #[tokio::test]
    async fn an_unknown_name_costs_what_a_wrong_password_costs() {
        let cost = |hash: &str| hash.split('$').nth(3).unwrap().to_owned();
        let real = Passwords::default().hash("correct horse".into()).await.unwrap();
        assert_eq!(cost(&real), cost(NOBODY));
        assert!(PasswordHash::new(NOBODY).is_ok_and(|hash| hash.hash.is_some() && hash.salt.is_some()));
    }
}
