//! The part of Replicate's API description that requests are held against.

mod common;

use common::{assert_described, assert_taken};
use kinora_sdk::provider::HttpRequest;
use serde_json::{Value, json};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/replicate-requests.json");

#[test]
fn the_description_tells_right_requests_from_wrong_ones() {
    let request = |path: &str, body: Value, header: (&str, &str)| {
        let mut request = HttpRequest::post_json("api", path, &body);
        request.headers.push((header.0.to_owned(), header.1.to_owned()));
        request
    };
    let right = ("prefer", "wait=20");
    assert_described(&request("/models/a/b/predictions", json!({"input": {}}), right));
    assert_described(&request("/predictions", json!({"input": {}, "version": "v"}), right));
    for wrong in [
        request("/models/a/b/predictions", json!({}), right),
        request("/models/a/b/predictions", json!({"input": {}, "version": "v"}), right),
        request("/models/a/b/predictions", json!({"input": []}), right),
        request("/predictions", json!({"input": {}}), right),
        request("/models/a/b/predictions", json!({"input": {}}), ("prefer", "wait=0")),
        request("/models/a/b/predictions", json!({"input": {}}), ("x-idempotency-key", "1")),
        request("/models/a/b", json!({"input": {}}), right),
    ] {
        assert!(std::panic::catch_unwind(|| assert_described(&wrong)).is_err(), "{wrong:?} passed");
    }
    let unknown = json!({"prompt": "x", "colour": "red"});
    assert!(std::panic::catch_unwind(|| assert_taken("google/veo-3.1", &unknown)).is_err());
}

/// Cuts the file anew: `REPLICATE_DESCRIPTION=openapi.json cargo test … --test description -- --ignored`.
#[test]
#[ignore = "writes the test data, out of the whole description"]
fn the_description_is_cut_to_the_requests() {
    let path = std::env::var("REPLICATE_DESCRIPTION").expect("REPLICATE_DESCRIPTION names the whole description");
    let whole: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let schema = |name: &str| bare(&whole["components"]["schemas"][name]);
    let header = |name: &str| bare(&whole["components"]["parameters"][name]["schema"]);
    let form = &whole["paths"]["/files"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"];
    let version = whole["info"]["version"].as_str().unwrap();
    let cut = json!({
        "$comment": format!("Replicate's API description, version {version}, from the mirror tryAGI/Replicate (MIT)"),
        "bodies": {
            "prediction": schema("schemas_prediction_request"),
            "version-prediction": schema("schemas_version_prediction_request"),
        },
        "headers": {
            "prefer": header("parameters_prefer_header"),
            "cancel-after": header("parameters_cancel_after_header"),
        },
        "form": bare(form),
    });
    std::fs::write(FILE, serde_json::to_string_pretty(&cut).unwrap() + "\n").unwrap();
}

/// A schema without what only explains it.
fn bare(schema: &Value) -> Value {
    let explains = |name: &str| ["description", "example", "default"].contains(&name);
    match schema {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(name, _)| !explains(name));
            Value::Object(kept.map(|(name, value)| (name.clone(), bare(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(bare).collect()),
        other => other.clone(),
    }
}
