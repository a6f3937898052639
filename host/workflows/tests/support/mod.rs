//! A host without a process: the real components, stores and engine, with a stand-in for OpenAI upstream. Included by
//! the benchmarks too.

#![allow(dead_code, reason = "every test binary that includes this uses a part of it")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kinora_jobs::{Engine, EngineOptions, Workflow};
use kinora_media::Worker;
use kinora_runtime::egress::{Egress, EgressOptions, Grant, Policy};
use kinora_runtime::{Generation, Generations, Plugin, Runtime, RuntimeOptions};
use kinora_store::{Backend, Blobs, Fuse, NewJob, Store};
use kinora_workflows::{
    Choice, OperationDriver, Providers, Retry, SCENARIO_KIND, SCENARIO_VERSION, ScenarioInput, ScenarioWorkflow, Studio,
};
use serde_json::json;
use tokio::sync::Semaphore;

/// Loads the shipped components once they are built.
pub async fn components() -> Vec<Arc<Plugin>> {
    let cache = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("components");
    let runtime = Runtime::new(RuntimeOptions { cache: Some(cache), ..RuntimeOptions::default() }).expect("it starts");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/target/components");
    let mut components = Vec::new();
    for file in std::fs::read_dir(folder).expect("the components are built first: make components") {
        let path = file.expect("a file").path();
        components.push(Arc::new(runtime.load_file(&path).await.expect("a component")));
    }
    components
}

/// The active generations: every component with all it asks for, `openai` with a key at a base URL.
pub fn generations(components: &[Arc<Plugin>], key: &str, base_url: &str) -> Arc<Generations> {
    let generations = Generations::default();
    for plugin in components {
        let mut grant = Grant::whole(&plugin.manifest);
        if plugin.id() == "openai" {
            grant = grant.with_secret("key", key).with_override("api", base_url, false);
        }
        generations.activate(Arc::new(Generation { plugin: plugin.clone(), grant, settings: json!({}) }));
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
}

impl Place {
    fn studio(&self) -> Studio {
        let openai = || Choice { provider: "openai".into(), model: None };
        Studio {
            generations: generations(&self.components, &self.key, &self.base_url),
            recall: Arc::new(|_, _| Box::pin(async { None })),
            egress: Egress::new(EgressOptions::default()),
            policy: Policy::default(),
            blobs: Blobs::local(self.folder.join("blobs")).expect("a folder"),
            scratch: self.folder.clone(),
            worker: Worker::new("nothing is rendered here".into()),
            render_slots: Semaphore::new(1),
            providers: Providers { text: openai(), image: openai(), poll_interval: None },
            retry: Retry { attempts: 3, delay: Duration::from_millis(1) },
            prices: BTreeMap::new(),
            thumbnails: self.thumbnails,
        }
    }

    /// Starts a host, whose store has a fuse.
    pub async fn host(&self, name: &str, fuse: Fuse, options: EngineOptions) -> Engine {
        let store = Store::open(&self.backend).await.expect("the store opens").with_fuse(fuse);
        let studio = Arc::new(self.studio());
        let workflows: Vec<Arc<dyn Workflow>> = vec![Arc::new(ScenarioWorkflow::new(studio.clone()))];
        let driver = Arc::new(OperationDriver::new(studio));
        Engine::start(store, name, workflows, driver, options).await.expect("the engine starts")
    }
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
