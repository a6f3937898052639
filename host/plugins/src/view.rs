//! What is told of plugins, to the API and the command line alike.

use kinora_domain::documents::{Manifest, Model};
use kinora_runtime::{Generation, Health, Origin};
use kinora_store::{GenerationRow, GenerationState};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A plugin with its generations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PluginView {
    /// Its id.
    pub id: String,
    /// `provider`, `strategy`, `validator` or `renderer`.
    pub role: String,
    /// A name for people.
    pub title: String,
    /// What it does: kinds, or operations with their models, such as `text (small, large)`.
    pub does: Vec<String>,
    /// The generation that serves; absent where none does.
    pub active: Option<GenerationView>,
    /// Those that are installed or kept and do not serve, the latest first.
    pub others: Vec<GenerationView>,
    /// The settings of the active one. Keys are not among them.
    pub settings: Value,
    /// What the active one may do, one phrase for each right.
    pub rights: Vec<String>,
    /// How the calls of the active one went since it was loaded.
    pub health: Option<HealthView>,
}

/// A generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GenerationView {
    /// The component's own version.
    pub version: String,
    /// The sha-256 of the component, hexadecimal.
    pub digest: String,
    /// `active`, `kept`, `staged` or `failed`.
    pub state: String,
    /// `the binary`, or the file it came from.
    pub origin: String,
    /// Why it was taken back.
    pub reason: Option<String>,
    /// When it became active, milliseconds since 1970.
    pub since: Option<i64>,
}

/// How calls went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HealthView {
    /// All calls.
    pub calls: u64,
    /// Those that broke a rule.
    pub broken: u64,
    /// Those of them that took too long.
    pub timeouts: u64,
    /// The last reason.
    pub last_error: Option<String>,
}

/// What was installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Installed {
    /// The plugin's id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The sha-256 of the component, hexadecimal.
    pub digest: String,
    /// Its role.
    pub role: String,
    /// All rights its manifest asks for, one phrase each.
    pub requested_rights: Vec<String>,
    /// Those that nobody has granted yet.
    pub new_rights: Vec<String>,
}

/// What became active.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Activated {
    /// The plugin's id.
    pub id: String,
    /// Its version now.
    pub version: String,
    /// The sha-256 of the component, hexadecimal.
    pub digest: String,
    /// The version before; absent where there was none.
    pub before: Option<String>,
    /// Whether another component served before, or none. False where this one did already.
    pub changed: bool,
}

impl GenerationView {
    /// Of one that is installed. What is to serve and does not could not be loaded.
    pub(crate) fn of_row(row: &GenerationRow, serves: bool) -> Self {
        let lost = row.state == GenerationState::Active && !serves;
        let state = if lost { GenerationState::Failed } else { row.state };
        GenerationView {
            version: row.version.clone(),
            digest: row.digest.clone(),
            state: state.as_str().into(),
            origin: row.origin.clone(),
            reason: if lost { Some("it cannot be loaded".into()) } else { row.reason.clone() },
            since: row.activated_at,
        }
    }

    /// Of one that has no row: it is inside the binary.
    pub(crate) fn shipped(generation: &Generation, active: bool) -> Self {
        let state = if active { GenerationState::Active } else { GenerationState::Kept };
        GenerationView {
            version: generation.plugin.manifest.version.clone(),
            digest: generation.digest().to_string(),
            state: state.as_str().into(),
            origin: origin(&generation.plugin.origin),
            reason: None,
            since: None,
        }
    }
}

/// What a plugin does: its kinds, then its operations with their models, such as `text (small, large)`.
pub fn abilities(manifest: &Manifest) -> Vec<String> {
    let mut operations = Vec::<(&str, Vec<&str>)>::new();
    for Model { id, operation, .. } in &manifest.models {
        match operations.iter_mut().find(|(known, _)| known == operation) {
            Some((_, models)) => models.push(id),
            None => operations.push((operation, vec![id])),
        }
    }
    let operations = operations.iter().map(|(operation, models)| format!("{operation} ({})", models.join(", ")));
    manifest.kinds.iter().cloned().chain(operations).collect()
}

/// As much of a digest as people read and type.
pub fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

pub(crate) fn origin(origin: &Origin) -> String {
    match origin {
        Origin::Shipped(_) => "the binary".into(),
        Origin::File(_) => origin.to_string(),
    }
}

impl HealthView {
    pub(crate) fn of(health: &Health) -> Self {
        HealthView {
            calls: health.calls(),
            broken: health.broken(),
            timeouts: health.slow(),
            last_error: health.last().map(|error| error.to_string()),
        }
    }
}
