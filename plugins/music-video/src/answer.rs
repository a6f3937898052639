//! Reads what models answer: the document that was asked for, or its list alone, bare, in a Markdown fence or among
//! prose, with fields of the model's own. Only the document's own fields are kept. Whether they are right is not
//! asked here: what has another type than it should is left as it is, for the validator to name.

use kinora_sdk::{Failure, answer};
use serde_json::{Map, Value, json};

/// The scenes of an answer.
///
/// # Errors
/// `malformed-output` where there is no JSON in it, or JSON that is neither an object nor a list.
pub fn read(text: &str) -> Result<Value, Failure> {
    match answer::json(text)? {
        Value::Array(scenes) => Ok(json!({"scenes": scenes.into_iter().map(scene).collect::<Vec<_>>()})),
        Value::Object(mut fields) => Ok(match fields.remove("scenes") {
            Some(Value::Array(scenes)) => json!({"scenes": scenes.into_iter().map(scene).collect::<Vec<_>>()}),
            Some(other) => json!({"scenes": other}),
            None => json!({}),
        }),
        _ => Err(Failure::malformed_output("The answer is neither an object with scenes nor a list of them.")),
    }
}

/// A scene with its own fields alone.
fn scene(value: Value) -> Value {
    let Value::Object(mut fields) = value else {
        return value;
    };
    let kept = ["description", "negative_description"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), fields.remove(name)?)));
    Value::Object(kept.collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCENES: &str = r#"[{"description": "a", "negative_description": "b"}]"#;

    fn good() -> Value {
        json!({"scenes": [{"description": "a", "negative_description": "b"}]})
    }

    #[test]
    fn the_document_that_was_asked_for_is_read() {
        assert_eq!(read(&good().to_string()).unwrap(), good());
    }

    #[test]
    fn a_list_without_its_object_is_read() {
        assert_eq!(read(SCENES).unwrap(), good());
    }

    #[test]
    fn a_fence_and_prose_around_the_answer_are_left_out() {
        for text in [
            format!("```json\n{SCENES}\n```"),
            format!("```\n{{\"scenes\": {SCENES}}}\n```\n"),
            format!("Here are [your] scenes:\n\n```json\n{SCENES}\n```\nEnjoy!"),
            format!("Here you are: {{\"scenes\": {SCENES}}} Enjoy!"),
            format!("Here you are: {SCENES}"),
        ] {
            assert_eq!(read(&text).unwrap(), good(), "{text}");
        }
    }

    #[test]
    fn fields_of_the_models_own_are_left_out() {
        let text =
            r#"{"title": "T", "scenes": [{"scene": 1, "description": "a", "mood": "x", "negative_description": "b"}]}"#;
        assert_eq!(read(text).unwrap(), good());
    }

    #[test]
    fn nothing_is_trimmed_or_mended_for_the_validator_judges_it() {
        for text in [
            r#"{}"#,
            r#"{"scenes":[]}"#,
            r#"{"scenes":"four"}"#,
            r#"{"scenes":["a",{"description":7},{"description":"a"},{}]}"#,
        ] {
            assert_eq!(read(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_json_is_said_to_be_none_and_where() {
        for (text, said) in [
            ("", "The answer is no JSON: EOF while parsing a value at line 1 column 0."),
            ("I cannot help with that.", "The answer is no JSON: expected value at line 1 column 1."),
            ("} {", "The answer is no JSON: expected value at line 1 column 1."),
            ("\"four scenes\"", "The answer is neither an object with scenes nor a list of them."),
        ] {
            let failure = read(text).unwrap_err();
            assert_eq!((failure.kind.as_str(), failure.message.as_str()), ("malformed-output", said), "{text}");
        }
    }
}
