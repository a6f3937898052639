//! JSON that fits what was asked: a scenario with some sense in it, and for any other schema the plainest instance.

use serde_json::{Map, Value, json};

/// A schema that demands itself has no instance; below this depth nothing is written.
const MAX_DEPTH: usize = 30;

/// A right scenario: every field that Kinora asks for, scenes numbered from 1, 8 seconds each.
pub fn scenario(scenes: usize) -> Value {
    let scene = |number: usize| {
        json!({
            "sceneId": format!("scene_{number}"),
            "sceneNumber": number,
            "description": format!("The keeper climbs to landing {number} of the lighthouse."),
            "duration": 8,
            "imagePrompt": format!("An old keeper in a blue coat on landing {number} of a white lighthouse"),
            "visualPrompt": "The camera rises with him while the lamp turns.",
            "imageReasoning": "It brings us one landing nearer to the lamp.",
            "textOverlayPrompt": format!("Landing {number}"),
        })
    };
    json!({
        "title": "The Last Keeper",
        "description": "A keeper climbs his lighthouse for the last time.",
        "detectedDemographics": {
            "targetGender": "unisex",
            "ageGroup": "adults",
            "productType": "film",
            "demographicContext": "People who like quiet stories about work.",
        },
        "scenes": (1..=scenes).map(scene).collect::<Vec<_>>(),
        "thumbnailPrompt": "A white lighthouse against a dark sky, its lamp lit",
        "thumbnailTextOverlayPrompt": "Last light",
    })
}

/// What a good day writes for a schema: a scenario where it asks for one, with as many scenes as it demands, or else as
/// the words say, or else 3; for any other the plainest instance.
pub fn right(schema: &Value, words: &str) -> Value {
    if !asks_for_scenario(schema) {
        return of(schema);
    }
    let demanded = count(&schema["properties"]["scenes"]["minItems"]);
    scenario(demanded.or_else(|| scenes_in(words)).unwrap_or(3))
}

/// The number in "exactly 3 scenes".
fn scenes_in(words: &str) -> Option<usize> {
    let words: Vec<&str> = words.split_whitespace().collect();
    words.windows(2).find_map(|pair| pair[1].starts_with("scene").then(|| pair[0].parse().ok()).flatten())
}

fn count(limit: &Value) -> Option<usize> {
    limit.as_u64().or_else(|| limit.as_str()?.parse().ok()).and_then(|count| usize::try_from(count).ok())
}

/// Whether a schema asks for a scenario.
fn asks_for_scenario(schema: &Value) -> bool {
    ["scenes", "detectedDemographics"].iter().all(|name| schema["properties"][*name].is_object())
}

/// The plainest instance of a schema. It knows what function calling allows: types, enum, const, limits, references
/// within the schema, anyOf and oneOf (the first of them), allOf.
fn of(schema: &Value) -> Value {
    write(schema, schema, "text", 0)
}

fn write(root: &Value, schema: &Value, name: &str, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return Value::Null;
    }
    if let Some(target) = schema["$ref"].as_str().and_then(|path| root.pointer(path.strip_prefix('#')?)) {
        return write(root, target, name, depth + 1);
    }
    if let Some(value) = schema.get("const").or_else(|| schema["enum"].get(0)) {
        return value.clone();
    }
    for choice in ["anyOf", "oneOf"] {
        if let Some(first) = schema[choice].get(0) {
            return write(root, first, name, depth + 1);
        }
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let written = parts.iter().map(|part| write(root, part, name, depth + 1));
        return Value::Object(written.filter_map(|value| value.as_object().cloned()).flatten().collect());
    }
    // Google writes types in upper case, and whole numbers as strings.
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).map(str::to_lowercase);
    match kind.as_deref() {
        Some("object") => Value::Object(properties(root, schema, depth)),
        Some("array") => {
            let length = count(&schema["minItems"]).unwrap_or(1);
            (0..length).map(|_| write(root, &schema["items"], name, depth + 1)).collect()
        }
        Some("integer" | "number") => number(schema),
        Some("boolean") => json!(true),
        Some("null") => Value::Null,
        _ => json!(words(schema, name)),
    }
}

fn properties(root: &Value, schema: &Value, depth: usize) -> Map<String, Value> {
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties.map(|(name, schema)| (name.clone(), write(root, schema, name, depth + 1))).collect()
}

fn number(schema: &Value) -> Value {
    let above = schema["exclusiveMinimum"].as_i64().map(|limit| json!(limit + 1));
    let least = schema.get("minimum").cloned().or(above);
    let most = schema.get("maximum").filter(|most| most.as_f64().is_some_and(|most| most < 1.0)).cloned();
    least.or(most).unwrap_or_else(|| json!(1))
}

/// The property's own name, as long as its limits want it.
fn words(schema: &Value, name: &str) -> String {
    let limit = |keyword: &str| count(&schema[keyword]);
    let text: String = format!("Some {name}").chars().take(limit("maxLength").unwrap_or(usize::MAX)).collect();
    let missing = limit("minLength").unwrap_or_default().saturating_sub(text.chars().count());
    text + &".".repeat(missing)
}
