//! Puts the parts together: settings → runtime → catalog → studio.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use kinora_media::Worker;
use kinora_runtime::{Catalog, Limits, Runtime, RuntimeOptions, Shipped};
use kinora_workflows::{Providers, Retry, Studio};

use crate::settings::Settings;

/// The components inside this binary; none where it was not built by `make build`.
pub const SHIPPED: &[Shipped] = include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// Starts the plugin runtime.
///
/// # Errors
/// Where the machine cannot run WebAssembly.
pub fn runtime(settings: &Settings) -> Result<Arc<Runtime>> {
    let plugins = &settings.plugins;
    Ok(Runtime::new(RuntimeOptions {
        limits: Limits {
            compute: Duration::from_millis(plugins.compute_ms),
            wall: Duration::from_millis(plugins.wall_ms),
            memory: plugins.memory_mib << 20,
            ..Limits::default()
        },
        cache: Some(settings.storage.data.join("cache/components")),
    })?)
}

/// Loads all plugins.
pub async fn catalog(settings: &Settings, runtime: &Arc<Runtime>) -> Catalog {
    Catalog::load(runtime, SHIPPED, &settings.storage.data.join("plugins")).await
}

/// Everything that workflows need.
///
/// # Errors
/// Where the machine cannot run WebAssembly or the binary cannot find itself.
pub async fn studio(settings: &Settings) -> Result<Studio> {
    let runtime = runtime(settings)?;
    let catalog = catalog(settings, &runtime).await;
    Ok(Studio {
        catalog,
        worker: worker(&settings.media.ffmpeg)?,
        providers: Providers { text: settings.providers.text.clone(), image: settings.providers.image.clone() },
        retry: Retry {
            attempts: settings.generation.attempts,
            delay: Duration::from_millis(settings.generation.retry_delay_ms),
        },
    })
}

/// The media worker is this very binary.
fn worker(ffmpeg: &Path) -> Result<Worker> {
    let executable = std::env::current_exe().context("the binary cannot find itself")?;
    Ok(Worker::new(executable).ffmpeg(ffmpeg.to_owned()))
}
