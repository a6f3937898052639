//! The plugins of a host: the shipped ones and those of a folder, by role and id.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kinora_domain::documents::Role;
use semver::Version;

use crate::error::{PluginError, Rule};
use crate::plugin::{Origin, Plugin};
use crate::runtime::Runtime;

/// A component inside the binary.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// Its file's name without ending.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
}

/// The plugins of a host.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    plugins: BTreeMap<(Role, String), Arc<Plugin>>,
    /// Components that were refused. The rest goes on without them.
    pub refused: Vec<PluginError>,
}

impl Catalog {
    /// Loads the shipped components and every `*.wasm` of a folder, several at once. A file takes the place of a
    /// shipped component of its role and id; of two files the one with the higher version stays.
    pub async fn load(runtime: &Arc<Runtime>, shipped: &[Shipped], folder: &Path) -> Self {
        let mut loading = tokio::task::JoinSet::new();
        let mut catalog = Catalog::default();
        for component in shipped {
            let runtime = runtime.clone();
            let Shipped { name, bytes } = *component;
            loading.spawn(async move { runtime.load(bytes.to_vec(), Origin::Shipped(name)).await });
        }
        for path in wasm_files(folder) {
            let runtime = runtime.clone();
            loading.spawn(async move { runtime.load_file(&path).await });
        }
        let mut plugins = Vec::new();
        while let Some(loaded) = loading.join_next().await {
            match loaded {
                Ok(Ok(plugin)) => plugins.push(plugin),
                Ok(Err(error)) => catalog.refused.push(error),
                Err(_) => catalog.refused.push(PluginError::new(
                    "runtime",
                    Rule::Host,
                    "a component's loading did not come to an end",
                )),
            }
        }
        // Shipped first, then files by name: the order in which they finished must not matter.
        plugins.sort_by_key(|plugin| match &plugin.origin {
            Origin::Shipped(name) => (0, PathBuf::from(name)),
            Origin::File(path) => (1, path.clone()),
        });
        for plugin in plugins {
            catalog.add(plugin);
        }
        catalog.refused.sort_by(|a, b| a.plugin.cmp(&b.plugin));
        catalog
    }

    fn add(&mut self, plugin: Plugin) {
        let key = (plugin.manifest.role, plugin.manifest.id.clone());
        let plugin = Arc::new(plugin);
        let Some(other) = self.plugins.insert(key.clone(), plugin.clone()) else {
            return;
        };
        if matches!(other.origin, Origin::Shipped(_)) {
            return;
        }
        let version = |plugin: &Plugin| Version::parse(&plugin.manifest.version).ok();
        let (kept, dropped) = if version(&plugin) > version(&other) { (plugin, other) } else { (other, plugin) };
        self.refused.push(dropped.error(
            Rule::DuplicateId,
            format!(
                "{} and {} are both the {} {:?}; {} {} is used. Remove one of the files",
                dropped.origin,
                kept.origin,
                kept.manifest.role,
                kept.id(),
                kept.origin,
                kept.manifest.version
            ),
        ));
        self.plugins.insert(key, kept);
    }

    /// A plugin by role and id.
    pub fn get(&self, role: Role, id: &str) -> Option<&Arc<Plugin>> {
        self.plugins.get(&(role, id.to_owned()))
    }

    /// The first plugin of a role that serves a kind of document or drawing.
    pub fn serving(&self, role: Role, kind: &str) -> Option<&Arc<Plugin>> {
        self.of_role(role).find(|plugin| plugin.manifest.kinds.iter().any(|k| k == kind))
    }

    /// The plugins of a role, by id.
    pub fn of_role(&self, role: Role) -> impl Iterator<Item = &Arc<Plugin>> {
        self.iter().filter(move |p| p.manifest.role == role)
    }

    /// All plugins, by role and id.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Plugin>> {
        self.plugins.values()
    }
}

fn wasm_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "wasm"))
        .collect();
    files.sort();
    files
}

impl Runtime {
    /// Loads a component from a file.
    ///
    /// # Errors
    /// As [`Runtime::load`], and where the file cannot be read.
    pub async fn load_file(self: &Arc<Self>, path: &Path) -> Result<Plugin, PluginError> {
        let origin = Origin::File(path.to_owned());
        let unreadable = |error: std::io::Error| {
            PluginError::new(&origin.to_string(), Rule::NotAComponent, format!("the file cannot be read: {error}"))
        };
        // The size is looked at before the bytes are.
        let size = tokio::fs::metadata(path).await.map_err(unreadable)?.len();
        if size > self.limits.component as u64 {
            return Err(PluginError::new(
                &origin.to_string(),
                Rule::ComponentSize,
                format!("it has {size} bytes; a component may have {}", self.limits.component),
            ));
        }
        let bytes = tokio::fs::read(path).await.map_err(unreadable)?;
        self.load(bytes, origin.clone()).await
    }
}
