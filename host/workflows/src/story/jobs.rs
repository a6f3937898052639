//! The three kinds of jobs: metadata, one set, and a whole story.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use kinora_domain::documents::{StoryKind, StoryMetadataRequest, StoryRequest, StorySegment};
use kinora_domain::story::{self, Planned, Sets};
use kinora_jobs::{Failure, Run, Stop, Workflow};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::sets::{self, Source, Wanted};
use super::write;
use crate::error::stop;
use crate::studio::Studio;

/// The kind of jobs that write the metadata of a story.
pub const STORY_METADATA_KIND: &str = "story-metadata";
/// The version of their workflow.
pub const STORY_METADATA_VERSION: i64 = 1;
/// The kind of jobs that write one set of segments.
pub const STORY_SET_KIND: &str = "story-segments";
/// The version of their workflow.
pub const STORY_SET_VERSION: i64 = 1;
/// The kind of jobs that write a whole story.
pub const STORY_KIND: &str = "story";
/// The version of their workflow.
pub const STORY_VERSION: i64 = 1;

/// The metadata of a story, as its job keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoryMetadataMade {
    /// What the story is known by. The same metadata has the same id.
    pub story_id: String,
    /// The metadata as clients see it, with `generation_info`.
    pub metadata: Value,
}

/// What a set of segments is asked for with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StorySetInput {
    /// What is written.
    pub kind: StoryKind,
    /// The metadata as clients see it. It was read once before, so it can be read.
    pub metadata: Value,
    /// Which set, from 1.
    pub set: u32,
    /// How many segments each set has.
    pub size: u32,
    /// The folder within the exports folder where files of it are written; absent: nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// Whether it is written anew where it is there already.
    #[serde(default)]
    pub regenerate: bool,
}

/// A set of segments, as its job keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StorySetMade {
    /// What the story is known by.
    pub story_id: String,
    /// Its title.
    pub title: String,
    /// Which set, from 1.
    pub set: u32,
    /// The segments, in order.
    pub segments: Vec<StorySegment>,
    /// The set after this one; none where the story is complete.
    pub next_set: Option<u32>,
    /// The files that were written, relative to the exports folder.
    pub files: Vec<String>,
    /// Whether it was there already.
    pub reused: bool,
}

/// What a whole story is made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StoryOrigin {
    /// An idea: metadata is written first.
    Idea(StoryMetadataRequest),
    /// Metadata as clients see it.
    Metadata(Value),
}

/// What a whole story is asked for with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoryInput {
    /// What is written.
    pub kind: StoryKind,
    /// What it is made from.
    pub origin: StoryOrigin,
    /// How many segments each set has.
    pub size: u32,
    /// The folder within the exports folder where files of it are written; absent: nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// Whether sets are written anew that are there already.
    #[serde(default)]
    pub regenerate: bool,
}

/// A whole story, as its job keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoryMade {
    /// What the story is known by.
    pub story_id: String,
    /// The metadata as clients see it.
    pub metadata: Value,
    /// All segments, in order.
    pub segments: Vec<StorySegment>,
    /// Always so.
    pub is_complete: bool,
    /// The files that were written, relative to the exports folder.
    pub files: Vec<String>,
}

/// Declares a workflow over a studio.
macro_rules! workflow {
    ($(#[doc = $doc:literal] $name:ident $kind:ident $version:ident $make:ident;)+) => {$(
        #[doc = $doc]
        pub struct $name {
            studio: Arc<Studio>,
        }

        impl $name {
            /// A workflow over a studio.
            pub fn new(studio: Arc<Studio>) -> Self {
                $name { studio }
            }
        }

        impl Workflow for $name {
            fn kind(&self) -> &'static str {
                $kind
            }

            fn version(&self) -> i64 {
                $version
            }

            fn run<'a>(&'a self, run: &'a mut Run) -> BoxFuture<'a, Result<Value, Stop>> {
                Box::pin($make(&self.studio, run))
            }
        }
    )+};
}

workflow! {
    /// Runs jobs that write the metadata of a story.
    StoryMetadataWorkflow STORY_METADATA_KIND STORY_METADATA_VERSION make_metadata;
    /// Runs jobs that write one set of segments.
    StorySetWorkflow STORY_SET_KIND STORY_SET_VERSION make_set;
    /// Runs jobs that write a whole story.
    StoryWorkflow STORY_KIND STORY_VERSION make_story;
}

async fn make_metadata(studio: &Studio, run: &mut Run) -> Result<Value, Stop> {
    let request: StoryMetadataRequest = run.input()?;
    run.enter_step("Checking the request", 2.0);
    write::check(studio, run, &StoryRequest::Metadata(request.clone())).await?;
    run.enter_step("Writing the metadata", 10.0);
    let (metadata, planned) = metadata(studio, run, request.clone()).await?;
    run.enter_step("Done", 100.0);
    let story_id = planned.id(request.story_kind);
    serde_json::to_value(StoryMetadataMade { story_id, metadata }).map_err(stop)
}

