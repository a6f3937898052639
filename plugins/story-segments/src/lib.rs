//! The validator `story-segments`: judges what was written of a story against the request it answers, before it is
//! used: the metadata of the first step (`story-metadata`) and a batch of segments (`story-segments`). What it lets
//! through can be read as a [`StoryMetadata`](kinora_sdk::documents::StoryMetadata) or as
//! [`StorySegments`](kinora_sdk::documents::StorySegments). It knows nothing of models or prompts.

mod metadata;
mod segments;
mod shape;

use kinora_sdk::documents::{Manifest, Role, StoryRequest, Verdict};
use kinora_sdk::{Failure, Validator};
use serde_json::Value;

pub use metadata::judge as judge_metadata;
pub use segments::judge as judge_segments;

/// The validator.
pub struct StoryCheck;

impl Validator for StoryCheck {
    fn manifest() -> Manifest {
        Manifest {
            id: "story-segments".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            title: "Story rules".to_owned(),
            role: Role::Validator,
            kinds: vec!["story-metadata".to_owned(), "story-segments".to_owned()],
            ..Manifest::default()
        }
    }

    fn validate(document: Value, context: Value, _settings: Value) -> Result<Verdict, Failure> {
        let mut request: StoryRequest = serde_json::from_value(context).map_err(|error| {
            Failure::invalid_input(format!("The context of a story is its request, which cannot be read: {error}."))
        })?;
        let (flags, idea) = match &mut request {
            StoryRequest::Metadata(story) => (&mut story.flags, &story.idea),
            StoryRequest::Segments(batch) => (&mut batch.flags, &batch.idea),
        };
        *flags = flags.with_words_of(idea.as_deref().unwrap_or_default());
        let problems = match &request {
            StoryRequest::Metadata(story) => judge_metadata(&document, story),
            StoryRequest::Segments(batch) => judge_segments(&document, batch),
        };
        Ok(Verdict { problems })
    }
}

kinora_sdk::export_validator!(StoryCheck);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_request_says_which_step_is_judged() {
        let context = json!({"step": "metadata", "story_kind": "movie", "idea": "tea", "segments": 3});
        let verdict = StoryCheck::validate(json!({}), context, Value::Null).unwrap();
        assert!(verdict.problems[0].message.starts_with("The metadata has no "), "{verdict:?}");
    }

    #[test]
    fn a_context_that_is_no_story_request_is_a_failure_and_no_verdict() {
        for context in [Value::Null, json!({}), json!({"step": "segments"})] {
            assert_eq!(StoryCheck::validate(json!({}), context, Value::Null).unwrap_err().kind, "invalid-input");
        }
    }
}
