//! Puts the parts together: settings → store → plugins → studio → engine.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use kinora_jobs::{Engine, EngineOptions, Workflow};
use kinora_media::Worker;
use kinora_plugins::{ManageError, Manager, ManagerOptions, Shipped};
use kinora_runtime::egress::{Egress, EgressOptions, Policy};
use kinora_runtime::{Limits, Runtime, RuntimeOptions};
use kinora_store::{Backend, Blobs, DataFolder, Store};
use kinora_workflows::{
    BeatsWorkflow, CharacterWorkflow, ClipWorkflow, FilmWorkflow, MediaWorkflow, MergeWorkflow, OperationDriver,
    Pieces, PlanWorkflow, Providers, RenderWorkflow, Retry, ScenarioWorkflow, ScenesWorkflow, StoryFiles,
    StoryMetadataWorkflow, StorySetWorkflow, StoryWorkflow, Studio,
};
use tokio::sync::Semaphore;

use crate::adapters;
use crate::settings::Settings;

/// The components inside this binary; none where it was not built by `make build`.
pub const SHIPPED: &[Shipped] = include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// Starts the plugin runtime.
///
/// # Errors
/// Where the machine cannot run WebAssembly.
pub fn runtime(settings: &Settings) -> Result<Arc<Runtime>> {
    let limits = &settings.limits;
    let cache = settings.storage.cache.clone().unwrap_or_else(|| settings.storage.data.join("cache"));
    Ok(Runtime::new(RuntimeOptions {
        limits: Limits {
            compute: Duration::from_millis(limits.compute_ms),
            wall: Duration::from_millis(limits.wall_ms),
            memory: limits.memory_mib << 20,
            ..Limits::default()
        },
        cache: Some(cache.join("components")),
    })?)
}

/// Loads all plugins: those inside the binary, those that were installed, those in the inbox.
///
/// # Errors
/// Where the settings of a component inside the binary are wrong, or the data folder cannot be used.
pub async fn plugins(settings: &Settings, store: &Store) -> Result<Arc<Manager>> {
    let for_plugins = settings.clone();
    let options = ManagerOptions {
        data: settings.storage.data.clone(),
        shipped: SHIPPED,
        keep: 3,
        policy: Policy::default(),
        configure: Arc::new(move |plugin| adapters::given(&for_plugins, plugin).map_err(|error| format!("{error:#}"))),
    };
    let manager = Manager::open(runtime(settings)?, store.clone(), options).await.map_err(|error| match error {
        ManageError::Settings { detail, .. } => anyhow!(detail),
        other => other.into(),
    })?;
    for unknown in adapters::unknown_sections(settings, manager.generations()) {
        tracing::warn!("{unknown}");
    }
    Ok(manager)
}

/// Opens the rows and the blobs, without taking the data folder.
///
/// # Errors
/// Where one of them cannot be used.
pub async fn open(settings: &Settings) -> Result<(Store, Blobs)> {
    let storage = &settings.storage;
    let backend = match &storage.database {
        None => Backend::Sqlite(storage.data.join("kinora.db")),
        Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            Backend::Postgres(url.clone())
        }
        Some(_) => bail!("the setting \"storage.database\" is no postgres:// URL; without it a file is used"),
    };
    let blobs = match storage.blobs.as_deref() {
        None => storage.data.join("blobs"),
        Some(url) if url.starts_with("file://") => url["file://".len()..].into(),
        Some(url) if url.contains("://") => {
            bail!("the setting \"storage.blobs\" is {url}; this version keeps blobs in a folder: a path or file://PATH")
        }
        Some(path) => path.into(),
    };
    Ok((Store::open(&backend).await?, Blobs::local(blobs)?))
}

/// A host that holds its data folder and runs jobs.
pub struct Host {
    /// What runs them.
    pub engine: Engine,
    /// What they work with.
    pub studio: Arc<Studio>,
    /// Held as long as this lives.
    _folder: DataFolder,
}

