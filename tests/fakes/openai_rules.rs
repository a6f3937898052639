//! What the stand-in for OpenAI refuses, and that a refused request cannot go unnoticed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};

use super::openai::{CHAT, FakeOpenAi, IMAGES};
use super::openai_answers::{post, scenario_request};
use crate::support::http;

/// A request is refused in OpenAI's shape, naming the parameter, and is one violation that has these words.
fn refused(path: &str, body: &Value, param: &str, words: &str) {
    let fake = FakeOpenAi::start();
    let reply = post(&fake, path, body);
    let violations = fake.take_violations();
    assert_eq!(reply.status, 400, "{}", reply.text());
    assert_eq!(reply.json()["error"]["type"], "invalid_request_error");
    assert_eq!(reply.json()["error"]["param"], param, "{}", reply.text());
    assert_eq!(violations.len(), 1, "{violations:?}");
    assert!(violations[0].contains(words) && violations[0].contains(path), "{words:?} is not in {violations:?}");
}

/// The request for a scenario with one change.
fn changed(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = scenario_request(3, "a lighthouse");
    change(&mut body);
    body
}

#[test]
fn a_body_against_the_description_is_a_violation() {
    refused(CHAT, &changed(|body| body["n"] = json!(0)), "n", "less than the minimum of 1");
    refused(CHAT, &changed(|body| body["temperature"] = json!("hot")), "temperature", "hot");
    refused(CHAT, &changed(|body| body["messages"] = json!([])), "messages", "[]");
    refused(CHAT, &changed(|body| body["messages"][1]["role"] = json!("owner")), "messages[1]", "owner");
    refused(CHAT, &json!({"messages": [{"role": "user", "content": "x"}]}), "", "model");
    refused(IMAGES, &json!({"model": "gpt-image-2"}), "", "prompt");
}

#[test]
fn an_unknown_parameter_is_a_violation() {
    refused(CHAT, &changed(|body| body["max_token"] = json!(5)), "max_token", "Unknown parameter");
    let body = json!({"model": "gpt-image-2", "prompt": "x", "response_format": "b64_json"});
    refused(IMAGES, &body, "response_format", "Unknown parameter: 'response_format'.");
    let recorded = include_str!("../data/openai/recorded/images_unknown_parameter.json");
    let fake = FakeOpenAi::start();
    let reply = post(&fake, IMAGES, &body);
    assert_eq!(reply.json(), serde_json::from_str::<Value>(recorded).expect("JSON"), "as the real one says it");
    fake.take_violations();
}

#[test]
fn a_forced_tool_must_be_among_the_tools() {
    let forced = |body: &mut Value| body["tool_choice"]["function"]["name"] = json!("create_film");
    refused(CHAT, &changed(forced), "tool_choice", "create_film");
    let without = changed(|body| drop(body.as_object_mut().expect("an object").remove("tools")));
    refused(CHAT, &without, "tool_choice", "only allowed where tools are given");
    refused(CHAT, &changed(|body| body["tools"][0]["function"]["name"] = json!("a film")), "tool_choice", "no name");
}

#[test]
fn a_strict_schema_must_be_closed_and_complete() {
    let parameters = |body: &mut Value, change: fn(&mut Value)| change(&mut body["tools"][0]["function"]["parameters"]);
    let open = changed(|body| {
        parameters(body, |schema| schema["properties"]["scenes"]["items"]["additionalProperties"] = json!(true));
    });
    refused(CHAT, &open, "tools", "at '/properties/scenes/items' additionalProperties must be false");
    let optional = changed(|body| parameters(body, |schema| schema["required"] = json!(["title"])));
    refused(CHAT, &optional, "tools", "must be required");
    let broken = changed(|body| parameters(body, |schema| schema["properties"]["title"]["type"] = json!("words")));
    refused(CHAT, &broken, "tools", "no JSON schema");
}

#[test]
fn models_that_think_take_another_limit() {
    let limited =
        |model: &str| json!({"model": model, "messages": [{"role": "user", "content": "x"}], "max_tokens": 9});
    refused(CHAT, &limited("o3-mini"), "max_tokens", "max_completion_tokens");
    refused(CHAT, &limited("gpt-5.2"), "max_tokens", "max_completion_tokens");
    assert_eq!(post(&FakeOpenAi::start(), CHAT, &limited("gpt-4o-mini")).status, 200);
}

