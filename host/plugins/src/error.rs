use kinora_runtime::PluginError;
use kinora_store::StoreError;

/// Why a plugin was not installed, activated or rolled back. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum ManageError {
    /// The component was refused.
    #[error(transparent)]
    Refused(#[from] PluginError),
    /// It asks for rights that nobody has granted.
    #[error("the plugin {id} {version} asks for rights that it does not have: {}. An administrator grants them with `kinora plugin activate {id} --grant`", new_rights.join("; "))]
    NewRights {
        /// The plugin's id.
        id: String,
        /// Its version.
        version: String,
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
