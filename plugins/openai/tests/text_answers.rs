//! What is read out of the answers to a question.

mod common;

use common::{answered, question, question_for, recording, start, text, title, written};
use kinora_plugin_openai::OpenAi;
use kinora_sdk::documents::{Message, OutputVia, TextOperation, Usage};
use kinora_sdk::provider::{Adapter, Event};
use kinora_sdk::replay::{Replay, run};
use kinora_sdk::{Operation, ProviderError};
use serde_json::{Value, json};

fn call() -> Operation {
    text(question_for(OutputVia::FunctionCall, title()))
}

fn document() -> Operation {
    text(question_for(OutputVia::JsonSchema, title()))
}

fn prose() -> Operation {
    text(question())
}

/// An answer with this message.
fn answer(message: Value, finish_reason: &str) -> Value {
    json!({"model": "gpt-5.4-mini-2026-03-17", "choices": [{"index": 0, "message": message,
        "finish_reason": finish_reason}], "usage": {"prompt_tokens": 7, "completion_tokens": 9, "total_tokens": 16}})
}

fn calling(arguments: Value, finish_reason: &str) -> Value {
    let call = json!({"id": "call_1", "type": "function", "function": {"name": "create_scenario",
        "arguments": arguments}});
    answer(json!({"role": "assistant", "content": null, "refusal": null, "tool_calls": [call]}), finish_reason)
}

fn saying(content: &str, finish_reason: &str) -> Value {
    answer(json!({"role": "assistant", "content": content, "refusal": null}), finish_reason)
}

