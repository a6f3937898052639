//! Reads what models answer where JSON was asked for: bare, in a Markdown fence, or among prose.

use serde_json::Value;

use crate::failure::Failure;

/// The JSON of an answer: an object or a list among prose, whatever stands alone.
///
/// # Errors
/// `malformed-output` where there is none; the complaint is of the text as it came.
pub fn json(text: &str) -> Result<Value, Failure> {
    let mut kinds = [('{', '}'), ('[', ']')];
    // The kind that opens first comes first.
    kinds.sort_by_key(|(open, _)| text.find(*open));
    read(text, &kinds)
}

/// The same where only an object is looked for among prose.
///
/// # Errors
/// As [`json`].
pub fn object(text: &str) -> Result<Value, Failure> {
    read(text, &[('{', '}')])
}

fn read(text: &str, brackets: &[(char, char)]) -> Result<Value, Failure> {
    serde_json::from_str(text).or_else(|error| {
        let bracketed = brackets.iter().filter_map(|(open, close)| text.get(text.find(*open)?..=text.rfind(*close)?));
        fenced(text)
            .into_iter()
            .chain(bracketed)
            .find_map(|inner| serde_json::from_str(inner).ok())
            .ok_or_else(|| Failure::malformed_output(format!("The answer is no JSON: {error}.")))
    })
}

/// What stands in the first Markdown fence.
fn fenced(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("```")?;
    let (_language, rest) = rest.split_once('\n')?;
    rest.split_once("```").map(|(inner, _)| inner)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_read_bare_in_a_fence_and_among_prose() {
        for text in ["[1]", "```json\n[1]\n```", "Here it is: [1]. {Enjoy}!"] {
            assert_eq!(json(text).unwrap(), json!([1]), "{text}");
        }
        assert_eq!(object("Here is {\"a\": [1]}, enjoy").unwrap(), json!({"a": [1]}));
        assert!(object("Here is [1], enjoy").is_err(), "a list among prose is no object");
    }

    #[test]
    fn what_is_no_json_is_complained_of_as_it_came() {
        for text in ["I cannot help with that.", "} {"] {
            let failure = json(text).unwrap_err();
            assert_eq!(failure.kind, "malformed-output");
            assert_eq!(failure.message, "The answer is no JSON: expected value at line 1 column 1.");
        }
    }
}