#[test]
fn sizes_are_those_of_the_model() {
    let sized = |model: &str, size: &str| json!({"model": model, "prompt": "x", "size": size});
    refused(IMAGES, &sized("gpt-image-2", "1000x1000"), "size", "1000x1000");
    refused(IMAGES, &sized("gpt-image-2", "4096x1024"), "size", "4096x1024");
    refused(IMAGES, &sized("gpt-image-1", "1536x864"), "size", "1536x864");
    assert_eq!(post(&FakeOpenAi::start(), IMAGES, &sized("gpt-image-2", "1536x864")).status, 200);
    assert_eq!(post(&FakeOpenAi::start(), IMAGES, &sized("gpt-image-1", "1536x1024")).status, 200);
}

#[test]
fn a_missing_or_wrong_key_is_401_before_anything_else() {
    let fake = FakeOpenAi::start();
    let url = fake.base_url() + "/chat/completions";
    let missing = http::send(|client| client.post(&url).body("no JSON")).expect("it answers");
    assert_eq!(missing.status, 401);
    assert_eq!(missing.json()["error"]["type"], "invalid_request_error");
    let wrong = http::send(|client| client.post(&url).bearer_auth("sk-wrong-key").body("no JSON")).expect("it answers");
    assert_eq!(wrong.status, 401);
    assert_eq!(wrong.json()["error"]["code"], "invalid_api_key");
    assert_eq!(fake.count(CHAT), 2, "both are remembered");
}

#[test]
fn a_body_that_is_no_json_or_does_not_say_so_is_a_violation() {
    let fake = FakeOpenAi::start();
    let url = fake.base_url() + "/chat/completions";
    let broken = http::send(|client| {
        client.post(&url).bearer_auth(fake.key()).header("content-type", "application/json").body("{\"model\": ")
    });
    assert_eq!(broken.expect("it answers").status, 400);
    let untold = scenario_request(3, "x").to_string();
    let untold = http::send(|client| client.post(&url).bearer_auth(fake.key()).body(untold));
    assert_eq!(untold.expect("it answers").status, 400);
    let violations = fake.take_violations();
    assert!(violations[0].contains("cannot be parsed") && violations[1].contains("Content-Type"), "{violations:?}");
}

#[test]
fn what_was_recorded_from_others_is_not_refused() {
    let fake = FakeOpenAi::start();
    for recorded in [
        include_str!("../data/openai/recorded/chat_tool_calls.json"),
        include_str!("../data/openai/recorded/chat_text.json"),
        include_str!("../data/openai/recorded/chat_json_schema.json"),
    ] {
        let recorded: Value = serde_json::from_str(recorded).expect("JSON");
        let reply = post(&fake, CHAT, &recorded["request"]);
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
}

#[test]
fn a_violation_fails_the_test_even_if_nobody_looks_at_the_answer() {
    let fake = FakeOpenAi::start();
    post(&fake, CHAT, &json!({"model": "gpt-4o-mini", "messages": []}));
    assert_eq!(fake.violations().len(), 1);
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(fake)));
    let said = *dropped.expect_err("dropping it panics").downcast::<String>().expect("with a sentence");
    assert!(said.contains("OpenAI would refuse") && said.contains("messages"), "{said}");
}

#[test]
fn an_answer_that_cannot_be_is_the_tests_own_violation() {
    let fake = FakeOpenAi::start();
    fake.script([super::openai::Answer::picture()]);
    assert_eq!(post(&fake, CHAT, &scenario_request(3, "x")).status, 501);
    assert!(fake.take_violations()[0].contains("wants a picture"));
}

#[test]
fn a_benchmark_can_switch_the_judging_off() {
    let fake = FakeOpenAi::builder().validate(false).keep_bodies(false).start();
    assert_eq!(post(&fake, CHAT, &json!({"nonsense": true})).status, 200);
    assert_eq!((fake.count(CHAT), fake.count_containing("nonsense")), (1, 0));
}
