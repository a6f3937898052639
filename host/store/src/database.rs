//! One database: a Postgres, or SQLite with a single writer and a pool of readers.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Once;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, ConnectOptions, Connection, Executor};

use crate::clock::Clock;
use crate::error::StoreError;
use crate::fuse::Fuse;
use crate::migrations::migrator;
use crate::writer::Writer;

/// Readers of SQLite, and connections to Postgres.
const SQLITE_READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 16;
/// How long a call waits for a connection.
const ACQUIRE: Duration = Duration::from_secs(5);
/// How often a transaction is run again when Postgres ended it because two of them met.
const CLASHES: u32 = 10;

/// Which database, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A file, made where it is missing.
    Sqlite(PathBuf),
    /// A `postgres://` URL.
    Postgres(String),
}

/// What the two databases are called where they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// What changes rows, all of it or nothing. It may be run again when it is not to blame for a failure, so it must not
/// change anything but rows.
pub(crate) trait Transaction: Send + Sync + 'static {
    /// What it gives.
    type Output: Send + 'static;

    /// Runs it. An error takes everything back.
    fn run(&self, tx: &mut AnyConnection) -> impl Future<Output = Result<Self::Output, StoreError>> + Send;
}

#[derive(Clone)]
pub(crate) struct Database {
    pub dialect: Dialect,
    pub clock: Clock,
    pub fuse: Fuse,
    pool: AnyPool,
    /// SQLite's only writer.
    writer: Option<Writer>,
}

impl Database {
    pub async fn open(backend: &Backend) -> Result<Self, StoreError> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(sqlx::any::install_default_drivers);
        match backend {
            Backend::Sqlite(file) => Self::open_sqlite(file).await,
            Backend::Postgres(url) => Self::open_postgres(url).await,
        }
    }

    async fn open_sqlite(file: &Path) -> Result<Self, StoreError> {
        let options = connect_options(&sqlite_url(file)?)?;
        let mut connection = AnyConnection::connect_with(&options).await?;
        // FULL: what was answered to a client or is about to be paid for outlives a power cut. Transactions that
        // arrive together share one fsync, see `writer`.
        connection
            .execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 10000")
            .await?;
        migrate(Dialect::Sqlite, &mut connection).await?;
        let pool = AnyPoolOptions::new()
            .max_connections(SQLITE_READERS)
            .acquire_timeout(ACQUIRE)
            // A file does not hang up.
            .test_before_acquire(false)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    connection.execute("PRAGMA query_only = ON; PRAGMA busy_timeout = 10000").await.map(|_| ())
                })
            })
            .connect_lazy_with(options);
        let writer = Some(Writer::start(connection));
        Ok(Database { dialect: Dialect::Sqlite, clock: Clock::default(), fuse: Fuse::default(), pool, writer })
    }

    async fn open_postgres(url: &str) -> Result<Self, StoreError> {
        let pool = AnyPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(ACQUIRE)
            .connect_lazy_with(connect_options(url)?);
        let database = Database {
            dialect: Dialect::Postgres,
            clock: Clock::default(),
            fuse: Fuse::default(),
            pool: pool.clone(),
            writer: None,
        };
        migrate(Dialect::Postgres, &mut *pool.acquire().await?).await?;
        database.set_clock().await?;
        Ok(database)
    }

    /// A connection that reads.
    pub async fn read(&self) -> Result<PoolConnection<Any>, StoreError> {
        Ok(self.pool.acquire().await?)
    }

    /// Runs a transaction. When this returns well, it is on disk.
    pub async fn write<T: Transaction>(&self, transaction: T) -> Result<T::Output, StoreError> {
        self.fuse.before_write().await;
        let result = match &self.writer {
            Some(writer) => writer.write(transaction).await,
            None => self.write_postgres(transaction).await,
        };
        self.fuse.after_write().await;
        result
    }

    async fn write_postgres<T: Transaction>(&self, transaction: T) -> Result<T::Output, StoreError> {
        for _ in 0..CLASHES {
            let mut tx = self.pool.begin().await?;
            let error = match transaction.run(&mut tx).await {
                Ok(output) => {
                    tx.commit().await?;
                    return Ok(output);
                }
                Err(error) => error,
            };
            // Dropped, it would keep its locks until the connection is used again. Where this fails, so has the
            // connection, and with it the transaction.
            let _ = tx.rollback().await;
            if !matches!(&error, StoreError::Unusable(reason) if clashed(reason)) {
                return Err(error);
            }
        }
        Err(StoreError::Unavailable("too many writers meet at one row".into()))
    }

    /// Sets the clock to the one that all hosts share.
    pub async fn set_clock(&self) -> Result<(), StoreError> {
        if self.dialect == Dialect::Postgres {
            let mut connection = self.read().await?;
            let (now,): (i64,) = sqlx::query_as("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")
                .fetch_one(&mut *connection)
                .await?;
            self.clock.set(now);
        }
        Ok(())
    }

    /// What picks rows for this transaction alone, without waiting for those that others have picked. SQLite has but
    /// one writer.
    pub fn skip_locked(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "",
            Dialect::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    pub async fn close(&self) {
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
        self.pool.close().await;
    }
}

/// Postgres ended a transaction for the sake of another: a deadlock or a serialization failure.
fn clashed(reason: &str) -> bool {
    reason.contains("deadlock detected") || reason.contains("could not serialize")
}

fn connect_options(url: &str) -> Result<AnyConnectOptions, StoreError> {
    // The message of a failed parse may quote the URL, which holds a password.
    let options = AnyConnectOptions::from_str(url)
        .map_err(|_| StoreError::Unusable("the database's URL cannot be read; it begins with postgres://".into()))?;
    Ok(options.disable_statement_logging())
}

/// The URL of a file, whatever characters its path has.
fn sqlite_url(file: &Path) -> Result<String, StoreError> {
    let text = file.to_str().ok_or_else(|| {
        StoreError::Unusable(format!("the path {} is not UTF-8; choose another data folder", file.display()))
    })?;
    let escaped = text.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    Ok(format!("sqlite://{escaped}?mode=rwc"))
}

async fn migrate(dialect: Dialect, connection: &mut AnyConnection) -> Result<(), StoreError> {
    use sqlx::migrate::MigrateError;
    migrator(dialect).run_direct(None, connection, false).await.map_err(|error| match error {
        MigrateError::Execute(error) => error.into(),
        MigrateError::VersionMissing(version) => StoreError::Unusable(format!(
            "it was written by a newer Kinora (its tables have step {version}, which this version does not know); run that one"
        )),
        other => StoreError::Unusable(other.to_string()),
    })
}
