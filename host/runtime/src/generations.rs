//! What is active now: one generation for each plugin id, swapped in one stroke while calls run. A call that has its
//! generation keeps it to the end; who asks later gets the new one.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use kinora_domain::documents::Role;
use serde_json::Value;

use crate::component::Digest;
use crate::egress::Grant;
use crate::plugin::{Origin, Plugin};

/// A component with what the administrator gave it: all that a call needs. Never changed, only replaced.
#[derive(Debug)]
pub struct Generation {
    /// The component.
    pub plugin: Arc<Plugin>,
    /// Its rights, base URLs and keys.
    pub grant: Grant,
    /// Its settings, fit for the schema of its manifest.
    pub settings: Value,
}

impl Generation {
    /// The plugin's id.
    pub fn id(&self) -> &str {
        self.plugin.id()
    }

    /// The digest of its component.
    pub fn digest(&self) -> &Digest {
        &self.plugin.digest
    }

    /// Whether the component came with the binary.
    pub fn is_shipped(&self) -> bool {
        matches!(self.plugin.origin, Origin::Shipped(_))
    }
}

type Active = BTreeMap<String, Arc<Generation>>;

/// The generations of a host. Reading takes no lock.
#[derive(Debug)]
pub struct Generations {
    active: ArcSwap<Active>,
    /// Those that were replaced and stay compiled, the youngest first.
    kept: Mutex<BTreeMap<String, VecDeque<Arc<Generation>>>>,
    /// How many of them for each id.
    keep: usize,
}

impl Default for Generations {
    fn default() -> Self {
        Generations::new(3)
    }
}

impl Generations {
    /// None yet; of each plugin `keep` replaced ones will stay compiled.
    pub fn new(keep: usize) -> Self {
        Generations { active: ArcSwap::default(), kept: Mutex::default(), keep }
    }

    /// Makes a generation the active one of its id. The one before is kept and answered.
    pub fn activate(&self, generation: Arc<Generation>) -> Option<Arc<Generation>> {
        let mut kept = self.kept();
        let before = self.swap(generation.id(), Some(generation.clone()));
        let others = kept.entry(generation.id().to_owned()).or_default();
        others.retain(|other| other.digest() != generation.digest());
        if let Some(before) = before.as_ref().filter(|before| before.digest() != generation.digest()) {
            others.push_front(before.clone());
        }
        others.truncate(self.keep);
        before
    }

    /// Takes a plugin out; the active generation is kept and answered.
    pub fn deactivate(&self, id: &str) -> Option<Arc<Generation>> {
        let mut kept = self.kept();
        let before = self.swap(id, None)?;
        let others = kept.entry(id.to_owned()).or_default();
        others.push_front(before.clone());
        others.truncate(self.keep);
        Some(before)
    }

    /// Keeps a generation that is not active, behind those that are kept already.
    pub fn keep(&self, generation: Arc<Generation>) {
        let mut kept = self.kept();
        let others = kept.entry(generation.id().to_owned()).or_default();
        if others.iter().all(|other| other.digest() != generation.digest()) {
            others.push_back(generation);
            others.truncate(self.keep);
        }
    }

    /// Lets go of a generation that is kept.
    pub fn forget(&self, id: &str, digest: &str) {
        if let Some(others) = self.kept().get_mut(id) {
            others.retain(|other| other.digest().to_string() != digest);
        }
    }

    fn swap(&self, id: &str, generation: Option<Arc<Generation>>) -> Option<Arc<Generation>> {
        // Whoever changes holds the lock of `kept`, so that nobody's change is lost between the two lines.
        let mut active = Active::clone(&self.active.load());
        let before = match generation {
            Some(generation) => active.insert(id.to_owned(), generation),
            None => active.remove(id),
        };
        self.active.store(Arc::new(active));
        before
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<String, VecDeque<Arc<Generation>>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The active generation of a plugin.
    pub fn active(&self, id: &str) -> Option<Arc<Generation>> {
        self.active.load().get(id).cloned()
    }

    /// The active generation of a plugin of some role.
    pub fn get(&self, role: Role, id: &str) -> Option<Arc<Generation>> {
        self.active(id).filter(|generation| generation.plugin.manifest.role == role)
    }

    /// The generation of a plugin with a digest, active or kept.
    pub fn with_digest(&self, id: &str, digest: &str) -> Option<Arc<Generation>> {
        let is_it = |generation: &Arc<Generation>| generation.digest().to_string() == digest;
        self.active(id).filter(is_it).or_else(|| self.kept().get(id)?.iter().find(|kept| is_it(kept)).cloned())
    }

    /// Those of a plugin that were replaced and are kept, the youngest first.
    pub fn kept_of(&self, id: &str) -> Vec<Arc<Generation>> {
        self.kept().get(id).map(|kept| kept.iter().cloned().collect()).unwrap_or_default()
    }

    /// The active plugin of a role that serves a kind of document or drawing: one that was installed goes before one
    /// that came with the binary, then the first by id.
    pub fn serving(&self, role: Role, kind: &str) -> Option<Arc<Generation>> {
        let active = self.active.load();
        let serves = |generation: &&Arc<Generation>| {
            let manifest = &generation.plugin.manifest;
            manifest.role == role && manifest.kinds.iter().any(|known| known == kind)
        };
        active.values().filter(serves).min_by_key(|generation| generation.is_shipped()).cloned()
    }

    /// The active generations of a role, by id.
    pub fn of_role(&self, role: Role) -> Vec<Arc<Generation>> {
        self.all().into_iter().filter(|generation| generation.plugin.manifest.role == role).collect()
    }

    /// All active generations, by id.
    pub fn all(&self) -> Vec<Arc<Generation>> {
        self.active.load().values().cloned().collect()
    }
}
