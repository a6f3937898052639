//! What is asked for a text, and what is read out of the answer.

mod common;

use common::{
    answered, assert_described, at, body, question, question_for, recorded, recording, refusal, sent, start, text,
    written,
};
use kinora_plugin_gemini::Gemini;
use kinora_plugin_scenario::Scenario;
use kinora_sdk::documents::{Message, StrategyRequest, TextOperation, Usage};
use kinora_sdk::provider::{Adapter, Event};
use kinora_sdk::replay::{Replay, run};
use kinora_sdk::{ProviderError, Strategy};
use serde_json::{Value, json};

const DESCRIBED: &str = "GenerateContentRequest";

/// An answer with these parts.
fn answer(parts: Value, finish: &str) -> Value {
    json!({
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": finish, "index": 0}],
        "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 9, "thoughtsTokenCount": 4},
        "modelVersion": "gemini-3.8-flash-001",
    })
}

fn title() -> Value {
    json!({"type": "object", "additionalProperties": false, "required": ["title"],
        "properties": {"title": {"type": "string"}}})
}

fn closed_by(words: &str) -> Value {
    json!({"type": "object", "properties": {"title": {"type": "string", "not": {"const": words}}}})
}

#[test]
fn prose_is_asked_with_the_messages_and_every_parameter_as_given() {
    let mut operation =
        TextOperation { temperature: Some(0.7), max_tokens: Some(16_000), seed: Some(42_069), ..question() };
    for (role, content) in [("assistant", "He was alone."), ("user", "Go on.")] {
        operation.messages.push(Message { role: role.to_owned(), content: content.to_owned() });
    }
    let body = body(text(operation), Value::Null);
    assert_described(DESCRIBED, &body);
    let expected = json!({
        "systemInstruction": {"parts": [{"text": "You write films."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "A lighthouse keeper's last night."}]},
            {"role": "model", "parts": [{"text": "He was alone."}]},
            {"role": "user", "parts": [{"text": "Go on."}]},
        ],
        "generationConfig": {"temperature": 0.7, "maxOutputTokens": 16_000, "seed": 42_069},
    });
    assert_eq!(body, expected);
}

#[test]
fn what_is_not_given_is_not_sent() {
    let body = body(text(question()), Value::Null);
    assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["contents", "systemInstruction"]);
}

#[test]
fn numbers_stay_in_the_range_that_google_takes() {
    for (seed, tokens) in [(0, 1), (u64::MAX, u32::MAX)] {
        let operation = TextOperation { seed: Some(seed), max_tokens: Some(tokens), ..question() };
        let config = body(text(operation), Value::Null)["generationConfig"].clone();
        for number in [&config["seed"], &config["maxOutputTokens"]] {
            assert!(number.as_u64().is_some_and(|number| number <= i32::MAX as u64), "{config}");
        }
    }
}

#[test]
fn json_is_asked_for_by_a_schema_in_geminis_words() {
    let body = body(text(question_for(title())), Value::Null);
    assert_described(DESCRIBED, &body);
    let schema = json!({"type": "OBJECT", "description": "Hands in the scenario.", "required": ["title"],
        "properties": {"title": {"type": "STRING"}}, "propertyOrdering": ["title"]});
    let expected = json!({"responseMimeType": "application/json", "responseSchema": schema});
    assert_eq!(body["generationConfig"], expected);
}

#[test]
fn a_schema_that_gemini_cannot_say_goes_as_it_is() {
    let body = body(text(question_for(closed_by("Untitled"))), Value::Null);
    assert_described(DESCRIBED, &body);
    let mut schema = closed_by("Untitled");
    schema["description"] = json!("Hands in the scenario.");
    assert_eq!(body["generationConfig"]["responseJsonSchema"], schema);
    assert!(body["generationConfig"].get("responseSchema").is_none());
}

#[test]
fn a_setting_chooses_the_field_of_the_schema() {
    for (setting, schema, field) in [
        ("auto", title(), "responseSchema"),
        ("auto", closed_by("x"), "responseJsonSchema"),
        ("responseSchema", closed_by("x"), "responseSchema"),
        ("responseJsonSchema", title(), "responseJsonSchema"),
    ] {
        let body = body(text(question_for(schema)), json!({"json_schema": setting}));
        assert_described(DESCRIBED, &body);
        let config = body["generationConfig"].as_object().unwrap();
        assert!(config.len() == 2 && config.contains_key(field), "{config:?}");
    }
}

#[test]
fn the_scenario_strategys_question_can_be_said_whole() {
    let input = json!({"prompt": "tea", "scene_count": 3, "style": "cinematic-storytelling", "mood": "professional",
        "resolution": "1920x1080", "target_language": "en-US"});
    let request = StrategyRequest { kind: "scenario".to_owned(), input, attempt: 1, problems: vec![] };
    let body = body(text(Scenario::compose(request, json!({})).unwrap()), Value::Null);
    assert_described(DESCRIBED, &body);
    assert_eq!(body["generationConfig"]["responseSchema"]["type"], "OBJECT");
    assert_eq!(body["generationConfig"]["maxOutputTokens"], 16_000);
}

