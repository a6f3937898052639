//! What one call of a component may use.

use std::time::Duration;

/// How often the ticker raises the epoch, and so how long a guest computes before it yields.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// What one call of a component may use, and how large a component may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Computing time, counted in ticks of 10 ms; waiting for a turn does not count.
    pub compute: Duration,
    /// Time on the clock, queueing for a core excluded.
    pub wall: Duration,
    /// Bytes of linear memory, all memories of the component together.
    pub memory: usize,
    /// Elements of all tables together.
    pub table_elements: usize,
    /// Core instances, and tables.
    pub instances: usize,
    /// Linear memories. Each has room for 4 GiB of addresses reserved.
    pub memories: usize,
    /// Bytes of log lines, standard output and standard error together.
    pub log: usize,
    /// Bytes of an answer, and of all that is handed to the host in one call.
    pub answer: usize,
    /// Bytes of guest state between two steps of an operation.
    pub state: usize,
    /// Bytes of a component file.
    pub component: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            compute: Duration::from_secs(2),
            wall: Duration::from_secs(10),
            memory: 256 << 20,
            table_elements: 100_000,
            instances: 64,
            memories: 8,
            log: 64 << 10,
            answer: 32 << 20,
            state: 64 << 10,
            component: 64 << 20,
        }
    }
}

impl Limits {
    /// The computing time in ticks, at least one.
    pub(crate) fn ticks(&self) -> u64 {
        (self.compute.as_millis() / TICK.as_millis()).max(1) as u64
    }
}
