//! What each provider is given (rights, base URLs, keys, settings), and which provider is chosen for what.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use kinora_domain::documents::Role;
use kinora_plugins::Given;
use kinora_runtime::egress::{Grant, Override};
use kinora_runtime::{Generation, Generations, Plugin};
use kinora_workflows::{Choice, Studio};

use crate::settings::{self, Settings};

/// Who is asked where nobody was chosen, in this order.
const PREFERRED: [&str; 3] = ["openai", "gemini", "replicate"];
/// The same for clips. OpenAI is never asked for one by itself: its own service has ended.
const PREFERRED_FOR_VIDEO: [&str; 2] = ["replicate", "gemini"];
/// Who is always there.
const OFFLINE: &str = "offline";

/// What the settings give a plugin: base URLs, keys and its own settings.
///
/// # Errors
/// Where a setting names what the plugin does not have, or leads nowhere.
pub fn given(settings: &Settings, plugin: &Plugin) -> Result<Given> {
    let manifest = &plugin.manifest;
    let id = plugin.id();
    let section = settings.plugins.get(id).cloned().unwrap_or_default();
    let mut grant = Grant::default();
    for (name, place) in section.endpoints {
        if !manifest.endpoints.iter().any(|endpoint| endpoint.name == name) {
            bail!("the setting \"plugins.{id}.endpoints.{name}\": the plugin has no such endpoint");
        }
        grant.overrides.insert(name, place);
    }
    // OPENAI_BASE_URL and its like speak of the plugin's first endpoint, in the environment's place above the files.
    let variable = format!("{}_BASE_URL", id.to_uppercase().replace('-', "_"));
    if let (Some(url), Some(endpoint)) = (settings::variable(&variable), manifest.endpoints.first()) {
        let url = url.trim().trim_end_matches('/').to_owned();
        let allow_private = grant.overrides.get(&endpoint.name).is_some_and(|place| place.allow_private);
        grant.overrides.insert(endpoint.name.clone(), Override { url, allow_private });
    }
    for (name, reference) in &section.credentials {
        if !manifest.credentials.iter().any(|credential| credential.name == *name) {
            bail!("the setting \"plugins.{id}.credentials.{name}\": the plugin has no such credential");
        }
        grant = grant.with_secret(name, &settings::secret(&format!("plugins.{id}.credentials.{name}"), reference)?);
    }
    for credential in &manifest.credentials {
        if !grant.secrets.contains_key(&credential.name)
            && let Some(key) = settings::variable(&credential.environment)
        {
            grant = grant.with_secret(&credential.name, key.trim());
        }
    }
    let own = serde_json::to_value(section.settings)?;
    plugin.check_settings(&own).with_context(|| format!("the settings under \"plugins.{id}.settings\""))?;
    Ok(Given { grant, settings: own })
}

/// Sections of the settings that speak of plugins which are not there: a slip, or ahead of their installation.
pub fn unknown_sections(settings: &Settings, generations: &Generations) -> Vec<String> {
    let known: Vec<String> = generations.all().iter().map(|active| active.id().to_owned()).collect();
    let unknown = settings.plugins.keys().filter(|id| !known.contains(id));
    unknown
        .map(|id| {
            format!(
                "the settings have a section \"plugins.{id}\", and there is no such plugin yet; there is: {}",
                known.join(", ")
            )
        })
        .collect()
}

/// Chooses the provider of an operation: what the caller wants, what the settings say, the first preferred one that
/// has its key and can do it, else offline. Whether it is there at all, [`missing`] says.
pub fn choose(settings: &Settings, generations: &Generations, operation: &str, provider: Option<&str>) -> Choice {
    let (chosen, model) = match operation {
        "image" => (&settings.providers.image, &settings.models.image),
        "video" => (&settings.providers.video, &settings.models.video),
        _ => (&settings.providers.text, &settings.models.text),
    };
    // `provider/model` names both, unless the part before the slash is no provider: models' names have slashes too.
    let known = |id: &str| generations.get(Role::Provider, id).is_some();
    let (named, model) = match model.as_deref().map(|model| (model, model.split_once('/'))) {
        Some((_, Some((id, model)))) if known(id) => (Some(id.to_owned()), Some(model.to_owned())),
        Some((model, _)) => (None, Some(model.to_owned())),
        None => (None, None),
    };
    let ready = |id: &&str| generations.get(Role::Provider, id).is_some_and(|known| is_ready(&known, operation));
    let preferred: &[&str] = if operation == "video" { &PREFERRED_FOR_VIDEO } else { &PREFERRED };
    let asked = provider.map(str::to_owned).or_else(|| chosen.clone()).or(named);
    let id = asked.unwrap_or_else(|| preferred.iter().copied().find(ready).unwrap_or(OFFLINE).to_owned());
    let model = model.filter(|_| id != OFFLINE);
    Choice { provider: id, model }
}

/// The providers that were chosen and are not there, one sentence each: a slip, or ahead of their installation.
pub fn missing(studio: &Studio) -> Vec<String> {
    let providers = studio.generations.of_role(Role::Provider);
    let chosen =
        [("text", &studio.providers.text), ("image", &studio.providers.image), ("video", &studio.providers.video)];
    let absent = chosen.into_iter().filter(|(_, choice)| providers.iter().all(|known| known.id() != choice.provider));
    absent
        .map(|(operation, Choice { provider: id, .. })| {
            let can = |known: &&Arc<Generation>| {
                known.plugin.manifest.models.iter().any(|model| model.operation == operation)
            };
            let able: Vec<&str> = providers.iter().filter(can).map(|known| known.id()).collect();
            format!("there is no provider \"{id}\"; for {operation} there is: {}", able.join(", "))
        })
        .collect()
}

/// Whether a provider has its keys and a model for an operation that its upstream still serves.
fn is_ready(provider: &Generation, operation: &str) -> bool {
    let today = jiff::Zoned::now().date().to_string();
    let mut models = provider.plugin.manifest.models.iter();
    has_keys(provider)
        && models.any(|model| model.operation == operation && model.retires.as_ref().is_none_or(|day| *day >= today))
}

/// Whether a provider has all the keys its manifest names.
pub fn has_keys(provider: &Generation) -> bool {
    let given = |name: &String| provider.grant.secrets.get(name).is_some_and(|secret| !secret.is_empty());
    provider.plugin.manifest.credentials.iter().all(|credential| given(&credential.name))
}
