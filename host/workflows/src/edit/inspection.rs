//! Looking into what a project brings along: what is in a file, how it looks in small, where its beats are.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use kinora_domain::documents::MediaFacts;
use kinora_jobs::{Failure, Level, Run, Stop, Workflow};
use kinora_media::{Job, MediaError};
use kinora_store::{BlobId, MediaStatus, MediaUpdate, Store, StoreError, TrackUpdate};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::{WorkflowError, stop};
use crate::results::Uninspected;
use crate::studio::Studio;

/// The kind of jobs that look into a picture or a clip.
pub const MEDIA_KIND: &str = "media";
/// The version of their workflow.
pub const MEDIA_VERSION: i64 = 1;
/// The kind of jobs that look for the beats of a track.
pub const BEATS_KIND: &str = "beats";
/// The version of their workflow.
pub const BEATS_VERSION: i64 = 1;

/// The longer side of a thumbnail, pixels.
const THUMBNAIL: u32 = 480;

/// Which file is looked into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaInput {
    /// The row's id.
    pub media: String,
    /// Its content.
    pub blob: String,
}

/// Which track is looked into.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BeatsInput {
    /// The project.
    pub project: String,
    /// The track's content.
    pub blob: String,
    /// The tempo as somebody tapped it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bpm: Option<f64>,
}

/// What is known of a track, as its row keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrackFacts {
    /// How long it lasts.
    pub duration_ms: u64,
}

/// Runs jobs that look into a picture or a clip.
pub struct MediaWorkflow {
    studio: Arc<Studio>,
    store: Store,
}

impl MediaWorkflow {
    /// A workflow over a studio, which writes what it finds into a project.
    pub fn new(studio: Arc<Studio>, store: Store) -> Self {
        MediaWorkflow { studio, store }
    }

    async fn look(&self, run: &mut Run) -> Result<Value, Stop> {
        let input: MediaInput = run.input()?;
        run.enter_step("Looking into the file", 5.0);
        let owner = run.job().owner.clone();
        let job = Some(run.job().id.clone());
        let blank = MediaUpdate { status: MediaStatus::Processing, error: None, facts: None, thumbnail: None, job };
        self.note(&owner, &input.media, blank.clone()).await?;
        let facts = match inspect(&self.studio, &input.blob).await? {
            Ok(facts) => facts,
            Err(reason) => {
                let error = Some(reason.clone());
                self.note(&owner, &input.media, MediaUpdate { status: MediaStatus::Failed, error, ..blank }).await?;
                return Err(Failure::new("invalid-media", reason).into());
            }
        };
        run.enter_step("Drawing a thumbnail", 60.0);
        let thumbnail = match thumbnail(&self.studio, &input.blob).await {
            Ok(blob) => Some(blob),
            Err(error) => {
                run.log(Level::Warn, format!("There is no thumbnail: {error}"));
                None
            }
        };
        let text = serde_json::to_string(&facts).map_err(stop)?;
        let ready = MediaUpdate { status: MediaStatus::Ready, facts: Some(text), thumbnail, ..blank };
        self.note(&owner, &input.media, ready).await?;
        run.enter_step("Done", 100.0);
        Ok(json!({"media_id": input.media, "facts": facts}))
    }

    async fn note(&self, owner: &str, media: &str, update: MediaUpdate) -> Result<(), Stop> {
        match self.store.update_media(owner, media, update).await {
            Ok(_) => Ok(()),
            Err(StoreError::NotFound(_)) => Err(gone("file")),
            Err(error) => Err(error.into()),
        }
    }
}

impl Workflow for MediaWorkflow {
    fn kind(&self) -> &'static str {
        MEDIA_KIND
    }

    fn version(&self) -> i64 {
        MEDIA_VERSION
    }

    fn run<'a>(&'a self, run: &'a mut Run) -> BoxFuture<'a, Result<Value, Stop>> {
        Box::pin(self.look(run))
    }
}

/// Runs jobs that look for the beats of a track.
pub struct BeatsWorkflow {
    studio: Arc<Studio>,
    store: Store,
}

