//! A component that was checked and is ready to be called.

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use kinora_domain::documents::{MANIFEST_SCHEMA, Manifest, Role};
use semver::Version;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Semaphore;
use wasmtime::Store;

use crate::call::{self, CallData};
use crate::component::Digest;
use crate::error::{PluginError, Rule};
use crate::roles::Main;
use crate::runtime::Runtime;

/// Where a component came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It ships inside the binary, under this name.
    Shipped(&'static str),
    /// A file.
    File(PathBuf),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Shipped(name) => f.write_str(name),
            Origin::File(path) => match path.file_name() {
                Some(name) => write!(f, "{}", name.to_string_lossy()),
                None => write!(f, "{}", path.display()),
            },
        }
    }
}

/// A component that was checked and is ready to be called. Cheap to share, never changed.
pub struct Plugin {
    /// What it says of itself.
    pub manifest: Manifest,
    /// Of its file.
    pub digest: Digest,
    /// Where it came from.
    pub origin: Origin,
    /// WASI interfaces that it imports and that trap when called, because no plugin gets them.
    pub trapped_imports: Vec<String>,
    /// How its calls went.
    pub health: Health,
    pub(crate) main: Main,
    runtime: Arc<Runtime>,
    /// No plugin may hold every core while others wait.
    turns: Semaphore,
    name: Arc<str>,
}

/// How the calls of a component went.
#[derive(Debug, Default)]
pub struct Health {
    calls: AtomicU64,
    broken: AtomicU64,
    slow: AtomicU64,
    /// The last calls, the youngest in the lowest bit; set where a rule was broken.
    recent: AtomicU64,
    last: Mutex<Option<PluginError>>,
}

/// The last calls that count, and how many of them may break a rule.
const RECENT: u64 = (1 << 20) - 1;
const TOO_MANY: u32 = 10;

impl Health {
    /// All calls.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Calls that broke a rule: trapped, took too long or too much.
    pub fn broken(&self) -> u64 {
        self.broken.load(Ordering::Relaxed)
    }

    /// Those of them that took too long.
    pub fn slow(&self) -> u64 {
        self.slow.load(Ordering::Relaxed)
    }

    /// Why the last of them was ended.
    pub fn last(&self) -> Option<PluginError> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether half of the last 20 calls broke a rule.
    pub fn is_sick(&self) -> bool {
        (self.recent.load(Ordering::Relaxed) & RECENT).count_ones() >= TOO_MANY
    }

    /// Forgets the last calls: it gets another chance.
    pub fn forgive(&self) {
        self.recent.store(0, Ordering::Relaxed);
    }

    fn note(&self, error: Option<&PluginError>) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let broke = error.filter(|error| !matches!(error.rule, Rule::Host | Rule::Declined));
        if let Some(error) = broke {
            self.broken.fetch_add(1, Ordering::Relaxed);
            if matches!(error.rule, Rule::ComputeTime | Rule::WallTime) {
                self.slow.fetch_add(1, Ordering::Relaxed);
            }
            *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
        }
        let bit = u64::from(broke.is_some());
        let _ = self.recent.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |recent| Some(recent << 1 | bit));
    }
}

/// A failure that a component states itself: a kind and a sentence.
pub(crate) struct Declined {
    pub kind: String,
    pub message: String,
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("id", &self.manifest.id)
            .field("version", &self.manifest.version)
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

impl Plugin {
    /// Asks a component for its manifest and checks it.
    pub(crate) async fn introduce(
        runtime: Arc<Runtime>,
        main: Main,
        role: Role,
        digest: Digest,
        origin: Origin,
        trapped_imports: Vec<String>,
    ) -> Result<Self, PluginError> {
        let name: Arc<str> = origin.to_string().into();
        let turns = Semaphore::new(runtime.width);
        let mut plugin = Plugin {
            manifest: nameless(role, &name),
            digest,
            origin,
            trapped_imports,
            health: Health::default(),
            main,
            runtime,
            turns,
            name,
        };
        let text = plugin.ask_manifest().await?;
        let manifest: Manifest = serde_json::from_str(&text)
            .map_err(|error| plugin.error(Rule::Manifest, format!("its manifest cannot be read: {error}")))?;
        check_manifest(&manifest, role).map_err(|detail| plugin.error(Rule::Manifest, detail))?;
        plugin.name = manifest.id.as_str().into();
        plugin.manifest = manifest;
        Ok(plugin)
    }

    /// The plugin's id.
    pub fn id(&self) -> &str {
        &self.manifest.id
    }

    /// Checks settings against the schema of the manifest.
    ///
    /// # Errors
    /// A sentence that names the first setting that does not fit.
    pub fn check_settings(&self, settings: &Value) -> Result<(), PluginError> {
        let Some(schema) = &self.manifest.settings else {
            let none = settings.as_object().is_none_or(serde_json::Map::is_empty);
            return if none { Ok(()) } else { Err(self.error(Rule::Settings, "it has no settings")) };
        };
        let validator = jsonschema::validator_for(schema)
            .map_err(|error| self.error(Rule::Manifest, format!("its settings schema is none: {error}")))?;
        validator.validate(settings).map_err(|error| {
            let place = error.instance_path().to_string();
            let place = if place.is_empty() { String::new() } else { format!("{}: ", place.trim_start_matches('/')) };
            self.error(Rule::Settings, format!("{place}{error}"))
        })
    }

