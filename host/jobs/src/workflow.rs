//! What a kind of job does.

use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::failure::Stop;
use crate::run::Run;

/// What a kind of job does, as a function that is entered anew after every wait.
///
/// All that reaches out of it goes through [`Run`]: between two steps it must come to the same decisions when it is
/// entered again, so it reads no clock and draws no random numbers of its own.
pub trait Workflow: Send + Sync + 'static {
    /// The jobs it runs.
    fn kind(&self) -> &'static str;

    /// Raised whenever its steps change so that a job begun before could not go on.
    fn version(&self) -> i64 {
        1
    }

    /// Runs a job as far as it goes. The result is JSON.
    fn run<'a>(&'a self, run: &'a mut Run) -> BoxFuture<'a, Result<Value, Stop>>;
}
