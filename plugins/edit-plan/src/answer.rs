//! Reads what models answer: the plan, bare, in a Markdown fence or among prose, alone or within `edit_plan`. Whether it
//! is right is not asked here, and nothing of it is changed: the validator names what is wrong.

use kinora_sdk::{Failure, answer};
use serde_json::Value;

/// The plan of an answer.
///
/// # Errors
/// `malformed-output` where there is no JSON object in it.
pub fn read(text: &str) -> Result<Value, Failure> {
    let Value::Object(mut fields) = answer::object(text)? else {
        return Err(Failure::malformed_output("The answer is no object with a timeline."));
    };
    match fields.get("edit_plan") {
        Some(Value::Object(_)) => Ok(fields.remove("edit_plan").unwrap_or_default()),
        _ => Ok(Value::Object(fields)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PLAN: &str = r#"{"version": "1.0", "timeline": [{"media_id": "a", "duration": {"seconds": 3}}]}"#;

    fn plan() -> Value {
        json!({"version": "1.0", "timeline": [{"media_id": "a", "duration": {"seconds": 3}}]})
    }

    #[test]
    fn a_plan_is_read_bare_in_a_fence_and_among_prose() {
        for text in [
            PLAN.to_owned(),
            format!("```json\n{PLAN}\n```"),
            format!("Here is your plan:\n\n```\n{PLAN}\n```\nEnjoy {{it}}!"),
            format!("Here is your plan: {PLAN} Enjoy!"),
            format!("{{\"edit_plan\": {PLAN}, \"warnings\": []}}"),
        ] {
            assert_eq!(read(&text).unwrap(), plan(), "{text}");
        }
    }

    #[test]
    fn nothing_of_a_plan_is_changed() {
        for text in [r#"{}"#, r#"{"edit_plan":7}"#, r#"{"timeline":"long","trim":null}"#] {
            assert_eq!(read(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_plan_is_said_to_be_none() {
        for (text, said) in [
            ("", "The answer is no JSON: EOF while parsing a value at line 1 column 0."),
            ("I cannot help with that.", "The answer is no JSON: expected value at line 1 column 1."),
            ("} {", "The answer is no JSON: expected value at line 1 column 1."),
            ("[1]", "The answer is no object with a timeline."),
        ] {
            let failure = read(text).unwrap_err();
            assert_eq!((failure.kind.as_str(), failure.message.as_str()), ("malformed-output", said), "{text}");
        }
    }
}
