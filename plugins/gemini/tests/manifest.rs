//! What the component says of itself.

mod common;

use common::{at, body, by_prediction, clip, image, picture, question, sent, text, video};
use kinora_plugin_gemini::Gemini;
use kinora_sdk::Adapter;
use kinora_sdk::documents::Model;
use serde_json::{Value, json};

fn settings() -> jsonschema::Validator {
    jsonschema::validator_for(&Gemini::manifest().settings.expect("settings")).expect("the settings have a schema")
}

fn models(operation: &str) -> Vec<Model> {
    Gemini::manifest().models.into_iter().filter(|model| model.operation == operation).collect()
}

#[test]
fn the_manifest_is_valid_by_the_published_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../../sdk/schemas/manifest.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let manifest = serde_json::to_value(Gemini::manifest()).unwrap();
    let problems: Vec<String> = validator.iter_errors(&manifest).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!((&manifest["id"], &manifest["role"]), (&json!("gemini"), &json!("provider")));
}

#[test]
fn the_first_model_of_each_operation_is_the_default() {
    let path = |operation: &str| at(&format!("/models/{}:generateContent", models(operation)[0].id));
    assert_eq!(sent(text(question()), Value::Null).target, path("text"));
    assert_eq!(sent(image(picture()), Value::Null).target, path("image"));
    assert_eq!(body(video(clip()), Value::Null)["model"], models("video")[0].id);
}

#[test]
fn each_api_of_clips_has_a_default_of_its_own_and_a_setting_names_another() {
    let listed = models("video");
    let by_prediction_alone =
        |model: &&Model| model.capabilities.iter().any(|capability| capability == "predict-long-running");
    let veo = listed.iter().find(by_prediction_alone).unwrap();
    let path = |model: &str| at(&format!("/models/{model}:predictLongRunning"));
    assert_eq!(sent(video(clip()), by_prediction()).target, path(&veo.id));
    assert_eq!(veo.retires.as_deref(), Some("2026-10-22"));
    let settings = json!({"video_api": "predict-long-running", "video_model": "veo-x"});
    assert_eq!(sent(video(clip()), settings).target, path("veo-x"));
}

#[test]
fn every_model_has_a_price_and_none_is_counted_twice() {
    for model in Gemini::manifest().models {
        let price = model.price.expect("absent would mean free");
        let by_token = price.input_tokens.is_some() && price.output_tokens.is_some();
        assert_ne!(by_token, price.second.is_some(), "{}", model.id);
        assert!(!model.id.starts_with("imagen"), "{} has ended", model.id);
    }
}

#[test]
fn the_key_is_named_for_the_endpoint_and_goes_in_googles_header() {
    let manifest = Gemini::manifest();
    let (endpoint, key) = (&manifest.endpoints[0], &manifest.credentials[0]);
    assert_eq!(endpoint.base_url, "https://generativelanguage.googleapis.com/v1beta");
    assert_eq!((&key.endpoint, key.name.as_str()), (&endpoint.name, "key"));
    assert_eq!((key.header.as_str(), key.prefix.as_str()), ("x-goog-api-key", ""));
    assert_eq!(key.environment, "GEMINI_API_KEY");
}

#[test]
fn nothing_but_a_cancellation_is_posted_for_nothing() {
    let manifest = Gemini::manifest();
    let [cancel] = manifest.exemptions.as_slice() else { panic!("one exemption") };
    assert_eq!((cancel.name.as_str(), cancel.method.as_str()), ("cancel", "POST"));
    assert_eq!((cancel.path.as_str(), &cancel.endpoint), ("/interactions/*/cancel", &manifest.endpoints[0].name));
}

#[test]
fn settings_that_their_schema_takes_are_read() {
    for settings in [
        json!({}),
        json!({"text_model": "gemini-flash-latest", "json_schema": "responseJsonSchema", "thinking_level": "MINIMAL"}),
        json!({"json_schema": "responseSchema", "image_model": "gemini-3-pro-image", "image_size": "4K"}),
        json!({"json_schema": "auto", "safety_threshold": "OFF", "timeout_seconds": 60}),
        json!({"video_api": "interactions", "video_model": "gemini-omni-1.2-flash", "poll_seconds": 5}),
        json!({"video_api": "predict-long-running"}),
    ] {
        assert!(self::settings().is_valid(&settings), "{settings}");
        body(text(question()), settings);
    }
}

#[test]
fn settings_that_are_misspelt_are_refused_by_their_schema() {
    for settings in [
        json!({"colour": "red"}),
        json!({"video_api": "by-post"}),
        json!({"json_schema": "none"}),
        json!({"image_size": "8K"}),
        json!({"safety_threshold": "BLOCK_ALL"}),
        json!({"poll_seconds": 0}),
        json!({"timeout_seconds": 0}),
        json!({"text_model": ""}),
    ] {
        assert!(!self::settings().is_valid(&settings), "{settings}");
    }
}

#[test]
fn every_setting_is_described() {
    let schema = Gemini::manifest().settings.unwrap();
    assert_eq!(schema["additionalProperties"], false);
    for (name, setting) in schema["properties"].as_object().unwrap() {
        assert!(setting["description"].as_str().is_some_and(|words| words.len() > 20), "{name}");
    }
}
