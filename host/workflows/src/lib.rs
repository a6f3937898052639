//! What each contract does, as steps over the plugins and the media workers. No HTTP, no SQL, no wasmtime.
//!
//! `generate` is the one engine of every text contract (strategy → provider → strategy → validator); `operation`
//! drives a provider's machine; `scenario` and `film` are the contracts.

mod error;
mod film;
mod generate;
mod operation;
mod scenario;
mod studio;

pub use error::WorkflowError;
pub use film::{FilmMade, FilmRequest, make_film};
pub use scenario::{ScenarioMade, generate_scenario};
pub use studio::{Observer, Providers, Retry, Studio};
