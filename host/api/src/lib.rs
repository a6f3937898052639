//! The REST API: every documented contract over HTTP, one file for each.
//!
//! [`router`] puts the routes together from an [`ApiState`], [`serve`] answers on any number of addresses until it is
//! told to stop. A request passes, from the outside in: its id and its line in the log (`observe`), a net under panics,
//! the door (`door`: CORS, foreign origins), then its handler, whose extractors say who asks (`auth`), how often they
//! may (`limits`) and what they sent (`extract`). What this crate must not know: SQL, plugins, what a workflow does.

mod accounts;
mod admin;
mod ai;
mod auth;
mod budgets;
mod docs;
mod door;
mod error;
mod extract;
mod health;
mod jobs;
mod limits;
mod media;
mod metrics;
mod models;
mod multipart;
mod music_video;
mod observe;
mod options;
mod projects;
mod router;
mod scenario;
mod serve;
mod state;
mod stories;
mod time;
mod usage;

pub use auth::{ANONYMOUS, Account, Caller, derive_key, hash_token, new_token};
pub use door::{InvalidOrigin, Origins};
pub use error::ApiError;
pub use extract::{JsonBody, Params};
pub use jobs::{JobBody, JobError, JobStatus, Submission, submit};
pub use metrics::Metrics;
pub use models::{ModelInfo, ModelPrice, ModelSource};
pub use options::{ApiOptions, RateLimits};
pub use router::router;
pub use serve::serve;
pub use state::{ApiState, Inspector, Sources};
