//! What the upstream's errors become.

mod common;

use common::{answer, clip, image, picture, prediction, question, recording, start, text, video};
use kinora_sdk::ProviderError;
use kinora_sdk::provider::Action;
use serde_json::{Value, json};

/// The error of an answer to the submission.
fn error(status: u16, headers: &[(&str, &str)], body: &str) -> ProviderError {
    let headers: Vec<_> = headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    start(image(picture()), Value::Null).respond(status, &headers, body.as_bytes()).end().unwrap_err()
}

fn problem(status: u16, title: &str, detail: &str) -> String {
    json!({"title": title, "detail": detail, "status": status}).to_string()
}

/// How a prediction ends that says this.
fn failed(words: &str) -> ProviderError {
    let replay = answer(start(video(clip()), Value::Null), 201, &prediction("starting", json!({}))).elapse();
    answer(replay, 200, &prediction("failed", json!({"error": words}))).end().unwrap_err()
}

#[test]
fn every_status_has_its_kind() {
    for (status, kind, retryable) in [
        (400, "invalid-request", false),
        (401, "authentication", false),
        (402, "quota-exhausted", false),
        (403, "authentication", false),
        (404, "model-unavailable", false),
        (408, "timeout", true),
        (413, "invalid-request", false),
        (422, "invalid-request", false),
        (429, "rate-limited", true),
        (500, "unavailable", true),
        (503, "unavailable", true),
        (504, "timeout", true),
        (302, "unknown", false),
    ] {
        let error = error(status, &[], &problem(status, "It went wrong", "Badly."));
        assert_eq!(
            (error.kind.as_str(), error.retryable, error.http_status),
            (kind, retryable, Some(status)),
            "{status}"
        );
        assert_eq!(error.upstream_code.as_deref(), Some("It went wrong"));
        assert!(kind == "rate-limited" || error.message.ends_with(": It went wrong: Badly."), "{}", error.message);
    }
}

#[test]
fn recorded_errors_are_told_in_replicates_own_words() {
    for (recorded, kind, message) in [
        (
            include_str!("data/unauthenticated.json"),
            "authentication",
            "The API key was refused: Unauthenticated: You did not pass a valid authentication token",
        ),
        (
            // Recorded with another path of the same API, whose errors are the same.
            include_str!("data/not-found.json"),
            "model-unavailable",
            "The model is not available: The specified training destination does not exist",
        ),
    ] {
        let response = &recording(recorded)[0].response;
        let error = error(response.status, &[], &response.body.to_string());
        assert_eq!((error.kind.as_str(), error.message.as_str()), (kind, message));
    }
}

#[test]
fn a_wrong_input_is_told_with_its_field() {
    let body = problem(422, "Input validation failed", "- input.aspect_ratio: must be one of \"16:9\", \"9:16\"\n");
    let error = error(422, &[], &body);
    let told = "The request was not accepted: Input validation failed: - input.aspect_ratio: must be one of \"16:9\", \"9:16\"";
    assert_eq!((error.kind.as_str(), error.message.as_str()), ("invalid-request", told));
    let listed = json!({"detail": [{"loc": ["body", "input"], "msg": "field required"}]}).to_string();
    assert!(self::error(422, &[], &listed).message.contains("field required"));
}

#[test]
fn a_version_that_is_not_there_is_a_model_that_is_not_available() {
    let detail = "The specified version does not exist (or perhaps you don't have permission to use it?)";
    assert_eq!(error(422, &[], &problem(422, "Invalid version or not permitted", detail)).kind, "model-unavailable");
}

#[test]
fn credit_that_is_used_up_is_never_retried() {
    let detail = "You have insufficient credit to run this model. Go to https://replicate.com/account/billing.";
    let error = error(402, &[("retry-after", "1")], &problem(402, "Insufficient credit", detail));
    assert_eq!((error.kind.as_str(), error.retryable, error.retry_after_ms), ("quota-exhausted", false, None));
}

#[test]
fn a_throttled_request_says_when_to_come_again() {
    let told = |detail: &str| json!({"detail": detail, "status": 429});
    let words = "Request was throttled. Your rate limit resets in ~30s.";
    for (headers, body, pause) in [
        (&[("retry-after", "7")][..], told(words), Some(7_000)),
        (&[("ratelimit-reset", "9"), ("ratelimit-remaining", "0")], told(words), Some(9_000)),
        (&[], json!({"detail": words, "retry_after": 5}), Some(5_000)),
        (&[], told(words), Some(30_000)),
        (&[], told("Request was throttled."), None),
        (&[], told("It resets in ~99999999999999999999s."), None),
    ] {
        let error = error(429, headers, &body.to_string());
        assert_eq!((error.kind.as_str(), error.message.as_str()), ("rate-limited", "Rate limit exceeded"));
        assert_eq!((error.retryable, error.retry_after_ms), (true, pause));
    }
}

