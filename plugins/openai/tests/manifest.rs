//! What the component says of itself.

mod common;

use common::{body, image, picture, question, text};
use kinora_plugin_openai::OpenAi;
use kinora_sdk::Adapter;
use serde_json::{Value, json};

fn settings() -> jsonschema::Validator {
    jsonschema::validator_for(&OpenAi::manifest().settings.expect("settings")).expect("the settings have a schema")
}

#[test]
fn the_manifest_is_valid_by_the_published_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../../sdk/schemas/manifest.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let manifest = serde_json::to_value(OpenAi::manifest()).unwrap();
    let problems: Vec<String> = validator.iter_errors(&manifest).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(
        (&manifest["id"], &manifest["title"], &manifest["role"]),
        (&json!("openai"), &json!("OpenAI"), &json!("provider"))
    );
}

#[test]
fn the_first_model_of_each_operation_is_the_default() {
    let models = OpenAi::manifest().models;
    let first = |operation: &str| models.iter().find(|model| model.operation == operation).unwrap().id.clone();
    assert_eq!(body(text(question()), Value::Null)["model"], first("text"));
    assert_eq!(body(image(picture()), Value::Null)["model"], first("image"));
}

#[test]
fn every_model_has_a_price_and_none_has_ended_but_the_one_that_says_so() {
    for model in OpenAi::manifest().models {
        let price = model.price.expect("absent would mean free");
        if model.operation == "video" {
            assert!(price.second.is_some() && model.retires.is_some(), "{}", model.id);
            continue;
        }
        assert!(price.input_tokens.is_some() && price.output_tokens.is_some(), "{}", model.id);
        assert!(!model.id.starts_with("gpt-image-1") && !model.id.starts_with("dall-e"), "{}", model.id);
    }
}

#[test]
fn every_model_is_one_of_openais_description() {
    let description = include_str!("data/openai-requests.json");
    for model in OpenAi::manifest().models {
        assert!(description.contains(&format!("\"{}\"", model.id)), "{}", model.id);
    }
}

#[test]
fn the_key_is_named_for_the_endpoint_and_goes_as_a_bearer() {
    let manifest = OpenAi::manifest();
    let (endpoint, key) = (&manifest.endpoints[0], &manifest.credentials[0]);
    assert_eq!(endpoint.base_url, "https://api.openai.com/v1");
    assert_eq!((&key.endpoint, key.name.as_str()), (&endpoint.name, "key"));
    assert_eq!((key.header.as_str(), key.prefix.as_str()), ("authorization", "Bearer "));
    assert_eq!(key.environment, "OPENAI_API_KEY");
    assert!(manifest.exemptions.is_empty(), "everything that is posted is billed");
}

#[test]
fn settings_that_their_schema_takes_are_read() {
    for settings in [
        json!({}),
        json!({"text_model": "llama3.1", "json": "json-schema", "token_limit_field": "max_tokens"}),
        json!({"image_model": "flux", "image_sizes": ["512x512"], "image_quality": "low", "image_format": "png",
            "image_moderation": "low"}),
        json!({"json": "as-asked", "token_limit_field": "max_completion_tokens", "reasoning_effort": "none"}),
        json!({"video_model": "sora-2", "video_sizes": ["1280x720"], "video_seconds": [5, 10]}),
        json!({"json": "function-call", "organization": "org-1", "project": "proj_1", "timeout_seconds": 60}),
    ] {
        assert!(self::settings().is_valid(&settings), "{settings}");
        body(text(question()), settings);
    }
}

#[test]
fn settings_that_are_misspelt_or_could_break_a_request_are_refused_by_their_schema() {
    for settings in [
        json!({"colour": "red"}),
        json!({"json": "by-post"}),
        json!({"image_sizes": ["large"]}),
        json!({"organization": "org-1\r\nx-evil: 1"}),
        json!({"timeout_seconds": 0}),
        json!({"text_model": ""}),
        json!({"video_sizes": []}),
        json!({"video_seconds": ["4"]}),
    ] {
        assert!(!self::settings().is_valid(&settings), "{settings}");
    }
}

#[test]
fn every_setting_is_described() {
    let schema = OpenAi::manifest().settings.unwrap();
    assert_eq!(schema["additionalProperties"], false);
    for (name, setting) in schema["properties"].as_object().unwrap() {
        assert!(setting["description"].as_str().is_some_and(|words| words.len() > 20), "{name}");
    }
}
