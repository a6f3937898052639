//! What both judges ask of a single value.

use kinora_sdk::documents::Problem;
use serde_json::{Map, Value};

/// A problem.
pub fn problem(code: &str, message: String, path: impl Into<String>) -> Problem {
    Problem { code: code.to_owned(), message, path: path.into() }
}

/// Which of `names` are not there; `null` counts as not there.
pub fn missing<'n>(fields: &Map<String, Value>, names: &[&'n str]) -> Vec<&'n str> {
    names.iter().copied().filter(|name| fields.get(*name).is_none_or(Value::is_null)).collect()
}

/// A text that says something.
///
/// # Errors
/// What is wrong with it, to stand after its name: "is empty", "must be a string but is a list".
pub fn words(value: &Value) -> Result<&str, String> {
    match text(value)? {
        said if said.trim().is_empty() => Err("is empty".to_owned()),
        said => Ok(said),
    }
}

/// A text, which may be empty.
///
/// # Errors
/// What is wrong with it, to stand after its name.
pub fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| format!("must be a string but is {}", kind(value)))
}

/// A list.
///
/// # Errors
/// What is wrong with it, to stand after its name.
pub fn list(value: &Value) -> Result<&[Value], String> {
    value.as_array().map(Vec::as_slice).ok_or_else(|| format!("must be a list but is {}", kind(value)))
}

/// A value's type in words, for messages.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a fraction",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// "1 segment", "10 segments".
pub fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
