//! Clips that were made, joined into one.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use kinora_domain::documents::MediaFacts;
use kinora_jobs::{Failure, Level, Run, Stop, Workflow};
use kinora_media::{Job, MergeClip};
use kinora_store::BlobId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clip::ClipMade;
use crate::error::{WorkflowError, stop};
use crate::film;
use crate::results;
use crate::studio::Studio;

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
    let mut clips = Vec::new();
    for clip in &input.clips {
        let id: BlobId = clip.parse().map_err(|error| WorkflowError::Blob(error))?;
        let file = studio.local(&id).await?;
        clips.push(MergeClip { input: file.path().to_owned(), media_type: id.media_type().to_owned() });
        local.push(file);
    }
    let folder = studio.scratch()?;
    let output = folder.path().join("merged.mp4");
    let job = Job::Merge { clips, output: output.clone(), crossfade_ms: input.crossfade_ms, music: None };
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
