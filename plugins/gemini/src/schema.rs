//! A JSON Schema in Gemini's words. `responseSchema` is a part of OpenAPI 3.0: one type (in capitals) with `nullable`,
//! words as the only enumeration, no references, no closed objects. What it cannot say is left out, so that the answer
//! follows the schema less surely; it is validated anyway.

use serde_json::{Map, Value, json};

/// What is known as it is.
const AS_IT_IS: [&str; 7] = ["title", "description", "format", "pattern", "minimum", "maximum", "default"];
/// What is a count, and goes as a word: int64 in Google's JSON.
const COUNTS: [&str; 6] = ["minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"];
/// What says nothing about the answer, or what Gemini keeps to by itself.
const SILENT: [&str; 7] = ["$schema", "$id", "$comment", "examples", "example", "deprecated", "propertyOrdering"];
/// No schema is nested deeper, and none that is may exhaust the stack.
const MAX_DEPTH: usize = 32;

/// A schema for `responseSchema`.
pub struct Converted {
    /// The schema.
    pub schema: Value,
    /// Whether it says all that the JSON Schema says.
    pub whole: bool,
}

/// Converts a JSON Schema.
pub fn converted(schema: &Value) -> Converted {
    let mut whole = true;
    let schema = convert(schema, 0, &mut whole);
    Converted { schema, whole }
}

fn convert(schema: &Value, depth: usize, whole: &mut bool) -> Value {
    let Some(fields) = schema.as_object().filter(|_| depth < MAX_DEPTH) else {
        // `true` allows everything, `false` nothing: neither can be said.
        *whole = false;
        return json!({"type": "STRING"});
    };
    let mut made = Map::new();
    for (name, value) in fields {
        let known = match name.as_str() {
            "type" => kind(value, &mut made),
            "enum" => words(value, &mut made),
            "const" => words(&json!([value]), &mut made),
            "properties" => value.as_object().is_some_and(|parts| {
                let parts = parts.iter().map(|(name, part)| (name.clone(), convert(part, depth + 1, whole)));
                made.insert("properties".to_owned(), Value::Object(parts.collect()));
                true
            }),
            "required" => {
                made.insert("required".to_owned(), value.clone());
                true
            }
            "items" => {
                made.insert("items".to_owned(), convert(value, depth + 1, whole));
                true
            }
            // One of several or any of several: an answer that fits one fits.
            "anyOf" | "oneOf" => value.as_array().is_some_and(|parts| {
                either(parts, depth, whole, &mut made);
                true
            }),
            // A model that is given properties makes up no others.
            "additionalProperties" => *value == false,
            name if COUNTS.contains(&name) => value.as_u64().is_some_and(|count| {
                made.insert(name.to_owned(), json!(count.to_string()));
                true
            }),
            name if AS_IT_IS.contains(&name) => {
                made.insert(name.to_owned(), value.clone());
                true
            }
            name => SILENT.contains(&name),
        };
        *whole &= known;
    }
    if !made.contains_key("type") && !made.contains_key("anyOf") {
        *whole &= made.contains_key("enum");
        made.insert("type".to_owned(), json!(supposed(&made)));
    }
    order(&mut made);
    Value::Object(made)
}

/// The type in capitals; `["string", "null"]` is a string that may be null.
fn kind(value: &Value, made: &mut Map<String, Value>) -> bool {
    let mut kinds: Vec<&str> = match value {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => return false,
    };
    if kinds.len() > 1 && kinds.contains(&"null") {
        kinds.retain(|&kind| kind != "null");
        made.insert("nullable".to_owned(), json!(true));
    }
    let capitals = |kind: &str| json!(kind.to_uppercase());
    match kinds.as_slice() {
        [] => return false,
        [kind] => made.insert("type".to_owned(), capitals(kind)),
        several => {
            let several = several.iter().map(|kind| json!({"type": capitals(kind)})).collect();
            made.insert("anyOf".to_owned(), Value::Array(several))
        }
    };
    true
}

/// An enumeration of words; a null among them makes it nullable.
fn words(value: &Value, made: &mut Map<String, Value>) -> bool {
    let Some(values) = value.as_array() else { return false };
    let words: Vec<&Value> = values.iter().filter(|value| value.is_string()).collect();
    if values.iter().any(Value::is_null) {
        made.insert("nullable".to_owned(), json!(true));
    }
    let all = values.iter().all(|value| value.is_string() || value.is_null());
    if all && !words.is_empty() {
        made.insert("enum".to_owned(), json!(words));
    }
    all && !words.is_empty()
}

/// Alternatives; one that is null makes the others nullable, and a single other is the schema itself.
fn either(parts: &[Value], depth: usize, whole: &mut bool, made: &mut Map<String, Value>) {
    let is_null = |part: &&Value| part["type"] == "null";
    let mut others: Vec<Value> =
        parts.iter().filter(|part| !is_null(part)).map(|part| convert(part, depth + 1, whole)).collect();
    if others.len() < parts.len() {
        made.insert("nullable".to_owned(), json!(true));
    }
    if let ([Value::Object(only)], false) = (others.as_mut_slice(), made.contains_key("type")) {
        for (name, value) in std::mem::take(only) {
            made.entry(name).or_insert(value);
        }
    } else {
        made.insert("anyOf".to_owned(), Value::Array(others));
    }
}

/// The type of a schema that names none.
fn supposed(made: &Map<String, Value>) -> &'static str {
    match (made.contains_key("properties"), made.contains_key("items")) {
        (true, _) => "OBJECT",
        (_, true) => "ARRAY",
        _ => "STRING",
    }
}

/// Gemini writes properties in this order, and otherwise by the alphabet: what is required comes first, as its author
/// put it. A property that is required and not described is refused by Google.
fn order(made: &mut Map<String, Value>) {
    let Some(Value::Object(properties)) = made.get("properties") else {
        made.remove("required");
        return;
    };
    let described = |name: &&str| properties.contains_key(*name);
    let required: Vec<&str> = match made.get("required") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).filter(described).collect(),
        _ => Vec::new(),
    };
    let others = properties.keys().map(String::as_str).filter(|name| !required.contains(name));
    let ordered: Vec<&str> = required.iter().copied().chain(others).collect();
    let (required, ordered) = (json!(required), json!(ordered));
    made.insert("required".to_owned(), required);
    made.insert("propertyOrdering".to_owned(), ordered);
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
