//! The life of plugins: a component is installed, tested, activated, watched, and rolled back.
//!
//! [`Manager`] is the only one that changes what is active. Reading what is active is the affair of
//! [`kinora_runtime::Generations`], which it feeds; the rows of `plugin_generations` say what was decided, the folder
//! `artefacts/` of the data folder holds the bytes, and the inbox (`plugins/`) is looked at all the time. What this
//! crate must not know: HTTP, jobs, what a workflow does.

mod artefacts;
mod error;
mod inbox;
mod manager;
mod refusals;
mod view;

pub use error::ManageError;
pub use manager::{Configure, Given, GrantNew, Manager, ManagerOptions, Shipped};
pub use view::{Activated, GenerationView, HealthView, Installed, PluginView, abilities, short};
