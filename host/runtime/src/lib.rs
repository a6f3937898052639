//! The plugin runtime: compiles components, checks them against their role's world, and calls them under limits.
//!
//! A call gets a fresh store and leaves nothing behind; a component that loops, eats, floods, traps or lies costs its
//! own call and nothing else. What a component wants sent goes through [`egress`]. What this crate must not know: jobs,
//! rows, and the HTTP API.

mod cache;
mod call;
mod component;
pub mod egress;
mod error;
mod generations;
mod limits;
mod plugin;
mod roles;
mod runtime;
mod selftest;
mod wasi;

pub use component::Digest;
pub use error::{PluginError, Rule};
pub use generations::{Generation, Generations};
pub use limits::Limits;
pub use plugin::{Health, Origin, Plugin};
pub use roles::provider as protocol;
pub use runtime::{Runtime, RuntimeOptions};
