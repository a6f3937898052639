//! What is installed and what is active changes: installing, activating, rolling back, and clearing up after it.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use kinora_domain::documents::Manifest;
use kinora_runtime::egress::Rights;
use kinora_runtime::{Generation, Origin, PluginError, Rule};
use kinora_store::{GenerationRow, GenerationState, Switch};

use super::{GrantNew, Manager, Shipped, rights_of};
use crate::error::ManageError;
use crate::refusals::About;
use crate::view::{self, Activated, Installed};

impl Manager {
    /// Takes a component in: checks it, tests it, keeps it. It does not serve yet.
    ///
    /// # Errors
    /// Why it is refused. Nothing of a refused component stays.
    pub async fn install(&self, bytes: Vec<u8>, origin: &Path) -> Result<Installed, ManageError> {
        let _turn = self.turn.lock().await;
        self.take_in(bytes, origin).await
    }

    pub(super) async fn take_in(&self, bytes: Vec<u8>, origin: &Path) -> Result<Installed, ManageError> {
        let plugin = self.runtime.load(bytes.clone(), Origin::File(origin.to_owned())).await?;
        let rights = Rights::whole(&plugin.manifest);
        let candidate = self.equip(Arc::new(plugin), rights)?;
        self.check_role(&candidate)?;
        candidate.self_test(&self.options.policy).await?;
        self.artefacts.put(&bytes)?;
        let row = row(&candidate)?;
        let installed = self.installed(&row, &candidate.plugin.manifest).await?;
        if !self.is_inside(&row.id, &row.digest) {
            self.store.add_plugin_generation(row).await?;
        }
        Ok(installed)
    }

    /// A plugin's id is one role's: who asks for the id would else get something that cannot answer.
    fn check_role(&self, candidate: &Generation) -> Result<(), PluginError> {
        let Manifest { id, version, role, .. } = &candidate.plugin.manifest;
        match self.generations.active(id) {
            Some(other) if other.plugin.manifest.role != *role => Err(PluginError {
                plugin: id.clone(),
                version: Some(version.clone()),
                rule: Rule::DuplicateId,
                kind: None,
                detail: format!(
                    "it is a {role}, and its id belongs to a {} of this host; give it another id",
                    other.plugin.manifest.role
                ),
            }),
            _ => Ok(()),
        }
    }

    async fn installed(&self, row: &GenerationRow, manifest: &Manifest) -> Result<Installed, ManageError> {
        Ok(Installed {
            id: row.id.clone(),
            version: row.version.clone(),
            digest: row.digest.clone(),
            role: row.role.clone(),
            requested_rights: Rights::default().missing(manifest),
            new_rights: self.granted(&row.id, &row.digest).await?.missing(manifest),
        })
    }

    /// What a generation may do without being asked for: what it was granted before, and what the active one has.
    async fn granted(&self, id: &str, digest: &str) -> Result<Rights, ManageError> {
        let mut granted = self.generations.active(id).map(|active| active.grant.rights.clone()).unwrap_or_default();
        for row in self.rows(id).await?.iter().filter(|row| row.digest == digest) {
            let own = rights_of(row);
            granted.endpoints.extend(own.endpoints);
            granted.credentials.extend(own.credentials);
            granted.exemptions.extend(own.exemptions);
        }
        Ok(granted)
    }

    /// Makes an installed generation the active one. `which` is a digest, the beginning of one, or a version; absent:
    /// the latest that was installed.
    ///
    /// # Errors
    /// `NewRights` where it asks for rights that were not granted; why it cannot be loaded. The one before stays then.
    pub async fn activate(&self, id: &str, which: Option<&str>, grant: &GrantNew) -> Result<Activated, ManageError> {
        let _turn = self.turn.lock().await;
        let digest = self.find(id, which).await?;
        self.turn_to(id, &digest, grant, None).await
    }

    async fn find(&self, id: &str, which: Option<&str>) -> Result<String, ManageError> {
        let rows = self.rows(id).await?;
        let inside = self.shipped.get(id);
        if rows.is_empty() && inside.is_none() {
            return Err(self.unknown(id));
        }
        let Some(which) = which else {
            return rows.iter().max_by_key(|row| row.installed_at).map(|row| row.digest.clone()).ok_or_else(|| {
                ManageError::Conflict(format!(
                    "nothing of {id} is installed but what the binary has inside; `kinora plugin install FILE` adds one"
                ))
            });
        };
        let mut found: Vec<String> = rows
            .iter()
            .map(|row| (row.digest.clone(), row.version.as_str()))
            .chain(inside.map(|inside| (inside.digest().to_string(), inside.plugin.manifest.version.as_str())))
            .filter(|(digest, version)| *version == which || (which.len() >= 8 && digest.starts_with(which)))
            .map(|(digest, _)| digest)
            .collect();
        // The binary may have inside by now what was installed before.
        found.sort_unstable();
        found.dedup();
        match found.len() {
            1 => Ok(found.remove(0)),
            0 => Err(ManageError::NotFound(format!(
                "there is no generation {which:?} of {id:?}; `kinora plugin show {id}` lists them"
            ))),
            _ => Err(ManageError::Conflict(format!(
                "{} generations of {id} are called {which}; name one by its digest, which `kinora plugin show {id}` tells",
                found.len()
            ))),
        }
    }

