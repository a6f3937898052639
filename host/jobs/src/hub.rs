//! Tells those who watch that a job has changed. Only a nudge: what changed is read from the store.

use std::sync::Arc;

use tokio::sync::broadcast;

/// So many changes may be missed before a watcher is told that it missed some.
const MEMORY: usize = 4096;

#[derive(Clone)]
pub(crate) struct Hub {
    changes: broadcast::Sender<Arc<str>>,
}

impl Hub {
    pub fn new() -> Self {
        Hub { changes: broadcast::Sender::new(MEMORY) }
    }

    /// Says that a job has changed.
    pub fn changed(&self, job: &str) {
        // Without listeners there is nobody to tell.
        let _ = self.changes.send(job.into());
    }

    pub fn watch(&self, job: &str) -> Changes {
        Changes { job: job.into(), changes: self.changes.subscribe() }
    }
}

/// The changes of one job that happen in this process. Another host's are not seen: look again once a second.
pub struct Changes {
    job: String,
    changes: broadcast::Receiver<Arc<str>>,
}

impl Changes {
    /// Waits for the next change.
    pub async fn next(&mut self) {
        loop {
            match self.changes.recv().await {
                Ok(job) if *job == *self.job => return,
                Ok(_) => {}
                Err(broadcast::error::RecvError::Lagged(_)) => return,
                Err(broadcast::error::RecvError::Closed) => return std::future::pending().await,
            }
        }
    }
}
