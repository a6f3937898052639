//! A host without a process: the real components, stores and engine, with a stand-in for a provider's upstream. Included
//! by the benchmarks too.

#![allow(dead_code, reason = "every test binary that includes this uses a part of it")]

pub mod ask;
pub mod swaps;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kinora_jobs::{Engine, EngineOptions, Workflow};
use kinora_media::Worker;
use kinora_runtime::egress::{Egress, EgressOptions, Grant, Policy, Resolver, SystemResolver};
use kinora_runtime::{Generation, Generations, Plugin, Runtime, RuntimeOptions};
use kinora_store::{Backend, Blobs, Fuse, NewJob, Store};
use kinora_workflows::{
    Choice, OperationDriver, Pieces, Providers, Retry, SCENARIO_KIND, SCENARIO_VERSION, ScenarioInput,
    ScenarioWorkflow, StoryFiles, Studio,
};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

/// Loads the shipped components once they are built.
pub async fn components() -> Vec<Arc<Plugin>> {
    load("components").await
}

/// Loads the components of a folder, once they are built.
pub async fn load(folder: &str) -> Vec<Arc<Plugin>> {
    let cache = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("components");
    let runtime = Runtime::new(RuntimeOptions { cache: Some(cache), ..RuntimeOptions::default() }).expect("it starts");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/target").join(folder);
    let mut components = Vec::new();
    for file in std::fs::read_dir(folder).expect("the components are built first: make components") {
        let path = file.expect("a file").path();
        components.push(Arc::new(runtime.load_file(&path).await.expect("a component")));
    }
    components
}

/// The active generations: every component with all it asks for, and one provider with settings, and a key at a base URL.
pub fn generations(
    components: &[Arc<Plugin>],
    provider: &str,
    settings: Value,
    key: &str,
    base_url: &str,
) -> Arc<Generations> {
    let generations = Generations::default();
    for plugin in components {
        let mut grant = Grant::whole(&plugin.manifest);
        let asked = plugin.id() == provider;
        if asked {
            let (endpoint, credential) = (&plugin.manifest.endpoints[0].name, &plugin.manifest.credentials[0].name);
            grant = grant.with_secret(credential, key).with_override(endpoint, base_url, false);
        }
        let settings = if asked { settings.clone() } else { json!({}) };
        generations.activate(Arc::new(Generation { plugin: plugin.clone(), grant, settings }));
    }
    Arc::new(generations)
}

/// What the hosts of one test share: where they keep things, and what they ask.
pub struct Place {
    pub components: Vec<Arc<Plugin>>,
    pub backend: Backend,
    pub folder: PathBuf,
    pub base_url: String,
    pub key: String,
    pub thumbnails: bool,
    pub asks: Asks,
}

/// Whom a host asks, and how.
#[derive(Clone)]
pub struct Asks {
    /// The provider's id; it has one endpoint and one key.
    pub provider: &'static str,
    pub settings: Value,
    /// The longest wait between two polls.
    pub poll_interval: Option<Duration>,
    /// What names lead to.
    pub resolver: Arc<dyn Resolver>,
}

impl Default for Asks {
    /// OpenAI, as it is.
    fn default() -> Self {
        Asks { provider: "openai", settings: json!({}), poll_interval: None, resolver: Arc::new(SystemResolver) }
    }
}

impl Place {
    /// What the workflows work with.
    pub fn studio(&self) -> Studio {
        let Asks { provider, settings, poll_interval, resolver } = self.asks.clone();
        let chosen = || Choice { provider: provider.into(), model: None };
        Studio {
            generations: generations(&self.components, provider, settings, &self.key, &self.base_url),
            recall: Arc::new(|_, _| Box::pin(async { None })),
            egress: Egress::new(EgressOptions { resolver, ..EgressOptions::default() }),
            policy: Policy::default(),
            blobs: self.blobs(),
            scratch: self.folder.clone(),
            worker: Worker::new(env!("CARGO_BIN_EXE_media-worker").into()),
            render_slots: Semaphore::new(1),
            probe_slots: Semaphore::new(2),
            pieces: Pieces { path: self.folder.join("pieces"), max_bytes: 1 << 30 },
            stories: StoryFiles::in_data(&self.folder),
            providers: Providers { text: chosen(), image: chosen(), video: chosen(), poll_interval },
            retry: Retry { attempts: 3, delay: Duration::from_millis(1) },
            prices: BTreeMap::new(),
            thumbnails: self.thumbnails,
        }
    }

    /// Where the hosts keep large content.
    pub fn blobs(&self) -> Blobs {
        Blobs::local(self.folder.join("blobs")).expect("a folder")
    }

    /// Starts a host, whose store has a fuse.
    pub async fn host(&self, name: &str, fuse: Fuse, options: EngineOptions) -> Engine {
        let store = Store::open(&self.backend).await.expect("the store opens").with_fuse(fuse);
        self.host_on(store, name, Vec::new(), options).await
    }

    /// Starts a host on a store, which knows more workflows than that of scenarios.
    pub async fn host_on(
        &self,
        store: Store,
        name: &str,
        more: Vec<Arc<dyn Workflow>>,
        options: EngineOptions,
    ) -> Engine {
        start(self.studio(), store, name, more, options).await
    }
}

/// Starts a host with this studio.
pub async fn start(
    studio: Studio,
    store: Store,
    name: &str,
    more: Vec<Arc<dyn Workflow>>,
    options: EngineOptions,
) -> Engine {
    let studio = Arc::new(studio);
    let mut workflows: Vec<Arc<dyn Workflow>> = vec![Arc::new(ScenarioWorkflow::new(studio.clone()))];
    workflows.extend(more);
    let driver = Arc::new(OperationDriver::new(studio));
    Engine::start(store, name, workflows, driver, options).await.expect("the engine starts")
}

/// A scenario job of three scenes about something.
pub fn scenario(about: &str) -> NewJob {
    let input = ScenarioInput {
        product_id: "p".into(),
        user_id: "u".into(),
        short_id: "s".into(),
        style: "cinematic-storytelling".into(),
        mood: "professional".into(),
        resolution: "1920x1080".into(),
        video_length: 24,
        target_language: "en-US".into(),
        environment: None,
        product: None,
        prompt: Some(about.into()),
    };
    NewJob {
        kind: SCENARIO_KIND.into(),
        workflow_version: SCENARIO_VERSION,
        owner: "ann".into(),
        input: serde_json::to_string(&input).expect("plain data"),
        ..NewJob::default()
    }
}
