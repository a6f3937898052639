use kinora_runtime::PluginError;
use kinora_store::StoreError;

use crate::view;

/// Why a plugin was not installed, activated or rolled back. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum ManageError {
    /// The component was refused.
    #[error(transparent)]
    Refused(#[from] PluginError),
    /// It is installed, and asks for rights that nobody has granted.
    #[error("the plugin {id} {version} is installed but does not serve: it asks for rights that it was not granted: {}. An administrator grants them with `kinora plugin activate {id} {} --grant`", new_rights.join("; "), view::short(digest))]
    NewRights {
        /// The plugin's id.
        id: String,
        /// Its version.
        version: String,
        /// The sha-256 of the component, hexadecimal.
        digest: String,
        /// One phrase for each right.
        new_rights: Vec<String>,
    },
    /// There is no such plugin or generation.
    #[error("{0}")]
    NotFound(String),
    /// It cannot be done as things are.
    #[error("{0}")]
    Conflict(String),
    /// The settings do not fit it.
    #[error("the settings of the plugin {id}: {detail}")]
    Settings {
        /// The plugin's id.
        id: String,
        /// What is wrong.
        detail: String,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The component's bytes could not be kept or read.
    #[error("the component cannot be kept in the data folder: {0}")]
    File(#[from] std::io::Error),
}
