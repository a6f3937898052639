//! What `/api/models` shows: what can be generated here, by whom, at what price, and why not where it cannot.

use std::sync::Arc;

use kinora_api::{ModelInfo, ModelSource};
use kinora_domain::documents::{Model, Role};
use kinora_runtime::{Generation, Plugin};
use kinora_workflows::{Choice, Studio};

use crate::adapters;

/// Lists the models of all providers, as the plugins and keys of a studio are.
pub fn source(studio: Arc<Studio>) -> ModelSource {
    Arc::new(move || {
        let providers = studio.generations.of_role(Role::Provider);
        let models = |provider: &Arc<Generation>| {
            let models = &provider.plugin.manifest.models;
            models.iter().map(|model| info(&studio, provider, model)).collect::<Vec<_>>()
        };
        providers.iter().flat_map(models).collect()
    })
}

fn info(studio: &Studio, provider: &Generation, model: &Model) -> ModelInfo {
    let plugin = &*provider.plugin;
    let id = plugin.id();
    let why_not = (!adapters::has_keys(provider)).then(|| {
        let names: Vec<&str> = plugin.manifest.credentials.iter().map(|key| key.environment.as_str()).collect();
        format!("no key: set {}", names.join(", "))
    });
    let price = studio.prices.get(&format!("{id}/{}", model.id)).cloned().or_else(|| model.price.clone());
    let choice = match model.operation.as_str() {
        "text" => Some(&studio.providers.text),
        "image" => Some(&studio.providers.image),
        _ => None,
    };
    ModelInfo {
        provider: id.into(),
        title: plugin.manifest.title.clone(),
        model: model.id.clone(),
        operation: model.operation.clone(),
        capabilities: model.capabilities.clone(),
        price: price.map(Into::into),
        retires: model.retires.clone(),
        available: why_not.is_none(),
        unavailable_because: why_not,
        default: choice.is_some_and(|choice| is_default(choice, plugin, model)),
    }
}

/// Whether an operation uses this model where nothing else is asked for.
fn is_default(choice: &Choice, plugin: &Plugin, model: &Model) -> bool {
    let first = plugin.manifest.models.iter().find(|other| other.operation == model.operation);
    choice.provider == plugin.id()
        && match &choice.model {
            Some(chosen) => *chosen == model.id,
            None => first.is_some_and(|first| first.id == model.id),
        }
}
