//! Reads what models answer: the document that was asked for, bare, in a Markdown fence or among prose, inside a
//! wrapper of the model's own, with fields of its own. Only the document's fields are kept. Whether they are right is
//! not asked here: what has another type than it should is left as it is, for the validator to name.

use kinora_sdk::documents::StoryMetadataRequest;
use kinora_sdk::{Failure, answer};
use serde_json::{Map, Value, json};

const METADATA: [&str; 7] =
    ["title", "short_summary", "description", "hashtags", "narrator_voice", "characters_roster", "story_outline"];

const SEGMENT: [&str; 6] = ["segment_number", "title", "narration", "dialogue", "visual_description", "characters"];

/// The metadata of an answer, with the user's own characters where there are such.
///
/// # Errors
/// `malformed-output` where there is no JSON object in it.
pub fn metadata(text: &str, story: &StoryMetadataRequest) -> Result<Value, Failure> {
    let Value::Object(fields) = unwrapped(answer::json(text)?, &["metadata", "story_metadata", "movie_metadata"])
    else {
        return Err(Failure::malformed_output("The answer is no object with the story's metadata."));
    };
    let mut metadata = kept(fields, &METADATA);
    if let Some(roster) = &story.custom_character_roster {
        metadata.insert("characters_roster".to_owned(), json!(roster));
    }
    Ok(Value::Object(metadata))
}

/// The segments of an answer.
///
/// # Errors
/// `malformed-output` where there is no JSON in it, or JSON that is neither an object nor a list.
pub fn segments(text: &str) -> Result<Value, Failure> {
    let list = match unwrapped(answer::json(text)?, &["story_set", "segments", "scenes"]) {
        Value::Array(list) => Value::Array(list.into_iter().map(segment).collect()),
        // One segment alone, without its list.
        Value::Object(fields) if fields.contains_key("segment_number") => {
            json!([segment(Value::Object(fields))])
        }
        Value::Object(_) => return Ok(json!({})),
        _ => {
            return Err(Failure::malformed_output("The answer is neither an object with segments nor a list of them."));
        }
    };
    let mut document = json!({});
    document["segments"] = list;
    Ok(document)
}

/// What a value holds inside the wrappers of these names, whatever their order.
fn unwrapped(mut value: Value, wrappers: &[&str]) -> Value {
    while let Value::Object(fields) = &mut value {
        let inner = wrappers.iter().find_map(|name| match fields.get(*name) {
            Some(Value::Object(_) | Value::Array(_)) => fields.remove(*name),
            _ => None,
        });
        match inner {
            Some(inner) => value = inner,
            None => break,
        }
    }
    value
}

/// A segment with its own fields alone. Numbers that were written otherwise, `8.0` or `"8"`, are whole again: asking
/// anew would cost as much as the first time.
fn segment(value: Value) -> Value {
    let Value::Object(fields) = value else {
        return value;
    };
    let mut fields = kept(fields, &SEGMENT);
    if let Some(number) = fields.get_mut("segment_number") {
        let said = number.as_f64().or_else(|| number.as_str().and_then(|text| text.trim().parse().ok()));
        if let Some(whole) = said.filter(|said| said.fract() == 0.0 && (0.0..1e9).contains(said)) {
            *number = json!(whole as u64);
        }
    }
    if let Some(Value::Array(lines)) = fields.get_mut("dialogue") {
        for line in lines {
            if let Value::Object(line_fields) = line {
                *line = Value::Object(kept(std::mem::take(line_fields), &["character_id", "line"]));
            }
        }
    }
    Value::Object(fields)
}

fn kept(mut fields: Map<String, Value>, names: &[&str]) -> Map<String, Value> {
    names.iter().filter_map(|name| Some(((*name).to_owned(), fields.remove(*name)?))).collect()
}

#[cfg(test)]
mod tests {
    use kinora_sdk::documents::{StoryCharacter, StoryKind};

    use super::*;

    const SEGMENTS: &str = r#"[{"segment_number": 11, "title": "A", "narration": "b"}]"#;

    fn good() -> Value {
        json!({"segments": [{"segment_number": 11, "title": "A", "narration": "b"}]})
    }

    fn request() -> StoryMetadataRequest {
        StoryMetadataRequest::new(StoryKind::Movie, "tea", 5)
    }

    #[test]
    fn segments_are_read_bare_fenced_among_prose_and_in_any_wrapper() {
        for text in [
            SEGMENTS.to_owned(),
            good().to_string(),
            format!("```json\n{SEGMENTS}\n```"),
            format!("Here they are: {{\"segments\": {SEGMENTS}}} Enjoy!"),
            format!("{{\"success\": true, \"story_set\": {{\"title\": \"T\", \"segments\": {SEGMENTS}}}}}"),
            format!("{{\"segments\": {{\"story_set\": {{\"segments\": {SEGMENTS}}}}}}}"),
            r#"{"segment_number": "11", "title": "A", "narration": "b"}"#.to_owned(),
        ] {
            assert_eq!(segments(&text).unwrap(), good(), "{text}");
        }
    }

    #[test]
    fn metadata_is_read_out_of_its_wrapper_and_without_fields_of_the_models_own() {
        let bare = json!({"title": "T", "story_outline": ["a"]});
        for text in [
            bare.to_string(),
            json!({"metadata": {"title": "T", "story_outline": ["a"], "genre": "x"}}).to_string(),
            format!("```\n{bare}\n```"),
        ] {
            assert_eq!(metadata(&text, &request()).unwrap(), bare, "{text}");
        }
    }

    #[test]
    fn the_users_own_characters_take_the_place_of_the_models() {
        let mia = StoryCharacter { id: "m".to_owned(), name: "Mia".to_owned(), ..StoryCharacter::default() };
        let story = StoryMetadataRequest { custom_character_roster: Some(vec![mia]), ..request() };
        let read = metadata(r#"{"title": "T", "characters_roster": [{"id": "x"}]}"#, &story).unwrap();
        assert_eq!(read["characters_roster"], json!([{"id": "m", "name": "Mia"}]));
    }

    #[test]
    fn numbers_written_otherwise_are_mended_and_wrong_types_left_to_the_validator() {
        let read = segments(
            r#"[{"segment_number": 8.0, "mood": "x"}, {"segment_number": " 9 "}, {"segment_number": 1.5}, 3,
                {"dialogue": [{"character_id": "m", "line": "a", "emotion": "b"}, "c"]}]"#,
        );
        let expected = json!({"segments": [{"segment_number": 8}, {"segment_number": 9}, {"segment_number": 1.5}, 3,
            {"dialogue": [{"character_id": "m", "line": "a"}, "c"]}]});
        assert_eq!(read.unwrap(), expected);
        assert_eq!(segments(r#"{"segments": "four"}"#).unwrap(), json!({}));
        assert_eq!(segments("{}").unwrap(), json!({}));
    }

    #[test]
    fn what_is_no_json_is_said_to_be_none() {
        for read in [segments("I cannot help with that."), metadata("{\"title\": \"T", &request())] {
            let failure = read.unwrap_err();
            assert_eq!(failure.kind, "malformed-output");
            assert!(failure.message.starts_with("The answer is no JSON: "), "{}", failure.message);
        }
        let failure = metadata("[]", &request()).unwrap_err();
        assert_eq!(failure.message, "The answer is no object with the story's metadata.");
        let failure = segments("7").unwrap_err();
        assert_eq!(failure.message, "The answer is neither an object with segments nor a list of them.");
    }
}
