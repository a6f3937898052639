//! What the upstream's errors become.

mod common;

use common::{image, picture, question, recording, start, text};
use kinora_plugin_openai::OpenAi;
use kinora_sdk::ProviderError;
use kinora_sdk::replay::run;
use serde_json::{Value, json};

/// The error of an answer with this status, these headers and this body.
fn error(status: u16, headers: &[(&str, &str)], body: &str) -> ProviderError {
    let headers: Vec<_> = headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    start(text(question()), Value::Null).respond(status, &headers, body.as_bytes()).end().unwrap_err()
}

/// OpenAI's body of an error.
fn told(message: &str, class: &str, code: Value) -> String {
    json!({"error": {"message": message, "type": class, "param": null, "code": code}}).to_string()
}

fn busy() -> String {
    let message = "Rate limit reached for gpt-5.4-mini in organization org-x on requests per min (RPM): Limit 3.";
    told(message, "requests", json!("rate_limit_exceeded"))
}

/// The pause that a rate-limited answer with these headers asks for.
fn pause(headers: &[(&str, &str)]) -> Option<u64> {
    error(429, headers, &busy()).retry_after_ms
}

#[test]
fn every_status_and_code_has_its_kind() {
    let no_code = Value::Null;
    for (status, class, code, kind, retryable) in [
        (400, "invalid_request_error", json!("decimal_below_min_value"), "invalid-request", false),
        (400, "invalid_request_error", json!("model_not_found"), "model-unavailable", false),
        (400, "invalid_request_error", json!("content_policy_violation"), "content-policy", false),
        (400, "invalid_request_error", json!("billing_hard_limit_reached"), "quota-exhausted", false),
        (400, "image_generation_user_error", json!("moderation_blocked"), "content-policy", false),
        (400, "image_generation_user_error", no_code.clone(), "content-policy", false),
        (401, "invalid_request_error", json!("invalid_api_key"), "authentication", false),
        (402, "", no_code.clone(), "quota-exhausted", false),
        (403, "invalid_request_error", json!("model_not_found"), "model-unavailable", false),
        (403, "invalid_request_error", no_code.clone(), "authentication", false),
        (404, "invalid_request_error", json!("model_not_found"), "model-unavailable", false),
        (404, "invalid_request_error", no_code.clone(), "invalid-request", false),
        (408, "", no_code.clone(), "timeout", true),
        (409, "", no_code.clone(), "unavailable", true),
        (413, "", no_code.clone(), "invalid-request", false),
        (422, "", no_code.clone(), "invalid-request", false),
        (429, "requests", json!("rate_limit_exceeded"), "rate-limited", true),
        (429, "tokens", json!("rate_limit_exceeded"), "rate-limited", true),
        (429, "", no_code.clone(), "rate-limited", true),
        (429, "insufficient_quota", json!("credit_balance_exhausted"), "quota-exhausted", false),
        (429, "insufficient_quota", no_code.clone(), "quota-exhausted", false),
        (500, "server_error", no_code.clone(), "unavailable", true),
        (503, "service_unavailable_error", json!("server_is_overloaded"), "unavailable", true),
        (504, "", no_code.clone(), "timeout", true),
        (302, "", no_code, "unknown", false),
    ] {
        let error = error(status, &[], &told("It went wrong.", class, code.clone()));
        let found = (error.kind.as_str(), error.retryable, error.http_status);
        assert_eq!(found, (kind, retryable, Some(status)), "{status} {class} {code}");
        let upstream_code = code.as_str().or(Some(class)).filter(|word| !word.is_empty());
        assert_eq!(error.upstream_code.as_deref(), upstream_code, "{status} {class} {code}");
    }
}

#[test]
fn an_exhausted_quota_is_no_rate_limit_and_is_never_retried() {
    let recording = recording(include_str!("data/quota.json"));
    let error = run::<OpenAi>(text(question()), Value::Null, &recording).unwrap_err();
    assert_eq!((error.kind.as_str(), error.retryable, error.retry_after_ms), ("quota-exhausted", false, None));
    assert_eq!(error.upstream_code.as_deref(), Some("insufficient_quota"));
    assert!(error.message.contains("check your plan and billing details"), "{}", error.message);

    let body = recording[0].response.body.to_string();
    let urged = self::error(429, &[("x-should-retry", "true"), ("retry-after", "1")], &body);
    assert_eq!((urged.retryable, urged.retry_after_ms), (false, None));
}

