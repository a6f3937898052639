//! The two-step contract: the metadata of a story first, then its segments, a set at a time, or all of it at once. Each
//! call is a durable job, answered when it has ended.

mod answer;
mod exports;
mod request;

pub(crate) use exports::*;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kinora_domain::documents::StoryKind;
use kinora_store::{Job, JobFilter, JobState};
use kinora_workflows::{
    STORY_KIND, STORY_METADATA_KIND, STORY_METADATA_VERSION, STORY_SET_KIND, STORY_SET_VERSION, STORY_VERSION,
};
use serde::Serialize;
use serde_json::Value;

use crate::auth::Caller;
use crate::error::{ApiError, ErrorBody};
use crate::extract::JsonBody;
use crate::jobs::{self, JobBody, Submission};
use crate::state::ApiState;
use answer::{BatchAnswer, MetadataAnswer, MovieSetAnswer, StoryAnswer};
use request::{MetadataBody, SegmentsBody, StoryBody};

/// The most jobs under way among which one is looked for that makes the same.
const UNDER_WAY: i64 = 200;

/// What jobs of one sort are made and answered as.
struct Sort {
    kind: &'static str,
    version: i64,
    answer: fn(&Job, StoryKind) -> Result<Response, ApiError>,
    /// Whether who asks for the same while it is made waits for that one: the same set is not bought twice because a
    /// client lost patience. Two stories from one idea are two stories.
    shared: bool,
}

const METADATA: Sort =
    Sort { kind: STORY_METADATA_KIND, version: STORY_METADATA_VERSION, answer: answer::metadata, shared: false };
const SET: Sort = Sort { kind: STORY_SET_KIND, version: STORY_SET_VERSION, answer: answer::set, shared: true };
const STORY: Sort = Sort { kind: STORY_KIND, version: STORY_VERSION, answer: answer::story, shared: false };

/// The calls of one step, one for each kind: they differ in path and kind alone.
macro_rules! calls {
    ($does:ident($body:ty) -> $status:tt $answer:ty, $told:tt; $($(#[doc = $doc:tt])+ $name:ident $path:tt $kind:ident;)+) => {$(
        $(#[doc = $doc])+
        #[doc = ""]
        #[doc = $told]
        #[utoipa::path(post, path = $path, tag = "stories", request_body = $body,
            params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body are made once"),
                   ("Prefer" = Option<String>, Header, description = "`respond-async`: answer at once with the job")),
            responses((status = $status, description = "It", body = $answer),
                      (status = 202, description = "The job", body = JobBody),
                      (status = 402, description = "The budget is spent", body = ErrorBody),
                      (status = 409, description = "The job was cancelled", body = ErrorBody),
                      (status = 500, description = "Why there is none", body = ErrorBody)),
            security((), ("bearer" = [])))]
        pub(crate) async fn $name(
            caller: Caller,
            State(state): State<ApiState>,
            headers: HeaderMap,
            JsonBody(body): JsonBody<Value>,
        ) -> Result<Response, ApiError> {
            $does(&state, &caller, &headers, StoryKind::$kind, <$body>::read(&body)?).await
        }
    )+};
}

calls! {
    plan(MetadataBody) -> 200 MetadataAnswer,
    "The first of two steps: title, characters and outline, without a single segment. The answer is given to the second.";
    /// Plans a movie
    generate_movie_metadata "/generate-movie-metadata" Movie;
    /// Plans a story
    generate_story_metadata "/generate-story-metadata" Story;
    /// Plans memes
    generate_meme_metadata "/generate-meme-metadata" Meme;
    /// Plans free content
    generate_free_content_metadata "/generate-free-content-metadata" FreeContent;
}

calls! {
    write_set(SegmentsBody) -> 200 MovieSetAnswer,
    "The second of two steps, asked once for each set. A set that was made before from the same metadata and in the same \
     size is answered again and not bought again, unless `regenerate` says so.";
    /// Writes a set of a movie's segments
    generate_movie_segments "/generate-movie-segments" Movie;
}

calls! {
    write_set(SegmentsBody) -> 200 BatchAnswer,
    "The second of two steps, asked once for each batch. A batch that was made before from the same metadata and in the \
     same size is answered again and not bought again, unless `regenerate` says so.";
    /// Writes a batch of a story's segments
    generate_story_segments_from_metadata "/generate-story-segments-from-metadata" Story;
    /// Writes a batch of memes
    generate_meme_segments_from_metadata "/generate-meme-segments-from-metadata" Meme;
    /// Writes a batch of free content
    generate_free_content_segments_from_metadata "/generate-free-content-segments-from-metadata" FreeContent;
}