#[test]
fn a_recorded_function_call_is_read_with_its_usage_and_its_model() {
    let recording = recording(include_str!("data/chat-tool-calls.json"));
    let outcome = written(run::<OpenAi>(call(), Value::Null, &recording).unwrap());
    assert_eq!(outcome.text, r#"{"location": "Seattle, WA"}"#);
    assert_eq!(outcome.usage, Usage { input_tokens: 75, output_tokens: 51, ..Usage::default() });
    assert_eq!(outcome.made_by, "OpenAI, gpt-4o-mini-2024-07-18");
    assert!(!outcome.truncated);
}

#[test]
fn a_recorded_answer_by_schema_is_read() {
    let recording = recording(include_str!("data/chat-json.json"));
    let outcome = written(run::<OpenAi>(document(), Value::Null, &recording).unwrap());
    assert_eq!(outcome.text, r#"{"city":"Mexico City","country":"Mexico"}"#);
    assert_eq!(outcome.usage, Usage { input_tokens: 92, output_tokens: 15, ..Usage::default() });
}

#[test]
fn recorded_prose_is_read() {
    let recording = recording(include_str!("data/chat-prose.json"));
    let outcome = written(run::<OpenAi>(prose(), Value::Null, &recording).unwrap());
    assert!(outcome.text.starts_with("Today, the weather in Seattle is 50 degrees"));
}

#[test]
fn arguments_are_passed_on_letter_by_letter_even_where_they_are_no_json() {
    for arguments in
        ["{\"title\": \"T\" \"scenes\": []}", " {\n\"a\":1.0e2 } ", "```json\n{}\n```", "{\"a\":\"\\u00e9 é\""]
    {
        let outcome = written(answered(call(), 200, &calling(json!(arguments), "stop")).unwrap());
        assert_eq!(outcome.text, arguments);
    }
}

#[test]
fn a_server_that_answers_in_words_where_a_call_was_forced_is_read_too() {
    let outcome = written(answered(call(), 200, &saying("{\"title\": \"T\"}", "stop")).unwrap());
    assert_eq!(outcome.text, "{\"title\": \"T\"}");
}

#[test]
fn a_server_that_sends_arguments_as_json_and_no_string_is_read_too() {
    let outcome = written(answered(call(), 200, &calling(json!({"title": "T"}), "stop")).unwrap());
    assert_eq!(outcome.text, "{\"title\":\"T\"}");
}

#[test]
fn a_server_that_names_no_model_and_counts_nothing_is_read_too() {
    let body = json!({"choices": [{"message": {"content": "Once."}}]});
    let outcome = written(answered(prose(), 200, &body).unwrap());
    assert_eq!((outcome.made_by.as_str(), outcome.usage), ("OpenAI, gpt-5.4-mini", Usage::default()));
}

#[test]
fn a_refusal_is_a_matter_of_policy_and_is_told_in_the_models_words() {
    let refusing = json!({"role": "assistant", "content": null, "refusal": "I'm sorry, I can't help with that."});
    for operation in [call(), document(), prose()] {
        let error = answered(operation, 200, &answer(refusing.clone(), "stop")).unwrap_err();
        assert_eq!((error.kind.as_str(), error.retryable, error.http_status), ("content-policy", false, Some(200)));
        assert!(error.message.ends_with("I'm sorry, I can't help with that."), "{}", error.message);
    }
}

#[test]
fn an_answer_that_the_content_filter_stopped_is_a_matter_of_policy() {
    for body in [saying("Once upon", "content_filter"), calling(json!("{\"ti"), "content_filter")] {
        assert_eq!(answered(call(), 200, &body).unwrap_err().kind, "content-policy");
    }
}

#[test]
fn an_answer_cut_off_at_the_token_limit_is_passed_on_as_it_came_and_marked() {
    let empty = answer(json!({"role": "assistant", "content": null}), "length");
    for (operation, body, text) in [
        (prose(), saying("Once upon a", "length"), "Once upon a"),
        (document(), saying("{\"title\": \"Th", "length"), "{\"title\": \"Th"),
        (call(), calling(json!("{\"title\": \"Th"), "length"), "{\"title\": \"Th"),
        (call(), empty, ""),
    ] {
        let outcome = written(answered(operation, 200, &body).unwrap());
        assert_eq!((outcome.text.as_str(), outcome.truncated, outcome.usage.output_tokens), (text, true, 9));
    }
}

#[test]
fn an_answer_without_an_answer_is_malformed_and_may_be_asked_for_again() {
    let nothing = answer(json!({"role": "assistant", "content": null}), "stop");
    let bodies =
        [json!({"choices": []}), json!({}), json!([1]), json!({"choices": [{"finish_reason": "stop"}]}), nothing];
    for body in bodies {
        for operation in [call(), document(), prose()] {
            let error = answered(operation, 200, &body).unwrap_err();
            assert_eq!((error.kind.as_str(), error.retryable), ("malformed-output", true), "{body}");
        }
    }
    let error = start(prose(), Value::Null).respond(200, &[], b"<html>OK</html>").end().unwrap_err();
    assert_eq!((error.kind.as_str(), error.retryable), ("malformed-output", true));
}

#[test]
fn what_is_stored_between_the_steps_stays_small_and_carries_none_of_the_conversation() {
    let content = "word ".repeat(200_000);
    let long = TextOperation { messages: vec![Message { role: "user".to_owned(), content }], ..question() };
    let replay = start(text(long), Value::Null);
    assert!(replay.step.state.len() < 200, "{} bytes", replay.step.state.len());
}

#[test]
fn a_host_that_restarts_goes_on_from_the_stored_step() {
    let replay = Replay::<OpenAi>::at(start(call(), Value::Null).step);
    let outcome = replay.respond(200, &[], calling(json!("{}"), "stop").to_string().as_bytes()).end().unwrap();
    assert_eq!(written(outcome).text, "{}");
}

#[test]
fn an_answer_that_does_not_come_is_told_as_the_sdk_tells_it() {
    for (failure, kind) in [("timeout", "timeout"), ("connect", "unavailable"), ("reset", "unavailable")] {
        let error = start(prose(), Value::Null).break_off(failure, true).end().unwrap_err();
        assert_eq!((error.kind.as_str(), error.retryable), (kind, true));
    }
}

#[test]
fn cancelling_has_nothing_to_do_upstream() {
    assert_eq!(start(prose(), Value::Null).cancel().end().unwrap_err(), ProviderError::cancelled());
}

#[test]
fn a_foreign_state_or_an_unexpected_event_is_an_error_and_no_panic() {
    for state in [&b""[..], b"{}", b"\xff", b"{\"waits_for\":\"tea\"}"] {
        assert!(Replay::<OpenAi>::at(OpenAi::resume(state.to_vec(), Event::Timer)).end().is_err());
    }
    let state = start(prose(), Value::Null).step.state;
    assert!(Replay::<OpenAi>::at(OpenAi::resume(state, Event::Timer)).end().is_err());
}
