//! One set of a story: found where it was made before, else written, in halves where an answer has no room for it, and
//! kept.

use std::ops::RangeInclusive;

use kinora_domain::documents::{StoryKind, StorySegment};
use kinora_domain::story::{self, END_OF_SET, Planned, Sets};
use kinora_jobs::{Level, Run, Stop};
use serde_json::{Value, json};

use super::exports::{KeptSet, StoryFiles};
use super::write::{self, Batch};
use crate::studio::Studio;

/// A planned story and where its sets are kept.
pub(super) struct Source<'a> {
    studio: &'a Studio,
    kind: StoryKind,
    metadata: &'a Value,
    planned: &'a Planned,
    sets: Sets,
    /// The exports folder's folder, where files are wanted.
    folder: Option<&'a str>,
    owner: String,
    /// What the story is known by.
    pub story: String,
}

/// Which set, of which segments.
pub(super) struct Wanted {
    pub set: u32,
    pub numbers: RangeInclusive<u32>,
    pub regenerate: bool,
}

/// A set that is there.
pub(super) struct Made {
    pub segments: Vec<StorySegment>,
    /// The files that were written, relative to the exports folder.
    pub files: Vec<String>,
    /// Whether it was there already.
    pub reused: bool,
}

impl<'a> Source<'a> {
    pub fn new(
        studio: &'a Studio,
        run: &Run,
        kind: StoryKind,
        metadata: &'a Value,
        planned: &'a Planned,
        sets: Sets,
        folder: Option<&'a str>,
    ) -> Self {
        let owner = run.job().owner.clone();
        Source { studio, kind, metadata, planned, sets, folder, owner, story: planned.id(kind) }
    }

    /// What a job does, for people.
    pub fn doing(&self, numbers: &RangeInclusive<u32>) -> String {
        format!("Writing segments {} to {} of {}", numbers.start(), numbers.end(), self.planned.total_segments)
    }

    fn files(&self) -> &StoryFiles {
        &self.studio.stories
    }

    fn kept(&self, set: u32) -> KeptSet<'_> {
        KeptSet { owner: &self.owner, story: &self.story, size: self.sets.size(), set }
    }

    /// Keeps a set, and writes the files of it that are wanted. Gives their names.
    async fn keep(&self, wanted: &Wanted, segments: &[StorySegment]) -> Result<Vec<String>, Stop> {
        self.files().keep(&self.kept(wanted.set), segments).await?;
        let Some(folder) = self.folder else { return Ok(Vec::new()) };
        let title = &self.planned.metadata.title;
        let metadata = json!({"story_id": self.story, "metadata": self.metadata});
        let set = json!({
            "story_id": self.story,
            "title": title,
            "set_number": wanted.set,
            "segments_per_set": self.sets.size(),
            "total_segments": self.planned.total_segments,
            "segments": segments,
        });
        let mut names = Vec::new();
        for (name, content) in [(story::metadata_file(title), metadata), (story::set_file(title, wanted.set), set)] {
            names.push(self.files().export(&self.owner, folder, &name, &content).await?);
        }
        Ok(names)
    }
}

/// The end of the set before, where it is known.
pub(super) async fn end_before(run: &mut Run, source: &Source<'_>, set: u32) -> Result<Vec<StorySegment>, Stop> {
    let Some(before) = set.checked_sub(1).filter(|before| *before > 0) else { return Ok(Vec::new()) };
    let find = async {
        let mut segments = source.files().find(&source.kept(before)).await?.unwrap_or_default();
        segments.drain(..segments.len().saturating_sub(END_OF_SET));
        Ok(segments)
    };
    run.step("before", &source.story, find).await
}

/// Makes a set, of which `before` is what comes before it.
pub(super) async fn make(
    run: &mut Run,
    source: &Source<'_>,
    wanted: &Wanted,
    before: &[StorySegment],
) -> Result<Made, Stop> {
    let Wanted { set, numbers, regenerate } = wanted;
    let find = async {
        match regenerate {
            true => Ok(None),
            false => Ok(source.files().find(&source.kept(*set)).await?),
        }
    };
    // Remembered, so that a job that goes on comes to the same decision.
    let found: Option<Vec<StorySegment>> = run.step(&format!("found-{set}"), &source.story, find).await?;
    let reused = found.is_some();
    let segments = match found {
        Some(segments) => {
            run.log(Level::Info, format!("Set {set} was there already"));
            segments
        }
        None => write(run, source, numbers, before).await?,
    };
    let files = run.step(&format!("kept-{set}"), &source.story, source.keep(wanted, &segments)).await?;
    // What was paid for is on disk before more is asked for.
    run.flush().await?;
    Ok(Made { segments, files, reused })
}

/// Writes segments: all at once, or in halves of halves where an answer was cut off.
async fn write(
    run: &mut Run,
    source: &Source<'_>,
    numbers: &RangeInclusive<u32>,
    before: &[StorySegment],
) -> Result<Vec<StorySegment>, Stop> {
    let end = before.len().saturating_sub(END_OF_SET);
    let mut told = before[end..].to_vec();
    let known = told.len();
    let mut todo = vec![numbers.clone()];
    while let Some(part) = todo.pop() {
        match write::batch(source.studio, run, source.kind, source.planned, &part, &told).await? {
            Batch::Written(segments) => told.extend(segments),
            Batch::CutOff(said) => {
                run.log(Level::Warn, format!("{said}; the segments are asked for in two parts"));
                todo.extend(story::halves(&part).into_iter().flatten().rev());
            }
        }
    }
    Ok(told.split_off(known))
}