#[test]
fn thinking_and_the_safety_filter_are_set_as_google_describes_them() {
    let body = body(text(question()), json!({"thinking_level": "LOW", "safety_threshold": "BLOCK_ONLY_HIGH"}));
    assert_described(DESCRIBED, &body);
    assert_eq!(body["generationConfig"]["thinkingConfig"], json!({"thinkingLevel": "LOW"}));
    let safety = body["safetySettings"].as_array().unwrap();
    assert_eq!(safety.len(), 4);
    assert!(safety.iter().all(|setting| setting["threshold"] == "BLOCK_ONLY_HIGH"));
}

#[test]
fn the_model_is_that_of_the_request_else_of_the_settings_else_the_first_of_the_manifest() {
    let named = |model: &str| text(TextOperation { model: Some(model.to_owned()), ..question() });
    let path = |operation, settings| sent(operation, settings).target;
    let settings = || json!({"text_model": "gemini-4-hydrogen"});
    assert_eq!(path(named("gemini-x"), settings()), at("/models/gemini-x:generateContent"));
    assert_eq!(path(named("models/gemini-x"), settings()), at("/models/gemini-x:generateContent"));
    assert_eq!(path(text(question()), settings()), at("/models/gemini-4-hydrogen:generateContent"));
    assert_eq!(path(text(question()), Value::Null), at("/models/gemini-3.8-flash:generateContent"));
}

#[test]
fn it_is_posted_with_the_credential_named_and_no_key() {
    let request = sent(text(question()), json!({"timeout_seconds": 20}));
    assert_eq!((request.method.as_str(), request.credential.as_deref()), ("POST", Some("key")));
    assert_eq!((request.timeout_ms, request.exemption), (Some(20_000), None), "it is billable");
    assert_eq!(request.headers, [("content-type".to_owned(), "application/json".to_owned())]);
}

#[test]
fn what_cannot_be_asked_is_refused_before_anything_is_sent() {
    let silent = TextOperation { messages: vec![question().messages.remove(0)], ..question() };
    let elsewhere = |model: &str| text(TextOperation { model: Some(model.to_owned()), ..question() });
    for (operation, settings, word) in [
        (text(silent), json!({}), "messages"),
        (text(question()), json!({"colour": "red"}), "colour"),
        (text(question()), json!({"video_api": "by-post"}), "by-post"),
        (elsewhere("../files/x"), json!({}), "../files/x"),
        (elsewhere("x:streamGenerateContent?alt=sse"), json!({}), "no model's id"),
        (elsewhere(""), json!({}), "no model's id"),
    ] {
        let error = refusal(operation, settings);
        assert_eq!((error.kind.as_str(), error.retryable), ("invalid-request", false));
        assert!(error.message.contains(word), "{}", error.message);
    }
}

#[test]
fn a_recorded_answer_by_schema_is_read_with_its_usage_and_its_model() {
    let recording = recording(include_str!("data/text-json.json"));
    let settings = json!({"text_model": "gemini-2.5-flash"});
    let outcome = written(run::<Gemini>(text(question_for(title())), settings, &recording).unwrap());
    let document: Value = serde_json::from_str(&outcome.text).unwrap();
    assert_eq!(document["inner"]["innerString"], "nestedString");
    assert_eq!(outcome.usage, Usage { input_tokens: 5, output_tokens: 238 + 41, ..Usage::default() });
    assert_eq!(outcome.made_by, "Google, gemini-2.5-flash");
    assert!(!outcome.truncated);
}

#[test]
fn parts_are_joined_letter_by_letter_and_thoughts_are_left_out() {
    let parts = json!([{"text": "Hm.", "thought": true}, {"text": "{\"title\": "}, {"text": "\"T\" }\n"}]);
    let outcome = written(answered(text(question()), 200, &answer(parts, "STOP")).unwrap());
    assert_eq!(outcome.text, "{\"title\": \"T\" }\n");
    assert_eq!((outcome.usage.output_tokens, outcome.made_by.as_str()), (13, "Google, gemini-3.8-flash-001"));
}

#[test]
fn an_answer_that_names_no_model_and_counts_nothing_is_read_too() {
    let body = json!({"candidates": [{"content": {"parts": [{"text": "Once."}]}}]});
    let outcome = written(answered(text(question()), 200, &body).unwrap());
    assert_eq!((outcome.made_by.as_str(), outcome.usage), ("Google, gemini-3.8-flash", Usage::default()));
}

#[test]
fn an_answer_cut_off_at_the_token_limit_is_passed_on_and_marked() {
    let outcome = answered(text(question()), 200, &answer(json!([{"text": "Once upon a"}]), "MAX_TOKENS"));
    let outcome = written(outcome.unwrap());
    assert_eq!((outcome.text.as_str(), outcome.truncated), ("Once upon a", true));
}

