//! What every handler works with.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use kinora_domain::documents::MediaFacts;
use kinora_jobs::Engine;
use kinora_plugins::Manager;
use kinora_store::{BlobId, Blobs, Store};
use kinora_workflows::Uninspected;
use tokio_util::sync::CancellationToken;

use crate::auth::{AccessTokens, Passwords};
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::models::ModelSource;
use crate::options::ApiOptions;

/// Looks into a blob that a client sent.
pub type Inspector = Arc<dyn Fn(BlobId) -> BoxFuture<'static, Result<MediaFacts, Uninspected>> + Send + Sync>;

/// What the API asks of the rest of the host.
#[derive(Clone)]
pub struct Sources {
    /// What `/api/models` shows.
    pub models: ModelSource,
    /// What is in a file that a client sent.
    pub inspect: Inspector,
}

/// What every handler works with. Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    blobs: Blobs,
    options: ApiOptions,
    sources: Sources,
    plugins: Arc<Manager>,
    shutdown: CancellationToken,
    metrics: Metrics,
    limits: Limits,
    passwords: Passwords,
    tokens: AccessTokens,
}

impl ApiState {
    /// Puts it together. When `shutdown` is cancelled, streams of events end, so it is to be the one that
    /// [`crate::serve`] is given.
    pub fn new(
        engine: Engine,
        blobs: Blobs,
        options: ApiOptions,
        sources: Sources,
        plugins: Arc<Manager>,
        shutdown: CancellationToken,
    ) -> Self {
        let inner = Inner {
            metrics: Metrics::new(&options.version),
            limits: Limits::new(options.rate_limits),
            passwords: Passwords::default(),
            tokens: AccessTokens::new(&options.jwt_secret, options.token_life),
            engine,
            blobs,
            options,
            sources,
            plugins,
            shutdown,
        };
        ApiState { inner: Arc::new(inner) }
    }

    /// The job engine.
    pub fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// The rows.
    pub fn store(&self) -> &Store {
        self.inner.engine.store()
    }

    /// The large content.
    pub fn blobs(&self) -> &Blobs {
        &self.inner.blobs
    }

    /// How the API behaves.
    pub fn options(&self) -> &ApiOptions {
        &self.inner.options
    }

    /// What `/metrics` shows; others may register with it.
    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    pub(crate) fn sources(&self) -> &Sources {
        &self.inner.sources
    }

    pub(crate) fn plugins(&self) -> &Manager {
        &self.inner.plugins
    }

    pub(crate) fn shutdown(&self) -> &CancellationToken {
        &self.inner.shutdown
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.inner.passwords
    }

    pub(crate) fn tokens(&self) -> &AccessTokens {
        &self.inner.tokens
    }
}
