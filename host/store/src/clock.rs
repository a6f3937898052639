//! The store's clock: this machine's, set to the database's where several hosts share one.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The store's clock. Clones show the same time.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset: Arc<AtomicI64>,
}

impl Clock {
    /// Milliseconds since 1970.
    pub fn now(&self) -> i64 {
        machine() + self.offset.load(Ordering::Relaxed)
    }

    /// Sets the clock to what the database said just now.
    pub(crate) fn set(&self, now: i64) {
        self.offset.store(now - machine(), Ordering::Relaxed);
    }

    /// Moves the clock, for tests of what happens later.
    pub fn advance(&self, ms: i64) {
        self.offset.fetch_add(ms, Ordering::Relaxed);
    }
}

fn machine() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