#[test]
fn tokens_that_all_went_into_thinking_are_an_error_that_says_what_to_do() {
    for parts in [json!(null), json!([]), json!([{"text": "Hm", "thought": true}])] {
        let error = answered(text(question()), 200, &answer(parts, "MAX_TOKENS")).unwrap_err();
        assert_eq!((error.kind.as_str(), error.retryable), ("invalid-request", false));
        assert_eq!(error.upstream_code.as_deref(), Some("MAX_TOKENS"));
        assert!(error.message.contains("Allow more tokens"), "{}", error.message);
    }
}

#[test]
fn a_recorded_block_of_the_answer_is_a_matter_of_policy() {
    let error = answered(text(question()), 200, &recorded(include_str!("data/safety.json"))).unwrap_err();
    assert_eq!((error.kind.as_str(), error.retryable, error.http_status), ("content-policy", false, Some(200)));
    assert_eq!(error.upstream_code.as_deref(), Some("SAFETY"));
}

#[test]
fn every_reason_to_stop_has_its_kind() {
    for (reason, kind, retryable) in [
        ("SAFETY", "content-policy", false),
        ("RECITATION", "content-policy", false),
        ("PROHIBITED_CONTENT", "content-policy", false),
        ("BLOCKLIST", "content-policy", false),
        ("SPII", "content-policy", false),
        ("IMAGE_SAFETY", "content-policy", false),
        ("LANGUAGE", "invalid-request", false),
        ("MALFORMED_FUNCTION_CALL", "malformed-output", true),
        ("UNEXPECTED_TOOL_CALL", "malformed-output", true),
        ("OTHER", "malformed-output", true),
        ("STOP", "malformed-output", true),
    ] {
        let error = answered(text(question()), 200, &answer(json!([]), reason)).unwrap_err();
        assert_eq!((error.kind.as_str(), error.retryable), (kind, retryable), "{reason}");
        assert!(error.message.contains(reason) || reason == "LANGUAGE", "{}", error.message);
    }
    let begun = answer(json!([{"text": "Once upon"}]), "SAFETY");
    assert_eq!(
        answered(text(question()), 200, &begun).unwrap_err().kind,
        "content-policy",
        "what was begun is not read"
    );
}

#[test]
fn a_blocked_prompt_is_a_matter_of_policy() {
    for reason in ["SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY", "A_NEW_ONE"] {
        let body = json!({"promptFeedback": {"blockReason": reason}, "usageMetadata": {"promptTokenCount": 3}});
        let error = answered(text(question()), 200, &body).unwrap_err();
        assert_eq!((error.kind.as_str(), error.retryable), ("content-policy", false));
        assert!(error.message.contains(&format!("the prompt was blocked ({reason})")), "{}", error.message);
    }
}

#[test]
fn an_answer_without_an_answer_is_malformed_and_may_be_asked_for_again() {
    for body in [json!({}), json!([1]), json!({"candidates": []}), json!({"candidates": [{"finishReason": "STOP"}]})] {
        let error = answered(text(question()), 200, &body).unwrap_err();
        assert_eq!((error.kind.as_str(), error.retryable), ("malformed-output", true), "{body}");
    }
    let error = start(text(question()), Value::Null).respond(200, &[], b"<html>OK</html>").end().unwrap_err();
    assert_eq!((error.kind.as_str(), error.retryable), ("malformed-output", true));
}

#[test]
fn what_is_stored_between_the_steps_stays_small_and_a_host_that_restarts_goes_on_from_it() {
    let content = "word ".repeat(200_000);
    let long = TextOperation { messages: vec![Message { role: "user".to_owned(), content }], ..question() };
    let step = start(text(long), Value::Null).step;
    assert!(step.state.len() < 200, "{} bytes", step.state.len());
    let body = answer(json!([{"text": "Once."}]), "STOP").to_string();
    let outcome = Replay::<Gemini>::at(step).respond(200, &[], body.as_bytes()).end().unwrap();
    assert_eq!(written(outcome).text, "Once.");
}

#[test]
fn an_answer_that_does_not_come_is_told_as_the_sdk_tells_it() {
    for (failure, kind) in [("timeout", "timeout"), ("connect", "unavailable"), ("reset", "unavailable")] {
        let error = start(text(question()), Value::Null).break_off(failure, true).end().unwrap_err();
        assert_eq!((error.kind.as_str(), error.retryable), (kind, true));
    }
}

#[test]
fn cancelling_has_nothing_to_do_upstream() {
    assert_eq!(start(text(question()), Value::Null).cancel().end().unwrap_err(), ProviderError::cancelled());
}

#[test]
fn a_foreign_state_or_an_unexpected_event_is_an_error_and_no_panic() {
    for state in [&b""[..], b"{}", b"\xff", b"{\"waits_for\":\"tea\"}"] {
        assert!(Replay::<Gemini>::at(Gemini::resume(state.to_vec(), Event::Timer)).end().is_err());
        assert!(Replay::<Gemini>::at(Gemini::cancel(state.to_vec())).end().is_err());
    }
    let state = start(text(question()), Value::Null).step.state;
    assert!(Replay::<Gemini>::at(Gemini::resume(state, Event::Timer)).end().is_err());
}
