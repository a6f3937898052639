//! Asks a server over HTTP, for tests that have no runtime of their own.

use std::sync::LazyLock;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// One for the whole process: a client's connections belong to the runtime that opened them.
static SHARED: LazyLock<(Runtime, Client)> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    // Nothing here leaves this machine, and a redirect is an answer to look at.
    let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE).build();
    (runtime.expect("a runtime"), client.expect("a client"))
});

/// An answer, read to its end.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as JSON; panics where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's value, empty where it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// Sends what `build` makes and waits for the whole answer. An error is one of the connection; every status is an
/// answer.
pub fn send(build: impl FnOnce(&Client) -> RequestBuilder) -> reqwest::Result<Reply> {
    wait(read(build(&SHARED.1)))
}

/// Sends it without waiting: for a test that asks many things at once. Aborting the handle closes the connection.
pub fn begin(build: impl FnOnce(&Client) -> RequestBuilder) -> JoinHandle<reqwest::Result<Reply>> {
    SHARED.0.spawn(read(build(&SHARED.1)))
}

/// Waits for anything that is asynchronous.
pub fn wait<F: Future>(future: F) -> F::Output {
    SHARED.0.block_on(future)
}

async fn read(request: RequestBuilder) -> reqwest::Result<Reply> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok(Reply { status, headers, body: response.bytes().await?.to_vec() })
}
