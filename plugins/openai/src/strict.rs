//! Whether a schema qualifies for OpenAI's strict mode, which takes a part of JSON Schema and refuses the request
//! otherwise: every object closed, with all its properties required, no keyword outside the list, no deep nesting.
//! What is not known to qualify does not: the answer then follows the schema less surely, and is validated anyway.

use serde_json::Value;

/// Levels of objects and lists; the limit of the oldest models that know strict mode.
const MAX_DEPTH: usize = 5;

/// The keywords of the guide "Structured model outputs", and those that only describe.
const KEYWORDS: [&str; 22] = [
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "$ref",
    "$defs",
    "definitions",
    "description",
    "title",
    "pattern",
    "format",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minItems",
    "maxItems",
];

/// Whether strict mode takes the schema.
pub fn qualifies(schema: &Value) -> bool {
    schema["type"] == "object" && schema.get("anyOf").is_none() && part_qualifies(schema, 0)
}

fn part_qualifies(schema: &Value, depth: usize) -> bool {
    let Some(keywords) = schema.as_object() else {
        return false;
    };
    let below = |schema: &Value| part_qualifies(schema, depth + 1);
    depth <= MAX_DEPTH
        && keywords.keys().all(|keyword| KEYWORDS.contains(&keyword.as_str()))
        && (keywords.get("properties").is_none() && schema["type"] != "object" || closed(schema))
        && ["properties", "$defs", "definitions"].iter().all(|&field| match keywords.get(field) {
            Some(parts) => parts.as_object().is_some_and(|parts| parts.values().all(below)),
            None => true,
        })
        && keywords.get("items").is_none_or(below)
        && keywords.get("anyOf").is_none_or(|parts| parts.as_array().is_some_and(|parts| parts.iter().all(below)))
}

/// Whether an object allows no properties but its own and requires all of them.
fn closed(schema: &Value) -> bool {
    let required = |name: &String| schema["required"].as_array().is_some_and(|names| names.iter().any(|n| n == name));
    schema["additionalProperties"] == false
        && schema["properties"].as_object().is_none_or(|properties| properties.keys().all(required))
}
