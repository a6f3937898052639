//! What each provider is given (rights, base URLs, keys, settings), and which provider is chosen for what.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use kinora_domain::documents::{Manifest, Role};
use kinora_runtime::egress::{Grant, Override};
use kinora_runtime::{Catalog, Plugin};
use kinora_workflows::{Adapter, Choice};

use crate::settings::{self, Settings};

/// Who is asked where nobody was chosen, in this order.
const PREFERRED: [&str; 3] = ["openai", "gemini", "replicate"];
/// Who is always there.
const OFFLINE: &str = "offline";

/// What each provider is given, by id. The shipped ones have what their manifests ask for; a file in the plugins
/// folder has it too, because whoever can write there could as well replace a shipped one.
///
/// # Errors
/// Where a setting names what no plugin has, or leads nowhere.
pub fn all(settings: &Settings, catalog: &Catalog) -> Result<BTreeMap<String, Adapter>> {
    for id in settings.plugins.keys() {
        if catalog.get(Role::Provider, id).is_none() {
            let known: Vec<&str> = catalog.of_role(Role::Provider).map(|plugin| plugin.id()).collect();
            bail!(
                "the settings have a section \"plugins.{id}\", and there is no such provider; there is: {}",
                known.join(", ")
            );
        }
    }
    catalog.of_role(Role::Provider).map(|plugin| Ok((plugin.id().to_owned(), adapter(settings, plugin)?))).collect()
}

fn adapter(settings: &Settings, plugin: &Plugin) -> Result<Adapter> {
    let manifest = &plugin.manifest;
    let id = plugin.id();
    let given = settings.plugins.get(id).cloned().unwrap_or_default();
    let mut grant = Grant::whole(manifest);
    for (name, place) in given.endpoints {
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
    for (name, reference) in &given.credentials {
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
    let own = serde_json::to_value(given.settings)?;
    plugin.check_settings(&own).with_context(|| format!("the settings under \"plugins.{id}.settings\""))?;
    Ok(Adapter { grant, settings: own })
}

/// Chooses the provider of an operation: what the caller wants, what the settings say, the first preferred one that
/// has its key and can do it, else offline.
///
/// # Errors
/// Where the one that was asked for is not there or cannot do it.
pub fn choose(
    settings: &Settings,
    catalog: &Catalog,
    adapters: &BTreeMap<String, Adapter>,
    operation: &str,
    provider: Option<&str>,
) -> Result<Choice> {
    let (chosen, model) = match operation {
        "image" => (&settings.providers.image, &settings.models.image),
        "video" => (&settings.providers.video, &settings.models.video),
        _ => (&settings.providers.text, &settings.models.text),
    };
    // `provider/model` names both, unless the part before the slash is no provider: models' names have slashes too.
    let known = |id: &str| catalog.get(Role::Provider, id).is_some();
    let (named, model) = match model.as_deref().map(|model| (model, model.split_once('/'))) {
        Some((_, Some((id, model)))) if known(id) => (Some(id.to_owned()), Some(model.to_owned())),
        Some((model, _)) => (None, Some(model.to_owned())),
        None => (None, None),
    };
    let can = |id: &str| {
        catalog
            .get(Role::Provider, id)
            .is_some_and(|plugin| plugin.manifest.models.iter().any(|m| m.operation == operation))
    };
    let asked = provider.map(str::to_owned).or_else(|| chosen.clone()).or(named);
    let id = match asked {
        Some(id) => {
            if !known(&id) {
                let able: Vec<&str> =
                    catalog.of_role(Role::Provider).map(|plugin| plugin.id()).filter(|id| can(id)).collect();
                bail!("there is no provider \"{id}\"; for {operation} there is: {}", able.join(", "));
            }
            id
        }
        None => PREFERRED
            .into_iter()
            .find(|id| can(id) && adapters.get(*id).is_some_and(|adapter| has_keys(catalog, id, adapter)))
            .unwrap_or(OFFLINE)
            .to_owned(),
    };
    let model = model.filter(|_| id != OFFLINE);
    Ok(Choice { provider: id, model })
}

/// Whether a provider has all the keys its manifest names.
pub fn has_keys(catalog: &Catalog, id: &str, adapter: &Adapter) -> bool {
    let manifest: Option<&Manifest> = catalog.get(Role::Provider, id).map(|plugin| &plugin.manifest);
    manifest.is_some_and(|manifest| {
        manifest
            .credentials
            .iter()
            .all(|credential| adapter.grant.secrets.get(&credential.name).is_some_and(|secret| !secret.is_empty()))
    })
}
