//! What went wrong, told in the words of the host: one kind, one sentence, whether the same request may succeed later
//! and when. OpenAI's body is `{"error": {"message", "type", "param", "code"}}`; other servers and the gateways before
//! them answer variants of it, HTML, or nothing.

use kinora_sdk::ProviderError;
use kinora_sdk::provider::{HttpResponse, ResponseBody};
use serde_json::Value;

const QUOTA: [&str; 4] =
    ["insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "credit_balance_exhausted"];
const POLICY: [&str; 6] = [
    "content_policy_violation",
    "image_content_policy_violation",
    "moderation_blocked",
    "image_generation_user_error",
    "content_filter",
    "invalid_prompt",
];
/// What a failed job says of a refusal, where its code is none of those above.
const REFUSALS: [&str; 5] = ["moderation", "safety", "content policy", "content_policy", "sensitive"];
const MODEL: [&str; 3] = ["model_not_found", "model_not_available", "model_deprecated"];
/// What is said of a model that is gone, by servers that have no code for it.
const GONE: [&str; 5] = ["does not exist", "not found", "deprecated", "no longer available", "has been retired"];

/// Reads an answer that is no success.
pub fn read(response: &HttpResponse) -> ProviderError {
    let upstream = Upstream::read(response);
    let kind = upstream.kind(response.status);
    let may_pass = matches!(kind, "rate-limited" | "unavailable" | "timeout");
    let retryable = match (kind, response.header("x-should-retry")) {
        ("quota-exhausted" | "content-policy" | "authentication" | "model-unavailable", _) => false,
        (_, Some("true")) => true,
        (_, Some("false")) => false,
        (_, _) => may_pass,
    };
    ProviderError {
        upstream_code: upstream.code.or(upstream.class),
        retryable,
        retry_after_ms: if retryable { response.retry_after_ms() } else { None },
        ..ProviderError::told(kind, response.status, &without_key(&upstream.message))
    }
}

/// The model refused, in an answer that is a success by its status.
pub fn refused(words: &str) -> ProviderError {
    ProviderError::told("content-policy", 200, words)
}

/// What a job says that was accepted and has failed.
pub fn failed(error: &Value) -> ProviderError {
    let upstream = Upstream::of(error);
    let told = format!("{} {}", upstream.code.as_deref().unwrap_or_default(), upstream.message).to_lowercase();
    let tells = |words: &[&str]| words.iter().any(|word| told.contains(word));
    let kind = match upstream.kind(400) {
        kind @ ("quota-exhausted" | "content-policy" | "model-unavailable") => kind,
        _ if tells(&REFUSALS) => "content-policy",
        _ if tells(&["invalid", "unsupported"]) => "invalid-request",
        _ if tells(&["timeout", "timed out"]) => "timeout",
        _ => "unavailable",
    };
    ProviderError {
        upstream_code: upstream.code,
        retryable: matches!(kind, "timeout" | "unavailable"),
        ..ProviderError::told(kind, 200, &without_key(&upstream.message))
    }
}

/// The error as the upstream tells it.
#[derive(Default)]
struct Upstream {
    message: String,
    code: Option<String>,
    class: Option<String>,
    param: Option<String>,
}

impl Upstream {
    fn read(response: &HttpResponse) -> Self {
        let ResponseBody::Inline(bytes) = &response.body else {
            return Upstream::default();
        };
        let body: Value = serde_json::from_slice(bytes).unwrap_or_default();
        Upstream::of(if body["error"].is_null() { &body } else { &body["error"] })
    }

    fn of(error: &Value) -> Self {
        let word = |value: &Value| match value {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        // vLLM puts the fields of an error at the top, Ollama the message itself, FastAPI a `detail`.
        let message = error.as_str().or(error["message"].as_str()).or(error["detail"].as_str());
        Upstream {
            message: message.unwrap_or_default().to_owned(),
            code: word(&error["code"]),
            class: word(&error["type"]),
            param: word(&error["param"]),
        }
    }

    fn kind(&self, status: u16) -> &'static str {
        let is_one_of = |words: &[&str]| [&self.code, &self.class].into_iter().flatten().any(|w| words.contains(&&**w));
        let message = self.message.to_lowercase();
        let of_model = self.param.as_deref().is_none_or(|param| param == "model") && message.contains("model");
        let model_is_gone = || of_model && GONE.iter().any(|words| message.contains(words));
        match status {
            _ if is_one_of(&QUOTA) => "quota-exhausted",
            _ if is_one_of(&POLICY) => "content-policy",
            _ if is_one_of(&MODEL) => "model-unavailable",
            400 if message.contains("safety system") => "content-policy",
            400 | 404 | 410 if model_is_gone() => "model-unavailable",
            401 => "authentication",
            402 => "quota-exhausted",
            // A country is not served whatever the key; anything else that is forbidden is the key's.
            403 if message.contains("country") => "invalid-request",
            403 => "authentication",
            408 | 504 | 524 => "timeout",
            409 | 500..=599 => "unavailable",
            429 => "rate-limited",
            400..=499 => "invalid-request",
            _ => "unknown",
        }
    }
}

/// The words without the key that OpenAI echoes (masked, but long enough to tell whose it is) in "Incorrect API key
/// provided: sk-…abcd. You can find …".
fn without_key(words: &str) -> String {
    match words.find("key provided:") {
        Some(at) => format!("{}key provided.", &words[..at]),
        None => words.to_owned(),
    }
}
