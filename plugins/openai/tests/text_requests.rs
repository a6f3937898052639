//! What is asked for a text.

mod common;

use common::{assert_described, body, question, question_for, refusal, sent, text, title};
use kinora_plugin_scenario::Scenario;
use kinora_sdk::Strategy;
use kinora_sdk::documents::{Message, OutputVia, StrategyRequest, TextOperation};
use kinora_sdk::provider::{EndpointPath, Target};
use serde_json::{Value, json};

const DESCRIBED: &str = "CreateChatCompletionRequest";

#[test]
fn a_forced_function_call_is_asked_as_openai_describes_it() {
    let body = body(text(question_for(OutputVia::FunctionCall, title())), Value::Null);
    assert_described(DESCRIBED, &body);
    let function = json!({"name": "create_scenario", "description": "Hands in the scenario.", "strict": true,
        "parameters": title()});
    assert_eq!(body["tools"], json!([{"type": "function", "function": function}]));
    assert_eq!(body["tool_choice"], json!({"type": "function", "function": {"name": "create_scenario"}}));
    assert_eq!(body["parallel_tool_calls"], false);
    assert!(body.get("response_format").is_none());
}

#[test]
fn a_response_format_is_asked_as_openai_describes_it() {
    let body = body(text(question_for(OutputVia::JsonSchema, title())), Value::Null);
    assert_described(DESCRIBED, &body);
    let format = json!({"name": "create_scenario", "description": "Hands in the scenario.", "strict": true,
        "schema": title()});
    assert_eq!(body["response_format"], json!({"type": "json_schema", "json_schema": format}));
    assert!(body.get("tools").is_none() && body.get("tool_choice").is_none());
}

#[test]
fn prose_is_asked_with_the_messages_and_every_parameter_as_given() {
    let operation =
        TextOperation { temperature: Some(0.7), max_tokens: Some(16_000), seed: Some(42_069), ..question() };
    let body = body(text(operation), Value::Null);
    assert_described(DESCRIBED, &body);
    let expected = json!({
        "model": "gpt-5.4-mini",
        "messages": [
            {"role": "system", "content": "You write films."},
            {"role": "user", "content": "A lighthouse keeper's last night."},
        ],
        "temperature": 0.7, "max_completion_tokens": 16_000, "seed": 42_069,
    });
    assert_eq!(body, expected);
}

#[test]
fn what_is_not_given_is_not_sent() {
    let body = body(text(question()), Value::Null);
    assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["messages", "model"]);
}

#[test]
fn the_largest_seed_fits_what_openai_takes() {
    for seed in [0, 7, u64::MAX] {
        assert_described(DESCRIBED, &body(text(TextOperation { seed: Some(seed), ..question() }), Value::Null));
    }
}

#[test]
fn the_scenario_strategys_question_is_asked_strictly() {
    let input = json!({"prompt": "tea", "scene_count": 3, "style": "cinematic-storytelling", "mood": "professional",
        "resolution": "1920x1080", "target_language": "en-US"});
    let request = StrategyRequest { kind: "scenario".to_owned(), input, attempt: 1, problems: vec![] };
    let body = body(text(Scenario::compose(request, json!({})).unwrap()), Value::Null);
    assert_described(DESCRIBED, &body);
    assert_eq!(body["tools"][0]["function"]["strict"], true);
    assert_eq!(body["max_completion_tokens"], 16_000);
}

#[test]
fn strict_mode_is_asked_of_schemas_that_qualify_alone() {
    let object = |extra: Value| {
        let mut schema = title();
        schema.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        schema
    };
    let of = |part: Value| object(json!({"properties": {"title": part}}));
    let nested = |depth: usize| (0..depth).fold(json!({"type": "string"}), |inner, _| of(inner));
    for (schema, strict) in [
        (title(), true),
        (object(json!({"additionalProperties": true})), false),
        (object(json!({"required": []})), false),
        (object(json!({"minProperties": 1})), false),
        (object(json!({"anyOf": [title()]})), false),
        (object(json!({"$defs": {"one": title()}})), true),
        (object(json!({"$defs": {"one": {"type": "object"}}})), false),
        (of(json!({"type": "array", "items": title(), "minItems": 3, "maxItems": 3})), true),
        (of(json!({"type": "array", "items": {"type": "object", "properties": {"x": {}}}})), false),
        (of(json!({"anyOf": [{"type": "string"}, {"type": "null"}]})), true),
        (of(json!({"anyOf": [{"type": "string"}, {"oneOf": []}]})), false),
        (of(json!({"$ref": "#"})), true),
        (of(json!(true)), false),
        (of(json!({"type": "string", "minLength": 3})), false),
        (json!({"type": "array", "items": title()}), false),
        (json!({}), false),
        (nested(5), true),
        (nested(6), false),
    ] {
        for via in [OutputVia::FunctionCall, OutputVia::JsonSchema] {
            let body = body(text(question_for(via, schema.clone())), Value::Null);
            assert_described(DESCRIBED, &body);
            let asked = [&body["tools"][0]["function"]["strict"], &body["response_format"]["json_schema"]["strict"]];
            assert!(asked.contains(&&json!(strict)), "{schema}");
            assert_eq!(body.get("parallel_tool_calls").is_some(), strict && via == OutputVia::FunctionCall);
        }
    }
}

