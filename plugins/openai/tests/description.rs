//! The part of OpenAI's API description that requests are held against.

mod common;

use std::collections::BTreeSet;

use common::assert_described;
use serde_json::{Map, Value, json};

const SCHEMAS: [&str; 6] = [
    "CreateChatCompletionRequest",
    "CreateImageRequest",
    "CreateImageEditRequest",
    "CreateVideoJsonBody",
    "CreateVideoMultipartBody",
    "VideoResource",
];
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/openai-requests.json");

#[test]
fn the_description_tells_right_requests_from_wrong_ones() {
    let message = json!({"role": "user", "content": "x"});
    assert_described("CreateChatCompletionRequest", &json!({"model": "m", "messages": [message]}));
    for wrong in [
        json!({"model": "m", "messages": []}),
        json!({"model": "m", "messages": [{"role": "clown", "content": "x"}]}),
        json!({"messages": [message]}),
        json!({"model": "m", "messages": [message], "temperature": 3}),
        json!({"model": "m", "messages": [message], "tools": [{"type": "function"}]}),
        json!({"model": "m", "messages": [message], "max_output_tokens": 3}),
    ] {
        let checked = std::panic::catch_unwind(|| assert_described("CreateChatCompletionRequest", &wrong));
        assert!(checked.is_err(), "{wrong} passed");
    }
}

/// Cuts the file anew: `OPENAI_DESCRIPTION=openapi.json cargo test … --test description -- --ignored`.
#[test]
#[ignore = "writes the test data, out of the whole description"]
fn the_description_is_cut_to_the_requests() {
    let path = std::env::var("OPENAI_DESCRIPTION").expect("OPENAI_DESCRIPTION names the whole description, as JSON");
    let whole: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut names: BTreeSet<String> = SCHEMAS.map(str::to_owned).into();
    let mut schemas = Map::new();
    while let Some(name) = names.pop_first() {
        if !schemas.contains_key(&name) {
            let schema = bare(&whole["components"]["schemas"][&name]);
            assert!(schema.is_object(), "the description has no {name}");
            refer(&schema, &mut names);
            schemas.insert(name, schema);
        }
    }
    let origin = format!("openai/openai-openapi (MIT), version {}", whole["info"]["version"].as_str().unwrap());
    let cut = json!({"$comment": origin, "components": {"schemas": schemas}});
    std::fs::write(FILE, serde_json::to_string_pretty(&cut).unwrap() + "\n").unwrap();
}

/// A schema without what only explains it.
fn bare(schema: &Value) -> Value {
    let explains = |name: &str, value: &Value| {
        ["description", "title", "example", "default"].contains(&name) && !value.is_object() || name.starts_with("x-")
    };
    match schema {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(name, value)| !explains(name, value));
            Value::Object(kept.map(|(name, value)| (name.clone(), bare(value))).collect())
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
