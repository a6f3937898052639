//! The validator `prompt-policy`: judges prompts by a house's policy before they are paid for, alone (`prompt`), as the
//! scenes of a music video (`music-video`) or as the request of a story (`story`). What it lets through can be read as
//! prompts: texts that say something. It knows nothing of models.

mod policy;
mod rules;
mod story;
mod terms;

use kinora_sdk::documents::{Manifest, MusicVideoRequest, Role, StoryRequest, Verdict};
use kinora_sdk::{Failure, Validator};
use serde::Deserialize;
use serde_json::{Value, json};

pub use policy::{MAX_LENGTH, Policy};
pub use rules::{judge_prompt, judge_scenes};
pub use story::judge_story;
pub use terms::Term;

/// The validator.
pub struct PromptPolicy;

impl Validator for PromptPolicy {
    fn manifest() -> Manifest {
        Manifest {
            id: "prompt-policy".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            title: "Prompt policy".to_owned(),
            role: Role::Validator,
            kinds: vec!["prompt".to_owned(), "music-video".to_owned(), "story".to_owned()],
            settings: Some(json!({
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "max_length": {"type": "integer", "minimum": 1, "maximum": 1_000_000, "default": MAX_LENGTH,
                        "description": "The most characters a prompt may have."},
                    "banned_terms": {"type": "array", "default": [], "maxItems": 1000, "uniqueItems": true,
                        "items": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "\\S"},
                        "description": "What no prompt may say: words, or several in a row, found as whole words in \
            upper and lower case alike."},
                    "allow_adult_story": {"type": "boolean", "default": false, "description": "Whether stories may be \
            asked for that are for adults."},
                },
            })),
            ..Manifest::default()
        }
    }

    fn validate(document: Value, context: Value, settings: Value) -> Result<Verdict, Failure> {
        let policy = Policy::read(&settings)?;
        if let Some(request) = story_request(&document)? {
            return Ok(Verdict { problems: judge_story(&request, &policy) });
        }
        let problems = match scenes_wanted(&document, &context)? {
            Some(wanted) => judge_scenes(&document, wanted, &policy),
            None => judge_prompt(&document, &policy),
        };
        Ok(Verdict { problems })
    }
}

/// The request of a story, where the document is one.
fn story_request(document: &Value) -> Result<Option<StoryRequest>, Failure> {
    if document.get("story_kind").is_none() {
        return Ok(None);
    }
    StoryRequest::deserialize(document)
        .map(Some)
        .map_err(|error| Failure::invalid_input(format!("The story's request cannot be read: {error}.")))
}

/// How many scenes the request of a music video asks for; none where it is not that of a music video. A validator is
/// not told the kind: the request shows it.
fn scenes_wanted(document: &Value, context: &Value) -> Result<Option<u64>, Failure> {
    let wrong = || {
        Failure::invalid_input(
            "The context of a music video is its request, which says number_of_scenes as a whole number.",
        )
    };
    match context.get("number_of_scenes") {
        Some(number) => number.as_u64().map(Some).ok_or_else(wrong),
        None if context.get("idea").is_some() => {
            let request: MusicVideoRequest = serde_json::from_value(context.clone()).map_err(|_| wrong())?;
            Ok(Some(request.number_of_scenes.into()))
        }
        None if document.get("scenes").is_some() => Err(wrong()),
        None => Ok(None),
    }
}

kinora_sdk::export_validator!(PromptPolicy);

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(document: Value, context: Value, settings: Value) -> Vec<String> {
        let verdict = PromptPolicy::validate(document, context, settings).unwrap();
        verdict.problems.into_iter().map(|problem| problem.message).collect()
    }

    fn scenes(count: usize) -> Value {
        json!({"scenes": vec![json!({"description": "a boat", "negative_description": "text"}); count]})
    }

    #[test]
    fn the_request_says_whether_a_prompt_or_scenes_are_judged_and_how_many() {
        let request = json!({"idea": "a trip", "character_description": "a robot", "number_of_scenes": 3});
        assert_eq!(messages(scenes(3), request.clone(), Value::Null), [""; 0]);
        assert_eq!(messages(scenes(2), request, Value::Null), ["Expected 3 scenes but got 2."]);
        assert_eq!(messages(json!({"prompt": "a boat"}), json!({"prompt": "a boat"}), Value::Null), [""; 0]);
        assert_eq!(messages(json!({"prompt": " "}), Value::Null, Value::Null), ["The prompt is empty."]);
    }

    #[test]
    fn a_request_that_names_no_number_asks_for_the_usual_one() {
        let request = json!({"idea": "a trip", "character_description": "a robot"});
        assert_eq!(messages(scenes(4), request.clone(), json!({})), [""; 0]);
        assert_eq!(messages(scenes(5), request, json!({})), ["Expected 4 scenes but got 5."]);
    }

    #[test]
    fn scenes_without_their_request_get_no_verdict() {
        for context in [Value::Null, json!({}), json!({"number_of_scenes": "3"}), json!({"idea": 7})] {
            let failure = PromptPolicy::validate(scenes(3), context.clone(), json!({})).unwrap_err();
            assert_eq!(failure.kind, "invalid-input", "{context}");
        }
    }

    #[test]
    fn the_settings_are_the_policy() {
        let settings = json!({"max_length": 5, "banned_terms": ["boat"]});
        let expected =
            ["The prompt has 6 characters; at most 5 are allowed.", "The prompt says “boat”, which is not allowed."];
        assert_eq!(messages(json!({"prompt": "a boat"}), Value::Null, settings), expected);
    }

    #[test]
    fn settings_that_cannot_be_read_are_a_failure_and_no_verdict() {
        let settings = json!({"banned_terms": "gun"});
        let failure = PromptPolicy::validate(json!({"prompt": "a boat"}), Value::Null, settings).unwrap_err();
        assert_eq!(failure.kind, "invalid-settings");
    }

    #[test]
    fn the_request_of_a_story_is_judged_as_one() {
        let request =
            json!({"step": "metadata", "story_kind": "movie", "idea": "tea", "segments": 3, "adult_story": true});
        let refused = messages(request.clone(), request.clone(), Value::Null);
        assert!(refused[0].starts_with("Stories for adults are not allowed here."), "{refused:?}");
        assert_eq!(messages(request.clone(), request, json!({"allow_adult_story": true})), [""; 0]);
        let failure = PromptPolicy::validate(json!({"story_kind": "movie"}), Value::Null, Value::Null).unwrap_err();
        assert_eq!(failure.kind, "invalid-input");
    }

    #[test]
    fn the_schema_of_the_settings_names_the_defaults_that_hold() {
        let schema = PromptPolicy::manifest().settings.unwrap();
        let policy = Policy::read(&Value::Null).unwrap();
        assert_eq!(schema["properties"]["max_length"]["default"], json!(policy.max_length));
        assert_eq!((&schema["properties"]["banned_terms"]["default"], policy.banned_terms), (&json!([]), vec![]));
        let adult = &schema["properties"]["allow_adult_story"]["default"];
        assert_eq!((adult, policy.allow_adult_story), (&json!(false), false));
    }
}
