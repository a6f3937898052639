//! Why a workflow cannot go on: always a word for programs and a sentence for people.

use kinora_domain::documents::Role;
use kinora_jobs::{Failure, Stop};
use kinora_media::MediaError;
use kinora_runtime::PluginError;
use kinora_store::BlobError;

/// Why a workflow cannot go on.
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
    /// The picture or film could not be rendered.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// Content could not be stored or read.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// A document of ours cannot be written or read.
    #[error("a document cannot be read: {0}")]
    Document(#[from] serde_json::Error),
    /// A file could not be written.
    #[error("{path} cannot be written: {source}")]
    File {
        /// Which file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

impl WorkflowError {
    fn code(&self) -> &'static str {
        match self {
            WorkflowError::InvalidRequest(_) => "invalid-request",
            WorkflowError::NoPlugin { .. } => "no-plugin",
            WorkflowError::Plugin(_) => "plugin-failed",
            WorkflowError::Media(_) => "render-failed",
            WorkflowError::Blob(_) | WorkflowError::File { .. } => "storage",
            WorkflowError::Document(_) => "internal",
        }
    }
}

impl From<WorkflowError> for Stop {
    fn from(error: WorkflowError) -> Self {
        Stop::Failed(Failure::new(error.code(), error.to_string()))
    }
}

/// Makes a failure of whatever a workflow's room failed with.
pub(crate) fn stop(error: impl Into<WorkflowError>) -> Stop {
    error.into().into()
}
