//! A fuse for tests: it ends a host between any two of its writes, as a crash would.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Writes are counted down; at the last one nothing that writes ever goes on, as if the process had ended there. Clones
/// are one fuse. Without a length it lets everything pass.
#[derive(Clone, Debug)]
pub struct Fuse {
    left: Arc<AtomicI64>,
    after: bool,
}

impl Default for Fuse {
    fn default() -> Self {
        Fuse { left: Arc::new(AtomicI64::new(i64::MAX)), after: false }
    }
}

impl Fuse {
    /// Burns down before write number `writes + 1`: what happened since the one before it is not written down.
    pub fn before(writes: u32) -> Self {
        Fuse { left: Arc::new(AtomicI64::new(writes.into())), after: false }
    }

    /// Burns down after write number `writes`: it is on disk, and nothing that follows it happens.
    pub fn after(writes: u32) -> Self {
        Fuse { left: Arc::new(AtomicI64::new(writes.into())), after: true }
    }

    /// Whether it has burnt down.
    pub fn is_burnt(&self) -> bool {
        self.left.load(Ordering::SeqCst) < 0 || (self.after && self.left.load(Ordering::SeqCst) == 0)
    }

    pub(crate) async fn before_write(&self) {
        if self.left.fetch_sub(1, Ordering::SeqCst) <= 0 {
            std::future::pending().await
        }
    }

    pub(crate) async fn after_write(&self) {
        if self.after && self.left.load(Ordering::SeqCst) <= 0 {
            std::future::pending().await
        }
    }
}