#[test]
fn a_rate_limit_is_told_in_exactly_these_words() {
    let error = error(429, &[("retry-after", "20")], &busy());
    assert_eq!((error.message.as_str(), error.retry_after_ms), ("Rate limit exceeded", Some(20_000)));
}

#[test]
fn recorded_errors_are_told_in_openais_own_words() {
    let recording = recording(include_str!("data/images-unknown-parameter.json"));
    let error = run::<OpenAi>(image(picture()), Value::Null, &recording).unwrap_err();
    assert_eq!(error.message, "The request was not accepted: Unknown parameter: 'response_format'.");
    assert_eq!(error.upstream_code.as_deref(), Some("unknown_parameter"));

    for (recorded, kind, words) in [
        (include_str!("data/model-not-found.json"), "model-unavailable", "'this-model-does-not-exist' does not exist"),
        (include_str!("data/invalid-temperature.json"), "invalid-request", "decimal below minimum value"),
    ] {
        // Recorded with another path of the same API, whose errors are the same.
        let response = &common::recording(recorded)[0].response;
        let error = self::error(response.status, &[], &response.body.to_string());
        assert_eq!(error.kind, kind);
        assert!(error.message.contains(words), "{}", error.message);
    }
}

#[test]
fn a_model_that_is_gone_is_known_by_the_words_of_servers_without_codes() {
    let gone = |status, message: &str| error(status, &[], &told(message, "api_error", Value::Null)).kind;
    assert_eq!(gone(404, "model \"llama3\" not found, try pulling it first"), "model-unavailable");
    assert_eq!(gone(404, "The model `gpt-4` has been deprecated, learn more here: https://…"), "model-unavailable");
    assert_eq!(gone(410, "This model is no longer available."), "model-unavailable");
    assert_eq!(gone(404, "Not Found"), "invalid-request");
    assert_eq!(gone(500, "The model does not exist"), "unavailable");
    let of_a_field = json!({"error": {"message": "'max_tokens' is deprecated for this model.", "param": "max_tokens"}});
    assert_eq!(error(400, &[], &of_a_field.to_string()).kind, "invalid-request");
}

#[test]
fn a_country_that_is_not_served_is_no_matter_of_the_key() {
    let message = "Country, region, or territory not supported";
    let body = told(message, "request_forbidden", json!("unsupported_country_region_territory"));
    assert_eq!(error(403, &[], &body).kind, "invalid-request");
}

#[test]
fn a_blocked_picture_is_a_matter_of_policy() {
    let message = "Your request was rejected by the safety system. If you believe this is an error, contact us at \
                   help.openai.com and include the request ID req_1. safety_violations=[violence].";
    for body in [
        told(message, "image_generation_user_error", json!("moderation_blocked")),
        told(message, "invalid_request_error", Value::Null),
    ] {
        let error = start(image(picture()), Value::Null).respond(400, &[], body.as_bytes()).end().unwrap_err();
        assert_eq!((error.kind.as_str(), error.retryable), ("content-policy", false));
        assert!(error.message.contains("rejected by the safety system"), "{}", error.message);
    }
}

#[test]
fn a_key_never_gets_into_a_message() {
    for echoed in ["sk-proj-abc***********wxyz", "https://example.com/my key", "secret"] {
        let message = format!(
            "Incorrect API key provided: {echoed}. You can find your API key at \
             https://platform.openai.com/account/api-keys."
        );
        let error = error(401, &[], &told(&message, "invalid_request_error", json!("invalid_api_key")));
        assert_eq!(error.message, "The API key was refused: Incorrect API key provided.");
    }
    let error = error(401, &[], &told("No access for sk-abc123, ask again", "", Value::Null));
    assert_eq!(error.message, "The API key was refused: No access for [key] ask again");
}

