//! A plan that was compiled, rendered into a film; what did not change since the last time is not rendered again.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use kinora_domain::documents::MediaFacts;
use kinora_domain::film::{Film, Fit, Segment, Source, Track};
use kinora_domain::timeline::{Shown, Timeline};
use kinora_jobs::{Failure, Level, Run, Stop, Workflow};
use kinora_media::{CacheFolder, Job, Quality};
use kinora_store::BlobId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{WorkflowError, stop};
use crate::film;
use crate::results;
use crate::studio::{Local, Studio};

/// The kind of jobs that render projects.
pub const RENDER_KIND: &str = "render";
/// The version of their workflow.
pub const RENDER_VERSION: i64 = 1;

/// What is rendered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RenderInput {
    /// The film's title, for the file's metadata.
    pub title: String,
    /// The compiled plan.
    pub timeline: Timeline,
    /// The blobs of its media, by id.
    pub media: BTreeMap<String, String>,
    /// The blob of its music, where it has some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<String>,
    /// How well.
    pub quality: Quality,
}

/// A film that was rendered, as its job keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RenderMade {
    /// The blob's id.
    pub blob: String,
    /// What is in it.
    pub facts: MediaFacts,
    /// Frames.
    pub frames: u64,
    /// Pieces that were rendered for it, and pieces that were there already.
    pub rendered: usize,
    /// See `rendered`.
    pub reused: usize,
    /// What should be told.
    pub warnings: Vec<String>,
}

/// Runs jobs that render projects.
pub struct RenderWorkflow {
    studio: Arc<Studio>,
}

impl RenderWorkflow {
    /// A workflow over a studio.
    pub fn new(studio: Arc<Studio>) -> Self {
        RenderWorkflow { studio }
    }
}

impl Workflow for RenderWorkflow {
    fn kind(&self) -> &'static str {
        RENDER_KIND
    }

    fn version(&self) -> i64 {
        RENDER_VERSION
    }

    fn run<'a>(&'a self, run: &'a mut Run) -> BoxFuture<'a, Result<Value, Stop>> {
        Box::pin(render(&self.studio, run))
    }
}

async fn render(studio: &Studio, run: &mut Run) -> Result<Value, Stop> {
    let input: RenderInput = run.input()?;
    run.enter_step("Rendering", 1.0);
    run.flush().await?;
    let mut files = Files::default();
    let film = film_of(studio, &input, &mut files).await?;
    let folder = studio.scratch()?;
    let output = folder.path().join("film.mp4");
    let cache = CacheFolder {
        path: studio.pieces.path.clone(),
        max_bytes: studio.pieces.max_bytes,
        workers: 0,
        contents: files.contents,
    };
    let job =
        Job::Film { film, output: output.clone(), blobs: BTreeMap::new(), quality: input.quality, cache: Some(cache) };
    let report = film::render(studio, run, &job, 1.0).await?;
    let blob = studio.keep(&output).await?;
    let facts = results::look(studio, "video", &blob).await;
    let facts = facts.map_err(|error| Stop::from(Failure::new(&error.kind, error.message)))?;
    let mut warnings = input.timeline.warnings;
    for warning in report.warnings {
        run.log(Level::Warn, &warning);
        warnings.push(warning);
    }
    let (rendered, reused) = report.pieces.map_or((0, 0), |pieces| (pieces.rendered, pieces.reused));
    run.enter_step("Done", 100.0);
    let made = RenderMade { blob, facts, frames: report.frames, rendered, reused, warnings };
    serde_json::to_value(made).map_err(stop)
}

/// The files of a film; copies stay until it is rendered.
#[derive(Default)]
struct Files {
    known: BTreeMap<String, (PathBuf, String)>,
    contents: BTreeMap<PathBuf, String>,
    kept: Vec<Local>,
}

impl Files {
    /// A blob as a file, and its media type.
    async fn of(&mut self, studio: &Studio, blob: &str) -> Result<(PathBuf, String), Stop> {
        if let Some(known) = self.known.get(blob) {
            return Ok(known.clone());
        }
        let id: BlobId = blob.parse().map_err(WorkflowError::Blob)?;
        let file = studio.local(&id).await?;
        let known = (file.path().to_owned(), id.media_type().to_owned());
        self.contents.insert(known.0.clone(), blob.to_owned());
        self.known.insert(blob.to_owned(), known.clone());
        self.kept.push(file);
        Ok(known)
    }
}

async fn film_of(studio: &Studio, input: &RenderInput, files: &mut Files) -> Result<Film, Stop> {
    let timeline = &input.timeline;
    let mut segments = Vec::new();
    for segment in &timeline.segments {
        let source = match &segment.shown {
            Shown::Black => Source::Black,
            Shown::Picture { media_id, motion, .. } => {
                let (path, _) = files.of(studio, blob(input, media_id)?).await?;
                Source::Picture { path, motion: *motion, fit: Fit::Cover }
            }
            Shown::Video { media_id, start_ms, end_ms } => {
                let (path, media_type) = files.of(studio, blob(input, media_id)?).await?;
                Source::Video { path, media_type, start_ms: *start_ms, end_ms: *end_ms, fit: Fit::Cover }
            }
        };
        let (frames, crossfade) = (segment.frames, segment.crossfade);
        segments.push(Segment { source, frames, crossfade, overlays: Vec::new() });
    }
    let track = match (&timeline.audio, &input.audio) {
        (Some(part), Some(blob)) => {
            let (path, media_type) = files.of(studio, blob).await?;
            let (start_ms, end_ms) = (part.start_ms, part.end_ms);
            Some(Track { path, media_type, start_ms, end_ms, fade_in_ms: 0, fade_out_ms: 0, level: false })
        }
        _ => None,
    };
    Ok(Film {
        width: timeline.width,
        height: timeline.height,
        rate: timeline.rate,
        segments,
        music: None,
        track,
        title: input.title.clone(),
        comment: "Made with Kinora.".into(),
    })
}

fn blob<'a>(input: &'a RenderInput, media: &str) -> Result<&'a str, Stop> {
    input.media.get(media).map(String::as_str).ok_or_else(|| {
        Failure::new("invalid-request", format!("The project's media {media} is not there any more.")).into()
    })
}