#[test]
fn a_setting_chooses_how_json_is_asked_for() {
    for (setting, asked, function) in [
        ("as-asked", OutputVia::FunctionCall, true),
        ("as-asked", OutputVia::JsonSchema, false),
        ("function-call", OutputVia::JsonSchema, true),
        ("json-schema", OutputVia::FunctionCall, false),
    ] {
        let body = body(text(question_for(asked, title())), json!({"json": setting}));
        assert_described(DESCRIBED, &body);
        assert_eq!((body.get("tools").is_some(), body.get("response_format").is_some()), (function, !function));
    }
}

#[test]
fn a_model_that_thinks_is_asked_by_response_format_and_without_a_temperature() {
    let asked = || TextOperation { temperature: Some(0.7), ..question_for(OutputVia::FunctionCall, title()) };
    let luna = TextOperation { model: Some("gpt-5.6-luna".to_owned()), ..asked() };
    for (operation, settings, thinks) in [
        (luna.clone(), json!({}), true),
        (luna, json!({"reasoning_effort": "none"}), false),
        (asked(), json!({"reasoning_effort": "high"}), true),
        (asked(), json!({"reasoning_effort": "none"}), false),
        (asked(), json!({"text_model": "llama3.1"}), false),
    ] {
        let body = body(text(operation), settings.clone());
        assert_described(DESCRIBED, &body);
        assert_eq!((body.get("response_format").is_some(), body.get("temperature").is_none()), (thinks, thinks));
        assert_eq!(body.get("reasoning_effort"), settings.get("reasoning_effort"));
    }
}

#[test]
fn the_token_limit_goes_by_the_name_the_server_knows() {
    let operation = || text(TextOperation { max_tokens: Some(100), ..question() });
    let body = body(operation(), json!({"token_limit_field": "max_tokens"}));
    assert_described(DESCRIBED, &body);
    assert_eq!((&body["max_tokens"], body.get("max_completion_tokens")), (&json!(100), None));
}

#[test]
fn the_model_is_that_of_the_request_else_of_the_settings_else_the_first_of_the_manifest() {
    let named = TextOperation { model: Some("gpt-5.4".to_owned()), ..question() };
    let settings = || json!({"text_model": "llama3.1"});
    assert_eq!(body(text(named), settings())["model"], "gpt-5.4");
    assert_eq!(body(text(question()), settings())["model"], "llama3.1");
    assert_eq!(body(text(question()), Value::Null)["model"], "gpt-5.4-mini");
}

#[test]
fn the_name_of_a_document_is_made_to_fit() {
    for (name, expected) in
        [("a scene/plan", "a_scene_plan"), ("", "answer"), (&"x".repeat(80), &*"x".repeat(64)), ("été", "_t_")]
    {
        let mut operation = question_for(OutputVia::FunctionCall, title());
        operation.output.as_mut().unwrap().name = name.to_owned();
        let body = body(text(operation), Value::Null);
        assert_eq!(body["tools"][0]["function"]["name"], expected);
        assert_eq!(body["tool_choice"]["function"]["name"], expected);
    }
}

#[test]
fn it_is_posted_to_the_endpoint_with_the_credential_named_and_no_authorization_header() {
    let settings = json!({"organization": "org-1", "project": "proj_2", "timeout_seconds": 20});
    let request = sent(text(question()), settings);
    let path = EndpointPath { endpoint: "api".to_owned(), path: "/chat/completions".to_owned() };
    assert_eq!((request.method.as_str(), &request.target), ("POST", &Target::Endpoint(path)));
    assert_eq!(request.credential.as_deref(), Some("key"));
    assert_eq!(request.timeout_ms, Some(20_000));
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let expected = [
        header("content-type", "application/json"),
        header("openai-organization", "org-1"),
        header("openai-project", "proj_2"),
    ];
    assert_eq!(request.headers, expected);
    assert_eq!(request.exemption, None, "it is billable");
}

#[test]
fn what_cannot_be_asked_is_refused_before_anything_is_sent() {
    let silent = TextOperation { messages: Vec::<Message>::new(), ..question() };
    let video = kinora_sdk::Request::Video(Default::default());
    for (operation, settings, word) in [
        (text(silent), json!({}), "messages"),
        (text(question()), json!({"colour": "red"}), "colour"),
        (text(question()), json!({"json": "by-post"}), "by-post"),
        (common::operation(video), json!({}), "video"),
    ] {
        let error = refusal(operation, settings);
        assert_eq!((error.kind.as_str(), error.retryable), ("invalid-request", false));
        assert!(error.message.contains(word), "{}", error.message);
    }
}
