//! What a workflow works with: plugins and what each may reach, media workers, blobs, and the administrator's choices.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use futures_util::future::BoxFuture;
use kinora_domain::documents::{Price, Role};
use kinora_media::{MediaError, Worker};
use kinora_runtime::egress::{Egress, Policy};
use kinora_runtime::{Generation, Generations};
use kinora_store::{BlobId, Blobs, PutError};
use tokio::io::AsyncWriteExt;
use tokio::sync::Semaphore;

use crate::error::WorkflowError;
use crate::story::StoryFiles;

/// The largest film that is kept, in bytes.
const MAX_BYTES: u64 = 64 << 30;

/// What a workflow works with.
pub struct Studio {
    /// The plugins that are active, with what each was given.
    pub generations: Arc<Generations>,
    /// Brings back the generation that an operation belongs to.
    pub recall: Recall,
    /// The way out.
    pub egress: Egress,
    /// What decides about it.
    pub policy: Policy,
    /// Large content.
    pub blobs: Blobs,
    /// Where files are while they are made. What a process leaves there when it is killed is cleared at the next start.
    pub scratch: PathBuf,
    /// Who renders.
    pub worker: Worker,
    /// How many render at once.
    pub render_slots: Semaphore,
    /// How many look into what was made, at once.
    pub probe_slots: Semaphore,
    /// Finished pieces of rendered projects.
    pub pieces: Pieces,
    /// Stories on disk.
    pub stories: StoryFiles,
    /// Who makes what.
    pub providers: Providers,
    /// How often a model is asked.
    pub retry: Retry,
    /// What models cost, by `provider/model`; takes the place of what the manifest says.
    pub prices: BTreeMap<String, Price>,
    /// Whether scenarios get a thumbnail.
    pub thumbnails: bool,
}

/// Where finished pieces of rendered projects are kept, so that they are not rendered again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pieces {
    /// The folder.
    pub path: PathBuf,
    /// How much it may hold, bytes.
    pub max_bytes: u64,
}

/// Brings back a generation by the plugin's id and the component's digest, also where another one is active by now;
/// none where it is gone for good.
pub type Recall = Arc<dyn Fn(String, String) -> BoxFuture<'static, Option<Arc<Generation>>> + Send + Sync>;

/// The provider of each kind of operation, by plugin id, and the model where one was chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Providers {
    /// Who writes.
    pub text: Choice,
    /// Who draws.
    pub image: Choice,
    /// Who makes clips.
    pub video: Choice,
    /// The longest wait between two polls, whatever a plugin asks for.
    pub poll_interval: Option<Duration>,
}

/// A provider and its model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The plugin's id.
    pub provider: String,
    /// The upstream's name of the model; absent: the provider's default.
    pub model: Option<String>,
}

/// How often a model is asked before a workflow gives up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// At least 1.
    pub attempts: u32,
    /// The pause after the first attempt; after the n-th it is n times as long.
    pub delay: Duration,
}

impl Studio {
    /// The provider that was chosen for an operation, and its model.
    pub(crate) fn provider(&self, operation: &str) -> Result<(Arc<Generation>, Option<&str>), WorkflowError> {
        let choice = match operation {
            "image" => &self.providers.image,
            "video" => &self.providers.video,
            _ => &self.providers.text,
        };
        let id = &choice.provider;
        let can =
            |known: &Arc<Generation>| known.plugin.manifest.models.iter().any(|model| model.operation == operation);
        match self.generations.get(Role::Provider, id).filter(can) {
            Some(provider) => Ok((provider, choice.model.as_deref())),
            None => {
                let providers = self.generations.of_role(Role::Provider);
                let able: Vec<&str> = providers.iter().filter(|known| can(known)).map(|known| known.id()).collect();
                Err(WorkflowError::NoPlugin {
                    role: Role::Provider,
                    need: format!("{id}\" that can do \"{operation}"),
                    have: list(&able),
                })
            }
        }
    }

    /// The plugin of a role that serves a kind.
    pub(crate) fn serving(&self, role: Role, kind: &str) -> Result<Arc<Generation>, WorkflowError> {
        self.generations.serving(role, kind).ok_or_else(|| {
            let known = self.generations.of_role(role);
            let kinds: Vec<&str> =
                known.iter().flat_map(|known| known.plugin.manifest.kinds.iter().map(String::as_str)).collect();
            WorkflowError::NoPlugin { role, need: kind.into(), have: list(&kinds) }
        })
    }

    /// Renders, when there is a free place.
    pub(crate) async fn render(
        &self,
        job: &kinora_media::Job,
        on_progress: impl FnMut(kinora_media::Progress) + Send,
    ) -> Result<kinora_media::Report, MediaError> {
        // The semaphore is never closed; without a place the work goes on all the same.
        let _place = self.render_slots.acquire().await.ok();
        self.worker.run(job, on_progress).await
    }

    /// A blob as a file on this machine: itself where blobs are in a folder, otherwise a copy.
    ///
    /// # Errors
    /// Where it is not there or cannot be copied.
    pub(crate) async fn local(&self, id: &BlobId) -> Result<Local, WorkflowError> {
        if let Some(path) = self.blobs.path(id) {
            return Ok(Local { path, _copy: None });
        }
        let told = |source| WorkflowError::File { path: format!("a copy of the blob {id}"), source };
        let folder = self.scratch()?;
        let path = folder.path().join(id.to_string());
        let (_, mut content) = self.blobs.open(id).await?;
        let mut file = tokio::fs::File::create(&path).await.map_err(told)?;
        while let Some(piece) = content.try_next().await? {
            file.write_all(&piece).await.map_err(told)?;
        }
        file.flush().await.map_err(told)?;
        Ok(Local { path, _copy: Some(folder) })
    }

    /// Puts a rendered file into the blob store. Gives the blob's id.
    ///
    /// # Errors
    /// Where it cannot be read or kept.
    pub(crate) async fn keep(&self, path: &Path) -> Result<String, WorkflowError> {
        let told = |source| WorkflowError::File { path: "the rendered file".into(), source };
        let file = tokio::fs::File::open(path).await.map_err(told)?;
        let blob = self.blobs.put_stream(tokio_util::io::ReaderStream::new(file), MAX_BYTES).await;
        match blob {
            Ok(blob) => Ok(blob.id.to_string()),
            Err(PutError::Blob(error)) => Err(error.into()),
            Err(PutError::Stream(source)) => Err(told(source)),
        }
    }

    /// A folder for files that are being made; it goes when it is dropped.
    pub(crate) fn scratch(&self) -> Result<tempfile::TempDir, WorkflowError> {
        tempfile::tempdir_in(&self.scratch)
            .map_err(|source| WorkflowError::File { path: "the data folder's tmp".into(), source })
    }
}

/// A blob as a file.
pub(crate) struct Local {
    path: PathBuf,
    /// The folder of the copy, which goes with it.
    _copy: Option<tempfile::TempDir>,
}

impl Local {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn list(names: &[&str]) -> String {
    if names.is_empty() {
        "there is none at all: was the binary built with `make build`?".into()
    } else {
        format!("there is: {}", names.join(", "))
    }
}
