//! Exchanges played against the adapter: no network, no host, no WebAssembly.

use compatible::Compatible;
use kinora_sdk::documents::{Message, Outcome, TextOperation};
use kinora_sdk::provider::Exchanging;
use kinora_sdk::replay::{Recorded, run};
use kinora_sdk::{Operation, ProviderError, Request};
use serde_json::{Value, json};

fn ask(settings: Value, exchange: Value) -> Result<Outcome, ProviderError> {
    let messages = vec![Message { role: "user".into(), content: "Say yes.".into() }];
    let request = Request::Text(TextOperation { messages, max_tokens: Some(5), ..TextOperation::default() });
    let exchange: Recorded = serde_json::from_value(exchange).expect("a recorded exchange");
    run::<Exchanging<Compatible>>(Operation { id: "test".into(), request }, settings, &[exchange])
}

#[test]
fn a_question_is_sent_as_recorded_and_its_answer_is_read() {
    let outcome = ask(
        json!({"model": "qwen3:8b"}),
        json!({
            "request": {
                "method": "POST",
                "path": "/chat/completions",
                "body": {"model": "qwen3:8b", "messages": [{"role": "user", "content": "Say yes."}], "max_tokens": 5},
            },
            "response": {"status": 200, "body": {
                "choices": [{"message": {"role": "assistant", "content": "Yes."}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 11, "completion_tokens": 2},
            }},
        }),
    );
    let Ok(Outcome::Text(answer)) = outcome else { panic!("{outcome:?}") };
    assert_eq!((answer.text.as_str(), answer.truncated), ("Yes.", false));
    assert_eq!((answer.usage.input_tokens, answer.usage.output_tokens), (11, 2));
}

#[test]
fn a_server_that_is_overloaded_says_when_to_come_back() {
    let error = ask(
        json!({}),
        json!({
            "request": {"method": "POST", "path": "/chat/completions"},
            "response": {"status": 429, "headers": [["retry-after", "20"]], "body": {"error": {"message": "Busy."}}},
        }),
    )
    .expect_err("it was refused");
    assert_eq!((error.kind.as_str(), error.retryable, error.retry_after_ms), ("rate-limited", true, Some(20_000)));
}
