//! What a workflow works with: plugins, media workers, the choice of providers, and somebody who watches.

use std::sync::Arc;
use std::time::Duration;

use kinora_domain::documents::Role;
use kinora_media::Worker;
use kinora_runtime::{Catalog, Plugin};

use crate::error::WorkflowError;

/// What a workflow works with.
pub struct Studio {
    /// The plugins.
    pub catalog: Catalog,
    /// Who renders.
    pub worker: Worker,
    /// Who makes what.
    pub providers: Providers,
    /// How often a model is asked.
    pub retry: Retry,
}

/// The provider of each kind of operation, by plugin id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Providers {
    /// Who writes.
    pub text: String,
    /// Who draws.
    pub image: String,
}

/// How often a model is asked before a workflow gives up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// At least 1.
    pub attempts: u32,
    /// The pause after the first attempt; after the n-th it is n times as long.
    pub delay: Duration,
}

/// Somebody who watches a workflow. All methods may be called often and must return at once.
pub trait Observer: Send + Sync {
    /// A step begins. `weight` says which part of the whole it is, from 0.0 to 1.0.
    fn step(&self, name: &str, weight: f64);
    /// How far the current step is, from 0.0 to 1.0.
    fn progress(&self, done: f64);
    /// Something that the person who waits should know.
    fn warn(&self, message: &str);
}

impl Studio {
    /// The provider that was chosen for an operation.
    pub(crate) fn provider(&self, operation: &str) -> Result<&Arc<Plugin>, WorkflowError> {
        let id = match operation {
            "image" => &self.providers.image,
            _ => &self.providers.text,
        };
        let can = |plugin: &Arc<Plugin>| plugin.manifest.models.iter().any(|m| m.operation == operation);
        self.catalog.get(Role::Provider, id).filter(|plugin| can(plugin)).ok_or_else(|| {
            let able: Vec<&str> =
                self.catalog.of_role(Role::Provider).filter(|plugin| can(plugin)).map(|plugin| plugin.id()).collect();
            WorkflowError::NoPlugin {
                role: Role::Provider,
                need: format!("{id}\" that can do \"{operation}"),
                have: list(&able),
            }
        })
    }

    /// The plugin of a role that serves a kind.
    pub(crate) fn serving(&self, role: Role, kind: &str) -> Result<&Arc<Plugin>, WorkflowError> {
        self.catalog.serving(role, kind).ok_or_else(|| {
            let kinds: Vec<&str> = self
                .catalog
                .of_role(role)
                .flat_map(|plugin| plugin.manifest.kinds.iter().map(String::as_str))
                .collect();
            WorkflowError::NoPlugin { role, need: kind.into(), have: list(&kinds) }
        })
    }
}

fn list(names: &[&str]) -> String {
    if names.is_empty() {
        "there is none at all: was the binary built with `make build`?".into()
    } else {
        format!("there is: {}", names.join(", "))
    }
}
