//! Bytes become a generation: at the start, and again when an old operation needs the one that began it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use kinora_domain::documents::Manifest;
use kinora_runtime::egress::{Grant, Rights};
use kinora_runtime::{Generation, Origin, Plugin};
use kinora_store::{GenerationRow, GenerationState};
use tokio::task::JoinSet;

use super::{Manager, Shipped, rights_of};
use crate::error::ManageError;
use crate::refusals::About;
use crate::view::short;

impl Manager {
    pub(super) async fn load_shipped(&mut self) -> Result<(), ManageError> {
        let mut loading = JoinSet::new();
        for Shipped { name, bytes } in self.options.shipped.iter().copied() {
            let runtime = self.runtime.clone();
            loading.spawn(async move { runtime.load(bytes.to_vec(), Origin::Shipped(name)).await });
        }
        while let Some(loaded) = loading.join_next().await {
            match loaded {
                Ok(Ok(plugin)) => {
                    let rights = Rights::whole(&plugin.manifest);
                    let generation = Arc::new(self.equip(Arc::new(plugin), rights)?);
                    self.shipped.insert(generation.id().to_owned(), generation.clone());
                    self.generations.activate(generation);
                }
                Ok(Err(error)) => self.refusals.note(About::Plugin(error.plugin.clone()), error.to_string()),
                Err(_) => self.refusals.note(
                    About::Plugin(String::new()),
                    "a component inside the binary did not come to an end while it was loaded".into(),
                ),
            }
        }
        // An operation stays with the component that began it, also when the next binary has another one inside.
        for Shipped { bytes, .. } in self.options.shipped {
            self.artefacts.put(bytes)?;
        }
        Ok(())
    }

    pub(super) async fn load_installed(&self) -> Result<(), ManageError> {
        let mut kept = BTreeMap::<String, usize>::new();
        for row in self.store.plugin_generations().await? {
            let count = kept.entry(row.id.clone()).or_default();
            let wanted = match row.state {
                GenerationState::Active => true,
                GenerationState::Kept => *count < self.options.keep,
                GenerationState::Staged | GenerationState::Failed => false,
            };
            if !wanted {
                continue;
            }
            match self.load_row(&row).await {
                Ok(generation) if row.state == GenerationState::Active => {
                    self.generations.activate(generation);
                }
                Ok(generation) => {
                    *count += 1;
                    self.generations.keep(generation);
                }
                Err(error) => {
                    let GenerationRow { id, version, state, .. } = &row;
                    let sentence = format!("{id} {version} ({}) cannot be loaded: {error}", state.as_str());
                    self.refusals.note(About::Plugin(id.clone()), sentence);
                }
            }
        }
        Ok(())
    }

    /// A component with its rights and what the settings say now.
    pub(super) fn equip(&self, plugin: Arc<Plugin>, rights: Rights) -> Result<Generation, ManageError> {
        let given = (self.options.configure)(&plugin)
            .map_err(|detail| ManageError::Settings { id: plugin.id().into(), detail })?;
        plugin.check_settings(&given.settings)?;
        let grant = Grant { rights, ..given.grant };
        Ok(Generation { plugin, grant, settings: given.settings })
    }

    pub(super) async fn load_row(&self, row: &GenerationRow) -> Result<Arc<Generation>, ManageError> {
        let bytes = self.artefacts.get(&row.digest).ok_or_else(|| {
            let GenerationRow { id, version, digest, .. } = row;
            ManageError::NotFound(format!(
                "the component of {id} {version} ({}) is not in the data folder; install it again",
                short(digest)
            ))
        })?;
        let plugin = self.runtime.load(bytes, Origin::File(PathBuf::from(&row.origin))).await?;
        Ok(Arc::new(self.equip(Arc::new(plugin), rights_of(row))?))
    }

    /// A generation that an operation belongs to, also where it is no longer ready; the active one where that goes on
    /// from its state; none where it is gone.
    pub async fn recall(&self, id: &str, digest: &str) -> Option<Arc<Generation>> {
        if let Some(ready) = self.generations.with_digest(id, digest) {
            return Some(ready);
        }
        let rows = self.rows(id).await.ok()?;
        let row = rows.iter().find(|row| row.digest == digest);
        if let Some(bytes) = self.artefacts.get(digest) {
            let origin = Origin::File(PathBuf::from(row.map_or("an earlier binary", |row| &row.origin)));
            let loaded = self.runtime.load(bytes, origin).await.map_err(ManageError::from).and_then(|plugin| {
                let rights = row.map_or_else(|| Rights::whole(&plugin.manifest), rights_of);
                self.equip(Arc::new(plugin), rights)
            });
            match loaded {
                Ok(generation) => {
                    let generation = Arc::new(generation);
                    self.generations.keep(generation.clone());
                    return Some(generation);
                }
                Err(error) => tracing::warn!(plugin = id, digest, "an earlier generation cannot be loaded: {error}"),
            }
        }
        let before: Manifest = serde_json::from_str(&row?.manifest).ok()?;
        let active = self.generations.active(id)?;
        active.plugin.manifest.reads_state_versions.contains(&before.state_version).then_some(active)
    }
}
