//! What the upstream's errors become.

mod common;

use common::{question, recorded, recording, start, text};
use kinora_plugin_gemini::Gemini;
use kinora_sdk::ProviderError;
use kinora_sdk::replay::run;
use serde_json::{Value, json};

/// The error of an answer with this status, these headers and this body.
fn error(status: u16, headers: &[(&str, &str)], body: &str) -> ProviderError {
    let headers: Vec<_> = headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    start(text(question()), Value::Null).respond(status, &headers, body.as_bytes()).end().unwrap_err()
}

/// What Google says of any quota, be it of a minute or of a day.
const QUOTA: &str = "You exceeded your current quota, please check your plan and billing details. For more information \
                     on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.";

/// Google's body of an error.
fn told(code: u16, status: &str, message: &str, details: Value) -> String {
    json!({"error": {"code": code, "message": message, "status": status, "details": details}}).to_string()
}

/// An exhausted quota of this name, with a pause.
fn exhausted(quota: &str, pause: &str) -> ProviderError {
    let details = json!([
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": quota, "quotaValue": "20"}]},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": pause},
    ]);
    error(429, &[], &told(429, "RESOURCE_EXHAUSTED", QUOTA, details))
}

#[test]
fn every_status_has_its_kind() {
    for (code, status, kind, retryable) in [
        (400, "INVALID_ARGUMENT", "invalid-request", false),
        (400, "FAILED_PRECONDITION", "invalid-request", false),
        (401, "UNAUTHENTICATED", "authentication", false),
        (402, "", "quota-exhausted", false),
        (403, "PERMISSION_DENIED", "authentication", false),
        (404, "NOT_FOUND", "invalid-request", false),
        (408, "", "timeout", true),
        (409, "ABORTED", "unavailable", true),
        (413, "", "invalid-request", false),
        (429, "RESOURCE_EXHAUSTED", "rate-limited", true),
        (499, "CANCELLED", "timeout", true),
        (500, "INTERNAL", "unavailable", true),
        (501, "UNIMPLEMENTED", "unavailable", true),
        (503, "UNAVAILABLE", "unavailable", true),
        (504, "DEADLINE_EXCEEDED", "timeout", true),
        (302, "", "unknown", false),
    ] {
        let error = error(code, &[], &told(code, status, "It went wrong.", json!([])));
        assert_eq!(
            (error.kind.as_str(), error.retryable, error.http_status),
            (kind, retryable, Some(code)),
            "{status}"
        );
        assert_eq!(error.upstream_code.as_deref().unwrap_or_default(), status);
    }
}

#[test]
fn a_recorded_rate_limit_is_retried_after_the_pause_in_its_body() {
    let recording = recording(include_str!("data/quota.json"));
    let settings = json!({"text_model": "gemini-2.5-flash"});
    let error = run::<Gemini>(text(question()), settings, &recording).unwrap_err();
    assert_eq!((error.kind.as_str(), error.retryable, error.retry_after_ms), ("rate-limited", true, Some(34_400)));
    assert_eq!(error.message, "Rate limit exceeded", "clients know it by these words");
}

#[test]
fn the_pause_is_read_in_every_form_it_comes_in() {
    for (pause, ms) in [("47s", Some(47_000)), ("0.5s", Some(500)), ("34.074824224s", Some(34_075)), ("soon", None)] {
        let error = exhausted("GenerateRequestsPerMinutePerProjectPerModel", pause);
        assert_eq!((error.kind.as_str(), error.retry_after_ms), ("rate-limited", ms), "{pause}");
    }
    let busy = told(503, "UNAVAILABLE", "The model is overloaded.", Value::Null);
    assert_eq!(error(503, &[("retry-after", "9")], &busy).retry_after_ms, Some(9_000));
    assert_eq!(error(400, &[("retry-after", "9")], "").retry_after_ms, None);
}

