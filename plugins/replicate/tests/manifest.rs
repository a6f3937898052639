//! What the component says of itself.

mod common;

use std::collections::BTreeSet;

use common::{clip, image, input, picture, question, sent, text, video};
use kinora_plugin_replicate::Replicate;
use kinora_sdk::Adapter;
use serde_json::{Value, json};

fn settings() -> jsonschema::Validator {
    jsonschema::validator_for(&Replicate::manifest().settings.expect("settings")).expect("the settings have a schema")
}

#[test]
fn the_manifest_is_valid_by_the_published_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../../sdk/schemas/manifest.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let manifest = serde_json::to_value(Replicate::manifest()).unwrap();
    let problems: Vec<String> = validator.iter_errors(&manifest).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!((&manifest["id"], &manifest["role"]), (&json!("replicate"), &json!("provider")));
}

#[test]
fn there_is_a_model_for_each_operation_and_the_first_is_the_default() {
    let models = Replicate::manifest().models;
    for (operation, kind) in [(text(question()), "text"), (image(picture()), "image"), (video(clip()), "video")] {
        let first = models.iter().find(|model| model.operation == kind).expect(kind);
        let request = sent(operation, Value::Null);
        assert_eq!(common::path(&request), format!("/models/{}/predictions", first.id));
    }
}

#[test]
fn capabilities_are_what_is_mapped() {
    let models = Replicate::manifest().models;
    let of = |id: &str| models.iter().find(|model| model.id == id).unwrap().capabilities.clone();
    let all = ["audio", "first-frame", "last-frame", "negative-prompt", "reference-images", "seed"];
    assert_eq!(of("google/veo-3.1").into_iter().collect::<BTreeSet<_>>(), all.map(str::to_owned).into());
    assert_eq!(of("black-forest-labs/flux-schnell"), ["seed"]);
    assert!(of("openai/gpt-4.1-mini").is_empty());
}

#[test]
fn the_token_goes_to_the_api_and_results_come_from_the_delivery_hosts() {
    let manifest = Replicate::manifest();
    let (endpoint, token) = (&manifest.endpoints[0], &manifest.credentials[0]);
    assert_eq!(endpoint.base_url, "https://api.replicate.com/v1");
    assert_eq!(endpoint.result_hosts, ["replicate.delivery", "*.replicate.delivery"]);
    assert_eq!(
        (&token.endpoint, token.header.as_str(), token.prefix.as_str()),
        (&endpoint.name, "authorization", "Bearer ")
    );
    assert_eq!(token.environment, "REPLICATE_API_TOKEN");
    let exempt: Vec<_> = manifest.exemptions.iter().map(|line| (&*line.name, &*line.method, &*line.path)).collect();
    assert_eq!(exempt, [("upload", "POST", "/files"), ("cancel", "POST", "/predictions/*/cancel")]);
}

#[test]
fn the_shipped_table_is_a_setting_of_its_own_schema() {
    let table: Value = serde_json::from_str(include_str!("../src/models.json")).unwrap();
    let problems: Vec<String> = settings()
        .iter_errors(&json!({"models": table}))
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn the_examples_are_settings_that_work() {
    let schema = Replicate::manifest().settings.unwrap();
    let example = &schema["properties"]["models"]["examples"][0];
    let of = |model: &str| json!({"models": example, "video_model": model});
    for model in example.as_object().unwrap().keys() {
        assert!(settings().is_valid(&of(model)), "{model}");
        assert_eq!(input(video(clip()), of(model))["prompt"], "A lighthouse");
    }
    assert_eq!(input(video(clip()), of("wan-video/wan-2.2-i2v-fast"))["num_frames"], 121);
}

#[test]
fn settings_that_are_misspelt_or_could_break_a_request_are_refused_by_their_schema() {
    let field = |rule: Value| json!({"models": {"a/b": {"operation": "video", "fields": {"duration": rule}}}});
    assert!(settings().is_valid(&field(json!({"to": "d", "one_of": [5, "10s"]}))));
    for settings in [
        json!({"colour": "red"}),
        json!({"wait_seconds": 61}),
        json!({"cancel_after_seconds": 4}),
        json!({"video_model": "veo"}),
        json!({"video_model": "a/../b"}),
        json!({"models": {"veo": {}}}),
        json!({"models": {"a/b": {"operation": "song"}}}),
        json!({"models": {"a/b": {"fields": {"duraton": "d"}}}}),
        json!({"models": {"a/b": {"output": "video"}}}),
        field(json!({"to": "d", "one_off": [4]})),
        field(json!({"to": ""})),
        field(json!(7)),
    ] {
        assert!(!self::settings().is_valid(&settings), "{settings}");
    }
}

#[test]
fn every_setting_field_and_word_of_a_rule_is_described() {
    fn described(place: &str, properties: &Value) {
        for (name, setting) in properties.as_object().expect(place) {
            assert!(setting["description"].as_str().is_some_and(|words| words.len() > 10), "{place}.{name}");
        }
    }
    let schema = Replicate::manifest().settings.unwrap();
    described("settings", &schema["properties"]);
    let mapping = &schema["properties"]["models"]["additionalProperties"]["anyOf"][0]["properties"];
    described("mapping", mapping);
    described("fields", &mapping["fields"]["properties"]);
    described("rule", &mapping["fields"]["properties"]["prompt"]["anyOf"][1]["properties"]);
}