calls! {
    write_story(StoryBody) -> 200 StoryAnswer,
    "Both steps in one call, which answers when all segments are there.";
    /// Writes a whole movie
    generate_movie_auto "/generate-movie-auto" Movie;
    /// Writes a whole story
    generate_prompt_based_story "/generate-prompt-based-story" Story;
    /// Writes a whole story: another name
    generate_story_auto "/generate-story-auto" Story;
    /// Writes memes
    generate_meme_segments "/generate-meme-segments" Meme;
    /// Writes memes: another name
    generate_meme_auto "/generate-meme-auto" Meme;
    /// Writes free content
    generate_free_content "/generate-free-content" FreeContent;
    /// Writes free content: another name
    generate_free_content_auto "/generate-free-content-auto" FreeContent;
}

calls! {
    begin_story(StoryBody) -> 202 JobBody,
    "One job makes all sets, from an idea or from the metadata of the first step. It answers at once with the job, which \
     survives restarts, tells its progress and can be cancelled; its result is the story.";
    /// Begins a whole movie
    generate_movie_all "/generate-movie-all" Movie;
    /// Begins a whole story
    generate_story_all "/generate-story-all" Story;
    /// Begins memes
    generate_meme_all "/generate-meme-all" Meme;
    /// Begins free content
    generate_free_content_all "/generate-free-content-all" FreeContent;
}

async fn plan(
    state: &ApiState,
    caller: &Caller,
    headers: &HeaderMap,
    kind: StoryKind,
    body: MetadataBody,
) -> Result<Response, ApiError> {
    let job = begin(state, caller, headers, &METADATA, &body.check(kind)?).await?;
    answer(state, headers, &METADATA, kind, job).await
}

async fn write_set(
    state: &ApiState,
    caller: &Caller,
    headers: &HeaderMap,
    kind: StoryKind,
    body: SegmentsBody,
) -> Result<Response, ApiError> {
    let job = begin(state, caller, headers, &SET, &body.check(kind)?).await?;
    answer(state, headers, &SET, kind, job).await
}

async fn write_story(
    state: &ApiState,
    caller: &Caller,
    headers: &HeaderMap,
    kind: StoryKind,
    body: StoryBody,
) -> Result<Response, ApiError> {
    let job = begin(state, caller, headers, &STORY, &body.check(kind, false)?).await?;
    answer(state, headers, &STORY, kind, job).await
}

async fn begin_story(
    state: &ApiState,
    caller: &Caller,
    headers: &HeaderMap,
    kind: StoryKind,
    body: StoryBody,
) -> Result<Response, ApiError> {
    let saves = kind == StoryKind::Movie;
    let job = begin(state, caller, headers, &STORY, &body.check(kind, saves)?).await?;
    Ok(jobs::accepted(job))
}

async fn begin(
    state: &ApiState,
    caller: &Caller,
    headers: &HeaderMap,
    sort: &Sort,
    input: &(impl Serialize + Sync),
) -> Result<Job, ApiError> {
    let key = jobs::idempotency_key(headers)?;
    let text = |_: &str| jobs::input(input);
    if sort.shared && key.is_none() {
        let same = text("")?;
        let filter = JobFilter {
            owner: Some(caller.owner().into()),
            kind: Some(sort.kind.into()),
            states: vec![JobState::Queued, JobState::Running, JobState::Waiting],
            before: None,
            limit: UNDER_WAY,
        };
        let under_way = state.store().jobs(&filter).await?;
        if let Some(job) = under_way.jobs.into_iter().find(|job| job.input == same) {
            return Ok(job);
        }
    }
    let submission = Submission { kind: sort.kind, version: sort.version, priority: 0, key, input: &text };
    Ok(jobs::submit(state, caller, submission).await?.job)
}

/// Answers with the job at once where the client prefers that, else with what it made when it has ended.
async fn answer(
    state: &ApiState,
    headers: &HeaderMap,
    sort: &Sort,
    kind: StoryKind,
    job: Job,
) -> Result<Response, ApiError> {
    if jobs::prefers_async(headers) {
        return Ok(jobs::accepted(job));
    }
    (sort.answer)(&state.engine().ended(&job.id).await?, kind)
}
