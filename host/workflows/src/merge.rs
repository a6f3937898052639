//! Clips that were made, joined into one.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use kinora_domain::documents::MediaFacts;
use kinora_jobs::{Failure, Level, Run, Stop, Workflow};
use kinora_media::{Job, MergeClip, MergeMusic};
use kinora_store::BlobId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clip::ClipMade;
use crate::error::{WorkflowError, stop};
use crate::film;
use crate::results;
use crate::studio::{Local, Studio};

/// The kind of jobs that join clips.
pub const MERGE_KIND: &str = "merge";
/// The version of their workflow.
pub const MERGE_VERSION: i64 = 1;

/// What is joined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MergeInput {
    /// The blobs of the clips, in order.
    pub clips: Vec<String>,
    /// How long each clip fades into the next, in milliseconds; 0 is a cut.
    #[serde(default)]
    pub crossfade_ms: u32,
    /// The blob of the music that lies under them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<String>,
}

/// Runs jobs that join clips.
pub struct MergeWorkflow {
    studio: Arc<Studio>,
}

impl MergeWorkflow {
    /// A workflow over a studio.
    pub fn new(studio: Arc<Studio>) -> Self {
        MergeWorkflow { studio }
    }
}

impl Workflow for MergeWorkflow {
    fn kind(&self) -> &'static str {
        MERGE_KIND
    }

    fn version(&self) -> i64 {
        MERGE_VERSION
    }

    fn run<'a>(&'a self, run: &'a mut Run) -> BoxFuture<'a, Result<Value, Stop>> {
        Box::pin(make(&self.studio, run))
    }
}

async fn make(studio: &Studio, run: &mut Run) -> Result<Value, Stop> {
    let input: MergeInput = run.input()?;
    run.enter_step("Joining the clips", 1.0);
    run.flush().await?;
    // What is copied for the work stays until it is done.
    let mut local = Vec::new();
    for blob in input.clips.iter().chain(&input.audio) {
        let id: BlobId = blob.parse().map_err(WorkflowError::Blob)?;
        local.push((studio.local(&id).await?, id.media_type().to_owned()));
    }
    let (clips, music) = local.split_at(input.clips.len());
    let clip = |(file, media_type): &(Local, String)| MergeClip {
        input: file.path().to_owned(),
        media_type: media_type.clone(),
    };
    let clips = clips.iter().map(clip).collect();
    let music = music
        .first()
        .map(|(file, media_type)| MergeMusic { input: file.path().to_owned(), media_type: media_type.clone() });
    let folder = studio.scratch()?;
    let output = folder.path().join("merged.mp4");
    let job = Job::Merge { clips, output: output.clone(), crossfade_ms: input.crossfade_ms, music };
    let report = film::render(studio, run, &job, 1.0).await?;
    let blob = studio.keep(&output).await?;
    let facts: MediaFacts = results::look(studio, "video", &blob)
        .await
        .map_err(|error| Stop::from(Failure::new(&error.kind, error.message)))?;
    for warning in &report.warnings {
        run.log(Level::Warn, warning);
    }
    run.enter_step("Done", 100.0);
    let made = ClipMade { blob, made_by: "Kinora".into(), facts, warnings: report.warnings };
    serde_json::to_value(made).map_err(stop)
}