#[test]
fn the_bodies_of_gateways_and_other_servers_are_read_too() {
    let html = "<html><head><title>502 Bad Gateway</title></head></html>";
    for (status, body, kind, message) in [
        (502, html, "unavailable", "The service is not available at the moment (HTTP 502)."),
        (503, "", "unavailable", "The service is not available at the moment (HTTP 503)."),
        (401, "", "authentication", "The API key was refused (HTTP 401)."),
        (524, html, "timeout", "The answer did not come in time (HTTP 524)."),
        (404, r#"{"detail":"Not Found"}"#, "invalid-request", "The request was not accepted: Not Found"),
        (400, r#"{"error":"bad\nwords"}"#, "invalid-request", "The request was not accepted: bad words"),
        (400, r#"{"message":"bad","code":400}"#, "invalid-request", "The request was not accepted: bad"),
        (400, r#"{"error":{}}"#, "invalid-request", "The request was not accepted (HTTP 400)."),
        (400, "[1]", "invalid-request", "The request was not accepted (HTTP 400)."),
    ] {
        let error = error(status, &[("content-type", "text/html")], body);
        assert_eq!((error.kind.as_str(), error.message.as_str()), (kind, message));
    }
    assert_eq!(error(400, &[], r#"{"message":"bad","code":400}"#).upstream_code.as_deref(), Some("400"));
    assert!(error(400, &[], &told(&"é".repeat(9_000), "", Value::Null)).message.len() < 1_000);
}

#[test]
fn the_upstream_has_the_last_word_on_a_retry_where_one_may_help_at_all() {
    let retryable = |status, advice| error(status, &[("x-should-retry", advice)], "").retryable;
    assert!(!retryable(429, "false") && !retryable(500, "false") && !retryable(408, "false"));
    assert!(retryable(400, "true") && retryable(429, "true") && retryable(500, "perhaps"));
    assert!(!retryable(401, "true"));
}

#[test]
fn the_pause_is_read_in_every_form_it_comes_in() {
    let date = ("date", "Sat, 18 Apr 2026 03:00:58 GMT");
    assert_eq!(pause(&[("retry-after-ms", "1250.5"), ("retry-after", "20")]), Some(1_251));
    assert_eq!(pause(&[("retry-after-ms", "soon"), ("retry-after", "20")]), Some(20_000));
    assert_eq!(pause(&[("retry-after", "0.5")]), Some(500));
    assert_eq!(pause(&[("retry-after", "Sat, 18 Apr 2026 03:01:08 GMT"), date]), Some(10_000));
    assert_eq!(pause(&[("retry-after", "Sat, 18 Apr 2026 03:00:08 GMT"), date]), Some(0), "it has passed");
    assert_eq!(pause(&[("retry-after", "Sat, 18 Apr 2026 03:01:08 GMT")]), None, "nothing says what time it was");
    assert_eq!(pause(&[("retry-after", "-3")]), None);
    assert_eq!(pause(&[("retry-after", "NaN")]), None);
    assert_eq!(pause(&[]), None);
}

#[test]
fn the_reset_of_an_allowance_counts_where_it_is_used_up_and_nothing_else_is_said() {
    let requests = |left| [("x-ratelimit-remaining-requests", left), ("x-ratelimit-reset-requests", "1m12s")];
    let tokens = |left| [("x-ratelimit-remaining-tokens", left), ("x-ratelimit-reset-tokens", "30.375s")];
    assert_eq!(pause(&requests("0")), Some(72_000));
    assert_eq!(pause(&tokens("0")), Some(30_375));
    assert_eq!(pause(&[requests("0"), tokens("0")].concat()), Some(72_000));
    assert_eq!(pause(&[requests("9996"), tokens("0")].concat()), Some(30_375));
    assert_eq!(pause(&[requests("9996"), tokens("199961")].concat()), None);
    assert_eq!(pause(&[&requests("0")[..], &[("retry-after", "1")]].concat()), Some(1_000));
}

#[test]
fn an_error_that_passes_by_itself_says_when() {
    assert_eq!(error(503, &[("retry-after", "3")], "").retry_after_ms, Some(3_000));
    assert_eq!(error(400, &[("retry-after", "3")], "").retry_after_ms, None);
}
