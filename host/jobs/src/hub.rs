//! Tells those who watch a job that it has changed. Only a nudge: what changed is read from the store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// Those who watch, by job: thousands of idle watchers cost nothing when another job changes.
#[derive(Clone, Default)]
pub(crate) struct Hub {
    watched: Arc<Mutex<HashMap<String, watch::Sender<()>>>>,
}

impl Hub {
    pub fn new() -> Self {
        Hub::default()
    }

    /// Says that a job has changed.
    pub fn changed(&self, job: &str) {
        if let Some(watched) = self.lock().get(job) {
            watched.send_replace(());
        }
    }

    pub fn watch(&self, job: &str) -> Changes {
        let mut all = self.lock();
        let changes = match all.get(job) {
            Some(watched) => watched.subscribe(),
            None => {
                let (watched, changes) = watch::channel(());
                all.insert(job.into(), watched);
                changes
            }
        };
        Changes { job: job.into(), changes: Some(changes), hub: self.clone() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, watch::Sender<()>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The changes of one job that happen in this process. Another host's are not seen: look again once a second.
pub struct Changes {
    job: String,
    /// Taken only when this is dropped.
    changes: Option<watch::Receiver<()>>,
    hub: Hub,
}

impl Changes {
    /// Waits for the next change; at once where the job has changed since this was last called.
    pub async fn next(&mut self) {
        let changed = match &mut self.changes {
            Some(changes) => changes.changed().await.is_ok(),
            None => false,
        };
        if !changed {
            std::future::pending().await
        }
    }
}

impl Drop for Changes {
    /// The last who watches a job takes it from the table.
    fn drop(&mut self) {
        let mut all = self.hub.lock();
        self.changes = None;
        if all.get(&self.job).is_some_and(|watched| watched.receiver_count() == 0) {
            all.remove(&self.job);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn a_change_between_two_looks_is_not_missed_and_another_jobs_change_is_not_seen() {
        let hub = Hub::new();
        let mut mine = hub.watch("mine");
        let mut twin = hub.watch("mine");
        hub.changed("another");
        assert!(mine.next().now_or_never().is_none());
        hub.changed("mine");
        hub.changed("mine");
        assert!(mine.next().now_or_never().is_some());
        assert!(mine.next().now_or_never().is_none());
        assert!(twin.next().now_or_never().is_some());
    }

    #[test]
    fn what_nobody_watches_any_more_is_forgotten() {
        let hub = Hub::new();
        let (one, two) = (hub.watch("a"), hub.watch("a"));
        drop(one);
        assert_eq!(hub.lock().len(), 1);
        drop(two);
        assert_eq!(hub.lock().len(), 0);
    }
}