    /// One database transaction, then one swap. `failed` says why the one before is taken back.
    pub(super) async fn turn_to(
        &self,
        id: &str,
        digest: &str,
        grant: &GrantNew,
        failed: Option<String>,
    ) -> Result<Activated, ManageError> {
        let inside = self.shipped.get(id).filter(|_| self.is_inside(id, digest)).cloned();
        let (to, generation, rights) = match inside {
            Some(inside) => (None, inside, None),
            None => {
                let generation = self.ready(id, digest, grant).await?;
                let rights = json(&generation.grant.rights)?;
                (Some(digest.to_owned()), generation, Some(rights))
            }
        };
        let forget = failed.is_some();
        self.store.switch_plugin(Switch { id: id.into(), to, rights, failed }).await?;
        generation.plugin.health.forgive();
        let before = self.generations.activate(generation.clone());
        let changed = before.as_ref().is_none_or(|before| before.digest() != generation.digest());
        if let Some(before) = before.as_ref().filter(|_| forget && changed) {
            self.generations.forget(id, &before.digest().to_string());
        }
        self.refusals.mended(&About::Plugin(id.into()));
        let version = generation.plugin.manifest.version.clone();
        let before = before.map(|before| before.plugin.manifest.version.clone());
        tracing::info!(plugin = id, version, digest, before, "activated");
        self.clear_up().await;
        Ok(Activated { id: id.into(), version, digest: digest.into(), before, changed })
    }

    /// An installed generation, loaded and tested, with all the rights it asks for and what the settings say now.
    async fn ready(&self, id: &str, digest: &str, grant: &GrantNew) -> Result<Arc<Generation>, ManageError> {
        let rows = self.rows(id).await?;
        let row = rows.iter().find(|row| row.digest == digest).ok_or_else(|| self.unknown(id))?;
        let kept = self.generations.with_digest(id, digest);
        let tested = kept.is_some();
        let loaded = match kept {
            Some(kept) => kept,
            None => self.load_row(row).await?,
        };
        // Another role may have taken the id since it was installed.
        self.check_role(&loaded)?;
        let manifest = &loaded.plugin.manifest;
        let mut new_rights = self.granted(id, digest).await?.missing(manifest);
        new_rights.retain(|right| !grant.covers(right));
        if !new_rights.is_empty() {
            let version = row.version.clone();
            return Err(ManageError::NewRights { id: id.into(), version, digest: digest.into(), new_rights });
        }
        // Settings and keys may have changed since it was loaded.
        let rights = Rights::whole(manifest);
        let ready = self.equip(loaded.plugin.clone(), rights)?;
        // With the rights that it will have. What is kept was tested when it came.
        if !tested {
            ready.self_test(&self.options.policy).await?;
        }
        Ok(Arc::new(ready))
    }

    /// Goes back to the generation that was active before; the one that is active now is marked with the reason.
    ///
    /// # Errors
    /// `Conflict` where there is none to go back to.
    pub async fn roll_back(&self, id: &str, reason: &str) -> Result<Activated, ManageError> {
        let _turn = self.turn.lock().await;
        let Some(active) = self.generations.active(id) else { return Err(self.unknown(id)) };
        let kept =
            self.rows(id).await?.into_iter().find(|row| row.state == GenerationState::Kept).map(|row| row.digest);
        let inside = self.shipped.get(id).map(|inside| inside.digest().to_string());
        let now = active.digest().to_string();
        let Some(digest) = kept.or(inside).filter(|digest| *digest != now) else {
            return Err(ManageError::Conflict(format!("there is no earlier generation of {id:?} to go back to")));
        };
        self.turn_to(id, &digest, &GrantNew::Nothing, Some(reason.into())).await
    }

    /// Lets go of what nobody needs any more.
    pub(super) async fn clear_up(&self) {
        let (Ok(rows), Ok(pinned)) = (self.store.plugin_generations().await, self.store.pinned_digests().await) else {
            return;
        };
        let mut needed: HashSet<String> = pinned.into_iter().collect();
        needed.extend(
            self.options.shipped.iter().map(|Shipped { bytes, .. }| kinora_runtime::Digest::of(bytes).to_string()),
        );
        let mut count = HashMap::<(&str, GenerationState), usize>::new();
        for row in &rows {
            let nth = count.entry((&row.id, row.state)).or_default();
            *nth += 1;
            if row.state == GenerationState::Active || *nth <= self.options.keep.max(1) {
                needed.insert(row.digest.clone());
            } else if !needed.contains(&row.digest)
                && let Err(error) = self.store.remove_plugin_generation(&row.id, &row.digest).await
            {
                tracing::warn!("an old generation stays in the database: {error}");
                needed.insert(row.digest.clone());
            }
        }
        self.artefacts.retain(|digest| needed.contains(digest));
    }
}

fn row(generation: &Generation) -> Result<GenerationRow, ManageError> {
    let manifest = &generation.plugin.manifest;
    Ok(GenerationRow {
        id: manifest.id.clone(),
        digest: generation.digest().to_string(),
        role: manifest.role.to_string(),
        version: manifest.version.clone(),
        manifest: json(manifest)?,
        rights: json(&Rights::default())?,
        origin: view::origin(&generation.plugin.origin),
        state: GenerationState::Staged,
        reason: None,
        installed_at: 0,
        activated_at: None,
    })
}

fn json(document: &impl serde::Serialize) -> Result<String, ManageError> {
    serde_json::to_string(document).map_err(|error| ManageError::Conflict(format!("it cannot be written: {error}")))
}
