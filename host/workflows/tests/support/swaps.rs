//! A host whose provider is exchanged while it is asked: the fixture `generation`, which says which of its generations
//! did what.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kinora_domain::documents::Outcome;
use kinora_jobs::{Engine, EngineOptions, Workflow};
use kinora_plugins::{Given, GrantNew, Manager, ManagerOptions};
use kinora_runtime::egress::Policy;
use kinora_runtime::{Runtime, RuntimeOptions};
use kinora_store::{Backend, JobState, Store};
use serde_json::{Value, json};

use super::ask::{Ask, new_ask};
use super::{Asks, Place, start};

const ID: &str = "generation";

/// The host.
pub struct Swaps {
    pub manager: Arc<Manager>,
    pub engine: Engine,
    pub runtime: Arc<Runtime>,
    fixture: Vec<u8>,
}

impl Swaps {
    /// A host with its data in a folder, where the first generation serves. `cache` is where compiled code is kept.
    pub async fn start(folder: &Path, cache: Option<PathBuf>) -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/target/fixtures/generation.wasm");
        let fixture = std::fs::read(file).expect("the fixtures are built first: make components");
        let runtime = Runtime::new(RuntimeOptions { cache, ..RuntimeOptions::default() }).expect("it starts");
        let backend = Backend::Sqlite(folder.join("kinora.db"));
        let store = Store::open(&backend).await.expect("the store opens");
        let options = ManagerOptions {
            data: folder.to_owned(),
            shipped: &[],
            keep: 3,
            policy: Policy::default(),
            configure: Arc::new(|_| Ok(Given { settings: json!({}), ..Given::default() })),
        };
        let manager = Manager::open(runtime.clone(), store.clone(), options).await.expect("it opens");
        let asks = Asks { provider: ID, poll_interval: Some(Duration::from_millis(20)), ..Asks::default() };
        let place = Place {
            components: Vec::new(),
            backend,
            folder: folder.to_owned(),
            base_url: String::new(),
            key: String::new(),
            thumbnails: false,
            asks,
        };
        let mut studio = place.studio();
        studio.generations = manager.generations().clone();
        let recalling = manager.clone();
        studio.recall = Arc::new(move |id, digest| {
            let manager = recalling.clone();
            Box::pin(async move { manager.recall(&id, &digest).await })
        });
        let ask: Arc<dyn Workflow> = Arc::new(Ask::active(manager.generations().clone()));
        let engine = start(studio, store, "host", vec![ask], EngineOptions::default()).await;
        let swaps = Swaps { manager, engine, runtime, fixture };
        swaps.swap(10_000_001).await;
        swaps
    }

    /// A generation with this number in its version.
    pub fn component(&self, number: u32) -> Vec<u8> {
        let mut bytes = self.fixture.clone();
        let at = bytes.windows(8).position(|window| window == b"10000001").expect("its number stands in its bytes");
        bytes[at..at + 8].copy_from_slice(format!("{number:08}").as_bytes());
        bytes
    }

    /// Installs a generation, which does not serve yet. Gives its digest.
    pub async fn install(&self, number: u32) -> String {
        let installed = self.manager.install(self.component(number), Path::new("generation.wasm")).await;
        installed.expect("it is good").digest
    }

    /// Makes an installed generation the one that serves.
    pub async fn activate(&self, digest: &str) {
        self.manager.activate(ID, Some(digest), &GrantNew::Nothing).await.expect("it asks for nothing");
    }

    /// Installs a generation and lets it serve.
    pub async fn swap(&self, number: u32) {
        let digest = self.install(number).await;
        self.activate(&digest).await;
    }

    /// Asks the provider and gives what it said: its number, or for `slow` who began and who ended.
    ///
    /// # Errors
    /// What the job or its operation failed with.
    pub async fn ask(&self, words: &str) -> Result<String, String> {
        let document = json!({"messages": [{"role": "user", "content": words}]});
        let job = self.engine.submit(new_ask(ID, "text", &document)).await.map_err(|error| error.to_string())?.job;
        let job = self.engine.ended(&job.id).await.map_err(|error| error.to_string())?;
        if job.state != JobState::Completed {
            return Err(format!("{:?}", job.error));
        }
        let result: Value = serde_json::from_str(job.result.as_deref().unwrap_or_default()).expect("JSON");
        let outcome = result["outcome"].as_str().and_then(|outcome| serde_json::from_str(outcome).ok());
        match outcome {
            Some(Outcome::Text(said)) => Ok(said.text),
            _ => Err(result.to_string()),
        }
    }
}
