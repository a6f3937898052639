//! A workflow that asks a provider for one operation and ends with what became of it.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use kinora_domain::documents::Role;
use kinora_jobs::{OperationRequest, Run, Stop, Workflow};
use kinora_runtime::{Generations, Plugin};
use kinora_store::NewJob;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const ASK: &str = "ask";

/// The workflow.
pub struct Ask {
    /// The digest of the component that is to be asked now, by the provider's id.
    digest: Box<dyn Fn(&str) -> String + Send + Sync>,
}

/// What it is to ask.
#[derive(Serialize, Deserialize)]
struct Wanted {
    provider: String,
    kind: String,
    document: Value,
}

impl Ask {
    /// Asks these components.
    pub fn of(components: &[Arc<Plugin>]) -> Self {
        let components = components.to_vec();
        let known = move |id: &str| components.iter().find(|plugin| plugin.id() == id).map(|plugin| plugin.digest);
        Ask { digest: Box::new(move |id| known(id).expect("it is loaded").to_string()) }
    }

    /// Asks whatever generation is active.
    pub fn active(generations: Arc<Generations>) -> Self {
        let active = move |id: &str| generations.get(Role::Provider, id).map(|active| active.plugin.digest);
        Ask { digest: Box::new(move |id| active(id).expect("one is active").to_string()) }
    }
}

/// A job that asks for one operation.
pub fn new_ask(provider: &str, kind: &str, document: &Value) -> NewJob {
    let wanted = Wanted { provider: provider.into(), kind: kind.into(), document: document.clone() };
    let input = serde_json::to_string(&wanted).expect("plain data");
    NewJob { kind: ASK.into(), workflow_version: 1, owner: "ann".into(), input, ..NewJob::default() }
}

impl Workflow for Ask {
    fn kind(&self) -> &'static str {
        ASK
    }

    fn run<'a>(&'a self, run: &'a mut Run) -> BoxFuture<'a, Result<Value, Stop>> {
        Box::pin(async move {
            let Wanted { provider, kind, document } = run.input()?;
            let digest = (self.digest)(&provider);
            let request = OperationRequest { kind, plugin: provider, digest, document: document.to_string() };
            run.begin("asked", async { Ok(request) }).await?;
            let ended = run.ended("asked")?;
            Ok(json!({"outcome": ended.outcome, "error": ended.error}))
        })
    }
}