    /// Runs one call in a fresh store: waits for a turn and a core, then guards the call.
    pub(crate) async fn call<T>(
        &self,
        call: impl AsyncFnOnce(&mut Store<CallData>) -> wasmtime::Result<T>,
    ) -> Result<T, PluginError> {
        let closed = |_| self.error(Rule::Host, "the runtime is shutting down");
        let _turn = self.turns.acquire().await.map_err(closed)?;
        let _core = self.runtime.cores.acquire().await.map_err(closed)?;
        let limits = &self.runtime.limits;
        let mut store = call::store(&self.runtime.engine, self.name.clone(), limits.clone());
        let result =
            call::guard(&mut store, limits.wall, call).await.map_err(|(rule, detail)| self.error(rule, detail));
        self.health.note(result.as_ref().err());
        result
    }

    /// An error of this plugin, with its id and version.
    pub fn error(&self, rule: Rule, detail: impl Into<String>) -> PluginError {
        PluginError {
            version: Some(self.manifest.version.clone()).filter(|version| !version.is_empty()),
            ..PluginError::new(&self.name, rule, detail)
        }
    }

    /// The error for a call that the plugin declined.
    pub(crate) fn declined(&self, declined: Declined) -> PluginError {
        PluginError { kind: Some(declined.kind), ..self.error(Rule::Declined, declined.message) }
    }

    /// Reads the document a call answered.
    pub(crate) fn read<T: DeserializeOwned>(&self, what: &str, json: &str) -> Result<T, PluginError> {
        serde_json::from_str(json)
            .map_err(|error| self.error(Rule::Document, format!("its {what} cannot be read: {error}")))
    }

    /// The error of a call for another role.
    pub(crate) fn wrong_role(&self, wanted: Role) -> PluginError {
        self.error(Rule::World, format!("it is a {}, not a {wanted}", self.manifest.role))
    }

    pub(crate) fn state_limit(&self) -> usize {
        self.runtime.limits.state
    }
}

/// What stands for a manifest until the component has told its own.
fn nameless(role: Role, name: &str) -> Manifest {
    Manifest { id: name.into(), role, ..Manifest::default() }
}

fn check_manifest(manifest: &Manifest, role: Role) -> Result<(), String> {
    if manifest.schema != MANIFEST_SCHEMA {
        return Err(format!("its manifest is of schema {}; this host reads schema {MANIFEST_SCHEMA}", manifest.schema));
    }
    let id = &manifest.id;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.is_empty() || id.len() > 64 || !id.chars().all(plain) {
        return Err(format!("its id is {id:?}; an id has 1 to 64 lower-case letters, digits and hyphens"));
    }
    if Version::parse(&manifest.version).is_err() {
        return Err(format!("its version is {:?}; a version is semver, such as 1.2.3", manifest.version));
    }
    if manifest.role != role {
        return Err(format!("its manifest says {}, but the component exports the world of a {role}", manifest.role));
    }
    for endpoint in &manifest.endpoints {
        if !endpoint.base_url.starts_with("https://") {
            return Err(format!("its endpoint {:?} is {:?}; an endpoint is https", endpoint.name, endpoint.base_url));
        }
    }
    for credential in &manifest.credentials {
        if !manifest.endpoints.iter().any(|e| e.name == credential.endpoint) {
            return Err(format!(
                "its credential {:?} belongs to an endpoint {:?} that it does not list",
                credential.name, credential.endpoint
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest { id: "good-one".into(), version: "1.0.0".into(), ..nameless(Role::Provider, "") }
    }

    #[test]
    fn a_manifest_with_a_bad_field_is_refused_by_its_name() {
        let check = |change: fn(&mut Manifest)| {
            let mut manifest = manifest();
            change(&mut manifest);
            check_manifest(&manifest, Role::Provider).expect_err("it is refused")
        };
        assert!(check_manifest(&manifest(), Role::Provider).is_ok());
        assert!(check(|m| m.schema = 2).contains("schema 2"));
        assert!(check(|m| m.id = "../evil".into()).contains("../evil"));
        assert!(check(|m| m.id = "a".repeat(65)).contains("1 to 64"));
        assert!(check(|m| m.version = "one".into()).contains("semver"));
        assert!(check(|m| m.role = Role::Renderer).contains("says renderer"));
        assert!(
            check(|m| m.endpoints.push(kinora_domain::documents::Endpoint {
                name: "api".into(),
                base_url: "http://example.com".into(),
                result_hosts: Vec::new(),
            }))
            .contains("https")
        );
    }
}