#[test]
fn gateways_that_answer_html_or_nothing_are_understood() {
    let html = "<html><head><title>502 Bad Gateway</title></head></html>";
    assert_eq!(error(502, &[], html).message, "The service is not available at the moment (HTTP 502).");
    assert_eq!(error(401, &[], "").message, "The API key was refused (HTTP 401).");
    assert!(!error(401, &[], &problem(401, "", "The token r8_abc is wrong")).message.contains("r8_abc"));
}

#[test]
fn a_prediction_that_failed_is_told_by_its_words() {
    for (words, kind, retryable) in [
        ("NSFW content detected. Try running it again, or try a different prompt.", "content-policy", false),
        ("All generated images contained NSFW content.", "content-policy", false),
        (
            "The input or output was flagged as sensitive. Please try again. (E005) (uIJ6l3ruRD)",
            "content-policy",
            false,
        ),
        ("The prompt violates Google's Responsible AI practices.", "content-policy", false),
        ("Your request was blocked by our moderation system.", "content-policy", false),
        ("Insufficient credit at the provider.", "quota-exhausted", false),
        ("Error code: 429 - too many requests", "rate-limited", true),
        ("Timeout starting prediction (E6716)", "timeout", true),
        ("Request timed out after 600 seconds", "timeout", true),
        ("CUDA out of memory. Tried to allocate 20.00 MiB", "unavailable", true),
        ("Model was OOM killed (E1001)", "unavailable", true),
        ("Prediction interrupted; please retry (code: PA)", "unavailable", true),
        ("Service is temporarily unavailable due to high demand.", "unavailable", true),
        ("Input validation error: image could not be read", "invalid-request", false),
        ("duration must be one of 4, 6, 8", "invalid-request", false),
        ("list index out of range", "unknown", false),
        ("Unexpected error in the living room", "unknown", false),
        ("", "unknown", false),
    ] {
        let error = failed(words);
        assert_eq!((error.kind.as_str(), error.retryable), (kind, retryable), "{words}");
        assert!(kind == "rate-limited" || error.message.contains(words), "{}", error.message);
    }
}

#[test]
fn a_code_in_the_words_is_kept() {
    assert_eq!(failed("flagged as sensitive (E005)").upstream_code.as_deref(), Some("E005"));
    assert_eq!(failed("E1001: killed").upstream_code.as_deref(), Some("E1001"));
    for words in ["E4", "Error", "PRE100", "E100x", ""] {
        assert_eq!(failed(words).upstream_code, None, "{words}");
    }
}

#[test]
fn a_prediction_that_was_ended_says_by_what() {
    let ended = |status: &str| {
        answer(start(video(clip()), Value::Null), 201, &prediction(status, json!({}))).end().unwrap_err()
    };
    let canceled = ended("canceled");
    assert_eq!((canceled.kind.as_str(), canceled.retryable), ("timeout", false), "it ran, and was billed");
    assert!(canceled.message.contains("cancel_after_seconds"), "{}", canceled.message);
    let aborted = ended("aborted");
    assert_eq!((aborted.kind.as_str(), aborted.retryable), ("unavailable", true), "it never ran");
}

#[test]
fn a_submission_is_never_repeated_here() {
    for operation in [text(question()), image(picture()), video(clip())] {
        let error = start(operation, Value::Null).break_off("reset", true).end().unwrap_err();
        assert_eq!((error.kind.as_str(), error.retryable), ("unavailable", true), "the host decides");
    }
    for body in ["{}", "no json", r#"{"id":"../files","status":"starting"}"#, r#"{"id":7}"#] {
        let error = error(201, &[], body);
        assert_eq!((error.kind.as_str(), error.retryable), ("malformed-output", false), "{body}");
    }
}

#[test]
fn a_poll_that_fails_is_repeated_with_the_pause_that_is_asked_for() {
    let polling = || answer(start(video(clip()), Value::Null), 201, &prediction("starting", json!({}))).elapse();
    let replay = polling().respond(429, &[("retry-after".to_owned(), "11".to_owned())], b"");
    assert!(matches!(replay.step.action, Action::Wait(11_000)));
    let error = polling().respond(404, &[], problem(404, "Not found", "").as_bytes()).end().unwrap_err();
    assert_eq!((error.kind.as_str(), error.retryable), ("invalid-request", false), "it is not the model that is gone");
}