async fn make_set(studio: &Studio, run: &mut Run) -> Result<Value, Stop> {
    let input: StorySetInput = run.input()?;
    let planned = read(&input.metadata)?;
    let sets = Sets::new(planned.total_segments, input.size).map_err(invalid)?;
    let numbers = sets.numbers(input.set).map_err(invalid)?;
    let source = Source::new(studio, run, input.kind, &input.metadata, &planned, sets, input.folder.as_deref());
    run.enter_step("Checking the request", 2.0);
    let asked = planned.segments(input.kind, &numbers, &[]);
    write::check(studio, run, &StoryRequest::Segments(asked)).await?;
    run.enter_step(&source.doing(&numbers), 10.0);
    let before = sets::end_before(run, &source, input.set).await?;
    let wanted = Wanted { set: input.set, numbers, regenerate: input.regenerate };
    let made = sets::make(run, &source, &wanted, &before).await?;
    run.enter_step("Done", 100.0);
    let made = StorySetMade {
        story_id: source.story.clone(),
        title: planned.metadata.title.clone(),
        set: input.set,
        next_set: sets.after(input.set),
        segments: made.segments,
        files: made.files,
        reused: made.reused,
    };
    serde_json::to_value(made).map_err(stop)
}

/// How far a story is when its metadata is there, and when all its sets are, in percent.
const PLANNED: f64 = 10.0;
const WRITTEN: f64 = 95.0;

async fn make_story(studio: &Studio, run: &mut Run) -> Result<Value, Stop> {
    let StoryInput { kind, origin, size, folder, regenerate } = run.input()?;
    run.enter_step("Checking the request", 2.0);
    let (metadata, planned) = match origin {
        StoryOrigin::Idea(request) => {
            write::check(studio, run, &StoryRequest::Metadata(request.clone())).await?;
            run.enter_step("Writing the metadata", 4.0);
            metadata(studio, run, request).await?
        }
        StoryOrigin::Metadata(metadata) => {
            let planned = read(&metadata)?;
            let asked = planned.segments(kind, &(1..=1), &[]);
            write::check(studio, run, &StoryRequest::Segments(asked)).await?;
            (metadata, planned)
        }
    };
    let sets = Sets::new(planned.total_segments, size).map_err(invalid)?;
    let source = Source::new(studio, run, kind, &metadata, &planned, sets, folder.as_deref());
    let (mut segments, mut files) = (Vec::new(), Vec::new());
    for set in 1..=sets.count() {
        let numbers = sets.numbers(set).map_err(invalid)?;
        let done = f64::from(set - 1) / f64::from(sets.count());
        run.enter_step(&source.doing(&numbers), PLANNED + done * (WRITTEN - PLANNED));
        let made = sets::make(run, &source, &Wanted { set, numbers, regenerate }, &segments).await?;
        segments.extend(made.segments);
        files.extend(made.files.into_iter().filter(|file| !files.contains(file)).collect::<Vec<_>>());
    }
    run.enter_step("Done", 100.0);
    let story_id = source.story.clone();
    serde_json::to_value(StoryMade { story_id, metadata, segments, is_complete: true, files }).map_err(stop)
}

/// Writes metadata, and says when and from what it was made.
async fn metadata(studio: &Studio, run: &mut Run, mut request: StoryMetadataRequest) -> Result<(Value, Planned), Stop> {
    if request.idea.is_none() {
        // Whoever asks for anything at all gets something else each time, and a job that goes on gets the same.
        request.seed = request.seed.or_else(|| Some(seed(&run.job().id)));
    }
    let made_at = Timestamp::from_second(run.job().created_at.div_euclid(1000)).unwrap_or_default();
    let mut metadata = write::metadata(studio, run, request.clone()).await?;
    metadata["generation_info"] = story::generation_info(&request, &made_at.to_string());
    let planned = read(&metadata)?;
    Ok((metadata, planned))
}

/// A number out of the random part of a job's id, small enough for every model and every reader of JSON.
fn seed(job: &str) -> u64 {
    let digits: String = job.chars().filter(char::is_ascii_hexdigit).collect();
    let last = digits.len().saturating_sub(7);
    u64::from_str_radix(&digits[last..], 16).unwrap_or_default()
}

fn read(metadata: &Value) -> Result<Planned, Stop> {
    story::read_metadata(metadata).map_err(invalid)
}

fn invalid(error: impl std::fmt::Display) -> Stop {
    Failure::new("invalid-request", error.to_string()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_has_a_seed_of_its_own_that_every_model_takes() {
        let one = seed("0198c0de-0000-7000-8000-0000000000ff");
        assert_eq!(one, 0xff);
        assert!(seed("0198c0de-0000-7000-8000-ffffffffffff") < 1 << 31);
        assert_eq!(seed("no id"), 0xd);
    }
}
