//! The part of Google's API description that requests are held against.

mod common;

use std::collections::BTreeSet;

use common::assert_described;
use serde_json::{Map, Value, json};

const REQUESTS: [&str; 2] = ["GenerateContentRequest", "PredictLongRunningRequest"];
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/gemini-requests.json");

#[test]
fn the_description_tells_right_requests_from_wrong_ones() {
    let contents = json!([{"role": "user", "parts": [{"text": "x"}]}]);
    assert_described("GenerateContentRequest", &json!({"contents": contents}));
    for wrong in [
        json!({"contents": "x"}),
        json!({"contents": contents, "temperature": 1}),
        json!({"contents": [{"role": "user", "parts": [{"words": "x"}]}]}),
        json!({"contents": contents, "generationConfig": {"responseSchema": {"type": "string"}}}),
        json!({"contents": contents, "generationConfig": {"responseSchema": {"type": "OBJECT", "$ref": "#"}}}),
        json!({"contents": contents, "generationConfig": {"responseModalities": ["PICTURE"]}}),
    ] {
        let checked = std::panic::catch_unwind(|| assert_described("GenerateContentRequest", &wrong));
        assert!(checked.is_err(), "{wrong} passed");
    }
    let format = json!({"type": "video", "duration": 8});
    let wrong = json!({"model": "m", "input": [{"type": "text", "text": "x"}], "response_format": format});
    assert!(std::panic::catch_unwind(|| assert_described("CreateModelInteraction", &wrong)).is_err());
}

/// Cuts the file anew: `GEMINI_DESCRIPTION=gemini.json cargo test … --test description -- --ignored`.
#[test]
#[ignore = "writes the test data, out of the whole description"]
fn the_description_is_cut_to_the_requests() {
    let path = std::env::var("GEMINI_DESCRIPTION").expect("GEMINI_DESCRIPTION names the whole description, as JSON");
    let whole: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut names: BTreeSet<String> = REQUESTS.map(str::to_owned).into();
    let mut schemas = Map::new();
    while let Some(name) = names.pop_first() {
        if !schemas.contains_key(&name) {
            let schema = bare(&whole["components"]["schemas"][&name]);
            assert!(schema.is_object() || !REQUESTS.contains(&&*name), "the description has no {name}");
            refer(&schema, &mut names);
            // One that is referred to and described nowhere may be anything.
            schemas.insert(name, if schema.is_object() { schema } else { json!({}) });
        }
    }
    let origin = "Google's discovery document of March 2026, by tryAGI/Google_Generative_AI (MIT)";
    let cut = json!({"$comment": origin, "components": {"schemas": schemas}});
    std::fs::write(FILE, serde_json::to_string_pretty(&cut).unwrap() + "\n").unwrap();
}

/// A schema without what only explains it, and closed: Google refuses a field it does not know.
fn bare(schema: &Value) -> Value {
    let explains = |name: &str, value: &Value| {
        ["description", "title", "example"].contains(&name) && !value.is_object() || name.starts_with("x-")
    };
    match schema {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(name, value)| !explains(name, value));
            let mut kept: Map<String, Value> = kept.map(|(name, value)| (name.clone(), bare(value))).collect();
            if fields.get("type") == Some(&json!("object")) && fields.contains_key("properties") {
                kept.insert("additionalProperties".to_owned(), json!(false));
            }
            Value::Object(kept)
        }
        Value::Array(items) => Value::Array(items.iter().map(bare).collect()),
        other => other.clone(),
    }
}

fn refer(schema: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            if let Some(name) = fields.get("$ref").and_then(Value::as_str) {
                names.insert(name.trim_start_matches("#/components/schemas/").to_owned());
            }
            fields.values().for_each(|field| refer(field, names));
        }
        Value::Array(items) => items.iter().for_each(|item| refer(item, names)),
        _ => {}
    }
}
