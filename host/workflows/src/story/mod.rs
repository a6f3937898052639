//! Stories in two steps: metadata first, then the segments, a set at a time. Each step is a job of its own, and a third
//! kind of job makes a whole story. A set that was made is kept on disk and not bought again.

mod exports;
mod jobs;
mod sets;
mod write;

pub use exports::{Export, StoryFiles};
pub use jobs::{
    STORY_KIND, STORY_METADATA_KIND, STORY_METADATA_VERSION, STORY_SET_KIND, STORY_SET_VERSION, STORY_VERSION,
    StoryInput, StoryMade, StoryMetadataMade, StoryMetadataWorkflow, StoryOrigin, StorySetInput, StorySetMade,
    StorySetWorkflow, StoryWorkflow,
};