#[test]
fn the_allowance_of_a_day_is_no_rate_limit_and_is_never_retried() {
    let error = exhausted("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "47s");
    assert_eq!((error.kind.as_str(), error.retryable, error.retry_after_ms), ("quota-exhausted", false, None));
    assert!(error.message.contains("please check your plan"), "{}", error.message);
    let none = json!([{"violations": [{"quotaId": "InputTokensPerMinute", "quotaValue": "0"}]}]);
    let error = self::error(429, &[], &told(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", none));
    assert_eq!(
        (error.kind.as_str(), error.retryable),
        ("quota-exhausted", false),
        "waiting gives nobody more than none"
    );
}

#[test]
fn money_that_is_wanted_is_a_matter_of_quota() {
    for (status, message) in [
        (429, "Your prepayment credits are depleted. Please go to AI Studio to manage your project and billing."),
        (400, "Gemini API free tier is not available in your country. Please enable billing on your project."),
    ] {
        let error = error(status, &[], &told(status, "FAILED_PRECONDITION", message, json!([])));
        assert_eq!((error.kind.as_str(), error.retryable), ("quota-exhausted", false), "{message}");
    }
}

#[test]
fn a_key_that_is_not_valid_comes_with_status_400() {
    let reason = json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]);
    for body in [
        told(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", reason.clone()),
        told(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", Value::Null),
        told(400, "INVALID_ARGUMENT", "Ungültig.", reason),
        told(400, "INVALID_ARGUMENT", "API key expired. Please renew the API key.", json!([])),
    ] {
        let error = error(400, &[], &body);
        assert_eq!((error.kind.as_str(), error.retryable), ("authentication", false), "{body}");
        assert!(error.message.starts_with("The API key was refused"), "{}", error.message);
    }
}

#[test]
fn a_key_never_gets_into_a_message() {
    let message = "Permission denied: Consumer 'api_key:AIzaSyExample' has been suspended.";
    let error = error(403, &[], &told(403, "PERMISSION_DENIED", message, json!([])));
    assert_eq!(error.message, "The API key was refused: Permission denied: Consumer [key] has been suspended.");
}

#[test]
fn a_model_that_is_gone_is_known_by_googles_words() {
    let body = recorded(include_str!("data/model-not-found.json"));
    let error = error(404, &[], &body.to_string());
    assert_eq!((error.kind.as_str(), error.upstream_code.as_deref()), ("model-unavailable", Some("NOT_FOUND")));
    assert!(error.message.contains("models/custom-gemini-2.0-flash is not found"), "{}", error.message);
    for (status, message, kind) in [
        (404, "This model models/gemini-2.0-flash is no longer available to new users.", "model-unavailable"),
        (400, "The model gemini-1.5-pro has been deprecated.", "model-unavailable"),
        (404, "Requested entity was not found.", "invalid-request"),
        (500, "The model was not found", "unavailable"),
    ] {
        let error = self::error(status, &[], &told(status, "NOT_FOUND", message, json!([])));
        assert_eq!(error.kind, kind, "{message}");
    }
}

#[test]
fn a_request_that_is_blocked_is_a_matter_of_policy() {
    for (status, message) in [
        ("INVALID_ARGUMENT", "The prompt was blocked for safety reasons."),
        ("INVALID_ARGUMENT", "The input image was blocked by our policies."),
        ("PROHIBITED_CONTENT", "No."),
    ] {
        let error = error(400, &[], &told(400, status, message, json!([])));
        assert_eq!((error.kind.as_str(), error.retryable), ("content-policy", false), "{message}");
    }
    let field = told(400, "INVALID_ARGUMENT", "Unknown name \"safety_settings\".", json!([]));
    assert_eq!(error(400, &[], &field).kind, "invalid-request");
    let key = told(403, "PERMISSION_DENIED", "Requests to this API are blocked.", json!([]));
    assert_eq!(error(403, &[], &key).kind, "authentication");
}

#[test]
fn the_words_of_interactions_are_read_too() {
    let body = json!({"error": {"code": "invalid_request", "message": "Unknown parameter 'colour'."}}).to_string();
    let told = error(400, &[], &body);
    assert_eq!((told.kind.as_str(), told.upstream_code.as_deref()), ("invalid-request", Some("invalid_request")));
    assert_eq!(told.message, "The request was not accepted: Unknown parameter 'colour'.");
}

#[test]
fn the_bodies_of_front_ends_and_gateways_are_read_too() {
    let html = "<html><head><title>502 Bad Gateway</title></head></html>";
    for (status, body, kind, message) in [
        (502, html, "unavailable", "The service is not available at the moment (HTTP 502)."),
        (503, "", "unavailable", "The service is not available at the moment (HTTP 503)."),
        (401, "", "authentication", "The API key was refused (HTTP 401)."),
        (524, html, "timeout", "The answer did not come in time (HTTP 524)."),
        (400, r#"[{"error":{"code":400,"message":"bad"}}]"#, "invalid-request", "The request was not accepted: bad"),
        (400, r#"{"error":"bad\nwords"}"#, "invalid-request", "The request was not accepted: bad words"),
        (400, r#"{"message":"bad"}"#, "invalid-request", "The request was not accepted: bad"),
        (400, r#"{"error":{}}"#, "invalid-request", "The request was not accepted (HTTP 400)."),
        (400, "[1]", "invalid-request", "The request was not accepted (HTTP 400)."),
        (400, "[]", "invalid-request", "The request was not accepted (HTTP 400)."),
    ] {
        let error = error(status, &[("content-type", "text/html")], body);
        assert_eq!((error.kind.as_str(), error.message.as_str()), (kind, message), "{body}");
    }
    assert!(error(400, &[], &told(400, "", &"é".repeat(9_000), Value::Null)).message.len() < 1_000);
}
