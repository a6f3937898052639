//! What every handler works with.

use std::sync::Arc;

use kinora_jobs::Engine;
use kinora_plugins::Manager;
use kinora_store::{Blobs, Store};
use tokio_util::sync::CancellationToken;

use crate::auth::{AccessTokens, Passwords};
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::models::ModelSource;
use crate::options::ApiOptions;

/// What every handler works with. Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    blobs: Blobs,
    options: ApiOptions,
    models: ModelSource,
    plugins: Arc<Manager>,
    shutdown: CancellationToken,
    metrics: Metrics,
    limits: Limits,
    passwords: Passwords,
    tokens: AccessTokens,
}

impl ApiState {
    /// Puts it together. `models` says what `/api/models` shows; when `shutdown` is cancelled, streams of events end,
    /// so it is to be the one that [`crate::serve`] is given.
    pub fn new(
        engine: Engine,
        blobs: Blobs,
        options: ApiOptions,
        models: ModelSource,
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
            models,
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

    pub(crate) fn models(&self) -> &ModelSource {
        &self.inner.models
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
