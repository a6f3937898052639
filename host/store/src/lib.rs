//! Everything that is kept: rows in SQLite or Postgres, large content in a blob store, and the lock of the data folder.
//!
//! Every statement is written once, in SQL that both databases read, and runs through sqlx's `Any` driver; where they
//! really differ, [`database`] knows. Each method of [`Store`] that changes something is one transaction, so that a
//! reader never sees half of it. What this crate must not know: HTTP, plugins, what a workflow does.

mod accounts;
mod blobs;
mod budgets;
mod clock;
mod database;
mod error;
mod events;
mod folder;
mod fuse;
mod jobs;
mod ledger;
mod migrations;
mod operations;
mod plugins;
mod projects;
mod queue;
mod references;
mod steps;
mod uploads;
mod word;
mod workers;
mod writer;

pub use accounts::{NewUser, Role, User};
pub use blobs::{Blob, BlobError, BlobId, Blobs, PutError, media_type};
pub use budgets::{Budget, BudgetPeriod, BudgetState};
pub use clock::Clock;
pub use database::Backend;
pub use error::StoreError;
pub use events::{Event, EventKind, NewEvent};
pub use folder::DataFolder;
pub use fuse::Fuse;
pub use jobs::{Created, Job, JobFilter, JobState, NewJob, Page};
pub use ledger::{Certainty, LedgerEntry, UsageFilter, UsageRow};
pub use operations::{Advance, Ending, NewOperation, Operation, OperationLease, OperationState, Phase, Settled};
pub use plugins::{GenerationRow, GenerationState, Switch};
pub use projects::{
    Edl, MediaKind, MediaRow, MediaStatus, MediaUpdate, NewMedia, NewTrack, Project, ProjectPage, RenderKind, Track,
    TrackUpdate,
};
pub use queue::{Lease, Progress, Segment, Yielded};
pub use references::Holding;
pub use steps::Step;
pub use uploads::{NewUpload, Upload};
pub use workers::{Held, WorkerId};

use database::Database;

/// The rows of a host. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    db: Database,
}

impl Store {
    /// Opens the database in a data folder, or the Postgres at `url` (`postgres://…`), and brings its tables up to
    /// date.
    ///
    /// # Errors
    /// Where it cannot be reached, opened or brought up to date.
    pub async fn open(backend: &Backend) -> Result<Self, StoreError> {
        Ok(Store { db: Database::open(backend).await? })
    }

    /// The same store with a fuse, for tests of crashes.
    pub fn with_fuse(mut self, fuse: Fuse) -> Self {
        self.db.fuse = fuse;
        self
    }

    /// Says whether the database answers.
    ///
    /// # Errors
    /// Where it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut connection = self.db.read().await?;
        sqlx::query("SELECT 1").execute(&mut *connection).await?;
        Ok(())
    }

    /// The store's clock: milliseconds since 1970, the same for all hosts of one database.
    pub fn now(&self) -> i64 {
        self.db.clock.now()
    }

    /// The clock itself, which tests move.
    pub fn clock(&self) -> &Clock {
        &self.db.clock
    }

    /// Whether other hosts may use the same database.
    pub fn is_shared(&self) -> bool {
        self.db.dialect == database::Dialect::Postgres
    }

    /// Lets go of the database. What was written stays; what is asked later fails.
    pub async fn close(&self) {
        self.db.close().await;
    }
}
