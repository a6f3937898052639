//! The strategy `story`: asks a language model for a long story in two steps and reads its answers. The first step,
//! `story-metadata`, is everything that holds for the whole: title, characters, outline. The second, `story-segments`,
//! is one batch of segments; the model remembers nothing, so each batch carries the characters, its place in the
//! outline and the end of the batch before. What makes an answer right is the validator's to know; what model is asked
//! is the host's.

mod answer;
mod metadata;
mod prose;
mod schema;
mod segments;

use kinora_sdk::documents::{
    Manifest, OutputSchema, OutputVia, Role, StoryMetadataRequest, StoryRequest, StorySegmentsRequest, StrategyRequest,
    TextOperation,
};
use kinora_sdk::{Failure, Strategy};
use serde_json::{Value, json};

pub use schema::{metadata_schema, segments_schema};

/// The kind of the first step.
pub const METADATA_KIND: &str = "story-metadata";
/// The kind of the second.
pub const SEGMENTS_KIND: &str = "story-segments";
/// A story has this many segments at most.
pub const MAX_SEGMENTS: u32 = 1000;
/// A batch has this many segments at most.
pub const MAX_BATCH: u32 = 100;
/// What one segment may be asked to say, in words.
pub const WORDS: std::ops::RangeInclusive<u32> = 5..=200;

/// What metadata takes where nobody allots tokens: eight characters in detail, with room for models that think.
const METADATA_TOKENS: u32 = 8_000;
/// The same for a batch: so much at least, and so much a segment.
const BATCH_TOKENS: (u32, u32) = (2_000, 600);
/// No request asks for more.
const MOST_TOKENS: u32 = 32_000;

/// The strategy.
pub struct Story;

impl Strategy for Story {
    fn manifest() -> Manifest {
        Manifest {
            id: "story".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            title: "Story".to_owned(),
            role: Role::Strategy,
            kinds: vec![METADATA_KIND.to_owned(), SEGMENTS_KIND.to_owned()],
            settings: Some(json!({
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "temperature": {"type": "number", "minimum": 0, "maximum": 2, "description": "How freely the model \
            writes; absent means the model's own default, which some models insist on."},
                    "house_rules": {"type": "string", "maxLength": 4000, "description": "Sentences that are added to \
            the system message: what every story must keep to."},
                },
            })),
            ..Manifest::default()
        }
    }

    fn compose(request: StrategyRequest, settings: Value) -> Result<TextOperation, Failure> {
        let house_rules = settings.get("house_rules").and_then(Value::as_str).unwrap_or_default();
        let (attempt, problems) = (request.attempt, &request.problems[..]);
        let operation = match read(&request)? {
            StoryRequest::Metadata(story) => {
                check_metadata(&story)?;
                TextOperation {
                    messages: metadata::messages(&story, attempt, problems, house_rules),
                    output: Some(OutputSchema {
                        name: "create_story_metadata".to_owned(),
                        description: format!(
                            "Hands in title, characters and outline of the {}.",
                            story.story_kind.noun()
                        ),
                        schema: metadata_schema(&story),
                        via: OutputVia::FunctionCall,
                    }),
                    max_tokens: Some(story.max_tokens.unwrap_or(METADATA_TOKENS)),
                    seed: story.seed,
                    ..TextOperation::default()
                }
            }
            StoryRequest::Segments(batch) => {
                check_batch(&batch)?;
                let usual = BATCH_TOKENS.0 + BATCH_TOKENS.1 * batch.count;
                TextOperation {
                    messages: segments::messages(&batch, attempt, problems, house_rules),
                    output: Some(OutputSchema {
                        name: "create_story_segments".to_owned(),
                        description: format!("Hands in {}.", segments::numbered(&batch)),
                        schema: segments_schema(&batch),
                        via: OutputVia::FunctionCall,
                    }),
                    max_tokens: Some(batch.max_tokens.unwrap_or(usual.min(MOST_TOKENS))),
                    seed: batch.seed,
                    ..TextOperation::default()
                }
            }
        };
        let mut brief = request.input;
        brief["kind"] = json!(request.kind);
        Ok(TextOperation {
            brief: Some(brief),
            temperature: settings.get("temperature").and_then(Value::as_f64).map(|value| value as f32),
            ..operation
        })
    }

    fn interpret(request: StrategyRequest, text: &str, _settings: Value) -> Result<Value, Failure> {
        match read(&request)? {
            StoryRequest::Metadata(story) => answer::metadata(text, &story),
            StoryRequest::Segments(_) => answer::segments(text),
        }
    }
}

/// The request, with the flags that its idea asks for in words.
fn read(request: &StrategyRequest) -> Result<StoryRequest, Failure> {
    let invalid = |message: String| Failure::invalid_input(message);
    let mut story: StoryRequest = serde_json::from_value(request.input.clone())
        .map_err(|error| invalid(format!("The story's request cannot be read: {error}.")))?;
    let (kind, flags, idea) = match &mut story {
        StoryRequest::Metadata(story) => (METADATA_KIND, &mut story.flags, &story.idea),
        StoryRequest::Segments(batch) => (SEGMENTS_KIND, &mut batch.flags, &batch.idea),
    };
    if request.kind != kind {
        return Err(invalid(format!("This is a request of the kind {kind}, and not of {}.", request.kind)));
    }
    *flags = flags.with_words_of(idea.as_deref().unwrap_or_default());
    Ok(story)
}

fn check_metadata(story: &StoryMetadataRequest) -> Result<(), Failure> {
    if !(1..=MAX_SEGMENTS).contains(&story.segments) {
        return Err(Failure::invalid_input(format!(
            "A story has 1 to {MAX_SEGMENTS} segments, not {}.",
            story.segments
        )));
    }
    if story.idea.as_deref().is_none_or(|idea| idea.trim().is_empty()) && !story.story_kind.invents() {
        return Err(Failure::invalid_input(format!(
            "The idea is empty: say what the {} is about.",
            story.story_kind.noun()
        )));
    }
    Ok(())
}

fn check_batch(batch: &StorySegmentsRequest) -> Result<(), Failure> {
    let wrong = if !(1..=MAX_SEGMENTS).contains(&batch.total_segments) {
        format!("A story has 1 to {MAX_SEGMENTS} segments, not {}.", batch.total_segments)
    } else if !(1..=MAX_BATCH).contains(&batch.count) {
        format!("A batch has 1 to {MAX_BATCH} segments, not {}.", batch.count)
    } else if batch.first_segment == 0 || batch.last_segment() > batch.total_segments {
        format!(
            "The story has the segments 1 to {}; {} to {} are not among them.",
            batch.total_segments,
            batch.first_segment,
            batch.last_segment()
        )
    } else if !WORDS.contains(&batch.max_words) {
        format!("A segment says at most {} to {} words, not {}.", WORDS.start(), WORDS.end(), batch.max_words)
    } else if batch.metadata.characters_roster.is_empty() {
        "The metadata has no characters: its characters_roster needs at least one.".to_owned()
    } else {
        return Ok(());
    };
    Err(Failure::invalid_input(wrong))
}

kinora_sdk::export_strategy!(Story);

#[cfg(test)]
mod tests;
