//! A host without a process: the real components, stores and engine, with a stand-in for OpenAI upstream. Included by
//! the benchmarks too.

#![allow(dead_code, reason = "every test binary that includes this uses a part of it")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kinora_domain::documents::Role;
use kinora_jobs::{Engine, EngineOptions, Workflow};
use kinora_media::Worker;
use kinora_runtime::egress::{Egress, EgressOptions, Grant, Policy};
use kinora_runtime::{Catalog, Runtime, RuntimeOptions};
use kinora_store::{Backend, Blobs, Fuse, NewJob, Store};
use kinora_workflows::{
    Adapter, Choice, OperationDriver, Providers, Retry, SCENARIO_KIND, SCENARIO_VERSION, ScenarioInput,
    ScenarioWorkflow, Studio,
};
use serde_json::json;
use tokio::sync::Semaphore;

/// Loads the shipped components once they are built.
pub async fn catalog() -> Catalog {
    let cache = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("components");
    let runtime = Runtime::new(RuntimeOptions { cache: Some(cache), ..RuntimeOptions::default() }).expect("it starts");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/target/components");
    let catalog = Catalog::load(&runtime, &[], &folder).await;
    assert!(catalog.get(Role::Provider, "openai").is_some(), "the components are built first: make components");
    catalog
}

/// What the hosts of one test share: where they keep things, and what they ask.
pub struct Place {
    pub catalog: Catalog,
    pub backend: Backend,
    pub folder: PathBuf,
    pub base_url: String,
    pub key: String,
    pub thumbnails: bool,
}

impl Place {
    fn studio(&self) -> Studio {
        let openai = self.catalog.get(Role::Provider, "openai").expect("it is loaded");
        let grant =
            Grant::whole(&openai.manifest).with_secret("key", &self.key).with_override("api", &self.base_url, false);
        let openai = || Choice { provider: "openai".into(), model: None };
        Studio {
            catalog: self.catalog.clone(),
            adapters: BTreeMap::from([("openai".into(), Adapter { grant, settings: json!({}) })]),
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