impl Host {
    /// Begins to run jobs: all, or `only` one.
    ///
    /// # Errors
    /// Where a part cannot be started.
    pub async fn start(
        settings: &Settings,
        folder: DataFolder,
        store: Store,
        studio: Arc<Studio>,
        only: Option<String>,
    ) -> Result<Self> {
        // What an earlier process was making when it was killed.
        let _ = std::fs::remove_dir_all(&studio.scratch);
        std::fs::create_dir_all(&studio.scratch)
            .with_context(|| format!("the data folder {} cannot be written", settings.storage.data.display()))?;
        let workflows: Vec<Arc<dyn Workflow>> = vec![
            Arc::new(ScenarioWorkflow::new(studio.clone())),
            Arc::new(FilmWorkflow::new(studio.clone())),
            Arc::new(ClipWorkflow::new(studio.clone())),
            Arc::new(MergeWorkflow::new(studio.clone())),
            Arc::new(ScenesWorkflow::new(studio.clone())),
            Arc::new(CharacterWorkflow::new(studio.clone())),
            Arc::new(MediaWorkflow::new(studio.clone(), store.clone())),
            Arc::new(BeatsWorkflow::new(studio.clone(), store.clone())),
            Arc::new(PlanWorkflow::new(studio.clone())),
            Arc::new(RenderWorkflow::new(studio.clone())),
            Arc::new(StoryMetadataWorkflow::new(studio.clone())),
            Arc::new(StorySetWorkflow::new(studio.clone())),
            Arc::new(StoryWorkflow::new(studio.clone())),
        ];
        let driver = Arc::new(OperationDriver::new(studio.clone()));
        let options = EngineOptions { only, ..EngineOptions::default() };
        let engine = Engine::start(store, folder.host(), workflows, driver, options).await?;
        Ok(Host { engine, studio, _folder: folder })
    }
}

/// Everything that workflows need. `provider` takes the place of the settings' choice.
///
/// # Errors
/// Where the binary cannot find itself.
pub fn studio(
    settings: &Settings,
    plugins: &Arc<Manager>,
    blobs: Blobs,
    provider: Option<&str>,
) -> Result<Arc<Studio>> {
    let generations = plugins.generations();
    let text = adapters::choose(settings, generations, "text", provider);
    let image = adapters::choose(settings, generations, "image", provider);
    let video = adapters::choose(settings, generations, "video", provider);
    let manager = plugins.clone();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(Arc::new(Studio {
        generations: generations.clone(),
        recall: Arc::new(move |id, digest| {
            let manager = manager.clone();
            Box::pin(async move { manager.recall(&id, &digest).await })
        }),
        egress: Egress::new(EgressOptions::default()),
        policy: Policy::default(),
        blobs,
        scratch: settings.storage.data.join("tmp"),
        worker: worker(&settings.media.ffmpeg)?,
        render_slots: Semaphore::new(settings.media.renders.unwrap_or(cores).max(1)),
        probe_slots: Semaphore::new(cores),
        pieces: Pieces {
            path: settings.storage.data.join("pieces"),
            max_bytes: settings.media.cache_mib.saturating_mul(1 << 20),
        },
        stories: StoryFiles::in_data(&settings.storage.data),
        providers: Providers {
            text,
            image,
            video,
            poll_interval: settings.providers.poll_interval_ms.map(Duration::from_millis),
        },
        retry: Retry {
            attempts: settings.generation.attempts,
            delay: Duration::from_millis(settings.generation.retry_delay_ms),
        },
        prices: settings.prices.clone(),
        thumbnails: settings.generation.thumbnails,
    }))
}

/// The media worker, which is this very binary.
///
/// # Errors
/// Where the binary cannot find itself.
pub fn worker(ffmpeg: &Path) -> Result<Worker> {
    let executable = std::env::current_exe().context("the binary cannot find itself")?;
    Ok(Worker::new(executable).ffmpeg(ffmpeg.to_owned()))
}
