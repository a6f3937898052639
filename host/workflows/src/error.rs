//! Why a workflow ended without a result.

use kinora_domain::documents::{Problem, Role};
use kinora_media::MediaError;
use kinora_runtime::PluginError;

/// Why a workflow ended without a result.
#[derive(Debug, thiserror::Error)]
pub enum WorkflowError {
    /// What was asked for cannot be made.
    #[error("{0}")]
    InvalidRequest(String),
    /// No plugin of a role serves what is needed.
    #[error("no {role} for \"{need}\" is installed; {have}")]
    NoPlugin {
        /// The role.
        role: Role,
        /// An id or a kind.
        need: String,
        /// Which there are.
        have: String,
    },
    /// A component was stopped or declined.
    #[error(transparent)]
    Plugin(#[from] PluginError),
    /// A provider failed.
    #[error("{title} failed: {message}{}", after(*attempts))]
    Provider {
        /// The provider's title.
        title: String,
        /// The open vocabulary of provider errors.
        kind: String,
        /// A sentence.
        message: String,
        /// How often it was asked.
        attempts: u32,
    },
    /// A model's answer could not be read.
    #[error("{title} did not answer readable output. {message}{}", after(*attempts))]
    Malformed {
        /// The provider's title.
        title: String,
        /// Where it went wrong.
        message: String,
        /// How often it was asked.
        attempts: u32,
    },
    /// A model's answer was wrong on every attempt.
    #[error("{title} did not write a valid {kind}{}. Last error: {}", after(*attempts), first(problems))]
    Invalid {
        /// The provider's title.
        title: String,
        /// The kind of document.
        kind: String,
        /// What was wrong with the last attempt.
        problems: Vec<Problem>,
        /// How often it was asked.
        attempts: u32,
    },
    /// The picture or film could not be rendered.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// A file could not be written.
    #[error("{path} cannot be written: {source}")]
    File {
        /// Which file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

fn after(attempts: u32) -> String {
    match attempts {
        0 | 1 => String::new(),
        n => format!(" (after {n} attempts)"),
    }
}

fn first(problems: &[Problem]) -> &str {
    problems.first().map_or("none given", |problem| &problem.message)
}
