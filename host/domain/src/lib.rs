//! Plain types and rules that every room shares. No I/O, no async.

pub mod beats;
pub mod edit_plan;
pub mod film;
pub mod story;
pub mod timeline;

/// The owner of everything that is made without a token.
pub const ANONYMOUS: &str = "anonymous";

/// The documents that travel between the host and the components.
pub use kinora_sdk::documents;
