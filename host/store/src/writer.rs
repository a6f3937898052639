//! SQLite's only writer: transactions that arrive together are committed together, with one fsync.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use sqlx::AnyConnection;
use sqlx::{Connection, Executor};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::database::Transaction;
use crate::error::StoreError;

/// The most transactions of one commit, and those that may wait for their turn.
const TOGETHER: usize = 64;
const WAITING: usize = 1024;

/// A handle to the writer.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Box<dyn Queued>>,
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Writer {
    /// Starts the task that owns the connection.
    pub fn start(connection: AnyConnection) -> Self {
        let (queue, waiting) = mpsc::channel(WAITING);
        let task = tokio::spawn(run(connection, waiting));
        Writer { queue, task: Arc::new(Mutex::new(Some(task))) }
    }

    /// Runs a transaction.
    pub async fn write<T: Transaction>(&self, transaction: T) -> Result<T::Output, StoreError> {
        let (reply, answer) = oneshot::channel();
        let ticket = Box::new(Ticket { transaction, output: None, reply });
        self.queue.send(ticket).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    /// Ends the task after what already waits.
    pub async fn close(&self) {
        if let Some(task) = self.task.lock().await.take() {
            // An empty ticket tells the task to end: the senders may be many, and live on.
            let _ = self.queue.send(Box::new(End)).await;
            let _ = task.await;
        }
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("it was closed".into())
}

/// A transaction that waits for its turn.
trait Queued: Send {
    fn run<'a>(&'a mut self, tx: &'a mut AnyConnection) -> BoxFuture<'a, Result<(), StoreError>>;
    /// Tells who waits how it ended; `error` where what it gave does not count.
    fn settle(self: Box<Self>, error: Option<StoreError>);
    fn is_end(&self) -> bool {
        false
    }
}

struct Ticket<T: Transaction> {
    transaction: T,
    output: Option<T::Output>,
    reply: oneshot::Sender<Result<T::Output, StoreError>>,
}

impl<T: Transaction> Queued for Ticket<T> {
    fn run<'a>(&'a mut self, tx: &'a mut AnyConnection) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            self.output = Some(self.transaction.run(tx).await?);
            Ok(())
        })
    }

    fn settle(self: Box<Self>, error: Option<StoreError>) {
        let result = match (error, self.output) {
            (None, Some(output)) => Ok(output),
            (Some(error), _) => Err(error),
            (None, None) => Err(closed()),
        };
        // Who no longer waits does not want to know.
        let _ = self.reply.send(result);
    }
}

struct End;

impl Queued for End {
    fn run<'a>(&'a mut self, _tx: &'a mut AnyConnection) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }

    fn settle(self: Box<Self>, _error: Option<StoreError>) {}

    fn is_end(&self) -> bool {
        true
    }
}

async fn run(mut connection: AnyConnection, mut waiting: mpsc::Receiver<Box<dyn Queued>>) {
    let mut batch = Vec::with_capacity(TOGETHER);
    while waiting.recv_many(&mut batch, TOGETHER).await > 0 {
        let end = batch.iter().any(|queued| queued.is_end());
        match commit(&mut connection, &mut batch).await {
            Ok(()) => batch.drain(..).for_each(|queued| queued.settle(None)),
            // One of them is to blame; each on its own shows which.
            Err(_) => {
                for queued in batch.drain(..) {
                    let mut one = [queued];
                    let error = commit(&mut connection, &mut one).await.err();
                    let [queued] = one;
                    queued.settle(error);
                }
            }
        }
        if end {
            break;
        }
    }
    let _ = connection.close().await;
}

async fn commit(connection: &mut AnyConnection, batch: &mut [Box<dyn Queued>]) -> Result<(), StoreError> {
    connection.execute("BEGIN IMMEDIATE").await?;
    for queued in batch {
        if let Err(error) = queued.run(connection).await {
            connection.execute("ROLLBACK").await?;
            return Err(error);
        }
    }
    if let Err(error) = connection.execute("COMMIT").await {
        // A full disk can leave the transaction open; it may also have ended by itself.
        let _ = connection.execute("ROLLBACK").await;
        return Err(error.into());
    }
    Ok(())
}