impl BeatsWorkflow {
    /// A workflow over a studio, which writes what it finds into a project.
    pub fn new(studio: Arc<Studio>, store: Store) -> Self {
        BeatsWorkflow { studio, store }
    }

    async fn listen(&self, run: &mut Run) -> Result<Value, Stop> {
        let input: BeatsInput = run.input()?;
        run.enter_step("Listening", 5.0);
        run.flush().await?;
        let owner = run.job().owner.clone();
        let job = Some(run.job().id.clone());
        let blank = TrackUpdate { status: MediaStatus::Processing, error: None, facts: None, beats: None, job };
        self.note(&owner, &input, blank.clone()).await?;
        let id: BlobId = input.blob.parse().map_err(WorkflowError::Blob)?;
        let file = self.studio.local(&id).await?;
        let asked =
            Job::Beats { input: file.path().to_owned(), media_type: id.media_type().to_owned(), bpm: input.bpm };
        let heard = match self.studio.render(&asked, |_| {}).await {
            Ok(report) => report.beats,
            Err(MediaError::Unusable { reason }) => {
                let error = Some(reason.clone());
                self.note(&owner, &input, TrackUpdate { status: MediaStatus::Failed, error, ..blank }).await?;
                return Err(Failure::new("invalid-media", reason).into());
            }
            Err(error) => return Err(stop(error)),
        };
        let heard = heard.ok_or_else(|| Failure::new("internal", "the media worker heard nothing"))?;
        let facts = serde_json::to_string(&TrackFacts { duration_ms: heard.duration_ms }).map_err(stop)?;
        let beats = serde_json::to_string(&heard).map_err(stop)?;
        let ready = TrackUpdate { status: MediaStatus::Ready, facts: Some(facts), beats: Some(beats), ..blank };
        self.note(&owner, &input, ready).await?;
        run.enter_step("Done", 100.0);
        Ok(json!({"bpm": heard.bpm, "beats": heard.beats.len(), "confidence": heard.confidence}))
    }

    async fn note(&self, owner: &str, input: &BeatsInput, update: TrackUpdate) -> Result<(), Stop> {
        match self.store.update_track(owner, &input.project, &input.blob, update).await {
            Ok(_) => Ok(()),
            Err(StoreError::NotFound(_)) => Err(gone("track")),
            Err(error) => Err(error.into()),
        }
    }
}

impl Workflow for BeatsWorkflow {
    fn kind(&self) -> &'static str {
        BEATS_KIND
    }

    fn version(&self) -> i64 {
        BEATS_VERSION
    }

    fn run<'a>(&'a self, run: &'a mut Run) -> BoxFuture<'a, Result<Value, Stop>> {
        Box::pin(self.listen(run))
    }
}

/// What is in a file; the inner error is a sentence for who sent it.
async fn inspect(studio: &Studio, blob: &str) -> Result<Result<MediaFacts, String>, Stop> {
    let id: BlobId = blob.parse().map_err(WorkflowError::Blob)?;
    match studio.inspect(&id).await {
        Ok(facts) => Ok(Ok(facts)),
        Err(Uninspected::Unusable(reason)) => Ok(Err(format!("The file cannot be used: {reason}."))),
        Err(Uninspected::Failed(reason)) => Err(Failure::new("internal", reason).into()),
    }
}

/// A small picture of a picture or a clip, in the blob store.
async fn thumbnail(studio: &Studio, blob: &str) -> Result<String, WorkflowError> {
    let id: BlobId = blob.parse().map_err(WorkflowError::Blob)?;
    let file = studio.local(&id).await?;
    let folder = studio.scratch()?;
    let output = folder.path().join("thumbnail.jpg");
    let job = Job::Thumbnail {
        input: file.path().to_owned(),
        media_type: id.media_type().to_owned(),
        output: output.clone(),
        side: THUMBNAIL,
    };
    studio.render(&job, |_| {}).await?;
    studio.keep(&output).await
}

fn gone(what: &str) -> Stop {
    Failure::new("gone", format!("The {what} was taken out of its project meanwhile.")).into()
}
